package form

import (
	"hash/fnv"
	"strings"
	"unicode"
)

// Mark is how lists show a provider: two letters on a coloured tile, or a drawing of its file
// in place of the letters. It is the same wherever the provider turns up.
type Mark struct {
	Text  string `json:"text" doc:"its first letters, where there is no drawing"`
	Color string `json:"color" doc:"of the tile, #rrggbb; white can be read on it"`
	Path  string `json:"path,omitempty" doc:"one SVG path on a grid of 24 by 24, in place of the text"`
}

// markColors are dark enough for white letters (WCAG AA).
var markColors = []string{
	"#1d4ed8", "#0f766e", "#a16207", "#7c3aed", "#be123c", "#15803d", "#c2410c", "#0369a1",
	"#a21caf", "#4338ca", "#4d7c0f", "#b91c1c", "#0e7490", "#6d28d9", "#9d174d", "#57534e",
}

// MarkOf gives the mark of a provider by its ID and name.
func MarkOf(id, name string) *Mark {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return &Mark{Text: markText(name), Color: markColors[h.Sum32()%uint32(len(markColors))]}
}

// markText is a word of two capitals, the first two capitals, or the first two letters.
func markText(name string) string {
	var capitals, letters []rune
	for _, word := range strings.Fields(name) {
		if len(word) == 2 && word == strings.ToUpper(word) {
			return word
		}
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters = append(letters, r)
			}
			if unicode.IsUpper(r) {
				capitals = append(capitals, r)
			}
		}
	}
	if len(capitals) >= 2 {
		return string(capitals[:2])
	}
	return string(letters[:min(2, len(letters))])
}
