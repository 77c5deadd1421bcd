package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the program's Handle, cookies, credentials and connections of a Client.

func TestClientHandle(t *testing.T) {
	for _, tt := range []struct {
		name   string
		handle func(context.Context, rpc.Message) (rpc.Message, error)
		want   string
	}{
		{"none", nil, "Fault:9000"},
		{"response", answerAll, "RebootResponse"},
		{"nil", returns(nil, nil), "Fault:9002"},
		{"another response", returns(&rpc.GetRPCMethodsResponse{}, nil), "Fault:9002"},
		{"a request", returns(&rpc.Reboot{}, nil), "Fault:9002"},
		{"error", returns(nil, errors.New("disk: "+password)), "Fault:9002"},
		{"error and response", returns(&rpc.RebootResponse{}, errors.New("no")), "Fault:9002"},
		{"fault as message", returns(rpc.NewFault(rpc.FaultRequestDenied, "busy"), nil), "Fault:9001"},
		{"fault as error", returns(nil, rpc.NewFault(rpc.FaultResourcesExceeded, "")), "Fault:9004"},
		{"code", returns(nil, rpc.FaultInvalidArguments), "Fault:9003"},
		{"wrapped code", returns(nil, fmt.Errorf("deep: %w", rpc.FaultInvalidArguments)), "Fault:9003"},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			acs := acsOf(t, accept, ask(&rpc.Reboot{}), empty)
			client := newClient(serveHTTP(t, acs))
			client.Handle = tt.handle
			var bodies strings.Builder
			client.Trace = &transport.Trace{Sending: func(e *transport.Exchange) { bodies.Write(e.RequestBody) }}
			_, err := client.Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, []string{"Inform", "(empty)", tt.want}, acs.posted)
			assert.NotContains(t, bodies.String(), password, "an inner error is not the peer's business")
		})
	}
}

func returns(m rpc.Message, err error) func(context.Context, rpc.Message) (rpc.Message, error) {
	return func(context.Context, rpc.Message) (rpc.Message, error) { return m, err }
}

// A response that XML cannot carry is our own internal error; the session goes on.
func TestClientUnwritableResponse(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, accept, ask(&rpc.GetRPCMethods{}), empty)
		client := newClient(serveHTTP(t, acs))
		client.Handle = returns(&rpc.GetRPCMethodsResponse{MethodList: []string{"a\x00b"}}, nil)
		_, err := client.Do(t.Context(), newInform())
		require.NoError(t, err)
		assert.Equal(t, []string{"Inform", "(empty)", "Fault:9002"}, acs.posted)
	})
}

// A panic of the program's passes through, and the connection is closed.
func TestClientHandlePanics(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := serveHTTP(t, acsOf(t, accept, ask(&rpc.Reboot{}), empty))
		client := newClient(m)
		client.Handle = func(context.Context, rpc.Message) (rpc.Message, error) { panic("boom") }
		assert.PanicsWithValue(t, "boom", func() { client.Do(t.Context(), newInform()) })
	})
}

// setCookies is an InformResponse with cookies.
func setCookies(values ...string) step {
	return func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
		for _, v := range values {
			w.Header().Add("Set-Cookie", v)
		}
		accept(w, r, in)
	}
}

