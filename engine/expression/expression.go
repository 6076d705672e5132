// Package expression compiles and runs what users write to read and compute values:
// conditions, and templates with {{ }} holes. It is the only place where such text runs.
package expression

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"gancho/engine/form"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
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
}

func (s *Scope) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// roots are the names that an expression may begin with.
var roots = []string{
	"trigger", "steps", "errors", "item", "index", "loops", "vars", "run", "response", "input", "auth", "connection",
	"status", "headers", "body", "text", "secret",
}

// Program is a compiled expression. It may be shared between goroutines.
type Program struct {
	source string
	paths  [][]string // member chains that it reads, each from its root
	plain  []string   // the whole expression is this chain
	vm     *vm.Program
}

var chain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// Compile reads one expression. The error is an *Error.
func Compile(source string) (p *Program, err error) {
	source = strings.TrimSpace(source)
	if len(source) > MaxSource {
		return nil, &Error{Code: "too_long", Message: form.Label(
			"the expression is longer than 8 KiB", "a expressão tem mais de 8 KiB"), Hint: form.Label(
			"split it over several steps", "divida em vários passos")}
	}
	if source == "" {
		return nil, &Error{Code: "empty", Message: form.Label("the expression is empty", "a expressão está vazia")}
	}
	if deep(source) {
		return nil, &Error{Code: "too_deep", Message: form.Label("the expression is nested too deeply", "a expressão tem níveis demais")}
	}
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, &Error{Code: "syntax", Message: form.Label("the expression cannot be read", "a expressão não pode ser lida")}
		}
	}()
	look := new(inspect)
	program, err := expr.Compile(source, options(look)...)
	if look.refused != nil {
		return nil, look.refused
	}
	if err != nil {
		return nil, wrong(source, err)
	}
	p = &Program{source: source, vm: program, paths: look.paths}
	if chain.MatchString(source) && len(look.paths) == 1 {
		p.plain = look.paths[0]
	}
	return p, nil
}

