package web

import (
	"net"
	"net/netip"
	"slices"
	"sync"
)

// mostOfOne is how many connections one address may hold: nobody can take them all.
const mostOfOne = 256

// fairListener ends what one address opens beyond its share. IPv6 counts by /64. Loopback,
// private networks and trusted proxies are spared: there are proxies, which speak for many.
type fairListener struct {
	net.Listener
	spared []netip.Prefix

	mu   sync.Mutex
	held map[netip.Prefix]int
}

func newFairListener(l net.Listener, spared []netip.Prefix) *fairListener {
	return &fairListener{Listener: l, spared: spared, held: map[netip.Prefix]int{}}
}

// Accept gives the next connection of an address that holds few.
func (l *fairListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		network, counts := l.countedBy(conn.RemoteAddr())
		if !counts {
			return conn, nil
		}
		if l.take(network) {
			return &fairConn{Conn: conn, done: sync.OnceFunc(func() { l.give(network) })}, nil
		}
		_ = conn.Close() //nolint:errcheck // nothing was said on it
	}
}

func (l *fairListener) countedBy(a net.Addr) (netip.Prefix, bool) {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Prefix{}, false
	}
	addr := ap.Addr().Unmap().WithZone("")
	if addr.IsLoopback() || addr.IsPrivate() || slices.ContainsFunc(l.spared, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return netip.Prefix{}, false
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(addr, bits).Masked(), true
}

func (l *fairListener) take(network netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[network] >= mostOfOne {
		return false
	}
	l.held[network]++
	return true
}

func (l *fairListener) give(network netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[network]--; l.held[network] <= 0 {
		delete(l.held, network)
	}
}

// fairConn gives its place back when it is closed.
type fairConn struct {
	net.Conn
	done func()
}

// Close ends the connection.
func (c *fairConn) Close() error {
	c.done()
	return c.Conn.Close()
}
