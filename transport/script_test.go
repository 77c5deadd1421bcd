package transport_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: straight-line code as a handler. That no script and no POST is left behind
// is what the bubble around each test checks.

// scripted serves a script, and its CPE has yielded: first is our first message.
func scripted(t *testing.T, f func(context.Context, *transport.Session) error) (b *bench, c *cpe, first reply) {
	b = newBench(t, &transport.Server{Handler: transport.Script(f)})
	c = b.cpe("", "")
	c.inform()
	return b, c, c.yield()
}

func reboot(ctx context.Context, s *transport.Session) error {
	_, err := transport.Do(ctx, s, &rpc.Reboot{})
	return err
}

func TestScript(t *testing.T) {
	boom := errors.New("boom")
	for _, tt := range []struct {
		name string
		f    func(context.Context, *transport.Session) error
		want kind // how the session ends, nil for well
	}{
		{"returns", func(context.Context, *transport.Session) error { return nil }, nil},
		{"error", func(context.Context, *transport.Session) error { return boom }, is(boom)},
		{"panic", func(context.Context, *transport.Session) error { panic("boom") }, func(t *testing.T, err error) {
			assert.EqualError(t, err, "transport: script panicked: boom")
		}},
		{"response as request", func(ctx context.Context, s *transport.Session) error {
			_, err := transport.Do(ctx, s, wrong{})
			return err
		}, is(session.ErrState)},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b, _, r := scripted(t, tt.f)
			assert.Equal(t, 204, r.Status)
			ends := b.ends()
			require.Len(t, ends, 1)
			if tt.want == nil {
				assert.NoError(t, ends[0])
				return
			}
			tt.want(t, ends[0])
			oneLine(t, ends[0])
		})
	}
}

// wrong is a response that says it is a request.
type wrong struct{ *rpc.RebootResponse }

func (wrong) NewResponse() *rpc.RebootResponse { return nil }

// TestDo: what Do returns for each answer.
func TestDo(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer rpc.Message
		want   kind
		next   string // our next message
	}{
		{"response", &rpc.RebootResponse{}, nil, "Reboot"},
		{"fault", rpc.NewFault(rpc.FaultRequestDenied, ""), is(rpc.FaultRequestDenied), "Reboot"},
		{"another response", &rpc.GetRPCMethodsResponse{}, peerGot("GetRPCMethodsResponse"), "Bad Request"},
		{"nothing", nil, peerGot("(empty)"), "Bad Request"},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			got := make(chan error, 2)
			_, c, r := scripted(t, func(ctx context.Context, s *transport.Session) error {
				got <- reboot(ctx, s)
				got <- reboot(ctx, s)
				return nil
			})
			require.Equal(t, "Reboot", r.name())
			assert.Equal(t, tt.next, c.post(tt.answer, "acs-1").name())
			if tt.want == nil {
				assert.NoError(t, <-got)
			} else {
				tt.want(t, <-got)
			}
			if tt.next == "Reboot" {
				assert.Equal(t, 204, c.post(&rpc.RebootResponse{}, "acs-2").Status)
				assert.NoError(t, <-got)
			} else {
				assert.Error(t, <-got, "the session has ended")
			}
		})
	}
}

// A vendor's response under the right name but of another type.
func TestDoOfAnotherType(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		got := make(chan error, 1)
		_, c, r := scripted(t, func(ctx context.Context, s *transport.Session) error {
			_, err := transport.Do(ctx, s, &ping{})
			got <- err
			return nil
		})
		require.Equal(t, "X_Ping", r.name())
		c.raw(soap("acs-1", "<cwmp:X_PingResponse/>"))
		assert.EqualError(t, <-got, "transport: X_Ping was answered by a *rpc.Vendor")
	})
}

// ping is a vendor's request that no registry knows.
type ping struct{}

func (*ping) Method() string                   { return "X_Ping" }
func (*ping) Fields(*rpc.Codec)                {}
func (*ping) NewResponse() *rpc.RebootResponse { return nil }

