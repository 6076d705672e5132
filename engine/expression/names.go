package expression

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
	"unicode"

	"gancho/engine/form"
)

// names.json holds what people call the members of bodies that most senders have: the editor
// reads it too.
//
//go:embed names.json
var namesFile []byte

type usualName struct {
	Label string   `json:"pt-BR"`
	Names []string `json:"names"`
	Also  []string `json:"also"` // what people look for when they mean it
}

var usualNames = sync.OnceValue(func() (known struct {
	names map[string]*usualName
	of    map[string]string
},
) {
	var file struct {
		Names []*usualName        `json:"names"`
		Of    map[string][]string `json:"of"`
	}
	if err := json.Unmarshal(namesFile, &file); err != nil {
		panic("expression: names.json: " + err.Error())
	}
	known.names, known.of = map[string]*usualName{}, map[string]string{}
	for _, n := range file.Names {
		for _, name := range n.Names {
			known.names[name] = n
		}
	}
	for phrase, names := range file.Of {
		for _, name := range names {
			known.of[name] = phrase
		}
	}
	return known
})

// usualTitle is the Portuguese name of a member and what else people look for when they mean it.
func usualTitle(member string) (label string, also []string) {
	known, name := usualNames(), snake(member)
	if n := known.names[name]; n != nil {
		return n.Label, append(n.Also[:len(n.Also):len(n.Also)], n.Names...)
	}
	for i := range name {
		if name[i] != '_' {
			continue
		}
		if of, n := known.of[name[:i]], known.names[name[i+1:]]; of != "" && n != nil {
			return n.Label + " " + of, append(n.Also[:len(n.Also):len(n.Also)], n.Names...)
		}
	}
	return "", nil
}

// Called is what people call a member of a document in a language: customer_email is "E-mail do
// cliente" in Portuguese; a name that says it best itself is written as words.
func Called(member, lang string) string {
	if title, _ := usualTitle(member); title != "" && lang == "pt-BR" {
		return title
	}
	words := []rune(strings.TrimSpace(strings.ReplaceAll(snake(member), "_", " ")))
	if len(words) == 0 {
		return member
	}
	words[0] = unicode.ToUpper(words[0])
	return string(words)
}

// snake writes firstName and first-name as first_name.
func snake(name string) string {
	var b strings.Builder
	var before rune
	for _, r := range name {
		switch {
		case r == '-' || r == ' ':
			r = '_'
		case unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsDigit(before)):
			b.WriteByte('_')
		}
		before = r
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// label is what people call a path: as the preset says, or as most do.
func (k *Known) label(path, name string) form.Words {
	if words, told := k.Labels[path]; told {
		return words
	}
	title, _ := usualTitle(name)
	return form.Label("", title) // English reads the name
}
