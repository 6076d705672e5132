// Package gancho_test holds the shape of the whole program.
package gancho_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type goPackage struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []goPackage
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// layers, from the outside in: a package may import those of later lines, and of its own.
var layers = [][]string{
	{"gancho/cmd/gancho"},
	{"gancho/web"},
	{"gancho/web/api"},
	{"gancho/web/session", "gancho/triggers", "gancho/actions"},
	{"gancho/engine/person"},
	{"gancho/engine"},
	{"gancho/engine/alerts", "gancho/engine/shapes"},
	{"gancho/engine/connections", "gancho/engine/flows", "gancho/engine/own", "gancho/engine/stats"},
	{"gancho/engine/origins", "gancho/engine/title"},
	{"gancho/engine/flow", "gancho/engine/seal", "gancho/engine/store/bolt", "gancho/engine/store/storetest"},
	{"gancho/engine/store"},
	{"gancho/engine/expression", "gancho/engine/refusal", "gancho/engine/said"},
	{"gancho/engine/charset", "gancho/engine/form", "gancho/engine/room", "gancho/engine/shape"},
}

func layerOf(path string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, path) })
}

func TestImportsPointInward(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath == "gancho" || p.ImportPath == "gancho/bench" {
			continue
		}
		from := layerOf(p.ImportPath)
		if from < 0 {
			t.Errorf("%s has no place in the house", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if to := layerOf(imported); strings.HasPrefix(imported, "gancho/") && to <= from {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

// doors are the only packages that import a library.
var doors = map[string][]string{
	"github.com/expr-lang/expr":             {"gancho/engine/expression"},
	"go.etcd.io/bbolt":                      {"gancho/engine/store/bolt"},
	"github.com/labstack/echo":              {"gancho/web", "gancho/web/api", "gancho/bench"},
	"github.com/danielgtaylor/huma":         {"gancho/web/api"},
	"github.com/robfig/cron":                {"gancho/triggers"},
	"github.com/alecthomas/kong":            {"gancho/cmd/gancho"},
	"github.com/lmittmann/tint":             {"gancho/cmd/gancho"},
	"github.com/wneessen/go-mail":           {"gancho/actions"},
	"github.com/yuin/goldmark":              {"gancho/actions"},
	"github.com/prometheus/client_golang":   {"gancho/web"},
	"github.com/klauspost/compress":         {"gancho/engine/store/bolt"},
	"github.com/santhosh-tekuri/jsonschema": {"gancho/triggers", "gancho/engine"},
}

func TestEachLibraryHasOneDoor(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			for library, allowed := range doors {
				if strings.HasPrefix(imported, library) && !slices.Contains(allowed, p.ImportPath) {
					t.Errorf("%s imports %s; its door is %s", p.ImportPath, imported, allowed)
				}
			}
		}
	}
}

// TestOneWayOut: nothing but the way out dials, and nothing but the operator's own client of
// the command line asks with net/http's.
func TestOneWayOut(t *testing.T) {
	dials := regexp.MustCompile(`http\.(DefaultClient|Get|Post|PostForm|Head|DefaultTransport)\b|net\.(Dial|DialTimeout|Dialer)\b|&?http\.(Client|Transport)\{|tls\.Dial`)
	allowed := map[string]bool{filepath.Join("actions", "outbound.go"): true, filepath.Join("cmd", "gancho", "transfer.go"): true}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && entry.IsDir() && (entry.Name() == "node_modules" || path == "bench" || strings.HasPrefix(entry.Name(), ".") && path != ".") {
				return filepath.SkipDir
			}
			return err
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || allowed[path] {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range dials.FindAllString(string(source), -1) {
			t.Errorf("%s: %s goes around the way out", path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
