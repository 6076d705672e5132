package form_test

import (
	"math"
	"strconv"
	"testing"

	"gancho/engine/form"
)

func TestMarks(t *testing.T) {
	for name, want := range map[string]string{
		"RD Station Marketing": "RD", "Mercado Pago": "MP", "HubSpot": "HS", "Slack": "Sl", "Slack events": "Sl", "WhatsApp (Meta)": "WA", "Pagar.me": "Pa",
		"VTEX": "VT", "OpenAI and compatible": "OA", "our erp": "ou", "Ótica Água": "ÓÁ", "X": "X", "": "",
	} {
		if got := form.MarkOf("id", name).Text; got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// White letters can be read on every mark (WCAG 2, 1.4.3).
func TestMarksCanBeRead(t *testing.T) {
	seen := map[string]bool{}
	for i := range 500 {
		seen[form.MarkOf("x_"+strconv.Itoa(i), "X").Color] = true
	}
	if len(seen) < 12 {
		t.Errorf("only %d colours", len(seen))
	}
	for color := range seen {
		if ratio := 1.05 / (luminance(t, color) + 0.05); ratio < 4.5 {
			t.Errorf("%s: contrast %.2f", color, ratio)
		}
	}
}

func luminance(t *testing.T, color string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	part := func(shift uint, weight float64) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.03928 {
			return weight * c / 12.92
		}
		return weight * math.Pow((c+0.055)/1.055, 2.4)
	}
	return part(16, 0.2126) + part(8, 0.7152) + part(0, 0.0722)
}
