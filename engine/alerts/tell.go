package alerts

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
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/said"
	"gancho/engine/store"
)

// Settings say who is told of alerts, where a flow does not say it itself.
type Settings struct {
	To   []string `json:"to" doc:"e-mail addresses, and names of connections; a Slack bot's with #channel"`
	SMTP string   `json:"smtp" required:"false" doc:"the connection that e-mail is sent through"`
	Lang string   `json:"lang,omitempty" enum:"en,pt-BR" doc:"of the messages"`
}

const (
	settingsDoc  = "settings"
	alertsDoc    = "alerts"
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

// Actions are the actions that carry alerts, by the kinds of connection that may be told.
func Actions() map[string]string {
	list := make(map[string]string, len(messengers))
	for kind, m := range messengers {
		list[kind] = m.action
	}
	return list
}

// needsPlace are the kinds that need a channel or chat.
var needsPlace = map[string]string{"slack:bot": "#channel", "telegram:bot": "#chat_id"}

// Settings gives who is told of alerts.
func (s *Alerts) Settings(ctx context.Context) (Settings, error) {
	set := Settings{To: []string{}, Lang: s.Engine.Lang(ctx)}
	d, err := s.Store.GetDoc(ctx, settingsDoc, alertsDoc)
	if errors.Is(err, store.ErrNotFound) {
		return set, nil
	}
	if err != nil {
		return set, fmt.Errorf("read the settings of alerts: %w", err)
	}
	if err := json.Unmarshal(d.Value, &set); err != nil {
		return set, fmt.Errorf("read the settings of alerts: %w", err)
	}
	return set, nil
}

// SetSettings sets who is told of alerts.
func (s *Alerts) SetSettings(ctx context.Context, set Settings) (Settings, error) {
	if set.To == nil {
		set.To = []string{}
	}
	if set.Lang == "" {
		set.Lang = s.Engine.Lang(ctx)
	}
	if problems := s.checkSettings(&set); len(problems) > 0 {
		return set, &refusal.Refusal{Kind: refusal.Invalid, Code: "invalid", Problems: problems, Message: form.Label("the settings have errors", "as configurações têm erros")}
	}
	value, err := json.Marshal(set)
	if err != nil {
		return set, fmt.Errorf("write the settings of alerts: %w", err)
	}
	if _, err := s.Store.PutDocs(ctx, []store.Doc{{Kind: settingsDoc, ID: alertsDoc, Revision: -1, Value: value}}); err != nil {
		return set, fmt.Errorf("write the settings of alerts: %w", err)
	}
	return set, nil
}

func (s *Alerts) checkSettings(set *Settings) []form.Problem {
	var problems []form.Problem
	bad := func(path, code string, words form.Words) {
		problems = append(problems, form.Problem{Severity: form.Error, Path: path, Code: code, Message: words})
	}
	mails := false
	for i, to := range set.To {
		path := fmt.Sprintf("/to/%d", i)
		if mails = mails || strings.Contains(to, "@"); strings.Contains(to, "@") {
			continue
		}
		if words := s.cannotCarry(to); !words.IsZero() {
			bad(path, "bad_destination", words)
		}
	}
	if set.SMTP != "" {
		if kind, ok := s.Connections.Kind(set.SMTP); !ok || kind != "smtp" {
			bad("/smtp", "no_connection", form.Label(fmt.Sprintf("there is no connection %q of the kind smtp", set.SMTP), fmt.Sprintf("não existe a conexão %q do tipo smtp", set.SMTP)))
		}
	} else if mails {
		bad("/smtp", "required", form.Label("name the connection (of the kind smtp) that e-mail is sent through", "informe a conexão (do tipo smtp) pela qual o e-mail é enviado"))
	}
	return problems
}

// cannotCarry says why a connection cannot carry an alert; nothing if it can.
func (s *Alerts) cannotCarry(to string) form.Words {
	name, place, _ := strings.Cut(to, "#")
	kind, ok := s.Connections.Kind(name)
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
func (s *Alerts) destinations(a *Alert, set *Settings) []string {
	if entry, ok := s.Flows.Find(a.Flow); ok && entry.Published != nil {
		if own, given := flow.AlertsOf(&entry.Published.Settings); given {
			return own
		}
	}
	return set.To
}

// Work sends what is due until ctx is done. Alerts that are due together go to one
// place in one message.
func (s *Alerts) Work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.owed:
			select {
			case <-ctx.Done():
			case <-time.After(gather):
			}
		}
		due := s.due()
		if len(due) == 0 {
			continue
		}
		settings, err := s.Settings(ctx)
		if err != nil {
			s.Log.Error("tell of alerts", "error", err)
			continue
		}
		s.announce(ctx, due, &settings)
	}
}

