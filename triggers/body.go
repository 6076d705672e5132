// Package triggers is how events come in: the webhook door, schedules, and the catalogue of
// everything that can start a flow.
package triggers

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"gancho/engine/charset"
	"gancho/engine/expression"
)

// bodyKind is how the bytes of a body are read.
type bodyKind int

const (
	bodyBytes bodyKind = iota
	bodyJSON
	bodyForm
	bodyMultipart
	bodyXML
	bodyText
)

// declared gives the kind that a content type stands for. A content type that cannot be
// read, or none, means bytes: nothing is ever guessed from the content.
func declared(contentType string) (bodyKind, map[string]string) {
	switch contentType {
	case "":
		return bodyBytes, nil
	case "application/json", "application/json; charset=utf-8":
		return bodyJSON, nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return bodyBytes, nil
	}
	switch {
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return bodyJSON, params
	case media == "application/x-www-form-urlencoded":
		return bodyForm, params
	case media == "multipart/form-data":
		return bodyMultipart, params
	case media == "application/xml" || media == "text/xml" || strings.HasSuffix(media, "+xml"):
		return bodyXML, params
	case strings.HasPrefix(media, "text/"):
		return bodyText, params
	}
	return bodyBytes, params
}

// DecodeBody gives the value of a body by its declared type: the JSON value; forms,
// multipart and XML as maps; text; and base64 text for every other type. An error means that
// the body is not what it says, or is beyond the limits of depth and number of values.
func DecodeBody(contentType string, body []byte) (any, error) {
	kind, params := declared(contentType)
	switch kind {
	case bodyJSON:
		return expression.Decode(jsonText(body, params["charset"]))
	case bodyForm:
		return decodeForm(body, params["charset"])
	case bodyMultipart:
		return decodeMultipart(body, params["boundary"])
	case bodyXML:
		return decodeXML(body, params["charset"])
	case bodyText:
		return charset.ToUTF8(body, params["charset"]), nil
	}
	return base64.StdEncoding.EncodeToString(body), nil
}

// CheckBody says whether DecodeBody will read this body. JSON and forms are checked in one
// pass that makes no values.
func CheckBody(contentType string, body []byte) error {
	kind, params := declared(contentType)
	switch kind {
	case bodyJSON:
		return checkJSON(jsonText(body, params["charset"]))
	case bodyForm:
		return checkForm(body)
	case bodyMultipart:
		_, err := decodeMultipart(body, params["boundary"])
		return err
	case bodyXML:
		_, err := decodeXML(body, params["charset"])
		return err
	}
	return nil
}

// looksLikeJSON says whether a form or text body was probably meant as JSON.
func looksLikeJSON(contentType string, body []byte) bool {
	kind, _ := declared(contentType)
	if kind != bodyForm && kind != bodyText {
		return false
	}
	body = bytes.TrimSpace(body)
	return len(body) > 1 && (body[0] == '{' && body[len(body)-1] == '}' || body[0] == '[' && body[len(body)-1] == ']')
}

var (
	errTooMany = fmt.Errorf("there are more than %d values", expression.MaxValues)
	errTooDeep = fmt.Errorf("values are nested more than %d deep", expression.MaxDepth)
)

// decodeMultipart gives text parts as texts and files as labels: name, size and type. What a
// file holds is not in the value.
func decodeMultipart(body []byte, boundary string) (any, error) {
	if boundary == "" {
		return nil, errors.New("the multipart body has no boundary")
	}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	tree := newFormTree()
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return tree.value(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("read multipart: %w", err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, fmt.Errorf("read multipart: %w", err)
		}
		_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		var value any = charset.ToUTF8(content, params["charset"])
		if name := part.FileName(); name != "" {
			value = map[string]any{"name": strings.ToValidUTF8(name, "\uFFFD"), "size": len(content), "type": part.Header.Get("Content-Type")}
		}
		if err := tree.add(strings.ToValidUTF8(part.FormName(), "\uFFFD"), value); err != nil {
			return nil, err
		}
	}
}
