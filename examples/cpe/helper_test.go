package main

// NOTE: the program in this process, against an ACS of the tests: on loopback, or in
// memory and in virtual time.

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// play runs the program to its end.
func play(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

// file makes a file of the text.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// An asking is an ACS that makes requests in each session, and keeps the answers.
type asking struct {
	list    []rpc.Message
	answers []rpc.Message
}

// Turn implements transport.Handler.
func (a *asking) Turn(_ context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
	if in != nil {
		a.answers = append(a.answers, in)
	}
	made := len(s.Data)
	if made == len(a.list) {
		return nil, nil
	}
	s.Data = append(s.Data, '.')
	return a.list[made], nil
}

// A wire is a network in memory, with one listener.
type wire struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.done) })
	return nil
}

func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

func (w *wire) Dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case w.conns <- far:
		return near, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

// serve serves a handler in memory for the time of a test in a bubble.
func serve(t *testing.T, h http.Handler) *wire {
	w := &wire{conns: make(chan net.Conn), done: make(chan struct{})}
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(w) }()
	t.Cleanup(func() {
		srv.Close()
		assert.ErrorIs(t, <-served, http.ErrServerClosed)
	})
	return w
}

// A living is a program that runs on, in virtual time.
type living struct {
	program   *program
	out, errs bytes.Buffer
	signal    context.CancelFunc
	status    chan int
}

// live starts the program against a handler, in a bubble.
func live(t *testing.T, h http.Handler, args ...string) *living {
	t.Helper()
	o, err := parse(append([]string{"-acs", "http://acs.test/", "-interval", "1h"}, args...), io.Discard)
	require.NoError(t, err)
	l := &living{status: make(chan int, 1)}
	p := newProgram(o, &l.out, &l.errs)
	l.program = p
	p.cpe.Base.Dial = serve(t, h).Dial
	ctx, cancel := context.WithCancel(t.Context())
	l.signal = cancel
	go func() { l.status <- p.run(ctx) }()
	t.Cleanup(cancel)
	return l
}

// stop ends the program as a signal does.
func (l *living) stop(t *testing.T) {
	t.Helper()
	l.signal()
	synctest.Wait()
	require.Len(t, l.status, 1, "it goes at once")
	assert.Equal(t, exitOK, <-l.status)
}
