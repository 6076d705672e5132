package expression_test

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"gancho/engine/expression"
)

// hostileScope holds what a sender may put into a body: long texts, long lists, deep values.
func hostileScope() *expression.Scope {
	list, rows := make([]any, 20_000), make([]any, 5_000)
	for i := range list {
		list[i] = i * 7919 % 20_011
	}
	for i := range rows {
		rows[i] = map[string]any{"k": fmt.Sprint(i % 97), "n": i, "t": strings.Repeat("x", 40)}
	}
	var deep, deepMap any = 1, 1
	for range 60 {
		deep, deepMap = []any{deep}, map[string]any{"a": deepMap}
	}
	texts := make([]any, 20_000)
	for i := range texts {
		texts[i] = fmt.Sprintf("%06d", i*7919%20_011)
	}
	body := attackBody()
	maps.Copy(body, map[string]any{
		"s": strings.Repeat("a", 1<<20), "u": strings.Repeat("ç", 1<<19), "html": strings.Repeat("<a b='c'>", 1<<17)[:1<<20], "arr": list, "rows": rows, "deep": deep,
		"map": deepMap, "texts": texts, "bad": "\xff\xfe" + strings.Repeat("\xc3", 1000), "json": strings.Repeat("[", 20_000), "numbers": strings.Repeat("1,", 1<<19),
		"csv": strings.Repeat("a,b,c,d\n", 1<<17), "xml": strings.Repeat("<a>", 5000), "n": 3, "big": 9223372036854775807, "f": 1e308,
	})
	return &expression.Scope{Now: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC), Values: map[string]any{"trigger": map[string]any{"body": body}}}
}

