package triggers_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/triggers"
)

// What those providers send that most shops here use has a Portuguese name, by the preset or by what most call it.
func TestWhatIsSentIsNamed(t *testing.T) {
	for _, id := range strings.Fields("asaas hotmart kiwify mercadopago nuvemshop pagarme rdstation rdstation_crm shopify vtex woovi") {
		preset, _ := triggers.BuiltIn().Find(id)
		view := preset.View()
		named := func(at, name string) {
			if label := view.Describe[at].PT; label == "" && expression.Called(name, "pt-BR") == expression.Called(name, "en") && !slices.Contains([]string{"data", "id", "sku", "status", "subtotal"}, name) {
				t.Errorf("%s: %s has no Portuguese name", id, at)
			}
		}
		for _, e := range view.Events {
			var body any
			if err := json.Unmarshal(e.Body, &body); err != nil {
				t.Fatal(err)
			}
			eachMember(body, "/body", named)
			eachMember(e.Resource, "/resource", named)
		}
	}
}

func eachMember(value any, at string, visit func(at, name string)) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			visit(at+"/"+name, name)
			eachMember(member, at+"/"+name, visit)
		}
	case []any:
		for _, element := range v {
			eachMember(element, at+"/*", visit)
		}
	}
}

// A title says what happened to what, whose it is and how much, once all of it is known.
func TestTitlesTellWhatPeopleAskFor(t *testing.T) {
	webhook := triggers.Catalogue()[slices.IndexFunc(triggers.Catalogue(), func(x engine.Trigger) bool { return x.Kind == "webhook" })]
	for preset, want := range map[string][]string{
		"asaas": {
			"Um pagamento foi recebido · pedido-1001 · R$ 199,90", "Um pagamento com cartão foi confirmado · pedido-1001 · R$ 199,90",
			"Uma cobrança venceu sem pagamento · pedido-1001 · R$ 199,90", "Um pagamento foi estornado · pedido-1001 · R$ 199,90",
		},
		"kiwify": {
			"Um pedido foi aprovado · abc1234 · Curso Exemplo · Cliente Exemplo · R$ 199,90", "Um Pix foi gerado · abc1235 · Curso Exemplo · Cliente Exemplo · R$ 199,90",
			"Um pedido foi reembolsado · abc1234 · Curso Exemplo · Cliente Exemplo · R$ 199,90", "Um carrinho foi abandonado · Curso Exemplo · Cliente Exemplo",
		},
		"mercadopago": {"Pagamento pedido-1001 · aprovado · R$ 199,90 · Cliente Exemplo", "Pagamento pedido-1001 · pendente · R$ 199,90 · Cliente Exemplo"},
		"nuvemshop": {
			"Um pedido foi pago · 1001 · Cliente Exemplo · R$ 199,90", "Um pedido foi criado · 1002 · Cliente Exemplo · R$ 199,90",
			"Um pedido foi enviado · 1001 · Cliente Exemplo · R$ 199,90", "Um pedido foi cancelado · 1001 · Cliente Exemplo · R$ 199,90",
		},
		"pagarme": {
			"Um pedido foi pago · 1001 · Cliente Exemplo · R$ 199,90", "O pagamento de um pedido falhou · 1002 · Cliente Exemplo · R$ 199,90",
			"Um pedido foi cancelado · 1001 · Cliente Exemplo · R$ 199,90", "Uma cobrança foi estornada · 1001 · Cliente Exemplo · R$ 199,90",
		},
		"rdstation":     {"Um contato converteu · compra-aprovada · Cliente Exemplo · cliente@example.com", "Um contato foi marcado como oportunidade · Cliente Exemplo · cliente@example.com"},
		"rdstation_crm": {"Negociação Exemplo · Sem contato · R$ 1.500,00 · Vendedor Exemplo", "Negociação Exemplo · ganha · R$ 1.500,00 · Vendedor Exemplo"},
		"vtex": {
			"Pedido 1000000000001-01 · pronto para manuseio · Cliente Exemplo · R$ 199,90", "Pedido 1000000000001-01 · pagamento aprovado · Cliente Exemplo · R$ 199,90",
			"Pedido 1000000000001-01 · faturado · Cliente Exemplo · R$ 199,90", "Pedido 1000000000001-01 · cancelado · Cliente Exemplo · R$ 199,90",
		},
		"woovi": {
			"Uma cobrança foi paga · pedido-1001 · Cliente Exemplo · R$ 199,90", "Uma cobrança foi criada · pedido-1001 · Cliente Exemplo · R$ 199,90",
			"Uma cobrança expirou · pedido-1002 · Cliente Exemplo · R$ 199,90", "Um Pix foi recebido · Cliente Exemplo · R$ 50,00",
		},
	} {
		p, _ := triggers.BuiltIn().Find(preset)
		f := &flow.Flow{Trigger: flow.Trigger{Kind: "webhook", With: map[string]any{"preset": preset}}}
		var got []string
		for _, e := range webhook.Samples(f).Events {
			if h := webhook.Hydrate(f); h != nil {
				query := map[string]any{}
				for name, value := range e.Event.Query {
					query[name] = value
				}
				trigger := map[string]any{"body": e.Event.Body, "headers": map[string]any{}, "query": query, "event": e.Name, "resource": e.Resource}
				got = append(got, h.Title(t.Context(), &expression.Scope{Values: map[string]any{"trigger": trigger}}, "pt-BR"))
				continue
			}
			secrets := presetSecrets(p)
			h := presetHouse(t, preset, secrets, func(_ *flow.Trigger, c *triggers.WebhookConfig) { c.Lang = func() string { return "pt-BR" } })
			wantStatus(t, h.deliver(sampleOf(t, p, triggers.SampleConfig{Event: e.ID}, secrets, h)), 200)
			got = append(got, h.events[0].Title)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: titles are\n%s", preset, strings.Join(got, "\n"))
		}
	}
}

