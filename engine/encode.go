package engine

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"gancho/engine/expression"
)

// object writes a JSON object member by member: what is written for each event and step must
// cost little. A test holds what uses it to encoding/json.
type object struct {
	out []byte
	err error
}

func newObject(room int) *object { return &object{out: append(make([]byte, 0, room), '{')} }

func (j *object) name(name string) {
	if j.out[len(j.out)-1] != '{' {
		j.out = append(j.out, ',')
	}
	j.out = append(j.out, '"')
	j.out = append(append(j.out, name...), '"', ':')
}

func (j *object) text(name, value string) {
	j.name(name)
	j.out = expression.AppendText(j.out, value)
}

func (j *object) textIf(name, value string) {
	if value != "" {
		j.text(name, value)
	}
}

func (j *object) int(name string, n int64) {
	j.name(name)
	j.out = strconv.AppendInt(j.out, n, 10)
}

func (j *object) intIf(name string, n int64) {
	if n != 0 {
		j.int(name, n)
	}
}

func (j *object) boolIf(name string, is bool) {
	if is {
		j.name(name)
		j.out = append(j.out, "true"...)
	}
}

func (j *object) time(name string, t time.Time) {
	j.name(name)
	j.out = append(t.AppendFormat(append(j.out, '"'), time.RFC3339Nano), '"')
}

func (j *object) timeIf(name string, t time.Time) {
	if !t.IsZero() {
		j.time(name, t)
	}
}

func (j *object) value(name string, value any) {
	j.name(name)
	var err error
	if j.out, err = expression.AppendJSON(j.out, value); err != nil && j.err == nil {
		j.err = err
	}
}

func (j *object) valueIf(name string, value any) {
	if value != nil {
		j.value(name, value)
	}
}

// texts writes texts by name, in order.
func (j *object) texts(name string, texts map[string]string) {
	if len(texts) == 0 {
		return
	}
	j.name(name)
	var few [32]string
	names := slices.AppendSeq(few[:0], maps.Keys(texts))
	slices.Sort(names)
	for i, n := range names {
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		j.out = append(expression.AppendText(append(j.out, sep), n), ':')
		j.out = expression.AppendText(j.out, texts[n])
	}
	j.out = append(j.out, '}')
}

// list writes objects.
func (j *object) list(name string, n int, members func(i int)) {
	if n == 0 {
		return
	}
	j.name(name)
	j.out = append(j.out, '[')
	for i := range n {
		if i > 0 {
			j.out = append(j.out, ',')
		}
		j.out = append(j.out, '{')
		members(i)
		j.out = append(j.out, '}')
	}
	j.out = append(j.out, ']')
}

func (j *object) end() ([]byte, error) { return append(j.out, '}'), j.err }
