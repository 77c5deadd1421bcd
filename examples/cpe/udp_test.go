package main

// NOTE: the device is woken by UDP, at the address that a STUN server sees: one of the
// library's here, on loopback, which can play the gateway too. examples/acs has a test
// with coturn.

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
	"github.com/cwmp-go/cwmp/transport/connreq"
	"github.com/cwmp-go/cwmp/transport/stun"
)

// socket opens a UDP socket on loopback for the time of the test.
func socket(t *testing.T) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// mirror is a STUN server that sees everybody at one address, or where they are.
func mirror(t *testing.T, seen netip.AddrPort) string {
	t.Helper()
	conn := socket(t)
	at := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	go func() {
		var server stun.Server
		buf := make([]byte, stun.MaxDatagram)
		for {
			n, peer, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			from := peer.(*net.UDPAddr).AddrPort()
			if seen.IsValid() {
				from = seen
			}
			if reply, ok := server.Handle(from, at, buf[:n]); ok {
				conn.WriteTo(reply.Data, peer)
			}
		}
	}()
	return at.String()
}

// datagram is a connection request of a moment.
func datagram(t *testing.T, host string, ts int64, as connreq.Credential) []byte {
	t.Helper()
	b, err := connreq.UDPRequest{Host: host, TS: ts, ID: strconv.FormatInt(ts, 10), Username: as.Username, CNonce: "c"}.Append(nil, as.Password)
	require.NoError(t, err)
	return b
}

// send sends a datagram from a socket that nobody knows.
func send(t *testing.T, address string, b []byte) {
	t.Helper()
	_, err := socket(t).WriteTo(b, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(address)))
	require.NoError(t, err)
}

// address is the n-th one that it is told to be reached at by UDP.
func (p *phone) address(t *testing.T, n int) string {
	t.Helper()
	return p.out.after(t, "UDP connection request address: ", n)
}

// The address is a line; a request from anywhere that is signed starts one session, one
// that is not signed or was taken before none, even after a reboot.
func TestUDP(t *testing.T) {
	for _, args := range [][]string{nil, {"-connreq", "127.0.0.1:0"}} {
		acs := newHotline(t)
		p := ring(t, acs, append([]string{"-stun", mirror(t, netip.AddrPort{})}, args...)...)
		address := p.address(t, 1)
		assert.Equal(t, "127.0.0.1", netip.MustParseAddrPort(address).Addr().String())
		acs.call(t)
		now := time.Now().Unix()
		send(t, address, datagram(t, address, now, connreq.Credential{Username: who.Username, Password: "wrong"}))
		send(t, address, datagram(t, address, now+7200, who))
		send(t, address, []byte("GET / HTTP/1.1\r\n\r\n"))
		acs.silent(t)

		acs.ask(&rpc.Reboot{CommandKey: "k"})
		good := datagram(t, address, now, who)
		for range connreq.DefaultCopies {
			send(t, address, good)
		}
		events, parameters := acs.call(t)
		assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, events)
		assert.Equal(t, address, parameters["UDPConnectionRequestAddress"])
		assert.Equal(t, "false", parameters["NATDetected"])
		events, _ = acs.call(t)
		assert.Equal(t, []rpc.EventCode{rpc.EventBoot, rpc.EventMReboot}, events)
		send(t, address, good)
		acs.silent(t)
		send(t, address, datagram(t, address, now+1, who))
		events, _ = acs.call(t)
		assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, events)
		p.stop(t)
		assert.Empty(t, p.errs.String())
	}
}

// Behind a gateway the address is the gateway's. Without STUN it is the device's own, and
// requests are taken there; with it again, the gateway's.
func TestUDPThroughAGateway(t *testing.T) {
	seen := netip.MustParseAddrPort("203.0.113.7:40001")
	acs := newHotline(t)
	p := ring(t, acs, "-stun", mirror(t, seen), "-connreq", "127.0.0.1:0", "-interval", "200ms")
	assert.Equal(t, seen.String(), p.address(t, 1))
	right := func(address, nat string) func(map[string]string) bool {
		return func(m map[string]string) bool {
			return m["UDPConnectionRequestAddress"] == address && m["NATDetected"] == nat
		}
	}
	acs.until(t, right(seen.String(), "true"))
	acs.ask(setting("STUNEnable=0"))
	own := p.address(t, 2)
	acs.until(t, right(own, "false"))
	send(t, own, datagram(t, own, time.Now().Unix(), who))
	p.out.after(t, "session ", 1)
	for asked := false; !asked; {
		events, _ := acs.call(t)
		asked = events[len(events)-1] == rpc.EventConnectionRequest
	}
	acs.ask(setting("STUNEnable=1"))
	assert.Equal(t, seen.String(), p.address(t, 3))
	acs.until(t, right(seen.String(), "true"))
	p.stop(t)
	assert.Empty(t, p.errs.String())
}

