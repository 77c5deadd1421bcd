package main

// NOTE: one session after the other, in virtual time: events, waits, reboots, the end.

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// A diary is an ACS that keeps its Informs and when they came, and answers as its
// function says.
type diary struct {
	transport.Server
	informs []*rpc.Inform
	times   []time.Time
}

// newDiary has an ACS that asks what list says of the n-th session, from 0, and refuses
// its Inform when that says so.
func newDiary(list func(n int) (requests []rpc.Message, refuse error)) *diary {
	d := &diary{}
	d.Answer = func(_ context.Context, _ *transport.Session, m rpc.Message) (rpc.Message, error) {
		inform, ok := m.(*rpc.Inform)
		if !ok {
			return nil, nil
		}
		d.informs, d.times = append(d.informs, inform), append(d.times, time.Now())
		_, err := list(len(d.informs) - 1)
		return nil, err
	}
	d.Handler = transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
		requests, _ := list(len(d.informs) - 1)
		made := len(s.Data)
		if made == len(requests) {
			return nil, nil
		}
		s.Data = append(s.Data, '.')
		return requests[made], nil
	})
	return d
}

// events are those of the n-th Inform, in words.
func (d *diary) events(n int) string {
	var words []string
	for _, e := range d.informs[n].Event {
		words = append(words, strings.TrimSuffix(string(e.EventCode)+":"+e.CommandKey, ":"))
	}
	return strings.Join(words, ", ")
}

// waited is how long after the one before it the n-th Inform came.
func (d *diary) waited(n int) time.Duration { return d.times[n].Sub(d.times[n-1]) }

// pass lets virtual time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acs := newDiary(func(int) ([]rpc.Message, error) { return nil, nil })
		l := live(t, acs, "-interval", "30s", "-event", "X VENDOR")
		pass(95 * time.Second)
		l.stop(t)
		require.Len(t, acs.informs, 4)
		for n, want := range []string{"X VENDOR", "2 PERIODIC", "2 PERIODIC", "2 PERIODIC"} {
			assert.Equal(t, want, acs.events(n))
			if n > 0 {
				assert.Equal(t, 30*time.Second, acs.waited(n))
			}
		}
		assert.Contains(t, l.out.String(), "session 4: 2 PERIODIC\nsession 4 ended well\n")
		assert.Empty(t, l.errs.String())
	})
}

// A session that fails is repeated after the waits of TR-069 section 3.2.1.1, with its
// events and a RetryCount, until one ends well; then all is as before.
func TestRetries(t *testing.T) {
	const failures = 12
	synctest.Test(t, func(t *testing.T) {
		acs := newDiary(func(n int) ([]rpc.Message, error) {
			if n < failures || n == failures+1 {
				return nil, rpc.FaultACSInternalError
			}
			return nil, nil
		})
		l := live(t, acs, "-interval", "1h")
		pass(12 * time.Hour) // twelve waits take six at most
		l.stop(t)
		require.Greater(t, len(acs.informs), failures+2)
		var policy session.Retry
		for n := 1; n <= failures; n++ {
			from, to := policy.Band(n)
			assert.True(t, from <= acs.waited(n) && acs.waited(n) <= to, "%v before retry %d", acs.waited(n), n)
			assert.EqualValues(t, n, acs.informs[n].RetryCount)
			assert.Equal(t, "1 BOOT", acs.events(n))
		}
		assert.Equal(t, "2 PERIODIC", acs.events(failures+1))
		assert.Equal(t, time.Hour, acs.waited(failures+1))
		assert.Zero(t, acs.informs[failures+1].RetryCount)
		from, to := policy.Band(1)
		assert.True(t, from <= acs.waited(failures+2) && acs.waited(failures+2) <= to, "the table begins anew")
		assert.EqualValues(t, 1, acs.informs[failures+2].RetryCount)
		assert.Regexp(t, `^cpe: session 1 failed: fault 8002: [^\n]*; the next in \d+s\n`, l.errs.String())
	})
}

// Retry-After raises a wait.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		l := live(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			times = append(times, time.Now())
			w.Header().Set("Retry-After", strconv.Itoa(600))
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		pass(15 * time.Minute)
		l.stop(t)
		require.Len(t, times, 2)
		assert.Equal(t, 10*time.Minute, times[1].Sub(times[0]))
		assert.Contains(t, l.errs.String(), "HTTP status 503 Service Unavailable; the next in 10m0s\n")
	})
}

