// Package expression compiles and runs what users write to read and compute values:
// conditions, and templates with {{ }} holes. It is the only place where such text runs.
package expression

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine/form"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// The caps on what is read at all, in bytes.
const (
	MaxSource   = 8 << 10
	MaxTemplate = 256 << 10
	MaxHoles    = 200
)

// Error says what is wrong with an expression, and where, in runes of its source.
type Error struct {
	Code     string
	Message  form.Words
	Hint     form.Words
	From, To int
	Fixes    []form.Fix
}

func (e *Error) Error() string { return e.Message.EN }

// MissingError says that a value that was needed is not there.
type MissingError struct {
	Path string // as written in the expression
}

func (e *MissingError) Error() string { return e.Path + " is missing" }

// Scope is what an expression sees. The values are JSON values: nil, bool, int, float64,
// text, lists, and maps with text keys. Now is fixed, so that every repeat answers alike.
type Scope struct {
	Values  map[string]any
	Now     time.Time
	Zone    *time.Location
	WaitURL func(step string) (string, error)
	Mask    []string // JSON pointers into trigger.body: what Why does not tell
	Door    bool     // on the way in: a tenth of the budget, so that a flood of events cannot stop others
}

func (s *Scope) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// The names that an expression may begin with, by where it stands.
var (
	FlowRoots      = []string{"trigger", "steps", "errors", "item", "index", "loops", "vars", "run", "response"}
	ConnectorRoots = []string{"input", "auth", "connection", "status", "headers", "body", "text", "item", "trigger", "secret", "index", "attempt", "answered"}
)

var allRoots = slices.Concat(FlowRoots, ConnectorRoots)

func isRoot(name string) bool { return slices.Contains(allRoots, name) }

// Program is a compiled expression. It may be shared between goroutines.
type Program struct {
	source   string
	all      [][]string // member chains by the number that the program knows them by; nil where a longer one took its place
	paths    [][]string // member chains that it reads, each from its root
	plain    []string   // the whole expression is this chain
	vm       *vm.Program
	patterns map[string]*pattern // of the regular expressions that the source spells out
	once     sync.Once
	clause   *clause // of a condition, made when it is first asked why it was false
}

// Compile reads one expression of a flow, or one that begins with other roots. The error is
// an *Error.
func Compile(source string, roots ...string) (p *Program, err error) {
	source, lead := trimmed(source)
	if err := capped(source); err != nil {
		return nil, err
	}
	p, err = compile(source, roots)
	return p, moved(err, lead)
}

// trimmed is a source without the space around it, and how many runes of that are before it.
func trimmed(source string) (text string, lead int) {
	text = strings.TrimLeft(source, " \t\r\n")
	return strings.TrimSpace(text), len(source) - len(text) // of one byte each
}

func compile(source string, roots []string) (p *Program, err error) {
	if len(roots) == 0 {
		roots = FlowRoots
	}
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, &Error{Code: "syntax", Message: form.Label("the expression cannot be read", "a expressão não pode ser lida")}
		}
	}()
	look, rules := &inspect{roots: roots}, &rewrite{}
	program, err := build(source, look, rules)
	if look.refused != nil {
		return nil, look.refused
	}
	if err != nil {
		return nil, wrong(source, err, roots)
	}
	p = &Program{source: source, vm: program, all: rules.paths, patterns: map[string]*pattern{}}
	for _, path := range rules.paths {
		if path != nil {
			p.paths = append(p.paths, path)
		}
	}
	if chain.MatchString(source) && len(p.paths) == 1 {
		p.plain = p.paths[0]
	}
	return p, p.spell(look.patterns)
}

// spell makes ready the regular expressions that the source spells out.
func (p *Program) spell(list []*ast.StringNode) error {
	for _, n := range list {
		if p.patterns[n.Value] != nil {
			continue
		}
		made, err := newPattern(n.Value)
		if err == nil && len(p.patterns) == maxPatterns {
			err = wrongf("an expression has at most %d regular expressions; split it over several steps", "uma expressão tem no máximo %d expressões regulares; divida em vários passos", maxPatterns)
		}
		if err != nil {
			e := wrong(p.source, err, nil)
			e.From, e.To = n.Location().From, n.Location().To
			return e
		}
		p.patterns[n.Value] = made
	}
	return nil
}

