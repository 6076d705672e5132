package triggers

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// handshake is a question that a provider asks before it delivers: it is answered, and
// nothing is stored.
type handshake struct {
	method      string
	when        *expression.Program // nil: every request of this method
	verified    bool                // the request must pass verify first
	secret      string              // field that value must be equal to
	value       *expression.Program
	keep        map[string]*expression.Program
	status      int
	contentType string
	text, json  *valueTemplate
}

func (r *presetReader) handshake(at string, f *presetFile, h *handshakeFile) *handshake {
	made := &handshake{method: h.Method, when: r.expression(at+"/when", h.When), status: http.StatusOK}
	if made.method == "" {
		made.method = http.MethodPost
	}
	r.among(at+"/method", made.method, http.MethodGet, http.MethodHead, http.MethodPost)
	if made.verified = made.method == http.MethodPost; h.Verified != nil {
		made.verified = *h.Verified
	}
	if h.Token != nil {
		made.secret, made.value = h.Token.Secret, r.expression(at+"/token/value", h.Token.Value)
		r.required(at+"/token/value", made.value != nil)
		r.field(at+"/token/secret", f, made.secret)
	}
	for field, source := range h.Keep {
		r.field(at+"/keep/"+form.Escape(field), f, field)
		if made.keep == nil {
			made.keep = map[string]*expression.Program{}
		}
		made.keep[field] = r.expression(at+"/keep/"+form.Escape(field), source)
		r.required(at+"/keep/"+form.Escape(field), source != "")
	}
	r.shakeReply(at+"/reply", f, h.Reply, made)
	return made
}

func (r *presetReader) shakeReply(at string, f *presetFile, reply *shakeReplyFile, into *handshake) {
	if reply == nil {
		return
	}
	if into.contentType = reply.Type; reply.Type != "" && !allowedType(reply.Type) {
		r.bad(at+"/type", "bad_type", "this content type cannot be answered", "este tipo de conteúdo não pode ser respondido")
	}
	if reply.Status != 0 {
		into.status = reply.Status
	}
	if into.status < 200 || into.status > 299 {
		r.bad(at+"/status", "out_of_range", "must be from 200 to 299", "deve ser de 200 a 299")
	}
	if reply.Text != nil {
		into.text = r.template(at+"/text", f, reply.Text)
	}
	if reply.JSON != nil {
		into.json = r.template(at+"/json", f, reply.JSON)
	}
}

// longestChallenge is what is echoed of a text that a stranger may have chosen.
const longestChallenge = 1 << 10

// shake answers the request if it is a handshake. Those that need no proof come before the
// signature is asked for, the others after.
func (x *delivery) shake(w http.ResponseWriter, verified bool) (done bool, no *refusal) {
	if x.door.preset == nil {
		return false, nil
	}
	for _, h := range x.door.preset.use().handshakes {
		if h.verified != verified || h.method != x.r.Method {
			continue
		}
		ctx, cancel := context.WithTimeout(x.r.Context(), doorTime)
		is, scope := x.fits(ctx, h)
		if is {
			no = x.answerShake(ctx, w, h, scope)
		}
		cancel()
		if is {
			return true, no
		}
	}
	return false, nil
}

// fits says whether a request is this handshake. A body that cannot be read is none.
func (x *delivery) fits(ctx context.Context, h *handshake) (bool, *expression.Scope) {
	scope, err := x.values("")
	if err != nil {
		return false, nil
	}
	if h.when == nil {
		return true, scope
	}
	is, err := ask(ctx, h.when, scope)
	return err == nil && is == true, scope
}

func (x *delivery) answerShake(ctx context.Context, w http.ResponseWriter, h *handshake, scope *expression.Scope) *refusal {
	if h.value != nil && !x.knows(ctx, h, scope) {
		return &refusal{
			status: http.StatusForbidden, code: "wrong_token", reason: form.Label("handshake: the token is not the one of the connection", "handshake: o token não é o da conexão"),
			words: form.Label("the token is not the right one", "o token não é o certo"),
		}
	}
	if no := x.keep(ctx, h, scope); no != nil {
		return no
	}
	contentType, raw, err := h.answer(ctx, scope, x.secrets)
	if err != nil || len(raw) > longestChallenge {
		reason := form.Label("handshake: the answer is too long", "handshake: a resposta é longa demais")
		if err != nil {
			reason = form.Label("handshake: "+err.Error(), "handshake: "+err.Error())
		}
		return &refusal{
			status: http.StatusUnauthorized, code: "unauthorized", reason: reason,
			words: form.Label("the question could not be answered", "a pergunta não pôde ser respondida"),
		}
	}
	if len(raw) > 0 {
		w.Header().Set("Content-Type", contentType)
	}
	w.WriteHeader(h.status)
	_, _ = w.Write(raw)
	return nil
}

func (x *delivery) knows(ctx context.Context, h *handshake, scope *expression.Scope) bool {
	value, err := ask(ctx, h.value, scope)
	text, _ := value.(string)
	if err != nil || text == "" {
		return false
	}
	list, err := x.secrets(h.secret)
	ok := false
	for _, secret := range list {
		ok = sameText(text, secret) || ok
	}
	return ok && err == nil
}

// keeper takes values that a provider gives in a handshake.
type keeper interface {
	Keep(ctx context.Context, connection string, values map[string]string) error
}

func (x *delivery) keep(ctx context.Context, h *handshake, scope *expression.Scope) *refusal {
	if len(h.keep) == 0 {
		return nil
	}
	values := map[string]string{}
	for field, p := range h.keep {
		value, err := ask(ctx, p, scope)
		if text := expression.Text(value); err == nil && text != "" && len(text) <= longestChallenge {
			values[field] = text
		}
	}
	k, ok := x.Connections.(keeper)
	if len(values) < len(h.keep) || !ok || k.Keep(x.r.Context(), x.door.connection, values) != nil {
		return &refusal{
			status: http.StatusServiceUnavailable, code: "not_kept", retryAfter: 60,
			reason: form.Label("handshake: the flow has no connection to keep the value in", "handshake: o fluxo não tem conexão para guardar o valor"),
			words:  form.Label("the value could not be kept", "o valor não pôde ser guardado"),
		}
	}
	return nil
}

// answer makes the answer: text is never a page.
func (h *handshake) answer(ctx context.Context, scope *expression.Scope, secrets Secrets) (contentType string, raw []byte, err error) {
	switch {
	case h.text != nil:
		value, err := h.text.render(ctx, scope, secrets)
		if err != nil {
			return "", nil, err
		}
		if contentType = h.contentType; contentType == "" || strings.HasPrefix(contentType, "text/plain") {
			contentType = textType
		}
		return contentType, []byte(expression.Text(value)), nil
	case h.json != nil:
		value, err := h.json.render(ctx, scope, secrets)
		if err != nil {
			return "", nil, err
		}
		raw, err = json.Marshal(value)
		return jsonType, raw, err
	}
	return "", nil, nil
}
