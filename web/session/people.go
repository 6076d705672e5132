package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine/seal"
	"gancho/engine/store"
)

// Config is what People are made of. Log and Now may be left out.
type Config struct {
	Docs       store.Docs
	Keys       store.Keys
	AdminToken string        // of GANCHO_API_TOKEN; "" is none
	Setup      string        // file that holds the setup token while there is no user
	Public     func() string // address that people reach the server at; may be nil
	Log        *slog.Logger
	Now        func() time.Time

	TrustedProxies []netip.Prefix // whose X-Forwarded-Proto counts
}

// People are those who may sign in: users with passwords and sessions, and API tokens. Users
// and tokens are durable documents, sessions durable keys that end by themselves. It is safe
// for concurrent use.
type People struct {
	Config
	hashing chan struct{} // a hash costs memory: few at once
	limits  limits

	changing sync.Mutex // held over the store while a user or token is changed, so that two changes do not cross

	mu     sync.RWMutex
	users  map[string]*user
	tokens map[string]*token // by digest
	setup  *setup
}

// Refusal is why somebody may not; the edge makes a status of it.
type Refusal struct {
	Status     int
	Code       string
	EN, PT     string
	RetryAfter time.Duration
}

func (r *Refusal) Error() string { return r.EN }

// user as it is kept. Members are added, never changed.
type user struct {
	Email   string    `json:"email"`
	Name    string    `json:"name,omitempty"`
	Role    Role      `json:"role"`
	Hash    string    `json:"hash"`  // "" until they chose a password: they cannot sign in
	Epoch   int       `json:"epoch"` // sessions of an older one are over
	Created time.Time `json:"created"`
	Invite  *invite   `json:"invite,omitempty"`
}

// joined says whether the user may sign in.
func (u *user) joined() bool { return u != nil && u.Hash != "" }

// UserView is a user as others may see them.
type UserView struct {
	Email   string    `json:"email" doc:"that they sign in with"`
	Name    string    `json:"name" doc:"what they are called"`
	Role    Role      `json:"role" enum:"viewer,editor,admin" doc:"what they may do"`
	Created time.Time `json:"created" doc:"when they were added"`

	Joined bool       `json:"joined" doc:"has a password, and may sign in"`
	Link   *time.Time `json:"link_until" doc:"until when the link is good by which they choose a password; null without one"`
}

const (
	userDoc      = "user"
	tokenDoc     = "token"
	sessionSpace = "session"
	knownSpace   = "session-place" // networks from which somebody signed in to an account
	knownFor     = 90 * 24 * time.Hour
	tokenPrefix  = "gch_"
	secretBytes  = 32                 // of sessions, tokens and links
	environment  = "GANCHO_API_TOKEN" // what the token that the operator gave is called
	idle         = 12 * time.Hour
	longest      = 14 * 24 * time.Hour
)

// OpenPeople loads users and tokens.
func OpenPeople(ctx context.Context, c Config) (*People, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	p := &People{Config: c, hashing: make(chan struct{}, 2), users: map[string]*user{}, tokens: map[string]*token{}}
	p.limits.now = c.Now
	users, err := c.Docs.ListDocs(ctx, userDoc, "")
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	for _, d := range users {
		u := new(user)
		if err := json.Unmarshal(d.Value, u); err != nil {
			return nil, fmt.Errorf("read user %s: %w", d.ID, err)
		}
		p.users[d.ID] = u
	}
	tokens, err := c.Docs.ListDocs(ctx, tokenDoc, "")
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	for _, d := range tokens {
		t := new(token)
		if err := json.Unmarshal(d.Value, t); err != nil {
			return nil, fmt.Errorf("read token %s: %w", d.ID, err)
		}
		p.tokens[t.Digest] = t
	}
	return p, nil
}

// Ready says whether anybody could sign in as an admin.
func (p *People) Ready() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.AdminToken != "" || p.anyJoined()
}

// HasUsers says whether there is any user who may sign in.
func (p *People) HasUsers() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.anyJoined()
}

