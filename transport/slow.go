package transport

import (
	"io"
	"sync"
)

// NOTE: CPEs that are slow to send, by design or by malice. What has to be kept for one
// that does not go on is as little as can be. How slowly a request may come is for the
// http.Server; see the package doc. One that does not read is for pace.go.

// mostGathered is how much of a body is received before anything is made of it; most
// messages of CPEs are shorter.
const mostGathered = 8 << 10

// The memory for that. Half of it does for many, and for one who does not go on.
var (
	halves = sync.Pool{New: func() any { return new([mostGathered / 2]byte) }}
	wholes = sync.Pool{New: func() any { return new([mostGathered]byte) }}
)

// A gathered body is the beginning of a body, received, and what is to follow.
type gathered struct {
	first []byte
	rest  io.Reader
	err   error // which ended the beginning: it is not asked for again

	half  *[mostGathered / 2]byte
	whole *[mostGathered]byte
}

// gather receives the beginning of a body, or all of it. A decoder takes several times
// the memory of what has come, and would have it for as long as the rest takes.
func (g *gathered) gather(body io.Reader) {
	g.rest = body
	g.half = halves.Get().(*[mostGathered / 2]byte)
	n := g.receive(g.half[:], 0)
	if g.err == nil {
		g.whole = wholes.Get().(*[mostGathered]byte)
		copy(g.whole[:], g.half[:])
		halves.Put(g.half)
		g.half = nil
		g.receive(g.whole[:], n)
	}
}

// receive fills b from n on, and returns how far.
func (g *gathered) receive(b []byte, n int) int {
	for n < len(b) && g.err == nil {
		var k int
		k, g.err = g.rest.Read(b[n:])
		n += k
	}
	g.first = b[:n]
	return n
}

// all reports whether nothing follows the beginning.
func (g *gathered) all() bool { return g.err == io.EOF }

// release gives the memory back.
func (g *gathered) release() {
	if g.half != nil {
		halves.Put(g.half)
	}
	if g.whole != nil {
		wholes.Put(g.whole)
	}
	*g = gathered{}
}

// Read implements io.Reader.
func (g *gathered) Read(p []byte) (int, error) {
	switch {
	case len(g.first) > 0:
		n := copy(p, g.first)
		g.first = g.first[n:]
		return n, nil
	case g.err != nil:
		return 0, g.err
	}
	return g.rest.Read(p)
}
