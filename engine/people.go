package engine

import (
	"context"
	"errors"
	"time"

	"gancho/engine/form"
	"gancho/engine/store"
)

// PersonView is all that concerned one person, found by a value: e-mail, phone or CPF.
type PersonView struct {
	Key  string    `json:"key"`
	Runs []RunView `json:"runs"`
	More bool      `json:"more" doc:"there are more than were looked at; ask again after erasing, or narrow"`
}

// mostOfPerson is how many runs one look at a person takes in.
const mostOfPerson = 1000

// Person finds the runs whose events, outputs or errors hold the key. With whole each is
// given with its steps, for an export.
func (e *Engine) Person(ctx context.Context, key string, whole bool) (PersonView, error) {
	v := PersonView{Key: key, Runs: []RunView{}}
	q := store.Query{Text: key, Limit: 200}
	for {
		runs, next, err := e.Store.ListRuns(ctx, q)
		if err != nil {
			return v, err
		}
		for i := range runs {
			view := ViewRun(ctx, &runs[i])
			if whole {
				if view, err = e.Run(ctx, runs[i].ID); err != nil {
					return v, err
				}
			}
			v.Runs = append(v.Runs, view)
		}
		if q.Cursor = next; next == "" {
			return v, nil
		}
		if len(v.Runs) >= mostOfPerson {
			v.More = true
			return v, nil
		}
	}
}

// Erasure is the receipt of one.
type Erasure struct {
	At     time.Time `json:"at"`
	Erased []string  `json:"erased" doc:"runs"`
	Open   []string  `json:"open" doc:"runs that have not ended and stay until they have"`
}

// Erase takes a person out of history: bodies, inputs, outputs and titles of every ended run
// that holds the key. That something happened, and when, stays.
func (e *Engine) Erase(ctx context.Context, key string) (Erasure, error) {
	receipt := Erasure{At: e.Now().UTC(), Erased: []string{}, Open: []string{}}
	if len(key) < 5 {
		return receipt, &Refusal{Kind: Invalid, Code: "key_too_short", Message: form.Label("give a whole e-mail, phone or CPF", "informe um e-mail, telefone ou CPF completo")}
	}
	v, err := e.Person(ctx, key, false)
	if err != nil {
		return receipt, err
	}
	var ended []string
	for i := range v.Runs {
		if v.Runs[i].Status.Final() {
			ended = append(ended, v.Runs[i].ID)
		} else {
			receipt.Open = append(receipt.Open, v.Runs[i].ID)
		}
	}
	for len(ended) > 0 {
		part := ended[:min(len(ended), 200)]
		ended = ended[len(part):]
		if err := e.Store.Erase(part); err != nil && !errors.Is(err, store.ErrConflict) {
			return receipt, err
		}
		receipt.Erased = append(receipt.Erased, part...)
	}
	return receipt, nil
}
