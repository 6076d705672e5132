package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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
// A reader that comes back with Last-Event-ID goes on where it was, or is told of a gap.
func (s *server) live(c echo.Context) error {
	lang := LanguageOf(c.Request())
	ctx := engine.WithLang(c.Request().Context(), lang)
	reader, err := s.Engine.Follow(ctx, c.Request().Header.Get("Last-Event-ID"))
	if err != nil {
		return nil //nolint:nilerr // the reader is gone
	}
	defer reader.Close()
	w := c.Response()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := &stream{w: w, control: http.NewResponseController(w)}
	err = out.send(reader.At(), "hello", map[string]any{"version": s.Version})
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
		case err == nil && (n.Gap || flow == "" || n.Of() == flow):
			name, value := s.news(ctx, &n, lang)
			err = out.send(n.ID, name, value)
		case quiet, err == nil && time.Now().After(out.beat): // all news was of other flows
			err = out.write(": still here\n\n")
		}
	}
	return nil
}

// news is how a reader is told of one.
func (s *server) news(ctx context.Context, n *engine.News, lang string) (name string, value any) {
	switch {
	case n.Run != nil:
		return "run", s.Engine.RunItem(ctx, n.Run)
	case n.Event != nil:
		return "event", s.Engine.EventItem(ctx, n.Event)
	case n.Step != nil:
		return "step", n.Step
	case n.Alert != nil:
		return "alert", spokenAlert(*n.Alert, lang)
	case n.Replay != nil:
		return "replay", n.Replay.Told(ctx)
	case n.Gap:
		return "gap", map[string]any{}
	}
	e, err := s.Flows.Get(n.Flow)
	if err != nil {
		return "flow", map[string]any{"id": n.Flow, "deleted": true}
	}
	return "flow", map[string]any{"id": n.Flow, "state": e.State, "draft_rev": e.DraftRev, "published_rev": e.PublishedRev}
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
