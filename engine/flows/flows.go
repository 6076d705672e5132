// Package flows keeps the flows of this instance through their lives: drafts, revisions, states and
// trigger URLs, in memory and durable in documents.
package flows

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/seal"
	"gancho/engine/store"
)

// State of a flow.
type State string

// The states of a flow.
const (
	StateNew    State = "new"    // never published: events are recorded as samples
	StateOn     State = "on"     // events are accepted and run
	StatePaused State = "paused" // events are accepted and wait
	StateOff    State = "off"    // events are refused
)

// Entry is a flow with its life. It is a copy that nobody changes; the documents in it
// are shared and must not be changed.
type Entry struct {
	ID           string
	State        State
	Draft        *flow.Flow
	DraftRev     int64
	Published    *flow.Flow // nil if never published
	PublishedRev int
	PublishedAt  time.Time
	Token        string // of the trigger URL
	Problems     []form.Problem
	Created      time.Time
	Updated      time.Time

	old    []oldToken
	doc    int64
	place  int64  // of the draft among those kept
	last   int64  // the newest that redo reaches
	first  int64  // the oldest that undo reaches; 0 where nothing was forgotten yet
	source string // digest of the flow as the bundle that it came with held it

	removed map[string]*flow.Step // since the program began, as they were
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
	PublishedAt  time.Time  `json:"published_at,omitzero"`
	Token        string     `json:"token"`
	Old          []oldToken `json:"old,omitempty"`
	Created      time.Time  `json:"created"`
	Updated      time.Time  `json:"updated"`
	Draft        *flow.Flow `json:"draft"`
	Place        int64      `json:"place,omitempty"`
	Last         int64      `json:"last,omitempty"`
	First        int64      `json:"first,omitempty"`
	Source       string     `json:"source,omitempty"`
	InForce      bool       `json:"in_force,omitempty"` // the draft is what is published
}

// published is the saved form of a revision. Its name and note may change, its flow never does.
type published[F any] struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"`
	Name string    `json:"name,omitempty"`
	Note string    `json:"note,omitempty"`
	Flow F         `json:"flow"`
}

type revision = published[*flow.Flow]

// RevisionInfo is what a list of revisions shows.
type RevisionInfo struct {
	Revision int       `json:"revision" doc:"number; the first is 1"`
	At       time.Time `json:"at" doc:"when it was published"`
	By       string    `json:"by,omitempty" doc:"who published it"`
	Name     string    `json:"name,omitempty" doc:"that a person gave it"`
	Note     string    `json:"note,omitempty" doc:"why it was made"`
}

const (
	flowDoc     = "flow"
	revisionDoc = "revision"
)

// Config is what flows are kept with.
type Config struct {
	Docs       store.Docs
	Keys       store.Keys // keeps drafts for undo; nil keeps none
	Catalogue  flow.Catalogue
	Box        *seal.Box
	Connection func(name string) (kind string, ok bool)
	Holds      func(connection, field string) bool                 // whether a field of a connection is set; may be nil
	Busy       func(ctx context.Context, id string) (int64, error) // runs of a flow that have not ended
	Now        func() time.Time
}

// Flows are the flows of this instance, kept in memory and durable in documents.
type Flows struct {
	Config
	changing turns        // one change of a flow at a time, from reading it to writing it
	writing  sync.Mutex   // held over the store: one write at a time
	mu       sync.RWMutex // of what is in memory
	entries  map[string]*Entry
	tokens   map[[32]byte]string // digest -> flow
	watchers []*watcher
	gone     map[string]Gone

	checkMu sync.Mutex
	checked map[string]checkedFlow
}

