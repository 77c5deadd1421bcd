package transport_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: two Servers, as two processes would have them, and one store.

// twins are two Servers of one make.
type twins struct {
	a, b  *bench
	store *transport.MemoryStore
	posts int
}

// newTwins makes two Servers with one store and one key for nonces.
func newTwins(t *testing.T, configure func(*transport.Server)) *twins {
	tw := &twins{store: &transport.MemoryStore{}}
	for _, b := range []**bench{&tw.a, &tw.b} {
		srv := &transport.Server{Store: tw.store, Authenticator: &transport.DigestAuth{
			Password: passwords, NonceKey: []byte("0123456789abcdef0123456789abcdef"),
		}}
		if configure != nil {
			configure(srv)
		}
		*b = newBench(t, srv)
	}
	return tw
}

// cpe posts to the two in turn.
func (tw *twins) cpe() *cpe {
	c := tw.a.cpe(user, password)
	a, b := c.http.Transport, tw.b.cpe("", "").http.Transport
	c.http = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		tw.posts++
		return []http.RoundTripper{a, b}[tw.posts%2].RoundTrip(r)
	})}
	return c
}

// at makes the CPE's next POSTs go to one of the two.
func (b *bench) at(c *cpe) *cpe { c.http = b.cpe("", "").http; return c }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ends returns how the sessions of both ended.
func (tw *twins) ends() []error { return append(tw.a.ends(), tw.b.ends()...) }

// reboots is a Turn handler that asks for n reboots; where it is, is in the session's
// Data alone.
func reboots(n int, asked *[]string) transport.Handler {
	var mu sync.Mutex
	return transport.HandlerFunc(func(_ context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
		mu.Lock()
		defer mu.Unlock()
		i, _ := strconv.Atoi(string(s.Data))
		if i == n {
			return nil, nil
		}
		i++
		s.Data = strconv.AppendInt(nil, int64(i), 10)
		if asked != nil {
			*asked = append(*asked, s.Inform.DeviceID.SerialNumber+" "+string(s.Data))
		}
		return &rpc.Reboot{CommandKey: string(s.Data)}, nil
	})
}

// answerAll answers reboots until the session ends, and returns the last reply.
func (c *cpe) answerAll(r reply) reply {
	for r.name() == "Reboot" {
		r = c.post(&rpc.RebootResponse{}, r.Env.ID)
	}
	return r
}

// A session goes on in another process with each POST: digest, machine and the
// program's state go along.
func TestStoreResumes(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var asked []string
		tw := newTwins(t, func(srv *transport.Server) { srv.Handler = reboots(5, &asked) })
		c := tw.cpe()
		c.inform()
		assert.Equal(t, "GetRPCMethodsResponse", c.post(&rpc.GetRPCMethods{}, "g").name())
		assert.Equal(t, 204, c.answerAll(c.yield()).Status)
		assert.Equal(t, []string{"1 1", "1 2", "1 3", "1 4", "1 5"}, asked)
		assert.Equal(t, []error{nil}, tw.ends())
		assert.Zero(t, tw.store.Len())
		pass(15 * time.Minute)
		assert.Equal(t, []error{nil}, tw.ends(), "a shadow has told of an end")
		assert.Empty(t, tw.cpe().yield().Env)
	})
}

// The Inform that was asked for again may reach the other process.
func TestStoreRepeatsInform(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		informs := 0
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Answer = func(_ context.Context, _ *transport.Session, m rpc.Message) (rpc.Message, error) {
				if informs++; informs < 3 {
					return nil, rpc.FaultACSRetryRequest
				}
				return nil, nil
			}
		})
		c := tw.cpe()
		for range 2 {
			assert.Equal(t, rpc.FaultACSRetryRequest, c.post(newInform(), "i").fault())
		}
		c.inform()
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{nil}, tw.ends())
	})
}

// A Script stays where it has begun. Elsewhere its session is 503, and nothing is asked
// twice in it.
func TestStoreScript(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var asked []string
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Handler = transport.Script(func(ctx context.Context, s *transport.Session) error {
				for _, key := range []string{"1", "2"} {
					asked = append(asked, key)
					if _, err := transport.Do(ctx, s, &rpc.Reboot{CommandKey: key}); err != nil {
						return err
					}
				}
				return nil
			})
		})
		c := tw.a.at(tw.cpe())
		c.inform()
		first := tw.b.at(c).yield()
		r := tw.a.at(c).post(&rpc.RebootResponse{}, first.Env.ID)
		assert.Equal(t, 503, r.Status)
		assert.NotEmpty(t, r.Header.Get("Retry-After"))
		assert.Equal(t, 204, tw.b.at(c).answerAll(first).Status, "where it has begun it goes on")
		assert.Equal(t, []string{"1", "2"}, asked)
		assert.Equal(t, []error{nil}, tw.ends())
		assert.Zero(t, tw.store.Len())
	})
}

