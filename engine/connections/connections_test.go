package connections_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"gancho/engine/connections"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"

	"github.com/google/go-cmp/cmp"
)

var connectionKinds = []connections.Kind{
	{Kind: "slack:bot", Hosts: []string{"slack.com"}, Fields: []connections.Field{{ID: "bot_token", Secret: true, Required: true}}},
	{Kind: "http_header", NeedsHosts: true, Fields: []connections.Field{{ID: "name", Required: true}, {ID: "value", Secret: true, Required: true}}},
	{Kind: "smtp", HostField: "host", Fields: []connections.Field{
		{ID: "host", Required: true}, {ID: "port", Default: "587"}, {ID: "security", Options: []string{"starttls", "tls", "none"}, Default: "starttls"}, {ID: "password", Secret: true},
	}},
}

// vault is a set of connections over a store in a folder.
type vault struct {
	*connections.Connections
	t     *testing.T
	db    *bolt.Store
	docs  store.Docs
	keys  store.Keys
	kinds []connections.Kind
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openVault(t *testing.T) *vault {
	t.Helper()
	db, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	v := &vault{t: t, db: db, docs: db, keys: db, kinds: connectionKinds}
	v.again()
	return v
}

// again reads everything from the store, as after a restart.
func (v *vault) again() {
	v.t.Helper()
	box, err := seal.Open(v.t.Context(), v.db, make([]byte, seal.KeySize))
	check(v.t, err)
	v.Connections, err = connections.Open(v.t.Context(), connections.Config{Docs: v.docs, Keys: v.keys, Box: box, Kinds: v.kinds})
	check(v.t, err)
}

func (v *vault) put(name, kind string, fields map[string]any, hosts ...string) connections.View {
	v.t.Helper()
	view, err := v.Put(v.t.Context(), name, kind, fields, hosts)
	check(v.t, err)
	return view
}

// secrets of a field, as an action sees them; nil when the connection cannot be used.
func (v *vault) secrets(name, field string) []string {
	v.t.Helper()
	c, err := v.Resolve(name)
	if errors.Is(err, connections.ErrNoConnection) {
		return nil
	}
	check(v.t, err)
	values, err := c.Secret(field)
	check(v.t, err)
	return values
}

// Kinds are replaced when an operator's connectors change, whatever is asked meanwhile: the race detector tells.
func TestKindsAreReplacedWhileTheyAreUsed(t *testing.T) {
	v := openVault(t)
	v.put("bot", "slack:bot", map[string]any{"bot_token": "x"})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			v.SetKinds(connectionKinds)
		}
	}()
	for range 20 {
		v.put("bot", "slack:bot", map[string]any{"bot_token": "x"})
		if _, err := v.Put(t.Context(), "bot", "slack:bat", nil, nil); err == nil {
			t.Fatal("an unknown kind was taken")
		}
		if found, err := v.Test(t.Context(), "bot"); err != nil || found.Works {
			t.Fatalf("%+v, %v", found, err)
		}
	}
	<-done
}

