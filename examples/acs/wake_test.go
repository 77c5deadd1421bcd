package main

// NOTE: connection requests to CPEs of the tests, which answer what they like, and the
// session that is waited for. wakepair_test.go has examples/cpe as the CPE.

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport/connreq"
)

// who are the credentials that the tests' CPEs ask for.
var who = connreq.Credential{Username: "caller", Password: secret}

// waking starts an ACS that waits as long as it says for the session, and returns it when
// it listens.
func waking(t *testing.T, wait time.Duration, args ...string) *running {
	t.Helper()
	o, err := parse(args, io.Discard)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{out: newConsole(), errs: newConsole(), signal: cancel, status: make(chan int, 1)}
	listener, err := net.Listen("tcp", freeport.Addr(t))
	require.NoError(t, err)
	r.url = "http://" + listener.Addr().String() + "/"
	p := newProgram(o, r.out, log.New(r.errs, "acs: ", 0))
	p.wait = wait
	ended := make(chan struct{})
	go func() { defer close(ended); r.status <- p.serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		assert.NotContains(t, r.out.String()+r.errs.String(), secret)
	})
	return r
}

// short is a wait for what will not come, long one that no test waits out.
const (
	short = 50 * time.Millisecond
	long  = time.Minute
)

// A phone is a CPE's end of connection requests.
func phone(t *testing.T) (gate *connreq.Gate, url string) {
	t.Helper()
	gate = &connreq.Gate{Credentials: func() (string, string) { return who.Username, who.Password }, Burst: 1}
	l := &connreq.Listener{Gate: gate}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { defer close(served); l.Serve(ctx, ln) }()
	t.Cleanup(func() { cancel(); <-served })
	return gate, l.URL(ln.Addr().String())
}

// calls is a session of a device, with an event.
func (r *running) calls(t *testing.T, event rpc.EventCode) {
	t.Helper()
	_, err := device().Inform(t.Context(), r.url, []rpc.Event{{EventCode: event}})
	assert.NoError(t, err)
}

// Each result is its line, its reason another; with -once and no session the status is 1,
// without -once the program runs on.
func TestResults(t *testing.T) {
	gate, url := phone(t)
	busy, busyURL := phone(t)
	require.NoError(t, busy.Admit())
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, secret, map[string]int{"/204": 204, "/302": 302, "/500": 500}[r.URL.Path])
	}))
	defer answers.Close()
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	named, wrong := []string{"-cr-user", who.Username, "-cr-pass", who.Password}, []string{"-cr-user", who.Username, "-cr-pass", "wr0ng"}
	for _, tt := range []struct {
		args        []string
		want, cause string
	}{
		{append(named, "-connreq", url), "accepted", ""},
		{[]string{"-connreq", answers.URL + "/204"}, "accepted", ""},
		{append(named, "-connreq", busyURL), "busy", "connreq: HTTP status 503"},
		{[]string{"-connreq", "http://" + closed.Addr().String() + "/x"}, "offline", "connection refused"},
		{append(wrong, "-connreq", url), "refused", connreq.ErrCredentials.Error()},
		{[]string{"-connreq", url}, "refused", connreq.ErrNoCredentials.Error()},
		{append(named, "-connreq", url+"x"), "refused", "connreq: HTTP status 404"},
		{[]string{"-connreq", answers.URL + "/302"}, "refused", "connreq: HTTP status 302"},
		{[]string{"-connreq", answers.URL + "/500"}, "refused", "connreq: HTTP status 500"},
		{[]string{"-connreq", "http://127.0.0.1:0/"}, "refused", connreq.ErrURL.Error()},
		{append(named, "-udp", silent.LocalAddr().String()), "sent", ""},
		{append(named, "-udp", "127.0.0.1:0"), "refused", connreq.ErrURL.Error()},
		{[]string{"-udp", silent.LocalAddr().String(), "-cr-user", strings.Repeat("u", 600), "-cr-pass", "p"}, "refused", connreq.ErrMalformed.Error()},
	} {
		r := waking(t, short, append(tt.args, "-once")...)
		assert.Equal(t, exitFailed, <-r.status, tt.args)
		assert.Equal(t, "connection request: "+tt.want+"\n", r.out.String(), tt.args)
		assert.Contains(t, r.errs.String(), tt.cause)
		assert.Contains(t, r.errs.String(), "acs: no session with 6 CONNECTION REQUEST came in 50ms\n")
		if tt.cause != "" {
			assert.Regexp(t, "^acs: connection request: .+\nacs: no session", r.errs.String())
		}
		assert.NotContains(t, r.errs.String(), "wr0ng")
	}
	assert.True(t, gate.Begin(), "one of them was accepted")
	assert.Equal(t, connreq.DefaultWait, newProgram(options{}, io.Discard, log.Default()).wait)
	assert.Equal(t, 30*time.Second, connreq.DefaultWait)

	r := waking(t, short, "-connreq", answers.URL+"/204")
	r.errs.lines(t, 1)
	r.calls(t, rpc.EventPeriodic)
	assert.Contains(t, r.out.lines(t, 5)[1], "session 1: ", "it runs on")
	assert.Equal(t, exitOK, r.stop(t))
}

