package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// ProblemView is one thing that is wrong with a document.
type ProblemView struct {
	Severity form.Severity `json:"severity" enum:"error,warning" doc:"an error refuses publishing, a warning never does"`
	Path     string        `json:"path" doc:"JSON pointer"`
	Code     string        `json:"code" doc:"for machines, such as required or unknown_member"`
	Message  string        `json:"message" doc:"what is wrong, in the asker's language"`
	Hint     string        `json:"hint" doc:"what to do about it, in the asker's language; may be empty"`
	From     int           `json:"from,omitempty" doc:"in a text: where it begins, in UTF-16 units"`
	To       int           `json:"to,omitempty" doc:"in a text: where it ends, in UTF-16 units"`
	Fixes    []FixView     `json:"fixes,omitempty" doc:"what can be done about it at once"`
}

// FixView is one way to mend a problem: other words in the text, or in the place of the whole value.
type FixView struct {
	Label string `json:"label" doc:"what the button says, in the asker's language"`
	Put   string `json:"put" doc:"what is put there"`
	Of    string `json:"of,omitempty" doc:"what stands in the text from from to to; without it put is the whole value"`
	From  int    `json:"from,omitempty" doc:"in a text: where of begins, in UTF-16 units"`
	To    int    `json:"to,omitempty" doc:"in a text: where of ends, in UTF-16 units"`
}

// viewFixes leaves out what does not stand where it is looked for: it is written in another way.
func viewFixes(p form.Problem, lang string) []FixView {
	var views []FixView
	text := []rune(p.Text)
	for _, fix := range p.Fixes {
		if p.To == 0 {
			views = append(views, FixView{Label: fix.Words.In(lang), Put: fix.Put})
			continue
		}
		from := p.From
		if fix.Of != "" {
			from = p.To - len([]rune(fix.Of))
		}
		if from < 0 || p.To > len(text) || fix.Of != "" && string(text[from:p.To]) != fix.Of {
			continue
		}
		views = append(views, FixView{fix.Words.In(lang), fix.Put, string(text[from:p.To]), utf16Before(p.Text, from), utf16Before(p.Text, p.To)})
	}
	return views
}

func viewProblems(problems []form.Problem, lang string) []ProblemView {
	views := []ProblemView{}
	for _, p := range problems {
		from, to := p.From, p.To
		if p.Text != "" {
			from, to = utf16Before(p.Text, from), utf16Before(p.Text, to)
		}
		views = append(views, ProblemView{p.Severity, p.Path, p.Code, p.Message.In(lang), p.Hint.In(lang), from, to, viewFixes(p, lang)})
	}
	return views
}

// Problem is an error as application/problem+json (RFC 9457).
type Problem struct {
	Title    string        `json:"title" doc:"of the HTTP status"`
	Status   int           `json:"status" doc:"HTTP status"`
	Code     string        `json:"code" doc:"for machines, such as not_found or stale"`
	Detail   string        `json:"detail" doc:"what is wrong and what to do about it, in the asker's language"`
	Problems []ProblemView `json:"problems" doc:"each thing that is wrong, with its place in what was sent; empty where it has none"`
	Current  any           `json:"current,omitempty" doc:"for 412: what is there now"`
	Steps    any           `json:"steps,omitempty" doc:"for replay_differs: the effects that would repeat"`
	UsedBy   []string      `json:"used_by,omitempty" doc:"for in_use: the flows that use it"`

	words    form.Words
	problems []form.Problem
	header   http.Header
}

func (p *Problem) Error() string { return p.words.EN }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are sent with it.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// speak fills the texts in one language.
func (p *Problem) speak(lang string) {
	if !p.words.IsZero() {
		p.Detail = p.words.In(lang)
	}
	p.Problems = viewProblems(p.problems, lang)
}

// problemIn is a fault of one member of a request.
func problemIn(path, code string, err error) *Problem {
	p := problemOf(http.StatusUnprocessableEntity, code, err.Error(), err.Error())
	p.problems = []form.Problem{{Severity: form.Error, Path: path, Code: code, Message: p.words}}
	return p
}

// notBoth refuses two members of a request of which one is enough.
func notBoth(one, other string) *Problem {
	p := problemOf(http.StatusUnprocessableEntity, "one_of", one+" and "+other+" cannot be sent together: leave one out", one+" e "+other+" não podem ser enviados juntos: deixe um de fora")
	p.problems = []form.Problem{{Severity: form.Error, Path: "/" + other, Code: "one_of", Message: form.Label("cannot be set together with "+one, "não pode ser usado junto com "+one)}}
	return p
}

func problemOf(status int, code, en, pt string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Code: code, Detail: en, words: form.Label(en, pt)}
}

// newProblem is how huma makes errors.
func newProblem(status int, message string, errs ...error) huma.StatusError {
	return spokenProblem("en", status, message, errs...)
}

