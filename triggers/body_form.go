package triggers

import (
	"bytes"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"gancho/engine/charset"
	"gancho/engine/expression"
)

// decodeForm reads name=value pairs. Brackets nest: a[b]=1 is {"a": {"b": "1"}}, a[]=1 and a
// name that comes again give lists, and so do members numbered from 0 without a gap. Names
// that contradict each other stay as they were written.
func decodeForm(body []byte, label string) (any, error) {
	tree := newFormTree()
	for pair := range strings.SplitSeq(string(body), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		if err := tree.add(charset.ToUTF8([]byte(name), label), charset.ToUTF8([]byte(value), label)); err != nil {
			return nil, err
		}
	}
	return tree.value(), nil
}

// checkForm finds what decodeForm would refuse.
func checkForm(body []byte) error {
	values := 1
	for len(body) > 0 {
		pair := body
		if i := bytes.IndexByte(body, '&'); i >= 0 {
			pair, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		if len(pair) == 0 {
			continue
		}
		if err := checkEscapes(pair); err != nil {
			return err
		}
		name, _, _ := bytes.Cut(pair, []byte("="))
		if values += 1 + brackets(name); values > expression.MaxValues {
			return errTooMany
		}
		if brackets(name) >= expression.MaxDepth {
			return errTooDeep
		}
	}
	return nil
}

// brackets counts opening brackets, escaped ones too.
func brackets(name []byte) int {
	return bytes.Count(name, []byte("[")) + bytes.Count(name, []byte("%5B")) + bytes.Count(name, []byte("%5b"))
}

func checkEscapes(pair []byte) error {
	for i := 0; i < len(pair); i++ {
		if pair[i] != '%' {
			continue
		}
		if i+2 >= len(pair) || !isHex(pair[i+1]) || !isHex(pair[i+2]) {
			return fmt.Errorf("read form: invalid escape %q", pair[i:min(i+3, len(pair))])
		}
		i += 2
	}
	return nil
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// formTree grows one value of the names of a form.
type formTree struct {
	root   *formNode
	values int
}

// formNode is one of: values of its own, elements, or members.
type formNode struct {
	own      []any
	elements []*formNode
	members  map[string]*formNode
}

func newFormTree() *formTree {
	return &formTree{root: &formNode{members: map[string]*formNode{}}, values: 1}
}

func (t *formTree) add(name string, value any) error {
	path := splitName(name)
	if t.values += len(path); t.values > expression.MaxValues {
		return errTooMany
	}
	if strings.Count(name, "[") >= expression.MaxDepth {
		return errTooDeep
	}
	if !t.root.takes(path) {
		path = []string{name}
		t.root.spread(name)
	}
	n := t.root
	for _, part := range path {
		n = n.child(part)
	}
	n.own = append(n.own, value)
	return nil
}

// spread gives what is inside a member the whole of its name, as it came: the member itself is to hold a value.
func (n *formNode) spread(name string) {
	m, ok := n.members[name]
	if !ok || m.own != nil {
		return
	}
	delete(n.members, name)
	m.leaves(name, func(name string, own []any) {
		c := n.child(name)
		c.own = append(c.own, own...)
	})
}

func (n *formNode) leaves(name string, give func(name string, own []any)) {
	if n.own != nil {
		give(name, n.own)
	}
	for _, e := range n.elements {
		e.leaves(name+"[]", give)
	}
	for part, m := range n.members {
		m.leaves(name+"["+part+"]", give)
	}
}

// splitName gives the parts of a[b][]; "" stands for []. A name whose brackets do not match is
// one part.
func splitName(name string) []string {
	open := strings.IndexByte(name, '[')
	if open <= 0 || !strings.HasSuffix(name, "]") {
		return []string{name}
	}
	path, rest := []string{name[:open]}, name[open:]
	for rest != "" {
		end := strings.IndexByte(rest, ']')
		if rest[0] != '[' || end < 0 || strings.IndexByte(rest[1:end], '[') >= 0 {
			return []string{name}
		}
		path = append(path, rest[1:end])
		rest = rest[end+1:]
	}
	return path
}

// takes says whether a value at this path contradicts nothing that is there.
func (n *formNode) takes(path []string) bool {
	for i, part := range path {
		switch {
		case n.own != nil:
			return false
		case part == "" && i > 0:
			return n.members == nil // a new element, which takes anything
		case n.elements != nil:
			return false
		}
		next, ok := n.members[part]
		if !ok {
			return true
		}
		n = next
	}
	return n.elements == nil && n.members == nil
}

func (n *formNode) child(part string) *formNode {
	if part == "" && n.members == nil {
		e := new(formNode)
		n.elements = append(n.elements, e)
		return e
	}
	if n.members == nil {
		n.members = map[string]*formNode{}
	}
	c, ok := n.members[part]
	if !ok {
		c = new(formNode)
		n.members[part] = c
	}
	return c
}

func (t *formTree) value() any {
	m := make(map[string]any, len(t.root.members))
	for name, member := range t.root.members {
		m[name] = member.value()
	}
	return m
}

func (n *formNode) value() any {
	if n.elements != nil {
		list := make([]any, len(n.elements))
		for i, e := range n.elements {
			list[i] = e.value()
		}
		return list
	}
	if n.members == nil {
		if len(n.own) == 1 {
			return n.own[0]
		}
		return n.own
	}
	if list := n.numbered(); list != nil {
		return list
	}
	m := make(map[string]any, len(n.members))
	for name, member := range n.members {
		m[name] = member.value()
	}
	return m
}

// numbered gives members 0, 1, 2, … as a list, nil for others.
func (n *formNode) numbered() []any {
	list := make([]any, len(n.members))
	for i := range list {
		member, ok := n.members[strconv.Itoa(i)]
		if !ok {
			return nil
		}
		list[i] = member.value()
	}
	return list
}