func TestSecretsAreWriteOnly(t *testing.T) {
	v := openVault(t)
	view := v.put("team", "slack:bot", map[string]any{"bot_token": "xoxb-canary"}, "ignored.example.com")
	want := connections.View{Name: "team", Kind: "slack:bot", State: "untested", Hosts: []string{"slack.com"}, Fields: map[string]any{"bot_token": map[string]any{"set": true}}}
	if diff := cmp.Diff(want, view); diff != "" {
		t.Error(diff)
	}
	v.again()
	got, err := v.Get("team")
	check(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if secrets := v.secrets("team", "bot_token"); !slices.Equal(secrets, []string{"xoxb-canary"}) {
		t.Errorf("an action gets %v", secrets)
	}
	docs, err := v.db.ListDocs(t.Context(), "connection", "")
	check(t, err)
	all, err := json.Marshal([]any{docs, v.List()})
	check(t, err)
	for _, d := range docs {
		all = append(all, d.Value...)
	}
	if strings.Contains(string(all), "canary") {
		t.Error("the secret lies open")
	}
}

func TestSecretsAreKeptAndRotated(t *testing.T) {
	v := openVault(t)
	v.put("bank", "http_header", map[string]any{"name": "X-Key", "value": "one"}, "api.example.com")
	v.put("bank", "http_header", map[string]any{"name": "X-Other"}, " API.example.com ")
	if got := v.secrets("bank", "value"); !slices.Equal(got, []string{"one"}) {
		t.Errorf("left out: got %v, want it kept", got)
	}
	v.put("bank", "http_header", map[string]any{"name": "X-Key", "value": map[string]any{"set": true}}, "api.example.com")
	if got := v.secrets("bank", "value"); !slices.Equal(got, []string{"one"}) {
		t.Errorf("as it was answered: got %v, want it kept", got)
	}
	v.put("bank", "http_header", map[string]any{"name": "X-Key", "value": []any{"two", "one"}}, "api.example.com")
	if got := v.secrets("bank", "value"); !slices.Equal(got, []string{"two", "one"}) {
		t.Errorf("a list: got %v", got)
	}
	v.put("bank", "http_header", map[string]any{"name": "X-Key", "value": ""}, "api.example.com")
	if got := v.secrets("bank", "value"); got != nil {
		t.Errorf("emptied: got %v", got)
	}
}

func TestOtherHostsEmptySecrets(t *testing.T) {
	v := openVault(t)
	v.put("bank", "http_header", map[string]any{"name": "X-Key", "value": "one"}, "api.example.com", "b.example.com")
	v.put("bank", "http_header", map[string]any{"name": "X-Key"}, "b.example.com", "api.example.com")
	if got := v.secrets("bank", "value"); !slices.Equal(got, []string{"one"}) {
		t.Errorf("the same hosts: got %v", got)
	}
	view := v.put("bank", "http_header", map[string]any{"name": "X-Key"}, "evil.example.net")
	if set := view.Fields["value"]; cmp.Diff(set, any(map[string]any{"set": false})) != "" {
		t.Errorf("other hosts: the secret is %v", set)
	}
	if _, err := v.Resolve("bank"); !errors.Is(err, connections.ErrNoConnection) {
		t.Errorf("without its secret: got %v, want runs to wait", err)
	}
	v.put("mail", "smtp", map[string]any{"host": "mail.example.com", "port": 465, "password": "p"})
	c, err := v.Resolve("mail")
	check(t, err)
	if diff := cmp.Diff(map[string]string{"host": "mail.example.com", "port": "465", "security": "starttls"}, c.Fields); diff != "" || !slices.Equal(c.Hosts, []string{"mail.example.com"}) {
		t.Errorf("hosts %v, fields\n%s", c.Hosts, diff)
	}
	v.put("mail", "smtp", map[string]any{"host": "evil.example.net"})
	if got := v.secrets("mail", "password"); got != nil {
		t.Errorf("another server: got %v", got)
	}
	v.put("mail", "slack:bot", map[string]any{})
	v.put("mail", "smtp", map[string]any{"host": "mail.example.com"})
	if got := v.secrets("mail", "password"); got != nil {
		t.Errorf("another kind and back: got %v", got)
	}
	v.put("mail", "smtp", map[string]any{"host": "mail.example.com:2525", "password": "p"})
	if c, err := v.Get("mail"); err != nil || c.Fields["host"] != "mail.example.com" || c.Fields["port"] != "2525" {
		t.Errorf("a port in the server's field: %v %v", c.Fields, err)
	}
}

func TestSealedValuesCannotBeMoved(t *testing.T) {
	v := openVault(t)
	v.put("bank", "http_header", map[string]any{"name": "X-Key", "value": "one"}, "api.example.com")
	v.put("mine", "http_header", map[string]any{"name": "X-Key", "value": "x"}, "evil.example.net")
	bank, err := v.db.GetDoc(t.Context(), "connection", "bank")
	check(t, err)
	mine, err := v.db.GetDoc(t.Context(), "connection", "mine")
	check(t, err)
	bank.ID, bank.Revision = "mine", mine.Revision
	_, err = v.db.PutDocs(t.Context(), []store.Doc{bank})
	check(t, err)
	v.again()
	c, err := v.Resolve("mine")
	check(t, err)
	if values, err := c.Secret("value"); err == nil {
		t.Errorf("a moved secret opens: %v", values)
	}
}

func TestConnectionProblems(t *testing.T) {
	v := openVault(t)
	for _, c := range []struct {
		name, kind string
		fields     map[string]any
		hosts      []string
		want       []string
	}{
		{"Team", "slack:bot", nil, nil, []string{"/name bad_name"}},
		{"-", "slack:bott", nil, nil, []string{"/name bad_name", "/kind unknown_kind"}},
		{
			"a_b-c", "http_header",
			map[string]any{"nme": "x", "value": []any{"a", map[string]any{}}},
			nil,
			[]string{"/fields/name required", "/fields/value wrong_type", "/fields/nme unknown_member", "/hosts required"},
		},
		{"a", "http_header", map[string]any{"name": "x"}, []string{"https://api.example.com"}, []string{"/hosts/0 bad_host"}},
		{"a", "http_header", map[string]any{"name": "x"}, []string{"*", "*.com", "*.0.0.1", "a.*.com", "*.example.com", "*.a.example.com"}, []string{"/hosts/0 bad_host", "/hosts/1 bad_host", "/hosts/2 bad_host", "/hosts/3 bad_host"}},
		{"a", "smtp", map[string]any{"host": []any{}, "security": "ssl"}, nil, []string{"/fields/host wrong_type", "/fields/security not_an_option"}},
	} {
		_, err := v.Put(t.Context(), c.name, c.kind, c.fields, c.hosts)
		r := refused(t, err, refusal.Invalid)
		if got := pathsOf(r.Problems); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: got %q, want %q", c.name, c.kind, got, c.want)
		}
	}
	if list := v.List(); len(list) != 0 {
		t.Errorf("kept all the same: %v", list)
	}
}

