// Package form describes settings once: the same description fills a struct, checks a
// document, is drawn by the editor, is documented, and gives a JSON Schema.
package form

// Words are a text in the languages of the product.
type Words struct {
	EN string `json:"en" doc:"in English"`
	PT string `json:"pt-BR" doc:"in Brazilian Portuguese"`
}

// Label makes Words of a text in English and Brazilian Portuguese.
func Label(en, pt string) Words { return Words{en, pt} }

// In gives the text in the language ("pt-BR" or anything else for English).
func (t Words) In(lang string) string {
	if lang == "pt-BR" && t.PT != "" {
		return t.PT
	}
	return t.EN
}

// IsZero says whether there is no text.
func (t Words) IsZero() bool { return t == Words{} }

// Severity of a problem.
type Severity string

// The severities: an error refuses publishing, a warning never does.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing that is wrong, where, and what to do about it.
type Problem struct {
	Severity Severity
	Path     string // JSON pointer into the document
	Code     string // stable, for machines: unknown_member, required, wrong_type, …
	Message  Words
	Hint     Words
	From, To int    // in a text: the range, in runes; both 0 means the whole value
	Text     string // that From and To lie in
	Fixes    []Fix  // what a person can have done about it
}

// Fix mends a problem by other words in the text: Put stands where Of did, which ends where
// the problem does. Without Of it is the problem's own range, or the whole value.
type Fix struct {
	Words   Words
	Of, Put string
}

// ChangeTo is the fix that puts what was probably meant.
func ChangeTo(of, put string) Fix {
	return Fix{Label("Change to "+put, "Trocar por "+put), of, put}
}
