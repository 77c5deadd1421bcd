package session

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what a program sees of both machines: outputs, errors and configuration.
// machine.go is what they share inside.

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
	// Tolerated is the diagnostic of a Deliver or Result: what was wrong with the
	// message and was accepted because Config.Tolerate allows it. 0 is nothing.
	Tolerated Tolerance
}

// Errors of this package. A breach by the peer is a [*PeerError].
var (
	// ErrState: the program gave an input that does not fit. Nothing has changed.
	ErrState = errors.New("session: input does not fit the state")
	// ErrMessages: the peer kept the session going beyond Config.MaxMessages.
	ErrMessages = errors.New("session: too many messages")
	// ErrTimeout: the peer's next message did not come in time (TR-069 section
	// 3.4.2: a CPE waits for at least 30 s).
	ErrTimeout = errors.New("session: the peer's message did not come in time")
	// ErrDuration: the session went on beyond Config.MaxDuration.
	ErrDuration = errors.New("session: took too long")
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
	// Err says more, such as rpc.ErrVersion; nil for a message out of turn.
	Err error
}

// Error returns one short line, whatever the peer sent.
func (e *PeerError) Error() string {
	s := "session: peer sent " + e.Got + " while " + e.State
	if e.WrongID {
		s += ` (its ID "` + clip(e.ID) + `" is not the request's)`
	}
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

// Unwrap returns Err.
func (e *PeerError) Unwrap() error { return e.Err }

// clip makes a peer's text fit for one short line.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		s = s[:most] + "..."
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

// A Tolerance is a set of small breaches by the peer. Those in Config.Tolerate are
// accepted, and Output.Tolerated says so; the others end the session with a
// [*PeerError].
type Tolerance uint8

// The breaches that can be tolerated. Their sum is the most tolerant.
const (
	// MissingID: an answer has no cwmp:ID, or an empty one; it is taken for the
	// answer to the request that is out (TR-069 section 3.5).
	MissingID Tolerance = 1 << iota
	// WrongResponse: a response has the ID of the request that is out and another
	// method's name (section 3.5). The Result holds what came.
	WrongResponse
	// HeldRequest: the CPE made a request although the ACS holds (section 3.7.1.3).
	HeldRequest
)

var toleranceNames = [...]string{"missing ID", "wrong response", "request under hold"}

// String lists the breaches, separated by commas; "" for none.
func (t Tolerance) String() string {
	var names []string
	for i, name := range toleranceNames {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// A Config holds what the two machines have in common. The zero value is usable.
type Config struct {
	// Version is the CWMP version that a CPE or an ACS speaks at most. 0 is 1.2
	// for a CPE and 1.4 for an ACS.
	Version rpc.Version
	// IDPrefix goes in front of the number in the cwmp:ID of our own requests.
	// Empty is allowed.
	IDPrefix string
	// MaxMessages bounds what is received in one session. 0 is 1,000.
	MaxMessages int
	// MaxDuration bounds the time that one session takes. 0 is 10 minutes. It
	// needs HandleTimeout.
	MaxDuration time.Duration
	// Timeout is how long the peer's next message may take. 0 is 60 s, less than
	// 30 s is 30 s (TR-069 section 3.4.2). At an ACS the Inform's SessionTimeout
	// goes before it. It needs HandleTimeout.
	Timeout time.Duration
	// SessionTimeout is what a CPE of version 1.3 or later proposes to the ACS
	// with its Inform, in whole seconds of at least 30. 0 proposes none.
	SessionTimeout time.Duration
	// Tolerate holds the breaches by the peer that are accepted. 0 is none.
	Tolerate Tolerance
	// Registry decodes the requests in what UnmarshalBinary reads. Zero is the
	// standard's.
	Registry rpc.Registry
}

// The defaults of Config.
const (
	defaultVersion     = rpc.V12
	defaultMaxMessages = 1000
	defaultMaxDuration = 10 * time.Minute
	defaultTimeout     = 60 * time.Second
	minTimeout         = 30 * time.Second
)

// normal fills in the defaults.
func (cfg Config) normal(version rpc.Version) Config {
	if cfg.Version == 0 {
		cfg.Version = version
	}
	if cfg.MaxMessages <= 0 {
		cfg.MaxMessages = defaultMaxMessages
	}
	if cfg.MaxDuration <= 0 {
		cfg.MaxDuration = defaultMaxDuration
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	cfg.Timeout = max(cfg.Timeout, minTimeout)
	return cfg
}
