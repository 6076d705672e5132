package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// AuditSpace has who did what, as package web/api notes it.
const AuditSpace = "audit"

// Gone is what was erased of a person.
type Gone struct {
	Holds func(text []byte) bool // whether a text holds the person
	IDs   map[string]bool        // of runs and events
}

// Forgotten is what came of forgetting.
type Forgotten struct {
	Changed bool     // something that was kept was written anew: bytes of it may be left
	Shadows []string // flows whose draft held the person, and is not compared any more
}

// erasedWords stand in the place of what a run said before it was erased.
var erasedWords = form.Label("its data was erased", "os dados foram apagados")

// Forget takes a person out of what the program notes by itself: comparisons of drafts, alerts, replays of many runs and
// the audit, where who did something stays.
func (e *Engine) Forget(ctx context.Context, g *Gone) (f Forgotten, err error) {
	changed := make([]bool, 4)
	var errs [4]error
	changed[0], f.Shadows, errs[0] = e.forgetInShadows(ctx, g)
	changed[1], errs[1] = e.alerts.Forget(ctx, g.inAlert)
	changed[2], errs[2] = e.forgetInReplays(ctx, g)
	changed[3], errs[3] = e.forgetInKeys(ctx, AuditSpace, g)
	f.Changed = slices.Contains(changed, true)
	if err := errors.Join(errs[:]...); err != nil {
		return f, fmt.Errorf("erase what was noted: %w", err)
	}
	return f, nil
}

func (g *Gone) inJSON(v any) bool {
	data, err := json.Marshal(v)
	return err != nil || g.Holds(data)
}

func (g *Gone) inAlert(a *alerts.Alert) (changed bool) {
	if a.Error != nil && (g.IDs[a.Run] || g.inJSON(a.Error)) {
		a.Error = &said.ErrorView{Code: a.Error.Code, Step: a.Error.Step, Status: a.Error.Status, Message: said.Both(erasedWords)}
		changed = true
	}
	if a.Words != nil && g.inJSON(a.Words) {
		words := erasedWords
		a.Words, changed = &words, true
	}
	return changed
}

// forgetInShadows empties rows of what was erased. A draft that holds the person would be another without: it is not
// compared any more.
func (e *Engine) forgetInShadows(ctx context.Context, g *Gone) (changed bool, ended []string, err error) {
	e.shadows.mu.Lock()
	ids := slices.Sorted(maps.Keys(e.shadows.all))
	e.shadows.mu.Unlock()
	ended = []string{}
	for _, id := range ids {
		one, dropped, err := e.forgetInShadow(ctx, id, g)
		if err != nil {
			return changed, ended, err
		}
		if changed = changed || one; dropped {
			ended = append(ended, id)
		}
	}
	return changed, ended, nil
}

func (e *Engine) forgetInShadow(ctx context.Context, id string, g *Gone) (changed, ended bool, err error) {
	look := e.shadows.look(id) // what is being looked at may be of the person
	select {
	case look <- struct{}{}:
		defer func() { <-look }()
	case <-ctx.Done():
		return false, false, ctx.Err()
	}
	e.shadows.mu.Lock()
	defer e.shadows.mu.Unlock()
	kept := e.shadows.all[id]
	if kept == nil {
		return false, false, nil
	}
	if g.inJSON(kept.Draft) {
		return true, true, e.dropShadow(ctx, id)
	}
	next := *kept
	next.Result.Rows = slices.Clone(kept.Result.Rows)
	for i := range next.Result.Rows {
		r := &next.Result.Rows[i]
		if g.IDs[r.Run] || g.IDs[r.Event] || g.inJSON(r) {
			*r, changed = BacktestRow{Event: r.Event, Run: r.Run, Before: r.Before, After: r.After, Differences: []Difference{}}, true
		}
	}
	if !changed {
		return false, false, nil
	}
	return true, false, e.saveShadow(ctx, id, &next)
}

// forgetInReplays first ends what still looks for the person: without, it would look for others.
func (e *Engine) forgetInReplays(ctx context.Context, g *Gone) (bool, error) {
	e.replays.mu.Lock()
	defer e.replays.mu.Unlock()
	open, err := e.openReplays(ctx)
	if err != nil {
		return false, err
	}
	for _, r := range open {
		if !g.inJSON(r.Query) {
			continue
		}
		r.Error = said.Both(form.Label("the person whom it looked for was erased", "a pessoa que ela procurava foi apagada"))
		if err := errors.Join(r.end(replayCanceled, e.Now()), e.keepReplay(ctx, r)); err != nil {
			return false, err
		}
	}
	return e.forgetInKeys(ctx, replaySpace, g)
}

// forgetInKeys writes … for every text in the values of a space that holds the person; who did it stays.
func (e *Engine) forgetInKeys(ctx context.Context, space string, g *Gone) (changed bool, err error) {
	for after := ""; ; {
		entries, err := e.Store.ListKeys(ctx, space, "", after, 200)
		if err != nil {
			return changed, err
		}
		for _, entry := range entries {
			after = entry.Key
			value := g.without(entry.Value)
			if value == nil {
				continue
			}
			var keep time.Duration
			if !entry.Expires.IsZero() {
				keep = max(time.Millisecond, entry.Expires.Sub(e.Now()))
			}
			if _, err := e.Store.PutKey(ctx, space, entry.Key, value, entry.Version, keep); err != nil && !errors.Is(err, store.ErrConflict) {
				return changed, err
			}
			changed = true
		}
		if len(entries) < 200 {
			return changed, nil
		}
	}
}

// without gives a kept object without the texts that hold the person; nil where there are none.
func (g *Gone) without(kept []byte) []byte {
	var members map[string]any
	exact := json.NewDecoder(bytes.NewReader(kept))
	exact.UseNumber()
	if exact.Decode(&members) != nil {
		return nil
	}
	changed := false
	for name, member := range members {
		if name == "who" || name == "by" || members["action"] != nil && isAccount(members["target"]) {
			continue
		}
		members[name] = g.leaveOut(member, &changed)
	}
	if !changed {
		return nil
	}
	value, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return value
}

// isAccount says that an entry of the audit is of those who use the program, who are no part of the history.
func isAccount(target any) bool {
	path, _ := target.(string) //nolint:errcheck // what is no text is none
	return strings.HasPrefix(path, "/users")
}

func (g *Gone) leaveOut(value any, changed *bool) any {
	switch v := value.(type) {
	case string:
		plain, err := url.PathUnescape(v)
		if g.Holds([]byte(v)) || err == nil && g.Holds([]byte(plain)) {
			*changed = true
			return "…"
		}
	case json.Number:
		if g.Holds([]byte(v)) {
			*changed = true
			return nil
		}
	case []any:
		for i := range v {
			v[i] = g.leaveOut(v[i], changed)
		}
	case map[string]any:
		for i, name := range slices.Sorted(maps.Keys(v)) {
			member := g.leaveOut(v[name], changed)
			if g.Holds([]byte(name)) {
				delete(v, name)
				name, *changed = fmt.Sprintf("… %d", i+1), true
			}
			v[name] = member
		}
	}
	return value
}
