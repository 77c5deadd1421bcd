package session

import (
	"cmp"
	"errors"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the CPE machine. Everything that changes its state is in this file.
// TR-069 sections 3.7.1.2 to 3.7.1.6.

// The states of a CPE.
const (
	cpeNew        state = iota + 1 // Start has not been called
	cpeInforming                   // the Inform is out
	cpeTurn                        // we hold the floor; settle leaves this state at once
	cpeRequesting                  // a request of ours is out
	cpeListening                   // an empty POST or an answer is out: the ACS's turn
	cpeServing                     // a request of the ACS waits for our Reply
	cpeOver
	numCPEStates
)

// cpeTable is the specification: state, received message, next state and output.
// An empty cell is a breach by the ACS. Fault 8005 is not in the table; see
// repeat.
var cpeTable = [numCPEStates][numInputs]rule{
	cpeInforming: {
		inResponse: {cpeTurn, Result},
		inFault:    {cpeOver, Result},
	},
	cpeRequesting: {
		inResponse: {cpeTurn, Result},
		inFault:    {cpeTurn, Result},
	},
	cpeListening: {
		inRequest: {cpeServing, Deliver},
		inEmpty:   {cpeTurn, Wait},
	},
}

var cpeStateNames = [numCPEStates]string{
	cpeNew: "not started", cpeInforming: "waiting for InformResponse", cpeTurn: "holding the floor",
	cpeRequesting: "waiting for the answer to ", cpeListening: "waiting for a request or an empty response",
	cpeServing: "answering ", cpeOver: "over",
}

// A CPE is the device's end of one session. Make it with [NewCPE]; it is not safe
// for concurrent use.
type CPE struct {
	machine
	queue   []rpc.Message // requests still to send
	hold    bool          // HoldRequests of the last envelope
	yielded bool          // an empty POST went out while not held
	empty   bool          // the last HTTP response was empty
	retries int           // of the request that is out, by fault 8005
	again   *rpc.Envelope // to be repeated when the hold is over
}

// NewCPE returns the machine of one session.
func NewCPE(cfg Config) *CPE { return &CPE{machine: newMachine(cfg, cpeNew)} }

// Start opens the session with an Inform. Its answer comes as a Result.
func (c *CPE) Start(inform *rpc.Inform) error {
	if !c.ready() || c.state != cpeNew || inform == nil {
		return ErrState
	}
	c.state = cpeInforming
	c.emit(Output{Kind: Transmit, Envelope: c.request(inform)})
	return nil
}

// Send queues a request, not an Inform, for when we hold the floor. Unlike the
// other inputs it may come before Start and while outputs are pending. What is
// queued after the yield is not sent in this session; see Unsent.
func (c *CPE) Send(request rpc.Message) error {
	if c.over || !isRequest(request) || isInform(request) {
		return ErrState
	}
	c.queue = append(c.queue, request)
	return nil
}

// Receive takes the body of an HTTP response; nil is an empty one.
func (c *CPE) Receive(env *rpc.Envelope) error {
	if !c.ready() || c.state == cpeNew || c.state == cpeServing {
		return ErrState
	}
	if !c.count() {
		c.state = cpeOver
		return nil
	}
	in := c.classify(env)
	r := cpeTable[c.state][in]
	if r == (rule{}) {
		c.breach(env, c.State())
		c.state = cpeOver
		return nil
	}
	c.note(env)
	if in == inFault && errors.Is(env.Message.(*rpc.Fault), rpc.FaultACSRetryRequest) && c.retries < maxRetry {
		c.repeat()
		return nil
	}
	c.take(r, env)
	return nil
}

// note keeps what every response tells, whatever it carries: an empty one
// releases the hold and says that the ACS has nothing to ask.
func (c *CPE) note(env *rpc.Envelope) {
	c.empty = env == nil
	c.hold = env != nil && env.HoldRequests
}

// repeat sends the request that is out once more, the identical envelope (TR-069
// section 3.7.1.6): at once, or when the hold is over. The hold binds only within
// a session, which the Inform has yet to open.
func (c *CPE) repeat() {
	c.retries++
	if c.state == cpeInforming {
		c.emit(Output{Kind: Transmit, Envelope: c.sent})
		return
	}
	c.again, c.sent = c.sent, nil
	c.state = cpeTurn
	c.settle()
}

// take makes the table's move.
func (c *CPE) take(r rule, env *rpc.Envelope) {
	c.state = r.next
	switch r.out {
	case Result:
		c.result(env)
	case Deliver:
		c.open = env
		c.emit(Output{Kind: Deliver, Envelope: env})
	}
	c.settle()
}

// result hands over the answer to the request that was out. A fault ends the
// session when it answers the Inform, or is the sixth 8005.
func (c *CPE) result(env *rpc.Envelope) {
	request := c.sent.Message
	c.emit(Output{Kind: Result, Envelope: env, Request: request})
	if isInform(request) {
		c.agree(env)
	}
	fault, _ := env.Message.(*rpc.Fault)
	if fault != nil && (c.state == cpeOver || errors.Is(fault, rpc.FaultACSRetryRequest)) {
		c.state = cpeOver
		c.finish(fault)
		return
	}
	c.sent, c.retries = nil, 0
}

// agree lowers our version to the one in whose namespace the ACS answered the
// Inform (TR-069 section 3.7.4).
func (c *CPE) agree(env *rpc.Envelope) {
	if env.Version != 0 && env.Version < c.version {
		c.version = env.Version
	}
}

// settle makes the moves that depend on the state alone: what to do with the
// floor.
func (c *CPE) settle() {
	if c.state != cpeTurn {
		return
	}
	switch {
	case c.again != nil && !c.hold:
		c.sent, c.again = c.again, nil
		c.state = cpeRequesting
		c.emit(Output{Kind: Transmit, Envelope: c.sent})
	case len(c.queue) > 0 && !c.hold && !c.yielded: // speak
		next := c.queue[0]
		c.queue = c.queue[1:]
		c.state = cpeRequesting
		c.emit(Output{Kind: Transmit, Envelope: c.request(next)})
	case c.yielded && c.empty: // neither has anything left
		c.state = cpeOver
		c.finish(nil)
	default: // an empty POST; it yields for good unless we are held
		c.yielded = c.yielded || !c.hold
		c.state = cpeListening
		c.emit(Output{Kind: Transmit})
	}
}

// Reply answers the request that was delivered: its response, or a *rpc.Fault.
func (c *CPE) Reply(msg rpc.Message) error {
	if !c.ready() || c.state != cpeServing || !answers(msg, c.open) {
		return ErrState
	}
	c.state = cpeListening
	c.emit(Output{Kind: Transmit, Envelope: c.answer(msg)})
	return nil
}

// Fail ends the session: the connection broke, a body could not be read, a
// deadline passed. Unlike the other inputs it may come at any time; pending
// outputs are dropped. A nil err is ErrFailed.
func (c *CPE) Fail(err error) {
	if c.over {
		return
	}
	c.out, c.state = nil, cpeOver
	c.finish(cmp.Or(err, ErrFailed))
}

// Unsent returns the requests that were not answered in this session, for the
// next one: the one that is out or to be repeated, if any, and those still queued.
func (c *CPE) Unsent() []rpc.Message {
	var left []rpc.Message
	if env := cmp.Or(c.sent, c.again); env != nil && !isInform(env.Message) {
		left = append(left, env.Message)
	}
	return append(left, c.queue...)
}

// State returns the state in words, for errors and logs.
func (c *CPE) State() string {
	s := cpeStateNames[c.state]
	switch {
	case c.state == cpeRequesting:
		s += nameOf(c.sent)
	case c.state == cpeServing:
		s += nameOf(c.open)
	}
	return s
}
