package actions

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gancho/engine"
	"gancho/engine/connections"
)

// book is a spreadsheet of one sheet that answers as the API of Google Sheets does, and the
// token endpoint beside it.
type book struct {
	*httptest.Server
	mu     sync.Mutex
	rows   [][]any
	tokens []map[string]any // claims that were signed
	asked  []string
}

var areaOf = regexp.MustCompile(`^'Meus ''clientes'''!(?:([A-Z]+)(\d*):([A-Z]+)(\d*)|(\d+):(\d+)|A(\d+))$`)

func newBook(t *testing.T, rows ...[]any) (*book, *Outbound) {
	t.Helper()
	b := &book{rows: rows}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", b.token)
	mux.HandleFunc("/v4/spreadsheets/1x_-Y/values/{area}", b.values)
	b.Server = httptest.NewServer(mux)
	t.Cleanup(b.Close)
	out, err := NewOutbound(OutboundConfig{Version: "test", Allow: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	return b, out
}

func (b *book) token(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	part := strings.Split(r.FormValue("assertion"), ".")
	claims := map[string]any{}
	data, _ := base64.RawURLEncoding.DecodeString(part[1])
	_ = json.Unmarshal(data, &claims)
	b.tokens = append(b.tokens, claims)
	fmt.Fprint(w, `{"access_token": "T", "expires_in": 3600}`)
}

func (b *book) values(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	area, appends := strings.CutSuffix(r.PathValue("area"), ":append")
	m := areaOf.FindStringSubmatch(area)
	b.asked = append(b.asked, r.Method+" "+area)
	if m == nil || r.Header.Get("Authorization") != "Bearer T" || r.Method != http.MethodGet && r.FormValue("valueInputOption") != "RAW" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error": {"code": 400, "message": "Unable to parse range: %s", "status": "INVALID_ARGUMENT"}}`, area)
		return
	}
	var body struct{ Values [][]any }
	if r.Method != http.MethodGet {
		_ = json.NewDecoder(r.Body).Decode(&body)
	}
	switch {
	case appends:
		at := len(b.rows) + 1
		b.rows = append(b.rows, body.Values...)
		_ = json.NewEncoder(w).Encode(map[string]any{"updates": map[string]any{"updatedRange": fmt.Sprintf("'Meus ''clientes'''!A%d:C%d", at, len(b.rows)), "updatedRows": len(body.Values)}})
	case r.Method == http.MethodPut:
		n, _ := strconv.Atoi(m[2])
		for i, v := range body.Values[0] {
			if v != nil {
				b.rows[n-1][i] = v
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"updatedRange": area})
	case m[5] != "":
		n, _ := strconv.Atoi(m[5])
		_ = json.NewEncoder(w).Encode(map[string]any{"values": b.rows[n-1 : n]})
	default:
		from, _ := strconv.Atoi(m[2])
		var column []any
		for _, row := range b.rows[min(from-1, len(b.rows)):] {
			column = append(column, row[m[1][0]-'A'])
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"majorDimension": "COLUMNS", "values": [][]any{column}})
	}
}

