package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gancho/engine/flow"
	"gancho/engine/origins"
	"gancho/engine/said"
	"gancho/engine/store"
)

const masked = "***"

const longestAmount = 12 // digits: more are a number that nobody groups

// veil hides what a flow's settings.mask names: at its place in the body, and wherever else
// in the story the same value stands.
type veil struct {
	pointers []string
	values   map[string]bool
	exact    map[string]bool // hidden only where nothing else stands: too short for more
	short    int             // values of fewer bytes are not remembered
	blind    bool            // what the steps made of it is not known: all that they held is hidden
	whole    bool            // everything is hidden
}

// veilOf gives the veil over what a flow did at a time, or nil. Zero is any time. Where it is not known
// what a flow masked, because it is gone, all is hidden.
func (e *Engine) veilOf(id string, at time.Time) *veil {
	v := &veil{values: map[string]bool{}, exact: map[string]bool{}, short: 3}
	entry, there := e.Flows.Find(id)
	for _, f := range []*flow.Flow{entry.Draft, entry.Published} {
		if f != nil {
			v.pointers = append(v.pointers, f.Settings.Mask...)
		}
	}
	gone, was := e.Flows.Gone(id)
	if was && !at.After(gone.At) {
		v.pointers = append(v.pointers, gone.Mask...)
		v.blind = len(gone.Mask) > 0
	}
	v.whole = !there && !was
	if len(v.pointers) == 0 && !v.whole {
		return nil
	}
	return v
}

// masks are the pointers that a flow hides.
func (e *Engine) masks(id string) []string {
	if v := e.veilOf(id, time.Time{}); v != nil {
		return v.pointers
	}
	return nil
}

// inside is the veil over what steps were given and made.
func (v *veil) inside() *veil {
	if v.blind {
		return &veil{whole: true}
	}
	return v
}

// Mask hides in a story what its flow masks, and what the flow that ran made of it; f may be nil, when
// that is gone.
func (e *Engine) Mask(v *RunView, f *flow.Flow) {
	if veil := e.veilOf(v.Flow, v.At); veil != nil {
		veil.blind = veil.blind || f == nil
		veil.run(v, e.originsOf(f, veil))
	}
}

func (e *Engine) originsOf(f *flow.Flow, v *veil) *origins.Origins {
	return origins.Of(f, func(kind string) (origins.Action, bool) {
		a, ok := e.Catalogue.Find(kind)
		if !ok {
			return origins.Action{}, false
		}
		return origins.Action{Fields: a.New().Fields(), Outside: a.Group != "flow"}, true
	}, v.pointers)
}

// originsIn finds them of the revision that a run runs.
func (e *Engine) originsIn(ctx context.Context, r *store.Run, v *veil) *origins.Origins {
	return e.origins.of(planKey{r.Flow, r.Revision}, v.pointers, func() *origins.Origins {
		if f := e.revisionOf(ctx, r); f != nil {
			return e.originsOf(f, v)
		}
		return nil
	})
}

// RunItem is a run as lists show it, without what its flow masks.
func (e *Engine) RunItem(ctx context.Context, r *store.Run) RunView {
	v := ViewRun(ctx, r)
	e.nameStep(ctx, r, &v)
	v.ReplayedBy, v.ReplayedAs = e.replayedBy(ctx, r)
	veil := e.veilOf(r.Flow, r.At)
	if veil == nil || (v.Title == "" && v.Reason == "" && v.Error == nil) {
		return v
	}
	if len(e.originsIn(ctx, r, veil).Made(idOf(r.Error.Step))) > 0 {
		v.Reason = hideText(v.Reason)
		if v.Error != nil {
			v.Error.Message = masked
		}
	}
	if !e.lift(ctx, veil, r.Event) {
		v.Title, v.Reason = hideText(v.Title), hideText(v.Reason)
		if v.Error != nil {
			v.Error.Message = hideText(v.Error.Message)
		}
	}
	veil.run(&v, new(origins.Origins))
	return v
}

// EventItem is a delivery as lists show it, without what its flow masks.
func (e *Engine) EventItem(ctx context.Context, i *store.EventInfo) EventView {
	v := ViewEvent(ctx, i)
	veil := e.veilOf(i.Flow, i.At)
	if veil == nil || (v.Title == "" && v.Reason == "") {
		return v
	}
	if !e.lift(ctx, veil, i.ID) && i.Outcome != store.Rejected {
		v.Title, v.Reason = hideText(v.Title), hideText(v.Reason)
	}
	v.Title, v.Reason = veil.text(v.Title), veil.text(v.Reason)
	return v
}

// lift lets a veil learn what an event holds that it hides; false when the body is gone, so
// that nobody knows.
func (e *Engine) lift(ctx context.Context, veil *veil, event string) bool {
	whole, err := e.WholeEvent(ctx, event)
	if err != nil || whole.Trigger == nil || whole.Trigger["body"] == nil {
		return false
	}
	veil.body(whole.Trigger["body"])
	return true
}

func hideText(text string) string {
	if text == "" {
		return ""
	}
	return masked
}

// body hides the named places; what stood there is remembered for the rest.
func (v *veil) body(body any) any {
	if v.whole && body != nil {
		return masked
	}
	for _, p := range v.pointers {
		body = v.place(body, strings.Split(strings.TrimPrefix(p, "/"), "/"))
	}
	return body
}

func (v *veil) place(value any, path []string) any {
	if len(path) == 0 {
		v.remember(value)
		return masked
	}
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch x := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, member := range x {
			if name == "*" || key == name {
				member = v.place(member, path[1:])
			}
			out[key] = member
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, element := range x {
			if name == "*" || name == strconv.Itoa(i) {
				element = v.place(element, path[1:])
			}
			out[i] = element
		}
		return out
	}
	return value
}

