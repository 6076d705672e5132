package expression

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"gancho/engine/form"
)

var textFunctions = []Function{
	{Name: "slug", in: "x text", Returns: "text", Doc: form.Label("Lower case, no accents, words joined by hyphens.", "Minúsculas, sem acentos, palavras unidas por hífen."), Examples: example(`slug("Pão de Açúcar!")`, "pao-de-acucar"), run: slugOf},
	{Name: "title", in: "x text", Returns: "text", Doc: form.Label("The first letter of each word in upper case.", "A primeira letra de cada palavra em maiúscula."), Examples: example(`title("ana souza")`, "Ana Souza"), run: ofText(title)},
	{Name: "first_name", in: "x text", Returns: "text", Doc: form.Label("The first word of a name, its first letter in upper case.", "A primeira palavra de um nome, com a primeira letra maiúscula."), Examples: example(`first_name("  joão  da SILVA")`, "João"), run: ofText(firstName)},
	{Name: "left", long: true, in: "x text, n integer", Returns: "text", Doc: form.Label("The first n letters.", "As primeiras n letras."), Examples: example(`left("ação", 2)`, "aç"), run: func(e *evaluation, a []any) (any, error) { return letters(e, a[0].(string), 0, max(0, a[1].(int))) }},
	{Name: "right", long: true, in: "x text, n integer", Returns: "text", Doc: form.Label("The last n letters.", "As últimas n letras."), Examples: example(`right("ação", 2)`, "ão"), run: func(e *evaluation, a []any) (any, error) {
		s := a[0].(string)
		length := runes(s)
		return letters(e, s, length-clamp(a[1].(int), length), length)
	}},
	{Name: "truncate", long: true, in: "x text, n integer", Returns: "text", Doc: form.Label("At most n letters, the last one … when cut.", "No máximo n letras, com … no fim quando cortado."), Examples: example(`truncate("abcdef", 4)`, "abc…"), run: truncate},
	{Name: "mask", in: "x text, n integer", Returns: "text", Doc: form.Label("All but the last n letters as *.", "Tudo menos as últimas n letras como *."), Examples: example(`mask("12345678901", 3)`, "********901"), run: mask},
	{Name: "regex_find", long: true, in: "x text, pattern text", Returns: "text", Doc: form.Label("The first match of a regular expression (its first group, if it has one), else nothing.", "A primeira ocorrência de uma expressão regular (o primeiro grupo, se houver), ou nada."), Examples: example(`regex_find("order 42", "[0-9]+")`, "42"), run: regexFind},
	{Name: "regex_replace", in: "x text, pattern text, by text", Returns: "text", Doc: form.Label("Every match of a regular expression replaced; $1 is its first group.", "Troca cada ocorrência de uma expressão regular; $1 é o primeiro grupo."), Examples: example(`regex_replace("11 9 8765", "[^0-9]", "")`, "1198765"), run: regexReplace},
	{Name: "url_encode", in: "x text", Returns: "text", Doc: form.Label("Text as it stands in the query of a URL.", "Texto como fica na consulta de uma URL."), Examples: example(`url_encode("a b&c")`, "a+b%26c"), run: ofText(url.QueryEscape)},
	{Name: "strip_html", in: "x text", Returns: "text", Doc: form.Label("The text of HTML: without tags, scripts and styles.", "O texto de um HTML: sem marcação, scripts e estilos."), Examples: example(`strip_html("<b>Oi</b> Ana &amp; Bia")`, "Oi Ana & Bia"), run: ofText(stripHTML)},
	{Name: "escape_html", in: "x text", Returns: "text", Doc: form.Label("Text as it stands in HTML: what is in it is no tag.", "Texto como fica em HTML: nada nele vira marcação."), Examples: example(`escape_html("<b>Oi</b>")`, "&lt;b&gt;Oi&lt;/b&gt;"), run: ofText(html.EscapeString)},
	{Name: "escape_markdown", in: "x text", Returns: "text", Doc: form.Label("Text as it stands in Markdown: what is in it is no link, picture or list.", "Texto como fica em Markdown: nada nele vira link, imagem ou lista."), Examples: example(`escape_markdown("[Ana](x)")`, `\[Ana\]\(x\)`), run: ofText(escapeMarkdown)},
	{Name: "sha256", long: true, in: "x text", Returns: "text", Doc: form.Label("SHA-256 in hexadecimal.", "SHA-256 em hexadecimal."), Examples: example(`left(sha256("a"), 8)`, "ca978112"), run: ofText(func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) })},
	{Name: "md5", long: true, in: "x text", Returns: "text", Doc: form.Label("MD5 in hexadecimal, for services that ask for it.", "MD5 em hexadecimal, para serviços que o pedem."), Examples: example(`left(md5("a"), 8)`, "0cc175b9"), run: ofText(func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) })},
	{Name: "hmac_sha256", long: true, in: "x text, key text", Returns: "text", Doc: form.Label("HMAC-SHA256 of a text with a key, in hexadecimal.", "HMAC-SHA256 de um texto com uma chave, em hexadecimal."), Examples: example(`left(hmac_sha256("a", "key"), 8)`, "780c3db4"), run: func(_ *evaluation, a []any) (any, error) {
		m := hmac.New(sha256.New, []byte(a[1].(string)))
		m.Write([]byte(a[0].(string)))
		return hex.EncodeToString(m.Sum(nil)), nil
	}},
	{Name: "uuid_from", in: "x… text", Returns: "text", Doc: form.Label("A UUID made from texts, always the same for the same texts (version 8).", "Um UUID feito de textos, sempre o mesmo para os mesmos textos (versão 8)."), Examples: example(`uuid_from("a")`, "ca978112-ca1b-8dca-bac2-31b39a23dc4d"), run: uuidFrom},
	{Name: "phone_e164", in: "x text, country? text", Returns: "text", Doc: form.Label("A telephone number as +5511987654321; nothing if it is none.", "Um telefone como +5511987654321; nada se não for um telefone."), Examples: example(`phone_e164("(11) 98765-4321", "BR")`, "+5511987654321"), run: phoneE164},
	{Name: "cpf_valid", in: "x text", Returns: "boolean", Doc: form.Label("Whether a CPF's digits are right.", "Se os dígitos de um CPF conferem."), Examples: example(`cpf_valid("529.982.247-25")`, true), run: func(_ *evaluation, a []any) (any, error) { return cpfValid(a[0].(string)), nil }},
	{Name: "cnpj_valid", in: "x text", Returns: "boolean", Doc: form.Label("Whether a CNPJ's digits are right; letters count too.", "Se os dígitos de um CNPJ conferem; aceita letras."), Examples: example(`cnpj_valid("12.ABC.345/01DE-35")`, true), run: func(_ *evaluation, a []any) (any, error) { return cnpjValid(a[0].(string)), nil }},
}

