package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/digest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what a Client promises that no other file shows: each kind of digest, challenges
// at any time, every status of success, what never stands in a request.

// A gate lets requests through whose digest is right, and challenges the others. It
// checks that counts go up.
type gate struct {
	t      *testing.T
	digest digest.Server
	next   http.Handler
	// fresh asks for a new challenge before the n-th request, from 1; nil never.
	fresh func(n int) bool
	// closes ends the connection with each challenge.
	closes bool

	mu      sync.Mutex
	counts  map[string]uint32 // by nonce, the last count
	passed  int
	refused int
	asked   map[int]bool    // the requests that were challenged anew
	schemes map[string]bool // what was used
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	result, err := g.digest.Verify(r.Method, r.RequestURI, r.Header.Get("Authorization"), func() []byte { return body }, passwords)
	if n := g.passed + 1; err == nil && g.fresh != nil && !g.asked[n] && g.fresh(n) {
		g.asked[n], err = true, digest.ErrStale
	}
	if err != nil {
		g.refused++
		for _, c := range g.digest.Challenges(errors.Is(err, digest.ErrStale)) {
			w.Header().Add("WWW-Authenticate", c)
		}
		if g.closes {
			w.Header().Set("Connection", "close")
		}
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	c, err := digest.ParseCredentials(r.Header.Get("Authorization"))
	require.NoError(g.t, err)
	if c.Count > 0 {
		assert.Greater(g.t, c.Count, g.counts[c.Nonce])
		g.counts[c.Nonce] = c.Count
	}
	g.passed++
	g.schemes[fmt.Sprint(result.Algorithm, " ", result.QOP)] = true
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.next.ServeHTTP(w, r)
}

func (g *gate) open(t *testing.T, next http.Handler) *memory {
	g.t, g.next, g.counts, g.asked, g.schemes = t, next, map[string]uint32{}, map[int]bool{}, map[string]bool{}
	g.digest.Realm = "acs"
	return serveHTTP(t, g)
}

// fourPosts is an ACS that makes two requests.
func fourPosts(t *testing.T) *steps {
	return acsOf(t, accept, ask(&rpc.Reboot{}), ask(&rpc.GetRPCMethods{}), empty)
}

// TestClientDigestKinds: each algorithm with each quality, checked by the other end.
func TestClientDigestKinds(t *testing.T) {
	for _, a := range []digest.Algorithm{digest.MD5, digest.MD5Sess, digest.SHA256, digest.SHA256Sess} {
		for _, q := range []digest.QOP{digest.QOPAuth, digest.QOPAuthInt, digest.QOPNone} {
			if q == digest.QOPNone && (a == digest.MD5Sess || a == digest.SHA256Sess) {
				continue // whose key is made of the client's nonce
			}
			for _, coding := range []transport.Compression{transport.Disabled, transport.GZIP} {
				bubble(t, fmt.Sprint(a, " ", q, " ", coding), func(t *testing.T) {
					var seen []string
					acs := fourPosts(t)
					g := &gate{digest: digest.Server{Algorithms: []digest.Algorithm{a}, QOPs: []digest.QOP{q}}}
					c := newClient(g.open(t, decoding(t, acs, &seen)))
					c.Handle, c.Compression = answerAll, coding
					_, err := c.Do(t.Context(), newInform())
					require.NoError(t, err)
					assert.Len(t, acs.posted, 4)
					assert.Equal(t, map[string]bool{fmt.Sprint(a, " ", q): true}, g.schemes)
					if q != digest.QOPNone {
						assert.Equal(t, 1, g.refused, "one challenge a session")
					}
				})
			}
		}
	}
}

// TestClientChallengedAtAnyTime: an ACS may challenge again before any request, or
// before each, stale or by another nonce, on the same connection or a new one (TR-069
// sections 3.4.4 and 3.4.5).
func TestClientChallengedAtAnyTime(t *testing.T) {
	for n := range 5 {
		for _, closes := range []bool{false, true} {
			bubble(t, fmt.Sprint(n, closes), func(t *testing.T) {
				acs := fourPosts(t)
				g := &gate{closes: closes, fresh: func(k int) bool { return n == 0 || k == n }}
				c := newClient(g.open(t, acs))
				c.Handle = answerAll
				_, err := c.Do(t.Context(), newInform())
				require.NoError(t, err)
				assert.Equal(t, []string{"Inform", "(empty)", "RebootResponse", "GetRPCMethodsResponse"}, acs.posted)
			})
		}
	}
}

// TestClientMalformedChallenges: each ends the session with a ChallengeError, and
// nothing is sent in answer.
func TestClientMalformedChallenges(t *testing.T) {
	for _, value := range []string{
		"", " ", ",", "Digest", "Digest ", "Digest realm", `Digest realm="a"`, `Digest nonce="a"`, `Digest realm="a", nonce=""`,
		`Digest realm="a, nonce="n"`, `Digest realm="a" nonce="n"`, `Digest realm="a", nonce="n", nonce="m"`, `Digest realm="a", nonce="n`,
		`Digest realm="a", nonce="n\`, `Digest realm="a", nonce="n", qop="`,
		`Digest realm="a", nonce="n", algorithm=SHA-512-256`, `Digest realm="a", nonce="n", algorithm=""MD5`, `Digest realm="a", nonce="n", qop=other`,
		`Digest realm="a", nonce="n", algorithm=MD5-sess`, `Digest realm="a", nonce="n",, =`, `Digest realm="a"; nonce="n"`, `Digest: realm="a", nonce="n"`,
		`Negotiate`, `NTLM TlRMTVNTUAACAAAA`, `Bearer realm="a"`, `"Digest" realm="a", nonce="n"`, strings.Repeat("Basic,", 100), strings.Repeat("a", 10_000),
	} {
		bubble(t, fmt.Sprintf("%.40q", value), func(t *testing.T) {
			acs := acsOf(t, status(401, "page", "WWW-Authenticate", value), accept)
			_, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform())
			oneLine(t, err)
			challengeError()(t, err)
			require.Len(t, acs.requests, 1)
		})
	}
}

