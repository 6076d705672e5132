package bolt_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// trace is what a program did to the files of a folder, as strace saw it, with what it told
// its parent meanwhile. From it every state can be made that a crash may leave behind.
type trace struct {
	dir  string
	ops  []op
	open map[int]*handle
	half map[string]string // unfinished calls by thread
	name map[string]*inode
}

type inode struct{ dir bool }

type handle struct {
	node *inode
	at   int64
}

// op is one call, in the order in which they began.
type op struct {
	kind  string // data, cut, name, gone, sync, tell
	node  *inode
	at    int64
	data  []byte
	path  string // of a name
	from  string // of a rename
	until int    // of a sync: how many ops had begun before it did; no later ones are safe
}

func readTrace(dir, file string) (*trace, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	t := &trace{dir: dir, open: map[int]*handle{}, half: map[string]string{}, name: map[string]*inode{dir: {dir: true}}}
	begun := map[string]int{}
	for line := range strings.Lines(string(data)) {
		thread, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		rest = strings.TrimLeft(rest, " ")
		if resumed, ok := strings.CutPrefix(rest, "<... "); ok {
			name, rest, _ := strings.Cut(resumed, " resumed>")
			if args, result, ok := answered(rest); ok && t.half[thread] != "" {
				t.call(name, t.half[thread]+args, result, begun[thread])
			}
			continue
		}
		name, rest, _ := strings.Cut(rest, "(")
		if args, ok := strings.CutSuffix(rest, " <unfinished ...>"); ok {
			t.half[thread], begun[thread] = args, len(t.ops)
			if name != "fdatasync" && name != "fsync" && name != "openat" {
				t.call(name, args, 0, len(t.ops)) // what it writes may be there from now on
				t.half[thread] = ""
			}
		} else if args, result, ok := answered(rest); ok {
			t.call(name, args, result, len(t.ops))
		}
	}
	return t, nil
}

// answered parts the rest of a call, as in `3, ...) = 42`, into its arguments and its result.
func answered(rest string) (args string, result int, ok bool) {
	at := strings.LastIndex(rest, "= ")
	if at < 0 {
		return "", 0, false
	}
	number, _, _ := strings.Cut(rest[at+2:], " ")
	result, err := strconv.Atoi(number)
	args, ok = strings.CutSuffix(strings.TrimRight(rest[:at], " "), ")")
	return args, result, ok && err == nil
}

// unquoted gives the texts of arguments, in which strace escapes each byte, and the arguments
// with ? in their place.
func unquoted(args string) (texts, rest []string) {
	parts := strings.Split(args, `"`)
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 1 {
			texts = append(texts, part)
			part = "?"
		}
		b.WriteString(part)
	}
	return texts, strings.Split(b.String(), ", ")
}

// call takes in one system call that began when so many ops had.
func (t *trace) call(name, args string, result, begun int) {
	texts, rest := unquoted(args)
	fd, _ := strconv.Atoi(rest[0])
	h := t.open[fd]
	switch name {
	case "openat":
		t.opened(unhex(texts[0]), args, result)
	case "close":
		delete(t.open, fd)
	case "write":
		if fd == 1 {
			t.ops = append(t.ops, op{kind: "tell", data: []byte(unhex(texts[0]))})
		} else if h != nil {
			data := []byte(unhex(texts[0]))
			t.ops = append(t.ops, op{kind: "data", node: h.node, at: h.at, data: data})
			h.at += int64(len(data))
		}
	case "pwrite64":
		if h != nil {
			at, _ := strconv.ParseInt(rest[3], 10, 64)
			t.ops = append(t.ops, op{kind: "data", node: h.node, at: at, data: []byte(unhex(texts[0]))})
		}
	case "ftruncate":
		if h != nil {
			at, _ := strconv.ParseInt(rest[1], 10, 64)
			t.ops = append(t.ops, op{kind: "cut", node: h.node, at: at})
		}
	case "fsync", "fdatasync":
		if h != nil && result == 0 {
			t.ops = append(t.ops, op{kind: "sync", node: h.node, until: begun})
		}
	case "renameat", "renameat2", "rename":
		from, to := unhex(texts[0]), unhex(texts[1])
		if node := t.name[from]; node != nil {
			t.ops = append(t.ops, op{kind: "name", node: node, path: to, from: from})
			delete(t.name, from)
			t.name[to] = node
		}
	case "unlinkat", "unlink":
		path := unhex(texts[0])
		if t.name[path] != nil {
			t.ops = append(t.ops, op{kind: "gone", path: path})
			delete(t.name, path)
		}
	case "mkdirat", "mkdir":
		path := unhex(texts[0])
		if strings.HasPrefix(path, t.dir) && t.name[path] == nil {
			t.name[path] = &inode{dir: true}
			t.ops = append(t.ops, op{kind: "name", node: t.name[path], path: path})
		}
	}
}

