package session

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id, after the OWASP password storage cheat sheet; they are written into
// each hash, so that they can rise.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// dummyHash is compared for unknown users, so that they take as long as known ones.
var dummyHash = phc(make([]byte, argonSalt), make([]byte, argonKey))

func phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// place waits for one of the few places in which passwords are hashed.
func (p *People) place(ctx context.Context) (leave func(), err error) {
	limit := time.NewTimer(5 * time.Second)
	defer limit.Stop()
	select {
	case p.hashing <- struct{}{}:
		return func() { <-p.hashing }, nil
	case <-limit.C:
		return nil, tooMany(10 * time.Second)
	case <-ctx.Done():
		return nil, ctx.Err() //nolint:wrapcheck // the asker went
	}
}

func (p *People) hash(ctx context.Context, password string) (string, error) {
	leave, err := p.place(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	return phc(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)), nil
}

// compare says whether a password has this hash.
func (p *People) compare(ctx context.Context, hash, password string) (bool, error) {
	leave, err := p.place(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	var version int
	var memory, rounds uint32
	var lanes uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("a kept password hash cannot be read")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &rounds, &lanes); err != nil {
		return false, fmt.Errorf("read a kept password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("read a kept password hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("read a kept password hash: %w", err)
	}
	got := argon2.IDKey([]byte(password), salt, rounds, memory, lanes, uint32(len(want))) //nolint:gosec // 32
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// checkPassword refuses what is easily guessed: short, one of the common ones however it is
// lengthened, the address itself, or a row of neighbours.
func checkPassword(password, email string) error {
	weak := func(en, pt string) error {
		return &Refusal{Status: http.StatusUnprocessableEntity, Code: "weak_password", EN: en, PT: pt}
	}
	if len(password) < 12 || len(password) > 1024 {
		return weak("a password has 12 to 1,024 characters", "uma senha tem de 12 a 1.024 caracteres")
	}
	lower := strings.ToLower(password)
	name, _, _ := strings.Cut(email, "@")
	core := strings.Trim(lower, "0123456789!@#$%&*.-_ ")
	if slices.Contains(common, core) || core == "" || core == name || lower == email || monotone(lower) {
		return weak("this password is easily guessed; take some words that do not belong together", "esta senha é fácil de adivinhar; use algumas palavras que não combinam")
	}
	return nil
}

// common are the cores of passwords that lists of leaked ones begin with, and which people
// lengthen with digits and signs.
var common = strings.Fields(`password passwort senha senhas admin administrator administrador qwerty qwertyuiop qwertyuiopasdfghjkl asdfghjkl zxcvbnm letmein welcome
	iloveyou monkey dragon football baseball master sunshine princess princesa shadow superman batman trustno login abcdef abcdefgh abcdefghijkl abcdefghijklm passw p@ssword p@ssw0rd
	passwordpassword adminadmin changeme default secret segredo gancho ganchogancho mudar mudar123 brasil flamengo corinthians palmeiras teamo jesus deusefiel usuario test teste testing example`)

// monotone are rows such as aaaaaaaaaaaa, 123456789012 and abababababab.
func monotone(text string) bool {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen) < 5
}
