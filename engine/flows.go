package engine

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/seal"
	"gancho/engine/store"
)

// State of a flow.
type State string

// The states of a flow.
const (
	FlowNew    State = "new"    // never published: events are recorded as samples
	FlowOn     State = "on"     // events are accepted and run
	FlowPaused State = "paused" // events are accepted and wait
	FlowOff    State = "off"    // events are refused
)

// FlowEntry is a flow with its life. It is a copy that nobody changes; the documents in it
// are shared and must not be changed.
type FlowEntry struct {
	ID           string
	State        State
	Draft        *flow.Flow
	DraftRev     int64
	Published    *flow.Flow // nil if never published
	PublishedRev int
	Token        string // of the trigger URL
	Problems     []form.Problem
	Created      time.Time
	Updated      time.Time

	old []oldToken
	doc int64
}

type oldToken struct {
	Token string    `json:"token"` // sealed in a document, open in an entry
	Until time.Time `json:"until"`
}

// head is the saved form of a flow's life. Members are added, never changed.
type head struct {
	State        State      `json:"state"`
	DraftRev     int64      `json:"draft_rev"`
	PublishedRev int        `json:"published_rev"`
	Token        string     `json:"token"`
	Old          []oldToken `json:"old,omitempty"`
	Created      time.Time  `json:"created"`
	Updated      time.Time  `json:"updated"`
	Draft        *flow.Flow `json:"draft"`
}

// revision is the saved form of a published flow; it is never changed.
type revision struct {
	At   time.Time  `json:"at"`
	By   string     `json:"by,omitempty"`
	Name string     `json:"name,omitempty"`
	Flow *flow.Flow `json:"flow"`
}

// RevisionInfo is what a list of revisions shows.
type RevisionInfo struct {
	Revision int       `json:"revision"`
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"`
	Name     string    `json:"name,omitempty"`
}

const (
	flowDoc     = "flow"
	revisionDoc = "revision"
)

// FlowsConfig is what Flows are made of.
type FlowsConfig struct {
	Docs       store.Docs
	Catalogue  flow.Catalogue
	Box        *seal.Box
	Connection func(name string) (kind string, ok bool)
	Busy       func(ctx context.Context, id string) (int64, error) // runs of a flow that have not ended
	Now        func() time.Time
}

// Flows are the flows of this instance, kept in memory and durable in documents.
type Flows struct {
	FlowsConfig
	mu       sync.RWMutex
	entries  map[string]*FlowEntry
	tokens   map[[32]byte]string // digest -> flow
	watchers []func(id string, f *FlowEntry)
}

// OpenFlows loads all flows.
func OpenFlows(ctx context.Context, c FlowsConfig) (*Flows, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Flows{FlowsConfig: c, entries: map[string]*FlowEntry{}, tokens: map[[32]byte]string{}}
	docs, err := c.Docs.ListDocs(ctx, flowDoc, "")
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	for _, d := range docs {
		f, err := s.read(ctx, d)
		if err != nil {
			return nil, fmt.Errorf("flow %s: %w", d.ID, err)
		}
		s.keep(f)
	}
	return s, nil
}

func (s *Flows) read(ctx context.Context, d store.Doc) (*FlowEntry, error) {
	var h head
	if err := unmarshalFlow(d.Value, &h); err != nil {
		return nil, err
	}
	f := &FlowEntry{
		ID: d.ID, State: h.State, Draft: h.Draft, DraftRev: h.DraftRev, PublishedRev: h.PublishedRev,
		Created: h.Created, Updated: h.Updated, doc: d.Revision,
	}
	var err error
	if f.Token, err = s.openToken(d.ID, h.Token); err != nil {
		return nil, err
	}
	for _, o := range h.Old {
		token, err := s.openToken(d.ID, o.Token)
		if err != nil {
			return nil, err
		}
		f.old = append(f.old, oldToken{token, o.Until})
	}
	if h.PublishedRev > 0 {
		f.Published, err = s.Revision(ctx, d.ID, h.PublishedRev)
	}
	return f, err
}

func (s *Flows) openToken(id, sealed string) (string, error) {
	token, err := s.Box.Open(sealed, "flow/"+id+"/token")
	return string(token), err
}

