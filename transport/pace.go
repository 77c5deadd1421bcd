package transport

import (
	"net/http"
	"sync"
	"time"
)

// NOTE: CPEs that do not read, by design or by malice, lose their connection. The time of
// each piece of a response is watched by one timer of the Server for all of them: almost
// every piece is out before anybody could notice, and a deadline set and taken away each
// time would cost a session more than its table and its cookies do.

// The bounds on a peer that does not read: so much of a response has to go out in so
// much time.
const (
	writeChunk = 4 << 10
	writeWait  = 30 * time.Second
)

// A paced writer bounds the time of each piece of a response. An http.Server's
// WriteTimeout cannot: it runs while the handler works.
type paced struct {
	http.ResponseWriter
	control http.ResponseController
	lookout *lookout
	begun   bool // there is something to send

	// What follows is the lookout's.
	due         time.Time
	older, next *paced
	gone        chan struct{} // closed when the connection is cut off; nil while it is not
}

func newPaced(w http.ResponseWriter, l *lookout) paced {
	return paced{ResponseWriter: w, control: *http.NewResponseController(w), lookout: l}
}

// Unwrap is for http.ResponseController.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

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
		k, err = p.piece(b[n:min(len(b), n+writeChunk)])
		n += k
	}
	return n, err
}

func (p *paced) piece(b []byte) (int, error) {
	p.lookout.watch(p)
	defer p.lookout.forget(p)
	return p.ResponseWriter.Write(b)
}

// Flush implements http.Flusher.
func (p *paced) Flush() {
	p.lookout.watch(p)
	defer p.lookout.forget(p)
	p.control.Flush()
}

// finish sends what is left. Where the program has panicked there is nothing to send.
func (p *paced) finish() {
	if p.begun {
		p.Flush()
	}
}

// cutOff makes the write that takes too long fail, and those after it. A ResponseWriter
// that knows no deadlines is left alone. net/http takes the deadline away with the
// request.
func (p *paced) cutOff() {
	defer close(p.gone)
	p.control.SetWriteDeadline(longAgo)
}

var longAgo = time.Unix(1, 0)

// A lookout watches the pieces that are on their way, in the order of their begin, which
// is that of their ends. Its timer runs while there are any, and once after. The zero
// value is ready.
type lookout struct {
	mu          sync.Mutex
	first, last *paced
	timer       *time.Timer
	runs        bool
}

// watch begins a piece.
func (l *lookout) watch(p *paced) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.due = time.Now().Add(writeWait)
	if p.older = l.last; p.older == nil {
		l.first = p
	} else {
		p.older.next = p
	}
	l.last = p
	if !l.runs {
		l.run(writeWait)
	}
}

// forget ends a piece. If the connection is just being cut off, it waits for that, which
// would otherwise meet the next response.
func (l *lookout) forget(p *paced) {
	l.mu.Lock()
	gone := p.gone
	if gone == nil {
		l.remove(p)
	}
	l.mu.Unlock()
	if gone != nil {
		<-gone
		p.gone = nil
	}
}

func (l *lookout) remove(p *paced) {
	if p.older == nil {
		l.first = p.next
	} else {
		p.older.next = p.next
	}
	if p.next == nil {
		l.last = p.older
	} else {
		p.next.older = p.older
	}
	p.older, p.next = nil, nil
}

func (l *lookout) run(wait time.Duration) {
	l.runs = true
	if l.timer == nil {
		l.timer = time.AfterFunc(wait, l.look)
		return
	}
	l.timer.Reset(wait)
}

// look is what the timer does.
func (l *lookout) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for p := l.first; p != nil && !p.due.After(now); p = l.first {
		l.remove(p)
		p.gone = make(chan struct{})
		go p.cutOff() // which is the program's code if the ResponseWriter is
	}
	if l.runs = l.first != nil; l.runs {
		l.run(l.first.due.Sub(now))
	}
}
