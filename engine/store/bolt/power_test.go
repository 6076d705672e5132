//go:build linux

package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// scenarioDir, when set, makes TestScenario play the program that is traced.
const scenarioDir = "GANCHO_SCENARIO"

// TestScenario tells each thing that the store has acknowledged, when it has.
func TestScenario(t *testing.T) {
	dir := os.Getenv(scenarioDir)
	if dir == "" {
		t.Skip("it is run by the tests of crashes")
	}
	bolt.SmallSegments()
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	s.SetGates([]store.Gate{{Flow: "a"}})
	p := &player{t: t, s: s}
	for round := range 3 {
		_, err := s.PutDocs(t.Context(), []store.Doc{{Kind: "flow", ID: strconv.Itoa(round), Value: []byte("{}")}})
		check(t, err)
		p.tell("doc %d", round)
		p.accept(25)
		p.finish(20)
		check(t, s.ArchiveAll(t.Context()))
		p.accept(5)
		p.finish(4)
		check(t, s.Checkpoint(t.Context()))
		p.erase()
		if round == 1 {
			check(t, s.Rewrite())
		}
	}
	p.accept(7)
	os.Exit(0) // as a kill leaves it
}

type player struct {
	t    *testing.T
	s    *bolt.Store
	mu   sync.Mutex
	sent int
	last store.Accept // of what has ended

	quiet bool
}

func (p *player) tell(format string, args ...any) {
	if p.quiet {
		return
	}
	_, err := fmt.Fprintf(os.Stdout, format+"\n", args...)
	check(p.t, err)
}

func bodyOf(n int) string {
	return fmt.Sprintf(`{"n":%d,"text":"%s"}`, n, strings.Repeat(strconv.Itoa(n), 300))
}

// accept events from several callers at once, so that some become durable together.
func (p *player) accept(n int) {
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			p.mu.Lock()
			p.sent++
			mine := p.sent
			p.mu.Unlock()
			a, err := p.s.Accept(p.t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Key: strconv.Itoa(mine), KeyFor: time.Hour, Body: []byte(bodyOf(mine))}})
			check(p.t, err)
			p.tell("event %d %s %s", mine, a[0].Event, a[0].Run)
		})
	}
	group.Wait()
}

