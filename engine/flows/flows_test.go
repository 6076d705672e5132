package flows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// docs can fail on request, before or after the write happened.
type docs struct {
	store.Docs
	before, after error
}

func (d *docs) PutDocs(ctx context.Context, list []store.Doc) ([]int64, error) {
	if d.before != nil {
		return nil, d.before
	}
	revisions, err := d.Docs.PutDocs(ctx, list)
	return revisions, errors.Join(err, d.after)
}

// catalogue is a small one.
type catalogue struct{}

func (catalogue) Kinds() []string { return []string{"set", "test.send"} }

func (catalogue) Action(kind string) (flow.ActionInfo, bool) {
	var (
		text   string
		values map[string]any
		label  = form.Label("x", "x")
	)
	switch kind {
	case "set":
		return flow.ActionInfo{Kind: kind, Fields: form.Of(form.Map("values", &values, label).Required())}, true
	case "test.send":
		return flow.ActionInfo{Kind: kind, Connections: []string{"test"}, ConnectionOptional: true, Effect: true, Fields: form.Of(form.Text("text", &text, label).Required())}, true
	}
	return flow.ActionInfo{}, false
}

func (catalogue) Trigger(kind string) (flow.TriggerInfo, bool) {
	return flow.TriggerInfo{Kind: kind}, kind == "manual"
}

// shelf is a set of flows over a store in a folder, with a clock that the test moves.
type shelf struct {
	*flows.Flows
	t           *testing.T
	docs        *docs
	keys        store.Keys
	now         time.Time
	connections map[string]string
	busy        int64
}

func openShelf(t *testing.T) *shelf {
	t.Helper()
	db, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	s := &shelf{t: t, docs: &docs{Docs: db}, keys: db, now: time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC), connections: map[string]string{}}
	s.Flows = s.again()
	return s
}

// again reads everything from the store, as after a restart.
func (s *shelf) again() *flows.Flows {
	s.t.Helper()
	box, err := seal.Open(s.t.Context(), s.docs, make([]byte, seal.KeySize))
	check(s.t, err)
	kept, err := flows.Open(s.t.Context(), flows.Config{
		Docs: s.docs, Keys: s.keys, Catalogue: catalogue{}, Box: box, Now: func() time.Time { return s.now },
		Connection: func(name string) (string, bool) { kind, ok := s.connections[name]; return kind, ok },
		Busy:       func(context.Context, string) (int64, error) { return s.busy, nil },
	})
	check(s.t, err)
	return kept
}

// numbered is a flow whose name tells its drafts apart.
func numbered(id string, n int) *flow.Flow {
	return &flow.Flow{ID: id, Name: fmt.Sprint("draft ", n), Trigger: flow.Trigger{Kind: "manual"}, Steps: []*flow.Step{
		{ID: "n", Action: "set", With: map[string]any{"values": map[string]any{"n": n}}},
	}}
}

func broken(id string) *flow.Flow {
	return &flow.Flow{ID: id, Trigger: flow.Trigger{Kind: "manual"}, Steps: []*flow.Step{{ID: "x", Action: "sett"}}}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pathsOf(problems []form.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Path+" "+p.Code)
	}
	return out
}

func refused(t *testing.T, err error, kind refusal.Kind) *refusal.Refusal {
	t.Helper()
	r, ok := errors.AsType[*refusal.Refusal](err)
	if !ok || r.Kind != kind || r.Message.EN == "" || r.Message.PT == "" {
		t.Fatalf("got %v, want a refusal of kind %d in both languages", err, kind)
	}
	return r
}

// changed is what is there now, after a change that came too late.
func changed(t *testing.T, err error) *flows.Entry {
	t.Helper()
	refused(t, err, refusal.Stale)
	c, ok := errors.AsType[*flows.Changed](err)
	if !ok || c.Current == nil {
		t.Fatalf("got %v, want to be told what is there now", err)
	}
	return c.Current
}

func (s *shelf) create(f *flow.Flow) flows.Entry {
	s.t.Helper()
	e, err := s.Create(s.t.Context(), f)
	check(s.t, err)
	return e
}

