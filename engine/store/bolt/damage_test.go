//go:build linux

package bolt_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

const (
	mutantDir  = "GANCHO_MUTANT"
	mutantRuns = 140
)

// TestDamagedFiles is S11: whatever happens to a byte of the folder, what is read is what was
// written, nothing hangs, and what is missing is spoken of.
func TestDamagedFiles(t *testing.T) {
	base := filepath.Join(place(t), "base")
	check(t, os.Mkdir(base, 0o700))
	leaveFolder(t, base)
	seed, ends := uint64(11), map[string]int{} // the same damage each time; others when more are asked for
	if os.Getenv("GANCHO_MUTANTS") != "" {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	most := amount(t, "GANCHO_MUTANTS", 500)
	for next := 0; next < most; {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMutants$")
		cmd.Env = append(os.Environ(), mutantDir+"="+base, fmt.Sprintf("%s_FROM=%d", mutantDir, next), fmt.Sprintf("%s_TO=%d", mutantDir, most), fmt.Sprintf("%s_SEED=%d", mutantDir, seed))
		out, err := cmd.CombinedOutput()
		late := ctx.Err() != nil
		cancel()
		for line := range strings.Lines(string(out)) {
			var n int
			if _, e := fmt.Sscanf(line, "mutant %d", &n); e == nil {
				next = n + 1
				ends[strings.TrimSpace(line[strings.Index(line, ":")+1:])]++
			}
		}
		if late {
			t.Fatalf("seed %d, mutant %d hangs", seed, next)
		}
		if err == nil {
			continue
		}
		// One that ends the process is refused too, as long as it says why.
		if !bytes.Contains(out, []byte("panic")) && !bytes.Contains(out, []byte("fatal error")) && !bytes.Contains(out, []byte("unexpected fault")) {
			t.Fatalf("seed %d, mutant %d: %v\n%s", seed, next, err, out)
		}
		ends["the process ended"]++
		t.Logf("mutant %d ended the process: %.600s", next, out[bytes.LastIndex(out, []byte("mutant "))+1:])
		next++
	}
	t.Log(ends)
}

// leaveFolder makes a folder as a kill leaves it: with an archive, live.db, and a journal that
// holds what is in neither.
func leaveFolder(t *testing.T, to string) {
	t.Helper()
	bolt.SmallSegments()
	dir := t.TempDir()
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	defer s.Close()
	s.SetGates([]store.Gate{{Flow: "a"}})
	offer := func(from, to int) {
		for n := from; n < to; n++ {
			_, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Title: strconv.Itoa(n), Body: []byte(bodyOf(n))}})
			check(t, err)
		}
	}
	p := &player{t: t, s: s, quiet: true}
	offer(0, 130)
	p.finish(128)
	check(t, s.ArchiveAll(t.Context()))
	_, err = s.PutDocs(t.Context(), []store.Doc{{Kind: "flow", ID: "a", Value: []byte("{}")}})
	check(t, err)
	check(t, s.Checkpoint(t.Context()))
	offer(130, mutantRuns)
	for _, key := range []string{"one", "two", "three"} { // records that may be lost: a damaged last one is as one that was not finished
		_, err = s.PutKey(t.Context(), "state", key, bytes.Repeat([]byte("x"), 700), -1, 0)
		check(t, err)
	}
	check(t, os.CopyFS(to, os.DirFS(dir)))
	check(t, os.Remove(filepath.Join(to, "reserve")))
}

