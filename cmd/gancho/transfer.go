package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/refusal"
)

// remote is a server to talk to, instead of a data folder.
type remote struct {
	Server string `help:"Server to talk to." placeholder:"URL"`
	Token  string `help:"Token for the server." env:"GANCHO_API_TOKEN" placeholder:"TOKEN"`
}

const (
	callFor   = time.Minute
	longCall  = time.Hour // for what takes as long as there is much of it
	mostReply = 256 << 20
)

// call asks the server's API and gives the body of its answer.
func (r *remote) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	return r.ask(ctx, method, path, body)
}

func (r *remote) ask(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	res, err := r.open(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, mostReply))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", r.Server, err)
	}
	return data, nil
}

// open asks the server's API; the caller closes the answer, which is no refusal.
func (r *remote) open(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.Server, "/")+"/api/v1"+path, bytes.NewReader(body))
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, usageError{"--server must be an address such as http://127.0.0.1:8080"}
	}
	req.Header.Set("Authorization", "Bearer "+r.Token)
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := serverClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", r.Server, bare(err))
	}
	if res.StatusCode < http.StatusMultipleChoices {
		return res, nil
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, mostReply))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", r.Server, err)
	}
	return nil, refusalOf(res.StatusCode, data)
}

// serverClient talks to the operator's own server, wherever it is.
var serverClient = &http.Client{}

// refusalOf is an error answer in words.
func refusalOf(status int, data []byte) error {
	var p struct {
		Detail   string
		Code     string
		Problems []struct{ Path, Message, Hint string }
	}
	if json.Unmarshal(data, &p) != nil || p.Detail == "" {
		return answerError{fmt.Sprintf("the server answered %d", status)}
	}
	text := p.Detail
	for _, problem := range p.Problems {
		text += fmt.Sprintf("\n  %s: %s", problem.Path, problem.Message)
	}
	if p.Code == "taken" && len(p.Problems) > 0 {
		text += takenHint
	}
	return answerError{fmt.Sprintf("the server answered %d: %s", status, text)}
}

// answerError is a refusal: the server is there, and says no.
type answerError struct{ text string }

func (a answerError) Error() string { return a.text }

// takenHint says what to do about flows that are in the way of an import.
const takenHint = "\n  with --on-conflict replace they become the bundle's, with --on-conflict skip they stay as they are"

