package actions

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
)

const (
	mostPages = 10
	mostItems = 1000
)

// half is what was read of a list when a page had to wait.
type half struct {
	items []any
	page  int
	next  string
	at    time.Time
}

// turner goes from page to page of one list.
type turner struct {
	*madePages
	base *exchange
	page int // from 0
	next string
	size int
}

// pages sends one request, or as many as the list has pages; output sees the joined list as
// body.
func (d *connectorDoer) pages(ctx context.Context, call *engine.Call, do *doing, x *exchange) (engine.Output, error) {
	p := do.action.pages
	if p == nil {
		_, s, err := d.answer(ctx, call, do, x)
		return d.result(ctx, do, s, err)
	}
	items, more, s, err := d.list(ctx, call, do, x, p)
	if err != nil {
		return d.result(ctx, do, s, err)
	}
	s.Values["body"] = items
	output, err := d.result(ctx, do, s, nil)
	if m, ok := output.(map[string]any); ok && more {
		m["more"] = true
	}
	return output, err
}

func (d *connectorDoer) result(ctx context.Context, do *doing, s *expression.Scope, err error) (engine.Output, error) {
	var nothing *ignored
	if errors.As(err, &nothing) {
		return map[string]any{"ignored": true, "reason": nothing.Detail}, nil
	}
	if err != nil {
		return nil, err
	}
	output, err := do.action.output.made(ctx, s)
	if err != nil {
		return nil, engine.Permanent(err)
	}
	return d.redact.value(output), nil
}

// list reads all pages. When one has to wait, what was read before is kept for the time being.
func (d *connectorDoer) list(ctx context.Context, call *engine.Call, do *doing, x *exchange, p *madePages) (items []any, more bool, last *expression.Scope, err error) {
	t := &turner{madePages: p, base: x, size: p.Size}
	if kept, ok := d.out.halves.take(call.Key); ok && call.Key != "" {
		items, t.page, t.next = kept.items, kept.page, kept.next
	}
	most, pages := orElse(p.MaxItems, mostItems), orElse(p.MaxPages, mostPages)
	for {
		turned, err := t.exchange()
		if err != nil {
			return nil, false, nil, err
		}
		r, s, err := d.answer(ctx, call, do, turned)
		if err != nil {
			var f *engine.Fault
			if errors.As(err, &f) && f.Quota && len(items) > 0 {
				d.out.halves.put(call.Key, half{items, t.page, t.next, time.Now()})
			}
			return nil, false, s, err
		}
		list, err := d.itemsOf(ctx, p, s)
		if err != nil {
			return nil, false, s, err
		}
		items, last = append(items, list...), s
		goes, err := t.turn(ctx, s, r, turned.url, len(list))
		if err != nil {
			return nil, false, s, err
		}
		if len(items) > most {
			items, goes = items[:most], true
		}
		if !goes || len(items) >= most || t.page >= pages {
			return items, goes, last, nil
		}
		if err := d.turnOf(ctx, call, do, t.page); err != nil {
			d.out.halves.put(call.Key, half{items, t.page, t.next, time.Now()})
			return nil, false, s, err
		}
	}
}

func orElse(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func (d *connectorDoer) itemsOf(ctx context.Context, p *madePages, s *expression.Scope) ([]any, error) {
	value := s.Values["body"]
	if p.list != nil {
		var err error
		if value, err = p.list.Ask(ctx, s); err != nil {
			return nil, engine.Permanent(err)
		}
	}
	list, _ := value.([]any)
	return list, nil
}

// turnOf waits for the limits of one more page: a moment in place, longer as a parked run.
func (d *connectorDoer) turnOf(ctx context.Context, call *engine.Call, do *doing, page int) error {
	key := call.Key + " page " + strconv.Itoa(page)
	for {
		wait, err := d.out.budgets.take(ctx, key, time.Time{}, do.limits)
		if err != nil || wait <= 0 {
			return err
		}
		if deadline, ok := ctx.Deadline(); wait > 2*time.Second || (ok && time.Until(deadline) < wait) {
			return &engine.Fault{Code: "limit", Message: "waits for its turn to read the next page", After: wait, Quota: true, Class: classWait}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// exchange is the request of the page that is next.
func (t *turner) exchange() (*exchange, error) {
	x := *t.base
	u := *t.base.url
	x.url = &u
	x.header = t.base.header.Clone()
	query := u.Query()
	set := func(name string, value int) {
		if name != "" {
			query.Set(name, strconv.Itoa(value))
		}
	}
	switch t.Kind {
	case "page":
		start := 1
		if t.Start != nil {
			start = *t.Start
		}
		set(orText(t.Param, "page"), start+t.page)
		set(t.SizeParam, t.size)
	case "offset":
		set(orText(t.Param, "offset"), t.page*t.size)
		set(orText(t.SizeParam, "limit"), t.size)
	case "cursor":
		if t.SizeParam != "" {
			set(t.SizeParam, t.size)
		}
		if t.next == "" {
			break
		}
		if t.In == "body" {
			return &x, t.inBody(&x)
		}
		query.Set(t.Param, t.next)
	case "link", "url":
		if t.next == "" {
			if t.SizeParam != "" {
				set(t.SizeParam, t.size)
			}
			break
		}
		to, err := parseAddress(t.next)
		if err == nil && x.inTheClear(x.url, to) {
			return nil, engine.Faultf("bad_answer", "the next page is at http, where the connection's secret could be read on the way")
		}
		x.url = to
		return &x, err
	}
	u.RawQuery = query.Encode()
	return &x, nil
}

func orText(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

func (t *turner) inBody(x *exchange) error {
	value, err := expression.Decode(x.body)
	body, ok := value.(map[string]any)
	if err != nil || !ok {
		return engine.Faultf("bad_request", "the cursor has no JSON body to go into")
	}
	body = maps.Clone(body)
	body[t.Param] = t.next
	return setJSON(x, body)
}

// turn says whether there is another page, and remembers how it is asked for.
func (t *turner) turn(ctx context.Context, s *expression.Scope, r *reply, from *url.URL, got int) (bool, error) {
	before := t.next
	t.page++
	if t.morePages != nil {
		more, err := t.morePages.Ask(ctx, s)
		if err != nil {
			return false, engine.Permanent(err)
		}
		if more != true {
			return false, nil
		}
	}
	switch t.Kind {
	case "page", "offset":
		return t.morePages != nil || (t.size > 0 && got >= t.size), nil
	case "link":
		t.next = linkNext(r.header.Values("Link"), from)
	case "cursor", "url":
		value, err := t.nextPage.Ask(ctx, s)
		if err != nil {
			return false, engine.Permanent(err)
		}
		if t.next = ""; value != nil && value != false {
			t.next = expression.Text(value)
		}
		if to, err := from.Parse(t.next); t.Kind == "url" && err == nil && t.next != "" {
			t.next = to.String()
		}
	}
	return t.next != "" && t.next != before, nil
}

// linkNext is the address with rel="next" of Link headers (RFC 8288).
func linkNext(headers []string, from *url.URL) string {
	for _, header := range headers {
		for link := range strings.SplitSeq(header, ",") {
			target, params, _ := strings.Cut(link, ";")
			target = strings.TrimSpace(target)
			if !strings.Contains(strings.ReplaceAll(params, " ", ""), `rel="next"`) || !strings.HasPrefix(target, "<") {
				continue
			}
			if to, err := from.Parse(strings.Trim(target, "<>")); err == nil {
				return to.String()
			}
		}
	}
	return ""
}
