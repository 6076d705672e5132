package actions

import (
	"gancho/engine/flow"
	"gancho/engine/form"
)

// connectorFormat is the first member of every connector file.
const connectorFormat = "gancho.connector/1"

// connectorFile is a connector as it is written. Members are added, never changed.
type connectorFile struct {
	Format   string                 `json:"format"`
	ID       string                 `json:"id"`
	Name     form.Words             `json:"name"`
	Icon     *iconFile              `json:"icon"`
	Docs     string                 `json:"docs"`
	Group    string                 `json:"group"`
	Base     any                    `json:"base"` // a text or a template
	Hosts    []any                  `json:"hosts"`
	Headers  map[string]any         `json:"headers"`
	Auth     map[string]*authFile   `json:"auth"`
	Limits   []limitFile            `json:"limits"`
	Outcomes []outcomeFile          `json:"outcomes"`
	Error    string                 `json:"error"`
	Code     string                 `json:"code"`
	Hints    map[string]form.Words  `json:"hints"`
	Timeout  flow.Duration          `json:"timeout"`
	Actions  map[string]*actionFile `json:"actions"`
}

type iconFile struct {
	Path  string `json:"path"`
	Color string `json:"color"`
}

// authFile is one way of signing in.
type authFile struct {
	Kind   string      `json:"kind"`
	Name   form.Words  `json:"name"`
	For    form.Words  `json:"for"` // whom, in a line
	Help   form.Words  `json:"help"`
	Fields []fieldFile `json:"fields"`

	Secret  string            `json:"secret"`  // bearer, path, url
	Headers map[string]any    `json:"headers"` // header, two_step
	Params  map[string]string `json:"params"`  // query
	Prefix  string            `json:"prefix"`  // path
	Suffix  string            `json:"suffix"`
	User    any               `json:"user"` // basic: a field or {"text": …}
	Pass    any               `json:"password"`

	AuthorizeURL    any               `json:"authorize_url"` // oauth2; a text or a template
	TokenURL        any               `json:"token_url"`
	RevokeURL       any               `json:"revoke_url"`
	Scopes          []string          `json:"scopes"`
	ScopeSeparator  string            `json:"scope_separator"`
	AuthorizeParams map[string]string `json:"authorize_params"`
	TokenParams     map[string]string `json:"token_params"`
	PKCE            *bool             `json:"pkce"`
	TokenBody       string            `json:"token_body"`
	TokenAuth       string            `json:"token_auth"`
	OmitGrantType   bool              `json:"omit_grant_type"`
	ExpiresDefault  flow.Duration     `json:"expires_default"`
	RefreshBefore   flow.Duration     `json:"refresh_before"`
	RefreshRotates  *bool             `json:"refresh_rotates"`
	KeepAlive       flow.Duration     `json:"keep_alive"`
	Capture         map[string]string `json:"capture"`

	Claims   map[string]any `json:"claims"` // jwt_bearer
	Key      string         `json:"key"`
	Lifetime flow.Duration  `json:"lifetime"`

	Request *requestFile `json:"request"` // two_step
	Token   string       `json:"token"`
	Expires string       `json:"expires"`

	Service      string `json:"service"` // sigv4: fields, or texts for service
	Region       string `json:"region"`
	AccessKey    string `json:"access_key"`
	SecretKey    string `json:"secret_key"`
	SessionToken string `json:"session_token"`

	Test *testFile `json:"test"`
}

// testFile is a harmless request that shows that a connection works.
type testFile struct {
	Request *requestFile `json:"request"`
	OK      string       `json:"ok"`
	Account string       `json:"account"`
}

type limitFile struct {
	Scope      string        `json:"scope"`
	Key        string        `json:"key"`
	Count      int           `json:"count"`
	Per        flow.Duration `json:"per"`
	Concurrent int           `json:"concurrent"`
}

type outcomeFile struct {
	If    string     `json:"if"`
	Is    string     `json:"is"`
	After string     `json:"after"`
	At    string     `json:"at"`
	Scope string     `json:"scope"`
	Done  string     `json:"done"`
	Hint  form.Words `json:"hint"`
}

