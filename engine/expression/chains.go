package expression

import (
	"regexp"

	"github.com/expr-lang/expr/ast"
)

// Chains are the member chains that the expression reads, each from its root and as long as it
// is written: trigger.body.items[0].sku.
func (t *Parsed) Chains() []string {
	f := &chainFinder{chains: map[ast.Node]string{}, inner: map[ast.Node]bool{}}
	ast.Walk(&t.root, f)
	var list []string
	for _, n := range f.nodes {
		if chain := f.chains[n]; chain != "" && !f.inner[n] {
			list = append(list, chain)
		}
	}
	return list
}

// chainFinder notes names and members, and which of them are the beginning of a longer chain.
// What a member belongs to is visited before it.
type chainFinder struct {
	nodes  []ast.Node
	chains map[ast.Node]string
	inner  map[ast.Node]bool
}

func (f *chainFinder) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		f.nodes, f.chains[x] = append(f.nodes, x), x.Value
	case *ast.MemberNode:
		f.nodes = append(f.nodes, x)
		base := x.Node
		if c, ok := base.(*ast.ChainNode); ok {
			base = c.Node
		}
		if before, step := f.chains[base], stepOf(x); before != "" && step != "" {
			f.chains[x], f.inner[base] = before+step, true
		}
	}
}

// AnyElement writes every index of a chain as []: items[0].sku is items[].sku.
func AnyElement(chain string) string { return index.ReplaceAllString(chain, "[]") }

var index = regexp.MustCompile(`\[-?\d+\]`)
