package store_test

import (
	"testing"
	"unicode"

	"gancho/engine/store"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Conceição": "conceicao", "conceicao": "conceicao", "JOÃO D'ÁVILA": "joao d'avila", "Concei\u00e7a\u0303o": "conceicao",
		"İstanbul": "istanbul", "Việt": "viet", "Ødegård": "ødegard", "STRASSE ß": "strasse ß", "Ελλάδα": "ελλαδα", "東京 ガ": "東京 ガ", "한국": "한국",
		"2011 #é\xff": "2011 #e\xff", "": "",
	} {
		if got := store.Fold(text); got != want {
			t.Errorf("%q is folded to %q, want %q", text, got, want)
		}
	}
}

func TestWhatIsFoldedStaysAsItIs(t *testing.T) {
	for r := range rune(unicode.MaxRune) {
		if once := store.Fold(string(r)); store.Fold(once) != once {
			t.Fatalf("%U is folded to %q, and that to %q", r, once, store.Fold(once))
		}
	}
}
