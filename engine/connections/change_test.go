package connections_test

import (
	"context"
	"testing"
	"time"

	"gancho/engine/connections"
	"gancho/engine/store"
)

// slowDocs are documents whose writes wait until the disk is let go on.
type slowDocs struct {
	store.Docs
	writes, goOn chan struct{}
}

func (s *slowDocs) PutDocs(ctx context.Context, docs []store.Doc) ([]int64, error) {
	s.writes <- struct{}{}
	<-s.goOn
	return s.Docs.PutDocs(ctx, docs)
}

// TestAStepDoesNotWaitForAConnectionThatIsSaved: who uses connections is not held up by the disk.
func TestAStepDoesNotWaitForAConnectionThatIsSaved(t *testing.T) {
	v := openVault(t)
	docs := &slowDocs{v.db, make(chan struct{}), make(chan struct{})}
	v.docs, v.kinds = docs, []connections.Kind{{Kind: "slack:incoming"}}
	v.again()
	saved := make(chan error)
	go func() {
		_, err := v.Put(t.Context(), "slack", "slack:incoming", nil, nil)
		saved <- err
	}()
	<-docs.writes
	read := make(chan error)
	go func() {
		_, err := v.Resolve("slack")
		read <- err
	}()
	select {
	case err := <-read:
		if err == nil {
			t.Error("a connection is in force before it is durable")
		}
	case <-time.After(30 * time.Second):
		t.Error("reading waits for the disk")
		defer func() { <-read }()
	}
	close(docs.goOn)
	check(t, <-saved)
	if _, err := v.Resolve("slack"); err != nil {
		t.Error(err)
	}
}

// What was saved before its kind said how a value looks goes on as it is.
func TestOldValuesGoOnToWork(t *testing.T) {
	v := openVault(t)
	v.put("bot", "slack:bot", map[string]any{"bot_token": "old"})
	v.kinds = []connections.Kind{{Kind: "slack:bot", Fields: []connections.Field{{ID: "bot_token", Secret: true, Required: true, Pattern: "^xoxb-"}}}}
	v.again()
	if got := v.secrets("bot", "bot_token"); len(got) != 1 || got[0] != "old" {
		t.Errorf("%v", got)
	}
	if _, err := v.Put(t.Context(), "bot", "slack:bot", map[string]any{"bot_token": "new"}, nil); err == nil {
		t.Error("a value of another form was taken")
	}
}
