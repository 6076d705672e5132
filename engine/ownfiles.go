package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// OwnFiles are the files DIR/*.json that an operator keeps, read again when they change. A
// folder that is not there has none.
type OwnFiles struct {
	Dir    string
	stamps map[string]fileStamp
}

type fileStamp struct {
	size int64
	at   time.Time
}

// OwnFile is one file as it was read.
type OwnFile struct {
	Name string
	Data []byte
	Err  error
}

// FileProblem is what is wrong with an own file, and where.
type FileProblem struct {
	File      string
	Line, Col int
	form.Problem
}

// ProblemIn gives a problem its place in a file.
func ProblemIn(file OwnFile, p form.Problem) FileProblem {
	at := FileProblem{File: file.Name, Line: 1, Col: 1, Problem: p}
	if file.Data != nil {
		at.Line, at.Col = flow.Place(file.Data, p)
	}
	return at
}

// Read gives all files, by name, if one of them has changed since the last call.
func (o *OwnFiles) Read() (files []OwnFile, changed bool, err error) {
	if o.Dir == "" {
		return nil, false, nil
	}
	entries, err := os.ReadDir(o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		entries, err = nil, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the folder %s: %w", o.Dir, err)
	}
	stamps := map[string]fileStamp{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !e.IsDir() && strings.HasSuffix(e.Name(), ".json") {
			stamps[e.Name()] = fileStamp{info.Size(), info.ModTime()}
		}
	}
	if o.stamps != nil && maps.EqualFunc(o.stamps, stamps, func(a, b fileStamp) bool { return a.size == b.size && a.at.Equal(b.at) }) {
		return nil, false, nil
	}
	o.stamps = stamps
	for _, name := range slices.Sorted(maps.Keys(stamps)) {
		data, err := os.ReadFile(filepath.Join(o.Dir, name))
		files = append(files, OwnFile{name, data, err})
	}
	return files, true, nil
}
