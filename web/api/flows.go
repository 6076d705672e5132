package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/store"
	"gancho/web/session"
)

// FlowView is a flow with its life.
type FlowView struct {
	Flow         any           `json:"flow" doc:"the draft"`
	State        engine.State  `json:"state" enum:"new,on,paused,off"`
	DraftRev     int64         `json:"draft_rev"`
	PublishedRev int           `json:"published_rev" doc:"0 if never published"`
	Changed      bool          `json:"changed" doc:"the draft is not what is published"`
	CanUndo      bool          `json:"can_undo"`
	CanRedo      bool          `json:"can_redo"`
	URL          string        `json:"url,omitempty" doc:"not for viewers"`
	Problems     []ProblemView `json:"problems"`
	Notices      []NoticeView  `json:"notices" doc:"how events changed since the flow was published"`
	Created      time.Time     `json:"created"`
	Updated      time.Time     `json:"updated"`
	SilentSince  *time.Time    `json:"silent_since" doc:"since when no event came, where settings.silence expects one; null while all is well"`
}

// FlowItem is a flow in a list.
type FlowItem struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Description  string        `json:"description"`
	Tags         []string      `json:"tags"`
	Trigger      string        `json:"trigger" doc:"kind of its trigger"`
	State        engine.State  `json:"state" enum:"new,on,paused,off"`
	DraftRev     int64         `json:"draft_rev"`
	PublishedRev int           `json:"published_rev"`
	Changed      bool          `json:"changed"`
	URL          string        `json:"url,omitempty"`
	Problems     []ProblemView `json:"problems"`
	Created      time.Time     `json:"created"`
	Updated      time.Time     `json:"updated"`
	SilentSince  *time.Time    `json:"silent_since" doc:"since when no event came, where settings.silence expects one; null while all is well"`
}

// Page says which part of a list is asked for.
type Page struct {
	Limit  int    `query:"limit" doc:"50 if left out, at most 200"`
	Cursor string `query:"cursor"`
}

func (p Page) size() int {
	if p.Limit <= 0 {
		return 50
	}
	return min(p.Limit, 200)
}

// List is a Page of things; next is null at the end.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

type listOutput[T any] struct{ Body List[T] }

func listOf[T any](items []T, next string) *listOutput[T] {
	out := &listOutput[T]{Body: List[T]{Items: items}}
	if out.Body.Items == nil {
		out.Body.Items = []T{}
	}
	if next != "" {
		out.Body.Next = &next
	}
	return out
}

// FlowPath names a flow.
type FlowPath struct {
	ID string `path:"id"`
}

type flowOutput struct {
	ETag string `header:"ETag"`
	Body FlowView
}

type nothing struct{}

// DocumentBody is a body that the handler reads itself: strictly, with every fault in its place.
type DocumentBody struct {
	RawBody []byte `contentType:"application/json"`
}

func (s *server) flowView(ctx context.Context, e *engine.FlowEntry) FlowView {
	return FlowView{
		Flow: e.Draft, State: e.State, DraftRev: e.DraftRev, PublishedRev: e.PublishedRev, Changed: changed(e), CanUndo: e.CanUndo(), CanRedo: e.CanRedo(), URL: s.url(ctx, e),
		Problems: viewProblems(s.problems(ctx, e), langOf(ctx)), Notices: s.notices(ctx, e.ID), Created: e.Created, Updated: e.Updated, SilentSince: s.silent(e.ID),
	}
}

// silent says since when a flow is silent that expects events.
func (s *server) silent(id string) *time.Time {
	since := s.Engine.SilentSince(id)
	if since.IsZero() {
		return nil
	}
	return &since
}

func changed(e *engine.FlowEntry) bool {
	return e.Published == nil || (e.Published != e.Draft && !reflect.DeepEqual(e.Published, e.Draft))
}

// url is the trigger URL, for those who may see it.
func (s *server) url(ctx context.Context, e *engine.FlowEntry) string {
	if e.Token == "" || !who(ctx).Role.May(session.Edit) || e.Draft.Trigger.Kind != "webhook" {
		return ""
	}
	return s.PublicURL + "/h/" + e.Token
}

