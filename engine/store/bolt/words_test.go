package bolt

import (
	"strings"
	"testing"
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
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, raw, query string) {
		what := seek(query)
		if what == nil || !what.In([]byte(raw)) {
			return
		}
		w := newWords()
		w.add([]byte(raw))
		if !what.mayBeIn(w.filter()) {
			t.Errorf("%q is in %q, and was passed over", query, raw)
		}
	})
}

func TestFewBlocksAreReadInVain(t *testing.T) {
	w := newWords()
	for i := range 5000 {
		w.add([]byte(uuid([16]byte{byte(i), byte(i >> 8), 7})))
	}
	filter, wrong := w.filter(), 0
	for i := range 10_000 {
		eachWord([]byte("other"+uuid([16]byte{byte(i), byte(i >> 8)})[:8]), func(sum uint64) {
			if mayHold(filter, sum) {
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
	w := newWords()
	for b.Loop() {
		w.add(body)
	}
}

// Blocks of before accents were folded have words with their accents.
func TestOlderBlocksAreSearchedAsBefore(t *testing.T) {
	w := newWords()
	eachWord([]byte(`{"name":"conceição"}`), w.put)
	for query, want := range map[string]bool{"Conceição": true, "conceição": true, "conceicão": false} {
		if got := seek(query).mayBeIn(w.filter()); got != want {
			t.Errorf("%q may be there: %v, want %v", query, got, want)
		}
	}
}
