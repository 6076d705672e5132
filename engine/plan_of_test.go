package engine

import (
	"testing"

	"gancho/engine/flow"
	"gancho/engine/flows"
)

// TestAPlanIsOfWhatIsPublished: one that was made of a flow just as it was deleted is not taken for
// that of another which came under its name and revision.
func TestAPlanIsOfWhatIsPublished(t *testing.T) {
	e := &Engine{Config: Config{Catalogue: &Catalogue{}}}
	e.plans.made = map[planKey]*plan{}
	for range 2 {
		published := flows.Entry{ID: "f", PublishedRev: 1, Published: &flow.Flow{ID: "f"}}
		first := e.plan(published)
		if first.flow != published.Published || e.plan(published) != first {
			t.Errorf("the plan is of %p, want %p, made once", first.flow, published.Published)
		}
	}
}
