//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallDisk is a file system with little room; only root can make one.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skipf("a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// fill takes what is left of a disk.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for zeros := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(zeros)
	}
	if !strings.Contains(err.Error(), "no space") {
		t.Fatal(err)
	}
}

// TestAFullDisk is S10: senders are told at once, what was accepted is delivered, and when
// there is room again events are taken without a restart.
func TestAFullDisk(t *testing.T) {
	disk := smallDisk(t, 64)
	s, g := newSink(t), newGanchoIn(t, filepath.Join(disk, "data"))
	url := g.publish(deliveries(s.url))
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	var noted []string
	large := strings.Repeat("x", 100<<10)
	refused := func() bool {
		id := fmt.Sprint("f", len(noted))
		begun := time.Now()
		status, answer := post(url, `{"id": "`+id+`", "large": "`+large+`"}`)
		switch status {
		case 200:
			noted = append(noted, id)
		case 503:
		default:
			t.Fatalf("a delivery was answered %d %s", status, answer)
		}
		if took := time.Since(begun); took > 20*time.Second { // 1 s on a machine of its own
			t.Errorf("the answer took %s", took)
		}
		return status == 503
	}
	g.until("the full disk refuses deliveries", refused)
	if status, words := get(t, g.url("/readyz")); status != 503 || !strings.Contains(words, "full") {
		t.Errorf("/readyz: %d %s", status, words)
	}
	must(t, os.Remove(filler))
	g.until("there is room again", func() bool { return !refused() })
	g.settled()
	for _, id := range noted {
		if len(s.of("/always", id)) == 0 {
			t.Errorf("%s was acknowledged and never delivered", id)
		}
	}
}

// TestAFailedSyncEndsTheProgram is the other half of S10: after a sync that failed nothing
// more is acknowledged, and the program ends with 74. What was acknowledged before is there.
func TestAFailedSyncEndsTheProgram(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: install it, or run `make test`, which does")
	}
	s, g := newSink(t), newGancho(t)
	url := g.publish(deliveries(s.url))
	if code := g.stop(); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	g.wrap = []string{strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=12+"}
	g.start()
	var noted []string
	failed := false
	g.until("the program has ended", func() bool {
		id := fmt.Sprint("s", len(noted))
		switch status, _ := post(url, `{"id": "`+id+`"}`); {
		case status == 200 && failed:
			t.Errorf("%s was acknowledged after a failed sync", id)
		case status == 200:
			noted = append(noted, id)
		case status == 503:
			failed = true
		}
		select {
		case <-g.exited:
			return true
		default:
			return false
		}
	})
	if code := g.cmd.ProcessState.ExitCode(); code != exitDisk {
		t.Errorf("the program ended with %d, want %d", code, exitDisk)
	}
	g.wrap = nil
	g.start()
	g.until("what was acknowledged is settled", func() bool {
		l := g.want(200, "GET", "/ledger", nil)
		return l["pending"] == 0.0 && l["waiting"] == float64(len(unknowns(g)))
	})
	resolveAll(g)
	g.settled()
	for _, id := range noted {
		s.check(t, id)
	}
	if len(noted) == 0 {
		t.Error("nothing was accepted: the test shows nothing")
	}
}
