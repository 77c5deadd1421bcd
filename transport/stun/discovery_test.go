package stun_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: timer discovery on the bench, against a binding that lives for a known
// time: the oracle is that number. The gateway that keeps bindings is in
// nat_test.go.

// seeking is a config with discovery.
func seeking(low, high time.Duration) stun.Config {
	c := config()
	c.Secondary, c.MinimumKeepAlive, c.MaximumKeepAlive = true, low, high
	return c
}

// A life answers a Keeper whose binding lives for so long, and notes the
// trials.
type life struct {
	*bench
	lives  time.Duration
	sent   time.Time // from the primary port
	try    stun.TransactionID
	trials []time.Duration
}

// run drives the Keeper until discovery is over.
func (l *life) run() stun.Event {
	for range 1000 {
		l.step()
		for _, d := range l.requests() {
			l.reply(d)
		}
		for _, e := range l.events() {
			if e.Kind == stun.Discovered {
				for _, d := range l.requests() {
					l.reply(d) // the binding is refreshed at once
				}
				return e
			}
		}
	}
	l.Fatal("discovery does not end")
	return stun.Event{}
}

func (l *life) reply(d stun.Datagram) {
	if d.Port == stun.Primary {
		l.sent = l.now
		l.answer(publicAddr)
		for _, d := range l.requests() {
			l.reply(d) // BINDING-CHANGE follows at once
		}
		return
	}
	require.Equal(l, &stun.Message{Type: stun.BindingRequest, ID: l.last.ID, ResponseAddress: publicAddr}, l.last)
	silent := l.now.Sub(l.sent)
	if l.try != l.last.ID {
		l.try, l.trials = l.last.ID, append(l.trials, silent)
		require.Equal(l, stun.Testing, l.k.Status().Phase)
	}
	if silent < l.lives {
		l.deliver(stun.Primary, &stun.Message{Type: stun.BindingResponse, ID: l.last.ID, MappedAddress: otherAddr})
	}
}

// TestDiscovery: the period is at most what the binding lives, and no less than
// three quarters of it, between minimum and maximum.
func TestDiscovery(t *testing.T) {
	for _, c := range []struct{ low, high, lives time.Duration }{
		{30 * time.Second, 300 * time.Second, 95 * time.Second},
		{30 * time.Second, 300 * time.Second, 31 * time.Second},
		{30 * time.Second, 300 * time.Second, 10 * time.Second},
		{30 * time.Second, 300 * time.Second, time.Hour},
		{30 * time.Second, -1, 180 * time.Second},
		{30 * time.Second, -1, 1000 * time.Hour},
		{20 * time.Second, -1, 1799 * time.Second},
		{time.Second, 20 * time.Second, 7 * time.Second},
		{2 * time.Hour, -1, time.Hour},
	} {
		l := &life{bench: newBench(t, seeking(c.low, c.high)), lives: c.lives}
		high := c.high
		if high < 0 {
			high = stun.LongestTrial
		}
		if c.low >= high {
			l.settle(publicAddr)
			assert.False(t, l.k.Status().Discovering, "there is nothing to find")
			continue
		}
		e := l.run()
		require.NoError(t, e.Err)
		assert.False(t, e.Status.Discovering)
		period := e.Status.Period
		assert.GreaterOrEqual(t, period, c.low)
		assert.LessOrEqual(t, period, max(c.low, min(c.lives, high)), c)
		assert.GreaterOrEqual(t, period, min(c.lives-6*time.Second, high)*3/4, c)
		for i, trial := range l.trials {
			assert.LessOrEqual(t, trial, high)
			assert.Greater(t, trial, c.low)
			if i > 0 {
				assert.LessOrEqual(t, trial, 2*l.trials[i-1], "never out of reach for longer than it lived")
			}
		}
		assert.Less(t, len(l.trials), 16)
	}
}

// TestTrials shows one search: doubled until one fails, then halved.
func TestTrials(t *testing.T) {
	l := &life{bench: newBench(t, seeking(30*time.Second, -1)), lives: 200 * time.Second}
	e := l.run()
	seconds := func(n ...int) (all []time.Duration) {
		for _, s := range n {
			all = append(all, time.Duration(s)*time.Second)
		}
		return all
	}
	assert.Equal(t, seconds(60, 120, 240, 180, 210, 195), l.trials)
	assert.Equal(t, 175500*time.Millisecond, e.Status.Period, "nine tenths of 195 s")
	l.stepTo()
	l.answer(publicAddr)
	l.sent = l.now
	l.stepTo()
	assert.Equal(t, 175500*time.Millisecond, l.now.Sub(l.sent))
}