// Pages that claim to be endless, or lead back to themselves, keep nobody busy.
func TestPagesThatLeadAstrayAreRefused(t *testing.T) {
	base := t.TempDir()
	leaveFolder(t, base)
	for _, name := range []string{"live.db", "gancho.db"} {
		path := filepath.Join(base, name)
		whole, err := os.ReadFile(path)
		check(t, err)
		for page := range len(whole) / 4096 {
			at := page * 4096
			if id := binary.NativeEndian.Uint64(whole[at:]); id != uint64(page) || page < 2 || whole[at+8] != 2 {
				continue // no page of rows
			}
			damaged := bytes.Clone(whole)
			damaged[at+15] |= 1 << 6 // a billion pages more
			check(t, os.WriteFile(path, damaged, 0o600))
			faults, err := bolt.Check(t.Context(), base)
			check(t, err)
			s, err := bolt.Open(t.Context(), base, bolt.Options{})
			if err == nil {
				check(t, s.Close())
			}
			if refused := err != nil; refused != (len(faults) > 0) {
				t.Errorf("page %d of %s: opened with %v, and the check says %q", page, name, err, faults)
			}
		}
		check(t, os.WriteFile(path, whole, 0o600))
	}
}

// What was sent is kept as it came, also where it looks like a record of the journal.
func TestABodyIsNoRecordOfTheJournal(t *testing.T) {
	bolt.SmallSegments()
	dir := t.TempDir()
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	defer s.Close()
	s.SetGates([]store.Gate{{Flow: "a"}})
	var body []byte
	for segment := range uint64(200) {
		record := binary.BigEndian.AppendUint64(make([]byte, 8), segment+1)
		record = binary.BigEndian.AppendUint64(record, 1<<40)
		binary.BigEndian.PutUint32(record, uint32(len(record)))
		binary.BigEndian.PutUint32(record[4:], crc32.Checksum(record[8:], crc32.MakeTable(crc32.Castagnoli)))
		body = append(body, record...)
	}
	for n := range 200 {
		_, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Title: strconv.Itoa(n), Body: body}})
		check(t, err)
		if n%10 > 0 {
			continue
		}
		check(t, s.Checkpoint(t.Context()))
		to := filepath.Join(t.TempDir(), "copy")
		check(t, os.CopyFS(to, os.DirFS(dir)))
		again, err := bolt.Open(t.Context(), to, bolt.Options{})
		if err != nil {
			t.Fatalf("after %d events: %v", n+1, err)
		}
		check(t, again.Close())
	}
}

// TestMutants looks at mutants for TestDamagedFiles.
func TestMutants(t *testing.T) {
	base := os.Getenv(mutantDir)
	if base == "" {
		t.Skip("it is run by the test of damaged files")
	}
	from, to := amount(t, mutantDir+"_FROM", 0), amount(t, mutantDir+"_TO", 0)
	bolt.SmallSegments()
	seed, err := strconv.ParseUint(os.Getenv(mutantDir+"_SEED"), 10, 64)
	check(t, err)
	dir := filepath.Join(filepath.Dir(base), "mutant")
	for n := from; n < to; n++ {
		check(t, os.RemoveAll(dir))
		check(t, os.CopyFS(dir, os.DirFS(base)))
		what := mutate(t, dir, rand.New(rand.NewPCG(seed, uint64(n))))
		end, err := lookAt(t.Context(), dir)
		if err != nil {
			t.Fatalf("%d, %s: %v", n, what, err)
		}
		fmt.Printf("mutant %d: %s\n", n, end)
	}
}

// mutate damages one file of a folder.
func mutate(t *testing.T, dir string, r *rand.Rand) string {
	t.Helper()
	var files []string
	check(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Base(path) != "FORMAT" {
			files = append(files, path)
		}
		return err
	}))
	slices.Sort(files)
	path := files[r.IntN(len(files))]
	data, err := os.ReadFile(path)
	check(t, err)
	at := r.IntN(len(data))
	kind := []string{"bit", "sector", "noise", "cut"}[r.IntN(4)]
	switch kind {
	case "bit":
		data[at] ^= 1 << r.IntN(8)
	case "sector":
		at = at / 512 * 512
		clear(data[at:min(at+512, len(data))])
	case "noise":
		for i := at; i < min(at+64, len(data)); i++ {
			data[i] = byte(r.Uint32())
		}
	case "cut":
		data = data[:at]
	}
	check(t, os.WriteFile(path, data, 0o600))
	return fmt.Sprintf("%s at %d of %s", kind, at, filepath.Base(path))
}

