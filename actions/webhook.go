package actions

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gancho/engine"
	"gancho/engine/form"
)

// webhookWaits is the schedule that Standard Webhooks proposes: ten attempts within four days.
var webhookWaits = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

func webhookSendAction(out *Outbound) engine.Action {
	return engine.Action{
		Kind:    "webhook.send",
		Title:   form.Label("Send a webhook", "Enviar um webhook"),
		Summary: form.Label("Tells another system, signed, and tries for days until it listens", "Avisa outro sistema, com assinatura, e tenta por dias até ele ouvir"),
		Words:   form.Label("outgoing signed hmac standard webhooks notify subscriber post", "saída assinado hmac standard webhooks avisar assinante post"),
		Help: form.Label("Signed as standardwebhooks.com says, or by a header of your own: the connection decides. Every attempt carries the same webhook-id, by which the receiver knows a repeat. Without a retry of its own the step tries ten times, after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h. A 410 ends it: the receiver is gone for good.",
			"Assinado como diz standardwebhooks.com, ou por um cabeçalho seu: a conexão decide. Toda tentativa leva o mesmo webhook-id, pelo qual quem recebe reconhece uma repetição. Sem retry próprio, o passo tenta dez vezes, após 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h e 24 h. Um 410 encerra: quem recebia se foi de vez."),
		Group: "http",
		New:   func() engine.Doer { return &webhookSend{out: out} },
		// The receiver knows a repeat by its webhook-id.
		Effect: true, Repeatable: true, Waits: webhookWaits,
		Connection: []string{"hmac"},
		Sample:     map[string]any{"id": "msg_r1-notify", "status": 200},
	}
}

type webhookSend struct {
	out *Outbound

	url, event string
	data       any
	headers    map[string]any
}

func (w *webhookSend) Fields() form.Fields {
	return form.Of(
		form.URL("url", &w.url, form.Label("URL", "URL")).Required().Example("https://partner.example.com/webhooks"),
		form.Text("type", &w.event, form.Label("Event", "Evento")).Example("order.paid").
			Help(form.Label("Sent as {type, timestamp, data}. Without it the data is the whole body.", "Enviado como {type, timestamp, data}. Sem isto, os dados são o corpo inteiro.")),
		form.JSON("data", &w.data, form.Label("Data", "Dados")).Required().Blank().Example("{{ trigger.body }}"),
		form.Map("headers", &w.headers, form.Label("Headers", "Cabeçalhos")).Advanced(),
	)
}

// Check finds what each run would fail with, and secrets that are written out.
func (w *webhookSend) Check(with map[string]any) []form.Problem {
	f := &fixed{with: with}
	f.address("url")
	f.headers(headerText)
	return f.problems
}

// Do posts the event. Whatever is no 2xx is tried again, but for 410.
func (w *webhookSend) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	x, err := w.exchange(call)
	if err != nil {
		return nil, err
	}
	if err := authorize(ctx, w.out, x, call); err != nil {
		return nil, err
	}
	call.Sent(func() any { return show(x, call.Connection) })
	r, err := w.out.do(ctx, x)
	if err != nil {
		var s sent
		if errors.As(err, &s) {
			return nil, s.error
		}
		return nil, err
	}
	if r.status >= 200 && r.status < 300 {
		return map[string]any{"id": webhookID(call.Key), "status": r.status}, nil
	}
	f := w.refused(r)
	f.Response = guarding(x, call.Connection).value(excerpt(r))
	return nil, f
}

func (w *webhookSend) refused(r *reply) *engine.Fault {
	f := &engine.Fault{
		Code: fmt.Sprintf("http_%d", r.status), Status: r.status, After: retryAfter(r.header, time.Now()),
		Message: fmt.Sprintf("%s answered %d %s", hostOf(w.url), r.status, http.StatusText(r.status)),
	}
	if r.status == http.StatusGone {
		f.Code, f.Permanent, f.After = "gone", true, 0
		f.Hint = form.Label("the receiver wants no more webhooks here: take its address out of your list", "quem recebe não quer mais webhooks aqui: tire o endereço da sua lista")
	}
	return f
}

// Request is what Do would send, without its signature.
func (w *webhookSend) Request(ctx context.Context, call *engine.Call) (any, error) {
	x, err := w.exchange(call)
	if err != nil {
		return nil, err
	}
	if err := veil(ctx, w.out, x, call); err != nil {
		return nil, err
	}
	return w.out.simulated(x, call.Connection), nil
}

// exchange has the same body at every attempt.
func (w *webhookSend) exchange(call *engine.Call) (*exchange, error) {
	u, err := readAddress(w.url)
	if err != nil {
		return nil, err
	}
	message := w.data
	if w.event != "" {
		message = map[string]any{"type": w.event, "timestamp": call.Now.UTC().Format(time.RFC3339), "data": w.data}
	}
	body, err := encodeJSON(message)
	if err != nil {
		return nil, err
	}
	x := &exchange{method: http.MethodPost, url: u, header: http.Header{}, body: body, limit: 64 << 10}
	x.header.Set("Content-Type", "application/json")
	return x, addHeaders(x.header, w.headers)
}