// Open loads all flows; an error when one of them cannot be read.
func Open(ctx context.Context, c Config) (*Flows, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Flows{Config: c, entries: map[string]*Entry{}, tokens: map[[32]byte]string{}, checked: map[string]checkedFlow{}, gone: map[string]Gone{}}
	if err := s.loadGone(ctx); err != nil {
		return nil, err
	}
	docs, err := c.Docs.ListDocs(ctx, flowDoc, "")
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	entries := make([]*Entry, len(docs))
	err = together(len(docs), runtime.GOMAXPROCS(0), func(i int) (err error) {
		if entries[i], err = s.read(ctx, docs[i]); err != nil {
			return fmt.Errorf("flow %s: %w", docs[i].ID, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range entries {
		s.keep(f)
	}
	return s, nil
}

// together does n things, so many at a time, and gives the first error in their order.
func together(n, atOnce int, do func(i int) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	var next atomic.Int64
	for range min(n, atOnce) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = do(i)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Flows) read(ctx context.Context, d store.Doc) (*Entry, error) {
	var h head
	if err := unmarshalFlow(d.Value, &h); err != nil {
		return nil, err
	}
	f := &Entry{
		ID: d.ID, State: h.State, Draft: h.Draft, DraftRev: h.DraftRev, PublishedRev: h.PublishedRev, PublishedAt: h.PublishedAt,
		Created: h.Created, Updated: h.Updated, doc: d.Revision, place: h.Place, last: h.Last, first: h.First, source: h.Source,
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
	if h.InForce {
		f.Published = f.Draft
	} else if h.PublishedRev > 0 {
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
	case *draft:
		flow.Exact(v.Flow)
	case *revision:
		flow.Exact(v.Flow)
	}
	return nil
}

// keep makes an entry the one in force. The caller holds the lock, or nobody else knows s.
func (s *Flows) keep(f *Entry) {
	if before := s.entries[f.ID]; before != nil {
		s.forgetTokens(before)
		f.removed = removedBy(before, f)
	}
	s.entries[f.ID] = f
	s.tokens[sha256.Sum256([]byte(f.Token))] = f.ID
	for _, o := range f.old {
		s.tokens[sha256.Sum256([]byte(o.Token))] = f.ID
	}
}

func (s *Flows) forgetTokens(f *Entry) {
	delete(s.tokens, sha256.Sum256([]byte(f.Token)))
	for _, o := range f.old {
		delete(s.tokens, sha256.Sum256([]byte(o.Token)))
	}
}

// Watch calls f at once for each flow, and then after every change, in order; nil says that
// the flow was deleted. f must be quick and must not call Flows.
func (s *Flows) Watch(f func(id string, e *Entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.entries)) {
		f(id, s.entries[id])
	}
	s.watchers = append(s.watchers, &watcher{f})
}

type watcher struct{ tell func(id string, e *Entry) }

// Follow calls f after every change from now on, until stop is called. f must be quick and
// must not call Flows.
func (s *Flows) Follow(f func(id string, e *Entry)) (stop func()) {
	w := &watcher{f}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers, w)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.watchers = slices.DeleteFunc(s.watchers, func(other *watcher) bool { return other == w })
	}
}

// Get gives a flow with the problems of its draft, or a Refusal.
func (s *Flows) Get(id string) (Entry, error) {
	e, ok := s.Find(id)
	if !ok {
		return Entry{}, refusal.New(refusal.NotFound, "no_flow", fmt.Sprintf("there is no flow %q", id), fmt.Sprintf("não existe o fluxo %q", id))
	}
	e.Problems = s.problems(e.Draft)
	return e, nil
}

// Find is Get without looking for problems; false when there is no such flow.
func (s *Flows) Find(id string) (Entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f, ok := s.entries[id]; ok {
		return *f, true
	}
	return Entry{}, false
}

// List gives all flows, by id, with the problems of their drafts.
func (s *Flows) List() []Entry {
	s.mu.RLock()
	list := make([]Entry, 0, len(s.entries))
	for _, id := range slices.Sorted(maps.Keys(s.entries)) {
		list = append(list, *s.entries[id])
	}
	s.mu.RUnlock()
	for i := range list {
		list[i].Problems = s.problems(list[i].Draft)
	}
	return list
}

// ByToken gives the flow of a trigger token. Tokens are compared by digest, so that time tells
// nothing about them.
func (s *Flows) ByToken(token string) (Entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id, ok := s.tokens[sha256.Sum256([]byte(token))]
	if !ok {
		return Entry{}, false
	}
	f := *s.entries[id]
	for _, o := range f.old {
		if o.Token == token && !s.Now().Before(o.Until) {
			return Entry{}, false
		}
	}
	return f, true
}

// Create keeps a new flow as a draft, with a trigger URL of its own.
func (s *Flows) Create(ctx context.Context, f *flow.Flow) (Entry, error) {
	return s.create(ctx, f, StateNew, "")
}

func (s *Flows) create(ctx context.Context, f *flow.Flow, state State, source string) (Entry, error) {
	defer s.changing.of(f.ID)()
	if _, taken := s.Find(f.ID); taken {
		return Entry{}, refusal.New(refusal.Conflict, "taken", fmt.Sprintf("there is a flow %q already", f.ID), fmt.Sprintf("já existe o fluxo %q", f.ID))
	}
	e := s.newEntry(f, state, source)
	if err := s.keepDraft(ctx, e); err != nil {
		return Entry{}, err
	}
	return s.write(ctx, e)
}

func (s *Flows) newEntry(f *flow.Flow, state State, source string) *Entry {
	now := s.Now().UTC()
	return &Entry{ID: f.ID, State: state, Draft: f, DraftRev: 1, Token: NewToken(), Created: now, Updated: now, source: source}
}

// Update replaces the draft. With ifMatch of 0 or more, only if that is the draft's revision. A flow
// that is the draft already changes nothing.
func (s *Flows) Update(ctx context.Context, id string, f *flow.Flow, ifMatch int64) (Entry, error) {
	if f.ID != id {
		return Entry{}, refusal.New(refusal.Conflict, "other_id", "the id of a flow cannot be changed", "o id de um fluxo não pode mudar")
	}
	if ifMatch >= 0 {
		ctx = MeantFor(ctx, ifMatch)
	}
	var there Entry
	e, err := s.change(ctx, id, func(e *Entry) error {
		if reflect.DeepEqual(e.Draft, f) {
			there = *e
			return errSame
		}
		e.Draft, e.DraftRev = f, e.DraftRev+1
		return s.keepDraft(ctx, e)
	})
	if errors.Is(err, errSame) {
		return there, nil
	}
	return e, err
}

// errSame ends a change that would change nothing.
var errSame = errors.New("the flow is this one already")

// Changed is the refusal of a change because somebody else changed the flow meanwhile.
type Changed struct {
	*refusal.Refusal
	Current *Entry // what is there now; nil when that is not known
}

// Unwrap gives the refusal alone.
func (c *Changed) Unwrap() error { return c.Refusal }

func stale(e Entry, ifMatch int64) error {
	return &Changed{Current: &e, Refusal: refusal.New(refusal.Stale, "stale", fmt.Sprintf("the flow was changed meanwhile: its draft is %d, not %d", e.DraftRev, ifMatch),
		fmt.Sprintf("o fluxo mudou nesse meio tempo: o rascunho é %d, não %d", e.DraftRev, ifMatch))}
}

type meantKey struct{}

// MeantFor says which draft a change is meant for: when there is a newer one it is refused as stale.
func MeantFor(ctx context.Context, draftRev int64) context.Context {
	return context.WithValue(ctx, meantKey{}, draftRev)
}

// Meant gives a flow for a change, unless its draft is not the one that the change is meant for.
func (s *Flows) Meant(ctx context.Context, id string) (Entry, error) {
	e, err := s.Get(id)
	if err != nil {
		return Entry{}, err
	}
	if rev, ok := ctx.Value(meantKey{}).(int64); ok && rev != e.DraftRev {
		return Entry{}, stale(e, rev)
	}
	return e, nil
}

// change applies f to a copy of an entry and makes it durable.
func (s *Flows) change(ctx context.Context, id string, f func(e *Entry) error) (Entry, error) {
	defer s.changing.of(id)()
	e, err := s.Meant(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if err := f(&e); err != nil {
		return Entry{}, err
	}
	e.Updated = s.Now().UTC()
	return s.write(ctx, &e)
}

func (s *Flows) tell(id string, e *Entry) {
	for _, w := range s.watchers {
		w.tell(id, e)
	}
}
