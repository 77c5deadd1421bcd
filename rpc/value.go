package rpc

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/soap"
)

// A Value is what a parameter holds: its text and its type, both exactly as they
// stand in the message. The accessors parse on demand and leave the text alone.
type Value struct {
	// Type is the raw xsi:type, "xsd:unsignedInt". Empty means that the message
	// had none; it is written as xsd:string.
	Type string
	// Text is the content. White space is significant.
	Text string
}

// The types that the standard's data models use, as written by default.
const (
	TypeString       = "xsd:string"
	TypeInt          = "xsd:int"
	TypeLong         = "xsd:long"
	TypeUnsignedInt  = "xsd:unsignedInt"
	TypeUnsignedLong = "xsd:unsignedLong"
	TypeBoolean      = "xsd:boolean"
	TypeDateTime     = "xsd:dateTime"
	TypeBase64       = "xsd:base64Binary"
	TypeHexBinary    = "xsd:hexBinary"
)

// StringValue, BoolValue, IntValue, UnsignedIntValue, DateTimeValue and
// Base64Value make values of the type in their name.
func StringValue(s string) Value { return Value{TypeString, s} }

// BoolValue is written as "1" or "0".
func BoolValue(v bool) Value { return Value{TypeBoolean, boolText(v)} }

// IntValue makes an xsd:int.
func IntValue(v int32) Value { return Value{TypeInt, intText(int64(v))} }

// UnsignedIntValue makes an xsd:unsignedInt.
func UnsignedIntValue(v uint32) Value { return Value{TypeUnsignedInt, uintText(uint64(v))} }

// DateTimeValue makes an xsd:dateTime in UTC.
func DateTimeValue(t time.Time) Value { return Value{TypeDateTime, string(DateTimeOf(t.UTC()))} }

// Base64Value makes an xsd:base64Binary.
func Base64Value(b []byte) Value { return Value{TypeBase64, base64.StdEncoding.EncodeToString(b)} }

// Bool parses the text: 0, 1, true or false. The error is ErrBoolean.
func (v Value) Bool() (bool, error) {
	if strings.Trim(v.Text, space) == "" {
		return false, ErrBoolean
	}
	return parseBool([]byte(v.Text))
}

// Int parses the text as a decimal integer. The error is ErrInteger.
func (v Value) Int() (int64, error) {
	n, err := strconv.ParseInt(strings.Trim(v.Text, space), 10, 64)
	if err != nil {
		return 0, ErrInteger
	}
	return n, nil
}

// Uint parses the text as an unsigned decimal integer. The error is ErrInteger.
func (v Value) Uint() (uint64, error) {
	if strings.Trim(v.Text, space) == "" {
		return 0, ErrInteger
	}
	return parseUint([]byte(v.Text), 64)
}

// DateTime returns the text as a dateTime, to be parsed by its Time method.
func (v Value) DateTime() DateTime { return DateTime(strings.Trim(v.Text, space)) }

// Bytes decodes a base64Binary or, by its type, a hexBinary. White space inside
// base64 is allowed.
func (v Value) Bytes() ([]byte, error) {
	text := strings.Join(strings.FieldsFunc(v.Text, isSpace), "")
	if _, local, _ := cutPrefix(v.Type); local == "hexBinary" {
		return hex.DecodeString(text)
	}
	return base64.StdEncoding.DecodeString(text)
}

// wireType is the xsi:type to write: the raw one when its prefix is one that the
// encoder declares, the same type under the encoder's own prefix when another
// peer's prefix stands in it, and the raw one again when nobody knows it.
func (v *Value) wireType(e *soap.Encoder) string {
	xsd := e.Prefix(soap.NSXSD)
	if n := len(xsd); len(v.Type) > n && v.Type[n] == ':' && v.Type[:n] == xsd {
		return v.Type // the usual case, without a search
	}
	switch {
	case v.Type == "" && xsd == "xsd":
		return TypeString
	case v.Type == "":
		return xsd + ":string"
	}
	prefix, local, _ := cutPrefix(strings.Trim(v.Type, space))
	switch prefix {
	case xsd, e.Prefix(soap.NSEncoding), e.Prefix(soap.NSXSI), e.Prefix(soap.NSCWMP12):
		return v.Type
	}
	switch {
	case local == "base64":
		return e.Prefix(soap.NSEncoding) + ":" + local
	case isDatatype(local, false):
		return xsd + ":" + local
	}
	return v.Type
}

// cutPrefix splits a qualified name.
func cutPrefix(name string) (prefix, local string, prefixed bool) {
	if prefix, local, prefixed = strings.Cut(name, ":"); !prefixed {
		return "", name, false
	}
	return prefix, local, true
}

// internType returns the string of a raw xsi:type without allocating for those
// that nearly every message has, which are the usual ones.
func internType(b []byte) (typ string, usual bool) {
	switch string(b) {
	case TypeString:
		return TypeString, true
	case TypeInt:
		return TypeInt, true
	case TypeLong:
		return TypeLong, true
	case TypeUnsignedInt:
		return TypeUnsignedInt, true
	case TypeUnsignedLong:
		return TypeUnsignedLong, true
	case TypeBoolean:
		return TypeBoolean, true
	case TypeDateTime:
		return TypeDateTime, true
	case TypeBase64:
		return TypeBase64, true
	default:
		return string(b), false
	}
}