// deep says whether brackets are nested, or signs are stacked, beyond what the parser takes.
func deep(source string) bool {
	depth, signs := 0, 0
	for _, r := range source {
		switch r {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if r == '!' || r == '-' || r == '+' {
			signs++
		} else if r != ' ' {
			signs = 0
		}
		if depth > 64 || signs > 64 {
			return true
		}
	}
	return false
}

var environment = func() types.Map {
	m := types.Map{scopeName: types.Any}
	for _, name := range roots {
		m[name] = types.Any
	}
	return m
}()

// compiled are the options that every program shares.
var compiled = sync.OnceValue(func() []expr.Option {
	ops := []expr.Option{
		expr.Env(environment), expr.Optimize(false), expr.MaxNodes(2000), expr.DisableAllBuiltins(),
	}
	for _, name := range libraryBuiltins {
		ops = append(ops, expr.EnableBuiltin(name))
	}
	for name, f := range functions {
		ops = append(ops, expr.Function(name, f.run))
	}
	return ops
})

func options(look *inspect) []expr.Option {
	return append(append([]expr.Option{}, compiled()...), expr.Patch(look), expr.Patch(rewrite{}))
}

func wrong(source string, err error) *Error {
	var f *file.Error
	if !errors.As(err, &f) {
		return &Error{Code: "syntax", Message: form.Label(err.Error(), err.Error())}
	}
	e := &Error{Code: "syntax", Message: form.Label(f.Message, f.Message), From: f.From, To: f.To}
	if name, ok := strings.CutPrefix(f.Message, "unknown name "); ok {
		e.Code = "unknown_name"
		e.Message = form.Label("there is nothing called "+name, "não existe nada chamado "+name)
		if near := form.Nearest(name, append(append([]string{}, roots...), Names()...)); near != "" {
			e.Hint = form.Label("did you mean "+near+"?", "você quis dizer "+near+"?")
		}
	}
	if length := len([]rune(source)); e.To <= e.From {
		e.To = min(e.From+1, length)
	}
	return e
}

// scopeName is where an evaluation finds its Scope; no expression can name it.
const scopeName = "__scope"

// evaluation is what our functions know of the evaluation under way.
type evaluation struct {
	ctx   context.Context
	scope *Scope
	steps int
	end   time.Time
}

// The budget of one evaluation.
const (
	maxSteps = 500_000
	maxTime  = 100 * time.Millisecond
)

var errBudget = errors.New("the expression works too long")

// tick counts one turn of a loop.
func (e *evaluation) tick() error {
	if e.steps++; e.steps > maxSteps {
		return errBudget
	}
	// Each turn reads the clock: what one turn does has no price yet, and may be slow or large.
	if time.Now().After(e.end) || e.ctx.Err() != nil {
		return errBudget
	}
	return nil
}

var machines = sync.Pool{New: func() any { return &vm.VM{MemoryBudget: 200_000} }}

// Run evaluates; the value is normalised. It never panics.
func (p *Program) Run(ctx context.Context, s *Scope) (any, error) {
	if p.plain != nil {
		return lookUp(s.Values, p.plain), nil
	}
	value, err := p.run(ctx, s)
	if err != nil {
		return nil, err
	}
	return Normalize(value)
}

func (p *Program) run(ctx context.Context, s *Scope) (value any, err error) {
	env := make(map[string]any, len(s.Values)+1)
	for k, v := range s.Values {
		env[k] = v
	}
	env[scopeName] = &evaluation{ctx: ctx, scope: s, end: time.Now().Add(maxTime)}
	machine := machines.Get().(*vm.VM)
	defer func() {
		if r := recover(); r != nil {
			value, err = nil, p.failed(fmt.Errorf("%v", r))
			return
		}
		machines.Put(machine)
	}()
	value, err = machine.Run(p.vm, env)
	if err != nil {
		return nil, p.failed(err)
	}
	return value, nil
}

func (p *Program) failed(err error) error {
	var missing *MissingError
	if errors.As(err, &missing) {
		if missing.Path == "" {
			missing = &MissingError{Path: p.source}
		}
		return missing
	}
	if errors.Is(err, errBudget) {
		return &Error{Code: "budget", Message: form.Label("the expression works too long on this data", "a expressão demora demais com estes dados")}
	}
	return wrong(p.source, err)
}

// Bool evaluates a condition. Nil is false; what is neither true, false nor nil is an error.
// When the answer is false, missing lists the paths that the expression reads and that are
// not there.
func (p *Program) Bool(ctx context.Context, s *Scope) (ok bool, missing []string, err error) {
	value, err := p.Run(ctx, s)
	if err != nil {
		return false, nil, err
	}
	switch v := value.(type) {
	case bool:
		ok = v
	case nil:
	default:
		return false, nil, &Error{Code: "not_a_condition", Message: form.Label(
			fmt.Sprintf("the condition gives %s, not true or false", kindOf(value)), fmt.Sprintf("a condição dá %s, não verdadeiro ou falso", kindOf(value)))}
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

// Paths are the member chains that the expression reads, each from its root.
func (p *Program) Paths() [][]string { return p.paths }

func lookUp(values map[string]any, path []string) any {
	var value any = values
	for _, name := range path {
		m, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = m[name]
	}
	return value
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "nothing"
	case bool:
		return "a boolean"
	case int, float64:
		return "a number"
	case string:
		return "a text"
	case []any:
		return "a list"
	}
	return "an object"
}

// inspect refuses what users must not reach, and notes what is read.
type inspect struct {
	refused *Error
	paths   [][]string
	inside  map[ast.Node]bool // parts of a longer chain
}

func (v *inspect) Visit(n *ast.Node) {
	if v.inside == nil {
		v.inside = map[ast.Node]bool{}
	}
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		v.refuse(x, x.Value == "$env" || strings.HasPrefix(x.Value, "__"), x.Value)
		v.paths = append(v.paths, []string{x.Value})
	case *ast.MemberNode:
		v.member(x)
	case *ast.VariableDeclaratorNode:
		_, taken := functions[x.Name]
		v.refuse(x, taken || environment[x.Name] != nil || strings.HasPrefix(x.Name, "__"), x.Name)
	case *ast.CallNode:
		v.call(x)
	}
}

// member makes the chain that ends here of the chain that ended before it.
func (v *inspect) member(x *ast.MemberNode) {
	path := chainOf(x)
	if path == nil {
		return
	}
	for i := len(v.paths) - 1; i >= 0; i-- {
		if len(v.paths[i]) == len(path)-1 && strings.Join(v.paths[i], ".") == strings.Join(path[:len(path)-1], ".") {
			v.paths[i] = path
			return
		}
	}
}

func chainOf(n ast.Node) []string {
	switch x := n.(type) {
	case *ast.IdentifierNode:
		return []string{x.Value}
	case *ast.ChainNode:
		return chainOf(x.Node)
	case *ast.MemberNode:
		name, ok := x.Property.(*ast.StringNode)
		if before := chainOf(x.Node); ok && before != nil {
			return append(append([]string{}, before...), name.Value)
		}
	}
	return nil
}

// call allows functions by name from the table, and run.wait_url.
func (v *inspect) call(x *ast.CallNode) {
	if path := chainOf(x.Callee); len(path) == 2 && path[0] == "run" && path[1] == "wait_url" {
		return
	}
	id, ok := x.Callee.(*ast.IdentifierNode)
	if !ok {
		v.refuse(x, true, "a method")
		return
	}
	_, known := functions[id.Value]
	v.refuse(x, !known || strings.HasPrefix(id.Value, "__"), id.Value)
}

func (v *inspect) refuse(n ast.Node, is bool, name string) {
	if !is || v.refused != nil {
		return
	}
	e := &Error{Code: "unknown_name", From: n.Location().From, To: n.Location().To, Message: form.Label(
		name+" cannot be used here", name+" não pode ser usado aqui")}
	if near := form.Nearest(name, Names()); near != "" && near != name {
		e.Hint = form.Label("did you mean "+near+"?", "você quis dizer "+near+"?")
	}
	v.refused = e
}

// rewrite makes every member access optional, counts turns of loops, and routes what the
// library would do its own way to our functions.
type rewrite struct{}

func (rewrite) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.MemberNode:
		x.Optional = true
		patch(n, &ast.ChainNode{Node: x})
	case *ast.PredicateNode:
		tick := call("__tick")
		x.Node = &ast.SequenceNode{Nodes: []ast.Node{tick, x.Node}}
	case *ast.BinaryNode:
		if x.Operator == "+" {
			patch(n, call("__add", x.Left, x.Right))
		}
	case *ast.CallNode:
		if path := chainOf(x.Callee); len(path) == 2 && path[0] == "run" {
			patch(n, call("__wait_url", x.Arguments...))
			return
		}
		id, ok := x.Callee.(*ast.IdentifierNode)
		if ok && functions[id.Value].scoped && !strings.HasPrefix(id.Value, "__") {
			patch(n, call(id.Value, x.Arguments...))
		}
	}
}

// call makes a call of one of our functions, with the evaluation as first argument where it
// wants that.
func call(name string, args ...ast.Node) ast.Node {
	if functions[name].scoped {
		args = append([]ast.Node{&ast.IdentifierNode{Value: scopeName}}, args...)
	}
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: args}
}

func patch(n *ast.Node, with ast.Node) {
	with.SetLocation((*n).Location())
	*n = with
}

// ProblemOf is an error of an expression as a problem of a document.
func ProblemOf(err error) form.Problem {
	p := form.Problem{Severity: form.Error, Code: "failed", Message: form.Label(err.Error(), err.Error())}
	var e *Error
	if errors.As(err, &e) {
		p.Code, p.Message, p.Hint, p.From, p.To = e.Code, e.Message, e.Hint, e.From, e.To
	}
	var m *MissingError
	if errors.As(err, &m) {
		p.Code, p.Message = "missing", form.Label(m.Path+" is missing", "falta "+m.Path)
	}
	return p
}
