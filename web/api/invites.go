package api

import (
	"context"
	"net/http"
	"time"

	"gancho/web/session"
)

type inviteUserInput struct {
	Body struct {
		Email string       `json:"email" doc:"that they sign in with"`
		Name  string       `json:"name,omitempty" doc:"what they are called"`
		Role  session.Role `json:"role" enum:"viewer,editor,admin" doc:"what they may do"`
	}
}

type inviteOutput struct {
	Body struct {
		session.UserView
		Path string `json:"path" doc:"of the link, below the editor's address; it holds the secret and is never shown again"`
	}
}

// invited tells the link. Its secret is in the fragment, so that it is in no access log.
func invited(i session.Invited, err error) (*inviteOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &inviteOutput{}
	out.Body.UserView, out.Body.Path = i.UserView, "/invite#"+i.Secret
	return out, nil
}

func (s *server) inviteUser(ctx context.Context, in *inviteUserInput) (*inviteOutput, error) {
	return invited(s.People.InviteUser(ctx, in.Body.Email, in.Body.Name, in.Body.Role))
}

// renewInvite is for others: a page that was left open is not enough to take somebody's own password away.
func (s *server) renewInvite(ctx context.Context, in *EmailPath) (*inviteOutput, error) {
	if who(ctx).Is(in.Email) {
		return nil, problemOf(http.StatusUnprocessableEntity, "password_needed", "change your own password in your profile, with the present one", "mude a sua própria senha no seu perfil, com a atual")
	}
	return invited(s.People.RenewInvite(ctx, in.Email))
}

type inviteeInput struct {
	Body struct {
		Token string `json:"token" doc:"of the link"`
	}
}

type inviteeOutput struct {
	Body struct {
		Email  string     `json:"email" doc:"of the user"`
		Name   string     `json:"name" doc:"that the admin gave"`
		Joined bool       `json:"joined" doc:"they have a password already"`
		Until  *time.Time `json:"until" doc:"when the link ends"`
	}
}

func (s *server) invitee(ctx context.Context, in *inviteeInput) (*inviteeOutput, error) {
	u, err := s.People.Invitee(in.Body.Token, s.Address(requestOf(ctx)))
	if err != nil {
		return nil, err
	}
	out := &inviteeOutput{}
	out.Body.Email, out.Body.Name, out.Body.Joined, out.Body.Until = u.Email, u.Name, u.Joined, u.Link
	return out, nil
}

type useInviteInput struct {
	Body struct {
		Token    string `json:"token" doc:"of the link"`
		Name     string `json:"name,omitempty" doc:"the one that the admin gave if left out"`
		Password string `json:"password" doc:"12 characters or more, not one of the common ones"`
	}
}

func (s *server) useInvite(ctx context.Context, in *useInviteInput) (*sessionOutput, error) {
	secret, person, err := s.People.UseInvite(ctx, in.Body.Token, in.Body.Name, in.Body.Password, s.Address(requestOf(ctx)))
	if err != nil {
		return nil, err
	}
	return s.sessionOutput(person, s.cookie(ctx, secret)), nil
}
