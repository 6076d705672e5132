package api_test

import (
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
