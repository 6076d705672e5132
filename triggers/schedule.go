package triggers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"

	"github.com/robfig/cron/v3"
)

// scheduleSettings are the settings of a schedule.
type scheduleSettings struct {
	cron, timezone, catchUp string
	jitter                  time.Duration
}

func (s *scheduleSettings) fields() form.Fields {
	return form.Of(
		form.Text("cron", &s.cron, form.Label("When", "Quando")).Required().Literal().Example("0 8 * * 1-5").Max(200).
			Help(form.Label("five fields: minute, hour, day of month, month, weekday; or @daily and friends", "cinco campos: minuto, hora, dia do mês, mês, dia da semana; ou @daily e similares")),
		form.Text("timezone", &s.timezone, form.Label("Time zone", "Fuso horário")).Required().Literal().Example("America/Sao_Paulo"),
		form.Select("catch_up", &s.catchUp, form.Label("Missed times", "Horários perdidos"),
			form.Option("skip", form.Label("leave out", "pular")),
			form.Option("once", form.Label("run once", "executar uma vez")),
			form.Option("all", form.Label("run all, at most 100", "executar todos, no máximo 100"))).Default("once").Literal().
			Help(form.Label("Those of “run all” start together; one after the other where the settings of the flow allow one run at the same time.",
				"Os de “executar todos” começam juntos; um depois do outro onde os ajustes do fluxo permitem uma execução ao mesmo tempo.")),
		form.Duration("jitter", &s.jitter, form.Label("Spread", "Espalhar os horários")).Literal().Advanced().
			Help(form.Label("Each time starts up to this much later, at random, so that not everything starts at once.", "Cada início atrasa até este tempo, ao acaso, para que nem tudo comece junto.")))
}

// scheduleTrigger is the clock.
func scheduleTrigger() engine.Trigger {
	return engine.Trigger{
		Kind: "schedule", Title: form.Label("Schedule", "Agendamento"),
		Summary: form.Label("Starts at set times", "Inicia em horários definidos"),
		Fields:  func() form.Fields { return new(scheduleSettings).fields() },
		Check:   checkSchedule,
	}
}

func checkSchedule(f *flow.Flow, known flow.Known) []form.Problem {
	problems := checkWhere(f, known)
	spec, okSpec := f.Trigger.With["cron"].(string)
	zone, okZone := f.Trigger.With["timezone"].(string)
	if okZone && zone != "" {
		if _, err := loadZone(zone); err != nil {
			problems = append(problems, problem("/trigger/with/timezone", "unknown_timezone",
				fmt.Sprintf("there is no time zone %q; one is America/Sao_Paulo", zone), fmt.Sprintf("não existe o fuso %q; um deles é America/Sao_Paulo", zone)))
		}
	}
	if !okSpec || spec == "" {
		return problems
	}
	t, err := parseTimetable(spec, time.UTC)
	if err != nil {
		return append(problems, problem("/trigger/with/cron", err.code, err.words.EN, err.words.PT))
	}
	if t.either {
		problems = append(problems, warning("/trigger/with/cron", "day_or_weekday",
			"with both a day of month and a weekday, it is due on either", "com dia do mês e dia da semana, vale qualquer um dos dois"))
	}
	return problems
}

// cronError says why a spec is refused.
type cronError struct {
	code  string
	words form.Words
}

func (e *cronError) Error() string { return e.words.EN }

func cronRefused(code, en, pt string) *cronError { return &cronError{code, form.Label(en, pt)} }

// timetable gives the moments at which a schedule is due. It has no state.
type timetable struct {
	schedule cron.Schedule
	zone     *time.Location
	wall     bool // runs on the wall clock, and each reading counts once
	either   bool // day of month and weekday are both narrowed
}

// leastInterval is what a schedule may not be quicker than.
const leastInterval = time.Minute

// parseTimetable reads a spec. It never panics, and what it gives comes due.
func parseTimetable(spec string, zone *time.Location) (t *timetable, refusal *cronError) {
	defer func() {
		if r := recover(); r != nil {
			t, refusal = nil, cronRefused("bad_cron", "the schedule cannot be read", "o agendamento não pode ser lido")
		}
	}()
	spec = strings.TrimSpace(spec)
	if strings.Contains(strings.ToUpper(spec), "TZ=") {
		return nil, cronRefused("zone_in_cron", "the time zone has a field of its own", "o fuso horário tem um campo próprio")
	}
	fields := strings.Fields(spec)
	if !strings.HasPrefix(spec, "@") {
		if len(fields) != 5 {
			return nil, cronRefused("bad_cron", "a schedule has five fields: minute, hour, day of month, month, weekday", "um agendamento tem cinco campos: minuto, hora, dia do mês, mês, dia da semana")
		}
		if refusal := checkSteps(fields); refusal != nil {
			return nil, refusal
		}
		if fields[4], refusal = sundays(fields[4]); refusal != nil {
			return nil, refusal
		}
		spec = strings.Join(fields, " ")
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	if strings.HasPrefix(spec, "@every") {
		if refusal := checkEvery(fields); refusal != nil {
			return nil, refusal
		}
	}
	schedule, err := parser.Parse(spec)
	if err != nil {
		return nil, unreadCron(parser, spec, fields)
	}
	t = &timetable{schedule: schedule, zone: zone}
	if strings.HasPrefix(spec, "@every") {
		return t, nil
	}
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, cronRefused("never_due", "this time never comes", "esse horário nunca chega")
	}
	t.wall = len(fields) != 5 || !strings.HasPrefix(fields[1], "*")
	if spec == "@hourly" {
		t.wall = false
	}
	t.either = len(fields) == 5 && !strings.HasPrefix(fields[2], "*") && fields[2] != "?" && !strings.HasPrefix(fields[4], "*") && fields[4] != "?"
	return t, nil
}

