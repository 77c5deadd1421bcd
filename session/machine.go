package session

import (
	"iter"
	"reflect"
	"strconv"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what both machines share inside: the kinds of messages, which are the
// columns of the tables, the correlation of answers, the queue between an input and
// its polls, and time.

// maxRetry is how often fault 8005 makes the CPE repeat one request.
const maxRetry = 5

// An input is the kind of a received message, a column of the tables.
type input uint8

const (
	inEmpty    input = iota // no body
	inRequest               // a request of the peer
	inInform                // an Inform
	inResponse              // the response to our request
	inFault                 // a fault that answers our request
	inRepeat                // fault 8005 to our request, which may be repeated once more
	inOther                 // a Body without element, or an answer to nothing we asked
	numInputs
)

var inputNames = [numInputs]string{"empty", "request", "Inform", "response", "fault", "8005", "anything else"}

// A rule is a cell of a table: the next state, and the output that goes with it.
// The zero rule is a breach by the peer.
type rule struct {
	next state
	out  OutputKind
}

// A state is a row of a table. Zero is no state of either machine, so that a
// zero rule cannot be taken for a move.
type state uint8

// guards are the small decisions that both machines make outside of the tables.
type guards struct {
	// correlate says whether an answer is one to the request that is out, and what
	// had to be tolerated for that.
	correlate func(m *machine, env *rpc.Envelope) (bool, Tolerance)
	// number returns the ID of our next request.
	number func(m *machine) string
	// echo makes the answer's ID that of the request.
	echo func(request asked, answer *rpc.Envelope)
	// within reports whether one more message may be received.
	within func(m *machine) bool
}

var standardGuards = guards{correlate: correlate, number: number, echo: echo, within: within}

// asked is what is kept of a request of the peer until it is answered.
type asked struct {
	is     bool // there is one
	hasID  bool
	inform bool
	id     string
	method string
}

// machine is the half that CPE and ACS share. It is a value: copied when no output
// is pending, it is a machine of its own.
type machine struct {
	cfg      Config
	guards   *guards
	state    state
	version  rpc.Version
	out      outbox
	over     bool   // Done was emitted
	end      Output // the Done output
	nextID   uint32
	received int

	sent *rpc.Envelope // our request that waits for its answer
	open asked         // the peer's request that waits for ours

	clock time.Time     // what HandleTimeout said last; zero before
	wait  time.Duration // from then to the end of the wait for a message
	left  time.Duration // from then to the end of the session
}

func newMachine(cfg Config, first state, version rpc.Version) machine {
	cfg = cfg.normal(version)
	return machine{
		cfg: cfg, guards: &standardGuards, state: first, version: cfg.Version,
		wait: cfg.Timeout, left: cfg.MaxDuration,
	}
}

// An outbox holds the outputs that are pending, oldest first. An input makes two at
// most, of which the second is Floor or Done, so it needs no memory of its own, and a
// copied machine has its own outbox. The zero value is empty.
type outbox struct {
	outputs [2]Output
	n       int
}

func (b *outbox) push(o Output) {
	b.outputs[b.n] = o
	b.n++
}

func (b *outbox) pop() (o Output, ok bool) {
	if b.n == 0 {
		return Output{}, false
	}
	o = b.outputs[0]
	b.outputs[0], b.outputs[1] = b.outputs[1], Output{}
	b.n--
	return o, true
}

// rest is the output when none is pending: Wait, or once over Done for ever.
func (m *machine) rest() Output {
	if m.over {
		return m.end
	}
	return Output{Kind: Wait}
}

// outputs polls up to Wait, or up to and with Done.
func outputs(poll func() Output) iter.Seq[Output] {
	return func(yield func(Output) bool) {
		for {
			o := poll()
			if o.Kind == Wait || !yield(o) || o.Kind == Done {
				return
			}
		}
	}
}

// Over reports whether the session has ended.
func (m *machine) Over() bool { return m.over }

// Version is the CWMP version in use.
func (m *machine) Version() rpc.Version { return m.version }

// finish ends the session.
func (m *machine) finish(err error) {
	m.over = true
	m.end = Output{Kind: Done, Err: err}
	m.out.push(m.end)
}

// request makes the envelope of a request of ours.
func (m *machine) request(msg rpc.Message) *rpc.Envelope {
	m.sent = rpc.NewEnvelope(m.version, m.guards.number(m), msg)
	return m.sent
}

func number(m *machine) string {
	m.nextID++
	return m.cfg.IDPrefix + strconv.FormatUint(uint64(m.nextID), 10)
}

// deliver hands a request of the peer to the program.
func (m *machine) deliver(env *rpc.Envelope, t Tolerance) {
	m.open = asked{
		is: true, hasID: env.HasID, inform: isInform(env.Message),
		id: env.ID, method: env.Message.Method(),
	}
	m.out.push(Output{Kind: Deliver, Envelope: env, Tolerated: t})
}

// answer makes the envelope that answers the peer's open request.
func (m *machine) answer(msg rpc.Message) *rpc.Envelope {
	env := &rpc.Envelope{Version: m.version, Message: msg}
	m.guards.echo(m.open, env)
	m.open = asked{}
	return env
}

// echo repeats the request's ID byte for byte, or gives none if it had none.
func echo(request asked, answer *rpc.Envelope) {
	answer.ID, answer.HasID = request.id, request.hasID
}

// classify finds the column for a received message.
func (m *machine) classify(env *rpc.Envelope) (input, Tolerance) {
	switch {
	case env == nil:
		return inEmpty, 0
	case isInform(env.Message):
		return inInform, 0
	case isRequest(env.Message):
		return inRequest, 0
	case absent(env.Message) || m.sent == nil:
		return inOther, 0
	}
	ours, t := m.guards.correlate(m, env)
	_, fault := env.Message.(*rpc.Fault)
	switch {
	case !ours:
		return inOther, 0
	case fault:
		return inFault, t
	}
	return inResponse, t
}

// correlate: an answer has the ID of the request that is out, and a response its
// method's name.
func correlate(m *machine, env *rpc.Envelope) (bool, Tolerance) {
	var need Tolerance
	bare := !env.HasID || env.ID == ""
	if bare && (!env.HasID || m.sent.ID != "") {
		need |= MissingID
	}
	if !answers(env.Message, m.sent.Message.Method()) {
		need |= WrongResponse
	}
	switch {
	case !bare && env.ID != m.sent.ID, need == MissingID|WrongResponse:
		return false, 0
	}
	_, foreign := env.Message.(*rpc.Vendor) // its name means nothing
	if foreign && need&WrongResponse != 0 {
		return false, 0
	}
	return need&^m.cfg.Tolerate == 0, need
}

// breach ends the session: the peer said what it may not say.
func (m *machine) breach(env *rpc.Envelope, state string, err error) {
	e := &PeerError{State: state, Got: nameOf(env), Err: err}
	if err == nil && env != nil && m.sent != nil && answers(env.Message, m.sent.Message.Method()) {
		e.WrongID, e.ID = true, env.ID
	}
	m.finish(e)
}

// count refuses the message that is one too many.
func (m *machine) count() bool {
	m.received++
	if m.guards.within(m) {
		return true
	}
	m.finish(ErrMessages)
	return false
}

func within(m *machine) bool { return m.received <= m.cfg.MaxMessages }

// absent reports whether there is no message, be it a nil pointer of some type.
func absent(msg rpc.Message) bool {
	if msg == nil {
		return true
	}
	v := reflect.ValueOf(msg)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

func isRequest(msg rpc.Message) bool { return !absent(msg) && !rpc.IsResponse(msg) }

func isInform(msg rpc.Message) bool {
	m, ok := msg.(*rpc.Inform)
	return ok && m != nil
}

// answers reports whether msg answers the request of that name.
func answers(msg rpc.Message, method string) bool {
	return !absent(msg) && rpc.Answers(msg, method)
}

// nameOf is a message's name for errors and logs.
func nameOf(env *rpc.Envelope) string {
	switch {
	case env == nil:
		return "(empty)"
	case absent(env.Message):
		return "(no message)"
	default:
		return clip(env.Message.Method())
	}
}
