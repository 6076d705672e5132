package expression

import (
	"gancho/engine/form"
	"gancho/engine/shape"

	"github.com/expr-lang/expr/ast"
)

// neverEmpty warns of an equality with an empty text, as the visual builder writes a row that was
// left without its value, where every text that came is known and none was empty.
func (i *inference) neverEmpty(x *ast.BinaryNode, left found) {
	text, written := x.Right.(*ast.StringNode)
	if !written || text.Value != "" || x.Operator != "==" || left.shape.Unknown() || left.shape.Guess {
		return
	}
	texts := left.shape.Counts[shape.Text]
	for value, n := range left.shape.Values {
		if value == "" {
			return
		}
		texts -= n
	}
	if left.of == 0 || texts > 0 {
		return
	}
	i.warn(x.Right, "no_value", form.Label(named(left)+" was never empty"+count(left.of).EN, named(left)+" nunca veio vazio"+count(left.of).PT),
		form.Label("write what it is compared with", "escreva com o que ele é comparado"))
}