func hmacOf(hash, key, message string) []byte {
	m := hmac.New(sha256.New, []byte(key))
	if hash == "sha1" {
		m = hmac.New(sha1.New, []byte(key))
	}
	m.Write([]byte(message))
	return m.Sum(nil)
}

func hmacHex(hash, key, message string) string { return hex.EncodeToString(hmacOf(hash, key, message)) }

func hmacBase64(hash, key, message string) string {
	return base64.StdEncoding.EncodeToString(hmacOf(hash, key, message))
}

// ownPreset is a file of an operator, with more members.
func ownPreset(id, more string) string {
	return `{
  "format": "gancho.preset/1", "id": "` + id + `", "name": {"en": "Own", "pt-BR": "Próprio"}, ` + more + `
  "events": [{"id": "a", "label": {"en": "A", "pt-BR": "A"}, "body": {"id": 1}}]
}`
}

func writeOwn(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func loadOwn(t *testing.T, files map[string]string) *triggers.Presets {
	t.Helper()
	dir := t.TempDir()
	writeOwn(t, dir, files)
	presets, err := triggers.LoadPresets(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range presets.Problems() {
		t.Fatalf("%s:%d:%d: %s: %s", p.File, p.Line, p.Col, p.Path, p.Message.EN)
	}
	return presets
}

func TestOwnPresetFaults(t *testing.T) {
	cases := []struct{ name, text, path, code string }{
		{"broken", `{"format": `, "", "syntax"},
		{"format", `{"format": "gancho.preset/2"}`, "/format", "bad_format"},
		{"unknown member", ownPreset("x_a", `"verfy": [],`), "/verfy", "unknown_member"},
		{"twice", ownPreset("x_a", `"id": "x_b",`), "/id", "duplicate_member"},
		{"type", ownPreset("x_a", `"key": 1,`), "/key", "wrong_type"},
		{"language", strings.Replace(ownPreset("x_a", ""), `"pt-BR": "Próprio"`, `"pt-BR": ""`, 1), "/name/pt-BR", "required"},
		{"built-in id", ownPreset("stripe", ""), "/id", "bad_id"},
		{"expression", ownPreset("x_a", `"key": "trigger.",`), "/key", "syntax"},
		{"function", ownPreset("x_a", `"key": "nothing(1)",`), "/key", "unknown_name"},
		{"secret", ownPreset("x_a", `"verify": [{"kind": "token", "from": {"header": "x"}, "secret": "s"}],`), "/verify/0/secret", "unknown_field"},
		{"verifier", ownPreset("x_a", `"verify": [{"kind": "magic"}],`), "/verify/0/kind", "not_an_option"},
		{"page", ownPreset("x_a", `"handshake": [{"reply": {"type": "text/html", "text": "x"}}],`), "/handshake/0/reply/type", "bad_type"},
		{"article", ownPreset("x_a", `"article": "la",`), "/article", "not_an_option"},
		{"hydrate", ownPreset("x_a", `"hydrate": {"action": "get", "input": {}},`), "/connector", "required"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			writeOwn(t, dir, map[string]string{"a.json": c.text})
			presets, err := triggers.LoadPresets(dir)
			if err != nil {
				t.Fatal(err)
			}
			problems := presets.Problems()
			if len(problems) == 0 || problems[0].Path != c.path || problems[0].Code != c.code || problems[0].Line < 1 || problems[0].File != "a.json" {
				t.Errorf("got %+v", problems)
			}
			if _, ok := presets.Find("x_a"); ok {
				t.Error("it is in force all the same")
			}
		})
	}
}

func TestFaultyFileLeavesTheLastGoodOne(t *testing.T) {
	dir := t.TempDir()
	writeOwn(t, dir, map[string]string{"a.json": ownPreset("x_a", `"key": "'1'",`)})
	presets, err := triggers.LoadPresets(dir)
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, map[string]any{"preset": "x_a"}, func(f *flow.Trigger, c *triggers.WebhookConfig) { c.Presets, f.Connection = presets, "" })
	change := func(text string, wantProblems int, wantKey string) {
		t.Helper()
		writeOwn(t, dir, map[string]string{"a.json": text})
		if changed, err := presets.Reload(); err != nil || !changed {
			t.Fatalf("changed %v, %v", changed, err)
		}
		if n := len(presets.Problems()); n != wantProblems {
			t.Fatalf("there are %d problems", n)
		}
		wantStatus(t, h.post(`{}`), 200)
		if got := h.events[len(h.events)-1].Key; got != wantKey {
			t.Errorf("the key is %q, want %q", got, wantKey)
		}
	}
	change(ownPreset("x_a", `"key": "(1",`), 1, "1")
	change(ownPreset("x_a", `"key": "'two'",`), 0, "two")
	writeOwn(t, dir, map[string]string{"b.json": `{"format": `}) // another that is faulty keeps nothing that was removed
	if err := os.Remove(filepath.Join(dir, "a.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := presets.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, ok := presets.Find("x_a"); ok {
		t.Error("a removed preset is still there")
	}
	wantStatus(t, h.post(`{}`), 401)
}

func TestConnectionKinds(t *testing.T) {
	kinds := triggers.BuiltIn().ConnectionKinds([]connections.Kind{{Kind: "generic:webhook"}, {Kind: "vtex:keys", Fields: []connections.Field{{ID: "app_key"}}}})
	byKind := map[string]connections.Kind{}
	for _, k := range kinds {
		if _, twice := byKind[k.Kind]; twice {
			t.Errorf("%s is there twice", k.Kind)
		}
		byKind[k.Kind] = k
	}
	if f := byKind["vtex:keys"].Fields; len(f) != 2 || f[1].ID != "webhook_token" || f[1].Required || !f[1].Secret {
		t.Errorf("vtex:keys has %+v", f)
	}
	if f := byKind["vtex:webhook"].Fields; len(f) != 1 || f[0].ID != "webhook_token" || !f[0].Required {
		t.Errorf("vtex:webhook has %+v", f)
	}
	if f := byKind["stripe:webhook"].Fields; len(f) != 1 || f[0].ID != "signing_secret" || !f[0].Required {
		t.Errorf("stripe:webhook has %+v", f)
	}
}

func TestCheckOfPresets(t *testing.T) {
	check := func(with map[string]any, connection, kind string, set bool) []form.Problem {
		for _, trigger := range triggers.Catalogue() {
			if trigger.Kind == "webhook" {
				known := flow.Known{Connection: func(string) (string, bool) { return kind, kind != "" }, Holds: func(string, string) bool { return set }}
				return trigger.Check(&flow.Flow{ID: "f", Trigger: flow.Trigger{Kind: "webhook", With: with, Connection: connection}}, known)
			}
		}
		return nil
	}
	cases := []struct {
		name             string
		with             map[string]any
		connection, kind string
		set              bool
		code, path       string
	}{
		{"good", map[string]any{"preset": "stripe"}, "c", "stripe:webhook", true, "", ""},
		{"of a connector", map[string]any{"preset": "mercadopago"}, "c", "mercadopago:token", true, "", ""},
		{"only proves", map[string]any{"preset": "mercadopago"}, "c", "mercadopago:webhook", true, "only_proves", "/trigger/connection"},
		{"unsigned provider", map[string]any{"preset": "rdstation_crm"}, "", "", false, "", ""},
		{"optional", map[string]any{"preset": "rdstation"}, "", "", false, "", ""},
		{"optional, but wanted", map[string]any{"preset": "rdstation"}, "c", "rdstation:webhook", false, "no_secret", "/trigger/connection"},
		{"no connection", map[string]any{"preset": "stripe"}, "", "", false, "required", "/trigger/connection"},
		{"observed", map[string]any{"preset": "stripe", "verify": "observe"}, "", "", false, "", ""},
		{"no secret", map[string]any{"preset": "stripe"}, "c", "stripe:webhook", false, "no_secret", "/trigger/connection"},
		{"no secret, own auth", map[string]any{"auth": map[string]any{"kind": "token", "from": map[string]any{"header": "x"}, "secret": "secret"}}, "c", "generic:webhook", false, "no_secret", "/trigger/connection"},
		{"another kind, which is found with those of all connections", map[string]any{"preset": "stripe"}, "c", "github:webhook", true, "", ""},
		{"unknown", map[string]any{"preset": "strip"}, "", "", false, "unknown_preset", "/trigger/with/preset"},
		{"both", map[string]any{"preset": "stripe", "auth": map[string]any{"kind": "none"}}, "c", "stripe:webhook", true, "preset_verifies", "/trigger/with/auth"},
		{"generic with auth", map[string]any{"preset": "generic", "auth": map[string]any{"kind": "basic"}}, "c", "generic:webhook", true, "", ""},
		{"late answer", map[string]any{"preset": "slack", "respond": map[string]any{"when": "finished"}}, "c", "slack:webhook", true, "too_late", "/trigger/with/respond/timeout"},
		{"window alone", map[string]any{"preset": "stripe", "dedupe": map[string]any{"for": "24h"}}, "c", "stripe:webhook", true, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			problems := check(c.with, c.connection, c.kind, c.set)
			if c.code == "" && len(problems) > 0 || c.code != "" && (len(problems) != 1 || problems[0].Code != c.code || problems[0].Path != c.path) {
				t.Errorf("got %+v", problems)
			}
		})
	}
}

