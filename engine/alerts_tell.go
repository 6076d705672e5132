package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/said"
	"gancho/engine/store"
)

// AlertSettings say who is told of alerts, where a flow does not say it itself.
type AlertSettings struct {
	To   []string `json:"to" doc:"e-mail addresses, and names of connections; a Slack bot's with #channel"`
	SMTP string   `json:"smtp" required:"false" doc:"the connection that e-mail is sent through"`
	Lang string   `json:"lang,omitempty" enum:"en,pt-BR" doc:"of the messages"`
}

const (
	settingsDoc  = "settings"
	alertsDoc    = "alerts"
	tellTimeout  = 30 * time.Second
	gather       = 250 * time.Millisecond // what comes together is told together
	mostInDigest = 30
	mostTries    = 4
)

// messenger is how a kind of connection carries a text.
type messenger struct {
	action string
	with   func(place, subject, text string) map[string]any
}

// messengers by kind of connection. place is what follows the # of a destination.
var messengers = map[string]messenger{
	"smtp": {"email.send", func(to, subject, text string) map[string]any {
		return map[string]any{"to": to, "subject": subject, "text": text}
	}},
	"slack:bot": {"slack.post_message", func(channel, _, text string) map[string]any {
		return map[string]any{"channel": channel, "text": slackText.Replace(text)}
	}},
	"slack:incoming":   {"slack.webhook", func(_, _, text string) map[string]any { return map[string]any{"text": slackText.Replace(text)} }},
	"discord:incoming": {"discord.post", func(_, _, text string) map[string]any { return map[string]any{"content": form.Cut(text, 1900)} }},
	"teams:incoming":   {"teams.post", func(_, _, text string) map[string]any { return map[string]any{"text": text} }},
	"telegram:bot": {"telegram.send_message", func(chat, _, text string) map[string]any {
		return map[string]any{"chat_id": chat, "text": form.Cut(text, 4000)}
	}},
}

// slackText keeps what a provider or a flow says from calling a whole channel.
var slackText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// AlertActions are the actions that carry alerts, by the kinds of connection that may be told.
func AlertActions() map[string]string {
	list := make(map[string]string, len(messengers))
	for kind, m := range messengers {
		list[kind] = m.action
	}
	return list
}

// needsPlace are the kinds that need a channel or chat.
var needsPlace = map[string]string{"slack:bot": "#channel", "telegram:bot": "#chat_id"}

// AlertSettings gives who is told of alerts.
func (e *Engine) AlertSettings(ctx context.Context) (AlertSettings, error) {
	s := AlertSettings{To: []string{}, Lang: e.spoken(ctx)}
	d, err := e.Store.GetDoc(ctx, settingsDoc, alertsDoc)
	if errors.Is(err, store.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read the settings of alerts: %w", err)
	}
	if err := json.Unmarshal(d.Value, &s); err != nil {
		return s, fmt.Errorf("read the settings of alerts: %w", err)
	}
	return s, nil
}

// spoken is what the messages are in where nobody has said it: the language of the instance, else of
// whoever asks.
func (e *Engine) spoken(ctx context.Context) string {
	if chosen := e.ChosenInstance().Lang; chosen != "" {
		return chosen
	}
	if langOf(ctx) == "pt-BR" {
		return "pt-BR"
	}
	return "en"
}

// SetAlertSettings sets who is told of alerts.
func (e *Engine) SetAlertSettings(ctx context.Context, s AlertSettings) (AlertSettings, error) {
	if s.To == nil {
		s.To = []string{}
	}
	if s.Lang == "" {
		s.Lang = e.spoken(ctx)
	}
	if problems := e.checkAlertSettings(&s); len(problems) > 0 {
		return s, &refusal.Refusal{Kind: refusal.Invalid, Code: "invalid", Problems: problems, Message: form.Label("the settings have errors", "as configurações têm erros")}
	}
	value, err := json.Marshal(s)
	if err != nil {
		return s, fmt.Errorf("write the settings of alerts: %w", err)
	}
	if _, err := e.Store.PutDocs(ctx, []store.Doc{{Kind: settingsDoc, ID: alertsDoc, Revision: -1, Value: value}}); err != nil {
		return s, fmt.Errorf("write the settings of alerts: %w", err)
	}
	return s, nil
}

func (e *Engine) checkAlertSettings(s *AlertSettings) []form.Problem {
	var problems []form.Problem
	bad := func(path, code string, words form.Words) {
		problems = append(problems, form.Problem{Severity: form.Error, Path: path, Code: code, Message: words})
	}
	mails := false
	for i, to := range s.To {
		path := fmt.Sprintf("/to/%d", i)
		if mails = mails || strings.Contains(to, "@"); strings.Contains(to, "@") {
			continue
		}
		if words := e.cannotCarry(to); !words.IsZero() {
			bad(path, "bad_destination", words)
		}
	}
	if s.SMTP != "" {
		if kind, ok := e.Connections.Kind(s.SMTP); !ok || kind != "smtp" {
			bad("/smtp", "no_connection", form.Label(fmt.Sprintf("there is no connection %q of the kind smtp", s.SMTP), fmt.Sprintf("não existe a conexão %q do tipo smtp", s.SMTP)))
		}
	} else if mails {
		bad("/smtp", "required", form.Label("name the connection (of the kind smtp) that e-mail is sent through", "informe a conexão (do tipo smtp) pela qual o e-mail é enviado"))
	}
	return problems
}

