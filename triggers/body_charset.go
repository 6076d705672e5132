package triggers

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gancho/engine/charset"
	"gancho/engine/expression"
)

// jsonText gives JSON as UTF-8, which it is by its standard whatever its charset says; some
// old systems do write another one.
func jsonText(body []byte, label string) []byte {
	if label == "" || utf8.Valid(body) && !charset.IsUTF16(body, label) {
		return body
	}
	return []byte(charset.ToUTF8(body, label))
}

// decodeXML reads the charset of the type, where it can be right, or of the declaration; a mark says UTF-16.
func decodeXML(body []byte, label string) (any, error) {
	read := charsetReader
	if charset.Marked(body) {
		label = "utf-16"
	}
	if charset.IsUTF16(body, label) || charset.OneByte(label) && !utf8.Valid(body) {
		body = []byte(charset.ToUTF8(body, label))
		read = func(_ string, text io.Reader) (io.Reader, error) { return text, nil }
	}
	return expression.DecodeXML(charset.Trim(body), read)
}

// charsetReader reads what an XML declaration says is not UTF-8.
func charsetReader(label string, input io.Reader) (io.Reader, error) {
	content, err := io.ReadAll(input)
	if err != nil {
		return nil, fmt.Errorf("read XML: %w", err)
	}
	return strings.NewReader(charset.ToUTF8(content, label)), nil
}

// asUTF8 gives a body, and its type, as they are kept: what is searched for and erased by its
// words must be in UTF-8.
func asUTF8(contentType string, body []byte) (string, []byte) {
	kind, params := declared(contentType)
	label := params["charset"]
	if kind == bodyXML && charset.Marked(body) {
		label = "utf-16"
	}
	written := kind == bodyJSON || kind == bodyText || kind == bodyXML && charset.IsUTF16(body, label)
	if !written || label == "" || utf8.Valid(body) && !charset.IsUTF16(body, label) {
		return contentType, body
	}
	base, _, _ := strings.Cut(contentType, ";")
	return strings.TrimSpace(base) + "; charset=utf-8", []byte(charset.ToUTF8(body, label))
}
