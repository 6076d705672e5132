package expression

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/expr-lang/expr/vm"
)

// machine is what one evaluation works with; it is used again.
type machine struct {
	vm  vm.VM
	e   evaluation
	env map[string]any

	broken bool
}

var machines = sync.Pool{New: func() any {
	m := &machine{vm: vm.VM{MemoryBudget: 200_000}}
	m.env = map[string]any{evaluationName: &m.e}
	return m
}}

// start begins an evaluation: of one program, or of several within one budget.
func start(ctx context.Context, s *Scope) *machine {
	m := machines.Get().(*machine)
	m.e.begin(ctx, s)
	return m
}

// end gives the machine back; not one that panicked.
func (m *machine) end() {
	m.e.finish()
	if !m.broken {
		machines.Put(m)
	}
}

func (m *machine) run(p *Program, condition bool) (value any, err error) {
	m.e.program, m.e.condition = p, condition
	defer func() {
		if r := recover(); r != nil {
			m.broken = true
			value, err = nil, p.failed(fmt.Errorf("%v", r))
		}
	}()
	value, err = m.vm.Run(p.vm, m.env)
	if err != nil {
		return nil, p.failed(err)
	}
	return value, nil
}

// value is the normalised value of one of several programs.
func (m *machine) value(p *Program) (any, error) {
	if p.plain != nil {
		return lookUp(m.e.scope.Values, p.plain), nil
	}
	value, err := m.run(p, false)
	if err != nil {
		return nil, err
	}
	if value, err = Normalize(value); err != nil {
		return nil, p.failed(err)
	}
	return value, nil
}

// Trial tries conditions on many values within a tenth of the budget of one evaluation.
type Trial struct{ m *machine }

// NewTrial begins one; End ends it.
func NewTrial(ctx context.Context) *Trial {
	t := &Trial{start(ctx, &Scope{})}
	t.m.e.brief = true
	return t
}

// End gives back what the trial worked with.
func (t *Trial) End() { t.m.end() }

// Holds says whether a condition is true; spent, that the budget ended before.
func (t *Trial) Holds(p *Program, s *Scope) (holds, spent bool) {
	if t.m.e.scope = s; p.plain != nil {
		return lookUp(s.Values, p.plain) == true, t.m.e.charge(1) != nil
	}
	value, err := t.m.run(p, true)
	return err == nil && value == true, overBudget(err)
}

func overBudget(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Code == "budget" || e.Code == "too_slow" || e.Code == "too_big")
}
