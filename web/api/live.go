package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/web/session"

	"github.com/labstack/echo/v4"
)

// liveBeat is how long a stream may be silent before it says that it is still there.
const liveBeat = 15 * time.Second

// askAgain is how long who once might read a stream is not asked for again: a role may be taken away.
const askAgain = time.Second

// live streams what changes as server-sent events, until the reader goes, the reader may no
// longer look, or the server stops.
// A reader that comes back with Last-Event-ID goes on where it was, or is told of a gap. One that
// names in `of` what it reads is told of nothing else: steps cost each commit something.
func (s *server) live(c echo.Context) error {
	of := strings.FieldsFunc(c.QueryParam("of"), func(r rune) bool { return r == ',' })
	for _, name := range of {
		if !slices.Contains(newsNames, name) {
			all := strings.Join(newsNames, ", ")
			return writeProblem(c, http.StatusUnprocessableEntity, "bad_of", "of lists some of "+all, "of lista alguns destes: "+all)
		}
	}
	asks := func(name string) bool { return len(of) == 0 || slices.Contains(of, name) }
	follow := s.Engine.FollowRuns
	if asks("step") {
		follow = s.Engine.Follow
	}
	lang := LanguageOf(c.Request())
	ctx := engine.WithLang(c.Request().Context(), lang)
	reader, err := follow(ctx, c.Request().Header.Get("Last-Event-ID"))
	if err != nil {
		return nil //nolint:nilerr // the reader is gone
	}
	defer reader.Close()
	w := c.Response()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := &stream{w: w, control: http.NewResponseController(w)}
	err = out.send(reader.At(), "hello", Hello{s.Version})
	asked := time.Now()
	for flow := c.QueryParam("flow"); err == nil; {
		var n engine.News
		n, err = reader.Next(ctx, time.Until(out.beat))
		if time.Since(asked) > askAgain {
			if person, unknown := s.People.Peek(c.Request()); unknown != nil || !person.Role.May(session.View) {
				return nil
			}
			asked = time.Now()
		}
		quiet := errors.Is(err, engine.ErrQuiet)
		switch {
		case err == nil && (n.Gap || (flow == "" || n.Of() == flow) && asks(nameOf(&n))):
			err = out.send(n.ID, nameOf(&n), s.news(ctx, &n, lang))
		case quiet, err == nil && time.Now().After(out.beat): // nothing was for this reader
			err = out.write(": still here\nevent: ping\ndata: {}\n\n") // readers in a browser see no comments
		}
	}
	return nil
}

// newsNames are what a reader may ask for; a gap is told of to all.
var newsNames = []string{"run", "event", "step", "flow", "alert", "replay"}

func nameOf(n *engine.News) string {
	switch {
	case n.Run != nil:
		return "run"
	case n.Event != nil:
		return "event"
	case n.Step != nil:
		return "step"
	case n.Alert != nil:
		return "alert"
	case n.Replay != nil:
		return "replay"
	case n.Gap:
		return "gap"
	}
	return "flow"
}

// news is what a reader is told of one.
func (s *server) news(ctx context.Context, n *engine.News, lang string) any {
	switch {
	case n.Run != nil:
		return s.Engine.RunItem(ctx, n.Run)
	case n.Event != nil:
		return s.Engine.EventItem(ctx, n.Event)
	case n.Step != nil:
		return n.Step
	case n.Alert != nil:
		return spokenAlert(*n.Alert, lang)
	case n.Replay != nil:
		return n.Replay.Told(ctx)
	case n.Gap:
		return Gap{}
	}
	e, err := s.Flows.Get(n.Flow)
	if err != nil {
		return FlowNews{ID: n.Flow, Deleted: true}
	}
	return FlowNews{ID: n.Flow, State: e.State, DraftRev: e.DraftRev, PublishedRev: &e.PublishedRev}
}

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	beat    time.Time // when it has been silent for too long
}

func (o *stream) send(id, name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return o.write(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", id, name, data))
}

func (o *stream) write(text string) error {
	if err := o.control.SetWriteDeadline(time.Now().Add(liveBeat)); err != nil {
		return fmt.Errorf("set the deadline: %w", err)
	}
	if _, err := o.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := o.control.Flush(); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	o.beat = time.Now().Add(liveBeat)
	return nil
}
