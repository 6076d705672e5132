package triggers

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"gancho/engine/form"
)

// refusal is an answer that is no. reason, where it is set, goes to the event's record and
// never to the sender.
type refusal struct {
	status     int
	code       string
	words      form.Words
	reason     form.Words
	retryAfter int // seconds
	keepBody   bool
	silent     bool     // not recorded: it says nothing about the sender
	challenge  bool     // ask for user and password
	allow      []string // the methods that are taken
}

func (d *Webhook) refuse(w http.ResponseWriter, r *http.Request, no refusal) {
	h := w.Header()
	h["Content-Type"] = d.fixed.json
	if no.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(no.retryAfter))
	}
	if len(no.allow) > 0 {
		h.Set("Allow", strings.Join(no.allow, ", "))
	}
	if no.challenge {
		h.Set("WWW-Authenticate", `Basic realm="gancho"`)
	}
	if no.status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close")
	}
	body, err := json.Marshal(map[string]any{"error": map[string]any{"code": no.code, "message": no.words.In(language(r))}})
	if err != nil {
		d.Log.Error("write an answer", "error", err)
	}
	w.WriteHeader(no.status)
	_, _ = w.Write(body)
}

// language is the one of ours that the asker likes best.
func language(r *http.Request) string {
	best, weight := "en", -1.0
	for item := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(item), ";")
		lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if lang != "pt" && lang != "en" {
			continue
		}
		q := 1.0
		if text, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				q = n
			}
		}
		if q > weight {
			best, weight = lang, q
		}
	}
	if best == "pt" {
		return "pt-BR"
	}
	return "en"
}
