package api_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestOfConnectionsMadeAtOnceOneIsKept: none replaces another of the same name unasked.
func TestOfConnectionsMadeAtOnceOneIsKept(t *testing.T) {
	h := newHouse(t)
	for round := range 20 {
		codes, start := make(chan int, 8), make(chan struct{})
		var group sync.WaitGroup
		for range cap(codes) {
			group.Go(func() {
				<-start
				res, _ := h.ask("POST", "/api/v1/connections", root, fmt.Sprintf(`{"name": "crm%d", "kind": "http_bearer", "fields": {"token": "t"}, "hosts": ["api.example.com"]}`, round))
				codes <- res.StatusCode
			})
		}
		close(start)
		group.Wait()
		close(codes)
		made := 0
		for code := range codes {
			if code == http.StatusCreated {
				made++
			} else if code != http.StatusConflict {
				t.Errorf("got %d", code)
			}
		}
		if made != 1 {
			t.Fatalf("%d askers were told that theirs was made, want 1", made)
		}
	}
}

// TestAConnectionInUseIsDeletedByForceAlone: published flows name it; drafts may wait for one.
func TestAConnectionInUseIsDeletedByForceAlone(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "crm", "kind": "http_bearer", "fields": {"token": "t"}, "hosts": ["api.example.com"]}`)
	for _, id := range []string{"b", "a", "draft"} {
		h.want(201, "POST", "/flows", `{"id": "`+id+`", "name": "F", "trigger": {"kind": "manual"}, "steps": [
			{"id": "ask", "action": "http.request", "connection": "crm", "with": {"url": "https://api.example.com/"}}]}`)
	}
	for _, id := range []string{"a", "b"} {
		h.want(200, "POST", "/flows/"+id+"/publish", "")
	}
	h.want(200, "POST", "/flows/a/pause", "")
	got := h.want(409, "DELETE", "/connections/crm", "", "Accept-Language", "pt-BR")
	if mustJSON(t, got["used_by"]) != `["a","b"]` || got["code"] != "in_use" || !strings.Contains(fmt.Sprint(got["detail"]), "usam esta conexão: a, b;") {
		t.Errorf("%v", got)
	}
	h.want(409, "DELETE", "/connections/crm?force=false", "")
	h.want(200, "GET", "/connections/crm", "")
	h.want(204, "DELETE", "/connections/crm?force=true", "")
	h.want(404, "GET", "/connections/crm", "")
	h.want(404, "DELETE", "/connections/crm", "") // gone, though flows still name it
}

// TestTheSenderOfAMailServerIsAnAddress: else every e-mail would fail, long after the connection was called good.
func TestTheSenderOfAMailServerIsAnAddress(t *testing.T) {
	h := newHouse(t)
	mail := func(from string) string {
		return mustJSON(t, map[string]any{"name": "mail", "kind": "smtp", "fields": map[string]any{"host": "mail.example.com", "from": from}})
	}
	p := h.want(422, "POST", "/connections", mail("loja"), "Accept-Language", "pt-BR")["problems"].([]any)[0].(map[string]any)
	if p["path"] != "/fields/from" || !strings.HasPrefix(p["message"].(string), `"loja" não é um endereço`) {
		t.Errorf("%v", p)
	}
	h.want(201, "POST", "/connections", mail("Loja <loja@example.com>"))
	h.want(200, "PUT", "/connections/mail", mail(""))
}

// TestValuesOfConnectionsLookAsTheirFieldsSay: what no provider takes is refused when it is saved, not by each run.
func TestValuesOfConnectionsLookAsTheirFieldsSay(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ kind, good, field, bad, code string }{
		{"slack:bot", `"bot_token": "xoxb-1"`, "bot_token", `"nope"`, "pattern"},
		{"slack:bot", `"bot_token": ["xoxb-1", "xoxb-2"]`, "bot_token", `["xoxb-1", "nope"]`, "pattern"},
		{"slack:bot", `"bot_token": "xoxe.xoxb-1"`, "bot_token", `"xoxe"`, "pattern"},
		{"stripe:webhook", `"signing_secret": "whsec_1"`, "signing_secret", `"nope"`, "pattern"},
		{"whatsapp:token", `"access_token": "t", "phone_number_id": " 5511 "`, "phone_number_id", `"+55 11"`, "pattern"},
		{"vtex:key", `"app_key": "k", "app_token": "t", "account": "loja"`, "account", `"a/b"`, "pattern"},
		{"salesforce:client", `"client_id": "c", "client_secret": "s", "domain": "https://loja.my.salesforce.com"`, "domain", `"loja.my.salesforce.com"`, "wrong_type"},
		{"smtp", `"host": "h", "port": 587`, "port", `0`, "too_small"},
		{"smtp", `"host": "h", "port": "65535"`, "port", `"65536"`, "too_big"},
		{"http_header", `"name": "X-Key", "value": "v"`, "name", `"X Key"`, "bad_value"},
		{"http_header", `"name": " X-Key ", "value": "v"`, "name", `"Host"`, "bad_value"},
		{"hmac", `"secret": "s", "scheme": "header", "header": "X-Sig "`, "header", `"X Sig"`, "bad_value"},
		{"oauth2", `"client_id": "c", "client_secret": "s", "token_url": "https://a.co/t"`, "token_url", `"ftp://a.co/t"`, "wrong_type"},
	} {
		connection := func(value string) string {
			return `{"name": "c", "kind": "` + c.kind + `", "hosts": ["a.co:443"], "fields": {` + c.good + `, "` + c.field + `": ` + value + `}}`
		}
		p := h.want(422, "POST", "/connections", connection(c.bad), "Accept-Language", "pt-BR")["problems"].([]any)[0].(map[string]any)
		if p["path"] != "/fields/"+c.field || p["code"] != c.code {
			t.Errorf("%s: %v", c.kind, p)
		}
		h.want(201, "POST", "/connections", `{"name": "c", "kind": "`+c.kind+`", "hosts": ["a.co:443", "[::1]"], "fields": {`+c.good+`}}`)
		h.want(204, "DELETE", "/connections/c", "")
	}
	blank := h.want(201, "POST", "/connections", `{"name": "c", "kind": "smtp", "fields": {"host": "mail.example.com ", "username": "loja "}}`)["fields"].(map[string]any)
	if blank["host"] != "mail.example.com" || blank["username"] != "loja" {
		t.Errorf("%v", blank)
	}
	h.want(204, "DELETE", "/connections/c", "")
	h.want(422, "POST", "/connections", `{"name": "c", "kind": "http_bearer", "hosts": ["a.co:99999"], "fields": {"token": "t"}}`)
}

// TestKeysOfSendersAreKeys: with another every delivery would be refused, long after the connection was saved.
func TestKeysOfSendersAreKeys(t *testing.T) {
	h := newHouse(t)
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	spki, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	check(t, err)
	printed := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})
	for _, c := range []struct {
		kind, field, bad string
		good             []string
	}{
		{"woovi:webhook", "public_key", "garbage", []string{string(printed), base64.StdEncoding.EncodeToString(printed), base64.StdEncoding.EncodeToString(spki)}},
		{"sendgrid:webhook", "public_key", "garbage", []string{"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="}},
		{"discord:webhook", "public_key", "zz", []string{strings.Repeat("0a", 32)}},
		{"standard_webhooks:webhook", "secret", "whsec_!!notbase64", []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
		{"github:webhook", "secret", "", []string{"any text at all"}},
	} {
		connection := func(value string) string {
			return mustJSON(t, map[string]any{"name": "c", "kind": c.kind, "fields": map[string]any{c.field: value}})
		}
		if c.bad != "" {
			p := h.want(422, "POST", "/connections", connection(c.bad), "Accept-Language", "pt-BR")["problems"].([]any)[0].(map[string]any)
			if p["path"] != "/fields/"+c.field || !strings.Contains(p["message"].(string), "copie de novo") {
				t.Errorf("%s: %v", c.kind, p)
			}
		}
		for _, good := range c.good {
			h.want(201, "POST", "/connections", connection(good))
			h.want(204, "DELETE", "/connections/c", "")
		}
	}
}
