package bolt_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// Whatever happens to a file of the archive, who lists that flow is told which one it is, and
// who asks for a run of it too.
func TestAnArchiveFileThatCannotBeReadIsNamed(t *testing.T) {
	for _, c := range []struct {
		name, file string
		damage     func(path string, data []byte) error
	}{
		{"removed", "rows", func(path string, _ []byte) error { return os.Remove(path) }},
		{"emptied", "rows", func(path string, _ []byte) error { return os.Truncate(path, 0) }},
		{"cut", "rows", func(path string, data []byte) error { return os.Truncate(path, int64(len(data)/2)) }},
		{"cleared", "rows", func(path string, data []byte) error { return os.WriteFile(path, make([]byte, len(data)), 0o600) }},
		{"a folder", "rows", func(path string, _ []byte) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }},
		{"removed", "bodies", func(path string, _ []byte) error { return os.Remove(path) }},
		{"half cleared", "bodies", func(path string, data []byte) error {
			clear(data[2*16384:])
			return os.WriteFile(path, data, 0o600)
		}},
	} {
		t.Run(c.name+" "+c.file, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := open(t, dir)
				done := finish(t, s, 3, store.Succeeded)
				settle()
				check(t, s.Close())
				files, err := filepath.Glob(filepath.Join(dir, "archive", "*."+c.file+".db"))
				check(t, err)
				data, err := os.ReadFile(files[0])
				check(t, err)
				check(t, c.damage(files[0], data))
				s = open(t, dir)
				defer s.Close()
				want := "archive/" + filepath.Base(files[0])
				if got := s.Unread("a"); c.file == "rows" && (len(got) != 1 || got[0] != want) {
					t.Errorf("before anybody reads, unread is %q, want %s", got, want)
				}
				if _, err := s.GetRun(t.Context(), done[0].Run); !errors.Is(err, store.ErrUnread) {
					t.Errorf("the run answers %v", err)
				}
				if got := s.Unread("a"); len(got) != 1 || got[0] != want {
					t.Errorf("unread is %q, want %s", got, want)
				}
				if got := s.Unread("b"); len(got) != 0 {
					t.Errorf("of another flow, unread is %q", got)
				}
			})
		})
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // while it is open
		s := open(t, dir)
		defer s.Close()
		finish(t, s, 3, store.Succeeded)
		settle()
		if got := s.Unread(""); len(got) != 0 {
			t.Errorf("unread is %q", got)
		}
		check(t, os.Remove(archives(t, dir)[1]))
		time.Sleep(10 * time.Second)
		if got := s.Unread(""); len(got) != 1 {
			t.Errorf("after a file was removed, unread is %q", got)
		}
	})
}
