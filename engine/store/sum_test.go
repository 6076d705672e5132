package store

import (
	"encoding/json"
	"testing"
)

func TestSum(t *testing.T) {
	for _, c := range []struct{ former, by, want string }{
		{"", "1", "1"},
		{"41", "1", "42"},
		{"9223372036854775807", "1", "9223372036854775808"},
		{"100.5", "199.9", "300.4"},
		{"0.1", "0.2", "0.3"},
		{"0.3", "-0.3", "0"},
		{"1e3", "0.50", "1000.5"},
		{"1E2", "", "100"},
		{`"7"`, "1", ""},
		{"{}", "1", ""},
		{"0x10", "1", ""},
		{"1/3", "1", ""},
		{"1e999999999", "1", ""},
		{"1e-999999999", "1", ""},
		{"1e99", "1", ""},
		{"1", "1e-99", ""},
	} {
		got, err := Sum([]byte(c.former), json.Number(c.by))
		if string(got) != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s + %s = %s, %v; want %s", c.former, c.by, got, err, c.want)
		}
	}
}

func FuzzSum(f *testing.F) {
	f.Add("1.5", "2")
	f.Add("1e50", "-3e-9")
	f.Fuzz(func(t *testing.T, former, by string) {
		sum, err := Sum([]byte(former), json.Number(by))
		if err != nil {
			return
		}
		if !json.Valid(sum) {
			t.Fatalf("%q + %q = %q", former, by, sum)
		}
	})
}
