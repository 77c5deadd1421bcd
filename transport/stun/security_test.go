package stun_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tries is how often an attack is run: a million with CWMP_LONG=1, which takes
// 20 s and found nothing.
func tries() int {
	if os.Getenv("CWMP_LONG") == "1" {
		return 1_000_000
	}
	return 1000
}

// evil is where an attacker wants the device to be.
var evil = netip.MustParseAddrPort("192.0.2.66:6666")

// TestSEC27ForgedAnswersRace: forged responses of every kind arrive before the
// true one. None is believed, and none makes the Keeper send.
func TestSEC27ForgedAnswersRace(t *testing.T) {
	b := newBench(t, user())
	b.stepTo()
	b.refuse(stun.Primary, 401) // from here on all is signed
	b.request()
	chance := rand.New(rand.NewPCG(27, 27))
	forge := []func(){
		func() { // a guessed transaction
			m := &stun.Message{Type: stun.BindingResponse, MappedAddress: evil}
			for i := range m.ID {
				m.ID[i] = byte(chance.Uint32())
			}
			b.deliver(stun.Primary, m, "secret")
		},
		func() { // one bit of it is wrong
			m := &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: evil}
			m.ID[chance.IntN(16)] ^= 1 << chance.IntN(8)
			b.deliver(stun.Primary, m, "secret")
		},
		func() { // from another port of the server
			m := &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: evil}
			from := netip.AddrPortFrom(serverAddr.Addr(), uint16(chance.IntN(3478)))
			b.k.HandleDatagram(b.now, stun.Primary, from, write(t, m, "secret"))
		},
		func() { // not signed
			b.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: evil})
		},
		func() { // signed with a guessed password
			m := &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: evil}
			b.deliver(stun.Primary, m, fmt.Sprint(chance.Uint64()))
		},
		func() { // to the other port
			m := &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: evil}
			b.deliver(stun.Secondary, m, "secret")
		},
		func() { // the request itself, reflected
			b.deliver(stun.Primary, &stun.Message{Type: stun.BindingRequest, ID: b.last.ID, MappedAddress: evil}, "secret")
		},
		func() { // an error without a code
			b.deliver(stun.Primary, &stun.Message{Type: stun.BindingErrorResponse, ID: b.last.ID})
		},
		func() { b.k.HandleDatagram(b.now, stun.Primary, serverAddr, make([]byte, 20+chance.IntN(64))) },
	}
	n := tries()
	for i := range n {
		forge[i%len(forge)]()
	}
	assert.EqualValues(t, n, b.k.Status().Dropped)
	assert.Empty(t, b.requests(), "a forgery makes nothing go out")
	assert.Empty(t, b.events())
	b.answer(publicAddr, "secret")
	assert.Equal(t, publicAddr, b.event().Status.Mapped)
}

// TestSEC27RequireIntegrity: with RequireIntegrity nothing is believed before
// the server has asked for integrity.
func TestSEC27RequireIntegrity(t *testing.T) {
	c := user()
	c.RequireIntegrity = true
	b := newBench(t, c)
	b.stepTo()
	b.answer(evil)
	assert.EqualValues(t, 1, b.k.Status().Dropped)
	b.refuse(stun.Primary, 401)
	b.request()
	b.answer(publicAddr, "secret")
	assert.Equal(t, publicAddr, b.event().Status.Mapped)
}

// TestSEC27ChangeIsRateLimited: a server, or who speaks for it, that says another
// address each time changes it every ten seconds and no oftener, and gets no
// storm of requests.
func TestSEC27ChangeIsRateLimited(t *testing.T) {
	b := newBench(t, config())
	changes, requests := 0, 0
	for b.since() < 10*time.Minute {
		b.step()
		for len(b.requests()) > 0 {
			requests++
			b.answer(netip.AddrPortFrom(evil.Addr(), uint16(requests)))
		}
		for _, e := range b.events() {
			if e.Kind == stun.Changed {
				changes++
			}
		}
	}
	assert.InDelta(t, 60, changes, 1)
	assert.LessOrEqual(t, requests, 2*changes+1)
}

// TestSEC27NoAmplification: what a Server sends is at most seven times what it
// was sent, and it sends it where that came from.
func TestSEC27NoAmplification(t *testing.T) {
	s := &stun.Server{Secret: secrets}
	chance := rand.New(rand.NewPCG(1, 27))
	for range tries() {
		b := write(t, &stun.Message{Type: stun.BindingRequest, ResponseAddress: netip.AddrPortFrom(publicAddr.Addr(), 1+uint16(chance.IntN(65535)))})
		for range chance.IntN(4) {
			b[chance.IntN(len(b))] ^= byte(1 + chance.IntN(255))
		}
		if r, ok := s.Handle(publicAddr, serverAddr, b); ok {
			require.LessOrEqual(t, len(r.Data), 7*len(b))
			require.Equal(t, publicAddr.Addr(), r.To.Addr())
		}
	}
}

// TestSEC31Secrets: a canary is in no print, log or error.
func TestSEC31Secrets(t *testing.T) {
	const canary = "canary-password"
	c := user()
	c.Password = stun.NewSecret(canary)
	m := &stun.Message{Type: stun.SharedSecretResponse, Username: "u", Password: c.Password}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "config", c, "secret", c.Password, "message", m)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", c, "secret", c.Password)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, format, c)
		fmt.Fprintf(&log, format, c.Password)
		fmt.Fprintf(&log, format, m)
		fmt.Fprintf(&log, format, struct{ s any }{c.Password})
	}
	text, err := json.Marshal(c)
	require.NoError(t, err)
	log.Write(text)
	log.WriteString(c.Password.String())
	_, err = (&stun.Message{Type: 1, Password: stun.NewSecret(canary + "\x00")}).Append(nil)
	fmt.Fprint(&log, err)
	c.Password = stun.NewSecret(strings.Repeat(canary, 50))
	_, err = stun.NewKeeper(c, dry, epoch)
	fmt.Fprint(&log, err)
	fmt.Fprint(&log, stun.Verify(write(t, m, "x"), stun.NewSecret(canary)))
	b, err := c.Password.MarshalText()
	require.NoError(t, err)
	log.Write(b)
	assert.NotContains(t, log.String(), canary)
	assert.NotContains(t, log.String(), fmt.Sprintf("%x", canary))
	assert.Contains(t, log.String(), "***")
}

// TestOtherSockets: a socket whose addresses are not UDP's is read by their text.
func TestOtherSockets(t *testing.T) {
	i := newInternet(time.Hour)
	conn := &textual{i.listen(serverAddr)}
	var got netip.AddrPort
	conn.in <- arrival{otherAddr, []byte("hello")}
	conn.in <- arrival{netip.AddrPort{}, []byte("hello")}
	err := (&stun.Server{}).Serve(t.Context(), conn, func(from netip.AddrPort, _ []byte) {
		if from.IsValid() {
			got = from
			return
		}
		conn.Close()
	})
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.Equal(t, otherAddr, got)
}

// A textual socket has addresses of its own kind.
type textual struct{ *node }

type textAddr string

func (textAddr) Network() string  { return "text" }
func (a textAddr) String() string { return string(a) }

func (c *textual) ReadFrom(b []byte) (int, net.Addr, error) {
	n, a, err := c.node.ReadFrom(b)
	if err != nil {
		return 0, nil, err
	}
	return n, textAddr(a.String()), nil
}
