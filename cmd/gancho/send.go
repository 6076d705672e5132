package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"gancho/triggers"
)

type sendCommand struct {
	Preset       string     `arg:"" help:"Whose webhook to send, such as stripe or mercadopago."`
	URL          string     `arg:"" help:"Trigger URL to send to."`
	Secret       secretText `help:"Secret to sign with, as the flow's connection holds it; user:password where the provider signs in, a private key in PEM where it signs with one." placeholder:"TEXT"`
	Event        string     `help:"Which of the preset's sample events; the first one when left out." placeholder:"ID"`
	Count        int        `help:"How many times, each as an event of its own unless --again." default:"1" placeholder:"N"`
	Rate         float64    `help:"How many a second; 0 is one after the other." default:"0" placeholder:"N"`
	Again        bool       `help:"Send the sample as it is, the same each time: what comes again is a duplicate."`
	BadSignature bool       `help:"Sign so that it does not hold."`
	Data         string     `help:"Data folder with own presets." default:"./gancho-data" placeholder:"DIR"`
}

// Run sends signed samples and prints each answer; a no when one of them is not 2xx.
func (c *sendCommand) Run(ctx context.Context, to streams) error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return usageError{"the URL must begin with http:// or https://"}
	}
	if c.Count < 1 || c.Rate < 0 {
		return usageError{"--count must be 1 or more, and --rate not below 0"}
	}
	presets, err := triggers.LoadPresets(filepath.Join(c.Data, "presets"))
	if err != nil {
		return err
	}
	preset, ok := presets.Find(c.Preset)
	if !ok {
		return usageError{fmt.Sprintf("there is no preset %q; there are %s", c.Preset, strings.Join(presetNames(presets), ", "))}
	}
	refused, first := 0, int(time.Now().UnixMicro()) // other events than those of an earlier call
	for i := range c.Count {
		if i > 0 && !pause(ctx, c.Rate) {
			return context.Cause(ctx)
		}
		nth := first + i
		if c.Again {
			nth = 0
		}
		status, err := c.send(ctx, preset, nth, to)
		if err != nil {
			return err
		}
		if status >= http.StatusMultipleChoices {
			refused++
		}
	}
	if refused > 0 {
		return errNo
	}
	return nil
}

func presetNames(presets *triggers.Presets) []string {
	var names []string
	for _, p := range presets.All() {
		names = append(names, p.ID())
	}
	return names
}

// pause keeps the rate; false when ctx is done.
func pause(ctx context.Context, rate float64) bool {
	if rate <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(time.Duration(float64(time.Second) / rate))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (c *sendCommand) send(ctx context.Context, preset *triggers.Preset, nth int, to streams) (int, error) {
	s, err := preset.Sample(triggers.SampleConfig{
		Event: c.Event, URL: c.URL, Secrets: triggers.OneSecret(string(c.Secret)), Key: privateKey(string(c.Secret)), Wrong: c.BadSignature, Copy: nth,
	})
	if errors.Is(err, triggers.ErrNoSecret) {
		return 0, usageError{preset.ID() + " signs what it sends: give the secret that the flow's connection holds with --secret"}
	}
	if err != nil {
		text := err.Error()
		if c.Secret == "" {
			text += "; give the secret with --secret"
		}
		return 0, usageError{text}
	}
	if s.PublicKey != "" {
		fmt.Fprintf(to.err, "signed with a new key; the connection must hold its public part:\n%s\n", s.PublicKey)
	}
	r, err := http.NewRequestWithContext(ctx, s.Method, s.URL, bytes.NewReader(s.Body))
	if err != nil {
		return 0, fmt.Errorf("make the request: %w", err)
	}
	r.Header = s.Header
	res, err := serverClient.Do(r)
	if err != nil {
		return 0, fmt.Errorf("send: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	fmt.Fprintf(to.out, "%d %s\n", res.StatusCode, bytes.TrimSpace(answer))
	return res.StatusCode, nil
}

// privateKey reads a key in PEM, nil where the secret is none.
func privateKey(secret string) crypto.Signer {
	block, _ := pem.Decode([]byte(secret))
	if block == nil {
		return nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil
	}
	signer, _ := key.(crypto.Signer)
	return signer
}
