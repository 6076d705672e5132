package engine

import (
	"strings"

	"gancho/engine/flow"
)

// Diff is flow.Diff whose sentences name a step without a name as the editor does: by what its
// action does, and by its id too where several of the flow do the same.
func (c *Catalogue) Diff(a, b *flow.Flow) []flow.Change {
	changes := flow.Diff(a, b, c)
	var en, pt []string
	seen, same := map[string]bool{}, map[string]int{}
	unnamed := func(f func(s *flow.Step, action *Action)) {
		clear(seen)
		for _, doc := range []*flow.Flow{b, a} {
			flow.Walk(doc.Steps, "", func(_ string, s *flow.Step) {
				if action, ok := c.Find(s.Action); ok && s.Name == "" && !seen[s.ID] {
					seen[s.ID] = true
					f(s, action)
				}
			})
		}
	}
	unnamed(func(_ *flow.Step, action *Action) { same[action.Kind]++ })
	unnamed(func(s *flow.Step, action *Action) {
		more := "”"
		if same[action.Kind] > 1 {
			more = "” (" + s.ID + ")"
		}
		old := "“" + s.ID + "”"
		en, pt = append(en, old, "“"+action.Title.EN+more), append(pt, old, "“"+action.Title.PT+more)
	})
	english, portuguese := strings.NewReplacer(en...), strings.NewReplacer(pt...)
	for i := range changes {
		if words := &changes[i].Sentence; changes[i].Kind != "renamed" {
			words.EN, words.PT = english.Replace(words.EN), portuguese.Replace(words.PT)
		}
	}
	return changes
}
