package transport

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// NOTE: CPEs that are slow, by design or by malice. What has to be kept for one that
// does not go on is as little as can be, and one that does not read loses its
// connection. How slowly a request may come is for the http.Server; see the package
// doc.

// The bounds on a peer that does not read: so much of a response has to go out in so
// much time.
const (
	writeChunk = 4 << 10
	writeWait  = 30 * time.Second
)

// A paced writer gives each piece of a response a deadline of its own. An
// http.Server's WriteTimeout cannot: it runs while the handler works.
type paced struct {
	http.ResponseWriter
	control http.ResponseController
	begun   bool      // there is something to send
	timed   bool      // which has a deadline
	now     time.Time // for the first piece, if it was asked for just before
}

func newPaced(w http.ResponseWriter) paced {
	return paced{ResponseWriter: w, control: *http.NewResponseController(w)}
}

// Unwrap is for http.ResponseController.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// wait gives what is written next its time. A ResponseWriter that knows no deadlines
// is left alone.
func (p *paced) wait() {
	if p.timed || p.now.IsZero() {
		p.now = time.Now()
	}
	p.timed = true
	p.control.SetWriteDeadline(p.now.Add(writeWait))
}

// WriteHeader implements http.ResponseWriter. Without a length it is that of no body.
// Nothing is sent yet.
func (p *paced) WriteHeader(status int) {
	p.begun = true
	if h := p.Header(); status != http.StatusNoContent && len(h["Content-Length"]) == 0 {
		h["Content-Length"] = noLength
	}
	p.ResponseWriter.WriteHeader(status)
}

// noLength is the header's value for no body, which nobody changes.
var noLength = []string{"0"}

// Write implements http.ResponseWriter.
func (p *paced) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		p.wait()
		k, err = p.ResponseWriter.Write(b[n:min(len(b), n+writeChunk)])
		n += k
	}
	return n, err
}

// Flush implements http.Flusher.
func (p *paced) Flush() {
	if !p.timed {
		p.wait()
	}
	p.control.Flush()
}

// finish sends what is left and takes the deadline away: the next response on the
// connection may be a long time off. Where the program has panicked there is nothing to
// send.
func (p *paced) finish() {
	if p.begun {
		p.Flush()
		p.control.SetWriteDeadline(time.Time{})
	}
}

// An invited body follows a 100 Continue, which net/http writes when it is first read. That
// is no piece of ours, and nobody else bounds its time.
type invited struct {
	io.Reader
	out   *paced
	asked bool
}

// Read implements io.Reader. How long the body itself may take is for the http.Server.
func (i *invited) Read(b []byte) (int, error) {
	if !i.asked {
		i.asked = true
		i.out.control.SetWriteDeadline(time.Now().Add(writeWait))
		defer i.out.control.SetWriteDeadline(time.Time{})
	}
	return i.Reader.Read(b)
}

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
