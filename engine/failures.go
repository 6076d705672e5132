package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// FailureGroup is runs that failed in the same way: the same flow, step, code and message,
// numbers and IDs in it aside. A run that was replayed is not among them: its replay is, if that failed.
type FailureGroup struct {
	Group   string    `json:"group" doc:"names it in GET /runs and in the query of a replay"`
	Flow    string    `json:"flow" doc:"id of the flow"`
	Step    string    `json:"step" doc:"path; * stands for the turn of a loop"`
	Name    string    `json:"step_name" doc:"what people call the step"`
	Code    string    `json:"code" doc:"of the error, for machines"`
	Message string    `json:"message" doc:"of the newest error"`
	Count   int       `json:"count" doc:"how many runs"`
	First   time.Time `json:"first" doc:"when the oldest of these runs began"`
	Last    time.Time `json:"last" doc:"when the newest of these runs began"`
	Run     string    `json:"run" doc:"the newest"`

	Connection string `json:"connection,omitempty" doc:"that its provider refuses: the runs stand until it is mended"`
}

// Failures are the groups of what failed, and of what failed but will be tried again by itself, the
// largest first.
type Failures struct {
	Items    []FailureGroup `json:"items" doc:"groups of runs that ended so, the most frequent first"`
	Retrying []FailureGroup `json:"retrying" doc:"runs that wait for their next attempt, or for a connection that was refused"`
	Runs     int            `json:"runs" doc:"that were looked at"`
	Whole    bool           `json:"whole" doc:"false when there are older ones that were not looked at"`
}

const (
	mostGrouped = 10_000
	groupFor    = 2 * time.Second
)

// Failures groups the failed runs that a query finds, and those that will be tried again, by identical error.
func (e *Engine) Failures(ctx context.Context, q store.Query) (f Failures, err error) {
	if err := e.loadReplayed(ctx); err != nil {
		return f, err
	}
	waiting, err := e.waiting(ctx, q.Flow)
	if err != nil {
		return f, err
	}
	retried := grouping{whole: true}
	if q.Status = string(store.Waiting); waiting > 0 {
		err = e.group(ctx, q, &retried, waiting, retries)
	}
	if err != nil {
		return f, err
	}
	var failed grouping
	q.Status = string(store.Failed)
	err = e.group(ctx, q, &failed, mostGrouped, func(r *store.Run) bool { return !e.replayed.has(r.ID) })
	return Failures{Items: e.shown(ctx, failed.groups), Retrying: e.shown(ctx, retried.groups), Runs: failed.runs, Whole: failed.whole && retried.whole}, err
}

// grouping is runs on their way into groups.
type grouping struct {
	groups map[string]*FailureGroup
	runs   int
	whole  bool
}

// waiting is how many runs of a flow, or of all, wait.
func (e *Engine) waiting(ctx context.Context, flow string) (n int, err error) {
	counts, err := e.Store.Counts(ctx)
	for id, c := range counts {
		if flow == "" || id == flow {
			n += int(c.Waiting)
		}
	}
	return n, err
}

// group reads what a query finds, the newest first: for a while, or until there can be no more.
func (e *Engine) group(ctx context.Context, q store.Query, g *grouping, most int, counts func(*store.Run) bool) error {
	g.groups, q.Limit = map[string]*FailureGroup{}, min(200, most)
	for start := time.Now(); ; {
		runs, next, err := e.Store.ListRuns(ctx, q)
		if err != nil {
			return fmt.Errorf("list failures: %w", err)
		}
		for i := range runs {
			if g.runs++; counts(&runs[i]) {
				g.add(&runs[i])
			}
		}
		if g.whole = next == "" || g.runs >= most && most < mostGrouped; g.whole || g.runs >= mostGrouped || time.Since(start) > groupFor {
			return nil
		}
		q.Cursor = next
	}
}

// shown are groups as people see them, the largest first.
func (e *Engine) shown(ctx context.Context, groups map[string]*FailureGroup) []FailureGroup {
	items := make([]FailureGroup, 0, len(groups))
	for _, g := range groups {
		g.Message = said.In(g.Message, langOf(ctx))
		if v, err := e.Run(ctx, g.Run); err == nil && v.Error != nil {
			g.Name = v.Error.Name
			if v.Erased {
				g.Message = erasedWords.In(langOf(ctx))
			}
			if e.veilOf(g.Flow, v.At) != nil || strings.Contains(v.Error.Message, " “") && ofField.MatchString(g.Message) {
				g.Message = alike(v.Error.Message) // without what the flow masks, and with the field's name
			}
		}
		if g.Code == codeRefused {
			g.Connection = e.connectionAt(g.Flow, g.Step)
		}
		items = append(items, *g)
	}
	slices.SortFunc(items, func(a, b FailureGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.Last.Compare(a.Last), strings.Compare(a.Group, b.Group))
	})
	return items
}

// connectionAt is the connection of a step of a published flow.
func (e *Engine) connectionAt(id, path string) (name string) {
	entry, ok := e.Flows.Find(id)
	if !ok || entry.Published == nil {
		return ""
	}
	if strings.HasPrefix(path, resourceFrame) {
		return entry.Published.Trigger.Connection
	}
	flow.Walk(entry.Published.Steps, "", func(_ string, s *flow.Step) {
		if s.ID == idOf(path) {
			name = s.Connection
		}
	})
	return name
}

// add counts a run, which is older than those before it.
func (all *grouping) add(r *store.Run) {
	id := groupOf(r)
	g := all.groups[id]
	if g == nil {
		g = &FailureGroup{Group: id, Flow: r.Flow, Step: anyTurn(r.Error.Step), Code: r.Error.Code, Message: alike(r.Error.Message), Run: r.ID, Last: r.At.UTC()}
		all.groups[id] = g
	}
	g.Count++
	g.First = r.At.UTC()
}

func groupOf(r *store.Run) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Flow, anyTurn(r.Error.Step), r.Error.Code, alike(r.Error.Message)}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

var (
	octet    = `(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])`
	ipv4     = `\b` + octet + `(?:\.` + octet + `){3}\b`
	name     = `[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}:[0-9]{1,5}\b` // also "customer.id:12345": a place only where a network says so
	address  = `(?:\[[0-9a-fA-F:]+\]|` + ipv4 + `|\blocalhost):[0-9]{1,5}\b(?:->)?|` + ipv4 + `|(?:\b(?:dial|lookup|read|write|tcp|udp|host) |->|//)` + name
	ownValue = regexp.MustCompile(`[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[\w.+-]+@[\w-]+\.[\w.-]+|` + address + `|\b[0-9a-fA-F]*[0-9][0-9a-fA-F]{7,}\b|[0-9][0-9.,:/+-]{2,}[0-9]`)
	aPlace   = regexp.MustCompile(`^(?:` + address + `)$`)
	someTurn = regexp.MustCompile(`\.[0-9]+\.`)
)

// alike is a message without what differs from run to run: numbers, IDs, people's addresses. Where it
// went, a host with its port, stays; where it came from (a->b) is another port each time.
func alike(message string) string {
	return ownValue.ReplaceAllStringFunc(form.Cut(message, 500), func(value string) string {
		switch {
		case strings.HasSuffix(value, "->"):
			return "…->"
		case aPlace.MatchString(value):
			return value
		}
		return "…"
	})
}

// anyTurn is the path of a step in whatever turn of its loops.
func anyTurn(path string) string { return someTurn.ReplaceAllString(path, ".*.") }