func (s *server) flowOutput(ctx context.Context, e engine.FlowEntry, err error) (*flowOutput, error) {
	if err != nil {
		return nil, s.stale(ctx, err)
	}
	return &flowOutput{ETag: strconv.Quote(strconv.FormatInt(e.DraftRev, 10)), Body: s.flowView(ctx, &e)}, nil
}

// stale adds what is there now to a refusal for If-Match.
func (s *server) stale(ctx context.Context, err error) error {
	var r *engine.Refusal
	if !errors.As(err, &r) || r.Kind != engine.Stale || r.Current == nil {
		return err
	}
	p := problemOf(http.StatusPreconditionFailed, r.Code, r.Message.EN, r.Message.PT)
	p.Current = s.flowView(ctx, r.Current)
	return p
}

type listFlowsInput struct {
	Page
	Tag   string `query:"tag"`
	State string `query:"state"`
	Query string `query:"q" doc:"words of the name, description, tags, steps or address"`
}

func (s *server) listFlows(ctx context.Context, in *listFlowsInput) (*listOutput[FlowItem], error) {
	items, next := []FlowItem{}, ""
	for _, e := range s.Flows.List() {
		if e.ID <= in.Cursor || !in.matches(&e, s.url(ctx, &e)) {
			continue
		}
		if len(items) == in.size() {
			next = items[len(items)-1].ID
			break
		}
		tags := e.Draft.Tags
		if tags == nil {
			tags = []string{}
		}
		items = append(items, FlowItem{
			ID: e.ID, Name: e.Draft.Name, Description: e.Draft.Description, Tags: tags, Trigger: e.Draft.Trigger.Kind, State: e.State, DraftRev: e.DraftRev,
			PublishedRev: e.PublishedRev, Changed: changed(&e), URL: s.url(ctx, &e), Problems: viewProblems(s.listed(ctx, &e), langOf(ctx)), Created: e.Created, Updated: e.Updated, SilentSince: s.silent(e.ID),
		})
	}
	return listOf(items, next), nil
}

func (in *listFlowsInput) matches(e *engine.FlowEntry, url string) bool {
	if in.State != "" && string(e.State) != in.State {
		return false
	}
	tagged := in.Tag == ""
	for _, tag := range e.Draft.Tags {
		tagged = tagged || tag == in.Tag
	}
	if !tagged || in.Query == "" {
		return tagged
	}
	text := searched(e, url)
	for word := range strings.FieldsSeq(strings.ToLower(in.Query)) {
		tagged = tagged && strings.Contains(text, word)
	}
	return tagged
}

func readFlow(data []byte) (*flow.Flow, error) {
	f, problems := flow.ParseFlow(data)
	if f == nil || flow.Errors(problems) {
		p := problemOf(http.StatusUnprocessableEntity, "unreadable", "the flow cannot be read", "o fluxo não pode ser lido")
		p.problems = problems
		return nil, p
	}
	return f, nil
}

func (s *server) createFlow(ctx context.Context, in *DocumentBody) (*flowOutput, error) {
	f, err := readFlow(in.RawBody)
	if err != nil {
		return nil, err
	}
	e, err := s.Flows.Create(ctx, f)
	return s.flowOutput(ctx, e, err)
}

func (s *server) getFlow(ctx context.Context, in *FlowPath) (*flowOutput, error) {
	e, err := s.Flows.Get(in.ID)
	return s.flowOutput(ctx, e, err)
}

// IfMatch says which draft a change is meant for.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"draft_rev, a whole number, bare or quoted"`
}

// revision reads If-Match; -1 when it is left out or *.
func (m IfMatch) revision() (int64, error) {
	text := strings.Trim(strings.TrimPrefix(strings.TrimSpace(m.IfMatch), "W/"), `"`)
	if text == "" || text == "*" {
		return -1, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, problemOf(http.StatusBadRequest, "bad_if_match", "If-Match must be the draft_rev, a whole number", "If-Match deve ser o draft_rev, um número inteiro")
	}
	return n, nil
}