// cannotCarry says why a connection cannot carry an alert; nothing if it can.
func (e *Engine) cannotCarry(to string) form.Words {
	name, place, _ := strings.Cut(to, "#")
	kind, ok := e.Connections.Kind(name)
	if !ok {
		return form.Label(fmt.Sprintf("there is no connection %q", name), fmt.Sprintf("não existe a conexão %q", name))
	}
	if _, ok := messengers[kind]; !ok {
		return form.Label(fmt.Sprintf("a connection of the kind %s cannot carry an alert", kind), fmt.Sprintf("uma conexão do tipo %s não pode levar um alerta", kind))
	}
	if needs := needsPlace[kind]; needs != "" && place == "" {
		return form.Label(fmt.Sprintf("write it as %s%s", name, needs), fmt.Sprintf("escreva como %s%s", name, needs))
	}
	return form.Words{}
}

// destinations of an alert: those of its flow, else those of the instance.
func (e *Engine) destinations(a *alert, s *AlertSettings) []string {
	if entry, ok := e.Flows.Find(a.Flow); ok && entry.Published != nil {
		if own, given := flow.AlertsOf(&entry.Published.Settings); given {
			return own
		}
	}
	return s.To
}

// tellPeople sends what is due until ctx is done. Alerts that are due together go to one
// place in one message.
func (e *Engine) tellPeople(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.alerts.owed:
			wait(ctx, gather)
		}
		due := e.dueAlerts()
		if len(due) == 0 {
			continue
		}
		settings, err := e.AlertSettings(ctx)
		if err != nil {
			e.Log.Error("tell of alerts", "error", err)
			continue
		}
		e.announce(ctx, due, &settings)
	}
}

func (e *Engine) dueAlerts() []*alert {
	e.alerts.mu.Lock()
	defer e.alerts.mu.Unlock()
	now := e.Now()
	var due []*alert
	for _, a := range e.alerts.open {
		if !a.Due.IsZero() && !now.Before(a.Due) {
			if a.Tries == 0 {
				e.logAlert(a)
			}
			c := *a
			due = append(due, &c)
		}
	}
	slices.SortFunc(due, func(a, b *alert) int { return cmp.Compare(a.ID, b.ID) })
	return due
}

func (e *Engine) logAlert(a *alert) {
	args := []any{"kind", a.Kind, "count", a.Count, "since", a.First}
	if a.Flow != "" {
		args = append(args, "flow", a.Flow)
	}
	if a.Connection != "" {
		args = append(args, "connection", a.Connection)
	}
	if a.Run != "" {
		args = append(args, "run", a.Run)
	}
	if a.Error != nil {
		args = append(args, "step", a.Error.Step, "code", a.Error.Code)
	}
	if !a.Ended.IsZero() {
		e.Log.Info("alert is over", args...)
		return
	}
	e.Log.Warn("alert", args...)
}

// announce tells each destination of all that is due, and notes what became of it.
func (e *Engine) announce(ctx context.Context, due []*alert, s *AlertSettings) {
	by := map[string][]*alert{}
	owing := map[string][]string{} // destinations that were not reached, by alert
	var order []string
	for _, a := range due {
		for _, to := range e.destinations(a, s) {
			if a.Tries > 0 && !slices.Contains(a.Owing, to) {
				continue // told already
			}
			if by[to] == nil {
				order = append(order, to)
			}
			by[to], owing[a.ID] = append(by[to], a), append(owing[a.ID], to)
		}
	}
	told := map[string][]Telling{}
	for _, to := range order {
		if ctx.Err() != nil {
			break
		}
		t := e.tellOne(ctx, to, by[to], s)
		for _, a := range by[to] {
			told[a.ID] = append(told[a.ID], t)
			if t.Error == "" {
				owing[a.ID] = slices.DeleteFunc(owing[a.ID], func(other string) bool { return other == to })
			}
		}
	}
	e.alerts.mu.Lock()
	defer e.alerts.mu.Unlock()
	for _, a := range due {
		e.settle(ctx, a, told[a.ID], owing[a.ID])
	}
}

