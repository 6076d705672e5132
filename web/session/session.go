// Package session says who asks, and what a person may do.
package session

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// Role of a person or a token.
type Role string

// The roles, each with the rights of the one before.
const (
	Viewer Role = "viewer"
	Editor Role = "editor"
	Admin  Role = "admin"
)

// Permission is what a route asks for. The zero value is invalid, so that none is forgotten.
type Permission int

// The permissions of routes.
const (
	Open     Permission = iota + 1 // anybody
	View                           // viewers and above
	Edit                           // editors and above
	Manage                         // admins
	SignedIn                       // anybody with a session or token
)

// May says whether the role has a permission.
func (r Role) May(p Permission) bool {
	switch p {
	case Open:
		return true
	case View, SignedIn:
		return r == Viewer || r == Editor || r == Admin
	case Edit:
		return r == Editor || r == Admin
	case Manage:
		return r == Admin
	}
	return false
}

// Person is who asks.
type Person struct {
	Name string // e-mail of a user, or name of a token
	Role Role   // "" is nobody
	User bool   // somebody with a session, not a token
}

// Is says whether this is the user of an e-mail, and not a token.
func (p Person) Is(email string) bool { return p.User && p.Name == tidy(email) }

// Bearer gives the token of an Authorization header, or "".
func Bearer(r *http.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// same compares secrets by their digests, in constant time.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
