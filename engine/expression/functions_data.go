package expression

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine/form"
)

var numberFunctions = []Function{
	{
		Name: "number_br", Doc: form.Label("A number written as in Brazil.", "Um número escrito como no Brasil."), Examples: example(`number_br("1.234,56")`, 1234.56),
		run: ofText(func(s string) (any, error) {
			plain := strings.NewReplacer("R$", "", " ", "", "\u00a0", "", ".", "", ",", ".").Replace(s)
			f, err := strconv.ParseFloat(plain, 64)
			if err != nil {
				return nil, fmt.Errorf("%q is not a number as written in Brazil", s)
			}
			return f, nil
		}),
	},
	{Name: "cents", Doc: form.Label("An amount as whole cents.", "Um valor em centavos inteiros."), Examples: example(`cents(19.9)`, 1990), run: func(args ...any) (any, error) { return centsOf(args) }},
	{Name: "brl", Doc: form.Label("An amount in reais.", "Um valor em reais."), Examples: example(`brl(1199.9)`, "R$ 1.199,90"), run: func(args ...any) (any, error) {
		c, err := centsOf(args)
		if err != nil {
			return nil, err
		}
		return "R$ " + amount(c, ".", ","), nil
	}},
	{Name: "money", Doc: form.Label("An amount with its currency.", "Um valor com a moeda."), Examples: example(`money(1199.9, "USD")`, "USD 1,199.90"), run: func(args ...any) (any, error) {
		if err := arguments(args, 2, 2); err != nil {
			return nil, err
		}
		c, err := centsOf(args[:1])
		if err != nil {
			return nil, err
		}
		if args[1] == "BRL" {
			return "R$ " + amount(c, ".", ","), nil
		}
		return Text(args[1]) + " " + amount(c, ",", "."), nil
	}},
}

func centsOf(args []any) (int, error) {
	if err := arguments(args, 1, 1); err != nil {
		return 0, err
	}
	var f float64
	switch v := args[0].(type) {
	case int:
		return v * 100, nil
	case float64:
		f = v
	case string:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not an amount such as 19.90", v)
		}
		f = n
	default:
		return 0, errors.New("an amount must be a number")
	}
	if math.IsNaN(f) || math.Abs(f) > 1e13 {
		return 0, errors.New("the amount is too big")
	}
	return int(math.Round(f * 100)), nil
}

func amount(cents int, thousands, decimal string) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := strconv.Itoa(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + thousands + whole[i:]
	}
	return sign + whole + decimal + fmt.Sprintf("%02d", cents%100)
}

var dateFunctions = []Function{
	{
		Name: "now", scoped: true, Doc: form.Label("The time at which the run began, in the flow's zone.", "A hora em que a execução começou, no fuso do fluxo."),
		run: func(args ...any) (any, error) {
			e := args[0].(*evaluation)
			return stamp(e, e.scope.Now), nil
		},
	},
	{
		Name: "date", scoped: true, Doc: form.Label("A date or time, read from text or Unix seconds.", "Uma data ou hora, lida de texto ou segundos Unix."),
		Examples: example(`date("2026-11-24")`, "2026-11-24T00:00:00Z"), run: func(args ...any) (any, error) {
			e, t, err := timeOf(args, 2, 2)
			if err != nil {
				return nil, err
			}
			return stamp(e, t), nil
		},
	},
	{
		Name: "format_date", scoped: true, Doc: form.Label("A time written by a pattern (02/01/2006 15:04).", "Uma data escrita por um padrão (02/01/2006 15:04)."),
		Examples: example(`format_date("2026-11-24T15:00:00Z", "02/01/2006")`, "24/11/2026"), run: func(args ...any) (any, error) {
			e, t, err := timeOf(args, 3, 3)
			if err != nil {
				return nil, err
			}
			return t.In(e.scope.zone()).Format(Text(args[2])), nil
		},
	},
	{
		Name: "add_days", scoped: true, Doc: form.Label("A time n days later.", "Uma data n dias depois."),
		Examples: example(`add_days("2026-11-24T15:00:00Z", 7)`, "2026-12-01T15:00:00Z"), run: func(args ...any) (any, error) {
			return withDays(args, func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) })
		},
	},
	{
		Name: "business_days", scoped: true, Doc: form.Label("A time n working days later, Monday to Friday.", "Uma data n dias úteis depois, de segunda a sexta."),
		Examples: example(`business_days("2026-11-27T15:00:00Z", 1)`, "2026-11-30T15:00:00Z"), run: func(args ...any) (any, error) { return withDays(args, businessDays) },
	},
	{
		Name: "start_of", scoped: true, Doc: form.Label("The beginning of the day, week (Monday), month or year.", "O início do dia, da semana (segunda), do mês ou do ano."),
		Examples: example(`start_of("2026-11-24T15:00:00Z", "month")`, "2026-11-01T00:00:00Z"), run: startOf,
	},
	{
		Name: "diff", scoped: true, Doc: form.Label("How many whole days, hours, minutes or seconds from a to b.", "Quantos dias, horas, minutos ou segundos inteiros de a até b."),
		Examples: example(`diff("2026-11-01", "2026-11-24", "days")`, 23), run: diff,
	},
}