func TestLifeOfAFlow(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	e := s.create(numbered("a", 1))
	if e.State != flows.StateNew || e.DraftRev != 1 || e.PublishedRev != 0 || e.Published != nil {
		t.Fatalf("created: %+v", e)
	}
	_, err := s.Create(ctx, numbered("a", 2))
	refused(t, err, refusal.Conflict)
	_, err = s.Pause(ctx, "a")
	refused(t, err, refusal.Conflict)
	for _, c := range []struct {
		do   func(context.Context, string) (flows.Entry, error)
		want flows.State
	}{
		{func(ctx context.Context, id string) (flows.Entry, error) {
			return s.Publish(ctx, id, flows.PublishOptions{IfMatch: 1, By: "ana", Name: "first"})
		}, flows.StateOn},
		{s.Pause, flows.StatePaused},
		{s.Resume, flows.StateOn},
		{s.Off, flows.StateOff},
		{s.Resume, flows.StateOn},
		{s.Off, flows.StateOff},
		{func(ctx context.Context, id string) (flows.Entry, error) {
			return s.Publish(ctx, id, flows.PublishOptions{})
		}, flows.StateOn},
	} {
		e, err := c.do(ctx, "a")
		check(t, err)
		if e.State != c.want {
			t.Fatalf("got %s, want %s", e.State, c.want)
		}
	}
	again, err := s.again().Get("a")
	check(t, err)
	if again.State != flows.StateOn || again.PublishedRev != 1 || again.Published.Name != "draft 1" || again.Token != e.Token || !again.Created.Equal(s.now) {
		t.Errorf("after a restart: %+v", again)
	}
	if n := again.Draft.Steps[0].With["values"].(map[string]any)["n"]; n != 1 {
		t.Errorf("a number came back as %T %v", n, n)
	}
}

func TestDraftsHaveRevisions(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	s.create(numbered("a", 1))
	e, err := s.Update(ctx, "a", numbered("a", 2), 1)
	check(t, err)
	if e.DraftRev != 2 {
		t.Fatalf("got draft %d, want 2", e.DraftRev)
	}
	_, err = s.Update(ctx, "a", numbered("a", 3), 1)
	if now := changed(t, err); now.Draft.Name != "draft 2" {
		t.Errorf("stale: current is %+v", now)
	}
	_, err = s.Publish(ctx, "a", flows.PublishOptions{IfMatch: 1})
	refused(t, err, refusal.Stale)
	_, err = s.Update(ctx, "a", numbered("a", 3), -1)
	check(t, err)
	_, err = s.Update(ctx, "a", numbered("b", 3), -1)
	refused(t, err, refusal.Conflict)
	_, err = s.Update(ctx, "none", numbered("none", 1), -1)
	refused(t, err, refusal.NotFound)
}

