package flow

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// Shape says which children the steps of an action have.
type Shape int

// The shapes of a step.
const (
	Leaf     Shape = iota
	Steps          // steps[]
	Branches       // branches[]
)

// ActionInfo is what validation knows of an action.
type ActionInfo struct {
	Kind               string
	Title              form.Words
	Fields             form.Fields
	Shape              Shape
	Connections        []string
	ConnectionOptional bool
	Effect             bool
	Careful            bool // doing it twice is seen outside, and nothing keeps the provider from it
	Sample             any
	Check              func(with map[string]any) []form.Problem // what the fields alone cannot say; may be nil
}

// TriggerInfo is what validation knows of a trigger.
type TriggerInfo struct {
	Kind        string
	Fields      form.Fields
	Connections func(f *Flow) []string // kinds that a flow may name; nil takes none
	// Without says what becomes of events while the flow's connection is not there; nil, or nothing, where runs wait for it.
	Without func(f *Flow) form.Words
	Check   func(f *Flow, known Known) []form.Problem
}

// Catalogue gives actions and triggers by kind.
type Catalogue interface {
	Action(kind string) (ActionInfo, bool)
	Trigger(kind string) (TriggerInfo, bool)
	Kinds() []string
}

// Known is what exists around a flow. A nil member knows nothing, and nothing is said.
type Known struct {
	Flow       func(id string) bool
	Trigger    func(id string) (kind string) // of a flow that is known
	Connection func(name string) (kind string, ok bool)
	Holds      func(connection, field string) bool // whether a field of a connection is set
	Former     func(id string) *Step               // as the flow had it before; nil where it never did
}

// The limits of a flow.
const (
	MaxSteps = 500
	MaxDepth = 16
)

// Validate finds everything that is wrong with a flow that can be read: errors, with which it
// cannot be published, and warnings.
func Validate(f *Flow, c Catalogue, known Known) []form.Problem {
	v := &validator{flow: f, catalogue: c, known: known, ids: map[string]string{}}
	v.collect(f.Steps, "/steps", 1)
	v.trigger()
	v.settings()
	v.steps(f.Steps, "/steps")
	v.tests()
	slices.SortStableFunc(v.problems, func(a, b form.Problem) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	return v.problems
}

// Errors says whether any problem refuses publishing.
func Errors(problems []form.Problem) bool {
	return slices.ContainsFunc(problems, func(p form.Problem) bool { return p.Severity == form.Error })
}

// Walk visits every step of a tree with its JSON pointer, in order.
func Walk(steps []*Step, path string, visit func(path string, s *Step)) {
	for i, s := range steps {
		at := path + "/" + strconv.Itoa(i)
		visit(at, s)
		Walk(s.Steps, at+"/steps", visit)
		for j, b := range s.Branches {
			Walk(b.Steps, fmt.Sprintf("%s/branches/%d/steps", at, j), visit)
		}
		Walk(s.Catch, at+"/catch", visit)
	}
}

// didYouMean gives a hint where a name looks like a known one.
func didYouMean(name string, among []string) form.Words {
	near := form.Nearest(name, among)
	if near == "" {
		return form.Words{}
	}
	return form.Label(fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near))
}

// changeTo is the fix that puts a known name where one looks like it.
func changeTo(name string, among []string) []form.Fix {
	near := form.Nearest(name, among)
	if near == "" {
		return nil
	}
	return []form.Fix{form.ChangeTo(name, near)}
}

type validator struct {
	flow      *Flow
	catalogue Catalogue
	known     Known
	ids       map[string]string // step id -> pointer
	count     int
	asleep    bool // the step at hand is switched off, or lies in one that is
	problems  []form.Problem
}

func (v *validator) add(p ...form.Problem) { v.problems = append(v.problems, p...) }

func (v *validator) error(path, code, en, pt string) { v.add(problem(path, code, en, pt)) }

