package flow

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/form"
)

// tests says what became of the flow's own tests, one by one. A test is the same when its name
// is, or else its event.
func (d *differ) tests(a, b []Test) {
	former := pairTests(a, b)
	for i := range b {
		path := "/tests/" + strconv.Itoa(i)
		if was := former[i]; was >= 0 {
			d.test(path, &a[was], &b[i])
			continue
		}
		title := testTitle(b[i].Name)
		d.add(Change{Kind: "added", Path: path, After: tree(b[i]), Sentence: follow(title, " was added", " foi adicionado")})
	}
	if stay := slices.DeleteFunc(slices.Clone(former), func(i int) bool { return i < 0 }); !slices.IsSorted(stay) {
		d.add(Change{Kind: "moved", Path: "/tests", Sentence: form.Label("the tests stand in another order", "os testes estão em outra ordem")})
	}
	for i := range a {
		if slices.Contains(former, i) {
			continue
		}
		d.add(Change{Kind: "removed", Path: "/tests/" + strconv.Itoa(i), Before: tree(a[i]), Sentence: follow(testTitle(a[i].Name), " was removed", " foi removido")})
	}
}

// pairTests gives for each newer test the older one that it was, or -1.
func pairTests(a, b []Test) []int {
	former, taken := slices.Repeat([]int{-1}, len(b)), map[int]bool{}
	pair := func(same func(x, y *Test) bool) {
		for i := range b {
			for j := range a {
				if former[i] < 0 && !taken[j] && same(&a[j], &b[i]) {
					former[i], taken[j] = j, true
				}
			}
		}
	}
	pair(func(x, y *Test) bool { return x.Name == y.Name })
	pair(func(x, y *Test) bool { return reflect.DeepEqual(x.Event, y.Event) })
	return former
}

func testTitle(name string) form.Words {
	return form.Label("the test “"+name+"”", "o teste “"+name+"”")
}

// test says how a test differs from what it was, a place at a time.
func (d *differ) test(path string, a, b *Test) {
	title := testTitle(b.Name)
	changed := func(member string, before, after any, en, pt string) {
		if !reflect.DeepEqual(before, after) {
			d.add(Change{Kind: "changed", Path: path + member, Before: plainly(before), After: plainly(after), Sentence: follow(title, en, pt)})
		}
	}
	if a.Name != b.Name {
		d.add(Change{Kind: "changed", Path: path + "/name", Before: a.Name, After: b.Name, Sentence: follow(
			testTitle(a.Name), " is now called “"+b.Name+"”", " agora se chama “"+b.Name+"”")})
	}
	if !sameTime(a, b) {
		changed("/at", a.At, b.At, ": it runs as at another time", ": roda como se fosse em outra hora")
	}
	changed("/event", a.Event, b.Event, ": the event is another", ": o evento é outro")
	for _, id := range differing(a.Mocks, b.Mocks) {
		step := d.stepTitle(id)
		changed("/mocks/"+form.Escape(id), mockOf(a.Mocks, id), mockOf(b.Mocks, id), ": what "+step.EN+" answers there is another", ": a resposta simulada de "+step.PT+" é outra")
	}
	ends := expectedEnd(a.Expect.Status, b.Expect.Status)
	changed("/expect/status", a.Expect.Status, b.Expect.Status, ends.EN, ends.PT)
	d.expectedSteps(path, title, a.Expect.Steps, b.Expect.Steps)
	changed("/expect/answer", a.Expect.Answer, b.Expect.Answer, ": it expects another answer", ": espera outra resposta")
}

func sameTime(a, b *Test) bool {
	return a.At == b.At || a.At != nil && b.At != nil && a.At.Equal(*b.At)
}

func mockOf(mocks map[string]Mock, id string) *Mock {
	if m, ok := mocks[id]; ok {
		return &m
	}
	return nil
}

// plainly is a value as its JSON reads; nothing of a nil pointer.
func plainly(value any) any {
	if v := reflect.ValueOf(value); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	return tree(map[string]any{"": value})[""]
}