// unmarshalFlow reads a saved document; numbers keep their digits.
func unmarshalFlow(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("saved flow: %w", err)
	}
	switch v := into.(type) {
	case *head:
		flow.Exact(v.Draft)
	case *revision:
		flow.Exact(v.Flow)
	}
	return nil
}

// keep makes an entry the one in force. The caller holds the lock, or nobody else knows s.
func (s *Flows) keep(f *FlowEntry) {
	if before := s.entries[f.ID]; before != nil {
		s.forgetTokens(before)
	}
	s.entries[f.ID] = f
	s.tokens[sha256.Sum256([]byte(f.Token))] = f.ID
	for _, o := range f.old {
		s.tokens[sha256.Sum256([]byte(o.Token))] = f.ID
	}
}

func (s *Flows) forgetTokens(f *FlowEntry) {
	delete(s.tokens, sha256.Sum256([]byte(f.Token)))
	for _, o := range f.old {
		delete(s.tokens, sha256.Sum256([]byte(o.Token)))
	}
}

// Watch calls f at once for each flow, and then after every change, in order; nil says that
// the flow was deleted. f must be quick and must not call Flows.
func (s *Flows) Watch(f func(id string, e *FlowEntry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.entries)) {
		f(id, s.entries[id])
	}
	s.watchers = append(s.watchers, f)
}

// Get gives a flow, or a Refusal.
func (s *Flows) Get(id string) (FlowEntry, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f, ok := s.entries[id]; ok {
		return *f, nil
	}
	return FlowEntry{}, refuse(NotFound, "no_flow", fmt.Sprintf("there is no flow %q", id), fmt.Sprintf("não existe o fluxo %q", id))
}

// List gives all flows, by id.
func (s *Flows) List() []FlowEntry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []FlowEntry
	for _, id := range slices.Sorted(maps.Keys(s.entries)) {
		list = append(list, *s.entries[id])
	}
	return list
}

// ByToken gives the flow of a trigger token. Tokens are compared by digest, so that time tells
// nothing about them.
func (s *Flows) ByToken(token string) (FlowEntry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id, ok := s.tokens[sha256.Sum256([]byte(token))]
	if !ok {
		return FlowEntry{}, false
	}
	f := *s.entries[id]
	for _, o := range f.old {
		if o.Token == token && !s.Now().Before(o.Until) {
			return FlowEntry{}, false
		}
	}
	return f, true
}

// Check finds the problems of a flow in this instance.
func (s *Flows) Check(f *flow.Flow) []form.Problem {
	return flow.Validate(f, s.Catalogue, flow.Known{Connection: s.Connection, Flow: func(id string) bool {
		_, err := s.Get(id)
		return err == nil
	}})
}

// Create keeps a new flow as a draft, with a trigger URL of its own.
func (s *Flows) Create(ctx context.Context, f *flow.Flow) (FlowEntry, error) {
	if _, err := s.Get(f.ID); err == nil {
		return FlowEntry{}, refuse(Conflict, "taken", fmt.Sprintf("there is a flow %q already", f.ID), fmt.Sprintf("já existe o fluxo %q", f.ID))
	}
	now := s.Now().UTC()
	e := &FlowEntry{ID: f.ID, State: FlowNew, Draft: f, DraftRev: 1, Token: newToken(), Created: now, Updated: now}
	return s.write(ctx, e)
}

// Update replaces the draft. With ifMatch of 0 or more, only if that is the draft's revision.
func (s *Flows) Update(ctx context.Context, id string, f *flow.Flow, ifMatch int64) (FlowEntry, error) {
	if f.ID != id {
		return FlowEntry{}, refuse(Conflict, "other_id", "the id of a flow cannot be changed", "o id de um fluxo não pode mudar")
	}
	return s.change(ctx, id, ifMatch, func(e *FlowEntry) error {
		e.Draft, e.DraftRev = f, e.DraftRev+1
		return nil
	})
}

