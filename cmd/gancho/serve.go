package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/store"
	"gancho/triggers"
	"gancho/web"
	"gancho/web/api"
	"gancho/web/session"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

type serveCommand struct {
	saved *backups
	acme  *autocert.Manager

	dataFlags
	outboundFlags
	Listen         string        `help:"Address to serve on." default:"127.0.0.1:8080" placeholder:"ADDR"`
	HooksListen    string        `help:"Address that serves only /h/ and /w/, so that the editor never faces the internet." placeholder:"ADDR"`
	MetricsListen  string        `help:"Address that serves only /metrics, to anybody who reaches it." placeholder:"ADDR"`
	PublicURL      string        `name:"public-url" help:"What trigger URLs are shown with; without it, the address that was given at the set-up, else the one it listens on." placeholder:"URL"`
	TrustedProxies []string      `help:"Networks whose forwarding headers count." placeholder:"NET"`
	TLSCert        string        `name:"tls-cert" help:"Certificate to serve HTTPS with (PEM)." placeholder:"FILE"`
	TLSKey         string        `name:"tls-key" help:"Key of the certificate (PEM)." placeholder:"FILE"`
	Flows          string        `help:"Bundle to import and publish at start; unchanged flows are left alone, and those that somebody turned off stay off." placeholder:"FILE"`
	Timezone       string        `help:"Time zone of flows that name none; without it, the one that was chosen at the set-up, else UTC." placeholder:"ZONE"`
	Workers        int           `help:"Runs advanced at once. A flow takes no more of them than it leaves free for others." default:"256"`
	APIToken       string        `name:"api-token" help:"An admin's bearer token, 32 characters or more." placeholder:"TOKEN"`
	BackupEvery    time.Duration `help:"Make a backup so often, such as 24h; the editor can say otherwise." placeholder:"DURATION"`
	BackupKeep     int           `help:"Backups that are kept." default:"7"`
	AcmeDomain     []string      `help:"Domain to get a certificate for by itself (Let's Encrypt); port 443 must reach this server." placeholder:"DOMAIN"`
	AcmeEmail      string        `help:"Where the certificate authority may write to." placeholder:"EMAIL"`
	AcmeDirectory  string        `help:"Another certificate authority's ACME directory." placeholder:"URL"`
	RedirectListen string        `help:"Address that answers plain HTTP and sends it to HTTPS, such as :80." placeholder:"ADDR"`
	Traces         string        `help:"Collector that is told of every run as OpenTelemetry traces over HTTP, such as http://127.0.0.1:4318." placeholder:"URL"`
	LogLevel       string        `help:"debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
}

const drain = 9 * time.Second

// ownEvery is how soon a changed file of an own connector or preset is read.
const ownEvery = 2 * time.Second

// Run serves until ctx is done or the disk fails.
func (c *serveCommand) Run(ctx context.Context, to streams) error {
	log := newLog(to.err, c.LogLevel)
	proxies, err := c.check(ctx)
	if err != nil {
		return err
	}
	i, err := openInstance(ctx, c.dataFlags, c.outboundFlags, log)
	if err != nil {
		return err
	}
	err = c.serve(ctx, i, proxies, log, to)
	return errors.Join(err, i.Close())
}

// check finds flags that cannot be meant.
func (c *serveCommand) check(ctx context.Context) ([]netip.Prefix, error) {
	if c.APIToken != "" && len(c.APIToken) < 32 {
		return nil, usageError{"GANCHO_API_TOKEN must have 32 characters or more"}
	}
	if err := c.checkAddresses(ctx); err != nil {
		return nil, err
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil {
		return nil, usageError{fmt.Sprintf("there is no time zone %q; write it as America/Sao_Paulo", c.Timezone)}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return nil, usageError{"--tls-cert and --tls-key go together"}
	}
	if c.TLSCert != "" && len(c.AcmeDomain) > 0 {
		return nil, usageError{"--acme-domain gets a certificate by itself: leave --tls-cert and --tls-key out"}
	}
	if c.RedirectListen != "" && !c.https() {
		return nil, usageError{"--redirect-listen needs HTTPS to send to: give --tls-cert and --tls-key, or --acme-domain"}
	}
	if c.PublicURL != "" && !engine.IsPublicURL(c.PublicURL) {
		return nil, usageError{"--public-url must begin with https:// or http://, and have no user, query or fragment: write it as https://gancho.example.com"}
	}
	if c.Traces != "" && !strings.HasPrefix(c.Traces, "https://") && !strings.HasPrefix(c.Traces, "http://") {
		return nil, usageError{"--traces must begin with https:// or http://"}
	}
	var proxies []netip.Prefix
	for _, text := range c.TrustedProxies {
		prefix, err := triggers.ParsePrefix(text)
		if err != nil {
			return nil, usageError{fmt.Sprintf("--trusted-proxies: %q is no network; write it as 10.0.0.0/8, or as an address", text)}
		}
		proxies = append(proxies, prefix)
	}
	return proxies, nil
}

func (c *serveCommand) checkAddresses(ctx context.Context) error {
	for _, f := range [][2]string{{"--listen", c.Listen}, {"--hooks-listen", c.HooksListen}, {"--metrics-listen", c.MetricsListen}, {"--redirect-listen", c.RedirectListen}} {
		flag, address := f[0], f[1]
		if address == "" && flag != "--listen" {
			continue
		}
		_, port, err := net.SplitHostPort(address)
		if err == nil {
			_, err = net.DefaultResolver.LookupPort(ctx, "tcp", port)
		}
		if err != nil {
			return usageError{fmt.Sprintf("%s: %q is no address to serve on; write it as 127.0.0.1:8080, or as :8080 for all networks", flag, address)}
		}
	}
	return nil
}

func (c *serveCommand) serve(ctx context.Context, i *instance, proxies []netip.Prefix, log *slog.Logger, to streams) error {
	config := i.engineConfig(log)
	config.PublicURL, config.Timezone, config.Fallback.PublicURL, config.Workers = c.PublicURL, c.Timezone, c.ownURL(), c.Workers
	e, err := engine.New(ctx, config)
	if err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	hooks := triggers.NewWebhook(triggers.WebhookConfig{
		Engine: e, Flows: i.flows, Connections: i.connections, Runs: i.store, Keys: i.store, Presets: i.presets, Public: func() string { return e.Instance().PublicURL }, Lang: func() string { return e.Instance().Lang }, Font: web.FontPath, TrustedProxies: proxies, Log: log,
	})
	c.saved = newBackups(i.store, c.Data, c.BackupEvery, c.BackupKeep, log)
	people, err := session.OpenPeople(ctx, session.Config{Docs: i.store, Keys: i.store, AdminToken: c.APIToken, Setup: filepath.Join(c.Data, "setup-token"), Public: func() string { return e.Instance().PublicURL }, TrustedProxies: proxies, Log: log})
	if err != nil {
		return fmt.Errorf("open the users: %w", err)
	}
	server, err := c.server(i, e, hooks, people, log)
	if err != nil {
		return err
	}
	if err := server.Listen(ctx); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if _, port, err := net.SplitHostPort(c.Listen); err == nil && port == "0" {
		c.Listen = server.Addr().String() // the system chose
		e.Fallback.PublicURL = c.ownURL()
	}
	if c.Flows != "" {
		if err := c.importFlows(ctx, i, e, to); err != nil {
			return errors.Join(err, server.Close(ctx))
		}
	}
	i.out.Own(server.Ports())
	if err := c.invite(people, e.Instance().PublicURL, log, to); err != nil {
		return errors.Join(err, server.Close(ctx))
	}
	schedule := triggers.NewSchedule(triggers.ScheduleConfig{Engine: e, Flows: i.flows, Keys: i.store, Log: log})
	log.Info("serving", "address", server.Addr().String(), "version", version, "data", c.Data)
	return c.work(ctx, i, e, schedule, server, log)
}

// invite prints the link for the first admin while there is no user, and warns of a door that
// is open to a network.
func (c *serveCommand) invite(people *session.People, public string, log *slog.Logger, to streams) error {
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && !c.https() && len(c.TrustedProxies) == 0 {
		if addr, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !addr.IsLoopback()) {
			log.Warn("the editor is served without HTTPS to more than this machine: set --tls-cert, or --trusted-proxies, or --hooks-listen", "listen", c.Listen)
		}
	}
	token, err := people.NewSetup()
	if err != nil || token == "" {
		return err
	}
	fmt.Fprintf(to.out, "\nOpen this link within an hour to make the first user:\n  %s/setup#%s\n", public, token)
	return nil
}

// ownURL is the address that it listens on, as a browser on this machine reaches it.
func (c *serveCommand) ownURL() string {
	scheme := "http://"
	if c.https() {
		scheme = "https://"
	}
	if len(c.AcmeDomain) > 0 {
		return scheme + c.AcmeDomain[0]
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return scheme + c.Listen
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}

func (c *serveCommand) server(i *instance, e *engine.Engine, hooks *triggers.Webhook, people *session.People, log *slog.Logger) (*web.Server, error) {
	config, err := c.tls(i)
	if err != nil {
		return nil, err
	}
	s, err := web.New(web.Config{
		API: api.Config{
			Engine: e, Flows: i.flows, Connections: i.connections, Catalogue: i.catalogue, Presets: i.presets, OwnProblems: i.connectors.Problems, Door: hooks, Store: i.store,
			People: people, Address: hooks.Address, PublicURL: c.PublicURL, Version: version, AllowNet: c.AllowNet, Log: log,
			Backups: c.saved,
		},
		TrustedProxies: hooks.TrustedProxies, RedirectListen: c.RedirectListen, Challenges: c.challenges(), Hooks: hooks, Listen: c.Listen, HooksListen: c.HooksListen, MetricsListen: c.MetricsListen, TLS: config, Ready: i.store.Health, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("make the server: %w", err)
	}
	return s, nil
}

// https says whether it serves HTTPS itself.
func (c *serveCommand) https() bool { return c.TLSCert != "" || len(c.AcmeDomain) > 0 }

// challenges wraps a handler of plain HTTP with the answers that the certificate authority
// asks for; nil where there is none.
func (c *serveCommand) challenges() func(http.Handler) http.Handler {
	if c.acme == nil {
		return nil
	}
	return c.acme.HTTPHandler
}

func (c *serveCommand) tls(i *instance) (*tls.Config, error) {
	if len(c.AcmeDomain) > 0 {
		c.acme = &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(filepath.Join(c.Data, "acme")), HostPolicy: autocert.HostWhitelist(c.AcmeDomain...),
			Email: c.AcmeEmail, Client: &acme.Client{HTTPClient: i.out.Client(), DirectoryURL: c.AcmeDirectory, UserAgent: "Gancho/" + version},
		}
		config := c.acme.TLSConfig()
		config.MinVersion, config.NextProtos = tls.VersionTLS12, []string{"http/1.1", acme.ALPNProto}
		return config, nil
	}
	if c.TLSCert == "" {
		return nil, nil //nolint:nilnil // no TLS is an answer
	}
	k := &keyPair{cert: c.TLSCert, key: c.TLSKey}
	if _, err := k.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: k.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}

// work runs everything until ctx is done or something cannot go on, and then stops in order:
// nothing new is begun, what is under way finishes, the last answers are given. What hangs is left
// when the drain is over: the next start goes on with it.
func (c *serveCommand) work(ctx context.Context, i *instance, e *engine.Engine, schedule *triggers.Schedule, server *web.Server, log *slog.Logger) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	worked, ticked, served, rest := make(chan error, 1), make(chan error, 1), make(chan error, 1), make(chan error, 1)
	start := func(done chan<- error, f func() error) {
		go func() {
			err := f()
			if err != nil {
				stop(err)
			}
			done <- err
		}()
	}
	i.connections.Failed = func(name string, err error) { log.Warn("connection", "connection", name, "error", err) }
	start(worked, func() error { return e.Work(ctx) })
	start(ticked, func() error { return unlessDone(ctx, schedule.Run(ctx)) })
	start(served, server.Serve)
	var beside sync.WaitGroup
	beside.Go(func() { watchDisk(ctx, i.store, stop) })
	beside.Go(func() { c.saved.follow(ctx, e) })
	if c.Traces != "" {
		beside.Go(func() { newTraces(e, c.Traces, log).follow(ctx) })
	}
	beside.Go(func() { i.follow(ctx, log) })
	beside.Go(func() { i.connections.KeepAlive(ctx) })
	start(rest, func() error { beside.Wait(); return nil })
	<-ctx.Done()
	log.Info("stopping")
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	closed := server.Close(limit)
	err := errors.Join(<-served, closed, endOf(limit, "schedules", ticked, log), endOf(limit, "runs", worked, log), endOf(limit, "what runs beside", rest, log))
	i.connections.Settle(limit)
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// endOf waits for a part of the program to end, until limit is done.
func endOf(limit context.Context, part string, done <-chan error, log *slog.Logger) error {
	select {
	case err := <-done:
		return err
	case <-limit.Done():
	}
	select {
	case err := <-done:
		return err
	default:
		log.Warn("it did not end in time", "part", part)
		return nil
	}
}

// unlessDone leaves out what only says that ctx is done.
func unlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// watchDisk ends the program when the disk failed: nothing can be promised any more.
func watchDisk(ctx context.Context, s store.Store, stop context.CancelCauseFunc) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Health(); errors.Is(err, store.ErrBroken) {
				stop(err)
				return
			}
		}
	}
}

// newLog writes for people on a terminal and for machines elsewhere.
func newLog(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) //nolint:errcheck // one of the flag's words
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: l, TimeFormat: time.TimeOnly}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}
