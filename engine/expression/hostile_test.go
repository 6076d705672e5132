package expression_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"gancho/engine/expression"
	"gancho/engine/shape"
)

// What an evaluation may take. The race detector and a busy machine make both larger; the
// figures that are promised are logged.
const (
	mostTime   = 150 * time.Millisecond
	mostMemory = 64 << 20
)

// TestHostile runs every case in one child process with a limit on memory: whatever it is, it
// ends in time, within its memory, and the process lives.
func TestHostile(t *testing.T) {
	if os.Getenv("GANCHO_HOSTILE") != "" {
		hostileChild()
		return
	}
	cases := hostile()
	if len(cases) < 200 {
		t.Fatalf("there are %d cases, not 200", len(cases))
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHostile$", "-test.v")
	child.Env = append(os.Environ(), "GANCHO_HOSTILE=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	done := 0
	slowest, largest := map[string]figure{}, figure{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var i int
		var f figure
		if n, _ := fmt.Sscanf(lines.Text(), "case %d %s %d %d", &i, &f.phase, &f.took, &f.bytes); n != 4 {
			continue
		}
		f.source = cases[i]
		if done = i + 1; f.took > slowest[f.phase].took {
			slowest[f.phase] = f
		}
		if f.bytes > largest.bytes {
			largest = f
		}
		if f.took > mostTime*slowness || f.bytes > mostMemory {
			t.Errorf("%v", f)
		}
	}
	if err := child.Wait(); err != nil || done != len(cases) {
		t.Fatalf("the process ended after %d of %d cases (%v): %.120s", done, len(cases), err, cases[min(done, len(cases)-1)])
	}
	for _, phase := range slices.Sorted(maps.Keys(slowest)) {
		t.Logf("the slowest %v", slowest[phase])
	}
	t.Logf("the largest of %d cases: %v", done, largest)
}

// figure is what one phase of one case took.
type figure struct {
	source, phase string
	took          time.Duration
	bytes         uint64
}

func (f figure) String() string {
	return fmt.Sprintf("%s of %.80s (%d bytes): %v of processor time, %d KiB", f.phase, f.source, len(f.source), f.took, f.bytes>>10)
}

// phases are all that is done with an expression: as it is saved, checked, written, run, and
// told about.
func phases(source string, s *expression.Scope) map[string]func() {
	p, err := expression.Compile(source)
	k := knownOrders()
	list := map[string]func(){
		"compile": func() { _, _ = expression.Compile(source) },
		"check": func() {
			tree, err := expression.Parse(source)
			if err != nil {
				return
			}
			tree.Infer(k)
			tree.Chains()
			tree.Proves()
			tree.Denies()
		},
		"complete":  func() { expression.Complete(source, len([]rune(source)), k) },
		"condition": func() { expression.ConditionOf(source) },
	}
	if err != nil {
		return list
	}
	list["run"] = func() { _, _ = p.Run(context.Background(), s) }
	if tree, err := expression.Parse(source); err == nil && tree.Infer(k).Shape.Has(shape.Bool) {
		list["bool"] = func() { _, _, _ = p.Bool(context.Background(), s) }
		list["why"] = func() { p.Why(context.Background(), s) }
	}
	return list
}

// hostileChild collects garbage between phases alone, so that the time of one is its own, and
// what it asks for is seen whole; where that is more than it may hold at once, it is done again
// and looked at while garbage is collected.
func hostileChild() {
	s := hostileScope()
	debug.SetGCPercent(-1)
	for i, source := range hostile() {
		for name, do := range phases(source, s) {
			f := tried(do)
			for try := 1; try < 4 && f.took > mostTime*slowness; try++ { // the system may have been at work for us
				f.took = min(f.took, tried(do).took)
			}
			if f.bytes > mostMemory {
				f.bytes = peak(do)
			}
			fmt.Printf("case %d %s %d %d\n", i, name, f.took, f.bytes)
		}
	}
}

func tried(do func()) figure {
	if held() > mostHeld {
		runtime.GC()
	}
	before, work := asked(), spent()
	do()
	return figure{took: spent() - work, bytes: asked() - before}
}

// mostHeld is how much the child may hold before it collects garbage, beside the values.
const mostHeld = 512 << 20

func held() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// asked is what was ever asked for.
func asked() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// peak is the most that was in use at once, looked at all the time while it is collected.
func peak(do func()) uint64 {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	use := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before := use()
	most, done := before, make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	for {
		select {
		case <-done:
			return most - before
		default:
			most = max(most, use())
			time.Sleep(20 * time.Microsecond)
		}
	}
}

// TestBudgetIsSaid: what is refused for its size says so, and the same program goes on
// working for others.
func TestBudgetIsSaid(t *testing.T) {
	p, err := expression.Compile(`count(trigger.body.arr, # in trigger.body.arr)`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Run(t.Context(), hostileScope())
	var e *expression.Error
	if !errors.As(err, &e) || (e.Code != "budget" && e.Code != "too_big" && e.Code != "too_slow") || e.Message.PT == "" {
		t.Errorf("got %v, want that the budget is spent", err)
	}
	small := &expression.Scope{Values: map[string]any{"trigger": map[string]any{"body": map[string]any{"arr": []any{1, 2}}}}}
	if got, err := p.Run(t.Context(), small); err != nil || got != 2 {
		t.Errorf("got %v, %v, want 2", got, err)
	}
}

// TestOneBudgetForATemplate: all holes of a text together have the budget of one expression.
func TestOneBudgetForATemplate(t *testing.T) {
	s := hostileScope()
	for _, hole := range []string{"{{ left(json(sum(trigger.body.arr) + len(trigger.body.s)), 3) }}", "{{ json(left(trigger.body.s, 1000000)) }}", "{{ trigger.body.arr }}"} {
		tmpl, err := expression.CompileTemplate(strings.Repeat(hole, 200))
		if err != nil {
			t.Fatal(err)
		}
		before := spent()
		_, err = tmpl.Fill(t.Context(), s)
		took := spent() - before
		var e *expression.Error
		if !errors.As(err, &e) || (e.Code != "budget" && e.Code != "too_big" && e.Code != "too_slow") {
			t.Errorf("%s: got %v, want that the budget is spent", hole, err)
		}
		t.Logf("%s: %v", hole, took)
	}
}

// FuzzRun: whatever the source, it is refused or it ends, and what leaves is JSON.
func FuzzRun(f *testing.F) {
	for i, source := range hostile() {
		if i%6 == 0 && len(source) < 1000 {
			f.Add(source)
		}
	}
	s := hostileScope()
	f.Fuzz(func(t *testing.T, source string) {
		p, err := expression.Compile(source)
		if err != nil {
			return
		}
		p.Why(t.Context(), s)
		value, err := p.Run(t.Context(), s)
		if err != nil {
			return
		}
		if _, err := json.Marshal(value); err != nil {
			t.Fatal(err)
		}
	})
}
