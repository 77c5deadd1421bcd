package transport_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: sessions of one device that meet in a store, in one order that hurts or another. The
// end of each is told of once, and a session that goes on is left alone.

// A hooked store lets something else happen before or after one Load.
type hooked struct {
	*transport.MemoryStore
	before, after func()
}

// Load implements transport.SessionStore.
func (h *hooked) Load(ctx context.Context, key string) ([]byte, uint64, error) {
	before, after := h.before, h.after
	h.before, h.after = nil, nil
	if before != nil {
		before()
	}
	value, version, err := h.MemoryStore.Load(ctx, key)
	if after != nil {
		after()
	}
	return value, version, err
}

// twoReboots is a Script.
func twoReboots() transport.Handler {
	return transport.Script(func(ctx context.Context, s *transport.Session) error {
		for range 2 {
			if _, err := transport.Do(ctx, s, &rpc.Reboot{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// A POST that has read the store before another one of the session was served, as when a
// CPE sends it twice on two connections, does not end the session.
func TestStoreReadTooEarly(t *testing.T) {
	for name, handler := range map[string]transport.Handler{"Script": twoReboots(), "Turn": reboots(2, nil)} {
		bubble(t, name, func(t *testing.T) {
			store := &hooked{MemoryStore: &transport.MemoryStore{}}
			b := newBench(t, &transport.Server{Store: store, Handler: handler})
			c, again := b.cpe("", ""), b.cpe("", "")
			c.inform()
			again.cookie = c.cookie
			var r reply
			store.after = func() { r = c.yield() }
			assert.Equal(t, 503, again.yield().Status)
			require.Equal(t, "Reboot", r.name())
			assert.Empty(t, b.ends())
			assert.Equal(t, 204, c.answerAll(r).Status)
			assert.Equal(t, []error{nil}, b.ends())
		})
	}
}

// A POST of the old session that is served while a new Inform is under way does not harm
// that.
func TestStorePostDuringInform(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		store := &hooked{MemoryStore: &transport.MemoryStore{}}
		b := newBench(t, &transport.Server{Store: store, Handler: reboots(2, nil)})
		c, again := b.cpe("", ""), b.cpe("", "")
		c.inform()
		store.before = func() { assert.Equal(t, "Reboot", c.yield().name()) }
		again.inform()
		assert.Equal(t, []error{transport.ErrSuperseded}, b.ends())
		assert.Equal(t, 204, again.answerAll(again.yield()).Status)
		assert.Equal(t, []error{transport.ErrSuperseded, nil}, b.ends())
	})
}

// A Script's session that was superseded in another process is told of in its own, at the
// latest when that has the next Inform.
func TestStoreScriptSupersededElsewhere(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		tw := newTwins(t, func(srv *transport.Server) { srv.Handler = twoReboots() })
		c := tw.cpe()
		tw.a.at(c).inform()
		require.Equal(t, "Reboot", c.yield().name())
		tw.b.at(c).inform()
		tw.a.at(c).inform()
		assert.Equal(t, []error{transport.ErrSuperseded, transport.ErrSuperseded}, tw.ends())
		assert.Equal(t, 204, c.answerAll(c.yield()).Status)
		assert.Equal(t, []error{transport.ErrSuperseded, transport.ErrSuperseded, nil}, tw.ends())
	})
}

// Of two Informs that supersede a session at once, one tells of its end: not the one that
// finds the other at work in its place, too.
func TestStoreSupersededTwiceAtOnce(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		store := &hooked{MemoryStore: &transport.MemoryStore{}}
		srv := &transport.Server{Store: store}
		b := newBench(t, srv)
		told := map[string]int{}
		srv.Ended = func(s *transport.Session, err error) {
			b.end(s, err)
			b.mu.Lock()
			defer b.mu.Unlock()
			told[s.Inform.Event[0].CommandKey]++
		}
		release := make(chan struct{})
		srv.Answer = func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
			if s.Inform.Event[0].CommandKey == "third" {
				<-release
			}
			return nil, nil
		}
		inform := func(key string) {
			m := newInform()
			m.Event[0].CommandKey = key
			b.cpe("", "").post(m, "i")
		}
		inform("first")
		over := make(chan struct{})
		store.before = func() { // the second is under way, and the third overtakes it
			go func() { defer close(over); inform("third") }()
			synctest.Wait()
		}
		inform("second")
		close(release)
		<-over
		pass(time.Hour)
		assert.Equal(t, 1, told["first"])
		assert.LessOrEqual(t, told["second"], 1)
		assert.LessOrEqual(t, told["third"], 1)
	})
}
