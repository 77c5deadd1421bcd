package soap

// NOTE: how the Encoder writes text. Usual text is looked at and copied a word of
// the machine at a time (word32.go, word64.go), up to a byte that may need an escape.

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// unclean gives a word with a bit set for each byte of x that text and attribute
// values do not both write as it is: those outside 0x20 to 0x7E and < > & ".
//
// '<' and '>' differ in bit 1, '&' and '"' in bit 2, so y and z are zero where
// one of each two stands. A byte from 0x80 is a hit by itself; of the others
// x-0x20, y-1 and z-1 have the high bit if they fell below zero, and x+1 has it
// if x was 0x7F. What a hit borrows or carries can spoil only the bytes above it,
// so the lowest bit counts alone.
func unclean[W uint | uint32](x W) W {
	each := ^W(0) / 0xFF // a one in each byte
	y := (x | 0x02*each) ^ '>'*each
	z := (x | 0x04*each) ^ '&'*each
	return (x | (x - 0x20*each) | (x + each) | (y - each) | (z - each)) & (0x80 * each)
}

// load32 reads the beginning of s as a little-endian word of 32 bits: what
// encoding/binary does, for strings as well. It is compiled to one load where the
// machine has it.
func load32[T string | []byte](s T) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// copyClean copies s to dst, which is at least as long, up to the first byte that
// may need an escape, and gives the number of bytes copied. The last bytes of s
// are covered by a word that overlaps the one before.
func copyClean[T string | []byte](dst []byte, s T) int {
	n := len(s)
	if n < wordSize {
		return copyShort(dst, s)
	}
	d, r := dst[:n], s
	for len(r) >= 2*wordSize && len(d) >= 2*wordSize {
		x, y := load(r), load(r[wordSize:])
		store(d, x)
		store(d[wordSize:], y)
		if unclean(x)|unclean(y) != 0 {
			break
		}
		r, d = r[2*wordSize:], d[2*wordSize:]
	}
	for len(r) >= wordSize && len(d) >= wordSize {
		x := load(r)
		store(d, x)
		if m := unclean(x); m != 0 {
			return n - len(r) + bits.TrailingZeros(m)>>3
		}
		r, d = r[wordSize:], d[wordSize:]
	}
	if len(r) == 0 {
		return n
	}
	x := load(s[n-wordSize:])
	store(dst[n-wordSize:], x)
	if m := unclean(x); m != 0 {
		return n - wordSize + bits.TrailingZeros(m)>>3
	}
	return n
}

// copyShort is copyClean for less than a word.
func copyShort[T string | []byte](dst []byte, s T) int {
	if last := len(s) - 4; last >= 0 {
		x, y := load32(s), load32(s[last:])
		binary.LittleEndian.PutUint32(dst, x)
		binary.LittleEndian.PutUint32(dst[last:], y)
		if m := unclean(x); m != 0 {
			return bits.TrailingZeros32(m) >> 3
		}
		if m := unclean(y); m != 0 {
			return last + bits.TrailingZeros32(m)>>3
		}
		return len(s)
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

// escaped appends the byte at i if it stands for itself here, or a reference to the
// character there, and gives the place behind it; -1 after an error.
func escaped[T string | []byte](e *Encoder, s T, i int, bit uint8) int {
	if class[s[i]]&bit != 0 {
		e.buf = append(e.buf, s[i])
		return i + 1
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
