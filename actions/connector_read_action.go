package actions

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/form"
)

func (r *connectorReader) action(id string, a *actionFile) {
	at := "/actions/" + form.Escape(id)
	r.id(at, id)
	r.words(at+"/name", a.Name, true)
	for name, w := range map[string]form.Words{"description": a.Description, "help": a.Help, "words": a.Words, "deprecated": a.Deprecated} {
		r.words(at+"/"+name, w, false)
	}
	for i, choice := range a.Auth {
		r.among(at+"/auth/"+strconv.Itoa(i), choice, slices.Sorted(maps.Keys(r.file.Auth))...)
	}
	r.fields(at+"/fields", a.Fields, actionTypes)
	for i, f := range a.Fields {
		r.live(at+"/fields/"+strconv.Itoa(i), f, a.Fields)
	}
	if r.required(at+"/request", a.Request != nil) {
		r.request(at+"/request", a.Request, requestRoots)
	}
	if a.Effect != "" {
		r.among(at+"/effect", a.Effect, "none", "write")
	}
	r.required(at+"/repeatable", a.Repeatable != nil || !a.writes())
	r.idempotency(at+"/idempotency", a.Idempotency)
	r.outcomes(at+"/outcomes", a.Outcomes)
	r.limits(at+"/limits", a.Limits)
	r.expression(at+"/error", a.Error, answerRoots)
	r.expression(at+"/code", a.Code, answerRoots)
	r.paginate(at+"/paginate", a.Paginate)
	r.output(at+"/output", a.Output)
	r.required(at+"/sample", a.Sample != nil)
	for i, alias := range a.Aliases {
		r.id(at+"/aliases/"+strconv.Itoa(i), alias)
	}
}

// writes says whether the action changes things at the provider.
func (a *actionFile) writes() bool {
	if a.Effect != "" {
		return a.Effect == "write"
	}
	return a.Request == nil || (a.Request.Method != http.MethodGet && a.Request.Method != http.MethodHead)
}

func (r *connectorReader) idempotency(at string, i *idempotencyFile) {
	if i == nil {
		return
	}
	if (i.Header == "") == (i.Body == "") {
		r.bad(at, "required", "must have either header or body", "deve ter header ou body")
	}
	if i.Body != "" && !strings.HasPrefix(i.Body, "/") {
		r.bad(at+"/body", "bad_pointer", "must be a JSON pointer such as /id", "deve ser um JSON pointer como /id")
	}
}

func (r *connectorReader) output(at string, output any) {
	switch o := output.(type) {
	case nil:
	case string:
		r.expression(at, o, answerRoots)
	case map[string]any:
		for name, source := range o {
			text, ok := source.(string)
			if !ok || text == "" {
				r.bad(at+"/"+form.Escape(name), "wrong_type", "must be the text of an expression", "deve ser o texto de uma expressão")
				continue
			}
			r.expression(at+"/"+form.Escape(name), text, answerRoots)
		}
	default:
		r.bad(at, "wrong_type", "must be an expression, or {name: expression}", "deve ser uma expressão, ou {nome: expressão}")
	}
}

var (
	actionTypes  = []string{"text", "longtext", "url", "email", "phone", "number", "money", "duration", "bool", "select", "multiselect", "list", "map", "json", "date"}
	connectTypes = []string{"text", "longtext", "url", "email", "number", "bool", "select", "secret"}
)

func (r *connectorReader) fields(path string, fields []fieldFile, types []string) {
	seen := map[string]bool{}
	for i, f := range fields {
		at := path + "/" + strconv.Itoa(i)
		r.id(at+"/id", f.ID)
		if seen[f.ID] {
			r.bad(at+"/id", "taken", "is used twice", "é usado duas vezes")
		}
		seen[f.ID] = true
		r.among(at+"/type", f.Type, types...)
		r.words(at+"/label", f.Label, true)
		r.words(at+"/help", f.Help, false)
		r.expression(at+"/show_if", f.ShowIf, requestRoots)
		if _, err := regexp.Compile(f.Pattern); err != nil {
			r.bad(at+"/pattern", "bad_pattern", err.Error(), err.Error())
			continue
		}
		r.only(at+"/day", f.Day, f.Type, "date")
		r.only(at+"/decimals", f.Decimals != 0, f.Type, "number")
		r.only(at+"/sms", f.SMS, f.Type, "longtext")
		for j, o := range f.Options {
			r.words(at+"/options/"+strconv.Itoa(j)+"/label", o.Label, true)
		}
		if choice := f.Type == "select" || f.Type == "multiselect"; choice != (len(f.Options) > 0 || f.OptionsFrom != nil || (choice && f.Custom)) {
			r.bad(at+"/options", "required", "a select, and only a select, has options or options_from", "um select, e só ele, tem options ou options_from")
		}
		if f.Default != nil && slices.Contains(types, f.Type) {
			if problems := form.Of(f.field(new(any))).Check(map[string]any{f.ID: f.Default}); len(problems) > 0 {
				r.bad(at+"/default", problems[0].Code, problems[0].Message.EN, problems[0].Message.PT)
			}
		}
	}
}

