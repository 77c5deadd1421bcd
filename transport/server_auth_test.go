package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
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

// NOTE: whose session is it? Principals, cookies and replays at a Server.

// fleet authenticates devices with the serial numbers 0 to 9, whose password is
// the canary and the serial number.
func fleet() *transport.DigestAuth {
	return &transport.DigestAuth{Password: func(name string) (string, bool) {
		serial, ok := strings.CutPrefix(name, "00D09E-Box-")
		return password + serial, ok && len(serial) == 1
	}}
}

// member returns a CPE of the fleet.
func (b *bench) member(serial string) *cpe { return b.cpe("00D09E-Box-"+serial, password+serial) }

// calls counts calls of the program's code.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) add(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, s)
}

// watched is a server whose program's code is counted; its Turn makes a Reboot.
func watched(c *calls) *transport.Server {
	return &transport.Server{
		Authenticator: fleet(),
		Answer: func(_ context.Context, s *transport.Session, m rpc.Message) (rpc.Message, error) {
			c.add(s.Principal + " " + m.Method())
			return nil, nil
		},
		Handler: transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
			c.add(s.Principal + " turn")
			return &rpc.Reboot{}, nil
		}),
	}
}

// TestServerBindsDevice: credentials of A with the DeviceId of B reach no code of
// the program's, for each pair.
func TestServerBindsDevice(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := new(calls)
		b := newBench(t, watched(c))
		for a := range 10 {
			cpe := b.member(fmt.Sprint(a))
			for d := range 10 {
				r := cpe.informAs(fmt.Sprint(d))
				if a == d {
					assert.Equal(t, "InformResponse", r.name())
					continue
				}
				assert.Equal(t, 403, r.Status)
				assert.Empty(t, r.Header.Get("Set-Cookie"))
			}
		}
		for i, s := range c.list {
			assert.Equal(t, fmt.Sprintf("00D09E-Box-%d Inform", i), s)
		}
		assert.Len(t, c.list, 10)
	})
}

func TestServerPrincipals(t *testing.T) {
	for _, tt := range []struct {
		name, user string
		principals func(rpc.DeviceID) []string
		status     int
	}{
		{"three parts", "00D09E-Box-1", nil, 200},
		{"two parts", "00D09E-1", nil, 200},
		{"prefix", "00D09E-Box-", nil, 403},
		{"longer", "00D09E-Box-11", nil, 403},
		{"other case", "00d09e-box-1", nil, 403},
		{"serial alone", "1", nil, 403},
		{"empty name", "", nil, 403},
		{"program's", "admin", func(rpc.DeviceID) []string { return []string{"x", "admin"} }, 200},
		{"program's none", "00D09E-Box-1", func(rpc.DeviceID) []string { return nil }, 403},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{
				Principals:    tt.principals,
				Authenticator: &transport.DigestAuth{Password: func(string) (string, bool) { return password, true }},
			})
			assert.Equal(t, tt.status, b.cpe(tt.user, password).post(newInform(), "i").Status)
		})
	}
}

func TestStandardPrincipals(t *testing.T) {
	for _, tt := range []struct {
		id   rpc.DeviceID
		want []string
	}{
		{rpc.DeviceID{OUI: "00D09E", ProductClass: "Box", SerialNumber: "1"}, []string{"00D09E-Box-1", "00D09E-1"}},
		{rpc.DeviceID{OUI: "00D09E", ProductClass: "A-B", SerialNumber: "C/D é~_."}, []string{"00D09E-A%2DB-C%2FD%20%C3%A9~_.", "00D09E-C%2FD%20%C3%A9~_."}},
		{rpc.DeviceID{}, []string{"--", "-"}},
	} {
		assert.Equal(t, tt.want, transport.StandardPrincipals(tt.id))
	}
}

// TestServerStolenCookie: a cookie is worth nothing to another principal, whatever
// is posted with it.
func TestServerStolenCookie(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := new(calls)
		b := newBench(t, watched(c))
		victim, thief := b.member("1"), b.member("2")
		require.Equal(t, "InformResponse", victim.informAs("1").name())
		require.Equal(t, "Reboot", victim.yield().name())
		thief.yield() // authenticates
		before := len(c.list)
		for _, body := range []string{
			"", soap("acs-1", "<cwmp:RebootResponse/>"), soap("x", "<cwmp:GetRPCMethods/>"), badRequest, "<a>",
		} {
			thief.cookie = victim.cookie
			r := thief.raw(body)
			assert.NotEqual(t, "Reboot", r.name(), body)
		}
		stranger := b.cpe("", "")
		stranger.cookie = victim.cookie
		assert.Equal(t, 401, stranger.raw("").Status)
		assert.Empty(t, b.ends())
		assert.Len(t, c.list, before)
		assert.Equal(t, "Reboot", victim.post(&rpc.RebootResponse{}, "acs-1").name(), "the victim's session goes on")
	})
}

// TestServerCookie: 128 bits at least, new at every Inform, never the client's.
func TestServerCookie(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		c := b.cpe("", "")
		seen := map[string]bool{}
		for range 1000 {
			c.cookie = "cwmp=chosen-by-the-client"
			r := c.inform()
			cookies := (&http.Response{Header: r.Header}).Cookies()
			require.Len(t, cookies, 1)
			k := cookies[0]
			assert.False(t, seen[k.Value])
			seen[k.Value] = true
			assert.Regexp(t, regexp.MustCompile(`^[A-Z2-7]{26,}$`), k.Value)
			assert.True(t, k.HttpOnly)
			assert.Equal(t, "/", k.Path)
			assert.False(t, k.Secure)
			assert.Empty(t, k.Domain)
		}
		r := c.yield()
		assert.Empty(t, r.Header.Get("Set-Cookie"))
		for value := range seen {
			assert.NotContains(t, b.log.String(), value, "a cookie in the log")
		}
	})
}

