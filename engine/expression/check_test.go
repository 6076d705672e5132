package expression_test

import (
	"fmt"
	"strings"
	"testing"

	"gancho/engine/expression"
)

// told is a problem in a line: what is underlined, the words, and the hint.
func told(source string, p string, from, to int, hint string) string {
	line := "[" + string([]rune(source)[from:to]) + "] " + p
	if hint != "" {
		line += " / " + hint
	}
	return line
}

// TestFaultsAreInWords: what cannot be read is told in words of both languages, never in those
// of the library, with the repair where there is one.
func TestFaultsAreInWords(t *testing.T) {
	for source, want := range map[string]string{
		`trigger.body.`:                `[.] the expression ends too early`,
		`trigger.body.n = 5`:           "[=] `=` is not expected here / write == to compare",
		`trigger.body.total,5`:         "[,] `,` is not expected here",
		`trigger.body.x ?? 1 > 3`:      `[>] ?? and another operator need brackets between them / write brackets around the part with ??, as in (x ?? 0) > 5`,
		`9223372036854775808`:          `[8] the number is too big / write it as a text, in quotes`,
		`"x" matches "["`:              `["["] the regular expression cannot be read: a ] is missing at "["`,
		`trigger.body.s.upper()`:       `[upper] values have no functions of their own / write upper(trigger.body.s)`,
		`trigger.body.s.toUpperCase()`: `[toUpperCase] values have no functions of their own / write upper(trigger.body.s)`,
		`left("a")`:                    `[left] left is called with the wrong number of values: 1 / it is left(x text, n integer) → text`,
		`now(1)`:                       `[now] now is called with the wrong number of values: 1 / it is now() → text`,
		`min()`:                        `[min] min is called with the wrong number of values: 0 / it is min(x… value) → number`,
		`start_of(now(), "quarter")`:   `["quarter"] start_of takes one of hour, day, week, month, year, not "quarter"`,
		`diff(now(), now(), "dias")`:   `["dias"] diff takes one of years, months, weeks, days, hours, minutes, seconds, not "dias" / did you mean days?`,
		`sort([1], "up")`:              `["up"] sort takes one of asc, desc, not "up"`,
		`number("1")`:                  `[number] there is no function number / did you mean float?`,
		`numbr("1")`:                   `[numbr] there is no function numbr / did you mean float?`,
		`toNumber("1")`:                `[toNumber] there is no function toNumber / did you mean float?`,
		`concatenate("a", "b")`:        `[concatenate] there is no function concatenate / did you mean join?`,
		`upperCase("a")`:               `[upperCase] there is no function upperCase / did you mean upper?`,
		`formatDate(now(), "x")`:       `[formatDate] there is no function formatDate / did you mean format_date?`,
		`uper("a")`:                    `[uper] there is no function uper / did you mean upper?`,
		`triger.body.x`:                `[triger] there is nothing called triger / did you mean trigger?`,
		`$json.x`:                      `[$json] there is nothing called $json / write trigger.body.x, or steps.ID.x for what an earlier step gave`,
		`$json["x"] == 1`:              `[$json] there is nothing called $json / write trigger.body.x, or steps.ID.x for what an earlier step gave`,
		`$node["Set"].json.x`:          `[$node] there is nothing called $node / write steps.ID.x`,
		`$("Set").item.json.x`:         `[$] there is no function $ / write steps.ID.x`,
		`loop.total`:                   `[loop] there is nothing called loop / write item`,
		`$now`:                         `[$now] there is nothing called $now / write now()`,
	} {
		_, err := expression.Compile(source)
		if err == nil {
			t.Errorf("%s is accepted", source)
			continue
		}
		p := expression.ProblemOf(err)
		if got := told(source, p.Message.EN, p.From, p.To, p.Hint.EN); got != want {
			t.Errorf("%s:\n got %s\nwant %s", source, got, want)
		}
		if p.Message.PT == "" || p.Message.PT == p.Message.EN || strings.Contains(p.Message.PT, "expected") {
			t.Errorf("%s: in Portuguese %q", source, p.Message.PT)
		}
	}
}