// collect notes the ids of all steps.
func (v *validator) collect(steps []*Step, path string, depth int) {
	if depth > MaxDepth && len(steps) > 0 {
		v.error(path, "too_deep", fmt.Sprintf("steps are nested more than %d deep", MaxDepth), fmt.Sprintf("há mais de %d níveis de passos", MaxDepth))
		return
	}
	for i, s := range steps {
		at := path + "/" + strconv.Itoa(i)
		if v.count++; v.count == MaxSteps+1 {
			v.error(at, "too_many", fmt.Sprintf("a flow has at most %d steps", MaxSteps), fmt.Sprintf("um fluxo tem no máximo %d passos", MaxSteps))
		}
		if !stepID.MatchString(s.ID) {
			v.error(at+"/id", "bad_id", fmt.Sprintf("%q is not a step id: begin with a lower case letter, go on with letters, digits and _", s.ID),
				fmt.Sprintf("%q não é um id de passo: comece com letra minúscula, continue com letras, números e _", s.ID))
		} else if first, twice := v.ids[s.ID]; twice {
			v.error(at+"/id", "duplicate_id", fmt.Sprintf("the step id %q is used twice, first at %s", s.ID, first), fmt.Sprintf("o id de passo %q é usado duas vezes, primeiro em %s", s.ID, first))
		} else {
			v.ids[s.ID] = at
		}
		v.collect(s.Steps, at+"/steps", depth+1)
		v.collect(s.Catch, at+"/catch", depth+1)
		for j, b := range s.Branches {
			v.collect(b.Steps, fmt.Sprintf("%s/branches/%d/steps", at, j), depth+1)
		}
	}
}

func (v *validator) trigger() {
	t := v.flow.Trigger
	info, ok := v.catalogue.Trigger(t.Kind)
	if !ok {
		p := problem("/trigger/kind", "unknown_trigger", fmt.Sprintf("there is no trigger of the kind %q", t.Kind), fmt.Sprintf("não existe gatilho do tipo %q", t.Kind))
		kinds := []string{"webhook", "schedule", "manual", "call", "failure"}
		p.Hint, p.Fixes = didYouMean(t.Kind, kinds), changeTo(t.Kind, kinds)
		v.add(p)
		return
	}
	v.fields(info.Fields, t.With, "/trigger/with")
	if t.Where != "" {
		v.expression(t.Where, "/trigger/where")
	}
	if t.Connection != "" {
		var kinds []string
		if info.Connections != nil {
			kinds = info.Connections(v.flow)
		}
		without := form.Words{}
		if info.Without != nil {
			without = info.Without(v.flow)
		}
		v.connection(t.Connection, kinds, without, "/trigger/connection")
	}
	if info.Check != nil {
		v.add(info.Check(v.flow, v.known)...)
	}
}

func (v *validator) steps(steps []*Step, path string) {
	off := ""  // the step that is switched off, with all that is inside
	loop := "" // the steps of the outermost loop around the step at hand
	Walk(steps, path, func(at string, s *Step) {
		if off == "" || !strings.HasPrefix(at, off+"/") {
			off = ""
			if s.Disabled {
				off = at
			}
		}
		v.asleep = off != ""
		v.step(s, at)
		repeated := loop != "" && strings.HasPrefix(at, loop)
		switch {
		case repeated && s.Action == "filter" && !v.asleep:
			v.add(endsAllTurns(at + "/with/where"))
		case !repeated && s.Action == "loop":
			loop = at + "/steps/"
		}
	})
	v.asleep = false
}

// endsAllTurns warns of a filter that is repeated: who writes it there mostly means to leave out one element.
func endsAllTurns(at string) form.Problem {
	w := warning(at, "filter_in_loop", "the first element for which this is false ends the whole run, not only its turn", "o primeiro item para o qual isto é falso encerra a execução inteira, não só a vez dele")
	w.Hint = form.Label("to leave out that element alone, put the condition into “Only when” of the steps that follow (`when`), or them into a branch",
		"para deixar só esse item de fora, ponha a condição em “Somente quando” dos passos seguintes (`when`), ou ponha esses passos em caminhos")
	return w
}

