package expression_test

import (
	"fmt"
	"strings"
)

// attackBody is what a sender may put into a body to make an innocent expression dear: long
// names, sets of letters, paths, patterns, documents, and texts as long as a body may be.
func attackBody() map[string]any {
	const n = 1 << 20
	rows := make([]any, 20_000)
	for i := range rows {
		rows[i] = map[string]any{"k": i}
	}
	names := map[string]any{}
	for i := range 20 {
		names[strings.Repeat("k", n/20)+fmt.Sprint(i)] = i
	}
	chain := strings.Repeat(`{"":`, 62) + "1" + strings.Repeat("}", 62)
	return map[string]any{
		"cut": strings.Repeat("ç", n/2-10) + "a", "dots": strings.Repeat(".", n), "objects": rows,
		"long": map[string]any{strings.Repeat("k", n): 1}, "names": names, "tail": strings.Repeat("a", n-1) + "b",
		"s10": strings.Repeat("a", 10<<20), "u10": strings.Repeat("ç", 5<<20), "words10": strings.Repeat("a ", 5<<20), "accents10": strings.Repeat("á!", 3<<20),
		"html10": strings.Repeat("<>", 5<<20), "quotes10": strings.Repeat(`"`, 10<<20), "digits10": strings.Repeat("1", 10<<20), "dates10": strings.Repeat("2006", 10*n/4),
		"quotes": strings.Repeat(`"`, n), "controls": strings.Repeat("\x01", n), "dates": strings.Repeat("2006", n/4),
		"small_json": "[" + strings.Repeat(`{"a":1},`, 49_000) + "1]", "deep_json": "[" + strings.Repeat(chain+",", 1499) + "1]", "lists_json": "[" + strings.Repeat("[],", 49_000) + "1]",
		"csv1": "a\n" + strings.Repeat("1\n", 110_000), "xml1": "<r>" + strings.Repeat(`<a b=""/>`, 49_000) + "</r>", "xml2": "<r>" + strings.Repeat("<!---->", 149_000) + "</r>",
		"xml3": "<r>" + strings.Repeat("<?a?>", 209_000) + "</r>", "xml4": "<r>" + strings.Repeat("&lt;", 262_000) + "</r>", "xml5": "<r>" + strings.Repeat("<a/>", 99_000) + "</r>",
		"folded": "(?i)[" + strings.Repeat(`B-\x{1e943}`, 85) + "]", "classes": "(?i)" + strings.Repeat(`[B-\x{1e943}]`, 76), "tables": strings.Repeat(`\pL`, 330), "both": "(?i)[" + strings.Repeat(`\pL\PL`, 160) + "]",
		"groups": strings.Repeat("()", 500), "dollars": strings.Repeat("$0", 500), "bare": "(?i)[" + strings.Repeat("B-𞥃", 120) + "]",
	}
}

