package transport_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: settings of a device that runs: what an Apply changes, and what it leaves.

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// at is a reading of the clocks so long after noon.
func at(d time.Duration) session.Clock {
	return session.Clock{Uptime: time.Hour + d, Wall: noon.Add(d)}
}

// timeless is the same on a device that does not know the time.
func timeless(d time.Duration) session.Clock { return session.Clock{Uptime: time.Hour + d} }

// TestApplySchedule follows the periodic Inform and the scheduled one through changes.
func TestApplySchedule(t *testing.T) {
	c := transport.Configured{Schedule: &session.Schedule{}}
	random := uint64(7)
	apply := func(now session.Clock, s transport.Settings) error {
		random *= 0x9E3779B97F4A7C15
		c.Schedule.HandleTimeout(now)
		return c.Apply(t.Context(), s, now, random)
	}
	next := func(now session.Clock) time.Duration {
		deadline, ok := c.Schedule.Deadline()
		if !ok {
			return 0
		}
		return deadline - now.Uptime
	}
	anywhere := transport.Settings{Periodic: time.Hour}
	require.NoError(t, apply(at(0), anywhere))
	drawn := next(at(0))
	require.NoError(t, apply(at(time.Second), anywhere))
	assert.Equal(t, drawn-time.Second, next(at(time.Second)), "drawn once")

	every := transport.Settings{Periodic: 10 * time.Minute, Phase: noon.Add(-time.Minute)}
	require.NoError(t, apply(at(2*time.Second), every))
	assert.Equal(t, 9*time.Minute-2*time.Second, next(at(2*time.Second)))
	require.NoError(t, apply(at(time.Minute), every))
	assert.Equal(t, 8*time.Minute, next(at(time.Minute)), "told once")
	every.Phase = noon.Add(5 * time.Minute)
	require.NoError(t, apply(at(time.Minute), every))
	assert.Equal(t, 4*time.Minute, next(at(time.Minute)), "another phase")
	every.Periodic = 2 * time.Minute
	require.NoError(t, apply(at(2*time.Minute), every))
	assert.Equal(t, time.Minute, next(at(2*time.Minute)), "another period")

	require.NoError(t, apply(at(2*time.Minute), transport.Settings{Connect: noon.Add(time.Hour)}))
	assert.Equal(t, 58*time.Minute, next(at(2*time.Minute)), "no periodic Inform any more")
	require.NoError(t, apply(at(3*time.Minute), transport.Settings{Connect: noon.Add(2 * time.Hour)}))
	assert.Equal(t, 1, c.Schedule.Len(), "one moment, the later one")
	require.NoError(t, apply(at(3*time.Minute), transport.Settings{}))
	assert.Zero(t, c.Schedule.Len())
	require.NoError(t, apply(at(3*time.Minute), transport.Settings{Connect: noon.Add(2 * time.Hour)}))
	past := transport.Settings{Connect: noon.Add(-time.Hour)}
	err := apply(at(4*time.Minute), past)
	require.ErrorIs(t, err, session.ErrPast)
	oneLine(t, err)
	assert.Zero(t, c.Schedule.Len(), "what was set before is gone")
	require.NoError(t, apply(at(5*time.Minute), past), "it is said once")

	c.Schedule.Max = 1
	require.NoError(t, c.Schedule.Inform("k", time.Hour))
	require.ErrorIs(t, apply(at(6*time.Minute), transport.Settings{Connect: noon.Add(time.Hour)}), session.ErrFull)
}

// TestApplyDue has the two come due: a scheduled Inform once.
func TestApplyDue(t *testing.T) {
	c := transport.Configured{Schedule: &session.Schedule{}}
	s := transport.Settings{Periodic: time.Hour, Phase: noon, Connect: noon.Add(10 * time.Minute)}
	c.Schedule.HandleTimeout(at(0))
	require.NoError(t, c.Apply(t.Context(), s, at(0), 0))
	for minute, want := range map[time.Duration][]session.Due{10: {{Kind: session.DueConnection}}} {
		assert.Equal(t, want, c.Schedule.HandleTimeout(at(minute*time.Minute)))
	}
	require.NoError(t, c.Apply(t.Context(), s, at(11*time.Minute), 0))
	assert.Zero(t, c.Schedule.Len(), "not again")
	assert.Equal(t, []session.Due{{Kind: session.DuePeriodic}}, c.Schedule.HandleTimeout(at(time.Hour)))
}

