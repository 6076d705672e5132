package triggers_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gancho/engine/expression"
	"gancho/engine/shape"
	"gancho/triggers"
)

// TestLeftOut says how good checks by real events are: over the events that the presets
// document, each is left out in turn, the others are learnt, and its own paths must pass, while
// names with a slip of the pen and kinds that do not fit must be found.
//
// A provider documents one or two of each event. So that there is something to learn, each
// stands for 30 that differ as real ones do: in every one some members are missing, some null.
func TestLeftOut(t *testing.T) {
	var all leftOut
	for _, p := range triggers.BuiltIn().All() {
		var bodies []map[string]any
		r := rand.New(rand.NewPCG(uint64(len(p.ID())), 7))
		for _, e := range p.Events() {
			for _, body := range bodiesOf(t, e) {
				for range 30 {
					bodies = append(bodies, varied(r, body, 0).(map[string]any))
				}
			}
		}
		var own leftOut
		for i := 0; i < len(bodies); i += 10 {
			own.leaveOut(t, bodies, i)
		}
		t.Logf("%s: %v", p.ID(), own)
		all.add(own)
	}
	t.Logf("all: %v", all)
	if all.paths < 2_000 {
		t.Errorf("only %d paths were held against what came", all.paths)
	}
	if all.falsely*1000 > all.paths*10 {
		t.Errorf("%d of %d good paths are said to be unknown", all.falsely, all.paths)
	}
	if all.slipsFound*1000 < all.slips*985 || all.kindsFound*1000 < all.kinds*985 {
		t.Errorf("too few slips or wrong kinds are found")
	}
}

type leftOut struct{ paths, falsely, slips, slipsFound, kinds, kindsFound int }

func (f leftOut) String() string {
	return fmt.Sprintf("%d paths, %d falsely unknown; %d of %d slips and %d of %d wrong kinds found", f.paths, f.falsely, f.slipsFound, f.slips, f.kindsFound, f.kinds)
}

func (f *leftOut) add(g leftOut) {
	f.paths, f.falsely, f.slips = f.paths+g.paths, f.falsely+g.falsely, f.slips+g.slips
	f.slipsFound, f.kinds, f.kindsFound = f.slipsFound+g.slipsFound, f.kinds+g.kinds, f.kindsFound+g.kindsFound
}

func (f *leftOut) leaveOut(t *testing.T, bodies []map[string]any, out int) {
	learnt := new(shape.Shape)
	for i, body := range bodies {
		if i != out {
			learnt.Add(map[string]any{"body": body}, i+1, time.Unix(int64(i), 0))
		}
	}
	k := &expression.Known{Roots: map[string]*shape.Shape{"trigger": learnt}}
	eachPath(bodies[out], "trigger.body", func(path, parent, name string, value any) {
		f.paths++
		if warnedOf(t, k, path, "unknown_field") {
			f.falsely++
			return
		}
		if slip := slipped(name); slip != "" && shape.IsName(name) {
			f.slips++
			if warnedOf(t, k, parent+"."+slip, "unknown_field") {
				f.slipsFound++
			}
		}
		wrong := ""
		switch value.(type) {
		case string:
			wrong = path + " * 2"
		case int, float64:
			wrong = path + ` + "x"`
		default:
			return
		}
		f.kinds++
		if warnedOf(t, k, wrong, "wrong_type", "mixed_types") {
			f.kindsFound++
		}
	})
}

// eachPath tells of every member, and of the first element of every list.
func eachPath(value any, path string, tell func(path, parent, name string, value any)) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at := path + shape.Member(name)
			tell(at, path, name, v[name])
			eachPath(v[name], at, tell)
		}
	case []any:
		if len(v) > 0 {
			eachPath(v[0], path+"[0]", tell)
		}
	}
}

// slipped is a name with two letters exchanged; "" for what is too short.
func slipped(name string) string {
	for i := 1; i+1 < len(name) && len(name) > 3; i++ {
		if name[i] != name[i+1] {
			return name[:i] + string(name[i+1]) + string(name[i]) + name[i+2:]
		}
	}
	return ""
}

func warnedOf(t *testing.T, k *expression.Known, source string, codes ...string) bool {
	t.Helper()
	tree, err := expression.Parse(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	for _, p := range tree.Infer(k).Problems {
		if slices.Contains(codes, p.Code) {
			return true
		}
	}
	return false
}

func bodiesOf(t *testing.T, e triggers.PresetEvent) (list []map[string]any) {
	t.Helper()
	kind, data := "application/json", []byte(e.Body)
	if e.Form != "" {
		kind, data = "application/x-www-form-urlencoded", []byte(e.Form)
	}
	value, err := triggers.DecodeBody(kind, data)
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := value.(map[string]any); ok {
		return append(list, m)
	}
	elements, _ := value.([]any)
	for _, element := range elements {
		if m, ok := element.(map[string]any); ok {
			list = append(list, m)
		}
	}
	return list
}

// varied is a value as another event may have it: a tenth of its members missing, some null,
// lists of other lengths.
func varied(r *rand.Rand, value any, depth int) any {
	switch v := value.(type) {
	case map[string]any:
		m := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			switch n := r.IntN(100); {
			case n < 10 && depth > 0:
			case n < 14 && depth > 0:
				m[name] = nil
			default:
				m[name] = varied(r, v[name], depth+1)
			}
		}
		return m
	case []any:
		var list []any
		for _, element := range v {
			for range r.IntN(3) {
				list = append(list, varied(r, element, depth+1))
			}
		}
		return list
	}
	return value
}
