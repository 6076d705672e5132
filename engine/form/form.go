// Package form describes settings once: the same description fills a struct, checks a
// document, is drawn by the editor, is documented, and gives a JSON Schema.
package form

// Text in the languages of the product.
type Text struct {
	EN string `json:"en"`
	PT string `json:"pt-BR"`
}

// Label is a text in English and Brazilian Portuguese.
func Label(en, pt string) Text { return Text{en, pt} }

// In gives the text in the language ("pt-BR" or anything else for English).
func (t Text) In(lang string) string {
	if lang == "pt-BR" && t.PT != "" {
		return t.PT
	}
	return t.EN
}

// IsZero says whether there is no text.
func (t Text) IsZero() bool { return t == Text{} }

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
	Message  Text
	Hint     Text
	From, To int // in a text: the range, in runes; both 0 means the whole value
}
