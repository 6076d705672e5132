package api_test

import (
	"strings"
	"testing"
)

func TestCurl(t *testing.T) {
	h := newHouse(t)
	v := h.want(200, "POST", "/curl", `{"command": "curl 'https://a.example/x?page=2' -H 'Authorization: Bearer hush' -d '{\"n\": 42}'"}`)
	if got := mustJSON(t, v["with"]); got != `{"json":{"n":42},"method":"POST","query":{"page":"2"},"url":"https://a.example/x"}` {
		t.Errorf("with %s", got)
	}
	if got := mustJSON(t, v["connection"]); got != `{"fields":{},"hosts":["a.example"],"kind":"http_bearer"}` || len(v["problems"].([]any)) != 1 {
		t.Errorf("connection %s, problems %v", got, v["problems"])
	}
	if v = h.want(200, "POST", "/curl", `{"command": "wget x"}`); v["with"] != nil || len(v["problems"].([]any)) != 1 {
		t.Errorf("%v", v)
	}
	h.want(200, "PUT", "/connections/shop", `{"kind": "http_basic", "hosts": ["a.example"], "fields": {"username": "ana", "password": "hush"}}`)
	v = h.want(200, "POST", "/curl", `{"with": {"method": "DELETE", "url": "https://a.example/x", "query": {"id": 9007199254740993}}, "connection": "shop"}`)
	if got, want := v["command"].(string), "curl -X DELETE 'https://a.example/x?id=9007199254740993' \\\n  -u 'ana':\"$SECRET\""; got != want || strings.Contains(got, "hush") {
		t.Errorf("got %s, want %s", got, want)
	}
	h.want(422, "POST", "/curl", `{"with": {"method": "GET"}}`)
	h.want(404, "POST", "/curl", `{"with": {"url": "https://a.example"}, "connection": "none"}`)
}
