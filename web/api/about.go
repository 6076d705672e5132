package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flows"
	"gancho/web/session"
)

// AboutView is what this instance is, and how the operator set it up.
type AboutView struct {
	Version   string   `json:"version" doc:"of the program"`
	Go        string   `json:"go" doc:"version of Go that it was built with"`
	Uptime    int64    `json:"uptime_ms" doc:"since the program started, in milliseconds"`
	PublicURL string   `json:"public_url" doc:"that trigger URLs are shown with"`
	Timezone  string   `json:"timezone" doc:"of flows that name none"`
	AllowNet  []string `json:"allow_net" doc:"private networks that actions may reach"`
}

type aboutOutput struct{ Body AboutView }

func (s *server) about(context.Context, *nothing) (*aboutOutput, error) {
	allow := s.AllowNet
	if allow == nil {
		allow = []string{}
	}
	return &aboutOutput{AboutView{s.Version, runtime.Version(), time.Since(s.started).Milliseconds(), s.Public(), s.Engine.Instance().Timezone, allow}}, nil
}

type profileInput struct {
	Body struct {
		Current  string  `json:"current_password" doc:"of who asks"`
		Name     *string `json:"name,omitempty" doc:"what the user wants to be called"`
		Password *string `json:"password,omitempty" doc:"a new one; it ends all other sessions"`
		SignOut  bool    `json:"sign_out,omitempty" doc:"end all other sessions"`
	}
}

// changeProfile changes who asks. It wants the password again, so that a page that was left
// open is not enough.
func (s *server) changeProfile(ctx context.Context, in *profileInput) (*sessionOutput, error) {
	p, b := who(ctx), in.Body
	if !p.User {
		return nil, problemOf(http.StatusForbidden, "not_a_user", "a token has no profile", "um token não tem perfil")
	}
	if err := s.confirm(ctx, p, b.Current); err != nil {
		return nil, err
	}
	if _, err := s.People.ChangeUser(ctx, p.Name, session.Change{Name: b.Name, Password: b.Password, SignOut: b.SignOut}); err != nil {
		return nil, err
	}
	if b.Password != nil {
		b.Current = *b.Password
	}
	secret, _, err := s.People.SignIn(ctx, p.Name, b.Current, s.Address(requestOf(ctx)))
	if err != nil {
		return nil, err
	}
	return s.sessionOutput(p, s.cookie(ctx, secret)), nil
}

// confirm takes the password of a user who is signed in. A wrong one counts as a try to sign in.
func (s *server) confirm(ctx context.Context, p session.Person, password string) error {
	err := s.People.Prove(ctx, p.Name, password, s.Address(requestOf(ctx)))
	var r *session.Refusal
	if errors.As(err, &r) && r.Code == "wrong_password" {
		return &session.Refusal{Status: r.Status, Code: r.Code, EN: "your present password is wrong", PT: "a sua senha atual está errada"}
	}
	return err
}

type listStateInput struct {
	Page
	Prefix string `query:"prefix" doc:"only keys that begin so"`
}

func (s *server) listState(ctx context.Context, in *listStateInput) (*listOutput[StateView], error) {
	if err := in.check(inHex); err != nil {
		return nil, err
	}
	after, err := hex.DecodeString(in.Cursor)
	if err != nil {
		return nil, err
	}
	entries, err := s.Store.ListKeys(ctx, engine.StateSpace, in.Prefix, string(after), in.size()+1)
	if err != nil {
		return nil, err
	}
	var views []StateView
	for i, e := range entries {
		if i == in.size() {
			return listOf(views, hex.EncodeToString([]byte(views[i-1].Key))), nil
		}
		value, err := expression.Decode(e.Value)
		if err != nil {
			return nil, err
		}
		v := StateView{Key: e.Key, Value: value}
		if !e.Expires.IsZero() {
			at := e.Expires.UTC().Round(time.Second)
			v.Expires = &at
		}
		views = append(views, v)
	}
	return listOf(views, ""), nil
}

// searched is what the search of flows looks in: all that their steps say, and the address.
func searched(e *flows.Entry, url string) string {
	parts := append([]string{e.ID, e.Draft.Name, e.Draft.Description, url}, e.Draft.Tags...)
	if whole, err := json.Marshal(e.Draft.Steps); err == nil {
		parts = append(parts, string(whole))
	}
	return strings.ToLower(strings.Join(parts, " "))
}