func pathsOf(problems []form.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Path+" "+p.Code)
	}
	return out
}

func refused(t *testing.T, err error, kind refusal.Kind) *refusal.Refusal {
	t.Helper()
	r, ok := errors.AsType[*refusal.Refusal](err)
	if !ok || r.Kind != kind || r.Message.EN == "" || r.Message.PT == "" {
		t.Fatalf("got %v, want a refusal of kind %d in both languages", err, kind)
	}
	return r
}

func TestBrokenConnectionsAreMended(t *testing.T) {
	v := openVault(t)
	var told []string
	v.Watch(func(_ context.Context, name string, _ bool) {
		_, known := v.Kind(name) // watchers may ask
		if known {
			told = append(told, name)
		}
	})
	v.put("team", "slack:bot", map[string]any{"bot_token": "t"})
	check(t, v.SetState(t.Context(), "team", connections.Broken))
	if _, err := v.Resolve("team"); !errors.Is(err, connections.ErrNoConnection) {
		t.Errorf("a broken one: got %v", err)
	}
	check(t, v.SetState(t.Context(), "team", connections.OK))
	check(t, v.SetState(t.Context(), "team", connections.OK))
	if _, err := v.Resolve("team"); err != nil || !slices.Equal(told, []string{"team", "team", "team"}) {
		t.Errorf("mended: %v, told %v", err, told)
	}
	check(t, v.Delete(t.Context(), "team"))
	refused(t, v.Delete(t.Context(), "team"), refusal.NotFound)
	_, err := v.Get("team")
	refused(t, err, refusal.NotFound)
	v.again()
	if list := v.List(); len(list) != 0 {
		t.Errorf("deleted: %v", list)
	}
}
