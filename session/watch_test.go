package session_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: observers. Each stands between a test and a machine, sees nothing but inputs
// and outputs, keeps its own account of the session as TR-069 section 3.7 tells it,
// and writes down each breach of it: which inputs fit, what the peer may send, and
// that the outputs are what the rules allow. The searches and the fuzz target run
// the machines behind them.

// now0 is when the observers tell a machine the time.
var now0 = time.Unix(1_000_000_000, 0)

// A watch is what both observers share.
type watch struct {
	trace    []string      // inputs and outputs
	wrong    []string      // what broke a rule
	over     bool          // Done was seen
	end      error         // its error
	out      *rpc.Envelope // our request that waits for its answer
	open     *rpc.Envelope // the peer's request that waits for ours
	ids      map[string]bool
	in       *rpc.Envelope // received last
	legal    bool          // the peer may send it
	tolerate session.Tolerance
	probe    func() // called while outputs are pending, to give inputs that must be refused
	pending  bool
}

type polled interface{ Poll() session.Output }

func (w *watch) check(ok bool, rule string) {
	if !ok {
		w.wrong = append(w.wrong, rule)
	}
}

// verdict is "" when no rule was broken.
func (w *watch) verdict() string {
	if len(w.wrong) == 0 {
		return ""
	}
	return strings.Join(w.wrong, "; ") + " in:\n" + strings.Join(w.trace, "\n")
}

// give gives an input. One that does not fit has to be refused and change nothing.
func (w *watch) give(m polled, name string, fits bool, call func() error) bool {
	w.trace = append(w.trace, name)
	if fits {
		err := call()
		w.check(err == nil, name+": an input that fits is refused")
		return err == nil
	}
	before := snapshot(m)
	err := call()
	w.check(errors.Is(err, session.ErrState), name+": an input that does not fit is taken")
	w.check(before == snapshot(m), name+": a refused input changes the machine")
	return false
}

// snapshot is all that a machine holds.
func snapshot(m polled) string {
	switch m := m.(type) {
	case *session.CPE:
		return fmt.Sprintf("%+v", *m)
	case *session.ACS:
		return fmt.Sprintf("%+v", *m)
	}
	panic("no machine")
}

// drain polls up to Wait or Done.
func (w *watch) drain(m polled, on func(session.Output)) {
	for more := true; more; {
		if w.probe != nil {
			w.pending = true
			w.probe()
			w.pending = false
		}
		o := m.Poll()
		w.trace = append(w.trace, "  "+o.Kind.String()+" "+name(o.Envelope))
		w.check(!w.over, "an output after Done")
		on(o)
		w.over = o.Kind == session.Done
		more = o.Kind == session.Result || o.Kind == session.Transmit && m.(interface{ Over() bool }).Over()
	}
	for range 2 {
		o := m.Poll()
		w.check(!w.over && o.Kind == session.Wait || w.over && o.Kind == session.Done && o.Err == w.end, "no rest after the outputs")
	}
}

// done checks what the end says. A breach, and nothing else, is the peer's fault.
func (w *watch) done(o session.Output) {
	w.end = o.Err
	peer, breach := errors.AsType[*session.PeerError](o.Err)
	w.check(breach == !w.legal, "a breach is not told from what is legal")
	if breach {
		named := w.out != nil && w.in != nil && w.in.Message != nil && rpc.Answers(w.in.Message, w.out.Message.Method())
		w.check(peer.WrongID == named, "the ID is blamed, or is not, for what is wrong")
	}
}

// request checks a request of ours.
func (w *watch) request(env *rpc.Envelope) {
	w.check(w.out == nil, "S1, S2: two requests are out")
	w.check(w.open == nil, "a request goes before an answer")
	w.check(env.HasID && !w.ids[env.ID], "S5: an ID comes twice")
	w.ids[env.ID] = true
	w.out = env
}

// answer checks an answer of ours.
func (w *watch) answer(env *rpc.Envelope) {
	if w.open == nil {
		w.check(false, "S2: an answer to nothing")
		return
	}
	w.check(env.ID == w.open.ID && env.HasID == w.open.HasID, "S5: the answer has another ID")
	w.check(rpc.Answers(env.Message, w.open.Message.Method()), "the answer is to something else")
	w.open = nil
}

// result checks an answer of the peer.
func (w *watch) result(o session.Output) {
	if w.out == nil {
		w.check(false, "a Result of nothing")
		return
	}
	w.check(o.Envelope == w.in && o.Request == w.out.Message, "the Result is not what came")
	w.out = nil
}

func (w *watch) deliver(o session.Output) {
	w.check(w.open == nil && o.Envelope == w.in && isRequest(w.in), "Deliver is not the request that came")
	w.open = o.Envelope
}

// answersOut reports whether env answers the request that is out.
func (w *watch) answersOut(env *rpc.Envelope) bool {
	return w.out != nil && env != nil && env.Message != nil &&
		rpc.Answers(env.Message, w.out.Message.Method()) &&
		(env.HasID && env.ID == w.out.ID || w.tolerate&session.MissingID != 0 && (!env.HasID || env.ID == ""))
}

func isRequest(env *rpc.Envelope) bool {
	return env != nil && env.Message != nil && !rpc.IsResponse(env.Message)
}

func isInform(env *rpc.Envelope) bool {
	if env == nil {
		return false
	}
	_, ok := env.Message.(*rpc.Inform)
	return ok
}

// code is the code of a fault; ok is false for anything else.
func code(env *rpc.Envelope) (c rpc.FaultCode, ok bool) {
	if env == nil {
		return 0, false
	}
	if f, ok := env.Message.(*rpc.Fault); ok {
		return f.FaultCode, true
	}
	return 0, false
}

func name(env *rpc.Envelope) string {
	if env == nil {
		return "(empty)"
	}
	s := "(none)"
	if c, fault := code(env); fault {
		s = fmt.Sprint(uint32(c))
	} else if env.Message != nil {
		s = env.Message.Method()
	}
	s += " " + env.ID
	if env.HoldRequests {
		s += " hold"
	}
	return s
}

// quietly runs f without probes.
func (w *watch) quietly(f func()) {
	probe := w.probe
	w.probe = nil
	f()
	w.probe = probe
}
