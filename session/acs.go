package session

import (
	"cmp"
	"errors"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the ACS machine. Everything that changes its state is in this file.
// TR-069 section 3.7.2.

// The states of an ACS.
const (
	acsNew        state = iota + 1 // no Inform yet
	acsServing                     // a request of the CPE waits for our Reply
	acsListening                   // the CPE's turn
	acsFloor                       // our turn: Send or Yield
	acsRequesting                  // a request of ours is out
	acsOver
	numACSStates
)

// acsTable is the specification: state, received message, next state and output.
// An empty cell is a breach by the CPE.
var acsTable = [numACSStates][numInputs]rule{
	acsNew: {
		inRequest: {acsServing, Deliver}, // has to be an Inform
	},
	acsListening: {
		inRequest: {acsServing, Deliver}, // may be anything else
		inEmpty:   {acsFloor, Floor},
	},
	acsRequesting: {
		inResponse: {acsFloor, Result},
		inFault:    {acsFloor, Result},
	},
}

var acsStateNames = [numACSStates]string{
	acsNew: "waiting for an Inform", acsServing: "answering ", acsListening: "listening",
	acsFloor: "holding the floor", acsRequesting: "waiting for the answer to ", acsOver: "over",
}

// An ACS is the server's end of one session. Make it with [NewACS]; it is not
// safe for concurrent use.
type ACS struct {
	machine
	hold    bool // what our next envelope says in HoldRequests
	held    bool // what the last one said: the CPE is held
	yielded bool // the CPE sent an empty POST while not held
}

// NewACS returns the machine of one session.
func NewACS(cfg Config) *ACS { return &ACS{machine: newMachine(cfg, acsNew)} }

// Receive takes the body of an HTTP request; nil is an empty one.
func (a *ACS) Receive(env *rpc.Envelope) error {
	if !a.ready() || a.state == acsServing || a.state == acsFloor {
		return ErrState
	}
	if !a.count() {
		a.state = acsOver
		return nil
	}
	r := acsTable[a.state][a.classify(env)]
	if r == (rule{}) || r.out == Deliver && isInform(env.Message) != (a.state == acsNew) {
		a.breach(env, a.State())
		a.state = acsOver
		return nil
	}
	a.take(r, env)
	return nil
}

// take makes the table's move.
func (a *ACS) take(r rule, env *rpc.Envelope) {
	if a.state == acsNew && env.Version != 0 {
		a.version = env.Version
	}
	a.state = r.next
	switch r.out {
	case Deliver:
		a.open = env
		a.emit(Output{Kind: Deliver, Envelope: env})
	case Result:
		a.emit(Output{Kind: Result, Envelope: env, Request: a.sent.Message})
		a.sent = nil
	case Floor:
		a.yielded = a.yielded || !a.held
	}
	a.settle()
}

// settle makes the moves that depend on the state alone.
func (a *ACS) settle() {
	if a.state == acsFloor {
		a.emit(Output{Kind: Floor})
	}
}

// Reply answers the request that was delivered: its response, or a *rpc.Fault. A
// fault to the Inform ends the session, but for 8005, after which the Inform
// comes again.
func (a *ACS) Reply(msg rpc.Message) error {
	if !a.ready() || a.state != acsServing || !answers(msg, a.open) {
		return ErrState
	}
	first := isInform(a.open.Message)
	a.transmit(a.answer(msg))
	a.state = acsListening
	if fault, refused := msg.(*rpc.Fault); refused && first {
		a.refuse(fault)
	}
	return nil
}

func (a *ACS) refuse(fault *rpc.Fault) {
	if errors.Is(fault, rpc.FaultACSRetryRequest) {
		a.state = acsNew
		return
	}
	a.state = acsOver
	a.finish(fault)
}

// transmit sends an envelope with the hold that the program wants.
func (a *ACS) transmit(env *rpc.Envelope) {
	env.HoldRequests, a.held = a.hold, a.hold
	a.emit(Output{Kind: Transmit, Envelope: env})
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
	a.hold, a.held = false, false
	a.emit(Output{Kind: Transmit})
	if !a.yielded {
		a.state = acsListening
		return nil
	}
	a.state = acsOver
	a.finish(nil)
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
	a.out, a.state = nil, acsOver
	a.finish(cmp.Or(err, ErrFailed))
}

// State returns the state in words, for errors and logs.
func (a *ACS) State() string {
	s := acsStateNames[a.state]
	switch {
	case a.state == acsRequesting:
		s += nameOf(a.sent)
	case a.state == acsServing:
		s += nameOf(a.open)
	}
	return s
}
