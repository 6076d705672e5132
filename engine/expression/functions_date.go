package expression

import (
	"strconv"
	"strings"
	"time"

	"gancho/engine/form"
)

var dateFunctions = []Function{
	{Name: "now", Returns: "text", Doc: form.Label("The time at which the run began, in the flow's zone.", "A hora em que a execução começou, no fuso do fluxo."), Examples: example(`now()`, "2026-11-24T15:00:00Z"), run: func(e *evaluation, _ []any) (any, error) { return e.stamp(e.scope.Now) }},
	{Name: "date", in: "x date, pattern? text", Returns: "text", Doc: form.Label("A date or time, read from text (by a pattern, if given) or Unix seconds.", "Uma data ou hora, lida de texto (por um padrão, se dado) ou segundos Unix."), Examples: example(`date("2026-11-24")`, "2026-11-24T00:00:00Z"), run: date},
	{Name: "format_date", in: "x date, pattern text", Returns: "text", Doc: form.Label("A time written by a pattern (02/01/2006 15:04).", "Uma data escrita por um padrão (02/01/2006 15:04)."), Examples: example(`format_date("2026-11-24T15:00:00Z", "02/01/2006")`, "24/11/2026"), run: func(e *evaluation, a []any) (any, error) {
		t, err := e.time(a[0])
		if err != nil {
			return nil, err
		}
		return formatDate(t, a[1].(string))
	}},
	{Name: "add_days", in: "x date, n integer", Returns: "text", Doc: form.Label("A time n days later.", "Uma data n dias depois."), Examples: example(`add_days("2026-11-24T15:00:00Z", 7)`, "2026-12-01T15:00:00Z"), run: withDays(later)},
	{Name: "add_time", in: "x date, span value", Returns: "text", Doc: form.Label("A time later by 2h, 1h30m or so many seconds; with a minus, as in -2h, earlier.", "Uma data depois de 2h, 1h30m ou tantos segundos; com menos, como em -2h, antes."), Examples: []Example{{`add_time(now(), "-2h")`, "2026-11-24T13:00:00Z"}, {`add_time("2026-11-24T15:00:00Z", "1h30m")`, "2026-11-24T16:30:00Z"}}, run: addTime},
	{Name: "business_days", in: "x date, n integer", Returns: "text", Doc: form.Label("A time n working days later, Monday to Friday.", "Uma data n dias úteis depois, de segunda a sexta."), Examples: example(`business_days("2026-11-27T15:00:00Z", 1)`, "2026-11-30T15:00:00Z"), run: withDays(businessDays)},
	{Name: "start_of", in: "x date, unit text", Returns: "text", Doc: form.Label("The beginning of the hour, day, week (Monday), month or year.", "O início da hora, do dia, da semana (segunda), do mês ou do ano."), Examples: example(`start_of("2026-11-24T15:00:00Z", "month")`, "2026-11-01T00:00:00Z"), run: startOf},
	{Name: "diff", in: "from date, to date, unit text", Returns: "integer", Doc: form.Label("How many whole years, months, weeks, days, hours, minutes or seconds from a to b.", "Quantos anos, meses, semanas, dias, horas, minutos ou segundos inteiros de a até b."), Examples: []Example{{`diff("2026-11-01", "2026-11-24", "days")`, 23}, {`diff("2026-01-31", "2026-04-30", "months")`, 2}}, run: diff},
	{Name: "duration", in: "x text", Returns: "number", Doc: form.Label("A length of time such as 1h30m, in seconds.", "Um tempo como 1h30m, em segundos."), Examples: example(`duration("1h30m")`, 5400), run: duration},
}

// parts of a pattern as other tools write them, and as they are written here.
var foreignParts = strings.NewReplacer("YYYY", "2006", "yyyy", "2006", "YY", "06", "yy", "06", "MM", "01", "DD", "02", "dd", "02", "HH", "15", "hh", "03", "mm", "04", "ss", "05", "SS", "05")

// formatDate refuses a pattern of which nothing would be filled in, above all one of another tool.
func formatDate(t time.Time, pattern string) (any, error) {
	text, ours := t.Format(pattern), foreignParts.Replace(pattern)
	names := text != pattern || t.AddDate(-1, -1, -1).Add(-time.Hour-time.Minute-time.Second).Format(pattern) != pattern
	if ours != pattern && (!names || strings.Contains(strings.ToUpper(pattern), "YYYY")) {
		return nil, wrongf("the pattern is written %q here: the day 02, the month 01, the year 2006, 15:04:05", "aqui o padrão se escreve %q: o dia 02, o mês 01, o ano 2006, 15:04:05", short(ours))
	}
	return text, nil
}

