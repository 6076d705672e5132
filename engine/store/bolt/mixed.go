package bolt

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/store"
)

// listMixed lists kept events and rejected deliveries together, by time. Rejected ones are
// numbered by themselves, so that a cursor has two numbers: "<event>.<rejected>".
func (s *Store) listMixed(ctx context.Context, q store.Query, what *sought, kept func(store.Query) ([]store.EventInfo, string, error)) ([]store.EventInfo, string, error) {
	from, below, err := mixedCursor(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	q.Cursor, q.Limit = from, min(max(q.Limit, 1), mostListed)
	events, more, err := kept(q)
	if err != nil {
		return nil, "", err
	}
	rejected := slices.DeleteFunc(s.rejects.list(q, what), func(e store.EventInfo) bool { return rejectNumber(e) >= below })
	var list []store.EventInfo
	for len(list) < q.Limit && len(events)+len(rejected) > 0 && ctx.Err() == nil {
		if len(events) == 0 && more != "" {
			break // what comes next among the kept ones is not known
		}
		if len(events) == 0 || (len(rejected) > 0 && rejected[0].At.After(events[0].At)) {
			list, below, rejected = append(list, rejected[0]), rejectNumber(rejected[0]), rejected[1:]
			continue
		}
		list, events = append(list, events[0]), events[1:]
	}
	if err := ctx.Err(); err != nil {
		return nil, "", err // no cursor: who goes on with one would go on for ever
	}
	switch {
	case len(events) > 0:
		from = strconv.FormatUint(events[0].Number+1, 10)
	case more != "":
		from = more
	case len(rejected) > 0:
		from = "0"
	default:
		return list, "", nil
	}
	return list, fmt.Sprintf("%s.%d", from, below), nil
}

func mixedCursor(cursor string) (from string, below uint64, err error) {
	from, rest, two := strings.Cut(cursor, ".")
	if !two {
		return cursor, math.MaxUint64, nil
	}
	if below, err = strconv.ParseUint(rest, 10, 64); err != nil {
		return "", 0, fmt.Errorf("cursor %q: %w", cursor, store.ErrNotFound)
	}
	return from, below, nil
}

func rejectNumber(e store.EventInfo) uint64 {
	n, err := numberOf(e.ID)
	if err != nil {
		return 0
	}
	return n
}