// differing gives the names whose values differ, in order.
func differing[V any](a, b map[string]V) []string {
	names := map[string]bool{}
	for name, v := range a {
		if other, both := b[name]; !both || !reflect.DeepEqual(v, other) {
			names[name] = true
		}
	}
	for name := range b {
		if _, both := a[name]; !both {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// runEnds say what a test expects of its run.
var runEnds = map[string]form.Words{
	"succeeded": form.Label("the run to succeed", "que a execução conclua"), "failed": form.Label("the run to fail", "que a execução falhe"),
	"filtered": form.Label("the run to be filtered", "que a execução seja filtrada"), "waiting": form.Label("the run to wait", "que a execução fique esperando"),
	"canceled": form.Label("the run to be canceled", "que a execução seja cancelada"), "unknown": form.Label("an unknown outcome", "um resultado desconhecido"),
	"": form.Label("any end of the run", "qualquer fim da execução"),
}

func endOf(status string) form.Words {
	if w, ok := runEnds[status]; ok {
		return w
	}
	return form.Label("the run to be “"+status+"”", "a execução como “"+status+"”")
}

func expectedEnd(was, is string) form.Words {
	before, after := endOf(was), endOf(is)
	return form.Label(": it expects "+after.EN+"; before, "+before.EN, ": espera "+after.PT+"; antes, "+before.PT)
}

// stepEnds say what a test expects of a step.
var stepEnds = map[string]form.Words{
	"succeeded": form.Label("done", "concluído"), "failed": form.Label("failed", "com falha"), "filtered": form.Label("filtered", "filtrado"),
	"waiting": form.Label("waiting", "esperando"), "skipped": form.Label("skipped", "pulado"), "unknown": form.Label("of unknown outcome", "com resultado desconhecido"),
}

// fewSteps are told one by one; of more it is counted how many a test expects to be done.
const fewSteps = 3

func (d *differ) expectedSteps(path string, title form.Words, a, b map[string]any) {
	paths := differing(a, b)
	if len(paths) > fewSteps {
		was, is := doneSteps(a), doneSteps(b)
		said := follow(title, fmt.Sprintf(": it expects otherwise of %d steps", len(paths)), fmt.Sprintf(": espera outra coisa de %d passos", len(paths)))
		if was != is {
			said = follow(title, fmt.Sprintf(": it expects %s done instead of %d", counted(is, "step", "steps"), was), fmt.Sprintf(": espera %s em vez de %d", counted(is, "passo concluído", "passos concluídos"), was))
		}
		d.add(Change{Kind: "changed", Path: path + "/expect/steps", Before: plainly(a), After: plainly(b), Sentence: said})
		return
	}
	for _, at := range paths {
		step, before, after := d.stepTitle(at), a[at], b[at]
		was, is := statusOf(before), statusOf(after)
		said := form.Label(": it expects other values of "+step.EN, ": espera outros valores de "+step.PT)
		switch {
		case after == nil:
			said = form.Label(": it expects nothing of "+step.EN+" any more", ": não espera mais nada de "+step.PT)
		case is.EN != "" && was.EN == "":
			said = form.Label(": it expects "+step.EN+" to be "+is.EN, ": espera "+step.PT+" "+is.PT)
		case is.EN != was.EN && is.EN != "":
			said = form.Label(": it expects "+step.EN+" to be "+is.EN+", not "+was.EN, ": espera "+step.PT+" "+is.PT+", não "+was.PT)
		case before == nil:
			said = form.Label(": it expects values of "+step.EN, ": espera valores de "+step.PT)
		}
		d.add(Change{Kind: "changed", Path: path + "/expect/steps/" + form.Escape(at), Before: before, After: after, Sentence: follow(title, said.EN, said.PT)})
	}
}

// statusOf is what an expectation of a step says of its end; nothing where it says none.
func statusOf(expected any) form.Words {
	status, _ := expected.(string)
	if members, ok := expected.(map[string]any); ok {
		status, _ = members["status"].(string)
	}
	if w, ok := stepEnds[status]; ok || status == "" {
		return w
	}
	return form.Label("“"+status+"”", "“"+status+"”")
}

func doneSteps(expected map[string]any) (n int) {
	for _, of := range expected {
		if statusOf(of) == stepEnds["succeeded"] {
			n++
		}
	}
	return n
}

// stepTitle names the step of a path in a run for people.
func (d *differ) stepTitle(path string) form.Words {
	id := path[strings.LastIndexByte(path, '.')+1:]
	for _, side := range []places{d.after, d.before} {
		if p, ok := side.at[id]; ok {
			return d.titles.of(p.step)
		}
	}
	return form.Label("“"+path+"”", "“"+path+"”")
}
