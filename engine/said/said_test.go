package said_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gancho/engine/said"
)

// faultTexts gives every text that a fault is made with in this program, with its place.
func faultTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, dir := range []string{"..", "../../actions", "../../triggers"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, text := range textsOf(n) {
					texts[text] = set.Position(n.Pos()).String()
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

// textsOf gives the text of Faultf(code, text, …), and of a Fault or RunError literal's Message.
func textsOf(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		if name(n.Fun) == "Faultf" && len(n.Args) > 1 {
			return literal(n.Args[1])
		}
	case *ast.CompositeLit:
		if kind := name(n.Type); kind != "Fault" && kind != "RunError" {
			return nil
		}
		for _, e := range n.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok && name(pair.Key) == "Message" {
				return literal(pair.Value)
			}
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if field, ok := left.(*ast.SelectorExpr); ok && field.Sel.Name == "Message" && len(n.Rhs) == len(n.Lhs) {
				return literal(n.Rhs[i])
			}
		}
	}
	return nil
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literal reads a text, or the format of a Sprintf; joined texts have %s where a value is.
func literal(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{text}
		}
	case *ast.CallExpr:
		if name(e.Fun) == "Sprintf" {
			return literal(e.Args[0])
		}
	case *ast.BinaryExpr:
		return []string{joined(e)}
	}
	return nil
}

func joined(e ast.Expr) string {
	if b, ok := e.(*ast.BinaryExpr); ok {
		return joined(b.X) + joined(b.Y)
	}
	if text := literal(e); len(text) == 1 {
		return text[0]
	}
	return "%s"
}

var verb = regexp.MustCompile(`%[sdqvw]`)

// TestEveryFaultIsSaidInPortuguese: what a fault says is known in both languages, whoever makes it.
func TestEveryFaultIsSaidInPortuguese(t *testing.T) {
	texts := faultTexts(t)
	if len(texts) < 80 {
		t.Fatalf("only %d texts were found", len(texts))
	}
	for text, at := range texts {
		if strings.Trim(verb.ReplaceAllString(text, ""), " ;:%") == "" {
			continue // no words of its own
		}
		example := verb.ReplaceAllStringFunc(text, func(v string) string {
			return map[string]string{"%d": "7", "%q": `"x"`}[v] + map[string]string{"%s": "x", "%v": "x", "%w": "x"}[v]
		})
		if pt := said.In(example, "pt-BR"); pt == example {
			t.Errorf("%s: %q has no Portuguese", at, text)
		}
	}
}

// pairs gives the two languages of what a package says is wrong: of errors, of faults of values,
// of problems of fields, and of the words that stand in their place.
func pairs(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", dir, len(files), err)
	}
	add := func(e ast.Expr) {
		if call, ok := e.(*ast.CallExpr); ok && len(call.Args) >= 2 {
			for i, en := range literal(call.Args[0]) {
				if pt := literal(call.Args[1]); i < len(pt) && len(verb.FindAllString(en, -1)) == len(verb.FindAllString(pt[i], -1)) {
					found[en] = pt[i]
				}
			}
		}
	}
	addLabels := func(list []ast.Expr) {
		for _, e := range list {
			if call, ok := e.(*ast.CallExpr); ok && name(call.Fun) == "Label" {
				add(e)
			}
		}
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				switch called := name(n.Fun); {
				case called == "wrongf":
					add(n)
				case called == "mismatch":
					add(n.Args[0])
				case called == "problem" && len(n.Args) == 2:
					add(n.Args[1])
				}
			case *ast.CompositeLit:
				for _, e := range n.Elts {
					if pair, ok := e.(*ast.KeyValueExpr); ok && (name(n.Type) == "Error" || name(n.Type) == "Problem") && name(pair.Key) == "Message" {
						add(pair.Value)
					}
				}
				if n.Type == nil && len(n.Elts) == 3 { // how an error begins, what it says, what to do
					add(n.Elts[1])
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if field, ok := left.(*ast.SelectorExpr); ok && field.Sel.Name == "Message" {
						add(n.Rhs[min(i, len(n.Rhs)-1)])
					}
				}
			case *ast.ValueSpec:
				addLabels(n.Values)
			case *ast.ReturnStmt:
				if filepath.Base(dir) == "form" { // in an expression these are reasons and hints
					addLabels(n.Results)
				}
			}
			return true
		})
	}
	return found
}

// TestFaultsQuoteErrorsInPortuguese: a fault that quotes what is wrong with an expression or a field
// says it in the reader's language, as the editor does.
func TestFaultsQuoteErrorsInPortuguese(t *testing.T) {
	words := func(text string) string {
		return strings.ReplaceAll(verb.ReplaceAllStringFunc(text, func(v string) string {
			return map[string]string{"%d": "7", "%q": `"x"`}[v] + map[string]string{"%s": "x", "%v": "x"}[v]
		}), "%%", "%")
	}
	for _, dir := range []string{"../expression", "../form"} {
		found := pairs(t, dir)
		if len(found) < 15 {
			t.Errorf("%s: only %d were found", dir, len(found))
		}
		for en, pt := range found {
			for _, around := range []string{"%s", `template "a: \"b\"": %s`, "field /a: %s"} {
				quoted := strings.Replace(around, "%s", words(en), 1)
				want := strings.Replace(map[string]string{"%s": "%s", `template "a: \"b\"": %s`: `texto "a: \"b\"": %s`, "field /a: %s": "campo /a: %s"}[around], "%s", words(pt), 1)
				if got := said.In(quoted, "pt-BR"); got != want {
					t.Errorf("%s: %q is said as %q, want %q", dir, quoted, got, want)
				}
			}
		}
	}
}

func TestAFaultOfTheTriggersConditionNamesTheConditionFirst(t *testing.T) {
	for en, want := range map[string]string{
		"where: trigger.body.total is missing":       "condição do gatilho: falta trigger.body.total",
		"dedupe: trigger.body.id is missing":         "chave de repetição: falta trigger.body.id",
		"order_by: trigger.body.customer is missing": "ordem: falta trigger.body.customer",
	} {
		if got := said.In(en, "pt-BR"); got != want {
			t.Errorf("%q is said as %q, want %q", en, got, want)
		}
	}
}
