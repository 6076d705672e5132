package triggers

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"gancho/engine/expression"
)

// decodeXML gives {root: value}. An element with text alone is that text; others are maps
// with "@" before the names of attributes, "#text" for text beside them, and a list where an
// element comes again. Names are without namespace prefix. Document types are refused, and
// with them every entity of one's own.
func decodeXML(body []byte) (any, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		content, err := io.ReadAll(input)
		if err != nil {
			return nil, err
		}
		return strings.NewReader(toUTF8(content, charset)), nil
	}
	x := xmlReader{Decoder: d}
	var document map[string]any
	for {
		token, err := x.Token()
		if errors.Is(err, io.EOF) && document != nil {
			return document, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read XML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if document != nil {
				return nil, errors.New("read XML: there is more after the first element")
			}
			value, err := x.element(t, 1)
			if err != nil {
				return nil, err
			}
			document = map[string]any{t.Name.Local: value}
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("read XML: there is text outside of the element")
			}
		case xml.Directive:
			return nil, errDirective
		}
	}
}

var errDirective = errors.New("read XML: document types are not read")

type xmlReader struct {
	*xml.Decoder
	values int
}

func (x *xmlReader) element(start xml.StartElement, depth int) (any, error) {
	if x.values += 1 + len(start.Attr); x.values > expression.MaxValues {
		return nil, errTooMany
	}
	if depth >= expression.MaxDepth {
		return nil, errTooDeep
	}
	members := map[string]any{}
	for _, a := range start.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			members["@"+a.Name.Local] = a.Value
		}
	}
	var text strings.Builder
	lists := map[string]bool{}
	for {
		token, err := x.Token()
		if err != nil {
			return nil, fmt.Errorf("read XML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			value, err := x.element(t, depth+1)
			if err != nil {
				return nil, err
			}
			appendMember(members, lists, t.Name.Local, value)
		case xml.CharData:
			text.Write(t)
		case xml.Directive:
			return nil, errDirective
		case xml.EndElement:
			return xmlValue(members, text.String()), nil
		}
	}
}

func appendMember(members map[string]any, lists map[string]bool, name string, value any) {
	before, there := members[name]
	switch {
	case !there:
		members[name] = value
	case lists[name]:
		members[name] = append(before.([]any), value)
	default:
		members[name], lists[name] = []any{before, value}, true
	}
}

func xmlValue(members map[string]any, text string) any {
	if len(members) == 0 {
		return text
	}
	if text = strings.TrimSpace(text); text != "" {
		members["#text"] = text
	}
	return members
}
