package actions

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// The classes of an answer.
const (
	classOK      = "ok"
	classIgnore  = "ignore"
	classRetry   = "retry"
	classWait    = "wait"
	classRefresh = "refresh"
	classAuth    = "auth"
	classFail    = "fail"
	classUnknown = "unknown"
)

// verdict is what an answer means.
type verdict struct {
	class string
	after time.Duration // told by the provider; 0 is nothing
	scope string        // whose budget a wait belongs to
	maybe bool          // the provider may have acted
	hint  form.Words
	why   string // a rule that could not be asked
}

const (
	textLimit = 64 << 10
	errorMost = 300
	waitTold  = time.Minute // where nothing is told
	waitMost  = 24 * time.Hour
)

// answerScope adds an answer to what expressions read.
func answerScope(s *expression.Scope, r *reply) *expression.Scope {
	values := maps.Clone(s.Values)
	values["status"], values["headers"] = r.status, firsts(r.header)
	values["body"] = jsonBody(r.body)
	text := r.body[:min(len(r.body), textLimit)]
	values["text"] = strings.ToValidUTF8(string(text), "\uFFFD")
	return &expression.Scope{Values: values, Now: s.Now, Zone: s.Zone}
}

// jsonBody is a parsed object or list; nil for everything else.
func jsonBody(data []byte) any {
	trimmed := strings.TrimSpace(string(data[:min(len(data), 64)]))
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return nil
	}
	value, err := expression.Decode(data)
	if err != nil {
		return nil
	}
	return value
}

// judge finds the class of an answer: the first rule that is true, else the defaults.
func judge(ctx context.Context, rules []madeRule, s *expression.Scope, r *reply, refreshes bool, now time.Time) verdict {
	for _, rule := range rules {
		is, err := rule.when.Ask(ctx, s)
		if err != nil {
			return verdict{class: classUnknown, maybe: true, why: fmt.Sprintf("the rule %s could not be asked: %v", rule.when.Source(), err)}
		}
		if is != true {
			continue
		}
		v := verdict{class: rule.file.Is, scope: rule.file.Scope, hint: rule.file.Hint}
		v.maybe = rule.file.Done == "maybe" || (rule.file.Done == "" && (v.class == classRetry || v.class == classUnknown))
		if rule.after != nil {
			value, err := rule.after.Ask(ctx, s)
			if err == nil {
				v.after = waitOf(value, now)
			}
		}
		if rule.at != nil && v.after == 0 {
			value, err := rule.at.Ask(ctx, s)
			if err == nil {
				v.after = untilOf(value, now)
			}
		}
		if v.class == classRefresh && !refreshes {
			v.class = classAuth
		}
		return v
	}
	return byStatus(r, refreshes, now)
}

// byStatus is what an answer means where the file says nothing.
func byStatus(r *reply, refreshes bool, now time.Time) verdict {
	switch s := r.status; {
	case s >= 200 && s < 300 && isPage(r):
		return verdict{class: classRetry, maybe: true, why: "a web page came in place of the API's answer"}
	case s >= 200 && s < 300:
		return verdict{class: classOK}
	case s == http.StatusUnauthorized && refreshes:
		return verdict{class: classRefresh}
	case s == http.StatusUnauthorized:
		return verdict{class: classAuth}
	case s == http.StatusTooManyRequests:
		return verdict{class: classWait, after: retryAfter(r.header, now)}
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s >= 500:
		return verdict{class: classRetry, after: retryAfter(r.header, now), maybe: s != http.StatusTooEarly}
	}
	return verdict{class: classFail}
}

// isPage says that an answer is a page for people: of a proxy or a sign-in in between.
func isPage(r *reply) bool {
	kind, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/html") && strings.HasPrefix(strings.TrimSpace(string(r.body[:min(len(r.body), 64)])), "<")
}

// waitOf reads seconds as a number or digits, or an HTTP date.
func waitOf(value any, now time.Time) time.Duration {
	var seconds float64
	switch v := value.(type) {
	case int:
		seconds = float64(v)
	case float64:
		seconds = v
	case string:
		text := strings.TrimSpace(v)
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			at, err := http.ParseTime(text)
			if err != nil {
				return 0
			}
			return max(0, at.Sub(now))
		}
		seconds = n
	}
	if math.IsNaN(seconds) || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, waitMost.Seconds()*365) * float64(time.Second))
}

// untilOf reads epoch seconds, epoch milliseconds or RFC 3339.
func untilOf(value any, now time.Time) time.Duration {
	text := expression.Text(value)
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 0 && n < 1e15 {
		if n >= 1e11 {
			return max(0, time.UnixMilli(int64(n)).Sub(now))
		}
		return max(0, time.Unix(int64(n), 0).Sub(now))
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}

// tamed brings a wait into bounds.
func tamed(told time.Duration) time.Duration {
	if told <= 0 {
		told = waitTold
	}
	return min(max(told, time.Second), waitMost)
}

// errorLine makes an error of any shape a line that people can read.
func errorLine(value any) string {
	return form.Cut(strings.Join(strings.Fields(errorText(value, 0)), " "), errorMost)
}

func errorText(value any, depth int) string {
	if depth > 6 {
		return ""
	}
	switch v := value.(type) {
	case nil:
		return ""
	case []any:
		var parts []string
		for _, e := range v {
			if text := errorText(e, depth+1); text != "" {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, "; ")
	case map[string]any:
		return errorObject(v, depth)
	}
	return expression.Text(value)
}

func errorObject(m map[string]any, depth int) string {
	for _, name := range []string{"error_message", "message", "detail", "description", "msg", "title"} {
		text, ok := m[name].(string)
		if !ok || text == "" {
			continue
		}
		if path, ok := m["path"].(string); ok && path != "" {
			return path + ": " + text
		}
		return text
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if text := errorText(m[name], depth+1); text != "" {
			parts = append(parts, name+": "+text)
		}
	}
	return strings.Join(parts, "; ")
}

// trouble is an answer that is no success, for people and for flows.
func (d *connectorDoer) trouble(ctx context.Context, a *madeAction, s *expression.Scope, r *reply, v verdict) *engine.Fault {
	f := &engine.Fault{Status: r.status, Response: d.redact.value(excerpt(r))}
	if a.code != nil {
		if code, err := a.code.Ask(ctx, s); err == nil && code != nil {
			f.Code = d.redact.text(errorLine(code))
		}
	}
	var text string
	if a.error != nil {
		if value, err := a.error.Ask(ctx, s); err == nil {
			text = errorLine(value)
		}
	}
	if text == "" {
		text = errorLine(s.Values["text"])
	}
	if v.why != "" {
		text = v.why
	}
	text = d.redact.text(text)
	f.Hint = v.hint
	if f.Hint.IsZero() {
		f.Hint = d.c.file.Hints[f.Code]
	}
	f.Detail = text
	name := d.c.file.Name.EN
	f.Message = fmt.Sprintf("%s answered %d %s", name, r.status, http.StatusText(r.status))
	if text != "" {
		f.Message = fmt.Sprintf("%s: %s", name, text)
	}
	if f.Code == "" {
		f.Code = "http_" + strconv.Itoa(r.status)
	}
	return f
}
