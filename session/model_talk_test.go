package session

import (
	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what the model remembers of the turns in a session, to judge them: section 3.7
// once more, as an account of the messages that each end has sent and received.

// A cpeTalk is the account of a CPE's session.
type cpeTalk struct {
	informed bool               // InformResponse came
	hold     bool               // of the last response
	yielded  bool               // an empty POST went out while not held
	empty    bool               // the last response was empty
	out      *rpc.Envelope      // our request without an answer
	again    *rpc.Envelope      // to be repeated
	repeats  uint8              // of it
	ids      uint8              // how many requests were made, as a check on IDs
	open     *rpc.Envelope      // the ACS's request without an answer
	posted   bool               // a POST is out
	late     bool               // a request was queued after the yield
	accepted [maxTransfers]bool // a Download was answered with Status 1
	list     [numEvents]uint8   // what the Inform listed
	version  rpc.Version        // agreed; 0 before
	// challenged: the server that the CPE posts to has asked for credentials.
	challenged bool
}

// An acsTalk is the account of an ACS's session.
type acsTalk struct {
	informed bool  // InformResponse went out
	hold     bool  // of the last response
	yielded  bool  // an empty POST came while not held
	owes     bool  // a POST has no response yet
	again    bool  // the last answer was 8005
	refused  uint8 // how often the request that comes again was answered so
	last     bool  // the last POST was empty or an answer: our turn
	out      *rpc.Envelope
	open     *rpc.Envelope
	version  rpc.Version
}

type talk struct {
	cpe cpeTalk
	acs acsTalk
}

func isAsk(env *rpc.Envelope) bool { return env != nil && isRequest(env.Message) }

// cpeSends judges a POST.
func (w *world) cpeSends(env *rpc.Envelope) {
	t := &w.talk.cpe
	w.check(!t.posted, "S1: two POSTs are out")
	t.posted = true
	w.check(env == nil || t.version == 0 || env.Version == t.version, "S29: another version than the one agreed")
	switch {
	case env == nil:
		w.check(t.informed && t.open == nil && t.out == nil, "S4: an empty POST before InformResponse, or instead of an answer")
		w.check(!t.yielded || !t.empty, "S8: a session goes on that has ended")
		t.yielded = t.yielded || !t.hold
	case !isAsk(env):
		w.check(t.open != nil, "S2: an answer to nothing")
		if t.open != nil {
			w.check(env.ID == t.open.ID && env.HasID == t.open.HasID, "S5: the answer has another ID")
			w.check(rpc.Answers(env.Message, t.open.Message.Method()), "S2: the answer is to something else")
		}
		t.open = nil
	default:
		w.cpeAsks(env)
	}
}

// cpeAsks judges a request of the CPE.
func (w *world) cpeAsks(env *rpc.Envelope) {
	t := &w.talk.cpe
	w.check(t.open == nil, "S2: a request goes before an answer")
	w.check(t.out == nil, "S1: two requests are out")
	if t.again != nil {
		w.check(idOf(env) == idOf(t.again), "3.7.1.6: another request than the one to repeat")
		w.check(t.repeats <= maxRetry, "L2: a request is repeated without end")
		t.again = nil
	} else {
		w.check(int(t.ids) < int(w.cpe.nextID), "S5: an ID comes twice")
		t.ids = uint8(w.cpe.nextID)
	}
	t.out = env
	if isInform(env.Message) {
		w.check(!t.informed, "S4: an Inform later than first")
		return
	}
	w.check(t.informed, "S4: a request before InformResponse")
	w.check(!t.hold, "S6: a request under hold")
	w.check(!t.yielded, "S41: a request after the yield")
	if r, ok := env.Message.(*rpc.TransferComplete); ok {
		k := transferOf(r.CommandKey)
		w.check(t.accepted[k] || t.list[evTransfer] > 0 && t.list[evDownload1+k] > 0, "S15: a TransferComplete whose event the Inform did not list")
	}
}

// cpeReceives notes a response.
func (w *world) cpeReceives(env *rpc.Envelope) {
	t := &w.talk.cpe
	t.posted = false
	t.empty = env == nil
	t.hold = env != nil && env.HoldRequests
	if env == nil || isAsk(env) {
		return
	}
	if _, ok := env.Message.(*rpc.InformResponse); ok {
		t.version = env.Version
		if env.UseCWMPVersion != "" {
			t.version = rpc.ParseVersion(env.UseCWMPVersion)
		}
	}
	if f, ok := env.Message.(*rpc.Fault); ok && f.FaultCode == rpc.FaultACSRetryRequest && t.out != nil {
		t.repeats++
		t.again, t.out = t.out, nil
	}
}

// cpeGets judges a request that the CPE's program gets.
func (w *world) cpeGets(o Output) {
	t := &w.talk.cpe
	w.check(t.informed && t.out == nil && t.open == nil, "S2: a request comes out of turn")
	t.open = o.Envelope
	for i, n := range w.sc.tasks {
		if d, ok := o.Envelope.Message.(*rpc.Download); ok && n > 0 && transferOf(d.CommandKey) == n-1 {
			w.check(w.tasks[i] != taskNew, "S30: a request leaves before it is stored as sent")
		}
	}
}

// cpeResult judges an answer that the CPE's program gets.
func (w *world) cpeResult(o Output) {
	t := &w.talk.cpe
	if t.repeats > maxRetry { // it gives up
		t.out, t.again = t.again, nil
	}
	if t.out == nil {
		w.fail("S5: a Result of nothing")
		return
	}
	w.check(o.Envelope.ID == t.out.ID && o.Request == t.out.Message, "S5: the Result is of another request")
	_, fault := o.Envelope.Message.(*rpc.Fault)
	t.informed = t.informed || isInform(t.out.Message) && !fault
	t.out, t.repeats = nil, 0
}

// cpeDone judges the end.
func (w *world) cpeDone(err error) {
	t := &w.talk.cpe
	w.check(err != errModelRequest, "S25: a connection request ends a session")
	if err != nil {
		return
	}
	w.check(t.informed && t.yielded && t.empty && t.out == nil && t.again == nil && t.open == nil &&
		(len(w.cpe.Unsent()) == 0 || t.late), "S8: a session succeeds too soon")
	w.check(w.acs == nil || w.aEpoch != w.epoch, "S8: the CPE's session succeeds while the ACS's goes on")
}

// acsReceives notes a POST.
func (w *world) acsReceives(env *rpc.Envelope) {
	t := &w.talk.acs
	t.owes = true
	t.last = !isAsk(env)
	t.yielded = t.yielded || env == nil && !t.hold
}

// acsSends judges a response.
func (w *world) acsSends(env *rpc.Envelope) {
	t := &w.talk.acs
	w.check(t.owes, "S1: a response to nothing")
	t.owes = false
	t.hold = env != nil && env.HoldRequests
	switch {
	case env == nil:
		w.check(t.informed && t.open == nil && t.out == nil, "S2: an empty response instead of what is due")
	case isAsk(env):
		w.check(t.informed, "S4: a request before InformResponse")
		w.check(t.out == nil, "S2: two requests are out")
		w.check(t.last, "S42: a request out of turn")
		t.out = env
	default:
		if t.open == nil {
			w.fail("S2: an answer to nothing")
			return
		}
		w.check(env.ID == t.open.ID && env.HasID == t.open.HasID, "S5: the answer has another ID")
		fault, refused := env.Message.(*rpc.Fault)
		t.informed = t.informed || isInform(t.open.Message) && !refused
		t.again = refused && fault.FaultCode == rpc.FaultACSRetryRequest
		t.refused = min(t.refused+1, maxRetry+2)
		if !t.again {
			t.refused = 0
		}
		t.open = nil
	}
	if env != nil && t.version != 0 {
		w.check(env.Version == t.version, "S29: another version than the one agreed")
	}
	if t.informed && env != nil && t.version == 0 {
		t.version = env.Version
		w.check(t.version <= w.sc.version, "S29: a version that the CPE does not have")
	}
}

// acsGets judges a request that the ACS's program gets.
func (w *world) acsGets(o Output) {
	t := &w.talk.acs
	w.check(isInform(o.Envelope.Message) == !t.informed, "S4: the first request is no Inform, or a later one is")
	w.check(t.open == nil, "S2: a request comes before the last is answered")
	t.open = o.Envelope
}

// acsResult judges an answer that the ACS's program gets.
func (w *world) acsResult(o Output) {
	t := &w.talk.acs
	if t.out == nil {
		w.fail("S5: a Result of nothing")
		return
	}
	w.check(o.Envelope.ID == t.out.ID && rpc.Answers(o.Envelope.Message, t.out.Message.Method()), "S5: the Result is of another request")
	t.out = nil
}

// acsFloor judges the ACS's turn.
func (w *world) acsFloor() {
	t := &w.talk.acs
	w.check(t.informed && t.owes && t.last && t.out == nil && t.open == nil, "S42: the floor out of turn")
}

// acsDone judges the end.
func (w *world) acsDone(err error) {
	t := &w.talk.acs
	fault, _ := err.(*rpc.Fault)
	w.check(fault == nil || fault.FaultCode != rpc.FaultACSRetryRequest, "3.7.1.6: fault 8005 ends the session")
	w.check(err != nil || t.informed && t.yielded && !t.owes && t.out == nil && t.open == nil, "S8: the ACS ends a session too soon")
}

// acsRests judges the state in which the next POST is waited for.
func (w *world) acsRests() {
	t := &w.talk.acs
	w.check(!t.owes, "L1: a POST without an answer")
	w.check(t.informed || t.again, "S4: a session goes on whose Inform was refused")
	w.check(w.acs.held == t.hold, "S7: the hold is not what the last response said")
	w.check(!t.yielded || t.out != nil || t.hold, "L6: the ACS goes on after both have nothing left")
}
