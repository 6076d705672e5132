package api

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/person"
)

// personPage is what is handed to a person who asks for their data: a document that needs nothing else.
//
//go:embed person_page.html
var personPage string

// personWords are the words of the page.
var personWords = map[string]form.Words{
	"title":    form.Label("What is kept about", "O que está guardado sobre"),
	"made":     form.Label("Made", "Feito em"),
	"by":       form.Label("by", "por"),
	"in":       form.Label("from", "de"),
	"zone":     form.Label("Times are those of", "Os horários são de"),
	"more":     form.Label("There is more than this document holds: it was cut at what one look takes in.", "Há mais do que este documento contém: ele foi cortado no que uma consulta alcança."),
	"masked":   form.Label("*** stands for a value that the flow hides.", "*** está no lugar de um valor que o fluxo oculta."),
	"summary":  form.Label("In short", "Em resumo"),
	"flow":     form.Label("Flow", "Fluxo"),
	"events":   form.Label("Events received", "Eventos recebidos"),
	"first":    form.Label("First", "Primeiro"),
	"last":     form.Label("Last", "Último"),
	"sent":     form.Label("What was sent", "O que foi enviado"),
	"to":       form.Label("Sent to", "Enviado a"),
	"action":   form.Label("Action", "Ação"),
	"times":    form.Label("Times", "Vezes"),
	"nothing":  form.Label("Nothing is kept.", "Nada está guardado."),
	"all":      form.Label("Everything, newest first", "Tudo, do mais novo ao mais antigo"),
	"received": form.Label("Received", "Recebido"),
	"again":    form.Label("Run again", "Executado de novo"),
	"none":     form.Label("Nothing was sent.", "Nada foi enviado."),
	"kept":     form.Label("Kept by flows", "Guardado pelos fluxos"),
	"gone":     form.Label("The body is no longer kept.", "O corpo não está mais guardado."),
}

// statusWords are what the page says of effects that did not simply succeed, and of events without a run.
var statusWords = map[string]form.Words{
	"succeeded": form.Label("done", "feito"),
	"failed":    form.Label("failed", "falhou"),
	"unknown":   form.Label("may have happened", "pode ter acontecido"),
	"running":   form.Label("under way", "em andamento"),
	"waiting":   form.Label("waits to be tried again", "espera nova tentativa"),
	"filtered":  form.Label("not wanted by the flow", "não interessou ao fluxo"),
	"duplicate": form.Label("had come before", "já tinha chegado"),
	"rejected":  form.Label("refused", "recusado"),
	"captured":  form.Label("kept as a sample", "guardado como amostra"),
}

// requestWords are what the parts of a request are called.
var requestWords = map[string]form.Words{
	"method":  form.Label("Method", "Método"),
	"url":     form.Label("Address", "Endereço"),
	"query":   form.Label("Parameters", "Parâmetros"),
	"headers": form.Label("Headers", "Cabeçalhos"),
	"body":    form.Label("Body", "Corpo"),
	"json":    form.Label("Body", "Corpo"),
	"form":    form.Label("Body", "Corpo"),
}

// pageOfPerson is what the page shows.
type pageOfPerson struct {
	Lang, Key, By, Server, Zone string
	Made                        string
	More                        bool
	Flows                       []*flowOfPerson
	Sent                        []*sentOfPerson
	Moments                     []momentOfPerson
	Kept                        []keptOfPerson
}

type keptOfPerson struct {
	Key    string
	Values []valueOfPerson
}

type flowOfPerson struct {
	Name        string
	Events      int
	First, Last string
}

type sentOfPerson struct {
	To, Action string
	Times      int
}

type momentOfPerson struct {
	At, Title, Flow, Status string
	Again                   bool
	Values                  []valueOfPerson // of the event's body
	Effects                 []effectOfPerson
}

type effectOfPerson struct {
	At, Name, Action, To, Status string
	Values                       []valueOfPerson
}

type valueOfPerson struct{ Name, Text string }

// personHTML draws all that concerned a person, in the asker's language.
func (s *server) personHTML(ctx context.Context, v *person.View) ([]byte, error) {
	lang := langOf(ctx)
	page, err := template.New("person").Funcs(template.FuncMap{"t": func(word string) string { return personWords[word].In(lang) }}).Parse(personPage)
	if err != nil {
		return nil, fmt.Errorf("page of a person: %w", err)
	}
	d := personDrawing{server: s, lang: lang, zone: zoneNamed(s.Engine.Instance().Timezone), flows: map[string]*flowOfPerson{}, sent: map[string]*sentOfPerson{}}
	data := d.page(v)
	data.By, data.Server = s.called(ctx), s.Public()
	var out bytes.Buffer
	if err := page.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("page of a person: %w", err)
	}
	return out.Bytes(), nil
}

