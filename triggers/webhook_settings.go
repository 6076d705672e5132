package triggers

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// The limits of a webhook's settings.
const (
	defaultBody    = 1 << 20
	largestBody    = 10 << 20
	defaultKeyFor  = 72 * time.Hour
	defaultTimeout = 10 * time.Second
	longestTimeout = 60 * time.Second
)

// webhookSettings are the settings of a webhook.
type webhookSettings struct {
	methods, allowIPs             []string
	auth, schema, dedupe, respond map[string]any
	rate                          map[string]any
	preset                        string
	verify, orderBy, maxBody      string
}

func (s *webhookSettings) fields() form.Fields {
	return form.Of(
		form.Texts("methods", &s.methods, form.Label("Methods", "Métodos")).Default("POST").Literal().Advanced(),
		form.Text("preset", &s.preset, form.Label("Provider", "Provedor")).Literal().
			Help(form.Label("whose webhooks these are: how they are verified, named and told apart", "de quem são estes webhooks: como são verificados, nomeados e distinguidos")),
		form.Map("auth", &s.auth, form.Label("Sender proves itself by", "O remetente se prova por")).Literal().
			Help(form.Label("how deliveries are verified, with the secret of the connection", "como as entregas são verificadas, com o segredo da conexão")),
		form.Select("verify", &s.verify, form.Label("If the signature is wrong", "Se a assinatura estiver errada"),
			form.Option("enforce", form.Label("refuse", "recusar")),
			form.Option("observe", form.Label("let in and note it", "aceitar e anotar"))).Default("enforce").Literal(),
		form.Map("schema", &s.schema, form.Label("Schema of the body", "Schema do corpo")).Literal().Advanced(),
		form.Map("dedupe", &s.dedupe, form.Label("Same delivery", "Mesma entrega")).Literal().Advanced().
			Help(form.Label("key: what stays equal when a delivery is repeated; for: how long", "key: o que fica igual quando uma entrega se repete; for: por quanto tempo")),
		form.Expression("order_by", &s.orderBy, form.Label("Keep order by", "Manter ordem por")).Advanced().Example("trigger.body.order_id"),
		form.Map("rate", &s.rate, form.Label("Rate", "Ritmo")).Literal().Advanced(),
		form.Text("max_body", &s.maxBody, form.Label("Largest body", "Corpo máximo")).Default("1MiB").Literal().Advanced(),
		form.Texts("allow_ips", &s.allowIPs, form.Label("Allowed addresses", "Endereços permitidos")).Literal().Advanced(),
		form.Map("respond", &s.respond, form.Label("Answer", "Resposta")).Advanced())
}

// webhookTrigger is a trigger URL.
func webhookTrigger(presets *Presets) engine.Trigger {
	return engine.Trigger{
		Kind: "webhook", Title: form.Label("Webhook", "Webhook"),
		Summary:     form.Label("Started by a delivery to the flow's URL", "Iniciado por uma entrega na URL do fluxo"),
		Fields:      func() form.Fields { return new(webhookSettings).fields() },
		Connections: presets.connections(), ConnectionsOf: presets.connectionsOf,
		Without:   presets.without,
		Check:     presets.checkWebhook,
		Hydrate:   presets.hydrateOf,
		Samples:   presets.samplesOf,
		EventName: presets.nameOf,
		Sample:    map[string]any{},
	}
}

// checkWebhook finds what the fields alone cannot say.
func (s *Presets) checkWebhook(f *flow.Flow, known flow.Known) []form.Problem {
	problems := checkWhere(f, known)
	d, more := readDoor(f, s)
	more = append(more, d.checkConnection(known)...)
	if source, ok := f.Trigger.With["order_by"].(string); ok {
		more = append(more, checkDoor("/trigger/with/order_by", source)...)
	}
	more = append(more, checkAnswers(f)...)
	more = append(more, unheard(f, d)...)
	return append(problems, more...)
}

// unheard warns of steps that answer a sender who has the answer already.
func unheard(f *flow.Flow, d *door) (problems []form.Problem) {
	flow.Walk(f.Steps, "/steps", func(path string, s *flow.Step) {
		if s.Action == "respond" && !s.Disabled && !d.respond.finished {
			x := warning(path, "unheard", "the trigger has answered the sender at once: this answer reaches nobody", "o gatilho já respondeu ao remetente na hora: esta resposta não chega a ninguém")
			x.Hint = form.Label("let the trigger answer when the run has finished", "faça o gatilho responder quando a execução terminar")
			problems = append(problems, x)
		}
	})
	return problems
}

// settingsReader reads what is inside of the object settings of a webhook.
type settingsReader struct{ problems []form.Problem }

func (p *settingsReader) bad(path, code, en, pt string) {
	p.problems = append(p.problems, problem("/trigger/with/"+path, code, en, pt))
}

func (p *settingsReader) known(path string, m map[string]any, names ...string) {
	for name := range m {
		if !slices.Contains(names, name) {
			p.bad(path+"/"+form.Escape(name), "unknown_member", fmt.Sprintf("there is no member %q here", name), fmt.Sprintf("não existe %q aqui", name))
		}
	}
}

func (p *settingsReader) methods(list []string) []string {
	var out []string
	for _, m := range list {
		m = strings.ToUpper(m)
		if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, m) {
			p.bad("methods", "not_an_option", m+" is not a method that can be used", m+" não é um método que possa ser usado")
			continue
		}
		out = append(out, m)
	}
	return out
}

func (p *settingsReader) addresses(list []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range list {
		prefix, err := ParsePrefix(text)
		if err != nil {
			p.bad("allow_ips", "bad_address", fmt.Sprintf("%q is not an address or network", text), fmt.Sprintf("%q não é um endereço nem uma rede", text))
			continue
		}
		out = append(out, prefix)
	}
	return out
}

// ParsePrefix reads a network such as 10.0.0.0/8, or a single address.
func ParsePrefix(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), nil
}

func (p *settingsReader) size(text string) int64 {
	n, ok := parseSize(text)
	if !ok || n < 1 {
		p.bad("max_body", "wrong_type", "must be a size such as 512KiB or 2MiB", "deve ser um tamanho como 512KiB ou 2MiB")
		return defaultBody
	}
	if n > largestBody {
		p.bad("max_body", "too_big", "must be at most 10 MiB", "deve ser no máximo 10 MiB")
		return largestBody
	}
	return n
}

// parseSize reads a number of bytes, also with KiB, MiB, KB or MB.
func parseSize(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	unit := 1.0
	for _, u := range []struct {
		name string
		size float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"KB", 1e3}, {"MB", 1e6}} {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			text, unit = strings.TrimSpace(rest), u.size
			break
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || !(n*unit < 1<<40) {
		return 0, false
	}
	return int64(n * unit), true
}

// duration reads a member that is a duration.
func (p *settingsReader) duration(path string, value any, def time.Duration) time.Duration {
	if value == nil {
		return def
	}
	text, _ := value.(string)
	d, err := form.ParseDuration(text)
	if err == nil && d == 0 {
		p.bad(path, "out_of_range", "must be longer than 0s; leave it out for the default", "deve ser maior que 0s; deixe de fora para valer o padrão")
		return def
	}
	if err != nil {
		p.bad(path, "wrong_type", "must be a duration such as 10s or 72h, 53375d at most", "deve ser uma duração como 10s ou 72h, no máximo 53375d")
		return def
	}
	return d
}

func asNumber(value any) (float64, bool) {
	switch v := value.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
