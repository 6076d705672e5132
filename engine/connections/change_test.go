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
