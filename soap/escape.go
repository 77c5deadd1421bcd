package soap

// NOTE: how the Encoder writes text. The scan for a byte that needs an escape
// is all there is for usual text, which is appended in one piece.

import (
	"strconv"
	"unicode/utf8"
)

// appendEscaped appends s as text (cText) or as an attribute value (cAttr). The
// bit says which bytes stand for themselves.
func appendEscaped[T string | []byte](e *Encoder, dst []byte, s T, bit uint8) []byte {
	done := 0
	for i := 0; ; {
		for i < len(s) && class[s[i]]&bit != 0 {
			i++
		}
		dst = append(dst, s[done:i]...)
		if i == len(s) {
			return dst
		}
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
			if n == 1 {
				e.fail(ErrChar, "byte 0x"+hex(s[i])+" is not UTF-8")
				return dst
			}
		}
		if !isChar(r) {
			e.fail(ErrChar, "U+"+strconv.FormatInt(int64(r), 16))
			return dst
		}
		dst = appendRef(dst, r)
		i += n
		done = i
	}
}

// appendRef appends a reference to a character: a predefined entity or a
// decimal character reference.
func appendRef(dst []byte, r rune) []byte {
	switch r {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '>':
		return append(dst, "&gt;"...)
	case '"':
		return append(dst, "&quot;"...)
	}
	dst = append(dst, "&#"...)
	dst = strconv.AppendInt(dst, int64(r), 10)
	return append(dst, ';')
}
