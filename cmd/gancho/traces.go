package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/said"
	"gancho/engine/store"
)

// traces tells a collector of every run that ends, as OpenTelemetry traces over HTTP: a span for
// the run, one for each step. They hold no payload. A collector that cannot keep up misses some.
type traces struct {
	engine  *engine.Engine
	url     string // of the collector's traces
	log     *slog.Logger
	waiting []span
	missed  int
}

const (
	tracesEvery = time.Second
	tracesMost  = 512 // spans in one request
	tracesFor   = 10 * time.Second
	tracesLast  = time.Second // for what waits when the program stops
)

// span in the JSON of OTLP 1.x.
type span struct {
	TraceID    string      `json:"traceId"`
	SpanID     string      `json:"spanId"`
	Parent     string      `json:"parentSpanId,omitempty"`
	Name       string      `json:"name"`
	Kind       int         `json:"kind"`
	Start      string      `json:"startTimeUnixNano"`
	End        string      `json:"endTimeUnixNano"`
	Attributes []attribute `json:"attributes"`
	Status     spanStatus  `json:"status"`
}

type spanStatus struct {
	Code    int    `json:"code"` // 1 well, 2 failed
	Message string `json:"message,omitempty"`
}

type attribute struct {
	Key   string         `json:"key"`
	Value map[string]any `json:"value"`
}

const (
	kindInternal = 1
	kindServer   = 2
	spanWell     = 1
	spanFailed   = 2
)

func newTraces(e *engine.Engine, endpoint string, log *slog.Logger) *traces {
	url := strings.TrimSuffix(endpoint, "/")
	if !strings.HasSuffix(url, "/v1/traces") {
		url += "/v1/traces"
	}
	return &traces{engine: e, url: url, log: log}
}

// follow sends what ends until ctx is done, and then what still waits.
func (t *traces) follow(ctx context.Context) {
	reader, err := t.engine.FollowRuns(ctx, "")
	if err != nil {
		return
	}
	defer reader.Close()
	defer t.sendRest(ctx)
	for last := time.Now(); ; {
		n, err := reader.Next(ctx, tracesEvery)
		if err != nil && !errors.Is(err, engine.ErrQuiet) {
			return
		}
		if n.Gap {
			t.missed++
		}
		if n.Run != nil && n.Run.Status.Final() {
			t.add(ctx, n.Run.ID)
		}
		if len(t.waiting) >= tracesMost || len(t.waiting) > 0 && time.Since(last) >= tracesEvery {
			last = time.Now()
			t.send(ctx)
		}
	}
}

// sendRest sends what waits when ctx is done; a collector has a second to take it.
func (t *traces) sendRest(ctx context.Context) {
	if len(t.waiting) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tracesLast)
	defer cancel()
	t.send(ctx)
}

func (t *traces) add(ctx context.Context, id string) {
	run, err := t.engine.Run(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	if err != nil {
		t.log.Error("trace a run", "run", id, "error", err)
		return
	}
	if run.Ended == nil {
		return
	}
	t.waiting = append(t.waiting, spansOf(&run)...)
}

// spansOf makes a trace of a run. Its ID is the run's, so that one finds the other.
func spansOf(run *engine.RunView) []span {
	trace := strings.ReplaceAll(run.ID, "-", "")
	root := span{
		TraceID: trace, SpanID: trace[len(trace)-16:], Name: run.Flow, Kind: kindServer, Start: nano(run.At), End: nano(*run.Ended), Status: statusOf(run.Error),
		Attributes: attributes("gancho.flow", run.Flow, "gancho.run", run.ID, "gancho.event", run.Event, "gancho.revision", run.Revision, "gancho.status", string(run.Status), "gancho.replay_of", run.ReplayOf),
	}
	spans := []span{root}
	for i := range run.Steps {
		s := &run.Steps[i]
		if s.Started == nil {
			continue
		}
		end := s.Ended
		if end == nil {
			end = run.Ended
		}
		spans = append(spans, span{
			TraceID: trace, SpanID: fmt.Sprintf("%s%08x", trace[len(trace)-8:], i+1), Parent: root.SpanID, Name: s.Path, Kind: kindInternal,
			Start: nano(*s.Started), End: nano(*end), Status: statusOf(s.Error),
			Attributes: attributes("gancho.step", s.Path, "gancho.action", s.Action, "gancho.status", s.Status, "gancho.attempts", len(s.Attempts)),
		})
	}
	return spans
}

func nano(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

// statusOf tells the code alone: a message may hold what somebody sent.
func statusOf(e *said.ErrorView) spanStatus {
	if e == nil {
		return spanStatus{Code: spanWell}
	}
	return spanStatus{Code: spanFailed, Message: e.Code}
}

// attributes takes names and values in turn; empty ones are left out.
func attributes(pairs ...any) []attribute {
	list := []attribute{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case string:
			if v != "" {
				list = append(list, attribute{name, map[string]any{"stringValue": v}})
			}
		case int:
			list = append(list, attribute{name, map[string]any{"intValue": strconv.Itoa(v)}})
		}
	}
	return list
}

// send posts what waits. What a collector does not take is not sent again.
func (t *traces) send(ctx context.Context) {
	spans := t.waiting
	t.waiting = nil
	if err := t.post(ctx, spans); err != nil && ctx.Err() == nil {
		t.log.Warn("send traces", "collector", t.url, "spans", len(spans), "error", err)
	}
	if t.missed > 0 {
		t.log.Warn("runs ended too fast to trace them all", "times", t.missed)
		t.missed = 0
	}
}

func (t *traces) post(ctx context.Context, spans []span) error {
	body, err := json.Marshal(map[string]any{"resourceSpans": []any{map[string]any{
		"resource":   map[string]any{"attributes": attributes("service.name", "gancho", "service.version", version)},
		"scopeSpans": []any{map[string]any{"scope": map[string]any{"name": "gancho"}, "spans": spans}},
	}}})
	if err != nil {
		return fmt.Errorf("write traces: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, tracesFor)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the collector's address: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := serverClient.Do(r)
	if err != nil {
		return bare(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the collector answered %d", res.StatusCode)
	}
	return nil
}
