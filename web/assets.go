package web

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"gancho/web/api"
)

//go:embed all:dist
var dist embed.FS

// assets are the files of the editor, each under an exact path. Their paths hold the hash of
// the whole bundle, so that browsers keep them for ever.
type assets struct {
	prefix string // /_/<hash>/
	files  map[string]asset
	index  []byte
}

type asset struct {
	kind   string
	plain  []byte
	packed func() []byte // gzip, made when it is first asked for; nil where that is no smaller
}

var textKinds = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json", ".woff2": "font/woff2"}

// loadAssets reads the embedded bundle.
func loadAssets() (*assets, error) {
	a := &assets{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := dist.ReadFile(name)
		if err != nil {
			return err //nolint:wrapcheck // wrapped below
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
		name = strings.TrimPrefix(name, "dist/")
		if name == "index.html" {
			a.index = data
			return nil
		}
		a.files[name] = newAsset(name, data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the editor: %w", err)
	}
	a.prefix = "/_/" + hex.EncodeToString(sum.Sum(nil))[:16] + "/"
	a.index = bytes.ReplaceAll(a.index, []byte(`"./`), []byte(`"`+a.prefix))
	return a, nil
}

func newAsset(name string, data []byte) asset {
	kind := textKinds[path.Ext(name)]
	if kind == "" {
		kind = mime.TypeByExtension(path.Ext(name))
	}
	return asset{kind, data, sync.OnceValue(func() []byte { return packed(data) })}
}

func packed(data []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(data)
		err = errors.Join(err, w.Close())
	}
	if err != nil || b.Len() >= len(data)*9/10 {
		return nil
	}
	return b.Bytes()
}

// file serves one file of the bundle.
func (a *assets) file(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[strings.TrimPrefix(r.URL.Path, a.prefix)]
	if !ok || !strings.HasPrefix(r.URL.Path, a.prefix) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	data := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if packed := f.packed(); packed != nil {
			h.Set("Content-Encoding", "gzip")
			data = packed
		}
	}
	_, _ = w.Write(data) //nolint:errcheck // the reader is gone
}

// FontPath is where pages for strangers find the program's font: each address that serves them serves it.
const FontPath = "/w/hanken-grotesk.woff2"

func (a *assets) font(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files["assets/hanken-grotesk-latin-wght-normal.woff2"]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "public, max-age=604800")
	_, _ = w.Write(f.plain) //nolint:errcheck // the reader is gone
}

const rootMark = `<html lang="en">`

// rootOf is the page's root in the language and theme that the person chose, so that the first
// paint is right; without a choice the language is what the browser asks for, and the theme the system's.
func rootOf(r *http.Request) string {
	lang, theme := api.LanguageOf(r), ""
	if c, err := r.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		theme = ` class="` + c.Value + `"`
	}
	return `<html lang="` + lang + `"` + theme + `>`
}

const nonceMark = `<meta property="csp-nonce" nonce`

// page serves the editor's page. Each answer has a nonce of its own, for the styles that the
// text editor makes.
func (a *assets) page(w http.ResponseWriter, r *http.Request, status int) {
	raw := make([]byte, 16)
	rand.Read(raw)
	nonce := base64.RawStdEncoding.EncodeToString(raw)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-"+nonce+"'; img-src 'self' data:; "+
		"font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	page := bytes.Replace(a.index, []byte(nonceMark+`=""`), []byte(nonceMark), 1)
	page = bytes.Replace(page, []byte(nonceMark), []byte(nonceMark+`="`+nonce+`"`), 1)
	page = bytes.Replace(page, []byte(rootMark), []byte(rootOf(r)), 1)
	w.WriteHeader(status)
	_, _ = w.Write(page) //nolint:errcheck // the reader is gone
}