type updateFlowInput struct {
	FlowPath
	IfMatch
	DocumentBody
}

func (s *server) updateFlow(ctx context.Context, in *updateFlowInput) (*flowOutput, error) {
	rev, err := in.revision()
	if err != nil {
		return nil, err
	}
	f, err := readFlow(in.RawBody)
	if err != nil {
		return nil, err
	}
	e, err := s.Flows.Update(ctx, in.ID, f, rev)
	return s.flowOutput(ctx, e, err)
}

type deleteFlowInput struct {
	FlowPath
	Cancel flag `query:"cancel" doc:"end the runs that wait"`
}

func (s *server) deleteFlow(ctx context.Context, in *deleteFlowInput) (*nothing, error) {
	if _, err := s.Flows.Get(in.ID); err != nil {
		return nil, err
	}
	if in.Cancel {
		if err := s.Engine.CancelAll(ctx, in.ID, "the flow was deleted"); err != nil {
			return nil, err
		}
	}
	return nil, s.Flows.Delete(ctx, in.ID)
}

type publishInput struct {
	FlowPath
	IfMatch
	Force flag `query:"force" doc:"although tests fail"`
	Body  *struct {
		Force bool   `json:"force,omitempty"`
		Name  string `json:"name,omitempty" doc:"a name or note for the revision"`
	} `required:"false"`
}

// publishFlow refuses a flow whose own tests fail, unless forced.
func (s *server) publishFlow(ctx context.Context, in *publishInput) (*flowOutput, error) {
	rev, err := in.revision()
	if err != nil {
		return nil, err
	}
	o := engine.PublishOptions{IfMatch: rev, By: who(ctx).Name}
	force := bool(in.Force)
	if in.Body != nil {
		o.Name, force = in.Body.Name, force || in.Body.Force
	}
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	if !force && !flow.Errors(e.Problems) && len(e.Draft.Tests) > 0 {
		if err := s.refuseFailing(ctx, &e); err != nil {
			return nil, err
		}
	}
	e, err = s.Flows.Publish(ctx, in.ID, o)
	return s.flowOutput(ctx, e, err)
}

func (s *server) refuseFailing(ctx context.Context, e *engine.FlowEntry) error {
	tests, err := engine.Tests(ctx, s.trial(e.Draft))
	if err != nil {
		return problemOf(http.StatusConflict, "tests_failed", "the flow's tests could not run: "+err.Error(), "os testes do fluxo não puderam rodar: "+err.Error())
	}
	if tests.Failed == 0 {
		return nil
	}
	p := problemOf(http.StatusConflict, "tests_failed", fmt.Sprintf("%d of the flow's tests fail; mend them, or publish with force", tests.Failed),
		fmt.Sprintf("%d testes do fluxo falham; corrija, ou publique com force", tests.Failed))
	for i, t := range tests.Tests {
		for _, d := range t.Differences {
			p.problems = append(p.problems, form.Problem{
				Severity: form.Error, Path: fmt.Sprintf("/tests/%d", i), Code: "test_failed",
				Message: form.Label(t.Name+": "+d.Message, t.Name+": "+d.Message),
			})
		}
	}
	return p
}

func (s *server) life(f func(context.Context, string) (engine.FlowEntry, error)) func(context.Context, *FlowPath) (*flowOutput, error) {
	return func(ctx context.Context, in *FlowPath) (*flowOutput, error) {
		e, err := f(ctx, in.ID)
		return s.flowOutput(ctx, e, err)
	}
}

type rotateInput struct {
	FlowPath
	Body *struct {
		Overlap string `json:"overlap,omitempty" doc:"how long the old URL still works; 24h"`
	} `required:"false"`
}

