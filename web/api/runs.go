package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"gancho/engine"
	"gancho/engine/store"
	"gancho/web/session"
)

// HistoryInput are the parameters that lists of runs and events share.
type HistoryInput struct {
	Page
	Flow string `query:"flow" doc:"id; only what belongs to this flow"`
	Text string `query:"q" doc:"whole values in bodies, outputs and errors; path = value for the one at a path"`
	From string `query:"from" doc:"RFC 3339"`
	To   string `query:"to" doc:"RFC 3339"`
}

func (in *HistoryInput) query() (store.Query, error) {
	q := store.Query{Flow: in.Flow, Text: in.Text, Cursor: in.Cursor, Limit: in.size()}
	var err error
	if q.From, err = parseTime("from", in.From); err == nil {
		q.To, err = parseTime("to", in.To)
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

func parseTime(name, text string) (time.Time, error) {
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
	Status string   `query:"status" enum:"pending,running,waiting,unknown,succeeded,failed,filtered,canceled,duplicate" doc:"only runs that are so"`
	Error  string   `query:"error" doc:"code of the error that they ended or wait with"`
	Group  string   `query:"group" doc:"of GET /failures: runs that failed in the same way, or try again"`
	Quiet  []string `query:"quiet" doc:"flows, with commas between: of them only what failed, waits or is unknown"`
}

func (s *server) runsQuery(ctx context.Context, in *runsInput) (store.Query, error) {
	q, err := in.query()
	q.Status, q.Error = in.Status, in.Error
	if err == nil {
		err = s.Engine.Narrow(ctx, &q, in.Group, in.Quiet)
	}
	return q, err
}

func (s *server) listRuns(ctx context.Context, in *runsInput) (*listOutput[engine.RunView], error) {
	q, err := s.runsQuery(ctx, in)
	if err != nil {
		return nil, err
	}
	runs, next, err := s.Engine.Runs(ctx, q)
	if err != nil {
		return nil, badCursor(err)
	}
	out := listOf(runs, next)
	out.Body.Unread = s.Store.Unread(in.Flow)
	return out, nil
}

type failuresInput struct {
	Flow string `query:"flow" doc:"id; only runs of this flow"`
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

func (s *server) getRun(ctx context.Context, in *IDPath) (*runOutput, error) {
	run, err := s.Engine.Run(ctx, in.ID)
	if err != nil {
		return nil, found(err, "run", "esta execução")
	}
	if who(ctx).Role == session.Viewer {
		engine.HideWaitURLs(&run)
	} else {
		s.Engine.ShowWaitURLs(&run)
	}
	return &runOutput{run}, nil
}

type answerInput struct {
	IDPath
	Path string `path:"path" doc:"of the step, with its slashes escaped as %2F"`
	Body struct {
		Approved bool `json:"approved" doc:"false rejects"`
	}
}

func (s *server) answerWait(ctx context.Context, in *answerInput) (*runOutput, error) {
	err := s.Engine.AnswerWait(ctx, in.ID, in.Path, in.Body.Approved, who(ctx).Name)
	if errors.Is(err, store.ErrUsed) {
		return nil, problemOf(http.StatusConflict, "used", "this was answered before, or is over", "isto já foi respondido ou terminou")
	}
	if err != nil {
		return nil, found(err, "step that asks for an approval", "um passo que peça aprovação")
	}
	return s.getRun(ctx, &in.IDPath)
}

func (s *server) cancelRun(ctx context.Context, in *IDPath) (*runOutput, error) {
	err := s.Engine.Cancel(ctx, in.ID, "canceled by "+s.called(ctx))
	if errors.Is(err, store.ErrConflict) {
		return nil, hasEnded()
	}
	if err != nil {
		return nil, ended(found(err, "run", "esta execução"))
	}
	return s.getRun(ctx, in)
}

func (s *server) retryNow(ctx context.Context, in *IDPath) (*runOutput, error) {
	if err := s.Engine.RetryNow(ctx, in.ID); err != nil {
		return nil, found(err, "run", "esta execução")
	}
	return s.getRun(ctx, in)
}

// ended makes a conflict of a run that is over.
func ended(err error) error {
	if p, ok := err.(*Problem); ok && p.Status == http.StatusGone { //nolint:errorlint // fault gives it bare
		return hasEnded()
	}
	return err
}

func hasEnded() *Problem {
	return problemOf(http.StatusConflict, "ended", "the run has ended", "a execução já terminou")
}
