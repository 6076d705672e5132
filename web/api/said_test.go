package api_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gancho/engine"
)

// sayings gives what expressions say of values that they cannot work with, in English and in Portuguese.
func sayings(t *testing.T) (pairs [][2]string) {
	t.Helper()
	files, err := filepath.Glob("../../engine/expression/*.go")
	check(t, err)
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		check(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "wrongf" {
				pairs = append(pairs, [2]string{text(t, call.Args[0]), text(t, call.Args[1])})
			}
			return true
		})
	}
	return pairs
}

func text(t *testing.T, e ast.Expr) string {
	t.Helper()
	literal, ok := e.(*ast.BasicLit)
	if !ok {
		t.Fatalf("%T is no text", e)
	}
	s, err := strconv.Unquote(literal.Value)
	check(t, err)
	return s
}

// Runs keep what went wrong in English: whatever an expression says is known in Portuguese too, in the same words.
func TestWhatExpressionsSayIsKnown(t *testing.T) {
	verb := regexp.MustCompile(`%[sdqv]`)
	pairs := sayings(t)
	if len(pairs) < 60 {
		t.Fatalf("only %d were found", len(pairs))
	}
	pt := engine.WithLang(t.Context(), "pt-BR")
	for _, p := range pairs {
		n := 0
		fill := func(v string) string {
			n++
			return map[string]string{"%d": "7", "%q": `"x"`, "%s": "abc", "%v": "abc"}[v]
		}
		en, want := verb.ReplaceAllStringFunc(p[0], fill), verb.ReplaceAllStringFunc(p[1], fill)
		en, want = strings.ReplaceAll(en, "%%", "%"), strings.ReplaceAll(want, "%%", "%")
		if got := engine.Told(pt, en); got != want {
			t.Errorf("%q is told %q, want %q", en, got, want)
		}
	}
}

// A run says in the asker's language what an expression could not do, however deep it stands.
func TestExpressionsFailInTheAskersLanguage(t *testing.T) {
	h := newHouse(t)
	n := 0
	for expression, want := range map[string]string{
		`date(trigger.body.x)`:     `date: "x" não é uma data como 2026-11-24 ou 2026-11-24T15:00:00Z`,
		`trigger.body.x > 1`:       `um texto e um número não podem ser comparados por tamanho; float(…) lê um número de um texto`,
		`1 / trigger.body.zero`:    `um número não pode ser dividido por zero`,
		`int(trigger.body.x)`:      `int: "x" não é um número inteiro`,
		`abs(trigger.body.x)`:      `abs: x deve ser um número, não um texto`,
		`fromJSON(trigger.body.x)`: `fromJSON: JSON: caractere inesperado no byte 0`,
		`parse_json("{")`:          `parse_json: JSON: acaba cedo demais`,
		`xml("<a")`:                `xml: XML: acaba cedo demais`,
		`xml("<a></b>")`:           `xml: XML: malformado na linha 1`,
	} {
		for prefix, step := range map[string]string{
			`campo “Valor”: `: `{"id": "s", "action": "transform", "with": {"value": ` + strconv.Quote("{{ "+expression+" }}") + `}}`,
			``:                `{"id": "s", "action": "loop", "with": {"over": ` + strconv.Quote(expression) + `}, "steps": []}`,
		} {
			n++
			id := fmt.Sprintf("f%d", n)
			h.want(201, "POST", "/flows", `{"id": "`+id+`", "name": "F", "trigger": {"kind": "manual"}, "steps": [`+step+`]}`)
			run := h.want(200, "POST", "/flows/"+id+"/test", `{"event": {"body": {"x": "x", "zero": 0}}}`, "Accept-Language", "pt-BR")
			failed, _ := run["error"].(map[string]any)
			if message, _ := failed["message"].(string); !strings.HasSuffix(message, want) || !strings.HasPrefix(message, prefix) {
				t.Errorf("%s: %q, want %q", expression, message, prefix+want)
			}
		}
	}
}

// No words of a library reach whoever writes a schedule, a schema or a request.
func TestMistakesAreToldInPlainWords(t *testing.T) {
	h := newHouse(t)
	for trigger, want := range map[string]string{
		`{"kind": "schedule", "with": {"cron": "0 9 L * *", "timezone": "UTC"}}`:                         `o dia do mês não pode ser lido: "L"`,
		`{"kind": "schedule", "with": {"cron": "60 * * * *", "timezone": "UTC"}}`:                        `o minuto não pode ser lido: "60"`,
		`{"kind": "schedule", "with": {"cron": "@reboot", "timezone": "UTC"}}`:                           `não existe o agendamento "@reboot"`,
		`{"kind": "schedule", "with": {"cron": "@every 1d", "timezone": "UTC"}}`:                         `o intervalo deve ser de no mínimo 1 minuto`,
		`{"kind": "webhook", "with": {"schema": {"properties": {"a": {"$ref": "#/x"}}}}}`:                `ele cita #/x, que não está nele`,
		`{"kind": "webhook", "with": {"schema": {"properties": {"a": {"$ref": "http://example.com"}}}}}`: `ele cita http://example.com, e deve conter tudo que cita`,
		`{"kind": "webhook", "with": {"schema": {"properties": []}}}`:                                    `há uma lista no lugar de um objeto`,
	} {
		_, doc := h.ask("POST", "/api/v1/flows/f/check", root, `{"id": "f", "trigger": `+trigger+`, "steps": []}`, "Accept-Language", "pt-BR")
		if got := mustJSON(t, doc["problems"]); !strings.Contains(strings.ReplaceAll(got, `\"`, `"`), want) {
			t.Errorf("%s: %s, want %s", trigger, got, want)
		}
	}
	_, asked := h.ask("GET", "/api/v1/schedule/next?cron=@daily", root, "", "Accept-Language", "pt-BR")
	if got := mustJSON(t, asked); !strings.Contains(got, "falta este parâmetro") {
		t.Errorf("without a time zone: %s", got)
	}
}
