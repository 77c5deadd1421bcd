package stun

import (
	"io"
	"iter"
	"net/netip"
	"time"
)

// NOTE: everything that changes a Keeper's state is in this file, but for the
// search for the longest period in discovery.go. At most one exchange is open at
// a port. HandleTimeout and HandleDatagram change the state and put what is to be
// sent and told into two queues; neither loops, so no input leads to more than
// one datagram and three events.

// A Port is one of the two that a Keeper sends from.
type Port uint8

// The ports.
const (
	// Primary is the port on which UDP connection requests are awaited. Its
	// binding is the one that is kept.
	Primary Port = iota
	// Secondary is any other port. Timer discovery sends from it.
	Secondary
)

// String gives the port in lower case.
func (p Port) String() string {
	if p == Primary {
		return "primary"
	}
	return "secondary"
}

// A Datagram is one to be sent.
type Datagram struct {
	Port Port           // from where
	To   netip.AddrPort // to where: always the server
	Data []byte         // the program's to keep
}

// A Keeper finds out the address at which the world reaches a port, keeps the
// gateway's binding of it alive and tells the server. It does no I/O and reads
// no clock; see the package documentation for how to drive one. It is not for
// concurrent use.
type Keeper struct {
	cfg    Config
	random io.Reader

	open   [2]*transaction // by Port; nil: none
	closed []*transaction  // answered less than listenWindow ago

	next    time.Time // of the next request from the primary port; zero: not before another event
	probeAt time.Time // when the binding is tried; zero: no try is planned
	period  time.Duration
	search  search

	mapped     netip.AddrPort
	announced  bool      // the server has answered BINDING-CHANGE for mapped
	lastChange time.Time // of mapped
	lastSent   time.Time // from the primary port
	rebinding  bool      // a try has found the binding gone: another address is no news of the gateway

	signing bool // the server has asked for integrity
	form    form // in which it wants it

	failures, conflicts int
	dropped             int64

	datagrams []Datagram
	events    []Event
}

// NewKeeper makes a Keeper whose first request is due now. Transaction IDs are
// read from random, which is crypto/rand's Reader but in tests (RFC 3489 9.3
// wants 128 random bits). The error is ErrConfig.
func NewKeeper(c Config, random io.Reader, now time.Time) (*Keeper, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	k := &Keeper{cfg: c, random: random, next: now}
	k.restartSearch()
	return k, nil
}

// Deadline gives the time at which HandleTimeout has something to do, which
// may have passed. There is always one.
func (k *Keeper) Deadline() time.Time {
	var first time.Time
	consider := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, tx := range k.open {
		if tx != nil {
			consider(tx.due)
		}
	}
	if k.open[Primary] == nil {
		consider(k.next)
	}
	if k.open[Secondary] == nil {
		consider(k.probeAt)
	}
	return first
}

// Datagrams hands out what is to be sent, in order and once.
func (k *Keeper) Datagrams() iter.Seq[Datagram] { return drain(&k.datagrams) }

// Events hands out what has happened, in order and once.
func (k *Keeper) Events() iter.Seq[Event] { return drain(&k.events) }

func drain[T any](queue *[]T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for len(*queue) > 0 {
			first := (*queue)[0]
			if *queue = (*queue)[1:]; !yield(first) {
				return
			}
		}
	}
}

// HandleTimeout does what is due at now: it sends, sends again or gives up. Before
// Deadline it does nothing. Datagrams, Events and Deadline may be others after it.
func (k *Keeper) HandleTimeout(now time.Time) {
	for _, tx := range k.open {
		if tx != nil && !now.Before(tx.due) {
			k.retransmit(now, tx)
			return
		}
	}
	switch {
	case k.open[Primary] == nil && due(now, k.next):
		k.begin(now, k.nextErrand(), 0)
	case k.open[Secondary] == nil && due(now, k.probeAt):
		k.begin(now, try, 0)
	}
}

func due(now, t time.Time) bool { return !t.IsZero() && !now.Before(t) }

func (k *Keeper) nextErrand() errand {
	if k.mapped.IsValid() && !k.announced {
		return announce
	}
	return ask
}

// begin opens an exchange. tries counts those before it that the server has
// refused in a way that another form may mend.
func (k *Keeper) begin(now time.Time, what errand, tries int) {
	tx := &transaction{what: what, signed: k.signing, form: k.form, tries: tries}
	k.open[tx.port()] = tx
	if what == try {
		k.probeAt = time.Time{}
	} else {
		k.next = time.Time{}
	}
	_, err := io.ReadFull(k.random, tx.id[:])
	if err == nil {
		err = tx.encode(k)
	}
	if err != nil {
		k.fail(now, tx, err)
		return
	}
	k.send(now, tx)
}

func (k *Keeper) send(now time.Time, tx *transaction) {
	tx.due = now.Add(intervals[tx.sent])
	tx.sent++
	if tx.port() == Primary {
		k.lastSent = now
	}
	k.datagrams = append(k.datagrams, Datagram{tx.port(), k.cfg.Server, append([]byte(nil), tx.data...)})
}

// retransmit sends the same request again, or gives up (RFC 3489 9.3).
func (k *Keeper) retransmit(now time.Time, tx *transaction) {
	if tx.sent < len(intervals) {
		k.send(now, tx)
		return
	}
	k.fail(now, tx, ErrTimeout)
}