// builtinTexts are the language's own functions on texts.
var builtinTexts = []Function{
	{Name: "string", in: "x value", Returns: "text", Doc: form.Label("The value as text.", "O valor como texto."), Examples: example(`string(12.5)`, "12.5"), run: func(e *evaluation, a []any) (any, error) { return e.text(a[0]) }},
	{Name: "upper", in: "x text", Returns: "text", Doc: form.Label("In upper case.", "Em maiúsculas."), Examples: example(`upper("ação")`, "AÇÃO"), run: ofText(strings.ToUpper)},
	{Name: "lower", in: "x text", Returns: "text", Doc: form.Label("In lower case.", "Em minúsculas."), Examples: example(`lower("AÇÃO")`, "ação"), run: ofText(strings.ToLower)},
	{Name: "trim", in: "x text, letters? text", Returns: "text", Doc: form.Label("Without space, or these letters, at both ends.", "Sem espaços, ou estas letras, nas pontas."), Examples: example(`trim("  Ana ")`, "Ana"), run: trim},
	{Name: "trimPrefix", in: "x text, prefix text", Returns: "text", Doc: form.Label("Without this beginning.", "Sem este começo."), Examples: example(`trimPrefix("#42", "#")`, "42"), run: ofTexts2(strings.TrimPrefix)},
	{Name: "trimSuffix", in: "x text, suffix text", Returns: "text", Doc: form.Label("Without this end.", "Sem este final."), Examples: example(`trimSuffix("42%", "%")`, "42"), run: ofTexts2(strings.TrimSuffix)},
	{Name: "replace", in: "x text, from text, to text", Returns: "text", Doc: form.Label("Every occurrence of a text replaced by another.", "Troca todas as ocorrências de um texto por outro."), Examples: example(`replace("1.5", ".", ",")`, "1,5"), run: replace},
	{Name: "repeat", in: "x text, n integer", Returns: "text", Doc: form.Label("The text n times.", "O texto n vezes."), Examples: example(`repeat("ab", 2)`, "abab"), run: repeat},
	{Name: "split", in: "x text, by text, n? integer", Returns: "list", Doc: form.Label("The pieces of a text, at most n.", "Os pedaços de um texto, no máximo n."), Examples: example(`split("a,b", ",")`, []any{"a", "b"}), run: split(strings.SplitN)},
	{Name: "splitAfter", in: "x text, by text, n? integer", Returns: "list", Doc: form.Label("The pieces of a text, each with what it was split by.", "Os pedaços de um texto, cada um com o separador."), Examples: example(`splitAfter("a,b", ",")`, []any{"a,", "b"}), run: split(strings.SplitAfterN)},
	{Name: "join", in: "list list, by? text", Returns: "text", Doc: form.Label("The elements of a list as one text.", "Os itens de uma lista como um texto."), Examples: example(`join(["a", "b"], ", ")`, "a, b"), run: join},
	{Name: "indexOf", long: true, in: "x text, part text", Returns: "integer", Doc: form.Label("After how many letters a part begins, -1 if it is not there.", "Depois de quantas letras um trecho começa, -1 se não houver."), Examples: example(`indexOf("ação", "o")`, 3), run: func(_ *evaluation, a []any) (any, error) {
		s := a[0].(string)
		if i := strings.Index(s, a[1].(string)); i >= 0 {
			return runes(s[:i]), nil
		}
		return -1, nil
	}},
	{Name: "toBase64", in: "x text", Returns: "text", Doc: form.Label("The text in Base64.", "O texto em Base64."), Examples: example(`toBase64("Oi")`, "T2k="), run: ofText(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) })},
	{Name: "fromBase64", in: "x text", Returns: "text", Doc: form.Label("The text that a Base64 holds.", "O texto que um Base64 contém."), Examples: example(`fromBase64("T2k=")`, "Oi"), run: func(_ *evaluation, a []any) (any, error) {
		data, err := base64.StdEncoding.DecodeString(a[0].(string))
		if err != nil {
			return nil, wrongf("this is not Base64", "isto não é Base64")
		}
		return strings.ToValidUTF8(string(data), "\ufffd"), nil
	}},
}