func TestClientCookies(t *testing.T) {
	long := strings.Repeat("v", 1000)
	var many []string
	for i := range 17 {
		many = append(many, fmt.Sprintf("c%d=%d", i, i))
	}
	for _, tt := range []struct {
		name string
		set  []string
		want []string // on the requests that follow
	}{
		{"none", nil, nil},
		{"one", []string{"session=abc"}, []string{"session=abc"}},
		{"attributes", []string{"a=1; Path=/; HttpOnly; Expires=Fri, 01 Jan 2100 00:00:00 GMT", "b=2; Max-Age=600"}, []string{"a=1", "b=2"}},
		{"quoted", []string{`q="a b"`}, []string{`q="a b"`}},
		{"512 bytes", []string{"a=" + strings.Repeat("x", 510)}, []string{"a=" + strings.Repeat("x", 510)}},
		{"other host", []string{"a=1; Domain=other.test"}, nil},
		{"other path", []string{"a=1; Path=/other"}, nil},
		{"secure over http", []string{"a=1; Secure"}, nil},
		{"expired", []string{"a=1; Max-Age=0"}, nil},
		{"replaced", []string{"a=1", "a=2"}, []string{"a=2"}},
		{"16 fit", many, []string{"c0=0", "c1=1", "c2=2", "c3=3", "c4=4", "c5=5", "c6=6", "c7=7", "c8=8", "c9=9", "c10=10", "c11=11", "c12=12", "c13=13", "c14=14", "c15=15"}},
		{"4 KiB fit", []string{"a=" + long, "b=" + long, "c=" + long, "d=" + long, "e=" + long, "f=1"}, []string{"a=" + long, "b=" + long, "c=" + long, "d=" + long, "f=1"}},
		{"nonsense", []string{"", ";;;", "=x", "a b=c", "ok=1"}, []string{"ok=1"}},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			acs := acsOf(t, setCookies(tt.set...), empty, setCookies(tt.set...), empty)
			client := newClient(serveHTTP(t, acs))
			for range 2 {
				_, err := client.Do(t.Context(), newInform())
				require.NoError(t, err)
			}
			var got []string
			for _, c := range acs.requests[1].Cookies() {
				got = append(got, c.String())
			}
			assert.Equal(t, tt.want, got)
			assert.Empty(t, acs.requests[0].Cookies())
			assert.Empty(t, acs.requests[2].Header["Cookie"], "an old cookie in the next session")
		})
	}
}

// A cookie's value goes back as it came, byte for byte (RFC 6265 section 5.4): an ACS
// compares it. Cookies that are taken back, as web frameworks do with those of old
// sessions, leave room for the session's own.
func TestClientCookiesAsTheyCame(t *testing.T) {
	var gone, turned []string
	for i := range 20 {
		gone = append(gone, fmt.Sprintf("c%d=; Max-Age=0", i), fmt.Sprintf("d%d=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", i))
		turned = append(turned, fmt.Sprintf("c%d=1", i), fmt.Sprintf("c%d=; Max-Age=0", i))
	}
	for name, tt := range map[string]struct {
		set  []string
		want string
	}{
		"blank":      {[]string{"a=x y", "b=1"}, "a=x y; b=1"},
		"comma":      {[]string{"a=x,y"}, "a=x,y"},
		"quotes":     {[]string{`a="x,y"`, `b="z"`}, `a="x,y"; b="z"`},
		"base64":     {[]string{"a=x+/y=="}, "a=x+/y=="},
		"none there": {append(gone, "s=1"), "s=1"},
		"one by one": {append(turned, "s=1"), "s=1"},
		"full":       {[]string{"a=" + strings.Repeat("x", 4000), "b=" + strings.Repeat("x", 200), "a=; Max-Age=0", "b=1"}, "b=1"},
	} {
		bubble(t, name, func(t *testing.T) {
			acs := acsOf(t, setCookies(tt.set...), empty)
			_, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, tt.want, acs.requests[1].Header.Get("Cookie"))
		})
	}
}

// TestSEC35CookieExpires: when a cookie ends is a time by the ACS's clock. A device whose
// own is years ahead, or behind, keeps its session, and drops what is taken back.
func TestSEC35CookieExpires(t *testing.T) {
	date := func(at time.Time) string { return at.UTC().Format(http.TimeFormat) }
	for name, apart := range map[string]time.Duration{"together": 0, "ahead": 30 * 365 * 24 * time.Hour, "behind": -30 * 365 * 24 * time.Hour} {
		bubble(t, name, func(t *testing.T) {
			acs := time.Now().Add(-apart)
			dated := func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
				w.Header().Set("Date", date(acs))
				setCookies("a=1; Expires="+date(acs.Add(time.Minute)), "b=2; Expires="+date(acs), "c=3; Expires="+date(acs)+"; Max-Age=60")(w, r, in)
			}
			peer := acsOf(t, dated, empty)
			_, err := newClient(serveHTTP(t, peer)).Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, "a=1; c=3", peer.requests[1].Header.Get("Cookie"))
		})
	}
}

