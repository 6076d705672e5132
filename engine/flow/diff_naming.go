package flow

import (
	"fmt"
	"strings"
	"time"

	"gancho/engine/form"
)

// policies name what a step does where something is wrong.
var policies = map[string]map[string]form.Words{
	"on_error": {"fail": form.Label("the run fails", "a execução falha"), "continue": form.Label("the run goes on", "a execução continua")},
	"missing":  {"fail": form.Label("the step fails", "o passo falha"), "empty": form.Label("leave it empty", "deixar vazio"), "skip": form.Label("skip the step", "pular o passo")},
	"delivery": {AtLeastOnce: form.Label("at least once", "pelo menos uma vez"), AtMostOnce: form.Label("at most once", "no máximo uma vez")},
}

// spans are members that hold a length of time.
var spans = map[string]bool{
	"timeout": true, "retry/first": true, "retry/max": true, "settings/timeout": true, "settings/silence/expect_every": true, "settings/keep/bodies": true, "settings/keep/runs": true,
}

// namingOf says how the values of a member are told.
func namingOf(member string, fields form.Fields) naming {
	first, _, _ := strings.Cut(member, "/")
	if words, ok := policies[first]; ok {
		return func(text string) form.Words { return quoted(words[text]) }
	}
	if spans[member] {
		return spanOf
	}
	id, isField := fieldOf(member)
	field := fields.Find(id)
	switch {
	case !isField || field == nil:
		return nil
	case field.Kind() == "duration":
		return spanOf
	}
	return func(text string) form.Words { return quoted(field.Choice(text)) }
}

func quoted(w form.Words) form.Words {
	if w.IsZero() {
		return w
	}
	return form.Label("“"+w.EN+"”", "“"+w.PT+"”")
}

// fieldOf gives the field of a form that a member is, or stands in.
func fieldOf(member string) (id string, is bool) {
	path, is := strings.CutPrefix(strings.TrimPrefix(member, "trigger/"), "with/")
	id, _, _ = strings.Cut(path, "/")
	return id, is
}

// spanOf tells a length of time: 1h30m is 1 hour 30 minutes.
func spanOf(text string) form.Words {
	rest, err := form.ParseDuration(text)
	if err != nil || rest == 0 {
		return form.Words{}
	}
	var en, pt []string
	for _, u := range []struct {
		unit             time.Duration
		one, many, um, s string
	}{
		{24 * time.Hour, "day", "days", "dia", "dias"},
		{time.Hour, "hour", "hours", "hora", "horas"},
		{time.Minute, "minute", "minutes", "minuto", "minutos"},
		{time.Second, "second", "seconds", "segundo", "segundos"},
		{time.Millisecond, "millisecond", "milliseconds", "milissegundo", "milissegundos"},
	} {
		if n := int(rest / u.unit); n > 0 {
			en, pt = append(en, counted(n, u.one, u.many)), append(pt, counted(n, u.um, u.s))
			rest -= time.Duration(n) * u.unit
		}
	}
	return form.Label(strings.Join(en, " "), strings.Join(pt, " "))
}

func counted(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}
