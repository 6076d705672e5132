package person

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/said"
	"gancho/engine/store"
)

// Erasure is the receipt of one. It names the key by its digest alone.
type Erasure struct {
	At      time.Time     `json:"at" doc:"when it was done"`
	By      string        `json:"by" doc:"who asked for it"`
	Digest  string        `json:"key_digest" doc:"SHA-256 of the key"`
	Erased  []string      `json:"erased" doc:"runs, each with its event"`
	Events  []string      `json:"events" doc:"events that made no run"`
	State   []string      `json:"state" doc:"keys of what flows kept, erased; what they hold of the person is left out here"`
	Open    []string      `json:"open" doc:"runs that have not ended and stay until they have"`
	Flows   []FlowHolding `json:"flows" doc:"flows whose own documents still hold the person: take it out of the draft and its tests by hand; earlier drafts and revisions go with the flow alone"`
	Shadows []string      `json:"shadows" doc:"flows whose draft holds the person, and is not compared on live events any more"`
	Note    string        `json:"note,omitempty" doc:"what to do about those that are open"`
}

// sweeps are how often an erasure looks: again for what was taken up before it was erased, and once more for what was
// taken up of that. What a person sends meanwhile is new; no erasure waits for an end of it.
const sweeps = 3

// Erase takes a person out of history: bodies, inputs, outputs and titles of every ended run,
// and of every event without one, that holds the key, and what flows keep under a key or in a
// value that holds it; and out of what the program notes by itself. That something happened, and when, stays.
// With cancel the runs that have not ended are canceled first. A key that is no whole e-mail,
// phone or CPF is refused: what holds a part of one may be of others.
func Erase(ctx context.Context, e *engine.Engine, key, by string, cancel bool) (Erasure, error) {
	sum := sha256.Sum256([]byte(key))
	receipt := Erasure{At: e.Now().UTC(), By: by, Digest: hex.EncodeToString(sum[:]), Erased: []string{}, Events: []string{}, State: []string{}, Open: []string{}, Shadows: []string{}, Flows: []FlowHolding{}}
	if looksLike(key) == "text" {
		return receipt, &refusal.Refusal{Kind: refusal.Invalid, Code: "not_a_key", Message: form.Label("give a whole e-mail, phone or CPF", "informe um e-mail, telefone ou CPF completo")}
	}
	if unread := e.Store.Unread(""); len(unread) > 0 {
		return receipt, fmt.Errorf("%w: %s: what it holds of a person cannot be erased; put the file back from a backup and start again, or take the file out of the stopped folder and run gancho db repair", store.ErrUnread, strings.Join(unread, ", "))
	}
	done, err := e.Erasing(ctx)
	if err != nil {
		return receipt, err
	}
	defer done()
	if receipt.Flows, err = flowsOf(ctx, e, key); err != nil { // first, so that no error comes once all is erased
		return receipt, err
	}
	for i := range receipt.Flows {
		receipt.Flows[i].FlowName = nameless(store.ValueOf(key), receipt.Flows[i].FlowName)
	}
	defer e.ForgetYields() // any of it may be that person's
	for range sweeps {
		before := len(receipt.Erased) + len(receipt.Events)
		if err := receipt.sweep(ctx, e, key, cancel); err != nil {
			return receipt, err
		}
		if len(receipt.Erased)+len(receipt.Events) == before {
			break
		}
		if err := e.TakenUp(ctx); err != nil { // what was read before it was erased, and is in a new run now
			return receipt, err
		}
	}
	if len(receipt.Open) > 0 {
		receipt.Note = engine.Told(ctx, said.Both(form.Label("runs that have not ended stay, and may keep something again: erase once more when they have, or with cancel=true",
			"execuções que não terminaram ficam, e podem guardar algo de novo: apague de novo quando terminarem, ou com cancel=true")))
	}
	return receipt, eraseKept(ctx, e, key, &receipt)
}

// eraseKept takes a person out of what flows keep and what the program notes, and has the store leave no byte of it.
func eraseKept(ctx context.Context, e *engine.Engine, key string, receipt *Erasure) error {
	inState, err := eraseState(ctx, e, key, receipt)
	if err != nil {
		return err
	}
	gone := engine.Gone{Holds: store.ValueOf(key).In, IDs: map[string]bool{}}
	for _, id := range slices.Concat(receipt.Erased, receipt.Events) {
		gone.IDs[id] = true
	}
	forgotten, err := e.Forget(ctx, &gone)
	receipt.Shadows = append(receipt.Shadows, forgotten.Shadows...)
	if err == nil && (inState || forgotten.Changed) {
		err = e.Store.Erase(ctx, nil)
	}
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

// sweep erases all that holds the key now, and has not been erased, and says what is open.
func (r *Erasure) sweep(ctx context.Context, e *engine.Engine, key string, cancel bool) error {
	r.Open = []string{}
	gone := map[string]bool{}
	for _, id := range slices.Concat(r.Erased, r.Events) {
		gone[id] = true
	}
	q := store.Query{Text: key, Limit: 200}
	var runs, events []string
	err := e.EachRun(ctx, q, func(run *store.Run) (bool, error) {
		if !run.Status.Final() && !cancel {
			r.Open = append(r.Open, run.ID)
			return true, nil
		}
		if !run.Status.Final() {
			if err := e.Cancel(ctx, run.ID, "canceled by "+r.By); err != nil && !errors.Is(err, store.ErrConflict) {
				return false, fmt.Errorf("cancel run %s: %w", run.ID, err)
			}
		}
		if !gone[run.ID] {
			runs = append(runs, run.ID)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	err = eachEvent(ctx, e, q, func(i *store.EventInfo) (bool, error) {
		if (i.Run == "" || i.Outcome == store.Duplicate) && !gone[i.ID] {
			events = append(events, i.ID)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	if err := erase(ctx, e, runs, &r.Erased, &r.Open); err != nil {
		return err
	}
	return erase(ctx, e, events, &r.Events, &r.Open)
}

// eraseTogether are the runs that one write erases.
const eraseTogether = 200

// erase notes what was erased, and what is open again since it was found and stays.
func erase(ctx context.Context, e *engine.Engine, ids []string, erased, open *[]string) error {
	one := func(ids []string) error {
		err := e.Store.Erase(ctx, ids)
		if err == nil {
			*erased = append(*erased, ids...)
		}
		return err
	}
	for part := range slices.Chunk(ids, eraseTogether) {
		err := one(part)
		if errors.Is(err, store.ErrConflict) {
			err = nil
			for i := range part {
				own := one(part[i : i+1])
				if errors.Is(own, store.ErrConflict) {
					*open, own = append(*open, part[i]), nil
				}
				err = errors.Join(err, own)
			}
		}
		if err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return nil
}