// actionFile is one thing that can be done at the provider.
type actionFile struct {
	Name        form.Words       `json:"name"`
	Description form.Words       `json:"description"`
	Help        form.Words       `json:"help"`
	Words       form.Words       `json:"words"`
	Fields      []fieldFile      `json:"fields"`
	Request     *requestFile     `json:"request"`
	Auth        []string         `json:"auth"`
	Effect      string           `json:"effect"`
	Repeatable  *bool            `json:"repeatable"`
	Idempotency *idempotencyFile `json:"idempotency"`
	Outcomes    []outcomeFile    `json:"outcomes"`
	Limits      []limitFile      `json:"limits"`
	Error       string           `json:"error"`
	Code        string           `json:"code"`
	Timeout     flow.Duration    `json:"timeout"`
	Paginate    *paginateFile    `json:"paginate"`
	Output      any              `json:"output"` // an expression, or {name: expression}
	Sample      any              `json:"sample"` // of the answer's body
	Aliases     []string         `json:"aliases"`
	Deprecated  form.Words       `json:"deprecated"`
	Internal    bool             `json:"internal"` // not listed: a part of an action in Go
}

type idempotencyFile struct {
	Header string        `json:"header"`
	Body   string        `json:"body"` // JSON pointer
	Keep   flow.Duration `json:"keep"`
	Max    int           `json:"max"`
}

// fieldFile is a setting of an action or of a connection.
type fieldFile struct {
	ID          string       `json:"id"`
	Type        string       `json:"type"`
	Label       form.Words   `json:"label"`
	Help        form.Words   `json:"help"`
	Required    bool         `json:"required"`
	AnyOf       string       `json:"any_of"`
	Default     any          `json:"default"`
	Min         *float64     `json:"min"`
	Max         *float64     `json:"max"`
	Pattern     string       `json:"pattern"`
	Example     string       `json:"example"`
	Placeholder string       `json:"placeholder"`
	Day         bool         `json:"day"`      // of a date
	Decimals    int          `json:"decimals"` // of a number
	SMS         bool         `json:"sms"`      // of a longtext
	Advanced    bool         `json:"advanced"`
	Options     []optionFile `json:"options"`
	OptionsFrom *optionsFile `json:"options_from"`
	Custom      bool         `json:"custom"`
	KeyPrefix   string       `json:"key_prefix"`
	ShowIf      string       `json:"show_if"`
}

type optionFile struct {
	Value string     `json:"value"`
	Label form.Words `json:"label"`
}

// optionsFile reads a field's options from the provider.
type optionsFile struct {
	Request  *requestFile  `json:"request"`
	Paginate *paginateFile `json:"paginate"`
	Items    string        `json:"items"`
	Value    string        `json:"value"`
	Label    string        `json:"label"`
	Cache    flow.Duration `json:"cache"`
	Needs    []string      `json:"needs"`
}

type requestFile struct {
	Method    string         `json:"method"`
	Path      any            `json:"path"` // a text, or a list of texts and expressions
	URL       any            `json:"url"`
	Query     map[string]any `json:"query"`
	Headers   map[string]any `json:"headers"`
	JSON      any            `json:"json"`
	Form      any            `json:"form"`
	FormLists string         `json:"form_lists"`
	Multipart map[string]any `json:"multipart"`
	GraphQL   *graphqlFile   `json:"graphql"`
	Raw       *rawFile       `json:"raw"`
}

type graphqlFile struct {
	Query     any            `json:"query"`
	Variables map[string]any `json:"variables"`
}

type rawFile struct {
	Type string `json:"type"`
	Text any    `json:"text"`
}

type paginateFile struct {
	Kind      string `json:"kind"`
	Param     string `json:"param"`
	Start     *int   `json:"start"`
	SizeParam string `json:"size_param"`
	Size      int    `json:"size"`
	Next      string `json:"next"`
	In        string `json:"in"`
	More      string `json:"more"`
	Items     string `json:"items"`
	MaxPages  int    `json:"max_pages"`
	MaxItems  int    `json:"max_items"`
}
