package stun_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/require"
)

// FuzzSTUN: what Parse accepts, Append writes so that Parse reads the same; a
// signature covers every byte before it; a Server answers with something
// that can be read, to where it may, and never answers an answer.
func FuzzSTUN(f *testing.F) {
	for _, g := range golden {
		f.Add(unhex(f, g.hex))
	}
	for _, r := range refusals {
		f.Add(unhex(f, r.hex))
	}
	f.Add(write(f, &stun.Message{Type: stun.BindingRequest, Username: "cpe-1", ConnectionRequestBinding: true}, "secret"))
	server := &stun.Server{Secret: secrets, Demand: stun.DemandChange, Bound: func(stun.Binding) {}}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		m, err := stun.Parse(b)
		require.Equal(t, before, b)
		if reply, ok := server.Handle(publicAddr, serverAddr, b); ok {
			answer := parse(t, reply.Data)
			require.NotEqual(t, stun.BindingRequest, answer.Type)
			require.Equal(t, publicAddr.Addr(), reply.To.Addr())
			_, again := server.Handle(reply.To, serverAddr, reply.Data)
			require.False(t, again)
		}
		if err != nil {
			require.Nil(t, m)
			require.Error(t, stun.Verify(b, stun.NewSecret("secret")))
			return
		}
		require.True(t, stun.IsMessage(b))
		signed := write(t, m, "secret")
		require.NoError(t, stun.Verify(signed, stun.NewSecret("secret")))
		require.Error(t, stun.Verify(signed, stun.NewSecret("other")))
		m.Integrity = true
		require.Equal(t, m, parse(t, signed))
	})
}

// FuzzKeeper plays a script of three bytes a step: what happens, and two
// numbers for it. Whatever happens: there is always a deadline, one input sends
// at most one datagram and tells at most three events, every datagram is a
// request of one of the three kinds to the server, the period is in its bounds,
// and the address is one that a true answer has said.
func FuzzKeeper(f *testing.F) {
	f.Add([]byte("0aa1aa1aa0aa1aa"))
	f.Add([]byte{0, 0, 0, 1, 1, 0, 1, 1, 0, 2, 255, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 3, 1, 0, 1, 5, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 3, 20, 0, 5, 7, 7})
	f.Add(bytes.Repeat([]byte{0, 0, 0, 1, 1, 1, 4, 1, 0}, 30))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) < 4 || len(script) > 600 {
			return
		}
		c := seeking(time.Second, time.Duration(script[0])*time.Second+time.Second)
		c.Secondary = script[1]&1 != 0
		if script[1]&4 != 0 {
			c.Username, c.Password = "cpe-1", stun.NewSecret("secret")
			c.RequireIntegrity = script[1]&2 != 0
		}
		k, err := stun.NewKeeper(c, rand.NewChaCha8([32]byte{}), epoch)
		require.NoError(t, err)
		a := &actor{bench: &bench{TB: t, k: k, now: epoch, last: &stun.Message{}}, said: map[netip.AddrPort]bool{}}
		for script = script[2:]; len(script) >= 3; script = script[3:] {
			a.act(script[0], script[1], script[2])
			a.check(c)
		}
	})
}

// An actor does what a script says.
type actor struct {
	*bench
	said   map[netip.AddrPort]bool // addresses of true answers
	answer stun.Message
}

func (a *actor) act(what, x, y byte) {
	mapped := netip.AddrPortFrom(publicAddr.Addr(), 1+uint16(x%4))
	a.answer = stun.Message{Type: stun.BindingResponse, ID: a.last.ID, MappedAddress: mapped}
	var password []string
	if a.last.Integrity {
		password = []string{"secret"}
	}
	switch what % 6 {
	case 0:
		a.step()
	case 1:
		a.said[mapped] = true
		a.deliver(stun.Port(y%2), &a.answer, password...)
	case 2:
		a.now = a.now.Add(time.Duration(x)<<8*time.Millisecond + time.Duration(y)*time.Millisecond)
		a.k.HandleTimeout(a.now)
	case 3:
		a.answer = stun.Message{Type: stun.BindingErrorResponse, ID: a.last.ID, ErrorCode: 400 + int(x)%300}
		a.deliver(stun.Port(y%2), &a.answer)
	case 4: // forged
		a.answer.MappedAddress = evil
		a.answer.ID[x%16] ^= 1 + y%255
		a.deliver(stun.Port(y%2), &a.answer, password...)
	case 5: // garbage
		a.k.HandleDatagram(a.now, stun.Port(y%2), serverAddr, bytes.Repeat([]byte{x, y}, int(x)))
	}
}

func (a *actor) check(c stun.Config) {
	require.False(a, a.k.Deadline().IsZero())
	sent := a.requests()
	require.LessOrEqual(a, len(sent), 1)
	require.LessOrEqual(a, len(a.events()), 3)
	s := a.k.Status()
	require.True(a, s.Address == "" || a.said[s.Mapped], "%v", s)
	require.GreaterOrEqual(a, s.Period, c.MinimumKeepAlive)
	require.LessOrEqual(a, s.Period, c.MaximumKeepAlive)
	require.NotEmpty(a, s.String())
	for range sent {
		require.Equal(a, stun.BindingRequest, a.last.Type)
		require.Equal(a, a.last.Integrity, a.last.Username != "")
		require.False(a, a.last.BindingChange && !a.last.ConnectionRequestBinding)
		require.False(a, a.last.ResponseAddress.IsValid() && a.last.ConnectionRequestBinding)
	}
}