func ofText(f func(string) string) func(*evaluation, []any) (any, error) {
	return func(_ *evaluation, args []any) (any, error) { return f(args[0].(string)), nil }
}

func ofTexts2(f func(a, b string) string) func(*evaluation, []any) (any, error) {
	return func(_ *evaluation, args []any) (any, error) { return f(args[0].(string), args[1].(string)), nil }
}

const mostCut = 64 // letters that trim looks for

func trim(e *evaluation, args []any) (any, error) {
	s := args[0].(string)
	cut, ok := args[1].(string)
	if !ok {
		return strings.TrimSpace(s), nil
	}
	n := runes(cut)
	if n > mostCut {
		return nil, wrongf("trim takes at most %d letters", "trim recebe no máximo %d letras", mostCut)
	}
	return strings.Trim(s, cut), e.charge(len(s) / 64 * (1 + n))
}

func runes(s string) int { return utf8.RuneCountInString(s) }

var accents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "é", "e", "ê", "e", "è", "e", "ë", "e", "í", "i", "ï", "i", "ì", "i",
	"å", "a", "ą", "a", "æ", "ae", "ć", "c", "č", "c", "ď", "d", "đ", "d", "ð", "d", "ě", "e", "ę", "e", "ğ", "g", "ı", "i", "ł", "l", "ń", "n", "ň", "n", "ø", "o", "ő", "o", "œ", "oe",
	"ř", "r", "ś", "s", "š", "s", "ş", "s", "ß", "ss", "ť", "t", "þ", "th", "ů", "u", "ű", "u", "ù", "u", "û", "u", "ý", "y", "ÿ", "y", "ź", "z", "ż", "z", "ž", "z",
	"ó", "o", "ô", "o", "õ", "o", "ö", "o", "ò", "o", "ú", "u", "ü", "u", "ù", "u", "ç", "c", "ñ", "n")

// slugOf charges for every letter: each is looked up among the accents.
func slugOf(e *evaluation, args []any) (any, error) {
	s := args[0].(string)
	if err := e.charge(len(s)); err != nil {
		return nil, err
	}
	return slug(s), nil
}

func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range accents.Replace(strings.ToLower(s)) {
		if unicode.Is(unicode.Mn, r) { // an accent by itself
			continue
		}
		if r >= unicode.MaxASCII || (!unicode.IsLetter(r) && !unicode.IsDigit(r)) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}