func (v *validator) step(s *Step, at string) {
	if s.Action == "" {
		v.error(at+"/action", "required", "the step has no action", "o passo não tem ação")
		return
	}
	info, ok := v.catalogue.Action(s.Action)
	if !ok {
		p := problem(at+"/action", "unknown_action", fmt.Sprintf("there is no action %q", s.Action), fmt.Sprintf("não existe a ação %q", s.Action))
		p.Hint, p.Fixes = didYouMean(s.Action, v.catalogue.Kinds()), changeTo(s.Action, v.catalogue.Kinds())
		v.add(p)
		return
	}
	said := len(v.problems)
	v.fields(info.Fields, s.With, at+"/with")
	if info.Check != nil {
		for _, p := range info.Check(s.With) {
			p.Path = at + "/with" + p.Path
			v.add(p)
		}
	}
	if s.Action == "filter" {
		whenForWhere(v.problems[said:], s, at)
	}
	v.shape(s, info, at)
	if s.When != "" {
		v.expression(s.When, at+"/when")
	}
	switch {
	case s.Connection != "":
		v.connection(s.Connection, info.Connections, form.Words{}, at+"/connection")
	case len(info.Connections) > 0 && !info.ConnectionOptional:
		v.error(at+"/connection", "required", "this action needs a connection", "esta ação precisa de uma conexão")
	}
	v.lent(s, info.Fields, at+"/with")
	v.delivery(s, info, at+"/delivery")
	v.word(s.OnError, at+"/on_error", "fail", "continue")
	v.word(s.Missing.All, at+"/missing", "fail", "empty", "skip")
	for _, field := range slices.Sorted(maps.Keys(s.Missing.Fields)) {
		v.word(s.Missing.Fields[field], at+"/missing/"+form.Escape(field), "fail", "empty", "skip")
		if info.Fields.Find(field) == nil {
			v.error(at+"/missing/"+form.Escape(field), "unknown_member", "the action has no such field", "a ação não tem este campo")
		}
	}
	v.lasts(s.Timeout, at+"/timeout")
	v.retry(s.Retry, at+"/retry")
	switch s.Action {
	case "call":
		v.callee(s, at+"/with/flow")
	case "http.request":
		v.bodyOfGet(s, at+"/with/method")
	case "delay", "wait":
		v.overdue(s, at+"/with")
	}
}

// bodyOfGet refuses a body where the method has none: a GET is what a request is until another is chosen.
func (v *validator) bodyOfGet(s *Step, at string) {
	method, said := s.With["method"].(string)
	if said && method != "GET" && method != "HEAD" || !slices.ContainsFunc([]string{"json", "form", "text", "multipart"}, func(id string) bool { return s.With[id] != nil && s.With[id] != "" }) {
		return
	}
	method = cmp.Or(method, "GET")
	p := problem(at, "body_of_get", fmt.Sprintf("a %s request has no body", method), fmt.Sprintf("uma requisição %s não tem corpo", method))
	p.Fixes = []form.Fix{{Words: form.Label("Send it as a POST", "Enviar como POST"), Put: "POST"}}
	p.Hint = form.Label("choose POST, PUT or PATCH to send something", "escolha POST, PUT ou PATCH para enviar algo")
	v.add(p)
}

// overdue finds what lasts longer than the run may: a delay then fails each run, and a wait those that no signal comes for.
func (v *validator) overdue(s *Step, at string) {
	id := "for"
	if s.Action == "wait" {
		id = "timeout"
	}
	text, _ := s.With[id].(string)
	lasts, err := form.ParseDuration(text)
	limit := v.flow.Settings.Timeout.Or(DefaultTimeout)
	if err != nil || lasts < limit || s.Action == "wait" && lasts == limit {
		return
	}
	p := problem(at+"/"+id, "too_long", fmt.Sprintf("the run ends before: it may take %s", Duration(limit)), fmt.Sprintf("a execução acaba antes: ela pode durar %s", Duration(limit)))
	p.Hint = form.Label("make this shorter, or the time-out of the flow longer", "diminua isto, ou aumente o tempo limite do fluxo")
	if s.Action == "wait" {
		p.Severity = form.Warning
	}
	v.add(p)
}

