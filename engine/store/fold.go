package store

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold writes a text as searches compare it: case and accents aside, so that "Conceição" is
// "conceicao". Text that has been folded stays as it is.
func Fold(text string) string { return string(AppendFold(make([]byte, 0, len(text)), []byte(text))) }

// AppendFold appends raw as Fold writes it.
func AppendFold(folded, raw []byte) []byte {
	for i := 0; i < len(raw); {
		start := i
		for i < len(raw) && raw[i] < utf8.RuneSelf {
			i++
		}
		folded = appendLower(folded, raw[start:i])
		if i == len(raw) {
			break
		}
		r, size := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && size == 1 {
			folded = append(folded, raw[i])
		} else if r, stays := FoldRune(r); stays {
			folded = utf8.AppendRune(folded, r)
		}
		i += size
	}
	return folded
}

// FoldRune gives what stays of a rune; nothing does of an accent.
func FoldRune(r rune) (folded rune, stays bool) {
	if r < latinEnd {
		return latin[r], true
	}
	if isAccent(r) {
		return 0, false
	}
	return foldRune(r), true
}

// appendLower appends ASCII in lower case.
func appendLower(folded, ascii []byte) []byte {
	at := len(folded)
	folded = append(folded, ascii...)
	for i, c := range folded[at:] {
		if c >= 'A' && c <= 'Z' {
			folded[at+i] = c + 'a' - 'A'
		}
	}
	return folded
}

// isAccent says whether a rune only marks the one before it.
func isAccent(r rune) bool { return r >= 0x300 && r < 0x370 }

// foldRune gives what stays of one rune.
func foldRune(r rune) rune { return letterOf(unicode.ToLower(letterOf(r))) }

// letterOf takes the accents off a rune.
func letterOf(r rune) rune {
	parts := norm.NFD.PropertiesString(string(r)).Decomposition()
	if parts == nil {
		return r
	}
	letter, size := utf8.DecodeRune(parts)
	for _, mark := range string(parts[size:]) {
		if !isAccent(mark) {
			return r
		}
	}
	return letter
}

const latinEnd = 0x250

// latin are the folded runes of the scripts that are met most.
var latin = func() (table [latinEnd]rune) {
	for r := range rune(latinEnd) {
		table[r] = foldRune(r)
	}
	return table
}()
