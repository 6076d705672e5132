package engine_test

import (
	"context"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
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
	db, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	box, err := seal.Open(t.Context(), db, make([]byte, seal.KeySize))
	check(t, err)
	docs := &slowDocs{db, make(chan struct{}), make(chan struct{})}
	c, err := engine.OpenConnections(t.Context(), docs, box, []engine.ConnectionKind{{Kind: "slack:incoming"}})
	check(t, err)
	saved := make(chan error)
	go func() {
		_, err := c.Put(t.Context(), "slack", "slack:incoming", nil, nil)
		saved <- err
	}()
	<-docs.writes
	read := make(chan error)
	go func() {
		_, err := c.Resolve("slack")
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
	if _, err := c.Resolve("slack"); err != nil {
		t.Error(err)
	}
}
