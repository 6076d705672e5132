package expression_test

import (
	"testing"
	"time"

	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/shape"
)

// TestTextForNumber: where a number is compared with, a text that is none is told as that, and
// nothing is offered that makes no sense.
func TestTextForNumber(t *testing.T) {
	s := new(shape.Shape)
	for i := range 10 {
		body := map[string]any{"total": 79.9, "name": "Ana", "mixed": 5}
		if i > 6 {
			body["mixed"] = "5.50"
		}
		if i > 0 {
			body["price"], body["amount"], body["text"] = "199,90", "79.90", "a"
		}
		s.Add(map[string]any{"body": body}, i+1, time.Time{})
	}
	known := &expression.Known{Roots: map[string]*shape.Shape{"trigger": s}}
	for source, want := range map[string]form.Words{
		`trigger.body.total > "abc"`:        form.Label("`trigger.body.total` is compared with a number, and “abc” is none", "`trigger.body.total` se compara com um número, e “abc” não é um número"),
		`"abc" < trigger.body.total`:        form.Label("`trigger.body.total` is compared with a number, and “abc” is none", "`trigger.body.total` se compara com um número, e “abc” não é um número"),
		`trigger.body.total == "abc"`:       form.Label("`trigger.body.total` is compared with a number, and “abc” is none", "`trigger.body.total` se compara com um número, e “abc” não é um número"),
		`trigger.body.price > "abc"`:        form.Label("`trigger.body.price` is compared with a number, and “abc” is none", "`trigger.body.price` se compara com um número, e “abc” não é um número"),
		`trigger.body.amount <= "NaN"`:      form.Label("`trigger.body.amount` is compared with a number, and “NaN” is none", "`trigger.body.amount` se compara com um número, e “NaN” não é um número"),
		`trigger.body.mixed > "abc"`:        form.Label("`trigger.body.mixed` is compared with a number, and “abc” is none", "`trigger.body.mixed` se compara com um número, e “abc” não é um número"),
		`float(trigger.body.total) > "abc"`: form.Label("`trigger.body.total` is compared with a number, and “abc” is none", "`trigger.body.total` se compara com um número, e “abc” não é um número"),
	} {
		problems := infer(t, source, known)
		if len(problems) != 1 || problems[0].Message != want || len(problems[0].Fixes) > 0 {
			t.Errorf("%s: %+v, want one that says %s", source, problems, want.EN)
		}
	}
	for source, fix := range map[string]string{`trigger.body.total > "100"`: "100", `trigger.body.total != "1.250,90"`: "1250.9", `trigger.body.name == "100"`: "", `trigger.body.name > "m"`: ""} {
		problems := infer(t, source, known)
		if fix == "" && len(problems) == 0 {
			continue
		}
		if len(problems) != 1 || len(problems[0].Fixes) != 1 || problems[0].Fixes[0].Put != fix {
			t.Errorf("%s: %+v, want %s in its place", source, problems, fix)
		}
	}
}

func infer(t *testing.T, source string, known *expression.Known) []form.Problem {
	t.Helper()
	tree, err := expression.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	return tree.Infer(known).Problems
}
