// Package own reads what an operator adds to a program from files, and follows them as they change.
package own

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// Files are what the files DIR/*.json of an operator make, read again when they change. A
// faulty file leaves the last good one in force; a folder that is not there has none.
type Files[T any] struct {
	Kind[T]
	dir string

	mu       sync.RWMutex
	stamps   map[string]fileStamp
	list     []*T
	made     map[string]*T // by the names of the files
	problems []Problem
	watchers []func()
}

// Kind is what one sort of own files holds.
type Kind[T any] struct {
	Noun  form.Words
	Parse func(data []byte) (*T, []form.Problem) // nil with problems
	ID    func(made *T) string
}

type fileStamp struct {
	size int64
	at   time.Time
}

// Problem is what is wrong with an own file, and where.
type Problem struct {
	File      string
	Line, Col int
	form.Problem
}

// Read reads a folder for the first time. No folder at all, "", has no files.
func Read[T any](dir string, kind Kind[T]) (*Files[T], error) {
	o := &Files[T]{Kind: kind, dir: dir}
	_, err := o.Reload()
	return o, err
}

// All gives what the files make, by the names of the files.
func (o *Files[T]) All() []*T {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return slices.Clone(o.list)
}

// Problems are those of the files as they are now.
func (o *Files[T]) Problems() []Problem {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return slices.Clone(o.problems)
}

// Ask gives what f says of each, and where that stands in its file.
func (o *Files[T]) Ask(f func(made *T) []form.Problem) []Problem {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var all []Problem
	for _, name := range slices.Sorted(maps.Keys(o.made)) {
		for _, p := range f(o.made[name]) {
			data, _ := os.ReadFile(filepath.Join(o.dir, name)) //nolint:errcheck // it was read before; without it the place is its first line
			all = append(all, placed(name, data, p))
		}
	}
	return all
}

// Watch calls f after something has changed.
func (o *Files[T]) Watch(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.watchers = append(o.watchers, f)
}

// Follow reads the files again when they change, looking every so often, until ctx is done.
func (o *Files[T]) Follow(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if _, err := o.Reload(); err != nil {
				continue // the folder is away; what was read stays in force
			}
		}
	}
}

// Reload reads the files if one of them has changed, and says whether that was so.
func (o *Files[T]) Reload() (changed bool, err error) {
	stamps, err := o.look()
	if err != nil {
		return false, err
	}
	o.mu.Lock()
	if changed = !sameStamps(o.stamps, stamps); changed {
		o.stamps = stamps
		o.read()
	}
	watchers := slices.Clone(o.watchers)
	o.mu.Unlock()
	if changed {
		for _, f := range watchers {
			f()
		}
	}
	return changed, nil
}

// look lists the files as they are.
func (o *Files[T]) look() (map[string]fileStamp, error) {
	stamps := map[string]fileStamp{}
	if o.dir == "" {
		return stamps, nil
	}
	entries, err := os.ReadDir(o.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return stamps, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the folder %s: %w", o.dir, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !e.IsDir() && strings.HasSuffix(e.Name(), ".json") {
			stamps[e.Name()] = fileStamp{info.Size(), info.ModTime()}
		}
	}
	return stamps, nil
}

func sameStamps(a, b map[string]fileStamp) bool {
	return maps.EqualFunc(a, b, func(x, y fileStamp) bool { return x.size == y.size && x.at.Equal(y.at) })
}

// read takes every file. The caller holds the lock.
func (o *Files[T]) read() {
	before := o.made
	o.list, o.made, o.problems = nil, map[string]*T{}, nil
	taken := map[string]string{}
	keep := func(name string, made *T) {
		taken[o.ID(made)], o.made[name] = name, made
		o.list = append(o.list, made)
	}
	var faulty []string
	for _, name := range slices.Sorted(maps.Keys(o.stamps)) {
		data, err := os.ReadFile(filepath.Join(o.dir, name))
		if err != nil {
			o.fault(name, nil, fileFault("", "unreadable", err.Error(), err.Error()))
			faulty = append(faulty, name)
			continue
		}
		made, problems := o.one(data, taken)
		for _, p := range problems {
			o.fault(name, data, p)
		}
		if made == nil {
			faulty = append(faulty, name)
			continue
		}
		keep(name, made)
	}
	for _, name := range faulty {
		if old := before[name]; old != nil && taken[o.ID(old)] == "" {
			keep(name, old)
		}
	}
}

// Prefix begins the IDs of what operators add, so that no later one of this program takes them.
const Prefix = "x_"

func (o *Files[T]) one(data []byte, taken map[string]string) (*T, []form.Problem) {
	made, problems := o.Parse(data)
	if made == nil {
		return nil, problems
	}
	switch id := o.ID(made); {
	case !strings.HasPrefix(id, Prefix):
		return nil, []form.Problem{fileFault("/id", "bad_id", "the ID of an own "+o.Noun.EN+" must begin with x_", "o ID de um "+o.Noun.PT+" próprio deve começar por x_")}
	case taken[id] != "":
		return nil, []form.Problem{fileFault("/id", "taken", "is used by "+taken[id]+" too", "também é usado por "+taken[id])}
	}
	return made, nil
}

func (o *Files[T]) fault(file string, data []byte, p form.Problem) {
	o.problems = append(o.problems, placed(file, data, p))
}

func placed(file string, data []byte, p form.Problem) Problem {
	at := Problem{File: file, Line: 1, Col: 1, Problem: p}
	if data != nil {
		at.Line, at.Col = flow.Place(data, p)
	}
	return at
}

func fileFault(path, code, en, pt string) form.Problem {
	return form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)}
}