// An ACS that enables STUN has it with -connreq alone; the port is that of HTTP.
func TestUDPAsTheACSHasIt(t *testing.T) {
	acs := newHotline(t)
	server := mirror(t, netip.AddrPort{})
	acs.ask(setting("STUNEnable=1", "STUNServerAddress=localhost", "STUNServerPort="+strconv.Itoa(int(netip.MustParseAddrPort(server).Port()))))
	p := ring(t, acs, "-connreq", freeport.Addr(t))
	acs.call(t)
	address := p.address(t, 1)
	assert.Contains(t, p.url(t), "http://"+address+"/")
	acs.ask(setting("STUNEnable=0"))
	send(t, address, datagram(t, address, time.Now().Unix(), who))
	events, parameters := acs.call(t)
	assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, events)
	assert.Equal(t, address, parameters["UDPConnectionRequestAddress"])
	p.out.after(t, "session 2 ended well", 1)
	stop := insist(t, address, datagram(t, address, time.Now().Unix()+1, who))
	events, parameters = acs.call(t)
	stop()
	assert.Equal(t, []rpc.EventCode{rpc.EventConnectionRequest}, events)
	assert.Equal(t, address, parameters["UDPConnectionRequestAddress"], "its own now, and the same")
	p.stop(t)
}

// insist sends a datagram again and again, as senders do: one that comes while the socket
// goes from one reader to the other is lost.
func insist(t *testing.T, address string, b []byte) (stop func()) {
	done := make(chan struct{})
	var sending sync.WaitGroup
	sending.Go(func() {
		for again := time.NewTicker(100 * time.Millisecond); ; {
			send(t, address, b)
			select {
			case <-done:
				again.Stop()
				return
			case <-again.C:
			}
		}
	})
	return func() { close(done); sending.Wait() }
}

// A device that nobody may wake has no socket for it.
func TestNoUDP(t *testing.T) {
	acs := newHotline(t)
	acs.ask(setting("STUNEnable=1", "STUNServerAddress="+"127.0.0.1"))
	status, stdout, stderr := play(t, "-acs", acs.url)
	assert.Equal(t, exitOK, status)
	assert.NotContains(t, stdout, "address")
	assert.Empty(t, stderr)
}

// half takes a port of UDP whose like is free over TCP.
func half(t *testing.T) string {
	t.Helper()
	at := freeport.Addr(t)
	conn, err := net.ListenPacket("udp", at)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return at
}

// A port that is taken ends the program when -stun wants it, and is said when the ACS does.
func TestUDPPortTaken(t *testing.T) {
	taken := half(t)
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", taken, "-stun", "127.0.0.1:9")
	assert.Equal(t, exitFailed, p.ends(t))
	assert.Contains(t, p.errs.String(), "cpe: listen udp "+taken)

	acs.ask(setting("STUNEnable=1"))
	p = ring(t, acs, "-connreq", taken)
	p.errs.after(t, "cpe: listen udp "+taken, 1)
	assert.Equal(t, connreq.Accepted, wake(t, p.url(t), who))
	acs.call(t)
	acs.call(t)
	p.stop(t)
}

// The number of a port that was for us to choose need not be that of the socket.
func TestSocket(t *testing.T) {
	taken := socket(t).LocalAddr().String()
	for given, ok := range map[string]bool{"127.0.0.1:0": true, taken: false} {
		p := &program{options: options{connreq: given}, waker: waker{port: taken}}
		conn, err := p.socket()
		assert.Equal(t, ok, err == nil, given)
		if ok {
			require.NoError(t, conn.Close())
		}
	}
}

// A STUN server that has no address of the socket's family is said.
func TestUDPNoServer(t *testing.T) {
	acs := newHotline(t)
	p := ring(t, acs, "-connreq", "127.0.0.1:0", "-stun", "[::1]:9")
	assert.NotEmpty(t, p.errs.after(t, "cpe: STUN: ", 1))
	p.stop(t)
}

// The latest word of a keeper is the one that is heard, one of the time before nobody
// hears, and a line is printed for a change alone.
func TestWords(t *testing.T) {
	var out console
	o, err := parse([]string{"-acs", "http://127.0.0.1:9/", "-stun", "127.0.0.1:9", "-cr-user", "u", "-cr-pass", "p"}, &out)
	require.NoError(t, err)
	p := newProgram(o, &out, &out)
	at := func(port int, nat bool) word {
		return word{Status: stun.Status{Address: fmt.Sprint("203.0.113.7:", port), NATDetected: nat}}
	}
	p.heard(at(1, true))
	assert.Empty(t, out.String(), "STUN is not yet in force")
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nobody is to ask a server
	require.NoError(t, p.cpe.Apply(ctx, transport.Settings{Gate: assert.AnError, STUN: transport.STUN{Enable: true}}, session.Clock{}, 0))
	p.leave(at(1, true))
	p.leave(at(2, true))
	p.heard(<-p.words)
	p.heard(at(2, false))
	p.heard(word{Status: stun.Status{Address: "203.0.113.7:2"}, err: stun.ErrTimeout})
	p.heard(at(3, true))
	assert.Equal(t, `UDP connection request address: 203.0.113.7:2
cpe: STUN: `+stun.ErrTimeout.Error()+`
UDP connection request address: 203.0.113.7:3
`, out.String())
	value, _ := p.device.Value(server + "NATDetected")
	assert.Equal(t, "true", value.Text)
}

// The period is the least that is allowed, and bearable.
func TestPeriod(t *testing.T) {
	for _, tt := range []struct{ least, most, want time.Duration }{
		{0, 0, 30 * time.Second},
		{0, 10 * time.Second, 10 * time.Second},
		{0, time.Hour, 30 * time.Second},
		{time.Minute, 0, time.Minute},
		{time.Minute, time.Second, time.Second},
		{time.Millisecond, 0, time.Second},
	} {
		assert.Equal(t, tt.want, period(transport.STUN{MinKeepAlive: tt.least, MaxKeepAlive: tt.most}), tt)
	}
}
