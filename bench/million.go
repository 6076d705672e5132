package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

const pendingRuns = 100_000

// million measures what a long history costs: it is made by the store alone, which is
// quicker than a million requests.
func (b *bench) million() error {
	g, err := b.gancho("million")
	if err != nil {
		return err
	}
	sink := newSink()
	url, err := g.flow(fmt.Sprintf(sixFields, sink.url))
	if err = errors.Join(err, g.stop()); err != nil {
		return errors.Join(err, sink.close())
	}
	start := time.Now()
	if err := fillHistory(b.ctx, g.data, b.runs); err != nil {
		return errors.Join(err, sink.close())
	}
	fmt.Printf("     (%d runs of history made in %s)\n", b.runs, time.Since(start).Round(time.Second))
	return errors.Join(b.withHistory(g, url, sink), sink.close(), b.waiting(g))
}

// withHistory asks for pages and values, and compares the speed with that on an empty
// folder.
func (b *bench) withHistory(g *gancho, url string, sink *sink) error {
	again, err := b.killed(g)
	if err != nil {
		return err
	}
	defer again.stop()
	b.most("P6", fmt.Sprintf("start to ready after a kill, %d runs of history", b.runs), float64(again.ready.Microseconds())/1000, 1000, "ms")
	page, err := again.pages()
	if err != nil {
		return err
	}
	if size, err := again.rested(); err == nil {
		b.most("P7", fmt.Sprintf("disk for an event's whole life, of %d, as it lies", b.runs), float64(size)/float64(b.runs)/1000, 2.5, "KB")
	}
	b.most("P8", fmt.Sprintf("a page of runs, newest and deepest of %d", b.runs), page, 50, "ms")
	for what, value := range map[string]string{"a value of one run": "mail" + strconv.Itoa(b.runs/3) + "@example.com", "a value of none": "nobody-has-this-77"} {
		start := time.Now()
		if err := again.call(http.MethodGet, "/runs?limit=20&q="+value, nil, nil); err != nil {
			return err
		}
		b.most("P8", fmt.Sprintf("search of %s in %d", what, b.runs), float64(time.Since(start).Microseconds())/1000, 1050, "ms")
	}
	return b.lostWith(again.url+url[len(g.url):], sink, fmt.Sprintf("%d runs of history", b.runs), 20)
}

// killed lets all that has ended go to the archive, kills the program and starts it again.
func (b *bench) killed(g *gancho) (*gancho, error) {
	first, err := b.again(g.data)
	if err != nil {
		return nil, err
	}
	err = first.archived()
	if err == nil {
		_, err = first.rested()
	}
	if err != nil {
		return nil, errors.Join(err, first.stop())
	}
	if err := first.kill(); err != nil {
		return nil, err
	}
	return b.again(g.data)
}

func (b *bench) delivered(url string, sink *sink) float64 {
	sink.reset()
	load(b.ctx, url, 64, b.seconds, sink)
	return float64(sink.count()) / b.seconds.Seconds()
}

// waiting measures start and memory with very many runs that wait.
func (b *bench) waiting(g *gancho) error {
	had := 0
	for _, n := range []int{min(pendingRuns, b.runs), b.runs} {
		if err := fillWaiting(b.ctx, g.data, n-had); err != nil {
			return err
		}
		had = n
		again, err := b.again(g.data)
		if err != nil {
			return err
		}
		if n < b.runs {
			b.most("P6", fmt.Sprintf("start to ready, history and %d waiting runs", n), float64(again.ready.Microseconds())/1000, 1000, "ms")
		} else {
			time.Sleep(2 * time.Second)
			b.most("P5", fmt.Sprintf("memory with %d waiting runs", n), again.memory(), 512, "MB")
		}
		if err := again.stop(); err != nil {
			return err
		}
	}
	return nil
}

const filling = 256 // events at once

// fillHistory writes runs of three steps that have ended.
func fillHistory(ctx context.Context, dir string, n int) error {
	return fill(ctx, dir, "relay", n, func(w *store.Work) store.Commit {
		return store.Commit{Lease: w.Lease, Revision: 1, Steps: records(w.Run.Number), Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}
	})
}

// fillWaiting writes runs that wait for something.
func fillWaiting(ctx context.Context, dir string, n int) error {
	return fill(ctx, dir, "waits", n, func(w *store.Work) store.Commit {
		return store.Commit{Lease: w.Lease, Revision: 1, Decision: store.Decision{Park: &store.Park{
			Status: store.Waiting, WaitingFor: "delay", Timed: true, In: 24 * time.Hour,
		}}}
	})
}

// fill writes events of a flow, and what becomes of their runs.
func fill(ctx context.Context, dir, flow string, n int, become func(*store.Work) store.Commit) (err error) {
	s, err := bolt.Open(ctx, dir, bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	s.SetGates([]store.Gate{{Flow: flow}})
	for done := 0; done < n; done += filling {
		err := accept(ctx, s, flow, done)
		for errors.Is(err, store.ErrBusy) {
			err = accept(ctx, s, flow, done)
		}
		if err != nil {
			return err
		}
		for left := filling; left > 0; {
			work, err := s.Claim(ctx, "bench", left)
			if err != nil {
				return err
			}
			left -= len(work)
			commits := make([]store.Commit, len(work))
			for i := range work {
				commits[i] = become(&work[i])
			}
			for _, c := range s.Commit(ctx, commits) {
				if c.Err != nil {
					return c.Err
				}
			}
		}
	}
	return nil
}

var samples = func() (bodies [64][]byte) {
	for i := range bodies {
		bodies[i] = order(int64(i))
	}
	return bodies
}()

func accept(ctx context.Context, s store.Store, flow string, from int) error {
	events := make([]store.Event, filling)
	for i := range events {
		n := from + i
		body := append([]byte(fmt.Sprintf(`{"number":%d,"email":"mail%d@example.com",`, n, n)), samples[n%len(samples)][1:]...)
		events[i] = store.Event{
			Flow: flow, At: time.Now(), Outcome: store.Accepted, Title: "order " + strconv.Itoa(n), Body: body,
			Meta: []byte(`{"kind":"webhook","method":"POST","ip":"127.0.0.1","type":"application/json","headers":{"content-type":"application/json","user-agent":"bench"}}`),
		}
	}
	_, err := s.Accept(ctx, events)
	return err
}

func records(n uint64) []store.Record {
	at := time.Now().Format(time.RFC3339Nano)
	one := func(path, more string) store.Record {
		return store.Record{Path: path, Data: []byte(fmt.Sprintf(`{"path":%q,"action":"set","status":"succeeded","started":%q,"ended":%q%s}`, path, at, at, more))}
	}
	deal := fmt.Sprintf(`{"id":%d,"email":"mail%d@example.com","name":"Maria da Silva","total":99.5,"items":14,"city":"São Paulo"}`, n, n)
	return []store.Record{
		one("paid", `,"input":{"where":true}`), one("deal", `,"input":{"values":`+deal+`},"output":`+deal),
		one("send", `,"input":{"method":"POST","json":`+deal+`},"output":{"status":204},"attempts":[{"at":`+strconv.Quote(at)+`,"duration_ms":1}]`),
	}
}
