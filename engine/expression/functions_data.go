package expression

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"gancho/engine/form"
)

var dataFunctions = []Function{
	{Name: "default", in: "x any, other any", Returns: "any", Doc: form.Label("The value, or another when it is missing or empty.", "O valor, ou outro quando faltar ou estiver vazio."), Examples: example(`default(nil, "-")`, "-"), run: func(_ *evaluation, a []any) (any, error) {
		if a[0] == nil || a[0] == "" {
			return a[1], nil
		}
		return a[0], nil
	}},
	{Name: "present", in: "x any", Returns: "boolean", Doc: form.Label("Whether there is a value that is not empty.", "Se existe um valor que não está vazio."), Examples: example(`present("")`, false), run: func(_ *evaluation, a []any) (any, error) { return a[0] != nil && a[0] != "", nil }},
	{Name: "truthy", in: "x any", Returns: "boolean", Doc: form.Label("Whether a value means yes: true, 1, yes, sim, on.", "Se um valor quer dizer sim: true, 1, yes, sim, on."), Examples: example(`truthy("sim")`, true), run: truthy},
	{Name: "json", in: "x value", Returns: "text", Doc: form.Label("The value as compact JSON.", "O valor como JSON compacto."), Examples: example(`json({"a": 1})`, `{"a":1}`), run: toJSON},
	{Name: "parse_json", long: true, in: "x text", Returns: "any", Doc: form.Label("The value that a JSON text holds.", "O valor que um texto JSON contém."), Examples: example(`parse_json("[1]")[0]`, 1), run: fromJSON},
	{Name: "get", in: "x any, path any, fallback? any", Returns: "any", Doc: form.Label("What a path leads to, or the fallback.", "O que um caminho indica, ou o valor alternativo."), Examples: example(`get({"a": [1]}, "a[0]", 0)`, 1), run: get},
	{Name: "pick", in: "x object, names… any", Returns: "object", Doc: form.Label("An object with only these names.", "Um objeto só com estes nomes."), Examples: example(`pick({"a": 1, "b": 2}, "a")`, map[string]any{"a": 1}), run: func(e *evaluation, a []any) (any, error) { return chosen(e, a, true) }},
	{Name: "omit", in: "x object, names… any", Returns: "object", Doc: form.Label("An object without these names.", "Um objeto sem estes nomes."), Examples: example(`omit({"a": 1, "b": 2}, "a")`, map[string]any{"b": 2}), run: func(e *evaluation, a []any) (any, error) { return chosen(e, a, false) }},
	{Name: "merge", in: "objects… object", Returns: "object", Doc: form.Label("Objects as one; later ones win.", "Objetos em um só; os últimos prevalecem."), Examples: example(`merge({"a": 1}, {"a": 2})`, map[string]any{"a": 2}), run: func(e *evaluation, a []any) (any, error) {
		out := map[string]any{}
		for _, m := range a {
			if err := e.take(48 * len(m.(map[string]any))); err != nil {
				return nil, err
			}
			maps.Copy(out, m.(map[string]any))
		}
		return out, nil
	}},
	{Name: "csv", in: "x value, by? text", Returns: "any", Doc: form.Label("A list of objects or of lists as CSV text; of a CSV text, a list of objects by the names in its first line.", "Uma lista de objetos ou de listas como texto CSV; de um texto CSV, uma lista de objetos pelos nomes da primeira linha."), Examples: []Example{
		{`csv([{"sku": "A", "qty": 2}])`, "qty,sku\n2,A\n"}, {`csv("sku;qty\nA;2\n", ";")[0].qty`, "2"},
	}, run: csvOf},
	{Name: "xml", in: "x value", Returns: "any", Doc: form.Label("An object with one name as XML text; of an XML text, the object that a webhook's XML becomes.", "Um objeto com um nome como texto XML; de um texto XML, o objeto que o XML de um webhook vira."), Examples: []Example{
		{`xml({"order": {"@id": 7, "item": ["A", "B"]}})`, `<order id="7"><item>A</item><item>B</item></order>`}, {`xml("<a><b>1</b></a>").a.b`, "1"},
	}, run: xmlOf},
	{Name: "toJSON", in: "x value", Returns: "text", Doc: form.Label("The value as JSON on many lines.", "O valor como JSON em várias linhas."), Examples: example(`toJSON([1])`, "[\n  1\n]"), run: toLongJSON, Builtin: true},
	{Name: "fromJSON", long: true, in: "x text", Returns: "any", Doc: form.Label("The value that a JSON text holds.", "O valor que um texto JSON contém."), Examples: example(`fromJSON("{\"a\": 9007199254740993}").a`, 9007199254740993), run: fromJSON, Builtin: true},
}

func truthy(e *evaluation, args []any) (any, error) {
	if args[0] == nil {
		return false, nil
	}
	s, err := e.text(args[0])
	if err != nil || len(s) > 8 {
		return false, err
	}
	return slices.Contains([]string{"true", "1", "yes", "y", "sim", "s", "on"}, strings.ToLower(s)), nil
}

func toJSON(e *evaluation, args []any) (any, error) {
	out, err := e.appendJSON(nil, args[0], 0)
	return string(out), err
}

