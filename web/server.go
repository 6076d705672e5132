// Package web serves HTTP: the doors of triggers, the API, and the editor.
package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gancho/engine/connections"
	"gancho/web/api"
	"gancho/web/session"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/netutil"
)

// Config is what a Server is made of.
type Config struct {
	API            api.Config
	Hooks          http.Handler // /h/ and /w/
	Listen         string
	HooksListen    string                          // only the hooks; "" is none
	RedirectListen string                          // sends plain HTTP to PublicURL; "" is none
	Challenges     func(http.Handler) http.Handler // wraps it, for a certificate authority's questions; may be nil
	MetricsListen  string                          // /metrics for anybody who reaches it; "" is none
	TrustedProxies []netip.Prefix                  // may hold any number of connections, as loopback may
	TLS            *tls.Config
	Ready          func() error // why nothing can be accepted, or nil
	Log            *slog.Logger
}

// Server answers on one to three addresses. Listen binds them, Serve answers, Close ends it.
type Server struct {
	Config
	echo    *echo.Echo
	assets  *assets
	metrics *metrics
	parts   []*part
	origins atomic.Pointer[origins]
}

// part is one listener with what it serves.
type part struct {
	server   *http.Server
	listener net.Listener
}

const maxConnections = 8192

// New makes the server; nothing listens yet. It fails when the routes are not as declared.
func New(c Config) (*Server, error) {
	a, err := loadAssets()
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, echo: echo.New(), assets: a, metrics: newMetrics(c.API.Engine, c.API.Version, c.Log)}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = echo.ExtractIPDirect()
	s.echo.HTTPErrorHandler = s.failed
	s.echo.Use(s.recover)
	if err := api.Mount(s.echo, c.API); err != nil {
		return nil, fmt.Errorf("routes of the API: %w", err)
	}
	s.echo.GET("/_/*", echo.WrapHandler(http.HandlerFunc(a.file)))
	s.echo.GET(connections.CallbackPath, s.callback)
	looks := []string{http.MethodGet, http.MethodHead}
	s.echo.Match(looks, "/metrics", s.adminMetrics)
	s.echo.Match(looks, "/docs", s.docs)
	for _, place := range places {
		s.echo.Match(looks, place, s.page)
		if place != "/" {
			s.echo.Match(looks, place+"/", s.page)
		}
	}
	s.echo.RouteNotFound("/*", s.nowhere)
	return s, nil
}

// Listen binds the addresses, so that a taken port is known before anything starts.
func (s *Server) Listen(ctx context.Context) error {
	if err := s.bind(ctx, s.Config.Listen, s.Handler()); err != nil {
		return err
	}
	if s.HooksListen != "" {
		if err := s.bind(ctx, s.HooksListen, s.doors(http.NotFoundHandler())); err != nil {
			return errors.Join(err, s.Close(ctx))
		}
	}
	if s.RedirectListen != "" {
		h := http.Handler(http.HandlerFunc(s.toHTTPS))
		if s.Challenges != nil {
			h = s.Challenges(h)
		}
		if err := s.bindPlain(ctx, s.RedirectListen, h); err != nil {
			return errors.Join(err, s.Close(ctx))
		}
	}
	if s.MetricsListen != "" {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", s.metrics.handler())
		if err := s.bind(ctx, s.MetricsListen, mux); err != nil {
			return errors.Join(err, s.Close(ctx))
		}
	}
	return nil
}

// Handler is all that the main address serves.
func (s *Server) Handler() http.Handler { return s.doors(s.guarded(api.Heads(s.echo))) }

// toHTTPS sends a request to the same path of the public URL, whatever host it was sent to.
func (s *Server) toHTTPS(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, s.API.Public()+r.URL.RequestURI(), http.StatusPermanentRedirect)
}

func (s *Server) bind(ctx context.Context, address string, h http.Handler) error {
	return s.listen(ctx, address, h, s.TLS)
}

// bindPlain binds an address that never speaks TLS.
func (s *Server) bindPlain(ctx context.Context, address string, h http.Handler) error {
	return s.listen(ctx, address, h, nil)
}

func (s *Server) listen(ctx context.Context, address string, h http.Handler, config *tls.Config) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the address %s is taken by another program; choose another with --listen", address)
	}
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	l = newFairListener(netutil.LimitListener(l, maxConnections), s.TrustedProxies)
	if config != nil {
		l = tls.NewListener(l, config) // outermost: net/http looks for it
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 60 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	s.parts = append(s.parts, &part{server, l})
	return nil
}

// Addr is where the main listener listens.
func (s *Server) Addr() net.Addr { return s.parts[0].listener.Addr() }