func (s *server) rotateURL(ctx context.Context, in *rotateInput) (*flowOutput, error) {
	overlap := 24 * time.Hour
	if in.Body != nil && in.Body.Overlap != "" {
		var err error
		if overlap, err = form.ParseDuration(in.Body.Overlap); err != nil {
			return nil, problemOf(http.StatusUnprocessableEntity, "bad_duration", "overlap must be a duration such as 24h", "overlap deve ser uma duração como 24h")
		}
	}
	e, err := s.Flows.RotateURL(ctx, in.ID, overlap)
	return s.flowOutput(ctx, e, err)
}

func (s *server) listRevisions(ctx context.Context, in *FlowPath) (*listOutput[engine.RevisionInfo], error) {
	list, err := s.Flows.Revisions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return listOf(list, ""), nil
}

// RevisionPath names a revision.
type RevisionPath struct {
	FlowPath
	Rev int `path:"rev"`
}

type revisionOutput struct {
	Body struct {
		engine.RevisionInfo
		Flow any `json:"flow"`
	}
}

func (s *server) getRevision(ctx context.Context, in *RevisionPath) (*revisionOutput, error) {
	f, err := s.Flows.Revision(ctx, in.ID, in.Rev)
	if err != nil {
		return nil, found(err, "revision", "esta revisão")
	}
	list, err := s.Flows.Revisions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &revisionOutput{}
	out.Body.Flow = f
	for _, r := range list {
		if r.Revision == in.Rev {
			out.Body.RevisionInfo = r
		}
	}
	return out, nil
}

type restoreInput struct {
	FlowPath
	Body struct {
		Revision int `json:"revision"`
	}
}

func (s *server) restore(ctx context.Context, in *restoreInput) (*flowOutput, error) {
	return s.restoreThis(ctx, &RevisionPath{in.FlowPath, in.Body.Revision})
}

func (s *server) restoreThis(ctx context.Context, in *RevisionPath) (*flowOutput, error) {
	e, err := s.Flows.Restore(ctx, in.ID, in.Rev)
	if err != nil {
		err = found(err, "revision", "esta revisão")
	}
	return s.flowOutput(ctx, e, err)
}

type diffInput struct {
	FlowPath
	From string `query:"from" doc:"a revision, or draft; the published one if left out"`
	To   string `query:"to" doc:"a revision, or draft; the draft if left out"`
}

// ChangeView is one difference between two flows.
type ChangeView struct {
	Kind     string `json:"kind" enum:"added,removed,renamed,moved,changed"`
	Step     string `json:"step,omitempty"`
	Path     string `json:"path"`
	Before   any    `json:"before,omitempty"`
	After    any    `json:"after,omitempty"`
	Sentence string `json:"sentence"`
}

type diffOutput struct {
	Body struct {
		Changes   []ChangeView `json:"changes"`
		Sentences []string     `json:"sentences"`
	}
}

func (s *server) diff(ctx context.Context, in *diffInput) (*diffOutput, error) {
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	from, err := s.pick(ctx, &e, in.From, "published")
	if err != nil {
		return nil, err
	}
	to, err := s.pick(ctx, &e, in.To, "draft")
	if err != nil {
		return nil, err
	}
	out := &diffOutput{}
	out.Body.Changes, out.Body.Sentences = []ChangeView{}, []string{}
	for _, c := range flow.Diff(from, to, s.Catalogue) {
		sentence := c.Sentence.In(langOf(ctx))
		out.Body.Changes = append(out.Body.Changes, ChangeView{c.Kind, c.Step, c.Path, c.Before, c.After, sentence})
		out.Body.Sentences = append(out.Body.Sentences, sentence)
	}
	return out, nil
}

func (s *server) pick(ctx context.Context, e *engine.FlowEntry, which, otherwise string) (*flow.Flow, error) {
	if which == "" {
		which = otherwise
	}
	switch which {
	case "draft":
		return e.Draft, nil
	case "published":
		if e.Published == nil {
			return &flow.Flow{ID: e.ID}, nil
		}
		return e.Published, nil
	}
	n, err := strconv.Atoi(which)
	if err != nil {
		return nil, problemOf(http.StatusBadRequest, "bad_revision", "from and to are revisions, draft or published", "from e to são revisões, draft ou published")
	}
	f, err := s.Flows.Revision(ctx, e.ID, n)
	if err != nil {
		return nil, found(err, "revision", "esta revisão")
	}
	return f, nil
}