// A session that failed after its Inform was answered is repeated without the events,
// which were delivered.
func TestDeliveredEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sessions := 0
		acs := newDiary(func(int) ([]rpc.Message, error) { return nil, nil })
		l := live(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength == 0 {
				if sessions++; sessions == 1 {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
			}
			acs.ServeHTTP(w, r)
		}))
		pass(time.Minute)
		l.stop(t)
		require.Len(t, acs.informs, 2)
		assert.Equal(t, []string{"1 BOOT", ""}, []string{acs.events(0), acs.events(1)})
		assert.Contains(t, l.out.String(), "session 2: no events\nsession 2 ended well\n")
	})
}

// A reboot is what its events say, however the session ends; several are one.
func TestReboot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reboots := []rpc.Message{&rpc.Reboot{CommandKey: "a"}, &rpc.Reboot{}, &rpc.Reboot{CommandKey: "b"}}
		acs := newDiary(func(n int) ([]rpc.Message, error) {
			switch n {
			case 0:
				return append(reboots, &rpc.SetParameterValues{ParameterKey: "kept"}), nil
			case 1:
				return nil, rpc.FaultACSInternalError // it comes again with all its events
			}
			return nil, nil
		})
		l := live(t, acs, "-event", "4 VALUE CHANGE")
		pass(time.Minute)
		l.stop(t)
		require.Len(t, acs.informs, 3)
		assert.Equal(t, bootTime, acs.waited(1))
		for n := 1; n < 3; n++ {
			assert.Equal(t, "1 BOOT, M Reboot:a, M Reboot, M Reboot:b", acs.events(n))
			assert.Equal(t, rpc.StringValue("kept"), acs.informs[n].ParameterList[4].Value)
		}
		assert.Equal(t, 1, strings.Count(l.out.String(), "rebooting\n"))
	})
}

// A reboot in a session that then fails is made all the same, at once, and the waits
// begin anew with it.
func TestRebootInAFailedSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		posts := 0
		acs := newDiary(func(n int) ([]rpc.Message, error) {
			if n == 0 {
				return []rpc.Message{&rpc.Reboot{CommandKey: "a"}}, nil
			}
			return nil, nil
		})
		l := live(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if posts++; posts == 3 { // the RebootResponse
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			acs.ServeHTTP(w, r)
		}))
		pass(time.Minute)
		l.stop(t)
		require.Len(t, acs.informs, 2)
		assert.Equal(t, bootTime, acs.waited(1))
		assert.Equal(t, "1 BOOT, M Reboot:a", acs.events(1))
		assert.EqualValues(t, 1, acs.informs[1].RetryCount)
		assert.Contains(t, l.errs.String(), "500 Internal Server Error; the next in 1s\n")
	})
}

// What an Inform cannot carry is left out, and said: a queue that is full, a key that is
// too long.
func TestTooManyReboots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acs := newDiary(func(n int) ([]rpc.Message, error) {
			if n > 0 {
				return nil, nil
			}
			return slices.Repeat([]rpc.Message{&rpc.Reboot{CommandKey: "again"}}, 300), nil
		})
		l := live(t, acs)
		pass(time.Minute)
		l.stop(t)
		require.Len(t, acs.informs, 5, "what one Inform cannot list follows at once in another")
		for n, list := range []int{64, 64, 64, 64} {
			assert.Len(t, acs.informs[n+1].Event, list)
		}
		assert.Equal(t, 45, strings.Count(l.errs.String(), "cpe: event M Reboot: session: full\n"))
	})
}

// A signal ends the program in a wait and in a session, with 0.
func TestSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acs := newDiary(func(int) ([]rpc.Message, error) { return nil, nil })
		l := live(t, acs)
		pass(time.Minute)
		l.stop(t)

		entered := make(chan struct{})
		l = live(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			close(entered)
			<-r.Context().Done()
		}))
		<-entered
		l.stop(t)
		assert.Empty(t, l.errs.String())
	})
}

// What comes due between looking and falling asleep is not slept through.
func TestAlarmIsNotMissed(t *testing.T) {
	for _, name := range []string{"next", "booted"} {
		synctest.Test(t, func(t *testing.T) {
			p := &program{started: time.Now()}
			due := time.Now().Add(time.Millisecond)
			if p.next = due; name == "booted" {
				p.next, p.booted = time.Time{}, due
			}
			looked := session.Clock{Wall: time.Now()}
			pause(t.Context(), time.Second) // the machine had others to serve
			start := time.Now()
			<-p.alarm(looked)
			assert.Zero(t, time.Since(start), name)
		})
	}
}
