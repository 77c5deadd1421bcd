package transport

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// NOTE: a session as a value: what a Trace tells, kept in order, within bounds.

// An EventKind says what an Event is about. Each is the callback of that name of a
// Trace.
type EventKind uint8

// The kinds of events.
const (
	EventConnected EventKind = iota + 1
	EventTLS
	EventSending
	EventReceived
	EventChallenged
	EventRedirected
	EventState
	EventClosed
	EventEnded
)

var eventKinds = [...]string{
	"?", "connected", "tls", "sending", "received", "challenged", "redirected", "state", "closed", "ended",
}

// String returns the kind as a word.
func (k EventKind) String() string {
	if int(k) < len(eventKinds) {
		return eventKinds[k]
	}
	return eventKinds[0]
}

// An Event is one thing that happened in a session. The fields beside Kind and At are
// set for the kinds that they name.
type Event struct {
	Kind EventKind
	// At is when it happened, from the recording's start on.
	At time.Duration
	// Connection is that of EventConnected, EventTLS and EventClosed.
	Connection Connection
	// Exchange is that of EventSending, EventReceived, EventChallenged and
	// EventRedirected, as it was then. Its header and bodies are not copies.
	Exchange Exchange
	// State is that of EventState.
	State string
	// Err is why the session ended, of EventEnded; nil when it ended well.
	Err error
}

// A Recording is a session as a value. Of the ACS's end it holds EventReceived,
// EventState and EventEnded.
type Recording struct {
	// Start is when the recording was begun.
	Start time.Time
	// Events are in the order in which they happened.
	Events []Event
	// Dropped is how many events were left out, because there were too many.
	Dropped int
	// Cut: bodies were left out, because there was too much of them.
	Cut bool
}

// Err is why the session ended; nil when it ended well, or has not ended.
func (r Recording) Err() error {
	for _, e := range r.Events {
		if e.Kind == EventEnded {
			return e.Err
		}
	}
	return nil
}

// A Recorder keeps what happens in one session of a Client. The zero value is ready:
// give its Trace to the Client and take its Recording afterwards. It must not be
// copied after first use.
type Recorder struct {
	// Each is told of each event as soon as it is recorded. Nil for nobody.
	Each func(Event)
	// MaxEvents bounds the events that are kept; those beyond it are counted. The
	// last one, EventEnded, is always kept. 0 is 10,000.
	MaxEvents int
	// MaxBytes bounds the bodies that are kept, in bytes; events beyond it have
	// none. 0 is 16 MiB.
	MaxBytes int

	mu    sync.Mutex
	rec   Recording
	bytes int
}

// The bounds of a Recorder.
const (
	recorderEvents = 10_000
	recorderBytes  = 16 << 20
)

// Trace begins a new recording and returns the callbacks for it.
func (r *Recorder) Trace() *Trace {
	r.mu.Lock()
	r.rec, r.bytes = Recording{Start: time.Now()}, 0
	r.mu.Unlock()
	about := func(kind EventKind) func(*Connection) {
		return func(c *Connection) { r.add(Event{Kind: kind, Connection: *c}) }
	}
	exchange := func(kind EventKind) func(*Exchange) {
		return func(e *Exchange) { r.exchange(kind, e) }
	}
	return &Trace{
		Connected: about(EventConnected), TLS: about(EventTLS), Closed: about(EventClosed),
		Sending: exchange(EventSending), Received: exchange(EventReceived),
		Challenged: exchange(EventChallenged), Redirected: exchange(EventRedirected),
		State: r.state, Ended: r.ended,
	}
}

func (r *Recorder) exchange(kind EventKind, e *Exchange) { r.add(Event{Kind: kind, Exchange: *e}) }

func (r *Recorder) state(state string, _ time.Duration) { r.add(Event{Kind: EventState, State: state}) }

func (r *Recorder) ended(err error, _ time.Duration) { r.add(Event{Kind: EventEnded, Err: err}) }

// add records an event and tells of it.
func (r *Recorder) add(e Event) {
	r.mu.Lock()
	e.At = time.Since(r.rec.Start)
	r.keep(e)
	r.mu.Unlock()
	if r.Each != nil {
		r.Each(e)
	}
}

// keep keeps an event within the bounds. A body is counted once: when it is received,
// the request's was counted when it was sent.
func (r *Recorder) keep(e Event) {
	if len(r.rec.Events) >= orNumber(r.MaxEvents, recorderEvents) && e.Kind != EventEnded {
		r.rec.Dropped++
		return
	}
	size := len(e.Exchange.ResponseBody)
	if e.Kind == EventSending || e.Exchange.Session != nil {
		size += len(e.Exchange.RequestBody)
	}
	if r.bytes += size; r.bytes > orNumber(r.MaxBytes, recorderBytes) {
		r.rec.Cut = r.rec.Cut || size > 0
		e.Exchange.RequestBody, e.Exchange.ResponseBody = nil, nil
		e.Exchange.Request, e.Exchange.Response = nil, nil
	}
	r.rec.Events = append(r.rec.Events, e)
}

func orNumber(n, other int) int {
	if n <= 0 {
		return other
	}
	return n
}

// Recording returns what was recorded so far.
func (r *Recorder) Recording() Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := r.rec
	rec.Events = rec.Events[:len(rec.Events):len(rec.Events)]
	return rec
}

// arrived tells of a request, and of its connection if it is the first on it.
func (x *serving) arrived() {
	if c := connectionOf(x.r); c != nil && x.trace.Connected != nil && c.first() {
		local, _ := x.r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		x.trace.Connected(&Connection{Local: local, Remote: c.remote, Start: c.start, TLS: x.r.TLS})
	}
	if x.trace.Request != nil {
		x.trace.Request(x.e)
	}
}

// note tells of a session's new state.
func (x *serving) note(s *Session) {
	if x.trace.State == nil && s.recorder == nil {
		return
	}
	state := s.machine.State()
	if state == s.state {
		return
	}
	s.state = state
	after := time.Since(s.begun)
	if x.trace.State != nil {
		x.trace.State(s, state, after)
	}
	if s.recorder != nil {
		s.recorder.state(state, after)
	}
}
