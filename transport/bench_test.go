package transport_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/digest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a Server on a network in memory that records what it tells, and a CPE that
// posts whatever a test likes.

// A bench is a Server under test.
type bench struct {
	t   *testing.T
	net *memory
	log logBuffer

	mu        sync.Mutex
	ended     []error
	sessions  map[*transport.Session]int // how often each ended
	exchanges []transport.Exchange
}

// A logBuffer is a log that is read while sessions may still end: a superseded one
// ends on a goroutine of its own.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// newBench serves srv until the test ends. It then checks that no session ended
// twice.
func newBench(t *testing.T, srv *transport.Server) *bench {
	b := &bench{t: t, sessions: map[*transport.Session]int{}}
	srv.Ended = b.end
	srv.Exchanged = b.exchanged
	srv.Logger = slog.New(slog.NewTextHandler(&b.log, nil))
	t.Cleanup(func() {
		for s, n := range b.sessions {
			assert.Equal(t, 1, n, "Ended calls for %v", s.Principal)
		}
		assert.NotContains(t, b.log.String(), password)
	})
	b.net = serveHTTP(t, srv)
	return b
}

func (b *bench) end(s *transport.Session, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = append(b.ended, err)
	b.sessions[s]++
}

func (b *bench) exchanged(e *transport.Exchange) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.exchanges = append(b.exchanges, *e)
}

// ends returns how sessions ended so far, after all goroutines have come to rest.
func (b *bench) ends() []error {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]error(nil), b.ended...)
}

// statuses returns the HTTP statuses so far.
func (b *bench) statuses() (all []int) {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.exchanges {
		all = append(all, e.Status)
	}
	return all
}

// A cpe posts by hand.
type cpe struct {
	t      *testing.T
	http   *http.Client
	scheme string
	digest digest.Client
	cookie string // sent with each POST; set by each response that sets one
}

// A reply is what came back.
type reply struct {
	Status int
	Header http.Header
	Body   string
	Env    *rpc.Envelope
}

// name is the reply's message, or its status.
func (r reply) name() string {
	if r.Env == nil {
		return http.StatusText(r.Status)
	}
	return r.Env.Message.Method()
}

// fault is the code of a fault, 0 for anything else.
func (r reply) fault() rpc.FaultCode {
	if r.Env == nil {
		return 0
	}
	f, _ := r.Env.Message.(*rpc.Fault)
	if f == nil {
		return 0
	}
	return f.FaultCode
}

// cpe returns a CPE that answers challenges with the credentials.
func (b *bench) cpe(username, password string) *cpe {
	tr := &http.Transport{DialContext: b.net.Dial, DisableCompression: true}
	b.t.Cleanup(tr.CloseIdleConnections)
	return &cpe{
		t: b.t, http: &http.Client{Transport: tr}, scheme: "http",
		digest: digest.Client{Username: username, Password: password},
	}
}

// raw posts a body as it is, once.
func (c *cpe) raw(body string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.scheme+"://acs.test/cwmp", strings.NewReader(body))
	require.NoError(c.t, err)
	return c.do(req, body)
}

func (c *cpe) do(req *http.Request, body string) reply {
	c.t.Helper()
	if c.digest.Ready() && req.Header.Get("Authorization") == "" {
		value, err := c.digest.Authorization(req.Method, req.URL.RequestURI(), []byte(body))
		require.NoError(c.t, err)
		req.Header.Set("Authorization", value)
	}
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	resp, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	r := reply{Status: resp.StatusCode, Header: resp.Header, Body: string(b)}
	if len(b) > 0 {
		r.Env, err = rpc.Parse(b, rpc.Config{})
		require.NoError(c.t, err)
	}
	for _, k := range resp.Cookies() {
		c.cookie = k.Name + "=" + k.Value
	}
	return r
}

// post posts a message under an ID, answering a challenge; nil is an empty body.
func (c *cpe) post(m rpc.Message, id string) reply {
	c.t.Helper()
	body := ""
	if m != nil {
		body = document(c.t, rpc.NewEnvelope(rpc.V12, id, m))
	}
	r := c.raw(body)
	if r.Status == http.StatusUnauthorized {
		offers, err := digest.ParseChallenges(r.Header.Values("WWW-Authenticate"))
		require.NoError(c.t, err)
		if verdict, err := c.digest.Learn(offers); err == nil && verdict == digest.Retry {
			return c.raw(body)
		}
	}
	return r
}

// inform opens a session.
func (c *cpe) inform() reply {
	c.t.Helper()
	r := c.post(newInform(), "i")
	require.Equal(c.t, "InformResponse", r.name())
	return r
}

// informAs opens a session of another device.
func (c *cpe) informAs(serial string) reply {
	c.t.Helper()
	inform := newInform()
	inform.DeviceID.SerialNumber = serial
	return c.post(inform, "i")
}

// yield posts the empty body.
func (c *cpe) yield() reply { c.t.Helper(); return c.post(nil, "") }
