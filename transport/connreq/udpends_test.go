package connreq

// NOTE: both ends of UDP connection requests: what a CPE takes, by the rows CPE-219 to
// CPE-222, and what an ACS sends, by ACS-067.

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// datagram is a request for the tests' CPE.
func datagram(t testing.TB, ts int64, id string, change ...func(*UDPRequest)) []byte {
	t.Helper()
	r := UDPRequest{Host: "198.51.100.7:7547", TS: ts, ID: id, Username: user, CNonce: "c"}
	key := password
	for _, f := range change {
		f(&r)
	}
	b, err := r.Append(nil, key)
	require.NoError(t, err)
	return b
}

// newReceiver is a receiver whose Gate says yes.
func newReceiver() *UDPReceiver {
	return &UDPReceiver{Gate: &Gate{Credentials: credentials, Every: time.Nanosecond, Burst: 1000}}
}

// taken reports whether a session is wanted.
func (u *UDPReceiver) taken() bool {
	select {
	case <-u.Gate.C():
		defer u.Gate.End()
		return u.Gate.Begin()
	default:
		return false
	}
}

const ts0 = 1_700_000_000

// Only what is newer than all before is taken, and copies are one request.
func TestReceive(t *testing.T) {
	u := newReceiver()
	steps := []struct {
		ts   int64
		id   string
		want error
	}{
		{ts0, "1", nil}, {ts0, "1", ErrStale}, {ts0, "1", ErrStale},
		{ts0, "2", ErrStale}, {ts0 - 1, "3", ErrStale}, {ts0 + 1, "1", ErrStale}, {ts0 + 1, "2", nil},
		{ts0 + 3600, "1", nil}, {ts0 + 3599, "9", ErrStale},
	}
	for i, s := range steps {
		assert.Equal(t, s.want, u.Receive(datagram(t, s.ts, s.id)), i)
		assert.Equal(t, s.want == nil, u.taken(), i)
	}
}

func TestReceiveRefused(t *testing.T) {
	u := newReceiver()
	bad := datagram(t, ts0, "1")
	bad[bytes.Index(bad, []byte("sig="))+4] ^= 1
	tests := map[string]struct {
		datagram []byte
		want     error
	}{
		"bad sig":      {bad, ErrSignature},
		"wrong un":     {datagram(t, ts0, "1", func(r *UDPRequest) { r.Username = "other" }), ErrSignature},
		"not HTTP":     {[]byte("\x01\x01\x00\x00"), ErrMalformed},
		"64 KiB":       {make([]byte, 64<<10), ErrMalformed},
		"an empty one": {nil, ErrMalformed},
	}
	for name, tt := range tests {
		assert.ErrorIs(t, u.Receive(tt.datagram), tt.want, name)
		assert.False(t, u.taken(), name)
	}
	assert.Zero(t, u.last, "what is not authentic changes nothing")
	assert.ErrorIs(t, new(UDPReceiver).Receive(nil), ErrNoGate)
	assert.ErrorIs(t, new(UDPReceiver).Serve(t.Context(), nil), ErrNoGate)
	nobody := &UDPReceiver{Gate: &Gate{}}
	assert.ErrorIs(t, nobody.Receive(datagram(t, ts0, "1")), ErrSignature)
}

// The mark goes to the program before the event, and a restart goes on from it.
func TestReceiveKeepsItsMark(t *testing.T) {
	var kept []Mark
	u := newReceiver()
	u.Save = func(m Mark) error {
		assert.Empty(t, u.Gate.C(), "the mark is safe before the session starts")
		kept = append(kept, m)
		return errors.New("disk full")
	}
	var log bytes.Buffer
	u.Logger = slog.New(slog.NewTextHandler(&log, nil))
	assert.NoError(t, u.Receive(datagram(t, ts0, "1")))
	assert.ErrorIs(t, u.Receive(datagram(t, ts0, "1")), ErrStale)
	assert.True(t, u.taken())
	assert.NoError(t, u.Receive(datagram(t, ts0+5, "2")))
	assert.Equal(t, []Mark{{ts0, "1"}, {ts0 + 5, "2"}}, kept)
	assert.Contains(t, log.String(), "mark not saved")

	again := newReceiver()
	again.Mark = kept[1]
	assert.ErrorIs(t, again.Receive(datagram(t, ts0+5, "2")), ErrStale)
	assert.ErrorIs(t, again.Receive(datagram(t, ts0+5, "3")), ErrStale)
	assert.NoError(t, again.Receive(datagram(t, ts0+6, "3")))
}

// The bucket is the one of HTTP, and what it refuses is spent all the same.
func TestReceiveSharesTheGate(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{Gate: &Gate{Burst: 2}})
		u := &UDPReceiver{Gate: p.gate}
		assert.NoError(t, u.Receive(datagram(t, ts0, "1")))
		assert.Equal(t, "200", p.try(acs, get(path, auth{nonce: p.nonce(acs)}.field())))
		assert.ErrorIs(t, u.Receive(datagram(t, ts0+1, "2")), ErrRate)
		assert.Equal(t, "503", p.try(acs, get(path, auth{nonce: p.nonce(acs)}.field())))
		synctest.Wait()
		assert.True(t, p.woken())
		p.gate.End()
		pass(DefaultEvery)
		assert.ErrorIs(t, u.Receive(datagram(t, ts0+1, "2")), ErrStale)
		assert.NoError(t, u.Receive(datagram(t, ts0+2, "3")))
		p.gate.Begin()
		p.gate.RefuseInSession = true
		assert.ErrorIs(t, u.Receive(datagram(t, ts0+3, "4")), ErrInSession)
	})
}

