package session

import (
	"cmp"
	"errors"
	"iter"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the ACS machine. Everything that changes its state is in this file.
// TR-069 section 3.7.2.

// The states of an ACS.
const (
	acsNew        state = iota + 1 // no Inform yet, or it has to come again
	acsServing                     // a request of the CPE waits for our Reply
	acsListening                   // the CPE's turn
	acsFloor                       // our turn: Send or Yield
	acsRequesting                  // a request of ours is out
	acsOver
	numACSStates
)

var acsStateNames = [numACSStates]string{
	acsNew: "waiting for an Inform", acsServing: "answering ", acsListening: "listening",
	acsFloor: "holding the floor", acsRequesting: "waiting for the answer to ", acsOver: "over",
}

// An acsRules is all that makes an ACS: the table, the moves after an answer, and
// the guards.
type acsRules struct {
	// table: state, received message, next state and output. An empty cell is a
	// breach by the CPE.
	table [numACSStates][numInputs]rule
	// answered says where an answer of ours leads: the first row whose guard holds.
	answered []acsMove
	// held reports whether the last envelope forbade the request that came.
	held func(*ACS) bool
	// yields reports whether an empty POST gives the CPE's turn away for good.
	yields func(*ACS) bool
	// ends reports whether our empty response ends the session.
	ends func(*ACS) bool
	// release is what an empty response makes of the hold.
	release func(*ACS)
	// agree chooses the version for an Inform of those that we speak, and what
	// UseCWMPVersion says.
	agree func(inform *rpc.Envelope, spoken ...rpc.Version) (rpc.Version, string, error)
	// awaits reports whether a message of the CPE is due, which has a deadline.
	awaits func(*ACS) bool
}

// An acsMove is where an answer leads.
type acsMove struct {
	name  string
	guard func(request asked, fault *rpc.Fault) bool
	next  state
}

var standardACS = acsRules{
	table: [numACSStates][numInputs]rule{
		acsNew: {
			inInform: {acsServing, Deliver},
		},
		acsListening: {
			inRequest: {acsServing, Deliver},
			inEmpty:   {acsFloor, Floor},
		},
		acsRequesting: {
			inResponse: {acsFloor, Result},
			inFault:    {acsFloor, Result},
		},
	},
	answered: []acsMove{
		{"Inform again", func(r asked, f *rpc.Fault) bool {
			return r.inform && f != nil && errors.Is(f, rpc.FaultACSRetryRequest)
		}, acsNew},
		{"Inform refused", func(r asked, f *rpc.Fault) bool { return r.inform && f != nil }, acsOver},
		{"answered", func(asked, *rpc.Fault) bool { return true }, acsListening},
	},
	held:    func(a *ACS) bool { return a.held },
	yields:  func(a *ACS) bool { return !a.held },
	ends:    func(a *ACS) bool { return a.yielded },
	release: func(a *ACS) { a.hold, a.held = false, false },
	agree:   rpc.AgreeVersion,
	awaits: func(a *ACS) bool {
		return a.state == acsNew || a.state == acsListening || a.state == acsRequesting
	},
}

// An ACS is the server's end of one session. Make it with [NewACS]: the zero ACS opens no
// session, and takes a stored state alone. It is not safe for concurrent use.
type ACS struct {
	machine
	rules   *acsRules
	hold    bool          // what our next envelope says in HoldRequests
	held    bool          // what the last one said: the CPE is held
	yielded bool          // the CPE sent an empty POST while not held
	use     string        // UseCWMPVersion of the InformResponse
	timeout time.Duration // for the CPE's next message: the Inform's SessionTimeout, or Config's
}

// NewACS returns the machine of one session.
func NewACS(cfg Config) *ACS {
	a := &ACS{machine: newMachine(cfg, acsNew, rpc.V14), rules: &standardACS}
	a.timeout = a.cfg.Timeout
	return a
}

// Poll returns the next output, Wait when there is none. Once over it returns Done
// for ever.
func (a *ACS) Poll() Output {
	if o, ok := a.out.pop(); ok {
		return o
	}
	return a.rest()
}

// Outputs returns the outputs up to Wait, or up to and with Done. Inputs given in
// the loop's body extend it.
func (a *ACS) Outputs() iter.Seq[Output] { return outputs(a.Poll) }

// ready reports whether an input may come now.
func (a *ACS) ready() bool { return a.rules != nil && a.out.n == 0 && !a.over }

// Receive takes the body of an HTTP request; nil is an empty one. After a session that
// has ended well one thing still fits: an empty POST too many, which is answered empty
// (TR-069 section 3.7.2.4).
func (a *ACS) Receive(env *rpc.Envelope) error {
	if a.over && a.end.Err == nil && env == nil && a.out.n == 0 {
		a.out.push(Output{Kind: Transmit})
		return nil
	}
	if !a.ready() || a.state == acsServing || a.state == acsFloor {
		return ErrState
	}
	if !a.count() {
		a.state = acsOver
		return nil
	}
	in, tolerated := a.classify(env)
	if in == inRequest && a.rules.held(a) {
		tolerated |= HeldRequest
	}
	r := a.rules.table[a.state][in]
	if r == (rule{}) || tolerated&^a.cfg.Tolerate != 0 {
		a.breach(env, a.words(tolerated), nil)
		a.state = acsOver
		return nil
	}
	a.take(r, env, tolerated)
	return nil
}

// words is the state in words when a message does not fit.
func (a *ACS) words(tolerated Tolerance) string {
	if tolerated&HeldRequest != 0 {
		return a.State() + " under hold"
	}
	return a.State()
}

// take makes the table's move.
func (a *ACS) take(r rule, env *rpc.Envelope, tolerated Tolerance) {
	fresh := a.state == acsNew
	a.state = r.next
	switch r.out {
	case Deliver:
		a.deliver(env, tolerated)
		if fresh {
			a.opened(env)
		}
	case Result:
		a.out.push(Output{Kind: Result, Envelope: env, Request: a.sent.Message, Tolerated: tolerated})
		a.sent = nil
	case Floor:
		a.yielded = a.yielded || a.rules.yields(a)
	}
	if a.state == acsFloor {
		a.out.push(Output{Kind: Floor})
	}
}

// opened takes from an Inform what it says of the session: how long its CPE may
// stay silent, and the versions. Without a common version it is refused with fault
// 8006 and never delivered (TR-069 section 3.7.4).
func (a *ACS) opened(inform *rpc.Envelope) {
	a.timeout = a.cfg.Timeout
	if inform.HasSessionTimeout {
		seconds := min(time.Duration(inform.SessionTimeout), a.cfg.MaxDuration/time.Second)
		a.timeout = max(seconds*time.Second, minTimeout)
	}
	if inform.Version == 0 && inform.SupportedCWMPVersions == "" {
		return
	}
	v, use, err := a.rules.agree(inform, versions(a.cfg.Version)...)
	if err != nil {
		a.out = outbox{}
		a.answered(rpc.NewFault(rpc.FaultACSVersionIncompatible, ""))
		return
	}
	a.version, a.use = v, use
}

// Reply answers the request that was delivered: its response, or a *rpc.Fault. A
// fault to the Inform ends the session, but for 8005, after which the Inform
// comes again.
func (a *ACS) Reply(msg rpc.Message) error {
	if !a.ready() || a.state != acsServing || !answers(msg, a.open.method) {
		return ErrState
	}
	a.answered(msg)
	return nil
}

// Unsupported answers the request that was delivered with fault 8000, method not
// supported.
func (a *ACS) Unsupported() error { return a.Reply(rpc.NewFault(rpc.FaultACSMethodNotSupported, "")) }

// answered sends an answer and goes where it leads.
func (a *ACS) answered(msg rpc.Message) {
	request := a.open
	fault, _ := msg.(*rpc.Fault)
	env := a.answer(msg)
	if request.inform && fault == nil {
		env.UseCWMPVersion = a.use
	}
	a.transmit(env)
	for _, m := range a.rules.answered {
		if m.guard(request, fault) {
			a.state = m.next
			break
		}
	}
	switch {
	case a.state == acsOver:
		a.finish(fault)
	case a.state == acsFloor:
		a.out.push(Output{Kind: Floor})
	}
}

// transmit sends an envelope with the hold that the program wants, from when on
// the CPE's next message is waited for.
func (a *ACS) transmit(env *rpc.Envelope) {
	env.HoldRequests, a.held = a.hold, a.hold
	a.wait = a.timeout
	a.out.push(Output{Kind: Transmit, Envelope: env})
}

// Send makes a request of the CPE, when we hold the floor.
func (a *ACS) Send(request rpc.Message) error {
	if !a.ready() || a.state != acsFloor || !isRequest(request) {
		return ErrState
	}
	a.state = acsRequesting
	a.transmit(a.request(request))
	return nil
}

// Yield ends our turn with an empty response. If the CPE has yielded too, the
// session has ended well; otherwise it was held, is so no longer, and has the
// floor again.
func (a *ACS) Yield() error {
	if !a.ready() || a.state != acsFloor {
		return ErrState
	}
	a.rules.release(a)
	a.wait = a.timeout
	a.out.push(Output{Kind: Transmit})
	a.state = acsListening
	if a.rules.ends(a) {
		a.state = acsOver
		a.finish(nil)
	}
	return nil
}

// Hold says what our envelopes carry in HoldRequests from now on. While it is
// true the CPE sends no requests, and its empty POSTs do not yield. An empty
// response releases it.
func (a *ACS) Hold(hold bool) { a.hold = hold }

// Fail ends the session: a body could not be read, the CPE did not come back, the
// session was superseded. It may come at any time; pending outputs are dropped.
// A nil err is ErrFailed.
func (a *ACS) Fail(err error) {
	if a.over {
		return
	}
	a.out, a.state = outbox{}, acsOver
	a.finish(cmp.Or(err, ErrFailed))
}

// HandleTimeout tells the machine the time, which it knows from here alone; see
// [CPE.HandleTimeout].
func (a *ACS) HandleTimeout(now time.Time) {
	if err := a.advance(now, a.received > 0, a.awaits()); err != nil {
		a.Fail(err)
	}
}

// Deadline returns when HandleTimeout ends the session. There is none before the
// first HandleTimeout, before the Inform, and after the end.
func (a *ACS) Deadline() (time.Time, bool) { return a.deadline(a.received > 0, a.awaits()) }

func (a *ACS) awaits() bool { return a.rules != nil && a.rules.awaits(a) }

// State returns the state in words, for errors and logs.
func (a *ACS) State() string {
	s := acsStateNames[a.state]
	switch {
	case a.state == acsRequesting:
		s += nameOf(a.sent)
	case a.state == acsServing:
		s += clip(a.open.method)
	}
	return s
}

// String returns the whole state in one line, for debugging.
func (a *ACS) String() string {
	return a.describe("ACS", a.State(), 0, []sign{
		{"to hold", a.hold}, {"holds", a.held}, {"yielded", a.yielded},
	})
}

// clone returns a machine of its own. Messages are shared: nothing changes them.
func (a *ACS) clone() *ACS {
	b := *a
	return &b
}
