package said

import (
	"strings"

	"gancho/engine/form"
)

// between stands in a kept reason between its English and its Portuguese. Reasons kept by
// earlier versions have English alone.
const between = "\x1f"

// Both is a reason as it is kept: in both languages.
func Both(w form.Words) string {
	if w.PT == "" || w.PT == w.EN {
		return w.EN
	}
	return w.EN + between + w.PT
}

// Reason gives a kept reason in one language, without a look at what faults say.
func Reason(kept, lang string) string {
	en, pt, both := strings.Cut(kept, between)
	if both && lang == "pt-BR" {
		return pt
	}
	return en
}
