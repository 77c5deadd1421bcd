package transport

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: how sessions begin, how long they last, and how they end outside of any
// exchange.

// makeSession makes a session that no timer watches yet.
func (srv *Server) makeSession(principal string, inform *rpc.Inform) *Session {
	s := &Session{Inform: inform, Principal: principal, mu: make(lock, 1), machine: srv.newMachine()}
	if srv.Recorded != nil {
		s.recorder = &Recorder{}
		s.recorder.Trace() // starts it
	}
	s.length = orElse(srv.MaxDuration, maxDuration)
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

// newSession makes the session that an Inform opens.
func (srv *Server) newSession(principal string, env *rpc.Envelope, document []byte) *Session {
	s := srv.makeSession(principal, env.Message.(*rpc.Inform))
	s.key = rand.Text() + srv.name()
	if srv.Store != nil {
		s.place, s.fresh, s.inform = rand.Text(), true, document
		if o := ownerOf(s.Inform.DeviceID, principal); o.known() {
			s.place = placeOf(o)
		}
		s.key = s.place + rand.Text()
	}
	srv.wind(s, srv.waitFor(env), s.length)
	return s
}

// wind starts a session's timer, which may be due at once.
func (srv *Server) wind(s *Session, wait, left time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = time.Now()
	s.wait, s.ends, s.deadline = wait, s.begun.Add(left), s.begun.Add(wait)
	s.timer = time.AfterFunc(min(wait, left), func() { srv.expire(s) })
}

// The bounds of a SessionTimeout.
const (
	leastSessionTimeout = 30 * time.Second
	mostSessionTimeout  = 10 * time.Minute
)

// waitFor is how long the sender of an Inform is waited for.
func (srv *Server) waitFor(env *rpc.Envelope) time.Duration {
	if !env.HasSessionTimeout {
		return orElse(srv.Timeout, defaultTimeout)
	}
	return min(max(time.Duration(env.SessionTimeout)*time.Second, leastSessionTimeout), mostSessionTimeout)
}

// stop ends what waits for a session.
func (s *Session) stop(cause error) {
	s.timer.Stop()
	s.cancel(cause)
}

// supersede ends a session whose device has come with a new Inform. The new one
// does not wait for a handler of the old one that still runs.
func (srv *Server) supersede(old *Session) {
	old.taken.Store(true)
	old.cancel(ErrSuperseded)
	go func() {
		defer srv.contain()
		srv.cut(old, ErrSuperseded)
	}()
}

// contain keeps a panic of the program's code from ending the process where there is no
// request that it could end. It is deferred.
func (srv *Server) contain() {
	v := recover()
	if v == nil {
		return
	}
	logger := srv.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.Error("panic in the program's code", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
}

// cut ends a session at once: a handler that looks at its context returns, and one
// that does not is waited for.
func (srv *Server) cut(s *Session, why error) {
	s.cancel(why)
	s.mu.Lock()
	defer s.mu.Unlock()
	srv.abandon(s, why)
}

// expire ends a session whose CPE did not come back, or that has gone on for too long.
// Each POST moves the deadline, but not the timer, which is set anew here. While a handler
// runs nobody is waited for.
func (srv *Server) expire(s *Session) {
	defer srv.contain()
	ctx, cancel := context.WithDeadline(s.ctx, s.ends)
	defer cancel()
	switch {
	case s.mu.lockWhile(ctx, ctx):
		defer s.mu.Unlock()
		if left := time.Until(s.deadline); left > 0 {
			s.timer.Reset(min(left, time.Until(s.ends)))
			return
		}
		srv.abandon(s, ErrTimeout)
	case s.ctx.Err() == nil: // else it has ended, is ended, or goes on elsewhere
		srv.cut(s, session.ErrDuration)
	}
}

// abandon ends a session from outside of any exchange. One whose place in the store
// has another version goes on elsewhere, and is not told of here.
func (srv *Server) abandon(s *Session, why error) {
	if s.machine.Over() {
		return
	}
	s.machine.Fail(why)
	ours := s.taken.Load() || srv.release(s)
	srv.end(s, why)
	if ours {
		srv.tell(s, why)
	}
}

// end takes an ended session out of the table and stops what waits for it.
func (srv *Server) end(s *Session, err error) {
	srv.table.remove(s)
	if err == nil {
		err = ErrEnded
	}
	s.stop(err)
}

// tell tells the program that a session has ended, after what it is told of the
// session's exchanges.
func (srv *Server) tell(s *Session, err error) {
	s.told.last(func() { srv.told(s, err) })
}

func (srv *Server) told(s *Session, err error) {
	if srv.Logger != nil {
		srv.Logger.Info("session ended", "oui", s.Inform.DeviceID.OUI, "serial", s.Inform.DeviceID.SerialNumber, "err", err)
	}
	if srv.Ended != nil {
		srv.Ended(s, err)
	}
	if s.recorder != nil {
		s.recorder.ended(err, time.Since(s.begun))
		srv.Recorded(s, s.recorder.Recording())
	}
}

// A tale keeps a session's end from being told before its exchanges are.
type tale struct {
	mu      sync.Mutex
	running int    // exchanges that are not told of yet
	rest    func() // what is told after them
}

func (t *tale) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running++
}

// end is called when an exchange was told of.
func (t *tale) end() {
	if rest := t.due(); rest != nil {
		rest()
	}
}

// due counts an exchange off, and takes what is told after the last of them.
func (t *tale) due() (rest func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running--; t.running == 0 {
		rest, t.rest = t.rest, nil
	}
	return rest
}

// last calls f when no exchange is to be told of before.
func (t *tale) last(f func()) {
	t.mu.Lock()
	wait := t.running > 0
	if wait {
		t.rest = f
	}
	t.mu.Unlock()
	if !wait {
		f()
	}
}

// Shutdown ends all open sessions with ErrShutdown and refuses new ones with 503. It
// returns when the program was told of each end, or when ctx ends, with its error,
// as it may while a handler does not look at its own context. Use it after
// http.Server's Shutdown, which knows connections and no sessions, and waits for
// exchanges: of a session whose exchange is being told of, the end is told after that.
//
// Sessions that a Store keeps are not ended but left to the other processes, except
// those of a Script.
func (srv *Server) Shutdown(ctx context.Context) error {
	srv.closed.Store(true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, s := range srv.table.all() {
			if s.place == "" || s.pinned.Load() {
				s.cancel(ErrShutdown)
			}
		}
		for _, s := range srv.table.all() {
			srv.leave(s)
		}
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave ends a session, or leaves it to another process if it can go on there.
func (srv *Server) leave(s *Session) {
	defer srv.contain()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place == "" || s.pinned.Load() {
		s.cancel(ErrShutdown)
		srv.abandon(s, ErrShutdown)
		return
	}
	srv.drop(s, ErrShutdown)
}
