// Package flow is the flow document: its types, strict reading, validation, differences and
// writing in a fixed order. It does no I/O.
package flow

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"
)

// Version of the bundle format that this package reads and writes.
const Version = 1

// MostSamples are the samples of each flow that a bundle may hold, MostSamplesInAll those of all.
const (
	MostSamples      = 20
	MostSamplesInAll = 5000
)

// Bundle is what is imported, exported and kept in git.
type Bundle struct {
	Gancho  int                          `json:"gancho"`
	Flows   []*Flow                      `json:"flows"`
	Samples map[string][]json.RawMessage `json:"samples,omitempty"`
}

// Has says whether a flow of that id is in the bundle; none is in a nil one.
func (b *Bundle) Has(id string) bool {
	return b != nil && slices.ContainsFunc(b.Flows, func(f *Flow) bool { return f.ID == id })
}

// Trigger is the kind of trigger of a flow in the bundle.
func (b *Bundle) Trigger(id string) string {
	if i := slices.IndexFunc(b.Flows, func(f *Flow) bool { return f.ID == id }); i >= 0 {
		return b.Flows[i].Trigger.Kind
	}
	return ""
}

// Events are the samples of a flow that can be read.
func (b *Bundle) Events(id string) []TestEvent {
	var events []TestEvent
	for _, raw := range b.Samples[id] {
		var e TestEvent
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if d.Decode(&e) == nil {
			events = append(events, e)
		}
	}
	return events
}

// Flow is a trigger and a tree of steps.
type Flow struct {
	ID          string   `json:"id"`
	Name        string   `json:"name,omitempty"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Trigger     Trigger  `json:"trigger"`
	Steps       []*Step  `json:"steps"`
	Settings    Settings `json:"settings,omitzero"`
	Tests       []Test   `json:"tests,omitempty"`
}

// Trigger is what starts a flow.
type Trigger struct {
	Kind       string         `json:"kind"`
	With       map[string]any `json:"with,omitempty"`
	Where      string         `json:"where,omitempty"`
	Connection string         `json:"connection,omitempty"`
}

// Step is one node of the tree.
type Step struct {
	ID         string         `json:"id"`
	Name       string         `json:"name,omitempty"`
	Note       string         `json:"note,omitempty"`
	Action     string         `json:"action"`
	Connection string         `json:"connection,omitempty"`
	With       map[string]any `json:"with,omitempty"`
	When       string         `json:"when,omitempty"`
	Retry      *Retry         `json:"retry,omitempty"`
	Timeout    *Duration      `json:"timeout,omitempty"` // 30s
	Delivery   string         `json:"delivery,omitempty"`
	Missing    Missing        `json:"missing,omitzero"`
	OnError    string         `json:"on_error,omitempty"`
	Disabled   bool           `json:"disabled,omitempty"`
	Formerly   []string       `json:"formerly,omitempty"`
	Steps      []*Step        `json:"steps,omitzero"`
	Branches   []*Branch      `json:"branches,omitzero"`
	Catch      []*Step        `json:"catch,omitzero"`
}

// Branch is one way of a branch or parallel block.
type Branch struct {
	Name  string  `json:"name,omitempty"`
	When  string  `json:"when,omitempty"`
	Steps []*Step `json:"steps"`
}

// The values of Step.Delivery.
const (
	AtLeastOnce = "at_least_once"
	AtMostOnce  = "at_most_once"
)

// Retry says how often and when a failed attempt is repeated. A nil member has its default.
type Retry struct {
	Attempts *int      `json:"attempts,omitempty"` // with the first one; 8
	First    *Duration `json:"first,omitempty"`    // 5s
	Factor   *float64  `json:"factor,omitempty"`   // 3
	Max      *Duration `json:"max,omitempty"`      // 6h
	Jitter   *float64  `json:"jitter,omitempty"`   // 0.2
}

// Missing says what a missing value in a template does: one policy for all fields, or one
// by field of `with`. In JSON it is a text or an object of texts.
type Missing struct {
	All    string            // fail (default), empty, skip
	Fields map[string]string // by field
}

// Settings of a flow.
type Settings struct {
	Timezone    string          `json:"timezone,omitempty"`
	Timeout     *Duration       `json:"timeout,omitempty"` // 30d
	Concurrency int             `json:"concurrency,omitempty"`
	OnFailure   string          `json:"on_failure,omitempty"`
	Silence     *Silence        `json:"silence,omitempty"`
	Keep        *Keep           `json:"keep,omitempty"`
	Mask        []string        `json:"mask,omitempty"`
	Alerts      json.RawMessage `json:"alerts,omitempty"` // name of a connection, or an e-mail address
}

// DefaultTimeout is how long a run may take where the flow says nothing.
const DefaultTimeout = 30 * 24 * time.Hour

// Silence is an alarm for events that do not come.
type Silence struct {
	ExpectEvery Duration `json:"expect_every"`
}

// Keep is how long history stays.
type Keep struct {
	Bodies *Duration `json:"bodies,omitempty"` // 30d
	Runs   *Duration `json:"runs,omitempty"`   // 90d
}

// Test is an event with what should come of it.
type Test struct {
	Name   string          `json:"name"`
	At     *time.Time      `json:"at,omitempty"`
	Event  TestEvent       `json:"event"`
	Mocks  map[string]Mock `json:"mocks,omitempty"`
	Expect Expect          `json:"expect"`
}

// TestEvent is an event as a test or a person writes it.
type TestEvent struct {
	Body    any               `json:"body,omitempty" doc:"JSON of any kind, as trigger.body has it"`
	Headers map[string]string `json:"headers,omitempty" doc:"by name, as trigger.headers has them"`
	Query   map[string]string `json:"query,omitempty" doc:"parameters of the URL, by name"`
	Method  string            `json:"method,omitempty" doc:"HTTP method; POST if left out"`
}

// Mock stands for what a step would have done.
type Mock struct {
	Output any        `json:"output,omitempty"`
	Error  *MockError `json:"error,omitempty"`
}

// MockError is a failure that a mock plays.
type MockError struct {
	Code    string `json:"code" doc:"of the error, as a retry or on_error rule meets it"`
	Message string `json:"message,omitempty" doc:"what it says"`
	Status  int    `json:"status,omitempty" doc:"HTTP status that the provider is to have answered"`
}

// Expect is partial: what it names must match.
type Expect struct {
	Status string         `json:"status,omitempty"`
	Steps  map[string]any `json:"steps,omitempty"` // by path: a status, or an object with status, with, output, error
	Answer any            `json:"answer,omitempty"`
}

// Or is the duration, where one is said, else another.
func (d *Duration) Or(other time.Duration) time.Duration {
	if d == nil {
		return other
	}
	return time.Duration(*d)
}

// Duration is written as in "1h30m", also with days ("30d").
type Duration time.Duration
