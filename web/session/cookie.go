package session

import (
	"net/http"
	"time"
)

// Names of the session's cookie. Browsers take a __Host- cookie only over HTTPS.
const (
	secureCookie = "__Host-gancho"
	plainCookie  = "gancho"
)

func cookieOf(r *http.Request) string {
	for _, name := range []string{secureCookie, plainCookie} {
		if c, err := r.Cookie(name); err == nil && (name == secureCookie || r.TLS == nil) {
			return c.Value
		}
	}
	return ""
}

// Cookie holds a session's secret; an empty one ends it.
func Cookie(secret string, https bool) *http.Cookie {
	c := &http.Cookie{Name: plainCookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(longest / time.Second)}
	if https {
		c.Name, c.Secure = secureCookie, true
	}
	if secret == "" {
		c.MaxAge = -1
	}
	return c
}
