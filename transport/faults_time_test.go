package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: F4 of the fault matrix: an ACS, or what is before it, that stops in one phase
// of a session, or goes on so slowly that it is the same. client_time_test.go has the
// simple cases with each setting of Timeout.

// A phase is where an ACS stops.
type phase struct {
	name   string
	url    string        // empty is acsURL
	within time.Duration // from the start of the session; it fails no sooner than a Timeout
	stop   func(t *testing.T, n *network, c *transport.Client)
}

// speaker is an ACS that answers each POST of a connection by a function of its own,
// and keeps the connection open.
func speaker(t *testing.T, n *network, speak func(conn net.Conn, posts int)) {
	l := n.listen("acs.test:80")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			go converse(conn, speak)
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
}

func converse(conn net.Conn, speak func(conn net.Conn, posts int)) {
	r := bufio.NewReader(conn)
	for posts := 1; ; posts++ {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		speak(conn, posts)
	}
}

// drip writes a text again and again, a byte every ten seconds, until nobody reads it.
func drip(conn net.Conn, first, text string) {
	io.WriteString(conn, first)
	for i := 0; ; i++ {
		pass(10 * time.Second)
		if _, err := conn.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
	}
}

// dripping is a stop at the first response.
func dripping(first, text string) func(*testing.T, *network, *transport.Client) {
	return func(t *testing.T, n *network, _ *transport.Client) {
		speaker(t, n, func(conn net.Conn, _ int) { drip(conn, first, text) })
	}
}

// saying is a stop after some bytes of the n-th response.
func saying(responses ...string) func(*testing.T, *network, *transport.Client) {
	return func(t *testing.T, n *network, _ *transport.Client) {
		speaker(t, n, func(conn net.Conn, posts int) {
			if posts <= len(responses) {
				io.WriteString(conn, responses[posts-1])
			}
		})
	}
}

const half = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n"

