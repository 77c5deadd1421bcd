package transport

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: which session a POST belongs to, and the drive loop of the ACS machine.

// cookieName is the session cookie's: short, and a token.
const cookieName = "cwmp"

// session finds or opens the session of a POST. It returns nil when it has
// answered already.
func (x *serving) session(principal string, env *rpc.Envelope, err error) *Session {
	if env != nil && env.Message != nil {
		if inform, ok := env.Message.(*rpc.Inform); ok {
			return x.open(principal, inform, env, err)
		}
	}
	s := x.lookup(principal)
	switch {
	case s != nil:
		return s
	case err == nil && env == nil:
		x.answer(nil) // the surplus empty POST of a session that is over
	default:
		x.protest(env, http.StatusBadRequest, "no session")
	}
	return nil
}

// lookup finds a session by its cookie, for its own principal only.
func (x *serving) lookup(principal string) *Session {
	for _, c := range x.r.CookiesNamed(cookieName) {
		if s := x.srv.table.find(c.Value); s != nil && s.Principal == principal {
			return s
		}
	}
	return nil
}

// open opens a session for an Inform, under a new cookie.
func (x *serving) open(principal string, inform *rpc.Inform, env *rpc.Envelope, err error) *Session {
	switch {
	case err != nil:
		x.fault(env, faultFor(err, rpc.FaultACSInvalidArguments))
		return nil
	case !x.srv.allowed(principal, inform.DeviceID):
		x.refuse(http.StatusForbidden, "this principal is not this device's")
		return nil
	case x.srv.closed.Load():
		x.busy("shut down")
		return nil
	}
	if s := x.lookup(principal); s != nil && x.repeats(s, inform) {
		return s
	}
	s := x.srv.newSession(principal, env)
	old, ok := x.srv.table.add(s, x.srv.maxSessions())
	if !ok {
		s.stop(ErrEnded)
		x.busy("too many sessions")
		return nil
	}
	if old != nil {
		x.srv.supersede(old)
	}
	http.SetCookie(x.w, &http.Cookie{
		Name: cookieName, Value: s.key, Path: "/", HttpOnly: true, Secure: x.r.TLS != nil,
	})
	return s
}

// repeats reports whether an Inform is the one that the session has asked for again,
// by fault 8005 (TR-069 section 3.7.1.6).
func (x *serving) repeats(s *Session, inform *rpc.Inform) bool {
	same := ownerOf(s.Inform.DeviceID, s.Principal) == ownerOf(inform.DeviceID, s.Principal)
	return same && s.again.CompareAndSwap(true, false)
}

// busy refuses a session for now.
func (x *serving) busy(why string) {
	x.w.Header().Set("Retry-After", retryAfter)
	x.refuse(http.StatusServiceUnavailable, why)
}

// allowed reports whether the principal may speak for the device.
func (srv *Server) allowed(principal string, id rpc.DeviceID) bool {
	if srv.Authenticator == nil {
		return true
	}
	principals := srv.Principals
	if principals == nil {
		principals = StandardPrincipals
	}
	return slices.Contains(principals(id), principal)
}

func (srv *Server) newSession(principal string, env *rpc.Envelope) *Session {
	s := &Session{
		Inform: env.Message.(*rpc.Inform), Principal: principal,
		key:     rand.Text(), // 128 bits and more
		mu:      make(lock, 1),
		machine: session.NewACS(session.Config{IDPrefix: "acs-", Tolerate: session.MissingID | session.HeldRequest}),
		wait:    srv.waitFor(env),
	}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.deadline = time.Now().Add(s.wait)
	s.timer = time.AfterFunc(s.wait, func() { srv.expire(s) })
	s.last = time.AfterFunc(orElse(srv.MaxDuration, maxDuration), func() { srv.cut(s, session.ErrDuration) })
	return s
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
	s.last.Stop()
	s.cancel(cause)
}

