package bolt

import (
	"bytes"
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

// The versions of a sealed value. The first two are of earlier formats: s2, with the sum of
// what is stored. All others have the sum of their plain bytes, and may be stored as s2 or, with
// asIs added, as they are.
const (
	asPlain       byte = 1 // bytes, JSON most of them
	asEvent       byte = 2 // an event: its JSON without envelope and body, then these as they are
	asBytes       byte = 3
	asRunFields   byte = 4
	asEventFields byte = 5
	asFolded      byte = 6 // a filter of words that are folded; one of before has them with their accents
	asIs          byte = 0x80
)

// frame seals bytes: the version, the bytes, CRC32C of both.
func frame(plain []byte) []byte { return frameAs(asBytes, plain) }

func frameAs(version byte, plain []byte) []byte {
	return endFrame(append(newFrame(version, len(plain)), plain...))
}

// newFrame begins a frame, endFrame ends it. Between them its plain bytes are appended.
func newFrame(version byte, room int) []byte {
	return append(make([]byte, 0, room+5), version|asIs)
}

func endFrame(out []byte) []byte {
	return binary.BigEndian.AppendUint32(out, sumOf(out[0], out[1:]))
}

// sumOf is the sum of a version and plain bytes, however they are stored.
func sumOf(version byte, plain []byte) uint32 {
	return crc32.Update(sums[version&^asIs], castagnoli, plain)
}

// sums are the sums of each version alone.
var sums = func() (sums [asIs]uint32) {
	for v := range sums {
		sums[v] = crc32.Checksum([]byte{byte(v)}, castagnoli)
	}
	return sums
}()

// shrink makes a frame as it is kept in files: s2 where that is smaller. It is made in room,
// if there is enough of it; what is left of that is given back.
func shrink(frame, room []byte) (small, left []byte) {
	n := len(frame) - 4
	if n < 64 || frame[0]&asIs == 0 {
		return frame, room
	}
	most := 1 + s2.MaxEncodedLen(n-1) + 4
	if len(room) < most {
		room = make([]byte, most)
	}
	packed := s2.Encode(room[1:most-4], frame[1:n])
	if len(packed) > n*15/16 {
		return frame, room
	}
	room[0] = frame[0] &^ asIs
	size := 1 + len(packed)
	size += copy(room[size:], frame[n:])
	return room[:size:size], room[size:]
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged says that stored bytes are not what was written.
var errDamaged = errors.New("a record is damaged: stop, and restore the newest backup that `gancho db check` finds sound")

const maxFrame = 64 << 20

// unframe gives back a copy of what was sealed.
func unframe(data []byte) ([]byte, error) { return unframed(data, false) }

// unframed gives back what was sealed; a copy unless data lasts.
func unframed(data []byte, lasting bool) ([]byte, error) {
	if len(data) < 5 {
		return nil, errDamaged
	}
	body, sum := data[1:len(data)-4], binary.BigEndian.Uint32(data[len(data)-4:])
	version := data[0] &^ asIs
	former := data[0] == asPlain || data[0] == asEvent
	if former && crc32.Checksum(data[:len(data)-4], castagnoli) != sum {
		return nil, errDamaged
	}
	if !former && (version < asBytes || version > asFolded) {
		return nil, fmt.Errorf("%w: a record has version %d", store.ErrFormat, data[0])
	}
	plain := body
	if data[0]&asIs == 0 {
		n, err := s2.DecodedLen(body)
		if err != nil || n > maxFrame {
			return nil, errDamaged
		}
		if plain, err = s2.Decode(nil, body); err != nil {
			return nil, errDamaged
		}
	}
	if !former && sumOf(version, plain) != sum {
		return nil, errDamaged
	}
	if data[0]&asIs != 0 && !lasting {
		plain = bytes.Clone(plain)
	}
	return plain, nil
}

func seal(v any) ([]byte, error) {
	switch v := v.(type) {
	case savedEvent:
		return v.sealed(), nil
	case *savedEvent:
		return v.sealed(), nil
	case savedRun:
		return v.sealed(), nil
	case *savedRun:
		return v.sealed(), nil
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
	return read(data[0]&^asIs, plain, into)
}

// read gives the meaning of the plain bytes of a version.
func read(version byte, plain []byte, into any) error {
	switch version {
	case asEvent:
		if e, ok := into.(*savedEvent); ok {
			return openEvent(plain, e)
		}
		return errDamaged
	case asEventFields:
		if e, ok := into.(*savedEvent); ok {
			return e.read(plain)
		}
		return errDamaged
	case asRunFields:
		if r, ok := into.(*savedRun); ok {
			return r.read(plain)
		}
		return errDamaged
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

// openEvent reads an event of format 2.
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
	if _, err := rand.Read(b[12:]); err != nil {
		panic(err) // never: crypto/rand.Read does not fail
	}
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint32(b[0:], uint32(ms>>16))
	binary.BigEndian.PutUint16(b[4:], uint16(ms))
	b[6], b[7] = 0x70|kind, b[12]
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
