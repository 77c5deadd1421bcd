package stun

import (
	"fmt"
	"net/netip"
	"time"
)

// A Phase says what a Keeper is at.
type Phase uint8

// The phases of a Keeper.
const (
	// Asking: a Binding Request is out, and nothing is known that it could change.
	Asking Phase = iota
	// Announcing: a request with BINDING-CHANGE is out, or due.
	Announcing
	// Refreshing: a request is out that keeps the known binding alive.
	Refreshing
	// Resting: nothing is out until the period ends.
	Resting
	// Testing: the primary port is silent until the binding has been tried from
	// the secondary one, or that try is out.
	Testing
	// Waiting: the last exchange failed, or its answer is in doubt, and the next
	// one is not yet due.
	Waiting
)

var phases = [...]string{
	Asking: "asking", Announcing: "announcing", Refreshing: "refreshing", Resting: "resting", Testing: "testing", Waiting: "waiting",
}

// String gives the phase in lower case.
func (p Phase) String() string {
	if int(p) < len(phases) {
		return phases[p]
	}
	return "Phase(?)"
}

// A Status is what a Keeper knows at some moment.
type Status struct {
	Phase Phase // what it is at

	// Mapped is the address that the server saw. It is not valid until known,
	// and stays when the server falls silent.
	Mapped netip.AddrPort
	// Address is UDPConnectionRequestAddress: Mapped as host:port, an IPv6 host in
	// brackets. Empty until known.
	Address string
	// NATDetected says that Mapped is not the device's own address.
	NATDetected bool
	// Announced says that the server has answered the BINDING-CHANGE that told it
	// of Mapped.
	Announced bool
	// Signed says that the server has asked for integrity, so that all is signed
	// since.
	Signed bool

	// Period is the time between keep-alives.
	Period time.Duration
	// Discovering says that a longer period is still looked for.
	Discovering bool

	// Failures counts the exchanges that failed since the last one that did not.
	Failures int
	// Dropped counts the datagrams that were STUN and not believed.
	Dropped int64
	// Conflicts counts the answers that were contradicted; see Conflict.
	Conflicts int
}

// String gives one line, as in
// "resting 203.0.113.7:40001 (NAT), every 30s, 0 failures".
func (s Status) String() string {
	address, nat := s.Address, ""
	if address == "" {
		address = "no address"
	}
	if s.NATDetected {
		nat = " (NAT)"
	}
	return fmt.Sprintf("%v %s%s, every %v, %d failures", s.Phase, address, nat, s.Period, s.Failures)
}

// A Kind says what an Event is about.
type Kind uint8

// The kinds of event.
const (
	// Changed: the address, and perhaps NATDetected, is another than before. The
	// program writes UDPConnectionRequestAddress and NATDetected.
	Changed Kind = iota + 1
	// Lost: an exchange failed after a good one, or the first one did. Err says
	// how. The address stays what it was.
	Lost
	// Restored: an exchange succeeded after failed ones.
	Restored
	// Discovered: timer discovery is over and Period stands, or, with Err
	// ErrUnsupported, it cannot be done with this server.
	Discovered
	// Conflict: two answers to one request contradict each other, or more came
	// than could: RFC 3489 9.4 sees an attack in it. The address is forgotten, and
	// asked for again after ChangeInterval.
	Conflict
)

var kinds = [...]string{Changed: "changed", Lost: "lost", Restored: "restored", Discovered: "discovered", Conflict: "conflict"}

// String gives the kind in lower case.
func (k Kind) String() string {
	if k >= Changed && int(k) < len(kinds) {
		return kinds[k]
	}
	return "Kind(?)"
}

// An Event is something that the program may want to act on.
type Event struct {
	Kind   Kind   // what happened
	Status Status // what is known since
	Err    error  // why, for Lost and Discovered; else nil
}

// Status gives what is known now.
func (k *Keeper) Status() Status {
	s := Status{
		Phase: k.phase(), Mapped: k.mapped, NATDetected: k.mapped.IsValid() && k.mapped != k.cfg.Local,
		Announced: k.announced, Signed: k.signing, Period: k.period, Discovering: k.search.active,
		Failures: k.failures, Dropped: k.dropped, Conflicts: k.conflicts,
	}
	if k.mapped.IsValid() {
		s.Address = k.mapped.String()
	}
	return s
}

func (k *Keeper) phase() Phase {
	tx := k.open[Primary]
	switch {
	case tx != nil && tx.what == announce:
		return Announcing
	case tx != nil && k.mapped.IsValid():
		return Refreshing
	case tx != nil:
		return Asking
	case k.open[Secondary] != nil || !k.probeAt.IsZero():
		return Testing
	case k.failures > 0 || k.mapped.IsValid() && !k.announced:
		return Waiting
	case !k.mapped.IsValid():
		return Asking
	}
	return Resting
}
