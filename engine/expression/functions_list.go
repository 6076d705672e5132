package expression

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/form"
)

// loops go over a list with an expression that is asked for each element; rewrite makes them.
var loops = []Function{
	{Name: "all", in: "list list, test condition", Returns: "boolean", Doc: form.Label("Whether the test holds for every element.", "Se o teste vale para todos os itens."), Examples: example(`all([1, 2], # > 0)`, true), Builtin: true},
	{Name: "any", in: "list list, test condition", Returns: "boolean", Doc: form.Label("Whether the test holds for at least one element.", "Se o teste vale para pelo menos um item."), Examples: example(`any([{"sku": "A"}], .sku == "A")`, true), Builtin: true},
	{Name: "none", in: "list list, test condition", Returns: "boolean", Doc: form.Label("Whether the test holds for no element.", "Se o teste não vale para nenhum item."), Examples: example(`none([1, 2], # > 2)`, true), Builtin: true},
	{Name: "one", in: "list list, test condition", Returns: "boolean", Doc: form.Label("Whether the test holds for exactly one element.", "Se o teste vale para exatamente um item."), Examples: example(`one([1, 2], # > 1)`, true), Builtin: true},
	{Name: "filter", in: "list list, test condition", Returns: "list", Doc: form.Label("The elements for which the test holds.", "Os itens para os quais o teste vale."), Examples: example(`filter([1, 2, 3], # > 1)`, []any{2, 3}), Builtin: true},
	{Name: "map", in: "list list, value any", Returns: "list", Doc: form.Label("A list of what the expression yields for each element.", "Uma lista com o resultado da expressão para cada item."), Examples: example(`map([{"sku": "A"}], .sku)`, []any{"A"}), Builtin: true},
	{Name: "count", in: "list list, test? condition", Returns: "integer", Doc: form.Label("For how many elements the test holds.", "Para quantos itens o teste vale."), Examples: example(`count([1, 2, 3], # > 1)`, 2), Builtin: true},
	{Name: "sum", in: "list list, value? number", Returns: "number", Doc: form.Label("The sum of a list, or of what the expression yields for each element.", "A soma de uma lista, ou do resultado da expressão para cada item."), Examples: example(`sum([{"qty": 2}, {"qty": 3}], .qty)`, 5), Builtin: true},
	{Name: "find", in: "list list, test condition", Returns: "any", Doc: form.Label("The first element for which the test holds, else nothing.", "O primeiro item para o qual o teste vale, ou nada."), Examples: example(`find([1, 2, 3], # > 1)`, 2), Builtin: true},
	{Name: "findIndex", in: "list list, test condition", Returns: "integer", Doc: form.Label("The index of the first element for which the test holds, else nothing.", "O índice do primeiro item para o qual o teste vale, ou nada."), Examples: example(`findIndex([1, 2, 3], # > 1)`, 1), Builtin: true},
	{Name: "findLast", in: "list list, test condition", Returns: "any", Doc: form.Label("The last element for which the test holds, else nothing.", "O último item para o qual o teste vale, ou nada."), Examples: example(`findLast([1, 2, 3], # > 1)`, 3), Builtin: true},
	{Name: "findLastIndex", in: "list list, test condition", Returns: "integer", Doc: form.Label("The index of the last element for which the test holds, else nothing.", "O índice do último item para o qual o teste vale, ou nada."), Examples: example(`findLastIndex([1, 2, 3], # > 1)`, 2), Builtin: true},
	{Name: "reduce", in: "list list, value any, first? any", Returns: "any", Doc: form.Label("One value made of all elements; #acc is what was made so far.", "Um valor feito de todos os itens; #acc é o que já foi feito."), Examples: example(`reduce([1, 2, 3], #acc + #, 0)`, 6), Builtin: true},
	{Name: "sortBy", in: "list list, key any, order? text", Returns: "list", Doc: form.Label("The list ordered by what the expression yields; order is asc or desc.", "A lista ordenada pelo resultado da expressão; a ordem é asc ou desc."), Examples: example(`map(sortBy([{"n": 2}, {"n": 1}], .n), .n)`, []any{1, 2}), Builtin: true},
	{Name: "groupBy", in: "list list, key any", Returns: "object", Doc: form.Label("Lists of elements by what the expression yields.", "Listas de itens pelo resultado da expressão."), Examples: example(`groupBy([1, 2, 3], # % 2 == 0 ? "even" : "odd")["odd"]`, []any{1, 3}), Builtin: true},
}

