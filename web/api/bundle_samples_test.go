package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestSamplesOfABundle: a bundle takes events along where that is asked, and the server that it is imported into knows
// them: nothing runs, and what is masked stays hidden.
func TestSamplesOfABundle(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "o", "trigger": {"kind": "webhook"}, "steps": [], "settings": {"mask": ["/cpf"]}}`)
	h.want(200, "POST", "/flows/o/publish", "")
	for _, body := range []string{`{"n": 1, "cpf": "52998224725"}`, `{"n": 9007199254740993}`} {
		if status := h.deliver("o", body); status != 200 {
			t.Fatalf("%d for %s", status, body)
		}
	}
	if plain := h.want(200, "GET", "/export?flow=o", ""); plain["samples"] != nil {
		t.Errorf("samples that nobody asked for: %v", plain["samples"])
	}
	res, _ := h.ask("GET", "/api/v1/export?flow=o&samples", root, "")
	if res.StatusCode != 200 {
		t.Fatalf("export with samples: %d", res.StatusCode)
	}
	bundle := h.want(200, "GET", "/export?flow=o&samples=true", "")
	if text := mustJSON(t, bundle["samples"]); strings.Count(text, `"n"`) != 2 || strings.Contains(text, "52998224725") {
		t.Errorf("the samples are %s", text)
	}

	other := newHouse(t)
	file := `{"gancho": 1, "flows": [{"id": "o", "trigger": {"kind": "webhook"}, "steps": []}], "samples": {"o": [{"body": {"n": 9007199254740993}, "headers": {"X-Shop": "sul"}}, {"body": {"n": 1}}]}}`
	other.want(200, "POST", "/import?dry_run", file)
	other.want(200, "POST", "/import?publish", file)
	other.want(200, "POST", "/import?publish&on_conflict=replace", file) // it is as it was: no second time
	res, answer := other.ask("GET", "/api/v1/flows/o/samples", root, "")
	items, _ := answer["items"].([]any)
	if res.StatusCode != 200 || len(items) != 2 {
		t.Fatalf("%d: %v", res.StatusCode, answer)
	}
	newest, _ := items[0].(map[string]any)
	if trigger, _ := newest["trigger"].(map[string]any); newest["status"] != "captured" || !strings.Contains(mustJSON(t, trigger["headers"]), `"x-shop":"sul"`) {
		t.Errorf("the first of the file: %v", newest)
	}
	if runs := other.want(200, "GET", "/runs?flow=o", "")["items"].([]any); len(runs) != 0 {
		t.Errorf("runs of samples: %v", runs)
	}
	bad := other.want(422, "POST", "/import", `{"gancho": 1, "flows": [], "samples": {"gone": []}}`)
	if text := mustJSON(t, bad["problems"]); !strings.Contains(text, "/samples/gone") {
		t.Errorf("samples of no flow: %s", text)
	}
}

// TestSamplesOfABundleAreCounted: too many are refused before anything is written, and what could not be kept
// is told of flows that are there.
func TestSamplesOfABundleAreCounted(t *testing.T) {
	h := newHouse(t)
	file := func(flows, samples int) string {
		b := map[string]any{"gancho": 1}
		var list []any
		all := map[string]any{}
		for i := range flows {
			id := fmt.Sprintf("f%d", i)
			list = append(list, map[string]any{"id": id, "trigger": map[string]any{"kind": "webhook"}, "steps": []any{}})
			all[id] = slices.Repeat([]any{map[string]any{"body": map[string]any{"n": 1}}}, samples)
		}
		b["flows"], b["samples"] = list, all
		return mustJSON(t, b)
	}
	for path, bad := range map[string]string{"/samples/f0": file(1, 21), "/samples": file(251, 20)} {
		for _, query := range []string{"", "?dry_run"} {
			answer := h.want(422, "POST", "/import"+query, bad)
			if text := mustJSON(t, answer["problems"]); !strings.Contains(text, `"path":"`+path+`"`) || !strings.Contains(text, "too_many") {
				t.Errorf("%s: %.400s", path, text)
			}
		}
	}
	if flows := h.want(200, "GET", "/flows", "")["items"].([]any); len(flows) > 0 {
		t.Errorf("%d flows were taken in", len(flows))
	}

	h.door.opens.Store(3)
	answer := h.want(200, "POST", "/import", file(2, 2))
	var told []string
	for _, one := range answer["flows"].([]any) {
		v, _ := one.(map[string]any)
		told = append(told, fmt.Sprint(v["id"], v["action"], v["samples"], strings.Count(mustJSON(t, v["problems"]), "samples_left")))
	}
	if want := []string{"f0created2 0", "f1created1 1"}; !slices.Equal(told, want) {
		t.Errorf("got %q, want %q", told, want)
	}
	for id, kept := range map[string]int{"f0": 2, "f1": 1} {
		if items := h.want(200, "GET", "/flows/"+id+"/samples", "")["items"].([]any); len(items) != kept {
			t.Errorf("%d samples of %s, want %d", len(items), id, kept)
		}
	}
}

// TestAnExportIsReadByPeople as the command line writes it: indented, and ended by a line end.
func TestAnExportIsReadByPeople(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "o", "name": "a < b", "trigger": {"kind": "webhook"}, "steps": []}`)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/export", nil)
	r.Header.Set("Authorization", "Bearer "+root)
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	got := w.Body.String()
	var want bytes.Buffer
	check(t, json.Indent(&want, []byte(got), "", "  "))
	if got != want.String() || !strings.HasSuffix(got, "}\n") || !strings.Contains(got, "a < b") || !strings.HasPrefix(got, "{\n  \"gancho\": 1,\n  \"flows\": [\n") || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		t.Errorf("%s: %s", w.Header().Get("Content-Type"), got)
	}
}
