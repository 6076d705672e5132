package actions

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"gancho/engine"
	"gancho/engine/charset"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// encodeForm writes nested members with brackets, a[b]=1, and lists by index, a[0]=1.
func encodeForm(m map[string]any) ([]byte, error) {
	var pairs []string
	var add func(name string, value any) error
	add = func(name string, value any) error {
		switch v := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				if err := add(name+"["+key+"]", v[key]); err != nil {
					return err
				}
			}
			return nil
		case []any:
			for i, element := range v {
				if err := add(fmt.Sprintf("%s[%d]", name, i), element); err != nil {
					return err
				}
			}
			return nil
		}
		text, ok := form.Scalar(value)
		if !ok {
			return engine.Faultf("bad_input", "form %s has a value that cannot be sent", name)
		}
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(text))
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if err := add(name, m[name]); err != nil {
			return nil, err
		}
	}
	return []byte(strings.Join(pairs, "&")), nil
}

// encodeMultipart writes parts {name, text} and files {name, file, content_type, base64 or
// text}. The boundary is derived from the content, so that a repeat is the same request.
func encodeMultipart(parts []any) ([]byte, string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	data, err := encodeJSON(parts)
	if err != nil {
		return nil, "", err
	}
	if err := w.SetBoundary("gancho" + digest(data)[:40]); err != nil {
		return nil, "", fmt.Errorf("set the boundary: %w", err)
	}
	for i, element := range parts {
		if err := writePart(w, i, element); err != nil {
			return nil, "", fmt.Errorf("multipart %d: %w", i, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("end the body: %w", err)
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

func writePart(w *multipart.Writer, i int, element any) error {
	part, ok := element.(map[string]any)
	if !ok {
		return engine.Faultf("bad_input", "multipart %d must be an object {name, text} or {name, file, base64}", i)
	}
	texts := map[string]string{}
	for name, value := range part {
		text, ok := form.Scalar(value)
		if !ok || !slices.Contains([]string{"name", "file", "content_type", "base64", "text"}, name) {
			return engine.Faultf("bad_input", "member %q: a part has name, text, file, content_type and base64, all texts", name)
		}
		texts[name] = text
	}
	if texts["name"] == "" || strings.ContainsAny(texts["name"]+texts["file"]+texts["content_type"], "\r\n") {
		return engine.Faultf("bad_input", "a part needs a name of one line")
	}
	content := []byte(texts["text"])
	if encoded := texts["base64"]; encoded != "" {
		var err error
		if content, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return engine.Faultf("bad_input", "part %s: base64 cannot be read", texts["name"])
		}
	}
	return putPart(w, texts["name"], texts["file"], texts["content_type"], content)
}

// putPart writes a part as RFC 7578 has it: names as they are, in UTF-8, and no filename*.
func putPart(w *multipart.Writer, name, file, kind string, content []byte) error {
	header := textproto.MIMEHeader{}
	disposition := multipart.FileContentDisposition(name, file)
	if file == "" {
		disposition = strings.TrimSuffix(disposition, `; filename=""`)
	} else if kind == "" {
		kind = "application/octet-stream"
	}
	header.Set("Content-Disposition", disposition)
	if kind != "" {
		header.Set("Content-Type", kind)
	}
	to, err := w.CreatePart(header)
	if err == nil {
		_, err = to.Write(content)
	}
	if err != nil {
		return fmt.Errorf("write part %s: %w", name, err)
	}
	return nil
}

// readBody gives an answer's body as the step asks for it.
func readBody(as string, r *reply) (any, error) {
	switch as {
	case "json":
		if len(bytes.TrimSpace(r.body)) == 0 {
			return nil, nil
		}
		return decodeJSON(r.body)
	case "text":
		return toText(r.header.Get("Content-Type"), r.body), nil
	case "bytes":
		return base64.StdEncoding.EncodeToString(r.body), nil
	}
	value, err := decodeAs(r.header.Get("Content-Type"), r.body)
	if err != nil {
		return toText(r.header.Get("Content-Type"), r.body), nil
	}
	return value, nil
}

func decodeJSON(data []byte) (any, error) {
	value, err := expression.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("the answer is not JSON that can be read: %w", err)
	}
	return value, nil
}

// decodeAs reads by declared type: JSON as its value, text as text, all else as base64 text.
func decodeAs(contentType string, data []byte) (any, error) {
	if len(data) == 0 {
		return nil, nil
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case kind == "application/json", strings.HasSuffix(kind, "+json"):
		return decodeJSON(data)
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "xml"), kind == "application/x-www-form-urlencoded", kind == "application/javascript":
		return toText(contentType, data), nil
	case kind == "" && utf8.Valid(data):
		return string(data), nil
	}
	return base64.StdEncoding.EncodeToString(data), nil
}

// toText reads text in its declared charset.
func toText(contentType string, data []byte) string {
	_, params, _ := mime.ParseMediaType(contentType)
	return charset.ToUTF8(data, params["charset"])
}