// callee warns of a flow that cannot be called.
func (v *validator) callee(s *Step, at string) {
	id, _ := s.With["flow"].(string)
	if v.known.Flow == nil || id == "" || strings.Contains(id, "{{") {
		return
	}
	if id != v.flow.ID && !v.known.Flow(id) {
		v.add(warning(at, "no_flow_yet", fmt.Sprintf("there is no flow %q yet", id), fmt.Sprintf("ainda não existe o fluxo %q", id)))
		return
	}
	if v.known.Trigger == nil {
		return
	}
	if kind := v.known.Trigger(id); kind != "call" {
		w := warning(at, "not_callable", fmt.Sprintf("flow %q cannot be called: its trigger is of the kind %s", id, kind), fmt.Sprintf("o fluxo %q não pode ser chamado: o gatilho dele é do tipo %s", id, kind))
		w.Hint = form.Label("give it a trigger of the kind call", "dê a ele um gatilho do tipo call")
		v.add(w)
	}
}

// whenForWhere helps who wrote the condition of a filter as if it were that of the step.
func whenForWhere(problems []form.Problem, s *Step, at string) {
	for i := range problems {
		switch p := &problems[i]; {
		case p.Path == at+"/with/when" && p.Code == "unknown_member":
			p.Hint = form.Label(`did you mean "where"?`, `você quis dizer "where"?`)
		case p.Path == at+"/with/where" && p.Code == "required" && s.When != "":
			p.Hint = form.Label("the condition of a filter is its field where; when says whether the filter is asked at all",
				"a condição de um filtro é o campo where; when diz se o filtro chega a ser perguntado")
		}
	}
}

// delivery asks for a choice where doing it twice is seen by somebody.
func (v *validator) delivery(s *Step, info ActionInfo, at string) {
	v.word(s.Delivery, at, AtLeastOnce, AtMostOnce)
	if info.Careful && s.Delivery == "" && !v.asleep {
		w := warning(at, "no_delivery", "after a doubtful answer this is sent again, and may happen twice", "depois de uma resposta duvidosa isto é enviado de novo, e pode acontecer duas vezes")
		w.Fixes = []form.Fix{{Words: form.Label("Stop and ask me", "Parar e me perguntar"), Put: AtMostOnce}, {Words: form.Label("Twice is fine", "Duas vezes não faz mal"), Put: AtLeastOnce}}
		w.Hint = form.Label("say at_most_once to stop and ask, or at_least_once if twice is fine", "escreva at_most_once para parar e perguntar, ou at_least_once se duas vezes não faz mal")
		v.add(w)
	}
}

func (v *validator) shape(s *Step, info ActionInfo, at string) {
	if info.Shape == Steps && len(s.Steps) == 0 {
		v.add(warning(at+"/steps", "empty_block", "there are no steps inside", "não há passos dentro"))
	}
	if info.Shape == Branches && len(s.Branches) == 0 {
		v.error(at+"/branches", "required", "there are no branches", "não há caminhos")
	}
	if info.Shape != Steps && len(s.Steps) > 0 {
		v.error(at+"/steps", "no_children", fmt.Sprintf("%s has no steps inside", s.Action), fmt.Sprintf("%s não tem passos dentro", s.Action))
	}
	if info.Shape != Branches && len(s.Branches) > 0 {
		v.error(at+"/branches", "no_children", fmt.Sprintf("%s has no branches", s.Action), fmt.Sprintf("%s não tem caminhos", s.Action))
	}
	otherwise := 0
	for j, b := range s.Branches {
		path := fmt.Sprintf("%s/branches/%d", at, j)
		switch {
		case b.When != "" && s.Action == "parallel":
			v.error(path+"/when", "no_condition", "the branches of parallel take no condition", "os caminhos de parallel não têm condição")
		case b.When != "":
			v.expression(b.When, path+"/when")
		default:
			otherwise++
		}
		if s.Action == "branch" && b.When == "" && otherwise > 1 {
			v.error(path+"/when", "two_otherwise", "only one branch may have no condition", "só um caminho pode não ter condição")
		}
	}
}

func (v *validator) word(got, path string, allowed ...string) {
	if got != "" && !slices.Contains(allowed, got) {
		list := strings.Join(allowed, ", ")
		v.error(path, "not_an_option", "must be one of "+list, "deve ser um destes: "+list)
	}
}