// Ports are all ports that the server listens on.
func (s *Server) Ports() []uint16 {
	var ports []uint16
	for _, p := range s.parts {
		if a, ok := p.listener.Addr().(*net.TCPAddr); ok {
			ports = append(ports, uint16(a.Port)) //nolint:gosec // a port
		}
	}
	return ports
}

// Serve answers until Close; it gives the first error of a listener.
func (s *Server) Serve() error {
	failed := make(chan error, len(s.parts))
	for _, p := range s.parts {
		go func() { failed <- p.server.Serve(p.listener) }()
	}
	for range s.parts {
		if err := <-failed; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("serve: %w", err)
		}
	}
	return nil
}

// Close stops listening and waits for answers that are being given, until ctx is done.
func (s *Server) Close(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, len(s.parts))
	for i, p := range s.parts {
		all.Go(func() {
			if err := p.server.Shutdown(ctx); err != nil {
				errs[i] = p.server.Close()
			}
		})
		_ = p.listener.Close() //nolint:errcheck // closed by Shutdown when it was served
	}
	all.Wait()
	return errors.Join(errs...)
}

// doors answers the hooks before anything else, and the questions whether the server lives.
func (s *Server) doors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == FontPath:
			s.assets.font(w, r)
		case strings.HasPrefix(path, "/h/"), strings.HasPrefix(path, "/w/"):
			s.measured(w, r, s.Hooks)
		case path == "/healthz":
			writeText(w, http.StatusOK, "ok\n")
		case path == "/readyz":
			s.ready(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *Server) ready(w http.ResponseWriter) {
	if err := s.Ready(); err != nil {
		w.Header().Set("Retry-After", "5")
		writeText(w, http.StatusServiceUnavailable, err.Error()+"\n")
		return
	}
	writeText(w, http.StatusOK, "ready\n")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) //nolint:errcheck // the reader is gone
}

// guarded adds what every answer of editor and API has: headers, a deadline, no requests
// from other sites, and a measure.
func (s *Server) guarded(next http.Handler) http.Handler {
	protected := s.fromHere(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if s.API.People.HTTPS(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.URL.Path != api.Prefix+"/live" {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(30 * time.Second)) //nolint:errcheck // not all writers have one
		}
		if r.URL.Path == api.Prefix+"/live" {
			protected.ServeHTTP(w, r)
			return
		}
		s.measured(w, r, protected)
	})
}

// measured tells the metrics how long an answer took, and how it went.
func (s *Server) measured(w http.ResponseWriter, r *http.Request, next http.Handler) {
	start := time.Now()
	m := &measured{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(m, r)
	s.metrics.requests.WithLabelValues(kindOf(r.URL.Path), fmt.Sprintf("%dxx", m.status/100)).Observe(time.Since(start).Seconds())
}

// measured remembers the status.
type measured struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (m *measured) WriteHeader(status int) {
	m.status = status
	m.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a ResponseController reach the connection.
func (m *measured) Unwrap() http.ResponseWriter { return m.ResponseWriter }

func kindOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/h/"):
		return "hooks"
	case strings.HasPrefix(path, "/w/"):
		return "waits"
	case strings.HasPrefix(path, api.Prefix):
		return "api"
	}
	return "editor"
}

// adminMetrics is /metrics of the main address, for admins only; anybody may read it where it has a listener of its own.
func (s *Server) adminMetrics(c echo.Context) error {
	person, err := s.API.People.Who(c.Request())
	if err != nil {
		s.Log.Error("it is not known who asks", "error", err)
		c.Response().Header().Set("Retry-After", "5")
		return c.String(http.StatusServiceUnavailable, "the server cannot read now who is signed in; try again\n")
	}
	switch {
	case person.Role.May(session.Manage):
	case person.Role.May(session.View):
		return c.String(http.StatusForbidden, "metrics are for admins\n")
	default:
		return c.String(http.StatusUnauthorized, "metrics are for admins: send Authorization: Bearer with an admin's token, or start with --metrics-listen\n")
	}
	s.metrics.handler().ServeHTTP(c.Response(), c.Request())
	return nil
}

// recover keeps one broken request from ending the program.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
					panic(p)
				}
				s.Log.Error("a request broke", "path", c.Path(), "panic", fmt.Sprint(p))
				err = echo.NewHTTPError(http.StatusInternalServerError)
			}
		}()
		return next(c)
	}
}

// failed answers what no handler did.
func (s *Server) failed(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status := http.StatusInternalServerError
	var h *echo.HTTPError
	if errors.As(err, &h) {
		status = h.Code
	} else {
		s.Log.Error("answer a request", "path", c.Path(), "error", err)
	}
	if err := api.WriteStatus(c, status); err != nil {
		s.Log.Debug("write an answer", "error", err)
	}
}
