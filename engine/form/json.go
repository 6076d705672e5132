package form

import "strings"

// JSONWords says in both languages what encoding/json says of JSON that cannot be read; what
// it does not know stays as it is.
func JSONWords(said string) Words {
	switch {
	case strings.HasPrefix(said, "invalid character "):
		char, _, _ := strings.Cut(strings.TrimPrefix(said, "invalid character "), "' ")
		return Label(said, "caractere inesperado: "+char+"'")
	case strings.HasPrefix(said, "json: cannot unmarshal number"):
		return Label("there is a number that is too big, or is not whole, where a whole one should be", "há um número grande demais, ou que não é inteiro, onde deveria haver um inteiro")
	case strings.HasPrefix(said, "json: cannot unmarshal"):
		return Label("there is a value of another kind than it should be", "há um valor de outro tipo do que deveria ser")
	case said == "unexpected end of JSON input", said == "unexpected EOF":
		return Label("the JSON ends too early", "o JSON termina cedo demais")
	}
	return Label(said, said)
}
