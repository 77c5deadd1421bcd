package stun_test

import (
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRetransmission is RFC 3489 9.3: nine requests at these times, and failure
// at 9500 ms.
func TestRetransmission(t *testing.T) {
	b := newBench(t, config())
	var times []int
	var first []byte
	for len(b.events()) == 0 {
		b.step()
		for _, d := range b.requests() {
			times = append(times, int(b.since().Milliseconds()))
			if first == nil {
				first = d.Data
			}
			assert.Equal(t, first, d.Data, "bit for bit the same")
		}
		if b.since() == 9500*time.Millisecond {
			break
		}
	}
	assert.Equal(t, []int{0, 100, 300, 700, 1500, 3100, 4700, 6300, 7900}, times)
	e := b.event()
	assert.Equal(t, stun.Lost, e.Kind)
	require.ErrorIs(t, e.Err, stun.ErrTimeout)
	assert.Equal(t, stun.Waiting, e.Status.Phase)
	assert.Equal(t, "waiting no address, every 30s, 1 failures", e.Status.String())

	id := b.last.ID
	b.stepTo()
	assert.Equal(t, 39500*time.Millisecond, b.since(), "again a period later")
	assert.NotEqual(t, id, b.last.ID, "another request has another ID")
	b.answer(localAddr)
	assert.Equal(t, stun.Restored, b.events()[0].Kind)
}

// TestFirst: the binding is announced as soon as it is known, then kept
// alive (TR-069 Annex G).
func TestFirst(t *testing.T) {
	b := newBench(t, config())
	assert.Equal(t, stun.Asking, b.k.Status().Phase)
	d := b.stepTo()
	assert.Equal(t, epoch, b.now, "at once")
	assert.Equal(t, stun.Primary, d.Port)
	assert.Equal(t, &stun.Message{Type: stun.BindingRequest, ID: b.last.ID, ConnectionRequestBinding: true}, b.last)
	assert.Equal(t, stun.Asking, b.k.Status().Phase)
	b.k.HandleTimeout(b.now)
	assert.Empty(t, b.requests(), "nothing is due")

	b.now = b.now.Add(50 * time.Millisecond)
	b.answer(publicAddr)
	b.request()
	assert.Equal(t, &stun.Message{Type: stun.BindingRequest, ID: b.last.ID, ConnectionRequestBinding: true, BindingChange: true}, b.last)
	e := b.event()
	assert.Equal(t, stun.Changed, e.Kind)
	assert.Equal(t, "203.0.113.7:40001", e.Status.Address)
	assert.True(t, e.Status.NATDetected)
	assert.False(t, e.Status.Announced)
	assert.Equal(t, stun.Announcing, b.k.Status().Phase)
	b.answer(publicAddr)
	assert.True(t, b.k.Status().Announced)
	assert.Equal(t, "resting 203.0.113.7:40001 (NAT), every 30s, 0 failures", b.k.Status().String())

	for i := range 3 {
		b.stepTo()
		assert.Equal(t, 50*time.Millisecond+time.Duration(i+1)*30*time.Second, b.since())
		assert.False(t, b.last.BindingChange)
		assert.Equal(t, stun.Refreshing, b.k.Status().Phase)
		b.answer(publicAddr)
		assert.Empty(t, b.events())
	}
}

// TestNoNAT: no gateway, or one for IPv6 whose address is in brackets.
func TestNoNAT(t *testing.T) {
	b := newBench(t, config())
	b.settle(localAddr)
	assert.Equal(t, "192.168.1.2:7547", b.k.Status().Address)
	assert.False(t, b.k.Status().NATDetected)

	c := config()
	c.Local = netip.MustParseAddrPort("[::ffff:192.168.1.2]:7547")
	b = newBench(t, c)
	b.settle(localAddr)
	assert.False(t, b.k.Status().NATDetected, "the same address in IPv6's form")
	b.now = b.now.Add(time.Minute)
	b.stepTo()
	b.answer(netip.MustParseAddrPort("[2001:db8::1]:80"))
	assert.Equal(t, "[2001:db8::1]:80", b.k.Status().Address)
}

// TestChange: another address is taken and announced; a second change has to
// wait.
func TestChange(t *testing.T) {
	b := newBench(t, config())
	b.settle(publicAddr)
	b.stepTo()
	b.answer(otherAddr)
	b.request()
	assert.True(t, b.last.BindingChange)
	assert.Equal(t, otherAddr, b.event().Status.Mapped)
	changed := b.now

	b.answer(publicAddr) // again another
	assert.Empty(t, b.events())
	assert.Equal(t, otherAddr, b.k.Status().Mapped)
	assert.Equal(t, stun.Waiting, b.k.Status().Phase)
	b.stepTo()
	assert.Equal(t, changed.Add(10*time.Second), b.now)
	assert.True(t, b.last.BindingChange, "the server has not answered one for this binding")
	b.answer(publicAddr)
	b.request()
	assert.Equal(t, publicAddr, b.event().Status.Mapped)
}

// TestAnnounceAgain: a BINDING-CHANGE without answer is not forgotten.
func TestAnnounceAgain(t *testing.T) {
	b := newBench(t, config())
	b.stepTo()
	b.answer(publicAddr)
	for b.k.Status().Failures == 0 {
		b.step()
		b.requests()
	}
	b.stepTo()
	assert.True(t, b.last.BindingChange)
	b.answer(publicAddr)
	assert.True(t, b.k.Status().Announced)
}

// TestSilentServer: the address stays when the server is silent, and Lost is
// told once.
func TestSilentServer(t *testing.T) {
	b := newBench(t, config())
	b.settle(publicAddr)
	for b.k.Status().Failures < 3 {
		b.step()
		b.requests()
	}
	e := b.event()
	assert.Equal(t, stun.Lost, e.Kind)
	assert.Equal(t, publicAddr, b.k.Status().Mapped)
	b.stepTo()
	b.answer(publicAddr)
	assert.Equal(t, stun.Restored, b.event().Kind)
	assert.Zero(t, b.k.Status().Failures)
}

// user is a config with credentials.
func user() stun.Config {
	c := config()
	c.Username, c.Password = "cpe-1", stun.NewSecret("secret")
	return c
}

// TestIntegrityOnDemand: USERNAME and MESSAGE-INTEGRITY are added when asked
// for with 401 or 432, and then always; a response has to be signed then.
func TestIntegrityOnDemand(t *testing.T) {
	for _, code := range []int{stun.CodeUnauthorized, stun.CodeMissingUsername} {
		b := newBench(t, user())
		b.stepTo()
		require.False(t, b.last.Integrity)
		first := b.last.ID
		b.refuse(stun.Primary, code)
		d := b.request()
		assert.Equal(t, "cpe-1", b.last.Username)
		assert.True(t, b.last.ConnectionRequestBinding)
		assert.NotEqual(t, first, b.last.ID)
		require.NoError(t, stun.Verify(d.Data, stun.NewSecret("secret")))
		assert.True(t, b.k.Status().Signed)

		b.answer(publicAddr)
		b.answer(publicAddr, "wrong")
		assert.EqualValues(t, 2, b.k.Status().Dropped, "not signed, or with another key")
		b.answer(publicAddr, "secret")
		d = b.request()
		require.NoError(t, stun.Verify(d.Data, stun.NewSecret("secret")))
		assert.True(t, b.last.BindingChange)
		b.refuse(stun.Primary, code)
		assert.Empty(t, b.requests(), "it was signed, so there is nothing to mend")
		assert.Equal(t, 1, b.k.Status().Failures)
	}
}

// TestNoCredentials: with an empty STUNUsername nothing is ever signed.
func TestNoCredentials(t *testing.T) {
	b := newBench(t, config())
	b.stepTo()
	b.refuse(stun.Primary, 401)
	assert.Empty(t, b.requests())
	e := b.event()
	assert.Equal(t, stun.Lost, e.Kind)
	var refusal *stun.ResponseError
	require.ErrorAs(t, e.Err, &refusal)
	assert.Equal(t, 401, refusal.Code)
	assert.EqualError(t, e.Err, `stun: the server answers 401 "no"`)
}

// TestOtherForm: a server that says 431 may have another notion of what is
// signed. It is tried once.
func TestOtherForm(t *testing.T) {
	b := newBench(t, user())
	b.stepTo()
	b.refuse(stun.Primary, 401)
	padded := b.request().Data
	b.refuse(stun.Primary, 431)
	plain := b.request().Data
	require.NoError(t, stun.Verify(plain, stun.NewSecret("secret")))
	assert.Len(t, plain, len(padded))
	b.answer(publicAddr, "secret")
	d := b.request()
	require.NoError(t, stun.Verify(d.Data, stun.NewSecret("secret")))
	b.refuse(stun.Primary, 431)
	b.request()
	b.refuse(stun.Primary, 431)
	b.request()
	b.refuse(stun.Primary, 431)
	assert.Empty(t, b.requests(), "a wrong password is not tried for ever")
}

// TestRefusalCodes is the table of RFC 3489 9.4 for what cannot be mended.
func TestRefusalCodes(t *testing.T) {
	for code, wait := range map[int]time.Duration{
		300: 30 * time.Second, 400: 30 * time.Second, 420: 30 * time.Second, 430: 30 * time.Second,
		431: 30 * time.Second, 433: 30 * time.Second, 499: 30 * time.Second, 500: 30 * time.Second,
		599: 30 * time.Second, 600: time.Hour, 699: time.Hour,
	} {
		b := newBench(t, config())
		b.stepTo()
		b.refuse(stun.Primary, code)
		assert.Equal(t, stun.Lost, b.event().Kind, code)
		b.stepTo()
		assert.Equal(t, wait, b.since(), code)
	}
}

// TestUselessResponses: what RFC 3489 9.4 has ignored, and an answer without an
// address, end the exchange.
func TestUselessResponses(t *testing.T) {
	b := newBench(t, config())
	b.stepTo()
	b.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: publicAddr,
		Others: []stun.Attribute{{Type: 0x7000}}})
	require.ErrorIs(t, b.event().Err, stun.ErrNotUnderstood)
	b.stepTo()
	b.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID})
	assert.Equal(t, 2, b.k.Status().Failures)
	b.stepTo()
	b.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, XORMappedAddress: publicAddr,
		Others: []stun.Attribute{{Type: 0x14, Value: []byte("realm")}, {Type: 0x8022}}})
	assert.Equal(t, publicAddr, b.k.Status().Mapped, "a newer server")
}