func TestFollowEnds(t *testing.T) {
	presets := loadOwn(t, nil)
	done := make(chan struct{})
	ctx, cancel := contextOf(t)
	go func() { defer close(done); presets.Follow(ctx, time.Millisecond) }()
	cancel()
	<-done
}

// Every sample of a preset is known before any event came, also one that the preset does not split.
func TestSamplesAreKnown(t *testing.T) {
	webhook := triggers.Catalogue()[slices.IndexFunc(triggers.Catalogue(), func(x engine.Trigger) bool { return x.Kind == "webhook" })]
	for _, p := range triggers.BuiltIn().All() {
		known := webhook.Samples(&flow.Flow{Trigger: flow.Trigger{Kind: "webhook", With: map[string]any{"preset": p.ID()}}}).Events
		for _, e := range p.Events() {
			if !slices.ContainsFunc(known, func(k engine.SampleEvent) bool { return k.Label == e.Label && k.Event.Body != nil }) {
				t.Errorf("%s: the sample %s is not known", p.ID(), e.ID)
			}
		}
	}
}

// TestSetupsNameFieldsAsTheyAreCalled: what stands between quotes is a field of the trigger, or one of its choices.
func TestSetupsNameFieldsAsTheyAreCalled(t *testing.T) {
	webhook := triggers.Catalogue()[slices.IndexFunc(triggers.Catalogue(), func(x engine.Trigger) bool { return x.Kind == "webhook" })]
	called := map[bool][]string{}
	for _, f := range webhook.Fields().Describe() {
		called[false], called[true] = append(called[false], f.Label.EN), append(called[true], f.Label.PT)
		for _, o := range f.Options {
			called[false], called[true] = append(called[false], o.Label.EN), append(called[true], o.Label.PT)
		}
	}
	quoted := regexp.MustCompile(`“([^”]*)”`)
	for _, p := range triggers.BuiltIn().All() {
		setup := p.View().Setup
		for pt, text := range map[bool]string{false: setup.EN, true: setup.PT} {
			for _, found := range quoted.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(called[pt], found[1]) {
					t.Errorf("%s: nothing is called “%s”", p.ID(), found[1])
				}
			}
		}
	}
}

// A key is kept at least as long as its sender may repeat a delivery, the last time included.
func TestKeysAreKeptAsLongAsSendersRepeat(t *testing.T) {
	for id, repeats := range map[string]time.Duration{
		"standard_webhooks": 75*time.Hour + 36*time.Minute, "svix": 75*time.Hour + 36*time.Minute, "stripe": 73 * time.Hour, "hubspot": 73 * time.Hour, "asaas": 14 * 24 * time.Hour, "whatsapp": 7 * 24 * time.Hour,
	} {
		p, ok := triggers.BuiltIn().Find(id)
		if !ok {
			t.Fatalf("there is no preset %s", id)
		}
		if kept := time.Duration(p.View().KeyForMs) * time.Millisecond; kept < repeats {
			t.Errorf("%s keeps keys for %s, and its sender repeats for %s", id, kept, repeats)
		}
	}
}
