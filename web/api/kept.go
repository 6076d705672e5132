package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// keptPaths are what a browser asks for at each opening and what seldom changes: large, and
// without anything of this instance but the names of its own connectors and presets.
var keptPaths = []string{Prefix + "/actions", Prefix + "/triggers", Prefix + "/presets", Prefix + "/functions", Prefix + "/connection-kinds"}

// keeper lets browsers keep such answers: they ask each time, and are told that nothing
// changed; what changed is packed.
type keeper struct {
	mu     sync.Mutex
	packed map[string]packed // by path: the last answer
}

type packed struct {
	tag  string
	data []byte
}

func (k *keeper) keep(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, res := c.Request(), c.Response()
		if r.Method != http.MethodGet || !slices.Contains(keptPaths, r.URL.Path) {
			return next(c)
		}
		plain := &buffered{ResponseWriter: res.Writer, status: http.StatusOK}
		if err := func() error {
			res.Writer = plain
			defer func() { res.Writer = plain.ResponseWriter }() // also for who answers a panic
			return next(c)
		}(); err != nil {
			return err
		}
		return k.write(res.Writer, r, plain)
	}
}

func (k *keeper) write(w http.ResponseWriter, r *http.Request, plain *buffered) error {
	data := plain.body.Bytes()
	if plain.status == http.StatusOK {
		sum := sha256.Sum256(data)
		tag := strconv.Quote(hex.EncodeToString(sum[:12]))
		h := w.Header()
		h.Set("ETag", tag)
		h.Set("Cache-Control", "private, no-cache")
		h.Set("Vary", "Accept-Encoding, Accept-Language, Authorization, Cookie")
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			data = k.pack(r.URL.Path, tag, data)
		}
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	w.WriteHeader(plain.status)
	_, err := w.Write(data)
	return err //nolint:wrapcheck // the reader is gone
}

func (k *keeper) pack(path, tag string, data []byte) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	if last := k.packed[path]; last.tag == tag {
		return last.data
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) //nolint:errcheck // a buffer takes all
	_ = w.Close()        //nolint:errcheck // a buffer takes all
	k.packed[path] = packed{tag, b.Bytes()}
	return b.Bytes()
}

// buffered holds an answer back.
type buffered struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (b *buffered) WriteHeader(status int)             { b.status = status }
func (b *buffered) Write(data []byte) (n int, _ error) { return b.body.Write(data) }