// supersede ends a session whose device has come with a new Inform. The new one
// does not wait for a handler of the old one that still runs.
func (srv *Server) supersede(old *Session) {
	old.cancel(ErrSuperseded)
	go srv.cut(old, ErrSuperseded)
}

// cut ends a session at once: a handler that looks at its context returns, and one
// that does not is waited for.
func (srv *Server) cut(s *Session, why error) {
	s.cancel(why)
	s.mu.Lock()
	defer s.mu.Unlock()
	srv.abandon(s, why)
}

// expire ends a session whose CPE did not come back. A POST that came just
// before the timer has moved the deadline meanwhile.
func (srv *Server) expire(s *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !time.Now().Before(s.deadline) {
		srv.abandon(s, ErrTimeout)
	}
}

// abandon ends a session from outside of any exchange.
func (srv *Server) abandon(s *Session, why error) {
	if !s.machine.Over() {
		s.machine.Fail(why)
		srv.end(s, why)
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

// tell tells the program that a session has ended.
func (srv *Server) tell(s *Session, err error) {
	if srv.Logger != nil {
		srv.Logger.Info("session ended", "oui", s.Inform.DeviceID.OUI, "serial", s.Inform.DeviceID.SerialNumber, "err", err)
	}
	if srv.Ended != nil {
		srv.Ended(s, err)
	}
}

func (srv *Server) maxSessions() int {
	if srv.MaxSessions <= 0 {
		return defaultMaxSessions
	}
	return srv.MaxSessions
}

// converse gives a message to its session and answers with what comes of it.
func (x *serving) converse(s *Session, env *rpc.Envelope, bad error) {
	if !s.mu.lockWhile(s.ctx, x.r.Context()) {
		x.protest(env, http.StatusBadRequest, "the session has ended")
		return
	}
	defer s.mu.Unlock()
	s.timer.Stop()
	returned := false
	defer func() {
		switch {
		case s.machine.Over():
		case !returned:
			x.e.Err = errPanic
			s.machine.Fail(errPanic)
			x.over(s, errPanic)
		default:
			s.deadline = time.Now().Add(s.wait)
			s.timer.Reset(s.wait)
		}
	}()
	if bad != nil && !isRequest(env) {
		s.machine.Fail(bad)
	} else if err := s.machine.Receive(env); err != nil {
		s.machine.Fail(err)
	}
	x.drive(s, env, bad)
	returned = true
}

// errPanic is how a session ends whose handler panicked.
var errPanic = errors.New("transport: the handler panicked")

// drive is the loop of package session's doc.
func (x *serving) drive(s *Session, env *rpc.Envelope, bad error) {
	for o := range s.machine.Outputs() {
		switch o.Kind {
		case session.Deliver:
			answer := x.reply(s, o.Envelope.Message, bad)
			s.held()
			if fault, ok := answer.(*rpc.Fault); ok && isInform(o.Envelope.Message) {
				s.again.Store(errors.Is(fault, rpc.FaultACSRetryRequest))
			}
			if err := s.machine.Reply(answer); err != nil {
				s.machine.Fail(err)
			}
		case session.Result:
			s.answer = o.Envelope.Message
		case session.Floor:
			x.turn(s)
		case session.Transmit:
			x.answer(o.Envelope)
			if x.e.Err != nil {
				s.machine.Fail(x.e.Err)
			}
		case session.Done:
			x.over(s, o.Err)
			x.close(env, o.Err)
		}
	}
}

// over ends a session; the program is told when this exchange is over too.
func (x *serving) over(s *Session, err error) {
	x.srv.end(s, err)
	x.ended = func() { x.srv.tell(s, err) }
}

func isInform(m rpc.Message) bool {
	_, ok := m.(*rpc.Inform)
	return ok
}

// close answers the message that ended the session, if nothing has: what the
// peer may not say is refused, what the program could not do is not the peer's
// business and ends the session with an empty response.
func (x *serving) close(env *rpc.Envelope, err error) {
	switch {
	case x.e.Status != 0:
	case x.failed != nil:
		x.answer(nil)
	default:
		x.protest(env, http.StatusBadRequest, err.Error())
	}
}

// turn asks the handler for our next request.
func (x *serving) turn(s *Session) {
	in := s.answer
	s.answer = nil
	out, err := x.next(s, in)
	s.held()
	switch {
	case err != nil:
		x.failed = err
		s.machine.Fail(err)
	case out == nil:
		err = s.machine.Yield()
	default:
		err = s.machine.Send(out)
	}
	if err != nil && x.failed == nil {
		x.failed = err
		s.machine.Fail(err)
	}
}

// next calls the handler, with a context that ends with the request and with the
// session.
func (x *serving) next(s *Session, in rpc.Message) (rpc.Message, error) {
	if x.srv.Handler == nil {
		return nil, nil
	}
	ctx, cancel := x.context(s)
	defer cancel()
	return x.srv.Handler.Turn(ctx, s, in)
}

func (x *serving) context(s *Session) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(x.r.Context())
	stop := context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })
	return ctx, func() { stop(); cancel(nil) }
}

