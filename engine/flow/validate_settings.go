package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"gancho/engine/form"
	"gancho/engine/store"
)

// jsonPointer is RFC 6901, for a place inside of a body.
var jsonPointer = regexp.MustCompile(`^(/([^~/]|~[01])*)+$`)

func (v *validator) settings() {
	s := v.flow.Settings
	if s.Timezone != "" {
		if _, err := time.LoadLocation(s.Timezone); err != nil || s.Timezone == "Local" {
			v.error("/settings/timezone", "bad_timezone", fmt.Sprintf("there is no time zone %q; write it as America/Sao_Paulo", s.Timezone),
				fmt.Sprintf("não existe o fuso %q; escreva como America/Sao_Paulo", s.Timezone))
		}
	}
	v.lasts(s.Timeout, "/settings/timeout")
	v.keep(s.Keep)
	if s.Concurrency < 0 {
		v.error("/settings/concurrency", "out_of_range", "concurrency must be 0 (no limit) or more", "a concorrência deve ser 0 (sem limite) ou mais")
	}
	switch {
	case s.OnFailure == "":
	case s.OnFailure == v.flow.ID:
		v.add(warning("/settings/on_failure", "itself", "a run that fails starts the flow itself once more, with the failure as its body",
			"uma execução que falha inicia o próprio fluxo mais uma vez, com a falha como corpo"))
	case v.known.Flow != nil && !v.known.Flow(s.OnFailure):
		v.add(warning("/settings/on_failure", "no_flow", "there is no flow "+s.OnFailure, "não existe o fluxo "+s.OnFailure))
	}
	if s.Silence != nil && s.Silence.ExpectEvery < Duration(time.Minute) {
		v.error("/settings/silence/expect_every", "out_of_range", "must be 1m or more", "deve ser 1m ou mais")
	}
	v.alerts(&s)
	for i, pointer := range s.Mask {
		if !jsonPointer.MatchString(pointer) {
			v.error(fmt.Sprintf("/settings/mask/%d", i), "bad_pointer", "write a JSON pointer into the body, such as /customer/cpf", "escreva um JSON pointer no corpo, como /customer/cpf")
		}
	}
}

// keep warns of bodies that were to stay longer than the runs that they belong to.
func (v *validator) keep(k *Keep) {
	if k == nil {
		return
	}
	v.lasts(k.Bodies, "/settings/keep/bodies")
	v.lasts(k.Runs, "/settings/keep/runs")
	if runs := Duration(k.Runs.Or(store.KeepRuns)); k.Bodies != nil && *k.Bodies > runs && runs > 0 {
		v.add(warning("/settings/keep/bodies", "too_long", fmt.Sprintf("bodies go with their runs, which are kept for %s", runs),
			fmt.Sprintf("os corpos vão embora com as execuções, que são guardadas por %s", runs)))
	}
}

// alerts checks who is told: e-mail addresses and names of connections.
func (v *validator) alerts(s *Settings) {
	if len(s.Alerts) == 0 {
		return
	}
	list, ok := AlertsOf(s)
	if !ok {
		v.error("/settings/alerts", "wrong_type", `must be an e-mail address, the name of a connection, a list of these, or "none"`,
			`deve ser um e-mail, o nome de uma conexão, uma lista destes, ou "none"`)
	}
	for _, to := range list {
		name, _, _ := strings.Cut(to, "#")
		if strings.Contains(to, "@") || v.known.Connection == nil {
			continue
		}
		if _, ok := v.known.Connection(name); !ok {
			v.add(warning("/settings/alerts", "no_connection_yet", fmt.Sprintf("there is no connection %q yet; alerts do not reach it", name),
				fmt.Sprintf("ainda não existe a conexão %q; os alertas não chegam a ela", name)))
		}
	}
}

// AlertsOf gives who is told of a flow's alerts; given says whether the flow says it at all,
// in a way that can be read.
func AlertsOf(s *Settings) (to []string, given bool) {
	if len(s.Alerts) == 0 || string(s.Alerts) == "null" {
		return nil, false
	}
	var one string
	if json.Unmarshal(s.Alerts, &one) == nil {
		if one == "none" {
			return nil, true
		}
		return []string{one}, one != ""
	}
	if err := json.Unmarshal(s.Alerts, &to); err != nil || slices.Contains(to, "") {
		return nil, false
	}
	return to, true
}

func (v *validator) tests() {
	for i, t := range v.flow.Tests {
		at := fmt.Sprintf("/tests/%d", i)
		if t.Name == "" {
			v.error(at+"/name", "required", "a test needs a name", "um teste precisa de um nome")
		}
		v.expected(&t.Expect, at+"/expect")
		for _, path := range slices.Sorted(maps.Keys(t.Mocks)) {
			v.testStep(path, at+"/mocks/"+form.Escape(path))
			if m := t.Mocks[path]; m.Output != nil && m.Error != nil {
				v.add(warning(at+"/mocks/"+form.Escape(path), "one_of", "the error of this mock counts, and its output does not", "o erro desta simulação vale, e o resultado dela não"))
			}
		}
	}
}

// expected warns of what no run of a test can fulfil.
func (v *validator) expected(want *Expect, at string) {
	v.testStatus(want.Status, runEnds, at+"/status")
	for _, path := range slices.Sorted(maps.Keys(want.Steps)) {
		here := at + "/steps/" + form.Escape(path)
		v.testStep(path, here)
		switch step := want.Steps[path].(type) {
		case string:
			v.testStatus(step, stepEnds, here)
		case map[string]any:
			if status, ok := step["status"].(string); ok {
				v.testStatus(status, stepEnds, here+"/status")
			}
		}
	}
}

func (v *validator) testStatus(status string, ends map[string]form.Words, at string) {
	if _, ok := ends[status]; !ok {
		list := strings.TrimPrefix(strings.Join(slices.Sorted(maps.Keys(ends)), ", "), ", ")
		v.add(warning(at, "unknown_status", fmt.Sprintf("nothing ends as %q; write one of %s", status, list), fmt.Sprintf("nada termina como %q; escreva um destes: %s", status, list)))
	}
}

// Fetches says that what stands at the path is what the flow's preset fetches.
func (f *Flow) Fetches(path string) bool {
	_, preset := f.Trigger.With["preset"]
	return preset && path == "trigger.resource"
}

func (v *validator) testStep(path, at string) {
	if v.flow.Fetches(path) {
		return
	}
	parts := strings.Split(path, ".")
	if _, ok := v.ids[parts[len(parts)-1]]; !ok {
		v.add(warning(at, "unknown_step", fmt.Sprintf("there is no step %q", path), fmt.Sprintf("não existe o passo %q", path)))
	}
}
