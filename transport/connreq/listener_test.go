package connreq

// NOTE: the CPE's end of HTTP connection requests, by the rows CPE-207 to CPE-217 that
// a conformance test of TR-069 section 3.2.2 has.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const acs = "192.0.2.9:1000"

// A bare request is challenged, with a nonce of its own each time.
func TestChallenge(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{})
		status, answer := p.peer(acs).ask(get(path))
		assert.Equal(t, "401", status)
		assert.Regexp(t, `^HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="cwmp", nonce="[\w-]+", algorithm=MD5, qop="auth"\r\nContent-Length: 0\r\n\r\n$`, answer)
		assert.NotEqual(t, nonceOf(t, answer), p.nonce(acs))
		assert.False(t, p.woken())
	})
}

// The answer to a right digest is a success without body, sent before the event.
func TestAccepted(t *testing.T) {
	for noContent, want := range map[bool]string{
		false: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		true:  "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
	} {
		bubble(t, want[9:12], func(t *testing.T) {
			p := listen(t, &Listener{NoContent: noContent})
			c := p.peer(acs)
			_, answer := c.ask(get(path))
			c.say(get(path, auth{nonce: nonceOf(t, answer)}.field()))
			synctest.Wait()
			assert.False(t, p.woken(), "the answer was not read yet")
			assert.Equal(t, want, c.hear())
			synctest.Wait()
			assert.True(t, p.woken())
			assert.False(t, p.woken(), "one event")
			assert.Empty(t, c.hear(), "closed")
		})
	}
}

// The nonce is not bound to its connection, and a CPE does not wait for what is read
// slowly: an answer that nobody reads delays the event by the rest of the connection.
func TestAcceptedElsewhere(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{})
		nonce := p.nonce(acs)
		c := p.peer("192.0.2.10:5")
		c.say(get(path, auth{nonce: nonce}.field()))
		pass(DefaultConnTimeout - time.Nanosecond)
		assert.False(t, p.woken())
		pass(time.Nanosecond)
		synctest.Wait()
		assert.True(t, p.woken())
	})
}

// What must not start a session, and how it is answered.
func TestNotAccepted(t *testing.T) {
	tests := map[string]struct {
		auth auth
		want string
	}{
		"wrong user":     {auth{user: "other"}, "401"},
		"wrong password": {auth{password: "guess"}, "401"},
		"wrong realm":    {auth{realm: "other"}, "401"},
		"wrong uri":      {auth{uri: "/other"}, "401"},
		"other method":   {auth{method: "POST"}, "401"},
		"foreign nonce":  {auth{nonce: "AAAA"}, "401"},
		"count of zero":  {auth{nc: "00000000"}, "401"},
		"right":          {auth{}, "200"},
	}
	for name, tt := range tests {
		bubble(t, name, func(t *testing.T) {
			p := listen(t, &Listener{})
			if tt.auth.nonce == "" {
				tt.auth.nonce = p.nonce(acs)
			}
			status, answer := p.peer(acs).ask(get(path, tt.auth.field()))
			assert.Equal(t, tt.want, status)
			assert.Equal(t, name == "foreign nonce", strings.Contains(answer, "stale=true"))
			synctest.Wait()
			assert.Equal(t, tt.want == "200", p.woken())
		})
	}
}

// The target and the digest's uri may be absolute and have a query, in any mixture,
// as long as path and query are the same.
func TestTargets(t *testing.T) {
	tests := []struct{ target, uri, want string }{
		{path, "http://192.0.2.1:7547" + path, "200"},
		{"http://192.0.2.1:7547" + path, path, "200"},
		{"http://192.0.2.1:7547" + path, "http://cpe.example" + path, "200"},
		{path + "?a=b&c", path + "?a=b&c", "200"},
		{path + "?a=b", "http://h" + path + "?a=b", "200"},
		{path + "?http://x/y", path + "?http://x/y", "200"},
		{path + "?a=b", path, "401"},
		{path, path + "?a=b", "401"},
		{"/", "/", "404"}, {"http://h", "/", "404"}, {"http://h?x", "/", "404"}, {"?x", "?x", "404"},
		{path + "/", path + "/", "404"}, {"/x" + path, "/x" + path, "404"}, {"*", "*", "404"},
		{"/%37f3c", "/%37f3c", "404"}, {"//h" + path, path, "404"},
	}
	for _, tt := range tests {
		bubble(t, strings.ReplaceAll(tt.target+" "+tt.uri, "/", "|"), func(t *testing.T) {
			p := listen(t, &Listener{})
			request := get(tt.target, auth{nonce: p.nonce(acs), uri: tt.uri}.field())
			assert.Equal(t, tt.want, p.try(acs, request))
			synctest.Wait()
			assert.Equal(t, tt.want == "200", p.woken())
		})
	}
}

