package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// newHanging is a program with a run that waits for a token, which is given once let is called.
func newHanging(t *testing.T) (g *gancho, let func()) {
	t.Helper()
	asked, letting := make(chan struct{}, 10), make(chan struct{})
	let = sync.OnceFunc(func() { close(letting) })
	mux := http.NewServeMux()
	mux.HandleFunc("/token", func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-letting
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "the-token", "expires_in": 3600})
	})
	mux.HandleFunc("/api", func(http.ResponseWriter, *http.Request) {})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Cleanup(let)
	g = newGancho(t)
	g.want(201, "POST", "/connections", map[string]any{
		"name": "generic", "kind": "oauth2", "hosts": []string{"127.0.0.1"},
		"fields": map[string]any{"client_id": "app", "client_secret": "the-app-secret", "token_url": s.URL + "/token"},
	})
	hook := g.publish(`{"id": "ask", "trigger": {"kind": "webhook"}, "steps": [{"id": "api", "action": "http.request", "connection": "generic", "with": {"url": "` + s.URL + `/api"}}]}`)
	post(hook, `{}`)
	<-asked
	return g, let
}

// A stop waits for what is under way, not for what hangs; the run goes on at the next start.
func TestAStopDoesNotWaitForATokenThatDoesNotCome(t *testing.T) {
	g, let := newHanging(t)
	late := time.AfterFunc(40*time.Second, func() { t.Error("40 seconds after the signal it still runs"); g.kill() })
	defer late.Stop()
	if code := g.stop(); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	let()
	g.start()
	g.settled()
	if n := len(g.runs("ask", "succeeded")); n != 1 {
		t.Errorf("%d runs succeeded", n)
	}
}

// Who does not want to wait for the end in good order signals once more.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	g, _ := newHanging(t)
	g.until("it ends", func() bool {
		_ = g.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-g.exited:
			return true
		default:
			return false
		}
	})
	if status, ok := g.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Errorf("it ended in its own time: %s", g.cmd.ProcessState)
	}
}

// What has ended tells how; what hangs is left, and named, when the drain is over.
func TestWhatHangsIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		log := slog.New(slog.NewTextHandler(&out, nil))
		limit, cancel := context.WithTimeout(t.Context(), drain)
		defer cancel()
		failed, done := errors.New("failed"), make(chan error, 1)
		if err := endOf(limit, "runs", make(chan error), log); err != nil || !strings.Contains(out.String(), "part=runs") {
			t.Errorf("got %v, and the log says %q", err, out.String())
		}
		done <- failed
		if err := endOf(limit, "schedules", done, log); !errors.Is(err, failed) || strings.Contains(out.String(), "schedules") {
			t.Errorf("got %v, and the log says %q", err, out.String())
		}
	})
}
