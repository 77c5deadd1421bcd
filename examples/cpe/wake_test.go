package main

// NOTE: the device is woken: over HTTP, and by curl, which shares no code with ours.
// udp_test.go has UDP and STUN.

import (
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport/connreq"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// The URL is the first line and in every Inform; a request starts a session, one without
// the password does not, and the device runs on.
func TestWake(t *testing.T) {
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", "127.0.0.1:0")
	url := p.url(t)
	assert.Regexp(t, `^connection request URL: http://127\.0\.0\.1:\d+/[a-z0-9]{26}\nsession 1: 1 BOOT\n`, p.out.String()+"session 1: 1 BOOT\n")
	events, parameters := acs.call(t)
	assert.Equal(t, []rpc.EventCode{rpc.EventBoot}, events)
	assert.Equal(t, url, parameters["ConnectionRequestURL"])
	assert.NotContains(t, parameters, "UDPConnectionRequestAddress", "it takes none")

	assert.Equal(t, connreq.Refused, wake(t, url, connreq.Credential{Username: who.Username, Password: "wrong"}))
	assert.Equal(t, connreq.Refused, wake(t, url+"x", who))
	acs.silent(t)
	for range 2 {
		assert.Equal(t, connreq.Accepted, wake(t, url, who))
		events, _ = acs.call(t)
		assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, events)
	}
	acs.silent(t)
	p.out.after(t, "session 3 ended well", 1)
	p.stop(t)
	assert.Empty(t, p.errs.String())
	assert.Equal(t, connreq.Offline, wake(t, url, who), "the port is closed")
}

// curl wakes the device as an ACS does.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("skipped: there is no curl")
	}
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", "127.0.0.1:0")
	acs.call(t)
	ask := func(how, user string) string {
		out, err := exec.Command(curl, "-q", "-sS", "--noproxy", "*", "--max-time", "20", how, "-u", user, "-w", "%{http_code} %{size_download}", p.url(t)).CombinedOutput()
		assert.NoError(t, err, "%s", out)
		return strings.TrimSpace(string(out))
	}
	for _, how := range []string{"--digest", "--anyauth"} {
		assert.Equal(t, "200 0", ask(how, who.Username+":"+who.Password))
		events, _ := acs.call(t)
		assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, events)
	}
	assert.Equal(t, "401 0", ask("--digest", who.Username+":wrong"))
	assert.Equal(t, "401 0", ask("--basic", who.Username+":"+who.Password))
	acs.silent(t)
	p.stop(t)
}

// Requests that come while a session runs are one more session, right after it; too many
// are answered busy.
func TestWakeInASession(t *testing.T) {
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", "127.0.0.1:0")
	acs.call(t)
	url := p.url(t)
	hold := acs.hold()
	require.Equal(t, connreq.Accepted, wake(t, url, who))
	<-acs.informs
	results := map[connreq.Result]int{}
	for range 20 {
		results[wake(t, url, who)]++
	}
	close(hold)
	require.NoError(t, <-acs.ended)
	assert.Positive(t, results[connreq.Busy])
	assert.Equal(t, 20, results[connreq.Accepted]+results[connreq.Busy])
	events, _ := acs.call(t)
	assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, events)
	acs.silent(t)
	p.stop(t)
}

// A request cuts the wait after a failed session short, and its event is not repeated.
func TestWakeInAWait(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())
	p := ring(t, &hotline{url: "http://" + nobody.Addr().String()}, "-connreq", "127.0.0.1:0", "-interval", "1h")
	url := p.url(t)
	for n, line := range []string{"cpe: session 1 failed: ", "cpe: session 2 failed: ", "cpe: session 3 failed: "} {
		p.errs.after(t, line, 1)
		if n < 2 {
			require.Equal(t, connreq.Accepted, wake(t, url, who))
		}
	}
	p.stop(t)
	assert.Contains(t, p.out.String(), "\nsession 1: 1 BOOT\nsession 2: 1 BOOT, 6 CONNECTION REQUEST\nsession 3: 1 BOOT, 6 CONNECTION REQUEST\n")
}