// bare leaves out of an error what it repeats of the request.
func bare(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

type importCommand struct {
	dataFlags
	remote
	File       string `arg:"" help:"Bundle; - reads stdin."`
	DryRun     bool   `help:"Only say what would happen."`
	Publish    bool   `help:"Publish what is imported; without it new flows arrive off."`
	Force      bool   `help:"Publish although tests fail."`
	OnConflict string `help:"What to do with a flow whose id is taken: fail, skip or replace." enum:"fail,skip,replace" default:"fail"`
}

// Run takes the bundle in.
func (c *importCommand) Run(ctx context.Context, to streams) error {
	b, err := readBundle(c.File, to)
	if err != nil {
		return err
	}
	if c.Server != "" {
		return c.toServer(ctx, b, to)
	}
	i, err := c.open(ctx)
	if err != nil {
		return err
	}
	results, err := c.intoFolder(ctx, i, b)
	for _, r := range results {
		if err == nil {
			c.printImported(to, r.ID, r.Action, r.Published, 0)
			c.printReach(to.err, b, r.ID)
		}
	}
	if err == nil {
		sayNoSamples(b, to)
	}
	var refused *refusal.Refusal
	if errors.As(err, &refused) {
		for _, p := range refused.Problems {
			fmt.Fprintf(to.err, "%s: %s\n", p.Path, p.Message.EN)
		}
		if refused.Code == "taken" {
			err = fmt.Errorf("%w%s", err, takenHint)
		}
	}
	if err == nil {
		err = c.printProblems(results, to)
	}
	return errors.Join(err, i.Close())
}

// open makes the folder where there is none, unless nothing is to be changed.
func (c *importCommand) open(ctx context.Context) (*instance, error) {
	if c.DryRun {
		return openExisting(ctx, c.dataFlags)
	}
	return openInstance(ctx, c.dataFlags, outboundFlags{}, slog.New(slog.DiscardHandler))
}

// sayNoSamples tells of what only a running server takes in.
func sayNoSamples(b *flow.Bundle, to streams) {
	if len(b.Samples) > 0 {
		fmt.Fprintln(to.err, "the samples of the bundle were left out: a running server takes them in, with gancho import --server URL")
	}
}

func (c *importCommand) intoFolder(ctx context.Context, i *instance, b *flow.Bundle) ([]flows.ImportResult, error) {
	o := flows.ImportOptions{DryRun: c.DryRun, Publish: c.Publish, OnConflict: c.OnConflict}
	if c.Publish && !c.Force {
		e, err := engine.New(ctx, i.engineConfig(slog.New(slog.DiscardHandler)))
		if err != nil {
			return nil, fmt.Errorf("read the instance: %w", err)
		}
		o.Failing = e.FailingTests
	}
	return i.flows.Import(ctx, b, o)
}

// printProblems says what is wrong with what was taken in, or would be.
func (c *importCommand) printProblems(results []flows.ImportResult, to streams) error {
	faulty := false
	for _, r := range results {
		for _, p := range r.Problems {
			fmt.Fprintf(to.err, "%s: %s: %s: %s\n", r.ID, p.Severity, p.Path, p.Message.EN)
			faulty = faulty || p.Severity == form.Error
		}
	}
	c.printTrial(to)
	return c.outcome(faulty)
}

// outcome is a no where a flow was to be published and an error forbids it.
func (c *importCommand) outcome(faulty bool) error {
	if c.Publish && faulty {
		return errNo
	}
	return nil
}

func (c *importCommand) printTrial(to streams) {
	if c.DryRun {
		fmt.Fprintln(to.err, "nothing was changed: this was a dry run")
	}
}

// printReach says, before anything is taken in, what a flow of the bundle would use.
func (c *importCommand) printReach(w io.Writer, b *flow.Bundle, id string) {
	f := pickFlow(b, id)
	if !c.DryRun || f == nil {
		return
	}
	reach := flow.ReachOf(f)
	for _, part := range []struct {
		words string
		names []string
	}{{"uses the connections", reach.Connections}, {"calls the hosts", reach.Hosts}} {
		if len(part.names) > 0 {
			fmt.Fprintf(w, "%s: %s %s\n", id, part.words, strings.Join(part.names, ", "))
		}
	}
}

func (c *importCommand) printImported(to streams, id, action string, published bool, samples int) {
	if c.Publish && !c.DryRun && !published && (action == "created" || action == "replaced") {
		fmt.Fprintf(to.err, "%s: not published: what is imported is its draft\n", id)
	}
	if published {
		action += ", published"
	}
	if samples > 0 {
		action += fmt.Sprintf(", samples: %d", samples)
	}
	fmt.Fprintf(to.out, "%s: %s\n", id, action)
}

func (c *importCommand) toServer(ctx context.Context, b *flow.Bundle, to streams) error {
	query := url.Values{"on_conflict": {c.OnConflict}}
	if c.DryRun {
		query.Set("dry_run", "true")
	}
	if c.Publish {
		query.Set("publish", "true")
	}
	if c.Force {
		query.Set("force", "true")
	}
	body, err := flow.Marshal(b)
	if err != nil {
		return fmt.Errorf("write the bundle: %w", err)
	}
	data, err := c.call(ctx, http.MethodPost, "/import?"+query.Encode(), body)
	if err != nil {
		return err
	}
	var answer struct {
		Flows []struct {
			ID, Action string
			Published  bool
			Samples    int
			Problems   []struct{ Severity, Path, Message string }
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	faulty := false
	for _, f := range answer.Flows {
		c.printImported(to, f.ID, f.Action, f.Published, f.Samples)
		c.printReach(to.err, b, f.ID)
		for _, p := range f.Problems {
			fmt.Fprintf(to.err, "%s: %s: %s: %s\n", f.ID, p.Severity, p.Path, p.Message)
			faulty = faulty || p.Severity == string(form.Error)
		}
	}
	c.printTrial(to)
	return c.outcome(faulty)
}

type exportCommand struct {
	dataFlags
	remote
	Flow    []string `help:"Only these flows." placeholder:"ID"`
	Tag     string   `help:"Only flows with this tag."`
	Samples bool     `help:"With the newest events of each flow, from a server."`
	Output  string   `short:"o" help:"Write to a file instead of stdout." placeholder:"FILE"`
}

// Run writes the bundle.
func (c *exportCommand) Run(ctx context.Context, to streams) error {
	data, err := c.bundle(ctx)
	if err != nil {
		return err
	}
	if c.Output == "" {
		_, err = to.out.Write(data)
	} else {
		err = os.WriteFile(c.Output, data, 0o600) // samples are of people
	}
	if err != nil {
		return fmt.Errorf("write the bundle: %w", err)
	}
	return nil
}

func (c *exportCommand) bundle(ctx context.Context) ([]byte, error) {
	if c.Server != "" {
		query := url.Values{"flow": c.Flow}
		if c.Tag != "" {
			query.Set("tag", c.Tag)
		}
		if c.Samples {
			query.Set("samples", "true")
		}
		data, err := c.call(ctx, http.MethodGet, "/export?"+query.Encode(), nil)
		if err != nil {
			return nil, err
		}
		b, problems := flow.Parse(data)
		if b == nil {
			return nil, fmt.Errorf("the server's bundle cannot be read: %s", problems[0].Message.EN)
		}
		return marshalBundle(b)
	}
	if c.Samples {
		return nil, usageError{"--samples needs --server: events are read from a running server"}
	}
	i, err := openExisting(ctx, c.dataFlags)
	if err != nil {
		return nil, err
	}
	b, err := i.flows.Export(c.Flow, c.Tag)
	if err = errors.Join(err, i.Close()); err != nil {
		return nil, err
	}
	return marshalBundle(b)
}

func marshalBundle(b *flow.Bundle) ([]byte, error) {
	data, err := flow.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("write the bundle: %w", err)
	}
	return append(bytes.TrimRight(data, "\n"), '\n'), nil
}

type diffCommand struct {
	dataFlags
	remote
	File  string `arg:"" help:"Bundle; what it would change of the server or data folder is shown."`
	Other string `arg:"" optional:"" help:"Second bundle: what changed from the first to it is shown."`

	ExitCode bool `help:"Exit with 1 when anything differs."`
}

// Run prints what changed, a sentence a line; nothing when nothing did.
func (c *diffCommand) Run(ctx context.Context, to streams) error {
	old, fresh, err := c.both(ctx, to)
	if err != nil {
		return err
	}
	known, err := offline(outboundFlags{}, ownFlags{c.Data})
	if err != nil {
		return err
	}
	same := true
	say := func(id, what string) {
		same = false
		fmt.Fprintf(to.out, "%s: %s\n", id, what)
	}
	for _, f := range fresh.Flows {
		before := pickFlow(old, f.ID)
		if before == nil {
			say(f.ID, "new")
			continue
		}
		for _, change := range flow.Diff(before, f, known) {
			say(f.ID, change.Sentence.EN)
		}
	}
	for _, f := range old.Flows {
		if c.Other != "" && pickFlow(fresh, f.ID) == nil { // an import leaves alone what is not in it
			say(f.ID, "not in "+c.Other)
		}
	}
	if c.ExitCode && !same {
		return errNo
	}
	return nil
}

// both gives what to compare from and to.
func (c *diffCommand) both(ctx context.Context, to streams) (old, fresh *flow.Bundle, err error) {
	first, err := readBundle(c.File, to)
	if err != nil {
		return nil, nil, err
	}
	if c.Other != "" {
		second, err := readBundle(c.Other, to)
		return first, second, err
	}
	data, err := (&exportCommand{dataFlags: c.dataFlags, remote: c.remote}).bundle(ctx)
	if err != nil {
		return nil, nil, err
	}
	b, _ := flow.Parse(data)
	if b == nil {
		return nil, nil, errors.New("the flows to compare with cannot be read")
	}
	return b, first, nil
}
