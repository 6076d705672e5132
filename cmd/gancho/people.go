package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"gancho/engine/form"
	"gancho/web/session"
)

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Add a user; the password is read from stdin."`
	Password userPasswordCommand `cmd:"" help:"Set a user's password, read from stdin, and end their sessions."`
	List     userListCommand     `cmd:"" help:"List the users."`
}

// readPassword takes the first line of stdin.
func readPassword(to streams) (string, error) {
	if in, ok := to.in.(*os.File); ok && isatty.IsTerminal(in.Fd()) {
		fmt.Fprint(to.err, "Password: ")
	}
	line, err := bufio.NewReader(to.in).ReadString('\n')
	if err != nil && line == "" {
		return "", usageError{"give the password on stdin"}
	}
	return strings.TrimRight(line, "\r\n"), nil
}

type userAddCommand struct {
	deskFlags
	Email string `arg:"" help:"Their e-mail."`
	Name  string `help:"Their name."`
	Role  string `help:"viewer, editor or admin; an admin if left out, who may do everything." enum:"viewer,editor,admin" default:"admin"`
}

// Run adds the user.
func (c *userAddCommand) Run(ctx context.Context, to streams) error {
	password, err := readPassword(to)
	if err != nil {
		return err
	}
	return c.atNew(ctx, func(p desk) error {
		u, err := p.AddUser(ctx, c.Email, c.Name, password, session.Role(c.Role))
		if err == nil {
			fmt.Fprintf(to.out, "%s %s\n", u.Email, u.Role)
		}
		return err //nolint:wrapcheck // words for people
	})
}

type userPasswordCommand struct {
	deskFlags
	Email string `arg:"" help:"Their e-mail."`
}

// Run sets the password.
func (c *userPasswordCommand) Run(ctx context.Context, to streams) error {
	password, err := readPassword(to)
	if err != nil {
		return err
	}
	return c.at(ctx, func(p desk) error {
		_, err := p.ChangeUser(ctx, c.Email, session.Change{Password: &password})
		return err //nolint:wrapcheck // words for people
	})
}

type userListCommand struct{ deskFlags }

// Run prints a line a user.
func (c *userListCommand) Run(ctx context.Context, to streams) error {
	return c.at(ctx, func(p desk) error {
		users, err := p.Users(ctx)
		for _, u := range users {
			fmt.Fprintf(to.out, "%s\t%s\t%s\n", u.Email, u.Role, u.Created.Format(time.DateOnly))
		}
		return err //nolint:wrapcheck // words for people
	})
}

type tokenCommand struct {
	Add    tokenAddCommand    `cmd:"" help:"Make an API token and print it once."`
	Revoke tokenRevokeCommand `cmd:"" help:"End an API token."`
	List   tokenListCommand   `cmd:"" help:"List the API tokens."`
}

type tokenAddCommand struct {
	deskFlags
	Name string `arg:"" help:"What it is for."`
	Role string `help:"viewer, editor or admin." enum:"viewer,editor,admin" default:"editor"`
	For  string `help:"How long it is good, such as 90d; for ever if left out." placeholder:"DURATION"`
}

// Run prints the token's secret, which is not kept.
func (c *tokenAddCommand) Run(ctx context.Context, to streams) error {
	var expires *time.Time
	if c.For != "" {
		d, err := form.ParseDuration(c.For)
		if err != nil {
			return usageError{err.Error()}
		}
		end := time.Now().Add(d)
		expires = &end
	}
	return c.atNew(ctx, func(p desk) error {
		secret, view, err := p.AddToken(ctx, c.Name, session.Role(c.Role), expires)
		if err == nil {
			fmt.Fprintln(to.out, secret)
			fmt.Fprintf(to.err, "id %s; this is the only time that the token is shown\n", view.ID)
		}
		return err //nolint:wrapcheck // words for people
	})
}

type tokenRevokeCommand struct {
	deskFlags
	Token string `arg:"" help:"Its name, or its id as gancho token list prints it."`
}

// Run revokes the token.
func (c *tokenRevokeCommand) Run(ctx context.Context) error {
	return c.at(ctx, func(p desk) error {
		tokens, err := p.Tokens(ctx)
		if err != nil {
			return err //nolint:wrapcheck // words for people
		}
		id, err := tokenOf(tokens, c.Token)
		if err != nil {
			return err
		}
		return p.RevokeToken(ctx, id) //nolint:wrapcheck // words for people
	})
}

// tokenOf finds a token by its id, or by its name where no other has it.
func tokenOf(tokens []session.TokenView, called string) (string, error) {
	var ids []string
	for _, t := range tokens {
		if t.ID == called {
			return called, nil
		}
		if t.Name == called {
			ids = append(ids, t.ID)
		}
	}
	switch len(ids) {
	case 0:
		return called, nil // whoever revokes it says that there is none
	case 1:
		return ids[0], nil
	}
	return "", fmt.Errorf("%d tokens are called %q; name one by its id: %s", len(ids), called, strings.Join(ids, ", "))
}

type tokenListCommand struct{ deskFlags }

// Run prints a line a token.
func (c *tokenListCommand) Run(ctx context.Context, to streams) error {
	return c.at(ctx, func(p desk) error {
		tokens, err := p.Tokens(ctx)
		for _, t := range tokens {
			end := "for ever"
			if t.Expires != nil {
				end = "until " + t.Expires.Format(time.DateOnly)
			}
			fmt.Fprintf(to.out, "%s\t%s\t%s\t%s\n", t.ID, t.Role, end, t.Name)
		}
		return err //nolint:wrapcheck // words for people
	})
}
