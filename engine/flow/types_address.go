package flow

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/shape"
)

// hosted is the beginning of an address whose host is said: its path or query comes next.
var hosted = regexp.MustCompile(`^\s*(https?://[^/?#\s]+|\{\{\}\}[^/?#\s]*)[/?#]`)

// address warns of what goes into an address as it came: it could lead the request elsewhere.
func (t *typer) address(source, path string, v *view) {
	tree, err := expression.ParseTemplate(source)
	if err != nil {
		return
	}
	for n, hole := range tree.Holes() {
		if before := tree.Before(n); hosted.MatchString(before) && goesAsItCame(hole, v.known(t.met)) {
			p := unencoded(tree.Source(n), strings.Contains(before, "?"))
			p.From, p.To = tree.At(n), tree.At(n)+utf8.RuneCountInString(tree.Source(n))
			t.add(path, source, p)
		}
	}
}

// goesAsItCame says whether an expression yields text that others wrote and nothing has made harmless.
func goesAsItCame(hole *expression.Parsed, known *expression.Known) bool {
	if hole.Calls("url_encode", "slug", "sha256", "md5", "hmac_sha256", "uuid_from") || !hole.Infer(known).Shape.Has(shape.Text, shape.List, shape.Object) {
		return false
	}
	for _, chain := range hole.Chains() {
		if root, _, _ := strings.Cut(chain, "."); root != "vars" && root != "run" && root != "index" {
			return true
		}
	}
	return false
}

// unencoded is the warning of a piece, with what keeps it in its place: a space is %20 in a path.
func unencoded(written string, inQuery bool) form.Problem {
	kept := "url_encode(string(" + written + "))"
	if !inQuery {
		kept = `replace(` + kept + `, "+", "%20")`
	}
	return form.Problem{
		Severity: form.Warning, Code: "unencoded",
		Message: form.Label("this goes into the address as it came: with / ? # or & in it, the request goes elsewhere", "isto entra no endereço como veio: com / ? # ou & nele, a requisição vai para outro lugar"),
		Hint:    form.Label("url_encode(…) keeps it in its place", "url_encode(…) o mantém no lugar"),
		Fixes:   []form.Fix{{Words: form.Label("Keep it in its place", "Manter no lugar"), Of: written, Put: kept}},
	}
}