// TestDoCancelled: a Do that was called off leaves an answer behind, which the
// next Do passes over.
func TestDoCancelled(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		why := errors.New("changed my mind")
		got := make(chan error, 2)
		b, c, r := scripted(t, func(ctx context.Context, s *transport.Session) error {
			short, cancel := context.WithTimeoutCause(ctx, time.Second, why)
			defer cancel()
			got <- reboot(short, s)
			got <- reboot(short, s)
			v, err := transport.Do(ctx, s, &rpc.GetRPCMethods{})
			if err == nil && len(v.MethodList) != 1 {
				err = errors.New("another answer")
			}
			return err
		})
		require.Equal(t, "Reboot", r.name())
		assert.Equal(t, why, <-got)
		assert.Equal(t, why, <-got)
		pass(10 * time.Second)
		require.Equal(t, "GetRPCMethods", c.post(&rpc.RebootResponse{}, "acs-1").name())
		assert.Equal(t, 204, c.post(&rpc.GetRPCMethodsResponse{MethodList: []string{"A"}}, "acs-2").Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// A script that returns while its last answer is due.
func TestScriptReturnsEarly(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b, c, r := scripted(t, func(ctx context.Context, s *transport.Session) error {
			short, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			return reboot(short, s)
		})
		require.Equal(t, "Reboot", r.name())
		pass(2 * time.Second)
		assert.Equal(t, 204, c.post(&rpc.RebootResponse{}, "acs-1").Status)
		assert.Equal(t, []error{context.DeadlineExceeded}, b.ends())
	})
}

// TestDoOutsideScript: Do is for a script's function alone.
func TestDoOutsideScript(t *testing.T) {
	bubble(t, "in Turn", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(ctx context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
			return nil, reboot(ctx, s)
		})})
		c := b.cpe("", "")
		c.inform()
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{transport.ErrNotScript}, b.ends())
	})
	bubble(t, "in Answer", func(t *testing.T) {
		srv := &transport.Server{Handler: transport.Script(reboot)}
		var got error
		srv.Answer = func(ctx context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
			got = reboot(ctx, s)
			return nil, nil
		}
		newBench(t, srv).cpe("", "").inform()
		assert.ErrorIs(t, got, transport.ErrNotScript)
	})
	bubble(t, "after the script", func(t *testing.T) {
		got, returned := make(chan error, 1), make(chan struct{})
		srv := &transport.Server{Handler: transport.Script(func(ctx context.Context, s *transport.Session) error {
			go func() { <-returned; got <- reboot(context.Background(), s) }()
			return reboot(ctx, s)
		})}
		srv.Answer = func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
			s.Hold(true)
			return nil, nil
		}
		b := newBench(t, srv)
		c := b.cpe("", "")
		c.inform()
		require.Equal(t, "Reboot", c.yield().name())
		assert.Equal(t, 204, c.post(&rpc.RebootResponse{}, "acs-1").Status, "releases the hold: the session goes on")
		close(returned)
		assert.ErrorIs(t, <-got, transport.ErrNotScript)
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// TestScriptLearnsOfEnd: a script that waits learns how its session ended.
func TestScriptLearnsOfEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(t *testing.T, b *bench, c *cpe)
		want kind
	}{
		{"time-out", func(*testing.T, *bench, *cpe) { pass(time.Minute) }, is(transport.ErrTimeout)},
		{"superseded", func(_ *testing.T, b *bench, _ *cpe) { b.cpe("", "").inform() }, is(transport.ErrSuperseded)},
		{"breach", func(_ *testing.T, _ *bench, c *cpe) { c.yield() }, peerGot("(empty)")},
		{"malformed", func(_ *testing.T, _ *bench, c *cpe) { c.raw("<a") }, syntaxError()},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			got, cause := make(chan error, 2), make(chan error, 1)
			b, c, r := scripted(t, func(ctx context.Context, s *transport.Session) error {
				got <- reboot(context.Background(), s)
				got <- reboot(context.Background(), s)
				<-ctx.Done()
				cause <- context.Cause(ctx)
				return nil
			})
			require.Equal(t, "Reboot", r.name())
			tt.end(t, b, c)
			tt.want(t, <-got)
			tt.want(t, <-got)
			tt.want(t, <-cause)
			ends := b.ends()
			require.NotEmpty(t, ends)
			tt.want(t, ends[0])
		})
	}
}

