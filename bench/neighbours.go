package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"
)

const (
	hanging = 2_000   // events whose destination does not answer
	flooded = 100_000 // events of a flow that floods
)

// neighbours measures what another flow does to the latency of one, at 50 events a second: one
// whose destination hangs, one that is flooded, and one whose backlog is worked off.
func (b *bench) neighbours() error {
	sink, others := newSink(), newSink()
	err := errors.Join(b.besideHanging(sink), b.besideFlood(sink, others))
	return errors.Join(err, sink.close(), others.close())
}

func (b *bench) besideHanging(sink *sink) error {
	deaf, err := newDeaf(b.ctx)
	if err != nil {
		return err
	}
	defer deaf.Close()
	g, url, other, err := b.two(sink, "http://"+deaf.Addr().String())
	if err != nil {
		return err
	}
	alone := b.effects(url, sink)
	for range hanging {
		post(b.ctx, other, order(serial.Add(1)))
	}
	b.most("P9", fmt.Sprintf("p99 of P4 beside %d events whose destination hangs, to that alone", hanging), b.effects(url, sink)/alone, 2, "ratio")
	b.note("P9", "p99 of P4 alone", alone, "ms")
	return g.kill()
}

// besideFlood lets the backlog grow in a flow that is paused, so that what a flood costs and
// what working it off costs are told apart. The same flood of another process shows how much
// of it is the machine's share: nothing of ours is in its way.
func (b *bench) besideFlood(sink, others *sink) error {
	g, url, other, err := b.two(sink, others.url)
	if err != nil {
		return err
	}
	alone := b.effects(url, sink)
	elsewhere, err := b.besideFloodElsewhere(url, sink)
	if err != nil {
		return errors.Join(err, g.stop())
	}
	during, err := b.duringFlood(url, sink, g, other)
	if err == nil {
		err = g.call(http.MethodPost, "/flows/other/resume", nil, nil)
	}
	if err != nil {
		return errors.Join(err, g.stop())
	}
	after := b.effects(url, sink)
	b.most("P9", fmt.Sprintf("p99 of P4 while %d events flood another flow, to that alone", flooded), during/alone, 2, "ratio")
	b.note("P9", "the same while they flood another process", elsewhere/alone, "ratio")
	b.most("P9", "p99 of P4 while they are worked off, to that alone", after/alone, 2, "ratio")
	b.note("P9", "how many of them are worked off meanwhile", float64(others.count())/(3*b.seconds).Seconds(), "runs/s")
	return g.kill()
}

func (b *bench) besideFloodElsewhere(url string, sink *sink) (float64, error) {
	g, _, other, err := b.two(sink, sink.url)
	if err != nil {
		return 0, err
	}
	p99, err := b.duringFlood(url, sink, g, other)
	return p99, errors.Join(err, g.kill())
}

// duringFlood is the p99 of a flow while a flow of a program, which is paused, is flooded.
func (b *bench) duringFlood(url string, sink *sink, g *gancho, other string) (float64, error) {
	self, err := os.Executable()
	if err == nil {
		err = g.call(http.MethodPost, "/flows/other/pause", nil, nil)
	}
	if err != nil {
		return 0, err
	}
	flood := exec.CommandContext(b.ctx, self, "peer", "flood", other, strconv.Itoa(flooded))
	flood.Stderr = os.Stderr
	if err := flood.Start(); err != nil {
		return 0, err
	}
	p99 := b.effects(url, sink)
	return p99, flood.Wait()
}

// two are a flow that is measured and another, on a fresh folder.
func (b *bench) two(sink *sink, destination string) (g *gancho, url, other string, err error) {
	if g, err = b.gancho("neighbours"); err != nil {
		return nil, "", "", err
	}
	if url, err = g.flow(fmt.Sprintf(sixFields, sink.url)); err == nil {
		other, err = g.flow(fmt.Sprintf(`{"id": "other", "name": "Other", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "send", "action": "http.request", "with": {"method": "POST", "url": %q, "json": {"id": "{{ trigger.body.id }}"}}}]}`, destination))
	}
	if err != nil {
		return nil, "", "", errors.Join(err, g.stop())
	}
	return g, url, other, nil
}

// effects is the p99 from request to effect, in ms, the median of three times. What has not
// arrived by then took as long as the measurement.
func (b *bench) effects(url string, sink *sink) float64 {
	var worst []float64
	for range 3 {
		accepted, delivered := pace(b.ctx, url, sink, 50, b.seconds)
		for len(delivered) < len(accepted) {
			delivered = append(delivered, float64(b.seconds.Milliseconds()))
		}
		worst = append(worst, percentile(delivered, 99))
	}
	return median(worst)
}

// newDeaf takes connections and never answers.
func newDeaf(ctx context.Context) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	deaf := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })}
	go func() { _ = deaf.Serve(l) }()
	return l, nil
}
