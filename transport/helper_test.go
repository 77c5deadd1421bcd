package transport_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the stage of most tests is a synctest bubble with a network in memory:
// time is virtual, and a goroutine that is left behind fails the test.

// memory is a network in memory, and its one listener.
type memory struct {
	conns  chan net.Conn
	done   chan struct{}
	once   sync.Once
	mu     sync.Mutex
	dialed int
	open   int // of the dialling ends
	sent   int // bytes that the dialling ends wrote
}

func newMemory() *memory { return &memory{conns: make(chan net.Conn), done: make(chan struct{})} }

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

// Dial opens a connection to the listener.
func (m *memory) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case m.conns <- far:
		m.add(func() { m.dialed++; m.open++ })
		return &counted{Conn: near, net: m}, nil
	case <-m.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memory) add(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// counts returns how many connections were dialled, and how many are open still.
func (m *memory) counts() (dialed, open int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dialed, m.open
}

// written returns how many bytes the dialling ends have written.
func (m *memory) written() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent
}

// counted is a connection that reports what it writes, and its close, once.
type counted struct {
	net.Conn
	net  *memory
	once sync.Once
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.net.add(func() { c.net.sent += n })
	return n, err
}

func (c *counted) Close() error {
	c.once.Do(func() { c.net.add(func() { c.net.open-- }) })
	return c.Conn.Close()
}

// bubble runs a test, or a subtest if it has a name, in virtual time.
func bubble(t *testing.T, name string, f func(t *testing.T)) {
	if name == "" {
		synctest.Test(t, f)
		return
	}
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// pass lets virtual time pass.
func pass(d time.Duration) { <-time.After(d) }

// serveHTTP serves a handler on a network in memory for the time of the test.
func serveHTTP(t *testing.T, h http.Handler) *memory {
	m := newMemory()
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(m) }()
	t.Cleanup(func() {
		srv.Close()
		assert.ErrorIs(t, <-served, http.ErrServerClosed)
		synctest.Wait()
		_, open := m.counts()
		assert.Zero(t, open, "connections left open")
	})
	return m
}

const acsURL = "http://acs.test/cwmp"

// newClient returns a client on a network in memory.
func newClient(m *memory) *transport.Client {
	return &transport.Client{URL: acsURL, Username: user, Password: password, Dial: m.Dial}
}

// The device of the tests and its credentials. The password is the canary that is
// looked for in texts.
const (
	user     = "00D09E-Box-1"
	password = "canary-5ecret"
)

var deviceID = rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Box", SerialNumber: "1"}

func newInform() *rpc.Inform {
	return &rpc.Inform{
		DeviceID: deviceID, CurrentTime: rpc.UnknownTime,
		Event: []rpc.Event{{EventCode: rpc.EventBoot}},
		ParameterList: []rpc.ParameterValue{
			{Name: "Device.DeviceInfo.SoftwareVersion", Value: rpc.StringValue("1.0")},
		},
	}
}

// passwords is the password table of a server that knows the device.
func passwords(name string) (string, bool) { return password, name == user }

// digestAuth authenticates the device.
func digestAuth() *transport.DigestAuth { return &transport.DigestAuth{Password: passwords} }

// document is an envelope as a document.
func document(t testing.TB, env *rpc.Envelope) string {
	if env == nil {
		return ""
	}
	b, err := env.Append(nil, rpc.Style{})
	require.NoError(t, err)
	return string(b)
}

// oneLine checks an error's text.
func oneLine(t testing.TB, err error) {
	t.Helper()
	require.Error(t, err)
	text := err.Error()
	assert.NotContains(t, text, "\n")
	assert.NotContains(t, text, password)
	assert.Less(t, len(text), 500)
	for _, r := range text {
		assert.GreaterOrEqual(t, r, ' ', "control character in %q", text)
	}
}

// answerAll is a CPE's Handle that answers everything with its empty response.
func answerAll(_ context.Context, request rpc.Message) (rpc.Message, error) {
	return (rpc.Registry{}).New(request.Method() + "Response"), nil
}
