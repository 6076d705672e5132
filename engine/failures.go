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

	"gancho/engine/store"
)

// FailureGroup is runs that failed in the same way: the same flow, step, code and message,
// numbers and IDs in it aside. A run that was replayed is not among them: its replay is, if that failed.
type FailureGroup struct {
	Group   string    `json:"group" doc:"names it in GET /runs and in the query of a replay"`
	Flow    string    `json:"flow"`
	Step    string    `json:"step" doc:"path; * stands for the turn of a loop"`
	Name    string    `json:"step_name" doc:"what people call the step"`
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Count   int       `json:"count"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Run     string    `json:"run" doc:"the newest"`
}

// Failures are the groups of what failed, the largest first.
type Failures struct {
	Items []FailureGroup `json:"items"`
	Runs  int            `json:"runs" doc:"that were looked at"`
	Whole bool           `json:"whole" doc:"false when there are older ones that were not looked at"`
}

const (
	mostGrouped = 10_000
	groupFor    = 2 * time.Second
)

// Failures groups the failed runs that a query finds by identical error.
func (e *Engine) Failures(ctx context.Context, q store.Query) (Failures, error) {
	f := Failures{Items: []FailureGroup{}}
	groups := map[string]*FailureGroup{}
	q.Status, q.Limit = string(store.Failed), 200
	if err := e.loadReplayed(ctx); err != nil {
		return f, err
	}
	for start := time.Now(); ; {
		runs, next, err := e.Store.ListRuns(ctx, q)
		if err != nil {
			return f, fmt.Errorf("list failures: %w", err)
		}
		for i := range runs {
			if f.Runs++; !e.replayed.has(runs[i].ID) {
				f.add(groups, &runs[i])
			}
		}
		if f.Whole = next == ""; f.Whole || f.Runs >= mostGrouped || time.Since(start) > groupFor {
			break
		}
		q.Cursor = next
	}
	for _, g := range groups {
		if v, err := e.Run(ctx, g.Run); err == nil && v.Error != nil {
			g.Name = v.Error.Name
			if e.veilOf(g.Flow) != nil {
				g.Message = alike(v.Error.Message) // without what the flow masks
			}
		}
		g.Message = Said(g.Message, langOf(ctx))
		f.Items = append(f.Items, *g)
	}
	slices.SortFunc(f.Items, func(a, b FailureGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.Last.Compare(a.Last), strings.Compare(a.Group, b.Group))
	})
	return f, nil
}

// add counts a run, which is older than those before it.
func (f *Failures) add(groups map[string]*FailureGroup, r *store.Run) {
	id := groupOf(r)
	g := groups[id]
	if g == nil {
		g = &FailureGroup{Group: id, Flow: r.Flow, Step: anyTurn(r.Error.Step), Code: r.Error.Code, Message: alike(r.Error.Message), Run: r.ID, Last: r.At.UTC()}
		groups[id] = g
	}
	g.Count++
	g.First = r.At.UTC()
}

func groupOf(r *store.Run) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Flow, anyTurn(r.Error.Step), r.Error.Code, alike(r.Error.Message)}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

var (
	ownValue = regexp.MustCompile(`[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[\w.+-]+@[\w-]+\.[\w.-]+|\b[0-9a-fA-F]*[0-9][0-9a-fA-F]{7,}\b|[0-9][0-9.,:/+-]{2,}[0-9]`)
	someTurn = regexp.MustCompile(`\.[0-9]+\.`)
)

// alike is a message without what differs from run to run: numbers, IDs, addresses.
func alike(message string) string { return ownValue.ReplaceAllString(cut(message, 500), "…") }

// anyTurn is the path of a step in whatever turn of its loops.
func anyTurn(path string) string { return someTurn.ReplaceAllString(path, ".*.") }