func TestRevisionsStay(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	s.create(numbered("a", 1))
	for n := 1; n <= 3; n++ {
		_, err := s.Update(ctx, "a", numbered("a", n), -1)
		check(t, err)
		_, err = s.Publish(ctx, "a", flows.PublishOptions{IfMatch: -1, By: "ana", Name: fmt.Sprint("r", n)})
		check(t, err)
	}
	inForce := func(s *flows.Flows, draft, published string) {
		t.Helper()
		e, err := s.Get("a")
		check(t, err)
		if e.Draft.Name != draft || e.Published.Name != published || e.PublishedRev != 3 {
			t.Errorf("%s is the draft and %s in force", e.Draft.Name, e.Published.Name)
		}
	}
	inForce(s.again(), "draft 3", "draft 3")
	_, err := s.Update(ctx, "a", numbered("a", 4), -1)
	check(t, err)
	inForce(s.again(), "draft 4", "draft 3")
	list, err := s.Revisions(ctx, "a")
	check(t, err)
	var got []string
	for _, r := range list {
		got = append(got, fmt.Sprint(r.Revision, r.Name, r.By))
	}
	if want := []string{"3r3ana", "2r2ana", "1r1ana"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	f, err := s.Revision(ctx, "a", 2)
	check(t, err)
	if f.Name != "draft 2" {
		t.Errorf("revision 2 is %s", f.Name)
	}
	_, err = s.Revision(ctx, "a", 9)
	refused(t, err, refusal.NotFound)
	e, err := s.Restore(ctx, "a", 1)
	check(t, err)
	if e.Draft.Name != "draft 1" || e.Published.Name != "draft 3" || e.DraftRev != 5 {
		t.Errorf("restored: draft %s (%d), published %s", e.Draft.Name, e.DraftRev, e.Published.Name)
	}
}

func TestErrorsRefusePublishing(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	if e := s.create(broken("a")); !slices.Equal(pathsOf(e.Problems), []string{"/steps/0/action unknown_action"}) {
		t.Errorf("a draft with an error: %v", e.Problems)
	}
	_, err := s.Publish(ctx, "a", flows.PublishOptions{})
	if r := refused(t, err, refusal.Invalid); len(r.Problems) != 1 {
		t.Errorf("got %v", r.Problems)
	}
	if e, _ := s.Get("a"); e.State != flows.StateNew || e.PublishedRev != 0 {
		t.Errorf("it was published all the same: %+v", e)
	}
}

// TestRemovedStepKeepsItsName: what still reads a step that is gone is told how it was called.
func TestRemovedStepKeepsItsName(t *testing.T) {
	s := openShelf(t)
	whole := numbered("a", 1)
	reader := &flow.Step{ID: "say", Action: "set", When: "steps.buyer.name == 1", With: map[string]any{"values": map[string]any{"x": 1}}}
	without := *whole
	without.Steps = []*flow.Step{reader}
	whole.Steps = []*flow.Step{{ID: "buyer", Name: "Who buys", Action: "set", With: map[string]any{"values": map[string]any{"name": 1}}}, reader}
	s.create(whole)
	e, err := s.Update(t.Context(), "a", &without, -1)
	check(t, err)
	if p := e.Problems; len(p) != 1 || p[0].Code != "unknown_step" || p[0].Message.PT != "o passo “Who buys”, cujos dados estão aqui, foi apagado" {
		t.Errorf("got %+v", p)
	}
}

func TestProblemsFollowWhatIsAround(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	f := numbered("a", 1)
	f.Settings.OnFailure = "b"
	f.Steps = append(f.Steps, &flow.Step{ID: "send", Action: "test.send", Connection: "later", With: map[string]any{"text": "x"}})
	s.create(f)
	problems := func() []string {
		e, err := s.Get("a")
		check(t, err)
		if list := s.List(); !slices.Equal(pathsOf(list[0].Problems), pathsOf(e.Problems)) {
			t.Errorf("the list says %v, the flow %v", list[0].Problems, e.Problems)
		}
		return pathsOf(e.Problems)
	}
	for _, c := range []struct {
		change func()
		want   []string
	}{
		{func() {}, []string{"/settings/on_failure no_flow", "/steps/1/connection no_connection_yet"}},
		{func() { s.connections["later"] = "other" }, []string{"/steps/1/connection wrong_connection", "/settings/on_failure no_flow"}},
		{func() { s.connections["later"] = "test" }, []string{"/settings/on_failure no_flow"}},
		{func() { s.create(numbered("b", 1)) }, nil},
		{func() { check(t, s.Delete(ctx, "b")) }, []string{"/settings/on_failure no_flow"}},
	} {
		c.change()
		if got := problems(); !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestTriggerURL(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	first := s.create(numbered("a", 1)).Token
	if other := s.create(numbered("b", 1)).Token; len(first) < 22 || strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" || other == first {
		t.Fatalf("tokens %q and %q", first, other)
	}
	e, err := s.RotateURL(ctx, "a", 24*time.Hour)
	check(t, err)
	leads := func(s *flows.Flows, token string) bool {
		got, ok := s.ByToken(token)
		return ok && got.ID == "a"
	}
	for _, s := range []*flows.Flows{s.Flows, s.again()} {
		if !leads(s, first) || !leads(s, e.Token) || leads(s, "") || leads(s, first+"x") {
			t.Error("in the overlap, both URLs lead there and no other")
		}
	}
	s.now = s.now.Add(24 * time.Hour)
	for _, s := range []*flows.Flows{s.Flows, s.again()} {
		if leads(s, first) || !leads(s, e.Token) {
			t.Error("after the overlap, only the new URL leads there")
		}
	}
	now, err := s.RotateURL(ctx, "a", 0)
	check(t, err)
	if leads(s.Flows, e.Token) || !leads(s.Flows, now.Token) {
		t.Error("without an overlap, the old URL ends at once")
	}
	before := now.Token
	_, err = s.RotateURL(ctx, "a", 24*time.Hour)
	check(t, err)
	now, err = s.RotateURL(ctx, "a", 0)
	check(t, err)
	if leads(s.Flows, before) || !leads(s.Flows, now.Token) {
		t.Error("without an overlap, every older URL ends at once")
	}
	list, err := s.docs.ListDocs(ctx, "flow", "")
	check(t, err)
	for _, d := range list {
		if strings.Contains(string(d.Value), first) || strings.Contains(string(d.Value), now.Token) {
			t.Error("a token lies open in a document")
		}
	}
	check(t, s.Delete(ctx, "a"))
	if leads(s.Flows, now.Token) {
		t.Error("the URL of a deleted flow leads somewhere")
	}
}

// A flow takes no more events while its runs are ended, for which those that were on their way in count too.
func TestDeleteWithRuns(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	for _, id := range []string{"a", "b"} {
		s.create(numbered(id, 1))
		_, err := s.Publish(ctx, id, flows.PublishOptions{})
		check(t, err)
	}
	s.create(numbered("draft", 1))
	end := func(context.Context) error {
		if e, there := s.Find("a"); !there || e.State != flows.StateOff {
			t.Errorf("while its runs end the flow is %s", e.State)
		}
		s.busy--
		return nil
	}
	s.busy = 3
	check(t, s.DeleteWithRuns(ctx, "a", end))
	refused(t, s.DeleteWithRuns(ctx, "a", end), refusal.NotFound)
	s.busy = 3
	if r := refused(t, s.DeleteWithRuns(ctx, "b", func(context.Context) error { return nil }), refusal.Conflict); r.Code != "runs_wait" {
		t.Errorf("got %s", r.Code)
	}
	if e, err := s.again().Get("b"); err != nil || e.State != flows.StateOff {
		t.Errorf("what cannot be deleted is %s: %v", e.State, err)
	}
	s.busy = 0
	check(t, s.DeleteWithRuns(ctx, "draft", func(context.Context) error { return nil }))
	if _, err := s.again().Get("draft"); err == nil {
		t.Error("the draft is still there")
	}
}

func TestDelete(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	s.create(numbered("a", 1))
	s.create(numbered("a-b", 1))
	for _, id := range []string{"a", "a-b"} {
		_, err := s.Publish(ctx, id, flows.PublishOptions{})
		check(t, err)
	}
	s.busy = 2
	if r := refused(t, s.Delete(ctx, "a"), refusal.Conflict); r.Code != "runs_wait" {
		t.Errorf("got %s", r.Code)
	}
	s.busy = 0
	check(t, s.Delete(ctx, "a"))
	refused(t, s.Delete(ctx, "a"), refusal.NotFound)
	again := s.again()
	_, err := again.Get("a")
	refused(t, err, refusal.NotFound)
	if _, err := again.Revision(ctx, "a-b", 1); err != nil {
		t.Errorf("another flow's revision is gone too: %v", err)
	}
	_, err = again.Revision(ctx, "a", 1)
	refused(t, err, refusal.NotFound)
	if e := s.create(numbered("a", 2)); e.DraftRev != 1 || e.State != flows.StateNew {
		t.Errorf("made again: %+v", e)
	}
}

func TestWatch(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	s.create(numbered("a", 1))
	var told []string
	s.Watch(func(id string, e *flows.Entry) {
		if e == nil {
			told = append(told, id+" gone")
			return
		}
		told = append(told, id+" "+string(e.State))
	})
	s.create(numbered("b", 1))
	_, err := s.Publish(ctx, "a", flows.PublishOptions{})
	check(t, err)
	check(t, s.Delete(ctx, "b"))
	if want := []string{"a new", "b new", "a on", "b gone"}; !slices.Equal(told, want) {
		t.Errorf("got %v, want %v", told, want)
	}
}

func TestWritesThatFail(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	s.create(numbered("a", 1))
	s.docs.before = store.ErrFull
	if _, err := s.Update(ctx, "a", numbered("a", 2), -1); !errors.Is(err, store.ErrFull) {
		t.Errorf("a full disk: got %v", err)
	}
	if e, _ := s.Get("a"); e.DraftRev != 1 || e.Draft.Name != "draft 1" {
		t.Errorf("nothing was written, but the draft is %d %s", e.DraftRev, e.Draft.Name)
	}
	s.docs.before, s.docs.after = nil, errors.New("no answer")
	if _, err := s.Update(ctx, "a", numbered("a", 3), -1); err == nil {
		t.Error("an unknown outcome was no error")
	}
	s.docs.after = nil
	if e, _ := s.Get("a"); e.DraftRev != 2 || e.Draft.Name != "draft 3" {
		t.Errorf("it was written after all, but the draft is %d %s", e.DraftRev, e.Draft.Name)
	}
	_, err := s.Update(ctx, "a", numbered("a", 4), 2)
	check(t, err)
	other := s.again()
	_, err = other.Update(ctx, "a", numbered("a", 5), 3)
	check(t, err)
	_, err = s.Update(ctx, "a", numbered("a", 6), 3)
	if now := changed(t, err); now.Draft.Name != "draft 5" {
		t.Errorf("written by another: current is %+v", now)
	}
	e, err := s.Publish(ctx, "a", flows.PublishOptions{})
	check(t, err)
	if e.Published.Name != "draft 5" {
		t.Errorf("published %s", e.Published.Name)
	}
	_, err = s.Update(ctx, "a", numbered("a", 8), -1)
	check(t, err)
	_, err = other.Update(ctx, "a", numbered("a", 7), -1)
	refused(t, err, refusal.Stale)
	check(t, other.Delete(ctx, "a"))
	_, err = s.Publish(ctx, "a", flows.PublishOptions{})
	refused(t, err, refusal.NotFound)
}

func outcomes(results []flows.ImportResult) []string {
	var out []string
	for _, r := range results {
		word := r.ID + " " + r.Action
		if r.Published {
			word += " published"
		}
		out = append(out, word)
	}
	return out
}

func TestImport(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	bundle := func(n int) *flow.Bundle {
		f := numbered("b", n)
		f.Settings.OnFailure = "c"
		return &flow.Bundle{Gancho: 1, Flows: []*flow.Flow{numbered("a", 1), f, broken("c")}}
	}
	run := func(b *flow.Bundle, o flows.ImportOptions, want ...string) {
		t.Helper()
		results, err := s.Import(ctx, b, o)
		check(t, err)
		if got := outcomes(results); !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		if b.Has("b") && len(results[1].Problems) > 0 {
			t.Errorf("a flow that names another of its bundle: %v", results[1].Problems)
		}
	}
	run(bundle(1), flows.ImportOptions{DryRun: true}, "a created", "b created", "c created")
	if list := s.List(); len(list) != 0 {
		t.Fatalf("a dry run left %v", list)
	}
	run(bundle(1), flows.ImportOptions{}, "a created", "b created", "c created")
	for _, e := range s.List() {
		if e.State != flows.StateOff || e.PublishedRev != 0 {
			t.Errorf("%s arrived %s", e.ID, e.State)
		}
	}
	before, err := s.Get("a")
	check(t, err)
	again := flows.ImportOptions{Publish: true, OnConflict: flows.OnConflictReplace}
	run(bundle(1), again, "a unchanged published", "b unchanged published", "c unchanged")
	run(bundle(1), again, "a unchanged", "b unchanged", "c unchanged")
	after, err := s.Get("a")
	check(t, err)
	if after.State != flows.StateOn || after.PublishedRev != 1 || after.DraftRev != before.DraftRev || after.Token != before.Token {
		t.Errorf("published once: %+v", after)
	}
	_, err = s.Import(ctx, bundle(2), flows.ImportOptions{})
	if r := refused(t, err, refusal.Conflict); !slices.Equal(pathsOf(r.Problems), []string{"/flows/0/id taken", "/flows/1/id taken", "/flows/2/id taken"}) {
		t.Errorf("got %v", r.Problems)
	}
	run(bundle(2), flows.ImportOptions{OnConflict: flows.OnConflictSkip, Publish: true}, "a unchanged", "b skipped", "c unchanged")
	run(bundle(2), flows.ImportOptions{OnConflict: flows.OnConflictReplace, Publish: true}, "a unchanged", "b replaced published", "c unchanged")
	e, err := s.Get("b")
	check(t, err)
	if e.Published.Name != "draft 2" || e.PublishedRev != 2 {
		t.Errorf("replaced: %s %d", e.Published.Name, e.PublishedRev)
	}

	// What a person changed stays as long as the followed bundle does.
	follow := flows.ImportOptions{OnConflict: flows.OnConflictFollow, Publish: true}
	_, err = s.Update(ctx, "b", numbered("b", 9), -1)
	check(t, err)
	run(bundle(2), follow, "a unchanged", "b unchanged", "c unchanged")
	if e, err = s.Get("b"); err != nil || e.Draft.Name != "draft 9" || e.PublishedRev != 2 {
		t.Errorf("a followed bundle took an edit back: %s %d %v", e.Draft.Name, e.PublishedRev, err)
	}
	// A flow that a person turned off takes the new revision, and stays off.
	_, err = s.Off(ctx, "b")
	check(t, err)
	run(bundle(3), follow, "a unchanged", "b replaced published", "c unchanged")
	if e, err = s.Get("b"); err != nil || e.State != flows.StateOff || e.PublishedRev != 3 {
		t.Errorf("a followed bundle turned a flow %s: %d %v", e.State, e.PublishedRev, err)
	}
}

func TestExport(t *testing.T) {
	s := openShelf(t)
	for _, id := range []string{"b", "a", "c"} {
		f := numbered(id, 1)
		if id != "c" {
			f.Tags = []string{"sales"}
		}
		s.create(f)
	}
	for _, c := range []struct {
		ids  []string
		tag  string
		want []string
	}{{nil, "", []string{"a", "b", "c"}}, {nil, "sales", []string{"a", "b"}}, {[]string{"c", "a"}, "", []string{"a", "c"}}, {[]string{"c"}, "sales", nil}} {
		b, err := s.Export(c.ids, c.tag)
		check(t, err)
		var got []string
		for _, f := range b.Flows {
			got = append(got, f.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v %q: got %v, want %v", c.ids, c.tag, got, c.want)
		}
		data, err := flow.Marshal(b)
		check(t, err)
		if _, problems := flow.Parse(data); len(problems) > 0 {
			t.Errorf("what was exported cannot be read: %v", problems)
		}
	}
	_, err := s.Export([]string{"none"}, "")
	refused(t, err, refusal.NotFound)
}

func TestManyWriteAtOnce(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	s.create(numbered("a", 0))
	done := make(chan error)
	for n := range 20 {
		go func() {
			_, err := s.Update(ctx, "a", numbered("a", n), -1)
			if r, ok := errors.AsType[*refusal.Refusal](err); ok && r.Kind == refusal.Stale {
				err = nil
			}
			s.ByToken("x")
			s.List()
			done <- err
		}()
	}
	for range 20 {
		check(t, <-done)
	}
	kept, err := s.Get("a")
	check(t, err)
	read, err := s.again().Get("a")
	check(t, err)
	if kept.DraftRev != read.DraftRev || kept.Draft.Name != read.Draft.Name {
		t.Errorf("kept %d %s, durable %d %s", kept.DraftRev, kept.Draft.Name, read.DraftRev, read.Draft.Name)
	}
}

// A draft that is put as it is stays the same one, also in the next process.
func TestTheSameDraftIsNoChange(t *testing.T) {
	document := []byte(`{"id": "a", "name": "A", "tags": ["x"], "trigger": {"kind": "webhook", "with": {"dedupe": {"key": "trigger.body.id", "for": "1h"}}}, "settings": {"timeout": "90s", "keep": {"runs": "30d"}},
		"steps": [{"id": "say", "action": "test.send", "retry": {"attempts": 3, "first": "5s", "jitter": 0.2}, "with": {"text": "{{ trigger.body.n }}", "n": 9007199254740993}}],
		"tests": [{"name": "t", "event": {"body": {"id": 1.50}}, "mocks": {"say": {"output": {"ok": true}}}, "expect": {"status": "succeeded"}}]}`)
	parsed := func() *flow.Flow {
		f, problems := flow.ParseFlow(document)
		if len(problems) > 0 {
			t.Fatalf("%+v", problems)
		}
		return f
	}
	s := openShelf(t)
	s.create(parsed())
	for when, kept := range map[string]*flows.Flows{"at once": s.Flows, "in the next process": s.again()} {
		e, err := kept.Update(t.Context(), "a", parsed(), -1)
		check(t, err)
		if e.DraftRev != 1 || e.CanUndo() {
			t.Errorf("%s: the draft is %d", when, e.DraftRev)
		}
	}
}
