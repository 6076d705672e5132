package actions

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"testing"
	"unicode/utf8"
)

// FuzzConnectorFile: a connector that somebody wrote is refused with faults that have a place, or can be used.
func FuzzConnectorFile(f *testing.F) {
	check := func(err error) {
		if err != nil {
			f.Fatal(err)
		}
	}
	for _, name := range []string{"slack", "telegram", "zenvia"} {
		data, err := fs.ReadFile(connectorFiles, "connectors/"+name+".json")
		check(err)
		f.Add(data)
	}
	f.Add([]byte(`{"format":"gancho.connector/1"}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, problems := ParseConnector(data, true)
		if c == nil && len(problems) == 0 {
			t.Fatalf("%q: neither a connector nor a fault", data)
		}
		for _, p := range problems {
			if p.Message.EN == "" || p.Message.PT == "" || p.Code == "" {
				t.Errorf("%q: %+v", data, p)
			}
		}
	})
}

// FuzzAnswer: whatever a server answers, the step gets what JSON can hold.
func FuzzAnswer(f *testing.F) {
	f.Add("application/json", "", []byte(`{"a":[1,2.50]}`))
	f.Add("text/plain; charset=latin1", "text", []byte{0xe7, 0xe3, 'o'})
	f.Add("text/html;charset=\"", "", []byte("\xff\xfe"))
	f.Add("", "bytes", []byte{0})
	f.Add("application/vnd.x+json", "json", []byte(" "))
	f.Fuzz(func(t *testing.T, kind, as string, body []byte) {
		value, err := readBody(as, &reply{header: http.Header{"Content-Type": {kind}}, body: body})
		if err != nil {
			return
		}
		data, err := json.Marshal(value)
		if err != nil || !utf8.Valid(data) {
			t.Fatalf("%q as %q: %q, %v", kind, body, data, err)
		}
	})
}
