package expression

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"gancho/engine/form"
)

var textFunctions = []Function{
	{
		Name: "string", Doc: form.Label("The value as text.", "O valor como texto."), Examples: example(`string(12.5)`, "12.5"),
		run: ofText(func(s string) (any, error) { return s, nil }),
	},
	{
		Name: "slug", Doc: form.Label("Lower case, no accents, words joined by hyphens.", "Minúsculas, sem acentos, palavras unidas por hífen."),
		Examples: example(`slug("Pão de Açúcar!")`, "pao-de-acucar"), run: ofText(func(s string) (any, error) { return slug(s), nil }),
	},
	{
		Name: "title", Doc: form.Label("The first letter of each word in upper case.", "A primeira letra de cada palavra em maiúscula."),
		Examples: example(`title("ana souza")`, "Ana Souza"), run: ofText(title),
	},
	{
		Name: "left", Doc: form.Label("The first n letters.", "As primeiras n letras."), Examples: example(`left("ação", 2)`, "aç"),
		run: ofTextAndInt(func(s string, n int) (any, error) { r := []rune(s); return string(r[:clamp(n, len(r))]), nil }),
	},
	{
		Name: "right", Doc: form.Label("The last n letters.", "As últimas n letras."), Examples: example(`right("ação", 2)`, "ão"),
		run: ofTextAndInt(func(s string, n int) (any, error) { r := []rune(s); return string(r[len(r)-clamp(n, len(r)):]), nil }),
	},
	{
		Name: "truncate", Doc: form.Label("At most n letters, the last one … when cut.", "No máximo n letras, com … no fim quando cortado."),
		Examples: example(`truncate("abcdef", 4)`, "abc…"), run: ofTextAndInt(truncate),
	},
	{
		Name: "mask", Doc: form.Label("All but the last n letters as *.", "Tudo menos as últimas n letras como *."),
		Examples: example(`mask("12345678901", 3)`, "********901"), run: ofTextAndInt(func(s string, n int) (any, error) {
			r := []rune(s)
			n = clamp(n, len(r))
			return strings.Repeat("*", len(r)-n) + string(r[len(r)-n:]), nil
		}),
	},
	{
		Name: "replace", Doc: form.Label("Every occurrence of a text replaced by another.", "Troca todas as ocorrências de um texto por outro."),
		Examples: example(`replace("1.5", ".", ",")`, "1,5"), run: replace,
	},
	{Name: "join", Doc: form.Label("The elements of a list as one text.", "Os itens de uma lista como um texto."), Examples: example(`join(["a", "b"], ", ")`, "a, b"), run: join},
	{
		Name: "regex_find", Doc: form.Label("The first match of a regular expression (its first group, if it has one), else nothing.", "A primeira ocorrência de uma expressão regular (o primeiro grupo, se houver), ou nada."),
		Examples: example(`regex_find("order 42", "[0-9]+")`, "42"), run: regexFind,
	},
	{
		Name: "regex_replace", Doc: form.Label("Every match of a regular expression replaced; $1 is its first group.", "Troca cada ocorrência de uma expressão regular; $1 é o primeiro grupo."),
		Examples: example(`regex_replace("11 9 8765", "[^0-9]", "")`, "1198765"), run: regexReplace,
	},
	{
		Name: "url_encode", Doc: form.Label("Text as it stands in the query of a URL.", "Texto como fica na consulta de uma URL."),
		Examples: example(`url_encode("a b&c")`, "a+b%26c"), run: ofText(func(s string) (any, error) { return url.QueryEscape(s), nil }),
	},
	{
		Name: "strip_html", Doc: form.Label("Text without HTML tags.", "Texto sem marcação HTML."), Examples: example(`strip_html("<b>Oi</b> Ana")`, "Oi Ana"),
		run: ofText(func(s string) (any, error) { return strings.TrimSpace(tags.ReplaceAllString(s, "")), nil }),
	},
	{
		Name: "sha256", Doc: form.Label("SHA-256 in hexadecimal.", "SHA-256 em hexadecimal."),
		Examples: example(`left(sha256("a"), 8)`, "ca978112"), run: ofText(func(s string) (any, error) { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))), nil }),
	},
	{
		Name: "md5", Doc: form.Label("MD5 in hexadecimal, for services that ask for it.", "MD5 em hexadecimal, para serviços que o pedem."),
		Examples: example(`left(md5("a"), 8)`, "0cc175b9"), run: ofText(func(s string) (any, error) { return fmt.Sprintf("%x", md5.Sum([]byte(s))), nil }),
	},
	{
		Name: "hmac_sha256", Doc: form.Label("HMAC-SHA256 of a text with a key, in hexadecimal.", "HMAC-SHA256 de um texto com uma chave, em hexadecimal."),
		Examples: example(`left(hmac_sha256("a", "key"), 8)`, "780c3db4"), run: func(args ...any) (any, error) {
			if err := arguments(args, 2, 2); err != nil {
				return nil, err
			}
			m := hmac.New(sha256.New, []byte(Text(args[1])))
			m.Write([]byte(Text(args[0])))
			return hex.EncodeToString(m.Sum(nil)), nil
		},
	},
	{
		Name: "uuid_from", Doc: form.Label("A UUID made from a text, always the same for the same text (version 8).", "Um UUID feito de um texto, sempre o mesmo para o mesmo texto (versão 8)."),
		Examples: example(`uuid_from("a")`, "ca978112-ca1b-8dca-bac2-31b39a23dc4d"), run: ofText(uuidFrom),
	},
	{
		Name: "phone_e164", Doc: form.Label("A telephone number as +5511987654321; nothing if it is none.", "Um telefone como +5511987654321; nada se não for um telefone."),
		Examples: example(`phone_e164("(11) 98765-4321", "BR")`, "+5511987654321"), run: phoneE164,
	},
	{
		Name: "cpf_valid", Doc: form.Label("Whether a CPF's digits are right.", "Se os dígitos de um CPF conferem."), Examples: example(`cpf_valid("529.982.247-25")`, true),
		run: ofText(func(s string) (any, error) { return cpfValid(s), nil }),
	},
	{
		Name: "cnpj_valid", Doc: form.Label("Whether a CNPJ's digits are right; letters count too.", "Se os dígitos de um CNPJ conferem; aceita letras."), Examples: example(`cnpj_valid("12.ABC.345/01DE-35")`, true),
		run: ofText(func(s string) (any, error) { return cnpjValid(s), nil }),
	},
}

