package bolt

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gancho/engine/store"
)

// searchFor is how long one page of a value search may take; the cursor goes on from there.
const searchFor = time.Second

// sought is a value as a search compares it: whole, folded; one of digits also whatever stands
// between them, so that 123.456.789-09 finds 12345678909.
type sought struct {
	text   []byte
	digits string
	words  []uint64 // sums of its words; what holds it holds all of them
	former []uint64 // of its words with their accents, which older blocks have; none where it has no accents
	number uint64   // of the run or event whose ID it is

	address bool // it is one of e-mail
}

func seek(text string) *sought {
	accented := strings.ToLower(plainNumber(strings.TrimSpace(text)))
	text = store.Fold(accented)
	if text == "" {
		return nil
	}
	s := &sought{text: []byte(text)}
	s.address = strings.Contains(text, "@")
	digits, others := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
		case !strings.ContainsRune(between, r):
			others++
		}
	}
	if digits >= 6 && others == 0 {
		s.digits = onlyDigits(text)
	}
	if s.digits == "" || len(s.digits) == digits { // else there are digits of other scripts
		eachWord(s.text, func(sum uint64) { s.words = append(s.words, sum) })
		if accented != text {
			eachWord([]byte(accented), func(sum uint64) { s.former = append(s.former, sum) })
		}
	}
	if rest, cut := strings.CutPrefix(s.digits, "55"); cut && (len(rest) == 10 || len(rest) == 11) {
		s.digits = rest // a phone is found with and without its country
	}
	if n, err := numberOf(text); err == nil {
		s.number = n
	}
	return s
}

// plainNumber takes off the sign that people write before the number of an order.
func plainNumber(text string) string {
	if rest, cut := strings.CutPrefix(text, "#"); cut && rest != "" && unicode.IsDigit(rune(rest[0])) {
		return rest
	}
	return text
}

// between may stand between the digits of one number.
const between = ".-/()+ "

// inAddress joins the words of an e-mail address.
const inAddress = ".-_+"

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// in says whether raw JSON or text holds the value.
func (s *sought) in(raw []byte) bool {
	if len(raw) == 0 {
		return false
	}
	raw = unescape(raw)
	plain := store.AppendFold(make([]byte, 0, len(raw)), raw)
	for from := 0; ; {
		i := bytes.Index(plain[from:], s.text)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(s.text)
		if s.edge(plain[:start], true) && s.edge(plain[end:], false) {
			return true
		}
		from = start + 1
	}
	return s.digits != "" && s.inDigits(plain)
}

// edge says whether what is sought ends where the rest begins. An e-mail address is no part of
// a longer one: ana.maria@example.com is somebody else than maria@example.com.
func (s *sought) edge(rest []byte, before bool) bool {
	take := utf8.DecodeRune
	if before {
		take = utf8.DecodeLastRune
	}
	r, n := take(rest)
	if s.address && strings.ContainsRune(inAddress, r) {
		if before {
			rest = rest[:len(rest)-n]
		} else {
			rest = rest[n:]
		}
		r, _ = take(rest)
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

func (s *sought) inDigits(plain []byte) bool {
	fields := bytes.FieldsFunc(plain, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(between, r) })
	for _, f := range fields {
		if digits := onlyDigits(string(f)); digits == s.digits || strings.TrimPrefix(digits, "55") == s.digits && len(s.digits) >= 10 {
			return true
		}
	}
	return false
}

// unescape writes the \u escapes of JSON as what they mean, so that "S\u00e3o" is found.
func unescape(raw []byte) []byte {
	if !bytes.Contains(raw, []byte(`\u`)) {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+5 < len(raw) && raw[i+1] == 'u' {
			if n, err := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16); err == nil {
				out = utf8.AppendRune(out, rune(n))
				i += 5
				continue
			}
		}
		out = append(out, raw[i])
	}
	return out
}

// inRun searches what a run knows: its event's body, its steps, its error. The archive is
// held by who asks.
func (s *Store) inRun(tx *tx, what *sought, r *savedRun) (bool, error) {
	if r.ID == string(what.text) || what.in([]byte(r.Title)) || what.in([]byte(r.Error.Message)) || what.in([]byte(r.Error.Code)) {
		return true, nil
	}
	var e savedEvent
	if err := get(tx, "events", number(r.Number), &e); errors.Is(err, store.ErrNotFound) {
		return s.archive.holds(what, r.Number), nil
	} else if err == nil && what.in(e.Body) {
		return true, nil
	}
	found := false
	err := eachPlain(tx, "steps", number(r.Number), func(_ string, data []byte) { found = found || what.in(data) })
	return found, err
}

// holds searches an archived event's body and steps; what cannot be read holds nothing.
func (a *archive) holds(what *sought, n uint64) bool {
	f, err := a.findHeld(n)
	if err != nil {
		return false
	}
	k, err := a.readHeld(f)
	if err != nil {
		a.s.log.Error("leave a run out of a search", "number", n, "error", err)
		return false
	}
	return what.in(k.event.Body) || slices.ContainsFunc(k.steps, func(p pair) bool { return what.in(p.value) })
}

// inEvent searches an event, whose body is fetched where the archive has it.
func (s *Store) inEvent(tx *tx, what *sought, e savedEvent) bool {
	if what.inEvent(&e) {
		return true
	}
	return tx.bucket("events").get(number(e.Number)) == nil && s.archive.holds(what, e.Number)
}

func (s *sought) inEvent(e *savedEvent) bool {
	return e.ID == string(s.text) || s.in([]byte(e.Title)) || s.in([]byte(e.Reason)) || s.in(e.Body)
}
