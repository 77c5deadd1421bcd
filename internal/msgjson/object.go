package msgjson

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// NOTE: JSON values, put together by hand.

// An Object is a JSON object in the making. The zero value has no members.
type Object struct{ text []byte }

// Raw adds a member of which the value is JSON already.
func (o *Object) Raw(name string, value []byte) {
	sep := byte(',')
	if len(o.text) == 0 {
		sep = '{'
	}
	o.text = append(append(Quote(append(o.text, sep), name), ':'), value...)
}

// String adds a text that is UTF-8.
func (o *Object) String(name, value string) { o.Raw(name, Quote(nil, value)) }

// Int adds a number.
func (o *Object) Int(name string, value int) { o.Raw(name, strconv.AppendInt(nil, int64(value), 10)) }

// Exact adds a text: in base64, under another name, when JSON cannot carry it.
func (o *Object) Exact(name, value string) {
	if utf8.ValidString(value) {
		o.String(name, value)
		return
	}
	o.String(inBase64(name), base64.StdEncoding.EncodeToString([]byte(value)))
}

// inBase64 is the name of a member of which the text is in base64.
func inBase64(name string) string { return strings.ToLower(name[:1]) + name[1:] + "Base64" }

// Close returns the whole object.
func (o *Object) Close() []byte {
	if len(o.text) == 0 {
		return []byte("{}")
	}
	return append(o.text, '}')
}

// Array joins JSON values.
func Array(values [][]byte) []byte {
	return append(append([]byte{'['}, bytes.Join(values, []byte{','})...), ']')
}

// Quote appends a JSON string. Markup stays readable in it.
func Quote(b []byte, s string) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return append(b, `""`...) // no string is refused
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}
