// Package api is the REST API under /api/v1: it reads requests, asks the engine, and writes
// answers. It holds no rules of its own.
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flows"
	"gancho/engine/own"
	"gancho/engine/store"
	"gancho/triggers"
	"gancho/web/session"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
)

// Prefix is where the API is mounted.
const Prefix = "/api/v1"

const (
	maxBody = 8 << 20
	// maxStranger is the longest body of who has not signed in: a name, a password, a token.
	maxStranger = 16 << 10
)

// Config is what the API works on.
type Config struct {
	Engine      *engine.Engine
	Flows       *flows.Flows
	Connections *connections.Connections
	Catalogue   *engine.Catalogue
	Presets     *triggers.Presets    // those of this program when left out
	OwnProblems func() []own.Problem // of own connectors; may be nil
	Door        Door
	Store       store.Store
	People      *session.People
	PublicURL   string // the engine's when left out
	Version     string
	AllowNet    []string // private networks that actions may reach
	Log         *slog.Logger
	Backups     Backups
	Address     func(r *http.Request) string // of the asker
}

// Door is where the events of webhooks come in.
type Door interface {
	SendSample(ctx context.Context, token, event string) (receipts []engine.Receipt, status int, err error)
	Admit(ctx context.Context, in engine.Incoming) ([]engine.Receipt, error)
	Fits(ctx context.Context, in engine.Incoming) error // what a person starts
}

type server struct {
	Config
	started time.Time
}

// Mount adds the API's routes to e. It fails when what e then serves under Prefix is not
// exactly what the table of routes says.
func Mount(e *echo.Echo, c Config) error {
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	s := &server{Config: c, started: time.Now()}
	config := huma.DefaultConfig("Gancho", c.Version)
	config.OpenAPIPath = "/openapi"
	config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", nil
	config.Formats = map[string]huma.Format{"application/json": asJSON, "json": asJSON}
	config.Servers = []*huma.Server{{URL: Prefix}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}}
	config.Security = []map[string][]string{{"bearer": {}}}
	huma.NewError, huma.NewErrorWithContext = newProblem, newProblemFor
	huma.DefaultArrayNullable = false
	group := e.Group(Prefix, plainNames, s.enter, (&keeper{packed: map[string]packed{}}).keep)
	api := humaecho.NewWithGroup(e, group, config)
	api.UseMiddleware(s.language, bareFlags)
	table := s.routes()
	for _, r := range table {
		if r.permission == 0 {
			return fmt.Errorf("route %s %s has no permission", r.method, r.path)
		}
		if r.plain != nil {
			group.Add(r.method, echoPath(r.path), r.plain, s.guard(r.permission))
			r.says(&r, api.OpenAPI())
			continue
		}
		most := int64(maxBody)
		if r.permission == session.Open {
			most = maxStranger
		}
		r.register(api, huma.Operation{
			OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Description: operations[r.id], MaxBodyBytes: most, DefaultStatus: r.status,
			BodyReadTimeout: 15 * time.Second, Middlewares: huma.Middlewares{s.permit(api, r.permission), s.knownQuery(api)},
		})
	}
	declareNulls(api.OpenAPI().Components.Schemas.Map())
	e.RouteNotFound(Prefix+"/*", unserved(table))
	return sameRoutes(e, table)
}

// nulls are members that hold an object, or null, by the name of their schema.
var nulls = map[string][]string{"CurlView": {"connection"}, "ExpressionView": {"condition", "passes"}, "Moment": {"event", "run"}, "ReplayOutputBody": {"replay"}, "Replaying": {"example"}, "AlertView": {"error"}}

// declareNulls says so in the description, which has no tag for it.
func declareNulls(schemas map[string]*huma.Schema) {
	for name, members := range nulls {
		for _, member := range members {
			is := schemas[name].Properties[member]
			schemas[name].Properties[member] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: is.Ref}, {Type: "null"}}, Description: is.Description}
		}
	}
}

// echoPath writes {id} as :id.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// sameRoutes compares the table with what echo serves: a route that nobody declared, and so
// nobody guards, stops the start.
func sameRoutes(e *echo.Echo, table []route) error {
	declared := map[string]bool{}
	for _, r := range table {
		declared[r.method+" "+Prefix+echoPath(r.path)] = true
	}
	for _, r := range e.Routes() {
		name := r.Method + " " + r.Path
		if !strings.HasPrefix(r.Path, Prefix) || r.Method == echo.RouteNotFound || slices.Contains(documents, r.Path) {
			continue
		}
		if !declared[name] {
			return fmt.Errorf("the route %s is served but not declared", name)
		}
		delete(declared, name)
	}
	for name := range declared {
		return fmt.Errorf("the route %s is declared but not served", name)
	}
	return nil
}

// documents are the pages that huma serves: the API described, with nothing of this instance.
var documents = []string{Prefix + "/openapi.json", Prefix + "/openapi.yaml", Prefix + "/openapi-3.0.json", Prefix + "/openapi-3.0.yaml"}

// plainNames gives the names of a path as people write them: where some of it is escaped, such as
// the @ of an e-mail, echo leaves all of it so.
func plainNames(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().URL.RawPath == "" {
			return next(c)
		}
		names := slices.Clone(c.ParamValues())
		for i, name := range names {
			if plain, err := url.PathUnescape(name); err == nil {
				names[i] = plain
			}
		}
		c.SetParamValues(names...)
		return next(c)
	}
}

type personKey struct{}