var listFunctions = []Function{
	{
		Name: "sum_by", in: "list list, path text", Returns: "number", Doc: form.Label("The sum of one member of each element; elements without it count as 0.", "A soma de um campo de cada item; itens sem o campo contam como 0."),
		Examples: example(`sum_by([{"n": 1}, {"n": 2.5}], "n")`, 3.5), run: sumBy,
	},
	{
		Name: "group_by", in: "list list, path text", Returns: "object", Doc: form.Label("Lists of elements by the text of one member.", "Listas de itens pelo texto de um campo."),
		Examples: example(`keys(group_by([{"s": "b"}, {"s": "a"}, {"s": "b"}], "s"))`, []any{"a", "b"}), run: groupBy,
	},
	{
		Name: "unique_by", in: "list list, path text", Returns: "list", Doc: form.Label("The first element for each value of one member.", "O primeiro item de cada valor de um campo."),
		Examples: example(`map(unique_by([{"e": "a", "n": 1}, {"e": "a", "n": 2}], "e"), .n)`, []any{1}), run: uniqueBy,
	},
}

// builtinData are the language's own functions on lists and objects.
var builtinData = []Function{
	{Name: "len", in: "x value", Returns: "integer", Doc: form.Label("How many letters, elements or names there are.", "Quantas letras, itens ou nomes existem."), Examples: example(`len("ação")`, 4), run: length},
	{Name: "type", in: "x any", Returns: "text", Doc: form.Label("The kind of a value: nil, bool, int, float, string, array or map.", "O tipo de um valor: nil, bool, int, float, string, array ou map."), Examples: example(`type([1])`, "array"), run: func(_ *evaluation, a []any) (any, error) { return typeOf(a[0]), nil }},
	{Name: "first", in: "list list", Returns: "any", Doc: form.Label("The first element, nothing if there is none.", "O primeiro item, nada se não houver."), Examples: example(`first([1, 2])`, 1), run: func(_ *evaluation, a []any) (any, error) { return elementOf(a[0].([]any), 0), nil }},
	{Name: "last", in: "list list", Returns: "any", Doc: form.Label("The last element, nothing if there is none.", "O último item, nada se não houver."), Examples: example(`last([1, 2])`, 2), run: func(_ *evaluation, a []any) (any, error) { return elementOf(a[0].([]any), -1), nil }},
	{Name: "take", in: "list list, n integer", Returns: "list", Doc: form.Label("The first n elements.", "Os primeiros n itens."), Examples: example(`take([1, 2, 3], 2)`, []any{1, 2}), run: func(_ *evaluation, a []any) (any, error) {
		list := a[0].([]any)
		n := clamp(a[1].(int), len(list))
		return list[:n:n], nil
	}},
	{Name: "reverse", in: "list list", Returns: "list", Doc: form.Label("The list from its end.", "A lista de trás para frente."), Examples: example(`reverse([1, 2])`, []any{2, 1}), run: func(_ *evaluation, a []any) (any, error) {
		list := slices.Clone(a[0].([]any))
		slices.Reverse(list)
		return list, nil
	}},
	{Name: "concat", in: "lists… list", Returns: "list", Doc: form.Label("Lists joined to one.", "Listas unidas em uma só."), Examples: example(`concat([1], [2, 3])`, []any{1, 2, 3}), run: func(e *evaluation, a []any) (any, error) {
		total := 0
		for _, list := range a {
			total += len(list.([]any))
		}
		if err := e.take(16 * total); err != nil {
			return nil, err
		}
		out := make([]any, 0, total)
		for _, list := range a {
			out = append(out, list.([]any)...)
		}
		return out, nil
	}},
	{Name: "flatten", in: "list list", Returns: "list", Doc: form.Label("A list of lists as one list.", "Uma lista de listas como uma só lista."), Examples: example(`flatten([1, [2, [3]]])`, []any{1, 2, 3}), run: func(e *evaluation, a []any) (any, error) {
		return flatten(e, nil, a[0].([]any), 0)
	}},
	{Name: "uniq", in: "list list", Returns: "list", Doc: form.Label("The list without repeated elements.", "A lista sem itens repetidos."), Examples: example(`uniq([1, 2, 1])`, []any{1, 2}), run: func(e *evaluation, a []any) (any, error) {
		return unique(e, a[0].([]any), a[0].([]any))
	}},
	{Name: "sort", in: "list list, order? text", Returns: "list", Doc: form.Label("The list in order; order is asc or desc.", "A lista em ordem; a ordem é asc ou desc."), Examples: example(`sort([2, 1, 3], "desc")`, []any{3, 2, 1}), run: func(e *evaluation, a []any) (any, error) {
		list := slices.Clone(a[0].([]any))
		return list, e.sort(list, a[1], func(v any) any { return v })
	}},
	{Name: "keys", in: "x object", Returns: "list", Doc: form.Label("The names in an object, sorted.", "Os nomes em um objeto, em ordem."), Examples: example(`keys({"b": 1, "a": 2})`, []any{"a", "b"}), run: func(_ *evaluation, a []any) (any, error) {
		return pairs(a[0].(map[string]any), func(name string, _ any) any { return name }), nil
	}},
	{Name: "values", in: "x object", Returns: "list", Doc: form.Label("The values in an object, by their names in order.", "Os valores em um objeto, na ordem dos nomes."), Examples: example(`values({"b": 1, "a": 2})`, []any{2, 1}), run: func(_ *evaluation, a []any) (any, error) {
		return pairs(a[0].(map[string]any), func(_ string, v any) any { return v }), nil
	}},
	{Name: "toPairs", in: "x object", Returns: "list", Doc: form.Label("A list of [name, value], by name.", "Uma lista de [nome, valor], por nome."), Examples: example(`toPairs({"a": 1})`, []any{[]any{"a", 1}}), run: func(e *evaluation, a []any) (any, error) {
		m := a[0].(map[string]any)
		return pairs(m, func(name string, v any) any { return []any{name, v} }), e.take(32 * len(m))
	}},
	{Name: "fromPairs", in: "list list", Returns: "object", Doc: form.Label("An object made of a list of [name, value].", "Um objeto feito de uma lista de [nome, valor]."), Examples: example(`fromPairs([["a", 1]]).a`, 1), run: fromPairs},
}

