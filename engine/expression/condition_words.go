package expression

import (
	"encoding/json"
	"fmt"
	"strings"

	"gancho/engine/form"
)

// operatorWords say what a row asks of its field; %s is the value.
var operatorWords = map[string]form.Words{
	"equals":       form.Label("is %s", "é %s"),
	"not_equals":   form.Label("is not %s", "não é %s"),
	"alike":        form.Label("is %s, case and accents aside", "é %s, sem contar maiúsculas e acentos"),
	"not_alike":    form.Label("is not %s, case and accents aside", "não é %s, sem contar maiúsculas e acentos"),
	"greater":      form.Label("is over %s", "é maior que %s"),
	"at_least":     form.Label("is at least %s", "é no mínimo %s"),
	"less":         form.Label("is under %s", "é menor que %s"),
	"at_most":      form.Label("is at most %s", "é no máximo %s"),
	"contains":     form.Label("contains %s", "contém %s"),
	"not_contains": form.Label("does not contain %s", "não contém %s"),
	"includes":     form.Label("contains %s", "contém %s"),
	"not_includes": form.Label("does not contain %s", "não contém %s"),
	"starts_with":  form.Label("begins with %s", "começa com %s"),
	"ends_with":    form.Label("ends with %s", "termina com %s"),
	"matches":      form.Label("matches %s", "corresponde a %s"),
	"one_of":       form.Label("is one of %s", "é um de %s"),
	"not_one_of":   form.Label("is none of %s", "não é nenhum de %s"),
	"last_days":    form.Label("is in the last %s days", "está nos últimos %s dias"),
	"next_days":    form.Label("is in the next %s days", "está nos próximos %s dias"),
	"days_ago":     form.Label("is at least %s days ago", "faz pelo menos %s dias"),
	"is_true":      form.Label("is true", "é verdadeiro"),
	"is_false":     form.Label("is false", "é falso"),
	"exists":       form.Label("is there", "existe"),
	"missing":      form.Label("is missing", "está faltando"),
	"filled":       form.Label("is filled in", "está preenchido"),
	"empty":        form.Label("is empty or missing", "está vazio ou faltando"),
	"yes":          form.Label("means yes", "quer dizer sim"),
	"no":           form.Label("does not mean yes", "não quer dizer sim"),
}

// oneDayWords say it of a single day.
var oneDayWords = map[string]form.Words{
	"last_days": form.Label("is in the last day", "está no último dia"),
	"next_days": form.Label("is in the next day", "está no próximo dia"),
	"days_ago":  form.Label("is at least 1 day ago", "faz pelo menos 1 dia"),
}

// dayWords say what a row asks of a day.
var dayWords = map[string]form.Words{
	"equals":     form.Label("is on %s", "é em %s"),
	"not_equals": form.Label("is not on %s", "não é em %s"),
	"greater":    form.Label("is after %s", "é depois de %s"),
	"at_least":   form.Label("is on or after %s", "é a partir de %s"),
	"less":       form.Label("is before %s", "é antes de %s"),
	"at_most":    form.Label("is on or before %s", "é até %s"),
}

// InWords reads an expression aloud: "`trigger.body.total` is over 100 and `trigger.body.paid` is
// true". Between backticks stands what a screen may call by another name: fields, and all that
// the visual builder cannot show, as it is written.
func InWords(source string) form.Words {
	if c := ConditionOf(source); c != nil {
		return c.Words()
	}
	quoted := "`" + shorter(source, 80) + "`"
	return form.Label(quoted, quoted)
}

// Words reads the condition aloud.
func (c *Condition) Words() form.Words { return c.words(true) }

func (c *Condition) words(top bool) form.Words {
	parts, and := c.All, form.Label(" and ", " e ")
	if c.Any != nil {
		parts, and = c.Any, form.Label(" or ", " ou ")
	}
	if c.All == nil && c.Any == nil {
		return c.rowWords()
	}
	en, pt := make([]string, len(parts)), make([]string, len(parts))
	for i := range parts {
		w := parts[i].words(false)
		en[i], pt[i] = w.EN, w.PT
	}
	w := form.Label(strings.Join(en, and.EN), strings.Join(pt, and.PT))
	switch {
	case len(parts) == 0 && c.Any == nil:
		return form.Label("always", "sempre")
	case len(parts) == 0:
		return form.Label("never", "nunca")
	case !top && len(parts) > 1:
		return form.Label("("+w.EN+")", "("+w.PT+")")
	}
	return w
}

func (c *Condition) rowWords() form.Words {
	field := "`" + c.Field + "`"
	w, instead := c.operatorWords()
	en, pt := field, field
	if instead {
		instead := valueWords(c.Default)
		en, pt = en+" ("+instead.EN+" when missing)", pt+" ("+instead.PT+" quando faltar)"
	}
	if !strings.Contains(w.EN, "%s") {
		return form.Label(en+" "+w.EN, pt+" "+w.PT)
	}
	value := valueWords(c.Value)
	return form.Label(en+" "+fmt.Sprintf(w.EN, value.EN), pt+" "+fmt.Sprintf(w.PT, value.PT))
}

// operatorWords say what the row asks, and whether that is still without what stands for a
// missing field.
func (c *Condition) operatorWords() (w form.Words, instead bool) {
	day, dated := dayWords[c.Operator]
	one, counted := oneDayWords[c.Operator]
	switch {
	case c.Default == false && c.Operator == "is_false":
		return form.Label("is false or missing", "é falso ou está faltando"), false
	case c.Default == false && c.Operator == "is_true":
		return operatorWords[c.Operator], false
	case dated && c.As == "day":
		return day, c.Default != nil
	case counted && c.Value == 1:
		return one, c.Default != nil
	}
	return operatorWords[c.Operator], c.Default != nil
}

// valueWords writes a value: texts in quotation marks, lists with commas, numbers with the
// decimal sign of the language.
func valueWords(value any) form.Words {
	switch v := value.(type) {
	case []any:
		en, pt := make([]string, len(v)), make([]string, len(v))
		for i, one := range v {
			w := valueWords(one)
			en[i], pt[i] = w.EN, w.PT
		}
		return form.Label(shorter(strings.Join(en, ", "), 80), shorter(strings.Join(pt, ", "), 80))
	case string:
		quoted := "“" + shorter(v, 60) + "”"
		return form.Label(quoted, quoted)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return form.Label("…", "…")
	}
	return form.Label(string(data), strings.Replace(string(data), ".", ",", 1))
}

// shorter cuts a text by letters.
func shorter(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}