// TestApplyWithoutClock enters the scheduled Inform when the clock becomes known.
func TestApplyWithoutClock(t *testing.T) {
	c := transport.Configured{Schedule: &session.Schedule{}}
	s := transport.Settings{Connect: noon.Add(time.Hour)}
	for minute, want := range []int{0, 0} {
		now := timeless(time.Duration(minute) * time.Minute)
		c.Schedule.HandleTimeout(now)
		require.NoError(t, c.Apply(t.Context(), s, now, 0))
		assert.Equal(t, want, c.Schedule.Len())
	}
	c.Schedule.HandleTimeout(at(2 * time.Minute))
	require.NoError(t, c.Apply(t.Context(), s, at(2*time.Minute), 0))
	deadline, ok := c.Schedule.Deadline()
	assert.True(t, ok && deadline == at(time.Hour).Uptime)

	// A restored schedule that still has it keeps it, until the time is known.
	b, err := c.Schedule.MarshalBinary()
	require.NoError(t, err)
	again := transport.Configured{Schedule: &session.Schedule{}}
	require.NoError(t, again.Schedule.Restore(b, timeless(0)))
	require.NoError(t, again.Apply(t.Context(), s, timeless(0), 0))
	assert.Equal(t, 1, again.Schedule.Len())
	require.NoError(t, again.Apply(t.Context(), transport.Settings{}, timeless(0), 0))
	assert.Zero(t, again.Schedule.Len(), "taken back")
	// And one that was told otherwise meanwhile has the new word.
	third := transport.Configured{Schedule: &session.Schedule{}}
	require.NoError(t, third.Schedule.Restore(b, timeless(0)))
	require.NoError(t, third.Apply(t.Context(), transport.Settings{}, timeless(0), 0))
	assert.Zero(t, third.Schedule.Len())
}

// TestApplyBetweenSessions has the ACS move the device while a session runs: that
// session stays, and the next one goes to the new URL with the new credentials.
func TestApplyBetweenSessions(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		first, second := acsOf(t, accept, ask(&rpc.Reboot{}), empty), acsOf(t, accept, empty)
		h := hosts{"a.test:80": serveHTTP(t, first), "b.test:80": serveHTTP(t, second)}
		retry := session.Retry{}
		c := transport.Configured{Retry: &retry}
		c.Base.Dial = h.dial
		c.Base.Handle = func(ctx context.Context, _ rpc.Message) (rpc.Message, error) {
			moved := transport.Settings{URL: "http://b.test/", Limited: true, Retries: 3}
			return &rpc.RebootResponse{}, c.Apply(ctx, moved, session.Clock{}, 0)
		}
		require.NoError(t, c.Apply(t.Context(), transport.Settings{URL: "http://a.test/"}, session.Clock{}, 0))
		for range 2 {
			client, err := c.Client()
			require.NoError(t, err)
			_, err = client.Do(t.Context(), newInform())
			require.NoError(t, err)
		}
		assert.Equal(t, []string{"Inform", "(empty)", "RebootResponse"}, first.posted)
		assert.Equal(t, []string{"Inform", "(empty)"}, second.posted)
		assert.Equal(t, "http://b.test/", c.Settings().URL)
		assert.True(t, retry.Limited && retry.Max == 3)

		require.NoError(t, c.Apply(t.Context(), transport.Settings{URL: "http://a.test/", Gate: errOff}, session.Clock{}, 0))
		_, err := c.Client()
		require.ErrorIs(t, err, errOff)
	})
}

// keeper is one that keeps nothing, and says what it is told and when it ends.
type keeper struct {
	told   []transport.Settings
	work   atomic.Int32
	most   int32
	slow   time.Duration // after the end of its context
	gives  bool          // it returns at once
	stayed bool          // some context had ended when it began
}

func (k *keeper) keep(ctx context.Context, s transport.Settings) {
	k.most = max(k.most, k.work.Add(1))
	defer k.work.Add(-1)
	k.told = append(k.told, s)
	k.stayed = k.stayed || ctx.Err() != nil
	if !k.gives {
		<-ctx.Done()
		pass(k.slow)
	}
}

