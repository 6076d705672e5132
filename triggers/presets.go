package triggers

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/own"
)

//go:embed presets/*.json
var presetFiles embed.FS

// Presets are the presets of this program, and the own ones of an operator. A faulty own file
// leaves the last good one in force.
type Presets struct {
	*own.Files[Preset]
}

// builtIn are the presets of this program alone, by ID.
var builtIn = engine.Embedded(presetFiles, "presets/*.json", func(data []byte) (*Preset, error) {
	preset, problems := readPreset(data)
	if preset == nil {
		return nil, fmt.Errorf("%s: %s", problems[0].Path, problems[0].Message.EN)
	}
	return preset, nil
})

// BuiltIn gives the presets of this program, without own ones.
var BuiltIn = sync.OnceValue(func() *Presets {
	p, err := LoadPresets("")
	if err != nil {
		panic(err)
	}
	return p
})

// LoadPresets gives the presets of this program and those of the files DIR/*.json. A folder
// that is not there has none; what is wrong with a file is in Problems.
func LoadPresets(dir string) (*Presets, error) {
	files, err := own.Read(dir, own.Kind[Preset]{Noun: form.Label("preset", "preset"), ID: (*Preset).ID, Parse: ParsePreset})
	return &Presets{files}, err
}

// Find gives a preset by its ID.
func (p *Presets) Find(id string) (*Preset, bool) {
	list := builtIn()
	if strings.HasPrefix(id, "x_") {
		list = p.Files.All()
	}
	at := slices.IndexFunc(list, func(x *Preset) bool { return x.ID() == id })
	if at < 0 {
		return nil, false
	}
	return list[at], true
}

// All gives every preset, by ID.
func (p *Presets) All() []*Preset {
	list := append(p.Files.All(), builtIn()...)
	slices.SortFunc(list, func(a, b *Preset) int { return strings.Compare(a.ID(), b.ID()) })
	return list
}

// webhookKind is the kind of connection that holds the secrets of one preset alone.
func webhookKind(id string) string { return id + ":webhook" }

