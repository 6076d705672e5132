package actions

import (
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
)

// ownConnector reads a connector with one action, do, whose request is given.
func ownConnector(t *testing.T, request, more string) *Connector {
	t.Helper()
	return ownWithFields(t, `{"id": "b", "type": "text", "label": {"en": "B", "pt-BR": "B"}}`, request, more)
}

func ownWithFields(t *testing.T, fields, request, more string) *Connector {
	t.Helper()
	c, problems := ParseConnector([]byte(`{"format": "gancho.connector/1", "id": "x_c", "name": {"en": "C", "pt-BR": "C"}, "base": "https://api.example.com", "auth": {"none": {"kind": "none"}},
		"actions": {"do": {"name": {"en": "Do", "pt-BR": "Fazer"}, "repeatable": true, "sample": {}, "fields": [`+fields+`], "request": `+request+more+`}}}`), true)
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	return c
}

// doOnce has the action do its request.
func doOnce(t *testing.T, c *Connector, input map[string]any) (gotRequest, error) {
	t.Helper()
	s := newStandIn(t)
	k := connectorCase{Action: "do", Auth: "none", Input: input, Answers: []cannedAnswer{{Status: 200, JSON: map[string]any{}}}}
	r := k.run(t, c, s)
	if r.fault != nil {
		return gotRequest{}, r.fault
	}
	return s.got[0], nil
}

// What a file holds is an expression; a file of nothing is left out.
func TestFilesOfAConnector(t *testing.T) {
	for _, file := range []string{`"input.b"`, `{"=": "input.b"}`} {
		c := ownConnector(t, `{"method": "POST", "path": "/up", "multipart": {"f": {"file": `+file+`, "name": "x.txt", "type": "text/plain"}, "kind": "note"}}`, "")
		for b, want := range map[string]string{"hello": "f x.txt text/plain hello; kind note", "": "kind note"} {
			got, err := doOnce(t, c, map[string]any{"b": b})
			check(t, err)
			if parts := partsOf(t, got); parts != want {
				t.Errorf("%s, %q: %s, want %s", file, b, parts, want)
			}
		}
	}
	for _, file := range []string{`{"file": "what is this"}`, `{"name": "x.txt"}`} {
		_, problems := ParseConnector([]byte(`{"format": "gancho.connector/1", "id": "x_c", "name": {"en": "C", "pt-BR": "C"}, "base": "https://api.example.com",
			"actions": {"do": {"name": {"en": "Do", "pt-BR": "Fazer"}, "repeatable": true, "sample": {}, "request": {"method": "POST", "path": "/", "multipart": {"f": `+file+`}}}}}`), true)
		if len(problems) != 1 || problems[0].Path != "/actions/do/request/multipart/f/file" {
			t.Errorf("%s: %+v", file, problems)
		}
	}
}

// What is no option, and no day, is refused when a flow is saved, and again before anything is sent.
func TestWhatAFieldDoesNotTake(t *testing.T) {
	c := ownWithFields(t, `{"id": "ms", "type": "multiselect", "label": {"en": "M", "pt-BR": "M"}, "options": [{"value": "a", "label": {"en": "A", "pt-BR": "A"}}, {"value": "1", "label": {"en": "1", "pt-BR": "1"}}]},
		{"id": "one", "type": "select", "label": {"en": "O", "pt-BR": "O"}, "options": [{"value": "a", "label": {"en": "A", "pt-BR": "A"}}]},
		{"id": "free", "type": "multiselect", "custom": true, "label": {"en": "F", "pt-BR": "F"}, "options": [{"value": "a", "label": {"en": "A", "pt-BR": "A"}}]},
		{"id": "on", "type": "date", "label": {"en": "On", "pt-BR": "Em"}}`, `{"method": "POST", "path": "/", "json": {"=": "input"}}`, "")
	for _, k := range []struct {
		field string
		value any
		code  string
	}{
		{"ms", []any{"a", 1}, ""},
		{"ms", "a", ""},
		{"ms", []any{"a", "q"}, "not_an_option"},
		{"ms", "q", "not_an_option"},
		{"one", 7, "not_an_option"},
		{"free", []any{"a", "q"}, ""},
		{"on", "2028-02-29", ""},
		{"on", "2026-02-28T10:00:00-03:00", ""},
		{"on", "31/01/2026", ""},
		{"on", "2026-02-29", "wrong_type"},
		{"on", "2026-13-01T10:00:00Z", "wrong_type"},
	} {
		with := map[string]any{k.field: k.value}
		problems := c.engineAction(nil, "do").New().Fields().Check(with)
		if refused := k.code != ""; refused != (len(problems) == 1) || refused && (problems[0].Code != k.code || problems[0].Path != "/"+k.field) {
			t.Errorf("%v: %+v, want %q", with, problems, k.code)
		}
		if _, err := doOnce(t, c, with); (err != nil) != (k.code != "") {
			t.Errorf("%v: %v", with, err)
		}
	}
}

// An idempotency key in the body finds its place, or makes it.
func TestAKeyInTheBody(t *testing.T) {
	for _, k := range []struct{ json, pointer, want string }{
		{`{"a": 1}`, "/key", `{"a":1,"key":"run-step"}`},
		{`{"a": 1}`, "/meta/of~1it/key", `{"a":1,"meta":{"of/it":{"key":"run-step"}}}`},
		{`{"meta": {"a": 1}}`, "/meta/key", `{"meta":{"a":1,"key":"run-step"}}`},
		{`{"meta": {"=": "input.b"}}`, "/meta/key", `{"meta":{"key":"run-step"}}`},
		{`{"list": [{}]}`, "/list/0/key", `{"list":[{"key":"run-step"}]}`},
	} {
		got, err := doOnce(t, ownConnector(t, `{"method": "POST", "path": "/", "json": `+k.json+`}`, `, "idempotency": {"body": "`+k.pointer+`"}`), nil)
		if err != nil || strings.TrimSpace(string(got.body)) != k.want {
			t.Errorf("%s in %s: %s, %v; want %s", k.pointer, k.json, got.body, err, k.want)
		}
	}
	_, err := doOnce(t, ownConnector(t, `{"method": "POST", "path": "/", "json": {"a": 1}}`, `, "idempotency": {"body": "/a/key"}`), nil)
	if f := faultOf(t, err); f.Code != "bad_request" || !f.Permanent {
		t.Errorf("%+v", f)
	}
}

func partsOf(t *testing.T, r gotRequest) string {
	t.Helper()
	_, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	check(t, err)
	var all []string
	for m := multipart.NewReader(strings.NewReader(string(r.body)), params["boundary"]); ; {
		part, err := m.NextPart()
		if err == io.EOF {
			return strings.Join(all, "; ")
		}
		check(t, err)
		content, err := io.ReadAll(part)
		check(t, err)
		words := strings.Fields(part.FormName() + " " + part.FileName() + " " + part.Header.Get("Content-Type") + " " + string(content))
		all = append(all, strings.Join(words, " "))
	}
}
