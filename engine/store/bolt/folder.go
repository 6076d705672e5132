package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gancho/engine/store"
)

// format of a data folder, in its file FORMAT.
const format = "gancho 4\n"

// unfinished is what FORMAT says until the first files of a new folder are there, so that one
// that is missing later is never taken for one that was not made yet.
var unfinished = strings.TrimSuffix(format, "\n") + " unfinished\n"

// formerFormats are read as they are; their folders become folders of this format when they
// are opened for writing. 1: events are all JSON. 2: no journal, all heads of events and runs are
// JSON. 3: the journal has no inventory.
var formerFormats = []string{"gancho 1\n", "gancho 2\n", "gancho 3\n"}

// prepare makes the folder and checks its version. It says whether the first files of it have
// still to be made.
func prepare(dir string) (fresh bool, err error) {
	if _, err := os.Stat(dir); err != nil { // what it lies in need not be readable later
		if err := makeFolder(dir); err != nil {
			return false, fmt.Errorf("make the data folder: %w", err)
		}
	}
	found, err := formatOf(dir)
	switch {
	case err != nil:
		return false, err
	case found == "":
		return true, replaceFile(filepath.Join(dir, "FORMAT"), []byte(unfinished), true)
	case found == unfinished:
		return true, nil
	}
	return false, hasFiles(dir)
}

// formatOf gives what FORMAT says, "" for a folder with nothing of ours in it.
func formatOf(dir string) (string, error) {
	found, err := os.ReadFile(filepath.Join(dir, "FORMAT"))
	if errors.Is(err, os.ErrNotExist) {
		return "", nothingIn(dir)
	}
	if err != nil {
		return "", fmt.Errorf("open the data folder: %w", err)
	}
	if text := string(found); text == format || text == unfinished || slices.Contains(formerFormats, text) {
		return text, nil
	}
	if len(found) == 0 || !strings.HasPrefix(string(found), "gancho ") {
		return "", fmt.Errorf("%w: %s is damaged: it must say %q. %s", store.ErrFormat, filepath.Join(dir, "FORMAT"), strings.TrimSpace(format), restoreIt)
	}
	return "", fmt.Errorf("%w: %s is in the format %q; this program reads %q: use the version that wrote it, or a newer one",
		store.ErrFormat, dir, strings.TrimSpace(string(found)), strings.TrimSpace(format))
}

// restoreIt says what to do about a folder that lacks something.
const restoreIt = "Put it back, or restore the newest backup into a new folder: gancho db restore BACKUP --data NEW. Nothing was changed"

// ours are the files of a data folder that only this program makes.
var ours = []string{"gancho.db", "live.db", "journal/*", "archive/*.db"}

// nothingIn holds a folder without FORMAT to being a new one. Empty folders may wait in it.
func nothingIn(dir string) error {
	for _, pattern := range ours {
		found, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("%w: FORMAT is missing from %s, which holds %s. %s", store.ErrFormat, dir, found[0], restoreIt)
		}
	}
	return nil
}

// lost says what is gone with a file.
var lost = map[string]string{
	"gancho.db": "all flows, connections and users",
	"live.db":   "all that has not ended",
}

// hasFiles holds a folder to the files that it was made with.
func hasFiles(dir string) error {
	for _, name := range []string{"gancho.db", "live.db"} {
		info, err := os.Stat(filepath.Join(dir, name))
		switch {
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("%s is missing from the data folder %s, and with it %s. %s", name, dir, lost[name], restoreIt)
		case err != nil:
			return fmt.Errorf("open the data folder: %w", err)
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s is no file. %s", filepath.Join(dir, name), restoreIt)
		}
	}
	return nil
}

// renewFormat marks a new folder, or one of a former format, as one of this, before anything is
// written that a program of then could not read.
func renewFormat(dir string) error {
	path := filepath.Join(dir, "FORMAT")
	if found, err := os.ReadFile(path); err != nil || string(found) == format {
		return err
	}
	if err := beginInventory(dir, 1, false); err != nil {
		return err
	}
	return replaceFile(path, []byte(format), true)
}

// errMixed says that files of different times were put together.
var errMixed = errors.New("they are not of the same time. Restore the newest backup as a whole, or go on with them as they are: gancho db repair")
