package api

import (
	"context"
	"io"
	"net/http"
	"slices"

	"gancho/engine/flow"
	"gancho/engine/flows"

	"github.com/danielgtaylor/huma/v2"
)

// asJSON writes what is answered; a bundle as the command line does, to be read and kept in git.
var asJSON = huma.Format{Unmarshal: huma.DefaultJSONFormat.Unmarshal, Marshal: func(w io.Writer, v any) error {
	b, ok := v.(*flow.Bundle)
	if !ok {
		return huma.DefaultJSONFormat.Marshal(w, v)
	}
	data, err := flow.Marshal(b)
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}}

type exportOutput struct {
	Disposition string `header:"Content-Disposition" doc:"a name for the file"`
	Body        any
}

func (s *server) export(ctx context.Context, in *struct {
	Flow    []string `query:"flow,explode" doc:"ids; all if left out"`
	Tag     string   `query:"tag" doc:"only flows that have it"`
	Samples flag     `query:"samples" doc:"with the newest events of each flow"`
},
) (*exportOutput, error) {
	b, err := s.Flows.Export(in.Flow, in.Tag)
	if err == nil && bool(in.Samples) {
		err = s.withSamples(ctx, b)
	}
	if err != nil {
		return nil, err
	}
	return &exportOutput{`attachment; filename="flows.json"`, b}, nil
}

type importInput struct {
	DryRun     flag   `query:"dry_run" doc:"answer with what would be done, and do nothing"`
	Publish    flag   `query:"publish" doc:"publish the flows and switch them on; without it they arrive off"`
	Force      flag   `query:"force" doc:"publish although tests fail"`
	OnConflict string `query:"on_conflict" doc:"fail (default), skip or replace"`
	DocumentBody
}

// trial says that nothing is imported, only told.
func (in *importInput) trial() bool { return bool(in.DryRun) }

// ImportView is what became of one flow of a bundle.
type ImportView struct {
	ID        string        `json:"id" doc:"of the flow"`
	Action    string        `json:"action" enum:"created,replaced,unchanged,skipped" doc:"what was done, or would be"`
	Published bool          `json:"published" doc:"a revision was made, or would be"`
	URL       string        `json:"url,omitempty" doc:"trigger URL of the flow"`
	Samples   int           `json:"samples,omitempty" doc:"events of the bundle that were kept as captured ones"`
	Problems  []ProblemView `json:"problems" doc:"of the flow"`
	Sentences []string      `json:"sentences,omitempty" doc:"of a dry run: what differs from the draft that is here"`

	Connections []ImportConnection `json:"connections" doc:"that the flow would use"`
	Hosts       []string           `json:"hosts" doc:"that the flow would call: those written in it, and those of its connections that are here"`
}

// ImportConnection is a connection that an imported flow names.
type ImportConnection struct {
	Name   string `json:"name" doc:"as the flows name it"`
	Kind   string `json:"kind,omitempty" doc:"of the one that is here"`
	Exists bool   `json:"exists" doc:"a connection of this name is there"`
}

type importOutput struct {
	Body struct {
		DryRun bool         `json:"dry_run" doc:"nothing was done"`
		Flows  []ImportView `json:"flows" doc:"in the order of the bundle"`
	}
}

// did is what the audit tells of an import: what was done to which flows.
func (out *importOutput) did() map[string]any {
	done := map[string]any{}
	for _, f := range out.Body.Flows {
		done[f.ID] = f.Action
	}
	return done
}

func (s *server) importBundle(ctx context.Context, in *importInput) (*importOutput, error) {
	switch in.OnConflict {
	case "", flows.OnConflictFail, flows.OnConflictSkip, flows.OnConflictReplace:
	default:
		return nil, problemOf(http.StatusUnprocessableEntity, "bad_on_conflict", "on_conflict is fail, skip or replace", "on_conflict é fail, skip ou replace")
	}
	b, problems := flow.Parse(in.RawBody)
	if b == nil || flow.Errors(problems) {
		p := problemOf(http.StatusUnprocessableEntity, "unreadable", "the bundle cannot be read", "o pacote não pode ser lido")
		p.problems = problems
		return nil, p
	}
	o := flows.ImportOptions{DryRun: bool(in.DryRun), Publish: bool(in.Publish), OnConflict: in.OnConflict}
	if !in.Force {
		o.Failing = s.Engine.FailingTests
	}
	results, err := s.Flows.Import(ctx, b, o)
	if err != nil {
		return nil, err
	}
	out := &importOutput{}
	out.Body.DryRun, out.Body.Flows = bool(in.DryRun), []ImportView{}
	for i, r := range results {
		v := ImportView{ID: r.ID, Action: r.Action, Published: r.Published, Problems: viewProblems(r.Problems, langOf(ctx))}
		v.Connections, v.Hosts = s.reach(b.Flows[i])
		e, err := s.Flows.Get(r.ID)
		switch {
		case err == nil && bool(in.DryRun):
			v.Sentences = sentencesOf(flow.Diff(e.Draft, b.Flows[i], s.Catalogue), langOf(ctx))
		case err == nil:
			v.URL = s.url(ctx, &e)
		}
		if !in.DryRun && (r.Action == "created" || r.Action == "replaced") {
			s.keepSamples(ctx, b, &v)
		}
		out.Body.Flows = append(out.Body.Flows, v)
	}
	return out, nil
}

// reach says which connections and hosts a flow would use.
func (s *server) reach(f *flow.Flow) ([]ImportConnection, []string) {
	reach := flow.ReachOf(f)
	connections, hosts := []ImportConnection{}, reach.Hosts
	for _, name := range reach.Connections {
		c, err := s.Connections.Get(name)
		connections = append(connections, ImportConnection{name, c.Kind, err == nil})
		hosts = append(hosts, c.Hosts...)
	}
	slices.Sort(hosts)
	return connections, orEmpty(slices.Compact(hosts))
}

func sentencesOf(changes []flow.Change, lang string) []string {
	sentences := []string{}
	for _, c := range changes {
		sentences = append(sentences, c.Sentence.In(lang))
	}
	return sentences
}
