package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: a session that is kept in a SessionStore, from its claim to its release. Its
// way through one POST:
//
//	Load   what is there: another process's, at work? then 503
//	Swap   the claim: this process serves it. Whoever comes second gets a conflict
//	       the machine, the program's code, the answer in hand
//	Swap   what came of it, free to be claimed again, or nothing if it is over
//	       the answer goes out
//
// A process that dies in between leaves a claim behind, and nobody goes on with the
// session, because nobody knows what the program has done: no request is made twice.
//
// What stays here after a POST is a shadow: the Session with its timers. If the stored
// version is still the shadow's when a timer fires, the CPE did not come back, here
// or anywhere, and the session is ended and told of here.

// storeGrace is how much longer a store keeps a session than its CPE is waited for,
// so that the process that waits can end it.
const storeGrace = 15 * time.Second

// call runs one call of the store within its time, also for a CPE that has closed its
// half of the connection.
func (srv *Server) call(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), orElse(srv.StoreTimeout, defaultStoreTimeout))
	defer cancel()
	return f(ctx)
}

const defaultStoreTimeout = 5 * time.Second

// loaded is what a store had under a key.
type loaded struct {
	key     string
	value   []byte
	version uint64
	err     error
}

// load loads a place once an exchange.
func (x *serving) load(place string) loaded {
	if x.got.key == place {
		return x.got
	}
	x.got = loaded{key: place}
	x.got.err = x.srv.call(x.r.Context(), func(ctx context.Context) (err error) {
		x.got.value, x.got.version, err = x.srv.Store.Load(ctx, place)
		return err
	})
	return x.got
}

// swap stores a session's state, or removes it if record is nil.
func (srv *Server) swap(ctx context.Context, s *Session, r *record, ttl time.Duration) error {
	var value []byte
	if r != nil {
		value = r.bytes()
	}
	return srv.call(ctx, func(ctx context.Context) error {
		version, err := srv.Store.Swap(ctx, s.place, s.version.Load(), value, ttl)
		s.version.Store(version) // 0 after an error: nobody knows
		return err
	})
}

// stored finds a session in the store by its cookie, for its own principal only.
func (x *serving) stored(key, principal string) *Session {
	if len(key) != storedKeySize {
		return nil
	}
	got := x.load(key[:placeSize])
	if got.err != nil {
		x.later("session store: " + got.err.Error())
		return nil
	}
	if got.version == 0 {
		return nil
	}
	r, err := readRecord(got.value)
	if err != nil {
		x.spoilt(got, err)
		return nil
	}
	right := subtle.ConstantTimeCompare([]byte(r.secret), []byte(secretOf(key[placeSize:])))
	if right != 1 || r.principal != principal {
		return nil
	}
	return x.wake(key, r, got)
}

// wake makes a Session of a record, once an exchange: the shadow that this process has of
// it, if that is of this version. If it is not, nobody knows which of the two is older, so
// the shadow stays until the record is claimed.
func (x *serving) wake(key string, r *record, got loaded) *Session {
	shadow := x.srv.table.find(key)
	switch {
	case r.holder == x.srv.name() && shadow != nil: // at work here: wait for it
		return shadow
	case r.holder != "":
		x.later("the session is at work in another process")
		return nil
	case shadow != nil && shadow.version.Load() == got.version:
		return shadow
	case x.woken == nil || x.woken.key != key:
		s, err := x.srv.restore(key, r, got.version)
		if err != nil {
			x.spoilt(got, err)
			return nil
		}
		x.woken = s
	}
	return x.srv.inTime(x.woken)
}

// rest leaves alone a session that was read and not claimed.
func (x *serving) rest() {
	if s := x.woken; s != nil && x.srv.table.find(s.key) != s {
		s.stop(ErrMoved)
	}
}

// inTime is a session that was read from the store; nil if its time is over. Nobody else
// may have been there to end it.
func (srv *Server) inTime(s *Session) *Session {
	if s.late() {
		srv.cut(s, session.ErrDuration)
		return nil
	}
	return s
}

// late reports whether MaxDuration is over.
func (s *Session) late() bool { return !time.Now().Before(s.ends) }

// spoilt sets a value aside that is no session.
func (x *serving) spoilt(got loaded, err error) {
	x.later("the stored session cannot be read: " + err.Error())
	x.srv.call(x.r.Context(), func(ctx context.Context) error {
		_, err := x.srv.Store.Swap(ctx, got.key, got.version, nil, 0)
		return err
	})
}

// restore makes a Session of a record.
func (srv *Server) restore(key string, r *record, version uint64) (*Session, error) {
	env, err := rpc.Parse(r.inform, srv.Config)
	if err != nil {
		return nil, err
	}
	inform, ok := env.Message.(*rpc.Inform)
	if !ok {
		return nil, errRecord
	}
	s := srv.makeSession(r.principal, inform)
	if err := s.machine.UnmarshalBinary(r.machine); err != nil {
		return nil, err
	}
	if s.machine.Over() {
		return nil, errRecord
	}
	s.key, s.place, s.inform = key, key[:placeSize], r.inform
	s.Data = bytes.Clone(r.data) // the program may append to it, and the store has the rest
	s.version.Store(version)
	s.again.Store(r.again)
	srv.wind(s, r.wait, min(time.Until(r.ends), s.length))
	return s, nil
}

