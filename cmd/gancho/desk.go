package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"gancho/web/session"
)

// desk is where people and tokens are looked after: a stopped data folder, or a server that runs.
type desk interface {
	AddUser(ctx context.Context, email, name, password string, role session.Role) (session.UserView, error)
	ChangeUser(ctx context.Context, email string, c session.Change) (session.UserView, error)
	Users(ctx context.Context) ([]session.UserView, error)
	AddToken(ctx context.Context, name string, role session.Role, expires *time.Time) (string, session.TokenView, error)
	RevokeToken(ctx context.Context, id string) error
	Tokens(ctx context.Context) ([]session.TokenView, error)
}

type deskFlags struct {
	dataFlags
	remote
}

// at opens the desk of folders and servers that are there.
func (d *deskFlags) at(ctx context.Context, f func(desk) error) error {
	if d.Server != "" {
		return f(remoteDesk{&d.remote})
	}
	i, err := openExisting(ctx, d.dataFlags)
	if err != nil {
		return err
	}
	return i.withPeople(ctx, d.dataFlags, f)
}

// atNew is the same for who may come before anything else is there.
func (d *deskFlags) atNew(ctx context.Context, f func(desk) error) error {
	if d.Server != "" {
		return d.at(ctx, f)
	}
	i, err := openInstance(ctx, d.dataFlags, outboundFlags{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return i.withPeople(ctx, d.dataFlags, f)
}

func (i *instance) withPeople(ctx context.Context, d dataFlags, f func(desk) error) error {
	p, err := session.OpenPeople(ctx, session.Config{Docs: i.store, Keys: i.store, Setup: filepath.Join(d.Data, "setup-token")})
	if err == nil {
		err = f(folderDesk{p})
	}
	return errors.Join(err, i.Close())
}

type folderDesk struct{ *session.People }

func (d folderDesk) Users(context.Context) ([]session.UserView, error) { return d.People.Users(), nil }

func (d folderDesk) Tokens(context.Context) ([]session.TokenView, error) {
	return d.People.Tokens(), nil
}

type remoteDesk struct{ *remote }

// answer asks the server and reads what it says.
func (d remoteDesk) answer(ctx context.Context, method, path string, body, into any) error {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return fmt.Errorf("write the request: %w", err)
		}
	}
	data, err := d.call(ctx, method, path, data)
	if err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

func (d remoteDesk) AddUser(ctx context.Context, email, name, password string, role session.Role) (u session.UserView, err error) {
	body := map[string]any{"email": email, "name": name, "password": password, "role": role}
	err = d.answer(ctx, http.MethodPost, "/users", body, &u)
	return u, err
}

func (d remoteDesk) ChangeUser(ctx context.Context, email string, c session.Change) (u session.UserView, err error) {
	err = d.answer(ctx, http.MethodPut, "/users/"+url.PathEscape(email), map[string]any{"password": c.Password}, &u)
	return u, err
}

func (d remoteDesk) Users(ctx context.Context) ([]session.UserView, error) {
	return whole[session.UserView](ctx, d, "/users")
}

func (d remoteDesk) AddToken(ctx context.Context, name string, role session.Role, expires *time.Time) (string, session.TokenView, error) {
	var made struct {
		session.TokenView
		Token string `json:"token"`
	}
	body := map[string]any{"name": name, "role": role}
	if expires != nil {
		body["expires"] = expires
	}
	err := d.answer(ctx, http.MethodPost, "/tokens", body, &made)
	return made.Token, made.TokenView, err
}

func (d remoteDesk) RevokeToken(ctx context.Context, id string) error {
	return d.answer(ctx, http.MethodDelete, "/tokens/"+url.PathEscape(id), nil, nil)
}

func (d remoteDesk) Tokens(ctx context.Context) ([]session.TokenView, error) {
	return whole[session.TokenView](ctx, d, "/tokens")
}

// whole reads a list to its end.
func whole[T any](ctx context.Context, d remoteDesk, path string) (items []T, err error) {
	for cursor := ""; ; {
		var page struct {
			Items []T
			Next  string
		}
		query := url.Values{"limit": {"200"}, "cursor": {cursor}}
		if err = d.answer(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if cursor = page.Next; cursor == "" {
			return items, nil
		}
	}
}