func (t *trace) opened(path, args string, fd int) {
	if fd < 0 || !strings.HasPrefix(path, t.dir) {
		if fd >= 0 {
			delete(t.open, fd)
		}
		return
	}
	node := t.name[path]
	if node == nil {
		node = &inode{}
		t.name[path] = node
		t.ops = append(t.ops, op{kind: "name", node: node, path: path})
	} else if strings.Contains(args, "O_TRUNC") {
		t.ops = append(t.ops, op{kind: "cut", node: node})
	}
	t.open[fd] = &handle{node: node}
}

func unhex(text string) string {
	out := make([]byte, 0, len(text)/4)
	for i := 0; i+3 < len(text); i += 4 {
		n, _ := strconv.ParseUint(text[i+2:i+4], 16, 8)
		out = append(out, byte(n))
	}
	return string(out)
}

// told is what the program had said when so many ops had begun.
func (t *trace) told(cut int) string {
	var b strings.Builder
	for _, o := range t.ops[:cut] {
		if o.kind == "tell" {
			b.Write(o.data)
		}
	}
	return b.String()
}

// loss decides what of the last writes is on disk. nil is a kill: all of it.
type loss struct {
	*rand.Rand
	syncs bool // they count; without them nothing is sure
}

// image makes the folder as it may be found when the power went, or the process, after so
// many ops.
func (t *trace) image(to string, cut int, l *loss) error {
	safe := map[*inode]int{} // ops before this one are on disk
	if l != nil && l.syncs {
		for _, o := range t.ops[:cut] {
			if o.kind == "sync" {
				safe[o.node] = max(safe[o.node], o.until)
			}
		}
	}
	content, names := map[*inode][]byte{}, map[string]*inode{}
	moved := t.names(cut, l, safe)
	for i, o := range t.ops[:cut] {
		sure := l == nil || i < safe[o.node]
		switch o.kind {
		case "data":
			content[o.node] = write(content[o.node], o.at, o.data, sure, l)
		case "cut":
			if sure || l.IntN(2) == 0 {
				content[o.node] = resize(content[o.node], o.at)
			}
		case "name", "gone":
			if i < moved {
				delete(names, o.from)
				if names[o.path] = o.node; o.kind == "gone" {
					delete(names, o.path)
				}
			}
		}
	}
	for path, node := range names {
		path = filepath.Join(to, strings.TrimPrefix(path, t.dir))
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if node.dir {
			err = os.MkdirAll(path, 0o700)
		} else if err == nil {
			err = os.WriteFile(path, content[node], 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// names says up to which op names are as they were given: a file system keeps their order.
func (t *trace) names(cut int, l *loss, safe map[*inode]int) int {
	if l == nil {
		return cut
	}
	sure := 0
	for i, o := range t.ops[:cut] {
		if o.kind != "name" && o.kind != "gone" {
			continue
		}
		if dir := t.name[filepath.Dir(o.path)]; dir != nil && i < safe[dir] {
			sure = i + 1
		}
	}
	return sure + l.IntN(cut-sure+1)
}

func resize(content []byte, n int64) []byte {
	if n <= int64(len(content)) {
		return content[:n]
	}
	return append(content, make([]byte, n-int64(len(content)))...)
}

// write puts data in its place, or some of its sectors.
func write(content []byte, at int64, data []byte, sure bool, l *loss) []byte {
	if !sure && l.IntN(2) == 0 {
		return content
	}
	if end := at + int64(len(data)); end > int64(len(content)) {
		content = resize(content, end)
	}
	if sure || l.IntN(2) == 0 {
		copy(content[at:], data)
		return content
	}
	const sector = 512
	for from := at / sector * sector; from < at+int64(len(data)); from += sector {
		if l.IntN(2) == 0 {
			a, b := max(from, at), min(from+sector, at+int64(len(data)))
			copy(content[a:b], data[a-at:b-at])
		}
	}
	return content
}

func (t *trace) String() string {
	var b bytes.Buffer
	kinds := map[string]int{}
	for _, o := range t.ops {
		kinds[o.kind]++
	}
	fmt.Fprintf(&b, "%d ops: %v", len(t.ops), kinds)
	return b.String()
}
