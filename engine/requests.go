package engine

import (
	"context"

	"gancho/engine/flow"
	"gancho/engine/store"
)

// mostRemade is how many requests of one story are made anew: a loop may have sent ten thousand.
const mostRemade = 1000

// remake shows what the steps of a run that succeeded have sent. It is not kept, for it follows from
// the input: each request is made of that anew, with the connection as it is now.
func (e *Engine) remake(ctx context.Context, v *RunView, r *store.Run, ran *flow.Flow, keyOf string) {
	if ran == nil {
		return
	}
	_, steps := treeOf(ran.Steps)
	zone := zoneOf(ran, e.Instance().Timezone)
	left := mostRemade
	for i := range v.Steps {
		s := &v.Steps[i]
		step := steps[idOf(s.Path)]
		if step == nil || s.Status != stepSucceeded || s.Request != nil || s.Mocked || len(s.given) == 0 || left == 0 {
			continue
		}
		call := Call{
			Flow: r.Flow, Run: r.ID, Step: s.Path, Attempt: max(len(s.Attempts), 1), Key: keyOf + "-" + s.Path,
			Timeout: step.Timeout.Or(defaultTimeout), Now: r.At, Zone: zone,
		}
		if step.Connection != "" {
			c, err := e.Connections.Resolve(step.Connection)
			if err != nil {
				continue
			}
			call.Connection = c
		}
		if action, ok := e.Catalogue.Find(s.Action); ok {
			s.Request = requestOf(ctx, action, s.given, call)
			left--
		}
	}
}

// requestOf shows what a call sends with this input, without sending it; nil where the action shows
// nothing.
func requestOf(ctx context.Context, action *Action, input map[string]any, call Call) any {
	doer := action.New()
	r, ok := doer.(Requester)
	if !ok || len(doer.Fields().Fill(input)) > 0 {
		return nil
	}
	call.Log, call.Sent = func(string) {}, func(func() any) {}
	request, err := r.Request(ctx, &call)
	if err != nil {
		return nil
	}
	return request
}

// keyOf is what the idempotency keys of a run begin with.
func keyOf(story *store.Story) string {
	if meta, err := readMeta(story.Meta); err == nil && meta.KeyOf != "" {
		return meta.KeyOf
	}
	return story.Run.ID
}
