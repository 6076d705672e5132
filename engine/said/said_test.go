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
		if strings.Trim(verb.ReplaceAllString(text, ""), " :%") == "" {
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
