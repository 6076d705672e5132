// Command bench measures the goals of speed on this machine, each beside something that does
// the same without storage, in the same minute. It prints a table and writes bench.json.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// figure is one line of the table.
type figure struct {
	Name  string  `json:"name"`
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  string  `json:"goal"`
	Met   bool    `json:"met"`
}

type bench struct {
	ctx     context.Context
	dir     string
	binary  string
	seconds time.Duration
	runs    int // of a long history
	figures []figure
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "peer" {
		if err := peer(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "peer:", err)
			os.Exit(1)
		}
		return
	}
	seconds := flag.Duration("time", 4*time.Second, "length of each measurement")
	out := flag.String("o", "bench.json", "where to write the figures")
	only := flag.String("only", "", "parts to measure, by name and with commas between; all when empty")
	binary := flag.String("binary", "", "program to measure, instead of one built from this tree")
	runs := flag.Int("runs", 1_000_000, "runs of the long history of the part million")
	flag.Parse()
	b := &bench{ctx: context.Background(), binary: *binary, seconds: *seconds, runs: *runs}
	if err := b.measure(*only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) measure(only, out string) (err error) {
	if b.dir, err = os.MkdirTemp("", "gancho-bench-"); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(b.dir)
	if err := b.build(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	fmt.Printf("%d cores, %s, %s a measurement\n\n", runtime.NumCPU(), runtime.Version(), b.seconds)
	for _, part := range []struct {
		name string
		do   func() error
	}{{"weight", b.weight}, {"start", b.start}, {"accept", b.accept}, {"executions", b.executions}, {"latency", b.latency}, {"disk", b.disk}, {"history", b.history}, {"flows", b.flows}, {"neighbours", b.neighbours}, {"million", b.million}} {
		if only != "" && !slices.Contains(strings.Split(only, ","), part.name) {
			continue
		}
		if err := part.do(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	data, err := json.MarshalIndent(b.figures, "", "  ")
	if err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	if err := os.WriteFile(out, append(data, '\n'), 0o644); err != nil { //nolint:gosec // figures
		return fmt.Errorf("write the figures: %w", err)
	}
	return nil
}

// build makes the program as it is released, unless one was named.
func (b *bench) build() error {
	if b.binary != "" {
		return nil
	}
	b.binary = filepath.Join(b.dir, "gancho")
	build := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.binary, "./cmd/gancho")
	build.Stderr = os.Stderr
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	return build.Run()
}

func (b *bench) add(f figure) {
	b.figures = append(b.figures, f)
	mark := "  "
	if f.Met {
		mark = "ok"
	}
	fmt.Printf("%-4s %-62s %12.3f %-10s goal %-18s %s\n", f.Name, f.What, f.Value, f.Unit, f.Goal, mark)
}

// note is a figure without a goal, to understand others by.
func (b *bench) note(name, what string, value float64, unit string) {
	b.add(figure{name, what, value, unit, "-", true})
}

// most adds a figure that should not be above its goal, least one that should reach it.
func (b *bench) most(name, what string, value, goal float64, unit string) {
	b.add(figure{name, what, value, unit, fmt.Sprintf("<= %g", goal), value <= goal})
}

func (b *bench) least(name, what string, value, goal float64, unit string) {
	b.add(figure{name, what, value, unit, fmt.Sprintf(">= %g", goal), value >= goal})
}

func (b *bench) weight() error {
	info, err := os.Stat(b.binary)
	if err != nil {
		return fmt.Errorf("look at the binary: %w", err)
	}
	b.most("P11", "static binary", float64(info.Size())/1e6, 40, "MB")
	return nil
}

// start measures from exec to the first 200 of /readyz, on an empty folder.
func (b *bench) start() error {
	var times []float64
	var idle float64
	for i := range 3 {
		g, err := b.gancho(fmt.Sprint("start", i))
		if err != nil {
			return err
		}
		times = append(times, float64(g.ready.Microseconds())/1000)
		idle = g.memory()
		g.stop()
	}
	b.most("P6", "start to ready, empty folder (median of 3)", median(times), 100, "ms")
	b.most("P5", "memory, idle", idle, 30, "MB")
	return nil
}

// accept compares the durable accept with a bare echo handler that reads the body.
func (b *bench) accept() error {
	for _, connections := range []int{32, 256} {
		var ratios, rates, cpus, bares []float64
		for range 3 {
			bare, bareCPU, err := b.withPeer("echo", nil, func(url string) float64 { return load(b.ctx, url, connections, b.seconds, nil) })
			if err != nil {
				return err
			}
			g, err := b.gancho("accept")
			if err != nil {
				return err
			}
			url, err := g.flow(`{"id": "queue", "name": "Queue", "trigger": {"kind": "webhook"}, "steps": []}`)
			if err == nil {
				err = g.call("POST", "/flows/queue/pause", nil, nil)
			}
			if err != nil {
				return errors.Join(err, g.stop())
			}
			before := g.cpu()
			rate := load(b.ctx, url, connections, b.seconds, nil)
			cpus, bares = append(cpus, (g.cpu()-before)*1000/(rate*b.seconds.Seconds())), append(bares, bareCPU)
			g.stop()
			ratios, rates = append(ratios, rate/bare), append(rates, rate)
		}
		b.least("P1", fmt.Sprintf("durable accept, %d connections, beside bare echo", connections), median(ratios), 0.6, "ratio")
		b.least("P1", fmt.Sprintf("durable accept, %d connections", connections), median(rates), 5000, "events/s")
		b.note("P1", fmt.Sprintf("CPU an accept, %d connections", connections), median(cpus), "ms")
		b.note("P1", "CPU a request of bare echo", median(bares), "ms")
	}
	return nil
}

const (
	sixFields = relayHead + relaySteps + `]}`
	fourSteps = relayHead + relaySteps + `, {"id": "note", "action": "log", "with": {"message": "order {{ trigger.body.id }} sent"}}]}`

	relayHead  = `{"id": "relay", "name": "Relay", "trigger": {"kind": "webhook"}, "steps": [`
	relaySteps = `
	{"id": "paid", "action": "filter", "with": {"where": "trigger.body.status == 'paid' && trigger.body.total > 10"}},
	{"id": "deal", "action": "set", "with": {"values": {"id": "{{ trigger.body.id }}", "email": "{{ lower(trigger.body.customer.email) }}", "name": "{{ trigger.body.customer.name }}",
		"total": "{{ trigger.body.total }}", "items": "{{ len(trigger.body.items) }}", "city": "{{ trigger.body.shipping.city }}"}}},
	{"id": "send", "action": "http.request", "with": {"method": "POST", "url": %q, "json": "{{ steps.deal }}"}}`
)

// executions compares whole runs with a relay that filters, maps and posts without storage.
func (b *bench) executions() error {
	var ratios, rates, cpus, memories, bares []float64
	for range 3 {
		sink := newSink()
		relayed, bare, err := b.withPeer("relay", []string{sink.url}, func(url string) float64 {
			sink.reset()
			load(b.ctx, url, 64, b.seconds, sink)
			return float64(sink.count()) / b.seconds.Seconds()
		})
		if err != nil {
			return errors.Join(err, sink.close())
		}
		g, err := b.gancho("executions")
		if err != nil {
			return errors.Join(err, sink.close())
		}
		url, err := g.flow(fmt.Sprintf(sixFields, sink.url))
		if err != nil {
			return errors.Join(err, g.stop(), sink.close())
		}
		sink.reset()
		before := g.cpu()
		load(b.ctx, url, 64, b.seconds, sink)
		delivered := float64(sink.count())
		ratios, rates = append(ratios, delivered/b.seconds.Seconds()/relayed), append(rates, delivered/b.seconds.Seconds())
		bares = append(bares, bare)
		cpus, memories = append(cpus, (g.cpu()-before)*1000/delivered), append(memories, g.memory())
		g.stop()
		if err := sink.close(); err != nil {
			return err
		}
	}
	b.least("P2", "whole executions, no growing backlog, beside a relay", median(ratios), 0.5, "ratio")
	b.least("P2", "whole executions", median(rates), 2000, "runs/s")
	b.most("P2", "CPU an execution", median(cpus), 0.4, "ms")
	b.note("P2", "CPU a request of the relay", median(bares), "ms")
	b.most("P5", "memory under that load", slices.Max(memories), 150, "MB")
	return nil
}

// latency is measured at 50 events a second.
func (b *bench) latency() error {
	sink := newSink()
	g, err := b.gancho("latency")
	if err != nil {
		return errors.Join(err, sink.close())
	}
	url, err := g.flow(fmt.Sprintf(sixFields, sink.url))
	if err == nil {
		accepted, delivered := pace(b.ctx, url, sink, 50, 2*b.seconds)
		sync, syncErr := fdatasync(b.dir)
		err = syncErr
		b.most("P3", "accept at 50/s, p50, beyond one fdatasync", percentile(accepted, 50)-sync, 1, "ms")
		b.most("P3", "accept at 50/s, p99", percentile(accepted, 99), 15, "ms")
		b.most("P4", "request in to effect out at 50/s, p50", percentile(delivered, 50), 3, "ms")
		b.most("P4", "request in to effect out at 50/s, p99", percentile(delivered, 99), 20, "ms")
	}
	return errors.Join(err, g.stop(), sink.close())
}

// disk is what an event adds to the data folder for its whole life, once what has ended is
// archived and the journal has given back its room; and what an empty folder takes.
func (b *bench) disk() error {
	sink := newSink()
	g, err := b.gancho("disk")
	if err != nil {
		return errors.Join(err, sink.close())
	}
	url, err := g.flow(fmt.Sprintf(fourSteps, sink.url))
	if err == nil {
		err = b.diskOf(g, url, sink)
	}
	page, pageErr := g.pageTime()
	b.most("P8", fmt.Sprintf("a page of runs, newest and deepest of %d", diskEvents), page, 50, "ms")
	return errors.Join(err, sink.close(), pageErr)
}

const diskEvents = 20_000

// diskOf ends with the program stopped and its folder compacted.
func (b *bench) diskOf(g *gancho, url string, sink *sink) error {
	empty, err := g.rested()
	if err != nil {
		return errors.Join(err, g.stop())
	}
	send(b.ctx, url, 64, diskEvents, sink)
	err = errors.Join(g.settled(), g.archived())
	full, restErr := g.rested()
	err = errors.Join(err, restErr, g.stop(), g.compact())
	small, sizeErr := folder(g.data)
	if err = errors.Join(err, sizeErr); err != nil {
		return err
	}
	each := func(size int64) float64 { return float64(size-empty) / diskEvents / 1000 }
	b.most("P7", "disk for an event's whole life (3 KB body, 4 steps), as it lies", each(full), 2.5, "KB")
	b.most("P7", "the same after gancho db compact", each(small), 2.5, "KB")
	b.note("P7", "an empty folder, its reserve included", float64(empty)/1e6, "MB")
	return nil
}

func median(values []float64) float64 { return percentile(values, 50) }

func percentile(values []float64, p int) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}
