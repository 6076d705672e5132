package engine

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gancho/engine/flow"
	"gancho/engine/refusal"
	"gancho/engine/said"
	"gancho/engine/store"
)

// RunView is a run as the API, the command line and the editor show it. Trigger and Steps
// are filled for a single run only.
type RunView struct {
	ID         string          `json:"id" doc:"names the run"`
	Flow       string          `json:"flow" doc:"id of its flow"`
	Revision   int             `json:"revision,omitempty" doc:"the published revision that it runs; left out until it begins, and for a test of a draft"`
	Event      string          `json:"event" doc:"id of the event that it is of"`
	Title      string          `json:"title" doc:"what people call it, made of its event"`
	Status     store.Status    `json:"status" enum:"pending,running,waiting,unknown,succeeded,failed,filtered,canceled,duplicate" doc:"pending and running are under way; unknown waits for a person to settle an outcome; the rest has ended"`
	WaitingFor string          `json:"waiting_for,omitempty" enum:"delay,signal,retry,quota,connection,call" doc:"of a waiting run"`
	At         time.Time       `json:"at" doc:"when the event was accepted"`
	Ended      *time.Time      `json:"ended,omitempty" doc:"left out until it has"`
	Due        *time.Time      `json:"due,omitempty" doc:"when it goes on by itself"`
	Error      *said.ErrorView `json:"error,omitempty" doc:"that it ended with, or waits with for its next attempt"`
	Reason     string          `json:"reason,omitempty" doc:"why it was filtered, canceled or waits, in words"`
	Erased     bool            `json:"erased,omitempty" doc:"what it held of a person was taken out; it cannot be replayed"`
	ErasedAt   *time.Time      `json:"erased_at,omitempty" doc:"of an erased one: when, where that was kept"`
	StoppedAt  *StopView       `json:"stopped_at,omitempty" doc:"of a filtered run: the step that filtered it, unless it was the trigger"`
	ReplayOf   string          `json:"replay_of,omitempty" doc:"id of the run that it repeats"`
	ReplayedBy string          `json:"replayed_by,omitempty" doc:"of a failed run: the newest that repeats it"`
	ReplayedAs store.Status    `json:"replayed_as,omitempty" doc:"how that one stands: with succeeded the failure is settled" enum:"pending,running,waiting,unknown,succeeded,failed,filtered,canceled,duplicate"`
	Approval   string          `json:"approval,omitempty" enum:"approved,rejected,expired" doc:"how the newest approval that it asked for was answered"`
	AnsweredBy string          `json:"answered_by,omitempty" doc:"who did, where it was not by the link"`
	Group      string          `json:"group,omitempty" doc:"of a failed run: names those with the same error, as in GET /failures"`
	Trigger    map[string]any  `json:"trigger,omitempty" doc:"what expressions know as trigger; of one run only"`
	Steps      []StepView      `json:"steps,omitzero" doc:"of one run; lists leave them out"`
	Answer     *Answer         `json:"answer,omitempty" doc:"of a flow that answers its caller"`
}

// StopView is the step at which a run was filtered.
type StopView struct {
	Step string `json:"step" doc:"path"`
	Name string `json:"step_name" doc:"what people call it"`
}

// StepView is what one step did, by its path.
type StepView struct {
	Path     string          `json:"path" doc:"ids with slashes between, and the turn of a loop as a number"`
	Action   string          `json:"action" doc:"kind of its action"`
	Status   string          `json:"status" enum:"pending,running,waiting,succeeded,failed,skipped,filtered,unknown" doc:"how it stands"`
	Started  *time.Time      `json:"started,omitempty" doc:"when its first attempt began"`
	Ended    *time.Time      `json:"ended,omitempty" doc:"left out until it has"`
	Attempts []AttemptView   `json:"attempts" doc:"in their order; of a long list the newest"`
	Input    map[string]any  `json:"input,omitempty" doc:"its settings with templates filled; secrets are left out"`
	Request  any             `json:"request,omitempty" doc:"what went out, or would have; secrets are replaced"`
	Output   any             `json:"output,omitempty" doc:"what later steps see of it"`
	Error    *said.ErrorView `json:"error,omitempty" doc:"that it ended with, or waits with for its next attempt"`
	Warning  *said.ErrorView `json:"warning,omitempty" doc:"of a step that is held back: what a run would stop for here, such as no_connection"`
	Reason   string          `json:"reason,omitempty" doc:"why it was skipped, filtered or waits, in words"`
	Due      *time.Time      `json:"due,omitempty" doc:"when it goes on by itself"`
	Waiting  string          `json:"waiting_for,omitempty" enum:"delay,signal,retry,quota,connection,call" doc:"of a waiting step"`
	WaitURL  string          `json:"wait_url,omitempty" doc:"where the signal that it waits for is given: of one run, not for viewers"`
	Approval string          `json:"approval,omitempty" enum:"approved,rejected,expired" doc:"of an approval: how it was answered"`
	By       string          `json:"answered_by,omitempty" doc:"of an approval: who answered, where it was not by the link"`
	Lines    []string        `json:"log,omitempty" doc:"lines that it wrote"`
	Mocked   bool            `json:"mocked,omitempty" doc:"the output was given by the test, and nothing was done"`
	Twice    bool            `json:"may_have_happened_twice,omitempty" doc:"an effect was tried again, and it is not known whether the time before had reached the provider"`
	Chosen   []int           `json:"chosen,omitzero" doc:"of a branch: the paths that were taken, counted from 0"`
	DoneBy   string          `json:"done_by,omitempty" doc:"of a replay: the former run that did this; it was not done again"`

	given map[string]any // the input with its credentials, for the tests of a flow
}

