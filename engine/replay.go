package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/said"
	"gancho/engine/store"
)

// ReplayOptions say which runs to do again, and how.
type ReplayOptions struct {
	IDs   []string
	Query *Selection // instead of IDs: all that it matches
	ReplayHow
	DryRun bool // only say what would happen
}

// ReplayHow is how runs are done again.
type ReplayHow struct {
	From     string   `json:"from" enum:"start,failed" doc:"start: a new run with new idempotency keys; failed: finished effects are kept"`
	Revision string   `json:"revision" enum:"original,published" doc:"which revision of the flow it runs"`
	Allow    []string `json:"allow,omitempty" doc:"paths of finished effects that may be repeated"`
}

// goesOn says whether it is the same run that goes on.
func (h *ReplayHow) goesOn() bool { return h.From == ReplayFailed && h.Revision == ReplayOriginal }

// The words of ReplayHow.
const (
	ReplayStart     = "start"
	ReplayFailed    = "failed"
	ReplayOriginal  = "original"
	ReplayPublished = "published"
)

const (
	maxReplay  = 1000 // runs that one call names, or that one trial looks at
	replayNow  = 200  // runs of a query that are done again while the asker waits
	replayLump = 50   // runs that are accepted in one write
)

// Replayed is what became of one run. Run is empty when it was refused or only asked about.
type Replayed struct {
	Of      string       `json:"replay_of" doc:"id of the run that is done again"`
	Run     string       `json:"run,omitempty" doc:"id of the run that does it; left out of a dry run and of what was refused"`
	Repeats []string     `json:"repeats,omitempty" doc:"paths of finished effects that would happen again"`
	Kept    []string     `json:"kept,omitempty" doc:"paths whose checkpoints are kept"`
	Refused *ReplayFault `json:"refused,omitempty" doc:"why it was not done; left out when it was"`
}

// ReplayFault is why a run is not done again.
type ReplayFault struct {
	Code    string     `json:"code" doc:"for machines, such as replay_differs"`
	Message form.Words `json:"-"`
	Text    string     `json:"message" doc:"why, in the asker's language"`
}

// Replays are what became of the runs of one call.
type Replays struct {
	Items   []Replayed
	Matched int        // runs that the query found, or that were named
	More    bool       // there are more than were counted
	Replay  *Replaying // of a query that finds many: it goes on by itself
}

// Replay does runs again. From the start a run is a new one, with new idempotency keys. From
// the failed step on the revision that ran, it is the same run that goes on; on the published
// revision it is a new one that keeps the checkpoints of equal path (or formerly so called)
// and kind, and uses the first run's keys. What a query finds beyond a page is done by and by,
// whatever becomes of this process.
func (e *Engine) Replay(ctx context.Context, o ReplayOptions) (Replays, error) {
	out := Replays{Items: []Replayed{}}
	ids := once(o.IDs)
	if len(ids) > maxReplay {
		return out, refusal.New(refusal.Invalid, "too_many", fmt.Sprintf("at most %d runs by their ids; give a query", maxReplay), fmt.Sprintf("no máximo %d execuções pelos ids; use uma query", maxReplay))
	}
	if o.Query != nil {
		most := replayNow
		if o.DryRun {
			most = maxReplay
		}
		var err error
		if ids, out.More, err = e.matching(ctx, o.Query, most); err != nil {
			return out, err
		}
		if out.More && !o.DryRun {
			out.Replay, err = e.startReplay(ctx, *o.Query, o.ReplayHow)
			return out, err
		}
	}
	out.Matched = len(ids)
	for part := range slices.Chunk(ids, replayLump) {
		done, err := e.replayLump(ctx, part, "", o.ReplayHow, o.DryRun)
		out.Items = append(out.Items, done...)
		if err != nil {
			return out, e.cutShort(&out, ids, err)
		}
	}
	if out.More {
		out.Matched, out.More = e.countMatching(ctx, o.Query, countFor)
	}
	return out, nil
}

// once leaves out what was named before.
func once(ids []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	})
}