func stamp(e *evaluation, t time.Time) string { return t.In(e.scope.zone()).Format(time.RFC3339) }

var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "02/01/2006 15:04", "02/01/2006"}

// timeOf reads the second argument; the first is the evaluation.
func timeOf(args []any, least, most int) (*evaluation, time.Time, error) {
	if err := arguments(args, least, most); err != nil {
		return nil, time.Time{}, err
	}
	e := args[0].(*evaluation)
	t, err := e.parse(args[1])
	return e, t, err
}

func (e *evaluation) parse(value any) (time.Time, error) {
	switch v := value.(type) {
	case int:
		if v > 1e11 {
			return time.UnixMilli(int64(v)), nil
		}
		return time.Unix(int64(v), 0), nil
	case string:
		for _, layout := range layouts {
			if t, err := time.ParseInLocation(layout, strings.TrimSpace(v), e.scope.zone()); err == nil {
				return t, nil
			}
		}
	case nil:
		return time.Time{}, &MissingError{}
	}
	return time.Time{}, fmt.Errorf("%q is not a date such as 2026-11-24 or 2026-11-24T15:00:00Z", Text(value))
}

func withDays(args []any, f func(time.Time, int) time.Time) (any, error) {
	e, t, err := timeOf(args, 3, 3)
	if err != nil {
		return nil, err
	}
	n, ok := args[2].(int)
	if !ok || n > 100_000 || n < -100_000 {
		return nil, errors.New("the number of days must be a whole number")
	}
	return stamp(e, f(t.In(e.scope.zone()), n)), nil
}

func businessDays(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step = -1
	}
	for n != 0 {
		t = t.AddDate(0, 0, step)
		if day := t.Weekday(); day != time.Saturday && day != time.Sunday {
			n -= step
		}
	}
	return t
}

func startOf(args ...any) (any, error) {
	e, t, err := timeOf(args, 3, 3)
	if err != nil {
		return nil, err
	}
	t = t.In(e.scope.zone())
	y, m, d := t.Date()
	switch Text(args[2]) {
	case "day":
	case "week":
		d -= (int(t.Weekday()) + 6) % 7
	case "month":
		d = 1
	case "year":
		m, d = 1, 1
	default:
		return nil, errors.New("start_of takes day, week, month or year")
	}
	return stamp(e, time.Date(y, m, d, 0, 0, 0, 0, t.Location())), nil
}

