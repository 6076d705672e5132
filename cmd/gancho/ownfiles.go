package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ownFolders hold what an operator adds to the program. Flows and runs need it, so it is in every backup.
var ownFolders = []string{"connectors", "presets"}

// copyOwn copies what an operator added from one folder to another, durably. A folder that is not there
// adds nothing.
func copyOwn(from, to string) error {
	for _, folder := range ownFolders {
		names, err := fs.Glob(os.DirFS(from), folder+"/*.json")
		if err == nil && len(names) > 0 {
			err = copyFiles(from, to, folder, names)
		}
		if err != nil {
			return fmt.Errorf("copy the own %s: %w", folder, err)
		}
	}
	return nil
}

func copyFiles(from, to, folder string, names []string) error {
	if err := os.MkdirAll(filepath.Join(to, folder), 0o700); err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, fs.ErrNotExist) { // taken away since
			continue
		}
		if err == nil {
			err = writeSynced(filepath.Join(to, name), text)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(syncFolder(filepath.Join(to, folder)), syncFolder(to))
}

func writeSynced(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
