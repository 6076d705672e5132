package triggers

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"
)

//go:embed presets/*.json
var presetFiles embed.FS

// PresetProblem is what is wrong with an own preset file, and where.
type PresetProblem struct {
	File      string
	Line, Col int
	form.Problem
}

// Presets are the presets of this program, and the own ones of an operator. A faulty own file
// leaves the last good one in force.
type Presets struct {
	dir string

	mu       sync.RWMutex
	list     []*Preset
	byID     map[string]*Preset
	stamps   map[string]fileStamp
	problems []PresetProblem
	watchers []func()
}

type fileStamp struct {
	size int64
	at   time.Time
}

// builtIn are the presets of this program alone.
var builtIn = sync.OnceValue(func() *Presets {
	p := &Presets{byID: map[string]*Preset{}}
	files, err := fs.Glob(presetFiles, "presets/*.json")
	for _, name := range files {
		var data []byte
		if data, err = presetFiles.ReadFile(name); err != nil {
			break
		}
		preset, problems := readPreset(data)
		if preset == nil {
			panic(fmt.Sprintf("%s: %s: %s", name, problems[0].Path, problems[0].Message.EN))
		}
		p.put(preset)
	}
	if err != nil {
		panic(err)
	}
	return p
})

// BuiltIn gives the presets of this program, without own ones.
func BuiltIn() *Presets { return builtIn() }

// LoadPresets gives the presets of this program and those of the files DIR/*.json. A folder
// that is not there has none; what is wrong with a file is in Problems.
func LoadPresets(dir string) (*Presets, error) {
	p := &Presets{dir: dir, byID: map[string]*Preset{}, stamps: map[string]fileStamp{}}
	for _, preset := range builtIn().list {
		p.put(preset)
	}
	_, err := p.Reload()
	return p, err
}

func (p *Presets) put(preset *Preset) {
	id := preset.ID()
	at, found := slices.BinarySearchFunc(p.list, id, func(q *Preset, id string) int { return strings.Compare(q.ID(), id) })
	if found {
		p.list[at] = preset
	} else {
		p.list = slices.Insert(p.list, at, preset)
	}
	p.byID[id] = preset
}

// Find gives a preset by its ID.
func (p *Presets) Find(id string) (*Preset, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	preset, ok := p.byID[id]
	return preset, ok
}

// All gives every preset, by ID.
func (p *Presets) All() []*Preset {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.Clone(p.list)
}

// Problems are those of the own files, as they are now.
func (p *Presets) Problems() []PresetProblem {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.Clone(p.problems)
}

// Watch calls f after presets have changed.
func (p *Presets) Watch(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watchers = append(p.watchers, f)
}

// Follow reads the own files again when they change, looking every so often, until ctx is
// done.
func (p *Presets) Follow(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if _, err := p.Reload(); err != nil {
				continue // the folder is away; what was read stays in force
			}
		}
	}
}

// Reload reads the own files if one of them has changed, and says whether that was so.
func (p *Presets) Reload() (changed bool, err error) {
	if p.dir == "" {
		return false, nil
	}
	entries, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		entries, err = nil, nil
	}
	if err != nil {
		return false, fmt.Errorf("read presets: %w", err)
	}
	stamps := map[string]fileStamp{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !e.IsDir() && strings.HasSuffix(e.Name(), ".json") {
			stamps[e.Name()] = fileStamp{info.Size(), info.ModTime()}
		}
	}
	p.mu.Lock()
	if changed = !sameStamps(p.stamps, stamps); changed {
		p.stamps = stamps
		p.read()
	}
	watchers := slices.Clone(p.watchers)
	p.mu.Unlock()
	if changed {
		for _, f := range watchers {
			f()
		}
	}
	return changed, nil
}

func sameStamps(a, b map[string]fileStamp) bool {
	if len(a) != len(b) {
		return false
	}
	for name, s := range a {
		if t, ok := b[name]; !ok || t.size != s.size || !t.at.Equal(s.at) {
			return false
		}
	}
	return true
}

// read takes every own file. The caller holds the lock.
func (p *Presets) read() {
	p.problems = nil
	taken := map[string]string{}
	for _, name := range sortedNames(p.stamps) {
		data, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			p.fault(name, nil, problem("", "unreadable", err.Error(), err.Error()))
			continue
		}
		preset, problems := ParsePreset(data)
		for _, x := range problems {
			p.fault(name, data, x)
		}
		if preset == nil {
			continue
		}
		id := preset.ID()
		switch {
		case !strings.HasPrefix(id, "x_"):
			p.fault(name, data, problem("/id", "bad_id", "the ID of an own preset must begin with x_", "o ID de um preset próprio deve começar por x_"))
		case taken[id] != "":
			p.fault(name, data, problem("/id", "taken", "is used by "+taken[id]+" too", "também é usado por "+taken[id]))
		default:
			taken[id] = name
			p.put(preset)
		}
	}
	p.drop(taken)
}