func (v *validator) retry(r *Retry, at string) {
	if r == nil {
		return
	}
	if r.Attempts != nil && (*r.Attempts < 1 || *r.Attempts > 100) {
		v.error(at+"/attempts", "out_of_range", "attempts must be 1 to 100", "as tentativas devem ser de 1 a 100")
	}
	if r.First != nil && r.Max != nil && *r.Max < *r.First {
		v.error(at+"/max", "out_of_range", "the longest wait is shorter than the first one", "a espera máxima é menor que a primeira")
	}
	if r.Factor != nil && (*r.Factor < 1 || *r.Factor > 100) {
		v.error(at+"/factor", "out_of_range", "the factor must be 1 to 100", "o fator deve ser de 1 a 100")
	}
	if r.Jitter != nil && (*r.Jitter < 0 || *r.Jitter > 1) {
		v.error(at+"/jitter", "out_of_range", "the jitter must be 0 to 1", "a variação deve ser de 0 a 1")
	}
}

// fields checks settings against their description, and compiles what they hold.
func (v *validator) fields(fields form.Fields, with map[string]any, at string) {
	problems := fields.Check(with)
	slices.SortStableFunc(problems, func(a, b form.Problem) int { return strings.Compare(a.Path, b.Path) })
	for _, p := range problems {
		p.Path = at + p.Path
		v.add(p)
	}
	for _, id := range slices.Sorted(maps.Keys(with)) {
		value := with[id]
		field := fields.Find(id)
		if field == nil {
			continue
		}
		path := at + "/" + form.Escape(id)
		switch field.Mode() {
		case form.ModeExpression:
			if source, ok := value.(string); ok && source != "" {
				v.expression(source, path)
			}
		case form.ModeTemplate:
			v.templates(value, path)
		}
	}
}

func (v *validator) templates(value any, path string) {
	switch value := value.(type) {
	case string:
		t, err := expression.CompileTemplate(value)
		if err != nil {
			v.failed(err, path, value)
			return
		}
		for _, hole := range t.Holes() {
			v.reads(hole, path)
		}
		if strings.HasPrefix(value, "={{") {
			v.begunAsFormula(value, path)
		}
	case map[string]any:
		if source, ok := value["="].(string); ok && len(value) == 1 {
			v.ofConnectors(source, path)
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			v.templates(value[name], path+"/"+form.Escape(name))
		}
	case []any:
		for i, element := range value {
			v.templates(element, path+"/"+strconv.Itoa(i))
		}
	}
}

// begunAsFormula warns of a text that begins as it would in other tools: here the = is sent.
func (v *validator) begunAsFormula(text, path string) {
	w := warning(path, "begins_with_equals", "the = at the beginning is sent with the text", "o = no começo é enviado com o texto")
	w.Hint = form.Label("{{ }} is filled without it", "{{ }} é preenchido sem ele")
	w.Fixes = []form.Fix{{Words: form.Label("Leave out the =", "Tirar o ="), Put: text[1:]}}
	v.add(w)
}

// ofConnectors warns of an expression as connectors write them: in a flow it is a plain value.
func (v *validator) ofConnectors(source, path string) {
	w := warning(path, "plain_equals", `this is sent as it is: {"=": …} is an expression in connectors only`, `isto é enviado como está: {"=": …} só é uma expressão em conectores`)
	w.Hint = form.Label("in a flow, write {{ "+source+" }}", "em um fluxo, escreva {{ "+source+" }}")
	w.Fixes = []form.Fix{{Words: form.Label("Compute it", "Calcular"), Put: "{{ " + source + " }}"}}
	v.add(w)
}

func (v *validator) expression(source, path string) {
	p, err := expression.Compile(source)
	if err != nil {
		v.failed(err, path, source)
		v.writtenAsText(source)
		return
	}
	v.reads(p, path)
}

func (v *validator) failed(err error, path, text string) {
	var e *expression.Error
	if errors.As(err, &e) {
		v.add(form.Problem{Severity: form.Error, Path: path, Code: e.Code, Message: e.Message, Hint: e.Hint, From: e.From, To: e.To, Text: text, Fixes: e.Fixes})
		return
	}
	v.error(path, "syntax", err.Error(), err.Error())
}