func (p *player) finish(n int) {
	for range n {
		w := claim(p.t, p.s)
		step := store.Commit{Lease: w.Lease, Steps: []store.Record{{Path: "x", Data: []byte(`{"output":1}`)}}, Decision: store.Decision{GoOn: true}}
		step.Keys = []store.KeyOp{{ID: "x", Kind: store.KeyAdd, Space: "state", Key: "k", By: "1"}}
		done := p.s.Commit(p.t.Context(), []store.Commit{step})[0]
		check(p.t, done.Err)
		p.tell("sum %s", done.Keys[0].Value)
		check(p.t, p.s.Commit(p.t.Context(), []store.Commit{{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
		p.tell("end %s", w.Run.ID)
		p.last = store.Accept{Event: w.Run.Event, Run: w.Run.ID}
	}
}

// erase takes out the last that has ended, which rewrites an archive file.
func (p *player) erase() {
	check(p.t, p.s.ArchiveAll(p.t.Context()))
	p.tell("erasing %s %s", p.last.Event, p.last.Run)
	check(p.t, p.s.Erase(p.t.Context(), []string{p.last.Run}))
	p.tell("erased %s %s", p.last.Event, p.last.Run)
}

// traced plays the scenario under strace.
func traced(t *testing.T) *trace {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: install it, or run `make test`, which does")
	}
	dir, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "trace")
	check(t, os.Mkdir(dir, 0o700))
	const calls = "trace=openat,close,pwrite64,write,fdatasync,fsync,ftruncate,rename,renameat,renameat2,unlinkat,mkdirat"
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-xx", "-s", "2000000", "-e", calls, "-o", file, os.Args[0], "-test.run=^TestScenario$")
	cmd.Env = append(os.Environ(), scenarioDir+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("scenario: %v\n%s", err, out)
	}
	bolt.SmallSegments() // as those are that are read
	tr, err := readTrace(dir, file)
	check(t, err)
	t.Log(tr)
	return tr
}

// place is where images are made: in memory where that is possible.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "gancho-image-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	return dir
}

// TestAKillAtEveryCallLosesNothing opens the folder as it is after each call of the scenario.
func TestAKillAtEveryCallLosesNothing(t *testing.T) {
	tr, dir := traced(t), place(t)
	step := 1 + len(tr.ops)/amount(t, "GANCHO_IMAGES", 150)
	for cut := 1; cut <= len(tr.ops); cut += step {
		judge(t, tr, filepath.Join(dir, "image"), cut, nil)
	}
}

// TestALossOfPowerLosesNothing opens folders in which what was not synced is lost, torn or
// out of order.
func TestALossOfPowerLosesNothing(t *testing.T) {
	tr, dir := traced(t), place(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for i := range amount(t, "GANCHO_IMAGES", 500) {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		judge(t, tr, filepath.Join(dir, "image"), 1+r.IntN(len(tr.ops)), &loss{r, true})
	}
}

// TestWithoutSyncsMuchIsLost shows that the test above would see it.
func TestWithoutSyncsMuchIsLost(t *testing.T) {
	tr, dir := traced(t), filepath.Join(place(t), "image")
	for i := range 100 {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		cut := len(tr.ops) - r.IntN(len(tr.ops)/2)
		check(t, tr.image(dir, cut, &loss{r, false}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestImage$")
		cmd.Env, cmd.Stdin = append(os.Environ(), scenarioDir+"-image="+dir), strings.NewReader(tr.told(cut))
		err := cmd.Run() // in a process of its own, for such a file may end it
		cancel()
		check(t, os.RemoveAll(dir))
		if err != nil {
			return
		}
	}
	t.Error("nothing was lost in 100 crashes without syncs")
}

// TestImage looks at one image for TestWithoutSyncsMuchIsLost.
func TestImage(t *testing.T) {
	dir := os.Getenv(scenarioDir + "-image")
	if dir == "" {
		t.Skip("it is run by the tests of crashes")
	}
	told, err := os.ReadFile("/dev/stdin")
	check(t, err)
	check(t, keeps(t.Context(), dir, string(told)))
}

func amount(t *testing.T, name string, usual int) int {
	t.Helper()
	if text := os.Getenv(name); text != "" {
		n, err := strconv.Atoi(text)
		check(t, err)
		return n
	}
	return usual
}

func judge(t *testing.T, tr *trace, dir string, cut int, l *loss) {
	t.Helper()
	check(t, tr.image(dir, cut, l))
	if err := keeps(t.Context(), dir, tr.told(cut)); err != nil {
		t.Fatalf("after %d of %d calls: %v", cut, len(tr.ops), err)
	}
	check(t, os.RemoveAll(dir))
}

// keeps opens a folder and looks for everything that was acknowledged, and that what is left
// to do can be done.
func keeps(ctx context.Context, dir, told string) (err error) {
	s, err := bolt.Open(ctx, dir, bolt.Options{})
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	found := acknowledged(ctx, s, told)
	left := finishAll(ctx, s)
	if err := errors.Join(found, left, s.Close()); err != nil {
		return err
	}
	faults, err := bolt.Check(ctx, dir)
	if len(faults) > 0 {
		return fmt.Errorf("check: %v", faults)
	}
	return err
}

func acknowledged(ctx context.Context, s *bolt.Store, told string) error {
	sum := 0
	erased := map[string]string{}
	for line := range strings.Lines(told) {
		if words := strings.Fields(line); words[0] == "erasing" || words[0] == "erased" {
			erased[words[1]], erased[words[2]] = words[0], words[0]
		}
	}
	for line := range strings.Lines(told) {
		words := strings.Fields(line)
		switch words[0] {
		case "event":
			n, _ := strconv.Atoi(words[1])
			e, err := s.GetEvent(ctx, words[2])
			whole, gone := string(e.Body) == bodyOf(n), e.Body == nil
			if err != nil || !holdsAs(erased[words[2]], whole, gone) {
				return fmt.Errorf("event %d, %s: %w, body %.20q", n, erased[words[2]], err, e.Body)
			}
		case "end":
			r, err := s.GetRun(ctx, words[1])
			if err != nil || r.Run.Status != store.Succeeded || !holdsAs(erased[words[1]], len(r.Steps) == 1, len(r.Steps) == 0) {
				return fmt.Errorf("run %s, %s, is %s with %d steps: %w", words[1], erased[words[1]], r.Run.Status, len(r.Steps), err)
			}
		case "doc":
			if _, err := s.GetDoc(ctx, "flow", words[1]); err != nil {
				return fmt.Errorf("document: %w", err)
			}
		case "sum":
			sum, _ = strconv.Atoi(words[1])
		}
	}
	if e, err := s.GetKey(ctx, "state", "k"); sum > 0 {
		if n, _ := strconv.Atoi(string(e.Value)); err != nil || n < sum {
			return fmt.Errorf("sum %d, want %d: %w", n, sum, err)
		}
	}
	return nil
}

// holdsAs says whether what is there fits what was told of an erasure; while one is under way
// it may be whole or gone.
func holdsAs(erased string, whole, gone bool) bool {
	switch erased {
	case "":
		return whole
	case "erased":
		return gone
	}
	return whole || gone
}

// finishAll ends all runs that have not ended, and holds the ledger to what is listed.
func finishAll(ctx context.Context, s *bolt.Store) error {
	s.SetGates([]store.Gate{{Flow: "a"}})
	counts, err := s.Counts(ctx)
	if err != nil {
		return err
	}
	for left := counts["a"].Pending; left > 0; {
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		work, err := s.Claim(limited, "n", 100)
		cancel()
		if err != nil {
			return fmt.Errorf("%d runs are stuck: %w", left, err)
		}
		for _, w := range work {
			left--
			if err := s.Commit(ctx, []store.Commit{{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err; err != nil {
				return err
			}
		}
	}
	runs := int64(0)
	for q := (store.Query{Limit: 200}); ; {
		list, next, err := s.ListRuns(ctx, q)
		if err != nil {
			return err
		}
		if runs += int64(len(list)); next == "" {
			break
		}
		q.Cursor = next
	}
	if counts, err = s.Counts(ctx); err == nil && (counts["a"].Accepted != runs || counts["a"].Finished != runs) {
		err = fmt.Errorf("%d runs are listed, the ledger has %+v", runs, counts["a"])
	}
	return err
}