// Without a store a POST for another process's session is 503 as well, also the empty
// one that would otherwise end a session that never was.
func TestNoStoreAnotherProcess(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var asked []string
		tw := newTwins(t, func(srv *transport.Server) { srv.Store, srv.Handler = nil, reboots(1, &asked) })
		c := tw.a.at(tw.cpe())
		c.inform()
		assert.Equal(t, 503, tw.b.at(c).yield().Status)
		assert.Equal(t, 503, c.post(&rpc.RebootResponse{}, "acs-1").Status)
		assert.Empty(t, asked)
		assert.Equal(t, 204, tw.a.at(c).answerAll(c.yield()).Status)
		assert.Equal(t, 204, c.yield().Status, "over, and known to be")
	})
}

// Two POSTs of one session at once: one is served, wherever they go.
func TestStoreTwoPostsAtOnce(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		release, turns := make(chan struct{}), make(chan struct{}, 9)
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Handler = transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				turns <- struct{}{}
				<-release
				return nil, nil
			})
		})
		c := tw.a.at(tw.cpe())
		c.inform()
		twin, here := tw.b.at(tw.cpe()), tw.a.at(tw.cpe())
		twin.cookie, here.cookie = c.cookie, c.cookie
		first, behind := make(chan reply), make(chan reply)
		go func() { first <- c.yield() }()
		<-turns
		assert.Equal(t, 503, twin.yield().Status, "at work elsewhere")
		go func() { behind <- here.yield() }()
		synctest.Wait()
		close(release)
		assert.Equal(t, 204, (<-first).Status)
		assert.Equal(t, 400, (<-behind).Status, "the same process lets it wait, and it is over then")
		assert.Equal(t, 204, twin.yield().Status)
		assert.Equal(t, []error{nil}, tw.ends())
		assert.Empty(t, turns)
	})
}

// Two POSTs that have loaded the same version: the second claim fails.
func TestStoreStaleVersion(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		slow := &slowLoads{MemoryStore: &transport.MemoryStore{}}
		var asked []string
		tw := newTwins(t, func(srv *transport.Server) { srv.Store, srv.Handler = slow, reboots(1, &asked) })
		c := tw.a.at(tw.cpe())
		c.inform()
		twin := tw.b.at(tw.cpe())
		twin.cookie = c.cookie
		twin.post(nil, "") // authenticates; asks
		c.cookie, asked = "", nil
		c.inform() // supersedes it
		twin.cookie = c.cookie
		slow.delay = time.Second
		statuses := make(chan int)
		for _, each := range []*cpe{c, twin} {
			go func() { statuses <- each.yield().Status }()
		}
		assert.ElementsMatch(t, []int{200, 503}, []int{<-statuses, <-statuses})
		assert.Equal(t, []string{"1 1"}, asked)
	})
}

// slowLoads is a store that is slow to load, once it is told.
type slowLoads struct {
	*transport.MemoryStore
	delay time.Duration
}

func (s *slowLoads) Load(ctx context.Context, key string) ([]byte, uint64, error) {
	value, version, err := s.MemoryStore.Load(ctx, key)
	pass(s.delay)
	return value, version, err
}

// A new Inform takes the place of the device's session in another process, which is
// told of once: at rest by whoever takes the place, at work by whoever is at it.
func TestStoreSupersedes(t *testing.T) {
	for _, where := range []string{"here", "elsewhere", "there and back"} {
		bubble(t, where, func(t *testing.T) {
			tw := newTwins(t, func(srv *transport.Server) { srv.Handler = reboots(3, nil) })
			old := tw.a.at(tw.cpe())
			old.inform()
			switch where {
			case "elsewhere":
				tw.b.at(old).yield()
			case "there and back":
				r := tw.b.at(old).yield()
				tw.a.at(old).post(&rpc.RebootResponse{}, r.Env.ID)
			}
			c := tw.a.at(tw.cpe())
			c.inform()
			assert.Equal(t, []error{transport.ErrSuperseded}, tw.ends())
			assert.Equal(t, 400, old.post(&rpc.RebootResponse{}, "x").Status)
			assert.Equal(t, 204, c.answerAll(c.yield()).Status)
			pass(15 * time.Minute)
			assert.ElementsMatch(t, []error{transport.ErrSuperseded, nil}, tw.ends())
			assert.Zero(t, tw.store.Len())
		})
	}
	bubble(t, "at work elsewhere", func(t *testing.T) {
		release, turns := make(chan struct{}), make(chan struct{}, 9)
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Handler = transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				turns <- struct{}{}
				<-release
				return &rpc.Reboot{}, nil
			})
		})
		old := tw.b.at(tw.cpe())
		old.inform()
		answered := make(chan reply)
		go func() { answered <- old.yield() }()
		<-turns
		c := tw.a.at(tw.cpe())
		c.inform()
		assert.Empty(t, tw.ends())
		close(release)
		assert.Equal(t, 503, (<-answered).Status, "its request is not made")
		assert.Equal(t, []error{transport.ErrSuperseded}, tw.ends())
		assert.Equal(t, "Reboot", c.yield().name())
	})
}

