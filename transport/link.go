package transport

import (
	"bufio"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/textproto"
	"runtime"
	"sync/atomic"
	"time"
)

// NOTE: the connection of a session: one HTTP/1.1 exchange after the other, and
// nothing else. net/http's Transport would do, but it decides by itself when to
// give up a connection, and CWMP wants one a session that is ours to close.
//
// Between two exchanges one goroutine waits for the first byte of the next
// response. So a peer that closes in the meantime is noticed before the next
// request is written, and that request goes out on a new connection (TR-069
// section 3.4.2). A peer that closes later may have taken the request in, and
// nobody repeats it: the session has failed.

// A link is a connection to the ACS.
type link struct {
	conn    net.Conn
	to      string           // the origin at its other end
	wait    time.Duration    // for each chunk of a request, for a response's header, and for its body
	r       *bufio.Reader    // of limited
	w       *bufio.Writer    // of the link itself
	limited io.LimitedReader // of the link itself; bounds the header of a response
	broken  error            // why nothing more can be read
	first   chan error       // tells that a response's first byte is there, or why none comes
	asked   atomic.Bool      // somebody reads, or has read, since the last exchange
	spent   bool             // it cannot carry another exchange
}

// The sizes of a link's buffers, and the bound on the header of a response. One
// buffer's worth of a request has to go out within one time-out.
const (
	linkBuffer        = 4 << 10
	maxResponseHeader = 16 << 10
)

func newLink(conn net.Conn, to string, wait time.Duration) *link {
	l := &link{conn: conn, to: to, wait: wait, first: make(chan error, 1)}
	l.limited = io.LimitedReader{R: l, N: maxResponseHeader}
	l.r = bufio.NewReaderSize(&l.limited, linkBuffer)
	l.w = bufio.NewWriterSize(l, linkBuffer)
	go l.await()
	return l
}

// await waits for the first byte of the next response.
func (l *link) await() {
	_, err := l.r.Peek(1)
	l.first <- err
}

// usable reports whether the link can carry another exchange: not when the peer
// has closed it, or has said something that nobody asked for.
func (l *link) usable() bool {
	for looks := 0; looks < enoughLooks && !l.spent && len(l.first) == 0; {
		runtime.Gosched()
		if l.asked.Load() {
			looks++
		}
	}
	return !l.spent && len(l.first) == 0
}

// enoughLooks is how often await is let run once it reads. A close that came along with
// the last response is there to be seen, but not before await has had its turn; on one
// processor it has none until somebody waits.
const enoughLooks = 16

// Write writes to the connection, with a deadline of its own.
func (l *link) Write(p []byte) (int, error) {
	if err := l.conn.SetWriteDeadline(time.Now().Add(l.wait)); err != nil {
		return 0, err
	}
	return l.conn.Write(p)
}

// Read reads from the connection. It keeps the error, because net/http takes what it
// has of a status line for all of it when no more comes, and calls it malformed.
func (l *link) Read(p []byte) (int, error) {
	l.asked.Store(true)
	n, err := l.conn.Read(p)
	if err != nil {
		l.broken = err
	}
	return n, err
}

// exchange writes a request and reads the response up to its body.
func (l *link) exchange(req *http.Request) (*http.Response, error) {
	failed := req.Write(l.w)
	if failed == nil {
		failed = l.w.Flush()
	}
	if failed != nil && (timedOut(failed) || !l.answered()) {
		l.spent = true
		return nil, failed
	}
	l.conn.SetReadDeadline(time.Now().Add(l.wait))
	err := <-l.first
	if err == nil {
		var resp *http.Response
		if resp, err = l.header(req); err == nil {
			l.spent = resp.Close || failed != nil
			resp.Body = &content{resp.Body}
			return resp, nil
		}
	}
	l.spent = true
	return nil, noResponse(err)
}

// A content is a response's body. A trailer may be malformed too.
type content struct{ io.ReadCloser }

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if _, ok := errors.AsType[textproto.ProtocolError](err); ok {
		err = notHTTP(err)
	}
	return n, err
}

// answered reports whether a peer that did not read all of a request has answered
// all the same: a server may refuse a body before it has seen it.
func (l *link) answered() bool {
	l.conn.SetReadDeadline(time.Now().Add(lastWords))
	err := <-l.first
	l.first <- err
	return err == nil
}

// lastWords is how long a response may take that was on its way already.
const lastWords = time.Second

// header reads the header of a response; informational ones go before it.
func (l *link) header(req *http.Request) (*http.Response, error) {
	for {
		resp, err := http.ReadResponse(l.r, req)
		switch {
		case err != nil && l.limited.N <= 0:
			return nil, ErrHeaderTooLong
		case err != nil && l.broken != nil:
			return nil, l.broken
		case err != nil:
			return nil, notHTTP(err)
		case resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols:
			l.limited.N = math.MaxInt64
			l.conn.SetReadDeadline(time.Now().Add(l.wait))
			return resp, nil
		}
	}
}

// finish makes the link ready for the next exchange. What is left of the body is
// read, if it is not too much. A peer that has said more already is not asked again:
// its next answer would be taken for that of another request.
func (l *link) finish(body io.Reader) {
	_, err := io.CopyN(io.Discard, body, maxDiscard)
	if err != io.EOF || l.spent || l.r.Buffered() > 0 {
		l.spent = true
		return
	}
	l.limited.N = maxResponseHeader
	l.conn.SetReadDeadline(time.Time{})
	l.asked.Store(false)
	go l.await()
}

// maxDiscard is how much of a body that says nothing more to us is read to keep
// the connection.
const maxDiscard = 64 << 10

// noResponse puts the end of a connection in words.
func noResponse(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrNoResponse
	}
	return err
}