// enter finds out who asks, and refuses what is no JSON.
func (s *server) enter(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		c.Response().Header().Set("Cache-Control", "no-store")
		if len(r.Header.Values("Content-Type")) > 1 || (r.ContentLength != 0 && r.Body != http.NoBody && r.Method != http.MethodGet && !isJSON(r.Header)) {
			return writeProblem(c, http.StatusUnsupportedMediaType, "not_json", "the body must be JSON: send Content-Type: application/json", "o corpo deve ser JSON: envie Content-Type: application/json")
		}
		if r.Header.Get("Content-Type") != "" && isJSON(r.Header) {
			r.Header.Set("Content-Type", "application/json") // huma knows it in small letters alone
		}
		ask := s.People.Who
		if unattended(r) {
			ask = s.People.Peek
		}
		person, err := ask(r)
		if err != nil {
			s.Log.Error("it is not known who asks", "error", err)
			c.Response().Header().Set("Retry-After", "5")
			return writeProblem(c, http.StatusServiceUnavailable, "unavailable", "the server cannot read now who is signed in; try again", "o servidor não consegue ler agora quem está na conta; tente de novo")
		}
		ctx := context.WithValue(flows.WithPerson(r.Context(), person.Name), personKey{}, person)
		c.SetRequest(r.WithContext(context.WithValue(context.WithValue(ctx, requestKey{}, r), writerKey{}, http.ResponseWriter(c.Response()))))
		return next(c)
	}
}

// Unattended is the header of what a page asks while nobody is at it.
const Unattended = "Gancho-Unattended"

// unattended says whether no person stands behind a call, so that it is no use of their session.
func unattended(r *http.Request) bool {
	return r.Header.Get(Unattended) != "" || r.URL.Path == livePath
}

// isJSON says whether a body is meant as JSON. One without a type is, where a token says who
// asks: a page of somebody else could make a browser send it with a session's cookie.
func isJSON(h http.Header) bool {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	kind = strings.TrimSpace(strings.ToLower(kind))
	return kind == "application/json" || kind == "" && h.Get("Authorization") != ""
}

func who(ctx context.Context) session.Person {
	p, _ := ctx.Value(personKey{}).(session.Person)
	return p
}

// refusal of a person who may not; nil if they may.
func (s *server) refusal(p session.Person, asks session.Permission) (status int, code, en, pt string) {
	switch {
	case asks == session.Open || p.Role.May(asks):
		return 0, "", "", ""
	case p.Role == "" && !s.People.Ready():
		return http.StatusForbidden, "setup_needed", "nobody can sign in yet: open the setup link that the server printed; it prints a new one at each start", "ninguém pode entrar ainda: abra o link de configuração que o servidor mostrou; ele mostra outro a cada início"
	case p.Role == "":
		return http.StatusUnauthorized, "not_signed_in", "sign in, or send Authorization: Bearer with a token", "entre na conta, ou envie Authorization: Bearer com um token"
	}
	return http.StatusForbidden, "not_allowed", fmt.Sprintf("the role %s may not do this", p.Role), fmt.Sprintf("o papel %s não pode fazer isto", papel(p.Role))
}

func (s *server) permit(api huma.API, asks session.Permission) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		status, code, en, pt := s.refusal(who(ctx.Context()), asks)
		if status == 0 {
			next(ctx)
			return
		}
		if status == http.StatusUnauthorized {
			ctx.SetHeader("WWW-Authenticate", "Bearer")
		}
		s.refuse(api, ctx, problemOf(status, code, en, pt))
	}
}

// refuse answers with a problem before the call begins.
func (s *server) refuse(api huma.API, ctx huma.Context, p *Problem) {
	p.speak(langOf(ctx.Context()))
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(p.Status)
	if err := api.Marshal(ctx.BodyWriter(), "application/json", p); err != nil {
		s.Log.Debug("write an answer", "error", err)
	}
}

func (s *server) guard(asks session.Permission) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if status, code, en, pt := s.refusal(who(c.Request().Context()), asks); status != 0 {
				return writeProblem(c, status, code, en, pt)
			}
			return next(c)
		}
	}
}

type langKey struct{}

func (s *server) language(ctx huma.Context, next func(huma.Context)) {
	lang := Language(ctx.Header("Accept-Language"))
	next(huma.WithContext(ctx, engine.WithLang(context.WithValue(ctx.Context(), langKey{}, lang), lang)))
}

func langOf(ctx context.Context) string {
	lang, _ := ctx.Value(langKey{}).(string)
	return lang
}

// papel is a role in Portuguese.
func papel(r session.Role) string {
	if r == session.Viewer {
		return "leitor"
	}
	return string(r)
}

// Public is the address that people reach the server at, without a slash at its end.
func (c *Config) Public() string {
	if c.PublicURL != "" || c.Engine == nil {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	return c.Engine.Instance().PublicURL
}

// LanguageOf is the language that a person chose in the editor, else what the browser asks for.
func LanguageOf(r *http.Request) string {
	if c, err := r.Cookie("lang"); err == nil && (c.Value == "en" || c.Value == "pt-BR") {
		return c.Value
	}
	return Language(r.Header.Get("Accept-Language"))
}

// Language gives pt-BR when Portuguese is wanted before English.
func Language(accept string) string {
	for part := range strings.SplitSeq(accept, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch tag = strings.ToLower(tag); {
		case tag == "pt" || strings.HasPrefix(tag, "pt-"):
			return "pt-BR"
		case tag == "en" || strings.HasPrefix(tag, "en-"):
			return "en"
		}
	}
	return "en"
}

// found turns a store's word for what is not there into the API's.
func found(err error, what, que string) error {
	if errors.Is(err, store.ErrNotFound) {
		return problemOf(http.StatusNotFound, "not_found", "there is no such "+what, "não existe "+que)
	}
	return fault(err)
}
