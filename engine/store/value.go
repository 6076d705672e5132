package store

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Value is what a search looks for: whole, case and accents aside; one of digits also whatever
// stands between them, so that 123.456.789-09 finds 12345678909.
type Value struct {
	Text   []byte // folded
	Digits string // of a number; a phone without its country, as it is found with and without

	address bool // it is one of e-mail
}

// ValueOf reads what somebody looks for; nil of an empty text.
func ValueOf(text string) *Value {
	text = Fold(strings.ToLower(plainNumber(strings.Join(strings.Fields(text), " "))))
	if text == "" {
		return nil
	}
	v := &Value{Text: []byte(text), address: strings.Contains(text, "@")}
	if digits := onlyDigits(text); utf8.RuneCountInString(digits) >= 6 && strings.Trim(text, digits+Between) == "" {
		v.Digits = digits
	}
	if rest, cut := strings.CutPrefix(v.Digits, "55"); cut && (len(rest) == 10 || len(rest) == 11) {
		v.Digits = rest
	}
	return v
}

// plainNumber takes off the sign that people write before the number of an order.
func plainNumber(text string) string {
	if rest, cut := strings.CutPrefix(text, "#"); cut && rest != "" && unicode.IsDigit(rune(rest[0])) {
		return rest
	}
	return text
}

// Between may stand between the digits of one number.
const Between = ".-/()+ "

// inAddress joins the words of an e-mail address.
const inAddress = ".-_+"

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// In says whether raw JSON or text holds the value.
func (v *Value) In(raw []byte) bool {
	if len(raw) == 0 {
		return false
	}
	raw = Unescape(raw)
	plain := AppendFold(make([]byte, 0, len(raw)), raw)
	return v.among(plain) || v.Digits != "" && v.inDigits(plain)
}

// among says whether the text stands somewhere between edges.
func (v *Value) among(plain []byte) bool {
	if bytes.IndexByte(v.Text, ' ') >= 0 {
		plain = oneBlank(plain)
	}
	for from := 0; ; {
		i := bytes.Index(plain[from:], v.Text)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(v.Text)
		if v.edge(plain[:start], true) && v.edge(plain[end:], false) {
			return true
		}
		from = start + 1
	}
}

// edge says whether what is sought ends where the rest begins. An e-mail address is no part of
// a longer one: ana.maria@example.com is somebody else than maria@example.com.
func (v *Value) edge(rest []byte, before bool) bool {
	take := utf8.DecodeRune
	if before {
		take = utf8.DecodeLastRune
	}
	r, n := take(rest)
	if v.address && strings.ContainsRune(inAddress, r) {
		if before {
			rest = rest[:len(rest)-n]
		} else {
			rest = rest[n:]
		}
		r, _ = take(rest)
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

func (v *Value) inDigits(plain []byte) bool {
	fields := bytes.FieldsFunc(plain, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(Between, r) })
	for _, f := range fields {
		if digits := onlyDigits(string(f)); digits == v.Digits || strings.TrimPrefix(digits, "55") == v.Digits && len(v.Digits) >= 10 {
			return true
		}
	}
	return false
}

// Unescape writes the escapes of JSON as what they mean, so that "S\u00e3o" is found, and what stands
// after the end of a line. In other texts a backslash may be one: there only \u is read.
func Unescape(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	lead := bytes.TrimLeft(raw, " \t\r\n")[0]
	json := lead == '{' || lead == '[' || lead == '"'
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		if r, size := escape(raw[i:], json); size > 0 {
			out = utf8.AppendRune(out, r)
			i += size
			continue
		}
		out = append(out, raw[i])
		i++
	}
	return out
}

// escape reads one at the beginning of raw; of no size where there is none.
func escape(raw []byte, json bool) (r rune, size int) {
	if len(raw) < 2 || raw[0] != '\\' {
		return 0, 0
	}
	if r, ok := unit(raw); ok {
		if low, ok := unit(raw[6:]); ok && utf16.IsSurrogate(r) {
			return utf16.DecodeRune(r, low), 12
		}
		return r, 6
	}
	if !json {
		return 0, 0
	}
	switch raw[1] {
	case 'n', 't', 'r', 'f', 'b':
		return '\n', 2 // divides numbers, as a blank does not
	}
	return rune(raw[1]), 2
}

// unit reads \u and its four digits.
func unit(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(n), err == nil
}

// oneBlank puts one blank where there are several, or the end of a line.
func oneBlank(text []byte) []byte { return bytes.Join(bytes.Fields(text), []byte{' '}) }
