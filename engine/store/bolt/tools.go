package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"gancho/engine/store"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// dataFiles are the files of a data folder, or of a backup of one, relative to it.
func dataFiles(dir string) ([]string, error) {
	names := []string{"gancho.db", "live.db"}
	files, err := fs.Glob(os.DirFS(dir), "archive/*.db") // the folder itself may have any name
	for _, f := range files {
		names = append(names, filepath.FromSlash(f))
	}
	return names, err
}

// missingFiles names the archive files that live.db counts on and that are not there.
func missingFiles(dir string) (faults []string, err error) {
	db, err := openToRead(filepath.Join(dir, "live.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	err = guard(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			if tx.Bucket([]byte("volumes")) == nil {
				return nil
			}
			a := &archive{dir: filepath.Join(dir, "archive"), only: true}
			if err := a.load(plain(tx)); err != nil {
				return err
			}
			for _, v := range a.volumes {
				for _, ext := range []string{rowsExt, bodiesExt} {
					if v.note.Last == 0 || ext == bodiesExt && v.note.NoBodies {
						continue
					}
					if _, err := os.Stat(v.path(ext)); err != nil {
						faults = append(faults, filepath.Join("archive", filepath.Base(v.path(ext)))+": is missing")
					}
				}
			}
			return nil
		})
	})
	return faults, err
}

// Check looks for damage in a stopped data folder or a backup, and says in words what it
// found; nothing means that it is whole. store.ErrLocked says that a process has it.
func Check(ctx context.Context, dir string) ([]string, error) {
	if found, err := formatOf(dir); err != nil {
		return nil, err
	} else if found == "" {
		return nil, fmt.Errorf("%s is no data folder", dir)
	}
	var faults []string
	names, err := dataFiles(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		found, err := checkFile(ctx, filepath.Join(dir, name))
		if err != nil {
			return faults, err
		}
		for _, f := range found {
			faults = append(faults, name+": "+f)
		}
	}
	if len(faults) > 0 {
		return faults, nil
	}
	if faults, err = missingFiles(dir); err != nil {
		return nil, err
	}
	fault, err := checkJournal(dir)
	if fault != "" {
		faults = append(faults, fault)
	}
	return faults, err
}

// mostFaults are told of one file.
const mostFaults = 100

func checkFile(ctx context.Context, path string) (faults []string, err error) {
	if _, err := os.Stat(path); err != nil {
		return []string{"is missing"}, nil
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil { // a damaged page can lead anywhere
			faults, err = append(faults, fmt.Sprint("pages are damaged: ", p)), nil
		}
	}()
	db, err := openToRead(path)
	if errors.Is(err, store.ErrLocked) {
		return nil, err
	}
	if err != nil {
		return []string{err.Error()}, nil
	}
	defer db.Close()
	if err := errors.Join(whole(db), soundTree(db)); err != nil {
		return []string{err.Error()}, nil
	}
	err = db.View(func(tx *bbolt.Tx) error {
		for fault := range tx.Check() {
			if len(faults) < mostFaults { // read to the end: who looks waits for us
				faults = append(faults, fault.Error())
			}
		}
		if len(faults) > 0 {
			return nil // what is read through such pages means nothing
		}
		switch {
		case filepath.Base(path) == "live.db":
			if err := hasBuckets(tx, oldLive); err != nil {
				faults = append(faults, err.Error())
			}
		case strings.HasSuffix(path, rowsExt):
			more, err := checkIndex(ctx, tx)
			if err != nil {
				return err
			}
			faults = append(faults, more...)
		}
		return tx.ForEach(func(bucket []byte, b *bbolt.Bucket) error {
			if !framed[string(bucket)] {
				return nil
			}
			return b.ForEach(func(key, value []byte) error {
				if _, err := unframe(value); err != nil {
					faults = append(faults, fmt.Sprintf("%s %x: %v", bucket, key, err))
				}
				return ctx.Err()
			})
		})
	})
	return faults, err
}

