package engine

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// steers refuses a value inside of an address that would lead to another host, or to another path, than is written there
// around it. An address, or a host, that is wholly the value's may lead anywhere.
func steers(before, value, after string) error {
	_, place, written := strings.Cut(before, "://")
	if !written || value == "" {
		return nil
	}
	if host, path, inPath := strings.Cut(place, "/"); inPath || strings.ContainsAny(host, "?#") {
		if strings.ContainsAny(place, "?#") {
			return nil
		}
		return climbs(path, value, after)
	}
	if strings.ContainsRune("/?#", rune(value[0])) && place != "" {
		return climbs("", value[1:], after)
	}
	if leaves(place, value, after) {
		return steered(value, "host", "servidor")
	}
	if _, path, more := strings.Cut(value, "/"); more && place != "" {
		return climbs("", path, after)
	}
	return nil
}

// onlyPort is what may follow a host: a port, and a path.
var onlyPort = regexp.MustCompile(`^:?\d{1,5}($|[/?#])`)

// leaves says that a value beside what is written of a host makes another host of it.
func leaves(host, value, after string) bool {
	if end := strings.IndexAny(after, "/?#"); end >= 0 {
		after = after[:end]
	}
	switch {
	case after != "" && (after[0] != ':' || strings.Contains(after, "@")):
		return strings.ContainsAny(value, `/?#@\`)
	case host == "", strings.HasSuffix(host, "."), strings.HasSuffix(host, "-"):
		return strings.Contains(value, "@") && host != ""
	case strings.HasSuffix(host, ":") || value[0] == ':' && !strings.Contains(host[strings.LastIndexByte(host, ']')+1:], ":"):
		return !onlyPort.MatchString(value)
	case strings.ContainsAny(host, ".:"):
		return true
	}
	return strings.ContainsAny(value, `.:@\`) // a name within a network, which may go on
}

// climbs refuses segments of a path that a value makes and that lead up.
func climbs(path, value, after string) error {
	if end := strings.IndexAny(value, "?#"); end >= 0 {
		value, after = value[:end], ""
	}
	if end := strings.IndexAny(after, "/?#"); end >= 0 {
		after = after[:end]
	}
	segment := path[strings.LastIndexByte(path, '/')+1:] + value + after
	if plain, err := url.PathUnescape(segment); err == nil {
		segment = plain
	}
	for _, s := range strings.FieldsFunc(segment, func(r rune) bool { return r == '/' || r == '\\' }) {
		if name, _, _ := strings.Cut(s, ";"); name == "." || name == ".." {
			return steered(value, "path", "caminho")
		}
	}
	return nil
}

func steered(value, en, pt string) error {
	value = form.Cut(value, 100)
	return &expression.Error{Code: "bad_url", Message: form.Label(fmt.Sprintf("the value %q would lead to another %s than the address says", value, en),
		fmt.Sprintf("o valor %q levaria a outro %s que não o do endereço", value, pt))}
}
