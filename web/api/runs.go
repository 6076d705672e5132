package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/store"

	"github.com/labstack/echo/v4"
)

// HistoryInput are the parameters that lists of runs and events share.
type HistoryInput struct {
	Page
	Flow   string `query:"flow"`
	Status string `query:"status"`
	Text   string `query:"q" doc:"whole values in bodies, outputs and errors"`
	From   string `query:"from" doc:"RFC 3339"`
	To     string `query:"to" doc:"RFC 3339"`
	Error  string `query:"error" doc:"code"`
}

func (in *HistoryInput) query(statuses ...string) (store.Query, error) {
	q := store.Query{Flow: in.Flow, Status: in.Status, Error: in.Error, Text: in.Text, Cursor: in.Cursor, Limit: in.size()}
	if in.Status != "" && !slices.Contains(statuses, in.Status) {
		return q, problemOf(http.StatusUnprocessableEntity, "bad_status", "status is one of "+strings.Join(statuses, ", "), "status é um destes: "+strings.Join(statuses, ", "))
	}
	var err error
	if q.From, err = moment("from", in.From); err == nil {
		q.To, err = moment("to", in.To)
	}
	return q, err
}

// badCursor is a list's word for a cursor that it never gave.
func badCursor(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return problemOf(http.StatusUnprocessableEntity, "bad_cursor", "cursor must be the next of a page before", "cursor deve ser o next de uma página anterior")
	}
	return err
}

func moment(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, problemOf(http.StatusUnprocessableEntity, "bad_time", name+" must be a time such as 2026-01-31T09:00:00Z", name+" deve ser um instante como 2026-01-31T09:00:00Z")
	}
	return t, nil
}

type runsInput struct {
	HistoryInput
	Group string `query:"group" doc:"of GET /failures: runs that failed in the same way"`
}

func (in *runsInput) query() (store.Query, error) {
	q, err := in.HistoryInput.query(runStatuses...)
	if in.Group != "" {
		q.Status, q.Pick = string(store.Failed), engine.InGroup(in.Group)
	}
	return q, err
}

func (s *server) listRuns(ctx context.Context, in *runsInput) (*listOutput[engine.RunView], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	runs, next, err := s.Engine.Runs(ctx, q)
	if err != nil {
		return nil, badCursor(err)
	}
	return listOf(runs, next), nil
}

type failuresInput struct {
	Flow string `query:"flow"`
	From string `query:"from" doc:"RFC 3339"`
	To   string `query:"to" doc:"RFC 3339"`
}

type failuresOutput struct{ Body engine.Failures }

func (s *server) failures(ctx context.Context, in *failuresInput) (*failuresOutput, error) {
	h := HistoryInput{Flow: in.Flow, From: in.From, To: in.To}
	q, err := h.query()
	if err != nil {
		return nil, err
	}
	f, err := s.Engine.Failures(ctx, q)
	return &failuresOutput{f}, err
}

// RunPath names a run or an event.
type RunPath struct {
	ID string `path:"id"`
}

func (s *server) getRun(ctx context.Context, in *RunPath) (*runOutput, error) {
	run, err := s.Engine.Run(ctx, in.ID)
	if err != nil {
		return nil, found(err, "run", "esta execução")
	}
	return &runOutput{run}, nil
}

func (s *server) cancelRun(ctx context.Context, in *RunPath) (*runOutput, error) {
	if err := s.Engine.Cancel(ctx, in.ID, "canceled by "+who(ctx).Name); err != nil {
		return nil, ended(found(err, "run", "esta execução"))
	}
	return s.getRun(ctx, in)
}

// ended makes a conflict of a run that is over.
func ended(err error) error {
	if p, ok := err.(*Problem); ok && p.Status == http.StatusGone { //nolint:errorlint // fault gives it bare
		return problemOf(http.StatusConflict, "ended", "the run has ended", "a execução já terminou")
	}
	return err
}

type resolveInput struct {
	RunPath
	Path string `path:"path"`
	Body struct {
		As     string          `json:"as" enum:"done,repeat"`
		Output json.RawMessage `json:"output,omitempty" doc:"of the step, when done"`
	}
}

func (s *server) resolveStep(ctx context.Context, in *resolveInput) (*runOutput, error) {
	var output any
	if len(in.Body.Output) > 0 {
		var err error
		if output, err = expression.Decode(in.Body.Output); err != nil {
			return nil, problemOf(http.StatusUnprocessableEntity, "bad_output", "output: "+err.Error(), "output: "+err.Error())
		}
	}
	path, err := url.PathUnescape(in.Path)
	if err != nil {
		path = in.Path
	}
	if err := s.Engine.Resolve(ctx, in.ID, path, in.Body.As, output); err != nil {
		return nil, ended(found(err, "step", "este passo"))
	}
	return s.getRun(ctx, &in.RunPath)
}

