package transport

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: a session as the program sees it, and the table that finds it again.

// A Session is one session at the ACS's end. It belongs to the handler while a
// call of it runs, and to nobody else.
type Session struct {
	// Inform opened the session. Read it; do not change it.
	Inform *rpc.Inform
	// Principal is who authenticated; empty without Authenticator.
	Principal string
	// Data is the program's own state. The library does not look at it.
	Data []byte

	key    string        // the cookie
	place  string        // in the store; empty without one
	inform []byte        // the document, for the store
	length time.Duration // at most
	cancel context.CancelCauseFunc
	ctx    context.Context      // until the session ends
	hold   atomic.Pointer[bool] // what Hold was given, for the next message
	again  atomic.Bool          // the Inform was answered with 8005 and comes again

	told     tale
	recorder *Recorder // nil if nobody wants it
	begun    time.Time // here

	version atomic.Uint64 // in the store, as far as this process knows
	pinned  atomic.Bool   // to this process, by its Script
	taken   atomic.Bool   // its place was, by a new Inform here

	mu       lock // over what follows, and held while a handler runs
	machine  *session.ACS
	fresh    bool          // opened by this exchange, which has claimed it
	ends     time.Time     // at the latest
	answer   rpc.Message   // to our last request, for the next turn
	wait     time.Duration // for the CPE's next message
	deadline time.Time     // of that wait
	timer    *time.Timer   // for the deadline and the end
	run      *run          // of a Script
	state    string        // that was told last
}

// Version is the CWMP version in use.
func (s *Session) Version() rpc.Version { return s.machine.Version() }

// Hold says what our messages carry in HoldRequests from the next one on; see
// session.ACS.Hold.
func (s *Session) Hold(hold bool) { s.hold.Store(&hold) }

// held hands the last Hold to the machine, before it makes our next message.
func (s *Session) held() {
	if hold := s.hold.Swap(nil); hold != nil {
		s.machine.Hold(*hold)
	}
}

// A lock is a mutex of capacity 1 whose wait can be called off.
type lock chan struct{}

func (l lock) Lock()   { l <- struct{}{} }
func (l lock) Unlock() { <-l }

// lockWhile locks for a request of a session, unless the session ends first, or has
// ended. A request whose context has ended is not waited for; but where nobody has to
// wait it is served: all of it has come, and a CPE that has closed its half of the
// connection may read the answer yet, which nobody can tell from one that has gone.
func (l lock) lockWhile(session, request context.Context) bool {
	select {
	case l <- struct{}{}:
	default:
		return l.wait(session, request)
	}
	if session.Err() == nil {
		return true
	}
	l.Unlock()
	return false
}

// wait is lockWhile for a lock that somebody has.
func (l lock) wait(a, b context.Context) bool {
	select {
	case l <- struct{}{}:
		if a.Err() == nil && b.Err() == nil {
			return true
		}
		l.Unlock()
	case <-a.Done():
	case <-b.Done():
	}
	return false
}

// owner is what must be the same for a new Inform to take a session's place.
type owner struct {
	oui, class, serial, principal string
}

// ownerOf leaves the ProductClass out where the principal is named without one: it
// may be any then, and the device is the same.
func ownerOf(id rpc.DeviceID, principal string) owner {
	o := owner{id.OUI, id.ProductClass, id.SerialNumber, principal}
	if principal != "" && principal == StandardPrincipals(id)[1] {
		o.class = ""
	}
	return o
}

// known reports whether the device said who it is at all.
func (o owner) known() bool { return o.serial != "" }

// sessions is the table of open sessions. The zero value is empty.
type sessions struct {
	mu      sync.Mutex
	byKey   map[string]*Session
	byOwner map[owner]*Session
}

func (t *sessions) find(key string) *Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byKey[key]
}

// add puts in a session unless the table is full, and returns the one whose place
// it takes, if any. A session that is replaced makes room for its successor.
func (t *sessions) add(s *Session, most int) (old *Session, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey == nil {
		t.byKey, t.byOwner = map[string]*Session{}, map[owner]*Session{}
	}
	o := ownerOf(s.Inform.DeviceID, s.Principal)
	if o.known() {
		old = t.byOwner[o]
	}
	if old == nil && len(t.byKey) >= most {
		return nil, false
	}
	if old != nil {
		delete(t.byKey, old.key)
	}
	t.byKey[s.key], t.byOwner[o] = s, s
	return old, true
}

// replace puts in a session in the place of the one of the same key, which it returns. One
// that a new Inform has just put there stays its device's.
func (t *sessions) replace(s *Session) (old *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey == nil {
		t.byKey, t.byOwner = map[string]*Session{}, map[owner]*Session{}
	}
	old = t.byKey[s.key]
	t.byKey[s.key] = s
	if o := ownerOf(s.Inform.DeviceID, s.Principal); t.byOwner[o] == old {
		t.byOwner[o] = s
	}
	return old
}

// all returns the open sessions.
func (t *sessions) all() []*Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Values(t.byKey))
}

func (t *sessions) remove(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey[s.key] == s {
		delete(t.byKey, s.key)
	}
	if o := ownerOf(s.Inform.DeviceID, s.Principal); t.byOwner[o] == s {
		delete(t.byOwner, o)
	}
}
