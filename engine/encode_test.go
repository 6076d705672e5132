package engine

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSavedFormatsAreWhatTheirTagsSay fills every member, so that one that is added to a
// struct and not written is found.
func TestSavedFormatsAreWhatTheirTagsSay(t *testing.T) {
	for _, whole := range []bool{false, true} {
		var r record
		var m Meta
		var end result
		if whole {
			fill(reflect.ValueOf(&end).Elem())
			fill(reflect.ValueOf(&r).Elem())
			fill(reflect.ValueOf(&m).Elem())
		}
		got, err := r.bytes()
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, &r)
		if got, err = end.bytes(); err != nil {
			t.Fatal(err)
		}
		same(t, got, &end)
		same(t, m.bytes(), &m)
		again, err := readMeta(m.bytes())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, again); whole && diff != "" {
			t.Error(diff)
		}
	}
}

func same(t *testing.T, got []byte, v any) {
	t.Helper()
	want, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func fill(v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // those that are there
	case reflect.String:
		v.SetString("a \"ç\" \n\t\x01\\")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"b": []any{1, 2.5, nil, true}, "a": 1e21, "c": []string{"x"}}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range []string{"y", "x"} {
			value := reflect.New(v.Type().Elem()).Elem()
			fill(value)
			v.SetMapIndex(reflect.ValueOf(key), value)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_700_000_000, 123_000_000).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}
