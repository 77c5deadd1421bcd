package session

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the CPE machine. Everything that changes its state is in this file.
// TR-069 sections 3.7.1.2 to 3.7.1.6.

// The states of a CPE.
const (
	cpeNew        state = iota + 1 // Start has not been called
	cpeInforming                   // the Inform is out
	cpeTurn                        // we hold the floor; settle leaves this state when the outputs are drained
	cpeRequesting                  // a request of ours is out
	cpeListening                   // an empty POST or an answer is out: the ACS's turn
	cpeServing                     // a request of the ACS waits for our Reply
	cpeOver
	numCPEStates
)

var cpeStateNames = [numCPEStates]string{
	cpeNew: "not started", cpeInforming: "waiting for InformResponse", cpeTurn: "holding the floor",
	cpeRequesting: "waiting for the answer to ", cpeListening: "waiting for a request or an empty response",
	cpeServing: "answering ", cpeOver: "over",
}

// A cpeRules is all that makes a CPE: the table, the moves of the floor, and the
// guards.
type cpeRules struct {
	// table: state, received message, next state and output. An empty cell is a
	// breach by the ACS.
	table [numCPEStates][numInputs]rule
	// floor says what to do with the floor: the first move whose guard holds.
	floor []cpeMove
	// hold is what a response says of the hold: an empty one releases it.
	hold func(c *CPE, env *rpc.Envelope) bool
	// repeat reports whether the fault asks for the identical request once more.
	repeat func(c *CPE, fault *rpc.Fault) bool
	// agree is the version that InformResponse chooses of those that were offered.
	agree func(response *rpc.Envelope, offered ...rpc.Version) (rpc.Version, error)
	// awaits reports whether a message of the ACS is due, which has a deadline.
	awaits func(c *CPE) bool
}

// A cpeMove is what a CPE does with the floor.
type cpeMove struct {
	name  string
	guard func(*CPE) bool
	make  func(*CPE)
}

var standardCPE = cpeRules{
	table: [numCPEStates][numInputs]rule{
		cpeInforming: {
			inResponse: {cpeTurn, Result},
			inFault:    {cpeOver, Result},
			inRepeat:   {cpeInforming, Transmit}, // there is no hold yet
		},
		cpeRequesting: {
			inResponse: {cpeTurn, Result},
			inFault:    {cpeTurn, Result},
			inRepeat:   {cpeTurn, Wait},
		},
		cpeListening: {
			inRequest: {cpeServing, Deliver},
			inInform:  {cpeServing, Deliver}, // it is for the program to refuse it
			inEmpty:   {cpeTurn, Wait},
		},
	},
	floor: []cpeMove{
		{"repeat", func(c *CPE) bool { return c.again != nil && !c.hold }, (*CPE).resend},
		{"speak", func(c *CPE) bool { return len(c.queue) > 0 && !c.hold && !c.yielded }, (*CPE).speak},
		{"end", func(c *CPE) bool { return c.yielded && c.empty && c.again == nil }, (*CPE).succeed},
		{"yield", func(c *CPE) bool { return !c.hold }, (*CPE).yield},
		{"wait", func(*CPE) bool { return true }, (*CPE).pass},
	},
	hold: func(_ *CPE, env *rpc.Envelope) bool { return env != nil && env.HoldRequests },
	repeat: func(c *CPE, fault *rpc.Fault) bool {
		return errors.Is(fault, rpc.FaultACSRetryRequest) && c.retries < maxRetry
	},
	agree: rpc.AcceptVersion,
	awaits: func(c *CPE) bool {
		return c.state == cpeInforming || c.state == cpeRequesting || c.state == cpeListening
	},
}

// A CPE is the device's end of one session. Make it with [NewCPE]: the zero CPE opens no
// session, and takes a stored state alone. It is not safe for concurrent use.
type CPE struct {
	machine
	rules   *cpeRules
	queue   []rpc.Message // requests still to send
	hold    bool          // HoldRequests of the last envelope
	yielded bool          // an empty POST went out while not held
	empty   bool          // the last HTTP response was empty
	retries int           // of the request that is out, by fault 8005
	again   *rpc.Envelope // to be repeated when the hold is over
}

// NewCPE returns the machine of one session.
func NewCPE(cfg Config) *CPE {
	return &CPE{machine: newMachine(cfg, cpeNew, defaultVersion), rules: &standardCPE}
}

// Poll returns the next output, Wait when there is none. Once over it returns Done
// for ever.
func (c *CPE) Poll() Output {
	o, ok := c.out.pop()
	if !ok {
		c.settle()
		o, ok = c.out.pop()
	}
	if !ok {
		return c.rest()
	}
	return o
}

// Outputs returns the outputs up to Wait, or up to and with Done. Inputs given in
// the loop's body extend it.
func (c *CPE) Outputs() iter.Seq[Output] { return outputs(c.Poll) }

// ready reports whether an input may come now: nothing is left to be polled.
func (c *CPE) ready() bool {
	return c.rules != nil && c.out.n == 0 && !c.over && c.state != cpeTurn
}

// Start opens the session with an Inform. Its answer comes as a Result.
func (c *CPE) Start(inform *rpc.Inform) error {
	if !c.ready() || c.state != cpeNew || inform == nil {
		return ErrState
	}
	c.state = cpeInforming
	env := c.request(inform)
	offer(env, c.cfg)
	c.post(env)
	return nil
}

// Send queues a request, not an Inform, for when we hold the floor. Unlike the
// other inputs it may come before Start and while outputs are pending: a request
// that depends on a Result is made while that Result is handled, before the next
// Poll, which may yield. What is queued after the yield is not sent in this
// session; see Unsent.
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
	in, tolerated := c.classify(env)
	if in == inFault && c.rules.repeat(c, env.Message.(*rpc.Fault)) {
		in = inRepeat
	}
	r := c.rules.table[c.state][in]
	if r == (rule{}) {
		c.breach(env, c.State(), nil)
		c.state = cpeOver
		return nil
	}
	c.empty, c.hold = env == nil, c.rules.hold(c, env)
	c.take(r, in, env, tolerated)
	return nil
}

