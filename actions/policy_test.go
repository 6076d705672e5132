package actions

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"gancho/engine"
	"gancho/engine/connections"
)

// hostile are spellings of addresses inside. None may be connected to.
var hostile = []string{
	"127.0.0.1", "127.0.0.2", "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "0.0.0.0", "0", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
	"017700000001", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]",
	"[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::1%25lo]", "[fe80::1%25eth0]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]",
	"169.254.169.254", "169.254.0.1", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "100.100.100.200", "100.64.0.1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
	"192.168.0.1", "192.168.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1", "⑯⑨。254。169。254", "0.0.0.0.", "127.0.0.1.",
}

func request(out *Outbound, address string) error {
	h := &httpRequest{out: out}
	h.Fields().Fill(map[string]any{"url": address})
	_, err := h.Do(context.Background(), &engine.Call{Key: "k", Sent: func(func() any) {}})
	return err
}

// TestNothingInsideIsReached is S8: a server inside, and every spelling of its address.
func TestNothingInsideIsReached(t *testing.T) {
	var reached atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer inside.Close()
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	out, err := NewOutbound(OutboundConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range hostile {
		if err := request(out, "http://"+host+":"+port+"/"); err == nil {
			t.Errorf("%s was reached", host)
		}
		if conn, err := dialMail(t.Context(), out, &connections.Connection{Fields: map[string]string{"host": strings.Trim(host, "[]"), "port": port, "security": "none"}}); err == nil {
			conn.close()
			t.Errorf("%s was reached by mail", host)
		}
	}
	for _, scheme := range []string{"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "//127.0.0.1/", "http:///x", "http://user@[::1]/"} {
		if err := request(out, scheme); err == nil {
			t.Errorf("%s was reached", scheme)
		}
	}
	if reached.Load() != 0 {
		t.Errorf("%d requests arrived inside", reached.Load())
	}
}

func TestRedirectsLeadNowhereInside(t *testing.T) {
	var reached atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer inside.Close()
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var to string
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }))
	defer door.Close()
	out, err := NewOutbound(OutboundConfig{Allow: []string{door.Listener.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range hostile {
		to = "http://" + host + ":" + port + "/"
		if err := request(out, door.URL); err == nil {
			t.Errorf("led to %s", host)
		}
	}
	if reached.Load() != 0 {
		t.Errorf("%d requests arrived inside", reached.Load())
	}
}

func TestPolicy(t *testing.T) {
	p, err := parsePolicy([]string{"10.1.0.0/16", "192.168.7.7", "127.0.0.1:9000", "crm.internal:8080", "wiki.internal", "fd00::/8", "169.254.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	p.own.Store(&[]uint16{8443})
	for _, c := range []struct {
		target, addr string
		port         uint16
		want         bool
		never        bool
	}{
		{"api.example.com:443", "93.184.216.34", 443, true, false},
		{"x:1", "10.1.2.3", 80, true, false},
		{"x:1", "10.2.2.3", 80, false, false},
		{"x:1", "192.168.7.7", 80, true, false},
		{"x:1", "192.168.7.8", 80, false, false},
		{"x:1", "127.0.0.1", 9000, true, false},
		{"x:1", "127.0.0.1", 9001, false, false},
		{"x:1", "10.1.2.3", 8443, true, false},
		{"x:1", "127.0.0.1", 8443, false, true},
		{"crm.internal:8080", "10.9.9.9", 8080, true, false},
		{"crm.internal:8080", "10.9.9.77", 8080, true, false},
		{"crm.internal:8080", "10.8.9.9", 8080, false, false}, // not where the name first led
		{"crm.internal:8081", "10.9.9.9", 8081, false, false},
		{"WIKI.internal.:80", "172.16.0.9", 80, true, false},
		{"other.internal:80", "172.16.0.9", 80, false, false},
		{"wiki.internal:80", "169.254.169.254", 80, false, true}, // listed by name and by network, and yet never
		{"x:1", "fd00::5", 80, true, false},
		{"x:1", "fd00:ec2::254", 80, false, true},
		{"x:1", "::ffff:10.1.2.3", 80, true, false},
		{"x:1", "93.184.216.34", 0, false, true},
	} {
		err := p.check(c.target, netip.MustParseAddr(c.addr), c.port)
		var blocked *Blocked
		if (err == nil) != c.want || (errors.As(err, &blocked) && blocked.Never != c.never) {
			t.Errorf("%s at %s port %d: %v", c.target, c.addr, c.port, err)
		}
	}
	err = p.check("shop.internal:80", netip.MustParseAddr("10.77.0.1"), 80)
	if err == nil || !strings.Contains(err.Error(), "restart with 10.77.0.1/32 in GANCHO_ALLOW_NET") {
		t.Errorf("the refusal does not say what to do: %v", err)
	}
	for _, bad := range []string{"10.0.0.0/99", "crm:0", "crm:99999", "http://crm", "a b"} {
		if _, err := parsePolicy([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	for _, host := range hostile {
		f.Add(strings.Trim(host, "[]"))
	}
	p, err := parsePolicy(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		addr, err := netip.ParseAddr(text)
		if err != nil || p.check("x:80", addr, 80) != nil {
			return
		}
		a := addr.Unmap().WithZone("")
		if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || a.IsMulticast() {
			t.Errorf("%s was allowed", text)
		}
	})
}
