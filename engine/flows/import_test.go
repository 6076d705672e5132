package flows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/store"
)

// watchedDocs counts writes, and does something before each.
type watchedDocs struct {
	store.Docs
	writes int
	before func() error
}

func (d *watchedDocs) PutDocs(ctx context.Context, docs []store.Doc) ([]int64, error) {
	d.writes++
	if d.before != nil {
		if err := d.before(); err != nil {
			return nil, err
		}
	}
	return d.Docs.PutDocs(ctx, docs)
}

// TestAnImportIsOneWrite: many flows come in whole or not at all, and nobody who reads flows
// waits for the disk meanwhile.
func TestAnImportIsOneWrite(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	docs := &watchedDocs{Docs: s.docs.Docs}
	s.docs.Docs = docs
	s.Flows = s.again()
	b := &flow.Bundle{Gancho: 1}
	for i := range 300 {
		b.Flows = append(b.Flows, numbered(fmt.Sprintf("f%03d", i), 1))
	}
	b.Flows[0].Settings.OnFailure = "f299"
	told := 0
	defer s.Follow(func(string, *flows.Entry) { told++ })()

	docs.before = func() error { return errors.New("the disk is full") }
	if _, err := s.Import(ctx, b, flows.ImportOptions{Publish: true}); err == nil {
		t.Fatal("an import that was not written succeeded")
	}
	if list := s.List(); len(list) != 0 || told != 0 {
		t.Fatalf("an import that failed left %d flows", len(list))
	}

	docs.before = func() error { // somebody takes one of the ids at the last moment
		docs.before = nil
		_, err := docs.Docs.PutDocs(ctx, []store.Doc{{Kind: "flow", ID: "f123", Value: []byte("{}")}})
		return err
	}
	_, err := s.Import(ctx, b, flows.ImportOptions{Publish: true})
	if err == nil {
		t.Fatal("an import wrote over what came meanwhile")
	}
	if _, err := docs.GetDoc(ctx, "flow", "f000"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("a part was taken in: %v", err)
	}
	_, err = docs.Docs.PutDocs(ctx, []store.Doc{{Kind: "flow", ID: "f123", Revision: -1}})
	check(t, err)

	docs.writes, docs.before = 0, func() error {
		if _, there := s.ByToken("none"); there { // the door asks; a lock held over the disk would stop it
			return errors.New("there is such a token")
		}
		return nil
	}
	results, err := s.Import(ctx, b, flows.ImportOptions{Publish: true})
	check(t, err)
	if docs.writes != 1 || told != 300 || slices.ContainsFunc(results, func(r flows.ImportResult) bool { return !r.Published }) {
		t.Errorf("%d writes, %d told", docs.writes, told)
	}
	for _, s := range []*flows.Flows{s.Flows, s.again()} {
		e, err := s.Get("f299")
		check(t, err)
		if f, err := s.Revision(ctx, "f299", 1); err != nil || e.State != flows.StateOn || e.PublishedRev != 1 || f.Name != e.Draft.Name {
			t.Errorf("%s %d %v", e.State, e.PublishedRev, err)
		}
	}
}

// TestNobodyWaitsForTheTestsOfAnImport: a flow is changed while the tests of a bundle run, and what is
// published is what was tested.
func TestNobodyWaitsForTheTestsOfAnImport(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	with := func(id string, n int) *flow.Flow {
		f := numbered(id, n)
		f.Tests = []flow.Test{{Name: "it adds up"}}
		return f
	}
	follow := flows.ImportOptions{OnConflict: flows.OnConflictFollow}
	b := &flow.Bundle{Gancho: 1, Flows: []*flow.Flow{with("a", 1), with("b", 1)}}
	_, err := s.Import(ctx, b, follow)
	check(t, err)

	var seen []string
	follow.Publish, follow.Failing = true, func(ctx context.Context, f *flow.Flow) []form.Problem {
		if seen = append(seen, f.ID+" "+f.Name); len(seen) == 1 {
			done := make(chan error, 1)
			go func() {
				_, err := s.Update(ctx, "a", with("a", 2), 1)
				done <- err
			}()
			select {
			case err := <-done:
				check(t, err)
			case <-time.After(time.Minute):
				t.Fatal("a change waits for the tests")
			}
		}
		if f.Name == "draft 2" {
			return []form.Problem{{Severity: form.Error, Path: "/tests/0", Code: "test_failed"}}
		}
		return nil
	}
	results, err := s.Import(ctx, b, follow)
	check(t, err)
	if want := []string{"a draft 1", "b draft 1", "a draft 2"}; !slices.Equal(seen, want) {
		t.Errorf("tested %q, want %q", seen, want)
	}
	if results[0].Published || !slices.Contains(pathsOf(results[0].Problems), "/tests/0 test_failed") || !results[1].Published {
		t.Errorf("got %+v", results)
	}
}

// TestManyChangeAFlowAtOnce: whoever names no revision means the newest draft; each change is
// made, and each can be undone.
func TestManyChangeAFlowAtOnce(t *testing.T) {
	s, ctx := openShelf(t), t.Context()
	s.create(numbered("a", 20))
	_, err := s.Publish(ctx, "a", flows.PublishOptions{IfMatch: -1})
	check(t, err)
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			_, err := s.Update(ctx, "a", numbered("a", i), -1)
			check(t, err)
			_, err = s.Publish(ctx, "a", flows.PublishOptions{IfMatch: -1})
			check(t, err)
		})
	}
	group.Wait()
	e, err := s.Get("a")
	check(t, err)
	if e.Published.Name != e.Draft.Name || e.DraftRev != 21 {
		t.Errorf("draft %d %s, published %s", e.DraftRev, e.Draft.Name, e.Published.Name)
	}
	seen := map[string]bool{e.Draft.Name: true}
	for e.CanUndo() {
		e, err = s.Undo(ctx, "a")
		check(t, err)
		seen[e.Draft.Name] = true
	}
	if len(seen) != 21 {
		t.Errorf("%d different drafts were kept, want 21", len(seen))
	}
}