// SHA-256 is offered by configuration, first, and MD5 goes on being accepted.
func TestAlgorithms(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{SHA256: true, Realm: "r"})
		_, answer := p.peer(acs).ask(get(path))
		assert.Regexp(t, `(?s)realm="r".*algorithm=SHA-256, .*\r\nWWW-Authenticate: .*algorithm=MD5, `, answer)
		assert.Equal(t, "200", p.try(acs, get(path, auth{realm: "r", nonce: nonceOf(t, answer)}.field())))
	})
}

// Requests before the session are answered each, and make one session.
func TestManyRequestsOneSession(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{Gate: &Gate{}})
		for range DefaultBurst {
			assert.Equal(t, "200", p.try(acs, get(path, auth{nonce: p.nonce(acs)}.field())))
		}
		synctest.Wait()
		assert.True(t, p.woken())
		p.gate.End()
		assert.False(t, p.woken())
	})
}

// During a session: 503, or exactly one more session after it.
func TestDuringASession(t *testing.T) {
	for _, refuse := range []bool{true, false} {
		bubble(t, fmt.Sprint("refuse ", refuse), func(t *testing.T) {
			p := listen(t, &Listener{Gate: &Gate{RefuseInSession: refuse}})
			assert.False(t, p.gate.Begin(), "a periodic one")
			for range 3 {
				_, answer := p.peer(acs).ask(get(path, auth{nonce: p.nonce(acs)}.field()))
				if refuse {
					assert.Equal(t, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", answer)
				} else {
					assert.True(t, strings.HasPrefix(answer, "HTTP/1.1 200 "), answer)
				}
			}
			synctest.Wait()
			assert.Empty(t, p.gate.C(), "silent while the session runs")
			p.gate.End()
			assert.Equal(t, !refuse, p.woken())
			p.gate.End()
			assert.False(t, p.woken())
		})
	}
}

// Beyond the rate: 503 without Retry-After and without session. What is not
// authenticated costs nothing.
func TestRate(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{Gate: &Gate{}})
		for i := range 100 {
			p.try(fmt.Sprintf("198.51.100.%d:9", i), get(path, auth{nonce: "x", password: "guess"}.field()))
		}
		ask := func() string {
			_, answer := p.peer(acs).ask(get(path, auth{nonce: p.nonce(acs)}.field()))
			assert.NotContains(t, answer, "Retry-After")
			return answer[9:12]
		}
		for range DefaultBurst {
			assert.Equal(t, "200", ask())
		}
		synctest.Wait()
		assert.True(t, p.woken())
		p.gate.End()
		assert.Equal(t, "503", ask())
		pass(DefaultEvery - time.Nanosecond)
		assert.Equal(t, "503", ask())
		synctest.Wait()
		assert.False(t, p.woken())
		pass(time.Nanosecond)
		assert.Equal(t, "200", ask())
		assert.Equal(t, "503", ask())
	})
}

// A connection stays for the answer to its challenge, and for no more than that.
func TestOneConnection(t *testing.T) {
	tests := map[string]struct {
		request string
		stays   bool
	}{
		"plain":          {get(path), true},
		"empty body":     {get(path, "Content-Length: 0"), true},
		"other words":    {get(path, "Connection: keep-alive, TE"), true},
		"close":          {get(path, "Connection: TE , Close"), false},
		"1.0":            {"GET " + path + " HTTP/1.0\r\n\r\n", false},
		"body":           {get(path, "Content-Length: 4") + "data", false},
		"chunked":        {get(path, "Transfer-Encoding: chunked") + "0\r\n\r\n", false},
		"no such length": {get(path, "Content-Length: x"), false},
	}
	for name, tt := range tests {
		bubble(t, name, func(t *testing.T) {
			c := listen(t, &Listener{}).peer(acs)
			status, answer := c.ask(tt.request)
			assert.Equal(t, "401", status)
			assert.Equal(t, !tt.stays, strings.Contains(answer, "\r\nConnection: close\r\n"))
			status, _ = c.ask(get(path, auth{nonce: nonceOf(t, answer)}.field()))
			assert.Equal(t, tt.stays, status == "200")
		})
	}
}