// HandleDatagram takes a datagram that came to a port and says whether it was for
// the Keeper. False: it is no STUN message, and on the primary port perhaps a
// UDP connection request. What is STUN but not the answer to an open request,
// from the server, and signed where it has to be, changes nothing but
// Status.Dropped. b is not kept.
func (k *Keeper) HandleDatagram(now time.Time, port Port, from netip.AddrPort, b []byte) bool {
	if !IsMessage(b) {
		return false
	}
	m, err := Parse(b)
	if err != nil || unmap(from) != k.cfg.Server {
		k.dropped++
		return true
	}
	k.forget(now)
	if tx := k.find(port, m); tx == nil || !k.believe(tx, m, b) {
		k.dropped++
	} else {
		k.answered(now, port, tx, m)
	}
	return true
}

// forget drops exchanges that cannot be contradicted any more.
func (k *Keeper) forget(now time.Time) {
	for len(k.closed) > 0 && !now.Before(k.closed[0].answeredAt.Add(listenWindow)) {
		k.closed = k.closed[1:]
	}
}

// find gives the exchange that a response belongs to. What was sent from the
// secondary port may be answered at the primary one: that is the test.
func (k *Keeper) find(port Port, m *Message) *transaction {
	for _, tx := range append(k.open[:], k.closed...) {
		if tx != nil && tx.id == m.ID && (tx.port() == port || tx.what == try && m.Type == BindingResponse) {
			return tx
		}
	}
	return nil
}

// believe checks a response's type and integrity. Error responses are never
// signed (RFC 3489 11.2, table 2).
func (k *Keeper) believe(tx *transaction, m *Message, b []byte) bool {
	switch {
	case m.Type == BindingErrorResponse:
		return m.ErrorCode != 0
	case m.Type != BindingResponse:
		return false
	case tx.signed || k.cfg.RequireIntegrity:
		return Verify(b, k.cfg.Password) == nil
	}
	return true
}

// answered acts on a response that is believed.
func (k *Keeper) answered(now time.Time, port Port, tx *transaction, m *Message) {
	tx.answers++
	switch {
	case tx.answers > 2*tx.sent, !tx.answeredAt.IsZero() && tx.contradicts(m):
		k.doubt(now)
	case !tx.answeredAt.IsZero(): // the answer to another copy of the request
	case m.Type == BindingErrorResponse:
		k.refused(now, tx, m)
	case len(m.NotUnderstood()) > 0:
		k.fail(now, tx, ErrNotUnderstood)
	case !m.Mapped().IsValid():
		k.fail(now, tx, ErrNoAddress)
	case tx.what == try:
		k.tried(now, port, unmap(m.Mapped()))
	default:
		k.succeeded(now, tx, unmap(m.Mapped()))
	}
}

// succeeded ends an exchange of the primary port.
func (k *Keeper) succeeded(now time.Time, tx *transaction, mapped netip.AddrPort) {
	tx.answeredAt, tx.mapped = now, mapped
	k.open[Primary] = nil
	k.closed = append(k.closed, tx)
	if failures := k.failures; failures > 0 {
		k.failures = 0
		k.tell(Restored, nil)
	}
	expected := k.rebinding
	k.rebinding = false
	if mapped != k.mapped {
		k.change(now, mapped, expected)
		return
	}
	k.announced = true // now or before: nothing else is asked until it is
	k.rest()
}

// change takes another address and announces it at once (TR-069 Annex G), but
// not too often.
func (k *Keeper) change(now time.Time, mapped netip.AddrPort, expected bool) {
	if again := k.lastChange.Add(k.cfg.ChangeInterval); !k.lastChange.IsZero() && now.Before(again) {
		k.next = again
		return
	}
	k.mapped, k.announced, k.lastChange = mapped, false, now
	if !expected {
		k.restartSearch()
	}
	k.tell(Changed, nil)
	k.begin(now, announce, 0)
}

// rest plans what comes after a good exchange: a try of the binding, or the
// next keep-alive.
func (k *Keeper) rest() {
	if k.search.active {
		k.probeAt = k.lastSent.Add(k.search.nextTrial())
		return
	}
	k.next = k.lastSent.Add(k.period)
}

// refused acts on an error response by the table of RFC 3489 9.4.
func (k *Keeper) refused(now time.Time, tx *transaction, m *Message) {
	switch {
	case (m.ErrorCode == CodeUnauthorized || m.ErrorCode == CodeMissingUsername) && !tx.signed && k.cfg.Username != "":
		k.signing = true
		k.begin(now, tx.what, tx.tries+1)
	case m.ErrorCode == CodeIntegrityFailure && tx.signed && tx.tries < 2:
		k.form = plain - k.form // the server may have its own notion of what is signed
		k.begin(now, tx.what, tx.tries+1)
	default:
		k.fail(now, tx, &ResponseError{m.ErrorCode, m.Reason})
	}
}

// fail ends an exchange that has come to nothing.
func (k *Keeper) fail(now time.Time, tx *transaction, err error) {
	k.open[tx.port()] = nil
	if tx.what == try {
		k.tryFailed(now, err)
		return
	}
	k.failures++
	wait := k.cfg.MinimumKeepAlive
	if refusal, ok := err.(*ResponseError); ok && refusal.Code >= CodeGlobalFailure {
		wait = refusedWait
	}
	k.next = now.Add(wait)
	if k.failures == 1 {
		k.tell(Lost, err)
	}
}

// doubt forgets an address that an answer has contradicted (RFC 3489 9.4).
func (k *Keeper) doubt(now time.Time) {
	k.conflicts++
	k.open, k.closed = [2]*transaction{}, nil
	k.mapped, k.announced, k.lastChange = netip.AddrPort{}, false, now
	k.restartSearch()
	k.next = now.Add(k.cfg.ChangeInterval)
	k.tell(Conflict, nil)
}

func (k *Keeper) tell(kind Kind, err error) {
	k.events = append(k.events, Event{kind, k.Status(), err})
}
