package seal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"gancho/engine/seal"
	"gancho/engine/store/bolt"
)

func open(t *testing.T, db *bolt.Store, master []byte) *seal.Box {
	t.Helper()
	box, err := seal.Open(t.Context(), db, master)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func folder(t *testing.T) *bolt.Store {
	t.Helper()
	db, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func key(b byte) []byte { return bytes.Repeat([]byte{b}, seal.KeySize) }

func TestSealOpensOnlyInItsPlace(t *testing.T) {
	box := open(t, folder(t), key(1))
	sealed := box.Seal([]byte("xoxb-secret"), "slack\x00team\x00token")
	plain, err := box.Open(sealed, "slack\x00team\x00token")
	if err != nil || string(plain) != "xoxb-secret" {
		t.Fatalf("got %q, %v", plain, err)
	}
	if strings.Contains(sealed, "xoxb") {
		t.Errorf("the sealed value shows the secret: %s", sealed)
	}
	if again := box.Seal([]byte("xoxb-secret"), "slack\x00team\x00token"); again == sealed {
		t.Error("sealed twice, it is the same")
	}
	for name, attempt := range map[string][2]string{
		"another connection": {sealed, "slack\x00other\x00token"},
		"another kind":       {sealed, "http_bearer\x00team\x00token"},
		"another key":        {"2" + sealed[1:], "slack\x00team\x00token"},
		"changed":            {sealed[:len(sealed)-3] + "AAA", "slack\x00team\x00token"},
		"cut":                {sealed[:10], "slack\x00team\x00token"},
		"no key":             {"", "slack\x00team\x00token"},
		"not base64":         {"1.é", "slack\x00team\x00token"},
	} {
		if plain, err := box.Open(attempt[0], attempt[1]); err == nil {
			t.Errorf("%s: got %q, want an error", name, plain)
		}
	}
}

func TestMasterKey(t *testing.T) {
	db := folder(t)
	sealed := open(t, db, key(1)).Seal([]byte("x"), "a")
	if _, err := seal.Open(t.Context(), db, key(2)); !errors.Is(err, seal.ErrWrongKey) {
		t.Errorf("another key: got %v, want ErrWrongKey", err)
	}
	if _, err := seal.Open(t.Context(), db, []byte("short")); err == nil {
		t.Error("a short key was taken")
	}
	plain, err := open(t, db, key(1)).Open(sealed, "a")
	if err != nil || string(plain) != "x" {
		t.Errorf("opened again: got %q, %v", plain, err)
	}
	docs, err := db.ListDocs(t.Context(), "key", "")
	if err != nil || len(docs) != 1 || bytes.Contains(docs[0].Value, key(1)) {
		t.Errorf("kept key: %v, %d documents", err, len(docs))
	}
}

func TestMACIsForOnePurpose(t *testing.T) {
	db := folder(t)
	box := open(t, db, key(1))
	mac := box.MAC("wait", []byte("run"))
	if !bytes.Equal(mac, open(t, db, key(1)).MAC("wait", []byte("run"))) {
		t.Error("the same question gave two answers")
	}
	for _, other := range [][]byte{box.MAC("session", []byte("run")), box.MAC("wait", []byte("other")), open(t, folder(t), key(1)).MAC("wait", []byte("run"))} {
		if bytes.Equal(mac, other) {
			t.Error("another purpose, message or instance gave the same")
		}
	}
}