// Three requests at most, also when they come in one piece.
func TestRequestsOfAConnection(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := listen(t, &Listener{}).peer(acs)
		c.say(strings.Repeat("\r\n"+get(path), 5))
		for i := range maxRequests {
			answer := c.hear()
			assert.True(t, strings.HasPrefix(answer, "HTTP/1.1 401 "))
			assert.Equal(t, i == maxRequests-1, strings.Contains(answer, "Connection: close"))
		}
		assert.Empty(t, c.hear())
	})
}

// Every wait has its end: for a head, and for all of a connection.
func TestTimeouts(t *testing.T) {
	bubble(t, "silence", func(t *testing.T) {
		c := listen(t, &Listener{}).peer(acs)
		start := time.Now()
		assert.Empty(t, c.hear())
		assert.Equal(t, DefaultHeadTimeout, time.Since(start))
	})
	bubble(t, "a byte a second", func(t *testing.T) {
		c := listen(t, &Listener{HeadTimeout: 3500 * time.Millisecond}).peer(acs)
		start := time.Now()
		for range 100 {
			if _, err := c.Write([]byte("G")); err != nil {
				break
			}
			pass(time.Second)
		}
		assert.Equal(t, 4*time.Second, time.Since(start))
	})
	bubble(t, "one request after the other", func(t *testing.T) {
		c := listen(t, &Listener{}).peer(acs)
		start := time.Now()
		for range 2 {
			pass(4 * time.Second)
			status, _ := c.ask(get(path))
			assert.Equal(t, "401", status)
		}
		assert.Empty(t, c.hear())
		assert.Equal(t, DefaultConnTimeout, time.Since(start))
	})
	bubble(t, "answer unread", func(t *testing.T) {
		p := listen(t, &Listener{ConnTimeout: time.Second})
		c := p.peer(acs)
		c.say(get(path))
		pass(time.Second)
		synctest.Wait()
		assert.Empty(t, p.listener.visits.open)
	})
}

// What Serve returns, and what it waits out.
func TestServe(t *testing.T) {
	assert.ErrorIs(t, (&Listener{}).Serve(t.Context(), newMemory()), ErrNoGate)
	for _, bad := range []string{"x", "/a b", "/a?b", "/a#b", "/ü", "/" + strings.Repeat("x", maxPath)} {
		assert.ErrorIs(t, (&Listener{Gate: &Gate{}, Path: bad}).Serve(t.Context(), newMemory()), ErrPath, bad)
	}
	bubble(t, "closed by another", func(t *testing.T) {
		m := newMemory()
		m.Close()
		assert.ErrorIs(t, (&Listener{Gate: &Gate{}}).Serve(t.Context(), m), net.ErrClosed)
	})
	bubble(t, "failures pass", func(t *testing.T) {
		p := listen(t, &Listener{})
		for range 3 {
			p.fail <- errors.New("too many open files")
		}
		start := time.Now()
		assert.Equal(t, "401", p.try(acs, get(path)))
		assert.LessOrEqual(t, time.Since(start), 35*time.Millisecond)
	})
	bubble(t, "done during a pause", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		m := newMemory()
		m.fail <- errors.New("too many open files")
		served := make(chan error)
		go func() { served <- (&Listener{Gate: &Gate{}}).Serve(ctx, m) }()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-served, context.Canceled)
	})
}

// Two addresses share all but their end.
func TestServeTwice(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{})
		stays := p.peer(acs)
		ctx, cancel := context.WithCancel(t.Context())
		other := newMemory()
		served := make(chan error)
		go func() { served <- p.listener.Serve(ctx, other) }()
		goes, err := other.Dial(ctx, "", "")
		require.NoError(t, err)
		synctest.Wait()
		assert.Len(t, p.listener.visits.open, 2)
		cancel()
		<-served
		_, err = goes.Read(make([]byte, 1))
		assert.Error(t, err)
		status, _ := stays.ask(get(path))
		assert.Equal(t, "401", status)
	})
}

func TestURL(t *testing.T) {
	assert.Equal(t, "http://[2001:db8::1]:7547/x", (&Listener{Path: "/x"}).URL("[2001:db8::1]:7547"))
	var l Listener
	assert.Regexp(t, `^http://h:1/[a-z2-7]{26}$`, l.URL("h:1"))
	assert.Equal(t, l.URL("h:1"), l.URL("h:1"))
	assert.NotEqual(t, RandomPath(), RandomPath())
}