var chain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// capped refuses what is not even parsed.
func capped(source string) error {
	switch {
	case len(source) > MaxSource:
		return &Error{Code: "too_long", Message: form.Label(
			"the expression is longer than 8 KiB", "a expressão tem mais de 8 KiB"), Hint: form.Label(
			"split it over several steps", "divida em vários passos")}
	case source == "":
		return &Error{Code: "empty", Message: form.Label("the expression is empty", "a expressão está vazia")}
	case deep(source):
		return &Error{Code: "too_deep", Message: form.Label("the expression is nested too deeply", "a expressão tem níveis demais")}
	}
	return nil
}

// deep says whether brackets are nested, or signs are stacked, beyond what people write.
func deep(source string) bool {
	depth, signs := 0, 0
	for _, c := range outside(source) {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '!', '-', '+':
			signs += 2
		}
		if c != ' ' && signs > 0 {
			signs--
		}
		if depth > 64 || signs > 64 {
			return true
		}
	}
	return false
}

// evaluationName is where a program finds the evaluation; no expression can name it.
const evaluationName = "__e"

// shared are the options of every program: the library's own operators and functions are
// taken away, and ours stand under their names.
var shared = sync.OnceValue(func() []expr.Option {
	ops := []expr.Option{
		expr.Env(types.Map{evaluationName: types.Any}), expr.Optimize(false), expr.MaxNodes(2000), expr.DisableAllBuiltins(),
	}
	for name, run := range inner {
		ops = append(ops, expr.Function(name, func(args ...any) (any, error) {
			e := args[0].(*evaluation)
			if err := e.charge(1); err != nil {
				return nil, err
			}
			return run(e, args[1:])
		}))
	}
	for name, f := range functions {
		if f.run == nil { // a loop, which the parser knows
			ops = append(ops, expr.EnableBuiltin(name))
			continue
		}
		ops = append(ops, expr.Function(name, func(args ...any) (any, error) {
			return f.call(args[0].(*evaluation), args[1:])
		}))
	}
	return ops
})

// configs are the language as we have it. One is used by one at a time: it caches types.
var configs = sync.Pool{New: func() any {
	c := conf.CreateNew()
	for _, op := range shared() {
		op(c)
	}
	for name := range c.Disabled {
		delete(c.Builtins, name)
	}
	return c
}}

// build compiles as expr.Compile does, without making the language anew each time.
func build(source string, look *inspect, rules *rewrite) (*vm.Program, error) {
	c := configs.Get().(*conf.Config)
	tree, err := parser.ParseWithConfig(source, c)
	if err != nil {
		configs.Put(c)
		return nil, err //nolint:wrapcheck // put into words by the caller
	}
	if ast.Walk(&tree.Node, look); look.refused != nil {
		return nil, look.refused
	}
	ast.Walk(&tree.Node, rules)
	if _, err := checker.Check(tree, c); err != nil {
		return nil, err //nolint:wrapcheck // put into words by the caller
	}
	program, err := compiler.Compile(tree, c)
	configs.Put(c)      // after a panic it is not used again
	return program, err //nolint:wrapcheck // put into words by the caller
}

// parse reads a source as Compile does, without our operators in it.
func parse(source string) (tree *parser.Tree, err error) {
	defer func() {
		if r := recover(); r != nil {
			tree, err = nil, fmt.Errorf("%v", r)
		}
	}()
	c := configs.Get().(*conf.Config)
	tree, err = parser.ParseWithConfig(source, c)
	configs.Put(c)
	return tree, err //nolint:wrapcheck // never shown
}

func wrong(source string, err error, roots []string) *Error {
	e := &Error{Code: "syntax"}
	var words fault
	var f *file.Error
	if errors.As(err, &f) {
		e.From, e.To = f.From, f.To
	}
	switch {
	case errors.As(err, &words):
		e.Code, e.Message = "expression", words.words
	case f == nil:
		e.say(err.Error(), roots)
	default:
		e.say(f.Message, roots)
	}
	length := runes(source)
	e.From = max(0, min(e.From, length-1))
	e.To = min(max(e.To, e.From+1), length)
	return e
}

// Run evaluates; the value is normalised. It ends within the budget of time and memory,
// whatever the values are, and never panics. The error is a *MissingError or an *Error; its
// code is "budget" or "too_big" where the same values will fail again, "too_slow" where they may not.
func (p *Program) Run(ctx context.Context, s *Scope) (any, error) {
	if p.plain != nil {
		return lookUp(s.Values, p.plain), nil
	}
	m := start(ctx, s)
	defer m.end()
	return m.value(p)
}