var f4 = []phase{
	{name: "name", within: time.Minute, stop: func(_ *testing.T, _ *network, c *transport.Client) {
		c.Dial = func(ctx context.Context, _, address string) (net.Conn, error) {
			<-ctx.Done() // as a resolver without an answer does
			return nil, &net.DNSError{Err: ctx.Err().Error(), Name: address, IsTimeout: true}
		}
	}},
	{name: "connection", within: time.Minute, stop: func(_ *testing.T, n *network, _ *transport.Client) {
		n.listen("acs.test:80").conns = nil // nobody accepts
	}},
	{name: "handshake", url: "https://acs.test/", within: time.Minute, stop: func(t *testing.T, n *network, _ *transport.Client) {
		l := n.listen("acs.test:443")
		t.Cleanup(func() { (<-l.conns).Close() })
	}},
	{name: "request not read", within: time.Minute, stop: func(t *testing.T, n *network, _ *transport.Client) {
		n.window = 100
		l := n.listen("acs.test:80")
		t.Cleanup(func() { (<-l.conns).Close() })
	}},
	{name: "nothing", within: time.Minute, stop: saying()},
	{name: "half a header", within: time.Minute, stop: saying(half)},
	{name: "header only", within: time.Minute, stop: saying(half + "\r\n")},
	{name: "half a body", within: time.Minute, stop: saying(half + "\r\n<?xml")},
	{name: "half a chunk", within: time.Minute, stop: saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<?xml")},
	{name: "no last chunk", within: time.Minute, stop: saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n")},
	{name: "continue alone", within: time.Minute, stop: saying("HTTP/1.1 100 Continue\r\n\r\n")},
	{name: "challenge and nothing after it", within: time.Minute,
		stop: saying("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: " + challenge + "\r\nContent-Length: 0\r\n\r\n")},
	{name: "page of an error", within: time.Minute, stop: saying("HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\npage")},
	{name: "redirect to nobody", within: time.Minute,
		stop: func(t *testing.T, n *network, c *transport.Client) {
			n.listen("b.test:80").conns = nil
			saying("HTTP/1.1 302 Found\r\nLocation: http://b.test/\r\nContent-Length: 0\r\n\r\n")(t, n, c)
		}},
	{name: "status line, dripping", within: time.Minute, stop: dripping("", "HTTP/1.1 200 OK")},
	{name: "header, dripping", within: time.Minute, stop: dripping("HTTP/1.1 200 OK\r\nX: ", "y")},
	{name: "continues, dripping", within: time.Minute, stop: dripping("", "HTTP/1.1 100 Continue\r\n\r\n")},
	{name: "body, dripping", within: time.Minute, stop: dripping(half+"\r\n", " ")},
	{name: "chunks, dripping", within: time.Minute, stop: dripping("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n")},
}

func TestF4Phases(t *testing.T) {
	for _, p := range f4 {
		bubble(t, p.name, func(t *testing.T) {
			n := newNetwork(cut{})
			c := &transport.Client{URL: acsURL, Username: user, Password: password, Dial: n.Dial, Handle: answerAll}
			if p.url != "" {
				c.URL = p.url
			}
			p.stop(t, n, c)
			start := time.Now()
			result, err := c.Do(t.Context(), newInform())
			took := time.Since(start)
			assert.ErrorIs(t, err, transport.ErrTimeout)
			oneLine(t, err)
			assert.Empty(t, result.Answers)
			assert.GreaterOrEqual(t, took, 30*time.Second, "TR-069 section 3.4.2")
			assert.LessOrEqual(t, took, p.within+time.Second)
			assert.Zero(t, n.left()[up])
			pass(time.Minute) // the ACS notices
		})
	}
}

// Whatever happens in a session, MaxDuration ends it: an ACS that is always just in
// time, a Handle that takes hours.
func TestF4Duration(t *testing.T) {
	slow := func(wait time.Duration, s step) step {
		return func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) { pass(wait); s(w, r, in) }
	}
	for _, tt := range []struct {
		name    string
		maximum time.Duration
		list    []step
		handle  time.Duration
	}{
		{"patient ACS", 0, []step{accept, slow(59*time.Second, ask(&rpc.Reboot{}))}, 0},
		{"patient ACS, an hour", time.Hour, []step{accept, slow(59*time.Second, ask(&rpc.Reboot{}))}, 0},
		{"slow Handle", 0, []step{accept, ask(&rpc.Reboot{}), empty}, 24 * time.Hour},
		{"both slow", 0, []step{slow(50*time.Second, accept), slow(55*time.Second, ask(&rpc.Reboot{}))}, time.Second},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			c := newClient(serveHTTP(t, acsOf(t, tt.list...)))
			c.MaxDuration = tt.maximum
			c.Handle = func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-time.After(tt.handle):
				}
				return answerAll(ctx, m)
			}
			start := time.Now()
			_, err := c.Do(t.Context(), newInform())
			assert.ErrorIs(t, err, session.ErrDuration)
			oneLine(t, err)
			assert.LessOrEqual(t, time.Since(start), max(tt.maximum, 10*time.Minute*time.Duration(one(tt.maximum == 0)))+time.Second)
			pass(2 * time.Minute) // the ACS notices
		})
	}
}

// F4 at the ACS: a CPE that stops in one phase is let go in time, its session ends
// with ErrTimeout, and the program is told.
func TestF4ServerPhases(t *testing.T) {
	inform := document(t, rpc.NewEnvelope(rpc.V12, "i", newInform()))
	head := fmt.Sprintf("POST /cwmp HTTP/1.1\r\nHost: acs.test\r\nContent-Length: %d\r\n\r\n", len(inform))
	for _, tt := range []struct {
		name, say string
		within    time.Duration // until the connection is closed
		opened    int
	}{
		{"nothing", "", 5 * time.Second, 0},
		{"half a request line", "POST /cw", 5 * time.Second, 0},
		{"half a header", head[:40], 5 * time.Second, 0},
		{"header only", head, 30 * time.Second, 0},
		{"half a body", head + inform[:300], 30 * time.Second, 0},
		{"an Inform", head + inform, 70 * time.Second, 1},
		{"half a second request", head + inform + head[:20], 75 * time.Second, 1},
		{"an Inform, and half a body", head + inform + head + inform[:100], 100 * time.Second, 1},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			s := aPlay.stage(t, cut{}, nil)
			conn, err := s.net.Dial(t.Context(), "tcp", "acs.test:80")
			require.NoError(t, err)
			defer conn.Close()
			start := time.Now()
			io.WriteString(conn, tt.say)
			io.Copy(io.Discard, conn)
			assert.LessOrEqual(t, time.Since(start), tt.within+time.Second)
			pass(time.Minute)
			s.desk.mu.Lock()
			defer s.desk.mu.Unlock()
			assert.Equal(t, tt.opened, s.desk.opened)
			for _, err := range s.desk.ended {
				assert.ErrorIs(t, err, transport.ErrTimeout)
			}
			assert.Len(t, s.desk.ended, tt.opened)
		})
	}
}