// writtenAsText helps who wrote a template, or a formula with its =, where an expression is meant.
func (v *validator) writtenAsText(source string) {
	inner, equals := strings.CutPrefix(strings.TrimSpace(source), "=")
	inner = strings.TrimSpace(inner)
	what := form.Label("=", "=")
	if held, ok := inBraces(inner); ok {
		inner, what = held, form.Label("{{ and }}", "{{ e }}")
	} else if !equals {
		return
	}
	p := &v.problems[len(v.problems)-1]
	p.Message = form.Label("this is an expression already: write it without "+what.EN, "isto já é uma expressão: escreva sem "+what.PT)
	p.Hint = form.Label("write "+inner, "escreva "+inner)
	p.From, p.To, p.Fixes = 0, utf8.RuneCountInString(source), []form.Fix{form.ChangeTo(source, inner)}
}

// inBraces gives what stands in the one hole of a template.
func inBraces(source string) (string, bool) {
	inner, braces := strings.CutPrefix(source, "{{")
	inner, closed := strings.CutSuffix(inner, "}}")
	return strings.TrimSpace(inner), braces && closed && !strings.Contains(inner, "{{")
}

// reads warns of steps that an expression names and that do not exist.
func (v *validator) reads(p *expression.Program, path string) {
	for _, chain := range p.Paths() {
		if len(chain) < 2 || (chain[0] != "steps" && chain[0] != "errors") {
			continue
		}
		if _, ok := v.ids[chain[1]]; ok {
			continue
		}
		w := noStep(chain[1], slices.Sorted(maps.Keys(v.ids)), v.catalogue, v.known.Former)
		w.Path = path
		v.add(w)
	}
}

// connection checks the one that is named; without says what happens while it is not there, where that is more than
// that runs wait.
func (v *validator) connection(name string, kinds []string, without form.Words, path string) {
	if len(kinds) == 0 {
		v.error(path, "no_connection", "this takes no connection", "aqui não se usa conexão")
		return
	}
	if !connectionName.MatchString(name) {
		v.error(path, "bad_name", fmt.Sprintf("%q can be no name of a connection: use small letters, digits, - and _", name),
			fmt.Sprintf("%q não pode ser o nome de uma conexão: use letras minúsculas, números, - e _", name))
		return
	}
	if v.known.Connection == nil {
		return
	}
	kind, ok := v.known.Connection(name)
	if !ok && v.asleep {
		return // no run waits for it
	}
	if !ok {
		if without.IsZero() {
			without = form.Label("runs will wait for it", "as execuções vão esperar por ela")
		}
		w := warning(path, "no_connection_yet", fmt.Sprintf("there is no connection %q yet; %s", name, without.EN), fmt.Sprintf("ainda não existe a conexão %q; %s", name, without.PT))
		w.Hint = form.Label("create it, of the kind "+strings.Join(kinds, " or "), "crie-a, do tipo "+strings.Join(kinds, " ou "))
		v.add(w)
		return
	}
	if !slices.ContainsFunc(kinds, func(k string) bool { return OfKind(kind, k) }) {
		v.error(path, "wrong_connection", fmt.Sprintf("the connection %q is of the kind %s; this takes %s", name, kind, strings.Join(kinds, ", ")),
			fmt.Sprintf("a conexão %q é do tipo %s; aqui se usa %s", name, kind, strings.Join(kinds, ", ")))
	}
}

// lent asks for what a step leaves to its connection, where that does not have it either.
func (v *validator) lent(s *Step, fields form.Fields, at string) {
	if v.known.Holds == nil || v.known.Connection == nil {
		return
	}
	if _, ok := v.known.Connection(s.Connection); !ok {
		return // said of the connection
	}
	holds := func(field string) bool { return v.known.Holds(s.Connection, field) }
	for _, p := range fields.Lacking(s.With, s.Connection, holds) {
		p.Path = at + p.Path
		v.add(p)
	}
}

// OfKind says whether a kind of connection is the one that is wanted; a wanted "stripe:*"
// stands for every way to sign in to one provider.
func OfKind(kind, want string) bool {
	provider, any := strings.CutSuffix(want, "*")
	return kind == want || any && strings.HasPrefix(kind, provider)
}

// lasts refuses a duration in which nothing can be done: who means the default leaves it out.
func (v *validator) lasts(d *Duration, at string) {
	if d == nil || *d > 0 {
		return
	}
	p := problem(at, "out_of_range", "must be longer than 0s", "deve ser maior que 0s")
	p.Hint = form.Label("leave it out for the default", "deixe de fora para valer o padrão")
	v.add(p)
}
