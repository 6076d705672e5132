// Package charset reads text in the charsets that senders and older systems declare.
package charset

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// The marks that a text may begin with, to say how it is written.
var (
	markUTF8   = []byte("\xEF\xBB\xBF")
	marksUTF16 = map[string]binary.ByteOrder{"\xFF\xFE": binary.LittleEndian, "\xFE\xFF": binary.BigEndian}
)

// orderOf is how the mark that a text begins with orders its bytes; nil where it has none of UTF-16.
func orderOf(text []byte) binary.ByteOrder {
	return marksUTF16[string(text[:min(2, len(text))])]
}

// Marked says that a text begins with a mark of UTF-16.
func Marked(text []byte) bool { return orderOf(text) != nil }

// Trim takes the mark of UTF-8 off that a text may begin with.
func Trim(text []byte) []byte { return bytes.TrimPrefix(text, markUTF8) }

// OneByte says that a charset is known that writes each letter in one byte, as Latin-1 does.
func OneByte(charset string) bool { return lettersOf[bareLabel(strings.ToLower(charset))] != nil }

// ToUTF8 reads text of the declared charset, without the mark that it may begin with; bytes
// that fit no charset become U+FFFD.
func ToUTF8(text []byte, charset string) string {
	charset = strings.ToLower(charset)
	if IsUTF16(text, charset) {
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

// IsUTF16 says whether a text is what its charset says: many programs declare UTF-16, which
// they hold texts in, and send UTF-8.
func IsUTF16(text []byte, charset string) bool {
	declared := len(charset) >= 6 && strings.EqualFold(charset[:6], "utf-16")
	return declared && (orderOf(text) != nil || bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text))
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
