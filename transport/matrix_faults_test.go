package transport_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// NOTE: a network in memory that cuts a connection after so many bytes. Bytes are
// counted over all connections of a test, a count a direction, so that each byte of a
// whole series of sessions is a place to cut at.

// A direction is the way of bytes.
type direction int

const (
	up   direction = iota // from the CPE to the ACS
	down                  // from the ACS to the CPE
)

// String returns the direction in a word.
func (d direction) String() string { return [...]string{up: "up", down: "down"}[d] }

// A manner is how a connection is cut.
type manner int

const (
	noCut   manner = iota
	byRST          // both ends get a reset
	byFIN          // both ends get an end of the bytes, as from a proxy that closes
	byStall        // neither end ever hears anything again
)

// String returns the manner in a word.
func (m manner) String() string {
	return [...]string{noCut: "none", byRST: "RST", byFIN: "FIN", byStall: "stall"}[m]
}

// A cut is one fault: after the at-th byte of a direction.
type cut struct {
	manner manner
	dir    direction
	at     int
}

// A network has listeners by address and one cut to make.
type network struct {
	window int // bytes that fit between two ends, a direction

	mu        sync.Mutex
	listeners map[string]*listener
	cut       cut
	done      bool // the cut is made
	count     [2]int
	last      direction
	turns     [2][]int // the counts at which the other direction took over
	dialed    int
	open      map[*end]bool
}

func newNetwork(c cut) *network {
	return &network{window: 64 << 10, listeners: map[string]*listener{}, cut: c, open: map[*end]bool{}}
}

// deliver brings bytes to the other end, up to the cut. The pair is locked.
func (n *network) deliver(from *end, b []byte) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last != from.dir {
		n.turns[n.last] = append(n.turns[n.last], n.count[n.last])
		n.last = from.dir
	}
	c := n.cut
	if n.done || c.manner == noCut || c.dir != from.dir || n.count[c.dir]+len(b) < c.at {
		n.count[from.dir] += len(b)
		from.peer.in = append(from.peer.in, b...)
		return len(b)
	}
	k := c.at - n.count[c.dir]
	n.count[c.dir] += k
	from.peer.in = append(from.peer.in, b[:k]...)
	n.done = true
	switch c.manner {
	case byRST:
		from.p.reset = true
	case byFIN:
		from.fin, from.peer.fin, from.p.shut = true, true, true
		from.p.reset = k < len(b) // the rest meets a closed end
	case byStall:
		from.p.dead = true
	}
	return len(b) // what is lost was taken by the buffer
}

// ended notes that an end was closed. The pair is locked.
func (n *network) ended(e *end) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.open, e)
}

// left is how many ends are open, by direction.
func (n *network) left() (all [2]int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for e := range n.open {
		all[e.dir]++
	}
	return all
}

// Dial opens a connection to the listener of an address.
func (n *network) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	p := newPair(n, address)
	select {
	case l.conns <- p.ends[1]:
	case <-l.done:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dialed++
	n.open[p.ends[0]], n.open[p.ends[1]] = true, true
	return p.ends[0], nil
}

// A listener is one address.
type listener struct {
	net     *network
	address string
	conns   chan net.Conn
	done    chan struct{}
	once    sync.Once
}

func (n *network) listen(address string) *listener {
	l := &listener{net: n, address: address, conns: make(chan net.Conn, 16), done: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners[address] = l
	return l
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: l.address} }

// advised is an http.Server with the bounds that the package doc advises.
func advised(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ErrorLog: log.New(io.Discard, "", 0), MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 70 * time.Second,
	}
}

// serve serves a handler at an address, over TLS if cfg is not nil, until the test
// ends.
func (n *network) serve(t *testing.T, address string, h http.Handler, cfg *tls.Config) *http.Server {
	srv := advised(h)
	if s, ok := h.(interface {
		ConnContext(context.Context, net.Conn) context.Context
	}); ok {
		srv.ConnContext = s.ConnContext
	}
	var l net.Listener = n.listen(address)
	if cfg != nil {
		l = tls.NewListener(l, cfg)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		assert.ErrorIs(t, <-served, http.ErrServerClosed)
		synctest.Wait()
		assert.Zero(t, n.left(), "connections left open")
	})
	return srv
}