// remember notes a hidden value; short ones would hide too much.
func (v *veil) remember(value any) {
	switch x := value.(type) {
	case map[string]any:
		for _, member := range x {
			v.remember(member)
		}
	case []any:
		for _, element := range x {
			v.remember(element)
		}
	case nil, bool:
	default:
		for _, text := range spellings(fmt.Sprint(x)) {
			if len(text) >= max(v.short, 1) {
				v.values[text] = true
			}
		}
	}
}

// spellings are a value, and a number as titles and texts for people write it.
func spellings(text string) []string {
	whole, cents, decimal := strings.Cut(text, ".")
	if whole == "" || len(whole) > longestAmount || strings.Trim(whole+cents, "0123456789") != "" || decimal && cents == "" {
		return []string{text}
	}
	all := []string{text}
	for _, by := range [][2]string{{"", ","}, {".", ","}, {",", "."}} {
		spelled := grouped(whole, by[0])
		if decimal {
			spelled += by[1] + cents
		}
		if !slices.Contains(all, spelled) {
			all = append(all, spelled)
		}
	}
	return all
}

// grouped writes digits in groups of three.
func grouped(digits, by string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + by + digits[at:]
	}
	return digits
}

// over hides the remembered values in any value.
func (v *veil) over(value any) any {
	if v.whole && value != nil {
		return masked
	}
	switch x := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, member := range x {
			out[key] = v.over(member)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, element := range x {
			out[i] = v.over(element)
		}
		return out
	case string:
		if v.exact[x] {
			return masked
		}
		return v.text(x)
	case int, int64, float64, json.Number:
		if text := fmt.Sprint(x); v.values[text] || v.exact[text] {
			return masked
		}
	}
	return value
}

// text hides every place of a remembered value at once: one may hold another, or share a part with it.
func (v *veil) text(text string) string {
	if v.whole {
		return hideText(text)
	}
	if v.exact[text] {
		return masked
	}
	var spans [][2]int
	for hidden := range v.values {
		for at := 0; ; at++ {
			i := strings.Index(text[at:], hidden)
			if i < 0 {
				break
			}
			at += i
			spans = append(spans, [2]int{at, at + len(hidden)})
		}
	}
	if spans == nil {
		return text
	}
	slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
	var shown strings.Builder
	done := -1 // nothing is hidden yet
	for _, span := range spans {
		if span[0] > done {
			shown.WriteString(text[max(done, 0):span[0]])
			shown.WriteString(masked)
		}
		done = max(done, span[1])
	}
	shown.WriteString(text[done:])
	return shown.String()
}

// run hides in a whole story.
func (v *veil) run(r *RunView, o *origins.Origins) {
	if r.Trigger != nil {
		r.Trigger["body"] = v.body(r.Trigger["body"])
		r.Trigger["headers"], r.Trigger["query"] = v.over(r.Trigger["headers"]), v.over(r.Trigger["query"])
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		v.made(s, o.Made(idOf(s.Path)))
		if r.Answer != nil && s.Action == "respond" && s.Output != nil {
			for _, at := range o.Made(idOf(s.Path)) {
				if at[0] == "body" {
					r.Answer.Body = v.place(r.Answer.Body, at[1:])
				}
			}
		}
		if r.Error != nil && s.Error != nil && r.Error.Step == s.Path && s.Error.Message == masked {
			r.Error.Message = masked
		}
	}
	r.Title = v.text(r.Title)
	v = v.inside()
	r.Reason = v.text(r.Reason)
	if r.Trigger != nil { // it is what a step made
		r.Trigger["resource"] = v.over(r.Trigger["resource"])
	}
	v.failure(r.Error)
	for i := range r.Steps {
		s := &r.Steps[i]
		if s.Input != nil {
			s.Input, _ = v.over(s.Input).(map[string]any)
			s.given, _ = v.over(s.given).(map[string]any)
		}
		s.Request, s.Output, s.Reason = v.over(s.Request), v.over(s.Output), v.text(s.Reason)
		v.failure(s.Error)
		for j := range s.Attempts {
			a := &s.Attempts[j]
			a.Request, a.Response = v.over(a.Request), v.over(a.Response)
			v.failure(a.Error)
		}
		for j := range s.Lines {
			s.Lines[j] = v.text(s.Lines[j])
		}
	}
	if r.Answer != nil {
		r.Answer.Body = v.over(r.Answer.Body)
	}
}

func (v *veil) failure(e *said.ErrorView) {
	if e != nil {
		e.Message = v.text(e.Message)
	}
}

// onlyHidden says that a search found a run or event of a flow by what its mask hides alone:
// the list must not tell that it is there.
func (e *Engine) onlyHidden(ctx context.Context, flow, event, text string, masked func() (any, error)) (bool, error) {
	veil := e.veilOf(flow, time.Time{})
	if veil == nil || text == "" {
		return false, nil
	}
	whole, err := e.WholeEvent(ctx, event)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	veil.body(whole.Trigger["body"])
	hides := veil.blind || veil.whole
	for value := range veil.values {
		hides = hides || strings.Contains(bare(value), bare(text))
	}
	if !hides {
		return false, nil
	}
	shown, err := masked()
	if err != nil {
		return false, err
	}
	data, err := json.Marshal(shown)
	return !strings.Contains(bare(string(data)), bare(text)), err
}

// bare is a text without what a search does not look at.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, store.Fold(text))
}
