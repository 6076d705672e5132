package triggers_test

import (
	"encoding/json"
	"net/netip"
	"testing"

	"gancho/triggers"
)

// FuzzContentType: whatever a sender says that its body is, there is a value that JSON can hold, or an error.
func FuzzContentType(f *testing.F) {
	for _, kind := range []string{
		"application/json; charset=utf-16", "text/xml; charset=windows-1252", "text/plain; charset=iso-8859-15", "application/x-www-form-urlencoded; charset=latin1", "multipart/form-data; boundary=b",
		"multipart/form-data", "application/problem+json", "application/soap+xml;charset=\"", "TEXT/PLAIN;;", "", "text/plain; charset=utf-7",
	} {
		f.Add(kind, []byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b=\"\xe7\">\xe3</a>"))
		f.Add(kind, []byte("\xff\xfea=%E7&b[x][]=1"))
		f.Add(kind, []byte("--b\r\nContent-Disposition: form-data; name=a[b]; filename=\"f\"\r\nContent-Type: text/plain; charset=latin1\r\n\r\n\xe7\r\n--b--"))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		value, err := triggers.DecodeBody(kind, body)
		if err != nil {
			return
		}
		if _, err := json.Marshal(value); err != nil {
			t.Fatalf("%q as %q: %v", body, kind, err)
		}
	})
}

// FuzzPrefix: an address or network that can be read holds its own address.
func FuzzPrefix(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::ffff:192.0.2.0/120", "fe80::1%eth0", "1.2.3.4/33", "::1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := triggers.ParsePrefix(text)
		if err != nil {
			return
		}
		if again, err := triggers.ParsePrefix(p.String()); err != nil || again != p || !p.Contains(p.Addr()) || p.Addr().Zone() != "" || p.Addr() == (netip.Addr{}) {
			t.Errorf("%q is %v, and that is %v: %v", text, p, again, err)
		}
	})
}
