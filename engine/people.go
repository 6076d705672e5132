package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// PersonView is all that concerned one person, found by a value: e-mail, phone or CPF.
type PersonView struct {
	Key   string    `json:"key"`
	As    string    `json:"as" enum:"email,phone,cpf,text" doc:"what the key looks like"`
	Items []Moment  `json:"items" doc:"events and what came of them, newest first"`
	Runs  []RunView `json:"runs"`
	State []Kept    `json:"state" doc:"what flows keep of the person, by state.set and its like"`
	More  bool      `json:"more" doc:"there are more than were looked at; ask again after erasing, or narrow"`
}

// Moment is one event that concerned a person, and what was done for it.
type Moment struct {
	At       time.Time    `json:"at"`
	Flow     string       `json:"flow"`
	FlowName string       `json:"flow_name"`
	Event    *EventView   `json:"event" doc:"null of a run that repeats another of these: the event came once"`
	Run      *RunView     `json:"run" doc:"null when it made none"`
	Effects  []EffectView `json:"effects" doc:"steps that changed the world outside; what a replay took over is told once, of the run that did it"`
}

// EffectView is one step that changed the world outside.
type EffectView struct {
	Path    string     `json:"path"`
	Name    string     `json:"name"`
	Action  string     `json:"action"`
	Status  string     `json:"status"`
	At      *time.Time `json:"at"`
	Request any        `json:"request,omitempty" doc:"what was asked for: the input, redacted"`
	DoneBy  string     `json:"done_by,omitempty" doc:"a former run that did it and is no longer kept"`
}

const (
	mostOfPerson  = 1000 // runs that one look at a person takes in
	eraseTogether = 200
)

// Person finds the events and runs that hold the key, in bodies, outputs or errors. With whole
// each run is given with its steps, for an export.
func (e *Engine) Person(ctx context.Context, key string, whole bool) (PersonView, error) {
	v := PersonView{Key: key, As: looksLike(key), Items: []Moment{}, Runs: []RunView{}}
	var err error
	if v.State, err = e.stateOf(ctx, key); err != nil {
		return v, err
	}
	q := store.Query{Text: key, Limit: 200}
	err = e.eachRun(ctx, q, func(r *store.Run) (bool, error) {
		story, err := e.Run(ctx, r.ID)
		if err != nil {
			return false, err
		}
		v.Items = append(v.Items, e.momentOf(ctx, &story))
		if !whole {
			story = e.RunItem(ctx, r)
		}
		v.Runs = append(v.Runs, story)
		return len(v.Runs) < mostOfPerson, nil
	})
	if err != nil {
		return v, err
	}
	err = e.eachEvent(ctx, q, func(i *store.EventInfo) (bool, error) {
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
		v.Items = append(v.Items, Moment{At: view.At, Flow: i.Flow, FlowName: e.plainName(i.Flow), Event: &view, Effects: []EffectView{}})
		return len(v.Items) < 2*mostOfPerson, nil
	})
	tellOnce(v.Items)
	v.More = len(v.Runs) >= mostOfPerson || len(v.Items) >= 2*mostOfPerson
	slices.SortStableFunc(v.Items, func(a, b Moment) int { return cmp.Compare(b.At.UnixNano(), a.At.UnixNano()) })
	return v, err
}

