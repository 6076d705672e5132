package expression

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// DecodeXML gives {root: value}. An element with text alone is that text; others are maps
// with "@" before the names of attributes, "#text" for text beside them, and a list where an
// element comes again. Names are without namespace prefix. Document types are refused, and
// with them every entity of one's own. Charset reads what is not UTF-8; nil reads UTF-8 alone.
func DecodeXML(body []byte, charset func(charset string, input io.Reader) (io.Reader, error)) (any, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = charset
	x := xmlReader{Decoder: d}
	var document map[string]any
	for {
		token, err := x.Token()
		if errors.Is(err, io.EOF) && document != nil {
			return document, nil
		}
		if err != nil {
			return nil, unreadXML(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if document != nil {
				return nil, wrongf("read XML: there is more after the first element", "XML: há algo depois do primeiro elemento")
			}
			value, err := x.element(t, 1)
			if err != nil {
				return nil, err
			}
			document = map[string]any{t.Name.Local: value}
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, wrongf("read XML: there is text outside of the element", "XML: há texto fora do elemento")
			}
		case xml.Directive:
			return nil, errDirective
		}
	}
}

var (
	errDirective  = wrongf("read XML: document types are not read", "XML: tipos de documento (DOCTYPE) não são lidos")
	errManyValues = wrongf("there are more than %d values", "há mais de %d valores", MaxValues)
	errDeepValues = wrongf("values are nested more than %d deep", "há valores com mais de %d níveis", MaxDepth)
)

// unreadXML says in words why XML cannot be read.
func unreadXML(err error) error {
	var wrong *xml.SyntaxError
	switch {
	case errors.As(err, &wrong) && !strings.HasPrefix(wrong.Msg, "unexpected EOF"):
		return wrongf("read XML: it is not well formed, at line %d", "XML: malformado na linha %d", wrong.Line)
	case errors.As(err, &wrong), errors.Is(err, io.EOF):
		return wrongf("read XML: it ends too early", "XML: acaba cedo demais")
	}
	return fmt.Errorf("read XML: %w", err)
}

type xmlReader struct {
	*xml.Decoder
	values int
}

func (x *xmlReader) element(start xml.StartElement, depth int) (any, error) {
	if x.values += 1 + len(start.Attr); x.values > MaxValues {
		return nil, errManyValues
	}
	if depth > MaxDepth {
		return nil, errDeepValues
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
			return nil, unreadXML(err)
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

func xmlOf(e *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		if err := e.take(16*len(v) + objectBytes*strings.Count(v, "<")); err != nil {
			return nil, err
		}
		return DecodeXML([]byte(v), nil)
	case map[string]any:
		if len(v) != 1 {
			return nil, wrongf("an XML document has one root, not %d", "um documento XML tem uma raiz, não %d", len(v))
		}
		w := xmlWriter{e: e}
		for name, value := range v {
			if err := w.element(name, value, 0); err != nil {
				return nil, err
			}
		}
		return w.String(), nil
	}
	return nil, wrongf("takes an object or a text, not %s", "recebe um objeto ou um texto, não %s", KindOf(args[0]))
}

// xmlWriter is the way back of DecodeXML.
type xmlWriter struct {
	strings.Builder
	e *evaluation
}

const maxXMLName = 200

var xmlName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9._-]*(:[A-Za-z_][A-Za-z0-9._-]*)?$`)

func (w *xmlWriter) element(name string, value any, depth int) error {
	if len(name) > maxXMLName || !xmlName.MatchString(name) {
		return wrongf("%q is no name for an XML element", "%q não é nome de um elemento XML", short(name))
	}
	if depth > MaxDepth || w.Len() > MaxOutput {
		return errBytes
	}
	if err := w.e.take(2 * len(name)); err != nil {
		return err
	}
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			if err := w.element(name, element, depth+1); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		return w.object(name, v, depth)
	}
	w.WriteString("<" + name + ">")
	if err := w.text(value); err != nil {
		return err
	}
	w.WriteString("</" + name + ">")
	return nil
}

func (w *xmlWriter) text(value any) error {
	if value == nil {
		return nil
	}
	s, err := w.e.text(value)
	if err == nil && w.Len()+len(s) > MaxOutput {
		err = errBytes
	}
	if err == nil {
		err = w.e.take(len(s))
	}
	if err == nil {
		err = w.e.charge(len(s) / 4)
	}
	if err == nil {
		err = xml.EscapeText(w, []byte(s))
	}
	return err //nolint:wrapcheck // a Builder takes all
}

func (w *xmlWriter) object(name string, members map[string]any, depth int) error {
	if err := w.e.take(16 * len(members)); err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(members))
	w.WriteString("<" + name)
	for _, n := range names {
		attribute, is := strings.CutPrefix(n, "@")
		if !is {
			continue
		}
		if len(attribute) > maxXMLName || !xmlName.MatchString(attribute) {
			return wrongf("%q is no name for an XML attribute", "%q não é nome de um atributo XML", short(attribute))
		}
		if err := w.e.take(2 * len(n)); err != nil {
			return err
		}
		w.WriteString(" " + attribute + `="`)
		if err := w.text(members[n]); err != nil {
			return err
		}
		w.WriteString(`"`)
	}
	w.WriteString(">")
	if err := w.text(members["#text"]); err != nil {
		return err
	}
	for _, n := range names {
		if n == "#text" || strings.HasPrefix(n, "@") {
			continue
		}
		if err := w.element(n, members[n], depth+1); err != nil {
			return err
		}
	}
	w.WriteString("</" + name + ">")
	return nil
}
