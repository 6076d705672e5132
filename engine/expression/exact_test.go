package expression_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gancho/engine/expression"
)

// yields evaluates in a zone over a body of JSON.
func yields(t *testing.T, zone, body, source string) (any, error) {
	t.Helper()
	value, err := expression.Decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	in, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	p, err := expression.Compile(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return p.Run(t.Context(), &expression.Scope{Zone: in, Now: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC), Values: map[string]any{"trigger": map[string]any{"body": value, "headers": map[string]any{"x-topic": "orders"}}}})
}

// TestDaysWithoutMidnight: where clocks go forward at midnight, a day begins at one, and no day
// is lost.
func TestDaysWithoutMidnight(t *testing.T) {
	for source, want := range map[string]string{
		`format_date("1990-10-21", "02/01/2006")`:             "21/10/1990",
		`date("2018-11-04")`:                                  "2018-11-04T01:00:00-02:00",
		`date("04/11/2018", "02/01/2006")`:                    "2018-11-04T01:00:00-02:00",
		`start_of("2018-11-04T12:00:00-02:00", "day")`:        "2018-11-04T01:00:00-02:00",
		`add_days("2018-11-03", 1)`:                           "2018-11-04T01:00:00-02:00",
		`add_days("2018-11-03", 2)`:                           "2018-11-05T00:00:00-02:00",
		`business_days("2018-11-02", 1)`:                      "2018-11-05T00:00:00-02:00",
		`business_days("2018-11-05", -1)`:                     "2018-11-02T00:00:00-03:00",
		`start_of("2018-11-10", "week")`:                      "2018-11-05T00:00:00-02:00",
		`string(diff("2018-11-03", "2018-11-05", "days"))`:    "2",
		`string(diff("0001-01-01", "2026-01-01", "days"))`:    "739616",
		`string(diff("1600-01-01", "2026-01-01", "hours"))`:   "3734255",
		`string(diff("2026-01-02", "2026-01-01", "seconds"))`: "-86400",
		`date("1700000000")`:                                  "2023-11-14T20:13:20-02:00",
		`date(1700000000000.0)`:                               "2023-11-14T20:13:20-02:00",
		`date("2026-11-24T15:00-03:00")`:                      "2026-11-24T15:00:00-03:00",
	} {
		if source == `date("1700000000")` || source == `date(1700000000000.0)` {
			want = "2023-11-14T19:13:20-03:00" // no summer time any more
		}
		if got, err := yields(t, "America/Sao_Paulo", `{}`, source); got != want {
			t.Errorf("%s = %v, %v, want %s", source, got, err, want)
		}
	}
	for _, source := range []string{`date(-99999999999)`, `start_of("0000-01-01", "week")`, `add_days("9999-12-31", 1)`, `date({})`, `add_days([], 1)`, `format_date("2026-11-24", "YYYY-MM-DD")`, `format_date("2026-11-24", "DD.MM.")`} {
		if got, err := yields(t, "UTC", `{}`, source); err == nil {
			t.Errorf("%s = %v, want an error", source, got)
		}
	}
}

