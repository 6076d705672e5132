package bolt_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gancho/engine/store/bolt"
)

// made makes a data folder as a first start leaves it.
func made(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	check(t, s.Close())
	return dir
}

// names gives all that is in a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	check(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		all = append(all, path)
		return err
	}))
	return strings.Join(all, "\n")
}

func TestAFolderThatLacksAFileIsNotMadeAnew(t *testing.T) {
	for _, c := range []struct{ gone, says string }{
		{"live.db", "live.db is missing"},
		{"gancho.db", "gancho.db is missing"},
		{"gancho.db live.db", "gancho.db is missing"},
		{"FORMAT", "FORMAT is missing"},
		{"FORMAT gancho.db live.db", "FORMAT is missing"},
	} {
		dir := made(t)
		for name := range strings.FieldsSeq(c.gone) {
			check(t, os.Remove(filepath.Join(dir, name)))
		}
		before := names(t, dir)
		if _, err := bolt.Open(t.Context(), dir, bolt.Options{}); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "gancho db restore") {
			t.Errorf("without %s: %v", c.gone, err)
		}
		if after := names(t, dir); after != before {
			t.Errorf("without %s: there was\n%s\nand then\n%s", c.gone, before, after)
		}
	}
}

func TestEmptyFoldersMayWaitInANewOne(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"backups", "archive", "journal"} {
		check(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	check(t, s.Close())
}

// A first start that is killed at any point is done again.
func TestAFolderThatIsHalfMadeIsMadeToTheEnd(t *testing.T) {
	whole := made(t)
	word, err := os.ReadFile(filepath.Join(whole, "FORMAT"))
	check(t, err)
	for _, there := range []string{"", "gancho.db.new", "gancho.db", "gancho.db live.db.new"} {
		dir := t.TempDir()
		check(t, os.WriteFile(filepath.Join(dir, "FORMAT"), []byte(strings.TrimSpace(string(word))+" unfinished\n"), 0o600))
		for name := range strings.FieldsSeq(there) {
			data := []byte("half")
			if base, half := strings.CutSuffix(name, ".new"); !half {
				data, err = os.ReadFile(filepath.Join(whole, base))
				check(t, err)
			}
			check(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
		s, err := bolt.Open(t.Context(), dir, bolt.Options{})
		if err != nil {
			t.Fatalf("with %q: %v", there, err)
		}
		check(t, s.Close())
		if found, err := os.ReadFile(filepath.Join(dir, "FORMAT")); err != nil || string(found) != string(word) {
			t.Errorf("FORMAT says %q, %v", found, err)
		}
	}
}