func toLongJSON(e *evaluation, args []any) (any, error) {
	out, err := e.appendJSON(nil, args[0], 0)
	if err != nil {
		return nil, err
	}
	length := longLength(out)
	if length > MaxOutput {
		return nil, errBytes
	}
	if err := e.take(2 * length); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(length)
	if err := json.Indent(&b, out, "", "  "); err != nil {
		return nil, err //nolint:wrapcheck // cannot be: it was just written
	}
	return b.String(), nil
}

// longLength is how long compact JSON is at most when it is written on many lines.
func longLength(compact []byte) int {
	length, depth, quoted := len(compact), 0, false
	for i := 0; i < len(compact); i++ {
		switch c := compact[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			depth++
			length += 1 + 2*depth
		case c == '}', c == ']':
			depth--
			length += 1 + 2*depth
		case c == ',':
			length += 1 + 2*depth
		case c == ':':
			length++
		}
	}
	return length
}

// fromJSON charges before what a document may become.
func fromJSON(e *evaluation, args []any) (any, error) {
	s := args[0].(string)
	if err := e.take(8*len(s) + objectBytes*strings.Count(s, "{") + 48*strings.Count(s, "[")); err != nil {
		return nil, err
	}
	return Decode([]byte(s))
}

func chosen(e *evaluation, args []any, keep bool) (any, error) {
	names := map[string]bool{}
	list, err := flatten(e, nil, args[1:], 0)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a == nil {
			return nil, missingOperand{1}
		}
		name, err := e.text(a)
		if err != nil {
			return nil, err
		}
		if err := e.take(48 + len(name)/4); err != nil {
			return nil, err
		}
		names[name] = true
	}
	out := map[string]any{}
	for name, value := range args[0].(map[string]any) {
		if names[name] == keep {
			out[name] = value
		}
	}
	return out, nil
}

func csvOf(e *evaluation, args []any) (any, error) {
	by := ','
	if s, ok := args[1].(string); ok {
		r := []rune(s)
		if len(r) != 1 || strings.ContainsAny(s, "\"\r\n\ufffd") {
			return nil, wrongf("lines are split by one letter, such as ;", "as linhas são separadas por uma letra, como ;")
		}
		by = r[0]
	}
	switch v := args[0].(type) {
	case string:
		return readCSV(e, v, by)
	case []any:
		return writeCSV(e, v, by)
	}
	return nil, wrongf("takes a list or a text, not %s", "recebe uma lista ou um texto, não %s", KindOf(args[0]))
}

func readCSV(e *evaluation, s string, by rune) (any, error) {
	if err := e.take(24 * (len(s) + 1)); err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(s, "\ufeff")))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = by, -1, true
	rows, err := r.ReadAll()
	if err != nil {
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, wrongf("the CSV cannot be read, at line %d", "o CSV não pode ser lido, na linha %d", wrong.Line)
		}
		return nil, err
	}
	list := []any{}
	for i, row := range rows {
		if i == 0 {
			continue
		}
		m := map[string]any{}
		if err := e.take(objectBytes); err != nil {
			return nil, err
		}
		for j, name := range rows[0] {
			if err := e.take(48 + len(name)/4); err != nil {
				return nil, err
			}
			if j < len(row) {
				m[name] = row[j]
			}
		}
		list = append(list, m)
	}
	return list, nil
}

// writeCSV writes the names of all objects, sorted, as the first line; lists as they are.
func writeCSV(e *evaluation, list []any, by rune) (any, error) {
	names, err := columns(e, list)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = by
	if len(names) > 0 {
		_ = w.Write(names) // a Builder takes all
	}
	for _, element := range list {
		row, err := csvRow(e, element, names)
		if err != nil {
			return nil, err
		}
		_ = w.Write(row) // a Builder takes all
		if w.Flush(); b.Len() > MaxOutput {
			return nil, errBytes
		}
	}
	w.Flush()
	return b.String(), nil
}

func columns(e *evaluation, list []any) ([]string, error) {
	seen := map[string]bool{}
	for _, element := range list {
		m, _ := element.(map[string]any)
		if err := e.charge(1 + len(m)); err != nil {
			return nil, err
		}
		for name := range m {
			if err := e.charge(len(name) / 16); err != nil {
				return nil, err
			}
			if !seen[name] {
				seen[name] = true
				if err := e.take(48); err != nil {
					return nil, err
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

func csvRow(e *evaluation, element any, names []string) ([]string, error) {
	var cells []any
	switch v := element.(type) {
	case map[string]any:
		if err := e.take(32 * len(names)); err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := e.charge(len(name) / 16); err != nil {
				return nil, err
			}
			cells = append(cells, v[name])
		}
	case []any:
		cells = v
	default:
		return nil, wrongf("takes a list of objects or of lists", "recebe uma lista de objetos ou de listas")
	}
	row := make([]string, len(cells))
	for i, cell := range cells {
		if cell == nil {
			continue
		}
		var err error
		if row[i], err = e.text(cell); err != nil {
			return nil, err
		}
		if len(row[i]) > MaxOutput {
			return nil, errBytes
		}
		if err := e.take(16 + len(row[i])); err != nil {
			return nil, err
		}
		if err := e.charge(len(row[i]) / 4); err != nil {
			return nil, err
		}
	}
	return row, nil
}
