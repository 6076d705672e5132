package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/shape"
)

// Notice says that events of a flow changed since it was published, and which steps that
// concerns.
type Notice struct {
	Code  shape.Change
	Path  string // as trigger.body.total; "" for a new event
	Event string // its name, where events have one
	Words form.Words
	Steps []string // ids; "trigger" for the trigger's own expressions
	Seen  int
	Of    int
	At    time.Time
}

// Notices are those of a published flow, the newest first.
func (e *Engine) Notices(ctx context.Context, id string) []Notice {
	entry, ok := e.Flows.Find(id)
	if !ok || entry.Published == nil {
		return nil
	}
	return noticesOf(&entry, e.Catalogue, e.shapes.Known(ctx, id).Drifts())
}

func noticesOf(entry *flows.Entry, c *Catalogue, drifts []shape.Drift) []Notice {
	var list []Notice
	if len(drifts) == 0 {
		return list
	}
	uses := flow.Uses(entry.Published, c)
	for i := range drifts {
		d := &drifts[i]
		if !d.At.After(entry.PublishedAt) {
			continue // whoever published saw it
		}
		n := Notice{Code: d.Change, Path: "trigger" + d.Path, Event: d.Event, Seen: d.Seen, Of: d.Of, At: d.At}
		if d.Change == shape.NewEvent {
			n.Path = ""
			n.Steps = concerned(uses, "trigger.event")
			if refuses(entry.Published.Trigger.Where, d.Event) {
				continue
			}
		} else if n.Steps = concerned(uses, n.Path); len(n.Steps) == 0 {
			continue // nobody reads it
		}
		n.Words = n.say(d)
		list = append(list, n)
	}
	slices.SortStableFunc(list, func(a, b Notice) int { return b.At.Compare(a.At) })
	return list
}

// concerned are the steps that read a path.
func concerned(uses []flow.Use, path string) []string {
	steps := []string{}
	for i := range uses {
		step := uses[i].Step
		if step == "" {
			step = "trigger"
		}
		if uses[i].Concerns(path) && !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	return steps
}

// refuses says whether a `where` lets only events of other names in.
func refuses(where, event string) bool {
	t, err := expression.Parse(where)
	if err != nil {
		return false
	}
	names := t.Equals("trigger.event")
	return names != nil && !slices.Contains(names, event)
}

func (n *Notice) say(d *shape.Drift) form.Words {
	en, pt := "", ""
	if n.Event != "" {
		en, pt = fmt.Sprintf(" in events `%s`", n.Event), fmt.Sprintf(" em eventos `%s`", n.Event)
	}
	switch d.Change {
	case shape.Vanished:
		return form.Label(fmt.Sprintf("`%s` no longer comes%s", n.Path, en), fmt.Sprintf("`%s` não vem mais%s", n.Path, pt))
	case shape.OtherKind:
		is, was := expression.KindWords(d.Kind), expression.KindWords(d.Was)
		return form.Label(fmt.Sprintf("`%s` is now %s%s; it was %s", n.Path, is.EN, en, was.EN), fmt.Sprintf("`%s` agora é %s%s; era %s", n.Path, is.PT, pt, was.PT))
	}
	return form.Label(fmt.Sprintf("events of a new name come: `%s`", n.Event), fmt.Sprintf("chegam eventos com um nome novo: `%s`", n.Event))
}

// toldDrifts are the alarms that people were told of and that still hold, by flow and key.
type toldDrifts struct {
	mu sync.Mutex
	by map[string]map[string]alerts.Alarm
}

// renew takes what holds of a flow now, and gives what did before.
func (t *toldDrifts) renew(flow string, now map[string]alerts.Alarm) (before map[string]alerts.Alarm) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, t.by[flow] = t.by[flow], now
	return before
}

func (t *toldDrifts) forget(flow string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, flow)
}

// tellDrifts raises an alert for each notice that people were not told of, and ends those that
// no longer hold.
func (e *Engine) tellDrifts(ctx context.Context, id string, drifts []shape.Drift) {
	entry, ok := e.Flows.Find(id)
	if !ok || entry.Published == nil {
		return
	}
	notices, now := noticesOf(&entry, e.Catalogue, drifts), map[string]alerts.Alarm{}
	for i := range notices {
		n := &notices[i]
		key := "drift/" + string(n.Code) + "/" + n.Event + "/" + n.Path
		now[key] = alerts.Alarm{Kind: alerts.Drift, Flow: id, Key: key, Words: n.Words}
	}
	told := e.drifts.renew(id, now)
	for key, alarm := range now {
		if _, before := told[key]; before {
			continue
		}
		if _, open := e.alerts.Find(alarm); !open { // nor by a process before this one
			e.alerts.Raise(ctx, alarm)
		}
	}
	for key, alarm := range told {
		if _, still := now[key]; !still {
			e.alerts.Over(ctx, alarm)
		}
	}
}
