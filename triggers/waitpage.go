package triggers

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"path"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/form"
)

func (d *Webhook) showWait(w http.ResponseWriter, r *http.Request, page engine.WaitView, status int) {
	if !wantsPage(r) {
		body := map[string]any{"open": page.Open, "approve": page.Approve, "text": page.Text}
		if status == http.StatusGone {
			body = map[string]any{"error": map[string]any{
				"code":    "used",
				"message": form.Label("this was answered before, or is over", "isto já foi respondido ou terminou").In(language(r)),
			}}
		}
		writeAnswer(w, status, nil, body)
		return
	}
	p := waitPage{
		Title: form.Label("Waiting for a callback", "Esperando uma resposta"), Text: page.Text,
		Note: form.Label("A program will answer here with POST.", "Um programa vai responder aqui com POST."),
	}
	switch {
	case !page.Open:
		p.Title, p.Note = over(page)
	case page.Approve && !page.Reached:
		p.Title = form.Label("Not asked yet", "Ainda não perguntado")
		p.Note = form.Label("“"+page.Name+"” has not got to this question. Open this link again in a moment.", "“"+page.Name+"” ainda não chegou a esta pergunta. Abra este link de novo daqui a pouco.")
	case page.Approve:
		p.Title, p.Note, p.Decide = form.Label("Your decision", "Sua decisão"), asks(page), true
	}
	d.writePage(w, r, status, p)
}

// asks says who wants to know, and until when.
func asks(page engine.WaitView) form.Words {
	if page.Until.IsZero() {
		return form.Label("Asked by “"+page.Name+"”.", "Pedido de “"+page.Name+"”.")
	}
	until := moment(page.Until)
	return form.Label("Asked by “"+page.Name+"”, until "+until.EN+".", "Pedido de “"+page.Name+"”, até "+until.PT+".")
}

// over says how a wait ended that nobody can answer any more.
func over(page engine.WaitView) (title, note form.Words) {
	at := moment(page.Ended)
	on := form.Label(" on "+at.EN, " em "+at.PT)
	if page.Ended.IsZero() { // the run has not taken it up yet
		on = form.Words{}
	}
	answered := form.Label("Already answered", "Já foi respondido")
	switch page.Answer {
	case "approved":
		return answered, form.Label("This was approved"+on.EN+".", "Isto foi aprovado"+on.PT+".")
	case "rejected":
		return answered, form.Label("This was rejected"+on.EN+".", "Isto foi rejeitado"+on.PT+".")
	case "expired":
		return form.Label("Too late", "O prazo passou"), form.Label("Nobody answered by "+at.EN+".", "Ninguém respondeu até "+at.PT+".")
	}
	return form.Label("Nothing to do", "Nada a fazer"), form.Label("This was answered before, or is over.", "Isto já foi respondido ou terminou.")
}

// accented are the cities of Brazil whose zones are named without their accents.
var accented = map[string]string{
	"Araguaina": "Araguaína", "Belem": "Belém", "Cuiaba": "Cuiabá", "Eirunepe": "Eirunepé", "Maceio": "Maceió", "Santarem": "Santarém", "Sao Paulo": "São Paulo",
}

// moment is a time as people read it, with the city whose time it is: who holds a link may be anywhere.
func moment(t time.Time) form.Words {
	zone := t.Location().String()
	city := strings.ReplaceAll(path.Base(zone), "_", " ")
	if name, ok := accented[city]; ok {
		city = name
	}
	en, pt := ", "+city+" time", ", horário de "+city
	if city == zone { // UTC is no city
		en, pt = " "+city, " "+city
	}
	return form.Label(t.Format("2 January 2006, 15:04")+en, t.Format("02/01/2006 às 15:04")+pt)
}

// waitPage is a page without JavaScript.
type waitPage struct {
	Title, Note form.Words
	Text        string
	Decide      bool
}

const pageCSS = `:root{color-scheme:light dark;--bg:#faf9f6;--surface:#fff;--line:#e3dfd7;--text:#1f1d1a;--soft:#5e594f;--accent:#0b6573;--on:#fff;--fail:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#151412;--surface:#1e1c19;--line:#35312b;--text:#f0ede6;--soft:#b3aba0;--accent:#58bccb;--on:#06272c;--fail:#f28b82}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:2.5rem 1rem;background:var(--bg);color:var(--text);font:1rem/1.5 'Hanken Grotesk',system-ui,sans-serif}
main{width:100%;max-width:32rem}svg{display:block;width:2.5rem;height:2.5rem;margin:0 auto 1.25rem}
article{background:var(--surface);border:1px solid var(--line);border-radius:.75rem;padding:1.75rem;box-shadow:0 1px 2px rgb(0 0 0/.04)}
h1{margin:0;font-size:1.25rem;line-height:1.75rem;font-weight:600}p{margin:.75rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}p[role=status]{color:var(--soft)}
form{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}button{flex:1 1 9rem;font:inherit;font-weight:500;min-height:2.75rem;padding:0 1.5rem;border-radius:.5rem;border:1px solid transparent;background:var(--accent);color:var(--on);cursor:pointer}
button[value=false]{background:none;border-color:var(--line);color:var(--fail)}button:hover{filter:brightness(.94)}button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`

const pageSource = `<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{{.Title}}</title><style>{{.CSS}}</style></head>
<body><main><svg viewBox="0 0 24 24" fill="none" stroke-width="4" stroke-linecap="round" aria-hidden="true"><path d="M16 4v11a5 5 0 0 1-10 0" stroke="var(--accent)"/><circle cx="16" cy="4" r="2.4" fill="#f2a33a"/></svg>
<article><h1>{{.Title}}</h1>{{if .Text}}<p>{{.Text}}</p>{{end}}{{if .Note}}<p role="status">{{.Note}}</p>{{end}}
{{if .Decide}}<form method="post"><button name="approved" value="true">{{.Yes}}</button><button name="approved" value="false">{{.No}}</button></form>{{end}}
</article></main></body></html>`

// waitPages draws pages; the policy allows its one style sheet, the font of it, and nothing else.
type waitPages struct {
	source *template.Template
	css    string
	policy string
}

func newWaitPages(font string) waitPages {
	css, fonts := pageCSS, "'none'"
	if font != "" {
		css, fonts = "@font-face{font-family:'Hanken Grotesk';src:url("+font+") format('woff2');font-weight:100 900;font-display:swap}\n"+css, "'self'"
	}
	sum := sha256.Sum256([]byte(css))
	return waitPages{
		source: template.Must(template.New("wait").Parse(pageSource)), css: css,
		policy: "default-src 'none'; font-src " + fonts + "; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	}
}

// writePage draws a page; all that flows or events say is text in it.
func (d *Webhook) writePage(w http.ResponseWriter, r *http.Request, status int, p waitPage) {
	lang := language(r)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", d.pages.policy)
	h.Set("Vary", "Accept, Accept-Language")
	w.WriteHeader(status)
	err := d.pages.source.Execute(w, map[string]any{
		"Lang": lang, "Title": p.Title.In(lang), "Note": p.Note.In(lang), "Text": p.Text, "Decide": p.Decide, "CSS": template.CSS(d.pages.css),
		"Yes": form.Label("Approve", "Aprovar").In(lang), "No": form.Label("Reject", "Rejeitar").In(lang),
	})
	if err != nil {
		d.Log.Debug("write a page", "error", err)
	}
}
