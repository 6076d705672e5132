package triggers_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"

	"gancho/engine"
	"gancho/triggers"

	"github.com/google/go-cmp/cmp"
)

type object = map[string]any

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data; boundary=b"
)

func TestDecodeBody(t *testing.T) {
	cases := []struct {
		name, contentType, body string
		want                    any // nil is an error
	}{
		{"json", "application/json", `{"a":[1,1.5,"x",null,true]}`, object{"a": []any{1, 1.5, "x", nil, true}}},
		{"json with charset", "Application/JSON; Charset=UTF-8", `1`, 1},
		{"json suffix", "application/vnd.api+json", `"x"`, "x"},
		{"last key wins", "application/json", `{"a":1,"a":2}`, object{"a": 2}},
		{"large number", "application/json", `12345678901234567890`, "12345678901234567890"},
		{"json 64 deep", "application/json", strings.Repeat("[", 64) + "1" + strings.Repeat("]", 64), nested(64, 1)},
		{"json 65 deep", "application/json", strings.Repeat("[", 65) + strings.Repeat("]", 65), nil},
		{"json 65 deep, by maps", "application/json", strings.Repeat(`{"a":`, 64) + "{}" + strings.Repeat("}", 64), nil},
		{"json with a mark", "application/json", "\xEF\xBB\xBF {\"a\": \"ção\"}", object{"a": "ção"}},
		{"json of two marks", "application/json", "\xEF\xBB\xBF\xEF\xBB\xBF1", nil},
		{"json in UTF-16", "application/json; charset=utf-16", "\xFE\xFF\x00\"\x00\xE7\xD8\x3D\xDE\x00\x00\"", "ç😀"},
		{"json in UTF-16 without mark", "application/json; charset=UTF-16LE", "\"\x00\xE7\x00\"\x00", "ç"},
		{"json in UTF-16 that is not said", "application/json", wide("{}"), nil},
		{"json that only says it is UTF-16", "application/json; charset=utf-16", `{"a": "ç"}`, object{"a": "ç"}},
		{"xml that only says it is UTF-16", "text/xml", `<?xml version="1.0" encoding="utf-16"?><a>ç</a>`, object{"a": "ç"}},
		{"form that says it is UTF-16", "application/x-www-form-urlencoded; charset=utf-16", "a=hello", object{"a": "hello"}},
		{"json in half UTF-16", "application/json; charset=utf-16", "\"\x00\"\x00\"", nil},
		{"json in latin", "application/json; charset=ISO-8859-1", "\"\xE7\xE3o\"", "ção"},
		{"json said to be latin", "application/json; charset=ISO-8859-1", `"ção"`, "ção"},
		{"broken json", "application/json", `{`, nil},
		{"trailing json", "application/json", `{} {}`, nil},
		{"form", formType, "a=1&b=x+y%21&c", object{"a": "1", "b": "x y!", "c": ""}},
		{"form nests", formType, "data[email]=m%40x&data[merges][FNAME]=Ana&data%5Bid%5D=7", object{"data": object{"email": "m@x", "merges": object{"FNAME": "Ana"}, "id": "7"}}},
		{"form lists", formType, "a=1&a=2&b[]=3&b[]=4&c[0][x]=5&c[1][x]=6&d[1]=7", object{"a": []any{"1", "2"}, "b": []any{"3", "4"}, "c": []any{object{"x": "5"}, object{"x": "6"}}, "d": object{"1": "7"}}},
		{"form contradicts", formType, "a=1&a[b]=2&c[d]=3&c=4&e[]=5&e[x]=6", object{"a": "1", "a[b]": "2", "c": "4", "c[d]": "3", "e": []any{"5"}, "e[x]": "6"}},
		{"form odd brackets", formType, "a[=1&b]=2&[c]=3&d[[e]]=4", object{"a[": "1", "b]": "2", "[c]": "3", "d[[e]]": "4"}},
		{"form latin", formType + "; charset=ISO-8859-1", "a=%E7%E3o", object{"a": "ção"}},
		{"form in others", formType + "; charset=\"ISO_8859-15\"", "pre%E7o=10%A4+%BDuvre", object{"preço": "10€ œuvre"}},
		{"form bad text", formType, "a=%FF", object{"a": "\uFFFD"}},
		{"form bad escape", formType, "a=%zz", nil},
		{"form deep", formType, "a" + strings.Repeat("[x]", 64) + "=1", nil},
		{"form many", formType, strings.Repeat("a=1&", 100_001), nil},
		{"empty form", formType, "", object{}},
		{
			"multipart", multipartType, "--b\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\nção\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../x.txt\"\r\nContent-Type: text/plain\r\n\r\ncanary\r\n--b--\r\n",
			object{"a": object{"b": "ção"}, "f": object{"name": "x.txt", "size": 6, "type": "text/plain"}},
		},
		{"multipart cut", multipartType, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", nil},
		{"multipart without boundary", "multipart/form-data", "--b--", nil},
		{"xml", "application/xml", `<?xml version="1.0"?><a x="1"><b>2</b><b>3</b><c>t<d/></c></a>`, object{"a": object{"@x": "1", "b": []any{"2", "3"}, "c": object{"#text": "t", "d": ""}}}},
		{"xml namespaces", "application/soap+xml", `<s:E xmlns:s="u"><s:B s:k="v">1</s:B></s:E>`, object{"E": object{"B": object{"@k": "v", "#text": "1"}}}},
		{"xml latin", "text/xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe7</a>", object{"a": "ç"}},
		{"xml latin by type", "text/xml; charset=iso-8859-1", "<a>\xe7</a>", object{"a": "ç"}},
		{"xml latin by declaration, said to be UTF-8", "text/xml; charset=utf-8", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe7</a>", object{"a": "ç"}},
		{"xml latin by type and declaration", "application/xml; charset=ISO-8859-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe7</a>", object{"a": "ç"}},
		{"xml with a mark", "text/xml", "\xEF\xBB\xBF<a>ç</a>", object{"a": "ç"}},
		{"xml in UTF-16", "text/xml", "\xFF\xFE" + wide(`<?xml version="1.0" encoding="UTF-16"?><a>ç</a>`), object{"a": "ç"}},
		{"xml in UTF-16 by type", "text/xml; charset=utf-16le", wide("<a>ç</a>"), object{"a": "ç"}},
		{"xml 64 deep", "text/xml", strings.Repeat("<a>", 64) + strings.Repeat("</a>", 64), nestedMap(64, "")},
		{"xml doctype", "text/xml", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, nil},
		{"xml entity", "text/xml", `<a>&x;</a>`, nil},
		{"xml two roots", "text/xml", `<a/><b/>`, nil},
		{"xml text outside", "text/xml", `<a/>x`, nil},
		{"xml open", "text/xml", `<a>`, nil},
		{"xml empty", "text/xml", ``, nil},
		{"xml deep", "text/xml", strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65), nil},
		{"text", "text/plain", `{"a":1}`, `{"a":1}`},
		{"text with a mark", "text/csv", "\xEF\xBB\xBFa;b", "a;b"},
		{"text in UTF-16", "text/plain; charset=UTF-16BE", "\x00\xE7", "ç"},
		{"text latin", "text/plain; charset=windows-1252", "\x80\xe7", "€ç"},
		{"text cyrillic", "text/plain; charset=windows-1251", "\xcf\xf0", "Пр"},
		{"bytes", "application/octet-stream", "\x00\xff", "AP8="},
		{"no type", "", `{"a":1}`, "eyJhIjoxfQ=="},
		{"no sense", "application/json garbage", `{}`, "e30="},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := triggers.DecodeBody(c.contentType, []byte(c.body))
			if (err != nil) != (c.want == nil) {
				t.Fatalf("got %v, error %v", got, err)
			}
			if c.want != nil && !reflect.DeepEqual(c.want, got) {
				t.Error(cmp.Diff(c.want, got))
			}
			if checked := triggers.CheckBody(c.contentType, []byte(c.body)); (checked != nil) != (err != nil) {
				t.Errorf("the check says %v, decoding %v", checked, err)
			}
		})
	}
}