// TestNotForUs: what is no STUN message is the program's.
func TestNotForUs(t *testing.T) {
	b := newBench(t, config())
	assert.False(t, b.k.HandleDatagram(b.now, stun.Primary, otherAddr, []byte("GET http://203.0.113.7:40001?ts=1 HTTP/1.1\r\n\r\n")))
	assert.Zero(t, b.k.Status().Dropped)
}

// TestConflict is RFC 3489 9.4: for 10 s an answer may be contradicted, and then
// neither is used.
func TestConflict(t *testing.T) {
	contradictions := map[string]func(b *bench, id stun.TransactionID){
		"another address": func(b *bench, id stun.TransactionID) {
			b.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: id, MappedAddress: otherAddr})
		},
		"another type": func(b *bench, id stun.TransactionID) {
			b.deliver(stun.Primary, &stun.Message{Type: stun.BindingErrorResponse, ID: id, ErrorCode: 400})
		},
		"more than twice as many": func(b *bench, id stun.TransactionID) {
			for range 2 {
				b.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: id, MappedAddress: publicAddr})
			}
		},
	}
	for name, contradict := range contradictions {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, config())
			b.settle(publicAddr)
			id := b.last.ID
			b.now = b.now.Add(10*time.Second - 1)
			contradict(b, id)
			e := b.event()
			assert.Equal(t, stun.Conflict, e.Kind)
			assert.Empty(t, e.Status.Address)
			assert.Equal(t, 1, e.Status.Conflicts)
			doubted := b.now
			b.stepTo()
			assert.Equal(t, doubted.Add(10*time.Second), b.now)
			b.answer(publicAddr)
			assert.Equal(t, stun.Changed, b.event().Kind)
		})
	}
	b := newBench(t, config())
	b.settle(publicAddr)
	b.answer(publicAddr)
	assert.Empty(t, b.events(), "the same once more is no contradiction")
	b.now = b.now.Add(10 * time.Second)
	b.answer(otherAddr)
	assert.Empty(t, b.events(), "too late to be one")
	assert.Equal(t, publicAddr, b.k.Status().Mapped)
}

