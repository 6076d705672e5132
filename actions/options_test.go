package actions

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
)

// TestOptionsAreKeptForAWhile: a list is read from the provider once for a while, for each
// connection and each answer that it depends on; a failure is not kept.
func TestOptionsAreKeptForAWhile(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		down := false
		w.site("api.airtable.com", func(r *http.Request, _ string) (int, string) {
			if down {
				return 503, `{}`
			}
			if r.URL.Path == "/v0/meta/bases" {
				return 200, `{"bases": [{"id": "app1", "name": "Loja"}]}`
			}
			return 200, `{"tables": [{"id": "tbl1", "name": "Contatos"}, {"id": "tbl2", "name": "Pedidos"}]}`
		})
		r := w.open(dir)
		defer r.leave()
		r.connect("one", "airtable:token", map[string]any{"token": "pat1"})
		r.connect("two", "airtable:token", map[string]any{"token": "pat2"})
		action, ok := r.Catalogue.Find("airtable.upsert")
		if !ok {
			t.Fatal("there is no airtable.upsert")
		}
		ask := func(connection, field string, input map[string]any) (int, error) {
			c, err := r.Connections.Resolve(connection)
			check(t, err)
			list, err := action.Options(t.Context(), engine.OptionsAsk{Field: field, Connection: c, Input: input, Lang: "en"})
			return len(list), err
		}
		wants := func(what string, options, requests int, connection, field string, input map[string]any) {
			t.Helper()
			n, err := ask(connection, field, input)
			if got := len(w.requests()); err != nil || n != options || got != requests {
				t.Errorf("%s: %d options, %d requests, %v; want %d and %d", what, n, got, err, options, requests)
			}
		}
		wants("first", 1, 1, "one", "base", nil)
		wants("again", 1, 0, "one", "base", nil)
		wants("another connection", 1, 1, "two", "base", nil)
		wants("what depends on it", 2, 1, "one", "table", map[string]any{"base": "app1"})
		wants("another base", 2, 1, "one", "table", map[string]any{"base": "app2"})
		if _, err := ask("one", "table", map[string]any{"base": "{{ trigger.body.base }}"}); err == nil || err.Error() != "fill in Base first" {
			t.Errorf("a base that is not known yet: %v", err)
		}
		time.Sleep(optionsFor + time.Second)
		down = true
		if _, err := ask("one", "base", nil); err == nil {
			t.Error("a provider that is down has options")
		}
		down = false
		w.requests()
		wants("when it is back", 1, 1, "one", "base", nil)
	})
}