func nested(depth int, value any) any {
	for range depth {
		value = []any{value}
	}
	return value
}

func nestedMap(depth int, value any) any {
	for range depth {
		value = object{"a": value}
	}
	return value
}

// wide writes text in UTF-16, little endian.
func wide(text string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

// A body that names every member of the envelope changes trigger.body and nothing else.
func TestBodiesCannotWriteTheEnvelope(t *testing.T) {
	names := []string{"id", "body", "headers", "query", "method", "path", "ip", "at", "event", "resource", "files", "kind", "type", "note", "fault", "trigger", "__proto__"}
	var pairs, xml, parts strings.Builder
	plain := object{}
	for _, n := range names {
		plain[n] = "evil"
		fmt.Fprintf(&pairs, "%s=evil&%s[x]=evil&trigger[%s]=evil&", n, n, n)
		fmt.Fprintf(&xml, "<%s a='evil'>evil</%s>", n, n)
		fmt.Fprintf(&parts, "--b\r\nContent-Disposition: form-data; name=%q; filename=%q\r\nX-Evil: evil\r\n\r\nevil\r\n", n, "/etc/"+n)
	}
	asJSON, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	send := func(contentType, body string) (engine.Meta, object) {
		h := newHouse(t, nil)
		wantStatus(t, h.post(body, "Content-Type: "+contentType), 200)
		value, err := triggers.DecodeBody(contentType, h.events[0].Body)
		if err != nil {
			t.Fatal(err)
		}
		meta := h.events[0].Meta
		scope := engine.TriggerScope(&meta, value, h.now, "", "e1")
		delete(scope, "body")
		return meta, scope
	}
	for contentType, body := range map[string][2]string{
		"application/json": {string(asJSON), "{}"}, formType: {pairs.String(), ""}, multipartType: {parts.String() + "--b--\r\n", "--b--\r\n"},
		"text/xml": {"<trigger>" + xml.String() + "</trigger>", "<a/>"}, "text/plain": {string(asJSON) + " ", "x"}, "application/x-other": {string(asJSON), "x"},
	} {
		metaEvil, scopeEvil := send(contentType, body[0])
		metaPlain, scopePlain := send(contentType, body[1])
		metaEvil.Note = "" // the door's own words about text that looks like JSON
		if diff := cmp.Diff(metaPlain, metaEvil); diff != "" {
			t.Errorf("%s changed the envelope: %s", contentType, diff)
		}
		if diff := cmp.Diff(scopePlain, scopeEvil); diff != "" {
			t.Errorf("%s changed the scope: %s", contentType, diff)
		}
	}
}

// TestTexts: a text is read eight bytes at a time, and each byte counts wherever it stands.
func TestTexts(t *testing.T) {
	for length := range 20 {
		for c := range 256 {
			text := `["` + strings.Repeat("a", length) + string([]byte{byte(c)}) + `x` + strings.Repeat("é", length) + `"]`
			want := c >= ' ' && c != '"' && c != '\\'
			if err := triggers.CheckBody("application/json", []byte(text)); (err == nil) != want {
				t.Errorf("%q: %v", text, err)
			}
			if err := triggers.CheckBody("application/json", []byte(text[1:])); (err == nil) && want {
				t.Errorf("%q is taken", text[1:])
			}
		}
	}
}

func FuzzBody(f *testing.F) {
	types := []string{"application/json", formType, multipartType, "text/xml", "text/plain; charset=latin1", "x/y"}
	for i, seed := range []string{
		`{"a":[1,-0.5e+3,"\u00e7\n",true,false,null]}`, "a[b][]=1&a[b][]=2&c[0]=x&c=%41", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--",
		`<a b="c">d<e/>f<![CDATA[g]]></a>`, "x", "", `[01]`, `{"a":1,}`, "a=%", `{"a" 1}`, "-", `"` + "\x01" + `"`,
	} {
		f.Add(uint8(i), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		contentType := types[int(which)%len(types)]
		value, err := triggers.DecodeBody(contentType, body)
		checked := triggers.CheckBody(contentType, body)
		if (err == nil) != (checked == nil) && !over(checked) {
			t.Fatalf("%s %q: the check says %v, decoding %v", contentType, body, checked, err)
		}
		if err != nil {
			return
		}
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatalf("%q gives what JSON cannot hold: %v", body, err)
		}
		again, err := triggers.DecodeBody("application/json", raw)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if text, ok := value.(string); ok && !reflect.DeepEqual(again, text) {
			t.Fatalf("%q changed to %q", text, again)
		}
	})
}

// over says that the check counts more than decoding does: members of equal name.
func over(err error) bool {
	return err != nil && strings.Contains(err.Error(), "more than")
}

func BenchmarkCheckBody(b *testing.B) {
	body := []byte(`{"items":[` + strings.Repeat(`{"sku":"A-1","price":10.5},`, 110) + `{}]}`)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if err := triggers.CheckBody("application/json", body); err != nil {
			b.Fatal(err)
		}
	}
}
