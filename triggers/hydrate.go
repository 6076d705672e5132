package triggers

import (
	"context"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
)

// noSecrets is what a fetch sees: its connection signs it, not its input.
func noSecrets(string) ([]string, error) { return nil, nil }

// hydrateOf says how the events of a flow are completed, nil if its preset has nothing to
// fetch.
func (p *Presets) hydrateOf(f *flow.Flow) *engine.Hydrate {
	id, _ := f.Trigger.With["preset"].(string)
	preset, ok := p.Find(id)
	if !ok || preset.use().hydrate == nil {
		return nil
	}
	made := preset.use().hydrate
	h := &engine.Hydrate{
		Action: preset.HydrateAction(), Connection: f.Trigger.Connection, Proves: webhookKind(preset.ID()),
		Continue: preset.file.Hydrate.OnFail == "continue", KeyFor: preset.keyFor(),
		Input: func(ctx context.Context, s *expression.Scope) (map[string]any, error) {
			input := map[string]any{}
			return input, renderMembers(ctx, made.input, s, noSecrets, input)
		},
	}
	if made.when != nil {
		h.When = func(ctx context.Context, s *expression.Scope) bool {
			is, err := ask(ctx, made.when, s)
			return err == nil && is == true
		}
	}
	if door, _ := readDoor(f, p); door.later != nil {
		h.Once, h.OnceFor = ownKey(door.later), door.keyFor
	}
	h.Title = func(ctx context.Context, s *expression.Scope, lang string) string {
		title := preset.use().titles[lang]
		if title == nil {
			return ""
		}
		value, err := ask(ctx, title, s)
		if err != nil || value == nil {
			return ""
		}
		name := ""
		if trigger, ok := s.Values["trigger"].(map[string]any); ok {
			name, _ = trigger["event"].(string)
		}
		return cutText(preset.inWords(expression.Text(value), name, lang))
	}
	if made.key != nil {
		h.Key = keyOf(made.key)
	}
	return h
}

// ownKey is asked by the rules of the door: what is missing is a fault, and nothing is no key.
func ownKey(p *expression.Program) func(context.Context, *expression.Scope) (string, error) {
	return func(ctx context.Context, s *expression.Scope) (string, error) {
		key, err := p.Run(ctx, s)
		if err != nil || key == nil {
			return "", err
		}
		return shortKey(expression.Text(key)), nil
	}
}

// keyOf is that of a preset, which has none where its place is missing.
func keyOf(p *expression.Program) func(context.Context, *expression.Scope) string {
	return func(ctx context.Context, s *expression.Scope) string {
		key, err := ask(ctx, p, s)
		if err != nil || key == nil {
			return ""
		}
		return shortKey(expression.Text(key))
	}
}
