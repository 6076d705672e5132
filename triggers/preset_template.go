package triggers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// valueTemplate is plain JSON in which {"=": expression} stands for a value. Members and elements
// that are null or "" are left out, so that a field nobody filled in is not sent.
type valueTemplate struct {
	value   any
	program *expression.Program
	keep    bool // also when it is empty
	mac     *macTemplate
	list    []*valueTemplate
	members map[string]*valueTemplate
	spread  *valueTemplate
}

// macTemplate is a value that proves knowledge of a secret, without showing it.
type macTemplate struct {
	secret, hash, encoding, prefix string
	of                             *expression.Program
}

// template compiles a value of a preset. f, where it is given, allows macs of its secrets.
func (r *presetReader) template(at string, f *presetFile, value any) *valueTemplate {
	switch v := value.(type) {
	case []any:
		t := &valueTemplate{list: make([]*valueTemplate, len(v))}
		for i, element := range v {
			t.list[i] = r.template(at+"/"+strconv.Itoa(i), f, element)
		}
		return t
	case map[string]any:
		if source, ok := v["="].(string); ok {
			keep, _ := v["empty"].(string)
			return &valueTemplate{program: r.expression(at, source), keep: keep == "keep"}
		}
		if m, ok := v["mac"].(map[string]any); ok && len(v) == 1 {
			return &valueTemplate{mac: r.mac(at+"/mac", f, m)}
		}
		t := &valueTemplate{members: map[string]*valueTemplate{}}
		for name, member := range v {
			made := r.template(at+"/"+form.Escape(name), f, member)
			if name == "..." {
				t.spread = made
				continue
			}
			t.members[name] = made
		}
		return t
	}
	return &valueTemplate{value: value}
}

func (r *presetReader) mac(at string, f *presetFile, m map[string]any) *macTemplate {
	p := &verifierReader{at: at, members: m}
	t := &macTemplate{
		secret: p.text("secret"), hash: p.choice("hash", "sha256", "sha1", "sha256", "sha512"),
		encoding: p.choice("encoding", "hex", "hex", "base64", "base64url"), prefix: p.text("prefix"),
	}
	t.of = r.expression(at+"/of", p.text("of"))
	p.unknown()
	r.problems = append(r.problems, p.problems...)
	r.required(at+"/of", t.of != nil)
	r.field(at+"/secret", f, t.secret)
	return t
}

var errNoSecret = errors.New("the connection holds no secret for this")

// render gives the finished value.
func (t *valueTemplate) render(ctx context.Context, s *expression.Scope, secrets Secrets) (any, error) {
	switch {
	case t.program != nil:
		return ask(ctx, t.program, s)
	case t.mac != nil:
		return t.mac.render(ctx, s, secrets)
	case t.list != nil:
		list := make([]any, 0, len(t.list))
		for _, element := range t.list {
			value, err := element.render(ctx, s, secrets)
			if err != nil {
				return nil, err
			}
			if value != nil {
				list = append(list, value)
			}
		}
		return list, nil
	case t.members != nil:
		return t.object(ctx, s, secrets)
	}
	return t.value, nil
}

func (t *valueTemplate) object(ctx context.Context, s *expression.Scope, secrets Secrets) (any, error) {
	out := map[string]any{}
	if t.spread != nil {
		value, err := t.spread.render(ctx, s, secrets)
		if err != nil {
			return nil, err
		}
		more, ok := value.(map[string]any)
		if !ok && value != nil {
			return nil, errors.New("only an object can be spread")
		}
		maps.Copy(out, more)
	}
	return out, renderMembers(ctx, t.members, s, secrets, out)
}

func renderMembers(ctx context.Context, members map[string]*valueTemplate, s *expression.Scope, secrets Secrets, into map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, err := members[name].render(ctx, s, secrets)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if (value == nil || value == "") && !members[name].keep {
			continue
		}
		into[name] = value
	}
	return nil
}

func (m *macTemplate) render(ctx context.Context, s *expression.Scope, secrets Secrets) (any, error) {
	value, err := ask(ctx, m.of, s)
	if err != nil {
		return nil, err
	}
	list, err := secrets(m.secret)
	if err != nil || len(list) == 0 || list[0] == "" {
		return nil, errNoSecret
	}
	return m.prefix + encodeText(m.encoding, mac(m.hash, []byte(list[0]), []byte(expression.Text(value)))), nil
}

// ask evaluates an expression of a preset: reading what is not there gives nil.
func ask(ctx context.Context, p *expression.Program, s *expression.Scope) (any, error) {
	value, err := p.Run(ctx, s)
	var missing *expression.MissingError
	if errors.As(err, &missing) {
		return nil, nil
	}
	return value, err
}
