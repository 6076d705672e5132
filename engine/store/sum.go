package store

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// ErrNoNumber is what KeyAdd says of a key that holds no number, or of a sum of more than 60
// digits.
var ErrNoNumber = errors.New("it holds no number that can be added to")

const mostDigits = 60

// Sum adds to a JSON number, or to nothing, as decimals: 0.1 and 0.2 are 0.3.
func Sum(former []byte, by json.Number) ([]byte, error) {
	sum := new(big.Rat)
	for _, text := range []string{string(former), by.String()} {
		n, ok := decimal(text)
		if !ok {
			return nil, ErrNoNumber
		}
		sum.Add(sum, n)
	}
	places, _ := sum.FloatPrec()
	text := sum.FloatString(places)
	if len(text) > mostDigits {
		return nil, ErrNoNumber
	}
	return []byte(text), nil
}

// decimal reads a JSON number; "" is 0. An exponent of many digits would take all memory.
func decimal(text string) (*big.Rat, bool) {
	if text == "" {
		return new(big.Rat), true
	}
	if len(text) > mostDigits || strings.ContainsAny(text, "/_xXoObBpP") {
		return nil, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 && len(text)-i > len("e-99") {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}