// untilTry goes to the first try.
func untilTry(t *testing.T, c stun.Config) *bench {
	b := newBench(t, c)
	b.settle(publicAddr)
	require.True(t, b.k.Status().Discovering)
	d := b.stepTo()
	require.Equal(t, stun.Secondary, d.Port)
	return b
}

// TestUnsupported: a server that answers to where the request came from, or
// refuses, does not know RESPONSE-ADDRESS.
func TestUnsupported(t *testing.T) {
	for name, reply := range map[string]func(b *bench){
		"answered elsewhere": func(b *bench) {
			b.deliver(stun.Secondary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: otherAddr})
		},
		"refused": func(b *bench) { b.refuse(stun.Secondary, 420) },
	} {
		b := untilTry(t, seeking(30*time.Second, -1))
		reply(b)
		e := b.event()
		assert.Equal(t, stun.Discovered, e.Kind, name)
		require.ErrorIs(t, e.Err, stun.ErrUnsupported)
		assert.Equal(t, 30*time.Second, b.k.Status().Period)
		d := b.request()
		assert.Equal(t, stun.Primary, d.Port, "the binding is refreshed at once")
		b.answer(publicAddr)
		d = b.stepTo()
		assert.Equal(t, stun.Primary, d.Port, "and no try follows")
	}
}

// TestGivenAway is RFC 3489 10.2: an answer at the secondary port from the
// primary's address says that the gateway has given the address away.
func TestGivenAway(t *testing.T) {
	b := untilTry(t, seeking(30*time.Second, -1))
	b.deliver(stun.Secondary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: publicAddr})
	b.request()
	assert.True(t, b.k.Status().Discovering)
	b.answer(otherAddr)
	assert.Equal(t, stun.Changed, b.event().Kind)
	b.request()
	b.answer(otherAddr)
	sent := b.now
	b.stepTo()
	assert.Equal(t, 45*time.Second, b.now.Sub(sent), "the search goes on between 30 and 60 s")
	assert.Equal(t, otherAddr, b.last.ResponseAddress)
}

// TestTrySigned: a try is signed like everything else.
func TestTrySigned(t *testing.T) {
	c := seeking(30*time.Second, -1)
	c.Username, c.Password = "cpe-1", stun.NewSecret("secret")
	b := untilTry(t, c)
	b.refuse(stun.Secondary, 401)
	d := b.request()
	assert.Equal(t, stun.Secondary, d.Port)
	require.NoError(t, stun.Verify(d.Data, stun.NewSecret("secret")))
	assert.False(t, b.last.ConnectionRequestBinding)
	b.answer(otherAddr)
	assert.Empty(t, b.requests(), "an answer that is not signed")
	b.answer(otherAddr, "secret")
	b.request()
	assert.True(t, b.last.Integrity)
}

// TestUnexpectedChange: an address that changes by itself says that the gateway
// was restarted, and perhaps replaced.
func TestUnexpectedChange(t *testing.T) {
	l := &life{bench: newBench(t, seeking(30*time.Second, 300*time.Second)), lives: time.Hour}
	require.Equal(t, 270*time.Second, l.run().Status.Period)
	l.stepTo()
	l.answer(otherAddr)
	e := l.event()
	assert.Equal(t, stun.Changed, e.Kind)
	assert.True(t, e.Status.Discovering)
	assert.Equal(t, 30*time.Second, e.Status.Period)
}

// TestTryAtWrongPort: an error to a try is for the port that sent it, and an
// answer to the primary port is not for the secondary one.
func TestTryAtWrongPort(t *testing.T) {
	b := untilTry(t, seeking(30*time.Second, -1))
	b.refuse(stun.Primary, 420)
	assert.EqualValues(t, 1, b.k.Status().Dropped)

	b = newBench(t, seeking(30*time.Second, -1))
	b.stepTo()
	b.deliver(stun.Secondary, &stun.Message{Type: stun.BindingResponse, ID: b.last.ID, MappedAddress: publicAddr})
	assert.EqualValues(t, 1, b.k.Status().Dropped)
	assert.Equal(t, netip.AddrPort{}, b.k.Status().Mapped)
}
