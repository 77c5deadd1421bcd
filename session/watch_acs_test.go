package session_test

import (
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: the observer of an ACS. TR-069 section 3.7.2.

type acsWatch struct {
	watch
	m        *session.ACS
	informed bool // InformResponse went out
	owes     bool // an HTTP request waits for its response
	floor    bool // Floor was put out
	want     bool // what Hold said last
	held     bool // HoldRequests of the last response
	yielded  bool // an empty POST came while not held
	answers  []*rpc.Envelope
}

func watchACS(cfg session.Config) *acsWatch {
	return &acsWatch{m: session.NewACS(cfg), watch: watch{ids: map[string]bool{}, legal: true, tolerate: cfg.Tolerate}}
}

func (w *acsWatch) idle() bool { return !w.over && !w.pending }

func (w *acsWatch) receive(env *rpc.Envelope) {
	if w.over && w.end == nil && env == nil && w.m.Receive(nil) == nil { // surplus
		w.check(w.m.Poll() == session.Output{Kind: session.Transmit}, "a surplus empty POST is not answered empty")
		w.check(w.m.Poll() == session.Output{Kind: session.Done}, "no rest after a surplus empty POST")
		return
	}
	fits := w.idle() && !w.owes
	if !w.give(w.m, "receive "+name(env), fits, func() error { return w.m.Receive(env) }) {
		return
	}
	w.owes, w.in = true, env
	switch {
	case !w.informed:
		w.legal = isInform(env)
	case w.out != nil:
		w.legal = w.answersOut(env)
	default:
		w.legal = env == nil || isRequest(env) && !isInform(env) && (!w.held || w.tolerate&session.HeldRequest != 0)
	}
	w.yielded = w.yielded || w.legal && env == nil && !w.held
	w.settle()
}

func (w *acsWatch) reply(msg rpc.Message) {
	fits := w.idle() && w.open != nil && msg != nil && rpc.Answers(msg, w.open.Message.Method())
	if w.give(w.m, "reply", fits, func() error { return w.m.Reply(msg) }) {
		w.settle()
	}
}

func (w *acsWatch) send(msg rpc.Message) {
	fits := w.idle() && w.floor && msg != nil && !rpc.IsResponse(msg)
	if w.give(w.m, "send", fits, func() error { return w.m.Send(msg) }) {
		w.floor = false
		w.settle()
	}
}

func (w *acsWatch) yield() {
	if w.give(w.m, "yield", w.idle() && w.floor, w.m.Yield) {
		w.floor, w.want = false, false
		w.settle()
	}
}

func (w *acsWatch) setHold(on bool) {
	w.trace = append(w.trace, "hold")
	w.m.Hold(on)
	w.want = on
}

func (w *acsWatch) fail(err error) {
	before := w.over
	w.trace = append(w.trace, "fail")
	w.m.Fail(err)
	if before {
		w.check(w.m.Poll().Err == w.end, "Fail after Done changes the end")
		return
	}
	w.legal = true
	w.settle()
	w.check(w.over && w.end == err, "Fail does not end the session with its error")
}

func (w *acsWatch) settle() {
	w.drain(w.m, w.output)
	w.check(w.over || !w.owes || w.open != nil || w.floor, "L1: a POST without an answer")
	w.check(w.over == w.m.Over(), "Over does not say what Done did")
}

func (w *acsWatch) output(o session.Output) {
	switch o.Kind {
	case session.Transmit:
		w.transmit(o.Envelope)
	case session.Deliver:
		w.check(w.legal && isInform(o.Envelope) == !w.informed, "a breach is delivered")
		w.deliver(o)
	case session.Result:
		w.check(w.legal, "a breach is a Result")
		w.result(o)
	case session.Floor:
		w.check(w.open == nil && w.out == nil && w.owes && !w.floor, "Floor out of turn")
		w.check(w.in == nil || !isRequest(w.in), "S42: Floor after a request of the CPE")
		w.floor = true
	case session.Done:
		w.done(o)
		if o.Err == nil {
			last := w.answers[len(w.answers)-1]
			w.check(w.informed && w.yielded && last == nil && w.out == nil && w.open == nil && !w.owes, "S8: a good end too soon")
		}
	default:
		w.check(false, "an ACS has no "+o.Kind.String())
	}
}

// transmit checks an HTTP response: S2, S5, S7, S42.
func (w *acsWatch) transmit(env *rpc.Envelope) {
	w.check(w.legal, "a breach is answered")
	w.check(w.owes, "an HTTP response to nothing")
	w.owes = false
	w.answers = append(w.answers, env)
	w.held = env != nil && env.HoldRequests
	w.check(env == nil || w.held == w.want, "S7: the header does not say what Hold said")
	fault, refused := code(env)
	switch {
	case env == nil:
		w.check(w.open == nil && w.out == nil && w.informed, "an empty response instead of what is due")
		w.check(!w.yielded || w.m.Over(), "a good end missed")
	case isRequest(env):
		w.check(w.informed && (w.in == nil || !isRequest(w.in)), "S42: a request out of turn")
		w.request(env)
	default:
		first := isInform(w.open)
		w.answer(env)
		w.informed = w.informed || first && !refused
		if first && refused {
			w.check(w.m.Over() == (fault != rpc.FaultACSRetryRequest), "a fault to the Inform does not end the session, or 8005 does")
		}
	}
}

// expire lets the machine's deadlines pass until it is over, which takes no more than one.
func (w *acsWatch) expire() {
	w.trace = append(w.trace, "expire")
	w.m.HandleTimeout(now0)
	at, ok := w.m.Deadline()
	w.check(ok == !w.over, "S36: no deadline before the end, or one after it")
	if !ok {
		return
	}
	w.check(at.Sub(now0) <= 10*time.Minute, "L2: a deadline that is too late")
	w.legal = true
	w.m.HandleTimeout(at)
	w.settle()
	w.check(w.over && (w.end == session.ErrTimeout || w.end == session.ErrDuration), "L2: no end at the deadline")
}
