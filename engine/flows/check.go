package flows

import (
	"cmp"
	"slices"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// checkedFlow is what a check found, and what it asked about the flow's surroundings: it
// holds while the flow is the same one and the answers are.
type checkedFlow struct {
	flow     *flow.Flow
	problems []form.Problem
	asked    []question
}

type question struct {
	flow       string // set: is there such a flow
	callee     string // set: what kind of trigger has this flow
	connection string // set: of what kind is it
	field      string // set: does the connection hold this field
	kind       string
	ok         bool
}

// Check finds the problems of a flow in this instance.
func (s *Flows) Check(f *flow.Flow) []form.Problem { return s.check(f, nil).problems }

// check looks at a flow as if those of a bundle were there too.
func (s *Flows) check(f *flow.Flow, with *flow.Bundle) checkedFlow {
	c := checkedFlow{flow: f}
	ask := func(q question) question {
		q = s.answer(q)
		c.asked = append(c.asked, q)
		return q
	}
	known := flow.Known{Flow: func(id string) bool {
		if with.Has(id) {
			c.asked = append(c.asked, question{flow: id, ok: true}) // as it will be
			return true
		}
		return id == f.ID || ask(question{flow: id}).ok
	}}
	known.Former = s.Former(f.ID)
	known.Trigger = func(id string) string {
		switch {
		case with.Has(id):
			kind := with.Trigger(id)
			c.asked = append(c.asked, question{callee: id, kind: kind}) // as it will be
			return kind
		case id == f.ID:
			return f.Trigger.Kind
		}
		return ask(question{callee: id}).kind
	}
	if s.Connection != nil {
		known.Connection = func(name string) (string, bool) {
			q := ask(question{connection: name})
			return q.kind, q.ok
		}
	}
	if s.Holds != nil {
		known.Holds = func(connection, field string) bool { return ask(question{connection: connection, field: field}).ok }
	}
	c.problems = flow.Validate(f, s.Catalogue, known)
	return c
}

func (s *Flows) answer(q question) question {
	if q.callee != "" {
		q.kind = ""
		if entry, ok := s.Find(q.callee); ok {
			q.kind = cmp.Or(entry.Published, entry.Draft).Trigger.Kind
		}
		return q
	}
	if q.connection == "" {
		_, q.ok = s.Find(q.flow)
		return q
	}
	if q.field != "" {
		q.ok = s.Holds(q.connection, q.field)
		return q
	}
	q.kind, q.ok = s.Connection(q.connection)
	return q
}

// problems are those of a kept draft, found anew only when something changed.
func (s *Flows) problems(draft *flow.Flow) []form.Problem {
	s.checkMu.Lock()
	c, ok := s.checked[draft.ID]
	s.checkMu.Unlock()
	same := func(q question) bool { return s.answer(q) == q }
	if ok && c.flow == draft && !slices.ContainsFunc(c.asked, func(q question) bool { return !same(q) }) {
		return c.problems
	}
	c = s.check(draft, nil)
	s.remember(c)
	return c.problems
}

func (s *Flows) remember(c checkedFlow) {
	s.checkMu.Lock()
	defer s.checkMu.Unlock()
	s.checked[c.flow.ID] = c
}
