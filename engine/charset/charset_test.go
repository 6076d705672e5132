package charset_test

import (
	"testing"

	"gancho/engine/charset"
)

func TestToUTF8(t *testing.T) {
	cases := []struct{ text, label, want string }{
		{"R\x80 10 \x93ok\x94", "windows-1252", "R€ 10 “ok”"},
		{"S\xe3o", "ISO-8859-1", "São"},
		{"S\xe3o", "latin1", "São"},
		{"São", "utf-8", "São"},
		{"São", "", "São"},
		{"\xEF\xBB\xBFa", "", "a"},
		{"S\xe3o", "", "S\uFFFDo"},
		{"\xFF\xFEa\x00", "utf-16", "a"},
		{"\x00a", "utf-16be", "a"},
		{"a", "utf-16", "a"}, // declared, and not so
	}
	for _, c := range cases {
		if got := charset.ToUTF8([]byte(c.text), c.label); got != c.want {
			t.Errorf("%q in %s: got %q, want %q", c.text, c.label, got, c.want)
		}
	}
}