// settle notes who was told of an alert as it was, and who was not. The caller holds the lock.
func (e *Engine) settle(ctx context.Context, was *alert, told []Telling, owing []string) {
	alarm := was.alarm()
	subject := alarm.subject()
	a := e.alerts.open[subject]
	if a == nil || a.ID != was.ID {
		subject = alarm.over(was.ID)
		a = e.alerts.open[subject]
	}
	if a == nil {
		return // seen meanwhile
	}
	now := e.Now().UTC()
	a.Told = append(a.Told, told...)
	a.Told = a.Told[max(0, len(a.Told)-mostTold):]
	a.Spoken, a.Owing = now, owing
	switch {
	case len(owing) > 0 && ctx.Err() != nil:
		a.Tries = max(1, a.Tries) // the others are told after the next start
	case len(owing) > 0 && a.Tries+1 < mostTries:
		a.Tries++
		a.Due = now.Add(time.Minute << (2 * (a.Tries - 1)))
	default:
		a.Tries, a.Due, a.Owing = 0, time.Time{}, nil
		if a.Count > was.Count && a.Kind == AlertFailure {
			a.Due = now.Add(tellEvery)
		}
	}
	e.saveAlert(ctx, a)
	if !a.Ended.IsZero() && a.Due.IsZero() {
		delete(e.alerts.open, subject)
	}
}

func (e *Engine) tellOne(ctx context.Context, to string, about []*alert, s *AlertSettings) Telling {
	subject, text := e.alertMessage(about, s.Lang)
	t := Telling{To: to, At: e.Now().UTC()}
	if err := e.carry(ctx, to, subject, text, s); err != nil {
		t.Error = form.Cut(err.Error(), 300)
		e.Log.Error("tell of an alert", "to", hideAddress(to), "error", err)
	}
	return t
}

// alertMessage is one text about some alerts.
func (e *Engine) alertMessage(about []*alert, lang string) (subject, text string) {
	words := e.alertSentence(about[0])
	subject = "Gancho: " + form.Cut(words.In(lang), 120)
	if len(about) > 1 {
		subject = form.Label(fmt.Sprintf("Gancho: %d alerts", len(about)), fmt.Sprintf("Gancho: %d alertas", len(about))).In(lang)
	}
	var b strings.Builder
	for i, a := range about {
		if i == mostInDigest {
			b.WriteString(form.Label(fmt.Sprintf("… and %d more", len(about)-i), fmt.Sprintf("… e mais %d", len(about)-i)).In(lang))
			break
		}
		b.WriteString(e.alertSentence(a).In(lang))
		if a.Run != "" {
			fmt.Fprintf(&b, "\n%s/runs/%s", e.Instance().PublicURL, a.Run)
		} else if a.Flow != "" {
			fmt.Fprintf(&b, "\n%s/flows/%s", e.Instance().PublicURL, a.Flow)
		}
		b.WriteString("\n\n")
	}
	return strings.Map(oneLine, subject), strings.TrimSpace(b.String())
}

func oneLine(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// hideAddress keeps a person's address out of the log.
func hideAddress(to string) string {
	name, host, mail := strings.Cut(to, "@")
	if !mail || name == "" {
		return to
	}
	return name[:1] + "…@" + host
}

// carry sends a text to one destination by the action that serves its kind.
func (e *Engine) carry(ctx context.Context, to, subject, text string, s *AlertSettings) error {
	name, place, _ := strings.Cut(to, "#")
	if strings.Contains(to, "@") {
		name, place = s.SMTP, to
	}
	c, err := e.Connections.Resolve(name)
	if err != nil {
		return err
	}
	m, ok := messengers[c.Kind]
	if !ok {
		return fmt.Errorf("a connection of the kind %s cannot carry an alert", c.Kind)
	}
	action, ok := e.Catalogue.Find(m.action)
	if !ok {
		return fmt.Errorf("there is no action %s in this version", m.action)
	}
	if c.Kind == "smtp" && place == "" {
		place = c.Fields["from"]
	}
	doer := action.New()
	if problems := doer.Fields().Fill(m.with(place, subject, text)); len(problems) > 0 {
		return badInput(problems)
	}
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	id := flows.NewToken()
	_, err = doer.Do(ctx, &Call{
		Run: "alert", Step: id, Attempt: 1, Key: "alert-" + id, Connection: c, Timeout: tellTimeout, Now: e.Now(), Zone: time.UTC, Lang: s.Lang,
		Log: func(string) {}, Sent: func(func() any) {},
	})
	return err
}

// TryAlerts sends a trial message to those who are named, else to everybody who is told of alerts;
// what is not said is as in the settings.
func (e *Engine) TryAlerts(ctx context.Context, named AlertSettings) ([]Telling, error) {
	s, err := e.AlertSettings(ctx)
	if err != nil {
		return nil, err
	}
	if len(named.To) > 0 {
		s.To = named.To
	}
	s.SMTP, s.Lang = cmp.Or(named.SMTP, s.SMTP), cmp.Or(named.Lang, s.Lang)
	told := []Telling{}
	words := form.Label("This is a trial: alerts of Gancho arrive here.", "Este é um teste: os alertas do Gancho chegam aqui.")
	for _, to := range s.To {
		t := Telling{To: to, At: e.Now().UTC()}
		if err := e.carry(ctx, to, "Gancho: "+words.In(s.Lang), words.In(s.Lang), &s); err != nil {
			t.Error = form.Cut(said.In(err.Error(), langOf(ctx)), 300)
		}
		told = append(told, t)
	}
	return told, nil
}
