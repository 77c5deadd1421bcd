package connreq

// NOTE: the stage of most tests is a synctest bubble with a network in memory whose
// ends have addresses: time is virtual, and a goroutine left behind fails the test.

import (
	"bufio"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The credentials of the tests. The password is the canary that is looked for in
// texts.
const (
	user     = "cr-user"
	password = "canary-5ecret"
	path     = "/7f3c"
)

var right = Credential{user, password}

func credentials() (string, string) { return user, password }

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

// A memory is a network in memory with one listener.
type memory struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	fail  chan error // Accept fails with these first
}

func newMemory() *memory {
	return &memory{conns: make(chan net.Conn), done: make(chan struct{}), fail: make(chan error, 4)}
}

// Accept implements net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case err := <-m.fail:
		return nil, err
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

// Addr implements net.Listener.
func (m *memory) Addr() net.Addr { return addr("192.0.2.1:7547") }

// addr is a TCP address.
func addr(text string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(text)) }

// An end is one end of a connection in memory, with the address of the other.
type end struct {
	net.Conn
	remote net.Addr
}

// RemoteAddr implements net.Conn.
func (e end) RemoteAddr() net.Addr { return e.remote }

// from opens a connection to the listener from an address.
func (m *memory) from(ctx context.Context, address string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case m.conns <- end{far, addr(address)}:
		return near, nil
	case <-m.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Dial is a Sender's, from 192.0.2.9.
func (m *memory) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return m.from(ctx, "192.0.2.9:1000")
}

// A port is a Listener that serves on a network in memory.
type port struct {
	*memory
	t        *testing.T
	listener *Listener
	gate     *Gate
}

// listen serves until the test ends. What the Listener and its Gate lack is filled in.
func listen(t *testing.T, l *Listener) *port {
	if l.Gate == nil {
		l.Gate = &Gate{Every: time.Nanosecond, Burst: 1000}
	}
	if l.Gate.Credentials == nil {
		l.Gate.Credentials = credentials
	}
	if l.Path == "" {
		l.Path = path
	}
	p := &port{memory: newMemory(), t: t, listener: l, gate: l.Gate}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- l.Serve(ctx, p.memory) }()
	t.Cleanup(func() {
		cancel()
		assert.ErrorIs(t, <-served, context.Canceled)
		assert.Empty(t, l.visits.open)
	})
	return p
}

// woken reports whether the program would begin a session now.
func (p *port) woken() bool {
	select {
	case <-p.gate.C():
		return p.gate.Begin()
	default:
		return false
	}
}

// A peer is a client's connection to a port.
type peer struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (p *port) peer(address string) *peer {
	p.t.Helper()
	c, err := p.from(p.t.Context(), address)
	require.NoError(p.t, err)
	p.t.Cleanup(func() { c.Close() })
	return &peer{p.t, c, bufio.NewReader(c)}
}

// say writes; a port that has heard enough may not read all of it.
func (p *peer) say(text string) {
	go io.WriteString(p.Conn, text)
}

// hear reads one answer, up to its blank line; empty if the connection was closed.
func (p *peer) hear() string {
	var b strings.Builder
	for {
		line, err := p.r.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String()
		}
	}
}

// ask asks and returns the status line's code and the whole answer.
func (p *peer) ask(text string) (string, string) {
	p.say(text)
	answer := p.hear()
	if len(answer) < 12 {
		return "", answer
	}
	return answer[9:12], answer
}

// get is a request with header fields.
func get(target string, fields ...string) string {
	b := "GET " + target + " HTTP/1.1\r\nHost: 192.0.2.1:7547\r\n"
	for _, f := range fields {
		b += f + "\r\n"
	}
	return b + "\r\n"
}

var nonceText = regexp.MustCompile(`nonce="([^"]+)"`)

// nonceOf finds the nonce in an answer.
func nonceOf(t *testing.T, answer string) string {
	t.Helper()
	m := nonceText.FindStringSubmatch(answer)
	require.NotNil(t, m, "no nonce in %q", answer)
	return m[1]
}

// An auth is digest credentials in the making, computed here by RFC 7616 and not by
// package digest.
type auth struct {
	user, password, realm, nonce, method, uri, nc, cnonce string
}

// md5hex hashes with colons between.
func md5hex(texts ...string) string {
	sum := md5.Sum([]byte(strings.Join(texts, ":")))
	return hex.EncodeToString(sum[:])
}

// field is the header field.
func (a auth) field() string {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set(&a.user, user)
	set(&a.password, password)
	set(&a.realm, "cwmp")
	set(&a.method, "GET")
	set(&a.uri, path)
	set(&a.nc, "00000001")
	set(&a.cnonce, "c")
	response := md5hex(md5hex(a.user, a.realm, a.password), a.nonce, a.nc, a.cnonce, "auth", md5hex(a.method, a.uri))
	return fmt.Sprintf(`Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", qop=auth, nc=%s, cnonce="%s"`,
		a.user, a.realm, a.nonce, a.uri, response, a.nc, a.cnonce)
}

// nonce gets a fresh nonce.
func (p *port) nonce(address string) string {
	p.t.Helper()
	c := p.peer(address)
	defer c.Close()
	status, answer := c.ask(get(path))
	require.Equal(p.t, "401", status)
	return nonceOf(p.t, answer)
}

// try asks once on a new connection and returns the status.
func (p *port) try(address, request string) string {
	p.t.Helper()
	c := p.peer(address)
	defer c.Close()
	status, _ := c.ask(request)
	return status
}
