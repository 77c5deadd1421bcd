package transport_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what is told of a session while it runs, and what is kept of it.

// line is an event as a line: when, what, and how long it took.
func line(e transport.Event) string {
	s := fmt.Sprint(e.At, " ", e.Kind)
	switch e.Kind {
	case transport.EventConnected:
		return fmt.Sprint(s, " took ", e.Connection.Took)
	case transport.EventSending, transport.EventReceived, transport.EventChallenged, transport.EventRedirected:
		s += fmt.Sprintf(" %d", e.Exchange.Status)
		if e.Kind == transport.EventReceived {
			s += fmt.Sprint(" took ", e.Exchange.Took)
		}
		return s
	case transport.EventState:
		return s + " " + e.State
	case transport.EventEnded:
		return fmt.Sprint(s, " ", e.Err)
	}
	return s
}

// afterASecond makes an ACS that answers after a second.
func afterASecond(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pass(time.Second)
		h.ServeHTTP(w, r)
	})
}

// TestRecorderClient: a whole session as a value, with its times.
func TestRecorderClient(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{Authenticator: digestAuth(), Handler: plan(&rpc.Reboot{})}
		moved := false
		m := serveHTTP(t, afterASecond(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !moved {
				moved = true
				http.Redirect(w, r, "/moved", http.StatusFound)
				return
			}
			srv.ServeHTTP(w, r)
		})))
		var lines []string
		recorder := &transport.Recorder{Each: func(e transport.Event) { lines = append(lines, line(e)) }}
		client := newClient(m)
		client.Handle, client.Trace = answerAll, recorder.Trace()
		client.Dial = slowDial(m)
		_, err := client.Do(t.Context(), newInform())
		require.NoError(t, err)
		want := []string{
			"0s state waiting for InformResponse", "2s connected took 2s",
			"2s sending 0", "3s received 302 took 3s", "3s redirected 302",
			"3s sending 0", "4s received 401 took 1s", "4s challenged 401",
			"4s sending 0", "5s received 200 took 1s",
			"5s state holding the floor", "5s state waiting for a request or an empty response",
			"5s sending 0", "6s received 200 took 1s", "6s state answering Reboot",
			"6s state waiting for a request or an empty response",
			"6s sending 0", "7s received 204 took 1s", "7s state over", "7s closed", "7s ended <nil>",
		}
		assert.Equal(t, want, lines)
		rec := recorder.Recording()
		require.Len(t, rec.Events, len(want))
		assert.NoError(t, rec.Err())
		for i, e := range rec.Events {
			assert.Equal(t, want[i], line(e))
		}
		assert.Equal(t, "Inform", rec.Events[2].Exchange.Request.Message.Method())
		assert.NotEmpty(t, rec.Events[2].Exchange.RequestBody)
		assert.Equal(t, "http://acs.test/moved", rec.Events[4].Exchange.Redirected)

		recorder.Trace()
		assert.Empty(t, recorder.Recording().Events, "a new recording")
		assert.Len(t, rec.Events, len(want), "the value stays as it is")
		pass(time.Second)
	})
}

// slowDial dials in two seconds.
func slowDial(m *memory) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		pass(2 * time.Second)
		return m.Dial(ctx, network, address)
	}
}

// A session that fails is kept with its error.
func TestRecorderFailure(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		recorder := &transport.Recorder{}
		client := newClient(serveHTTP(t, acsOf(t, status(500, "no"))))
		client.Trace = recorder.Trace()
		_, err := client.Do(t.Context(), newInform())
		require.Error(t, err)
		assert.Equal(t, err, recorder.Recording().Err())
	})
}

