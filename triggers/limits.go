package triggers

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// budget bounds the bytes of bodies that the process holds at once.
type budget struct {
	used atomic.Int64
	most int64
}

func (b *budget) take(n int64) bool {
	if b.used.Add(n) > b.most {
		b.used.Add(-n)
		return false
	}
	return true
}

func (b *budget) give(n int64) { b.used.Add(-n) }

var (
	errTooBig = errors.New("the body is too big")
	errBomb   = errors.New("the body becomes too many times its size")
	errMemory = errors.New("too many bodies at once")
)

// reading is one body being read; held is what it has taken from the budget.
type reading struct {
	budget *budget
	held   int64
}

// all reads a body. Memory grows with what has arrived, not with what was announced, so that
// slow senders hold little. size is -1 when it is not known.
func (r *reading) all(from io.Reader, size, most int64) ([]byte, error) {
	room := int64(4096)
	if size >= 0 && size < room {
		room = size
	}
	buf, err := r.grow(nil, room)
	for err == nil {
		if len(buf) == cap(buf) {
			if size >= 0 && int64(len(buf)) == size {
				return buf, nil
			}
			if int64(len(buf)) > most {
				return nil, errTooBig
			}
			room = min(4*int64(cap(buf))+512, most+1)
			if size >= 0 {
				room = min(room, size)
			}
			if buf, err = r.grow(buf, room); err != nil {
				break
			}
		}
		var n int
		n, err = from.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if int64(len(buf)) > most {
		return nil, errTooBig
	}
	if size >= 0 && int64(len(buf)) < size {
		return nil, io.ErrUnexpectedEOF
	}
	return buf, nil
}

func (r *reading) grow(buf []byte, room int64) ([]byte, error) {
	if !r.budget.take(room) {
		return nil, errMemory
	}
	r.held += room
	bigger := make([]byte, len(buf), room)
	copy(bigger, buf)
	r.give(int64(cap(buf)))
	return bigger, nil
}

func (r *reading) give(n int64) {
	r.budget.give(n)
	r.held -= n
}

// ratio is how many times its size a compressed body may become.
const ratio = 100

// inflate gives what a gzip body holds.
func (r *reading) inflate(packed []byte, most int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	body, err := r.all(z, -1, min(most, ratio*int64(len(packed))))
	if errors.Is(err, errTooBig) && ratio*int64(len(packed)) < most {
		return nil, errBomb
	}
	return body, err
}

// strangers counts unknown tokens by address: 20 a minute, IPv6 by /64, loopback spared.
type strangers struct {
	mu   sync.Mutex
	seen map[netip.Prefix]*visits
}

type visits struct {
	count int
	since time.Time
}

const (
	strangersMost  = 20
	strangersKept  = 1 << 16
	strangersEvery = time.Minute
)

// networkOf is what limits count an address by.
func networkOf(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}

func (s *strangers) allow(a netip.Addr, now time.Time) bool {
	if !a.IsValid() || a.IsLoopback() {
		return true
	}
	network := networkOf(a)
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.seen[network]
	if v == nil || now.Sub(v.since) >= strangersEvery || now.Before(v.since) {
		if v == nil && len(s.seen) >= strangersKept {
			s.sweep(now)
		}
		v = &visits{since: now}
		s.seen[network] = v
	}
	v.count++
	return v.count <= strangersMost
}

func (s *strangers) sweep(now time.Time) {
	for network, v := range s.seen {
		if now.Sub(v.since) >= strangersEvery {
			delete(s.seen, network)
		}
	}
	if len(s.seen) >= strangersKept {
		clear(s.seen)
	}
}

// slots bound how many large bodies are made values at once: a value takes many times the
// room of its bytes.
type slots chan struct{}

const largeBody = 64 << 10

func (s slots) decode(ctx context.Context, contentType string, body []byte) (any, error) {
	if len(body) > largeBody {
		select {
		case s <- struct{}{}:
			defer func() { <-s }()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return DecodeBody(contentType, body)
}

// clientAddr is who sent a request: the peer, or, when that is a trusted proxy, the last
// address in X-Forwarded-For that is none.
func clientAddr(r *http.Request, trusted []netip.Prefix) netip.Addr {
	addr := parsePeer(r.RemoteAddr)
	if !within(trusted, addr) {
		return addr
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		hop := parsePeer(strings.TrimSpace(chain[i])) // some proxies write a port too
		if !hop.IsValid() {
			return addr
		}
		if addr = hop; !within(trusted, addr) {
			return addr
		}
	}
	return addr
}

func parsePeer(remote string) netip.Addr {
	if ap, err := netip.ParseAddrPort(remote); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

func within(list []netip.Prefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Address is who asks, behind the trusted proxies; IPv6 counts by /64.
func (d *Webhook) Address(r *http.Request) string {
	return networkOf(clientAddr(r, d.TrustedProxies)).String()
}
