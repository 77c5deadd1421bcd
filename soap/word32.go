//go:build 386 || arm || mips || mipsle

package soap

// NOTE: a word of the machine, here of 32 bits; see word64.go.

import "encoding/binary"

const wordSize = 4

// load reads the beginning of s as a little-endian word.
func load[T string | []byte](s T) uint { return uint(load32(s)) }

// loadBytes is load for bytes alone, which the compiler makes more of.
func loadBytes(b []byte) uint { return uint(binary.LittleEndian.Uint32(b)) }

// store writes one.
func store(b []byte, x uint) { binary.LittleEndian.PutUint32(b, uint32(x)) }

// copyPiece copies a piece.
func copyPiece(dst, p *piece) { *dst = *p }