// change applies f to a copy of an entry and makes it durable.
func (s *Flows) change(ctx context.Context, id string, ifMatch int64, f func(e *FlowEntry) error, more ...store.Doc) (FlowEntry, error) {
	e, err := s.Get(id)
	if err != nil {
		return FlowEntry{}, err
	}
	if ifMatch >= 0 && ifMatch != e.DraftRev {
		r := refuse(Stale, "stale", fmt.Sprintf("the flow was changed meanwhile: its draft is %d, not %d", e.DraftRev, ifMatch),
			fmt.Sprintf("o fluxo mudou nesse meio tempo: o rascunho é %d, não %d", e.DraftRev, ifMatch))
		r.Current = &e
		return FlowEntry{}, r
	}
	if err := f(&e); err != nil {
		return FlowEntry{}, err
	}
	e.Updated = s.Now().UTC()
	return s.write(ctx, &e, more...)
}

// write makes an entry durable and then the one in force.
func (s *Flows) write(ctx context.Context, e *FlowEntry, more ...store.Doc) (FlowEntry, error) {
	h := head{
		State: e.State, DraftRev: e.DraftRev, PublishedRev: e.PublishedRev, Created: e.Created, Updated: e.Updated, Draft: e.Draft,
		Token: s.Box.Seal([]byte(e.Token), "flow/"+e.ID+"/token"),
	}
	for _, o := range e.old {
		h.Old = append(h.Old, oldToken{s.Box.Seal([]byte(o.Token), "flow/"+e.ID+"/token"), o.Until})
	}
	value, err := json.Marshal(h)
	if err != nil {
		return FlowEntry{}, fmt.Errorf("write flow %s: %w", e.ID, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	revs, err := s.Docs.PutDocs(ctx, append(more, store.Doc{Kind: flowDoc, ID: e.ID, Revision: e.doc, Value: value}))
	if errors.Is(err, store.ErrConflict) {
		return FlowEntry{}, refuse(Stale, "stale", "the flow was changed meanwhile; try again", "o fluxo mudou nesse meio tempo; tente de novo")
	}
	if err != nil {
		return FlowEntry{}, fmt.Errorf("write flow %s: %w", e.ID, err)
	}
	e.doc = revs[len(revs)-1]
	s.keep(e)
	s.tell(e.ID, e)
	return *e, nil
}

func (s *Flows) tell(id string, e *FlowEntry) {
	for _, f := range s.watchers {
		f(id, e)
	}
}

// Delete removes a flow and its URL. It is refused while runs of it have not ended.
func (s *Flows) Delete(ctx context.Context, id string) error {
	e, err := s.Get(id)
	if err != nil {
		return err
	}
	if s.Busy != nil {
		busy, err := s.Busy(ctx, id)
		if err != nil {
			return err
		}
		if busy > 0 {
			return refuse(Conflict, "runs_wait", fmt.Sprintf("%d runs of this flow have not ended; cancel them first, or delete with ?cancel", busy),
				fmt.Sprintf("%d execuções deste fluxo não terminaram; cancele antes, ou apague com ?cancel", busy))
		}
	}
	docs, err := s.Docs.ListDocs(ctx, revisionDoc, id+"/")
	if err != nil {
		return fmt.Errorf("delete flow %s: %w", id, err)
	}
	gone := []store.Doc{{Kind: flowDoc, ID: id, Revision: e.doc}}
	for _, d := range docs {
		gone = append(gone, store.Doc{Kind: revisionDoc, ID: d.ID, Revision: -1})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.Docs.PutDocs(ctx, gone); err != nil {
		return fmt.Errorf("delete flow %s: %w", id, err)
	}
	s.forgetTokens(&e)
	delete(s.entries, id)
	s.tell(id, nil)
	return nil
}

// PublishOptions say on what terms a draft is published.
type PublishOptions struct {
	IfMatch int64 // draft revision, -1 for the newest
	By      string
	Name    string
}

// Publish makes the draft an immutable revision and puts it in force. Errors refuse it.
func (s *Flows) Publish(ctx context.Context, id string, o PublishOptions) (FlowEntry, error) {
	e, err := s.Get(id)
	if err != nil {
		return FlowEntry{}, err
	}
	if problems := s.Check(e.Draft); flow.Errors(problems) {
		r := refuse(Invalid, "invalid", "the flow has errors and cannot be published", "o fluxo tem erros e não pode ser publicado")
		r.Problems = problems
		return FlowEntry{}, r
	}
	number := e.PublishedRev + 1
	value, err := json.Marshal(revision{At: s.Now().UTC(), By: o.By, Name: o.Name, Flow: e.Draft})
	if err != nil {
		return FlowEntry{}, fmt.Errorf("publish flow %s: %w", id, err)
	}
	doc := store.Doc{Kind: revisionDoc, ID: revisionID(id, number), Value: value}
	return s.change(ctx, id, cmp.Or(max(o.IfMatch, -1), -1), func(e *FlowEntry) error {
		e.Published, e.PublishedRev = e.Draft, number
		if e.State == FlowNew || e.State == FlowOff {
			e.State = FlowOn
		}
		return nil
	}, doc)
}

func revisionID(id string, number int) string { return fmt.Sprintf("%s/%06d", id, number) }

// Pause lets events queue; nothing runs.
func (s *Flows) Pause(ctx context.Context, id string) (FlowEntry, error) {
	return s.setState(ctx, id, FlowPaused)
}

// Resume ends a pause, or turns a flow on again.
func (s *Flows) Resume(ctx context.Context, id string) (FlowEntry, error) {
	return s.setState(ctx, id, FlowOn)
}

// Off refuses events from now on; runs under way go on.
func (s *Flows) Off(ctx context.Context, id string) (FlowEntry, error) {
	return s.setState(ctx, id, FlowOff)
}

func (s *Flows) setState(ctx context.Context, id string, state State) (FlowEntry, error) {
	return s.change(ctx, id, -1, func(e *FlowEntry) error {
		if e.PublishedRev == 0 {
			return refuse(Conflict, "not_published", "the flow was never published", "o fluxo nunca foi publicado")
		}
		e.State = state
		return nil
	})
}

// RotateURL makes a new trigger URL; the old one works for overlap.
func (s *Flows) RotateURL(ctx context.Context, id string, overlap time.Duration) (FlowEntry, error) {
	return s.change(ctx, id, -1, func(e *FlowEntry) error {
		now := s.Now().UTC()
		e.old = slices.DeleteFunc(slices.Clone(e.old), func(o oldToken) bool { return now.After(o.Until) })
		e.old = append(e.old, oldToken{e.Token, now.Add(overlap)})
		e.Token = newToken()
		return nil
	})
}

// newToken has 192 random bits.
func newToken() string {
	b := make([]byte, 24)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Revision gives a published revision as it was.
func (s *Flows) Revision(ctx context.Context, id string, number int) (*flow.Flow, error) {
	d, err := s.Docs.GetDoc(ctx, revisionDoc, revisionID(id, number))
	if errors.Is(err, store.ErrNotFound) {
		return nil, refuse(NotFound, "no_revision", fmt.Sprintf("flow %q has no revision %d", id, number), fmt.Sprintf("o fluxo %q não tem a revisão %d", id, number))
	}
	if err != nil {
		return nil, fmt.Errorf("read revision %d of flow %s: %w", number, id, err)
	}
	var r revision
	if err := unmarshalFlow(d.Value, &r); err != nil {
		return nil, err
	}
	return r.Flow, nil
}

// Revisions lists what was published, newest first.
func (s *Flows) Revisions(ctx context.Context, id string) ([]RevisionInfo, error) {
	if _, err := s.Get(id); err != nil {
		return nil, err
	}
	docs, err := s.Docs.ListDocs(ctx, revisionDoc, id+"/")
	if err != nil {
		return nil, fmt.Errorf("list revisions of flow %s: %w", id, err)
	}
	list := []RevisionInfo{}
	for _, d := range docs {
		var r revision
		if err := unmarshalFlow(d.Value, &r); err != nil {
			return nil, err
		}
		info := RevisionInfo{At: r.At, By: r.By, Name: r.Name}
		if _, err := fmt.Sscanf(d.ID[len(id)+1:], "%d", &info.Revision); err != nil {
			return nil, fmt.Errorf("revision %s: %w", d.ID, err)
		}
		list = append(list, info)
	}
	slices.SortFunc(list, func(a, b RevisionInfo) int { return cmp.Compare(b.Revision, a.Revision) })
	return list, nil
}

// Restore makes a revision the draft again.
func (s *Flows) Restore(ctx context.Context, id string, number int) (FlowEntry, error) {
	f, err := s.Revision(ctx, id, number)
	if err != nil {
		return FlowEntry{}, err
	}
	return s.Update(ctx, id, f, -1)
}
