package bolt

import (
	"bytes"
	"testing"
	"time"

	"gancho/engine/store"
)

func FuzzUnsealEvent(f *testing.F) {
	whole := savedEvent{EventInfo: store.EventInfo{ID: "e", Number: 7, Flow: "a", At: time.UnixMilli(1), Meta: []byte("{}"), Body: []byte(`{"id":1}`)}, Key: "k"}
	sealed, err := seal(whole)
	if err != nil {
		f.Fatal(err)
	}
	plain, err := unframe(sealed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var e savedEvent
		if openEvent(data, &e) != nil {
			return
		}
		again, err := seal(e)
		if err != nil {
			t.Fatal(err)
		}
		var same savedEvent
		if err := unseal(again, &same); err != nil || !bytes.Equal(same.Body, e.Body) || !bytes.Equal(same.Meta, e.Meta) || same.Number != e.Number {
			t.Errorf("got %+v and %v, want %+v", same, err, e)
		}
	})
}

func TestEveryBitOfAnEventCounts(t *testing.T) {
	sealed, err := seal(savedEvent{EventInfo: store.EventInfo{ID: "e", Number: 7, Body: []byte(`{"id":1}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if unseal(bad, new(savedEvent)) == nil {
			t.Errorf("bit %d was flipped unseen", i)
		}
	}
	for n := range sealed {
		if unseal(sealed[:n], new(savedEvent)) == nil {
			t.Errorf("cut off at %d unseen", n)
		}
	}
}