// A trusted clock keeps a request from the far future from keeping all others out.
func TestReceiveFuture(t *testing.T) {
	trusted := false
	u := newReceiver()
	u.Now = func() (time.Time, bool) { return time.Unix(ts0, 0), trusted }
	assert.NoError(t, u.Receive(datagram(t, ts0+7200, "1")), "nothing to compare with")
	trusted = true
	u = &UDPReceiver{Gate: u.Gate, Now: u.Now}
	assert.ErrorIs(t, u.Receive(datagram(t, ts0+3601, "1")), ErrFuture)
	assert.NoError(t, u.Receive(datagram(t, ts0+3600, "1")))
}

// A packets is a socket in memory.
type packets struct {
	net.PacketConn
	in     chan []byte
	fail   chan error
	mu     sync.Mutex
	sent   [][]byte
	to     []string
	err    error
	broken chan struct{}
}

func newPackets() *packets {
	return &packets{in: make(chan []byte, 9), fail: make(chan error, 9), broken: make(chan struct{}, 9)}
}

// ReadFrom implements net.PacketConn.
func (p *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.in:
		return copy(b, d), nil, nil
	case err := <-p.fail:
		return 0, nil, err
	case <-p.broken:
		return 0, nil, errors.New("i/o timeout")
	}
}

// SetReadDeadline implements net.PacketConn, for a deadline in the past.
func (p *packets) SetReadDeadline(t time.Time) error {
	if !t.IsZero() {
		p.broken <- struct{}{}
	}
	return nil
}

// WriteTo implements net.PacketConn.
func (p *packets) WriteTo(b []byte, to net.Addr) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.to = append(p.sent, bytes.Clone(b)), append(p.to, to.String())
	return len(b), p.err
}

func TestUDPServe(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		u, conn := newReceiver(), newPackets()
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error)
		go func() { served <- u.Serve(ctx, conn) }()
		conn.fail <- errors.New("connection refused")
		conn.in <- []byte("noise")
		conn.in <- datagram(t, ts0, "1")
		<-u.Gate.C()
		assert.True(t, u.Gate.Begin())
		cancel()
		assert.ErrorIs(t, <-served, context.Canceled)
		assert.Empty(t, conn.sent, "nothing is ever answered")

		conn.fail <- net.ErrClosed
		assert.ErrorIs(t, u.Serve(t.Context(), conn), net.ErrClosed)
	})
}

// Three identical copies from the socket, with id and cnonce by chance.
func TestUDPSend(t *testing.T) {
	conn := newPackets()
	s := &UDPSender{Conn: conn, Policy: docs, Now: func() time.Time { return time.Unix(ts0, 0) }}
	require.NoError(t, s.Send(t.Context(), "198.51.100.7:5000", right))
	require.NoError(t, s.Send(t.Context(), "198.51.100.7", right))
	require.Len(t, conn.sent, 2*DefaultCopies)
	for i, b := range conn.sent {
		assert.Equal(t, conn.sent[i/3*3], b)
	}
	assert.Equal(t, "198.51.100.7:5000", conn.to[2])
	assert.Equal(t, "198.51.100.7:80", conn.to[3])
	one, err := ParseUDPRequest(conn.sent[0])
	require.NoError(t, err)
	two, _ := ParseUDPRequest(conn.sent[3])
	assert.NotEqual(t, one.ID, two.ID)
	assert.NotEqual(t, one.CNonce, two.CNonce)
	assert.Regexp(t, regexp.MustCompile(`^[0-9]{1,10}$`), one.ID)
	assert.Equal(t, "198.51.100.7:5000", one.Host)
	assert.Equal(t, int64(ts0), one.TS)
	u := newReceiver()
	assert.NoError(t, u.Receive(conn.sent[0]))
	assert.ErrorIs(t, u.Receive(conn.sent[1]), ErrStale)
}

func TestUDPSendRefused(t *testing.T) {
	conn := newPackets()
	s := &UDPSender{Conn: conn, Policy: docs, Resolve: names(map[string][]string{"cpe.example": {"198.51.100.7"}})}
	for _, bad := range []string{"", ":1", "h:", "h:0", "h:70000", "h:x", "[::1", "::1", "::1:80", "http://h/", "a b", "2130706433:8000", "0x7f.1"} {
		assert.ErrorIs(t, s.Send(t.Context(), bad, right), ErrURL, "%q", bad)
	}
	for _, inner := range []string{"127.0.0.1:8000", "[::1]:8000", "198.51.100.7:22"} {
		assert.ErrorIs(t, s.Send(t.Context(), inner, right), ErrAddress, inner)
	}
	assert.ErrorIs(t, s.Send(t.Context(), "cpe.example:8000", Credential{Username: string(make([]byte, MaxUDPValue+1))}), ErrMalformed)
	assert.Empty(t, conn.sent)
	conn.err = errors.New("network is unreachable")
	assert.ErrorIs(t, s.Send(t.Context(), "cpe.example:8000", right), conn.err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, s.Send(ctx, "cpe.example:8000", right), context.Canceled)
}

// Both ends on the loopback, with the system's sockets and clock.
func TestUDPForReal(t *testing.T) {
	at, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer at.Close()
	stun, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer stun.Close()
	u := newReceiver()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- u.Serve(ctx, at) }()
	s := &UDPSender{Conn: stun, Policy: Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
	require.NoError(t, s.Send(t.Context(), at.LocalAddr().String(), right))
	<-u.Gate.C()
	assert.True(t, u.Gate.Begin())
	cancel()
	assert.ErrorIs(t, <-served, context.Canceled)
	at.SetReadDeadline(time.Now().Add(time.Hour))
	require.NoError(t, s.Send(t.Context(), at.LocalAddr().String(), right))
	_, _, err = at.ReadFrom(make([]byte, 2000))
	assert.NoError(t, err, "the socket works on")
}
