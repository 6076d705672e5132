package expression

import (
	"fmt"
	"slices"
	"strings"

	"gancho/engine/form"
	"gancho/engine/shape"
)

// Completion is one thing that may be written at a place.
type Completion struct {
	Label  string     `json:"label"`
	Kind   string     `json:"kind" enum:"field,function,root,keyword"`
	Type   string     `json:"type"`
	Detail string     `json:"detail" doc:"a function's signature, or in how many of how many a field was there"`
	Doc    form.Words `json:"-"`
	Insert string     `json:"insert" doc:"what takes the place of the name before the cursor"`
	Seen   int        `json:"seen,omitempty"`
	Of     int        `json:"of,omitempty"`
}

const maxCompletions = 200

// Complete says what may be written at the end of a source: fields by their presence, then
// functions. From is where the name that they replace begins, in runes.
func Complete(before string, k *Known) (list []Completion, from int) {
	start := nameStart(before)
	typed := before[start:]
	from = runes(before[:start])
	list = []Completion{}
	if base, name, ok := itemOf(typed); ok {
		if item := k.turnItem(before[:start]); item != nil {
			list = append(list, fieldsOf(item, base, item.Seen, name)...)
		}
		return list[:min(len(list), maxCompletions)], from
	}
	for _, root := range FlowRoots {
		s, known := k.Roots[root]
		if !known {
			continue
		}
		if begins(root, typed) {
			list = append(list, Completion{Label: root, Kind: "root", Type: s.Type(), Insert: root})
		}
		if s != nil {
			list = append(list, fieldsOf(s, root, s.Seen, typed)...)
		}
	}
	slices.SortStableFunc(list, func(a, b Completion) int { return b.rank() - a.rank() })
	if !strings.ContainsAny(typed, ".[") {
		list = append(list[:min(len(list), maxCompletions-len(functions))], functionsFor(typed)...)
	}
	return list[:min(len(list), maxCompletions)], from
}

// rank puts roots first, then fields by presence, in per cent.
func (c *Completion) rank() int {
	switch {
	case c.Kind == "root":
		return 101
	case c.Of == 0:
		return 100
	}
	return c.Seen * 100 / c.Of
}

// nameStart is where the chain of names at the end begins, in bytes.
func nameStart(before string) int {
	i := len(before)
	for i > 0 {
		c := before[i-1]
		if c == '_' || c == '.' || c == '#' || c == '?' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			i--
			continue
		}
		if c == ']' {
			if open := strings.LastIndexByte(before[:i], '['); open >= 0 {
				i = open
				continue
			}
		}
		break
	}
	return i
}

// itemOf says whether a name is one of the element of a loop: .sku or #.sku.
func itemOf(typed string) (base, name string, ok bool) {
	name, ok = strings.CutPrefix(strings.TrimPrefix(typed, "#"), ".")
	return "", "." + name, ok
}

// turnItem is the shape of # in the loop that is open at the end of a source.
func (k *Known) turnItem(before string) *shape.Shape {
	depth := 0
	for i := len(before) - 1; i >= 0; i-- {
		switch before[i] {
		case ')', ']', '}':
			depth++
		case '[', '{':
			depth--
		case '(':
			if depth--; depth >= 0 {
				continue
			}
			head := strings.TrimSpace(before[:i])
			name := head[nameStart(head):]
			if f, ok := functions[name]; ok && f.run == nil {
				return k.listIn(before[i+1:])
			}
			depth = 0
		}
	}
	return nil
}

func (k *Known) listIn(arguments string) *shape.Shape {
	list, _, _ := strings.Cut(arguments, ",")
	t, err := Parse(list)
	if err != nil {
		return nil
	}
	s := t.Infer(k).Shape
	if s.Unknown() {
		return nil
	}
	return s.Items
}

func fieldsOf(s *shape.Shape, prefix string, of int, typed string) []Completion {
	var list []Completion
	for _, f := range s.List(prefix) {
		path := f.Path
		if strings.Contains(path, "[]") || !begins(path, typed) {
			continue
		}
		c := Completion{Label: path, Kind: "field", Type: f.Type, Insert: path, Seen: f.Seen, Of: f.Of}
		if s.Guess || of == 0 {
			c.Seen, c.Of = 0, 0
		}
		if c.Of > 1 {
			c.Detail = fmt.Sprintf("%d/%d", c.Seen, c.Of)
		}
		list = append(list, c)
	}
	return list
}

// begins says whether a path begins as typed, or one of its names does.
func begins(path, typed string) bool {
	path, typed = strings.ToLower(path), strings.ToLower(strings.ReplaceAll(typed, "?", ""))
	if strings.HasPrefix(path, typed) {
		return true
	}
	return !strings.ContainsAny(typed, ".[") && strings.Contains(path, "."+typed)
}

func functionsFor(typed string) []Completion {
	var list []Completion
	for _, f := range Functions() {
		if strings.HasPrefix(strings.ToLower(f.Name), strings.ToLower(typed)) {
			list = append(list, Completion{Label: f.Name, Kind: "function", Type: f.Returns, Detail: f.Signature, Doc: f.Doc, Insert: f.Name + "("})
		}
	}
	return list
}
