package triggers_test

import (
	"fmt"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gancho/engine/expression"
	"gancho/engine/shape"
	"gancho/triggers"
)

// TestTypesWithOneLeftOut learns what each documented event looks like from variants of it, and
// holds one that was left out against that: what it holds is not doubted, what it does not hold
// is found.
func TestTypesWithOneLeftOut(t *testing.T) {
	var all figures
	for _, preset := range triggers.BuiltIn().All() {
		for _, event := range preset.Events() {
			if body, err := expression.Decode(event.Body); err == nil && len(event.Body) > 0 {
				all.add(leaveOneOut(body))
			}
		}
	}
	t.Logf("%+v", all)
	if all.paths < 1000 || all.accepted*100 < all.paths*99 {
		t.Errorf("%d of %d paths that are there were accepted, want 99 %%", all.accepted, all.paths)
	}
	if all.found*100 < all.typos*95 {
		t.Errorf("%d of %d typing errors were found, want 95 %%", all.found, all.typos)
	}
	if all.doubted*100 > all.paths {
		t.Errorf("%d of %d sound comparisons were doubted, want at most 1 %%", all.doubted, all.paths)
	}
	if all.confused*100 < all.confusions*95 {
		t.Errorf("%d of %d confusions of text and number were found, want 95 %%", all.confused, all.confusions)
	}
}

type figures struct{ paths, accepted, doubted, typos, found, confusions, confused int }

func (f *figures) add(g figures) {
	f.paths, f.accepted, f.doubted = f.paths+g.paths, f.accepted+g.accepted, f.doubted+g.doubted
	f.typos, f.found, f.confusions, f.confused = f.typos+g.typos, f.found+g.found, f.confusions+g.confusions, f.confused+g.confused
}

const variants = 12

func leaveOneOut(body any) figures {
	var all figures
	r := rand.New(rand.NewPCG(1, 1))
	bodies := make([]any, variants)
	for i := range bodies {
		bodies[i] = variant(r, body, 0)
	}
	for out := range bodies {
		s := new(shape.Shape)
		for i, other := range bodies {
			if i != out {
				s.Add(map[string]any{"body": other}, i+1, time.Time{})
			}
		}
		known := &expression.Known{Roots: map[string]*shape.Shape{"trigger": s}}
		places("trigger.body", bodies[out], func(path string, value any) { all.try(known, path, value) })
	}
	return all
}

// variant is the event as another time might send it: one member in ten mostly does not come,
// of the others one in twenty is missing or null, lists are shorter.
func variant(r *rand.Rand, value any, depth int) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			rare := crc32.ChecksumIEEE([]byte(name))%10 == 0
			switch n := r.IntN(40); {
			case (n == 0 || rare && n < 34) && depth > 0:
			case n == 1 && depth > 0:
				out[name] = nil
			default:
				out[name] = variant(r, v[name], depth+1)
			}
		}
		return out
	case []any:
		out := []any{}
		for i, element := range v {
			if i == 0 || r.IntN(3) > 0 {
				out = append(out, variant(r, element, depth+1))
			}
		}
		return out
	}
	return value
}

func places(path string, value any, visit func(path string, value any)) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			visit(path+shape.Member(name), member)
			places(path+shape.Member(name), member, visit)
		}
	case []any:
		if len(v) > 0 {
			places(path+"[0]", v[0], visit)
		}
	}
}

func (f *figures) try(k *expression.Known, path string, value any) {
	f.paths++
	if !warned(k, path, "unknown_field") {
		f.accepted++
	}
	right, wrong := `"x"`, "5"
	switch value.(type) {
	case string:
	case int, float64:
		right, wrong = wrong, right
	default:
		right = ""
	}
	if right != "" {
		if warned(k, path+" == "+right, "wrong_type", "mixed_types") {
			f.doubted++
		}
		f.confusions++
		if warned(k, path+" == "+wrong, "wrong_type", "mixed_types") {
			f.confused++
		}
	}
	if dot := strings.LastIndexByte(path, '.'); len(path)-dot > 4 && !strings.HasSuffix(path, "]") {
		f.typos++ // two letters exchanged
		name := []byte(path[dot+1:])
		i := len(name) / 2
		name[i-1], name[i] = name[i], name[i-1]
		if name[i-1] == name[i] {
			name = append(name, 'x')
		}
		if warned(k, path[:dot+1]+string(name), "unknown_field") {
			f.found++
		}
	}
}

func warned(k *expression.Known, source string, codes ...string) bool {
	tree, err := expression.Parse(source)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", source, err))
	}
	for _, p := range tree.Infer(k).Problems {
		if slices.Contains(codes, p.Code) {
			return true
		}
	}
	return false
}
