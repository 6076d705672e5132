package bolt

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gancho/engine/store"
)

// searchFor is how long one page of a value search may take; the cursor goes on from there.
const searchFor = time.Second

// sought is a value with what a search passes over blocks by.
type sought struct {
	*store.Value
	words  []uint64 // sums of its words; what holds it holds all of them
	plain  []uint64 // of those without letters, which no accent can change
	number uint64   // of the run or event whose ID it is
}

func seek(text string) *sought {
	v := store.ValueOf(text)
	if v == nil {
		return nil
	}
	s := &sought{Value: v}
	if foreign := func(r rune) bool { return r >= utf8.RuneSelf && unicode.IsDigit(r) }; v.Digits == "" || !strings.ContainsFunc(v.Digits, foreign) {
		eachWord(v.Text, func(sum uint64) { s.words = append(s.words, sum) })
		for _, word := range bytes.FieldsFunc(v.Text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if !bytes.ContainsFunc(word, unicode.IsLetter) {
				eachWord(word, func(sum uint64) { s.plain = append(s.plain, sum) })
			}
		}
	}
	if n, err := numberOf(string(v.Text)); err == nil {
		s.number = n
	}
	return s
}

// inRun searches what a run knows: its event's body, its steps, its error. A run that is archived
// comes with its place, and the archive is held by who asks.
func (s *Store) inRun(tx *tx, what *sought, r *savedRun, at *archived) (bool, error) {
	if r.ID == string(what.Text) || what.In([]byte(r.Title)) || what.In([]byte(r.Error.Message)) || what.In([]byte(r.Error.Code)) {
		return true, nil
	}
	if at != nil {
		return s.archive.holds(what, at), nil
	}
	var e savedEvent
	if err := get(tx, "events", number(r.Number), &e); err == nil && what.In(e.Body) {
		return true, nil
	}
	found := false
	err := eachPlain(tx, "steps", number(r.Number), func(_ string, data []byte) { found = found || what.In(data) })
	return found, err
}

// holds searches an archived event's body and steps; what cannot be read holds nothing.
func (a *archive) holds(what *sought, f *archived) bool {
	k, err := a.readHeld(f)
	if err != nil {
		a.s.log.Error("leave a run out of a search", "number", f.number, "error", err)
		return false
	}
	return what.In(k.event.Body) || slices.ContainsFunc(k.steps, func(p pair) bool { return what.In(p.value) })
}

// inEvent searches an event, whose body is fetched where the archive has it.
func (s *Store) inEvent(what *sought, e savedEvent, at *archived) bool {
	return what.inEvent(&e) || at != nil && s.archive.holds(what, at)
}

func (s *sought) inEvent(e *savedEvent) bool {
	return e.ID == string(s.Text) || s.In([]byte(e.Title)) || s.In([]byte(e.Reason)) || s.In(e.Body)
}