// lookAt reads all that a folder gives. It says how that ended; wrong data, and silence about
// what is missing, are errors.
func lookAt(ctx context.Context, dir string) (end string, err error) {
	var said bytes.Buffer
	faults, err := bolt.Check(ctx, dir)
	if err != nil {
		fmt.Fprintln(&said, err)
	}
	fmt.Fprintln(&said, strings.Join(faults, "\n"))
	s, err := bolt.Open(ctx, dir, bolt.Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil && strings.TrimSpace(said.String()) == "" {
		return "", fmt.Errorf("refused (%w), and the check found nothing", err)
	}
	if err != nil {
		return "refused", nil //nolint:nilerr // that is what it should do
	}
	defer func() {
		if e := s.Close(); e != nil && !errors.Is(e, store.ErrBroken) {
			fmt.Fprintln(&said, e)
		}
	}()
	found := 0
	for q := (store.Query{Limit: 50}); ; {
		list, next, err := s.ListRuns(ctx, q)
		if err != nil {
			return "a list was refused", nil //nolint:nilerr // as above
		}
		for _, r := range list {
			story, err := s.GetRun(ctx, r.ID)
			if err != nil {
				fmt.Fprintln(&said, err)
				continue
			}
			n, err := strconv.Atoi(story.Run.Title)
			if err != nil || string(story.Body) != bodyOf(n) || (story.Run.Status == store.Succeeded) != (len(story.Steps) == 1) {
				return "", fmt.Errorf("run %q has the body %.40q and %d steps", story.Run.Title, story.Body, len(story.Steps))
			}
			found++
		}
		if q.Cursor = next; next == "" {
			break
		}
	}
	if _, _, err := s.ListRuns(ctx, store.Query{Flow: "a", Limit: 200, Text: "no such value"}); err != nil {
		fmt.Fprintln(&said, err)
	}
	if found == mutantRuns {
		return "whole", nil
	}
	if strings.TrimSpace(said.String()) == "" {
		return "", fmt.Errorf("%d of %d runs are there, and nothing was said of the others", found, mutantRuns)
	}
	return "some is missing, and spoken of", nil
}

// TestSealedFilesAreOnlyRead holds archive files of days gone to being opened for reading
// alone, and to stay as they are.
func TestSealedFilesAreOnlyRead(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		old := finish(t, s, 70, store.Succeeded)
		settle()
		check(t, s.Close())
		time.Sleep(24 * time.Hour)
		s = open(t, dir)
		defer s.Close()
		finish(t, s, 70, store.Failed)
		settle()
		sealed := archives(t, dir)[:2]
		story, err := s.GetRun(t.Context(), old[3].Run)
		check(t, err)
		if len(story.Body) == 0 {
			t.Fatal("the body is gone")
		}
		for _, path := range sealed {
			if modes := opened(t, path); !slices.Equal(modes, []string{"read"}) {
				t.Errorf("%s is opened to %q", filepath.Base(path), modes)
			}
		}
	})
}

// opened says how this process has a file open.
func opened(t *testing.T, path string) (modes []string) {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	check(t, err)
	for _, fd := range fds {
		if name, err := os.Readlink("/proc/self/fd/" + fd.Name()); err != nil || name != path {
			continue
		}
		info, err := os.ReadFile("/proc/self/fdinfo/" + fd.Name())
		check(t, err)
		var flags int
		for line := range strings.Lines(string(info)) {
			if text, ok := strings.CutPrefix(line, "flags:"); ok {
				n, err := strconv.ParseInt(strings.TrimSpace(text), 8, 64)
				check(t, err)
				flags = int(n)
			}
		}
		mode := "write"
		if flags&syscall.O_ACCMODE == syscall.O_RDONLY {
			mode = "read"
		}
		modes = append(modes, mode)
	}
	return modes
}