func (s *Alerts) due() []*Alert {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	var due []*Alert
	for _, a := range s.open {
		if !a.Due.IsZero() && !now.Before(a.Due) {
			if a.Tries == 0 {
				s.log(a)
			}
			c := *a
			due = append(due, &c)
		}
	}
	slices.SortFunc(due, func(a, b *Alert) int { return cmp.Compare(a.ID, b.ID) })
	return due
}

func (s *Alerts) log(a *Alert) {
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
		s.Log.Info("alert is over", args...)
		return
	}
	s.Log.Warn("alert", args...)
}

// announce tells each destination of all that is due, and notes what became of it.
func (s *Alerts) announce(ctx context.Context, due []*Alert, set *Settings) {
	by := map[string][]*Alert{}
	owing := map[string][]string{} // destinations that were not reached, by alert
	var order []string
	for _, a := range due {
		for _, to := range s.destinations(a, set) {
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
		t := s.tellOne(ctx, to, by[to], set)
		for _, a := range by[to] {
			told[a.ID] = append(told[a.ID], t)
			if t.Error == "" {
				owing[a.ID] = slices.DeleteFunc(owing[a.ID], func(other string) bool { return other == to })
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range due {
		s.settle(ctx, a, told[a.ID], owing[a.ID])
	}
}

// settle notes who was told of an alert as it was, and who was not. The caller holds the lock.
func (s *Alerts) settle(ctx context.Context, was *Alert, told []Telling, owing []string) {
	alarm := was.Alarm()
	subject := alarm.subject()
	a := s.open[subject]
	if a == nil || a.ID != was.ID {
		subject = alarm.over(was.ID)
		a = s.open[subject]
	}
	if a == nil {
		return // seen meanwhile
	}
	now := s.Now().UTC()
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
		if a.Count > was.Count && a.Kind == Failure {
			a.Due = now.Add(tellEvery)
		}
	}
	s.save(ctx, a)
	if !a.Ended.IsZero() && a.Due.IsZero() {
		delete(s.open, subject)
	}
}

func (s *Alerts) tellOne(ctx context.Context, to string, about []*Alert, set *Settings) Telling {
	subject, text := s.message(about, set.Lang)
	t := Telling{To: to, At: s.Now().UTC()}
	if err := s.carry(ctx, to, subject, text, set); err != nil {
		t.Error = form.Cut(err.Error(), 300)
		s.Log.Error("tell of an alert", "to", hideAddress(to), "error", err)
	}
	return t
}

// message is one text about some alerts.
func (s *Alerts) message(about []*Alert, lang string) (subject, text string) {
	words, _ := s.Engine.Say(about[0])
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
		matter, at := s.Engine.Say(a)
		b.WriteString(matter.In(lang))
		if at != "" {
			b.WriteString("\n" + at)
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
func (s *Alerts) carry(ctx context.Context, to, subject, text string, set *Settings) error {
	name, place, _ := strings.Cut(to, "#")
	if strings.Contains(to, "@") {
		name, place = set.SMTP, to
	}
	c, err := s.Connections.Resolve(name)
	if err != nil {
		return err
	}
	m, ok := messengers[c.Kind]
	if !ok {
		return fmt.Errorf("a connection of the kind %s cannot carry an alert", c.Kind)
	}
	if c.Kind == "smtp" && place == "" {
		place = c.Fields["from"]
	}
	return s.Engine.Carry(ctx, c, m.action, m.with(place, subject, text), set.Lang)
}

// Try sends a trial message to those who are named, else to everybody who is told of alerts;
// what is not said is as in the settings. Why somebody was not reached is said in lang.
func (s *Alerts) Try(ctx context.Context, named Settings, lang string) ([]Telling, error) {
	set, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if len(named.To) > 0 {
		set.To = named.To
	}
	set.SMTP, set.Lang = cmp.Or(named.SMTP, set.SMTP), cmp.Or(named.Lang, set.Lang)
	told := []Telling{}
	words := form.Label("This is a trial: alerts of Gancho arrive here.", "Este é um teste: os alertas do Gancho chegam aqui.")
	for _, to := range set.To {
		t := Telling{To: to, At: s.Now().UTC()}
		if err := s.carry(ctx, to, "Gancho: "+words.In(set.Lang), words.In(set.Lang), &set); err != nil {
			t.Error = form.Cut(said.In(err.Error(), lang), 300)
		}
		told = append(told, t)
	}
	return told, nil
}