// A cookie of the 401 goes along with the repetition.
func TestClientCookieOfChallenge(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, status(401, "", "WWW-Authenticate", challenge, "Set-Cookie", "a=1"), accept, empty)
		_, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform())
		require.NoError(t, err)
		assert.Equal(t, "a=1", acs.requests[1].Header.Get("Cookie"))
		assert.Equal(t, "a=1", acs.requests[2].Header.Get("Cookie"))
	})
}

func TestClientCredentials(t *testing.T) {
	for _, tt := range []struct {
		name, user, password string
		want                 error
	}{
		{"right", user, password, nil},
		{"wrong password", user, password + "x", transport.ErrCredentials},
		{"empty password", user, "", transport.ErrCredentials},
		{"unknown user", "nobody", password, transport.ErrCredentials},
		{"none", "", "", transport.ErrNoCredentials},
		{"password without user", "", password, transport.ErrNoCredentials},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Authenticator: digestAuth()})
			client := newClient(b.net)
			client.Username, client.Password = tt.user, tt.password
			_, err := client.Do(t.Context(), newInform())
			assert.ErrorIs(t, err, tt.want)
			if tt.want != nil {
				oneLine(t, err)
				assert.Empty(t, b.ends())
			}
			assert.LessOrEqual(t, len(b.statuses()), 3, "a wrong password is tried once")
		})
	}
}

// A username that no header can carry is refused here, before anything is sent
// with it.
func TestClientUsernameUnsendable(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, status(401, "", "WWW-Authenticate", challenge), accept)
		client := newClient(serveHTTP(t, acs))
		client.Username = "a\r\nX-Injected: 1"
		_, err := client.Do(t.Context(), newInform())
		oneLine(t, err)
		assert.Len(t, acs.posted, 1)
	})
}

// The ACS may challenge at any time (TR-069 section 3.4.4), and closes the
// connection with it if it likes.
func TestClientChallengedInTheMiddle(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		again := func(nonce string) step {
			return status(401, "page", "Connection", "close", "WWW-Authenticate", `Digest realm="acs", nonce="`+nonce+`", qop="auth"`)
		}
		acs := acsOf(t, again("1"), accept, again("2"), ask(&rpc.Reboot{}), again("3"), again("4"), empty)
		client := newClient(serveHTTP(t, acs))
		client.Handle = answerAll
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, transport.ErrCredentials, "nonce 4 refuses an answer to nonce 3")
		assert.Equal(t, []string{"Inform", "Inform", "(empty)", "(empty)", "RebootResponse", "RebootResponse"}, acs.posted)
	})
}

// TestClientReconnects: a connection that the ACS closed between two exchanges is
// replaced, and the session goes on (TR-069 section 3.4.2).
func TestClientReconnects(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		text := document(t, rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{}))
		silent := wire(fmt.Sprintf("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: %d\r\n\r\n%s", len(text), text))
		acs := acsOf(t, silent, empty)
		m := serveHTTP(t, acs)
		client := newClient(m)
		client.Trace = &transport.Trace{Received: func(*transport.Exchange) { synctest.Wait() }} // the close is seen
		_, err := client.Do(t.Context(), newInform())
		require.NoError(t, err)
		dialed, _ := m.counts()
		assert.Equal(t, 2, dialed)
		assert.Equal(t, "a=1", acs.requests[1].Header.Get("Cookie"))
	})
}
