package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const adminToken = "an-admin-token-of-enough-length-0123456789"

// gancho is a running program on a data folder of a test.
type gancho struct {
	t      *testing.T
	data   string
	listen string
	args   []string
	wrap   []string     // what runs the program
	client *http.Client // by which it is reached over HTTPS; nil where it serves plain HTTP

	mu     sync.Mutex // guards cmd and exited
	cmd    *exec.Cmd
	exited chan struct{}
	out    *tail
}

// tail keeps what a program writes.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// freeAddress is where nobody listens, and no other test will while this one lasts: it holds the
// same port of UDP. The port is below those that the system gives to who calls out: none can take
// it while a program is killed and started.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000))
		held, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		t.Cleanup(func() { must(t, held.Close()) })
		if l, err := net.Listen("tcp", address); err == nil {
			must(t, l.Close())
			return address
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newGancho starts the program on an empty folder.
func newGancho(t *testing.T, args ...string) *gancho {
	t.Helper()
	return newGanchoIn(t, t.TempDir()+"/data", args...)
}

// newGanchoIn starts the program on a folder.
func newGanchoIn(t *testing.T, data string, args ...string) *gancho {
	t.Helper()
	return newGanchoAt(t, freeAddress(t), data, args...)
}

// newGanchoAt starts the program on an address; with port 0 the system chooses one.
func newGanchoAt(t *testing.T, address, data string, args ...string) *gancho {
	t.Helper()
	g := &gancho{t: t, data: data, listen: address, args: args}
	g.start()
	t.Cleanup(func() {
		g.kill()
		if t.Failed() {
			t.Logf("the program wrote:\n%s", g.out)
		}
	})
	return g
}

// start runs the program and waits until it can accept.
func (g *gancho) start() {
	g.t.Helper()
	self, err := os.Executable()
	must(g.t, err)
	line := slices.Concat(g.wrap, []string{self, "serve", "--data", g.data, "--listen", g.listen}, g.args)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "GANCHO_API_TOKEN="+adminToken, "GANCHO_ALLOW_NET=127.0.0.1/32")
	if g.out == nil {
		g.out = new(tail)
	}
	cmd.Stdout, cmd.Stderr = g.out, g.out
	must(g.t, cmd.Start())
	exited := make(chan struct{})
	g.mu.Lock()
	g.cmd, g.exited = cmd, exited
	g.mu.Unlock()
	go func() { _ = cmd.Wait(); close(exited) }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		select {
		case <-exited:
			g.t.Fatalf("the program ended: %s", g.out)
		default:
		}
		if strings.HasSuffix(g.listen, ":0") {
			said := serving.FindStringSubmatch(g.out.String())
			if said == nil {
				continue
			}
			g.listen = said[1]
		}
		res, err := g.reach("/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
}

// serving is where the program says that it listens.
var serving = regexp.MustCompile(`"msg":"serving","address":"([^"]+)"`)

func (g *gancho) reach(path string) (*http.Response, error) {
	if g.client != nil {
		return g.client.Get("https://" + g.listen + path)
	}
	return http.Get(g.url(path))
}

func (g *gancho) url(path string) string { return "http://" + g.listen + path }

// kill ends the program as a power cut would end its process.
// A peer may do it while the test waits for the end.
func (g *gancho) kill() {
	g.mu.Lock()
	cmd, exited := g.cmd, g.exited
	g.mu.Unlock()
	if cmd != nil {
		_ = cmd.Process.Kill()
		<-exited
	}
}

// stop ends the program in good order and gives its exit code.
func (g *gancho) stop() int {
	g.t.Helper()
	must(g.t, g.cmd.Process.Signal(syscall.SIGTERM))
	<-g.exited
	return g.cmd.ProcessState.ExitCode()
}

// call asks the API and gives the status and the answer.
func (g *gancho) call(method, path string, body any) (int, map[string]any) {
	g.t.Helper()
	var r io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		must(g.t, err)
		if text, ok := body.(string); ok {
			data = []byte(text)
		}
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, g.url("/api/v1"+path), r)
	must(g.t, err)
	req.Header.Set("Authorization", "Bearer "+adminToken)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	must(g.t, err)
	defer res.Body.Close()
	var answer map[string]any
	data, err := io.ReadAll(res.Body)
	must(g.t, err)
	if len(data) > 0 {
		if err := json.Unmarshal(data, &answer); err != nil {
			g.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, data)
		}
	}
	return res.StatusCode, answer
}

// want is call that must answer with a status.
func (g *gancho) want(status int, method, path string, body any) map[string]any {
	g.t.Helper()
	got, answer := g.call(method, path, body)
	if got != status {
		g.t.Fatalf("%s %s: %d %v, want %d", method, path, got, answer, status)
	}
	return answer
}

// publish creates and publishes a flow and gives its trigger URL.
func (g *gancho) publish(flow string) string {
	g.t.Helper()
	var f struct{ ID string }
	must(g.t, json.Unmarshal([]byte(flow), &f))
	g.want(201, "POST", "/flows", flow)
	published := g.want(200, "POST", "/flows/"+f.ID+"/publish", nil)
	url, _ := published["url"].(string)
	return url
}

// until waits for a fact.
func (g *gancho) until(what string, fact func() bool) {
	g.t.Helper()
	limit := time.After(3 * time.Minute)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !fact() {
		select {
		case <-limit:
			g.t.Fatalf("not within three minutes: %s", what)
		case <-tick.C:
		}
	}
}

// settled waits until nothing is pending and gives the ledger.
func (g *gancho) settled() map[string]any {
	g.t.Helper()
	var l map[string]any
	g.until("nothing is pending", func() bool {
		l = g.want(200, "GET", "/ledger", nil)
		return l["pending"] == 0.0 && l["waiting"] == 0.0
	})
	return l
}

// get asks an address.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	must(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(data)
}

// post sends a JSON body to a trigger URL; 0 when there was no answer.
func post(url, body string) (int, string) {
	res, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, ""
	}
	return res.StatusCode, string(data)
}

// sink records what arrives, by the path and the id in the body.
type sink struct {
	*http.Server
	url string
	mu  sync.Mutex
	got map[string][]string // path + id -> idempotency keys
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{got: map[string][]string{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s.url = "http://" + l.Addr().String()
	s.Server = &http.Server{Handler: s} //nolint:gosec // a test
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ ID any }
	_ = json.NewDecoder(bufio.NewReader(r.Body)).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	key := fmt.Sprint(r.URL.Path, " ", body.ID)
	s.got[key] = append(s.got[key], r.Header.Get("Idempotency-Key"))
	w.WriteHeader(http.StatusNoContent)
}

// of gives the keys with which an id arrived at a path.
func (s *sink) of(path, id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.got[path+" "+id]...)
}
