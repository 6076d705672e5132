package web

import (
	"net"
	"net/netip"
	"testing"
)

// crowd is a listener to which one connection after another comes, from the addresses given.
type crowd struct{ from []string }

type visitor struct {
	net.Conn
	from   string
	closed bool
}

func (v *visitor) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(v.from))
}
func (v *visitor) Close() error { v.closed = true; return nil }

func (c *crowd) Accept() (net.Conn, error) {
	if len(c.from) == 0 {
		return nil, net.ErrClosed
	}
	v := &visitor{from: c.from[0]}
	c.from = c.from[1:]
	return v, nil
}
func (c *crowd) Close() error   { return nil }
func (c *crowd) Addr() net.Addr { return nil }

// One address cannot take all connections; what it lets go of is its own again.
func TestNobodyTakesAllConnections(t *testing.T) {
	c := &crowd{}
	l := newFairListener(c, []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")})
	come := func(n int, from string) []net.Conn {
		t.Helper()
		for range n {
			c.from = append(c.from, from)
		}
		var conns []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				return conns
			}
			conns = append(conns, conn)
		}
	}
	held := come(mostOfOne+50, "203.0.113.7:1000")
	if len(held) != mostOfOne {
		t.Fatalf("one address holds %d", len(held))
	}
	for from, want := range map[string]int{
		"203.0.113.8:1000": 1, "[2001:db8::1]:1": 1, // others
		"127.0.0.1:1": 1, "172.17.0.1:1": 1, "198.51.100.3:1": 1, "[::ffff:203.0.113.7]:1": 0,
	} {
		if got := len(come(1, from)); got != want {
			t.Errorf("%s: %d were let in, want %d", from, got, want)
		}
	}
	if n := len(come(mostOfOne+1, "[2001:db8::2]:1")); n != mostOfOne-1 {
		t.Errorf("a network of IPv6 holds %d more, want %d", n, mostOfOne-1)
	}
	if n := len(come(2*mostOfOne, "198.51.100.3:2")); n != 2*mostOfOne {
		t.Errorf("a proxy holds %d", n)
	}
	_, _ = held[0].Close(), held[0].Close()
	if n := len(come(2, "203.0.113.7:1001")); n != 1 {
		t.Errorf("%d came in the place of one", n)
	}
}