// attacks are cases that were found by looking for what is not paid for.
func attacks() []string {
	cases := []string{
		`date(reduce(1..40, [#acc, #acc], 1))`, `date(reduce(1..22, [#acc, #acc], 1), "2006")`, `add_days(reduce(1..40, [#acc, #acc], 1), 1)`, `business_days(B.rows, 1)`, `format_date(reduce(1..40, [#acc, #acc], 1), "2006")`,
		`start_of(B.objects, "day")`, `diff(B.objects, B.objects, "days")`, `date(B.s10)`, `date(B.s10, B.dates10)`, `format_date(now(), B.dates10)`, `map(B.arr, format_date(now(), B.dates))`,
		`string(map(1..300, B.long))`, `json(map(1..3000, B.long))`, `toJSON(map(1..300, B.long))`, `uniq(map(1..300, B.long))`, `xml({"a": map(1..300, B.long)})`, `csv(map(1..3000, B.long))`, `slug(B.long)`, `B.long == B.long and B.names == B.names`,
		`count(B.arr, B.long == merge(B.long, {}))`, `map(B.arr, keys(B.names))`, `map(B.arr, merge(B.names, B.names))`, `map(B.arr, pick(B.names, keys(B.names)))`, `map(B.arr, omit(B.names, keys(B.names)))`, `map(B.arr, toPairs(B.names))`, `map(B.arr, fromPairs(toPairs(B.names)))`,
		`xml({"a": fromPairs(map(keys(B.names), ["@" + #, 1]))})`, `xml(fromPairs([[B.s, 1]]))`,
		`trim(B.s, B.cut)`, `trim(B.s10, "abcdefghij")`, `map(B.arr, trim(B.s, B.cut))`, `map(B.arr, trim(B.s, "abçdefghij"))`, `trim(B.u10, "ç")`,
		`group_by(B.objects, B.dots)`, `sum_by(B.objects, B.dots)`, `unique_by(B.objects, B.dots)`, `group_by(B.objects, B.s)`, `sum_by(B.objects, B.s)`, `unique_by(B.objects, B.s)`, `map(B.arr, get(B, B.dots))`, `map(B.arr, get(B.names, B.s))`, `group_by(B.objects, repeat("a.", 500))`,
		`"x" matches B.folded`, `"x" matches B.classes`, `"x" matches B.bare`, `"x" matches B.tables`, `"x" matches B.both`, `map(B.arr, "x" matches B.folded)`, `map(B.arr, "x" matches B.tables)`, `map(B.arr, "x" matches ("(?i)[a-\\x{1000}]" + string(#)))`, `map(B.arr, "x" matches ("\\pL" + string(#)))`,
		`map(B.arr, regex_find("x", "(a{" + string(# % 1000) + "})"))`, `map(B.arr, "x" matches B.s10)`, `regex_replace(B.s, B.groups, B.dollars)`, `regex_replace(left(B.s, 1000), B.groups, B.dollars)`, `regex_replace(left(B.s, 20000), ".*", "$0$0$0$0$0$0$0$0")`, `regex_replace(B.s, "(a)", "$1b")`,
		`regex_replace(left(B.s, 100000), "(a)", "$1b")`, `regex_replace(left(B.s, 100000), "(a|b|c|d|e)?$", "x")`, `regex_replace(left(B.s, 60000), "(?:a?){200}$", "x")`, `regex_replace(left(B.s, 7000), "(?:(?:a?){40}){40}b", "x")`, `regex_find(left(B.s, 7000), "(?:(?:a?){40}){40}b")`, `map(B.arr, regex_replace("aaaaaaaa", "(a)", "$1$1"))`,
		`fromPairs(map(B.arr, [B.s, #]))`, `groupBy(B.arr, B.s)`, `uniq(map(B.arr, B.s))`, `map(B.arr, B.s in B.long)`, `map(B.arr, B.long[B.s])`, `map(B.arr, ({(B.s): 1}))`, `fromPairs(map(B.arr, [B.s10, #]))`, `uniq(map(B.arr, B.s10))`, `map(B.arr, B[B.s10])`, `map(B.arr, pick(B, B.s))`,
		`toJSON(reduce(1..60, [#acc], map(1..100000, 1)))`, `toJSON(reduce(1..60, [#acc], map(1..190000, 1)))`, `json(B.quotes10)`, `toJSON(B.quotes10)`, `json(B.controls)`, `string([B.controls])`, `csv([[B.quotes10]])`, `csv([[B.quotes]])`, `csv(map(1..20, [B.quotes]))`, `csv(B.quotes)`, `csv(B.quotes10)`, `xml({"a": B.quotes10})`, `xml({"a": B.html10})`, `xml({"a": left(B.html10, 1000000)})`,
		`map(1..7, fromJSON(B.deep_json))`, `map(1..7, fromJSON(B.small_json))`, `map(1..7, fromJSON(B.lists_json))`, `map(1..100, fromJSON(B.deep_json))`, `map(1..2, xml(B.xml1))`, `xml(B.xml1)`, `xml(B.xml2)`, `xml(B.xml3)`, `xml(B.xml4)`, `xml(B.xml5)`, `map(1..9, csv(B.csv1))`, `fromJSON(B.digits10)`, `fromJSON(B.s10)`,
		`map(B.arr, pick({"a": 1}, "a"))`, `map(1..100000, pick({"a": 1}, "a"))`, `map(1..100000, merge({"a": 1}, {}))`, `map(1..100000, fromPairs([["a", 1]]))`, `map(1..190000, [[[[#]]]])`,
		`slug(B.u10)`, `slug(B.accents10)`, `title(B.words10)`, `upper(B.u10)`, `lower(B.u10)`, `strip_html(B.html10)`, `fromBase64(B.s10)`, `toBase64(B.s10)`, `cents(B.digits10)`, `int(B.digits10)`, `float(B.digits10)`, `number_br(B.digits10)`, `brl(B.digits10)`, `sha256(B.s10)`, `md5(B.s10)`, `hmac_sha256(B.s10, B.s10)`, `len(B.u10)`,
		`left(B.u10, 5000000)`, `right(B.u10, 3)`, `truncate(B.u10, 100)`, `mask(B.u10, 3)`, `B.u10[1:5000000]`, `B.u10[-3:]`, `map(B.arr, B.u10[-3:])`, `map(B.arr, B.u10[5000000])`, `map(B.arr, B.u10[200])`, `url_encode(B.u10)`, `split(B.s10, "a")`, `replace(B.s10, "a", "b")`, `indexOf(B.s10, "b")`, `B.s10 contains B.tail`, `B.s10 matches "a*b"`, `regex_find(B.s10, "b$")`, `B.s10 + B.s10`, `phone_e164(B.digits10)`, `cnpj_valid(B.digits10)`, `cpf_valid(B.digits10)`, `uuid_from(B.s10)`, `duration(B.digits10)`,
		`truthy(B.s10) or present(B.s10)`, `json(B)`, `len(json(B.objects))`, `join(map(B.arr, B.s10), "")`, `sort(map(B.arr, B.s10))`, `sortBy(B.arr, B.s10)`, `groupBy(B.arr, B.s10)`,
		towers(18), towers(40), otherTowers(40), chosenTowers(40), nested("((", `count(B.arr, # in [-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11]) > 0`, ") or false) and true", 29), nested("((", "sum(B.arr) < 0", ") or false) and true", 30),
		joinedBy("item", " or ", 990), joinedBy("item", " and ", 900), joinedBy("B.n == 2", " or ", 400), joinedBy("1 == 1", " and ", 640) + " and 1 == 2", joinedBy("sum(B.arr) < 0", " or ", 300), joinedBy("B.a.b.c.d", " and ", 400), distinct(450),
		"trigger" + strings.Repeat(".a", 1900), "item" + strings.Repeat("[item]", 950), "1" + strings.Repeat("|abs()", 1300), strings.Repeat("true?1:", 1100) + "1", strings.Repeat("nil??", 1600) + "1", joinedBy("item", "+", 990), "[" + strings.TrimSuffix(strings.Repeat("trigger.body,", 600), ",") + "]",
		patterns(16), patterns(700), strings.Repeat("a(", 60) + strings.Repeat("map(B.items, ", 300), strings.Repeat("map(B.items, ", 60), "B.items | " + joinedBy("filter(.qty > 1)", " | ", 300), `/* ' */` + strings.Repeat("(", 3900) + "1" + strings.Repeat(")", 3900), `/* ' */` + strings.Repeat("map([1],", 900) + "1" + strings.Repeat(")", 900),
	}
	for i, c := range cases {
		c = strings.ReplaceAll(c, "B.", "trigger.body.")
		cases[i] = strings.NewReplacer("(B, ", "(trigger.body, ", "(B)", "(trigger.body)", "B[", "trigger.body[").Replace(c)
	}
	return cases
}