func (s *server) listEvents(ctx context.Context, in *HistoryInput) (*listOutput[engine.EventView], error) {
	q, err := in.query("accepted", "filtered", "duplicate", "rejected", "captured")
	if err != nil {
		return nil, err
	}
	events, next, err := s.Engine.Events(ctx, q)
	if err != nil {
		return nil, badCursor(err)
	}
	return listOf(events, next), nil
}

type eventOutput struct{ Body engine.EventView }

func (s *server) getEvent(ctx context.Context, in *RunPath) (*eventOutput, error) {
	event, err := s.Engine.Event(ctx, in.ID)
	if err != nil {
		return nil, found(err, "event", "este evento")
	}
	return &eventOutput{event}, nil
}

// live streams what changes as server-sent events, until the reader goes or the server stops.
func (s *server) live(c echo.Context) error {
	ctx, cancel := context.WithCancel(engine.WithLang(c.Request().Context(), Language(c.Request().Header.Get("Accept-Language"))))
	defer cancel()
	flow := c.QueryParam("flow")
	w := c.Response()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := &stream{w: w, control: http.NewResponseController(w)}
	err := out.send("hello", map[string]any{"version": s.Version})
	if c.Request().Header.Get("Last-Event-ID") != "" && err == nil {
		err = out.send("gap", map[string]any{}) // what was missed meanwhile is not kept
	}
	if err != nil {
		return nil //nolint:nilerr // the reader is gone
	}
	changes := make(chan store.Change, 256)
	go func() {
		defer cancel()
		_ = s.Store.Live(ctx, func(change store.Change) { //nolint:errcheck // ends with the context
			select {
			case changes <- change:
			case <-ctx.Done():
			}
		})
	}()
	flows := make(chan string, 64)
	defer s.Flows.Follow(func(id string, _ *engine.FlowEntry) {
		select {
		case flows <- id:
		default:
		}
	})()
	alerts := make(chan engine.AlertView, 64)
	defer s.Engine.FollowAlerts(func(v engine.AlertView) {
		select {
		case alerts <- v:
		default:
		}
	})()
	replays := make(chan *engine.Replaying, 64)
	defer s.Engine.FollowReplays(func(r *engine.Replaying) {
		select {
		case replays <- r.Told(ctx):
		default:
		}
	})()
	lang := Language(c.Request().Header.Get("Accept-Language"))
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-s.Engine.Stopping():
			return nil
		case <-beat.C:
			err = out.comment()
		case id := <-flows:
			err = s.sendFlow(out, id, flow)
		case v := <-alerts:
			if flow == "" || v.Flow == flow {
				err = out.send("alert", spokenAlert(v, lang))
			}
		case r := <-replays:
			if flow == "" || r.Query.Flow == flow {
				err = out.send("replay", r)
			}
		case change := <-changes:
			err = s.sendChange(ctx, out, change, flow)
		}
		if err != nil {
			return nil
		}
	}
}

func (s *server) sendFlow(out *stream, id, flow string) error {
	if flow != "" && flow != id {
		return nil
	}
	e, err := s.Flows.Get(id)
	if err != nil {
		return out.send("flow", map[string]any{"id": id, "deleted": true})
	}
	return out.send("flow", map[string]any{"id": id, "state": e.State, "draft_rev": e.DraftRev, "published_rev": e.PublishedRev})
}

func (s *server) sendChange(ctx context.Context, out *stream, change store.Change, flow string) error {
	switch {
	case change.Gap:
		return out.send("gap", map[string]any{})
	case change.Run != nil && (flow == "" || change.Run.Flow == flow):
		return out.send("run", s.Engine.RunItem(ctx, change.Run))
	case change.Event != nil && (flow == "" || change.Event.Flow == flow):
		return out.send("event", s.Engine.EventItem(ctx, change.Event))
	}
	return nil
}

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	n       int
}

func (o *stream) send(name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	o.n++
	return o.write(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", o.n, name, data))
}

func (o *stream) comment() error { return o.write(": still here\n\n") }

func (o *stream) write(text string) error {
	if err := o.control.SetWriteDeadline(time.Now().Add(15 * time.Second)); err != nil {
		return fmt.Errorf("set the deadline: %w", err)
	}
	if _, err := o.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := o.control.Flush(); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return nil
}