// checkIndex holds the index of a file of the archive against its blocks: the index alone has no
// sums. What was archived twice stands in two blocks, and the index names one.
func checkIndex(ctx context.Context, tx *bbolt.Tx) (faults []string, err error) {
	index, blocks := tx.Bucket([]byte("index")), tx.Bucket([]byte("blocks"))
	if index == nil || blocks == nil {
		return []string{"it has no index"}, nil
	}
	fits := map[uint64]bool{}
	err = blocks.ForEach(func(key, value []byte) error {
		plain, err := unframe(value)
		if err != nil || len(key) != 4 {
			return ctx.Err() // told with the frames
		}
		b, err := decodeRows(plain)
		if err != nil {
			faults = append(faults, fmt.Sprintf("block %x: %v", key, err))
			return ctx.Err()
		}
		for n, e := range b.entries {
			fits[n] = fits[n] || bytes.Equal(index.Get(number(n)), indexValue(binary.BigEndian.Uint32(key), len(e.run) > 0, b.flow))
		}
		return ctx.Err()
	})
	if err != nil {
		return faults, err
	}
	for _, n := range slices.Sorted(maps.Keys(fits)) {
		if !fits[n] {
			faults = append(faults, fmt.Sprintf("the index does not know event %d as it is", n))
		}
	}
	if n := index.Stats().KeyN; n != len(fits) {
		faults = append(faults, fmt.Sprintf("the index names %d events, and there are %d", n, len(fits)))
	}
	return faults, nil
}

// framed are the buckets whose values are all frames.
var framed = map[string]bool{"events": true, "runs": true, "steps": true, "results": true, "inbox": true, "keys": true, "dedupe": true, "signals": true, "docs": true, "volumes": true, "blocks": true, "words": true}

func openToRead(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: openTimeout, ReadOnly: true})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("the data folder %s is %w", filepath.Dir(path), store.ErrLocked)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := soundHeads(db); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, errors.Join(err, db.Close()))
	}
	return db, nil
}

// Compact rewrites the files of a stopped data folder without their free space, each as a
// whole or not at all. It gives the bytes before and after.
func Compact(ctx context.Context, dir string) (before, after int64, err error) {
	faults, err := Check(ctx, dir)
	if err != nil {
		return 0, 0, err
	}
	if len(faults) > 0 {
		return 0, 0, fmt.Errorf("%w: %s", errDamaged, faults[0])
	}
	names, err := dataFiles(dir)
	if err != nil {
		return 0, 0, err
	}
	for _, name := range names {
		was, is, err := compactFile(filepath.Join(dir, name))
		if err != nil {
			return before, after, fmt.Errorf("compact %s: %w", name, err)
		}
		before, after = before+was, after+is
	}
	return before, after, nil
}

func compactFile(path string) (before, after int64, err error) {
	from, err := open(path) // for writing, so that nobody else is at it
	if errors.Is(err, berrors.ErrTimeout) {
		return 0, 0, store.ErrLocked
	}
	if err != nil {
		return 0, 0, err
	}
	defer from.Close()
	fresh := path + ".new"
	if err := removeIfThere(fresh); err != nil {
		return 0, 0, err
	}
	to, err := bbolt.Open(fresh, 0o600, &bbolt.Options{Timeout: openTimeout, FreelistType: bbolt.FreelistMapType, PageSize: from.Info().PageSize})
	if err != nil {
		return 0, 0, err
	}
	if err := errors.Join(bbolt.Compact(to, from, 4<<20), to.Sync(), to.Close()); err != nil {
		return 0, 0, errors.Join(err, os.Remove(fresh))
	}
	if before, err = fileSize(path); err != nil {
		return 0, 0, err
	}
	if after, err = fileSize(fresh); err != nil {
		return 0, 0, err
	}
	if after >= before { // a small file may be as compact as it gets
		return before, before, os.Remove(fresh)
	}
	return before, after, errors.Join(os.Rename(fresh, path), syncDir(filepath.Dir(path)))
}

func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Restore makes the data folder dir of a backup. It refuses a damaged backup, and a folder
// that holds anything but a master key.
func Restore(ctx context.Context, backup, dir string) error {
	faults, err := Check(ctx, backup)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("the backup is damaged: %s", faults[0])
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != "master.key" {
			return fmt.Errorf("%s is not empty: restore into a new folder, or move %s away", dir, e.Name())
		}
	}
	names, err := dataFiles(backup)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "archive"), 0o700); err != nil {
		return err
	}
	if journal, err := fs.Glob(os.DirFS(backup), "journal/*"); err != nil {
		return err
	} else if len(journal) > 0 {
		names = append(names, journal...)
		err := os.MkdirAll(filepath.Join(dir, "journal"), 0o700)
		if err != nil {
			return err
		}
	}
	for _, name := range append(names, "FORMAT") { // last, for until then the folder is refused
		if err := copyFile(filepath.Join(backup, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, folder := range []string{"archive", "journal"} {
		if err := syncDir(filepath.Join(dir, folder)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return syncDir(dir)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
