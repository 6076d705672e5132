package engine

import (
	"cmp"
	"fmt"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/said"
)

// alertWords say what is the matter, in a sentence.
func (e *Engine) alertWords(a *alerts.Alert) form.Words {
	if !a.Ended.IsZero() && a.SeenBy == "" {
		if w, ok := e.overWords(a); ok {
			return w
		}
	}
	name := e.nameOf(a.Flow)
	switch a.Kind {
	case alerts.Failure:
		return e.failureWords(a, name)
	case alerts.Silence:
		every := flow.Duration(time.Duration(a.Expected) * time.Millisecond)
		return form.Label(fmt.Sprintf("%s has had no event, though one is expected every %s", name, every),
			fmt.Sprintf("%s não recebeu nenhum evento, embora se espere um a cada %s", name, every))
	case alerts.Connection:
		en, pt := fmt.Sprintf("the connection %q was refused by its provider; runs that need it wait", a.Connection),
			fmt.Sprintf("a conexão %q foi recusada pelo provedor; as execuções que precisam dela esperam", a.Connection)
		if c, err := e.Connections.Get(a.Connection); err == nil && c.Problem != "" {
			en, pt = en+": "+said.In(c.Problem, "en"), pt+": "+said.In(c.Problem, "pt-BR")
		}
		return form.Label(en, pt)
	case alerts.History:
		return form.Label(fmt.Sprintf("the file %s of the data folder cannot be read: lists and searches lack the history that it holds; put it back from a backup and start the server again", a.Key),
			fmt.Sprintf("o arquivo %s da pasta de dados não pode ser lido: as listas e buscas não mostram o histórico que ele guarda; recoloque-o a partir de uma cópia de segurança e reinicie o servidor", a.Key))
	case alerts.Disk:
		return form.Label("the disk is full: no event can be accepted until there is space", "o disco está cheio: nenhum evento pode ser aceito até haver espaço")
	}
	if a.Words != nil {
		return *a.Words
	}
	return form.Label(string(a.Kind), string(a.Kind))
}

// alertSentence are the words for those who see nothing else of an alert: they name its flow.
func (e *Engine) alertSentence(a *alerts.Alert) form.Words {
	w := e.alertWords(a)
	if a.Kind != alerts.Drift || a.Flow == "" {
		return w
	}
	name := e.nameOf(a.Flow)
	return form.Label(name+": "+w.EN, name+": "+w.PT)
}

func (e *Engine) failureWords(a *alerts.Alert, name string) form.Words {
	en, pt := name+" failed", name+" falhou"
	if a.Count > 1 {
		since := e.localTime(a.Flow, a.First)
		en, pt = fmt.Sprintf("%s failed %d times since %s", name, a.Count, since.EN), fmt.Sprintf("%s falhou %d vezes desde %s", name, a.Count, since.PT)
	}
	if a.Error != nil {
		if a.Error.Step != "" {
			step := e.failedStep(a)
			en, pt = en+fmt.Sprintf(" at step %q", step.EN), pt+fmt.Sprintf(" no passo %q", step.PT)
		}
		what := form.Cut(cmp.Or(a.Error.Message, a.Error.Code), 300)
		en, pt = en+": "+said.In(what, "en"), pt+": "+said.In(what, "pt-BR")
		if hint := a.Error.Hint; hint != nil && !hint.IsZero() {
			en, pt = en+" ("+hint.EN+")", pt+" ("+hint.PT+")"
		}
	}
	return form.Label(en, pt)
}

// localTime is a moment on the clocks of those who own a flow.
func (e *Engine) localTime(id string, at time.Time) form.Words {
	zone := zoneOf(e.published(id), e.Instance().Timezone)
	at = at.In(zone)
	w := form.Label(at.Format("2 Jan 2006 15:04"), at.Format("02/01/2006 15:04"))
	if zone == time.UTC {
		return form.Label(w.EN+" UTC", w.PT+" UTC")
	}
	return w
}

// failedStep is what the step of an alert is called.
func (e *Engine) failedStep(a *alerts.Alert) form.Words {
	return e.Catalogue.stepWords(e.published(a.Flow), a.Error.Step)
}

// published is a flow as it is in force; an empty one where none is.
func (e *Engine) published(id string) *flow.Flow {
	if entry, ok := e.Flows.Find(id); ok && entry.Published != nil {
		return entry.Published
	}
	return new(flow.Flow)
}

// overWords say that it is over, for kinds that can be.
func (e *Engine) overWords(a *alerts.Alert) (form.Words, bool) {
	took := a.Ended.Sub(a.First).Round(time.Minute)
	lasted := flow.Duration(max(took, time.Minute))
	switch a.Kind {
	case alerts.Silence:
		name := e.nameOf(a.Flow)
		return form.Label(fmt.Sprintf("%s gets events again, %s after the alarm", name, lasted), fmt.Sprintf("%s recebe eventos de novo, %s depois do alarme", name, lasted)), true
	case alerts.Connection:
		return form.Label(fmt.Sprintf("the connection %q was mended after %s", a.Connection, lasted), fmt.Sprintf("a conexão %q foi corrigida depois de %s", a.Connection, lasted)), true
	case alerts.Disk:
		return form.Label(fmt.Sprintf("there is disk space again, after %s", lasted), fmt.Sprintf("há espaço em disco de novo, depois de %s", lasted)), true
	case alerts.History:
		return form.Label(fmt.Sprintf("the file %s can be read again", a.Key), fmt.Sprintf("o arquivo %s pode ser lido de novo", a.Key)), true
	case alerts.Backup:
		return form.Label("backups work again", "as cópias de segurança funcionam de novo"), true
	}
	return form.Words{}, false
}

// nameOf is what people call a flow, in quotes.
func (e *Engine) nameOf(id string) string {
	if entry, ok := e.Flows.Find(id); ok && entry.Draft != nil && entry.Draft.Name != "" {
		return fmt.Sprintf("%q", entry.Draft.Name)
	}
	return fmt.Sprintf("%q", id)
}
