package triggers

import (
	"cmp"
	"encoding/json"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// presetFormat is the first member of every preset file.
const presetFormat = "gancho.preset/1"

// presetFile is a preset as it is written.
type presetFile struct {
	Format    string                `json:"format"`
	ID        string                `json:"id"`
	Name      form.Words            `json:"name"`
	Article   string                `json:"article"` // of its name in Portuguese: o, a, os or as; without it, o
	Icon      *presetIcon           `json:"icon"`
	Docs      string                `json:"docs"`
	Connector string                `json:"connector"`
	Methods   []string              `json:"methods"`
	Accepts   []string              `json:"accepts"`
	Secrets   []PresetField         `json:"secrets"`
	Verify    []map[string]any      `json:"verify"`
	Optional  bool                  `json:"verify_optional"` // a flow without a connection is protected by its URL alone
	Handshake []handshakeFile       `json:"handshake"`
	Split     string                `json:"split"`
	Ignore    string                `json:"ignore"`
	Event     string                `json:"event"`
	Title     form.Words            `json:"title"`
	Describe  map[string]form.Words `json:"describe"`
	Key       string                `json:"key"`
	KeyFor    flow.Duration         `json:"key_for"`
	Once      *onceFile             `json:"once"`
	Hydrate   *hydrateFile          `json:"hydrate"`
	Mask      []string              `json:"mask"`
	Reply     *replyFile            `json:"reply"`
	Deadline  flow.Duration         `json:"deadline"`
	Setup     form.Words            `json:"setup"`
	Events    []PresetEvent         `json:"events"`
}

// article stands before the name in Portuguese, and after the letters of de and em: da Nuvemshop, no Asaas.
func (f *presetFile) article() string { return cmp.Or(f.Article, "o") }

type presetIcon struct {
	Path  string `json:"path"`
	Color string `json:"color"`
}

// PresetField is a field of a connection that a preset's sender is proved with.
type PresetField struct {
	ID          string     `json:"id" doc:"name of its member in the connection"`
	Type        string     `json:"type" enum:"secret,text" doc:"a secret is never shown again"`
	Label       form.Words `json:"label" doc:"its name on the screen"`
	Help        form.Words `json:"help,omitzero" doc:"where it is found at the provider"`
	Required    bool       `json:"required,omitempty" doc:"must be set"`
	Pattern     string     `json:"pattern,omitempty" doc:"regular expression that its value must match"`
	Placeholder string     `json:"placeholder,omitempty" doc:"shown in the empty field"`
}

// PresetEvent is a sample of what a provider sends: the editor offers it, and it is what
// gancho send signs.
type PresetEvent struct {
	ID       string            `json:"id" doc:"names it: the sample of POST /flows/{id}/events"`
	Label    form.Words        `json:"label" doc:"what happened"`
	Query    map[string]string `json:"query,omitempty" doc:"parameters of the URL, by name"`
	Headers  map[string]string `json:"headers,omitempty" doc:"by name, without those of the signature"`
	Body     json.RawMessage   `json:"body,omitempty" doc:"JSON, as it is sent"`
	Form     string            `json:"form,omitempty" doc:"an urlencoded body, as it is sent"`
	Resource any               `json:"resource,omitempty" doc:"what the provider answers when it is asked for the whole"`
}

type handshakeFile struct {
	Method   string            `json:"method"`
	When     string            `json:"when"`
	Verified *bool             `json:"verified"`
	Token    *tokenFile        `json:"token"`
	Keep     map[string]string `json:"keep"`
	Reply    *shakeReplyFile   `json:"reply"`
}

type tokenFile struct {
	Secret string `json:"secret"`
	Value  string `json:"value"`
}

type shakeReplyFile struct {
	Status int    `json:"status"`
	Type   string `json:"type"`
	Text   any    `json:"text"`
	JSON   any    `json:"json"`
}

type replyFile struct {
	Status int    `json:"status"`
	Type   string `json:"type"`
	Text   string `json:"text"`
}

// onceFile names what several deliveries are about, such as one order: a flow may start once for each.
type onceFile struct {
	Name form.Words `json:"name"`
	ID   string     `json:"id"`
	When string     `json:"when"` // the events that are about it; without it, those that have the ID
}

type hydrateFile struct {
	Action string         `json:"action"`
	Input  map[string]any `json:"input"`
	When   string         `json:"when"`
	Key    string         `json:"key"`
	OnFail string         `json:"on_fail"`
}