// towers are lets of which each has the one before it twice: a tree of 2 to the power of n.
func towers(n int) string {
	source := `let a0 = {"x": 1, "y": 1}; `
	for i := range n {
		source += fmt.Sprintf(`let a%d = {"x": a%d, "y": a%d}; `, i+1, i, i)
	}
	return source + fmt.Sprintf("len([a%d, a%d]) > 0", n, n)
}

// otherTowers are two that are alike and share nothing.
func otherTowers(n int) string {
	source := ""
	for _, name := range []string{"a", "b"} {
		source += "let " + name + `0 = {"x": 1, "y": 1}; `
		for i := range n {
			source += fmt.Sprintf(`let %s%d = {"x": %s%d, "y": %s%d}; `, name, i+1, name, i, name, i)
		}
	}
	return source + fmt.Sprintf("[a%d, b%d]", n, n)
}

func chosenTowers(n int) string {
	source := "let a0 = {}; "
	for i := range n {
		source += fmt.Sprintf(`let a%d = (item ? {"x": a%d, "y": a%d} : [a%d, a%d]); `, i+1, i, i, i, i)
	}
	return source + fmt.Sprintf("a%d", n)
}

func nested(open, source, end string, n int) string {
	return strings.Repeat(open, n) + source + strings.Repeat(end, n)
}

func joinedBy(part, by string, n int) string {
	return strings.TrimSuffix(strings.Repeat(part+by, n), by)
}

func distinct(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("item.a%d", i)
	}
	return strings.Join(list, " and ")
}

// patterns are regular expressions that are dear to read.
func patterns(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`"x" matches "\\pL%d"`, i)
	}
	source := "[" + strings.Join(list, ", ") + "]"
	return source[:min(len(source), 8000)] + map[bool]string{true: `"]`, false: ""}[len(source) > 8000]
}