// AttemptView is one attempt of a step.
type AttemptView struct {
	At         time.Time       `json:"at" doc:"when it began"`
	DurationMs int64           `json:"duration_ms" doc:"how long it took"`
	Error      *said.ErrorView `json:"error,omitempty" doc:"that it ended with; left out when it went well"`
	Request    any             `json:"request,omitempty" doc:"what went out; secrets are replaced"`
	Response   any             `json:"response,omitempty" doc:"what came back, cut to a readable size"`
}

// EventView is a delivery. Trigger is filled for a single event only.
type EventView struct {
	ID       string         `json:"id" doc:"names the event"`
	Flow     string         `json:"flow" doc:"id of its flow"`
	At       time.Time      `json:"at" doc:"when it came"`
	Status   store.Outcome  `json:"status" enum:"accepted,filtered,duplicate,rejected,captured" doc:"what was made of it"`
	Reason   string         `json:"reason,omitempty" doc:"why it was not accepted, in words"`
	Run      string         `json:"run,omitempty" doc:"id of the run that it made"`
	Name     string         `json:"event,omitempty" doc:"what the provider calls it, such as orders/paid"`
	Title    string         `json:"title,omitempty" doc:"what people call it"`
	ReplayOf string         `json:"replay_of,omitempty" doc:"it did not come: a replay made it of this event"`
	Erased   bool           `json:"erased,omitempty" doc:"what it held of a person was taken out"`
	ErasedAt *time.Time     `json:"erased_at,omitempty" doc:"of an erased one: when, where that was kept"`
	Size     int            `json:"size" doc:"of the body as it came, in bytes"`
	Note     string         `json:"note,omitempty" doc:"what is worth to know of how it was read"`
	Trigger  map[string]any `json:"trigger,omitempty" doc:"what expressions know as trigger; of one event only"`
	Raw      string         `json:"raw,omitempty" doc:"the body as it came, where it is text; of one event only"`
	Base64   string         `json:"raw_base64,omitempty" doc:"the body as it came, where it is no text; of one event only"`
}

func viewRun(r *store.Run) RunView {
	v := RunView{
		ID: r.ID, Flow: r.Flow, Revision: r.Revision, Event: r.Event, Title: r.Title, Status: r.Status,
		At: r.At.UTC(), Ended: moment(r.Ended), Erased: r.Status.Final() && r.Reason == store.Erased, ErasedAt: moment(r.ErasedAt), ReplayOf: r.ReplayOf,
	}
	if !r.Status.Final() {
		v.Due = moment(r.Due)
	}
	if r.Status == store.Waiting {
		v.WaitingFor = r.WaitingFor
	}
	if r.Status.Final() || r.Status == store.Waiting { // one that goes on waits for that no more
		v.Reason = r.Reason
	}
	if showsError(r) {
		v.Error = &said.ErrorView{Code: r.Error.Code, Message: r.Error.Message, Step: r.Error.Step, Status: r.Error.Status}
	}
	if r.Status == store.Failed {
		v.Group = groupOf(r)
	}
	v.readTold(r)
	return v
}

// showsError says that a run stands on an error: it ended or waits with one. A new attempt forgets it.
func showsError(r *store.Run) bool {
	return r.Error.Code != "" && (r.Status.Final() || r.Status == store.Waiting)
}

