package api

import (
	"reflect"

	"gancho/engine"
	"gancho/engine/flows"

	"github.com/danielgtaylor/huma/v2"
)

// describe adds to the description what huma does not serve: streams and files.
func (r *route) describe(doc *huma.OpenAPI, parameters []*huma.Param, answer *huma.Response) {
	op := &huma.Operation{
		OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Description: operations[r.id], Parameters: parameters,
		Responses: map[string]*huma.Response{"200": answer, "default": {
			Description: "Error",
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")}},
		}},
	}
	doc.AddOperation(op)
}

// FlowNews says that a flow changed.
type FlowNews struct {
	ID           string      `json:"id" doc:"of the flow"`
	Deleted      bool        `json:"deleted,omitempty" doc:"it is no more; the other members are then left out"`
	State        flows.State `json:"state,omitempty" enum:"new,on,paused,off" doc:"as in GET /flows/{id}"`
	DraftRev     int64       `json:"draft_rev,omitempty" doc:"as in GET /flows/{id}"`
	PublishedRev *int        `json:"published_rev,omitempty" doc:"0 if never published"`
}

// Hello is the first that a reader of /live is told.
type Hello struct {
	Version string `json:"version" doc:"of the program"`
}

// Gap tells a reader of /live that it missed something.
type Gap struct{}

// newsTypes are what the data of an event of /live holds, by its name.
var newsTypes = []struct {
	name string
	data reflect.Type
}{
	{"hello", reflect.TypeFor[Hello]()},
	{"run", reflect.TypeFor[engine.RunView]()},
	{"event", reflect.TypeFor[engine.EventView]()},
	{"step", reflect.TypeFor[engine.StepNews]()},
	{"flow", reflect.TypeFor[FlowNews]()},
	{"alert", reflect.TypeFor[engine.AlertView]()},
	{"replay", reflect.TypeFor[engine.Replaying]()},
	{"gap", reflect.TypeFor[Gap]()},
}

func (r *route) describeLive(doc *huma.OpenAPI) {
	text := &huma.Schema{Type: huma.TypeString}
	var kinds []*huma.Schema
	for _, n := range newsTypes {
		kinds = append(kinds, &huma.Schema{
			Type: huma.TypeObject, Required: []string{"id", "event", "data"}, Properties: map[string]*huma.Schema{
				"id":    {Type: huma.TypeString, Description: "for Last-Event-ID"},
				"event": {Type: huma.TypeString, Description: "what the data is", Enum: []any{n.name}},
				"data":  {AllOf: []*huma.Schema{doc.Components.Schemas.Schema(n.data, true, "")}, Description: "JSON, in one line"},
			},
		})
	}
	r.describe(doc, []*huma.Param{
		{Name: "flow", In: "query", Description: "id; only what belongs to this flow", Schema: text},
		{Name: "of", In: "query", Description: "which events, with commas between: run, event, step, flow, alert, replay; all if left out", Schema: text},
		{Name: "Last-Event-ID", In: "header", Description: "id of the last event that was read: what came since follows, or gap", Schema: text},
	}, &huma.Response{Description: "a stream of events", Content: map[string]*huma.MediaType{"text/event-stream": {
		Schema: &huma.Schema{Type: huma.TypeArray, Description: "each is sent as the fields id, event and data of one event", Items: &huma.Schema{OneOf: kinds}},
	}}})
}

func (r *route) describeBackup(doc *huma.OpenAPI) {
	r.describe(doc, []*huma.Param{{Name: "name", In: "path", Required: true, Description: "as GET /backups lists it", Schema: &huma.Schema{Type: huma.TypeString}}},
		&huma.Response{Description: "the archive", Content: map[string]*huma.MediaType{"application/x-tar": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}})
}
