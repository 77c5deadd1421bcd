//go:build 386 || arm || mips || mipsle

package soap

// NOTE: a word of the machine, here of 32 bits; see word64.go.

import "encoding/binary"

const wordSize = 4

// load reads the beginning of s as a little-endian word.
func load[T string | []byte](s T) uint { return uint(load32(s)) }

// store writes one.
func store(b []byte, x uint) { binary.LittleEndian.PutUint32(b, uint32(x)) }
