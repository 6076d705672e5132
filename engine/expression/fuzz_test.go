package expression_test

import (
	"testing"

	"gancho/engine/expression"
)

// FuzzCompile: whatever the source, reading it, checking it against what is known and
// completing it end without a panic, with places that lie inside of it.
func FuzzCompile(f *testing.F) {
	for _, source := range hostile() {
		if len(source) < 1000 {
			f.Add(source)
		}
	}
	k, s := knownOrders(), scope(f)
	f.Fuzz(func(t *testing.T, source string) {
		length := len([]rune(source))
		whole, err := expression.Compile(source)
		if err == nil {
			if why := whole.Why(t.Context(), s); why.EN == "" || why.PT == "" {
				t.Fatalf("why: %+v", why)
			}
		}
		if err != nil {
			p := expression.ProblemOf(err)
			if p.Message.EN == "" || p.Message.PT == "" || p.From < 0 || p.To < p.From || p.To > length {
				t.Fatalf("%+v of %d", p, length)
			}
		}
		c := expression.Complete(source, length/2, k)
		if c.From < 0 || c.To < c.From || c.To > length {
			t.Fatalf("completions at %d to %d of %d", c.From, c.To, length)
		}
		tree, err := expression.Parse(source)
		if err != nil {
			return
		}
		tree.Chains()
		tree.Proves()
		tree.Denies()
		for _, p := range tree.Infer(k).Problems {
			if p.From < 0 || p.To < p.From || p.To > length {
				t.Fatalf("%+v of %d", p, length)
			}
		}
		condition := expression.ConditionOf(source)
		if condition == nil {
			return
		}
		again, err := condition.Source()
		if err != nil {
			t.Fatalf("%+v: %v", condition, err)
		}
		if back := expression.ConditionOf(again); back == nil {
			t.Fatalf("%s: written as %s, which cannot be read", source, again)
		}
	})
}

// FuzzScanner: whatever the text, its holes are found or it is refused, and a text of which
// all holes are taken out is plain.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "{{ a }}", "{{a}}{{b}}", `{{ {"a":{"b":1}}}}`, `{{ "}}" }}`, "{{ `}}` }}", `{{ "a\"}}" }}`, `{{ map(x, ({"s": .sku})) }}`, "{ {{1}} }", "{{", "}}", "{{ // x }}", "{{ /* }} */ 1 }}", "ação {{ trigger.body.x }} 🎉",
	} {
		f.Add(seed)
	}
	k := knownOrders()
	f.Fuzz(func(t *testing.T, source string) {
		length := len([]rune(source))
		c := expression.CompleteTemplate(source, length/2, k)
		if c.From < 0 || c.To < c.From || c.To > length {
			t.Fatalf("completions at %d to %d of %d", c.From, c.To, length)
		}
		tree, err := expression.ParseTemplate(source)
		if err != nil {
			if p := expression.ProblemOf(err); p.From < 0 || p.To < p.From || p.To > length || p.Message.PT == "" {
				t.Fatalf("%+v of %d", p, length)
			}
			return
		}
		for n := range tree.Holes() {
			if at := tree.At(n); at < 2 || at > length {
				t.Fatalf("hole %d begins at %d of %d", n, at, length)
			}
		}
		for _, p := range tree.Infer(k).Problems {
			if p.From < 0 || p.To < p.From || p.To > length {
				t.Fatalf("%+v of %d", p, length)
			}
		}
	})
}
