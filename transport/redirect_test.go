package transport_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: redirects (TR-069 section 3.4.6) over several hosts, each a network of its
// own, with what every host was told.

// hosts is a network of named servers.
type hosts map[string]*memory

// dial opens a connection to the host that is asked for.
func (h hosts) dial(ctx context.Context, network, address string) (net.Conn, error) {
	m := h[address]
	if m == nil {
		return nil, &net.DNSError{Err: "no such host", Name: address}
	}
	return m.Dial(ctx, network, address)
}

// to redirects to a URL.
func to(code int, url string) step { return status(code, "moved", "Location", url) }

// session runs a session from http://a.test/ over the hosts.
func (h hosts) session(t *testing.T, change func(*transport.Client)) ([]string, error) {
	var trail []string
	c := &transport.Client{URL: "http://a.test/start", Username: user, Password: password, Dial: h.dial, Trace: trailOf(&trail)}
	if change != nil {
		change(c)
	}
	_, err := c.Do(t.Context(), newInform())
	return trail, err
}

func TestClientFollowsRedirects(t *testing.T) {
	for _, code := range []int{302, 307} {
		bubble(t, http.StatusText(code), func(t *testing.T) {
			a, b := acsOf(t, to(code, "http://b.test/cwmp?x=1")), acsOf(t, accept, empty)
			h := hosts{"a.test:80": serveHTTP(t, a), "b.test:80": serveHTTP(t, b)}
			trail, err := h.session(t, nil)
			require.NoError(t, err)
			assert.Equal(t, []string{
				"connected", "post Inform", "302", "closed", "connected", "post Inform again", "200", "post (empty)", "204", "closed",
			}, strings.Split(strings.ReplaceAll(strings.Join(trail, "|"), "307", "302"), "|"))
			assert.Equal(t, []string{"Inform"}, a.posted, "the rest of the session stays at the new URL")
			assert.Equal(t, "/cwmp?x=1", b.requests[1].RequestURI)
			assert.Equal(t, "b.test", b.requests[1].Host)
		})
	}
}

// The next session begins at the configured URL again.
func TestClientRedirectIsOfOneSession(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		a, b := acsOf(t, to(307, "http://b.test/")), acsOf(t, accept, empty, accept, empty)
		h := hosts{"a.test:80": serveHTTP(t, a), "b.test:80": serveHTTP(t, b)}
		c := &transport.Client{URL: "http://a.test/", Dial: h.dial}
		for range 2 {
			_, err := c.Do(t.Context(), newInform())
			require.NoError(t, err)
		}
		assert.Equal(t, []string{"Inform", "Inform"}, a.posted)
	})
}

// A redirect in the middle repeats exactly that POST, once; a relative Location is
// taken from where we are.
func TestClientRedirectMidSession(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		a := acsOf(t, accept, to(302, "other?y"), ask(&rpc.Reboot{}), to(307, "/deep/"), empty)
		h := hosts{"a.test:80": serveHTTP(t, a)}
		trail, err := h.session(t, func(c *transport.Client) { c.Handle = answerAll })
		require.NoError(t, err)
		assert.Equal(t, []string{"Inform", "(empty)", "(empty)", "RebootResponse", "RebootResponse"}, a.posted)
		var paths []string
		for _, r := range a.requests {
			paths = append(paths, r.RequestURI)
		}
		assert.Equal(t, []string{"/start", "/start", "/other?y", "/other?y", "/deep/"}, paths)
		assert.Equal(t, "connected", trail[0])
		assert.Equal(t, 1, strings.Count(strings.Join(trail, " "), "connected"), "the same server keeps its connection")
		assert.Equal(t, a.requests[3].Header.Get("Content-Length"), a.requests[4].Header.Get("Content-Length"))
	})
}

func TestClientRedirectLimit(t *testing.T) {
	for n, want := range map[int]kind{5: func(t *testing.T, err error) { assert.NoError(t, err) }, 6: redirectError(transport.ErrRedirects)} {
		bubble(t, strings.Repeat("x", n), func(t *testing.T) {
			var list []step
			for range n {
				list = append(list, to(302, "/next"))
			}
			h := hosts{"a.test:80": serveHTTP(t, acsOf(t, append(list, accept, empty)...))}
			_, err := h.session(t, nil)
			want(t, err)
		})
	}
}

