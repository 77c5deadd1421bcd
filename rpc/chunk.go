package rpc

import "strings"

// NOTE: a message of a thousand parameters has two thousand short strings. They are
// cut from chunks of text, an allocation a chunk; a chunk grows with the message, so
// that a short message has no more than it needs. Strings of one message share
// memory: who keeps one of them keeps its chunk, 16 KiB at most. Lists that are
// predicted (predict.go) have chunks of their own.

// The sizes of chunks in bytes. What is longer than half of one is on its own.
const (
	firstChunk = 128
	lastChunk  = 16 << 10
)

// A chunk makes strings. The zero value is ready.
type chunk struct {
	text strings.Builder
	size int
}

// string returns the text of b, which it does not keep.
func (k *chunk) string(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > k.text.Cap()-k.text.Len() {
		k.size = min(max(2*k.size, firstChunk), lastChunk)
		if len(b) > k.size/2 {
			return string(b)
		}
		k.text.Reset() // lets go of the chunk; the strings in it stay
		k.text.Grow(k.size)
	}
	start := k.text.Len()
	k.text.Write(b)
	return k.text.String()[start:]
}
