package actions

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/form"
)

const slackAPI = "https://slack.com/api"

func slackPostAction(out *Outbound) engine.Action {
	return engine.Action{
		Kind:    "slack.post_message",
		Title:   form.Label("Send a Slack message", "Enviar mensagem no Slack"),
		Summary: form.Label("Posts to a channel as your bot", "Publica em um canal como o seu bot"),
		Words:   form.Label("chat notify channel team", "conversa avisar canal equipe"),
		Group:   "message",
		New:     func() engine.Doer { return &slackMessage{out: out} },
		Effect:  true, Connection: []string{"slack:bot"},
		Sample: map[string]any{"channel": "C00000001", "ts": "1755000000.000100"},
	}
}

type slackMessage struct {
	out *Outbound

	channel, text, thread string
	blocks                any
}

func (m *slackMessage) Fields() form.Fields {
	return form.Of(
		form.Text("channel", &m.channel, form.Label("Channel", "Canal")).Required().Placeholder("C0123456789"),
		form.LongText("text", &m.text, form.Label("Text", "Texto")).Required().Max(40000).Example("Order {{ trigger.body.id }} is paid"),
		form.JSON("blocks", &m.blocks, form.Label("Blocks (JSON)", "Blocos (JSON)")).Advanced(),
		form.Text("thread", &m.thread, form.Label("Reply in thread (ts)", "Responder na conversa (ts)")).Advanced(),
	)
}

// Do posts the message. A 200 of Slack is a success only when its body says ok.
func (m *slackMessage) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	x, err := m.exchange(call)
	if err != nil {
		return nil, err
	}
	call.Sent(func() any { return show(x, call.Connection) })
	answer, err := slackCall(ctx, m.out, x, call.AtMostOnce)
	if err != nil {
		return nil, err
	}
	return map[string]any{"channel": answer["channel"], "ts": answer["ts"]}, nil
}

// Request is what Do would send.
func (m *slackMessage) Request(_ context.Context, call *engine.Call) (any, error) {
	bare := *call
	bare.Connection = nil
	x, err := m.exchange(&bare)
	if err != nil {
		return nil, err
	}
	return show(x, nil), nil
}

func (m *slackMessage) exchange(call *engine.Call) (*exchange, error) {
	message := map[string]any{"channel": m.channel, "text": m.text}
	if m.blocks != nil && m.blocks != "" {
		message["blocks"] = m.blocks
	}
	if m.thread != "" {
		message["thread_ts"] = m.thread
	}
	body, err := encodeJSON(message)
	if err != nil {
		return nil, err
	}
	return slackExchange("/chat.postMessage", body, call.Connection, call.AtMostOnce)
}

func slackExchange(path string, body []byte, c *engine.Connection, once bool) (*exchange, error) {
	base := slackAPI
	if c != nil && c.Fields["base_url"] != "" {
		base = strings.TrimSuffix(c.Fields["base_url"], "/")
	}
	u, err := url.Parse(base + path)
	if err != nil {
		return nil, engine.Faultf("bad_connection", "the base address of the connection cannot be read")
	}
	x := &exchange{method: http.MethodPost, url: u, header: http.Header{}, body: body, limit: 1 << 20, once: once}
	x.header.Set("Content-Type", "application/json; charset=utf-8")
	if c == nil {
		return x, nil
	}
	x.hosts = c.Hosts
	return x, secretHeader(x, c, "Authorization", "bot_token", "Bearer ")
}

// slackCall judges an answer as docs.slack.dev describes it: limits and server faults first,
// then the word in error.
func slackCall(ctx context.Context, out *Outbound, x *exchange, once bool) (map[string]any, error) {
	r, err := out.do(ctx, x)
	if err != nil {
		if s, ok := err.(sent); ok { //nolint:errorlint // do gives it bare
			if once {
				return nil, engine.Maybe(s.error)
			}
			return nil, s.error
		}
		return nil, err
	}
	body, _ := decodeJSON(r.body) // what is no JSON, a proxy's page perhaps, is judged by its status
	answer, _ := body.(map[string]any)
	code, _ := answer["error"].(string)
	f := &engine.Fault{Code: code, Status: r.status, Message: fmt.Sprintf("Slack answered %d %s", r.status, code), Response: excerpt(r)}
	switch {
	case r.status == 429, code == "ratelimited", code == "rate_limited":
		f.Code, f.Quota, f.After = "rate_limited", true, max(time.Second, retryAfter(r.header, time.Now()))
	case r.status >= 500, slices.Contains([]string{"internal_error", "fatal_error", "request_timeout", "service_unavailable"}, code):
		f.Maybe = once
	case answer["ok"] == true:
		return answer, nil
	case slices.Contains([]string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}, code):
		f.Broken, f.Hint = true, slackHints[code]
	default:
		f.Permanent, f.Hint = true, slackHints[code]
	}
	if f.Code == "" {
		f.Code = fmt.Sprintf("http_%d", r.status)
	}
	return nil, f
}

var slackHints = map[string]form.Words{
	"not_in_channel":    form.Label("Invite the bot to the channel.", "Convide o bot para o canal."),
	"channel_not_found": form.Label("Check the channel's ID; the bot sees only channels that it is in.", "Confira o ID do canal; o bot só vê canais em que está."),
	"missing_scope":     form.Label("Add the missing scope to the app, install it again and paste the new token.", "Adicione o escopo que falta ao app, instale de novo e cole o novo token."),
}

// testSlack asks who the token is.
func testSlack(ctx context.Context, out *Outbound, c *engine.Connection) (string, error) {
	x, err := slackExchange("/auth.test", []byte("{}"), c, false)
	if err != nil {
		return "", err
	}
	answer, err := slackCall(ctx, out, x, false)
	if err != nil {
		return "", err
	}
	team, _ := answer["team"].(string)
	return team, nil
}