// drop forgets presets whose file is gone. While some file is faulty it may be theirs.
func (p *Presets) drop(taken map[string]string) {
	if len(p.problems) > 0 {
		return
	}
	p.list = slices.DeleteFunc(slices.Clone(p.list), func(preset *Preset) bool {
		id := preset.ID()
		gone := strings.HasPrefix(id, "x_") && taken[id] == ""
		if gone {
			delete(p.byID, id)
		}
		return gone
	})
}

func (p *Presets) fault(file string, data []byte, x form.Problem) {
	at := PresetProblem{File: file, Line: 1, Col: 1, Problem: x}
	if data != nil {
		at.Line, at.Col = flow.Place(data, x)
	}
	p.problems = append(p.problems, at)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// webhookKind is the kind of connection that holds the secrets of one preset alone.
func webhookKind(id string) string { return id + ":webhook" }

// ConnectionKinds adds what presets need to the kinds of connection that there are: each
// preset without a connector has a kind <preset>:webhook, and the secrets of the others go
// into every kind of their connector.
func (p *Presets) ConnectionKinds(others []engine.ConnectionKind) []engine.ConnectionKind {
	kinds := slices.Clone(others)
	for _, preset := range p.All() {
		f := &preset.file
		if f.ID == genericPreset {
			continue
		}
		joined := false
		for i := range kinds {
			if f.Connector != "" && strings.HasPrefix(kinds[i].Kind, f.Connector+":") {
				kinds[i].Fields, joined = withSecrets(kinds[i].Fields, f.Secrets, false), true
			}
		}
		if !joined && len(f.Secrets) > 0 {
			kinds = append(kinds, engine.ConnectionKind{
				Kind: webhookKind(f.ID), Title: form.Label(f.Name.EN+" webhook", "Webhook "+f.Name.PT), Fields: withSecrets(nil, f.Secrets, true),
			})
		}
	}
	return kinds
}

func withSecrets(fields []engine.ConnectionField, secrets []PresetField, alone bool) []engine.ConnectionField {
	fields = slices.Clone(fields)
	for _, s := range secrets {
		if slices.ContainsFunc(fields, func(f engine.ConnectionField) bool { return f.ID == s.ID }) {
			continue
		}
		fields = append(fields, engine.ConnectionField{ID: s.ID, Label: s.Label, Secret: s.Type == "secret", Required: s.Required && alone})
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

// PresetView is a preset with all that its form needs.
type PresetView struct {
	ID          string                `json:"id"`
	Name        form.Words            `json:"name"`
	Mark        *engine.Mark          `json:"mark"`
	Docs        string                `json:"docs"`
	Setup       form.Words            `json:"setup"`
	Connector   string                `json:"connector"`
	Connections []string              `json:"connections"`
	Methods     []string              `json:"methods"`
	Secrets     []PresetField         `json:"secrets"`
	Verified    bool                  `json:"verified"`        // false: only the secret URL protects it
	Optional    bool                  `json:"verify_optional"` // a flow without a connection is protected by its URL alone
	Split       bool                  `json:"split"`
	Hydrate     string                `json:"hydrate"` // kind of the action that completes events
	Event       string                `json:"event"`
	Key         string                `json:"key"`
	KeyForMs    int64                 `json:"key_for_ms"`
	DeadlineMs  int64                 `json:"deadline_ms"`
	Describe    map[string]form.Words `json:"describe,omitempty"`
	Events      []PresetEvent         `json:"events"`
}

// mark is the provider's: by its name, with the drawing of its file where there is one.
func (p *Preset) mark() *engine.Mark {
	m := engine.MarkOf(p.file.ID, p.file.Name.EN)
	if i := p.file.Icon; i != nil {
		m.Path, m.Color = i.Path, i.Color
	}
	return m
}

// View describes a preset for the catalogue.
func (p *Preset) View() PresetView {
	f := &p.file
	v := PresetView{
		ID: f.ID, Name: f.Name, Mark: p.mark(), Docs: f.Docs, Setup: f.Setup, Connector: f.Connector, Connections: p.connections(), Methods: f.Methods,
		Secrets: f.Secrets, Verified: len(f.Verify) > 0, Optional: f.Optional, Split: f.Split != "", Hydrate: p.HydrateAction(), Event: f.Event, Key: f.Key,
		KeyForMs: p.keyFor().Milliseconds(), DeadlineMs: time.Duration(f.Deadline).Milliseconds(), Describe: f.Describe, Events: f.Events,
	}
	if v.Secrets == nil {
		v.Secrets = []PresetField{}
	}
	return v
}