// An ACS that sends us from server to server meets the bound of a session.
func TestClientRedirectServers(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		h := hosts{}
		name := func(i int) string { return "h" + string(rune('a'+i)) + ".test" }
		for i := range 20 {
			h[name(i)+":80"] = serveHTTP(t, acsOf(t, accept, to(302, "http://"+name(i+1)+"/")))
		}
		h["a.test:80"] = serveHTTP(t, acsOf(t, accept, to(302, "http://"+name(0)+"/")))
		_, err := h.session(t, nil)
		assert.Error(t, err)
		visited := 0
		for _, m := range h {
			if n, _ := m.counts(); n > 0 {
				visited++
			}
		}
		assert.LessOrEqual(t, visited, 16)
	})
}

// SEC-19: what a server has given us, and our credentials, go to that server alone:
// A -> B -> A, with a cookie and a challenge of each.
func TestSEC19RedirectLeaksNothing(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		digest := func(realm string) string {
			return `Digest realm="` + realm + `", nonce="` + realm + `-nonce", algorithm=MD5, qop="auth"`
		}
		a := acsOf(t,
			status(401, "", "WWW-Authenticate", digest("a"), "Set-Cookie", "secret=of-a; Path=/"),
			to(302, "http://b.test/"),
			empty)
		b := acsOf(t,
			status(401, "", "WWW-Authenticate", digest("b"), "Set-Cookie", "other=of-b"),
			func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) { accept(w, r, in) },
			to(307, "http://a.test/back"))
		h := hosts{"a.test:80": serveHTTP(t, a), "b.test:80": serveHTTP(t, b)}
		_, err := h.session(t, nil)
		require.NoError(t, err)

		require.Len(t, a.requests, 3)
		require.Len(t, b.requests, 3)
		assert.Empty(t, b.requests[0].Header["Authorization"], "B has not challenged yet")
		assert.Empty(t, b.requests[0].Header["Cookie"])
		for _, r := range b.requests[1:] {
			assert.Contains(t, r.Header.Get("Authorization"), `realm="b", nonce="b-nonce"`)
			assert.Equal(t, "other=of-b", r.Header.Get("Cookie"))
		}
		assert.Contains(t, a.requests[1].Header.Get("Authorization"), "nc=00000001")
		assert.Contains(t, a.requests[2].Header.Get("Authorization"), `realm="a", nonce="a-nonce", uri="/back"`)
		assert.Contains(t, a.requests[2].Header.Get("Authorization"), "nc=00000002")
		assert.Equal(t, "secret=of-a", a.requests[2].Header.Get("Cookie"))
	})
}

// Ports and schemes make origins; the case of a host does not.
func TestSEC19OriginsByPort(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		a := acsOf(t, status(302, "", "Location", "http://a.test:8080/", "Set-Cookie", "secret=of-80"))
		b := acsOf(t, to(302, "http://A.TEST:8080/again"), accept, empty)
		h := hosts{"a.test:80": serveHTTP(t, a), "a.test:8080": serveHTTP(t, b), "A.TEST:8080": nil}
		trail, err := h.session(t, nil)
		require.NoError(t, err)
		assert.Equal(t, 2, strings.Count(strings.Join(trail, " "), "connected"))
		for _, r := range b.requests {
			assert.Empty(t, r.Header["Cookie"])
		}
	})
}

// SEC-20: no step back from https to http.
func TestSEC20NoDowngrade(t *testing.T) {
	ca := newAuthority(t)
	addr, _ := serveTLS(t, serverConfig(ca.leaf(t, "a.test", soon())), acsOf(t, to(302, "http://a.test/")))
	c := &transport.Client{URL: "https://a.test/", TLS: tlsRoots(ca.pool()), Dial: dialTo(addr)}
	_, err := c.Do(t.Context(), newInform())
	redirectError(transport.ErrDowngrade)(t, err)
	oneLine(t, err)
}
