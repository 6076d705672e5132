package api

import (
	"regexp"
	"strings"

	"gancho/engine/form"

	"github.com/danielgtaylor/huma/v2"
)

var missingMember = regexp.MustCompile(`^expected required property (\S+) to be present$`)

// asked are the faults that huma finds in a request, as it says them and as people do.
var asked = []struct {
	said   *regexp.Regexp
	en, pt string
}{
	{regexp.MustCompile(`^validation failed$`), "the request has errors", "o pedido tem erros"},
	{regexp.MustCompile(`^request body is too large limit=(\d+) bytes$`), "the body is too large: at most $1 bytes are taken here", "o corpo é grande demais: aqui cabem $1 bytes no máximo"},
	{regexp.MustCompile(`^request body read timeout$`), "the body took too long to arrive", "o corpo demorou demais a chegar"},
	{regexp.MustCompile(`^cannot read request body$`), "the body could not be read to its end", "não foi possível ler o corpo até o fim"},
	{regexp.MustCompile(`^request body is required$`), "the request needs a body", "o pedido precisa de um corpo"},
	{regexp.MustCompile(`^required (?:query|path|header) parameter is missing$`), "this parameter is missing", "falta este parâmetro"},
	{missingMember, "$1 is missing", "falta $1"},
	{regexp.MustCompile(`^unexpected property$`), "there is no such member here", "este membro não existe aqui"},
	{regexp.MustCompile(`^expected value to be one of "(.*)"$`), "must be one of $1", "deve ser um destes: $1"},
	{regexp.MustCompile(`^(?:expected|invalid) boolean.*$`), "must be true or false", "deve ser true ou false"},
	{regexp.MustCompile(`^(?:expected|invalid) integer.*$`), "must be a whole number", "deve ser um número inteiro"},
	{regexp.MustCompile(`^(?:expected|invalid) (?:number|float)$`), "must be a number", "deve ser um número"},
	{regexp.MustCompile(`^expected string$`), "must be a text", "deve ser um texto"},
	{regexp.MustCompile(`^expected string to be RFC 3339 date-time$`), "must be a time such as 2026-01-31T09:00:00Z", "deve ser um instante como 2026-01-31T09:00:00Z"},
	{regexp.MustCompile(`^expected number >= (\S+)$`), "must be $1 or more", "deve ser $1 ou mais"},
	{regexp.MustCompile(`^expected number <= (\S+)$`), "must be at most $1", "deve ser no máximo $1"},
	{regexp.MustCompile(`^expected length <= (\d+)$`), "must have at most $1 letters", "deve ter no máximo $1 letras"},
	{regexp.MustCompile(`^expected array$`), "must be a list", "deve ser uma lista"},
	{regexp.MustCompile(`^expected object$`), "must be an object", "deve ser um objeto"},
}

func inWords(said string) form.Words {
	for _, a := range asked {
		if a.said.MatchString(said) {
			return form.Label(a.said.ReplaceAllString(said, a.en), a.said.ReplaceAllString(said, a.pt))
		}
	}
	return form.JSONWords(said)
}

// askedProblem is one fault of a request. The offending value is left out: it may be a secret.
func askedProblem(d *huma.ErrorDetail) form.Problem {
	path := strings.TrimPrefix(strings.TrimPrefix(d.Location, "body"), ".")
	if missing := missingMember.FindStringSubmatch(d.Message); missing != nil {
		path = strings.TrimPrefix(path+"."+missing[1], ".")
	}
	return form.Problem{Severity: form.Error, Path: pointer(path), Code: "invalid", Message: inWords(d.Message)}
}
