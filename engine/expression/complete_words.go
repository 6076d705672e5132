package expression

import (
	"slices"
	"strings"
	"unicode"

	"gancho/engine/form"
)

// called are the fields that people call what is typed, where that is no single name: those that
// all of its words tell, else those that the first or the last of them do, whichever are nearer.
func (k *Known) called(typed string) []Completion {
	typed = strings.TrimLeft(typed, " ")
	if !strings.ContainsFunc(typed, func(r rune) bool { return strings.ContainsRune(" -", r) || r > unicode.MaxASCII }) || strings.ContainsFunc(typed, func(r rune) bool {
		return !strings.ContainsRune(" -›?", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return nil
	}
	if found := k.fieldsCalled(typed); len(found) > 0 {
		return found
	}
	words := strings.Fields(typed)
	if slices.ContainsFunc(words, func(word string) bool { return slices.Contains(keywords, word) || word == "let" }) {
		return nil
	}
	words = slices.DeleteFunc(words, func(word string) bool { return slices.Contains(small, slug(word)) })
	for n := len(words) - 1; n > 0; n-- {
		found, last := k.fieldsCalled(strings.Join(words[:n], " ")), k.fieldsCalled(strings.Join(words[len(words)-n:], " "))
		if len(found) == 0 || len(last) > 0 && last[0].near > found[0].near {
			found = last
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func (k *Known) fieldsCalled(typed string) []Completion {
	c := &completer{known: k, typed: typed}
	c.links()
	for _, root := range FlowRoots {
		c.fields(k.Roots[root], root, typed)
	}
	c.sort()
	return c.list[:min(len(c.list), maxCompletions)]
}

// small words stand between those that say something.
var small = []string{"de", "da", "do", "das", "dos", "of", "the", "e", "a", "o"}

// telling are the words of what is typed that say something; none where they are too short to.
func telling(typed string) []string {
	words := slices.DeleteFunc(strings.Split(slug(typed), "-"), func(word string) bool { return word == "" || slices.Contains(small, word) })
	if len(strings.Join(words, "")) < 3 {
		return nil
	}
	return words
}

// plain holds others and says nothing of them.
var plain = []string{"body", "output", "data"}

// told is how near a field is to the words that are wanted, each of which begins one of the field
// or of what holds it; 0 where one does not.
func (c *completer) told(name string, title form.Words, within []string) int {
	if len(c.wanted) == 0 {
		return 0
	}
	own := slugs(name, title.EN, title.PT)
	_, also := usualTitle(name)
	said := own + firstWords(also)
	for i, holder := range within {
		if !slices.Contains(plain, holder) {
			label, also := usualTitle(holder)
			said += slugs(holder, snake(holder), label, holderOf(within[:i+1])) + firstWords(also)
		}
	}
	begins := func(in string) func(string) bool {
		return func(word string) bool { return strings.Contains(in, "-"+word) }
	}
	switch {
	case slices.ContainsFunc(c.wanted, func(word string) bool { return !begins(said)(word) }):
		return 0
	case slices.ContainsFunc(c.wanted, begins(own)):
		return 700
	}
	return 500
}

// slugs are the words of names, each after a hyphen.
func slugs(names ...string) string {
	words := ""
	for _, name := range names {
		words += "-" + slug(name)
	}
	return words
}

func firstWords(names []string) string {
	words := ""
	for _, name := range names {
		first, _, _ := strings.Cut(slug(name), "-")
		words += "-" + first
	}
	return words
}

// holderOf says whose a member is, as “ de cobrança”; "" where nobody knows.
func holderOf(within []string) string {
	if len(within) == 0 {
		return ""
	}
	if of := usualNames().of[snake(within[len(within)-1])]; of != "" {
		return " " + of
	}
	return ""
}
