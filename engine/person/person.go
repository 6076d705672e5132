// Package person finds what concerned one person, by a value that only they have, tells it, and takes
// it out of what is kept.
package person

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"gancho/engine"
	"gancho/engine/store"
)

// View is all that concerned one person, found by a value: e-mail, phone or CPF.
type View struct {
	Key   string           `json:"key" doc:"the e-mail, phone, CPF or text that was asked for"`
	As    string           `json:"as" enum:"email,phone,cpf,text" doc:"what the key looks like"`
	Items []Moment         `json:"items" doc:"events and what came of them, newest first"`
	Runs  []engine.RunView `json:"runs" doc:"runs of the person, newest first"`
	State []Kept           `json:"state" doc:"what flows keep of the person, by state.set and its like"`
	Flows []FlowHolding    `json:"flows" doc:"flows whose own documents hold the person, which erasing does not change: see there"`
	More  bool             `json:"more" doc:"there are more than were looked at; ask again after erasing, or narrow"`
}

// Moment is one event that concerned a person, and what was done for it.
type Moment struct {
	At       time.Time         `json:"at" doc:"when it was"`
	Flow     string            `json:"flow" doc:"id of the flow"`
	FlowName string            `json:"flow_name" doc:"what people call the flow"`
	Event    *engine.EventView `json:"event" doc:"null of a run that repeats another of these: the event came once"`
	Run      *engine.RunView   `json:"run" doc:"null when it made none"`
	Effects  []EffectView      `json:"effects" doc:"steps that changed the world outside; what a replay took over is told once, of the run that did it"`
}

// EffectView is one step that changed the world outside.
type EffectView struct {
	Path    string     `json:"path" doc:"path of the step"`
	Name    string     `json:"name" doc:"what people call the step"`
	Action  string     `json:"action" doc:"kind of its action"`
	Status  string     `json:"status" enum:"running,waiting,succeeded,failed,skipped,filtered,unknown" doc:"how the step stands"`
	At      *time.Time `json:"at" doc:"when it ended; null while it has not"`
	Request any        `json:"request,omitempty" doc:"what was asked for: the input, redacted"`
	DoneBy  string     `json:"done_by,omitempty" doc:"a former run that did it and is no longer kept"`
}

// mostOfPerson are the runs that one look at a person takes in.
const mostOfPerson = 1000

// Find finds the events and runs that hold the key, in bodies, outputs or errors. With whole
// each run is given with its steps, for an export.
func Find(ctx context.Context, e *engine.Engine, key string, whole bool) (View, error) {
	v := View{Key: key, As: looksLike(key), Items: []Moment{}, Runs: []engine.RunView{}}
	var err error
	if v.State, err = stateOf(ctx, e, key); err != nil {
		return v, err
	}
	if v.Flows, err = flowsOf(ctx, e, key); err != nil {
		return v, err
	}
	q := store.Query{Text: key, Limit: 200}
	err = e.EachRun(ctx, q, func(r *store.Run) (bool, error) {
		story, err := e.Run(ctx, r.ID)
		if err != nil {
			return false, err
		}
		v.Items = append(v.Items, momentOf(ctx, e, &story))
		if !whole {
			story = e.RunItem(ctx, r)
		}
		v.Runs = append(v.Runs, story)
		return len(v.Runs) < mostOfPerson, nil
	})
	if err != nil {
		return v, err
	}
	err = eachEvent(ctx, e, q, func(i *store.EventInfo) (bool, error) {
		if i.Run != "" && i.Outcome != store.Duplicate {
			return true, nil // its run is there, with it
		}
		view := e.EventItem(ctx, i)
		if whole {
			full, err := e.Event(ctx, i.ID)
			if err != nil {
				return false, err
			}
			view = full
		}
		v.Items = append(v.Items, Moment{At: view.At, Flow: i.Flow, FlowName: e.FlowName(i.Flow), Event: &view, Effects: []EffectView{}})
		return len(v.Items) < 2*mostOfPerson, nil
	})
	tellOnce(v.Items)
	v.More = len(v.Runs) >= mostOfPerson || len(v.Items) >= 2*mostOfPerson
	slices.SortStableFunc(v.Items, func(a, b Moment) int { return cmp.Compare(b.At.UnixNano(), a.At.UnixNano()) })
	return v, err
}