// TestSpansOfTime: a time so much later or earlier, and how much lies between two.
func TestSpansOfTime(t *testing.T) {
	for source, want := range map[string]any{
		`add_time(now(), "-2h")`: "2026-11-24T10:00:00-03:00", `add_time(now(), -duration("24h"))`: "2026-11-23T12:00:00-03:00",
		`add_time("2026-11-24", "1h30m")`: "2026-11-24T01:30:00-03:00", `add_time("2026-11-24", 90.0)`: "2026-11-24T00:01:30-03:00", `add_time("2026-11-24", " -1d ")`: "2026-11-23T00:00:00-03:00",
		`add_time("2018-11-03T23:30:00", "1h")`: "2018-11-04T01:30:00-02:00", `add_time("2018-11-03T12:00:00", "1d")`: "2018-11-04T13:00:00-02:00",
		`start_of("2026-11-24T15:47:31.5Z", "hour")`: "2026-11-24T12:00:00-03:00", `start_of("2019-02-17T02:30:00Z", "hour")`: "2019-02-16T23:00:00-03:00", `start_of("2019-02-17T01:30:00Z", "hour")`: "2019-02-16T23:00:00-02:00",
		`diff("2026-01-31", "2026-02-28", "months")`: 0, `diff("2026-01-15", "2026-02-15", "months")`: 1, `diff("2026-01-15T10:00:00", "2026-02-15T09:59:59", "months")`: 0, `diff("2026-03-15", "2026-01-20", "months")`: -1,
		`diff("2000-02-29", "2026-02-28", "years")`: 25, `diff("2025-12-31", "2026-01-01", "months")`: 0, `diff("2024-11-24", "2026-11-24", "years")`: 2,
	} {
		if got, err := yields(t, "America/Sao_Paulo", `{}`, source); got != want {
			t.Errorf("%s = %v, %v, want %v", source, got, err, want)
		}
	}
	for source, want := range map[string]string{
		`add_time(now(), "soon")`: `add_time: "soon" is not a length of time such as 1h30m or 2d`, `add_time(now(), "-")`: `add_time: "" is not a length of time such as 1h30m or 2d`,
		`add_time(now(), 1e18)`: "add_time: that is too long a time", `add_time("9999-12-31", "2d")`: "add_time: the date is out of range", `add_time(now(), [])`: "add_time: span is a length of time such as 2h or -30m, or seconds, not a list",
		`start_of(now(), "minu" + "te")`: "start_of: the unit is hour, day, week, month or year", `diff(now(), now(), "mon" + "th")`: "diff: the unit is years, months, weeks, days, hours, minutes or seconds",
	} {
		if got, err := yields(t, "UTC", `{}`, source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s = %v, %v, want %s", source, got, err, want)
		}
	}
}