// TestScriptContextEnds: after a good end the context says ErrEnded.
func TestScriptContextEnds(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		cause := make(chan error, 1)
		scripted(t, func(ctx context.Context, _ *transport.Session) error {
			context.AfterFunc(ctx, func() { cause <- context.Cause(ctx) })
			return nil
		})
		assert.ErrorIs(t, <-cause, transport.ErrEnded)
	})
}

// TestScriptThatDoesNotListen: a script that ignores its context holds no request
// once the client has gone, wherever the script is.
func TestScriptThatDoesNotListen(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before bool // it makes a request first, and goes deaf with the answer due
	}{{"from the start", false}, {"with an answer due", true}} {
		bubble(t, tt.name, func(t *testing.T) {
			release := make(chan struct{})
			b := newBench(t, &transport.Server{Handler: transport.Script(func(ctx context.Context, s *transport.Session) error {
				if tt.before {
					short, cancel := context.WithTimeout(ctx, time.Second)
					defer cancel()
					reboot(short, s)
				}
				<-release
				return nil
			})})
			c := b.cpe("", "")
			c.inform()
			body := ""
			if tt.before {
				require.Equal(t, "Reboot", c.yield().name())
				pass(2 * time.Second)
				body = soap("acs-1", "<cwmp:RebootResponse/>")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, "POST", "http://acs.test/", newReader(body))
			require.NoError(t, err)
			req.Header.Set("Cookie", c.cookie)
			_, err = c.http.Do(req)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			pass(time.Second)
			assert.Equal(t, []error{context.Canceled}, b.ends())
			assert.Len(t, b.statuses(), len(b.exchanges))
			close(release)
		})
	}
}

// TestHold: the CPE's own requests wait while the ACS holds them (TR-069 section
// 3.7.1.3).
func TestHold(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{}
		srv.Answer = func(_ context.Context, s *transport.Session, m rpc.Message) (rpc.Message, error) {
			if _, inform := m.(*rpc.Inform); inform {
				s.Hold(true)
			}
			return nil, nil
		}
		srv.Handler = transport.Script(func(ctx context.Context, s *transport.Session) error {
			if err := reboot(ctx, s); err != nil {
				return err
			}
			s.Hold(false)
			if err := reboot(ctx, s); err != nil {
				return err
			}
			s.Hold(true)
			return reboot(ctx, s)
		})
		b := newBench(t, srv)
		client := newClient(b.net)
		client.Handle = answerAll
		var trail []string
		client.Trace = trailOf(&trail)
		result, err := client.Do(t.Context(), newInform(), &rpc.TransferComplete{CommandKey: "1"}, &rpc.TransferComplete{CommandKey: "2"})
		require.NoError(t, err)
		assert.Len(t, result.Answers, 3)
		assert.Equal(t, []error{nil}, b.ends())
		var held []bool
		for _, e := range b.exchanges {
			if e.Response != nil {
				held = append(held, e.Response.HoldRequests)
			}
		}
		assert.Equal(t, []string{
			"connected", "post Inform", "200", "post (empty)", "200", "post RebootResponse", "200", "post RebootResponse", "200",
			"post RebootResponse", "204", "post TransferComplete", "200", "post TransferComplete", "200", "post (empty)", "204", "closed",
		}, trail)
		assert.Equal(t, []bool{true, true, false, true, false, false}, held)
	})
}

// TestHoldAfterCancelledDo: a script may go on and hold while its last request is
// on its way still.
func TestHoldAfterCancelledDo(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		for range 50 {
			_, c, r := scripted(t, func(ctx context.Context, s *transport.Session) error {
				short, cancel := context.WithCancel(ctx)
				cancel()
				reboot(short, s) // is handed over, or not
				s.Hold(true)
				return reboot(ctx, s)
			})
			for id := 1; r.name() == "Reboot"; id++ {
				r = c.post(&rpc.RebootResponse{}, "acs-"+string(rune('0'+id)))
			}
			assert.Equal(t, 204, r.Status)
		}
	})
}