// ConnectionKinds adds what presets need to the kinds of connection that there are: each
// preset has a kind <preset>:webhook, which proves its sender and does nothing else, and the
// secrets of those with a connector go into every kind of it.
func (p *Presets) ConnectionKinds(others []connections.Kind) []connections.Kind {
	kinds := slices.Clone(others)
	for _, preset := range p.All() {
		f := &preset.file
		if f.ID == genericPreset {
			continue
		}
		for i := range others {
			if f.Connector != "" && strings.HasPrefix(kinds[i].Kind, f.Connector+":") {
				kinds[i].Fields = withSecrets(kinds[i].Fields, preset, false)
			}
		}
		if len(f.Secrets) > 0 {
			title := form.Label(f.Name.EN+" webhook", "Webhook "+f.Name.PT)
			kind := connections.Kind{Kind: webhookKind(f.ID), Title: title, Mark: preset.mark(), Fields: withSecrets(nil, preset, true)}
			if f.Connector != "" {
				kind.Title = form.Label(title.EN+" (only proves the sender)", title.PT+" (só prova o remetente)")
				kind.Help = form.Label("It is all that is needed to start the flow. The kinds that sign in at "+f.Name.EN+" also fetch what an event names, such as an order.",
					"Basta para iniciar o fluxo. Os tipos que acessam "+f.article()+" "+f.Name.PT+" também buscam o que um evento cita, como um pedido.")
			}
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// withSecrets adds what proves a preset's sender. Beside what a connection signs in with it may be
// left out.
func withSecrets(fields []connections.Field, preset *Preset, alone bool) []connections.Field {
	f := &preset.file
	fields = slices.Clone(fields)
	for _, s := range f.Secrets {
		if slices.ContainsFunc(fields, func(f connections.Field) bool { return f.ID == s.ID }) {
			continue
		}
		field := connections.Field{
			ID: s.ID, Label: s.Label, Help: s.Help, Placeholder: s.Placeholder, Pattern: s.Pattern, Type: s.Type, Secret: s.Type == "secret", Required: s.Required && alone,
			Wrong: func(value string, _ map[string]string) form.Words { return preset.wrongKey(s.ID, value) },
		}
		if !alone && field.Help.IsZero() {
			field.Help = form.Label("Only for flows that are started by webhooks of "+f.Name.EN+".", "Só para fluxos iniciados por webhooks d"+f.article()+" "+f.Name.PT+".")
		}
		fields = append(fields, field)
	}
	return fields
}

// connections lists the kinds of connection that a flow with this preset may name.
func (p *Preset) connections() []string {
	switch {
	case p.file.ID == genericPreset:
		return []string{webhookKind(genericPreset)}
	case p.file.Connector != "":
		return []string{p.file.Connector + ":*", webhookKind(p.file.ID)}
	}
	return []string{webhookKind(p.file.ID)}
}

// connections lists the kinds of connection that a webhook may name.
func (p *Presets) connections() []string {
	list := []string{webhookKind(genericPreset)}
	for _, preset := range p.All() {
		for _, kind := range preset.connections() {
			if !slices.Contains(list, kind) {
				list = append(list, kind)
			}
		}
	}
	return list
}

// connectionsOf lists the kinds of connection that this flow's webhook may name.
func (p *Presets) connectionsOf(f *flow.Flow) []string {
	id, _ := f.Trigger.With["preset"].(string)
	if id == "" {
		return []string{webhookKind(genericPreset)}
	}
	preset, ok := p.Find(id)
	if !ok {
		return p.connections() // the preset itself is a problem already
	}
	return preset.connections()
}

// OnceView offers a flow to start once for each object, such as an order, and gives the dedupe key for it.
type OnceView struct {
	Name form.Words `json:"name" doc:"of the object, such as an order"`
	Key  string     `json:"key" doc:"expression for the trigger's dedupe key"`
}

// PresetView is a preset with all that its form needs.
type PresetView struct {
	ID          string                `json:"id" doc:"the preset of a trigger"`
	Name        form.Words            `json:"name" doc:"of the provider"`
	Article     string                `json:"article" enum:"o,a,os,as" doc:"of the name in Portuguese"`
	Mark        *form.Mark            `json:"mark" doc:"the provider's sign"`
	Docs        string                `json:"docs" doc:"address of the provider's page about webhooks; empty where there is none"`
	Setup       form.Words            `json:"setup" doc:"how to set the webhook up at the provider, in Markdown"`
	Connector   string                `json:"connector" doc:"kind of connection that calls the same provider; empty where there is none"`
	Connections []string              `json:"connections" doc:"kinds of connection that hold its secrets"`
	Methods     []string              `json:"methods" doc:"HTTP methods that it takes"`
	Secrets     []PresetField         `json:"secrets" doc:"fields of the connection that verify an event"`
	Verified    bool                  `json:"verified" doc:"false: only the secret URL protects it"`
	Optional    bool                  `json:"verify_optional" doc:"a flow without a connection is protected by its URL alone"`
	Split       bool                  `json:"split" doc:"one delivery may hold several events"`
	Hydrate     string                `json:"hydrate" doc:"kind of the action that completes events; empty where they come whole"`
	Event       string                `json:"event" doc:"expression for the name of an event"`
	Key         string                `json:"key" doc:"expression that tells two deliveries of the same event"`
	KeyForMs    int64                 `json:"key_for_ms" doc:"how long a delivery is known again, in milliseconds"`
	Once        *OnceView             `json:"once,omitempty" doc:"how a flow starts once for each object"`
	DeadlineMs  int64                 `json:"deadline_ms" doc:"how long the provider waits for an answer, in milliseconds; 0 where it is not known"`
	Describe    map[string]form.Words `json:"describe,omitempty" doc:"what events mean, by their name"`
	Events      []PresetEvent         `json:"events" doc:"samples"`
}

// mark is the provider's: by its name, with the drawing of its file where there is one.
func (p *Preset) mark() *form.Mark {
	m := form.MarkOf(p.file.ID, p.file.Name.EN)
	if i := p.file.Icon; i != nil {
		m.Path, m.Color = i.Path, i.Color
	}
	return m
}

// View describes a preset for the catalogue.
func (p *Preset) View() PresetView {
	f := &p.file
	v := PresetView{
		ID: f.ID, Name: f.Name, Article: f.article(), Mark: p.mark(), Docs: f.Docs, Setup: f.Setup, Connector: f.Connector, Connections: p.connections(), Methods: f.Methods,
		Secrets: f.Secrets, Verified: len(f.Verify) > 0, Optional: f.Optional, Split: f.Split != "", Hydrate: p.HydrateAction(), Event: f.Event, Key: f.Key,
		KeyForMs: p.keyFor().Milliseconds(), DeadlineMs: time.Duration(f.Deadline).Milliseconds(), Describe: f.Describe, Events: f.Events,
	}
	if f.Once != nil {
		v.Once = &OnceView{f.Once.Name, f.onceKey()}
	}
	if v.Secrets == nil {
		v.Secrets = []PresetField{}
	}
	return v
}