// take makes the table's move.
func (c *CPE) take(r rule, in input, env *rpc.Envelope, tolerated Tolerance) {
	state := c.State()
	c.state = r.next
	switch {
	case in == inRepeat:
		c.retries++
		c.again, c.sent = c.sent, nil
		if r.out == Transmit {
			c.resend()
			c.state = r.next
		}
	case r.out == Result:
		c.result(env, tolerated, state)
	case r.out == Deliver:
		c.deliver(env, tolerated)
	}
}

// result hands over the answer to the request that was out. A fault ends the
// session when it answers the Inform, or is the sixth 8005; so does a version that
// we did not offer.
func (c *CPE) result(env *rpc.Envelope, tolerated Tolerance, state string) {
	request := c.sent.Message
	c.out.push(Output{Kind: Result, Envelope: env, Request: request, Tolerated: tolerated})
	fault, refused := env.Message.(*rpc.Fault)
	if refused && (c.state == cpeOver || errors.Is(fault, rpc.FaultACSRetryRequest)) {
		c.state = cpeOver
		c.finish(fault)
		return
	}
	c.sent, c.retries = nil, 0
	if !isInform(request) || refused {
		return
	}
	if err := c.agree(env); err != nil {
		c.out, c.state = outbox{}, cpeOver
		c.breach(env, state, err)
	}
}

// agree takes the version that the ACS has chosen (TR-069 section 3.7.4).
func (c *CPE) agree(env *rpc.Envelope) error {
	if env.Version == 0 && env.UseCWMPVersion == "" {
		return nil
	}
	v, err := c.rules.agree(env, versions(c.cfg.Version)...)
	if err == nil {
		c.version = v
	}
	return err
}

// settle makes the moves that depend on the state alone: what to do with the
// floor. It runs when the outputs are drained, so that the program has seen every
// Result before the next request, or the yield, goes out.
func (c *CPE) settle() {
	if c.state != cpeTurn {
		return
	}
	for _, m := range c.rules.floor {
		if m.guard(c) {
			m.make(c)
			return
		}
	}
}

// resend sends the identical envelope once more (TR-069 section 3.7.1.6).
func (c *CPE) resend() {
	c.sent, c.again = c.again, nil
	c.state = cpeRequesting
	c.post(c.sent)
}

// speak makes the next of our requests.
func (c *CPE) speak() {
	next := c.queue[0]
	c.queue = c.queue[1:]
	c.state = cpeRequesting
	c.post(c.request(next))
}

// succeed ends the session: neither end has anything left (TR-069 section 3.7.1.4).
func (c *CPE) succeed() {
	c.state = cpeOver
	c.finish(nil)
}

// yield gives the floor away for the rest of the session.
func (c *CPE) yield() {
	c.yielded = true
	c.pass()
}

// pass sends an empty POST.
func (c *CPE) pass() {
	c.state = cpeListening
	c.post(nil)
}

// post puts out an HTTP request, from when on its response is waited for.
func (c *CPE) post(env *rpc.Envelope) {
	c.wait = c.cfg.Timeout
	c.out.push(Output{Kind: Transmit, Envelope: env})
}

// Reply answers the request that was delivered: its response, or a *rpc.Fault.
func (c *CPE) Reply(msg rpc.Message) error {
	if !c.ready() || c.state != cpeServing || !answers(msg, c.open.method) {
		return ErrState
	}
	c.state = cpeListening
	c.post(c.answer(msg))
	return nil
}

// Unsupported answers the request that was delivered with fault 9000, method not
// supported.
func (c *CPE) Unsupported() error { return c.Reply(rpc.NewFault(rpc.FaultMethodNotSupported, "")) }

// Fail ends the session: the connection broke, a body could not be read, a
// deadline passed. Unlike the other inputs it may come at any time; pending
// outputs are dropped. A nil err is ErrFailed.
func (c *CPE) Fail(err error) {
	if c.over {
		return
	}
	c.out, c.state = outbox{}, cpeOver
	c.finish(cmp.Or(err, ErrFailed))
}

// HandleTimeout tells the machine the time, which it knows from here alone: give it
// the time before each input, and when Deadline has come. After the deadline the
// session is over, with ErrTimeout or ErrDuration. Like Fail it may come at any
// time. A time before the last one is only noted; with time.Now's the monotonic
// reading counts, so that setting the clock moves no deadline.
func (c *CPE) HandleTimeout(now time.Time) {
	if err := c.advance(now, c.state > cpeNew, c.awaits()); err != nil {
		c.Fail(err)
	}
}

// Deadline returns when HandleTimeout ends the session. There is none before the
// first HandleTimeout, before Start, and after the end.
func (c *CPE) Deadline() (time.Time, bool) { return c.deadline(c.state > cpeNew, c.awaits()) }

func (c *CPE) awaits() bool { return c.rules != nil && c.rules.awaits(c) }

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
		s += clip(c.open.method)
	}
	return s
}

// String returns the whole state in one line, for debugging.
func (c *CPE) String() string {
	return c.describe("CPE", c.State(), len(c.queue), []sign{
		{"held", c.hold}, {"yielded", c.yielded}, {"empty", c.empty}, {"to repeat", c.again != nil},
	})
}

// clone returns a machine of its own. Messages are shared: nothing changes them.
func (c *CPE) clone() *CPE {
	d := *c
	d.queue = slices.Clone(c.queue)
	return &d
}