// record makes the record of a session at rest, or of one at work if there is a holder.
func (s *Session) record(holder string) (*record, error) {
	machine, err := s.machine.MarshalBinary()
	return &record{
		holder: holder, secret: secretOf(s.key[placeSize:]), principal: s.Principal,
		ends: s.ends, wait: s.wait, again: s.again.Load(),
		data: s.Data, machine: machine, inform: s.inform,
	}, err
}

// mostClaims is how often an Inform tries to claim its device's place. Each other Inform
// at the same time changes what is stored twice, by its claim and by its release.
const mostClaims = 5

// occupy claims the place of a new session's device, whoever has it; old is what this
// process has of it.
func (x *serving) occupy(s, old *Session) bool {
	for range mostClaims { // again if another Inform of the device was faster
		got := x.load(s.place)
		if got.err != nil {
			x.later("session store: " + got.err.Error())
			return false
		}
		s.version.Store(got.version)
		r, _ := s.record(x.srv.name())
		err := x.srv.swap(x.r.Context(), s, r, s.length)
		if err == nil {
			x.srv.displace(old, got)
			return true
		}
		x.later("session store: " + err.Error())
		if !errors.Is(err, ErrConflict) {
			return false
		}
		x.got = loaded{}
	}
	return false
}

// displace ends the session whose place in the store was taken, unless the process
// that serves it will find that out itself. Old is what this process has of the
// device: that session; or a shadow of one that went on or ended elsewhere; or a Script's
// session that lost its place before, and that nobody else knows of.
func (srv *Server) displace(old *Session, got loaded) {
	r, err := readRecord(got.value)
	stored := got.version != 0 && err == nil
	switch {
	case stored && old != nil && old.isOf(r) && old.version.Load() == got.version && (r.holder == "" || r.holder == srv.name()):
		srv.supersede(old)
		return
	case stored && r.holder == "":
		if s, err := srv.restore(got.key+rand.Text(), r, got.version); err == nil {
			s.stop(ErrSuperseded)
			srv.tell(s, ErrSuperseded)
		}
	}
	if old != nil {
		srv.forget(old)
	}
}

// isOf reports whether a record is the session's, and not another one's of its device.
func (s *Session) isOf(r *record) bool { return r.secret == secretOf(s.key[placeSize:]) }

// claim makes a stored session this exchange's alone.
func (x *serving) claim(s *Session) bool {
	if s.place == "" || s.pinned.Load() || s.fresh {
		return true
	}
	r, err := s.record(x.srv.name())
	if err == nil {
		err = x.srv.swap(x.r.Context(), s, r, time.Until(s.ends))
	}
	if err != nil {
		x.srv.drop(s, ErrMoved)
		x.busy("session store: " + err.Error())
		return false
	}
	x.srv.take(s)
	return true
}

// take puts a session in that was claimed, in the place of what this process had of it.
func (srv *Server) take(s *Session) {
	if old := srv.table.replace(s); old != nil && old != s {
		srv.drop(old, ErrMoved)
	}
}

// forget drops what has lost its place in the store to another session. The end of a
// Script's session is told of here, because nobody else knows of it.
func (srv *Server) forget(old *Session) {
	if old.pinned.Load() {
		srv.supersede(old)
		return
	}
	srv.drop(old, ErrMoved)
}

// keep stores what came of an exchange, before the answer to it goes out.
func (x *serving) keep(s *Session) {
	if s.place == "" || s.pinned.Load() || s.machine.Over() {
		return
	}
	s.fresh = false
	ctx := x.r.Context()
	holder, ttl := "", min(s.wait, time.Until(s.ends))+storeGrace
	if s.run != nil { // a Script lives here and nowhere else
		s.pinned.Store(true)
		holder, ttl = x.srv.name(), time.Until(s.ends)
	}
	r, err := s.record(holder)
	if err == nil {
		err = x.srv.swap(ctx, s, r, ttl)
	}
	switch {
	case err == nil:
		return
	case errors.Is(err, ErrConflict) && s.late(): // the store has dropped it
		err = session.ErrDuration
	case errors.Is(err, ErrConflict):
		err = ErrSuperseded
	}
	x.failed = err
	s.machine.Fail(err)
	x.over(s, err)
	x.retract()
	x.busy("session store: " + err.Error())
}

// release takes a session out of the store, and reports whether its end is ours to
// tell of: it was there still, or nobody else can have it.
func (srv *Server) release(s *Session) bool {
	if s.place == "" || s.version.Load() == 0 {
		return s.place == "" || s.pinned.Load()
	}
	err := srv.swap(context.Background(), s, nil, 0)
	if err != nil && !errors.Is(err, ErrConflict) && srv.Logger != nil {
		srv.Logger.Warn("session store", "err", err)
	}
	return err == nil || s.pinned.Load()
}

// drop forgets a shadow.
func (srv *Server) drop(s *Session, why error) {
	srv.table.remove(s)
	s.stop(why)
}

// ErrMoved: the session goes on in another process. It is the cause of a context that
// a handler should no longer have.
var ErrMoved = errors.New("transport: the session goes on in another process")

// newMachine is the machine of a session of ours.
func (srv *Server) newMachine() *session.ACS {
	return session.NewACS(session.Config{
		IDPrefix: "acs-", Tolerate: session.MissingID | session.HeldRequest, Registry: srv.Config.Registry,
		MaxMessages: srv.MaxMessages,
	})
}