func (p *Program) run(ctx context.Context, s *Scope, condition bool) (any, error) {
	m := start(ctx, s)
	defer m.end()
	return m.run(p, condition)
}

func (p *Program) failed(err error) error {
	var missing *MissingError
	var operand missingOperand
	var f *file.Error
	where := errors.As(err, &f)
	switch {
	case errors.As(err, &missing):
		return missing
	case errors.As(err, &operand):
		name := p.source
		if where {
			name = p.nameOf(f.From, operand.index)
		}
		return &MissingError{Path: name}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("evaluate the expression: %w", err)
	}
	e := &Error{Code: "budget"}
	if where {
		e.From, e.To = f.From, f.To
	}
	switch {
	case errors.Is(err, errTime):
		e.Code, e.Message = "too_slow", form.Label("the expression took longer than 100 ms", "a expressão levou mais de 100 ms")
	case errors.Is(err, errCost):
		e.Message = form.Label("the expression works too long on this data", "a expressão demora demais com estes dados")
	case errors.Is(err, errBytes), errors.Is(err, ErrTooBig), where && f.Message == "memory budget exceeded":
		e.Code, e.Message = "too_big", form.Label("the expression makes more data than it may", "a expressão gera mais dados do que pode")
	default:
		e = wrong(p.source, err, nil)
		if e.Code == "syntax" {
			e.Code = "expression"
		}
	}
	return e
}

// Bool evaluates a condition. Nil is false; what is neither true, false nor nil is an error.
// When the answer is false, missing lists the paths that the expression reads and that are
// not there.
func (p *Program) Bool(ctx context.Context, s *Scope) (ok bool, missing []string, err error) {
	var value any
	if p.plain != nil {
		value = lookUp(s.Values, p.plain)
	} else if value, err = p.run(ctx, s, true); err != nil {
		return false, nil, err
	}
	switch v := value.(type) {
	case bool:
		ok = v
	case nil:
	default:
		return false, nil, &Error{Code: "not_a_condition", To: runes(p.source), Message: form.Label(
			"the condition gives "+KindOf(value).EN+", not true or false", "a condição dá "+KindOf(value).PT+", não verdadeiro ou falso")}
	}
	if !ok {
		for _, path := range p.paths {
			if len(path) > 1 && lookUp(s.Values, path) == nil {
				missing = append(missing, strings.Join(path, "."))
			}
		}
	}
	return ok, missing, nil
}

// TooSlow says that an evaluation was cut for the time it took, which another may not take.
func TooSlow(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == "too_slow"
}

// Source is the text that was compiled.
func (p *Program) Source() string { return p.source }

// Reads says whether the expression reads the value at this path, something inside it, or
// something that holds it.
func (p *Program) Reads(path string) bool {
	want := strings.Split(path, ".")
	for _, read := range p.paths {
		same := true
		for i := 0; i < min(len(read), len(want)); i++ {
			same = same && read[i] == want[i]
		}
		if same {
			return true
		}
	}
	return false
}

// Plain says that the expression is a member chain and nothing else.
func (p *Program) Plain() bool { return p.plain != nil }

// Paths are the member chains that the expression reads, each from its root.
func (p *Program) Paths() [][]string { return p.paths }

// KindOf says in words what a value is.
func KindOf(value any) form.Words {
	switch value.(type) {
	case nil:
		return form.Label("nothing", "nada")
	case bool:
		return form.Label("yes or no", "sim ou não")
	case int, float64:
		return form.Label("a number", "um número")
	case string:
		return form.Label("a text", "um texto")
	case []any:
		return form.Label("a list", "uma lista")
	}
	return form.Label("an object", "um objeto")
}

// ProblemOf is an error of an expression as a problem of a document.
func ProblemOf(err error) form.Problem {
	p := form.Problem{Severity: form.Error, Code: "expression", Message: form.Label(err.Error(), err.Error())}
	var e *Error
	if errors.As(err, &e) {
		p.Code, p.Message, p.Hint, p.From, p.To, p.Fixes = e.Code, e.Message, e.Hint, e.From, e.To, e.Fixes
	}
	var m *MissingError
	if errors.As(err, &m) {
		p.Code, p.Message = "missing", form.Label(m.Path+" is missing", "falta "+m.Path)
	}
	return p
}