// TestExact: numbers, letters and texts as they are.
func TestExact(t *testing.T) {
	body := `{"s": "ação", "n": 12.5, "whole": 1234, "big": 9007199254740993, "zero": -0.0, "list": [1, 2]}`
	for source, want := range map[string]any{
		`number_br(1234.56)`: 1234.56, `number_br(trigger.body.n)`: 12.5, `number_br(trigger.body.whole)`: 1234, `number_br("R$ 1.234,56")`: 1234.56, `number_br("-3")`: -3,
		`floor(trigger.body.big)`: 9007199254740993, `ceil(trigger.body.big)`: 9007199254740993, `round(trigger.body.big)`: 9007199254740993, `median([trigger.body.big])`: 9007199254740993, `median([1, 2])`: 1.5,
		`2 ** 62`: 4611686018427387904, `(-2) ** 63`: -9223372036854775807 - 1, `2 ** 64`: 18446744073709551616.0, `2 ** -1`: 0.5, `round(1.005, 2)`: 1.01, `round(-1.005, 2)`: -1.01, `round(2.5)`: 3.0, `round(1e300, 2)`: 1e300,
		`string(round(-0.4))`: "0", `json({"a": 0 * -1.5, "b": trigger.body.zero})`: `{"a":0,"b":0}`, `parse_json(json([1e30]))[0]`: 1e30, `json("\u2028")`: "\"\u2028\"",
		`trigger.body.s[1]`: "ç", `(trigger.body.s)[-1]`: "o", `"ação"[3]`: "o", `"ação"[5]`: nil, `trigger.body.s[4]`: nil, `trigger.body.s[300]`: nil, `(trigger.body.s)[-5]`: nil, `trigger.body.list[-1]`: 2,
		`slug("ŁÓDŹ Øre ß")`: "lodz-ore-ss", `slug("a\u0301gua")`: "agua", `strip_html("a < b and c > d")`: "a < b and c > d", `strip_html("<p>x<br/>y</p><!-- z -->")`: "x y", `strip_html("Rua A, 1<br>Casa 2\n<ul><li>a</li><li>b<b>c</b></li></ul>")`: "Rua A, 1 Casa 2\na bc",
		`strip_html("<style>p > a {}</style><p>Caf&eacute; &amp; p&atilde;o</p><script>if (a < b) { write(\"<b>no</b>\") }</script>!")`: "Café & pão !", `strip_html("<a title=\"x > y\">z</a> I <3 you &lt;b&gt;")`: "z I <3 you <b>",
		`phone_e164("+5511987654321 ramal 12", "BR")`: nil, `phone_e164("(11) 3333-4444 r. 5")`: nil, `phone_e164("+1 415 555 2671 x9")`: nil, `phone_e164("11 98765-4321, 22")`: nil, `phone_e164("+55 11 98765-4321 12")`: nil, `phone_e164("11 98765\u20114321")`: "+5511987654321", `phone_e164("(+55) 11 98765.4321")`: "+5511987654321", `phone_e164("+1 (415) 555-2671")`: "+14155552671",
		`phone_e164("00 1 415 555 2671")`: nil, `phone_e164("011 98765-4321")`: "+5511987654321",
		`uuid_from("a", "b") == uuid_from("a\nb")`: false, `uuid_from("a\\nb") == uuid_from("a\nb")`: false,
		`regex_replace("11987654321", "^([0-9]{2})", "($1) ")`: "(11) 987654321", `regex_replace("hello world", "\\b(\\w)", "<$1>")`: "<h>ello <w>orld", `regex_replace("aaa", "(a)", "$1b")`: "ababab", `regex_replace("x aa", "a*", "[$0]")`: "[]x[] [aa]", `regex_replace("a", "a", "$$1")`: "$1",
	} {
		if got, err := yields(t, "UTC", body, source); got != want || err != nil {
			t.Errorf("%s = %v (%T), %v, want %v", source, got, got, err, want)
		}
	}
	if got, err := yields(t, "UTC", body, `trigger.headers["X-Topic"]`); got != "orders" {
		t.Errorf("a header by another case is %v, %v", got, err)
	}
	var missing *expression.MissingError
	for _, source := range []string{`json(trigger.body.none)`, `toJSON(trigger.body.none)`, `({(trigger.body.none): 1})`, `fromPairs([[nil, 1]])`, `pick({"null": 1}, trigger.body.none)`} {
		if got, err := yields(t, "UTC", body, source); !errors.As(err, &missing) {
			t.Errorf("%s = %v, %v, want that it is missing", source, got, err)
		}
	}
	for _, source := range []string{`number_br("1e5")`, `number_br("1,234.56")`, `number_br("1234.56")`, `float("1_0")`, `float("0x1p2")`, `float("")`} {
		if got, err := yields(t, "UTC", body, source); err == nil {
			t.Errorf("%s = %v, want an error", source, got)
		}
	}
}

// TestRegexReplaceIsRegexp: whatever the pattern, the text and the replacement, the result is
// that of regexp, but for $1x, which is the first group and an x.
func TestRegexReplaceIsRegexp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 500 {
		pattern, by, text := "", "", ""
		for range 1 + r.IntN(3) {
			pattern += draw("a", "b?", "(a*)", "(b|c)", "^", "$", `\b`, "[^a]", ".", "(a)|(b)")
			by += draw("x", "${0}", "${1}", "<$1>", "$$", "")
		}
		for range r.IntN(40) {
			text += draw("a", "b", "c", " ", "ç", "\n")
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			continue
		}
		source := "regex_replace(" + strconv.Quote(text) + ", " + strconv.Quote(pattern) + ", " + strconv.Quote(by) + ")"
		if got, err := yields(t, "UTC", `{}`, source); got != re.ReplaceAllString(text, by) || err != nil {
			t.Errorf("%s = %q, %v, want %q", source, got, err, re.ReplaceAllString(text, by))
		}
	}
}
