package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/web/session"
)

// FlowView is a flow with its life.
type FlowView struct {
	Flow         any           `json:"flow" doc:"the draft"`
	State        flows.State   `json:"state" enum:"new,on,paused,off" doc:"new: never published, events are kept as samples; on: events run; paused: they wait; off: they are refused"`
	DraftRev     int64         `json:"draft_rev" doc:"counts the changes of the draft from 1: for If-Match"`
	PublishedRev int           `json:"published_rev" doc:"0 if never published"`
	Changed      bool          `json:"changed" doc:"the draft is not what is published"`
	CanUndo      bool          `json:"can_undo" doc:"there is a draft before this one"`
	CanRedo      bool          `json:"can_redo" doc:"an undo can be taken back"`
	URL          string        `json:"url,omitempty" doc:"not for viewers"`
	Problems     []ProblemView `json:"problems" doc:"of the draft"`
	Notices      []NoticeView  `json:"notices" doc:"how events changed since the flow was published"`
	Created      time.Time     `json:"created" doc:"when the flow was made"`
	Updated      time.Time     `json:"updated" doc:"when the draft was last changed"`
	SilentSince  *time.Time    `json:"silent_since" doc:"since when no event came, where settings.silence expects one; null while all is well"`
}

// FlowPath names a flow.
type FlowPath struct {
	ID string `path:"id" doc:"of the flow"`
}

type flowOutput struct {
	ETag string `header:"ETag" doc:"draft_rev, quoted"`
	Body FlowView
}

type nothing struct{}

// DocumentBody is a body that the handler reads itself: strictly, with every fault in its place.
type DocumentBody struct {
	RawBody []byte `contentType:"application/json"`
}

func (s *server) flowView(ctx context.Context, e *flows.Entry) FlowView {
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

func changed(e *flows.Entry) bool {
	return e.Published == nil || (e.Published != e.Draft && !reflect.DeepEqual(e.Published, e.Draft))
}

// url is the trigger URL, for those who may see it.
func (s *server) url(ctx context.Context, e *flows.Entry) string {
	if e.Token == "" || !who(ctx).Role.May(session.Edit) || e.Draft.Trigger.Kind != "webhook" {
		return ""
	}
	return s.Public() + "/h/" + e.Token
}

func (s *server) flowOutput(ctx context.Context, e flows.Entry, err error) (*flowOutput, error) {
	if err != nil {
		return nil, s.stale(ctx, err)
	}
	return &flowOutput{ETag: strconv.Quote(strconv.FormatInt(e.DraftRev, 10)), Body: s.flowView(ctx, &e)}, nil
}

// stale adds what is there now to a refusal for If-Match.
func (s *server) stale(ctx context.Context, err error) error {
	var changed *flows.Changed
	if !errors.As(err, &changed) || changed.Current == nil {
		return err
	}
	p := problemOf(http.StatusPreconditionFailed, changed.Code, changed.Message.EN, changed.Message.PT)
	p.Current = s.flowView(ctx, changed.Current)
	return p
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

// FlowChange names a flow and the draft that a change is meant for.
type FlowChange struct {
	FlowPath
	IfMatch
}

// meant says in the context which draft is meant.
func (in *FlowChange) meant(ctx context.Context) (context.Context, error) {
	rev, err := in.revision()
	if err == nil && rev > 0 {
		ctx = flows.MeantFor(ctx, rev)
	}
	return ctx, err
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
	FlowChange
	Cancel flag `query:"cancel" doc:"end the runs that wait"`
}

func (s *server) deleteFlow(ctx context.Context, in *deleteFlowInput) (*nothing, error) {
	ctx, err := in.meant(ctx)
	if err != nil {
		return nil, err
	}
	if in.Cancel {
		return nil, s.stale(ctx, s.Engine.DeleteFlow(ctx, in.ID))
	}
	return nil, s.stale(ctx, s.Flows.Delete(ctx, in.ID))
}

type checkInput struct {
	FlowPath
	DocumentBody
}

type checkOutput struct {
	Body struct {
		Problems []ProblemView `json:"problems" doc:"of the draft that was posted; empty when all is well"`
	}
}

func (s *server) check(ctx context.Context, in *checkInput) (*checkOutput, error) {
	f, problems := flow.ParseFlow(in.RawBody)
	if f != nil {
		problems = append(problems, s.Flows.Check(f)...)
		problems = flow.Meant(append(problems, s.Engine.CheckTypes(ctx, f)...))
	}
	out := &checkOutput{}
	out.Body.Problems = viewProblems(problems, langOf(ctx))
	return out, nil
}
