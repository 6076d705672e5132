package engine

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// FuzzRecord: what is kept of a step is refused, or it is kept again as it was.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		`{"path":"a","status":"succeeded","output":{"n":9007199254740993,"f":1e300},"attempts":[{"at":"2026-01-01T00:00:00Z","ms":3,"error":{"code":"x","message":"y"}}]}`,
		`{}`, `{"path":"a","chosen":[0,1],"due":"2026-01-01T00:00:00.5+03:00"}`, `{"output":[{"a":{"b":null}}],"lines":["\u2028","<b>"]}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRecord("a", data)
		if err != nil {
			return
		}
		kept, err := r.bytes()
		if err != nil {
			return // more than a record may hold
		}
		again, err := readRecord("a", kept)
		if err != nil {
			t.Fatalf("%s was kept as %s: %v", data, kept, err)
		}
		if twice, err := again.bytes(); err != nil || string(twice) != string(kept) {
			t.Fatalf("%s was kept as %s and then as %s: %v", data, kept, twice, err)
		}
	})
}

// FuzzHideTokens: a wait token is hidden wherever it stands, and nothing else is.
func FuzzHideTokens(f *testing.F) {
	token := base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef0190a000-0000-7000-8000-123456789abceach.1.ask"))
	f.Add("https://example.com/w/", "?x=1")
	f.Add("", "")
	f.Add("id-", "_")
	f.Add(strings.Repeat("L", 100), `\/w\/`)
	f.Fuzz(func(t *testing.T, before, after string) {
		if text := before + " " + after; findTokenIn(text) == "" && hideTokens(text) != text {
			t.Errorf("%q became %q", text, hideTokens(text))
		}
		if got := hideTokens(before + token + after); strings.Contains(got, token) || !strings.Contains(got, "…") {
			t.Errorf("%q shows the token", got)
		}
	})
}

func findTokenIn(text string) string {
	start, end := findToken(text, 0)
	if start < 0 {
		return ""
	}
	return text[start:end]
}

// FuzzSought: a search by a path finds what stands there.
func FuzzSought(f *testing.F) {
	f.Add("customer.email = ana@example.com", `{"customer":{"email":"ana@example.com"}}`)
	f.Add("steps.a.b == 1,5", `[1]`)
	f.Add("a = ", `{"a":null}`)
	f.Fuzz(func(t *testing.T, text, body string) {
		s := soughtIn(text)
		if s.path == nil {
			return
		}
		var value any
		if json.Unmarshal([]byte(body), &value) == nil {
			s.in(map[string]any{"trigger": map[string]any{"body": value}, "steps": value})
		}
		if slices.Contains([]string{"steps", "trigger", "body"}, s.path[0]) || strings.TrimSpace(s.text) != s.text {
			return
		}
		there, beside := any(s.text), any(s.text+"x")
		for _, name := range slices.Backward(s.path) {
			there, beside = map[string]any{name: there}, map[string]any{name: beside}
		}
		in := func(value any) bool { return s.in(map[string]any{"trigger": map[string]any{"body": value}}) }
		if !in(there) || in(beside) {
			t.Errorf("%q: %v is found: %v, %v: %v", text, there, in(there), beside, in(beside))
		}
	})
}

// FuzzMeta: the envelope of an event is refused, or it is kept again as it was.
func FuzzMeta(f *testing.F) {
	f.Add([]byte(`{"kind":"webhook","method":"POST","headers":{"a":"b"},"query":{"x":"é"},"path":"/p","ip":"::1","type":"application/json","note":"\u0000"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readMeta(data)
		if err != nil {
			return
		}
		again, err := readMeta(m.bytes())
		if err != nil {
			t.Fatalf("%s was kept as %s: %v", data, m.bytes(), err)
		}
		if thrice, err := readMeta(again.bytes()); err != nil || !reflect.DeepEqual(again, thrice) {
			t.Fatalf("%s changes each time: %+v, %+v, %v", data, again, thrice, err)
		}
	})
}
