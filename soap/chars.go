package soap

// NOTE: the character classes of XML 1.0 (fifth edition) section 2.2 and 2.3.
// ASCII is looked up in a table of bits; the rest goes through ranges. The
// decoder reads a name or an attribute value with one table look-up a byte, and
// text eight bytes at a time (see plain).

import (
	"math/bits"
	"unicode/utf8"
)

// The bits of a byte's class.
const (
	cStart = 1 << iota // may begin an NCName
	cName              // may go on an NCName
	cSpace             // XML white space
	cValue             // stands for itself in an attribute value, whatever the quote
	cText              // the Encoder writes it as it is in text
	cAttr              // the Encoder writes it as it is in an attribute value
	cLegal             // a character of XML 1.0
	cBlank             // white space that stands for itself in text
)

// class holds the classes of the ASCII bytes; bytes from 0x80 have none.
var class = func() (t [256]uint8) {
	for c := range 0x80 {
		b := byte(c)
		letter := 'a' <= b|0x20 && b|0x20 <= 'z' || b == '_'
		if letter {
			t[c] |= cStart
		}
		if letter || '0' <= b && b <= '9' || b == '-' || b == '.' {
			t[c] |= cName
		}
		if b == ' ' || b == '\t' || b == '\n' || b == '\r' {
			t[c] |= cSpace | cLegal
		}
		if b == '\t' || b == '\n' {
			t[c] |= cText | cBlank
		}
		if b < 0x20 {
			continue
		}
		t[c] |= cLegal
		if b == ' ' {
			t[c] |= cBlank
		}
		if b != '<' && b != '&' && b != '"' && b != '\'' {
			t[c] |= cValue
		}
		if b != '<' && b != '>' && b != '&' && b != 0x7F {
			t[c] |= cText
			if b != '"' {
				t[c] |= cAttr
			}
		}
	}
	return t
}()

func isSpace(c byte) bool { return class[c]&cSpace != 0 }

// startRanges are the NameStartChars outside ASCII, nameRanges the NameChars
// that may not begin a name. XML 1.0 section 2.3, productions 4 and 4a.
var (
	startRanges = [][2]rune{
		{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF},
		{0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
		{0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
	}
	nameRanges = [][2]rune{{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}}
)

func inRanges(r rune, ranges [][2]rune) bool {
	for _, x := range ranges {
		if x[0] <= r && r <= x[1] {
			return true
		}
	}
	return false
}

// isNameRune says whether a rune outside ASCII may stand in a name.
func isNameRune(r rune, first bool) bool {
	return inRanges(r, startRanges) || !first && inRanges(r, nameRanges)
}

// isChar says whether XML 1.0 allows the character: production 2.
func isChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xD800:
		return true
	case r < 0xE000:
		return false
	}
	return r <= 0x10FFFF && r != 0xFFFE && r != 0xFFFF
}

// isNCName says whether s is a name without a colon: Namespaces in XML 1.0,
// production 4.
func isNCName[T string | []byte](s T) bool {
	if len(s) == 0 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return isWideNCName(string(s))
		}
		if class[s[i]]&cName == 0 {
			return false
		}
	}
	return class[s[0]]&cStart != 0
}

// isWideNCName is isNCName for names that are not all ASCII.
func isWideNCName(s string) bool {
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
			fallthrough
		case r >= utf8.RuneSelf:
			if !isNameRune(r, i == 0) {
				return false
			}
		case class[r]&cName == 0, i == 0 && class[r]&cStart == 0:
			return false
		}
	}
	return true
}

// plain gives the length of the longest prefix of w that has no byte below
// 0x20, none from 0x80 and none of < > &.
func plain(w []byte) int {
	r := w
	for len(r) >= 2*wordSize {
		x, y := odd(loadBytes(r)), odd(loadBytes(r[wordSize:]))
		if x|y != 0 {
			n := len(w) - len(r)
			if x != 0 {
				return n + bits.TrailingZeros(x)>>3
			}
			return n + wordSize + bits.TrailingZeros(y)>>3
		}
		r = r[2*wordSize:]
	}
	for i, c := range r {
		if c < 0x20 || c >= 0x80 || c == '<' || c == '>' || c == '&' {
			return len(w) - len(r) + i
		}
	}
	return len(w)
}

// odd gives a word whose lowest bit that is set is in the first byte of x that plain
// ends at.
//
// '<' and '>' differ in bit 1 alone, so y is zero where one of them stands, and z
// where an & does. A byte from 0x80 is a hit by itself; of the others x-0x20, y-1
// and z-1 have the high bit if they fell below zero. What a hit borrows can spoil
// only the bytes above it, and the lowest one counts alone.
func odd(x uint) uint {
	const each = ^uint(0) / 0xFF // a one in each byte
	y := (x | 0x02*each) ^ '>'*each
	z := x ^ '&'*each
	return (x | (x - 0x20*each) | (y - each) | (z - each)) & (0x80 * each)
}
