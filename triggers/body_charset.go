package triggers

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"gancho/engine/expression"
)

// The marks that a text may begin with, to say how it is written.
var (
	markUTF8  = []byte("\xEF\xBB\xBF")
	markUTF16 = map[string]binary.ByteOrder{"\xFF\xFE": binary.LittleEndian, "\xFE\xFF": binary.BigEndian}
)

// orderOf is how the mark that a text begins with orders its bytes; nil where it has none of UTF-16.
func orderOf(text []byte) binary.ByteOrder {
	return markUTF16[string(text[:min(2, len(text))])]
}

// jsonText gives JSON as UTF-8, which it is by its standard whatever its charset says; some
// old systems do write another one.
func jsonText(body []byte, charset string) []byte {
	if charset == "" || utf8.Valid(body) && !inUTF16(body, charset) {
		return body
	}
	return []byte(toUTF8(body, charset))
}

// decodeXML reads the charset of the declaration, or UTF-16 as the type or a mark says.
func decodeXML(body []byte, charset string) (any, error) {
	read := charsetReader
	if orderOf(body) != nil {
		charset = "utf-16"
	}
	if inUTF16(body, charset) {
		body = []byte(toUTF8(body, charset))
		read = func(_ string, text io.Reader) (io.Reader, error) { return text, nil }
	}
	return expression.DecodeXML(bytes.TrimPrefix(body, markUTF8), read)
}

// charsetReader reads what an XML declaration says is not UTF-8.
func charsetReader(charset string, input io.Reader) (io.Reader, error) {
	content, err := io.ReadAll(input)
	if err != nil {
		return nil, fmt.Errorf("read XML: %w", err)
	}
	return strings.NewReader(toUTF8(content, charset)), nil
}

// toUTF8 reads text of the declared charset, without the mark that it may begin with; bytes
// that fit no charset become U+FFFD.
func toUTF8(text []byte, charset string) string {
	switch charset = strings.ToLower(charset); {
	case inUTF16(text, charset):
		return fromUTF16(text, charset)
	case charset == "iso-8859-1", charset == "latin1", charset == "windows-1252", charset == "cp1252", charset == "iso-8859-15":
		return western(text)
	}
	return strings.ToValidUTF8(string(bytes.TrimPrefix(text, markUTF8)), "\uFFFD")
}

// inUTF16 says whether a text is what its charset says: many programs declare UTF-16, which
// they hold texts in, and send UTF-8.
func inUTF16(text []byte, charset string) bool {
	declared := len(charset) >= 6 && strings.EqualFold(charset[:6], "utf-16")
	return declared && (orderOf(text) != nil || bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text))
}

// asUTF8 gives a body, and its type, as they are kept: what is searched for and erased by its
// words must be in UTF-8.
func asUTF8(contentType string, body []byte) (string, []byte) {
	kind, params := declared(contentType)
	charset := params["charset"]
	if kind == bodyXML && orderOf(body) != nil {
		charset = "utf-16"
	}
	written := kind == bodyJSON || kind == bodyText || kind == bodyXML && inUTF16(body, charset)
	if !written || charset == "" || utf8.Valid(body) && !inUTF16(body, charset) {
		return contentType, body
	}
	base, _, _ := strings.Cut(contentType, ";")
	return strings.TrimSpace(base) + "; charset=utf-8", []byte(toUTF8(body, charset))
}

// fromUTF16 believes a mark first, then the charset, and reads one that tells no order as
// little endian, which is what Windows writes.
func fromUTF16(text []byte, charset string) string {
	var order binary.ByteOrder = binary.LittleEndian
	if charset == "utf-16be" {
		order = binary.BigEndian
	}
	if marked := orderOf(text); marked != nil {
		order, text = marked, text[2:]
	}
	units := make([]uint16, 0, len(text)/2+1)
	for ; len(text) > 1; text = text[2:] {
		units = append(units, order.Uint16(text))
	}
	if len(text) > 0 {
		units = append(units, utf8.RuneError) // half a unit
	}
	return string(utf16.Decode(units))
}

// upper are the letters that windows-1252 has where ISO 8859-1 has control characters.
const upper = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

func western(text []byte) string {
	letters := []rune(upper)
	var b strings.Builder
	for _, c := range text {
		if c >= 0x80 && c < 0xA0 {
			b.WriteRune(letters[c-0x80])
			continue
		}
		b.WriteRune(rune(c))
	}
	return b.String()
}
