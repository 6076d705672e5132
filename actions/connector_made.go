package actions

import (
	"sync"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// made are the compiled parts of a connector: each is made when it is first used, and kept.
type made struct {
	mu      sync.Mutex
	base    *madeBase
	auths   map[string]*madeAuth
	actions map[string]*madeAction
	options map[string]*madeOptions
}

// madeBase is what all requests of a connector share.
type madeBase struct {
	base    *expression.Tree
	hosts   []*expression.Tree
	headers *expression.Tree
	rules   []madeRule
	error   *expression.Program
	code    *expression.Program
	limits  []madeLimit
}

type madeAction struct {
	file    *actionFile
	shown   []*expression.Program // show_if of each field; nil: always
	request *madeRequest
	rules   []madeRule // of the action, then of the connector
	limits  []madeLimit
	error   *expression.Program
	code    *expression.Program
	pages   *madePages
	output  *madeOutput
}

type madeRule struct {
	file      *outcomeFile
	when      *expression.Program
	after, at *expression.Program
}

type madeLimit struct {
	limitFile
	key *expression.Program
}

// madeOutput is one expression, or one for each name.
type madeOutput struct {
	whole *expression.Program
	names map[string]*expression.Program
}

type madeRequest struct {
	file                                             *requestFile
	path                                             []*expression.Tree
	url, query, headers, json, form, multipart, text *expression.Tree
	graphql, variables                               *expression.Tree
}

type madePages struct {
	paginateFile
	nextPage, morePages, list *expression.Program
}

type madeOptions struct {
	request             *madeRequest
	pages               *madePages
	items, value, label *expression.Program
}

type madeAuth struct {
	file                                *authFile
	authorizeURL, tokenURL, revokeURL   *expression.Tree
	capture                             map[string]*expression.Program
	claims                              *expression.Tree
	login, test                         *madeRequest
	token, expires, testOK, testAccount *expression.Program
}

// compiler makes parts of a file that has been checked.
func (c *Connector) compiler() *connectorReader { return &connectorReader{file: &c.file} }

func (c *Connector) shared() *madeBase {
	c.made.mu.Lock()
	defer c.made.mu.Unlock()
	if c.made.base != nil {
		return c.made.base
	}
	r := c.compiler()
	b := &madeBase{
		base: r.tree("/base", c.file.Base, requestRoots), headers: r.tree("/headers", c.file.Headers, requestRoots),
		rules: r.makeRules("/outcomes", c.file.Outcomes), limits: r.makeLimits("/limits", c.file.Limits),
		error: r.expression("/error", c.file.Error, answerRoots), code: r.expression("/code", c.file.Code, answerRoots),
	}
	for _, host := range c.file.Hosts {
		b.hosts = append(b.hosts, r.tree("/hosts", host, requestRoots))
	}
	c.made.base = b
	return b
}

// action gives a compiled action by its ID.
func (c *Connector) action(id string) *madeAction {
	shared := c.shared()
	c.made.mu.Lock()
	defer c.made.mu.Unlock()
	if a := c.made.actions[id]; a != nil {
		return a
	}
	f, r, at := c.file.Actions[id], c.compiler(), "/actions/"+form.Escape(id)
	a := &madeAction{
		file: f, request: r.makeRequest(at+"/request", f.Request, requestRoots), pages: r.makePages(at+"/paginate", f.Paginate),
		rules: append(r.makeRules(at+"/outcomes", f.Outcomes), shared.rules...), limits: append(r.makeLimits(at+"/limits", f.Limits), shared.limits...),
		error: r.expression(at+"/error", f.Error, answerRoots), code: r.expression(at+"/code", f.Code, answerRoots), output: r.makeOutput(f.Output),
	}
	if a.error == nil {
		a.error = shared.error
	}
	if a.code == nil {
		a.code = shared.code
	}
	for _, field := range f.Fields {
		a.shown = append(a.shown, r.expression(at+"/fields", field.ShowIf, requestRoots))
	}
	if c.made.actions == nil {
		c.made.actions = map[string]*madeAction{}
	}
	c.made.actions[id] = a
	return a
}

// liveOptions gives the compiled options of a field; nil where they are fixed.
func (c *Connector) liveOptions(action, field string) *madeOptions {
	for _, f := range c.file.Actions[action].Fields {
		if f.ID == field && f.OptionsFrom != nil {
			return c.madeOptions(action+"/"+field, f.OptionsFrom)
		}
	}
	return nil
}

func (c *Connector) madeOptions(name string, f *optionsFile) *madeOptions {
	c.made.mu.Lock()
	defer c.made.mu.Unlock()
	if o := c.made.options[name]; o != nil {
		return o
	}
	r := c.compiler()
	o := &madeOptions{
		request: r.makeRequest("", f.Request, requestRoots), pages: r.makePages("", f.Paginate), items: r.expression("", f.Items, answerRoots),
		value: r.expression("", f.Value, itemRoots), label: r.expression("", f.Label, itemRoots),
	}
	if o.pages == nil {
		o.pages = &madePages{}
	}
	o.pages.list = o.items
	if c.made.options == nil {
		c.made.options = map[string]*madeOptions{}
	}
	c.made.options[name] = o
	return o
}

// auth gives a compiled choice by its ID.
func (c *Connector) auth(id string) *madeAuth {
	c.made.mu.Lock()
	defer c.made.mu.Unlock()
	if a := c.made.auths[id]; a != nil {
		return a
	}
	f := c.file.Auth[id]
	if f == nil {
		return nil
	}
	r, at := c.compiler(), "/auth/"+form.Escape(id)
	a := &madeAuth{
		file: f, authorizeURL: r.tree(at+"/authorize_url", f.AuthorizeURL, requestRoots), tokenURL: r.tree(at+"/token_url", f.TokenURL, requestRoots),
		revokeURL: r.tree(at+"/revoke_url", f.RevokeURL, requestRoots),
		claims:    r.tree(at+"/claims", f.Claims, requestRoots), login: r.makeRequest(at+"/request", f.Request, loginRoots),
		token: r.expression(at+"/token", f.Token, answerRoots), expires: r.expression(at+"/expires", f.Expires, answerRoots), capture: map[string]*expression.Program{},
	}
	for name, source := range f.Capture {
		a.capture[name] = r.expression(at+"/capture", source, answerRoots)
	}
	if t := f.Test; t != nil {
		a.test = r.makeRequest(at+"/test/request", t.Request, requestRoots)
		a.testOK, a.testAccount = r.expression(at+"/test/ok", t.OK, answerRoots), r.expression(at+"/test/account", t.Account, answerRoots)
	}
	if c.made.auths == nil {
		c.made.auths = map[string]*madeAuth{}
	}
	c.made.auths[id] = a
	return a
}

func (r *connectorReader) makeRules(at string, files []outcomeFile) []madeRule {
	var rules []madeRule
	for i := range files {
		o := &files[i]
		rules = append(rules, madeRule{o, r.expression(at, o.If, answerRoots), r.expression(at, o.After, answerRoots), r.expression(at, o.At, answerRoots)})
	}
	return rules
}

func (r *connectorReader) makeLimits(at string, files []limitFile) []madeLimit {
	var limits []madeLimit
	for _, l := range files {
		limits = append(limits, madeLimit{l, r.expression(at, l.Key, requestRoots)})
	}
	return limits
}

func (r *connectorReader) makeOutput(output any) *madeOutput {
	switch o := output.(type) {
	case string:
		return &madeOutput{whole: r.expression("", o, answerRoots)}
	case map[string]any:
		m := &madeOutput{names: map[string]*expression.Program{}}
		for name, source := range o {
			text, _ := source.(string)
			m.names[name] = r.expression("", text, answerRoots)
		}
		return m
	}
	return nil
}

func (r *connectorReader) makeRequest(at string, q *requestFile, roots []string) *madeRequest {
	if q == nil {
		return nil
	}
	m := &madeRequest{
		file: q, url: r.tree(at, q.URL, roots), query: r.tree(at, q.Query, roots), headers: r.tree(at, q.Headers, roots), json: r.tree(at, q.JSON, roots),
		form: r.tree(at, q.Form, roots), multipart: r.parts(at, q.Multipart, roots),
	}
	switch path := q.Path.(type) {
	case string:
		m.path = []*expression.Tree{r.tree(at, path, roots)}
	case []any:
		for _, piece := range path {
			m.path = append(m.path, r.tree(at, piece, roots))
		}
	}
	if g := q.GraphQL; g != nil {
		m.graphql, m.variables = r.tree(at, g.Query, roots), r.tree(at, g.Variables, roots)
	}
	if q.Raw != nil {
		m.text = r.tree(at, q.Raw.Text, roots)
	}
	return m
}

func (r *connectorReader) makePages(at string, p *paginateFile) *madePages {
	if p == nil {
		return nil
	}
	m := &madePages{paginateFile: *p}
	m.nextPage, m.morePages, m.list = r.expression(at, p.Next, answerRoots), r.expression(at, p.More, answerRoots), r.expression(at, p.Items, answerRoots)
	return m
}
