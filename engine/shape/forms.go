package shape

import (
	"regexp"
	"strings"
	"time"
)

// Form is how texts at a place are written that stand for something else.
type Form int

// The forms. A text such as 1.250 or 10 is a Number in either way of writing.
const (
	PlainNumber     Form = iota // 1250.90
	BrazilianNumber             // 1.250,90 and R$ 10
	Number
	Date // 2026-11-24, 24/11/2026, with or without a time
	forms
)

// Form is the one word for how most texts here are written, or whole numbers that count time: number, number_br or date; "" where
// they are none of these.
func (s *Shape) Form() string {
	if s == nil {
		return ""
	}
	f, texts := s.Forms, s.Counts[Text]
	switch numbers := f[PlainNumber] + f[BrazilianNumber] + f[Number]; {
	case 2*f[Date] > texts+s.Counts[Int]:
		return "date"
	case 2*numbers <= texts:
		return ""
	case f[BrazilianNumber] > f[PlainNumber]:
		return "number_br"
	}
	return "number"
}

// countForm counts how a text is written. The value itself is not kept.
func (s *Shape) countForm(text string) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 40 {
		return
	}
	plain, brazilian := plainNumber.MatchString(text), isAmount(text)
	switch {
	case plain && brazilian:
		s.Forms[Number]++
	case plain:
		s.Forms[PlainNumber]++
	case brazilian:
		s.Forms[BrazilianNumber]++
	case isDate(text):
		s.Forms[Date]++
	}
}

var (
	plainNumber     = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	brazilianNumber = regexp.MustCompile(`^-?(R\$[\s\x{a0}]*)?-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$`)
)

// isAmount says whether a text is a number as it is written in Brazil.
func isAmount(text string) bool { return brazilianNumber.MatchString(strings.TrimSpace(text)) }

func isDate(text string) bool {
	if len(text) < 10 || len(text) > 10 && text[10] != 'T' && text[10] != ' ' {
		return false
	}
	layout := time.DateOnly
	if text[2] == '/' {
		layout = "02/01/2006"
	}
	_, err := time.Parse(layout, text[:10])
	return err == nil
}