func viewStep(r *record) StepView {
	given := inputOf(r)
	v := StepView{
		Path: r.Path, Action: r.Action, Status: r.Status, Started: moment(r.Started), Ended: moment(r.Ended),
		Attempts: []AttemptView{}, Input: withoutCredentials(given), given: given, Request: r.Request, Output: r.Output, Error: viewError(r.Error), Warning: viewError(r.lacks), Reason: r.Reason,
		Due: moment(r.Due), Lines: r.Lines, Mocked: r.Mocked, Twice: r.Doubtful, DoneBy: r.DoneBy, Approval: r.approval(), By: r.By, Chosen: r.Chosen,
	}
	if r.Status == stepWaiting {
		v.Waiting = r.For
	}
	for _, a := range r.Attempts {
		v.Attempts = append(v.Attempts, AttemptView{a.At.UTC(), a.Ms, viewError(a.Error), a.Request, a.Response})
	}
	if r.Left && r.Status == stepWaiting {
		v.Status, v.Due, v.Waiting, v.Reason = stepSkipped, nil, "", bothWords("the block around it has failed", "o bloco em volta falhou")
	}
	if n := len(r.Attempts); n > 0 && v.Request == nil {
		v.Request = r.Attempts[n-1].Request
	}
	return v
}

func viewError(e *stepError) *said.ErrorView {
	if e == nil {
		return nil
	}
	return &said.ErrorView{Code: e.Code, Message: e.Message, Step: e.Step, Status: e.Status, Hint: e.Hint}
}

