package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// Use is one expression of a flow: where it stands, and what it reads.
type Use struct {
	Step   string   // id; "" for the trigger's own
	Chains []string // with [] for every index, the item of a loop as the element that it is
	Source string
}

// Uses are all expressions of a flow, in order.
func Uses(f *Flow, c Catalogue) []Use {
	r := &uses{catalogue: c}
	r.expression("", f.Trigger.Where, nil)
	for _, name := range slices.Sorted(maps.Keys(f.Trigger.With)) {
		switch value := f.Trigger.With[name].(type) {
		case string:
			if name == "order_by" {
				r.expression("", value, nil)
			}
		case map[string]any:
			if key, ok := value["key"].(string); ok && name == "dedupe" {
				r.expression("", key, nil)
			}
		}
	}
	r.steps(f.Steps, nil)
	return r.list
}

type uses struct {
	catalogue Catalogue
	list      []Use
}

// items are what item stands for inside of loops, the inner one last.
func (r *uses) steps(steps []*Step, items []string) {
	for _, s := range steps {
		r.expression(s.ID, s.When, items)
		inside := items
		info, ok := r.catalogue.Action(s.Action)
		for _, id := range slices.Sorted(maps.Keys(s.With)) {
			source, isText := s.With[id].(string)
			field := info.Fields.Find(id)
			switch {
			case !ok || field == nil:
			case field.Mode() == form.ModeTemplate:
				r.template(s.ID, s.With[id], items)
			case field.Mode() == form.ModeExpression && isText:
				r.expression(s.ID, source, items)
				if s.Action == "loop" && id == "over" {
					inside = append(slices.Clone(items), element(source, items))
				}
			}
		}
		r.steps(s.Steps, inside)
		for _, b := range s.Branches {
			r.expression(s.ID, b.When, items)
			r.steps(b.Steps, items)
		}
		r.steps(s.Catch, items)
	}
}

// element is what item is in a loop over an expression; "" where that is no plain chain.
func element(over string, items []string) string {
	t, err := expression.Parse(over)
	if err != nil {
		return ""
	}
	if chains := t.Chains(); len(chains) == 1 && chains[0] == strings.TrimSpace(over) {
		return resolved(chains[0], items) + "[]"
	}
	return ""
}

// resolved writes a chain without the item of a loop.
func resolved(chain string, items []string) string {
	chain = expression.AnyElement(chain)
	if rest, ok := strings.CutPrefix(chain, "item"); ok && len(items) > 0 && (rest == "" || rest[0] == '.' || rest[0] == '[') {
		if item := items[len(items)-1]; item != "" {
			return item + rest
		}
	}
	return chain
}

func (r *uses) expression(step, source string, items []string) {
	if t, err := expression.Parse(source); err == nil {
		r.add(step, source, t, items)
	}
}

func (r *uses) add(step, source string, t *expression.Parsed, items []string) {
	read := Use{Step: step, Source: source}
	for _, chain := range t.Chains() {
		read.Chains = append(read.Chains, resolved(chain, items))
	}
	r.list = append(r.list, read)
}

func (r *uses) template(step string, value any, items []string) {
	switch value := value.(type) {
	case string:
		if t, err := expression.ParseTemplate(value); err == nil {
			for _, hole := range t.Holes() {
				r.add(step, value, hole, items)
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			r.template(step, value[name], items)
		}
	case []any:
		for _, element := range value {
			r.template(step, element, items)
		}
	}
}

// Concerns says whether the expression reads what stands at a path such as
// trigger.body.items[].sku, or something inside it. One that works with a whole list is
// concerned when it names what changed in its elements.
func (r *Use) Concerns(path string) bool {
	list, last := "", ""
	if at := strings.LastIndex(path, "[]"); at >= 0 {
		list, last = path[:at], path[strings.LastIndexAny(path, ".[]")+1:]
	}
	return slices.ContainsFunc(r.Chains, func(chain string) bool {
		rest, inside := strings.CutPrefix(chain, path)
		if inside && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
		if list != "" && chain == list && last != "" && strings.Contains(r.Source, last) {
			return true
		}
		around, inside := strings.CutPrefix(path, chain)
		return inside && around != "" && (around[0] == '.' || around[0] == '[') && r.takes(chain, path)
	})
}

// wholly are the functions that hand on all that is in a value.
var wholly = []string{"json(", "toJSON(", "string(", "merge(", "omit(", "values(", "toPairs(", "xml(", "csv(", "{{"}

// takes says whether the expression hands on a whole value, or takes what stands at a path out
// of it by its name, as get(trigger.body, "total") does.
func (r *Use) takes(chain, path string) bool {
	name := path[strings.LastIndexAny(path, ".[]")+1:]
	if name != "" && strings.Contains(r.Source, strconv.Quote(name)) {
		return true
	}
	source := strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(r.Source)
	return slices.ContainsFunc(wholly, func(before string) bool {
		_, after, found := strings.Cut(source, before+chain)
		return found && (strings.HasPrefix(after, ")") || strings.HasPrefix(after, ",") || strings.HasPrefix(after, "}}"))
	})
}
