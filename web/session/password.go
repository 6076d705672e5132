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

// checkPassword refuses what is easily guessed: short, a common one however it is spelled,
// repeated or lengthened, the address itself, or a row of neighbours.
func checkPassword(password, email string) error {
	weak := func(en, pt string) error {
		return &Refusal{Status: http.StatusUnprocessableEntity, Code: "weak_password", EN: en, PT: pt}
	}
	if len(password) < 12 || len(password) > 1024 {
		return weak("a password has 12 to 1,024 characters", "uma senha tem de 12 a 1.024 caracteres")
	}
	lower := strings.ToLower(password)
	name, _, _ := strings.Cut(email, "@")
	if lower == email || monotone(lower) || guessed(lower, name) || guessed(leet.Replace(strings.TrimRight(lower, signs)), name) {
		return weak("this password is easily guessed; take some words that do not belong together", "esta senha é fácil de adivinhar; use algumas palavras que não combinam")
	}
	return nil
}

// guessed says whether a guesser has it who lengthens common words with digits and signs.
func guessed(lower, name string) bool {
	for _, row := range rows {
		lower = strings.ReplaceAll(lower, row, "")
	}
	core := strings.Trim(lower, signs)
	for _, mine := range []string{"my", "minha", "meu"} {
		core = strings.TrimPrefix(core, mine)
	}
	if core == "" || core == name || slices.Contains(common, core) {
		return true
	}
	for _, word := range common {
		if strings.ReplaceAll(core, word, "") == "" {
			return true
		}
	}
	return false
}

const signs = "0123456789!@#$%&*()?+=/.,;:-_ "

var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// rows are neighbours on a keyboard, with digits among them.
var rows = strings.Fields(`1q2w3e4r5t6y7u8i9o0p 1q2w3e4r5t6y 1q2w3e4r5t 1q2w3e4r q1w2e3r4t5y6 q1w2e3r4t5 q1w2e3r4 1qaz2wsx3edc4rfv 1qaz2wsx3edc 1qaz2wsx zaq12wsxcde3 zaq12wsx
	qazwsxedcrfv qazwsxedc qazwsx qwertyuiopasdfghjklzxcvbnm qwertyuiop asdfghjklç asdfghjkl zxcvbnm qweasdzxc abcdefghijklmnopqrstuvwxyz abcdefghijklm`)

// common are the cores of passwords that lists of leaked ones begin with.
var common = strings.Fields(`password passwort passwd senha senhas admin administrator administrador qwerty azerty qwertz letmein welcome bemvindo bemvinda
	iloveyou teamo euteamo monkey dragon football futebol baseball basketball master sunshine princess princesa shadow superman batman trustno login abcdef abcdefgh passw michael
	jordan hunter killer pepper ginger cheese computer computador internet whatever freedom liberdade charlie starwars mustang michelle jessica jennifer amanda daniel
	changeme default secret segredo gancho mudar brasil brazil flamengo corinthians palmeiras saopaulo santos gremio vasco cruzeiro jesus cristo deusefiel deus amor familia felicidade
	usuario test teste testing example exemplo hello summer winter spring autumn primavera verao inverno guest access sistema empresa temporary temporario abc`)

// monotone are rows such as aaaaaaaaaaaa, 123456789012 and abababababab.
func monotone(text string) bool {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen) < 5
}