// only says that what a field has belongs to another type.
func (r *connectorReader) only(at string, has bool, of, to string) {
	if has && of != to {
		r.bad(at, "wrong_type", "only a field of type "+to+" has it", "só um campo do tipo "+to+" tem isto")
	}
}

// live checks options that are read from the provider.
func (r *connectorReader) live(at string, f fieldFile, all []fieldFile) {
	o := f.OptionsFrom
	if o == nil {
		return
	}
	at += "/options_from"
	if r.required(at+"/request", o.Request != nil) {
		r.request(at+"/request", o.Request, requestRoots)
	}
	r.paginate(at+"/paginate", o.Paginate)
	for _, m := range []struct {
		name, source string
		roots        []string
	}{{"items", o.Items, answerRoots}, {"value", o.Value, itemRoots}, {"label", o.Label, itemRoots}} {
		if r.required(at+"/"+m.name, m.source != "") {
			r.expression(at+"/"+m.name, m.source, m.roots)
		}
	}
	for i, id := range o.Needs {
		if !slices.ContainsFunc(all, func(x fieldFile) bool { return x.ID == id }) {
			r.bad(at+"/needs/"+strconv.Itoa(i), "unknown_field", "there is no such field", "não existe esse campo")
		}
	}
}

func (r *connectorReader) request(at string, q *requestFile, roots []string) {
	r.among(at+"/method", q.Method, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
	if (q.Path == nil) == (q.URL == nil) {
		// An action of a connection whose secret is the whole address has neither.
		if q.Path != nil || !r.wholeURL() {
			r.bad(at, "required", "must have either path or url", "deve ter path ou url")
		}
	}
	r.path(at+"/path", q.Path, roots)
	r.tree(at+"/url", q.URL, roots)
	r.tree(at+"/query", q.Query, roots)
	r.headers(at+"/headers", q.Headers)
	bodies := 0
	for _, t := range []*expression.Tree{r.tree(at+"/json", q.JSON, roots), r.tree(at+"/form", q.Form, roots), r.parts(at+"/multipart", q.Multipart, roots)} {
		if t != nil {
			bodies++
		}
	}
	if g := q.GraphQL; g != nil {
		bodies++
		r.required(at+"/graphql/query", g.Query != nil)
		r.tree(at+"/graphql/query", g.Query, roots)
		r.tree(at+"/graphql/variables", g.Variables, roots)
	}
	if q.Raw != nil {
		bodies++
		r.tree(at+"/raw/text", q.Raw.Text, roots)
	}
	if bodies > 1 {
		r.bad(at, "one_of", "may have only one of json, form, multipart, graphql and raw", "só pode ter um destes: json, form, multipart, graphql e raw")
	}
	if q.FormLists != "" {
		r.among(at+"/form_lists", q.FormLists, "index", "brackets", "repeat")
	}
}

func (r *connectorReader) wholeURL() bool {
	for _, a := range r.file.Auth {
		if a.Kind == "url" {
			return true
		}
	}
	return false
}

func (r *connectorReader) path(at string, path any, roots []string) {
	switch p := path.(type) {
	case nil:
	case string:
		if p != "" && !strings.HasPrefix(p, "/") {
			r.bad(at, "bad_path", "must begin with /", "deve começar por /")
		}
	case []any:
		if first, ok := element(p).(string); ok && !strings.HasPrefix(first, "/") {
			r.bad(at, "bad_path", "must begin with /", "deve começar por /")
		}
		for i, piece := range p {
			if _, ok := piece.(string); !ok {
				r.tree(at+"/"+strconv.Itoa(i), piece, roots)
			}
		}
	default:
		r.bad(at, "wrong_type", "must be a text, or a list of texts and expressions", "deve ser um texto, ou uma lista de textos e expressões")
	}
}

func (r *connectorReader) paginate(at string, p *paginateFile) {
	if p == nil {
		return
	}
	r.among(at+"/kind", p.Kind, "page", "offset", "cursor", "link", "url")
	switch p.Kind {
	case "cursor", "url":
		r.required(at+"/next", p.Next != "")
		if p.Kind == "cursor" {
			r.required(at+"/param", p.Param != "")
		}
	case "offset":
		r.required(at+"/size", p.Size > 0)
	case "page":
		r.required(at+"/size", p.Size > 0 || p.More != "")
	}
	if p.In != "" {
		r.among(at+"/in", p.In, "query", "body")
	}
	r.expression(at+"/next", p.Next, answerRoots)
	r.expression(at+"/more", p.More, answerRoots)
	r.expression(at+"/items", p.Items, answerRoots)
}

func element(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// repeats says whether doing it twice does what doing it once does.
func (a *actionFile) repeats() bool {
	if a.Repeatable != nil {
		return *a.Repeatable
	}
	return !a.writes()
}