// cutShort answers for a replay that a fault ended halfway: the runs that were done again must
// be known, or whoever asked does them once more. Where there are none the fault is the answer.
func (e *Engine) cutShort(out *Replays, ids []string, cause error) error {
	if !slices.ContainsFunc(out.Items, func(r Replayed) bool { return r.Run != "" }) {
		return cause
	}
	e.Log.Error("a replay was cut short", "runs", len(ids), "error", cause)
	for _, id := range ids[len(out.Items):] {
		out.Items = append(out.Items, Replayed{Of: id})
	}
	for i := range out.Items {
		if r := &out.Items[i]; r.Run == "" && r.Refused == nil {
			*r = r.refuse("not_reached", "the server could not go on; replay this one again", "o servidor não pôde continuar; repita esta de novo")
		}
	}
	return nil
}

// replayedAtOnce is about how many bytes of new runs are accepted in one write.
const replayedAtOnce = 32 << 20

// lump are new runs that are to be accepted in one write.
type lump struct {
	events []store.Event
	of     []int // places among the results
	size   int
}

func (l *lump) add(event *store.Event, of int) {
	l.events, l.of = append(l.events, *event), append(l.of, of)
	l.size += len(event.Body) + len(event.Meta)
	for _, s := range event.Steps {
		l.size += len(s.Data)
	}
}

// replayLump does some runs again, the new ones accepted in one write, or in more where they are large.
// With the id of a Replaying a run of it that was done again already is not once more.
func (e *Engine) replayLump(ctx context.Context, ids []string, replaying string, how ReplayHow, dryRun bool) ([]Replayed, error) {
	results := make([]Replayed, 0, len(ids))
	if !dryRun {
		done, err := e.TakeUp(ctx)
		if err != nil {
			return results, err
		}
		defer done()
	}
	var l lump
	for _, id := range ids {
		r, event, err := e.replay(ctx, id, how, dryRun)
		if err != nil && (passes(err) || ctx.Err() != nil) {
			return results, fmt.Errorf("replay run %s: %w", id, err)
		}
		if err != nil {
			e.Log.Error("replay a run", "run", id, "error", err)
			r, event = r.refuse("unreadable", "it could not be read: see the log of the server", "não foi possível ler a execução: veja o log do servidor"), nil
		}
		if event != nil {
			if replaying != "" {
				event.Key, event.KeyFor = "replay/"+replaying+"/"+id, replayKeyFor
			}
			l.add(event, len(results))
		}
		results = append(results, r)
		if l.size > replayedAtOnce {
			if results, err = e.acceptLump(ctx, &l, results); err != nil {
				return results, err
			}
		}
	}
	return e.acceptLump(ctx, &l, results)
}

// acceptLump accepts the runs of a lump and empties it. On an error the results end before the first of them.
func (e *Engine) acceptLump(ctx context.Context, l *lump, results []Replayed) ([]Replayed, error) {
	if len(l.events) == 0 {
		return results, nil
	}
	accepted, err := e.Store.Accept(ctx, l.events)
	if err != nil {
		return results[:l.of[0]], fmt.Errorf("accept replayed runs: %w", err)
	}
	for i, a := range accepted {
		results[l.of[i]].Run = a.Run
	}
	e.noteReplayed(ctx, l.events, accepted)
	*l = lump{}
	return results, nil
}

// replay does one run again, or makes the event of a new run that does. A refusal is part of
// the answer; an error is not.
func (e *Engine) replay(ctx context.Context, id string, how ReplayHow, dryRun bool) (Replayed, *store.Event, error) {
	r := Replayed{Of: id}
	story, err := e.Store.GetRun(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return r.refuse("not_found", "there is no such run", "não existe esta execução"), nil, nil
	}
	if err != nil {
		return r, nil, err
	}
	if !story.Run.Status.Final() {
		return r.refuse("not_ended", "the run has not ended", "a execução não terminou"), nil, nil
	}
	if how.From == ReplayFailed && story.Run.Status != store.Failed {
		return r.refuse("not_failed", "the run has not failed; replay it from the start", "a execução não falhou; repita desde o início"), nil, nil
	}
	entry, there := e.Flows.Find(story.Run.Flow)
	if !there || entry.Published == nil {
		return r.refuse("no_flow", "its flow is gone, or was never published", "o fluxo não existe mais, ou nunca foi publicado"), nil, nil
	}
	if how.Revision == ReplayOriginal {
		if _, err := e.planOf(ctx, story.Run); isGone(err) {
			return r.refuse("no_revision", "the revision that it ran was deleted with its flow; replay it with what is published", "a revisão que ela usou foi apagada com o fluxo; repita com a publicada"), nil, nil
		} else if err != nil {
			return r, nil, err
		}
	}
	if len(story.Meta) == 0 {
		return r.refuse("no_body", "the body of its event is no longer kept", "o corpo do evento não está mais guardado"), nil, nil
	}
	if how.goesOn() {
		r, err = e.goOn(ctx, r, &story, dryRun)
		return r, nil, err
	}
	r, event, err := e.again(r, &entry, &story, how, dryRun)
	if dryRun {
		event = nil
	}
	return r, event, err
}

