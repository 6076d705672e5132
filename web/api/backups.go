package api

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"gancho/engine/form"
	"gancho/engine/store"

	"github.com/labstack/echo/v4"
)

// Backups are what the API needs of the backups.
type Backups interface {
	Make(ctx context.Context) (BackupView, error)
	List() ([]BackupView, error)        // newest first
	Open(name string) (*os.File, error) // store.ErrNotFound
	Settings(ctx context.Context) (BackupSettings, error)
	SetSettings(ctx context.Context, s BackupSettings) error
}

// BackupView is one backup: one file.
type BackupView struct {
	Name string    `json:"name" doc:"of the file: for GET /backups/{name}"`
	Path string    `json:"path" doc:"on the server"`
	At   time.Time `json:"at" doc:"when it was made"`
	Size int64     `json:"size" doc:"in bytes"`
}

// BackupSettings say when backups are made by themselves.
type BackupSettings struct {
	Every string `json:"every" doc:"a duration such as 24h; empty is never"`
	Keep  int    `json:"keep" doc:"how many are kept"`
}

// Interval is Every as a duration; 0 is never.
func (s BackupSettings) Interval() time.Duration {
	d, err := form.ParseDuration(s.Every)
	if err != nil {
		return 0
	}
	return d
}

type backupOutput struct{ Body BackupView }

func (s *server) backup(ctx context.Context, _ *nothing) (*backupOutput, error) {
	_ = http.NewResponseController(writerOf(ctx)).SetWriteDeadline(time.Now().Add(time.Hour)) //nolint:errcheck // not all writers have one
	v, err := s.Backups.Make(ctx)
	return &backupOutput{v}, err
}

func (s *server) listBackups(_ context.Context, in *Page) (*listOutput[BackupView], error) {
	if err := in.check(aBackup); err != nil {
		return nil, err
	}
	list, err := s.Backups.List()
	if err != nil {
		return nil, err
	}
	return pageBack(*in, list, func(b BackupView) string { return b.Name }), nil
}

// fetchBackup gives the file of a backup.
func (s *server) fetchBackup(c echo.Context) error {
	f, err := s.Backups.Open(c.Param("name"))
	if errors.Is(err, store.ErrNotFound) {
		return writeProblem(c, http.StatusNotFound, "not_found", "there is no such backup", "não existe esta cópia de segurança")
	}
	if err != nil {
		return err //nolint:wrapcheck // to the server's log
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return err //nolint:wrapcheck // to the server's log
	}
	_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(time.Hour)) //nolint:errcheck // not all writers have one
	c.Response().Header().Set("Content-Type", "application/x-tar")
	c.Response().Header().Set("Content-Disposition", `attachment; filename="gancho-`+c.Param("name")+`"`)
	http.ServeContent(c.Response(), c.Request(), "", info.ModTime(), f)
	return nil
}

type backupSettingsOutput struct{ Body BackupSettings }

func (s *server) getBackupSettings(ctx context.Context, _ *nothing) (*backupSettingsOutput, error) {
	settings, err := s.Backups.Settings(ctx)
	return &backupSettingsOutput{settings}, err
}

func (s *server) putBackupSettings(ctx context.Context, in *struct{ Body BackupSettings }) (*backupSettingsOutput, error) {
	b := in.Body
	if b.Every != "" && b.Interval() < time.Minute {
		return nil, problemOf(http.StatusUnprocessableEntity, "bad_every", "every must be a duration of 1m or more, such as 24h, or empty", "every deve ser uma duração de 1m ou mais, como 24h, ou vazio")
	}
	if b.Every != "" && b.Keep < 1 {
		return nil, problemOf(http.StatusUnprocessableEntity, "bad_keep", "keep must be 1 or more", "keep deve ser 1 ou mais")
	}
	if err := s.Backups.SetSettings(ctx, b); err != nil {
		return nil, err
	}
	return s.getBackupSettings(ctx, nil)
}