// newProblemFor is the same in the asker's language.
func newProblemFor(c huma.Context, status int, message string, errs ...error) huma.StatusError {
	return spokenProblem(langOf(c.Context()), status, message, errs...)
}

func spokenProblem(lang string, status int, message string, errs ...error) huma.StatusError {
	words := inWords(message)
	p := problemOf(status, codeOf(status), words.EN, words.PT)
	for _, err := range errs {
		var own *Problem
		if errors.As(err, &own) {
			return own
		}
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.problems = append(p.problems, askedProblem(d))
		}
	}
	p.speak(lang)
	return p
}

func pointer(path string) string {
	if path == "" {
		return ""
	}
	return "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(path)
}

func codeOf(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "bad_request"
	case http.StatusRequestEntityTooLarge:
		return "too_big"
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusRequestTimeout:
		return "timeout"
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// fault is the one place that makes statuses of what the engine and the store say.
func fault(err error) error {
	if err == nil {
		return nil
	}
	if known, ok := err.(*internal); ok { //nolint:errorlint // fault gives it bare, with its cause
		return known
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if p := personFault(err); p != nil {
		return p
	}
	var r *refusal.Refusal
	if errors.As(err, &r) {
		p := problemOf(statusOf(r.Kind), r.Code, r.Message.EN, r.Message.PT)
		p.problems = r.Problems
		return p
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return problemOf(http.StatusNotFound, "not_found", "there is no such thing", "isto não existe")
	case errors.Is(err, store.ErrConflict):
		return problemOf(http.StatusConflict, "conflict", "somebody else changed it at the same moment; try again", "alguém mudou isto ao mesmo tempo; tente de novo")
	case errors.Is(err, store.ErrUsed):
		return problemOf(http.StatusGone, "used", "this was used already, or is over", "isto já foi usado, ou acabou")
	case errors.Is(err, store.ErrFull), errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrBroken), errors.Is(err, store.ErrClosed):
		p := problemOf(http.StatusServiceUnavailable, "unavailable", "the server cannot write now: "+err.Error(), "o servidor não pode gravar agora: "+err.Error())
		p.header = http.Header{"Retry-After": {"5"}}
		return p
	case errors.Is(err, store.ErrUnread):
		return problemOf(http.StatusServiceUnavailable, "history_unread", err.Error(),
			"um arquivo do histórico não pode ser lido: recoloque-o a partir de uma cópia de segurança e reinicie o servidor, ou siga sem o que ele guardava ("+err.Error()+")")
	case errors.Is(err, context.Canceled):
		return problemOf(499, "canceled", "the request was given up", "o pedido foi abandonado")
	}
	p = problemOf(http.StatusInternalServerError, "internal", "something went wrong; the server's log says what", "algo deu errado; o log do servidor diz o quê")
	p.problems = nil
	return &internal{p, err}
}

// internal is an error whose cause is for the log alone.
type internal struct {
	*Problem
	cause error
}

func (i *internal) Unwrap() error { return i.cause }

func statusOf(kind refusal.Kind) int {
	switch kind {
	case refusal.NotFound:
		return http.StatusNotFound
	case refusal.Conflict:
		return http.StatusConflict
	case refusal.Stale:
		return http.StatusPreconditionFailed
	}
	return http.StatusUnprocessableEntity
}

// writeProblem answers outside of huma.
func writeProblem(c echo.Context, status int, code, en, pt string) error {
	p := problemOf(status, code, en, pt)
	p.speak(Language(c.Request().Header.Get("Accept-Language")))
	c.Response().Header().Set("Content-Type", "application/problem+json")
	if status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", "Bearer")
	}
	return c.JSON(status, p) //nolint:wrapcheck // echo's own
}

// RefuseOrigin answers what another site's page asks for, without a call.
func RefuseOrigin(w http.ResponseWriter, r *http.Request) {
	p := problemOf(http.StatusForbidden, "other_origin", "a page of another site may not ask for this", "uma página de outro site não pode pedir isto")
	p.speak(Language(r.Header.Get("Accept-Language")))
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) //nolint:errcheck // whoever asked is gone
}

// WriteStatus answers with a bare status, as a problem.
func WriteStatus(c echo.Context, status int) error {
	switch status {
	case http.StatusNotFound:
		return writeProblem(c, status, "not_found", "there is nothing here", "não há nada aqui")
	case http.StatusMethodNotAllowed:
		return writeProblem(c, status, "method_not_allowed", "this path does not take that method", "este caminho não aceita este método")
	case http.StatusInternalServerError:
		return writeProblem(c, status, "internal", "something went wrong; the server's log says what", "algo deu errado; o log do servidor diz o quê")
	}
	return writeProblem(c, status, codeOf(status), http.StatusText(status), http.StatusText(status))
}
