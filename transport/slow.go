package transport

import (
	"io"
	"net/http"
	"slices"
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
	control *http.ResponseController
	begun   bool
}

func newPaced(w http.ResponseWriter) *paced {
	return &paced{ResponseWriter: w, control: http.NewResponseController(w)}
}

// Unwrap is for http.ResponseController.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// wait gives what is written next its time. A ResponseWriter that knows no deadlines
// is left alone.
func (p *paced) wait() {
	p.begun = true
	p.control.SetWriteDeadline(time.Now().Add(writeWait))
}

// WriteHeader implements http.ResponseWriter. Without a length it is that of no body.
func (p *paced) WriteHeader(status int) {
	p.wait()
	if h := p.Header(); status != http.StatusNoContent && h.Get("Content-Length") == "" {
		h.Set("Content-Length", "0")
	}
	p.ResponseWriter.WriteHeader(status)
}

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

// finish sends what is left and takes the deadline away: the next response on the
// connection may be a long time off. Where the program has panicked there is nothing to
// send.
func (p *paced) finish() {
	if !p.begun {
		return
	}
	p.control.Flush()
	p.control.SetWriteDeadline(time.Time{})
}

// mostGathered is how much of a body is received before anything is made of it; most
// messages of CPEs are shorter.
const mostGathered = 8 << 10

// A gathered body is the beginning of a body, received, and what is to follow.
type gathered struct {
	first []byte
	rest  io.Reader
	err   error // which ended the beginning: it is not asked for again
}

// gather receives the beginning of a body, or all of it. A decoder takes several times
// the memory of what has come, and would have it for as long as the rest takes.
func gather(body io.Reader, length int64) *gathered {
	g := &gathered{rest: body}
	if length == 0 {
		return g
	}
	most := mostGathered / 2
	if length > 0 {
		most = int(min(length+1, int64(most))) // one more for the end to be seen
	}
	b := make([]byte, 0, most)
	for g.err == nil && len(b) < mostGathered {
		if len(b) == cap(b) {
			b = slices.Grow(b, mostGathered-len(b))
		}
		var n int
		n, g.err = body.Read(b[len(b):min(cap(b), mostGathered)])
		b = b[:len(b)+n]
	}
	g.first = b
	return g
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
