package transport

import (
	"bytes"
	"io"
	"net/http"
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

// gather receives the beginning of a body, or all of it. A decoder takes several times
// the memory of what has come, and would have it for as long as the rest takes.
func gather(body io.Reader, length int64) io.Reader {
	if length == 0 {
		return body
	}
	first := int64(mostGathered / 2)
	if length > 0 {
		first = min(length, first)
	}
	b := bytes.NewBuffer(make([]byte, 0, first+bytes.MinRead))
	_, err := io.CopyN(b, body, mostGathered)
	if err != nil { // the end too: it is not asked for again
		return io.MultiReader(b, &ended{err})
	}
	return io.MultiReader(b, body)
}

// ended is a reader at its end.
type ended struct{ err error }

// Read implements io.Reader.
func (e *ended) Read([]byte) (int, error) { return 0, e.err }