// The program ends with the session that was asked for, and not with others; it is well if
// that is.
func TestTheSessionThatFollows(t *testing.T) {
	gate, url := phone(t)
	gate.Burst = 10
	r := waking(t, long, "-connreq", url, "-cr-user", who.Username, "-cr-pass", who.Password, "-once", "-json")
	<-gate.C()
	assert.Equal(t, "connection request: accepted", r.errs.lines(t, 1)[0])
	r.calls(t, rpc.EventPeriodic)
	r.calls(t, rpc.EventConnectionRequest)
	assert.Equal(t, exitOK, <-r.status)
	lines := r.out.lines(t, 2)
	assert.Contains(t, lines[0], "2 PERIODIC")
	assert.Contains(t, lines[1], "6 CONNECTION REQUEST")

	r = waking(t, long, "-connreq", url, "-cr-user", who.Username, "-cr-pass", who.Password, "-once", "-json")
	<-gate.C()
	inform := strings.Replace(message(t, "Inform.xml"), ">1 BOOT<", ">6 CONNECTION REQUEST<", 1)
	require.Contains(t, inform, "6 CONNECTION REQUEST")
	p := newPoster(t, r.url)
	require.Equal(t, http.StatusOK, p.post(inform))
	p.post("<html>")
	assert.Equal(t, exitFailed, <-r.status)
}

// A CPE that calls first and answers then: what is printed is in the usual order, and
// nothing is waited for.
func TestTheSessionThatGoesBefore(t *testing.T) {
	var r *running
	ready := make(chan struct{})
	cpe := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		<-ready
		r.calls(t, rpc.EventConnectionRequest)
	}))
	defer cpe.Close()
	r = waking(t, long, "-connreq", cpe.URL, "-once")
	close(ready)
	assert.Equal(t, exitOK, <-r.status)
	assert.Regexp(t, "^connection request: accepted\nsession 1: ", r.out.String())
	assert.Empty(t, r.errs.String())
}

// Both ways may be tried, one after the other. The datagram comes from the ACS's own
// address, three times, and is one request.
func TestBothWays(t *testing.T) {
	gate, url := phone(t)
	gate.Burst = 10
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer conn.Close()
	r := waking(t, long, "-connreq", url, "-udp", conn.LocalAddr().String(), "-cr-user", who.Username, "-cr-pass", who.Password)
	receiver := connreq.UDPReceiver{Gate: gate}
	buf := make([]byte, connreq.MaxDatagram)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(long)))
	for n, want := range []error{nil, connreq.ErrStale, connreq.ErrStale} {
		size, from, err := conn.ReadFrom(buf)
		require.NoError(t, err)
		assert.Equal(t, strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/"), from.String())
		assert.Equal(t, want, receiver.Receive(buf[:size]), n)
	}
	assert.Equal(t, []string{"connection request: accepted\n", "connection request: sent"}, r.out.lines(t, 2))
	r.calls(t, rpc.EventConnectionRequest)
	r.calls(t, rpc.EventConnectionRequest)
	assert.Equal(t, exitOK, r.stop(t))
}

// A port that another program has is no hindrance; a socket that is not to be had, or that
// leads nowhere, is no success.
func TestNoWay(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	p := newProgram(options{udp: taken.LocalAddr().String()}, io.Discard, log.Default())
	result, err := p.wakeUDP(t.Context(), who, taken.LocalAddr())
	assert.Equal(t, "sent", result, "from another port")
	assert.NoError(t, err)
	buf := make([]byte, connreq.MaxDatagram)
	require.NoError(t, taken.SetReadDeadline(time.Now().Add(long)))
	_, from, err := taken.ReadFrom(buf)
	require.NoError(t, err)
	assert.NotEqual(t, taken.LocalAddr(), from)
	assert.True(t, taken.LocalAddr().(*net.UDPAddr).IP.Equal(from.(*net.UDPAddr).IP))
	result, err = p.wakeUDP(t.Context(), who, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 9})
	assert.Equal(t, "offline", result, "a host that is not this one")
	assert.Error(t, err)
	p.udp = "[::1]:9"
	result, err = p.wakeUDP(t.Context(), who, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	assert.Equal(t, "offline", result, "an IPv4 socket")
	assert.Error(t, err)
}

// A signal ends the wait, and a request that is under way is not judged.
func TestSignalWhileWaking(t *testing.T) {
	asked := make(chan struct{})
	cpe := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer cpe.Close()
	r := waking(t, long, "-connreq", cpe.URL, "-once")
	<-asked
	assert.Equal(t, exitOK, r.stop(t))
	assert.Empty(t, r.out.String()+r.errs.String())

	gate, url := phone(t)
	r = waking(t, long, "-connreq", url, "-cr-user", who.Username, "-cr-pass", who.Password)
	<-gate.C()
	r.out.lines(t, 1)
	assert.Equal(t, exitOK, r.stop(t))
	assert.Equal(t, "connection request: accepted\n", r.out.String())
}

// Output that is lost ends the program.
func TestLostResult(t *testing.T) {
	_, url := phone(t)
	o, err := parse([]string{"-connreq", url}, io.Discard)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	assert.Equal(t, exitFailed, newProgram(o, &full{}, log.New(io.Discard, "", 0)).serve(t.Context(), listener))
}
