package rpc

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
)

// NOTE: the simple types' text, both ways. White space means TAB, LF, CR and
// space, as in XML.

const space = " \t\r\n"

func trim(b []byte) []byte {
	if !padded(b) {
		return b // which is quickly seen
	}
	return bytes.Trim(b, space)
}

func boolText(v bool) string {
	if v {
		return "1"
	}
	return "0"
}

func intText(v int64) string { return strconv.FormatInt(v, 10) }

func uintText(v uint64) string { return strconv.FormatUint(v, 10) }

func parseBool(b []byte) (bool, error) {
	switch b = trim(b); string(b) {
	case "", "0", "false":
		return false, nil
	case "1", "true":
		return true, nil
	}
	switch { // a letter outside ASCII may be an s in another case, and is longer
	case len(b) == len("true") && bytes.EqualFold(b, []byte("true")):
		return true, nil
	case len(b) == len("false") && bytes.EqualFold(b, []byte("false")):
		return false, nil
	}
	return false, ErrBoolean
}

// parseTruth is parseBool for a field of a message. Devices have been seen to
// write a number where a boolean belongs; as in C, all but 0 are true.
func parseTruth(b []byte) (bool, error) {
	v, err := parseBool(b)
	if err == nil {
		return v, nil
	}
	n, numErr := parseUint(b, 32)
	if numErr != nil {
		return false, err
	}
	return n != 0, nil
}

func parseInt(b []byte, bits int) (int64, error) {
	if b = trim(b); len(b) == 0 {
		return 0, nil
	}
	v, err := strconv.ParseInt(string(b), 10, bits)
	if err != nil {
		return 0, ErrInteger
	}
	return v, nil
}

// parseBase64 decodes base64 with white space anywhere in it. The error does not
// show the text, which may be a secret.
func parseBase64(b []byte) ([]byte, error) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	n, err := base64.StdEncoding.Decode(out, bytes.Join(bytes.FieldsFunc(b, isSpace), nil))
	if err != nil {
		return nil, ErrBase64
	}
	return out[:n], nil
}

// isSpace is XML's white space, which is less than Go's.
func isSpace(r rune) bool { return r < 0x80 && strings.IndexByte(space, byte(r)) >= 0 }

func parseUint(b []byte, bits int) (uint64, error) {
	if b = trim(b); len(b) == 0 {
		return 0, nil
	}
	v, err := strconv.ParseUint(string(bytes.TrimPrefix(b, []byte("+"))), 10, bits)
	if err != nil {
		return 0, ErrInteger
	}
	return v, nil
}
