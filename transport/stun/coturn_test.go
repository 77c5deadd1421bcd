package stun_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: coturn is another author's server, of RFC 5389 with RFC 3489's clients in
// mind. It is bound to the loopback interface and ends with the test.

// coturn starts turnserver and gives its address, or skips the test.
func coturn(t *testing.T) netip.AddrPort {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short leaves real programs out")
	}
	program, err := exec.LookPath("turnserver")
	if err != nil {
		t.Skip("skipped: turnserver is not installed (Debian: coturn)")
	}
	dir := t.TempDir()
	addr := netip.MustParseAddrPort(freeport.Addr(t))
	cmd := exec.Command(program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--listening-port="+strconv.Itoa(int(addr.Port())),
		"--no-tcp", "--no-tls", "--no-dtls", "--no-cli", "--no-tcp-relay", "--stun-only", "--log-file=stdout", "--simple-log",
		"--pidfile="+filepath.Join(dir, "pid"), "--userdb="+filepath.Join(dir, "db"))
	cmd.Dir = dir
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return addr
}

// open opens a socket for the length of the test.
func open(t *testing.T) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestCoturn: the binding is found, announced and kept, discovery ends one way
// or the other, and a connection request to the address that coturn has told
// arrives at the same socket.
func TestCoturn(t *testing.T) {
	server := coturn(t)
	primary := open(t)
	local := primary.LocalAddr().(*net.UDPAddr).AddrPort()
	c := stun.Config{Server: server, Local: local, Secondary: true, MinimumKeepAlive: time.Second, MaximumKeepAlive: 2 * time.Second}
	k, err := stun.NewKeeper(c, rand.Reader, time.Now())
	require.NoError(t, err)

	ctx, stop := context.WithTimeoutCause(t.Context(), 30*time.Second, errors.New("too slow"))
	defer stop()
	ctx, enough := context.WithCancelCause(ctx)
	end := errors.New("the end")
	var changed sync.Once
	var events []stun.Event
	woken := false
	finish := func() {
		if woken && len(events) > 0 && events[len(events)-1].Kind == stun.Discovered {
			enough(end)
		}
	}
	r := &stun.Runner{Primary: primary, Secondary: open(t),
		Request: func(from netip.AddrPort, b []byte) {
			woken = string(b) == "GET http://"+local.String()+"?ts=1 HTTP/1.1\r\n\r\n"
			finish()
		},
		Event: func(e stun.Event) {
			if e.Kind == stun.Lost {
				return // coturn is not up yet
			}
			events = append(events, e)
			changed.Do(func() {
				_, err := open(t).WriteTo([]byte("GET http://"+e.Status.Address+"?ts=1 HTTP/1.1\r\n\r\n"), net.UDPAddrFromAddrPort(e.Status.Mapped))
				assert.NoError(t, err)
			})
			finish()
		}}
	require.Equal(t, end, r.Run(ctx, k), k.Status().String())
	s := k.Status()
	assert.Equal(t, local, s.Mapped)
	assert.False(t, s.NATDetected, "there is no gateway on loopback")
	assert.True(t, s.Announced)
	assert.False(t, s.Signed, "coturn asks nobody to sign a Binding Request")
	t.Logf("%v; discovery: %v", s, events[len(events)-1].Err)
}

// TestCoturnClient: coturn's client, which speaks RFC 5389, asks our Server.
func TestCoturnClient(t *testing.T) {
	program, err := exec.LookPath("turnutils_stunclient")
	if err != nil || testing.Short() {
		t.Skip("skipped: turnutils_stunclient is not installed (Debian: coturn), or -short leaves it out")
	}
	conn := open(t)
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { assert.ErrorIs(t, (&stun.Server{}).Serve(ctx, conn, nil), context.Canceled) })
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	port := strconv.Itoa(conn.LocalAddr().(*net.UDPAddr).Port)
	out, err := exec.CommandContext(limited, program, "-p", port, "127.0.0.1").CombinedOutput()
	stop()
	done.Wait()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "UDP reflexive addr: 127.0.0.1:")
}
