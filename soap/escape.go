package soap

// NOTE: how the Encoder writes text. Usual text is looked at and copied eight
// bytes at a time; where a byte needs an escape, escaped goes on one byte at a
// time until it has written the reference.

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// unclean gives a word with a bit set for each byte of x that text and attribute
// values do not both write as it is: those outside 0x20 to 0x7E and < > & ". A
// borrow can spoil only what lies above a hit, so the lowest bit counts alone.
// '<' and '>' differ in bit 1, '&' and '"' in bit 2: one test for each two. See
// plain for the rest.
func unclean(x uint64) uint64 {
	y := (x | 0x02*ones) ^ '>'*ones
	z := (x | 0x04*ones) ^ '&'*ones
	return ((x-0x20*ones)&^x | (y-ones)&^y | (z-ones)&^z | x | (x + ones)) & highs
}

// load64 and load32 read a piece of s as a little-endian word: what
// encoding/binary does, for strings as well. Each is compiled to one load.
func load64[T string | []byte](s T, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func load32[T string | []byte](s T, i int) uint32 {
	b := s[i : i+4]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// copyClean copies s to dst, which is at least as long, up to the first byte that
// may need an escape, and gives the number of bytes copied. The last bytes of s
// are covered by a word that overlaps the one before.
func copyClean[T string | []byte](dst []byte, s T) int {
	if len(s) < 8 {
		return copyShort(dst, s)
	}
	i, last := 0, len(s)-8
	dst = dst[:len(s)]
	for ; i < last; i += 8 {
		x := load64(s, i)
		binary.LittleEndian.PutUint64(dst[i:], x)
		if m := unclean(x); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	x := load64(s, last)
	binary.LittleEndian.PutUint64(dst[last:], x)
	if m := unclean(x); m != 0 {
		return last + bits.TrailingZeros64(m)>>3
	}
	return len(s)
}

// copyShort is copyClean for less than eight bytes.
func copyShort[T string | []byte](dst []byte, s T) int {
	if len(s) >= 4 {
		last := len(s) - 4
		x, y := load32(s, 0), load32(s, last)
		binary.LittleEndian.PutUint32(dst, x)
		binary.LittleEndian.PutUint32(dst[last:], y)
		switch m := unclean(uint64(x) | uint64(y)<<32); {
		case m == 0:
			return len(s)
		case uint32(m) != 0:
			return bits.TrailingZeros32(uint32(m)) >> 3
		default:
			return last + bits.TrailingZeros32(uint32(m>>32))>>3
		}
	}
	for i := range len(s) {
		if class[s[i]]&(cText|cAttr) != cText|cAttr {
			return i
		}
		dst[i] = s[i]
	}
	return len(s)
}

// appendEscaped appends s as text (cText) or as an attribute value (cAttr). The
// bit says which bytes stand for themselves.
func appendEscaped[T string | []byte](e *Encoder, s T, bit uint8) {
	for done := 0; ; {
		rest := s[done:]
		e.room(len(rest))
		n := len(e.buf)
		clean := copyClean(e.buf[n:n+len(rest)], rest)
		e.buf = e.buf[:n+clean]
		if done += clean; done == len(s) {
			return
		}
		if done = escaped(e, s, done, bit); done < 0 {
			return
		}
	}
}

// escaped appends the bytes from i that stand for themselves and the reference
// that follows them, and gives the place behind it; -1 after an error.
func escaped[T string | []byte](e *Encoder, s T, i int, bit uint8) int {
	for start := i; i < len(s) && class[s[i]]&bit != 0; i++ {
		if i-start == 8 { // long enough to be worth a word again
			return i
		}
		e.buf = append(e.buf, s[i])
	}
	if i == len(s) {
		return i
	}
	r, n := rune(s[i]), 1
	if r >= utf8.RuneSelf {
		var b [utf8.UTFMax]byte
		if r, n = utf8.DecodeRune(b[:copy(b[:], s[i:])]); n == 1 {
			e.fail(ErrChar, "byte 0x"+hex(s[i])+" is not UTF-8")
			return -1
		}
	}
	if !isChar(r) {
		e.fail(ErrChar, "U+"+strconv.FormatInt(int64(r), 16))
		return -1
	}
	e.buf = appendRef(e.buf, r)
	return i + n
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
