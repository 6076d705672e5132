package session

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Names of the session's cookie. Browsers take a __Host- cookie only over HTTPS.
const (
	secureCookie = "__Host-gancho"
	plainCookie  = "gancho"
)

// HTTPS says whether the browser of a request speaks HTTPS, with this server or with a proxy before it.
func (p *People) HTTPS(r *http.Request) bool {
	return r.TLS != nil || p.Public != nil && strings.HasPrefix(p.Public(), "https:") || p.forwardedHTTPS(r)
}

// forwardedHTTPS believes a trusted proxy alone, and of what it passed on only what it wrote itself.
func (p *People) forwardedHTTPS(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !slices.ContainsFunc(p.TrustedProxies, func(n netip.Prefix) bool { return n.Contains(peer.Addr().Unmap().WithZone("")) }) {
		return false
	}
	said := strings.Join(r.Header.Values("X-Forwarded-Proto"), ",")
	return strings.EqualFold(strings.TrimSpace(said[strings.LastIndexByte(said, ',')+1:]), "https")
}

// CookieFor holds a session's secret for the browser of a request; an empty one ends it.
func (p *People) CookieFor(r *http.Request, secret string) *http.Cookie {
	return Cookie(secret, p.HTTPS(r))
}

// cookieOf gives the secret of a request's session. A plain cookie counts only where one is set: where
// there is HTTPS, anybody who has another name of the same domain could have set it.
func (p *People) cookieOf(r *http.Request) string {
	for _, name := range []string{secureCookie, plainCookie} {
		if c, err := r.Cookie(name); err == nil && (name == secureCookie || !p.HTTPS(r)) {
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