// TestClientEverySuccess: any 2xx without a body is an empty response, and any with a
// message is that message.
func TestClientEverySuccess(t *testing.T) {
	for code := 200; code < 300; code++ {
		bubble(t, strconv.Itoa(code), func(t *testing.T) {
			with := func(w http.ResponseWriter, _ *http.Request, in *rpc.Envelope) {
				b, err := rpc.NewEnvelope(rpc.V12, in.ID, &rpc.InformResponse{}).Append(nil, rpc.Style{})
				require.NoError(t, err)
				w.WriteHeader(code)
				w.Write(b)
			}
			list := []step{with, status(code, "")}
			if code == http.StatusNoContent { // has no body
				list[0] = accept
			}
			acs := acsOf(t, list...)
			_, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, []string{"Inform", "(empty)"}, acs.posted)
		})
	}
}

// TestClientFallsBackLater: an ACS that refuses the coding in the middle of a session,
// also behind a challenge, gets that message again without, and so all that follow.
func TestClientFallsBackLater(t *testing.T) {
	for _, coding := range []transport.Compression{transport.GZIP, transport.Deflate} {
		bubble(t, coding.String(), func(t *testing.T) {
			var seen []string
			acs := acsOf(t, accept, ask(&rpc.Reboot{}), status(415, ""), ask(&rpc.Reboot{}), empty)
			g := &gate{digest: digest.Server{QOPs: []digest.QOP{digest.QOPAuthInt}}}
			c := newClient(g.open(t, decoding(t, acs, &seen)))
			c.Handle, c.Compression = answerAll, coding
			_, err := c.Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, []string{"Inform", "(empty)", "RebootResponse", "RebootResponse", "RebootResponse"}, acs.posted)
			assert.Equal(t, []string{coding.String(), "", coding.String(), "", ""}, seen)
		})
	}
}

