package flow

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gancho/engine/form"
)

// became says that a member has another value.
func became(owner, member form.Words, call naming, before, after any) form.Words {
	prefix := form.Words{}
	if owner.EN != "" {
		prefix = follow(owner, ": ", ": ")
	}
	whole := follow(prefix, member.EN, member.PT)
	if list := textsOf(after); list != nil && (before == nil || textsOf(before) != nil) {
		return listed(whole, textsOf(before), list)
	}
	was, is := call.told(before, after), call.told(after, before)
	held, object := after.(map[string]any)
	switch {
	case before == nil && object && len(held) > 0:
		names := contentsOf(held)
		return follow(whole, " was filled in: "+names.EN, ": agora com "+names.PT)
	case before == nil:
		return follow(whole, " is now "+is.EN, " agora é "+is.PT)
	case after == nil:
		return form.Label(whole.EN+" was removed; it was "+was.EN, prefix.PT+"agora sem "+member.PT+"; era "+was.PT)
	case was == is:
		return follow(whole, " has changed", " mudou")
	}
	return follow(whole, " is now "+is.EN+"; it was "+was.EN, " agora é "+is.PT+"; era "+was.PT)
}

// textsOf gives a list of plain values as they are told; nil for all else.
func textsOf(value any) []string {
	list, ok := value.([]any)
	if !ok || slices.ContainsFunc(list, holds) {
		return nil
	}
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = naming(nil).told(v, nil).EN
	}
	return texts
}

// holds says that a value is an object or a list.
func holds(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// listed says which values came to a list, and which are gone from it.
func listed(member form.Words, before, after []string) form.Words {
	without := func(list, of []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(of, s) }), ", ")
	}
	came, gone := without(after, before), without(before, after)
	switch {
	case came == "" && gone == "":
		return follow(member, " has changed", " mudou")
	case gone == "":
		return follow(member, ": now also "+came, ": agora também "+came)
	case came == "":
		return follow(member, ": no longer "+gone, ": não mais "+gone)
	}
	return follow(member, ": now also "+came+"; no longer "+gone, ": agora também "+came+"; não mais "+gone)
}

// naming gives what people call a text, where it is a choice or a length of time; nothing for
// all others.
type naming func(text string) form.Words

// told writes a value for people: texts in quotation marks, of an object or a list what it holds.
func (call naming) told(value, other any) form.Words {
	switch v := value.(type) {
	case bool:
		if v {
			return form.Label("yes", "sim")
		}
		return form.Label("no", "não")
	case string:
		if call != nil {
			if w := call(v); !w.IsZero() {
				return w
			}
		}
		text := "“" + short(v, other) + "”"
		return form.Label(text, text)
	case map[string]any:
		if len(v) == 0 {
			return form.Label("an empty object", "um objeto vazio")
		}
		names := contentsOf(v)
		return form.Label("an object with "+names.EN, "um objeto com "+names.PT)
	case []any:
		return form.Label("a list of "+counted(len(v), "item", "items"), "uma lista de "+counted(len(v), "item", "itens"))
	}
	data, err := json.Marshal(value)
	if err != nil {
		data = []byte("…")
	}
	return form.Label(string(data), string(data))
}

// contentsOf names what an object holds, or counts it where that is long.
func contentsOf(object map[string]any) form.Words {
	names := strings.Join(slices.Sorted(maps.Keys(object)), ", ")
	if letters(names) > shortest {
		return form.Label(counted(len(object), "member", "members"), counted(len(object), "membro", "membros"))
	}
	return form.Label(names, names)
}

const (
	shortest = 120 // letters of a value that is told whole
	lead     = 2   // pieces that are told before the first one that differs
)

// short writes a text. Of a long one it tells from where it differs from the other value, and
// never cuts a hole or a word of it: half of a name says something else.
func short(text string, other any) string {
	if letters(text) <= shortest {
		return text
	}
	rest, _ := other.(string)
	return cutToDifference(piecesOf(text), piecesOf(rest))
}

var piece = regexp.MustCompile(`(?s)\{\{.*?\}\}|\s+|(?:[^\s{]|\{[^\s{]){1,30}|\{`)

// piecesOf cuts a text into its holes, words and spaces; what is very long without a space, too.
func piecesOf(text string) []string { return piece.FindAllString(text, -1) }

func cutToDifference(pieces, other []string) string {
	same := 0
	for same < min(len(pieces), len(other)) && pieces[same] == other[same] {
		same++
	}
	var b strings.Builder
	kept := min(same, lead)
	if same -= kept; same > 0 {
		b.WriteString("…")
	}
	room := shortest
	for i, p := range pieces[same:] {
		if room -= letters(p); room < 0 && i > kept {
			return b.String() + "…"
		}
		b.WriteString(p)
	}
	return b.String()
}

func letters(text string) int { return utf8.RuneCountInString(text) }
