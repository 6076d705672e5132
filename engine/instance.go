package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// Instance is what holds for all flows of a server.
type Instance struct {
	PublicURL string `json:"public_url" doc:"what trigger URLs begin with; empty for the address that the server listens on"`
	Timezone  string `json:"timezone" doc:"of flows that name none; empty for UTC"`
	Lang      string `json:"lang,omitempty" enum:"en,pt-BR" doc:"of what is written once for everybody: titles of runs, and alerts where their own settings say nothing; left out, it stays"`
}

const (
	settingsDoc = "settings"
	instanceDoc = "instance"
)

// Instance is what holds now: what the operator gave at the start, else what a person set,
// else the fallback.
func (e *Engine) Instance() Instance {
	set := e.ChosenInstance()
	return Instance{
		PublicURL: strings.TrimSuffix(cmp.Or(e.PublicURL, set.PublicURL, e.Fallback.PublicURL), "/"),
		Timezone:  cmp.Or(e.Timezone, set.Timezone, e.Fallback.Timezone),
		Lang:      cmp.Or(set.Lang, e.Fallback.Lang, "en"),
	}
}

// ChosenInstance is what a person has set; members that nobody set are empty.
func (e *Engine) ChosenInstance() Instance {
	if set := e.own.Load(); set != nil {
		return *set
	}
	return Instance{}
}

// PutInstance sets it. What the operator gave at the start goes before it.
func (e *Engine) PutInstance(ctx context.Context, i Instance) error {
	e.changing.Lock()
	defer e.changing.Unlock()
	i.PublicURL = strings.TrimSuffix(strings.TrimSpace(i.PublicURL), "/")
	i.Lang = cmp.Or(i.Lang, e.ChosenInstance().Lang)
	if err := i.Check(); err != nil {
		return err
	}
	value, err := json.Marshal(i)
	if err == nil {
		_, err = e.Store.PutDocs(ctx, []store.Doc{{Kind: settingsDoc, ID: instanceDoc, Revision: -1, Value: value}})
	}
	if err != nil {
		return fmt.Errorf("write the settings of the instance: %w", err)
	}
	e.own.Store(&i)
	return nil
}

// IsPublicURL says that trigger URLs can begin with an address.
func IsPublicURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// Check finds what cannot be meant.
func (i Instance) Check() error {
	var problems []form.Problem
	if i.PublicURL != "" && !IsPublicURL(i.PublicURL) {
		problems = append(problems, form.Problem{Severity: form.Error, Path: "/public_url", Code: "bad_url", Message: form.Label("write the address with https://, as in https://gancho.example.com", "escreva o endereço com https://, como https://gancho.example.com")})
	}
	if _, err := time.LoadLocation(i.Timezone); err != nil || i.Timezone == "Local" {
		problems = append(problems, form.Problem{Severity: form.Error, Path: "/timezone", Code: "bad_timezone", Message: form.Label("there is no such time zone; write it as America/Sao_Paulo", "não existe este fuso; escreva como America/Sao_Paulo")})
	}
	if i.Lang != "" && i.Lang != "en" && i.Lang != "pt-BR" {
		problems = append(problems, form.Problem{Severity: form.Error, Path: "/lang", Code: "bad_lang", Message: form.Label("must be en or pt-BR", "deve ser en ou pt-BR")})
	}
	if len(problems) > 0 {
		return &refusal.Refusal{Kind: refusal.Invalid, Code: "invalid", Problems: problems, Message: form.Label("the settings have errors", "as configurações têm erros")}
	}
	return nil
}

func (e *Engine) loadInstance(ctx context.Context) error {
	d, err := e.Store.GetDoc(ctx, settingsDoc, instanceDoc)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	set := new(Instance)
	if err == nil {
		err = json.Unmarshal(d.Value, set)
	}
	if err != nil {
		return fmt.Errorf("read the settings of the instance: %w", err)
	}
	e.own.Store(set)
	return nil
}