func isGone(err error) bool {
	r, ok := errors.AsType[*refusal.Refusal](err)
	return ok && r.Kind == refusal.NotFound
}

func (r Replayed) refuse(code, en, pt string) Replayed {
	r.Refused = &ReplayFault{Code: code, Message: form.Label(en, pt), Text: en}
	return r
}

// goOn lets a failed run go on at the step that failed.
func (e *Engine) goOn(ctx context.Context, r Replayed, story *store.Story, dryRun bool) (Replayed, error) {
	if dryRun {
		return r, nil
	}
	if err := e.cancelCalled(ctx, r.Of); err != nil { // it calls them anew
		return r, err
	}
	err := e.Store.Resume(ctx, r.Of, story.Run.Attempt, append(stopOf(story), openCalls(story)...))
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return e.cannotGoOn(ctx, r, story.Run.Attempt)
	}
	if err == nil {
		e.noteMended(story.Run.Flow)
		r.Run = r.Of
	}
	return r, err
}

// cannotGoOn says why a run that failed could not be resumed.
func (e *Engine) cannotGoOn(ctx context.Context, r Replayed, attempt int) (Replayed, error) {
	now, err := e.Store.RunInfo(ctx, r.Of)
	if err == nil && now.Attempt > attempt {
		return r.refuse("went_on", "somebody else has just let the run go on; look at what became of it", "outra pessoa acabou de continuar a execução; veja o que aconteceu com ela"), nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return r, err
	}
	return r.refuse("cannot_go_on", "the run cannot go on any more; replay it from the start", "a execução não pode mais continuar; repita desde o início"), nil
}

// stopOf gives the path of the step that ended a run as failed and did what it should. It stops
// the run again.
func stopOf(story *store.Story) []string {
	for _, s := range story.Steps {
		if s.Path != story.Run.Error.Step {
			continue
		}
		if rec, err := readRecord(s.Path, s.Data); err == nil && rec.Status == stepSucceeded {
			return []string{s.Path}
		}
	}
	return nil
}

// again makes the event of a new run that repeats another.
func (e *Engine) again(r Replayed, entry *flows.Entry, story *store.Story, how ReplayHow, dryRun bool) (Replayed, *store.Event, error) {
	event := &store.Event{
		Flow: story.Run.Flow, At: e.Now(), Outcome: store.Accepted, OrderBy: story.Run.OrderBy, Name: story.Run.EventName, Title: story.Run.Title,
		Meta: story.Meta, Body: story.Body, Source: story.Run.Event, ReplayOf: r.Of, Revision: story.Run.Revision,
	}
	if how.Revision == ReplayPublished {
		event.Revision = entry.PublishedRev
	}
	if how.From == ReplayFailed {
		if err := e.keepCheckpoints(event, &r, story, entry.Published); err != nil {
			return r, nil, err
		}
		if open := slices.DeleteFunc(slices.Clone(r.Repeats), func(path string) bool { return slices.Contains(how.Allow, path) }); len(open) > 0 && !dryRun {
			r.Repeats = open
			return r.refuse("replay_differs", "effects that have happened would happen again: "+strings.Join(open, ", "), "efeitos que já aconteceram aconteceriam de novo: "+strings.Join(open, ", ")), nil, nil
		}
	}
	return r, event, nil
}

