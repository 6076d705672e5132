package triggers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"gancho/engine"
	"gancho/engine/flows"
)

// ErrNoSample says that a flow has no preset, or its preset no such sample.
var ErrNoSample = errors.New("there is no such sample")

// madeKeys are the public keys of a sample that was signed with a key made on the spot, by
// field. Only this process can put them into a request.
type madeKeys struct{}

// receipts is where the door leaves what became of a sample: what the sender is answered is the flow's choice.
type receipts struct{}

// SendSample delivers a sample of the preset of the flow with this token, signed with the
// secrets of its connection, as if the provider had sent it. Without receipts it was refused,
// with this status.
func (d *Webhook) SendSample(ctx context.Context, token, event string) (got []engine.Receipt, status int, err error) {
	e := d.find(token)
	if e == nil || e.door() == nil || e.door().preset == nil {
		return nil, 0, fmt.Errorf("%w: the flow names no preset", ErrNoSample)
	}
	made := e.door()
	if _, ok := made.preset.Event(event); !ok {
		return nil, 0, fmt.Errorf("%w: preset %s has no event %q", ErrNoSample, made.preset.ID(), event)
	}
	x := delivery{Webhook: d, e: e, door: made}
	config := SampleConfig{Event: event, URL: d.public() + "/h/" + token, Secrets: x.secrets, At: d.Now()}
	s, err := made.preset.Sample(config)
	if errors.Is(err, ErrNoSecret) && (e.state == flows.StateNew || made.observe) {
		config.Unsigned = true // it is let in all the same
		s, err = made.preset.Sample(config)
	}
	if err != nil {
		return nil, 0, err
	}
	if s.PublicKey != "" {
		keys := map[string]string{}
		for _, v := range made.auth {
			keys[v.secrets[0]] = s.PublicKey
		}
		ctx = context.WithValue(ctx, madeKeys{}, keys)
	}
	ctx = context.WithValue(ctx, receipts{}, &got)
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, 0, fmt.Errorf("read the URL to send to: %w", err)
	}
	here := url.URL{Path: "/h/" + token, RawQuery: u.RawQuery} // signed to the last character: no lonely "?"
	r, err := http.NewRequestWithContext(ctx, s.Method, here.String(), bytes.NewReader(s.Body))
	if err != nil {
		return nil, 0, fmt.Errorf("make a sample: %w", err)
	}
	r.Header, r.RequestURI, r.RemoteAddr = s.Header, r.URL.RequestURI(), "127.0.0.1:0"
	w := &unheardAnswer{header: http.Header{}, status: http.StatusOK}
	d.ServeHTTP(w, r)
	return got, w.status, nil
}

// unheardAnswer is an answer of which only the status counts.
type unheardAnswer struct {
	header http.Header
	status int
}

func (u *unheardAnswer) Header() http.Header { return u.header }

func (u *unheardAnswer) WriteHeader(status int) { u.status = status }

func (u *unheardAnswer) Write(p []byte) (int, error) { return len(p), nil }