// cronFields are the fields of a schedule, and what each takes.
var cronFields = []struct {
	words form.Words
	takes string
}{
	{form.Label("the minute", "o minuto"), "0-59"},
	{form.Label("the hour", "a hora"), "0-23"},
	{form.Label("the day of the month", "o dia do mês"), "1-31"},
	{form.Label("the month", "o mês"), "1-12, JAN-DEC"},
	{form.Label("the weekday", "o dia da semana"), "0-6, SUN-SAT"},
}

// unreadCron says which field of a schedule cannot be read, and what it takes.
func unreadCron(parser cron.Parser, spec string, fields []string) *cronError {
	if strings.HasPrefix(spec, "@") {
		return cronRefused("bad_cron", fmt.Sprintf("there is no schedule %q; there are @hourly, @daily, @weekly, @monthly, @yearly and such as @every 15m", spec),
			fmt.Sprintf("não existe o agendamento %q; há @hourly, @daily, @weekly, @monthly, @yearly e outros como @every 15m", spec))
	}
	for i, field := range fields {
		alone := []string{"*", "*", "*", "*", "*"}
		alone[i] = field
		if _, err := parser.Parse(strings.Join(alone, " ")); err == nil {
			continue
		}
		f := cronFields[i]
		return cronRefused("bad_cron", fmt.Sprintf("%s cannot be read: %q; it takes %s, *, a list such as 1,2, a range such as 1-3 and a step such as */2", f.words.EN, field, f.takes),
			fmt.Sprintf("%s não pode ser lido: %q; aceita %s, *, uma lista como 1,2, um intervalo como 1-3 e um passo como */2", f.words.PT, field, f.takes))
	}
	return cronRefused("bad_cron", "the schedule cannot be read", "o agendamento não pode ser lido")
}

func checkEvery(fields []string) *cronError {
	if len(fields) == 2 {
		if d, err := time.ParseDuration(fields[1]); err == nil && d >= leastInterval && d <= 366*24*time.Hour {
			return nil
		}
	}
	return cronRefused("bad_interval", "the interval must be 1 minute at least, such as @every 15m", "o intervalo deve ser de no mínimo 1 minuto, como @every 15m")
}

// checkSteps refuses steps that are longer than their field.
func checkSteps(fields []string) *cronError {
	most := []int{59, 23, 31, 12, 7}
	for i, field := range fields {
		for item := range strings.SplitSeq(field, ",") {
			_, step, ok := strings.Cut(item, "/")
			if !ok {
				continue
			}
			if n, err := strconv.Atoi(step); err == nil && n > most[i] {
				return cronRefused("bad_cron", fmt.Sprintf("the step %s is longer than its field", item), fmt.Sprintf("o passo %s é maior que o campo", item))
			}
		}
	}
	return nil
}

// sundays writes weekday 7 as 0.
func sundays(field string) (string, *cronError) {
	if !strings.Contains(field, "7") {
		return field, nil
	}
	var items []string
	for item := range strings.SplitSeq(field, ",") {
		span, step, stepped := strings.Cut(item, "/")
		first, last, ranged := strings.Cut(span, "-")
		if first != "7" && last != "7" {
			items = append(items, item)
			continue
		}
		from, ok := weekday(first)
		to, size := from, 1
		if ranged {
			to = 7
			ok = ok && last == "7"
		}
		if stepped {
			n, err := strconv.Atoi(step)
			ok, size = ok && err == nil && n > 0, n
		}
		if !ok {
			return "", cronRefused("bad_cron", fmt.Sprintf("the weekday %s cannot be read", item), fmt.Sprintf("o dia da semana %s não pode ser lido", item))
		}
		for day := from; day <= to; day += size {
			items = append(items, strconv.Itoa(day%7))
		}
	}
	return strings.Join(items, ","), nil
}

func weekday(text string) (int, bool) {
	if i := slices.Index([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, strings.ToLower(text)); i >= 0 {
		return i, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= 7
}

// after gives the next moment later than from, zero if there is none.
func (t *timetable) after(from time.Time) time.Time {
	if !t.wall {
		return t.schedule.Next(from.In(t.zone))
	}
	reading := wallOf(from.In(t.zone))
	for {
		reading = t.schedule.Next(reading)
		if reading.IsZero() {
			return time.Time{}
		}
		if at := instantOf(reading, t.zone); at.After(from) {
			return at
		}
	}
}

func loadZone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	return time.LoadLocation(name)
}

// Next gives the next n moments after from at which a schedule is due.
func Next(spec, zone string, from time.Time, n int) ([]time.Time, error) {
	loc, err := loadZone(zone)
	if err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	t, refusal := parseTimetable(spec, loc)
	if refusal != nil {
		return nil, refusal
	}
	var list []time.Time
	for at := t.after(from); !at.IsZero() && len(list) < n; at = t.after(at) {
		list = append(list, at)
	}
	return list, nil
}