func pairs(m map[string]any, of func(string, any) any) []any {
	list := make([]any, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, of(name, m[name]))
	}
	return list
}

func fromPairs(e *evaluation, args []any) (any, error) {
	m := map[string]any{}
	for _, element := range args[0].([]any) {
		pair, ok := element.([]any)
		if !ok || len(pair) != 2 {
			return nil, wrongf("takes a list of [name, value]", "recebe uma lista de [nome, valor]")
		}
		name, err := e.text(pair[0])
		if err != nil {
			return nil, err
		}
		if err := e.charge(4 + len(name)/16); err != nil {
			return nil, err
		}
		m[name] = pair[1]
	}
	return m, nil
}

func length(e *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		return runes(v), e.charge(len(v) / 32)
	case []any:
		return len(v), nil
	case map[string]any:
		return len(v), nil
	}
	return nil, wrongf("takes a text, a list or an object, not %s", "recebe um texto, uma lista ou um objeto, não %s", KindOf(args[0]))
}

func typeOf(value any) string {
	switch value.(type) {
	case nil:
		return "nil"
	case bool:
		return "bool"
	case int:
		return "int"
	case float64:
		return "float"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "map"
}

func flatten(e *evaluation, out, list []any, depth int) ([]any, error) {
	if depth > MaxDepth {
		return nil, wrongf("lists are nested more than %d deep", "há listas com mais de %d níveis", MaxDepth)
	}
	if err := e.take(16 * (1 + len(list))); err != nil {
		return nil, err
	}
	var err error
	for _, element := range list {
		if inside, ok := element.([]any); ok {
			if out, err = flatten(e, out, inside, depth+1); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, element)
	}
	return out, nil
}

// unique keeps the first element for each of the keys.
func unique(e *evaluation, list, keys []any) (any, error) {
	seen := map[any]bool{}
	out := []any{}
	for i, element := range list {
		k, err := keyOf(e, keys[i])
		if err != nil {
			return nil, err
		}
		if err := e.take(64); err != nil {
			return nil, err
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, element)
		}
	}
	return out, nil
}

