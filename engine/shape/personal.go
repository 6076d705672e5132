package shape

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// subject is what a field's values are about, as far as its name says.
type subject int

const (
	unknown subject = iota
	person
	thing // a state, a kind, a product
)

// cut ends a value of which only the first letter is shown.
const cut = "•••"

// later stands for the time of a day.
const later = " …"

const longestDate = 40

// shown is a value as an example may show it: of what may be about a person, by the name of its
// field or by its own look, only the first letter; of a time only its day.
func shown(text string, about subject) string {
	if about != person && isDate(text) && len(text) <= longestDate {
		return dayOf(text[:len(time.DateOnly)], text)
	}
	if about != person && !looksPersonal(text, about) {
		return text
	}
	first, _ := utf8.DecodeRuneInString(text)
	if text == "" || first == utf8.RuneError {
		return text[:0]
	}
	return string(first) + cut
}

// noteNumber keeps a whole number as an example: of what counts the seconds, or milliseconds, of
// a time its day.
func (s *Shape) noteNumber(n int, name string, about subject) {
	if about == unknown && slices.ContainsFunc(wordsOf(name), func(word string) bool { return slices.Contains(momentWords, word) }) {
		for _, seconds := range []int{n, n / 1000} {
			if at := time.Unix(int64(seconds), 0).UTC(); at.Year() >= 2000 && at.Year() < 2100 {
				s.Forms[Date]++
				s.note(dayOf(at.Format(time.DateOnly), ""))
				return
			}
		}
	}
	s.note(shown(strconv.Itoa(n), about))
}

// dayOf is the day of a date: times are all different, and say nothing as an example.
func dayOf(day, whole string) string {
	if day == whole {
		return day
	}
	return day + later
}

// isCut says that an example is only the beginning of what it is of.
func isCut(text string) bool { return strings.HasSuffix(text, cut) || strings.HasSuffix(text, later) }

// The longest text that may be a state or a code, the most digits that are no document or
// phone, and the length from which mixed letters and digits may be a key.
const (
	maxState  = 48
	maxDigits = 7
	minKey    = 12
)

func looksPersonal(text string, about subject) bool {
	if len(text) > 2*maxState || utf8.RuneCountInString(text) > maxState || strings.Contains(text, "@") {
		return true
	}
	digits, upper, lower, comma, space := 0, 0, 0, false, false
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLetter(r):
			lower++
		}
		comma, space = comma || r == ',', space || r == ' '
	}
	letters := upper + lower
	switch {
	case digits > maxDigits:
		return true
	case letters == 0 || isAmount(text):
		return false
	case isAddress(text) || comma && digits > 0:
		return true
	case !space:
		return digits > 0 && len(text) >= minKey && (upper > 0 && lower > 0 || len(text) >= 2*minKey)
	}
	return about == unknown && mayBeName(text)
}

// mayBeName says whether a text of several words is written as names are: all of them with
// capitals, or none of them. A state such as Aguardando pagamento is not.
func mayBeName(text string) bool {
	capitals, small, others := 0, 0, 0
	for word := range strings.FieldsSeq(text) {
		first, _ := utf8.DecodeRuneInString(word)
		switch {
		case slices.Contains(particles, word):
		case unicode.IsUpper(first):
			capitals++
		case unicode.IsLetter(first):
			small++
		default:
			others++
		}
	}
	return others == 0 && (capitals == 0 || small == 0)
}

var (
	particles = strings.Fields("de da do das dos e del di la van von der")
	streets   = strings.Fields("rua r. avenida av av. travessa alameda rodovia estrada praça praca largo street avenue road st. rd.")
)

func isAddress(text string) bool {
	words := strings.Fields(strings.ToLower(text))
	return len(words) > 1 && slices.ContainsFunc(words, func(word string) bool { return slices.Contains(streets, word) })
}

// personalWords are what names of fields are made of whose values are about people.
var personalWords = strings.Fields(`firstname lastname fullname sobrenome surname nickname apelido username usuario email mail phone
	telefone fone celular mobile whatsapp cpf cnpj rg document documento doc identification tax address endereco street rua logradouro complement complemento
	neighborhood bairro zip zipcode cep postal birth birthday birthdate dob nascimento aniversario ip token secret password senha`)

// people are who a field of that name, or one that ends so, tells by name.
var people = strings.Fields(`customer client cliente buyer payer comprador pagador contact contato lead recipient destinatario sender remetente user person pessoa
	student aluno patient paciente seller vendedor holder titular guest hospede convidado member membro owner responsavel author autor assinante subscriber`) //nolint:misspell // Portuguese too

// thingWords are what names of fields are made of whose values are states, kinds and products.
var thingWords = strings.Fields(`status situacao state estado stage etapa fase phase event evento type tipo kind topic topico method metodo forma mode modo plan plano product produto
	item items itens offer oferta course curso category categoria source origem channel canal currency moeda reason motivo gateway provider payment pagamento
	tag tags etiqueta etiquetas priority prioridade department departamento setor segment segmento campaign campanha form formulario coupon cupom variant variacao shipping frete language idioma`)

// momentWords are what names of fields are made of that say when.
var momentWords = strings.Fields("created updated date data time timestamp at criado atualizado hora vencimento due expires start end inicio fim")

// heads say what a field is, whatever else is in its name: document_type, tipo_documento.
var heads = strings.Fields("status situacao stage etapa fase phase type tipo kind topic method metodo forma mode modo")

// oneWord writes as one word what else would be two.
var oneWord = strings.NewReplacer("e-mail", "email", "e_mail", "email", "E-mail", "email", "E-Mail", "email", "ç", "c", "ã", "a", "á", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ú", "u", "õ", "o")

// subjectOf says what the values of a field are about, by the words of its name, such as
// e_mail, customerName or CPF_CNPJ, and by the name of what holds it.
func subjectOf(holder, name string) subject {
	words := wordsOf(name)
	if len(words) == 0 {
		return unknown
	}
	has := func(list []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(list, word) })
	}
	last := words[len(words)-1]
	switch {
	case slices.Contains(heads, last) || slices.Contains(heads, words[0]):
		return thing
	case has(personalWords) || slices.Contains(people, last):
		return person
	case has(thingWords):
		return thing
	case has([]string{"name", "nome"}):
		if of := wordsOf(holder); len(of) > 0 && slices.Contains(thingWords, of[len(of)-1]) {
			return thing
		}
		return person
	}
	return unknown
}

// wordsOf are the words of a name, in lower case.
func wordsOf(name string) []string {
	var words []string
	var word []byte
	ends := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = word[:0]
	}
	plain, before := oneWord.Replace(name), byte(0)
	for i := 0; i < len(plain); i++ {
		c := plain[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter || c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z' {
			ends()
		}
		if letter {
			word = append(word, c)
		}
		before = c
	}
	ends()
	return words
}
