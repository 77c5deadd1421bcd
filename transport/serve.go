package transport

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: which session a POST belongs to, and the drive loop of the ACS machine.

// session finds or opens the session of a POST, which was s when its header came. It
// returns nil when it has answered already.
func (x *serving) session(principal string, s *Session, env *rpc.Envelope, err error) *Session {
	if env != nil && env.Message != nil {
		if inform, ok := env.Message.(*rpc.Inform); ok {
			return x.open(principal, inform, env, err)
		}
	}
	if s != nil && s.ctx.Err() != nil { // it has ended while the body came
		s = x.belongs(principal)
	}
	switch {
	case s != nil:
		return s
	case x.trouble != "":
		x.busy(x.trouble)
	case err == nil && env == nil:
		x.answer(nil) // the surplus empty POST of a session that is over
	default:
		x.protest(env, err, reasonFor(err))
	}
	return nil
}

// statusFor is the status for what belongs to no session, or ends one.
func statusFor(err error) int {
	if errors.Is(err, ErrTooLong) || errors.Is(err, ErrRatio) || errors.Is(err, soap.ErrLimit) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

func reasonFor(err error) string {
	if err == nil {
		return "no session"
	}
	return "no session, and " + err.Error()
}

// lookup finds a session by its cookie, for its own principal only.
func (x *serving) lookup(principal string) *Session {
	for key := range cookiesOf(x.r.Header) {
		if s := x.find(key, principal); s != nil {
			return s
		}
	}
	return nil
}

// belongs finds the session of a POST: by its cookie, or, if it has none of ours, by
// the connection.
func (x *serving) belongs(principal string) *Session {
	for range cookiesOf(x.r.Header) {
		return x.lookup(principal)
	}
	return x.find(x.carried(), principal)
}

// find finds a session by its key, for its own principal only.
func (x *serving) find(key, principal string) *Session {
	if x.srv.Store != nil {
		return x.stored(key, principal)
	}
	s := x.srv.table.find(key)
	if s == nil && len(key) == localKeySize && key[idSize:] != x.srv.name() {
		x.later("the session is another process's")
	}
	if s == nil || s.Principal != principal {
		return nil
	}
	return s
}

// later notes why the POST may do better at another time, or elsewhere.
func (x *serving) later(why string) { x.trouble = why }

// open opens a session for an Inform, under a new cookie.
func (x *serving) open(principal string, inform *rpc.Inform, env *rpc.Envelope, err error) *Session {
	switch {
	case err != nil:
		x.fault(env, rpc.NewFault(rpc.FaultACSInvalidArguments, err.Error()))
		return nil
	case inform.DeviceID.OUI == "" && inform.DeviceID.SerialNumber == "":
		x.fault(env, rpc.NewFault(rpc.FaultACSInvalidArguments, "no DeviceId"))
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
	return x.begin(x.srv.newSession(principal, env, x.document))
}

// begin finds room for a new session.
func (x *serving) begin(s *Session) *Session {
	old, ok := x.srv.table.add(s, most(x.srv.MaxSessions))
	switch {
	case !ok:
		s.stop(ErrEnded)
		x.busy("too many sessions")
		return nil
	case s.place != "":
		if !x.occupy(s, old) {
			x.srv.drop(s, ErrEnded)
			x.busy(x.trouble)
			return nil
		}
	case old != nil:
		x.srv.supersede(old)
	}
	x.carry(s)
	x.w.Header().Add("Set-Cookie", setCookie(s.key, x.r.TLS != nil))
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

// converse gives a message to its session and answers with what comes of it.
func (x *serving) converse(s *Session, env *rpc.Envelope, bad error) {
	s.told.begin()
	x.counted = s
	if x.broke(bad) || !s.mu.lockWhile(s.ctx, x.r.Context()) {
		if s.ctx.Err() != nil {
			x.e.Session = nil
		}
		x.protest(env, nil, "the session has ended")
		return
	}
	defer s.mu.Unlock()
	if !x.claim(s) {
		return
	}
	returned := false
	defer func() {
		switch {
		case s.machine.Over():
		case !returned:
			x.e.Err = errPanic
			s.machine.Fail(errPanic)
			x.over(s, errPanic)
		default:
			now := time.Now()
			s.deadline = now.Add(s.wait)
			if !x.shown() { // the response goes out at once
				x.out.now = now
			}
		}
	}()
	if bad != nil && !isRequest(env) {
		s.machine.Fail(bad)
	} else if err := s.machine.Receive(env); err != nil {
		s.machine.Fail(err) // not while each exchange ends at rest, as drive sees to
	}
	x.drive(s, env, bad)
	x.keep(s)
	returned = true
}

// broke reports whether a message is bad because its connection broke. It is none then,
// and may come again.
func (x *serving) broke(bad error) bool { return bad != nil && x.r.Context().Err() != nil }

// errPanic is how a session ends whose handler panicked.
var errPanic = errors.New("transport: the handler panicked")

// drive is the loop of package session's doc.
func (x *serving) drive(s *Session, env *rpc.Envelope, bad error) {
	for o := range s.machine.Outputs() {
		x.note(s)
		switch o.Kind {
		case session.Deliver:
			answer := x.reply(s, o.Envelope.Message, bad)
			s.held()
			if fault, ok := answer.(*rpc.Fault); ok && isInform(o.Envelope.Message) {
				s.again.Store(errors.Is(fault, rpc.FaultACSRetryRequest))
			}
			if err := s.machine.Reply(answer); err != nil {
				s.machine.Fail(err) // not while reply makes answers that fit
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

// over ends a session; the program is told of it after this exchange.
func (x *serving) over(s *Session, err error) {
	x.srv.release(s)
	x.srv.end(s, err)
	x.srv.tell(s, err)
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
		x.protest(env, err, err.Error())
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
	ctx := x.context(s)
	defer ctx.end()
	return x.srv.Handler.Turn(ctx, s, in)
}

func (x *serving) context(s *Session) *turnContext {
	return &turnContext{request: x.r.Context(), session: s.ctx}
}

// reply makes the answer to a request of the CPE.
func (x *serving) reply(s *Session, request rpc.Message, bad error) rpc.Message {
	if bad != nil {
		return rpc.NewFault(rpc.FaultACSInvalidArguments, bad.Error())
	}
	if x.srv.Answer != nil {
		ctx := x.context(s)
		defer ctx.end()
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

// protest refuses a message: a request with a fault, because there is SOAP to answer,
// and so what has a fault of SOAP's own; anything else with a bare status.
func (x *serving) protest(env *rpc.Envelope, err error, why string) {
	soaps, ok := errors.AsType[*rpc.Fault](err)
	switch {
	case isRequest(env):
		x.fault(env, rpc.NewFault(rpc.FaultACSInvalidArguments, why))
	case env != nil && ok:
		x.fault(env, soaps)
	default:
		x.refuse(statusFor(err), why)
	}
}

// fault answers a request with a fault outside of any session.
func (x *serving) fault(env *rpc.Envelope, fault *rpc.Fault) {
	x.answer(&rpc.Envelope{ID: env.ID, HasID: env.HasID, Version: env.Version, Message: fault})
	x.log(slog.LevelInfo, "refused", "fault", uint32(fault.FaultCode), "why", fault.FaultString)
}

func isRequest(env *rpc.Envelope) bool {
	return env != nil && env.Message != nil && !rpc.IsResponse(env.Message)
}
