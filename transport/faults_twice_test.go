package transport_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: F6 of the fault matrix, and the second half of F5: what is delivered twice, by
// a CPE that repeats itself or by something on the way, has one effect.

// tally counts what the program is told.
func tally(srv *transport.Server) *calls {
	c := new(calls)
	srv.Answer = func(_ context.Context, _ *transport.Session, m rpc.Message) (rpc.Message, error) {
		c.add(nameOfRequest(m))
		return nil, nil
	}
	return c
}

// newPost is a POST to the ACS of the tests.
func newPost(body string) (*http.Request, error) {
	return http.NewRequest(http.MethodPost, acsURL, strings.NewReader(body))
}

func (c *calls) count(name string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.list {
		n += one(s == name)
	}
	return n
}

// askOnce is a Turn that makes one request, and counts the sessions that were asked.
func askOnce(c *calls, request rpc.Message) transport.Handler {
	return transport.HandlerFunc(func(_ context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
		if in != nil {
			c.add("answer")
			return nil, nil
		}
		c.add("turn")
		return request, nil
	})
}

// The same Inform from several connections at once: one session is left, and one alone
// gets to carry out requests.
func TestF6InformFromManyConnections(t *testing.T) {
	for _, authenticated := range []bool{false, true} {
		bubble(t, "", func(t *testing.T) {
			srv := &transport.Server{}
			if authenticated {
				srv.Authenticator = digestAuth()
			}
			c := tally(srv)
			srv.Handler = askOnce(c, &rpc.Reboot{})
			b := newBench(t, srv)
			var all []*cpe
			for range 8 {
				all = append(all, b.cpe(user, password))
			}
			var wait sync.WaitGroup
			for _, one := range all {
				wait.Go(func() { one.post(newInform(), "same") })
			}
			wait.Wait()
			assert.Len(t, b.ends(), 7)
			asked := 0
			for _, p := range all {
				asked += one(p.yield().name() == "Reboot")
			}
			assert.Equal(t, 1, asked, "sessions of one device that carry out requests")
			assert.Equal(t, 1, c.count("turn"))
			for _, err := range b.ends() {
				assert.ErrorIs(t, err, transport.ErrSuperseded)
			}
		})
	}
}

// The bytes of an authenticated POST, sent again by somebody else, have no effect at
// all.
func TestF6ReplayedBytes(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{Authenticator: digestAuth()}
		c := tally(srv)
		srv.Handler = askOnce(c, &rpc.Reboot{})
		b := newBench(t, srv)
		honest := b.cpe(user, password)
		honest.inform()
		honest.post(complete("d"), "t")
		honest.yield()
		honest.post(&rpc.RebootResponse{}, "acs-1")
		ends, list := b.ends(), len(c.list)
		require.Equal(t, []error{nil}, ends)
		b.mu.Lock()
		recorded := append([]transport.Exchange(nil), b.exchanges...)
		b.mu.Unlock()
		for _, e := range recorded {
			req, err := newPost(string(e.RequestBody))
			require.NoError(t, err)
			for _, name := range []string{"Authorization", "Cookie"} {
				req.Header[name] = e.RequestHeader[name]
			}
			assert.Equal(t, 401, b.cpe("", "").do(req, "").Status)
		}
		assert.Equal(t, ends, b.ends())
		assert.Len(t, c.list, list)
	})
}

// A TransferComplete that comes again, in the session or in the next one, because its
// answer was lost: it is answered each time, and its key tells that it is the same.
func TestF6TransferCompleteAgain(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{}
		effects := map[string]bool{}
		told := 0
		srv.Answer = func(_ context.Context, _ *transport.Session, m rpc.Message) (rpc.Message, error) {
			if done, ok := m.(*rpc.TransferComplete); ok {
				told++
				effects[done.CommandKey+" "+string(done.StartTime)] = true
			}
			return nil, nil
		}
		b := newBench(t, srv)
		for range 3 {
			c := b.cpe("", "")
			c.inform()
			for range 2 {
				assert.Equal(t, "TransferCompleteResponse", c.post(complete("d"), "t").name())
			}
		}
		assert.Equal(t, 6, told)
		assert.Len(t, effects, 1)
	})
}

// An answer that is delivered twice: the second is refused and reaches no program.
func TestF5AnswerDeliveredTwice(t *testing.T) {
	for name, last := range map[string]bool{"in the session": false, "after its end": true} {
		bubble(t, name, func(t *testing.T) {
			srv := &transport.Server{}
			c := tally(srv)
			srv.Handler = transport.HandlerFunc(func(ctx context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
				if in != nil {
					c.add(in.Method())
				}
				if s.Data = append(s.Data, 0); len(s.Data) < 3 && !last || len(s.Data) < 2 {
					return &rpc.Reboot{}, nil
				}
				return nil, nil
			})
			b := newBench(t, srv)
			one := b.cpe("", "")
			one.inform()
			one.yield()
			one.post(&rpc.RebootResponse{}, "acs-1")
			r := one.post(&rpc.RebootResponse{}, "acs-1")
			assert.Equal(t, 400, r.Status)
			assert.Equal(t, 1, c.count("RebootResponse"))
			assert.Len(t, b.ends(), 1)
		})
	}
}

// A request of the CPE's that something on the way delivers twice at the same time:
// both are answered, one after the other.
func TestF5RequestDeliveredTwice(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{}
		c := tally(srv)
		b := newBench(t, srv)
		one := b.cpe("", "")
		one.inform()
		twin := b.cpe("", "")
		twin.cookie = one.cookie
		var wait sync.WaitGroup
		for _, p := range []*cpe{one, twin} {
			wait.Go(func() { assert.Equal(t, "TransferCompleteResponse", p.post(complete("d"), "t").name()) })
		}
		wait.Wait()
		assert.Equal(t, 2, c.count("TransferComplete d"))
		assert.Equal(t, 204, one.yield().Status)
		assert.Equal(t, 204, twin.yield().Status, "an empty POST too many")
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// A response that comes twice is not taken for the next one: the CPE gives up the
// connection, or the session, but never mistakes an answer.
func TestF5ResponseDeliveredTwice(t *testing.T) {
	reboot := response(strings.Replace(document(t, rpc.NewEnvelope(rpc.V12, "acs-1", &rpc.Reboot{CommandKey: "r"})), "\n", "", -1))
	for name, settle := range map[string]func(){"seen before": synctest.Wait, "on its way": func() {}} {
		bubble(t, name, func(t *testing.T) {
			m := newMemory()
			rawACS(t, m, []string{response(informResponse(t)), reboot + reboot}, []string{noContent})
			c := newClient(m)
			executed := 0
			c.Handle = func(ctx context.Context, r rpc.Message) (rpc.Message, error) {
				executed++
				settle()
				return answerAll(ctx, r)
			}
			c.Do(t.Context(), newInform())
			assert.Equal(t, 1, executed)
			pass(time.Second)
		})
	}
}
