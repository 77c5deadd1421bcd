package connreq

// NOTE: the errors of both ends. Their texts are constants, numbers and addresses:
// no password, no path of a connection request URL, and nothing that a peer wrote.

import (
	"errors"
	"fmt"
	"net/netip"
)

// Why the CPE's end refuses what it got, for [errors.Is].
var (
	// ErrRate: more authenticated requests than the [Gate] accepts. TR-069 section
	// 3.2.2 wants 503 for it.
	ErrRate = errors.New("connreq: more requests than are accepted")
	// ErrInSession: a session runs, and the Gate refuses requests meanwhile.
	ErrInSession = errors.New("connreq: a session is running")
	// ErrNoGate: a [Listener] or [UDPReceiver] has no Gate.
	ErrNoGate = errors.New("connreq: no Gate")
	// ErrPath: a Listener's Path is none: it begins with a slash and is of visible
	// ASCII without question mark and number sign, 256 bytes at most.
	ErrPath = errors.New("connreq: not a path")
	// ErrMalformed: a datagram is no UDP connection request. Annex G.
	ErrMalformed = errors.New("connreq: malformed datagram")
	// ErrSignature: a datagram's user or signature is wrong; which is not told.
	ErrSignature = errors.New("connreq: wrong user or signature")
	// ErrStale: a datagram is not newer than the last one accepted, as the second
	// copy of each is.
	ErrStale = errors.New("connreq: not newer than the last request")
	// ErrFuture: a datagram is more than an hour ahead of a clock that is trusted.
	ErrFuture = errors.New("connreq: more than an hour ahead")
)

// Why the ACS's end had no success, for [errors.Is].
var (
	// ErrURL: the connection request URL is no absolute http URL with a host, or
	// has user information, or more than 1,024 bytes; or an address for UDP is no
	// host with an optional port. TR-069 section 3.2.2 knows no https.
	ErrURL = errors.New("connreq: not a connection request URL")
	// ErrNoReply: the CPE closed the connection without a reply, and did so again
	// on another one.
	ErrNoReply = errors.New("connreq: closed without a reply")
	// ErrNotHTTP: what came back does not begin as an HTTP response does.
	ErrNotHTTP = errors.New("connreq: the reply is not HTTP")
	// ErrCredentials: the CPE refused all credentials.
	ErrCredentials = errors.New("connreq: credentials refused")
	// ErrNoCredentials: the CPE asks for credentials and there are none.
	ErrNoCredentials = errors.New("connreq: the CPE asks for credentials and there are none")
	// ErrEndless: the CPE calls every answer to its challenges stale, or changes
	// its realm each time; it got two.
	ErrEndless = errors.New("connreq: the CPE accepts no answer to its challenges")
	// ErrInsecureBasic: the CPE asks for the password in clear.
	ErrInsecureBasic = errors.New("connreq: the CPE asks for the password in clear")
	// ErrAddress: [Policy] does not allow the address. It comes in a *PolicyError.
	ErrAddress = errors.New("connreq: address not allowed")
	// ErrNoSession: no session proved the request in time.
	ErrNoSession = errors.New("connreq: no session came")
)

// A StatusError is a status that is neither success nor 401.
type StatusError struct {
	Code int // 503 is the one that TR-069 section 3.2.2 knows
}

// Error returns one line.
func (e *StatusError) Error() string { return fmt.Sprintf("connreq: HTTP status %d", e.Code) }

// A PolicyError says which address is not allowed.
type PolicyError struct {
	Address netip.AddrPort // the port is 0 if the host has no address at all
	Reason  string         // in constant words
}

// Error returns one line.
func (e *PolicyError) Error() string {
	return fmt.Sprintf("%v: %v: %s", ErrAddress, e.Address, e.Reason)
}

// Unwrap returns ErrAddress.
func (e *PolicyError) Unwrap() error { return ErrAddress }

// A ChallengeError is a 401 that cannot be answered: without challenge, with a
// malformed one, or without a digest that is spoken.
type ChallengeError struct {
	Err error // what is wrong with it; its text holds nothing of the CPE's
}

// Error returns one line.
func (e *ChallengeError) Error() string {
	return "connreq: challenge that cannot be answered: " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *ChallengeError) Unwrap() error { return e.Err }