func TestServerCookieOverTLS(t *testing.T) {
	ended := make(chan error, 1)
	srv := newFigure2ACS(t, ended)
	srv.Config.Handler.(*transport.Server).Authenticator = nil
	srv.StartTLS()
	resp, err := srv.Client().Post(srv.URL, "text/xml", strings.NewReader(document(t, rpc.NewEnvelope(rpc.V12, "i", newInform()))))
	require.NoError(t, err)
	resp.Body.Close()
	require.Len(t, resp.Cookies(), 1)
	assert.True(t, resp.Cookies()[0].Secure)
}

// TestServerManyCookies: the session's cookie is found among others.
func TestServerManyCookies(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		c := b.cpe("", "")
		c.inform()
		c.cookie = "a=1; cwmp=old; " + c.cookie + "; cwmp=; b=2"
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// TestServerReplay: an Authorization is accepted once.
func TestServerReplay(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := new(calls)
		b := newBench(t, watched(c))
		cpe := b.member("1")
		require.Equal(t, "InformResponse", cpe.informAs("1").name())
		b.mu.Lock()
		recorded := b.exchanges[len(b.exchanges)-1]
		b.mu.Unlock()
		before := len(c.list)
		for _, change := range []func(*http.Request){
			func(*http.Request) {},
			func(r *http.Request) { r.Header.Set("Cookie", cpe.cookie) },
			func(r *http.Request) { r.URL.Path = "/other" },
			func(r *http.Request) {
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "nc=00000001", "nc=00000002", 1))
			},
		} {
			req, err := http.NewRequest("POST", "http://acs.test/cwmp", strings.NewReader(string(recorded.RequestBody)))
			require.NoError(t, err)
			req.Header.Set("Authorization", recorded.RequestHeader.Get("Authorization"))
			change(req)
			other := b.cpe("", "")
			r := other.do(req, "")
			assert.Equal(t, 401, r.Status)
			assert.NotEmpty(t, r.Header.Get("WWW-Authenticate"))
		}
		assert.Len(t, c.list, before)
	})
}

// TestServerNonceLifetime: a session of ten minutes needs no second challenge; after
// that the nonce is stale, and an honest CPE gets along.
func TestServerNonceLifetime(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: digestAuth()})
		c := b.cpe(user, password)
		c.inform()
		pass(9 * time.Minute)
		assert.Equal(t, 204, c.raw("").Status)
		pass(2 * time.Minute)
		r := c.raw("")
		assert.Equal(t, 401, r.Status)
		assert.Contains(t, r.Header.Get("WWW-Authenticate"), "stale=true")
		c.inform()
	})
}

func TestDigestAuthFields(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		key := []byte("0123456789abcdef0123456789abcdef")
		auth := func() *transport.DigestAuth {
			return &transport.DigestAuth{Password: passwords, Realm: "field", NonceKey: key, Lifetime: time.Minute}
		}
		one, two := newBench(t, &transport.Server{Authenticator: auth()}), newBench(t, &transport.Server{Authenticator: auth()})
		c := one.cpe(user, password)
		r := c.raw("")
		assert.Contains(t, r.Header.Get("WWW-Authenticate"), `realm="field"`)
		c.inform()
		c.http = two.cpe("", "").http
		assert.Equal(t, 503, c.raw("").Status, "processes with one key share nonces, and no sessions")
		pass(61 * time.Second)
		assert.Equal(t, 401, c.raw("").Status)
	})
}

// A program's own Authenticator: its challenges are sent, its principal counts.
type tokenAuth struct{}

func (tokenAuth) Authenticate(r *http.Request) (string, []string, error) {
	if r.Header.Get("Authorization") == "Token 1" {
		return user, nil, nil
	}
	return "", []string{"Token a", "Other\r\nX-Injected: 1"}, errors.New("no token")
}

func TestServerOwnAuthenticator(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: tokenAuth{}})
		c := b.cpe("", "")
		r := c.raw("")
		assert.Equal(t, 401, r.Status)
		assert.True(t, slices.Contains(r.Header.Values("WWW-Authenticate"), "Token a"))
		assert.Empty(t, r.Header.Get("X-Injected"))
		req, err := http.NewRequest("POST", "http://acs.test/cwmp", strings.NewReader(document(t, rpc.NewEnvelope(rpc.V12, "i", newInform()))))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Token 1")
		assert.Equal(t, "InformResponse", c.do(req, "").name())
	})
}

// After a restart a nonce is foreign, and so it is at a process with another key. Who had
// the digest right all the same is told that the nonce is old, not that the password is
// wrong (RFC 7616 section 3.3): many CPEs give up then.
func TestDigestOfAnotherKeyIsStale(t *testing.T) {
	before, after := digestAuth(), digestAuth()
	for given, stale := range map[string]bool{password: true, password + "x": false} {
		r := httptest.NewRequest("POST", "/cwmp", nil)
		_, challenges, err := before.Authenticate(r)
		require.Error(t, err)
		offers, err := digest.ParseChallenges(challenges)
		require.NoError(t, err)
		c := digest.Client{Username: user, Password: given}
		_, err = c.Learn(offers)
		require.NoError(t, err)
		value, err := c.Authorization("POST", "/cwmp", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", value)
		_, challenges, err = after.Authenticate(r)
		oneLine(t, err)
		require.Len(t, challenges, 1)
		assert.Equal(t, stale, strings.Contains(challenges[0], "stale=true"), challenges[0])
	}
}