// reply makes the answer to a request of the CPE.
func (x *serving) reply(s *Session, request rpc.Message, bad error) rpc.Message {
	if bad != nil {
		return faultFor(bad, rpc.FaultACSInvalidArguments)
	}
	if x.srv.Answer != nil {
		ctx, cancel := x.context(s)
		defer cancel()
		answer, err := x.srv.Answer(ctx, s, request)
		switch {
		case err != nil:
			return rpc.AsFault(err, rpc.FaultACSInternalError)
		case answer != nil && !rpc.Answers(answer, request.Method()):
			return rpc.NewFault(rpc.FaultACSInternalError, "")
		case answer != nil:
			return answer
		}
	}
	return x.srv.standardAnswer(request)
}

// faultFor is the fault that answers a request with something bad in it: the one
// that the error itself is, such as SOAP's MustUnderstand, or one of the code.
func faultFor(bad error, code rpc.FaultCode) *rpc.Fault {
	if f, ok := errors.AsType[*rpc.Fault](bad); ok {
		return f
	}
	return rpc.NewFault(code, bad.Error())
}

// standardAnswer is what an ACS answers that knows nothing more.
func (srv *Server) standardAnswer(request rpc.Message) rpc.Message {
	switch request.(type) {
	case *rpc.Inform:
		return &rpc.InformResponse{}
	case *rpc.TransferComplete:
		return &rpc.TransferCompleteResponse{}
	case *rpc.GetRPCMethods:
		return &rpc.GetRPCMethodsResponse{MethodList: srv.methods()}
	default:
		return rpc.NewFault(rpc.FaultACSMethodNotSupported, "")
	}
}

// methods are the requests that an ACS answers: all that the registry has when the
// program answers, otherwise those that have a standard answer.
func (srv *Server) methods() []string {
	if srv.Answer != nil {
		return srv.Config.Registry.Methods(rpc.ToACS)
	}
	return []string{"GetRPCMethods", "Inform", "TransferComplete"}
}

// protest refuses a message: a request with a fault, because there is SOAP to
// answer, anything else with a bare status.
func (x *serving) protest(env *rpc.Envelope, status int, why string) {
	if isRequest(env) {
		x.fault(env, rpc.NewFault(rpc.FaultACSInvalidArguments, why))
		return
	}
	x.refuse(status, why)
}

// fault answers a request with a fault outside of any session.
func (x *serving) fault(env *rpc.Envelope, fault *rpc.Fault) {
	x.answer(&rpc.Envelope{ID: env.ID, HasID: env.HasID, Version: env.Version, Message: fault})
	x.log(slog.LevelInfo, "refused", "fault", uint32(fault.Code), "why", fault.Text)
}

func isRequest(env *rpc.Envelope) bool {
	return env != nil && env.Message != nil && !rpc.IsResponse(env.Message)
}