// TestChecks: what is doubtful over the orders of the tests, with the repair.
func TestChecks(t *testing.T) {
	for source, want := range map[string]string{
		`trigger.body.total and true`:                "[total] `trigger.body.total` is a number; this needs yes or no / compare it with something, as in `trigger.body.total > 0`",
		`not trigger.body.status`:                    "[status] `trigger.body.status` is a text; this needs yes or no / compare it with something, as in `trigger.body.status != nil`",
		`any(trigger.body.items, .sku)`:              "[sku] `sku` is a text; this needs yes or no / compare it with something, as in `.sku != nil`",
		`trigger.body.total ? 1 : 2`:                 "[total] `trigger.body.total` is a number; this needs yes or no / compare it with something, as in `trigger.body.total > 0`",
		`len(5)`:                                     "[5] `5` is a number; this needs a text or a list or an object as \"x\"",
		`cents(true)`:                                "[true] `true` is yes or no; this needs a text or a number as \"amount\"",
		`add_days({}, 1)`:                            "[{] `{}` is an object; this needs a text or a number as \"x\"",
		`regex_find("x", "a") + "x"`:                 "[regex_find] `regex_find(\"x\", \"a\")` may be missing / choose what happens when it is missing, as in `(regex_find(\"x\", \"a\") ?? \"-\")`",
		`now() - duration("24h")`:                    "[-] a time cannot be counted with by - / write add_time(now(), \"-2h\") for another time, and diff(a, b, \"hours\") for what lies between two",
		`date(trigger.body.status) + duration("2h")`: "[+] a time cannot be counted with by + / write add_time(now(), \"-2h\") for another time, and diff(a, b, \"hours\") for what lies between two",
		`get(trigger.body, "totl")`:                  "[\"totl\"] unknown field `totl`, did you mean `total`? / it is in none of 40 events",
		`pick(trigger.body, "status", "statu")`:      "[\"statu\"] unknown field `statu`, did you mean `status`? / it is in none of 40 events",
		`unique_by(trigger.body.items, "sk")`:        "[\"sk\"] unknown field `sk`, did you mean `sku`? / it is in none of 40 events",
		`get(trigger.body, "total") + 1`:             "",
		`trigger.body.coupon contains "x"`:           "",
		`trigger.body.coupon contains ""`:            `[""] a comparison has no value yet / write what it is compared with`,
		`trigger.body.total > ""`:                    `[""] a comparison has no value yet / write what it is compared with`,
		`trigger.body.status == ""`:                  "[\"\"] `trigger.body.status` was never empty in 40 events / write what it is compared with",
		`trigger.body.status != ""`:                  "",
		`trigger.body.coupon in []`:                  `[[] a comparison has no value yet / write what it is compared with`,
		`trigger.body.coupon + "x"`:                  "[coupon] `trigger.body.coupon` is present in 9 of 40 events / choose what happens when it is missing, as in `(trigger.body.coupon ?? \"-\")`",
		`date(trigger.body.coupon)`:                  "[coupon] `trigger.body.coupon` is present in 9 of 40 events / choose what happens when it is missing",
		`first(trigger.body.items).n + 1`:            "[n] `n` may be missing / choose what happens when it is missing, as in `(first(trigger.body.items).n ?? 0)`",
		`trigger.body.coupon contains "X" ? trigger.body.coupon + "!" : "-"`:             "",
		`trigger.body.coupon contains "X" ? "-" : trigger.body.coupon + "!"`:             "[coupon] `trigger.body.coupon` is present in 9 of 40 events / choose what happens when it is missing, as in `(trigger.body.coupon ?? \"-\")`",
		`not (trigger.body.coupon startsWith "X") and trigger.body.coupon + "!" == "X!"`: "[coupon] `trigger.body.coupon` is present in 9 of 40 events / choose what happens when it is missing, as in `(trigger.body.coupon ?? \"-\")`",
	} {
		tree, err := expression.Parse(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		var got []string
		for _, p := range tree.Infer(knownOrders()).Problems {
			got = append(got, told(source, p.Message.EN, p.From, p.To, p.Hint.EN))
		}
		if fmt.Sprint(strings.Join(got, "\n")) != want {
			t.Errorf("%s:\n got %s\nwant %s", source, strings.Join(got, "\n     "), want)
		}
	}
}

// TestHintsRepair: what a hint proposes in place of a value can be read where the value stood.
func TestHintsRepair(t *testing.T) {
	for _, source := range []string{`trigger.body.coupon + "x"`, `first(trigger.body.items).n > 5`, `map(trigger.body.items, first(trigger.body.items).sku + .sku)`} {
		tree, err := expression.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range tree.Infer(knownOrders()).Problems {
			_, repair, _ := strings.Cut(p.Hint.EN, "as in ")
			repair = strings.Trim(repair, "`")
			value, _, _ := strings.Cut(strings.TrimPrefix(repair, "("), " ?? ")
			if _, err := expression.Compile(strings.Replace(source, value, repair, 1)); err != nil || !strings.Contains(source, value) {
				t.Errorf("%s with %s: %v", source, repair, err)
			}
		}
	}
}

// TestRepairsOfNumbers: where a number is read, what stands in for a missing text is one, too.
func TestRepairsOfNumbers(t *testing.T) {
	for source, want := range map[string]any{`float(trigger.body.coupon) > 200`: false, `cents(trigger.body.coupon)`: 0, `trigger.body.coupon > 200`: false, `trigger.body.coupon * 2`: 0} {
		tree, err := expression.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		fix := tree.Infer(knownOrders()).Problems[0].Fixes[0]
		repaired := strings.Replace(source, fix.Of, fix.Put, 1)
		if got, err := yields(t, "UTC", `{}`, repaired); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, %v", repaired, got, err)
		}
	}
}

// TestMissingIsNamed: a value that is missing is named as it is written, wherever it is asked
// for.
func TestMissingIsNamed(t *testing.T) {
	for source, want := range map[string]string{
		`not trigger.body.x`: "trigger.body.x", `true and trigger.body.x`: "trigger.body.x", `trigger.body.x or true`: "trigger.body.x", `trigger.body.x ? 1 : 2`: "trigger.body.x", `not first([])`: "first([])",
		`upper(trigger.body.x)`: "trigger.body.x", `1 + trigger.body.x`: "trigger.body.x",
	} {
		_, err := yields(t, "UTC", `{}`, source)
		if err == nil || err.Error() != want+" is missing" {
			t.Errorf("%s: got %v, want that %s is missing", source, err, want)
		}
	}
}