// TestClientNeverSends: headers that real ACSs choke on, or that say too much, in short
// and in long requests, before and after a challenge.
func TestClientNeverSends(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		inform := newInform()
		inform.ParameterList[0].Value = rpc.StringValue(strings.Repeat("x", 200_000))
		acs := fourPosts(t)
		c := newClient((&gate{fresh: func(n int) bool { return n == 3 }}).open(t, acs))
		c.Handle = answerAll
		var sent []http.Header
		c.Trace = &transport.Trace{Sending: func(e *transport.Exchange) { sent = append(sent, e.RequestHeader.Clone()) }}
		_, err := c.Do(t.Context(), inform)
		require.NoError(t, err)
		require.Len(t, sent, 6)
		for _, r := range acs.requests {
			sent = append(sent, r.Header)
			assert.Empty(t, r.TransferEncoding, "always with a length")
			assert.GreaterOrEqual(t, r.ContentLength, int64(0))
			assert.Equal(t, "HTTP/1.1", r.Proto)
		}
		for _, h := range sent {
			for _, name := range []string{"Expect", "Connection", "Te", "Trailer", "Upgrade", "Range", "Referer", "Origin", "Proxy-Authorization", "Accept-Encoding", "Content-Encoding"} {
				assert.NotContains(t, h, name)
			}
		}
	})
}

// TestClientLocalAddress: the program's Dial chooses the device's own address, and the
// trace tells it.
func TestClientLocalAddress(t *testing.T) {
	var remote string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remote = r.RemoteAddr
		(&transport.Server{}).ServeHTTP(w, r)
	}))
	defer server.Close()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 7)}}
	told := ""
	c := &transport.Client{URL: server.URL, Dial: dialer.DialContext, Trace: &transport.Trace{
		Connected: func(c *transport.Connection) { told = c.Local.String() },
	}}
	c.Do(t.Context(), newInform())
	host, _, err := net.SplitHostPort(remote)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.7", host)
	assert.Equal(t, remote, told)
}

// TestClientCookiesOfOrigins: a session's cookies come back in full, several of them and
// long ones, to the server that set them, for as long as the session lasts.
func TestClientCookiesOfOrigins(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		long := "long=" + strings.Repeat("v", 2000)
		a := acsOf(t, status(302, "", "Location", "http://b.test/", "Set-Cookie", "a=1", "Set-Cookie", long), empty)
		b := acsOf(t, setCookies("b=1; Path=/", "c=2"), to(302, "http://a.test/start"))
		h := hosts{"a.test:80": serveHTTP(t, a), "b.test:80": serveHTTP(t, b)}
		_, err := h.session(t, nil)
		require.NoError(t, err)
		assert.Empty(t, b.requests[0].Header["Cookie"])
		assert.Equal(t, []string{"b=1; c=2"}, b.requests[1].Header["Cookie"])
		assert.Equal(t, []string{"a=1; " + long}, a.requests[1].Header["Cookie"])
	})
}

// TestClientBetweenMessages: the time that passes at our own end is nobody's time-out;
// a connection that the ACS has closed meanwhile is replaced.
func TestClientBetweenMessages(t *testing.T) {
	for name, idle := range map[string]time.Duration{"short": time.Second, "beyond the ACS's patience with connections": 3 * time.Minute} {
		bubble(t, name, func(t *testing.T) {
			p := play{events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{get}, digest: true}
			s := p.stage(t, cut{}, nil)
			s.server.Timeout = time.Hour
			inner := s.device.client.Handle
			s.device.client.Handle = func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
				pass(idle)
				return inner(ctx, m)
			}
			_, err := s.device.client.Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, 1+one(idle > time.Minute), s.net.dialed)
			pass(2 * time.Minute)
		})
	}
}
