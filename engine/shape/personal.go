package shape

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// shown is a value as an example may show it: what looks like a code, a state or a small number
// is whole; of all else, which may be about a person, the first letter.
func shown(text string, personal bool) string {
	if !personal && isCode(text) {
		return text
	}
	first, _ := utf8.DecodeRuneInString(text)
	if text == "" || first == utf8.RuneError {
		return text[:0]
	}
	return string(first) + "•••"
}

func isCode(text string) bool {
	upper, lower, digits, other := 0, 0, 0, 0
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z':
			lower++
		case r >= 'A' && r <= 'Z':
			upper++
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune("_.:/-", r):
		default:
			other++
		}
	}
	return len(text) <= 32 && other == 0 && digits <= 7 && (upper == 0 || lower == 0)
}

// personalWords are what names of fields are made of whose values are about people.
var personalWords = strings.Fields(`name nome firstname lastname fullname sobrenome surname nickname apelido username usuario email mail phone
	telefone fone celular mobile whatsapp cpf cnpj rg document documento doc identification tax address endereco street rua logradouro complement complemento
	neighborhood bairro zip zipcode cep postal birth birthday birthdate nascimento ip token secret password senha`)

// oneWord writes as one word what else would be two.
var oneWord = strings.NewReplacer("e-mail", "email", "e_mail", "email", "E-mail", "email", "E-Mail", "email")

// isPersonal says whether a field of this name may hold what is about a person: one of the
// words of e_mail, customerName or CPF_CNPJ is among personalWords.
func isPersonal(name string) bool {
	var word []byte
	ends := func() bool {
		found := slices.Contains(personalWords, strings.ToLower(string(word)))
		word = word[:0]
		return found
	}
	lower := oneWord.Replace(name)
	before := byte(0)
	for i := 0; i < len(lower); i++ {
		c := lower[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		begins := c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z'
		if (!letter || begins) && ends() {
			return true
		}
		if letter {
			word = append(word, c)
		}
		before = c
	}
	return ends()
}
