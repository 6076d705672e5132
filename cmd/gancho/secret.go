package main

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"
)

// secretText is a flag that holds a secret: it is never printed, and a key in PEM may follow the flag as another word,
// though it begins with dashes.
type secretText string

// Decode takes the word that follows the flag.
func (s *secretText) Decode(c *kong.DecodeContext) error {
	token := c.Scan.Pop()
	text, ok := token.Value.(string)
	if !ok || !token.IsValue() && !strings.HasPrefix(text, "-----BEGIN ") {
		return errors.New("no secret follows; write one that begins with a dash as --" + c.Value.Name + "=TEXT")
	}
	*s = secretText(text)
	return nil
}
