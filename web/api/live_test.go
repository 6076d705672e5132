package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// message is one server-sent event.
type message struct {
	id, name string
	data     map[string]any
}

// listener reads GET /live over a connection.
type listener struct {
	t     testing.TB
	lines *bufio.Scanner
	stop  func()
}

func (h *house) listen(server *httptest.Server, after string) *listener {
	return h.listenAs(root, server, after)
}

func (h *house) listenAs(token string, server *httptest.Server, after string) *listener {
	return h.listenTo(token, server, after, "")
}

func (h *house) listenTo(token string, server *httptest.Server, after, query string) *listener {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/v1/live"+query, nil)
	check(h.TB, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	res, err := server.Client().Do(r)
	check(h.TB, err)
	if res.StatusCode != 200 {
		h.Fatalf("GET /live: %d", res.StatusCode)
	}
	stop := func() { cancel(); _ = res.Body.Close() }
	h.Cleanup(stop)
	return &listener{h.TB, bufio.NewScanner(res.Body), stop}
}

// next gives the next message.
func (l *listener) next() (m message) {
	l.t.Helper()
	for l.lines.Scan() {
		name, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch name {
		case "id":
			m.id = value
		case "event":
			m.name = value
		case "data":
			check(l.t, json.Unmarshal([]byte(value), &m.data))
		case "":
			if m.name != "" {
				return m
			}
		}
	}
	l.t.Fatalf("the stream ended: %v", l.lines.Err())
	return m
}

// TestLiveLosesNothing: a reader that keeps up is told of everything, in order, and one that
// was cut off goes on where it was.
func TestLiveLosesNothing(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	h.want(201, "POST", "/flows", flow)
	h.want(200, "POST", "/flows/a/publish", "")
	l := h.listen(server, "")
	hello := l.next()
	if hello.name != "hello" || hello.id == "" {
		t.Fatalf("%+v", hello)
	}
	const many = 60
	want := map[string]bool{}
	sent := func(n int) {
		for range n {
			want[h.want(200, "POST", "/flows/a/events", `{"event": {"body": {"word": 1}}}`)["run"].(string)] = true
		}
	}
	sent(many)
	got, kinds, last := map[string]bool{}, map[string]int{}, hello.id
	read := func(until func() bool) {
		for !until() {
			m := l.next()
			if m.name == "gap" {
				t.Fatalf("a gap after %s", last)
			}
			if place(t, m.id) != place(t, last)+1 {
				t.Fatalf("%s came after %s", m.id, last)
			}
			last = m.id
			kinds[m.name]++
			if m.name == "run" && m.data["status"] == "succeeded" {
				got[m.data["id"].(string)] = true
			}
		}
	}
	read(func() bool { return len(got) == many/2 })
	l.stop()
	sent(many)
	h.until("/ledger", func(v map[string]any) bool { return v["finished"] == 2.0*many })
	if l = h.listen(server, last); l.next().name != "hello" {
		t.Fatal("no hello")
	}
	read(func() bool { return len(got) == 2*many && kinds["step"] == 2*many })
	for id := range want {
		if !got[id] {
			t.Errorf("run %s was not told", id)
		}
	}
	if kinds["event"] != 2*many {
		t.Errorf("told: %v", kinds)
	}
}

// TestLiveTellsWhatIsAskedFor, and of nothing else, though another reader asks for all.
func TestLiveTellsWhatIsAskedFor(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	h.want(201, "POST", "/flows", flow)
	h.want(200, "POST", "/flows/a/publish", "")
	all, runs := h.listen(server, ""), h.listenTo(root, server, "", "?of=run,event")
	if all.next().name != "hello" || runs.next().name != "hello" {
		t.Fatal("no hello")
	}
	for range 2 { // what the first one's steps did is told of before the second one ends
		h.started("a", `{"word": 1}`)
	}
	for _, x := range []struct {
		*listener
		steps, events bool
	}{{all, true, true}, {runs, false, true}} {
		told, ended := map[string]bool{}, 0
		for ended < 2 || x.steps && !told["step"] {
			m := x.next()
			if told[m.name] = true; m.name == "run" && m.data["status"] == "succeeded" {
				ended++
			}
		}
		if told["step"] != x.steps || told["event"] != x.events {
			t.Errorf("told of %v, want steps %v", told, x.steps)
		}
	}
	if p := h.want(422, "GET", "/live?of=run,steps", ""); p["code"] != "bad_of" {
		t.Errorf("a name that there is not: %v", p)
	}
}

func place(t *testing.T, id string) (n int) {
	t.Helper()
	_, text, _ := strings.Cut(id, "-")
	_, err := fmt.Sscan(text, &n)
	check(t, err)
	return n
}

// TestLiveSaysWhatItDoesNotKnow: an ID of another process may have missed anything.
func TestLiveSaysWhatItDoesNotKnow(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	for _, id := range []string{"abcdefgh-1", "17", "x"} {
		l := h.listen(server, id)
		if first, second := l.next(), l.next(); first.name != "hello" || second.name != "gap" || second.id != first.id {
			t.Errorf("%s: %+v, %+v", id, first, second)
		}
		l.stop()
	}
}

func TestLiveOfOneFlow(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	for _, id := range []string{"a", "b"} {
		h.want(201, "POST", "/flows", strings.Replace(flow, `"id": "a"`, `"id": "`+id+`"`, 1))
		h.want(200, "POST", "/flows/"+id+"/publish", "")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/v1/live?flow=b", nil)
	check(t, err)
	r.Header.Set("Authorization", "Bearer "+root)
	res, err := server.Client().Do(r)
	check(t, err)
	defer res.Body.Close()
	l := &listener{t, bufio.NewScanner(res.Body), cancel}
	l.next()
	for _, id := range []string{"a", "b"} {
		h.started(id, `{"word": 1}`)
	}
	for m := l.next(); m.data["status"] != "succeeded" || m.name != "run"; m = l.next() {
		if m.data["flow"] != "b" {
			t.Errorf("%+v", m)
		}
	}
}

// tape keeps what a stream writes.
type tape struct {
	header http.Header
	mu     sync.Mutex
	text   strings.Builder
}

func (w *tape) Header() http.Header              { return w.header }
func (w *tape) WriteHeader(int)                  {}
func (w *tape) Flush()                           {}
func (w *tape) SetWriteDeadline(time.Time) error { return nil }

func (w *tape) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

// A reader of one flow hears that the server is there while only other flows are busy.
func TestLiveIsNotSilentWhileOtherFlowsAreBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.want(201, "POST", "/flows", `{"id": "a", "trigger": {"kind": "manual"}, "steps": []}`)
		h.want(200, "POST", "/flows/a/publish", "")
		ctx, cancel := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/v1/live?flow=b", nil)
		r.Header.Set("Authorization", "Bearer "+root)
		w, done := &tape{header: http.Header{}}, make(chan struct{})
		go func() { defer close(done); h.handler.ServeHTTP(w, r) }()
		for range 40 {
			time.Sleep(time.Second)
			h.want(200, "POST", "/flows/a/events", `{"event": {"body": {}}}`)
		}
		cancel()
		<-done
		if text := w.text.String(); strings.Count(text, ": still here\nevent: ping\n") != 2 || strings.Contains(text, "event: run") {
			t.Errorf("in 40 s: %s", text)
		}
	})
}

// TestLiveEndsForWhoMayNotLook: a token that was taken away reads nothing more.
func TestLiveEndsForWhoMayNotLook(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	h.want(201, "POST", "/flows", flow)
	h.want(200, "POST", "/flows/a/publish", "")
	token := h.want(201, "POST", "/tokens", `{"name": "look", "role": "viewer"}`)
	l := h.listenAs(token["token"].(string), server, "")
	l.next()
	h.want(204, "DELETE", "/tokens/"+token["id"].(string), "")
	ended := make(chan error)
	go func() {
		for l.lines.Scan() { //nolint:revive // to the end
		}
		ended <- l.lines.Err()
	}()
	for {
		h.started("a", `{"word": 1}`) // news, after which is asked who reads
		select {
		case err := <-ended:
			check(t, err)
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}
