package engine

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine/store"
)

// sought is what a search asks: a whole value anywhere, or the one at a path ("customer.email = ana@example.com").
type sought struct {
	path []string // nil: anywhere
	text string
}

var pathIsValue = regexp.MustCompile(`(?s)^\s*([\pL_][\pL\w-]*(?:\.[\pL\w-]+)*)\s+==?\s+(\S.*?)\s*$`)

func soughtIn(text string) sought {
	found := pathIsValue.FindStringSubmatch(text)
	if found == nil {
		return sought{text: text}
	}
	return sought{strings.Split(found[1], "."), strings.Trim(found[2], `"'`)}
}

// fillFor is how long a page is filled; the cursor goes on from there.
const fillFor = time.Second

// fullPage asks for parts of a list until a page is full, the list is over, or a while has passed.
func fullPage[T any](q store.Query, part func(store.Query, sought) ([]T, string, error)) (page []T, next string, err error) {
	sought := soughtIn(q.Text)
	q.Text = sought.text
	page = []T{}
	limit := max(q.Limit, 1)
	for start := time.Now(); ; q.Cursor = next {
		q.Limit = limit - len(page)
		var found []T
		if found, next, err = part(q, sought); err != nil {
			return nil, "", err
		}
		if page = append(page, found...); next == "" || len(page) >= limit || time.Since(start) > fillFor {
			return page, next, nil
		}
	}
}

// missed says that a run or event that was found by its text is not what was sought: its flow's mask
// hides the text, or the text is not at the path. shown gives it as people see it.
func (e *Engine) missed(ctx context.Context, flow, event string, s sought, shown func() (any, error)) (bool, error) {
	hidden, err := e.onlyHidden(ctx, flow, event, s.text, shown)
	if hidden || err != nil || s.path == nil {
		return hidden, err
	}
	view, err := shown()
	if err != nil {
		return false, err
	}
	data, err := json.Marshal(view)
	if err != nil {
		return false, err
	}
	var whole map[string]any
	if err := json.Unmarshal(data, &whole); err != nil {
		return false, err
	}
	return !s.in(whole), nil
}

// in looks at the path below the trigger, below its body, and in the output of the step that it names.
func (s sought) in(whole map[string]any) bool {
	trigger, _ := whole["trigger"].(map[string]any)
	path := s.path
	if path[0] == "steps" && len(path) > 1 {
		steps, _ := whole["steps"].([]any)
		return slices.ContainsFunc(steps, func(v any) bool {
			step, _ := v.(map[string]any)
			at, _ := step["path"].(string)
			return idOf(at) == path[1] && s.at(step["output"], path[2:])
		})
	}
	if path[0] == "trigger" {
		path = path[1:]
	}
	return s.at(any(trigger), path) || s.at(trigger["body"], path)
}

// at follows a path; in a list each element will do.
func (s sought) at(value any, path []string) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return s.at(element, path) })
	case map[string]any:
		return len(path) > 0 && s.at(v[path[0]], path[1:])
	case nil:
		return false
	default:
		return len(path) == 0 && s.is(v)
	}
}

// oneLine is a text as people type it into a search: without blanks around it or several in a row.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (s sought) is(value any) bool {
	switch v := value.(type) {
	case string:
		return store.Fold(oneLine(v)) == store.Fold(oneLine(s.text))
	case float64:
		n, err := strconv.ParseFloat(strings.ReplaceAll(s.text, ",", "."), 64)
		return err == nil && n == v
	case bool:
		return strings.EqualFold(s.text, strconv.FormatBool(v))
	}
	return false
}
