package expression

import (
	"strings"

	"gancho/engine/form"
	"gancho/engine/shape"
)

// ParsedTemplate is a template that was read but not made ready to run.
type ParsedTemplate struct {
	holes   []*Parsed
	sources []string
	at      []int  // where each begins, in runes
	outline string // the texts, with {{}} for each hole
	places  []int  // where each hole stands in it
	texts   int
}

// ParseTemplate reads a template. The error is an *Error.
func ParseTemplate(source string) (*ParsedTemplate, error) {
	t := &ParsedTemplate{}
	var outline strings.Builder
	err := cutTemplate(source, func(text string) { t.texts++; outline.WriteString(text) }, func(hole string, at int) error {
		tree, err := Parse(hole)
		t.places = append(t.places, outline.Len())
		outline.WriteString("{{}}")
		t.holes, t.sources, t.at = append(t.holes, tree), append(t.sources, hole), append(t.at, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.outline = outline.String()
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

// Source is the expression of a hole as it is written.
func (t *ParsedTemplate) Source(hole int) string { return t.sources[hole] }

// Before is the text before a hole, with {{}} for each hole in it.
func (t *ParsedTemplate) Before(hole int) string { return t.outline[:t.places[hole]] }

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
