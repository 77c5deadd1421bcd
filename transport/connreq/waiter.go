package connreq

// NOTE: the proof. That a CPE accepted a request says little; the session that follows
// says that it was served. The ACS's program tells a Waiter of every Inform, and who
// sent a request waits here.

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// DefaultWait is how long a session may take to come: TR-069's CPEs open it within
// 30 s.
const DefaultWait = 30 * time.Second

// A Waiter joins connection requests to the sessions that they cause. The zero value
// works. It must not be copied after first use and is safe for concurrent use.
type Waiter struct {
	mu    sync.Mutex
	waits map[deviceKey][]*Wait
}

// A deviceKey is what is unique to a device: DeviceID without the manufacturer's name.
type deviceKey struct{ oui, class, serial string }

func keyOf(id rpc.DeviceID) deviceKey {
	return deviceKey{id.OUI, id.ProductClass, id.SerialNumber}
}

// A Wait is one expected session. It has to end by For or by Stop.
type Wait struct {
	waiter *Waiter
	key    deviceKey
	inform chan *rpc.Inform
}

// Expect begins to wait for a session of a device. It comes before the request is
// sent: there are CPEs that start the session before they answer.
func (w *Waiter) Expect(id rpc.DeviceID) *Wait {
	one := &Wait{waiter: w, key: keyOf(id), inform: make(chan *rpc.Inform, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits == nil {
		w.waits = make(map[deviceKey][]*Wait)
	}
	w.waits[one.key] = append(w.waits[one.key], one)
	return one
}

// Notify tells of a session. One whose Inform has 6 CONNECTION REQUEST among its
// events ends every wait for its device; any other says nothing about a request. It
// never blocks: call it for every Inform that was authenticated, in Server.Answer.
func (w *Waiter) Notify(inform *rpc.Inform) {
	asked := func(e rpc.Event) bool { return e.EventCode == rpc.EventConnectionRequest }
	if inform == nil || !slices.ContainsFunc(inform.Event, asked) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	key := keyOf(inform.DeviceID)
	for _, one := range w.waits[key] {
		one.inform <- inform // the only one that it ever gets
	}
	delete(w.waits, key)
}

// For waits for the session, for as long as most says, 0 or less meaning DefaultWait,
// and returns its Inform. The error is [ErrNoSession], or the cause of ctx.
func (w *Wait) For(ctx context.Context, most time.Duration) (*rpc.Inform, error) {
	defer w.Stop()
	ctx, cancel := context.WithTimeoutCause(ctx, positive(most, DefaultWait), ErrNoSession)
	defer cancel()
	select {
	case inform := <-w.inform:
		return inform, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Stop ends the wait. It may be called more than once.
func (w *Wait) Stop() {
	w.waiter.mu.Lock()
	defer w.waiter.mu.Unlock()
	left := slices.DeleteFunc(w.waiter.waits[w.key], func(o *Wait) bool { return o == w })
	if len(left) == 0 {
		delete(w.waiter.waits, w.key)
		return
	}
	w.waiter.waits[w.key] = left
}
