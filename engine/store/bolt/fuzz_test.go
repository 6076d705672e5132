package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"
	"time"

	"gancho/engine/store"
)

func sampleRun() *savedRun {
	return &savedRun{Run: store.Run{ID: "0190a000-0000-7000-8000-123456789abc", Number: 9, Flow: "a", Title: "Ana", At: time.UnixMilli(7), Status: store.Waiting, Error: store.RunError{Code: "http_500", Step: "each.1.send"}}}
}

// FuzzRunFields: a damaged run is refused, or is one that can be kept.
func FuzzRunFields(f *testing.F) {
	f.Add(sampleRun().appendTo(nil))
	f.Add([]byte{})
	f.Add([]byte{3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, plain []byte) {
		var r, again savedRun
		if err := r.read(plain); err != nil {
			if !errors.Is(err, errDamaged) {
				t.Fatalf("%q: %v", plain, err)
			}
			return
		}
		kept := r.appendTo(nil)
		if err := again.read(kept); err != nil || !bytes.Equal(again.appendTo(nil), kept) {
			t.Errorf("%q: %v, kept as %q and then as %q", plain, err, kept, again.appendTo(nil))
		}
	})
}

// FuzzBlock: a damaged block of the archive is refused, or each of its entries can be looked at.
func FuzzBlock(f *testing.F) {
	event := savedEvent{EventInfo: store.EventInfo{ID: "e", Number: 7, Flow: "a", At: time.UnixMilli(1)}}
	f.Add(encodeRows(nil, "a", []kept{{event: event, run: sampleRun(), steps: []pair{{"send", []byte(`{"path":"send"}`)}}}}), uint64(7))
	f.Add([]byte{}, uint64(0))
	f.Add([]byte{1, 7, 2, 0, 0, 0}, uint64(7))
	f.Fuzz(func(t *testing.T, plain []byte, n uint64) {
		if meta, body, err := decodeBodies(plain, n); err == nil && len(meta)+len(body) > len(plain) {
			t.Errorf("%d bytes of %d", len(meta)+len(body), len(plain))
		}
		b, err := decodeRows(plain)
		if err != nil {
			return
		}
		for number, e := range b.entries {
			k, err := e.decode()
			if err != nil && !errors.Is(err, errDamaged) {
				t.Errorf("entry %d: %v", number, err)
			}
			if err == nil && len(k.steps) > len(plain) {
				t.Errorf("entry %d has %d steps of %d bytes", number, len(k.steps), len(plain))
			}
		}
	})
}

// FuzzJournal: of a segment only whole records of its own are believed.
func FuzzJournal(f *testing.F) {
	s := segment{mark: 0x0102030405060708}
	written := func(changes string) []byte {
		r := make([]byte, recordHead, recordHead+len(changes))
		r = append(r, changes...)
		binary.BigEndian.PutUint32(r, uint32(len(r))) //nolint:gosec // a test
		binary.BigEndian.PutUint64(r[8:], s.mark)
		binary.BigEndian.PutUint32(r[4:], crc32.Checksum(r[8:], castagnoli))
		return r
	}
	f.Add(append(written("a"), written("bc")...), []byte{0, 0, 0, 0})
	f.Add([]byte{}, written("d")[:20])
	f.Add(written("e"), written("f"))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		data := append(append(bytes.Clone(before), written("the one")...), after...)
		found, read := 0, 0
		rest, err := s.records(data, func(_ uint64, changes []byte) error {
			read += recordHead + len(changes)
			if string(changes) == "the one" {
				found++
			}
			return nil
		})
		if err == nil && (found == 0 || read+len(rest) != len(data)) {
			t.Errorf("found %d, read %d and left %d of %d", found, read, len(rest), len(data))
		}
	})
}
