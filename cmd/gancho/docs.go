package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"gancho/actions"
	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

//go:embed pages
var pages embed.FS

type docsCommand struct {
	Dir string `arg:"" help:"Folder to write into."`
}

// Run writes flow.md, actions.md, triggers.md, functions.md and a page per connector in both languages,
// and flow.schema.json.
func (c *docsCommand) Run(to streams) error {
	known, err := offline(outboundFlags{}, ownFlags{})
	if err != nil {
		return err
	}
	schema, err := json.MarshalIndent(flowSchema(known), "", "  ")
	if err != nil {
		return fmt.Errorf("write the schema: %w", err)
	}
	files := map[string]string{"flow.schema.json": string(schema) + "\n"}
	for _, lang := range []string{"en", "pt-BR"} {
		suffix := map[string]string{"en": ".md", "pt-BR": ".pt-BR.md"}[lang]
		page, err := pages.ReadFile("pages/flow" + suffix)
		if err != nil {
			return fmt.Errorf("read the page of flows: %w", err)
		}
		files["flow"+suffix] = string(page)
		files["actions"+suffix] = actionsPage(known, lang)
		files["triggers"+suffix] = triggersPage(known, lang)
		files["functions"+suffix] = functionsPage(lang)
		for _, c := range actions.BuiltInConnectors() {
			files[filepath.Join("connectors", c.ID()+suffix)] = connectorPage(known, c, lang)
		}
	}
	if err := os.MkdirAll(filepath.Join(c.Dir, "connectors"), 0o755); err != nil { //nolint:gosec // documentation
		return fmt.Errorf("make %s: %w", c.Dir, err)
	}
	for name, text := range files {
		path := filepath.Join(c.Dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // documentation
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	fmt.Fprintf(to.out, "%d files in %s\n", len(files), c.Dir)
	return nil
}

func actionsPage(known *engine.Catalogue, lang string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", form.Label("Actions", "Ações").In(lang))
	for i := range known.Actions() {
		writeAction(&b, &known.Actions()[i], lang)
	}
	return b.String()
}

func writeAction(b *strings.Builder, a *engine.Action, lang string) {
	fmt.Fprintf(b, "\n## `%s` %s\n\n%s.\n", a.Kind, a.Title.In(lang), strings.TrimSuffix(a.Summary.In(lang), "."))
	if text := a.Help.In(lang); text != "" {
		fmt.Fprintf(b, "\n%s\n", text)
	}
	if len(a.Connection) > 0 {
		fmt.Fprintf(b, "\n%s: `%s`.\n", form.Label("Connection", "Conexão").In(lang), strings.Join(a.Connection, "`, `"))
	}
	fieldTable(b, a.New().Fields(), lang)
	if sample := a.Yields(); sample != nil {
		if data, err := flow.Marshal(sample); err == nil {
			fmt.Fprintf(b, "\n%s: `%s`\n", form.Label("Output", "Resultado").In(lang), compactJSON(data))
		}
	}
}

// connectorPage tells all of one connector: how a connection is made, and what it can do.
func connectorPage(known *engine.Catalogue, c *actions.Connector, lang string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", c.Name().In(lang))
	for _, k := range known.Connections() {
		if strings.HasPrefix(k.Kind, c.ID()+":") {
			writeKind(&b, k, lang)
		}
	}
	for i := range known.Actions() {
		if a := &known.Actions()[i]; strings.HasPrefix(a.Kind, c.ID()+".") {
			writeAction(&b, a, lang)
		}
	}
	return b.String()
}

func writeKind(b *strings.Builder, k connections.Kind, lang string) {
	fmt.Fprintf(b, "\n## %s `%s`\n\n%s\n", form.Label("Connection", "Conexão").In(lang), k.Kind, k.Help.In(lang))
	for _, f := range k.Fields {
		fmt.Fprintf(b, "\n- `%s` %s", f.ID, f.Label.In(lang))
		if f.Secret {
			fmt.Fprintf(b, " (%s)", form.Label("secret", "segredo").In(lang))
		}
		if text := f.Help.In(lang); text != "" {
			fmt.Fprintf(b, ": %s", text)
		}
	}
	fmt.Fprintf(b, "\n\n%s: `%s`\n", form.Label("Sent to", "Enviada para").In(lang), strings.Join(k.Hosts, "`, `"))
}

func triggersPage(known *engine.Catalogue, lang string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", form.Label("Triggers", "Gatilhos").In(lang))
	for _, t := range known.Triggers {
		fmt.Fprintf(&b, "\n## `%s` %s\n\n%s.\n", t.Kind, t.Title.In(lang), t.Summary.In(lang))
		if t.Fields != nil {
			fieldTable(&b, t.Fields(), lang)
		}
	}
	return b.String()
}

func fieldTable(b *strings.Builder, fields form.Fields, lang string) {
	if len(fields) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| %s | %s | |\n|---|---|---|\n", form.Label("field", "campo").In(lang), form.Label("kind", "tipo").In(lang))
	fieldRows(b, fields.Describe(), lang, "")
}

// fieldRows lists fields, and those of a group under its name.
func fieldRows(b *strings.Builder, fields []form.Description, lang, within string) {
	for _, f := range fields {
		words := []string{f.Label.In(lang)}
		if f.Required {
			words = append(words, form.Label("required", "obrigatório").In(lang))
		}
		if f.AnyOf != "" {
			words = append(words, form.Label("one of these is required", "um destes é obrigatório").In(lang))
		}
		if f.Default != nil {
			words = append(words, fmt.Sprintf("%s `%v`", form.Label("default", "padrão").In(lang), f.Default))
		}
		var choices []string
		for _, o := range f.Options {
			choices = append(choices, o.Value)
		}
		if len(choices) > 0 {
			words = append(words, "`"+strings.Join(choices, "`, `")+"`")
		}
		text := strings.Join(words, "; ")
		if f.Help != nil {
			text += ". " + f.Help.In(lang)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", within+f.ID, f.Kind, strings.ReplaceAll(text, "|", "\\|"))
		fieldRows(b, f.Fields, lang, within+f.ID+".")
	}
}

func functionsPage(lang string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", form.Label("Functions", "Funções").In(lang))
	for _, f := range expression.Functions() {
		fmt.Fprintf(&b, "\n## `%s`\n\n`%s`\n\n%s\n\n", f.Name, f.Signature, f.Doc.In(lang))
		for _, e := range f.Examples {
			if data, err := flow.Marshal(e.Result); err == nil {
				fmt.Fprintf(&b, "- `%s` → `%s`\n", e.Expression, compactJSON(data))
			}
		}
	}
	return b.String()
}

// flowSchema is the JSON Schema of a bundle, made from the types that read it and from the
// descriptions of the actions.
func flowSchema(known *engine.Catalogue) map[string]any {
	s := &schemas{defs: map[string]any{}}
	root := s.of(reflect.TypeFor[flow.Bundle]())
	step, _ := s.defs["Step"].(map[string]any)
	var rules []any
	for i := range known.Actions() {
		a := &known.Actions()[i]
		with := a.New().Fields().Schema()
		delete(with, "required") // templates may stand in place of any value
		delete(with, "allOf")
		members, _ := with["properties"].(map[string]any)
		for name := range members {
			members[name] = map[string]any{}
		}
		rules = append(rules, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"action": map[string]any{"const": a.Kind}}},
			"then": map[string]any{"properties": map[string]any{"with": with}},
		})
	}
	step["allOf"] = rules
	return map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Gancho flows", "$defs": s.defs, "$ref": root["$ref"]}
}

// schemas makes JSON Schemas of Go types, each struct once.
type schemas struct{ defs map[string]any }

func (s *schemas) of(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[flow.Duration]():
		return map[string]any{"type": "string", "pattern": `^([0-9.]+(ms|s|m|h|d))+$`}
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[flow.Missing]():
		return map[string]any{"anyOf": []any{map[string]any{"enum": []any{"fail", "empty", "skip"}}, map[string]any{"type": "object"}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return map[string]any{}
		}
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.object(t)
	}
	return map[string]any{}
}

func (s *schemas) object(t reflect.Type) map[string]any {
	ref := map[string]any{"$ref": "#/$defs/" + t.Name()}
	if _, made := s.defs[t.Name()]; made {
		return ref
	}
	members := map[string]any{}
	object := map[string]any{"type": "object", "properties": members, "additionalProperties": false}
	s.defs[t.Name()] = object
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" {
			members[name] = s.of(f.Type)
		}
	}
	return ref
}