// What the ACS sets of connection requests holds: name and password at once, the port when
// the session is over. It comes back with the URL that it had.
func TestWakeAsTheACSHasIt(t *testing.T) {
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", "127.0.0.1:0", "-interval", "500ms")
	url := p.url(t)
	next := connreq.Credential{Username: "another", Password: "an0ther-5ecret"}
	acs.ask(setting("ConnectionRequestUsername="+next.Username, "ConnectionRequestPassword="+next.Password))
	acs.call(t)
	acs.call(t)
	assert.Equal(t, connreq.Refused, wake(t, url, who))
	assert.Equal(t, connreq.Accepted, wake(t, url, next))

	acs.ask(setting("HTTPConnectionRequestEnable=0"))
	acs.until(t, func(m map[string]string) bool { return m["ConnectionRequestURL"] == "" })
	assert.Equal(t, connreq.Offline, wake(t, url, next))
	acs.ask(setting("HTTPConnectionRequestEnable=1"))
	acs.until(t, func(m map[string]string) bool { return m["ConnectionRequestURL"] == url })
	assert.Equal(t, connreq.Accepted, wake(t, url, next))
	assert.Equal(t, url, p.out.after(t, "connection request URL: ", 2))

	acs.ask(setting("EnableCWMP=0"))
	p.errs.after(t, "cpe: transport: no session may start: attrs: CWMP is not enabled", 1)
	assert.Equal(t, connreq.Offline, wake(t, url, next))
	p.stop(t)
}

// With -once the device listens for the length of its session.
func TestWakeOnce(t *testing.T) {
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", "127.0.0.1:0", "-once")
	assert.Equal(t, exitOK, p.ends(t))
	assert.Regexp(t, `^connection request URL: http://\S+\nsession 1: 1 BOOT\nsession 1 ended well\n$`, p.out.String())
}

// An address that is taken ends the program; one for all interfaces is named by the one
// that reaches the ACS.
func TestWakeAddresses(t *testing.T) {
	acs := newHotline(t)
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0"} {
		p := ring(t, acs, "-connreq", address)
		assert.Regexp(t, `^http://127\.0\.0\.1:\d+/`, p.url(t), address)
		p.stop(t)
	}
	p := ring(t, &hotline{url: "http://[fe80::1%25nowhere]/"}, "-connreq", ":0", "-once")
	assert.Regexp(t, `^http://\[::\]:\d+/`, p.url(t), "no way leads there")
	assert.Equal(t, exitFailed, p.ends(t))

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	p = ring(t, acs, "-connreq", taken.Addr().String())
	assert.Equal(t, exitFailed, p.ends(t))
	assert.Contains(t, p.errs.String(), syscall.EADDRINUSE.Error())
	assert.Empty(t, p.out.String())
}

// A port that another has taken meanwhile is said, and the device goes on.
func TestWakePortLost(t *testing.T) {
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", "127.0.0.1:0", "-interval", "200ms")
	url := p.url(t)
	acs.ask(setting("HTTPConnectionRequestEnable=0"))
	acs.until(t, func(m map[string]string) bool { return m["ConnectionRequestURL"] == "" })
	address, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	taken, err := net.Listen("tcp", address)
	require.NoError(t, err)
	defer taken.Close()
	acs.ask(setting("HTTPConnectionRequestEnable=1"))
	p.errs.after(t, "cpe: listen tcp "+address, 1)
	acs.call(t)
	acs.call(t)
	p.stop(t)
}

// A device that is told to do without CWMP lets nobody in, though its port is open until
// the session is over.
func TestNoCredentials(t *testing.T) {
	o, err := parse([]string{"-acs", "http://127.0.0.1:9/", "-connreq", ":0", "-cr-user", who.Username, "-cr-pass", who.Password}, io.Discard)
	require.NoError(t, err)
	p := newProgram(o, io.Discard, io.Discard)
	user, password := p.gate.Credentials()
	assert.Equal(t, who, connreq.Credential{Username: user, Password: password})
	_, err = p.set(t.Context(), setting("EnableCWMP=0"))
	require.NoError(t, err)
	_, password = p.gate.Credentials()
	assert.Empty(t, password)
}
