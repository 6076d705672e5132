package seal

import (
	"crypto/rand"
	"encoding/base64"
)

// Random gives a secret of so many random bytes, in letters that a URL takes as they are.
func Random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
