package triggers

import (
	"errors"
	"net/http"
	"strings"

	"gancho/engine"
	"gancho/engine/form"
	"gancho/engine/store"
)

// wait answers a wait URL of a run. GET shows it and never decides: mail scanners open links.
func (d *Webhook) wait(w http.ResponseWriter, r *http.Request, token string) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		d.refuse(w, r, refusal{status: http.StatusMethodNotAllowed, code: "method_not_allowed", allow: []string{http.MethodGet, http.MethodHead, http.MethodPost}, words: form.Label("this method is not taken here", "este método não é aceito aqui")})
		return
	}
	page, err := d.Engine.WaitPage(r.Context(), token)
	if errors.Is(err, store.ErrNotFound) {
		d.unknownWait(w, r)
		return
	}
	if err != nil {
		d.refuse(w, r, d.busy(page.Flow, err))
		return
	}
	if !page.Open {
		d.showWait(w, r, page, http.StatusGone)
		return
	}
	if r.Method != http.MethodPost {
		d.showWait(w, r, page, http.StatusOK)
		return
	}
	data, no := d.waitData(r, page)
	if no != nil {
		d.refuse(w, r, *no)
		return
	}
	d.giveWait(w, r, page, token, data)
}

// unknownWait answers a browser with a page: who holds an old link is no program.
func (d *Webhook) unknownWait(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		d.unknown(w, r)
		return
	}
	if d.guesses(w, r) {
		return
	}
	d.writePage(w, r, http.StatusNotFound, waitPage{
		Title: form.Label("This link is not good any more", "Este link não vale mais"),
		Note:  form.Label("What it asked is over, or the link is not whole. Ask who sent it for another.", "O que ele perguntava já terminou, ou o link está incompleto. Peça outro a quem o enviou."),
	})
}

func (d *Webhook) giveWait(w http.ResponseWriter, r *http.Request, page engine.WaitView, token string, data any) {
	err := d.Engine.GiveWait(r.Context(), token, data)
	switch {
	case errors.Is(err, store.ErrUsed), errors.Is(err, store.ErrNotFound):
		if now, err := d.Engine.WaitPage(r.Context(), token); err == nil {
			page = now // it was answered since it was looked at
		}
		page.Open = false
		d.showWait(w, r, page, http.StatusGone)
	case err != nil:
		d.refuse(w, r, d.busy(page.Flow, err))
	case wantsPage(r):
		d.writePage(w, r, http.StatusOK, waitPage{Title: form.Label("Thank you", "Obrigado"), Text: page.Text, Note: taken(page, data)})
	default:
		writeAnswer(w, http.StatusOK, nil, map[string]any{"status": "received"})
	}
}

// taken says that an answer was recorded, and of an approval which one.
func taken(page engine.WaitView, data any) form.Words {
	if approved, ok := decision(data); page.Approve && ok && approved {
		return form.Label("You approved. Your answer was recorded.", "Você aprovou. Sua resposta foi registrada.")
	} else if page.Approve && ok {
		return form.Label("You rejected. Your answer was recorded.", "Você rejeitou. Sua resposta foi registrada.")
	}
	return form.Label("Your answer was recorded.", "Sua resposta foi registrada.")
}

// waitData is what a POST gives to the run. An approval takes a decision and nothing else.
func (d *Webhook) waitData(r *http.Request, page engine.WaitView) (any, *refusal) {
	if r.ContentLength > defaultBody {
		return nil, tooBig(defaultBody)
	}
	x := reading{budget: &d.budget}
	defer func() { d.budget.give(x.held) }()
	body, err := x.all(r.Body, r.ContentLength, defaultBody)
	if err != nil {
		return nil, unread(err, defaultBody)
	}
	contentType := r.Header.Get("Content-Type")
	var data any
	if len(body) > 0 {
		if err = CheckBody(contentType, body); err == nil {
			data, err = d.slots.decode(r.Context(), contentType, body)
		}
	}
	if err != nil {
		return nil, unread(err, defaultBody)
	}
	if !page.Approve {
		return data, nil
	}
	approved, ok := decision(data)
	if !ok {
		return nil, &refusal{
			status: http.StatusUnprocessableEntity, code: "no_decision",
			words: form.Label(`say {"approved": true} or {"approved": false}`, `diga {"approved": true} ou {"approved": false}`),
		}
	}
	return map[string]any{"approved": approved}, nil
}

// decision reads approved from a form or JSON body.
func decision(data any) (approved, ok bool) {
	m, _ := data.(map[string]any)
	switch v := m["approved"].(type) {
	case bool:
		return v, true
	case string:
		return v == "true", v == "true" || v == "false"
	}
	return false, false
}

// wantsPage says that a person asks: whoever looks without asking for JSON, and whoever posts
// from a page.
func wantsPage(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	if r.Method == http.MethodPost {
		return strings.Contains(accept, "text/html")
	}
	return !strings.Contains(accept, "application/json")
}