// keepCheckpoints seeds the new run with what its flow still knows of the old one's steps.
func (e *Engine) keepCheckpoints(event *store.Event, r *Replayed, story *store.Story, published *flow.Flow) error {
	places := placesOf(published)
	fresh := map[string]bool{} // kinds of effects at places that the old run did not have
	old := map[string]bool{}
	for _, s := range story.Steps {
		old[idOf(s.Path)] = true
	}
	for id, step := range places {
		if a, ok := e.Catalogue.Find(step.Action); ok && a.Effect && step.ID == id && !old[id] && !slices.ContainsFunc(step.Formerly, func(f string) bool { return old[f] }) {
			fresh[step.Action] = true
		}
	}
	for _, s := range story.Steps {
		rec, err := readRecord(s.Path, s.Data)
		if err != nil {
			return err
		}
		a, ok := e.Catalogue.Find(rec.Action)
		if !ok || a.Shape != flow.Leaf || rec.Status != stepSucceeded || s.Path == story.Run.Error.Step {
			continue
		}
		step := places[idOf(s.Path)]
		if step == nil || step.Action != rec.Action {
			if a.Effect && fresh[rec.Action] {
				r.Repeats = append(r.Repeats, s.Path)
			}
			continue
		}
		rec.Path = strings.TrimSuffix(s.Path, idOf(s.Path)) + step.ID
		rec.DoneBy = cmp.Or(rec.DoneBy, r.Of)
		data, err := rec.bytes()
		if err != nil {
			return err
		}
		event.Steps = append(event.Steps, store.Record{Path: rec.Path, Data: data})
		r.Kept = append(r.Kept, rec.Path)
	}
	var meta Meta
	if err := json.Unmarshal(event.Meta, &meta); err != nil {
		return fmt.Errorf("envelope: %w", err)
	}
	if meta.KeyOf == "" {
		meta.KeyOf = r.Of
	}
	var err error
	event.Meta, err = json.Marshal(&meta)
	return err
}

// placesOf gives each step by its id and by its former ones.
func placesOf(f *flow.Flow) map[string]*flow.Step {
	places := map[string]*flow.Step{}
	flow.Walk(f.Steps, "", func(_ string, s *flow.Step) {
		for _, former := range s.Formerly {
			if places[former] == nil {
				places[former] = s
			}
		}
	})
	flow.Walk(f.Steps, "", func(_ string, s *flow.Step) { places[s.ID] = s })
	return places
}

// idOf gives the step's id of a path.
func idOf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// Rejected gives a rejected delivery whose body was kept, as an event that may be let in. Its
// key makes two clicks one run.
func (e *Engine) Rejected(ctx context.Context, id string) (Incoming, error) {
	info, err := e.Store.GetEvent(ctx, id)
	if err != nil {
		return Incoming{}, err
	}
	if info.Outcome != store.Rejected {
		return Incoming{}, refusal.New(refusal.Conflict, "not_rejected", "only a rejected event can be accepted by hand", "só um evento rejeitado pode ser aceito à mão")
	}
	if len(info.Body) == 0 {
		return Incoming{}, refusal.New(refusal.Conflict, "no_body", "its body was not kept; it had been refused: "+said.Reason(info.Reason, "en"), "o corpo não foi guardado; tinha sido recusado: "+said.Reason(info.Reason, "pt-BR"))
	}
	if entry, err := e.Flows.Get(info.Flow); err != nil {
		return Incoming{}, err
	} else if entry.State == flows.StateOff {
		return Incoming{}, refusal.New(refusal.Conflict, "off", "this flow is off", "este fluxo está desligado")
	}
	in := Incoming{Flow: info.Flow, Body: info.Body, At: e.Now(), Key: "by hand/" + id}
	if err := json.Unmarshal(info.Meta, &in.Meta); err != nil {
		return Incoming{}, fmt.Errorf("envelope: %w", err)
	}
	refused := form.Label("accepted by hand; it had been refused: "+said.Reason(info.Reason, "en"), "aceito à mão; tinha sido recusado: "+said.Reason(info.Reason, "pt-BR"))
	in.Meta.Note = said.Both(refused)
	return in, nil
}