// textKey keeps the JSON of lists and objects apart from texts.
type textKey string

func keyOf(e *evaluation, value any) (any, error) {
	switch v := value.(type) {
	case float64:
		if sameNumber(int(v), v) {
			return int(v), nil
		}
	case string:
		return v, e.charge(len(v) / 16)
	case []any, map[string]any:
		s, err := e.text(v)
		return textKey(s), err
	}
	return value, nil
}

// way is a path such as a.b[0], taken apart.
type way struct {
	whole string
	parts []string
}

const (
	maxWay   = 1 << 10
	maxParts = MaxDepth
)

func wayOf(path string) (*way, error) {
	w := &way{whole: path}
	if len(path) > maxWay {
		return nil, wrongf("the path is longer than 1 KiB", "o caminho tem mais de 1 KiB")
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(strings.ReplaceAll(path, "[", "."), "]", ""), ".") {
		if part != "" {
			w.parts = append(w.parts, part)
		}
	}
	if len(w.parts) > maxParts {
		return nil, wrongf("the path has more than %d parts", "o caminho tem mais de %d partes", maxParts)
	}
	return w, nil
}

// follow goes along a path; what does not fit is nil.
func (e *evaluation) follow(value any, w *way) (any, error) {
	if err := e.charge(1 + len(w.parts) + len(w.whole)/16); err != nil {
		return nil, err
	}
	if m, ok := value.(map[string]any); ok {
		if v, there := m[w.whole]; there {
			return v, nil
		}
	}
	for _, part := range w.parts {
		value = memberOf(value, part)
	}
	return value, nil
}

// along gives what a path leads to in each element of a list.
func along(e *evaluation, args []any) ([]any, error) {
	w, err := wayOf(args[1].(string))
	if err != nil {
		return nil, err
	}
	list := args[0].([]any)
	if err := e.take(16 * len(list)); err != nil {
		return nil, err
	}
	found := make([]any, len(list))
	for i, element := range list {
		if err := e.charge(turnCost); err != nil {
			return nil, err
		}
		if found[i], err = e.follow(element, w); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func sumBy(e *evaluation, args []any) (any, error) {
	found, err := along(e, args)
	if err != nil {
		return nil, err
	}
	return sum(e, slices.DeleteFunc(found, func(v any) bool { return v == nil }))
}

func groupBy(e *evaluation, args []any) (any, error) {
	keyed, err := along(e, args)
	if err != nil {
		return nil, err
	}
	if err := e.take(56 * len(keyed)); err != nil {
		return nil, err
	}
	for i, key := range keyed {
		if key == nil {
			key = ""
		}
		keyed[i] = []any{args[0].([]any)[i], key}
	}
	return grouped(e, []any{keyed})
}

func uniqueBy(e *evaluation, args []any) (any, error) {
	found, err := along(e, args)
	if err != nil {
		return nil, err
	}
	return unique(e, args[0].([]any), found)
}

func clamp(n, most int) int { return max(0, min(n, most)) }

func get(e *evaluation, args []any) (any, error) {
	if err := e.charge(1); err != nil {
		return nil, err
	}
	var value any
	switch path := args[1].(type) {
	case int:
		value = memberOf(args[0], strconv.Itoa(path))
	case string:
		w, err := wayOf(path)
		if err != nil {
			return nil, err
		}
		if value, err = e.follow(args[0], w); err != nil {
			return nil, err
		}
	case nil:
	default:
		return nil, wrongf("the path is a text such as a.b[0]", "o caminho é um texto como a.b[0]")
	}
	if value == nil {
		return args[2], nil
	}
	return value, nil
}
