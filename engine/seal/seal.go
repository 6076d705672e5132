// Package seal keeps secrets at rest: AES-256-GCM under a data key, which is itself wrapped
// by the instance's master key.
package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gancho/engine/store"
)

// KeySize of the master key, in bytes.
const KeySize = 32

// keyID of the data key. It stands before every sealed value, so that keys can change.
const keyID = "1"

// ErrWrongKey says that the master key is not the one that this data was sealed with.
var ErrWrongKey = errors.New("the master key does not open this data folder: use the key that it was made with")

// Box seals and opens. It may be used by many goroutines.
type Box struct {
	gcm cipher.AEAD
	mac []byte
}

type keyDoc struct {
	ID      string `json:"id"`
	Wrapped []byte `json:"wrapped"`
}

// Made says whether there is a data key already, which one master key alone opens.
func Made(ctx context.Context, docs store.Docs) (bool, error) {
	_, err := docs.GetDoc(ctx, "key", keyID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Open unwraps the data key, or makes one on first use. The wrong master key gives
// ErrWrongKey and changes nothing.
func Open(ctx context.Context, docs store.Docs, master []byte) (*Box, error) {
	if len(master) != KeySize {
		return nil, fmt.Errorf("a master key has %d bytes, not %d", KeySize, len(master))
	}
	outer, err := gcm(master)
	if err != nil {
		return nil, err
	}
	doc, err := docs.GetDoc(ctx, "key", keyID)
	if errors.Is(err, store.ErrNotFound) {
		return create(ctx, docs, outer)
	}
	if err != nil {
		return nil, fmt.Errorf("read the data key: %w", err)
	}
	var kept keyDoc
	if err := json.Unmarshal(doc.Value, &kept); err != nil {
		return nil, fmt.Errorf("read the data key: %w", err)
	}
	key, err := outer.Open(nil, nil, kept.Wrapped, []byte("gancho data key "+keyID))
	if err != nil {
		return nil, ErrWrongKey
	}
	return newBox(key)
}

func create(ctx context.Context, docs store.Docs, outer cipher.AEAD) (*Box, error) {
	key := make([]byte, KeySize)
	rand.Read(key)
	value, err := json.Marshal(keyDoc{ID: keyID, Wrapped: outer.Seal(nil, nil, key, []byte("gancho data key "+keyID))})
	if err != nil {
		return nil, err
	}
	if _, err := docs.PutDocs(ctx, []store.Doc{{Kind: "key", ID: keyID, Value: value}}); err != nil {
		return nil, fmt.Errorf("keep the data key: %w", err)
	}
	return newBox(key)
}

func newBox(key []byte) (*Box, error) {
	inner, err := gcm(key)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("gancho mac key"))
	return &Box{gcm: inner, mac: mac.Sum(nil)}, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal makes a secret unreadable. It opens only under the same about, so that a sealed value
// moved elsewhere is worth nothing.
func (b *Box) Seal(plain []byte, about string) string {
	return keyID + "." + base64.RawStdEncoding.EncodeToString(b.gcm.Seal(nil, nil, plain, bound(about)))
}

// bound is what a sealed value is tied to: its place and its key.
func bound(about string) []byte { return []byte(keyID + "\x00" + about) }

// Open gives back what was sealed under the same about.
func (b *Box) Open(sealed, about string) ([]byte, error) {
	id, text, _ := strings.Cut(sealed, ".")
	if id != keyID {
		return nil, errors.New("open a sealed value: unknown key")
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("open a sealed value: %w", err)
	}
	plain, err := b.gcm.Open(nil, nil, raw, bound(about))
	if err != nil {
		return nil, errors.New("open a sealed value: it is damaged or was moved")
	}
	return plain, nil
}

// MAC is HMAC-SHA256 under a key of this instance, for one purpose.
func (b *Box) MAC(purpose string, data []byte) []byte {
	m := hmac.New(sha256.New, b.mac)
	m.Write([]byte(purpose + "\x00"))
	m.Write(data)
	return m.Sum(nil)
}