// eachRun calls f for what a query finds until f says that it is enough.
func (e *Engine) eachRun(ctx context.Context, q store.Query, f func(*store.Run) (bool, error)) error {
	for {
		runs, next, err := e.Store.ListRuns(ctx, q)
		if err != nil {
			return fmt.Errorf("list runs: %w", err)
		}
		for i := range runs {
			if more, err := f(&runs[i]); err != nil || !more {
				return err
			}
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
}

func (e *Engine) eachEvent(ctx context.Context, q store.Query, f func(*store.EventInfo) (bool, error)) error {
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
func (e *Engine) momentOf(ctx context.Context, story *RunView) Moment {
	m := Moment{At: story.At, Flow: story.Flow, FlowName: e.plainName(story.Flow), Effects: []EffectView{}}
	run := store.Run{Flow: story.Flow, Revision: story.Revision}
	for i := range story.Steps {
		s := &story.Steps[i]
		a, ok := e.Catalogue.Find(s.Action)
		if !ok || !a.Effect || len(s.Attempts) == 0 {
			continue
		}
		effect := EffectView{Path: s.Path, Name: e.stepWords(ctx, run, s.Path).In(langOf(ctx)), Action: s.Action, Status: s.Status, At: s.Ended, Request: s.Request, DoneBy: s.DoneBy}
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
	m.Event = &EventView{ID: story.Event, Flow: story.Flow, At: story.At, Status: store.Accepted, Run: story.ID, Title: story.Title}
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

func (e *Engine) plainName(id string) string {
	if entry, ok := e.Flows.Find(id); ok && entry.Draft != nil && entry.Draft.Name != "" {
		return entry.Draft.Name
	}
	return id
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

// Erasure is the receipt of one. It names the key by its digest alone.
type Erasure struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Digest string    `json:"key_digest" doc:"SHA-256 of the key"`
	Erased []string  `json:"erased" doc:"runs, each with its event"`
	Events []string  `json:"events" doc:"events that made no run"`
	State  []string  `json:"state" doc:"keys of what flows kept, erased; what they hold of the person is left out here"`
	Open   []string  `json:"open" doc:"runs that have not ended and stay until they have"`
	Note   string    `json:"note,omitempty" doc:"what to do about those that are open"`
}

// Erase takes a person out of history: bodies, inputs, outputs and titles of every ended run,
// and of every event without one, that holds the key, and what flows keep under a key or in a
// value that holds it. That something happened, and when, stays.
// With cancel the runs that have not ended are canceled first. A key that is no whole e-mail,
// phone or CPF is refused: what holds a part of one may be of others.
func (e *Engine) Erase(ctx context.Context, key, by string, cancel bool) (Erasure, error) {
	sum := sha256.Sum256([]byte(key))
	receipt := Erasure{At: e.Now().UTC(), By: by, Digest: hex.EncodeToString(sum[:]), Erased: []string{}, Events: []string{}, State: []string{}, Open: []string{}}
	if looksLike(key) == "text" {
		return receipt, &refusal.Refusal{Kind: refusal.Invalid, Code: "not_a_key", Message: form.Label("give a whole e-mail, phone or CPF", "informe um e-mail, telefone ou CPF completo")}
	}
	if unread := e.Store.Unread(""); len(unread) > 0 {
		return receipt, fmt.Errorf("%w: %s: what it holds of a person cannot be erased; put the file back from a backup and start again, or take the file out of the stopped folder and run gancho db repair", store.ErrUnread, strings.Join(unread, ", "))
	}
	q := store.Query{Text: key, Limit: 200}
	var runs, events []string
	err := e.eachRun(ctx, q, func(r *store.Run) (bool, error) {
		if !r.Status.Final() && !cancel {
			receipt.Open = append(receipt.Open, r.ID)
			return true, nil
		}
		if !r.Status.Final() {
			if err := e.Cancel(ctx, r.ID, "canceled by "+by); err != nil && !errors.Is(err, store.ErrConflict) {
				return false, fmt.Errorf("cancel run %s: %w", r.ID, err)
			}
		}
		runs = append(runs, r.ID)
		return true, nil
	})
	if err != nil {
		return receipt, err
	}
	err = e.eachEvent(ctx, q, func(i *store.EventInfo) (bool, error) {
		if i.Run == "" || i.Outcome == store.Duplicate {
			events = append(events, i.ID)
		}
		return true, nil
	})
	if err != nil {
		return receipt, err
	}
	defer e.lately.forget() // any of it may be that person's
	if err := e.erase(ctx, runs, &receipt.Erased, &receipt.Open); err != nil {
		return receipt, err
	}
	if err := e.erase(ctx, events, &receipt.Events, &receipt.Open); err != nil {
		return receipt, err
	}
	if len(receipt.Open) > 0 {
		receipt.Note = form.Label("runs that have not ended stay, and may keep something again: erase once more when they have, or with cancel=true",
			"execuções que não terminaram ficam, e podem guardar algo de novo: apague de novo quando terminarem, ou com cancel=true").In(langOf(ctx))
	}
	return receipt, e.eraseState(ctx, key, &receipt)
}

// erase notes what was erased, and what is open again since it was found and stays.
func (e *Engine) erase(ctx context.Context, ids []string, erased, open *[]string) error {
	one := func(ids []string) error {
		err := e.Store.Erase(ctx, ids)
		if err == nil {
			*erased = append(*erased, ids...)
		}
		return err
	}
	for part := range slices.Chunk(ids, eraseTogether) {
		err := one(part)
		if errors.Is(err, store.ErrConflict) {
			err = nil
			for i := range part {
				own := one(part[i : i+1])
				if errors.Is(own, store.ErrConflict) {
					*open, own = append(*open, part[i]), nil
				}
				err = errors.Join(err, own)
			}
		}
		if err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return nil
}
