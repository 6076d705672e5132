package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/alerts"
	"gancho/engine/form"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
	"gancho/web/api"
)

// backups are the backups of a running server: one file each, in its data folder.
type backups struct {
	store    store.Store
	data     string // the folder that is backed up
	dir      string // of the backups
	defaults api.BackupSettings
	log      *slog.Logger
	now      func() time.Time

	mu     sync.Mutex // one is written at a time
	failed time.Time  // when the last scheduled one failed; zero if it did not
}

const (
	backupName   = "20060102T150405Z"
	backupEnding = ".tar"
	settingsDoc  = "settings"
	backupsDoc   = "backups"
	backupLook   = time.Minute
	backupAgain  = time.Hour // after one that failed, at most
)

var ownBackup = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z\.tar$`)

func newBackups(s store.Store, data string, every time.Duration, keep int, log *slog.Logger) *backups {
	d := api.BackupSettings{Keep: keep}
	if every > 0 {
		d.Every = every.String()
	}
	return &backups{store: s, data: data, dir: filepath.Join(data, "backups"), defaults: d, log: log, now: time.Now}
}

// Make writes a backup, and looks for damage in it before it counts as one.
func (b *backups) Make(ctx context.Context) (api.BackupView, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.now().UTC().Truncate(time.Second)
	path := b.free(at)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return api.BackupView{}, fmt.Errorf("make the folder of backups: %w", err)
	}
	defer os.RemoveAll(path + ".part") //nolint:errcheck // found and removed by the next one
	if err := b.clear(); err != nil {
		return api.BackupView{}, fmt.Errorf("clear what is left of former backups: %w", err)
	}
	if err := b.store.Backup(ctx, path+".part"); err != nil {
		return api.BackupView{}, fmt.Errorf("back up: %w", err)
	}
	faults, err := bolt.Check(ctx, path+".part")
	if err != nil {
		return api.BackupView{}, fmt.Errorf("check the backup: %w", err)
	}
	if len(faults) > 0 {
		return api.BackupView{}, fmt.Errorf("the backup is damaged: %s", faults[0])
	}
	if err := copyOwn(b.data, path+".part"); err != nil {
		return api.BackupView{}, err
	}
	if err := pack(ctx, path+".part", path+backupEnding); err != nil {
		return api.BackupView{}, fmt.Errorf("pack the backup: %w", err)
	}
	return b.view(filepath.Base(path) + backupEnding)
}

// free is the path of a backup, without its ending. One of the same second has the next.
func (b *backups) free(at time.Time) string {
	for ; ; at = at.Add(time.Second) {
		path := filepath.Join(b.dir, at.Format(backupName))
		if _, err := os.Lstat(path + backupEnding); err != nil {
			return path
		}
	}
}

// clear removes what backups left whose process was killed.
func (b *backups) clear() error {
	parts, err := fs.Glob(os.DirFS(b.dir), "*.part")
	for _, part := range parts {
		err = errors.Join(err, os.RemoveAll(filepath.Join(b.dir, part)))
	}
	return err
}

func (b *backups) view(name string) (api.BackupView, error) {
	path := filepath.Join(b.dir, name)
	info, err := os.Stat(path)
	if err != nil {
		return api.BackupView{}, err
	}
	at, err := time.Parse(backupName, strings.TrimSuffix(name, backupEnding))
	return api.BackupView{Name: name, Path: path, At: at.UTC(), Size: info.Size()}, err
}

// List gives the backups, newest first.
func (b *backups) List() ([]api.BackupView, error) {
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var views []api.BackupView
	for _, e := range slices.Backward(entries) {
		if !ownBackup.MatchString(e.Name()) {
			continue
		}
		v, err := b.view(e.Name())
		if err != nil {
			return nil, fmt.Errorf("list backups: %w", err)
		}
		views = append(views, v)
	}
	return views, nil
}

// Open gives the file of a backup.
func (b *backups) Open(name string) (*os.File, error) {
	if !ownBackup.MatchString(name) {
		return nil, store.ErrNotFound
	}
	f, err := os.Open(filepath.Join(b.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, store.ErrNotFound
	}
	return f, err
}

// Settings say when backups are made by themselves, and how many are kept.
func (b *backups) Settings(ctx context.Context) (api.BackupSettings, error) {
	d, err := b.store.GetDoc(ctx, settingsDoc, backupsDoc)
	if errors.Is(err, store.ErrNotFound) {
		return b.defaults, nil
	}
	var s api.BackupSettings
	if err == nil {
		err = json.Unmarshal(d.Value, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read the settings of backups: %w", err)
	}
	return s, nil
}

// SetSettings keeps them; they count from the next minute on.
func (b *backups) SetSettings(ctx context.Context, s api.BackupSettings) error {
	value, err := json.Marshal(s)
	if err == nil {
		_, err = b.store.PutDocs(ctx, []store.Doc{{Kind: settingsDoc, ID: backupsDoc, Revision: -1, Value: value}})
	}
	if err != nil {
		return fmt.Errorf("write the settings of backups: %w", err)
	}
	return nil
}

// follow makes backups when they are due, until ctx is done. One that fails raises an alert.
func (b *backups) follow(ctx context.Context, e *engine.Engine) {
	t := time.NewTicker(backupLook)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		made, err := b.due(ctx)
		if err != nil && ctx.Err() == nil {
			b.log.Error("scheduled backup", "error", err)
			e.Alarms().Raise(ctx, alerts.Alarm{Kind: alerts.Backup, Words: form.Label("the scheduled backup failed: "+err.Error(), "a cópia de segurança agendada falhou: "+err.Error())})
		} else if made {
			e.Alarms().Over(ctx, alerts.Alarm{Kind: alerts.Backup})
		}
	}
}

// due makes a backup if the newest is older than the settings say, and drops those that are
// too many. One that failed is tried again after as long, or an hour.
func (b *backups) due(ctx context.Context) (made bool, err error) {
	s, err := b.Settings(ctx)
	if err != nil {
		return false, err
	}
	every := s.Interval()
	if every <= 0 {
		return false, nil
	}
	list, err := b.List()
	now := b.now()
	if err != nil || (len(list) > 0 && now.Sub(list[0].At) < every) || now.Sub(b.failed) < min(every, backupAgain) {
		return false, err
	}
	v, err := b.Make(ctx)
	if err != nil {
		b.failed = now
		return false, err
	}
	b.failed = time.Time{}
	b.log.Info("backup written", "path", v.Path, "bytes", v.Size)
	list = append([]api.BackupView{v}, list...)
	for _, old := range list[min(len(list), max(1, s.Keep)):] {
		err = errors.Join(err, os.Remove(old.Path))
	}
	return true, err
}

// pack writes the files of a folder to one file, durably, or not at all.
func pack(ctx context.Context, dir, to string) (err error) {
	part := to + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(part))
		}
	}()
	w := tar.NewWriter(untilDone{ctx, f})
	if err = w.AddFS(os.DirFS(dir)); err != nil {
		return err
	}
	if err = errors.Join(w.Close(), f.Sync()); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// untilDone writes until its context is done.
type untilDone struct {
	ctx context.Context // of the one file: io.Writer takes none
	io.Writer
}

func (w untilDone) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

// unpack makes a folder of a packed backup. Only plain files within it are taken.
func unpack(from, dir string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	r := tar.NewReader(f)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("it is no backup, or damaged: %w", err)
		}
		if h.Typeflag == tar.TypeReg {
			err = unpackOne(root, h.Name, r)
		}
		if err != nil {
			return err
		}
	}
}

func unpackOne(root *os.Root, name string, from io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}
