package flow

import (
	"fmt"
	"reflect"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// titles name the steps of two flows for people: by their own name, else by what their action
// does, with the id where several do the same.
type titles struct {
	catalogue Catalogue // may be nil
	unnamed   map[string]int
}

func newTitles(c Catalogue, sides ...places) titles {
	t, seen := titles{catalogue: c, unnamed: map[string]int{}}, map[string]bool{}
	for _, side := range sides {
		for _, id := range side.order {
			if s := side.at[id].step; s.Name == "" && !seen[id] {
				seen[id] = true
				t.unnamed[s.Action]++
			}
		}
	}
	return t
}

func (t titles) of(s *Step) form.Words {
	words := form.Label(s.Name, s.Name)
	if s.Name == "" {
		words = form.Label(s.ID, s.ID)
		if t.catalogue != nil {
			if info, ok := t.catalogue.Action(s.Action); ok && info.Title.EN != "" {
				words = info.Title
			}
		}
	}
	words = form.Label("“"+words.EN+"”", "“"+words.PT+"”")
	if s.Name == "" && words.EN != "“"+s.ID+"”" && t.unnamed[s.Action] > 1 {
		words = follow(words, " ("+s.ID+")", " ("+s.ID+")")
	}
	return words
}

// where says in words at which place of its tree a step stands.
func (t titles) where(p place) form.Words {
	switch {
	case p.before != nil:
		above := t.of(p.before)
		return form.Label("after "+above.EN, "depois de "+above.PT)
	case p.parent == nil:
		return form.Label("at the beginning", "no início")
	}
	around := t.of(p.parent)
	return form.Label("at the beginning of "+around.EN, "no início de "+around.PT)
}

// follow puts words after a title.
func follow(title form.Words, en, pt string) form.Words {
	return form.Label(title.EN+en, title.PT+pt)
}

// pattern makes a title part of a format.
func pattern(title form.Words) (en, pt string) {
	return strings.ReplaceAll(title.EN, "%", "%%"), strings.ReplaceAll(title.PT, "%", "%%")
}

// conditional says what a condition decides: %s is the condition in words.
type conditional struct{ only, always, also, noLonger, needs, needsNot, changed form.Words }

func stepWhen(title form.Words) conditional {
	en, pt := pattern(title)
	return conditional{
		only:     form.Label(en+" now runs only when %s", pt+" agora só roda quando %s"),
		always:   form.Label(en+" now always runs; before, only when %s", pt+" agora sempre roda; antes, só quando %s"),
		also:     form.Label(en+" now also runs when %s", pt+" agora também roda quando %s"),
		noLonger: form.Label(en+" no longer runs when %s", pt+" não roda mais quando %s"),
		needs:    form.Label(en+" now runs only when %s, too", pt+" agora só roda quando, além disso, %s"),
		needsNot: form.Label(en+" runs whether or not %s", pt+" não exige mais que %s"),
		changed:  form.Label(en+" now runs when %s; before, when %s", pt+" agora roda quando %s; antes, quando %s"),
	}
}

func filterWhere(title form.Words) conditional {
	en, pt := pattern(title)
	return conditional{
		only:     form.Label(en+" now lets a run go on only when %s", pt+" agora só deixa seguir quando %s"),
		always:   form.Label(en+" asks nothing any more; before, that %s", pt+" não pergunta mais nada; antes, se %s"),
		also:     form.Label(en+" now also lets a run go on when %s", pt+" agora também deixa seguir quando %s"),
		noLonger: form.Label(en+" no longer lets a run go on when %s", pt+" não deixa mais seguir quando %s"),
		needs:    form.Label(en+" now lets a run go on only when %s, too", pt+" agora só deixa seguir quando, além disso, %s"),
		needsNot: form.Label(en+" lets a run go on whether or not %s", pt+" não exige mais que %s"),
		changed:  form.Label(en+" now lets a run go on when %s; before, when %s", pt+" agora deixa seguir quando %s; antes, quando %s"),
	}
}

func triggerWhere() conditional {
	return conditional{
		only:     form.Label("the trigger now takes an event only when %s", "o gatilho agora só aceita um evento quando %s"),
		always:   form.Label("the trigger now takes every event; before, only when %s", "o gatilho agora aceita todo evento; antes, só quando %s"),
		also:     form.Label("the trigger now also takes an event when %s", "o gatilho agora também aceita um evento quando %s"),
		noLonger: form.Label("the trigger no longer takes an event when %s", "o gatilho não aceita mais um evento quando %s"),
		needs:    form.Label("the trigger now takes an event only when %s, too", "o gatilho agora só aceita um evento quando, além disso, %s"),
		needsNot: form.Label("the trigger takes an event whether or not %s", "o gatilho não exige mais que %s"),
		changed:  form.Label("the trigger now takes an event when %s; before, when %s", "o gatilho agora aceita um evento quando %s; antes, quando %s"),
	}
}

// change says what became of a condition: whether more, less or something else passes.
func (c conditional) change(before, after string) form.Words {
	told := func(pattern form.Words, conditions ...form.Words) form.Words {
		en, pt := make([]any, len(conditions)), make([]any, len(conditions))
		for i, w := range conditions {
			en[i], pt[i] = w.EN, w.PT
		}
		return form.Label(fmt.Sprintf(pattern.EN, en...), fmt.Sprintf(pattern.PT, pt...))
	}
	switch {
	case before == "":
		return told(c.only, expression.InWords(after))
	case after == "":
		return told(c.always, expression.InWords(before))
	}
	a, b := expression.ConditionOf(before), expression.ConditionOf(after)
	if a != nil && b != nil {
		if more := rest(anyOf(a), anyOf(b)); more != nil {
			return told(c.also, (&expression.Condition{Any: more}).Words())
		}
		if less := rest(anyOf(b), anyOf(a)); less != nil {
			return told(c.noLonger, (&expression.Condition{Any: less}).Words())
		}
		if more := rest(a.All, b.All); more != nil {
			return told(c.needs, (&expression.Condition{All: more}).Words())
		}
		if less := rest(b.All, a.All); less != nil {
			return told(c.needsNot, (&expression.Condition{All: less}).Words())
		}
	}
	return told(c.changed, expression.InWords(after), expression.InWords(before))
}

// anyOf gives the alternatives of a condition; one that has none is its own only one.
func anyOf(c *expression.Condition) []expression.Condition {
	if c.Any != nil {
		return c.Any
	}
	if len(c.All) == 1 {
		return c.All
	}
	return []expression.Condition{*c}
}

// rest gives what the longer list has after all of the shorter one; nil if it is no longer one.
func rest(shorter, longer []expression.Condition) []expression.Condition {
	if len(shorter) == 0 || len(longer) <= len(shorter) {
		return nil
	}
	var more []expression.Condition
	missing := append([]expression.Condition{}, shorter...)
	for _, c := range longer {
		found := -1
		for i := range missing {
			if reflect.DeepEqual(missing[i], c) {
				found = i
			}
		}
		if found < 0 {
			more = append(more, c)
			continue
		}
		missing = append(missing[:found], missing[found+1:]...)
	}
	if len(missing) > 0 {
		return nil
	}
	return more
}

// memberWords names the members of a step, of the trigger and of the settings for people.
var memberWords = map[string]form.Words{
	"name": form.Label("name", "nome"), "note": form.Label("note", "nota"), "description": form.Label("description", "descrição"), "tags": form.Label("tags", "etiquetas"),
	"connection": form.Label("connection", "conexão"), "timeout": form.Label("time-out", "tempo limite"), "delivery": form.Label("delivery", "entrega"),
	"missing": form.Label("missing values", "valores que faltam"), "on_error": form.Label("when it fails", "quando falha"), "action": form.Label("action", "ação"),
	"retry/attempts": form.Label("number of attempts", "número de tentativas"), "retry/first": form.Label("first pause between attempts", "primeira pausa entre tentativas"),
	"retry/factor": form.Label("growth of the pause", "crescimento da pausa"), "retry/max": form.Label("longest pause", "pausa máxima"), "retry/jitter": form.Label("jitter", "variação"),
	"trigger/kind": form.Label("trigger", "gatilho"), "trigger/connection": form.Label("connection of the trigger", "conexão do gatilho"),
	"settings/timezone": form.Label("time zone", "fuso horário"), "settings/timeout": form.Label("time limit of a run", "tempo limite da execução"),
	"settings/concurrency": form.Label("runs at once", "execuções ao mesmo tempo"), "settings/on_failure": form.Label("flow for failures", "fluxo para falhas"),
	"settings/silence/expect_every": form.Label("silence before an alarm", "silêncio até o alarme"), "settings/keep/bodies": form.Label("time that bodies are kept", "tempo de guarda dos corpos"),
	"settings/keep/runs": form.Label("time that runs are kept", "tempo de guarda das execuções"), "settings/mask": form.Label("masked fields", "campos mascarados"), "settings/alerts": form.Label("alerts", "alertas"),
}

// memberWord names a member: from the table, from the form of its action, or by its path.
func memberWord(member string, fields form.Fields) form.Words {
	if w, ok := memberWords[member]; ok {
		return w
	}
	path, isField := strings.CutPrefix(member, "with/")
	if !isField {
		path, isField = strings.CutPrefix(member, "trigger/with/")
	}
	names := strings.Split(path, "/")
	words, ok := memberWords[names[0]]
	if field := fields.Find(names[0]); isField && field != nil {
		words = field.Label()
	} else if isField || !ok {
		words = form.Label(names[0], names[0])
	}
	for _, name := range names[1:] {
		name = " › " + plain.Replace(name)
		words = follow(words, name, name)
	}
	return words
}

// plain undoes form.Escape.
var plain = strings.NewReplacer("~1", "/", "~0", "~")
