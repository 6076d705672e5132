package engine_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// behind is a store whose first answer about a run comes when the run has gone on.
type behind struct {
	store.Store
	once sync.Once
}

func (b *behind) GetRun(ctx context.Context, id string) (store.Story, error) {
	story, err := b.Store.GetRun(ctx, id)
	b.once.Do(func() { time.Sleep(4 * time.Second) })
	return story, err
}

// What a run has done is told also where it is written while somebody asks for it.
func TestAStoryMissesNothingThatIsWrittenMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := &behind{}
		s := &sink{around: func(under store.Store) store.Store { late.Store = under; return late }}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "one", "action": "test.send", "with": {"text": "admitted after a while"}},
			{"id": "two", "action": "test.send", "with": {"text": "admitted after a while"}},
			{"id": "three", "action": "test.send", "with": {"text": "admitted after a while"}}]}`)
		run := h.send("first", `{}`)
		time.Sleep(time.Second)
		v, err := h.Run(t.Context(), run)
		check(t, err)
		paths := []string{}
		for _, step := range v.Steps {
			paths = append(paths, step.Path+" "+step.Status)
		}
		if want := []string{"one succeeded", "two succeeded"}; !slices.Equal(paths, want) {
			t.Errorf("told: %q, not %q", paths, want)
		}
	})
}
