package session

import (
	"errors"
	"iter"
	"strconv"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what both machines share: outputs, errors, the kinds of messages, and the
// queue between an input and its polls.

// An OutputKind says what an [Output] asks for.
type OutputKind uint8

// The kinds of output.
const (
	Wait     OutputKind = iota // nothing more; give an input
	Transmit                   // send Envelope: the CPE posts it, the ACS answers with it; nil is an empty body
	Deliver                    // Envelope is a request of the peer; call Reply
	Result                     // Envelope is the answer to Request
	Floor                      // ACS only: our turn; call Send or Yield
	Done                       // the session is over; Err is nil when it ended well
)

var kindNames = [...]string{"Wait", "Transmit", "Deliver", "Result", "Floor", "Done"}

// String returns the constant's name.
func (k OutputKind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "OutputKind(" + strconv.Itoa(int(k)) + ")"
}

// An Output is one thing to do. Its kind says which fields are set.
type Output struct {
	Kind     OutputKind
	Envelope *rpc.Envelope // Transmit, Deliver, Result
	Request  rpc.Message   // Result: what it answers
	Err      error         // Done
}

// Errors of this package. A breach by the peer is a [*PeerError].
var (
	// ErrState: the program gave an input that does not fit. Nothing has changed.
	ErrState = errors.New("session: input does not fit the state")
	// ErrMessages: the peer kept the session going beyond Config.MaxMessages.
	ErrMessages = errors.New("session: too many messages")
	// ErrFailed: the program called Fail and did not say why.
	ErrFailed = errors.New("session: failed")
)

// A PeerError says what the peer sent that it may not send. The session is over.
type PeerError struct {
	State string // ours when it came, such as "waiting for the answer to TransferComplete"
	Got   string // the message's name, or "(empty)", or "(no message)" for an empty Body
	// WrongID: nothing was wrong but the cwmp:ID, which is not the request's.
	WrongID bool
	ID      string // the wrong one, whole; may be empty
}

// Error returns one short line, whatever the peer sent.
func (e *PeerError) Error() string {
	s := "session: peer sent " + e.Got + " while " + e.State
	if e.WrongID {
		s += ` (its ID "` + clip(e.ID) + `" is not the request's)`
	}
	return s
}

// clip makes a peer's text fit for one short line.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		s = s[:most] + "..."
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

// A Config holds what the two machines have in common. The zero value is usable.
type Config struct {
	// Version is the CWMP version that a CPE speaks at most. 0 is 1.2. An ACS
	// answers in the version of the Inform.
	Version rpc.Version
	// IDPrefix goes in front of the number in the cwmp:ID of our own requests.
	// Empty is allowed.
	IDPrefix string
	// MaxMessages bounds what is received in one session. 0 is 1,000.
	MaxMessages int
}

// The defaults of Config.
const (
	defaultVersion     = rpc.V12
	defaultMaxMessages = 1000
)

// maxRetry is how often fault 8005 makes the CPE repeat one request.
const maxRetry = 5

// An input is the kind of a received message, a column of the tables.
type input uint8

const (
	inEmpty    input = iota // no body
	inRequest               // a request of the peer
	inResponse              // the response to our request
	inFault                 // a fault that answers our request
	inOther                 // a Body without element, or an answer to nothing we asked
	numInputs
)

// A rule is a cell of a table: the next state, and the output that goes with it.
// The zero rule is a breach by the peer.
type rule struct {
	next state
	out  OutputKind
}

// A state is a row of a table. Zero is no state of either machine, so that a
// zero rule cannot be taken for a move.
type state uint8

// machine is the half that CPE and ACS share.
type machine struct {
	cfg      Config
	state    state
	version  rpc.Version
	out      []Output // pending outputs, oldest first
	over     bool     // Done was emitted
	end      Output   // the Done output
	nextID   uint32
	received int

	sent *rpc.Envelope // our request that waits for its answer
	open *rpc.Envelope // the peer's request that waits for ours
}

func newMachine(cfg Config, first state) machine {
	if cfg.Version == 0 {
		cfg.Version = defaultVersion
	}
	if cfg.MaxMessages <= 0 {
		cfg.MaxMessages = defaultMaxMessages
	}
	return machine{cfg: cfg, state: first, version: cfg.Version}
}

// Poll returns the next output, Wait when there is none. Once over it returns
// Done for ever.
func (m *machine) Poll() Output {
	if len(m.out) == 0 {
		if m.over {
			return m.end
		}
		return Output{Kind: Wait}
	}
	o := m.out[0]
	m.out = m.out[1:]
	if len(m.out) == 0 {
		m.out = nil
	}
	return o
}

// Outputs returns the outputs up to Wait, or up to and with Done. Inputs given in
// the loop's body extend it.
func (m *machine) Outputs() iter.Seq[Output] {
	return func(yield func(Output) bool) {
		for {
			o := m.Poll()
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

// ready reports whether an input may come now.
func (m *machine) ready() bool { return len(m.out) == 0 && !m.over }

func (m *machine) emit(o Output) { m.out = append(m.out, o) }

// finish ends the session.
func (m *machine) finish(err error) {
	m.over = true
	m.end = Output{Kind: Done, Err: err}
	m.emit(m.end)
}

// request makes the envelope of a request of ours.
func (m *machine) request(msg rpc.Message) *rpc.Envelope {
	m.nextID++
	id := m.cfg.IDPrefix + strconv.FormatUint(uint64(m.nextID), 10)
	m.sent = rpc.NewEnvelope(m.version, id, msg)
	return m.sent
}

// answer makes the envelope that answers the peer's open request: its ID byte
// for byte, or none if it had none.
func (m *machine) answer(msg rpc.Message) *rpc.Envelope {
	env := &rpc.Envelope{ID: m.open.ID, HasID: m.open.HasID, Version: m.version, Message: msg}
	m.open = nil
	return env
}

// classify finds the column for a received message.
func (m *machine) classify(env *rpc.Envelope) input {
	switch {
	case env == nil:
		return inEmpty
	case isRequest(env.Message):
		return inRequest
	case !answers(env.Message, m.sent), env.HasID && env.ID != m.sent.ID:
		return inOther
	}
	if _, fault := env.Message.(*rpc.Fault); fault {
		return inFault
	}
	return inResponse
}

// breach ends the session: the peer said what it may not say.
func (m *machine) breach(env *rpc.Envelope, state string) {
	e := &PeerError{State: state, Got: nameOf(env)}
	if env != nil && answers(env.Message, m.sent) {
		e.WrongID, e.ID = true, env.ID
	}
	m.finish(e)
}

// count refuses the message that is one too many.
func (m *machine) count() bool {
	m.received++
	if m.received <= m.cfg.MaxMessages {
		return true
	}
	m.finish(ErrMessages)
	return false
}

func isRequest(msg rpc.Message) bool { return msg != nil && !rpc.IsResponse(msg) }

func isInform(msg rpc.Message) bool {
	_, ok := msg.(*rpc.Inform)
	return ok
}

// answers reports whether msg answers the request in an envelope.
func answers(msg rpc.Message, request *rpc.Envelope) bool {
	return msg != nil && request != nil && rpc.Answers(msg, request.Message.Method())
}

// nameOf is a message's name for errors and logs.
func nameOf(env *rpc.Envelope) string {
	switch {
	case env == nil:
		return "(empty)"
	case env.Message == nil:
		return "(no message)"
	default:
		return clip(env.Message.Method())
	}
}