func title(s string) string {
	before := ' '
	return strings.Map(func(r rune) rune {
		defer func() { before = r }()
		if unicode.IsSpace(before) || before == '-' {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func firstName(s string) string {
	for word := range strings.FieldsSeq(s) {
		return title(word)
	}
	return ""
}

func truncate(e *evaluation, args []any) (any, error) {
	s, n := args[0].(string), args[1].(int)
	if n < 1 {
		return "", nil
	}
	if runes(s) <= n {
		return s, nil
	}
	cut, err := letters(e, s, 0, n-1)
	if err != nil {
		return nil, err
	}
	return cut.(string) + "…", nil
}

func mask(e *evaluation, args []any) (any, error) {
	s := args[0].(string)
	length := runes(s)
	n := clamp(args[1].(int), length)
	shown, err := letters(e, s, length-n, length)
	if err != nil {
		return nil, err
	}
	return strings.Repeat("*", length-n) + shown.(string), nil
}

// escapeMarkdown puts a backslash before whatever Markdown takes for a sign, and makes one line of it.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r':
			r = ' '
		case strings.ContainsRune("\\`*_{}[]()<>#+-.!|~&:@=\"$", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func replace(e *evaluation, args []any) (any, error) {
	s, from, to := args[0].(string), args[1].(string), args[2].(string)
	grown := len(s) + strings.Count(s, from)*(len(to)-len(from))
	if grown > MaxOutput {
		return nil, errBytes
	}
	if err := e.charge(len(s)/8 + grown/8); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(s, from, to), nil
}

func repeat(e *evaluation, args []any) (any, error) {
	s, n := args[0].(string), max(0, args[1].(int))
	if s == "" {
		return "", nil
	}
	if n > MaxOutput/len(s) {
		return nil, errBytes
	}
	return strings.Repeat(s, n), e.charge(1 + n)
}

func split(cut func(s, by string, n int) []string) func(*evaluation, []any) (any, error) {
	return func(e *evaluation, args []any) (any, error) {
		s, by, n := args[0].(string), args[1].(string), -1
		if most, ok := args[2].(int); ok {
			n = most
		}
		pieces := strings.Count(s, by) + 1
		if n >= 0 {
			pieces = min(pieces, n)
		}
		if err := e.take(48 * pieces); err != nil {
			return nil, err
		}
		list := make([]any, 0, pieces)
		for _, piece := range cut(s, by, n) {
			list = append(list, piece)
		}
		return list, nil
	}
}

func join(e *evaluation, args []any) (any, error) {
	between, _ := args[1].(string)
	var b strings.Builder
	for i, element := range args[0].([]any) {
		if i > 0 {
			b.WriteString(between)
		}
		if element != nil {
			s, err := e.text(element)
			if err != nil {
				return nil, err
			}
			b.WriteString(s)
		}
		if b.Len() > MaxOutput {
			return nil, errBytes
		}
		if err := e.charge(1 + b.Len()/(64*(i+1))); err != nil {
			return nil, err
		}
	}
	return b.String(), nil
}

// lineBreaks keeps a text on one line, apart from every other.
var lineBreaks = strings.NewReplacer(`\`, `\\`, "\n", `\n`)

// uuidFrom is a UUID of version 8 (RFC 9562) over the SHA-256 of texts, one on each line.
func uuidFrom(_ *evaluation, args []any) (any, error) {
	if len(args) == 0 {
		return nil, wrongf("needs a text", "precisa de um texto")
	}
	h := sha256.New()
	for i, a := range args {
		if i > 0 {
			h.Write([]byte{'\n'})
		}
		h.Write([]byte(lineBreaks.Replace(a.(string))))
	}
	b := h.Sum(nil)[:16]
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
func phoneE164(_ *evaluation, args []any) (any, error) {
	raw := strings.TrimSpace(args[0].(string))
	if strings.ContainsFunc(raw, noPhone) {
		return nil, nil
	}
	digits := digitsOf(raw)
	if strings.HasPrefix(raw, "+") {
		brazil := strings.HasPrefix(digits, "55")
		if brazil && len(digits) != 12 && len(digits) != 13 || len(digits) < 8 || len(digits) > 15 {
			return nil, nil
		}
		return "+" + digits, nil
	}
	if country, ok := args[1].(string); ok && !strings.EqualFold(country, "BR") {
		return nil, wrongf("a number without + is read for BR only", "um número sem + só é lido para BR")
	}
	if strings.HasPrefix(digits, "00") { // abroad, perhaps with the number of a carrier
		return nil, nil
	}
	digits = strings.TrimPrefix(digits, "0")
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

// noPhone says that no telephone number is written with r: more follows it, such as an extension, or it is none.
func noPhone(r rune) bool {
	return !unicode.In(r, unicode.Pd, unicode.Cf) && !unicode.IsSpace(r) && !strings.ContainsRune("0123456789+().-/", r)
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
