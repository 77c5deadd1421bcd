package stun_test

// NOTE: what the tests share: a Keeper on a bench, driven by hand in a time of
// its own, and messages put together in one line.

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/require"
)

// The addresses of the tests (RFC 5737).
var (
	serverAddr = netip.MustParseAddrPort("198.51.100.1:3478")
	localAddr  = netip.MustParseAddrPort("192.168.1.2:7547")
	publicAddr = netip.MustParseAddrPort("203.0.113.7:40001")
	otherAddr  = netip.MustParseAddrPort("203.0.113.7:40002")
)

// epoch is when every test begins.
var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// unhex reads hex with white space.
func unhex(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	require.NoError(tb, err)
	return b
}

// parse reads a message that has to be one.
func parse(tb testing.TB, b []byte) *stun.Message {
	tb.Helper()
	m, err := stun.Parse(b)
	require.NoError(tb, err)
	return m
}

// write gives the bytes of a message, signed if there is a password.
func write(tb testing.TB, m *stun.Message, password ...string) []byte {
	tb.Helper()
	if len(password) > 0 {
		b, err := m.AppendSigned(nil, stun.NewSecret(password[0]))
		require.NoError(tb, err)
		return b
	}
	b, err := m.Append(nil)
	require.NoError(tb, err)
	return b
}

// A bench holds a Keeper and the hands of a clock.
type bench struct {
	testing.TB
	k    *stun.Keeper
	now  time.Time
	last *stun.Message // the request that was sent last
}

// config is that of most tests.
func config() stun.Config { return stun.Config{Server: serverAddr, Local: localAddr} }

func newBench(tb testing.TB, c stun.Config) *bench {
	tb.Helper()
	k, err := stun.NewKeeper(c, rand.NewChaCha8([32]byte{1}), epoch)
	require.NoError(tb, err)
	return &bench{TB: tb, k: k, now: epoch}
}

// since is the time from the beginning.
func (b *bench) since() time.Duration { return b.now.Sub(epoch) }

// requests drains what was sent.
func (b *bench) requests() (all []stun.Datagram) {
	b.Helper()
	for d := range b.k.Datagrams() {
		require.Equal(b, serverAddr, d.To)
		b.last = parse(b, d.Data)
		all = append(all, d)
	}
	return all
}

// request gives the only one that was sent.
func (b *bench) request() stun.Datagram {
	b.Helper()
	all := b.requests()
	require.Len(b, all, 1)
	return all[0]
}

// events drains the events' kinds.
func (b *bench) events() (all []stun.Event) {
	for e := range b.k.Events() {
		all = append(all, e)
	}
	return all
}

// event gives the only one.
func (b *bench) event() stun.Event {
	b.Helper()
	all := b.events()
	require.Len(b, all, 1)
	return all[0]
}

// step goes to the deadline and lets it act.
func (b *bench) step() {
	b.Helper()
	deadline := b.k.Deadline()
	require.False(b, deadline.IsZero())
	if deadline.After(b.now) {
		b.now = deadline
	}
	b.k.HandleTimeout(b.now)
}

// stepTo steps until something is sent and gives it.
func (b *bench) stepTo() stun.Datagram {
	b.Helper()
	for range 20 {
		b.step()
		if all := b.requests(); len(all) > 0 {
			require.Len(b, all, 1)
			return all[0]
		}
	}
	b.Fatal("nothing is sent")
	return stun.Datagram{}
}

// deliver hands a message over as the server's.
func (b *bench) deliver(port stun.Port, m *stun.Message, password ...string) {
	b.Helper()
	require.True(b, b.k.HandleDatagram(b.now, port, serverAddr, write(b, m, password...)))
}

// answer delivers a good answer to the last request.
func (b *bench) answer(mapped netip.AddrPort, password ...string) {
	b.Helper()
	b.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: mapped}, password...)
}

// refuse delivers an error to the last request.
func (b *bench) refuse(port stun.Port, code int) {
	b.Helper()
	b.deliver(port, &stun.Message{Type: stun.BindingErrorResponse, ID: b.last.ID, ErrorCode: code, Reason: "no"})
}

// settle goes through the first exchanges: the binding is known and announced.
func (b *bench) settle(mapped netip.AddrPort) {
	b.Helper()
	b.stepTo()
	b.answer(mapped)
	b.request()
	require.True(b, b.last.BindingChange)
	b.answer(mapped)
	require.Equal(b, stun.Changed, b.event().Kind)
	require.Empty(b, b.requests())
}

// dry is a source of chance that gives nothing.
var dry = bytes.NewReader(nil)
