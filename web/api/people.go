package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"gancho/engine"
	"gancho/web/session"
)

type requestKey struct{}

type writerKey struct{}

// writerOf is where the answer goes, for those that need longer than others.
func writerOf(ctx context.Context) http.ResponseWriter {
	w, _ := ctx.Value(writerKey{}).(http.ResponseWriter)
	return w
}

// requestOf is the request itself, for cookies and the asker's address.
func requestOf(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey{}).(*http.Request)
	return r
}

// SessionView is who asks.
type SessionView struct {
	Name    string `json:"name" doc:"e-mail of a user, or name of a token"`
	Called  string `json:"called,omitempty" doc:"what the user calls themselves"`
	Role    string `json:"role" doc:"empty when nobody is signed in"`
	Setup   bool   `json:"setup" doc:"there is no user yet"`
	Version string `json:"version" doc:"of the program"`
}

type sessionOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie" doc:"the session"`
	Body      SessionView
}

func (s *server) sessionOutput(p session.Person, cookies ...http.Cookie) *sessionOutput {
	view := SessionView{Name: p.Name, Role: string(p.Role), Setup: !s.People.HasUsers(), Version: s.Version}
	if p.User {
		view.Called = s.People.Called(p.Name)
	}
	return &sessionOutput{SetCookie: cookies, Body: view}
}

// called is what whoever asks is called: by themselves, else by their e-mail or their token's name.
func (s *server) called(ctx context.Context) string {
	p := who(ctx)
	return cmp.Or(s.People.Called(p.Name), p.Name)
}

func (s *server) getSession(ctx context.Context, _ *nothing) (*sessionOutput, error) {
	return s.sessionOutput(who(ctx)), nil
}

func (s *server) cookie(ctx context.Context, secret string) http.Cookie {
	return *s.People.CookieFor(requestOf(ctx), secret)
}

type signInInput struct {
	Body struct {
		Email    string `json:"email" doc:"of the user"`
		Password string `json:"password" doc:"of the user"`
	}
}

func (s *server) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	secret, person, err := s.People.SignIn(ctx, in.Body.Email, in.Body.Password, s.Address(requestOf(ctx)))
	if err != nil {
		return nil, err
	}
	return s.sessionOutput(person, s.cookie(ctx, secret)), nil
}

func (s *server) signOut(ctx context.Context, _ *nothing) (*sessionOutput, error) {
	if err := s.People.SignOut(ctx, requestOf(ctx)); err != nil {
		return nil, err
	}
	return s.sessionOutput(session.Person{}, s.cookie(ctx, "")), nil
}

type setupInput struct {
	Body struct {
		Token    string `json:"token" doc:"of the setup link"`
		Email    string `json:"email" doc:"that the admin signs in with"`
		Name     string `json:"name,omitempty" doc:"what the admin is called"`
		Password string `json:"password" doc:"12 characters or more, not one of the common ones"`

		Instance engine.Instance `json:"instance,omitzero" doc:"public address and time zone, if they are set, and language, else the asker's"`
	}
}

func (s *server) setUp(ctx context.Context, in *setupInput) (*sessionOutput, error) {
	if err := in.Body.Instance.Check(); err != nil {
		return nil, err
	}
	secret, person, err := s.People.UseSetup(ctx, in.Body.Token, in.Body.Email, in.Body.Name, in.Body.Password)
	if err != nil {
		return nil, err
	}
	given, set := in.Body.Instance, s.Engine.ChosenInstance()
	set.PublicURL, set.Timezone, set.Lang = cmp.Or(given.PublicURL, set.PublicURL), cmp.Or(given.Timezone, set.Timezone), cmp.Or(given.Lang, set.Lang, langOf(ctx))
	if err := s.Engine.PutInstance(ctx, set); err != nil {
		return nil, err
	}
	return s.sessionOutput(person, s.cookie(ctx, secret)), nil
}

func (s *server) listUsers(_ context.Context, in *Page) (*listOutput[session.UserView], error) {
	if err := in.check(anEmail); err != nil {
		return nil, err
	}
	return pageOf(*in, s.People.Users(), func(u session.UserView) string { return u.Email }), nil
}