// anyJoined is HasUsers for who holds the lock.
func (p *People) anyJoined() bool {
	for _, u := range p.users {
		if u.joined() {
			return true
		}
	}
	return false
}

// Who tells who asks; nobody has no role. A session lasts longer for it. On an error the store
// could not be read, and it is not known who asks.
func (p *People) Who(r *http.Request) (Person, error) {
	return p.who(r, true)
}

// Peek is Who for what a page asks without a person: no session lasts longer for it.
func (p *People) Peek(r *http.Request) (Person, error) {
	return p.who(r, false)
}

func (p *People) who(r *http.Request, renew bool) (Person, error) {
	if secret := Bearer(r); secret != "" {
		return p.bearer(secret), nil
	}
	if secret := p.cookieOf(r); secret != "" {
		return p.session(r.Context(), digest(secret), renew)
	}
	return Person{}, nil
}

func (p *People) bearer(secret string) Person {
	if p.AdminToken != "" && same(secret, p.AdminToken) {
		return Person{Name: environment, Role: Admin}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tokens[digest(secret)]
	if t == nil || (t.Expires != nil && !p.Now().Before(*t.Expires)) {
		return Person{}
	}
	t.used = p.Now()
	return Person{Name: t.Name, Role: t.Role}
}

// saved session.
type saved struct {
	User  string    `json:"user"`
	Epoch int       `json:"epoch"`
	Began time.Time `json:"began"`
	Seen  time.Time `json:"seen"`
}

func (p *People) session(ctx context.Context, key string, renew bool) (Person, error) {
	e, err := p.Keys.GetKey(ctx, sessionSpace, key)
	if errors.Is(err, store.ErrNotFound) {
		return Person{}, nil
	}
	if err != nil {
		return Person{}, fmt.Errorf("read a session: %w", err)
	}
	var s saved
	if json.Unmarshal(e.Value, &s) != nil {
		return Person{}, nil
	}
	p.mu.RLock()
	u := p.users[s.User]
	p.mu.RUnlock()
	now := p.Now()
	if u == nil || u.Epoch != s.Epoch || now.Sub(s.Seen) > idle || now.Sub(s.Began) > longest {
		return Person{}, nil
	}
	if renew && now.Sub(s.Seen) > 10*time.Minute {
		s.Seen = now
		_ = p.keep(ctx, key, s, e.Version) //nolint:errcheck // then the session ends a little sooner, or has been signed out of meanwhile
	}
	return Person{Name: u.Email, Role: u.Role, User: true}, nil
}

// keep writes a session whose entry has the expected version.
func (p *People) keep(ctx context.Context, key string, s saved, expected int64) error {
	value, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	if _, err := p.Keys.PutKey(ctx, sessionSpace, key, value, expected, idle); err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// SignIn gives the secret of a new session. from is the asker's address, for limits.
func (p *People) SignIn(ctx context.Context, email, password, from string) (secret string, who Person, err error) {
	u, err := p.proven(ctx, email, password, from)
	if err != nil {
		return "", Person{}, err
	}
	secret, err = p.begin(ctx, u)
	return secret, Person{Name: u.Email, Role: u.Role, User: true}, err
}

// Prove says whether this is the user's password, as SignIn does, and begins no session.
func (p *People) Prove(ctx context.Context, email, password, from string) error {
	_, err := p.proven(ctx, email, password, from)
	return err
}

// proven is the user whose password this is; a wrong one is a refusal, and so is one try too many.
func (p *People) proven(ctx context.Context, email, password, from string) (*user, error) {
	email = tidy(email)
	account, place := email, knownPlace(email, from)
	if _, err := p.Keys.GetKey(ctx, knownSpace, place); err == nil {
		account = place // tries from elsewhere do not lock out who signs in from here
	}
	if wait := p.limits.try(from, account); wait > 0 {
		return nil, tooMany(wait)
	}
	p.mu.RLock()
	u := p.users[email]
	hash := dummyHash
	if u.joined() {
		hash = u.Hash
	}
	p.mu.RUnlock()
	ok, err := p.compare(ctx, hash, password)
	if err != nil {
		return nil, err
	}
	if !ok || !u.joined() {
		return nil, &Refusal{Status: http.StatusUnauthorized, Code: "wrong_password", EN: "the e-mail or the password is wrong", PT: "o e-mail ou a senha está errado"}
	}
	p.limits.good(from, account)
	if _, err := p.Keys.PutKey(ctx, knownSpace, place, []byte("{}"), -1, knownFor); err != nil {
		return nil, fmt.Errorf("keep where %s signed in: %w", email, err)
	}
	return u, nil
}

// knownPlace names an account at a network, which from is: the address, or of IPv6 its /64.
func knownPlace(email, from string) string {
	return digest(email + " " + from)
}

func tooMany(wait time.Duration) *Refusal {
	n, en, pt := int64(math.Ceil(wait.Seconds())), "second", "segundo"
	if n > 90 {
		n, en, pt = int64(math.Ceil(wait.Minutes())), "minute", "minuto"
	}
	if n != 1 {
		en, pt = en+"s", pt+"s"
	}
	return &Refusal{
		Status: http.StatusTooManyRequests, Code: "too_many_tries", RetryAfter: wait,
		EN: fmt.Sprintf("too many tries; try again in %d %s", n, en), PT: fmt.Sprintf("tentativas demais; tente de novo em %d %s", n, pt),
	}
}

func (p *People) begin(ctx context.Context, u *user) (string, error) {
	secret, now := seal.Random(secretBytes), p.Now()
	return secret, p.keep(ctx, digest(secret), saved{User: u.Email, Epoch: u.Epoch, Began: now, Seen: now}, 0)
}

// SignOut ends one session.
func (p *People) SignOut(ctx context.Context, r *http.Request) error {
	secret := p.cookieOf(r)
	if secret == "" {
		return nil
	}
	if err := p.Keys.DeleteKey(ctx, sessionSpace, digest(secret)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// AddUser makes a user who may sign in.
func (p *People) AddUser(ctx context.Context, email, name, password string, role Role) (UserView, error) {
	email, err := checkUser(email, role)
	if err != nil {
		return UserView{}, err
	}
	if err := checkPassword(password, email); err != nil {
		return UserView{}, err
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	if err := p.free(email); err != nil {
		return UserView{}, err
	}
	u := p.newUser(email, name, role)
	if u.Hash, err = p.hash(ctx, password); err != nil {
		return UserView{}, err
	}
	return p.view(u), p.putUser(ctx, u)
}

// checkUser gives the e-mail as it is kept, or says what is wrong with it or the role.
func checkUser(email string, role Role) (string, error) {
	email = tidy(email)
	if _, err := mail.ParseAddress(email); err != nil || strings.ContainsAny(email, "<> ") {
		return "", invalid("bad_email", "the e-mail is not an address", "o e-mail não é um endereço")
	}
	if !role.May(View) {
		return "", invalid("bad_role", "role is viewer, editor or admin", "role é viewer, editor ou admin")
	}
	return email, nil
}

// free says whether nobody has this e-mail.
func (p *People) free(email string) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.users[email] != nil {
		return &Refusal{Status: http.StatusConflict, Code: "taken", EN: "there is a user with this e-mail already", PT: "já existe um usuário com este e-mail"}
	}
	return nil
}

// newUser has no password yet. No session of a former user of this name is good for them.
func (p *People) newUser(email, name string, role Role) *user {
	now := p.Now().UTC()
	return &user{Email: email, Name: name, Role: role, Created: now, Epoch: int(now.UnixMilli())}
}

func invalid(code, en, pt string) *Refusal {
	return &Refusal{Status: http.StatusUnprocessableEntity, Code: code, EN: en, PT: pt}
}

func (p *People) view(u *user) UserView {
	v := UserView{Email: u.Email, Name: u.Name, Role: u.Role, Created: u.Created, Joined: u.joined()}
	if u.Invite.good(p.Now()) {
		v.Link = &u.Invite.Until
	}
	return v
}

// putUser makes a user durable and then the one in force. The caller is the one that changes.
func (p *People) putUser(ctx context.Context, u *user) error {
	value, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("keep user %s: %w", u.Email, err)
	}
	if _, err := p.Docs.PutDocs(ctx, []store.Doc{{Kind: userDoc, ID: u.Email, Revision: -1, Value: value}}); err != nil {
		return fmt.Errorf("keep user %s: %w", u.Email, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[u.Email] = u
	return nil
}

// Change is what to change of a user; nil members stay.
type Change struct {
	Name     *string
	Role     *Role
	Password *string
	SignOut  bool // everywhere
}

// ChangeUser changes a user. A new password, or SignOut, ends all their sessions. The last
// admin stays one.
func (p *People) ChangeUser(ctx context.Context, email string, c Change) (UserView, error) {
	p.changing.Lock()
	defer p.changing.Unlock()
	u, err := p.find(email)
	if err != nil {
		return UserView{}, err
	}
	if c.Name != nil {
		u.Name = *c.Name
	}
	if c.Role != nil {
		if !c.Role.May(View) {
			return UserView{}, invalid("bad_role", "role is viewer, editor or admin", "role é viewer, editor ou admin")
		}
		if *c.Role != Admin && p.lastAdmin(&u) {
			return UserView{}, lastAdmin
		}
		u.Role = *c.Role
	}
	if c.Password != nil {
		if err := p.setPassword(ctx, &u, *c.Password); err != nil {
			return UserView{}, err
		}
	} else if c.SignOut {
		u.Epoch++
		if u.joined() {
			u.Invite = nil // a link to a new password would let in who was just sent away
		}
	}
	return p.view(&u), p.putUser(ctx, &u)
}

// setPassword ends with the old one what it let in: all sessions, and a link for another.
func (p *People) setPassword(ctx context.Context, u *user, password string) (err error) {
	if err := checkPassword(password, u.Email); err != nil {
		return err
	}
	u.Epoch++
	u.Invite = nil
	u.Hash, err = p.hash(ctx, password)
	return err
}

var lastAdmin = &Refusal{Status: http.StatusConflict, Code: "last_admin", EN: "this is the only admin; make another one first", PT: "este é o único admin; crie outro antes"}

// find gives a copy of a user.
func (p *People) find(email string) (user, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	u := p.users[tidy(email)]
	if u == nil {
		return user{}, &Refusal{Status: http.StatusNotFound, Code: "no_user", EN: "there is no such user", PT: "não existe este usuário"}
	}
	return *u, nil
}

// Called is what a user calls themselves; "" for nobody.
func (p *People) Called(email string) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if u := p.users[tidy(email)]; u != nil {
		return u.Name
	}
	return ""
}

// lastAdmin says whether nobody else may sign in as an admin.
func (p *People) lastAdmin(u *user) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, other := range p.users {
		if other.Role == Admin && other.joined() && other.Email != u.Email {
			return false
		}
	}
	return u.Role == Admin && u.joined()
}

// DeleteUser removes a user and ends their sessions.
func (p *People) DeleteUser(ctx context.Context, email string) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	u, err := p.find(email)
	if err != nil {
		return err
	}
	if p.lastAdmin(&u) {
		return lastAdmin
	}
	if _, err := p.Docs.PutDocs(ctx, []store.Doc{{Kind: userDoc, ID: u.Email, Revision: -1}}); err != nil {
		return fmt.Errorf("delete user %s: %w", u.Email, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.users, u.Email)
	return nil
}

// Users lists users by e-mail.
func (p *People) Users() []UserView {
	p.mu.RLock()
	defer p.mu.RUnlock()
	views := []UserView{}
	for _, email := range slices.Sorted(maps.Keys(p.users)) {
		views = append(views, p.view(p.users[email]))
	}
	return views
}

func tidy(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
