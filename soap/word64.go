//go:build !386 && !arm && !mips && !mipsle

package soap

// NOTE: a word of the machine, here of 64 bits. The other machines are in
// word32.go: half as many bytes at a time, but a third quicker than 64 bits there.

import "encoding/binary"

const wordSize = 8

// load reads the beginning of s as a little-endian word.
func load[T string | []byte](s T) uint {
	return uint(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
}

// loadBytes is load for bytes alone, which the compiler makes more of.
func loadBytes(b []byte) uint { return uint(binary.LittleEndian.Uint64(b)) }

// store writes one.
func store(b []byte, x uint) { binary.LittleEndian.PutUint64(b, uint64(x)) }

// copyPiece copies a piece by words. What the compiler makes of an assignment is a call
// of memmove, as the two might overlap.
func copyPiece(dst, p *piece) {
	le := binary.LittleEndian
	le.PutUint64(dst[0:], le.Uint64(p[0:]))
	le.PutUint64(dst[8:], le.Uint64(p[8:]))
	le.PutUint64(dst[16:], le.Uint64(p[16:]))
	le.PutUint64(dst[24:], le.Uint64(p[24:]))
	le.PutUint64(dst[32:], le.Uint64(p[32:]))
}
