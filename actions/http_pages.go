package actions

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"gancho/engine"
)

// pages say how an API that answers in parts is read to the end.
type pages struct {
	next, items string
	most        int
}

func readPages(m map[string]any) (*pages, error) {
	if len(m) == 0 {
		return nil, nil //nolint:nilnil // no pages is an answer
	}
	p := &pages{most: 10}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		var ok bool
		switch name {
		case "next":
			p.next, ok = m[name].(string)
		case "items":
			p.items, ok = m[name].(string)
		case "max_pages":
			p.most, ok = m[name].(int)
			ok = ok && p.most > 0 && p.most <= 1000
		}
		if !ok {
			return nil, engine.Faultf("bad_input", "paginate: %s is not a member with such a value; it has next and items (expressions) and max_pages (1 to 1000)", name)
		}
	}
	if p.next == "" || p.items == "" {
		return nil, engine.Faultf("bad_input", "paginate needs next and items")
	}
	return p, nil
}

// expressions are asked of each answer; without pages there are none.
func (p *pages) expressions() (named [][2]string) {
	if p == nil {
		return nil
	}
	return [][2]string{{"items", p.items}, {"next", p.next}}
}

// turn reads the pages after the first; body becomes the joined list.
func (h *httpRequest) turn(ctx context.Context, call *engine.Call, x *exchange, output map[string]any) (map[string]any, error) {
	all, seen := []any{}, map[string]bool{x.url.String(): true}
	for n := 1; ; n++ {
		scope := map[string]any{"response": output}
		items, err := call.Eval(ctx, h.pages.items, scope)
		if err != nil {
			return nil, engine.Permanent(fmt.Errorf("paginate.items: %w", err))
		}
		list, ok := items.([]any)
		if !ok && items != nil {
			return nil, engine.Faultf("bad_answer", "paginate.items gives no list")
		}
		all = append(all, list...)
		next, err := call.Eval(ctx, h.pages.next, scope)
		if err != nil {
			return nil, engine.Permanent(fmt.Errorf("paginate.next: %w", err))
		}
		address, _ := next.(string)
		if address == "" || n >= h.pages.most {
			return map[string]any{"status": output["status"], "headers": output["headers"], "body": all, "more": address != ""}, nil
		}
		if x, err = h.following(ctx, call, x, address); err != nil {
			return nil, err
		}
		if seen[x.url.String()] {
			return nil, engine.Faultf("bad_answer", "paginate.next gives a page that was read before")
		}
		seen[x.url.String()] = true
		if output, err = h.page(ctx, call, x); err != nil {
			return nil, err
		}
	}
}

// following is the request of a later page, which may be told relative to the one before.
func (h *httpRequest) following(ctx context.Context, call *engine.Call, before *exchange, address string) (*exchange, error) {
	u, err := before.url.Parse(address)
	if err != nil {
		return nil, engine.Faultf("bad_answer", "paginate.next gives an address that cannot be read")
	}
	escapeQuery(u)
	if u.Host != before.url.Host {
		return nil, engine.Faultf("bad_answer", "paginate.next leads to another host, %s", u.Host)
	}
	if before.inTheClear(before.url, u) {
		return nil, engine.Faultf("bad_answer", "the next page is at http, where the connection's secret could be read on the way")
	}
	x := &exchange{method: before.method, url: u, header: http.Header{}, body: before.body, follow: before.follow, limit: before.limit, once: before.once}
	for name, values := range before.header {
		if !slices.Contains(before.secrets, name) {
			x.header[name] = values
		}
	}
	if call.Connection != nil && call.Connection.Kind == "http_query" {
		query := u.Query()
		query.Del(call.Connection.Fields["name"])
		u.RawQuery = query.Encode()
	}
	return x, authorize(ctx, h.out, x, call)
}
