package actions

import (
	"encoding/json"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/alerts"
)

// guarded is a program whose alerts go by e-mail and to Slack, in Portuguese.
func (w *world) guarded(dir string) *resident {
	w.t.Helper()
	r := w.open(dir)
	r.connect("mail", "smtp", map[string]any{"host": "mail.example.com", "port": "25", "security": "none", "from": "Gancho <gancho@example.com>"})
	r.connect("team", "slack:incoming", map[string]any{"url": "https://hooks.slack.com/services/T1/B1/x"})
	_, err := r.Alarms().SetSettings(w.t.Context(), alerts.Settings{To: []string{"ops@example.com", "team"}, SMTP: "mail", Lang: "pt-BR"})
	check(w.t, err)
	return r
}

// told gives what came to the channel since it was last asked, after seeing that the same came by e-mail.
func (w *world) told() []string {
	w.t.Helper()
	var texts, letters []string
	for _, request := range w.requests() {
		if _, body, ok := strings.Cut(request, "hooks.slack.com POST /services/T1/B1/x  "); ok {
			var message struct{ Text string }
			check(w.t, json.Unmarshal([]byte(body), &message))
			if strings.ContainsAny(message.Text, "<>") {
				w.t.Errorf("a provider's words can call a channel: %s", message.Text)
			}
			texts = append(texts, message.Text)
		}
	}
	for _, letter := range w.letters() {
		m, err := mail.ReadMessage(strings.NewReader(letter))
		check(w.t, err)
		text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		check(w.t, err)
		letters = append(letters, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	plain := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	for i := range texts {
		texts[i] = plain.Replace(texts[i])
	}
	if !slices.Equal(texts, letters) {
		w.t.Errorf("by e-mail %q, to Slack %q", letters, texts)
	}
	return texts
}

// TestAlertsAreToldInTheWordsThatAreSet: what goes wrong is told by e-mail and in Slack, at once and
// then at most once an hour, with the names that people gave and the time of their clocks.
func TestAlertsAreToldInTheWordsThatAreSet(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.mailServer("mail.example.com")
		w.site("hooks.slack.com", func(*http.Request, string) (int, string) { return 200, "ok" })
		status := 400
		w.site("crm.example.com", func(*http.Request, string) (int, string) { return status, `{"message": "<!channel> & co"}` })
		r := w.guarded(dir)
		defer func() { r.leave() }()
		r.draw(`{"id": "paid", "name": "Pedidos pagos", "trigger": {"kind": "webhook"}, "settings": {"timezone": "America/Sao_Paulo", "silence": {"expect_every": "6h"}}, "steps": [
			{"id": "crm", "name": "Avisar o CRM", "action": "http.request", "with": {"method": "POST", "url": "https://crm.example.com/deals", "json": {"id": "{{ trigger.body.id }}"}}}]}`)
		send := func(body string) {
			t.Helper()
			if status, answer := r.knock("paid", body, nil); status != 200 {
				t.Fatalf("%d %s", status, answer)
			}
		}
		said := func(want ...string) {
			t.Helper()
			synctest.Wait()
			got := w.told()
			if len(got) != len(want) {
				t.Fatalf("told %q, want %q", got, want)
			}
			for i := range want {
				if text, link, _ := strings.Cut(got[i], "\nhttps://gancho.example.com/"); text != want[i] || link == "" {
					t.Errorf("told %q, want %q and a link", got[i], want[i])
				}
			}
		}
		send(`{"id": 1}`)
		time.Sleep(5 * time.Second)
		said("\"Pedidos pagos\" falhou no passo \"Avisar o CRM\": crm.example.com respondeu 400: <!channel> & co")
		for range 4 {
			send(`{"id": 1}`)
			time.Sleep(10 * time.Minute)
		}
		said()
		send(`{}`)
		time.Sleep(21 * time.Minute)
		said("\"Pedidos pagos\" falhou 6 vezes desde 31/12/1999 22:00 no passo \"Avisar o CRM\": campo json: falta trigger.body.id")
		status = 201
		send(`{"id": 1}`)
		time.Sleep(6*time.Hour + time.Minute)
		said("\"Pedidos pagos\" não recebeu nenhum evento, embora se espere um a cada 6h")
		r.leave()
		r = w.guarded(dir)
		time.Sleep(10 * time.Hour)
		said()
		send(`{"id": 1}`)
		time.Sleep(time.Minute)
		said("\"Pedidos pagos\" recebe eventos de novo, 10h1m depois do alarme")
	})
}
