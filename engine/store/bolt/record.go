package bolt

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"gancho/engine/store"

	"github.com/klauspost/compress/s2"
)

// The versions of a sealed value.
const (
	asPlain byte = 1 // bytes, JSON most of them
	asEvent byte = 2 // an event: its JSON without envelope and body, then these as they are
)

// frame seals one value: its version, the s2 block, CRC32C of both.
func frame(plain []byte) []byte { return frameAs(asPlain, plain) }

func frameAs(version byte, plain []byte) []byte {
	most := s2.MaxEncodedLen(len(plain))
	out := make([]byte, 1+most+4)
	out[0] = version
	n := 1 + len(s2.Encode(out[1:1+most], plain))
	return binary.BigEndian.AppendUint32(out[:n], crc32.Checksum(out[:n], castagnoli))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged says that stored bytes are not what was written.
var errDamaged = errors.New("a record is damaged: stop, and restore the newest backup that `gancho db check` finds sound")

const maxFrame = 64 << 20

// unframe gives back a copy of what was sealed.
func unframe(data []byte) ([]byte, error) {
	if len(data) < 6 {
		return nil, errDamaged
	}
	body, sum := data[:len(data)-4], binary.BigEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return nil, errDamaged
	}
	if body[0] != asPlain && body[0] != asEvent {
		return nil, fmt.Errorf("%w: a record has version %d", store.ErrFormat, body[0])
	}
	n, err := s2.DecodedLen(body[1:])
	if err != nil || n > maxFrame {
		return nil, errDamaged
	}
	plain, err := s2.Decode(nil, body[1:])
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}

func seal(v any) ([]byte, error) {
	if e, ok := v.(savedEvent); ok {
		return sealEvent(&e)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return frame(data), nil
}

func unseal(data []byte, into any) error {
	plain, err := unframe(data)
	if err != nil {
		return err
	}
	if data[0] == asEvent {
		e, ok := into.(*savedEvent)
		if !ok {
			return errDamaged
		}
		return openEvent(plain, e)
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

// sealEvent keeps the bytes that are most of an event out of its JSON.
func sealEvent(e *savedEvent) ([]byte, error) {
	head := *e
	head.Meta, head.Body = nil, nil
	data, err := json.Marshal(&head)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, 0, len(data)+len(e.Meta)+len(e.Body)+3*binary.MaxVarintLen64)
	for _, part := range [][]byte{data, e.Meta, e.Body} {
		plain = appendBytes(plain, part)
	}
	return frameAs(asEvent, plain), nil
}

func openEvent(plain []byte, e *savedEvent) error {
	c := &cutter{rest: plain}
	data, meta, body := c.bytes(), c.bytes(), c.bytes()
	if c.bad || len(c.rest) > 0 {
		return errDamaged
	}
	if err := json.Unmarshal(data, e); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	e.Meta, e.Body = meta, body
	return nil
}

// savedEvent is an event as it is kept. Members are added, never changed.
type savedEvent struct {
	store.EventInfo
	Key     string       `json:",omitempty"`
	OrderBy string       `json:",omitempty"`
	Source  string       `json:",omitempty"`
	Parent  store.Parent `json:",omitzero"`
	First   uint64       `json:",omitempty"` // of a duplicate: the event that it repeats
}

// savedRun is a run as it is kept, with what it waits for.
type savedRun struct {
	store.Run
	Frontier []byte       `json:",omitempty"`
	Waits    []store.Wait `json:",omitempty"`
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func join(n uint64, rest ...string) []byte {
	key := number(n)
	for _, r := range rest {
		key = append(key, r...)
	}
	return key
}

// newID is a UUIDv7 (RFC 9562) that carries its number in 40 of the random bits, so that the
// number is computed from the ID and needs no index. kind tells events from runs.
//
//	48 bits Unix milliseconds | 0111 | 4 bits kind, 8 random | 10 | 40 bits number | 22 random
func newID(at time.Time, kind byte, n uint64) string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // never: crypto/rand.Read does not fail
	}
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint32(b[0:], uint32(ms>>16))
	binary.BigEndian.PutUint16(b[4:], uint16(ms))
	b[6] = 0x70 | kind
	low := binary.BigEndian.Uint64(b[8:]) & (1<<22 - 1)
	binary.BigEndian.PutUint64(b[8:], 2<<62|n<<22|low)
	return uuid(b)
}

func uuid(b [16]byte) string {
	var t [36]byte
	hex.Encode(t[0:8], b[0:4])
	hex.Encode(t[9:13], b[4:6])
	hex.Encode(t[14:18], b[6:8])
	hex.Encode(t[19:23], b[8:10])
	hex.Encode(t[24:36], b[10:16])
	t[8], t[13], t[18], t[23] = '-', '-', '-', '-'
	return string(t[:])
}

// numberOf gives the number that an ID carries; store.ErrNotFound for what is no ID of ours.
func numberOf(id string) (uint64, error) {
	if len(id) != 36 {
		return 0, store.ErrNotFound
	}
	raw, err := hex.DecodeString(id[19:23] + id[24:36])
	if err != nil {
		return 0, store.ErrNotFound
	}
	return binary.BigEndian.Uint64(raw) << 2 >> 24, nil
}
