package actions

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Blocked is an address that this instance does not connect to.
type Blocked struct {
	Target string     // host:port as it was asked for
	Addr   netip.Addr // what it resolved to
	Never  bool       // no setting opens it
}

func (b *Blocked) Error() string {
	if b.Never {
		return fmt.Sprintf("%s is at %s, an address that is never connected to", b.Target, b.Addr)
	}
	return fmt.Sprintf("%s is at %s, inside a private network; to open it, restart with %s in GANCHO_ALLOW_NET", b.Target, b.Addr, netip.PrefixFrom(b.Addr, b.Addr.BitLen()))
}

// policy says which addresses may be connected to. It looks at the address that is about to
// be connected, after DNS, so that no spelling of a name matters.
type policy struct {
	prefixes []netip.Prefix
	names    []nameRule
	own      atomic.Pointer[[]uint16] // ports of this instance's own listeners

	mu    sync.Mutex
	first map[string]netip.Prefix // where a listed name first led to
}

// nameRule opens a name, at one port or all (0).
type nameRule struct {
	host string
	port uint16
}

// parsePolicy reads networks (10.0.0.0/8), addresses (10.0.0.7, 10.0.0.7:8080) and names
// (crm.internal, crm.internal:8080).
func parsePolicy(allow []string) (*policy, error) {
	p := &policy{first: map[string]netip.Prefix{}}
	for _, entry := range allow {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		if err := p.add(entry); err != nil {
			return nil, fmt.Errorf("GANCHO_ALLOW_NET: %q: %w", entry, err)
		}
	}
	return p, nil
}

func (p *policy) add(entry string) error {
	if prefix, err := netip.ParsePrefix(entry); err == nil {
		p.prefixes = append(p.prefixes, prefix.Masked())
		return nil
	}
	if addr, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil {
		p.prefixes = append(p.prefixes, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
		return nil
	}
	host, port := entry, uint64(0)
	if h, text, err := net.SplitHostPort(entry); err == nil {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return errors.New("the port must be a number from 1 to 65535")
		}
		host, port = h, n
	}
	if host == "" || strings.ContainsAny(host, "/ \t@:") {
		return errors.New("write a network such as 10.0.0.0/8, an address, or a name such as crm.internal:8080")
	}
	p.names = append(p.names, nameRule{tidyHost(host), uint16(port)})
	return nil
}

func tidyHost(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// check decides about one address. target is host:port as the caller asked for it.
func (p *policy) check(target string, addr netip.Addr, port uint16) error {
	addr = addr.Unmap().WithZone("")
	if port == 0 || p.isOwn(addr, port) || never(addr) {
		return &Blocked{Target: target, Addr: addr, Never: true}
	}
	if inside(addr) && !p.opened(target, addr, port) {
		return &Blocked{Target: target, Addr: addr}
	}
	if !inside(addr) && !addr.IsGlobalUnicast() {
		return &Blocked{Target: target, Addr: addr, Never: true}
	}
	return nil
}

// isOwn says that an address is this instance's own listener: a flow must not reach the API.
func (p *policy) isOwn(addr netip.Addr, port uint16) bool {
	if own := p.own.Load(); own == nil || !slices.Contains(*own, port) {
		return false
	}
	if addr.IsLoopback() || addr.IsUnspecified() {
		return true
	}
	local, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(local, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == addr
	})
}

func (p *policy) opened(target string, addr netip.Addr, port uint16) bool {
	if slices.ContainsFunc(p.prefixes, func(prefix netip.Prefix) bool { return prefix.Contains(addr) }) {
		return true
	}
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		return false
	}
	host = tidyHost(host)
	for _, rule := range p.names {
		if literal := rule.host == addr.String(); (rule.host == host || literal) && (rule.port == 0 || rule.port == port) {
			return literal || p.pinned(host, addr)
		}
	}
	return false
}

// pinned holds a listed name to the network that it first led to, so that who answers for the
// name cannot point it at another machine later.
func (p *policy) pinned(host string, addr netip.Addr) bool {
	bits := 24
	if addr.Is6() {
		bits = 64
	}
	network := netip.PrefixFrom(addr, bits).Masked()
	p.mu.Lock()
	defer p.mu.Unlock()
	key := host
	if addr.Is6() {
		key += " 6"
	}
	if first, ok := p.first[key]; ok {
		return first == network
	}
	p.first[key] = network
	return true
}

// inside are networks that an operator may open.
func inside(addr netip.Addr) bool {
	return addr.IsPrivate() || addr.IsLoopback() || shared.Contains(addr)
}

// never are addresses that no setting opens.
func never(addr netip.Addr) bool {
	if addr.IsLinkLocalUnicast() || addr.IsLinkLocalMulticast() || addr.IsInterfaceLocalMulticast() || addr.IsMulticast() || addr.IsUnspecified() {
		return true
	}
	if addr.IsLoopback() {
		return false
	}
	return slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(addr) })
}

var shared = netip.MustParsePrefix("100.64.0.0/10")

// closed are the metadata services, and the special-purpose networks of RFC 6890 and its
// successors that netip takes for global.
var closed = prefixes(
	"169.254.169.254/32", "fd00:ec2::254/128", "100.100.100.200/32",
	"0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}
