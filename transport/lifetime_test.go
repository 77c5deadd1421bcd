package transport_test

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: when sessions begin and end at the ACS's end besides in the usual way.

// 8005 to an Inform: it comes again in the same session, and the program's state is
// still there (TR-069 section 3.7.1.6).
func TestServerInformAgain(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{}
		srv.Answer = func(_ context.Context, s *transport.Session, m rpc.Message) (rpc.Message, error) {
			if _, ok := m.(*rpc.Inform); !ok || len(s.Data) == 2 {
				return nil, nil
			}
			s.Data = append(s.Data, 'x')
			return nil, rpc.FaultACSRetryRequest
		}
		b := newBench(t, srv)
		c := b.cpe("", "")
		assert.Equal(t, rpc.FaultACSRetryRequest, c.post(newInform(), "i").fault())
		cookie := c.cookie
		assert.Equal(t, rpc.FaultACSRetryRequest, c.post(newInform(), "i").fault())
		assert.Equal(t, "InformResponse", c.post(newInform(), "i").name())
		assert.Equal(t, cookie, c.cookie, "the session is the same")
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// An Inform that nobody asked for again opens a new session, as ever.
func TestServerInformTwice(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		c := b.cpe("", "")
		c.inform()
		first := c.cookie
		c.inform()
		assert.NotEqual(t, first, c.cookie)
		assert.Equal(t, []error{transport.ErrSuperseded}, b.ends())
	})
}

// A principal whose name leaves the ProductClass open has one session all the same:
// it cannot fill the table by changing it.
func TestServerOneSessionADevice(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{MaxSessions: 2, Authenticator: &transport.DigestAuth{
			Password: func(string) (string, bool) { return "p", true },
		}}
		b := newBench(t, srv)
		one := b.cpe("00D09E-1", "p")
		for i := range 10 {
			inform := newInform()
			inform.DeviceID.ProductClass = strconv.Itoa(i)
			require.Equal(t, "InformResponse", one.post(inform, "i").name())
		}
		other := newInform()
		other.DeviceID.SerialNumber = "2"
		assert.Equal(t, "InformResponse", b.cpe("00D09E-2", "p").post(other, "i").name())
	})
}

func TestServerShutdown(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		waiting := make(chan error, 1)
		srv := &transport.Server{Handler: transport.Script(func(ctx context.Context, s *transport.Session) error {
			_, err := transport.Do(ctx, s, &rpc.Reboot{})
			waiting <- err
			return err
		})}
		b := newBench(t, srv)
		c := b.cpe("", "")
		c.inform()
		require.Equal(t, "Reboot", c.yield().name())
		require.NoError(t, srv.Shutdown(t.Context()))
		assert.Equal(t, []error{transport.ErrShutdown}, b.ends())
		assert.ErrorIs(t, <-waiting, transport.ErrShutdown)
		r := c.post(newInform(), "i")
		assert.Equal(t, 503, r.Status)
		assert.NotEmpty(t, r.Header.Get("Retry-After"))
	})
}

// A panic of the program's code where no http.Server sees it, at the end of a session that
// no exchange ends, costs the other sessions nothing, and is logged.
func TestServerPanicAtTheEnd(t *testing.T) {
	for name, end := range map[string]func(srv *transport.Server, c *cpe){
		"timed out":  func(*transport.Server, *cpe) { pass(2 * time.Minute) },
		"superseded": func(_ *transport.Server, c *cpe) { c.inform() },
		"shut down":  func(srv *transport.Server, c *cpe) { require.NoError(c.t, srv.Shutdown(c.t.Context())) },
	} {
		bubble(t, name, func(t *testing.T) {
			srv := &transport.Server{}
			b := newBench(t, srv)
			srv.Ended = func(s *transport.Session, err error) {
				b.end(s, err)
				panic("canary")
			}
			c := b.cpe("", "")
			c.informAs("2")
			c.inform()
			end(srv, c)
			assert.NotEmpty(t, b.ends())
			assert.Contains(t, b.log.String(), "panic=canary")
			pass(2 * time.Minute)
			assert.GreaterOrEqual(t, len(b.ends()), 2, "the others are told of")
		})
	}
}

// One that panics when it is told of an exchange is told of the session's end all the same.
func TestServerPanicInExchanged(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{}
		b := newBench(t, srv)
		srv.Exchanged = func(*transport.Exchange) { panic("canary") }
		b.cpe("", "").inform()
		pass(2 * time.Minute)
		assert.Equal(t, []error{transport.ErrTimeout}, b.ends())
	})
}

// A handler that does not look at its context holds Shutdown no longer than its own.
func TestServerShutdownOfADeafHandler(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		release := make(chan struct{})
		srv := &transport.Server{Handler: transport.HandlerFunc(
			func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				<-release
				return nil, nil
			})}
		b := newBench(t, srv)
		c := b.cpe("", "")
		c.inform()
		yielded := make(chan struct{})
		go func() {
			defer close(yielded)
			c.yield()
		}()
		pass(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, srv.Shutdown(ctx), context.DeadlineExceeded)
		close(release)
		<-yielded
		assert.Len(t, b.ends(), 1)
	})
}

// runtime.Goexit, which a test's FailNow calls, is no good end of a script.
func TestScriptGoexit(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: transport.Script(func(context.Context, *transport.Session) error {
			runtime.Goexit()
			return nil
		})})
		c := b.cpe("", "")
		c.inform()
		c.yield()
		ends := b.ends()
		require.Len(t, ends, 1)
		assert.ErrorContains(t, ends[0], "without returning")
	})
}

// SessionTimeout is honoured, between 30 s and 10 minutes.
func TestServerSessionTimeout(t *testing.T) {
	for asked, want := range map[uint32]time.Duration{0: 30, 10: 30, 120: 120, 4_000_000_000: 600} {
		bubble(t, strconv.Itoa(int(asked)), func(t *testing.T) {
			b := newBench(t, &transport.Server{MaxDuration: time.Hour})
			c := b.cpe("", "")
			env := rpc.NewEnvelope(rpc.V14, "i", newInform())
			env.SessionTimeout, env.HasSessionTimeout = asked, true
			require.Equal(t, "InformResponse", c.raw(document(t, env)).name())
			pass(want*time.Second - time.Millisecond)
			assert.Empty(t, b.ends())
			pass(2 * time.Millisecond)
			assert.Equal(t, []error{transport.ErrTimeout}, b.ends())
		})
	}
}

// No session goes on for ever, however busy it is (L2).
func TestSessionsEndByTheClock(t *testing.T) {
	bubble(t, "ACS", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(
			func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				return &rpc.GetRPCMethods{}, nil
			})})
		client := newClient(b.net)
		client.MaxDuration = time.Hour
		client.Handle = func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
			pass(50 * time.Second)
			return answerAll(ctx, m)
		}
		_, err := client.Do(t.Context(), newInform())
		assert.Error(t, err)
		assert.Equal(t, []error{session.ErrDuration}, b.ends())
	})
	bubble(t, "CPE", func(t *testing.T) {
		client := newClient(serveHTTP(t, acsOf(t, accept, func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
			select {
			case <-time.After(50 * time.Second):
				ask(&rpc.GetRPCMethods{})(w, r, in)
			case <-r.Context().Done(): // the last one, which the test does not wait for
			}
		})))
		client.Handle = answerAll
		start := time.Now()
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, session.ErrDuration)
		assert.Equal(t, 10*time.Minute, time.Since(start))
	})
}
