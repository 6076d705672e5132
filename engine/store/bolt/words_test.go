package bolt

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// FuzzWords holds the filter to the search: what is found is never passed over.
func FuzzWords(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"name":"Maria da Silva","cpf":"123.456.789-09"}`, "12345678909"},
		{`{"n":"S\u00e3o Paulo"}`, "são paulo"},
		{"+55 (11) 98765-4321", "11987654321"},
		{"ÀÉ, İstanbul", "i̇stanbul"},
		{"a@Example.com", "A@example.com"},
		{"x 2024 12 13", "2024-12-13"},
		{strings.Repeat("long", 40), strings.Repeat("LONG", 40)},
		{"٣٤٥٦٧٨ 345678", "345678"},
		{"\xff1\xff", "1"},
		{"Conceic\u0327a\u0303o", "conceição"},
		{`{"name":"Conceição"}`, "#conceicao"},
		{`{"lines":"Rua A\n Centro 123456\n789"}`, "a centro 123456"},
		{"Rua A\n Centro 123456\n789", "123456 789"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, raw, query string) {
		what := seek(query)
		if what == nil || !what.In([]byte(raw)) {
			return
		}
		w := new(words)
		w.add([]byte(raw))
		if !what.mayBeIn(w.filter()) {
			t.Errorf("%q is in %q, and was passed over", query, raw)
		}
	})
}

// eachPlainWord gives the sums of words as they are written.
func eachPlainWord(text string, f func(sum uint64)) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		sum := uint64(sumStart)
		for _, c := range []byte(word[:min(len(word), mostWord)]) {
			sum = (sum ^ uint64(c)) * sumPrime
		}
		f(sum)
	}
}

// What is folded on the way is the same as what was folded before, whatever sign there is.
func TestWordsAreThoseOfFoldedText(t *testing.T) {
	for r := rune(0); r < unicode.MaxRune; r++ {
		if r > 0x3000 {
			r += 96 // some of the many that no accent changes
		}
		text := "Ab" + string(r) + "c 123" + string(r) + "456 " + strings.Repeat("x", mostWord-1) + string(r)
		var got, want, digits []uint64
		eachWord([]byte(text), func(sum uint64) { got = append(got, sum) })
		eachPlainWord(store.Fold(text), func(sum uint64) { want = append(want, sum) })
		eachNumber([]byte(text), func(d []byte) { digits = append(digits, sumOfDigits(d)) })
		eachNumber([]byte(store.Fold(text)), func(d []byte) { want = append(want, sumOfDigits(d)) })
		if got = append(got, digits...); !slices.Equal(got, want) {
			t.Fatalf("%U: the words of %q are %x, want %x", r, text, got, want)
		}
	}
}

func TestFewBlocksAreReadInVain(t *testing.T) {
	w := new(words)
	for i := range 5000 {
		w.add([]byte(uuid([16]byte{byte(i), byte(i >> 8), 7})))
	}
	filter, wrong := w.filter(), 0
	for i := range 10_000 {
		eachWord([]byte("other"+uuid([16]byte{byte(i), byte(i >> 8)})[:8]), func(sum uint64) {
			if filter.mayHold(sum) {
				wrong++
			}
		})
	}
	if wrong > 200 {
		t.Errorf("%d of 10,000 words that are not there were said to be", wrong)
	}
}

func BenchmarkWords(b *testing.B) {
	body := []byte(strings.Repeat(`{"sku":"CAM-1234","title":"Camiseta de algodão, gola redonda","quantity":2,"price":49.75},`, 36))
	b.SetBytes(int64(len(body)))
	w := new(words)
	for b.Loop() {
		w.add(body)
	}
}

// Blocks of before accents were folded have words with their accents: only words without letters
// tell that something is not there.
func TestOlderBlocksAreReadWhereAccentsMayDiffer(t *testing.T) {
	w := new(words)
	eachPlainWord(`{"name":"conceição","order":"cam-1234"}`, w.put)
	older := w.filter()
	older.folded = false
	for query, want := range map[string]bool{"Conceição": true, "conceicao": true, "conceicão": true, "CAM-1234": true, "CAM-1235": false, "1235": false} {
		if got := seek(query).mayBeIn(older); got != want {
			t.Errorf("%q may be there: %v, want %v", query, got, want)
		}
	}
}

// What is searched for is found in a file of the archive that was written before accents were folded.
func TestAnOlderArchiveIsSearchedWithoutAccents(t *testing.T) {
	dir := t.TempDir()
	s := openToSearch(t, dir)
	archiveBodies(t, s, slices.Repeat([]string{`{"name":"Maria da Conceição"}`}, blockEvents)...)
	must(t, s.Close())
	files, err := filepath.Glob(filepath.Join(dir, "archive", "*"+rowsExt))
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("the archive has the files %q, want one", files)
	}
	unfold(t, files[0], `{"name":"maria da conceição"}`)
	s = openToSearch(t, dir)
	defer func() { must(t, s.Close()) }()
	for query, want := range map[string]bool{"conceicao": true, "CONCEIÇÃO": true, "conceicão": true, "maria": true, "conceicoes": false, "2031": false} {
		runs, _, err := s.ListRuns(t.Context(), store.Query{Text: query, Limit: 9})
		must(t, err)
		if found := len(runs) > 0; found != want {
			t.Errorf("%q was found: %v, want %v", query, found, want)
		}
	}
}

// unfold gives the blocks of a file the filter that programs of before wrote: of words in lower case.
func unfold(t *testing.T, file, lower string) {
	t.Helper()
	w := new(words)
	eachPlainWord(lower, w.put)
	db, err := bbolt.Open(file, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("words"))
		var blocks [][]byte
		must(t, b.ForEach(func(at, _ []byte) error {
			blocks = append(blocks, bytes.Clone(at))
			return nil
		}))
		for _, at := range blocks {
			must(t, b.Put(at, frame(w.filter().bits)))
		}
		return nil
	}))
	must(t, db.Close())
}

func openToSearch(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{})
	must(t, err)
	s.SetGates([]store.Gate{{Flow: "a"}})
	return s
}

// archiveBodies brings ended runs with these bodies into the archive.
func archiveBodies(t testing.TB, s *Store, bodies ...string) {
	t.Helper()
	events := make([]store.Event, len(bodies))
	for i, body := range bodies {
		events[i] = store.Event{Flow: "a", At: time.Now(), Outcome: store.Accepted, Meta: []byte("{}"), Body: []byte(body)}
	}
	_, err := s.Accept(t.Context(), events)
	must(t, err)
	for left := len(bodies); left > 0; {
		work, err := s.Claim(t.Context(), "node", left)
		must(t, err)
		var ends []store.Commit
		for _, w := range work {
			ends = append(ends, store.Commit{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}})
		}
		for _, done := range s.Commit(t.Context(), ends) {
			must(t, done.Err)
		}
		left -= len(work)
	}
	must(t, s.ArchiveAll(t.Context()))
}

// BenchmarkSearch looks for what is nowhere, in an archive of many blocks.
func BenchmarkSearch(b *testing.B) {
	s := openToSearch(b, b.TempDir())
	defer func() { must(b, s.Close()) }()
	for part := range 10 {
		bodies := make([]string, 30*blockEvents)
		for i := range bodies {
			bodies[i] = fmt.Sprintf(`{"order":%d,"name":"Maria da Conceição %d","email":"maria%d@example.com"}`, part*len(bodies)+i, i, i)
		}
		archiveBodies(b, s, bodies...)
	}
	for b.Loop() {
		if runs, _, err := s.ListRuns(b.Context(), store.Query{Text: "joão@example.com", Limit: 9}); err != nil || len(runs) > 0 {
			b.Fatal(runs, err)
		}
	}
}
