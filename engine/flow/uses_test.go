package flow_test

import (
	"testing"

	"gancho/engine/flow"
)

// TestConcerns: what reads a field, what takes it out of a whole by its name, and what hands
// the whole on; not what looks at the whole for another reason.
func TestConcerns(t *testing.T) {
	const path = "trigger.body.coupon"
	for source, want := range map[string]bool{
		"{{ trigger.body.coupon }}": true, "{{ trigger.body.coupon.code }}": true, "{{ trigger.body.total }}": false, "{{ trigger.body.coupons }}": false,
		"{{ json(trigger.body) }}": true, "{{ trigger.body }}": true, "{{ merge(trigger.body, {}) }}": true, `{{ get(trigger.body, "coupon") }}`: true, `{{ get(trigger.body, "total") }}`: false,
		`{{ len(trigger.body) }}`: false, `{{ pick(trigger.body, "total", "coupon") }}`: true,
	} {
		b, problems := flow.Parse([]byte(`{"gancho":1,"flows":[` + steps(say("a", source)) + `]}`))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		got := false
		for _, use := range flow.Uses(b.Flows[0], typedCatalogue{}) {
			got = got || use.Concerns(path)
		}
		if got != want {
			t.Errorf("%s: got %v", source, got)
		}
	}
}