// connection is a service account with the file that Google gives.
func (b *book) connection(t *testing.T) *connections.Connection {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.Marshal(map[string]any{"type": "service_account", "client_email": "gancho@p.iam.gserviceaccount.com", "private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
	if err != nil {
		t.Fatal(err)
	}
	c := connection("sheets:service_account", map[string]string{"base_url": b.URL, "token_url": b.URL + "/token"}, map[string]string{"key": string(file)}, "127.0.0.1")
	var mu sync.Mutex
	session := connections.Session{}
	c.Session = func() (connections.Session, error) { mu.Lock(); defer mu.Unlock(); return session, nil }
	c.Renew = func(ctx context.Context, _ string, ask func(context.Context, connections.Session) (connections.Session, error)) (connections.Session, error) {
		mu.Lock()
		defer mu.Unlock()
		fresh, err := ask(ctx, session)
		if err == nil {
			session = fresh
		}
		return fresh, err
	}
	return c
}

func sheetsDo(t *testing.T, out *Outbound, kind string, call *engine.Call, with map[string]any) (map[string]any, error) {
	t.Helper()
	list := Catalog(out)
	doer := list[slices.IndexFunc(list, func(a engine.Action) bool { return a.Kind == kind })].New()
	all := map[string]any{"spreadsheet": "https://docs.google.com/spreadsheets/d/1x_-Y/edit#gid=0", "sheet": "Meus 'clientes'"}
	for name, value := range with {
		all[name] = value
	}
	if problems := doer.Fields().Fill(all); len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	output, err := doer.Do(t.Context(), call)
	m, _ := output.(map[string]any)
	return m, err
}

func TestSheetsAppend(t *testing.T) {
	b, out := newBook(t, []any{"E-mail", "Nome", "Total"}, []any{"a@b.co", "A", 1.0})
	call := newCall(b.connection(t), nil)
	output, err := sheetsDo(t, out, "sheets.append", call, map[string]any{"row": map[string]any{"total": 19.9, "E-mail": "=HYPERLINK(1)"}})
	if err != nil || output["row"] != 3 || output["rows"] != 1 {
		t.Fatalf("%v %v", output, err)
	}
	if got := fmt.Sprint(b.rows[2]); got != "[=HYPERLINK(1) <nil> 19.9]" {
		t.Errorf("the row is %s", got)
	}
	if claims := b.tokens[0]; claims["iss"] != "gancho@p.iam.gserviceaccount.com" || claims["aud"] != b.URL+"/token" || claims["scope"] != "https://www.googleapis.com/auth/spreadsheets" {
		t.Errorf("claims %v", claims)
	}
	b.asked = nil
	if _, err := sheetsDo(t, out, "sheets.append", call, map[string]any{"rows": []any{[]any{1, map[string]any{"a": 1}}, []any{2}}}); err != nil || len(b.asked) != 1 || fmt.Sprint(b.rows[3:]) != `[[1 {"a":1}] [2]]` {
		t.Errorf("%v %v %v", err, b.asked, b.rows)
	}
	if len(b.tokens) != 1 {
		t.Errorf("%d tokens, want one that is kept", len(b.tokens))
	}
	_, err = sheetsDo(t, out, "sheets.append", call, map[string]any{"row": map[string]any{"Nme": 1}})
	if f := faultOf(t, err); f.Code != "unknown_column" || !f.Permanent || f.Hint.PT != "quis dizer Nome?" {
		t.Errorf("%+v", f)
	}
	_, err = sheetsDo(t, out, "sheets.append", call, map[string]any{"sheet": "none", "row": map[string]any{"Nome": 1}})
	if f := faultOf(t, err); !f.Permanent || f.Hint.EN != "The spreadsheet has no sheet of this name." {
		t.Errorf("%+v", f)
	}
}

func TestSheetsUpsert(t *testing.T) {
	b, out := newBook(t, []any{"E-mail", "Nome", "Total"}, []any{"a@b.co", "A", 1.0}, []any{"Ana@Example.com", "Ana", 2.0})
	c := b.connection(t)
	output, err := sheetsDo(t, out, "sheets.upsert", newCall(c, nil), map[string]any{"key": "E-mail", "row": map[string]any{"E-mail": "ana@example.com ", "Total": 5}})
	if err != nil || output["row"] != 3 || output["created"] != false || fmt.Sprint(b.rows[2]) != "[ana@example.com  Ana 5]" {
		t.Fatalf("%v %v %v", output, err, b.rows)
	}
	with := map[string]any{"key": "E-mail", "row": map[string]any{"E-mail": "new@example.com", "Nome": "N"}}
	if output, err = sheetsDo(t, out, "sheets.upsert", newCall(c, nil), with); err != nil || output["created"] != true || output["row"] != 4 {
		t.Fatalf("%v %v", output, err)
	}
	if output, err = sheetsDo(t, out, "sheets.upsert", newCall(c, nil), with); err != nil || output["created"] != false || len(b.rows) != 4 {
		t.Errorf("a repeat: %v %v %v", output, err, b.rows)
	}
	_, err = sheetsDo(t, out, "sheets.upsert", newCall(c, nil), map[string]any{"key": "E-mail", "row": map[string]any{"Nome": "N"}})
	if f := faultOf(t, err); f.Code != "no_key" || !f.Permanent {
		t.Errorf("%+v", f)
	}
}

// Two runs that bring the same new person at once make one row: the second waits its turn.
func TestSheetsUpsertOneAtATime(t *testing.T) {
	b, out := newBook(t, []any{"E-mail"})
	c := b.connection(t)
	first := &sheetsUpsert{sheet: sheet{c: builtIn(t, "sheets"), out: out, spreadsheet: "1x_-Y", name: "Meus 'clientes'", header: 1}, key: "E-mail", row: map[string]any{"E-mail": "a@b.co"}}
	second := *first
	one, two := newCall(c, nil), newCall(c, nil)
	two.Key = "r2-s"
	if err := first.Admit(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if err := second.Admit(t.Context(), two); !faultOf(t, err).Quota || faultOf(t, err).After <= 0 {
		t.Fatalf("the second went in: %v", err)
	}
	if _, err := first.Do(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Do(t.Context(), two); err != nil || len(b.rows) != 2 {
		t.Errorf("%v %v", err, b.rows)
	}
}

func builtIn(t *testing.T, id string) *Connector {
	t.Helper()
	list := builtInConnectors()
	return list[slices.IndexFunc(list, func(c *Connector) bool { return c.ID() == id })]
}
