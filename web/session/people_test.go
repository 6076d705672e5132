package session_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
	"gancho/web/session"
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

// TestNobodyWaitsForAUserWhoIsSaved: who asks is known while the disk is slow.
func TestNobodyWaitsForAUserWhoIsSaved(t *testing.T) {
	s, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	docs := &slowDocs{s, make(chan struct{}), make(chan struct{})}
	p, err := session.OpenPeople(t.Context(), session.Config{Docs: docs, Keys: s})
	check(t, err)
	for what, change := range map[string]func() error{
		"user": func() error {
			_, err := p.AddUser(t.Context(), "ana@example.com", "Ana", password, session.Admin)
			return err
		},
		"token": func() error {
			_, _, err := p.AddToken(t.Context(), "ci", session.Viewer, nil)
			return err
		},
	} {
		saved, read := make(chan error), make(chan struct{})
		go func() { saved <- change() }()
		<-docs.writes
		go func() {
			p.Ready()
			close(read)
		}()
		select {
		case <-read:
		case <-time.After(30 * time.Second):
			t.Errorf("while a %s is saved, who reads waits for the disk", what)
		}
		docs.goOn <- struct{}{}
		check(t, <-saved)
		<-read
	}
	if len(p.Users()) != 1 || len(p.Tokens()) != 1 {
		t.Error("what was saved is not in force")
	}
}

// TestATokenIsNotCalledLikeAPerson, whom the audit and a sign-in would take it for.
func TestATokenIsNotCalledLikeAPerson(t *testing.T) {
	p := open(t)
	for _, name := range []string{"ana@example.com", "GANCHO_API_TOKEN", " "} {
		if _, _, err := p.AddToken(t.Context(), name, session.Viewer, nil); codeOf(err) != "bad_token" {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestASetupFileIsForItsOwnerAlone, whoever could read an older one.
func TestASetupFileIsForItsOwnerAlone(t *testing.T) {
	p := open(t)
	check(t, os.WriteFile(p.Setup, []byte("older"), 0o600))
	check(t, os.Chmod(p.Setup, 0o644))
	_, err := p.NewSetup()
	check(t, err)
	if info, err := os.Stat(p.Setup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestASetupFileThatStaysIsToldOf: the first admin is there, and gets in.
func TestASetupFileThatStaysIsToldOf(t *testing.T) {
	var log bytes.Buffer
	p := open(t)
	p.Log = slog.New(slog.NewTextHandler(&log, nil))
	token, err := p.NewSetup()
	check(t, err)
	check(t, os.Remove(p.Setup))
	check(t, os.MkdirAll(filepath.Join(p.Setup, "full"), 0o700)) // cannot be removed
	secret, _, err := p.UseSetup(t.Context(), token, "ana@example.com", "Ana", password)
	if err != nil || secret == "" || !bytes.Contains(log.Bytes(), []byte("setup token")) {
		t.Errorf("%v; told: %s", err, &log)
	}
}
