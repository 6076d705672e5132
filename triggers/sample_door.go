package triggers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"gancho/engine/flows"
)

// ErrNoSample says that a flow has no preset, or its preset no such sample.
var ErrNoSample = errors.New("there is no such sample")

// madeKeys are the public keys of a sample that was signed with a key made on the spot, by
// field. Only this process can put them into a request.
type madeKeys struct{}

// SendSample delivers a sample of the preset of the flow with this token, signed with the
// secrets of its connection, as if the provider had sent it.
func (d *Webhook) SendSample(ctx context.Context, token, event string) (status int, answer []byte, err error) {
	e := d.find(token)
	if e == nil || e.door() == nil || e.door().preset == nil {
		return 0, nil, fmt.Errorf("%w: the flow names no preset", ErrNoSample)
	}
	made := e.door()
	if _, ok := made.preset.Event(event); !ok {
		return 0, nil, fmt.Errorf("%w: preset %s has no event %q", ErrNoSample, made.preset.ID(), event)
	}
	x := delivery{Webhook: d, e: e, door: made}
	config := SampleConfig{Event: event, URL: d.public() + "/h/" + token, Secrets: x.secrets, At: d.Now()}
	s, err := made.preset.Sample(config)
	if errors.Is(err, ErrNoSecret) && (e.state == flows.StateNew || made.observe) {
		config.Unsigned = true // it is let in all the same
		s, err = made.preset.Sample(config)
	}
	if err != nil {
		return 0, nil, err
	}
	if s.PublicKey != "" {
		keys := map[string]string{}
		for _, v := range made.auth {
			keys[v.secrets[0]] = s.PublicKey
		}
		ctx = context.WithValue(ctx, madeKeys{}, keys)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return 0, nil, fmt.Errorf("read the URL to send to: %w", err)
	}
	here := url.URL{Path: "/h/" + token, RawQuery: u.RawQuery} // signed to the last character: no lonely "?"
	r, err := http.NewRequestWithContext(ctx, s.Method, here.String(), bytes.NewReader(s.Body))
	if err != nil {
		return 0, nil, fmt.Errorf("make a sample: %w", err)
	}
	r.Header, r.RequestURI, r.RemoteAddr = s.Header, r.URL.RequestURI(), "127.0.0.1:0"
	w := &kept{header: http.Header{}, status: http.StatusOK}
	d.ServeHTTP(w, r)
	return w.status, w.body.Bytes(), nil
}

// kept is an answer that stays in memory.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) { k.status = status }

func (k *kept) Write(p []byte) (int, error) { return k.body.Write(p) }
