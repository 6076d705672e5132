package engine

import (
	"errors"
	"testing"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/store"
)

// What was cut for its time is evaluated again, a few times; every other fault stands.
func TestPatience(t *testing.T) {
	slow, other := error(&expression.Error{Code: "too_slow"}), errors.New("other")
	for _, c := range []struct {
		answers []error
		calls   int
		want    error
	}{
		{[]error{slow, slow, nil}, 3, nil},
		{[]error{other, nil}, 1, other},
		{[]error{slow, slow, slow, slow, slow, slow, slow, nil}, 6, slow},
	} {
		hands := &trial{clock: time.Now()}
		w := newWalker(newPlan(&flow.Flow{}, 0, new(Catalogue)), hands, store.Run{}, nil, time.UTC)
		calls := 0
		err := w.patiently(t.Context(), func() error {
			calls++
			return c.answers[calls-1]
		})
		if calls != c.calls || !errors.Is(err, c.want) {
			t.Errorf("%v: %d calls, %v", c.answers, calls, err)
		}
	}
}