type checkInput struct {
	FlowPath
	DocumentBody
}

type checkOutput struct {
	Body struct {
		Problems []ProblemView `json:"problems"`
	}
}

func (s *server) check(ctx context.Context, in *checkInput) (*checkOutput, error) {
	f, problems := flow.ParseFlow(in.RawBody)
	if f != nil {
		problems = append(problems, s.Flows.Check(f)...)
		problems = append(problems, s.Engine.CheckTypes(ctx, f)...)
	}
	out := &checkOutput{}
	out.Body.Problems = viewProblems(problems, langOf(ctx))
	return out, nil
}

func (s *server) samples(ctx context.Context, in *struct {
	FlowPath
	Page
},
) (*listOutput[engine.EventView], error) {
	if _, err := s.Flows.Get(in.ID); err != nil {
		return nil, err
	}
	events, next, err := s.Engine.Events(ctx, store.Query{Flow: in.ID, Cursor: in.Cursor, Limit: min(in.size(), 50)})
	if err != nil {
		return nil, err
	}
	var whole []engine.EventView
	for _, e := range events {
		if e.Status == store.Rejected {
			continue
		}
		event, err := s.Engine.Event(ctx, e.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		whole = append(whole, event)
	}
	return listOf(whole, next), nil
}

// EventInput is an event as a person posts it.
type EventInput struct {
	Body    json.RawMessage   `json:"body,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Query   map[string]string `json:"query,omitempty"`
	Method  string            `json:"method,omitempty"`
}

func (e *EventInput) event() (flow.TestEvent, error) {
	out := flow.TestEvent{Headers: e.Headers, Query: e.Query, Method: e.Method}
	if len(e.Body) > 0 {
		body, err := expression.Decode(e.Body)
		if err != nil {
			return out, problemOf(http.StatusUnprocessableEntity, "bad_body", "event.body: "+err.Error(), "event.body: "+err.Error())
		}
		out.Body = body
	}
	return out, nil
}

type startInput struct {
	FlowPath
	Body *struct {
		Event  EventInput `json:"event,omitempty"`
		Sample string     `json:"sample,omitempty" doc:"ID of an event of the flow's preset, sent signed through its URL"`
	} `required:"false"`
}

type startedEvent struct {
	Event  string        `json:"event"`
	Status store.Outcome `json:"status"`
	Run    string        `json:"run,omitempty"`
}

type startOutput struct {
	Body struct {
		startedEvent
		Events []startedEvent `json:"events,omitempty" doc:"of a delivery that holds several"`
	}
}

func (s *server) startFlow(ctx context.Context, in *startInput) (*startOutput, error) {
	var e EventInput
	if in.Body != nil && in.Body.Sample != "" {
		return s.sendSample(ctx, in.ID, in.Body.Sample)
	}
	if in.Body != nil {
		e = in.Body.Event
	}
	event, err := e.event()
	if err != nil {
		return nil, err
	}
	started, err := s.Engine.Started(in.ID, engine.Start{Body: event.Body, Headers: event.Headers, Query: event.Query, Method: event.Method})
	if err != nil {
		return nil, err
	}
	return s.admit(ctx, started)
}

// admit lets in an event that a person vouches for.
func (s *server) admit(ctx context.Context, in engine.Incoming) (*startOutput, error) {
	receipts, err := s.Door.Admit(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &startOutput{}
	out.Body.startedEvent = startedOf(receipts[0])
	if len(receipts) > 1 {
		for _, r := range receipts {
			out.Body.Events = append(out.Body.Events, startedOf(r))
		}
	}
	return out, nil
}

func startedOf(r engine.Receipt) startedEvent {
	e := startedEvent{Event: r.Event, Status: r.Outcome}
	if r.Outcome == store.Accepted {
		e.Run = r.Run
	}
	return e
}
