package expression_test

import (
	"strings"
	"testing"
	"time"

	"gancho/engine/expression"
)

// TestHeavyTurnsEnd: a loop whose turns are heavy ends with the budget of time, and neither
// hangs nor takes all memory.
func TestHeavyTurnsEnd(t *testing.T) {
	list := make([]any, 20_000)
	for i := range list {
		list[i] = i
	}
	scope := &expression.Scope{Now: time.Now(), Values: map[string]any{"trigger": map[string]any{"body": map[string]any{"s": strings.Repeat("a", 1<<20), "list": list}}}}
	for _, source := range []string{
		`map(1..2000, split(trigger.body.s, ""))`,
		`count(trigger.body.list, trigger.body.s matches "(a+)+$b")`,
		`count(trigger.body.list, replace(trigger.body.s, "a", "b") == "x")`,
		`map(1..10000, replace(trigger.body.s, "a", "b"))`,
		`count(trigger.body.list, len(upper(trigger.body.s)) > 0)`,
	} {
		p, err := expression.Compile(source)
		if err != nil {
			continue // refused before it runs
		}
		if _, err := p.Run(t.Context(), scope); err == nil {
			t.Errorf("%s was let run to its end", source)
		}
	}
}