func diff(args ...any) (any, error) {
	e, a, err := timeOf(args, 4, 4)
	if err != nil {
		return nil, err
	}
	b, err := e.parse(args[2])
	if err != nil {
		return nil, err
	}
	units := map[string]time.Duration{"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute, "seconds": time.Second}
	unit, ok := units[Text(args[3])]
	if !ok {
		return nil, errors.New("diff takes days, hours, minutes or seconds")
	}
	return int(b.Sub(a) / unit), nil
}

var dataFunctions = []Function{
	{
		Name: "default", Doc: form.Label("The value, or another when it is missing or empty.", "O valor, ou outro quando faltar ou estiver vazio."), Examples: example(`default(nil, "-")`, "-"),
		run: func(args ...any) (any, error) {
			if len(args) != 2 {
				return nil, errors.New("takes 2 arguments")
			}
			if args[0] == nil || args[0] == "" {
				return args[1], nil
			}
			return args[0], nil
		},
	},
	{
		Name: "present", Doc: form.Label("Whether there is a value that is not empty.", "Se existe um valor que não está vazio."), Examples: example(`present("")`, false),
		run: func(args ...any) (any, error) { return len(args) == 1 && args[0] != nil && args[0] != "", nil },
	},
	{
		Name: "truthy", Doc: form.Label("Whether a value means yes: true, 1, yes, sim, on.", "Se um valor quer dizer sim: true, 1, yes, sim, on."), Examples: example(`truthy("sim")`, true),
		run: func(args ...any) (any, error) {
			if len(args) != 1 || args[0] == nil {
				return false, nil
			}
			return slices.Contains([]string{"true", "1", "yes", "y", "sim", "s", "on"}, strings.ToLower(Text(args[0]))), nil
		},
	},
	{
		Name: "json", Doc: form.Label("The value as compact JSON.", "O valor como JSON compacto."), Examples: example(`json({"a": 1})`, `{"a":1}`),
		run: func(args ...any) (any, error) {
			if len(args) != 1 {
				return nil, errors.New("takes 1 argument")
			}
			clean, err := Normalize(args[0])
			if err != nil {
				return nil, err
			}
			return compact(clean), nil
		},
	},
	{
		Name: "parse_json", Doc: form.Label("The value that a JSON text holds.", "O valor que um texto JSON contém."), Examples: example(`parse_json("[1]")[0]`, 1),
		run: ofText(func(s string) (any, error) { return Decode([]byte(s)) }),
	},
	{
		Name: "keys", Doc: form.Label("The names in an object, sorted.", "Os nomes em um objeto, em ordem."), Examples: example(`join(keys({"b": 1, "a": 2}), ",")`, "a,b"),
		run: func(args ...any) (any, error) {
			m, err := objectOf(args, 1)
			if err != nil {
				return nil, err
			}
			var names []any
			for _, name := range slices.Sorted(maps.Keys(m)) {
				names = append(names, name)
			}
			return names, nil
		},
	},
	{Name: "get", Doc: form.Label("What a path leads to, or the fallback.", "O que um caminho indica, ou o valor alternativo."), Examples: example(`get({"a": [1]}, "a[0]", 0)`, 1), run: get},
	{
		Name: "pick", Doc: form.Label("An object with only these names.", "Um objeto só com estes nomes."), Examples: example(`json(pick({"a": 1, "b": 2}, "a"))`, `{"a":1}`),
		run: func(args ...any) (any, error) { return chosen(args, true) },
	},
	{
		Name: "omit", Doc: form.Label("An object without these names.", "Um objeto sem estes nomes."), Examples: example(`json(omit({"a": 1, "b": 2}, "a"))`, `{"b":2}`),
		run: func(args ...any) (any, error) { return chosen(args, false) },
	},
	{
		Name: "merge", Doc: form.Label("Objects as one; later ones win.", "Objetos em um só; os últimos prevalecem."), Examples: example(`json(merge({"a": 1}, {"a": 2}))`, `{"a":2}`),
		run: func(args ...any) (any, error) {
			out := map[string]any{}
			for i := range args {
				m, err := objectOf(args[i:], 1)
				if err != nil {
					return nil, err
				}
				maps.Copy(out, m)
			}
			return out, nil
		},
	},
	{Name: "sum_by", Doc: form.Label("The sum of one member of each element.", "A soma de um campo de cada item."), Examples: example(`sum_by([{"n": 1}, {"n": 2.5}], "n")`, 3.5), run: sumBy},
}

func objectOf(args []any, least int) (map[string]any, error) {
	if err := arguments(args[:min(len(args), least)], least, least); err != nil {
		return nil, err
	}
	clean, err := Normalize(args[0])
	if err != nil {
		return nil, err
	}
	m, ok := clean.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("takes an object, not %s", kindOf(clean))
	}
	return m, nil
}

func chosen(args []any, keep bool) (any, error) {
	m, err := objectOf(args, 1)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, a := range args[1:] {
		if list, ok := a.([]any); ok {
			for _, name := range list {
				names[Text(name)] = true
			}
			continue
		}
		names[Text(a)] = true
	}
	out := map[string]any{}
	for name, value := range m {
		if names[name] == keep {
			out[name] = value
		}
	}
	return out, nil
}

// get follows a path such as a.b[0]; what does not fit gives the fallback.
func get(args ...any) (any, error) {
	if len(args) < 2 || len(args) > 3 {
		return nil, errors.New("takes a value, a path and a fallback")
	}
	var fallback any
	if len(args) == 3 {
		fallback = args[2]
	}
	value := args[0]
	for part := range strings.SplitSeq(strings.ReplaceAll(strings.ReplaceAll(Text(args[1]), "[", "."), "]", ""), ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return fallback, nil
			}
			value = v[i]
		default:
			return fallback, nil
		}
	}
	if value == nil {
		return fallback, nil
	}
	return value, nil
}

func sumBy(args ...any) (any, error) {
	if err := arguments(args, 2, 2); err != nil {
		return nil, err
	}
	clean, err := Normalize(args[0])
	list, ok := clean.([]any)
	if err != nil || !ok {
		return nil, errors.New("sum_by takes a list")
	}
	whole, fraction, exact := 0, 0.0, true
	for _, element := range list {
		m, _ := element.(map[string]any)
		switch n := m[Text(args[1])].(type) {
		case int:
			whole += n
		case float64:
			fraction, exact = fraction+n, false
		}
	}
	if exact {
		return whole, nil
	}
	return float64(whole) + fraction, nil
}
