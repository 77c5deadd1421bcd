package transport_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: stores that are full, damaged, down or slow.

// A full store refuses new sessions and none that runs. So does a full Server.
func TestStoreFull(t *testing.T) {
	for name, most := range map[string]func(*twins, *transport.Server){
		"store":  func(tw *twins, _ *transport.Server) { tw.store.Max = 1 },
		"server": func(_ *twins, srv *transport.Server) { srv.MaxSessions = 1 },
	} {
		bubble(t, name, func(t *testing.T) {
			var servers []*transport.Server
			tw := newTwins(t, func(srv *transport.Server) {
				srv.Authenticator, srv.Handler = nil, reboots(3, nil)
				servers = append(servers, srv)
			})
			most(tw, servers[0])
			c := tw.a.at(tw.cpe())
			c.inform()
			other := tw.a.at(tw.cpe())
			r := other.informAs("2")
			assert.Equal(t, 503, r.Status)
			assert.NotEmpty(t, r.Header.Get("Retry-After"))
			assert.Empty(t, r.Header.Get("Set-Cookie"))
			assert.Equal(t, 204, c.answerAll(c.yield()).Status)
			assert.Equal(t, "InformResponse", other.informAs("2").name())
		})
	}
}

// SEC-06: nothing of an Inform without credentials is stored.
func TestSEC06NothingStoredWithoutCredentials(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		tw := newTwins(t, nil)
		for range 100 {
			c := tw.a.cpe("", "")
			assert.Equal(t, 401, c.informAs("1").Status)
		}
		c := tw.a.cpe(user, "wrong")
		assert.Equal(t, 401, c.informAs("1").Status)
		assert.Zero(t, tw.store.Len())
	})
}

// SEC-06: a stored session with any byte of it changed, or cut there, is set aside, and
// the next Inform is served.
func TestSEC06DamagedStore(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		store := &holed{MemoryStore: &transport.MemoryStore{}}
		turns := 0
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Store, srv.Authenticator = store, nil
			srv.Handler = transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				turns++
				return nil, nil
			})
		})
		c := tw.a.at(tw.cpe())
		c.inform()
		size := len(store.last)
		for i := range size {
			store.spoil = nil
			c.cookie = ""
			tw.a.at(c).inform()
			store.spoil = func(b []byte) []byte {
				if i%8 == 7 {
					return b[:i]
				}
				b[i] ^= 1 << (i % 8)
				return b
			}
			require.Equal(t, 503, tw.b.at(c).yield().Status, "byte %d", i)
			require.Equal(t, 204, c.yield().Status, "it was set aside")
		}
		assert.Zero(t, turns)
		store.spoil = nil
		c.inform()
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, 1, turns)
	})
}

// holed is a store with holes in its memory.
type holed struct {
	*transport.MemoryStore
	spoil func([]byte) []byte
	last  []byte
}

func (h *holed) Load(ctx context.Context, key string) ([]byte, uint64, error) {
	value, version, err := h.MemoryStore.Load(ctx, key)
	if h.spoil != nil && version != 0 {
		value = h.spoil(bytes.Clone(value))
	}
	return value, version, err
}

func (h *holed) Swap(ctx context.Context, key string, version uint64, value []byte, ttl time.Duration) (uint64, error) {
	h.last = value
	return h.MemoryStore.Swap(ctx, key, version, value, ttl)
}

// A store that fails, or hangs, costs the session at most and an answer within the
// store's time; what the handler was told is told of.
func TestStoreFails(t *testing.T) {
	broken := errors.New("store is down")
	for _, tt := range []struct {
		name   string
		load   int // the call that fails, from 1
		swap   int
		asked  int
		ends   []error
		inform int // status
	}{
		{"load at Inform", 1, 0, 0, nil, 503},
		{"claim at Inform", 0, 1, 0, nil, 503},
		{"result of Inform", 0, 2, 0, []error{broken}, 503},
		{"load", 2, 0, 0, nil, 200},
		{"claim", 0, 3, 0, nil, 200},
		{"result", 0, 4, 1, []error{broken}, 200},
	} {
		for _, hang := range []bool{false, true} {
			bubble(t, tt.name+map[bool]string{true: ", by hanging"}[hang], func(t *testing.T) {
				store := &failing{MemoryStore: &transport.MemoryStore{}, load: tt.load, swap: tt.swap, err: broken, hang: hang}
				var asked []string
				tw := newTwins(t, func(srv *transport.Server) {
					srv.Store, srv.Authenticator, srv.Handler, srv.StoreTimeout = store, nil, reboots(1, &asked), 2*time.Second
				})
				c := tw.a.at(tw.cpe())
				start := time.Now()
				r := c.informAs("1")
				require.Equal(t, tt.inform, r.Status)
				if r.Status == 200 {
					r = c.yield()
				}
				assert.Equal(t, 503, r.Status)
				assert.NotEmpty(t, r.Header.Get("Retry-After"))
				assert.LessOrEqual(t, time.Since(start), 2*time.Second)
				assert.Len(t, asked, tt.asked)
				require.Len(t, tw.ends(), len(tt.ends))
				if len(tt.ends) > 0 && !hang {
					assert.ErrorIs(t, tw.ends()[0], broken)
				}
				store.heal()
				c.cookie = ""
				assert.Equal(t, "InformResponse", c.informAs("1").name(), "the store is well again")
			})
		}
	}
}

// failing is a store whose n-th call fails; 0 is none.
type failing struct {
	*transport.MemoryStore
	mu         sync.Mutex
	load, swap int
	err        error
	hang       bool
}

// heal makes it work from now on.
func (f *failing) heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load, f.swap = 0, 0
}

func (f *failing) fail(ctx context.Context, n *int) error {
	f.mu.Lock()
	*n--
	fails := *n == 0
	f.mu.Unlock()
	if !fails {
		return nil
	}
	if f.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return f.err
}

func (f *failing) Load(ctx context.Context, key string) ([]byte, uint64, error) {
	if err := f.fail(ctx, &f.load); err != nil {
		return nil, 0, err
	}
	return f.MemoryStore.Load(ctx, key)
}

func (f *failing) Swap(ctx context.Context, key string, version uint64, value []byte, ttl time.Duration) (uint64, error) {
	if err := f.fail(ctx, &f.swap); err != nil {
		return 0, err
	}
	return f.MemoryStore.Swap(ctx, key, version, value, ttl)
}
