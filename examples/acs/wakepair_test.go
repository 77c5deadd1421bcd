package main

// NOTE: the two programs as they are built, waking each other: over HTTP, and by UDP at
// the address that coturn, another author's STUN server, told the device.

import (
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/rpc"
)

// saying waits for a line that begins with a text, and returns the rest of it.
func (c *console) saying(t *testing.T, begin string) string {
	t.Helper()
	for n := 1; ; n++ {
		for _, line := range c.lines(t, n) {
			if rest, ok := strings.CutPrefix(line, begin); ok {
				return strings.TrimSpace(rest)
			}
		}
	}
}

var named = []string{"-cr-user", who.Username, "-cr-pass", who.Password}

// wakes runs an ACS that sends a connection request and ends with the session, and returns
// the session.
func wakes(t *testing.T, dir, address, result string, args ...string) told {
	t.Helper()
	acs := spawn(t, filepath.Join(dir, "acs"), append([]string{"-listen", address, "-json", "-once"}, args...)...)
	assert.Equal(t, exitOK, acs.status(t), acs.errs.String())
	assert.Equal(t, "listening on http://"+address+"/\nconnection request: "+result+"\n", acs.errs.String())
	lines := acs.out.lines(t, 1)
	last := tell(t, lines[len(lines)-1])
	assert.Equal(t, "ok", last.End)
	return last
}

// codes are the events of a session.
func codes(s told) (list []rpc.EventCode) {
	for _, e := range s.Events {
		list = append(list, e.EventCode)
	}
	return list
}

// parameters are those of a session's Inform, by their names below ManagementServer.
func parameters(s told) map[string]string {
	m := map[string]string{}
	for _, p := range s.Parameters {
		m[strings.TrimPrefix(p.Name, "Device.ManagementServer.")] = p.Value
	}
	return m
}

// The device finds no ACS at first, is woken by one, and later by another; none without the
// password wakes it.
func wakeByHTTP(t *testing.T, dir string) {
	address := freeport.Addr(t)
	cpe := spawn(t, filepath.Join(dir, "cpe"), append([]string{"-acs", "http://" + address + "/", "-connreq", "127.0.0.1:0"}, named...)...)
	url := cpe.out.saying(t, "connection request URL: ")
	assert.True(t, strings.HasPrefix(cpe.out.String(), "connection request URL: "+url+"\n"), "it is the first line")
	cpe.errs.saying(t, "cpe: session 1 failed: ")
	send := append([]string{"-connreq", url}, named...)

	s := wakes(t, dir, address, "accepted", send...)
	assert.Subset(t, codes(s), []rpc.EventCode{rpc.EventConnectionRequest})
	assert.Equal(t, url, parameters(s)["ConnectionRequestURL"])
	s = wakes(t, dir, address, "accepted", send...)
	assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, codes(s))

	acs := spawn(t, filepath.Join(dir, "acs"), "-listen", address, "-connreq", url, "-cr-user", who.Username, "-cr-pass", "wrong")
	assert.Equal(t, "refused", acs.out.saying(t, "connection request: "))
	require.NoError(t, acs.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, exitOK, acs.status(t))
	assert.NotContains(t, acs.out.String(), "session")

	require.NoError(t, cpe.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, exitOK, cpe.status(t))
	acs = spawn(t, filepath.Join(dir, "acs"), append([]string{"-listen", address}, send...)...)
	assert.Equal(t, "offline", acs.out.saying(t, "connection request: "))
}

// The datagram goes to the address that coturn saw, from the ACS's own port.
func wakeByUDP(t *testing.T, dir string) {
	server, address := coturn(t), freeport.Addr(t)
	cpe := spawn(t, filepath.Join(dir, "cpe"), append([]string{"-acs", "http://" + address + "/", "-stun", server}, named...)...)
	at := cpe.out.saying(t, "UDP connection request address: ")
	assert.Equal(t, "127.0.0.1", netip.MustParseAddrPort(at).Addr().String())
	cpe.errs.saying(t, "cpe: session 1 failed: ")

	s := wakes(t, dir, address, "sent", append([]string{"-udp", at}, named...)...)
	assert.Subset(t, codes(s), []rpc.EventCode{rpc.EventConnectionRequest})
	assert.Equal(t, at, parameters(s)["UDPConnectionRequestAddress"])
	assert.Equal(t, "false", parameters(s)["NATDetected"])
	require.NoError(t, cpe.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, exitOK, cpe.status(t)) // all that it has printed is here
	assert.Equal(t, 1, strings.Count(cpe.out.String(), "6 CONNECTION REQUEST"), "three copies are one request")
	assert.NotContains(t, cpe.out.String(), "connection request URL")
}

// coturn starts turnserver and returns its address, or skips the test. A device asks again
// until it is up.
func coturn(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short leaves real programs out")
	}
	program, err := exec.LookPath("turnserver")
	if err != nil {
		t.Skip("skipped: turnserver is not installed (Debian: coturn)")
	}
	dir, address := t.TempDir(), freeport.Addr(t)
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--listening-port="+port,
		"--no-tcp", "--no-tls", "--no-dtls", "--no-cli", "--no-tcp-relay", "--stun-only", "--log-file=stdout", "--simple-log",
		"--pidfile="+filepath.Join(dir, "pid"), "--userdb="+filepath.Join(dir, "db"))
	cmd.Dir = dir
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return address
}
