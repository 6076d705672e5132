package actions

import (
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// plainOf is what Markdown says, in plain words: what stands for a look is left out, and the
// address of a link follows it.
func plainOf(source string) string {
	p := &plainText{source: []byte(source)}
	doc := markdown.Parser().Parse(text.NewReader(p.source))
	_ = ast.Walk(doc, p.visit) //nolint:errcheck // visit gives none
	return strings.TrimSpace(p.b.String()) + "\n"
}

type plainText struct {
	source []byte
	b      strings.Builder
}

func (p *plainText) visit(n ast.Node, entering bool) (ast.WalkStatus, error) {
	switch x := n.(type) {
	case *ast.Text:
		if entering {
			p.text(x)
			if x.SoftLineBreak() || x.HardLineBreak() {
				p.b.WriteByte('\n')
			}
		}
	case *ast.String:
		if entering {
			p.b.Write(x.Value)
		}
	case *ast.AutoLink:
		if entering {
			p.b.Write(x.Label(p.source))
		}
	case *ast.Link:
		p.link(x, entering)
	case *ast.ListItem:
		p.item(x, entering)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		if entering {
			p.b.Write(n.Lines().Value(p.source))
			p.apart(1)
		}
	case *ast.RawHTML, *ast.HTMLBlock:
		return ast.WalkSkipChildren, nil
	case *ast.ThematicBreak:
		if entering {
			p.b.WriteString("---\n\n")
		}
	case *extast.TableCell:
		if !entering && x.NextSibling() != nil {
			p.b.WriteString(" | ")
		}
	case *extast.TableRow, *extast.TableHeader:
		if !entering {
			p.b.WriteByte('\n')
		}
	case *ast.TextBlock:
		if !entering {
			p.b.WriteByte('\n')
		}
	case *ast.Paragraph, *ast.Heading, *ast.List, *ast.Blockquote, *extast.Table:
		if !entering {
			p.apart(2)
		}
	}
	return ast.WalkContinue, nil
}

// text leaves out the backslashes that keep a sign from being one; code has none.
func (p *plainText) text(x *ast.Text) {
	value := x.Value(p.source)
	if x.Parent().Kind() != ast.KindCodeSpan {
		value = []byte(html.UnescapeString(string(util.UnescapePunctuations(value))))
	}
	p.b.Write(value)
}

// apart ends with so many line ends.
func (p *plainText) apart(lines int) {
	said := p.b.String()
	p.b.WriteString(strings.Repeat("\n", max(0, lines-len(said)+len(strings.TrimRight(said, "\n")))))
}

func (p *plainText) link(x *ast.Link, entering bool) {
	if address := string(x.Destination); !entering && !strings.HasSuffix(p.b.String(), address) {
		fmt.Fprintf(&p.b, " (%s)", address)
	}
}

func (p *plainText) item(x *ast.ListItem, entering bool) {
	list, ok := x.Parent().(*ast.List)
	if !entering || !ok {
		return
	}
	mark := "- "
	if list.IsOrdered() {
		n := list.Start
		for before := x.PreviousSibling(); before != nil; before = before.PreviousSibling() {
			n++
		}
		mark = fmt.Sprintf("%d. ", n)
	}
	for up := list.Parent(); up != nil; up = up.Parent() {
		if _, inside := up.(*ast.ListItem); inside {
			mark = "  " + mark
		}
	}
	p.b.WriteString(mark)
}