func TestKeeper(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		k := &keeper{slow: time.Second}
		c := transport.Configured{Keeper: k.keep}
		apply := func(change func(*transport.Settings)) int {
			t.Helper()
			s := c.Settings()
			change(&s)
			start := time.Now()
			require.NoError(t, c.Apply(t.Context(), s, session.Clock{}, 0))
			assert.Equal(t, start, time.Now(), "nobody is waited for")
			pass(3 * time.Second)
			synctest.Wait()
			return int(k.work.Load())
		}
		assert.Zero(t, apply(func(s *transport.Settings) { s.URL = "http://ACS.test/" }), "off")
		assert.Equal(t, 1, apply(func(s *transport.Settings) { s.STUN.Enable = true }))
		require.Len(t, k.told, 1)
		assert.Equal(t, "acs.test", k.told[0].STUN.Server, "the ACS's host")
		assert.EqualValues(t, 3478, k.told[0].STUN.Port)
		assert.Empty(t, c.Settings().STUN.Server)

		assert.Equal(t, 1, apply(func(s *transport.Settings) { s.Periodic, s.URL = time.Hour, "http://acs.test/other" }))
		require.Len(t, k.told, 1, "nothing of its concern")
		for n, change := range []func(*transport.Settings){
			func(s *transport.Settings) { s.URL = "http://other.test/" },
			func(s *transport.Settings) { s.STUN.Server = "stun.test" },
			func(s *transport.Settings) { s.STUN.Port = 3479 },
			func(s *transport.Settings) { s.STUN.Username = user },
			func(s *transport.Settings) { s.STUN.Password = transport.NewSecret(password) },
			func(s *transport.Settings) { s.STUN.MinKeepAlive = time.Second },
			func(s *transport.Settings) { s.STUN.MaxKeepAlive = time.Minute },
			func(s *transport.Settings) { s.Interface = "eth7" },
		} {
			assert.Equal(t, 1, apply(change))
			require.Len(t, k.told, n+2, "begun again")
		}
		assert.Equal(t, "eth7", k.told[len(k.told)-1].Interface)

		assert.Zero(t, apply(func(s *transport.Settings) { s.STUN.Enable = false }))
		assert.Equal(t, 1, apply(func(s *transport.Settings) { s.STUN.Enable = true }))
		assert.Zero(t, apply(func(s *transport.Settings) { s.Gate = errOff }), "CWMP is off, and so is its binding")
		assert.Equal(t, 1, apply(func(s *transport.Settings) { s.Gate = nil }))
		assert.EqualValues(t, 1, k.most, "never two at once")
		assert.False(t, k.stayed)
		c.Stop()
		assert.Zero(t, k.work.Load())
		c.Stop()
	})
}

// TestKeeperEnds: its context is the device's; one that has ended by itself begins
// again at the next Apply.
func TestKeeperEnds(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		k := &keeper{}
		c := transport.Configured{Keeper: k.keep}
		s := transport.Settings{URL: acsURL, STUN: transport.STUN{Enable: true}}
		device, off := context.WithCancelCause(t.Context())
		require.NoError(t, c.Apply(device, s, session.Clock{}, 0))
		synctest.Wait()
		off(errors.New("off"))
		synctest.Wait()
		assert.Zero(t, k.work.Load())
		require.NoError(t, c.Apply(device, s, session.Clock{}, 0))
		synctest.Wait()
		assert.Len(t, k.told, 1, "the device is off")

		k.gives = true
		for n := range 3 {
			require.NoError(t, c.Apply(t.Context(), s, session.Clock{}, 0))
			synctest.Wait()
			assert.Len(t, k.told, n+2)
		}
		c.Keeper = nil
		require.NoError(t, c.Apply(t.Context(), s, session.Clock{}, 0))
		c.Stop()
	})
}

// TestKeeperQuickChange has a change follow a change before the first keeper is gone.
func TestKeeperQuickChange(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		k := &keeper{slow: time.Minute}
		c := transport.Configured{Keeper: k.keep}
		s := transport.Settings{URL: acsURL, STUN: transport.STUN{Enable: true}}
		for port := range uint16(4) {
			s.STUN.Port = 1 + port
			require.NoError(t, c.Apply(t.Context(), s, session.Clock{}, 0))
			synctest.Wait()
		}
		pass(2 * time.Minute)
		synctest.Wait()
		require.Len(t, k.told, 2, "those in between never began")
		assert.EqualValues(t, 4, k.told[1].STUN.Port)
		assert.EqualValues(t, 1, k.most)
		c.Stop()
	})
}