func viewEvent(i *store.EventInfo) EventView {
	return EventView{
		ID: i.ID, Flow: i.Flow, At: i.At.UTC(), Status: i.Outcome, Reason: i.Reason, Run: i.Run, Name: i.Name, Title: i.Title, Size: i.Size,
		ReplayOf: i.Source, Erased: i.Reason == store.Erased, ErasedAt: moment(i.ErasedAt),
	}
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Run tells the whole story of a run, from the store alone.
func (e *Engine) Run(ctx context.Context, id string) (RunView, error) {
	story, records, err := e.storyOf(ctx, id)
	if err != nil {
		return RunView{}, err
	}
	v, ran := viewRun(&story.Run), e.revisionOf(ctx, &story.Run)
	v.Steps = viewSteps(ran, records)
	e.remake(ctx, &v, &story.Run, ran, keyOf(&story))
	v.close()
	e.nameStep(ctx, &story.Run, &v)
	v.ReplayedBy, v.ReplayedAs = e.replayedBy(ctx, &story.Run)
	if v.Trigger = e.triggerView(story.Meta, story.Body, story.Run.At, story.Run.EventName, story.Run.Event); v.Trigger != nil {
		v.Trigger["resource"] = fetchedBy(records)
	}
	if story.Run.Answer != nil {
		v.Answer = new(Answer)
		if err := decodeExact(story.Run.Answer, v.Answer); err != nil {
			return RunView{}, fmt.Errorf("answer of run %s: %w", id, err)
		}
	}
	v.speak(ctx)
	e.Catalogue.nameFields(ctx, &v)
	e.Mask(&v, ran)
	return v, nil
}

// revisionOf gives the flow that a run runs; nil when it is gone.
func (e *Engine) revisionOf(ctx context.Context, r *store.Run) *flow.Flow {
	f, err := e.Flows.Revision(ctx, r.Flow, r.Revision)
	if err != nil {
		return nil
	}
	return f
}

// triggerView shows an event as expressions see it; nil once its body was dropped.
func (e *Engine) triggerView(raw, body []byte, at time.Time, name, id string) map[string]any {
	var meta Meta
	if len(raw) == 0 || json.Unmarshal(raw, &meta) != nil {
		return nil
	}
	value, err := e.Decode(meta.Type, body)
	if err != nil {
		value = nil
	}
	return TriggerScope(&meta, value, at, name, id)
}

// triggerOf is the same of a delivery.
func (e *Engine) triggerOf(i *store.EventInfo) map[string]any {
	return e.triggerView(i.Meta, i.Body, i.At, i.Name, i.ID)
}

// Runs lists runs, newest first, with a cursor for the next page.
func (e *Engine) Runs(ctx context.Context, q store.Query) ([]RunView, string, error) {
	return fullPage(q, func(q store.Query, sought sought) (views []RunView, next string, err error) {
		runs, next, err := e.Store.ListRuns(ctx, q)
		for i := 0; i < len(runs) && err == nil; i++ {
			r, missed := &runs[i], false
			missed, err = e.missed(ctx, r.Flow, r.Event, sought, func() (any, error) { return e.Run(ctx, r.ID) })
			if err == nil && !missed {
				views = append(views, e.RunItem(ctx, r))
			}
		}
		return views, next, err
	})
}

// Events lists deliveries, newest first, with a cursor for the next page.
func (e *Engine) Events(ctx context.Context, q store.Query) ([]EventView, string, error) {
	return fullPage(q, func(q store.Query, sought sought) (views []EventView, next string, err error) {
		events, next, err := e.Store.ListEvents(ctx, q)
		for i := 0; i < len(events) && err == nil; i++ {
			v, missed := &events[i], false
			missed, err = e.missed(ctx, v.Flow, v.ID, sought, func() (any, error) { return e.Event(ctx, v.ID) })
			if err == nil && !missed {
				views = append(views, e.EventItem(ctx, v))
			}
		}
		return views, next, err
	})
}

// Event gives one delivery with its body, as received and as expressions see it; what the
// flow masks is hidden.
func (e *Engine) Event(ctx context.Context, id string) (EventView, error) {
	v, err := e.WholeEvent(ctx, id)
	veil := e.veilOf(v.Flow, v.At)
	if err != nil || veil == nil {
		return v, err
	}
	if v.Trigger != nil {
		v.Trigger["body"] = veil.body(v.Trigger["body"])
		v.Trigger["headers"], v.Trigger["query"] = veil.over(v.Trigger["headers"]), veil.over(v.Trigger["query"])
	}
	v.Reason, v.Title = veil.text(v.Reason), veil.text(v.Title)
	v.Raw, v.Base64 = "", "" // they would show what is masked
	return v, nil
}

// WholeEvent is Event with nothing hidden, for tests of a flow; what they show must be masked.
func (e *Engine) WholeEvent(ctx context.Context, id string) (EventView, error) {
	info, err := e.Store.GetEvent(ctx, id)
	if err != nil {
		return EventView{}, err
	}
	v := ViewEvent(ctx, &info)
	v.Trigger = e.triggerOf(&info)
	var meta Meta
	if json.Unmarshal(info.Meta, &meta) == nil {
		v.Note = said.Reason(meta.Note, langOf(ctx))
	}
	if utf8.Valid(info.Body) {
		v.Raw = string(info.Body)
	} else {
		v.Base64 = base64.StdEncoding.EncodeToString(info.Body)
	}
	return v, nil
}

// CancelAll ends every run of a flow that has not ended.
func (e *Engine) CancelAll(ctx context.Context, flow, reason string) error {
	for _, status := range []store.Status{store.Pending, store.Running, store.Waiting, store.Unknown} {
		q := store.Query{Flow: flow, Status: string(status), Limit: 200}
		for {
			runs, next, err := e.Store.ListRuns(ctx, q)
			if err != nil {
				return err
			}
			ids := make([]string, len(runs))
			for i := range runs {
				ids[i] = runs[i].ID
			}
			for _, err := range e.cancel(ctx, ids, reason) {
				if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			if q.Cursor = next; next == "" {
				break
			}
		}
	}
	return nil
}

// Start is an event that a person or the API makes.
type Start struct {
	Body    any
	Headers map[string]string
	Query   map[string]string
	Method  string // POST when empty
}

// Started is an event for any flow, as if its trigger had fired.
func (e *Engine) Started(id string, s Start) (Incoming, error) {
	entry, err := e.Flows.Get(id)
	if err != nil {
		return Incoming{}, err
	}
	in := Incoming{Flow: id, At: e.Now(), Meta: Meta{Kind: "manual", Method: cmp.Or(s.Method, "POST"), Headers: map[string]string{}, Query: s.Query}}
	for name, value := range s.Headers {
		in.Meta.Headers[strings.ToLower(name)] = value
	}
	in.Meta.Type = in.Meta.Headers["content-type"]
	text, isText := s.Body.(string)
	if isText && in.Meta.Type != "" && !strings.Contains(in.Meta.Type, "json") {
		in.Body = []byte(text)
	} else {
		in.Meta.Type = "application/json"
		if in.Body, err = json.Marshal(s.Body); err != nil {
			return Incoming{}, fmt.Errorf("body: %w", err)
		}
	}
	if entry.Published == nil {
		in.Outcome = store.Captured
	}
	return in, nil
}

// Fits refuses an input that the published revision of a flow would take from no caller.
func (e *Engine) Fits(in *Incoming) error {
	entry, err := e.Flows.Get(in.Flow)
	if err != nil || entry.Published == nil {
		return err
	}
	if check := e.plan(entry).accepts(); check != nil {
		if err := check(in.Body); err != nil {
			return refusal.New(refusal.Invalid, "schema", err.Error(), said.In(err.Error(), "pt-BR"))
		}
	}
	return nil
}
