package expression

import (
	"maps"
	"slices"
	"strings"

	"gancho/engine/form"

	"github.com/expr-lang/expr/ast"
)

// Meant is the code of what inference finds of a name that there is not: the data that is
// called so. The error itself is told by Compile.
const Meant = "meant_field"

// maxStrangers is how many unknown names are looked up: an error is told of one at a time.
const maxStrangers = 3

// stranger tells what data was probably meant by a name that is none.
func (i *inference) stranger(x *ast.IdentifierNode) {
	if _, known := i.known.Roots[x.Value]; known || slices.Contains(FlowRoots, x.Value) || i.strangers >= maxStrangers {
		return
	}
	i.strangers++
	path, title := i.known.meant(x.Value)
	if path == "" {
		return
	}
	words := func(text string) string {
		if text == "" {
			return path
		}
		return text + " (" + path + ")"
	}
	en, pt := words(title.EN), words(title.PT)
	i.warn(x, Meant, form.Label("there is nothing called "+x.Value, "não existe nada chamado "+x.Value), form.Label("did you mean "+en+"?", "você quis dizer "+pt+"?"),
		form.Fix{Words: form.Label("Change to "+en, "Trocar por "+pt), Of: x.Value, Put: path})
}

// meant is the data that is called like a name, whatever its case and accents, or nearly so.
func (k *Known) meant(name string) (path string, title form.Words) {
	c := &completer{known: k}
	for _, root := range []string{"item", "steps", "trigger", "vars", "loops", "run"} {
		c.fields(k.Roots[root], root, "")
	}
	slices.SortStableFunc(c.list, func(a, b Completion) int { return far(a.Insert) - far(b.Insert) })
	called := map[string]*Completion{}
	for n := range c.list {
		x := &c.list[n]
		own := x.Insert[strings.LastIndexAny(x.Insert, ".[")+1:]
		for _, text := range []string{own, snake(own), x.Title.EN, x.Title.PT} {
			if text = slug(text); text != "" && called[text] == nil {
				called[text] = x
			}
		}
	}
	found := called[slug(snake(name))]
	if found == nil {
		found = called[slug(name)]
	}
	if found == nil && form.Nearest(name, FlowRoots) == "" {
		found = called[form.Nearest(slug(name), slices.Sorted(maps.Keys(called)))]
	}
	if found == nil {
		return "", form.Words{}
	}
	return found.Insert, found.Title
}

// far is how deep a path lies; what the request and the run say of themselves is meant less.
func far(path string) int {
	depth := strings.Count(path, ".") + strings.Count(path, "[")
	if strings.HasPrefix(path, "trigger.body.") || !strings.HasPrefix(path, "trigger.") && !strings.HasPrefix(path, "run.") {
		return depth
	}
	return depth + 10
}
