package rpc

import (
	"strconv"
	"strings"
)

// NOTE: the simple types of XML Schema that a value's xsi:type may name, and whether a
// text is one of theirs (XML Schema part 2, section 3.2 and 3.3). SOAP's encoding has
// the same ones again, and base64. What names something (NCName, QName, anyURI ...), a
// duration and a part of a date (gYear ...) are known, and their texts are not looked at.

// A lexical is a way to look at a text.
type lexical uint8

const (
	anyText lexical = iota // whatever it is
	wholeText
	booleanText
	decimalText
	floatText
	dateTimeText
	dateText
	clockText
	base64Text
	hexText
)

// A datatype says what the texts of a type are like: for whole numbers the bits that
// they have, negative with a sign and 0 for no end, and what else there is no end of.
type datatype struct {
	form lexical
	bits int8
	sign sign
}

// A sign is the side of zero on which the numbers of a type without end are.
type sign uint8

const (
	anySign sign = iota
	notNegative
	positive
	notPositive
	negative
)

// datatypes has the types by their local names.
var datatypes = map[string]datatype{
	"string": {}, "normalizedString": {}, "token": {}, "anySimpleType": {},
	"language": {}, "Name": {}, "NCName": {}, "NMTOKEN": {}, "NMTOKENS": {}, "QName": {}, "anyURI": {},
	"ID": {}, "IDREF": {}, "IDREFS": {}, "ENTITY": {}, "ENTITIES": {},
	"duration": {}, "gYear": {}, "gYearMonth": {}, "gMonth": {}, "gMonthDay": {}, "gDay": {},

	"boolean": {form: booleanText},
	"decimal": {form: decimalText}, "float": {form: floatText}, "double": {form: floatText},
	"dateTime": {form: dateTimeText}, "date": {form: dateText}, "time": {form: clockText},
	"base64Binary": {form: base64Text}, "base64": {form: base64Text}, "hexBinary": {form: hexText},

	"long": {form: wholeText, bits: -64}, "int": {form: wholeText, bits: -32},
	"short": {form: wholeText, bits: -16}, "byte": {form: wholeText, bits: -8},
	"unsignedLong": {form: wholeText, bits: 64}, "unsignedInt": {form: wholeText, bits: 32},
	"unsignedShort": {form: wholeText, bits: 16}, "unsignedByte": {form: wholeText, bits: 8},
	"integer":            {form: wholeText},
	"nonNegativeInteger": {form: wholeText, sign: notNegative}, "positiveInteger": {form: wholeText, sign: positive},
	"nonPositiveInteger": {form: wholeText, sign: notPositive}, "negativeInteger": {form: wholeText, sign: negative},
}

// isDatatype says whether a type in ns has the local name. base64 is SOAP's alone.
func isDatatype(local string, soapOwn bool) bool {
	_, known := datatypes[local]
	return known && (soapOwn || local != "base64")
}

// checkTyped checks a value by its xsi:type. It does not allocate, as it is asked for
// each entry of a list.
func checkTyped(typ string, b []byte) error {
	_, local, _ := cutPrefix(strings.Trim(typ, space))
	t := datatypes[local]
	b = trim(b)
	switch t.form {
	case wholeText:
		return errUnless(t.isWhole(b), ErrInteger)
	case booleanText:
		return errUnless(isBoolean(b), ErrBoolean)
	case decimalText:
		return errUnless(isDecimal(b), ErrType)
	case floatText:
		return errUnless(isFloat(b), ErrType)
	case dateTimeText:
		ok, _ := isDateTime(b)
		return errUnless(ok, ErrDateTime)
	case dateText:
		return errUnless(isDate(b), ErrType)
	case clockText:
		return errUnless(isClock(b), ErrType)
	case base64Text:
		return errUnless(isBase64(b), ErrBase64)
	case hexText:
		return errUnless(isHex(b), ErrType)
	}
	return nil
}

func errUnless(ok bool, err error) error {
	if ok {
		return nil
	}
	return err
}

// isWhole says whether b is a whole number of the type.
func (t datatype) isWhole(b []byte) bool {
	switch {
	case len(b) == 0:
		return false
	case t.bits < 0:
		_, err := strconv.ParseInt(string(b), 10, int(-t.bits))
		return err == nil
	case t.bits > 0:
		_, err := parseUint(b, int(t.bits))
		return err == nil
	}
	minus := b[0] == '-'
	b = unsigned(b)
	digits := countDigits(b)
	zeros := 0
	for zeros < digits && b[zeros] == '0' {
		zeros++
	}
	return digits > 0 && digits == len(b) && t.sign.has(minus, zeros == digits)
}

// has says whether a number is on the side, which is below zero with minus.
func (s sign) has(minus, zero bool) bool {
	switch s {
	case notNegative:
		return zero || !minus
	case positive:
		return !zero && !minus
	case notPositive:
		return zero || minus
	case negative:
		return !zero && minus
	}
	return true
}

// unsigned is b without the sign before it.
func unsigned(b []byte) []byte {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		return b[1:]
	}
	return b
}

// countDigits is the number of digits that b begins with.
func countDigits(b []byte) (n int) {
	for n < len(b) && '0' <= b[n] && b[n] <= '9' {
		n++
	}
	return n
}

// isDecimal says whether b is an xs:decimal: digits on one side of the point at least.
func isDecimal(b []byte) bool {
	b = unsigned(b)
	n := countDigits(b)
	if b = b[n:]; len(b) > 0 && b[0] == '.' {
		behind := countDigits(b[1:])
		n += behind
		b = b[1+behind:]
	}
	return n > 0 && len(b) == 0
}

// isFloat says whether b is an xs:float or an xs:double, of whatever size: what is too
// large for them is infinite, and what is too small is zero.
func isFloat(b []byte) bool {
	switch string(b) {
	case "INF", "-INF", "NaN":
		return true
	}
	for i, c := range b {
		if c == 'e' || c == 'E' {
			exponent := unsigned(b[i+1:])
			n := countDigits(exponent)
			return isDecimal(b[:i]) && n > 0 && n == len(exponent)
		}
	}
	return isDecimal(b)
}

// isHex says whether b is an xs:hexBinary, in which there is no white space.
func isHex(b []byte) bool {
	for _, c := range b {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return false
		}
	}
	return len(b)%2 == 0
}

// isBase64 says whether b is an xs:base64Binary: groups of four characters, with white
// space anywhere, of which the last may be filled up. The bits that filling leaves over
// are zero, so that there is one text for the same bytes.
func isBase64(b []byte) bool {
	n, filled, last := 0, 0, byte(0)
	for _, c := range b {
		switch v := base64Bits(c); {
		case strings.IndexByte(space, c) >= 0:
			continue
		case c == '=':
			filled++
		case v > 63 || filled > 0:
			return false
		default:
			last = v
		}
		n++
	}
	switch {
	case n%4 != 0 || filled > 2:
		return false
	case filled == 1:
		return last&3 == 0
	}
	return filled == 0 || last&15 == 0
}

// base64Bits is what a character of base64 stands for, more than 63 for none.
func base64Bits(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c - 'A'
	case 'a' <= c && c <= 'z':
		return c - 'a' + 26
	case '0' <= c && c <= '9':
		return c - '0' + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return 255
}
