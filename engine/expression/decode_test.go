package expression

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzQuick holds the quick reader to what encoding/json says, and what is written to what
// was read.
func FuzzQuick(f *testing.F) {
	for _, seed := range []string{
		`{"id": 17, "total": 99.5, "ok": true, "none": null, "items": [1, -2, 3e2, 1E-9, {"sku": "a\u00e7\"\\\/\n"}], "": ""}`,
		`"\ud83d\ude00 \ud83d \udc00x \ud83d\ud83d\ude00"`, `[1e21, 0.0000001, 12345678901234567890, -0, 01]`, `{"a":1,"a":2}`, "[1,]", `{"a"}`, "\"\x01\"", `"\x"`, "nul", "", " 1 ", "1 2",
		"\"\xff\"", `[[[[[[1]]]]]]`, `{"a":{"b":[]},"c":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, ok := quick(data)
		want, err := careful(data)
		if ok && err != nil {
			t.Fatalf("%q was read as %v: %v", data, value, err)
		}
		if !ok {
			return
		}
		if diff := cmp.Diff(want, value); diff != "" {
			t.Fatalf("%q: %s", data, diff)
		}
		written, err := AppendJSON(nil, value)
		if err != nil || !json.Valid(written) {
			t.Fatalf("%q was written as %q: %v", data, written, err)
		}
		again, err := careful(written)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := AppendJSON(nil, again)
		if err != nil || !bytes.Equal(written, twice) {
			t.Fatalf("%q was written as %q and then as %q: %v", data, written, twice, err)
		}
	})
}

func TestQuickReadsWhatIsWellFormed(t *testing.T) {
	for _, text := range []string{`{"a":[1,2.5,"x",true,null,{"b":{}}]}`, ` [ ] `, `"\u00e9\n"`, `-0.5e+10`} {
		if _, ok := quick([]byte(text)); !ok {
			t.Errorf("%s was left to the careful reader", text)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := []byte(`{"id":1,"status":"paid","total":99.5,"customer":{"name":"Maria da Silva","email":"m@example.com"},"items":[` + string(bytes.Repeat([]byte(`{"sku":"CAM-1","title":"Camiseta de algodão, gola redonda","quantity":2,"price":49.75,"variant":{"size":"M","color":"azul"}},`), 20)) + `{}]}`)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