type userOutput struct{ Body session.UserView }

type addUserInput struct {
	Body struct {
		Email    string       `json:"email" doc:"that they sign in with"`
		Name     string       `json:"name,omitempty" doc:"what they are called"`
		Password string       `json:"password" doc:"12 characters or more, not one of the common ones"`
		Role     session.Role `json:"role" enum:"viewer,editor,admin" doc:"what they may do"`
	}
}

func (s *server) addUser(ctx context.Context, in *addUserInput) (*userOutput, error) {
	u, err := s.People.AddUser(ctx, in.Body.Email, in.Body.Name, in.Body.Password, in.Body.Role)
	return &userOutput{u}, err
}

// EmailPath names a user.
type EmailPath struct {
	Email string `path:"email" doc:"of the user"`
}

type changeUserInput struct {
	EmailPath
	Body struct {
		Name     *string       `json:"name,omitempty" doc:"what they are called"`
		Role     *session.Role `json:"role,omitempty" enum:"viewer,editor,admin" doc:"what they may do"`
		Password *string       `json:"password,omitempty" doc:"a new one, which ends all their sessions: 12 characters or more, not one of the common ones"`
		SignOut  bool          `json:"sign_out,omitempty" doc:"end all their sessions"`
		Current  string        `json:"current_password,omitempty" doc:"of who asks; needed to give oneself a new password"`
	}
}

func (s *server) changeUser(ctx context.Context, in *changeUserInput) (*userOutput, error) {
	if p := who(ctx); in.Body.Password != nil && p.Is(in.Email) {
		if in.Body.Current == "" {
			return nil, problemOf(http.StatusUnprocessableEntity, "password_needed", "give current_password, your present password, too", "informe também current_password, a sua senha atual")
		}
		if err := s.confirm(ctx, p, in.Body.Current); err != nil {
			return nil, err
		}
	}
	u, err := s.People.ChangeUser(ctx, in.Email, session.Change{Name: in.Body.Name, Role: in.Body.Role, Password: in.Body.Password, SignOut: in.Body.SignOut})
	return &userOutput{u}, err
}

func (s *server) deleteUser(ctx context.Context, in *EmailPath) (*nothing, error) {
	return nil, s.People.DeleteUser(ctx, in.Email)
}

func (s *server) listTokens(_ context.Context, in *Page) (*listOutput[session.TokenView], error) {
	if err := in.check(aToken); err != nil {
		return nil, err
	}
	return pageOf(*in, s.People.Tokens(), session.TokenView.Key), nil
}

type addTokenInput struct {
	Body struct {
		Name    string       `json:"name" doc:"what it is for"`
		Role    session.Role `json:"role" enum:"viewer,editor,admin" doc:"what it may do"`
		Expires *time.Time   `json:"expires,omitempty" doc:"when it ends; never if left out"`
	}
}

type tokenOutput struct {
	Body struct {
		session.TokenView
		Token string `json:"token" doc:"the secret; it is never shown again"`
	}
}

func (s *server) addToken(ctx context.Context, in *addTokenInput) (*tokenOutput, error) {
	secret, view, err := s.People.AddToken(ctx, in.Body.Name, in.Body.Role, in.Body.Expires)
	out := &tokenOutput{}
	out.Body.TokenView, out.Body.Token = view, secret
	return out, err
}

func (s *server) revokeToken(ctx context.Context, in *IDPath) (*nothing, error) {
	return nil, s.People.RevokeToken(ctx, in.ID)
}

// personFault makes a problem of a refusal of People.
func personFault(err error) *Problem {
	var r *session.Refusal
	if !errors.As(err, &r) {
		return nil
	}
	p := problemOf(r.Status, r.Code, r.EN, r.PT)
	if r.RetryAfter > 0 {
		p.header = http.Header{"Retry-After": {strconv.Itoa(int(r.RetryAfter.Seconds()) + 1)}}
	}
	return p
}