// TestRecorderBounds: what is kept has bounds, in number and in bytes, and the end is
// always there.
func TestRecorderBounds(t *testing.T) {
	run := func(t *testing.T, r *transport.Recorder) transport.Recording {
		client := newClient(serveHTTP(t, acsOf(t, accept, ask(&rpc.Reboot{}), ask(&rpc.Reboot{}), empty)))
		client.Handle, client.Trace = answerAll, r.Trace()
		client.Do(t.Context(), newInform())
		return r.Recording()
	}
	bubble(t, "events", func(t *testing.T) {
		rec := run(t, &transport.Recorder{MaxEvents: 3})
		require.Len(t, rec.Events, 4)
		assert.Equal(t, transport.EventEnded, rec.Events[3].Kind)
		assert.Greater(t, rec.Dropped, 5)
		assert.False(t, rec.Cut)
	})
	bubble(t, "bytes", func(t *testing.T) {
		rec := run(t, &transport.Recorder{MaxBytes: 2000})
		assert.True(t, rec.Cut)
		assert.Zero(t, rec.Dropped)
		kept := 0
		for _, e := range rec.Events {
			kept += len(e.Exchange.ResponseBody)
			if e.Kind == transport.EventSending {
				kept += len(e.Exchange.RequestBody)
			}
		}
		assert.LessOrEqual(t, kept, 2000)
		assert.Positive(t, kept)
	})
}

// TestRecorderServer: a Server's session as a value.
func TestRecorderServer(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var recordings []transport.Recording
		ended := 0
		srv := &transport.Server{Authenticator: digestAuth(), Handler: transport.HandlerFunc(
			func(_ context.Context, _ *transport.Session, in rpc.Message) (rpc.Message, error) {
				if in == nil {
					pass(time.Second)
					return &rpc.Reboot{}, nil
				}
				return nil, nil
			})}
		b := newBench(t, srv)
		srv.Recorded = func(s *transport.Session, r transport.Recording) {
			recordings = append(recordings, r)
			assert.Equal(t, user, s.Principal)
			ended = len(b.ended)
		}
		c := b.cpe(user, password)
		c.inform()
		c.post(&rpc.RebootResponse{}, c.yield().Env.ID)
		b.ends()
		require.Len(t, recordings, 1)
		assert.Equal(t, 1, ended, "after Ended")
		var lines []string
		for _, e := range recordings[0].Events {
			lines = append(lines, line(e))
			if e.Kind == transport.EventReceived {
				assert.NotNil(t, e.Exchange.Session)
			}
		}
		assert.Equal(t, []string{
			"0s state answering Inform", "0s state listening", "0s received 200 took 0s",
			"0s state holding the floor", "1s state waiting for the answer to Reboot", "1s received 200 took 1s",
			"1s state holding the floor", "1s state over", "1s received 204 took 0s", "1s ended <nil>",
		}, lines)
		assert.NotEmpty(t, recordings[0].Events[2].Exchange.RequestBody)
	})
}

// TestServerTrace: the callbacks of the ACS's end.
func TestServerTrace(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var trail []string
		add := func(args ...any) { trail = append(trail, fmt.Sprint(args...)) }
		b := once(t, &transport.Server{Authenticator: digestAuth(), Trace: &transport.ServerTrace{
			Connected:  func(c *transport.Connection) { add("connected ", c.Remote, c.TLS == nil, c.Start.IsZero()) },
			Request:    func(e *transport.Exchange) { add("request ", e.Status, e.RequestHeader.Get("User-Agent") != "") },
			Challenged: func(e *transport.Exchange) { add("challenged ", e.Status) },
			State: func(s *transport.Session, state string, after time.Duration) {
				add(s.Inform.DeviceID.SerialNumber, " ", state, " ", after)
			},
			Response: func(e *transport.Exchange) { add("response ", e.Status, " ", len(e.ResponseBody) > 0) },
		}})
		c := b.cpe(user, password)
		c.inform()
		pass(time.Second)
		c.yield()
		synctest.Wait()
		assert.Equal(t, []string{
			"connected pipe true false", "request 0 true", "challenged 401", "response 401 false",
			"request 0 true", "1 answering Inform 0s", "1 listening 0s", "response 200 true",
			"request 0 true", "1 holding the floor 1s", "1 over 1s", "response 204 false",
		}, trail)
		b.ends()
	})
}

func TestEventKinds(t *testing.T) {
	seen := map[string]bool{}
	for k := transport.EventConnected; k <= transport.EventEnded; k++ {
		assert.False(t, seen[k.String()], k)
		seen[k.String()] = true
	}
	assert.Equal(t, "?", transport.EventKind(99).String())
	assert.False(t, seen["?"])
}