// hostile are the cases: what blows up text, nests loops, sorts, matches, recurs and parses.
func hostile() []string {
	cases := []string{
		`replace(S, "a", S)`, `join(map(1..10000, S), "")`, `reduce(1..24, #acc + #acc, "xxxxxxxx")`, `reduce(1..40, #acc + #acc, "xxxxxxxx")`,
		`count(A, any(A, # == -1))`, `count(A, # in A)`, `toJSON(map(1..100000, trigger.body))`, `uniq(A)`, `count(A, len(uniq(A)) > 0)`,
		`let a = S + S; let b = a + a; b + b`, `1..10000000`, `1..1000000000`, `len(1..1000000000)`, `-9223372036854775807..9223372036854775807`,
		`repeat(repeat("a", 1000), 1000)`, `repeat(repeat("a", 1000), 100000)`, `repeat(S, 1000000000)`, `repeat("a", -1)`, `map(1..10000, repeat("a", 1000000))`,
		`S matches "(a+)+$b"`, `count(A, S matches "(a+)+$b")`, `S matches "(a|a)*b"`, `S matches "(a*)*b"`, `S matches "a{1000}b"`, `S matches "(a?){500}b"`,
		`S matches ".*.*.*.*.*b"`, `S matches "(.*)(.*)(.*)(.*)b$"`, `S matches "((a{30}){30}){2}b"`, `S matches "(((a{100}){100}){100})"`, `map(1..5000, "a" matches string(#))`,
		`count(A, "x" matches ("(" + string(#) + "){9}"))`, `regex_find(S, "(a|aa)+b")`, `regex_find(S, "a*?b")`, `regex_replace(S, "a", S)`, `regex_replace(S, "a", "$0$0$0$0")`,
		`regex_replace(S, "", "bb")`, `regex_replace(S, "a*?$", "")`, `regex_replace(U, "ç*?x", "")`, `regex_replace(S, "(a)(a)(a)", "$1$2$3$1$2$3")`, `map(1..10000, regex_replace(S, "a", "b"))`,
		`count(A, len(sort(A)) > 0)`, `count(A, len(sortBy(A, -#)) > 0)`, `sort(A)`, `sort(T)`, `sortBy(A, -#)`, `sortBy(R, .t + .k)`, `map(A, sort(T))`, `sort(R)`, `sort([1, "a"])`,
		`count(A, count(A, count(A, true) > 0) > 0)`, `map(A, map(A, map(A, #)))`, `reduce(A, concat(#acc, #acc), [1])`, `reduce(1..100, concat(#acc, #acc), [1])`, `reduce(1..60, [#acc, #acc], 1)`,
		`json(reduce(1..60, [#acc, #acc], 1))`, `string(reduce(1..40, ({"a": #acc, "b": #acc}), 1))`, `reduce(1..60, [#acc, #acc], 1) == reduce(1..60, [#acc, #acc], 1)`,
		`uniq([reduce(1..60, [#acc, #acc], 1)])`, `flatten(reduce(1..60, [#acc, #acc], 1))`, `reduce(1..1000, [#acc], 1)`, `flatten(reduce(1..1000, [#acc], 1))`, `json(reduce(1..1000, [#acc], 1))`,
		`$env`, `$env["__e"]`, `__e`, `__turn(1)`, `let __b = 1; __b`, `::replace(S, "a", S)`, `now().Year`, `let f = now().Year; f()`, `let slug = 1; slug`, `let trigger = 1; trigger`,
		`fromJSON(J)`, `parse_json(J)`, `parse_json("[" + N + "1]")`, `count(A, len(parse_json("[" + N + "1]")) > 0)`, `1 % 0`, `1 / 0`, `0 / 0`, `-1 % 0`, `5 % -1`,
		`date("x")`, `date(S)`, `date(trigger.body.big)`, `date(1e300)`, `add_days(now(), 100000)`, `count(A, add_days(now(), #) != "")`, `count(A, business_days(now(), 100000) != "")`, `business_days(now(), -100000)`,
		`format_date(now(), S)`, `map(A, format_date(now(), S))`, `upper(B)`, `lower(B)`, `len(B)`, `B[0:1]`, `json(B)`, `slug(B)`, `split(B, "")`, `B + B`,
		`map(1..2000, split(S, ""))`, `split(S, "")`, `split(S, "a")`, `count(A, len(split(S, "")) > 0)`, `splitAfter(S, "a")`, `join(split(S, ""), S)`, `join(A, S)`, `map(A, join(A, ","))`,
		`count(A, string(trigger.body) != "")`, `map(1..10000, trigger.body)`, `json(trigger)`, `toJSON(trigger)`, `count(A, json(R) != "")`, `map(R, json(R))`,
		`count(A, len(upper(S)) > 0)`, `count(A, len(S) > 0)`, `count(A, max(A) > 0)`, `count(A, A == A)`, `count(A, R == R)`, `count(A, min(T) > 0)`, `count(A, mean(A) > 0)`, `count(A, median(A) > 0)`, `count(A, sum(A) > 0)`,
		`count(A, replace(S, "a", "b") == "x")`, `count(A, S contains "b")`, `count(A, S < S)`, `count(A, S == S + "")`, `count(A, S startsWith S)`, `count(A, indexOf(S, "b") > 0)`, `count(A, len(reverse(A)) > 0)`,
		`count(A, sha256(S) == "")`, `count(A, md5(S) == "")`, `count(A, hmac_sha256(S, S) == "")`, `count(A, uuid_from(S) == "")`, `map(A, toBase64(S))`, `map(A, fromBase64(toBase64(S)))`, `count(A, slug(U) == "")`, `count(A, title(S) == "")`,
		`slug(U)`, `title(U)`, `left(U, 500000)`, `map(A, left(U, 500000))`, `map(A, mask(U, 3))`, `map(A, right(U, 3))`, `map(A, truncate(U, 500))`, `map(A, U[1:3])`, `map(A, S[0])`, `strip_html(H)`, `count(A, strip_html(H) == "")`, `url_encode(U)`, `map(A, url_encode(U))`,
		`csv(C)`, `map(A, csv(C))`, `csv(R)`, `map(A, csv(R))`, `csv(map(1..2000, fromPairs([[string(#), 1]])))`, `xml(X)`, `map(A, xml(X))`, `xml({"a": A})`, `map(A, xml({"a": R}))`, `xml({"a": D})`,
		`groupBy(A, #)`, `groupBy(T, #)`, `map(A, groupBy(A, #))`, `group_by(R, "k")`, `map(A, group_by(R, "k"))`, `unique_by(R, "k")`, `map(A, unique_by(R, "t"))`, `map(A, sum_by(R, "n"))`, `keys(trigger)`, `map(A, keys(trigger.body))`,
		`map(A, values(trigger.body))`, `map(A, toPairs(trigger.body))`, `map(A, fromPairs(toPairs(trigger.body)))`, `map(A, merge(trigger.body, trigger.body))`, `map(A, omit(trigger.body, "s"))`, `map(A, pick(trigger.body, A))`, `reduce(A, merge(#acc, fromPairs([[string(#), #]])), {})`,
		`map(A, get(trigger.body, S))`, `get(D, "[0]" + repeat("[0]", 1000))`, `map(1..100000, {"a": 1, "b": 2, "c": 3})`, `map(A, ({"a": 1, "b": 2, "c": 3, "d": A}))`, `map(A, [1, 2, 3, 4, 5, 6, 7, 8])`, `map(A, ({}))`, `map(A, [])`,
		`map(A, reverse(A))`, `map(A, concat(A, A))`, `concat(A, A, A, A, A, A, A, A)`, `map(A, flatten([A, A]))`, `map(A, take(A, 100))`, `map(A, A[1:])`, `map(A, uniq(T))`, `uniq(R)`, `uniq(T)`,
		`trigger.body.big + 1`, `trigger.body.big * 2`, `-trigger.body.big - 2`, `trigger.body.f * 10`, `trigger.body.f ** 2`, `2 ** 100000`, `abs(-9223372036854775807 - 1)`, `cents(trigger.body.big)`, `brl(trigger.body.f)`, `round(trigger.body.f, 12)`, `int(trigger.body.f)`, `float("NaN")`, `float("1e400")`,
		`number_br(S)`, `phone_e164(S)`, `cpf_valid(S)`, `cnpj_valid(S)`, `count(A, cnpj_valid(S))`, `map(A, regex_find(S, "a+$"))`, `duration(S)`, `trim(S, S)`, `map(A, trim(S, U))`, `trimPrefix(S, S)`,
		`reduce(A, #acc + string(#), "")`, `reduce(1..100000, #acc + "xxxxxxxxxx", "")`, `filter(A, filter(A, filter(A, true) != nil) != nil)`, `find(A, any(A, false))`, `findLast(A, all(A, true) and false)`, `one(A, none(A, # < 0) and any(A, # in A))`,
		`any(A, any(A, any(A, false)))`, `all(A, all(A, all(A, true)))`, `sum(A, sum(A, #))`, `sum(map(A, 9223372036854775807))`, `if any(A, # in A) { map(A, A) } else { 1 }`, `let x = map(A, S + "b"); x`, `map(A, S + string(#))`,
		`A | map(# + 1) | filter(# in A) | count(# > 0)`, `D[0][0][0][0][0][0][0]`, `M.a.a.a.a.a`, `trigger.body[S]`, `map(A, trigger.body[S])`, `A[999999999]`, `A[-999999999]`, `S[999999999:]`, `S[-5:2]`,
		strings.Repeat("[", 8000), strings.Repeat("(", 1_000_000), strings.Repeat("!", 8000), strings.Repeat("!", 50_000), "1" + strings.Repeat("+1", 4000), strings.Repeat("not ", 2000) + "true", strings.Repeat("-", 8000) + "1",
		"1" + strings.Repeat("**1", 2000), strings.Repeat("true ? ", 900) + "1" + strings.Repeat(" : 0", 900), `"` + strings.Repeat("a", 5_000_000) + `"`, `"` + strings.Repeat(`\u0041`, 1300) + `"`, strings.Repeat("{", 8000), strings.Repeat("a.", 4000) + "a",
		strings.Repeat("map(A, ", 60) + "#" + strings.Repeat(")", 60), strings.Repeat("let a = 1; ", 700) + "1", "trigger" + strings.Repeat("?.a", 2000), "trigger" + strings.Repeat("[0]", 2000), strings.Repeat("upper(", 60) + "S" + strings.Repeat(")", 60),
		strings.Repeat("S + ", 500) + "S", "[" + strings.Repeat("S,", 900) + "S]", "json([" + strings.Repeat("S,", 900) + "S])", "concat(" + strings.Repeat("A,", 900) + "A)", strings.Repeat("A == A and ", 300) + "true", strings.Repeat("uniq(", 30) + "T" + strings.Repeat(")", 30),
	}
	names := strings.NewReplacer("S", "trigger.body.s", "U", "trigger.body.u", "A", "trigger.body.arr", "R", "trigger.body.rows", "T", "trigger.body.texts", "H", "trigger.body.html",
		"B", "trigger.body.bad", "J", "trigger.body.json", "N", "trigger.body.numbers", "C", "trigger.body.csv", "X", "trigger.body.xml", "D", "trigger.body.deep", "M", "trigger.body.map")
	for i, c := range cases {
		if len(c) < 4096 || strings.Contains(c[:20], "S") {
			// One-letter names stand for the body's; those in function names are kept.
			c = strings.NewReplacer("toJSON", "to\x00", "fromJSON", "from\x00", "sortBy", "sort\x01", "groupBy", "group\x01", "findIndex", "find\x02", "findLast", "find\x03",
				"startsWith", "starts\x04", "splitAfter", "split\x05", "toBase64", "to\x06", "fromBase64", "from\x06", "trimPrefix", "trim\x07", "indexOf", "index\x08", "toPairs", "to\x0e", "fromPairs", "from\x0e", "NaN", "\x0f", "Year", "\x10").Replace(c)
			c = names.Replace(c)
			c = strings.NewReplacer("\x00", "JSON", "\x01", "By", "\x02", "Index", "\x03", "Last", "\x04", "With", "\x05", "After", "\x06", "Base64", "\x07", "Prefix", "\x08", "Of", "\x0e", "Pairs", "\x0f", "NaN", "\x10", "Year").Replace(c)
		}
		cases[i] = c
	}
	return append(cases, attacks()...)
}
