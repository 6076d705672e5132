package expression

import (
	"gancho/engine/form"
	"gancho/engine/shape"
)

// ParsedTemplate is a template that was read but not made ready to run.
type ParsedTemplate struct {
	holes []*Parsed
	at    []int // where each begins, in runes
	texts int
}

// ParseTemplate reads a template. The error is an *Error.
func ParseTemplate(source string) (*ParsedTemplate, error) {
	t := &ParsedTemplate{}
	err := cutTemplate(source, func(string) { t.texts++ }, func(hole string, at int) error {
		tree, err := Parse(hole)
		t.holes, t.at = append(t.holes, tree), append(t.at, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Holes are the expressions of the template, in order.
func (t *ParsedTemplate) Holes() []*Parsed { return t.holes }

// Size is how many bytes of expressions were read.
func (t *ParsedTemplate) Size() int {
	n := 0
	for _, hole := range t.holes {
		n += hole.size
	}
	return n
}

// At is where the expression of a hole begins, in runes.
func (t *ParsedTemplate) At(hole int) int { return t.at[hole] }

// Infer is Parsed.Infer for every hole; a text made of several parts is a text. Missing is set
// where any hole may be missing, with the place of the first.
func (t *ParsedTemplate) Infer(k *Known) Inference {
	var all Inference
	for n, hole := range t.holes {
		one := hole.Infer(k)
		for _, p := range one.Problems {
			all.Problems = append(all.Problems, shifted(p, t.at[n]))
		}
		if one.Missing != nil && all.Missing == nil {
			m := shifted(*one.Missing, t.at[n])
			all.Missing = &m
		}
		all.Shape = one.Shape
	}
	if t.texts > 0 || len(t.holes) != 1 {
		all.Shape = shape.Kinds(shape.Text)
	}
	return all
}

func shifted(p form.Problem, by int) form.Problem {
	p.From, p.To = p.From+by, p.To+by
	return p
}