// TestNoChance: without random numbers nothing is sent, and nothing spins.
func TestNoChance(t *testing.T) {
	k, err := stun.NewKeeper(config(), dry, epoch)
	require.NoError(t, err)
	b := &bench{TB: t, k: k, now: epoch}
	b.step()
	assert.Empty(t, b.requests())
	require.ErrorIs(t, b.event().Err, io.EOF)
	assert.Equal(t, epoch.Add(30*time.Second), k.Deadline())

	source := iotest.ErrReader(errors.New("broken"))
	k, err = stun.NewKeeper(config(), source, epoch)
	require.NoError(t, err)
	k.HandleTimeout(epoch)
	for e := range k.Events() {
		require.EqualError(t, e.Err, "broken")
		break
	}
}

// TestBadConfig: each thing that makes no sense.
func TestBadConfig(t *testing.T) {
	for name, spoil := range map[string]func(*stun.Config){
		"no server":       func(c *stun.Config) { c.Server = netip.AddrPort{} },
		"no port":         func(c *stun.Config) { c.Server = netip.AddrPortFrom(serverAddr.Addr(), 0) },
		"no local":        func(c *stun.Config) { c.Local = netip.MustParseAddrPort("0.0.0.0:7547") },
		"user name":       func(c *stun.Config) { c.Username = strings.Repeat("\u00fc", 257) },
		"user name, NUL":  func(c *stun.Config) { c.Username = "u\x00" },
		"password":        func(c *stun.Config) { c.Password = stun.NewSecret(strings.Repeat("u", 257)) },
		"minimum":         func(c *stun.Config) { c.MinimumKeepAlive = time.Millisecond },
		"maximum":         func(c *stun.Config) { c.MaximumKeepAlive = time.Second },
		"nobody to sign":  func(c *stun.Config) { c.RequireIntegrity = true },
		"change interval": func(c *stun.Config) { c.ChangeInterval = -1 },
	} {
		c := config()
		spoil(&c)
		k, err := stun.NewKeeper(c, dry, epoch)
		require.ErrorIs(t, err, stun.ErrConfig, name)
		assert.Nil(t, k)
	}
}

// TestLongestName: what the data model allows can be sent.
func TestLongestName(t *testing.T) {
	c := config()
	c.Username, c.Password = strings.Repeat("\U0001F600", 256), stun.NewSecret(strings.Repeat("\U0001F600", 256))
	b := newBench(t, c)
	b.stepTo()
	b.refuse(stun.Primary, 401)
	d := b.request()
	assert.Equal(t, c.Username, b.last.Username)
	require.NoError(t, stun.Verify(d.Data, c.Password))
	assert.Less(t, len(d.Data), 1200)
}

// TestWords: every value prints.
func TestWords(t *testing.T) {
	assert.Equal(t, "Phase(?)", stun.Phase(99).String())
	assert.Equal(t, "testing", stun.Testing.String())
	assert.Equal(t, "Kind(?)", stun.Kind(0).String())
	assert.Equal(t, "discovered", stun.Discovered.String())
	assert.Equal(t, "primary", stun.Primary.String())
	assert.Equal(t, "secondary", stun.Secondary.String())
}
