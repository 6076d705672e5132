package actions

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// A secret that an answer repeats is not kept, however it writes it.
func TestARepeatedSecretIsHidden(t *testing.T) {
	const secret = "S3cr/t+=&<value>\\é"
	r := newRedactor(secret)
	inJSON, err := json.Marshal(secret)
	check(t, err)
	for name, text := range map[string]string{
		"plain": secret, "query": "k=S3cr%2Ft%2B%3D%26%3Cvalue%3E%5C%C3%A9", "small letters": "k=S3cr%2ft%2b%3d%26%3cvalue%3e%5c%c3%a9",
		"page": "S3cr/t+=&amp;&lt;value&gt;\\é", "JSON": string(inJSON), "JSON of PHP": strings.ReplaceAll(string(inJSON), "/", `\/`),
		"base64": base64.StdEncoding.EncodeToString([]byte(secret)), "base64 without padding": base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"hex": "53336372" + "2f742b3d263c76616c75653e5cc3a9",
	} {
		if got := r.text("before " + text + " after"); strings.Contains(got, "S3cr") || strings.Contains(got, "value") || len(got) > len("before  after")+len(mask)+6 {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := r.text("nothing of it"); got != "nothing of it" {
		t.Errorf("changed: %q", got)
	}
}

// What a provider answers to a refused credential reaches no error and no history.
func TestAnEchoedCredentialIsHidden(t *testing.T) {
	const secret = "S3cr/t&value"
	p, out := newPlay(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<p>" + strings.ReplaceAll(r.Header.Get("Authorization"), "&", "&amp;") + "</p>"))
	})
	_, err := do(t, out, newCall(connection("http_bearer", nil, map[string]string{"token": secret}, "127.0.0.1"), nil), map[string]any{"url": p.URL})
	f := faultOf(t, err)
	kept, err := json.Marshal(f.Response)
	check(t, err)
	if text := f.Message + string(kept); strings.Contains(text, "S3cr") || !strings.Contains(text, mask) {
		t.Errorf("kept %s", text)
	}
}
