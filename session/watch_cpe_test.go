package session_test

import (
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: the observer of a CPE. TR-069 sections 3.7.1.2 to 3.7.1.6.

type cpeWatch struct {
	watch
	m        *session.CPE
	started  bool
	informed bool          // InformResponse came
	posted   bool          // an HTTP request is out
	hold     bool          // HoldRequests of the last response
	yielded  bool          // an empty POST went out while not held
	queue    []rpc.Message // requests to send, not sent yet
	again    *rpc.Envelope // to be repeated
	repeats  int           // of the request that is out
	posts    []*rpc.Envelope
}

func watchCPE(cfg session.Config) *cpeWatch {
	return &cpeWatch{m: session.NewCPE(cfg), watch: watch{ids: map[string]bool{}, legal: true, tolerate: cfg.Tolerate}}
}

// idle reports whether an input may come at all.
func (w *cpeWatch) idle() bool { return !w.over && !w.pending }

func (w *cpeWatch) start() {
	fits := w.idle() && !w.started
	if w.give(w.m, "start", fits, func() error { return w.m.Start(&rpc.Inform{}) }) {
		w.started = true
		w.settle()
	}
}

func (w *cpeWatch) send(msg rpc.Message) {
	_, inform := msg.(*rpc.Inform)
	fits := !w.over && msg != nil && !rpc.IsResponse(msg) && !inform
	if w.give(w.m, "send", fits, func() error { return w.m.Send(msg) }) {
		w.queue = append(w.queue, msg)
	}
}

func (w *cpeWatch) receive(env *rpc.Envelope) {
	fits := w.idle() && w.posted
	if !w.give(w.m, "receive "+name(env), fits, func() error { return w.m.Receive(env) }) {
		return
	}
	w.posted, w.in = false, env
	w.hold = env != nil && env.HoldRequests
	switch {
	case w.out != nil:
		w.legal = w.answersOut(env)
	default:
		w.legal = env == nil || isRequest(env)
	}
	if c, fault := code(env); w.legal && fault && c == rpc.FaultACSRetryRequest && w.repeats < 5 {
		w.repeats++
		w.again, w.out = w.out, nil
		delete(w.ids, w.again.ID)
	}
	w.settle()
}

func (w *cpeWatch) reply(msg rpc.Message) {
	fits := w.idle() && w.open != nil && msg != nil && rpc.Answers(msg, w.open.Message.Method())
	if w.give(w.m, "reply", fits, func() error { return w.m.Reply(msg) }) {
		w.settle()
	}
}

func (w *cpeWatch) fail(err error) {
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

func (w *cpeWatch) settle() {
	w.drain(w.m, w.output)
	w.check(w.over || w.posted || w.open != nil, "L1: nothing to wait for")
	w.check(w.over == w.m.Over(), "Over does not say what Done did")
	w.unsent()
}

func (w *cpeWatch) output(o session.Output) {
	switch o.Kind {
	case session.Transmit:
		w.transmit(o.Envelope)
	case session.Deliver:
		w.check(w.legal && w.informed, "a breach is delivered")
		w.deliver(o)
	case session.Result:
		w.check(w.legal, "a breach is a Result")
		c, fault := code(w.in)
		w.informed = w.informed || isInform(w.out) && !fault
		if fault && c == rpc.FaultACSRetryRequest { // the sixth: not answered after all
			w.again = w.out
		}
		w.result(o)
		w.repeats = 0
	case session.Done:
		w.done(o)
		if o.Err == nil {
			w.check(w.out == nil && w.again == nil && w.open == nil && w.yielded && w.in == nil, "S8: a good end too soon")
		}
	default:
		w.check(false, "a CPE has no "+o.Kind.String())
	}
}

// transmit checks a POST: S1, S4, S6, S41 and the order of section 3.7.1.3.
func (w *cpeWatch) transmit(env *rpc.Envelope) {
	w.check(w.legal, "a breach is answered")
	w.check(!w.posted, "S1: two POSTs are out")
	w.posted = true
	w.posts = append(w.posts, env)
	w.check(env == nil || !env.HoldRequests, "a CPE holds")
	speak := !w.hold && !w.yielded && (w.again != nil || len(w.queue) > 0)
	switch {
	case env == nil:
		w.check(w.informed && w.open == nil && w.out == nil, "an empty POST instead of what is due")
		w.check(!speak, "an empty POST before a request")
		w.check(!w.yielded || w.in != nil, "S8: a good end missed")
		w.yielded = w.yielded || !w.hold
	case !isRequest(env):
		w.answer(env)
	case isInform(env):
		w.check(!w.informed, "S4: an Inform later than first")
		w.check(w.again == nil || w.again == env, "the Inform is not repeated as it was")
		w.request(env)
		w.again = nil
	default:
		w.check(w.informed, "S4: a request before InformResponse")
		w.check(!w.hold, "S6: a request under hold")
		w.check(!w.yielded, "S41: a request after the yield")
		w.next(env)
		w.request(env)
	}
}

// next checks which request it is.
func (w *cpeWatch) next(env *rpc.Envelope) {
	switch {
	case w.again != nil:
		w.check(w.again == env, "3.7.1.6: another request than the one to repeat")
		w.again = nil
	case len(w.queue) == 0:
		w.check(false, "a request that nobody made")
	default:
		w.check(w.queue[0] == env.Message, "requests out of order")
		w.queue = w.queue[1:]
	}
}

// unsent checks what is left for the next session.
func (w *cpeWatch) unsent() {
	var want []rpc.Message
	for _, env := range []*rpc.Envelope{w.out, w.again} {
		if env != nil && !isInform(env) {
			want = append(want, env.Message)
		}
	}
	want = append(want, w.queue...)
	got := w.m.Unsent()
	same := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		same = same && got[i] == want[i]
	}
	w.check(same, "Unsent is not what was not answered")
}

// expire lets the machine's deadlines pass until it is over, which takes no more than one.
func (w *cpeWatch) expire() {
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