var tags = regexp.MustCompile(`<[^>]*>`)

func clamp(n, most int) int { return max(0, min(n, most)) }

func title(s string) (any, error) {
	before := ' '
	return strings.Map(func(r rune) rune {
		defer func() { before = r }()
		if unicode.IsSpace(before) || before == '-' {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, s), nil
}

func truncate(s string, n int) (any, error) {
	r := []rune(s)
	if len(r) <= n || n < 1 {
		return string(r[:clamp(n, len(r))]), nil
	}
	return string(r[:n-1]) + "…", nil
}

func replace(args ...any) (any, error) {
	if err := arguments(args, 3, 3); err != nil {
		return nil, err
	}
	s, from, to := Text(args[0]), Text(args[1]), Text(args[2])
	if grown := len(s) + strings.Count(s, from)*(len(to)-len(from)); grown > MaxOutput {
		return nil, errors.New("the text is over 1 MiB")
	}
	return strings.ReplaceAll(s, from, to), nil
}

func join(args ...any) (any, error) {
	if err := arguments(args, 1, 2); err != nil {
		return nil, err
	}
	list, ok := args[0].([]any)
	if !ok {
		clean, err := Normalize(args[0])
		if list, ok = clean.([]any); err != nil || !ok {
			return nil, errors.New("join takes a list")
		}
	}
	between := ""
	if len(args) == 2 {
		between = Text(args[1])
	}
	var b strings.Builder
	for i, element := range list {
		if i > 0 {
			b.WriteString(between)
		}
		if element != nil {
			b.WriteString(Text(element))
		}
		if b.Len() > MaxOutput {
			return nil, errors.New("the text is over 1 MiB")
		}
	}
	return b.String(), nil
}

func pattern(value any) (*regexp.Regexp, error) {
	source := Text(value)
	if len(source) > 1024 {
		return nil, errors.New("the regular expression is longer than 1 KiB")
	}
	return regexp.Compile(source)
}

func regexFind(args ...any) (any, error) {
	if err := arguments(args, 2, 2); err != nil {
		return nil, err
	}
	re, err := pattern(args[1])
	if err != nil {
		return nil, err
	}
	found := re.FindStringSubmatch(Text(args[0]))
	if len(found) == 0 {
		return nil, nil
	}
	return found[min(1, len(found)-1)], nil
}

func regexReplace(args ...any) (any, error) {
	if err := arguments(args, 3, 3); err != nil {
		return nil, err
	}
	re, err := pattern(args[1])
	if err != nil {
		return nil, err
	}
	s := Text(args[0])
	if len(s)*(1+len(Text(args[2]))) > 16*MaxOutput {
		return nil, errors.New("the text is over 1 MiB")
	}
	return re.ReplaceAllString(s, Text(args[2])), nil
}

// uuidFrom is a UUID of version 8 (RFC 9562) over the SHA-256 of a text.
func uuidFrom(s string) (any, error) {
	sum := sha256.Sum256([]byte(s))
	b := sum[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16]), nil
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// phoneE164 knows Brazilian numbers, and numbers that begin with + of any country.
func phoneE164(args ...any) (any, error) {
	if err := arguments(args, 1, 2); err != nil {
		return nil, err
	}
	raw := strings.TrimSpace(Text(args[0]))
	digits := digitsOf(raw)
	if strings.HasPrefix(raw, "+") {
		if len(digits) < 8 || len(digits) > 15 {
			return nil, nil
		}
		return "+" + digits, nil
	}
	if len(args) == 2 && args[1] != "BR" {
		return nil, errors.New("a number without + is read for BR only")
	}
	digits = strings.TrimLeft(digits, "0")
	switch len(digits) {
	case 10, 11:
		return "+55" + digits, nil
	case 12, 13:
		if strings.HasPrefix(digits, "55") {
			return "+" + digits, nil
		}
	}
	return nil, nil
}

func cpfValid(s string) bool {
	d := digitsOf(s)
	if len(d) != 11 || strings.Count(d, d[:1]) == 11 {
		return false
	}
	for _, n := range []int{9, 10} {
		sum := 0
		for i := range n {
			sum += int(d[i]-'0') * (n + 1 - i)
		}
		if sum*10%11%10 != int(d[n]-'0') {
			return false
		}
	}
	return true
}

// cnpjValid follows the rule of Receita Federal for numeric and alphanumeric CNPJ: each
// character counts as its ASCII code minus 48.
func cnpjValid(s string) bool {
	d := strings.ToUpper(strings.NewReplacer(".", "", "/", "", "-", "", " ", "").Replace(s))
	if len(d) != 14 || strings.Count(d, d[:1]) == 14 {
		return false
	}
	for i := range d {
		letter := d[i] >= 'A' && d[i] <= 'Z' && i < 12
		if !letter && (d[i] < '0' || d[i] > '9') {
			return false
		}
	}
	for _, n := range []int{12, 13} {
		sum := 0
		for i := range n {
			sum += int(d[i]-'0') * ((n-1-i)%8 + 2)
		}
		check := 0
		if rest := sum % 11; rest >= 2 {
			check = 11 - rest
		}
		if check != int(d[n]-'0') {
			return false
		}
	}
	return true
}
