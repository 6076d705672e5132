// Package said tells what went wrong, and why something is as it is, in the language of whoever
// reads it. Flows read both in English.
package said

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gancho/engine/form"
)

// In gives what a fault says, or a kept reason, in one language. Faults are made and kept in English,
// which is what flows read of them (errors.<id>.message): people read them translated. What a
// provider said itself stays as it was.
func In(message, lang string) string {
	message = Reason(message, lang)
	if lang != "pt-BR" {
		return message
	}
	return sayings().translate(message, 5)
}

// saying is a text of faults, and the same in Portuguese.
type saying struct {
	sure string // the longest piece without a hole: what lacks it is not looked at
	form *regexp.Regexp
	pt   []string // the pieces between the holes, which come in the same order
}

type sayingList []saying

var hole = regexp.MustCompile(`%[sdqw]`)

var sayings = sync.OnceValue(func() sayingList {
	pairs := slices.Clone(portuguese)
	slices.SortStableFunc(pairs, func(a, b [2]string) int {
		return cmp.Compare(len(hole.ReplaceAllString(b[0], "")), len(hole.ReplaceAllString(a[0], ""))) // the one that says most, first
	})
	pairs = append(slices.Clone(frames), pairs...)
	list := make(sayingList, len(pairs))
	for i, p := range pairs {
		var pattern strings.Builder
		pattern.WriteString("(?s)^")
		s := saying{pt: hole.Split(p[1], -1)}
		holes := hole.FindAllString(p[0], -1)
		for j, piece := range hole.Split(p[0], -1) {
			switch {
			case j > 0 && holes[j-1] == "%w":
				pattern.WriteString(`(\w+)`)
			case j > 0 && holes[j-1] == "%q":
				pattern.WriteString(`("(?:[^"\\]|\\.)*"|.*?)`)
			case j > 0:
				pattern.WriteString("(.*?)")
			}
			pattern.WriteString(regexp.QuoteMeta(piece))
			if len(piece) > len(s.sure) {
				s.sure = piece
			}
		}
		s.form = regexp.MustCompile(pattern.String() + "$")
		list[i] = s
	}
	return list
})

// translate also translates what stands in the holes, as a fault may quote another.
func (l sayingList) translate(message string, deep int) string {
	for _, s := range l {
		if deep == 0 || !strings.Contains(message, s.sure) {
			continue
		}
		found := s.form.FindStringSubmatch(message)
		if found == nil {
			continue
		}
		var b strings.Builder
		for i, piece := range s.pt {
			if i > 0 {
				b.WriteString(l.translate(found[i], deep-1))
			}
			b.WriteString(piece)
		}
		return b.String()
	}
	return form.JSONWords(message).PT
}