// stamp is a time as it leaves an expression.
func (e *evaluation) stamp(t time.Time) (any, error) {
	if y := t.Year(); y < 0 || y > 9999 {
		return nil, wrongf("the date is out of range", "a data está fora do intervalo")
	}
	return t.In(e.scope.zone()).Format(time.RFC3339), nil
}

// clock is a time by the calendar of a zone. Where clocks were put forward over it, it is the
// first that there was after: time.Date may go back to the day before.
func clock(y int, m time.Month, d, hour, minute, second, nano int, zone *time.Location) time.Time {
	t := time.Date(y, m, d, hour, minute, second, nano, zone)
	asked := time.Date(y, m, d, hour, minute, second, nano, time.UTC)
	_, offset := t.Zone()
	got := t.Add(time.Duration(offset) * time.Second)
	if gap := asked.Sub(got); gap > 0 {
		return t.Add(gap)
	}
	return t
}

// later is the same hour so many days later.
func later(t time.Time, days int) time.Time {
	y, m, d := t.Date()
	return clock(y, m, d+days, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02", "02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006", time.RFC1123Z, time.RFC1123,
}

// read is a text by a layout, in the flow's zone where it names none.
func (e *evaluation) read(layout, text string) (time.Time, error) {
	zone := e.scope.zone()
	if strings.Contains(layout, "Z07") || strings.Contains(layout, "-07") || strings.Contains(layout, "MST") {
		t, err := time.ParseInLocation(layout, text, zone)
		return t.In(zone), err //nolint:wrapcheck // never shown
	}
	t, err := time.Parse(layout, text)
	y, m, d := t.Date()
	return clock(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone), err //nolint:wrapcheck // never shown
}

// time reads a date or time, in the flow's zone.
func (e *evaluation) time(value any) (time.Time, error) {
	switch v := value.(type) {
	case int:
		return e.unix(v), nil
	case float64:
		switch {
		case v > -1e11 && v < 1e11:
			return time.UnixMilli(int64(v * 1000)).In(e.scope.zone()), nil
		case v > -1e15 && v < 1e15:
			return e.unix(int(v)), nil
		}
	case string:
		if len(v) > 64 {
			break
		}
		text := strings.TrimSpace(v)
		for _, layout := range layouts {
			if t, err := e.read(layout, text); err == nil {
				return t, nil
			}
		}
		if n, err := strconv.Atoi(text); err == nil && (len(text) == 10 || len(text) == 13) {
			return e.unix(n), nil
		}
	}
	text, err := e.text(value)
	if err != nil {
		return time.Time{}, err
	}
	return time.Time{}, wrongf("%q is not a date such as 2026-11-24 or 2026-11-24T15:00:00Z", "%q não é uma data como 2026-11-24 ou 2026-11-24T15:00:00Z", short(text))
}

// unix reads seconds since 1970, or milliseconds where there are so many.
func (e *evaluation) unix(n int) time.Time {
	if n > 1e11 || n < -1e11 {
		return time.UnixMilli(int64(n)).In(e.scope.zone())
	}
	return time.Unix(int64(n), 0).In(e.scope.zone())
}

func date(e *evaluation, args []any) (any, error) {
	pattern, ok := args[1].(string)
	if !ok {
		t, err := e.time(args[0])
		if err != nil {
			return nil, err
		}
		return e.stamp(t)
	}
	text, err := e.text(args[0])
	if err != nil {
		return nil, err
	}
	t, err := e.read(pattern, text[:min(len(text), 1000)])
	if err != nil {
		return nil, wrongf("%q does not fit the pattern %q", "%q não segue o padrão %q", short(text), short(pattern))
	}
	return e.stamp(t)
}

func withDays(f func(time.Time, int) time.Time) func(*evaluation, []any) (any, error) {
	return func(e *evaluation, args []any) (any, error) {
		t, err := e.time(args[0])
		if err != nil {
			return nil, err
		}
		n := args[1].(int)
		if n > 100_000 || n < -100_000 {
			return nil, wrongf("that is too many days", "são dias demais")
		}
		if err := e.charge(max(n, -n)); err != nil {
			return nil, err
		}
		return e.stamp(f(t, n))
	}
}

func businessDays(t time.Time, n int) time.Time {
	step, days := 1, 0
	if n < 0 {
		step = -1
	}
	for day := int(t.Weekday()); n != 0; {
		days += step
		if day = (day + 7 + step) % 7; day != int(time.Saturday) && day != int(time.Sunday) {
			n -= step
		}
	}
	return later(t, days)
}

func startOf(e *evaluation, args []any) (any, error) {
	t, err := e.time(args[0])
	if err != nil {
		return nil, err
	}
	y, m, d := t.Date()
	switch args[1] {
	case "hour":
		return e.stamp(hourOf(t))
	case "day":
	case "week":
		d -= (int(t.Weekday()) + 6) % 7
	case "month":
		d = 1
	case "year":
		m, d = 1, 1
	default:
		return nil, wrongf("the unit is hour, day, week, month or year", "a unidade é hour, day, week, month ou year")
	}
	return e.stamp(clock(y, m, d, 0, 0, 0, 0, t.Location()))
}

// hourOf is the beginning of the hour. It goes back from t, as the clock may show an hour twice.
func hourOf(t time.Time) time.Time {
	return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
}

// diff counts days and what is longer by the calendar of the flow's zone: a day of 23 hours is a day.
func diff(e *evaluation, args []any) (any, error) {
	a, err := e.time(args[0])
	if err != nil {
		return nil, err
	}
	b, err := e.time(args[1])
	if err != nil {
		return nil, err
	}
	switch args[2] {
	case "years":
		return months(a, b) / 12, nil
	case "months":
		return months(a, b), nil
	case "weeks":
		return days(a, b) / 7, nil
	case "days":
		return days(a, b), nil
	case "hours":
		return seconds(a, b) / 3600, nil
	case "minutes":
		return seconds(a, b) / 60, nil
	case "seconds":
		return seconds(a, b), nil
	}
	return nil, wrongf("the unit is years, months, weeks, days, hours, minutes or seconds", "a unidade é years, months, weeks, days, hours, minutes ou seconds")
}

// seconds are the whole ones from a to b; time.Sub ends at 292 years.
func seconds(a, b time.Time) int {
	n := int(b.Unix() - a.Unix())
	switch nano := b.Nanosecond() - a.Nanosecond(); {
	case n > 0 && nano < 0:
		n--
	case n < 0 && nano > 0:
		n++
	}
	return n
}

func days(a, b time.Time) int {
	if b.Before(a) {
		return -days(b, a)
	}
	n := seconds(a, b)/(24*3600) + 1
	for n > 0 && later(a, n).After(b) {
		n--
	}
	return n
}

// months are whole when the day and hour at which they began are reached.
func months(a, b time.Time) int {
	if b.Before(a) {
		return -months(b, a)
	}
	n := (b.Year()-a.Year())*12 + int(b.Month()-a.Month())
	if b.Day() < a.Day() || b.Day() == a.Day() && ofDay(b) < ofDay(a) {
		n--
	}
	return n
}

// ofDay is how late in its day a time is, by the clock.
func ofDay(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// addTime counts by the clock that is never put forward or back: a day is 24 hours.
func addTime(e *evaluation, args []any) (any, error) {
	t, err := e.time(args[0])
	if err != nil {
		return nil, err
	}
	by, err := spanOf(args[1])
	if err != nil {
		return nil, err
	}
	return e.stamp(t.Add(by))
}

// spanOf reads a length of time, or seconds; a minus before it goes back.
func spanOf(value any) (time.Duration, error) {
	switch v := value.(type) {
	case string:
		span, back := strings.CutPrefix(strings.TrimSpace(v), "-")
		d, err := lengthOf(span)
		if back {
			d = -d
		}
		return d, err
	case int:
		return spanOf(float64(v))
	case float64:
		if v < -longest || v > longest {
			return 0, wrongf("that is too long a time", "é tempo demais")
		}
		return time.Duration(v * float64(time.Second)), nil
	}
	return 0, wrongf("span is a length of time such as 2h or -30m, or seconds, not %s", "span é um tempo como 2h ou -30m, ou segundos, não %s", KindOf(value))
}

// longest is a hundred years in seconds.
const longest = 100 * 366 * 24 * 3600

func duration(_ *evaluation, args []any) (any, error) {
	d, err := lengthOf(args[0].(string))
	if err != nil {
		return nil, err
	}
	if d%time.Second == 0 {
		return int(d / time.Second), nil
	}
	return d.Seconds(), nil
}

func lengthOf(text string) (time.Duration, error) {
	d, err := form.ParseDuration(text)
	if err != nil {
		return 0, wrongf("%q is not a length of time such as 1h30m or 2d", "%q não é um tempo como 1h30m ou 2d", short(text))
	}
	return d, nil
}
