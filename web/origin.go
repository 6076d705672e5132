package web

import (
	"net/http"
	"net/url"

	"gancho/web/api"
)

// origins tells pages of this instance from those of other sites, by the public address that it had.
type origins struct {
	*http.CrossOriginProtection
	public string
}

func originsOf(public string) *origins {
	o := &origins{http.NewCrossOriginProtection(), public}
	if u, err := url.Parse(public); err == nil && u.Host != "" {
		_ = o.AddTrustedOrigin(u.Scheme + "://" + u.Host) //nolint:errcheck // it was parsed
	}
	return o
}

// fromHere refuses what pages of other sites ask for. The public address may change while the server runs.
func (s *Server) fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := s.origins.Load()
		if public := s.API.Public(); known == nil || known.public != public {
			known = originsOf(public)
			s.origins.Store(known)
		}
		if known.Check(r) != nil {
			api.RefuseOrigin(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