func zoneNamed(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

// personDrawing counts while it draws.
type personDrawing struct {
	*server
	lang  string
	zone  *time.Location
	flows map[string]*flowOfPerson
	sent  map[string]*sentOfPerson
}

func (d *personDrawing) page(v *person.View) *pageOfPerson {
	p := &pageOfPerson{Lang: d.lang, Key: v.Key, Zone: d.zone.String(), Made: d.time(d.Engine.Now()), More: v.More}
	stories := map[string]*engine.RunView{}
	for i := range v.Runs {
		stories[v.Runs[i].ID] = &v.Runs[i]
	}
	for i := range v.Items {
		p.Moments = append(p.Moments, d.moment(&v.Items[i], stories))
	}
	for _, k := range v.State {
		p.Kept = append(p.Kept, keptOfPerson{k.Key, d.values(k.Value, nil)})
	}
	byName := func(a, b *flowOfPerson) int { return cmp.Compare(a.Name, b.Name) }
	p.Flows = slices.SortedFunc(maps.Values(d.flows), byName)
	p.Sent = slices.SortedFunc(maps.Values(d.sent), func(a, b *sentOfPerson) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.Action, b.Action))
	})
	return p
}

func (d *personDrawing) moment(m *person.Moment, stories map[string]*engine.RunView) momentOfPerson {
	out := momentOfPerson{At: d.time(m.At), Flow: m.FlowName, Again: m.Event == nil}
	var trigger map[string]any
	switch {
	case m.Run != nil:
		out.Title = m.Run.Title
		if story := stories[m.Run.ID]; story != nil {
			trigger = story.Trigger
		}
	case m.Event != nil:
		out.Title, trigger, out.Status = m.Event.Title, m.Event.Trigger, d.status(string(m.Event.Status))
	}
	if !out.Again {
		d.count(m)
		out.Values = d.values(trigger["body"], nil)
	}
	for i := range m.Effects {
		out.Effects = append(out.Effects, d.effect(&m.Effects[i]))
	}
	return out
}

// count notes an event; the newest comes first.
func (d *personDrawing) count(m *person.Moment) {
	f := d.flows[m.Flow]
	if f == nil {
		f = &flowOfPerson{Name: m.FlowName, Last: d.time(m.At)}
		d.flows[m.Flow] = f
	}
	f.Events++
	f.First = d.time(m.At)
}

func (d *personDrawing) effect(e *person.EffectView) effectOfPerson {
	out := effectOfPerson{Name: cmp.Or(e.Name, e.Path), Action: e.Action, To: recipient(e.Request), Status: d.status(e.Status)}
	labels := maps.Clone(requestWords)
	if a, ok := d.Catalogue.Find(e.Action); ok {
		out.Action = a.Title.In(d.lang)
		for _, f := range a.New().Fields() {
			labels[f.ID()] = f.Label()
		}
	}
	out.Values = d.values(e.Request, labels)
	if e.At != nil {
		out.At = d.time(*e.At)
	}
	if e.Status != "succeeded" && e.Status != "unknown" {
		return out
	}
	key := out.To + "\x00" + out.Action
	if d.sent[key] == nil {
		d.sent[key] = &sentOfPerson{To: out.To, Action: out.Action}
	}
	d.sent[key].Times++
	return out
}

func (d *personDrawing) status(word string) string {
	if words, ok := statusWords[word]; ok {
		return words.In(d.lang)
	}
	return word
}

func (d *personDrawing) time(t time.Time) string {
	if d.lang == "pt-BR" {
		return t.In(d.zone).Format("02/01/2006 15:04:05")
	}
	return t.In(d.zone).Format("2006-01-02 15:04:05")
}

// recipient says in a few words where an effect went: to whom, else to which server.
func recipient(request any) string {
	r, _ := request.(map[string]any)
	for _, name := range []string{"to", "phone", "email", "channel"} {
		switch to := r[name].(type) {
		case string:
			return to
		case []any:
			parts := make([]string, len(to))
			for i := range to {
				parts[i] = expression.Text(to[i])
			}
			return strings.Join(parts, ", ")
		}
	}
	if address, ok := r["url"].(string); ok {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return ""
}

// values lists what a document holds, each with what people call it, and where it is: "Itens 2 › Nome".
// labels are what the members at its top are called besides.
func (d *personDrawing) values(document any, labels map[string]form.Words) (list []valueOfPerson) {
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				called := expression.Called(name, d.lang)
				if label, told := labels[name]; told && path == "" {
					called = label.In(d.lang)
				}
				walk(strings.TrimPrefix(path+" › "+called, " › "), v[name])
			}
		case []any:
			for i := range v {
				walk(strings.TrimSpace(path+" "+strconv.Itoa(i+1)), v[i])
			}
		case nil:
		default:
			list = append(list, valueOfPerson{path, expression.Text(v)})
		}
	}
	walk("", document)
	return list
}
