package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"gancho/engine/seal"
	"gancho/engine/store/bolt"
	"gancho/web/api"
)

type dbCommand struct {
	Check   dbCheckCommand   `cmd:"" help:"Look for damage in a stopped data folder."`
	Repair  dbRepairCommand  `cmd:"" help:"Make a stopped data folder that was refused one that opens, without what is damaged; that is kept aside."`
	Compact dbCompactCommand `cmd:"" help:"Give back the free space of a stopped data folder."`
	Backup  dbBackupCommand  `cmd:"" help:"Write a backup of a stopped data folder, or of a running server."`
	Restore dbRestoreCommand `cmd:"" help:"Make a data folder of a backup."`
}

type dbCheckCommand struct{ dataFlags }

// Run says what is damaged, and which backup to restore.
func (c *dbCheckCommand) Run(ctx context.Context, to streams) error {
	faults, err := bolt.Check(ctx, c.Data)
	if err != nil {
		return fmt.Errorf("check %s: %w", c.Data, err)
	}
	note := ""
	if len(faults) == 0 {
		if note, err = c.checkKey(ctx); err != nil {
			fmt.Fprintln(to.out, err)
			return errNo
		}
	}
	for _, f := range faults {
		fmt.Fprintln(to.out, f)
	}
	if len(faults) > 0 {
		fmt.Fprintln(to.out, "restore the newest backup that checks well: gancho db restore BACKUP --data DIR; without one, gancho db repair keeps what is sound")
		return errNo
	}
	if note != "" {
		fmt.Fprintln(to.out, note)
	}
	fmt.Fprintln(to.out, "whole")
	return nil
}

// checkKey says whether the master key opens the folder. One that is kept elsewhere is not tried.
func (c *dbCheckCommand) checkKey(ctx context.Context) (note string, err error) {
	s, err := bolt.OpenToRead(ctx, c.Data, bolt.Options{})
	if err != nil {
		return "", nil //nolint:nilerr // one of a former format, which is read when it is served
	}
	defer s.Close() //nolint:errcheck // it was only read
	made, err := seal.Made(ctx, s)
	if err != nil || !made {
		return "", err
	}
	if _, err := os.Stat(c.keyPath()); errors.Is(err, os.ErrNotExist) && c.KeyFile == "" {
		if bolt.IsBackup(c.Data) {
			return "", nil
		}
		return "master.key is not in the folder and was not tried: serve needs it; name its file with --key-file", nil
	}
	key, err := masterKey(c.dataFlags, false)
	if err != nil {
		return "", err
	}
	_, err = seal.Open(ctx, s, key)
	return "", err
}

type dbRepairCommand struct{ dataFlags }

// Run says what was found, what was done, and what cannot be known.
func (c *dbRepairCommand) Run(ctx context.Context, to streams) error {
	said, err := bolt.Repair(ctx, c.Data, time.Now())
	for _, line := range said {
		fmt.Fprintln(to.out, line)
	}
	if err != nil {
		return fmt.Errorf("repair %s: %w", c.Data, err)
	}
	if len(said) == 0 {
		fmt.Fprintln(to.out, "whole: nothing was changed")
	}
	return nil
}

type dbCompactCommand struct{ dataFlags }

// Run rewrites the files without their free space.
func (c *dbCompactCommand) Run(ctx context.Context, to streams) error {
	before, after, err := bolt.Compact(ctx, c.Data)
	if err != nil {
		return fmt.Errorf("compact %s: %w", c.Data, err)
	}
	fmt.Fprintf(to.out, "%d bytes before, %d after\n", before, after)
	return nil
}

type dbBackupCommand struct {
	dataFlags
	remote
	To string `arg:"" optional:"" help:"Folder to write, or with --server the file to fetch the backup to; it must not exist yet. A server keeps its own copy in its data folder."`
}

// Run writes the backup.
func (c *dbBackupCommand) Run(ctx context.Context, to streams) error {
	if c.Server != "" {
		return c.ofServer(ctx, to)
	}
	if c.To == "" {
		return usageError{"say which folder to write"}
	}
	i, err := openExisting(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	if err = i.store.Backup(ctx, c.To); err == nil {
		if err = copyOwn(c.Data, c.To); err != nil { // half of one is in the way of the next
			err = errors.Join(err, os.RemoveAll(c.To))
		}
	}
	if err = errors.Join(err, i.Close()); err != nil {
		return fmt.Errorf("back up %s: %w", c.Data, err)
	}
	fmt.Fprintln(to.out, c.To)
	return nil
}

// ofServer lets a running server write a backup, and fetches it when a file is named.
func (c *dbBackupCommand) ofServer(ctx context.Context, to streams) error {
	ctx, cancel := context.WithTimeout(ctx, longCall)
	defer cancel()
	if _, err := os.Stat(c.To); c.To != "" && err == nil {
		return fmt.Errorf("%s is there already; name a new file", c.To)
	}
	answer, err := c.ask(ctx, http.MethodPost, "/backup", nil)
	if err != nil {
		return err
	}
	var made api.BackupView
	if err := json.Unmarshal(answer, &made); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if c.To == "" {
		fmt.Fprintln(to.out, made.Path)
		return nil
	}
	res, err := c.open(ctx, http.MethodGet, "/backups/"+made.Name, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := fetchTo(c.To, res.Body, made.Size); err != nil {
		return fmt.Errorf("fetch the backup: %w", err)
	}
	fmt.Fprintln(to.out, c.To)
	return nil
}

// fetchTo writes a whole file, or none.
func fetchTo(path string, from io.Reader, size int64) (err error) {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, from)
	if err == nil && n != size {
		err = fmt.Errorf("%d of %d bytes came", n, size)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, path)
}

type dbRestoreCommand struct {
	dataFlags
	From string `arg:"" help:"Backup to restore: a folder, or the one file that a server wrote."`
}

// Run makes the data folder of the backup; it must not exist, or be empty.
func (c *dbRestoreCommand) Run(ctx context.Context, to streams) error {
	from := c.From
	if info, err := os.Stat(from); err == nil && info.Mode().IsRegular() {
		dir, err := os.MkdirTemp(filepath.Dir(filepath.Clean(c.Data)), ".restore-")
		if err != nil {
			return fmt.Errorf("restore %s: %w", c.From, err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // the data folder has a copy
		if err := unpack(c.From, dir); err != nil {
			return fmt.Errorf("restore %s: %w", c.From, err)
		}
		from = dir
	}
	if err := bolt.Restore(ctx, from, c.Data); err != nil {
		return fmt.Errorf("restore %s: %w", c.From, err)
	}
	if err := copyOwn(from, c.Data); err != nil {
		return fmt.Errorf("restore %s: %w", c.From, err)
	}
	fmt.Fprintf(to.out, "restored to %s; put its master.key back beside it\n", c.Data)
	return nil
}