// A CPE that does not come back is told of once, by the process that had it last.
func TestStoreExpiry(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		tw := newTwins(t, func(srv *transport.Server) { srv.Handler = reboots(3, nil) })
		c := tw.a.at(tw.cpe())
		c.inform()
		pass(59 * time.Second)
		require.Equal(t, "Reboot", tw.b.at(c).yield().name())
		pass(59 * time.Second)
		assert.Empty(t, tw.ends(), "the first one's wait is over, and not its business")
		pass(time.Second)
		assert.Empty(t, tw.a.ends())
		assert.Equal(t, []error{transport.ErrTimeout}, tw.b.ends())
		assert.Zero(t, tw.store.Len())
		assert.Equal(t, 400, c.post(&rpc.RebootResponse{}, "acs-1").Status)
	})
}

// MaxDuration counts from the Inform, wherever the session goes on.
func TestStoreMaxDuration(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Handler, srv.MaxDuration = reboots(100, nil), 2*time.Minute
		})
		c := tw.cpe()
		c.inform()
		r := c.yield()
		for range 3 {
			pass(35 * time.Second)
			r = c.post(&rpc.RebootResponse{}, r.Env.ID)
			require.Equal(t, "Reboot", r.name())
		}
		pass(16 * time.Second)
		require.Len(t, tw.ends(), 1)
		assert.EqualError(t, tw.ends()[0], "session: took too long")
		assert.Equal(t, 400, c.post(&rpc.RebootResponse{}, r.Env.ID).Status)
	})
}

// A session whose time is over when another process finds it is ended there, with nothing
// called for it, and told of as what it is. The process has nothing of it afterwards,
// however late its own timer is.
func TestStoreFoundTooLate(t *testing.T) {
	for range 100 {
		bubble(t, "", func(t *testing.T) {
			servers, asked := []*transport.Server{}, []string(nil)
			tw := newTwins(t, func(srv *transport.Server) {
				srv.Handler, srv.MaxDuration = reboots(2, &asked), 30*time.Second
				servers = append(servers, srv)
			})
			c := tw.a.at(tw.cpe())
			c.inform()
			require.NoError(t, servers[0].Shutdown(t.Context()))
			pass(35 * time.Second)
			assert.Equal(t, 204, tw.b.at(c).yield().Status, "the surplus POST of a session that is over")
			pass(time.Hour)
			require.Equal(t, []error{session.ErrDuration}, tw.ends())
			assert.Empty(t, asked)
			assert.Equal(t, "transport.Server{0 open}", servers[1].String())
			assert.Zero(t, tw.store.Len())
		})
	}
}

// A Turn that outlives the session is not told to have been superseded.
func TestStoreTurnTooLong(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		tw := newTwins(t, func(srv *transport.Server) {
			srv.MaxDuration = 30 * time.Second
			srv.Handler = transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				pass(time.Minute)
				return &rpc.Reboot{}, nil
			})
		})
		c := tw.cpe()
		c.inform()
		assert.Equal(t, 503, c.yield().Status)
		assert.Equal(t, []error{session.ErrDuration}, tw.ends())
	})
}

// Shutdown leaves what a store keeps to the other process.
func TestStoreShutdown(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		servers := []*transport.Server{}
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Handler = reboots(2, nil)
			servers = append(servers, srv)
		})
		c := tw.a.at(tw.cpe())
		c.inform()
		require.NoError(t, servers[0].Shutdown(t.Context()))
		assert.Empty(t, tw.ends())
		assert.Equal(t, 503, tw.a.at(tw.cpe()).post(newInform(), "i").Status)
		assert.Equal(t, 204, tw.b.at(c).answerAll(c.yield()).Status)
		assert.Equal(t, []error{nil}, tw.ends())
	})
	bubble(t, "a Script's session ends", func(t *testing.T) {
		var srv *transport.Server
		tw := newTwins(t, func(s *transport.Server) {
			srv = s
			srv.Handler = transport.Script(func(ctx context.Context, s *transport.Session) error {
				_, err := transport.Do(ctx, s, &rpc.Reboot{})
				return err
			})
		})
		c := tw.b.at(tw.cpe())
		c.inform()
		require.Equal(t, "Reboot", c.yield().name())
		require.NoError(t, srv.Shutdown(t.Context()))
		assert.Equal(t, []error{transport.ErrShutdown}, tw.ends())
		assert.Zero(t, tw.store.Len())
	})
}