// eachEvent calls f for the events that a query finds, until f wants no more or there are none.
func eachEvent(ctx context.Context, e *engine.Engine, q store.Query, f func(*store.EventInfo) (bool, error)) error {
	for {
		events, next, err := e.Store.ListEvents(ctx, q)
		if err != nil {
			return fmt.Errorf("list events: %w", err)
		}
		for i := range events {
			if more, err := f(&events[i]); err != nil || !more {
				return err
			}
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
}

// momentOf tells of a run by its effects. The steps go into the export alone.
func momentOf(ctx context.Context, e *engine.Engine, story *engine.RunView) Moment {
	m := Moment{At: story.At, Flow: story.Flow, FlowName: e.FlowName(story.Flow), Effects: []EffectView{}}
	run := store.Run{Flow: story.Flow, Revision: story.Revision}
	for i := range story.Steps {
		s := &story.Steps[i]
		a, ok := e.Catalogue.Find(s.Action)
		if !ok || !a.Effect || len(s.Attempts) == 0 {
			continue
		}
		effect := EffectView{Path: s.Path, Name: e.StepName(ctx, run, s.Path), Action: s.Action, Status: s.Status, At: s.Ended, Request: s.Request, DoneBy: s.DoneBy}
		if effect.At == nil {
			effect.At = s.Started
		}
		if effect.Request == nil && s.Input != nil {
			effect.Request = s.Input
		}
		m.Effects = append(m.Effects, effect)
	}
	bare := *story
	bare.Trigger, bare.Steps, bare.Answer = nil, nil, nil
	m.Run = &bare
	m.Event = &engine.EventView{ID: story.Event, Flow: story.Flow, At: story.At, Status: store.Accepted, Run: story.ID, Title: story.Title}
	return m
}

// tellOnce leaves to replays what they did themselves: the event came once, and what a former
// run did was done once. Where that run is not among the items, the oldest replay tells of it.
func tellOnce(items []Moment) {
	of := map[string]string{} // what each run repeats
	oldest := make([]*Moment, 0, len(items))
	for i := range items {
		if m := &items[i]; m.Run != nil {
			of[m.Run.ID] = m.Run.ReplayOf
			oldest = append(oldest, m)
		}
	}
	slices.SortStableFunc(oldest, func(a, b *Moment) int { return a.At.Compare(b.At) })
	came, told := map[string]bool{}, map[string]bool{}
	for _, m := range oldest {
		first := m.Run.ID
		for of[first] != "" {
			first = of[first]
		}
		if came[first] {
			m.Event = nil
		}
		came[first] = true
		m.Effects = slices.DeleteFunc(m.Effects, func(f EffectView) bool {
			_, there := of[f.DoneBy]
			deed := f.DoneBy + " " + f.Path
			again := f.DoneBy != "" && (there || told[deed])
			told[deed] = true
			return again
		})
	}
}

// wholeAddress is an e-mail address with both its sides; those of a local network have no dot. A
// search takes no part of an address for it.
var wholeAddress = regexp.MustCompile(`^[^@\s]+@[^@\s.]+(\.[^@\s.]+)*$`)

// looksLike says what a key is, for people.
func looksLike(key string) string {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, key)
	switch {
	case wholeAddress.MatchString(key):
		return "email"
	case strings.Trim(key, "0123456789.-/()+ ") != "" || len(digits) < 8:
		return "text"
	case isCPF(digits) && !strings.ContainsAny(key, "+( )"):
		return "cpf"
	}
	return "phone"
}

// isCPF says whether the last two of eleven digits check the others, as those of a CPF do
// (Receita Federal: weights from 10 and 11 down to 2, modulo 11). Mobiles have eleven digits too.
func isCPF(digits string) bool {
	if len(digits) != 11 {
		return false
	}
	for n := 9; n < 11; n++ {
		sum := 0
		for i, c := range digits[:n] {
			sum += int(c-'0') * (n + 1 - i)
		}
		if sum*10%11%10 != int(digits[n]-'0') {
			return false
		}
	}
	return true
}
