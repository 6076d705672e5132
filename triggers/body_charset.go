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

	"golang.org/x/text/encoding/charmap"
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

// decodeXML reads the charset of the type, where it can be right, or of the declaration; a mark says UTF-16.
func decodeXML(body []byte, charset string) (any, error) {
	read := charsetReader
	if orderOf(body) != nil {
		charset = "utf-16"
	}
	if inUTF16(body, charset) || lettersOf[bareLabel(strings.ToLower(charset))] != nil && !utf8.Valid(body) {
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
	charset = strings.ToLower(charset)
	if inUTF16(text, charset) {
		return fromUTF16(text, charset)
	}
	if letters := lettersOf[bareLabel(charset)]; letters != nil {
		var b strings.Builder
		for _, c := range text {
			b.WriteRune(letters.DecodeByte(c))
		}
		return b.String()
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

// bareLabel is a charset's label without what some write otherwise: ISO_8859-1, cp-1252.
func bareLabel(charset string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "", "xcp", "cp").Replace(charset)
}

// lettersOf are the charsets of one byte a letter, by their bare labels. What says ISO 8859-1 is
// read as windows-1252, which has letters where the other has control characters.
var lettersOf = map[string]*charmap.Charmap{
	"iso88591": charmap.Windows1252, "latin1": charmap.Windows1252, "l1": charmap.Windows1252, "usascii": charmap.Windows1252, "ascii": charmap.Windows1252,
	"windows1252": charmap.Windows1252, "cp1252": charmap.Windows1252, "iso885915": charmap.ISO8859_15, "latin9": charmap.ISO8859_15,
	"iso88592": charmap.ISO8859_2, "latin2": charmap.ISO8859_2, "windows1250": charmap.Windows1250, "cp1250": charmap.Windows1250,
	"iso88595": charmap.ISO8859_5, "windows1251": charmap.Windows1251, "cp1251": charmap.Windows1251, "koi8r": charmap.KOI8R,
	"iso88597": charmap.ISO8859_7, "windows1253": charmap.Windows1253, "iso88599": charmap.ISO8859_9, "latin5": charmap.ISO8859_9, "windows1254": charmap.Windows1254,
	"cp850": charmap.CodePage850, "ibm850": charmap.CodePage850, "cp437": charmap.CodePage437, "macintosh": charmap.Macintosh,
}
