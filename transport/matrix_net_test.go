package transport_test

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// NOTE: a TCP connection in memory, as far as the faults of a network need one: each
// direction has a buffer of bounded size, a close sends FIN behind what was written,
// a close with unread bytes sends RST, writing to an end that is gone is answered by
// RST, and a line that is dead delivers nothing, a FIN neither. What arrived before
// an RST can still be read, as on Linux. matrix_faults_test.go is the network that
// such connections make up.

// A pair is one connection.
type pair struct {
	net    *network
	window int // the network's when it was opened

	mu    sync.Mutex
	moved sync.Cond
	ends  [2]*end // the dialling one first
	reset bool
	dead  bool // nothing is delivered any more
	shut  bool // closed on the way, for both ends
}

// An end is one end of a connection.
type end struct {
	p    *pair
	dir  direction // of what it writes
	peer *end
	addr net.Addr

	in       []byte // arrived and not read
	fin      bool   // the peer has closed behind that
	closed   bool
	deadline [2]time.Time // of reading and of writing
	timer    [2]*time.Timer
}

const reading, writing = 0, 1

// newPair connects two ends.
func newPair(n *network, address string) *pair {
	p := &pair{net: n, window: n.window}
	p.moved.L = &p.mu
	near, far := &net.UnixAddr{Name: "cpe"}, &net.UnixAddr{Name: address}
	p.ends[0] = &end{p: p, dir: up, addr: near}
	p.ends[1] = &end{p: p, dir: down, addr: far}
	p.ends[0].peer, p.ends[1].peer = p.ends[1], p.ends[0]
	return p
}

// Read implements net.Conn.
func (e *end) Read(b []byte) (int, error) {
	p := e.p
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case e.closed:
			return 0, net.ErrClosed
		case e.late(reading):
			return 0, e.failed("read", os.ErrDeadlineExceeded)
		case len(b) == 0:
			return 0, nil
		case len(e.in) > 0:
			n := copy(b, e.in)
			if e.in = e.in[n:]; len(e.in) == 0 {
				e.in = nil
			}
			p.moved.Broadcast()
			return n, nil
		case p.reset:
			return 0, e.failed("read", syscall.ECONNRESET)
		case e.fin:
			return 0, io.EOF
		}
		p.moved.Wait()
	}
}

// Write implements net.Conn. It returns when everything is in the buffer.
func (e *end) Write(b []byte) (int, error) {
	p := e.p
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := 0
	for {
		switch {
		case e.closed:
			return sent, net.ErrClosed
		case e.late(writing):
			return sent, e.failed("write", os.ErrDeadlineExceeded)
		case p.reset:
			return sent, e.failed("write", syscall.EPIPE)
		case sent == len(b):
			return sent, nil
		case p.dead: // the buffer takes it, and nobody acknowledges it
			sent = len(b)
		case p.shut || e.peer.closed:
			p.reset = true
			sent = len(b)
		default:
			if room := p.window - len(e.peer.in); room > 0 {
				sent += p.net.deliver(e, b[sent:min(len(b), sent+room)])
				p.moved.Broadcast()
				continue
			}
			p.moved.Wait()
		}
	}
}

// failed is an error as package net makes them.
func (e *end) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: e.peer.addr, Err: err}
}

// Close implements net.Conn.
func (e *end) Close() error {
	p := e.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.closed {
		return net.ErrClosed
	}
	e.closed = true
	for _, t := range e.timer {
		if t != nil {
			t.Stop()
		}
	}
	if !p.dead {
		p.reset = p.reset || len(e.in) > 0
		e.peer.fin = true
	}
	p.net.ended(e)
	p.moved.Broadcast()
	return nil
}

// CloseWrite sends FIN and goes on reading.
func (e *end) CloseWrite() error {
	e.p.mu.Lock()
	defer e.p.mu.Unlock()
	e.peer.fin = e.peer.fin || !e.p.dead
	e.p.moved.Broadcast()
	return nil
}

func (e *end) late(op int) bool {
	d := e.deadline[op]
	return !d.IsZero() && !time.Now().Before(d)
}

// set sets a deadline and wakes up who waits when it comes.
func (e *end) set(op int, at time.Time) {
	e.p.mu.Lock()
	defer e.p.mu.Unlock()
	if e.timer[op] != nil {
		e.timer[op].Stop()
		e.timer[op] = nil
	}
	e.deadline[op] = at
	if wait := time.Until(at); !at.IsZero() && wait > 0 && !e.closed {
		e.timer[op] = time.AfterFunc(wait, func() {
			e.p.mu.Lock()
			defer e.p.mu.Unlock()
			e.p.moved.Broadcast()
		})
	}
	e.p.moved.Broadcast()
}

// SetDeadline implements net.Conn.
func (e *end) SetDeadline(t time.Time) error { e.set(reading, t); e.set(writing, t); return nil }

// SetReadDeadline implements net.Conn.
func (e *end) SetReadDeadline(t time.Time) error { e.set(reading, t); return nil }

// SetWriteDeadline implements net.Conn.
func (e *end) SetWriteDeadline(t time.Time) error { e.set(writing, t); return nil }

// LocalAddr implements net.Conn.
func (e *end) LocalAddr() net.Addr { return e.addr }

// RemoteAddr implements net.Conn.
func (e *end) RemoteAddr() net.Addr { return e.peer.addr }
