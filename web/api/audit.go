package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/store"
	"gancho/web/session"
)

// mostAudited is what is kept of one side of a change; beyond it only what changed is named.
const mostAudited = 16 << 10

// snapshot is what a call under a path may change, as people may see it: no secret is in it.
func (s *server) snapshot(ctx context.Context, path string) map[string]any {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	name, part, _ := strings.Cut(rest, "/")
	switch kind {
	case "flows":
		if name == "" {
			return s.flowNames()
		}
		if rev, err := strconv.Atoi(strings.TrimPrefix(part, "revisions/")); err == nil {
			info, err := s.Flows.RevisionInfo(ctx, name, rev)
			if err != nil {
				return nil
			}
			return asMembers(info)
		}
		return s.flowSnapshot(name)
	case "connections":
		if name == "" {
			return named(s.Connections.List(), "name")
		}
		if v, err := s.Connections.Get(name); err == nil {
			return asMembers(v)
		}
	case "users":
		return named(s.People.Users(), "email")
	case "tokens":
		all := named(s.People.Tokens(), "id")
		for _, t := range all {
			if view, ok := t.(map[string]any); ok {
				delete(view, "last_used")
			}
		}
		return all
	case "vars":
		return s.Engine.Vars()
	case "alerts":
		if settings, err := s.Engine.Alarms().Settings(ctx); err == nil && name == "settings" {
			return asMembers(settings)
		}
	case "instance":
		return asMembers(s.Engine.ChosenInstance())
	case "backups":
		if settings, err := s.Backups.Settings(ctx); err == nil && name == "settings" {
			return asMembers(settings)
		}
	}
	return nil
}

func (s *server) flowNames() map[string]any {
	names := map[string]any{}
	for _, e := range s.Flows.List() {
		names[e.ID] = e.Draft.Name
	}
	return names
}

func (s *server) flowSnapshot(id string) map[string]any {
	e, err := s.Flows.Get(id)
	if err != nil {
		return nil
	}
	members := asMembers(e.Draft)
	delete(members, "id")
	delete(members, "steps") // each by itself, so that a change names the step
	flow.Walk(e.Draft.Steps, "", func(_ string, step *flow.Step) {
		own := *step
		own.Steps, own.Branches, own.Catch = nil, nil, nil
		members["step "+step.ID] = asMembers(own)
	})
	members["state"], members["published_rev"] = string(e.State), e.PublishedRev
	return members
}

// named makes a map of a list of views, by one of their members.
func named[T any](list []T, by string) map[string]any {
	all := map[string]any{}
	for _, v := range list {
		members := asMembers(v)
		if name, ok := members[by].(string); ok {
			all[name] = members
		}
	}
	return all
}

func asMembers(v any) map[string]any {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var members map[string]any
	if json.Unmarshal(data, &members) != nil {
		return nil
	}
	return members
}

// changes gives the members that differ, as they were and as they are; nil where none was.
func changes(before, after map[string]any) (was, is map[string]any) {
	was, is = map[string]any{}, map[string]any{}
	names := slices.Collect(maps.Keys(before))
	names = slices.AppendSeq(names, maps.Keys(after))
	for _, name := range names {
		a, had := before[name]
		b, has := after[name]
		if reflect.DeepEqual(a, b) {
			continue
		}
		if had {
			was[name] = audible(name, a)
		}
		if has {
			is[name] = audible(name, b)
		}
	}
	return fitting(was), fitting(is)
}

// audible leaves of a flow's tests how many there are: their events may be of people, who are erased.
func audible(name string, value any) any {
	if tests, is := value.([]any); is && name == "tests" {
		return len(tests)
	}
	return value
}

func fitting(members map[string]any) map[string]any {
	if len(members) == 0 {
		return nil
	}
	if data, err := json.Marshal(members); err == nil && len(data) <= mostAudited {
		return members
	}
	for name := range members {
		members[name] = "…"
	}
	return members
}

// AuditView is one thing that somebody did.
type AuditView struct {
	ID     string    `json:"id" doc:"names the entry"`
	At     time.Time `json:"at" doc:"when it was done"`
	Who    string    `json:"who" doc:"e-mail of a user, or name of a token"`
	Role   string    `json:"role" enum:",viewer,editor,admin" doc:"that they had"`
	Action string    `json:"action" doc:"the call, as the API description names it"`
	Target string    `json:"target" doc:"path of what it was done to"`

	Before map[string]any `json:"before" nullable:"true" doc:"what changed, as it was; never a secret"`
	After  map[string]any `json:"after" nullable:"true" doc:"what changed, as it is now"`
}

const (
	auditFor = 400 * 24 * time.Hour
)

// unaudited are calls that change nothing, as does a test without real effects.
var unaudited = []string{"check-flow", "run-tests", "backtest", "evaluate", "look-at-invite", "curl", "action-options"}

// audited says whether a call is noted.
func audited(r *http.Request, action string) bool {
	return r != nil && r.Method != http.MethodGet && !slices.Contains(unaudited, action)
}

// before is what a call that is audited is about to change.
func (s *server) before(ctx context.Context, action string) map[string]any {
	r := requestOf(ctx)
	if !audited(r, action) {
		return nil
	}
	return s.snapshot(ctx, r.URL.Path[len(Prefix):])
}

// audit notes a change that was made. Bodies are left out: they may hold secrets. What is
// told of a person who was erased is not who it was.
func (s *server) audit(ctx context.Context, p session.Person, action string, before map[string]any, answer any) {
	r := requestOf(ctx)
	if !audited(r, action) {
		return
	}
	target := r.URL.Path[len(Prefix):]
	if action == "erase-person" {
		target = "/people/…"
	}
	now := time.Now().UTC()
	v := AuditView{ID: store.NewestFirst(now.UnixNano()), At: now, Who: p.Name, Role: string(p.Role), Action: action, Target: target}
	v.Before, v.After = changes(before, s.snapshot(ctx, r.URL.Path[len(Prefix):]))
	if d, ok := answer.(interface{ did() map[string]any }); ok {
		v.After = d.did()
	}
	value, err := json.Marshal(v)
	if err == nil {
		_, err = s.Store.PutKey(context.WithoutCancel(ctx), engine.AuditSpace, v.ID, value, -1, auditFor)
	}
	if err != nil {
		s.Log.Error("note a change for the audit", "action", action, "error", err)
	}
}

func (s *server) listAudit(ctx context.Context, in *Page) (*listOutput[AuditView], error) {
	if err := in.check(aMoment); err != nil {
		return nil, err
	}
	entries, err := s.Store.ListKeys(ctx, engine.AuditSpace, "", in.Cursor, in.size()+1)
	if err != nil {
		return nil, err
	}
	var views []AuditView
	next := ""
	for i, e := range entries {
		if i == in.size() {
			next = views[i-1].ID
			break
		}
		var v AuditView
		if err := json.Unmarshal(e.Value, &v); err != nil {
			return nil, fmt.Errorf("read the audit: %w", err)
		}
		views = append(views, v)
	}
	return listOf(views, next), nil
}

// actorOf is who did something: whoever asked, or who has just come in by it.
func actorOf(ctx context.Context, answer any) session.Person {
	p := who(ctx)
	if out, ok := answer.(*sessionOutput); ok && out.Body.Name != "" {
		p.Name, p.Role = out.Body.Name, session.Role(out.Body.Role)
	}
	return p
}
