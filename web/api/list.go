package api

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"gancho/engine/flows"
	"gancho/engine/store"
)

// FlowItem is a flow in a list.
type FlowItem struct {
	ID           string        `json:"id" doc:"names the flow"`
	Name         string        `json:"name" doc:"what people call it"`
	Description  string        `json:"description" doc:"what it is for"`
	Tags         []string      `json:"tags" doc:"to find it by"`
	Trigger      string        `json:"trigger" doc:"kind of its trigger"`
	State        flows.State   `json:"state" enum:"new,on,paused,off" doc:"new: never published, events are kept as samples; on: events run; paused: they wait; off: they are refused"`
	DraftRev     int64         `json:"draft_rev" doc:"counts the changes of the draft from 1: for If-Match"`
	PublishedRev int           `json:"published_rev" doc:"0 if never published"`
	Changed      bool          `json:"changed" doc:"the draft is not what is published"`
	URL          string        `json:"url,omitempty" doc:"trigger URL; not for viewers"`
	Problems     []ProblemView `json:"problems" doc:"of the draft"`
	Created      time.Time     `json:"created" doc:"when the flow was made"`
	Updated      time.Time     `json:"updated" doc:"when the draft was last changed"`
	SilentSince  *time.Time    `json:"silent_since" doc:"since when no event came, where settings.silence expects one; null while all is well"`
	Refused      []string      `json:"refused,omitempty" doc:"connections of the published revision that their providers refuse: runs stand at them"`
}

// Page says which part of a list is asked for.
type Page struct {
	Limit  int    `query:"limit" minimum:"0" doc:"50 if left out, at most 200"`
	Cursor string `query:"cursor" doc:"next of the page before; the first page if left out"`
}

func (p Page) size() int {
	if p.Limit <= 0 {
		return 50
	}
	return min(p.Limit, 200)
}

// What cursors of lists are made of.
var (
	aName   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	aMoment = regexp.MustCompile(`^[0-9]{20}$`)
	aNumber = regexp.MustCompile(`^[0-9]{1,9}$`)
	anEmail = regexp.MustCompile(`@`)
	aToken  = regexp.MustCompile(`[0-9a-f]{12}$`)
	aBackup = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z\.tar$`)
	inHex   = regexp.MustCompile(`^([0-9a-f]{2})+$`) // of a name that people give, as a URL may hold it
)

// check refuses a cursor that no page gave.
func (p Page) check(form *regexp.Regexp) error {
	if p.Cursor != "" && !form.MatchString(p.Cursor) {
		return badCursor(store.ErrNotFound)
	}
	return nil
}

// List is a Page of things; next is null at the end.
type List[T any] struct {
	Items []T     `json:"items" doc:"of this page"`
	Next  *string `json:"next" doc:"cursor of the next page; null at the end, and nowhere else: a long search gives what it found in a second"`

	Unread []string `json:"unread,omitempty" doc:"of runs and events: files of the history that cannot be read; the list lacks what they hold"`
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

// pageOf is the part of a whole list, in the order of a key, that a page asks for.
func pageOf[T any](p Page, whole []T, key func(T) string) *listOutput[T] {
	return firstOf(p, slices.DeleteFunc(whole, func(item T) bool { return key(item) <= p.Cursor }), key)
}

// pageBack is pageOf for a list whose keys go down: newest first.
func pageBack[T any](p Page, whole []T, key func(T) string) *listOutput[T] {
	return firstOf(p, slices.DeleteFunc(whole, func(item T) bool { return p.Cursor != "" && key(item) >= p.Cursor }), key)
}

// firstOf is a page of what is left of a list.
func firstOf[T any](p Page, rest []T, key func(T) string) *listOutput[T] {
	if len(rest) <= p.size() {
		return listOf(rest, "")
	}
	rest = rest[:p.size()]
	return listOf(rest, key(rest[len(rest)-1]))
}

type listFlowsInput struct {
	Page
	Tag   string `query:"tag" doc:"only flows that have it"`
	State string `query:"state" enum:"new,on,paused,off" doc:"only flows that are in it"`
	Query string `query:"q" doc:"words of the name, description, tags, steps or address"`
}

func (s *server) listFlows(ctx context.Context, in *listFlowsInput) (*listOutput[FlowItem], error) {
	if err := in.check(aName); err != nil {
		return nil, err
	}
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
			Refused: s.refusedIn(e.Published),
		})
	}
	return listOf(items, next), nil
}

func (in *listFlowsInput) matches(e *flows.Entry, url string) bool {
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
