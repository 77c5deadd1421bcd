package transport

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Errors of this package. Those of the wire come wrapped with the exchange that
// failed.
var (
	// ErrURL: the ACS URL is no absolute http or https URL with a host.
	ErrURL = errors.New("not an absolute http or https URL")
	// ErrCredentials: the ACS refused our credentials.
	ErrCredentials = errors.New("credentials refused")
	// ErrNoCredentials: the ACS asks for credentials and the Client has none.
	ErrNoCredentials = errors.New("the ACS asks for credentials and there are none")
	// ErrNoResponse: the ACS closed the connection before it had answered.
	ErrNoResponse = errors.New("connection closed before the response")
	// ErrHeaderTooLong: the header of a response is beyond 16 KiB.
	ErrHeaderTooLong = errors.New("response header beyond 16 KiB")
	// ErrSuperseded: a new Inform of the device took the session's place.
	ErrSuperseded = errors.New("transport: session superseded by a new Inform")
	// ErrTimeout: the peer did not come back, or not go on, in time.
	ErrTimeout = errors.New("transport: timed out")
	// ErrEnded: the session was over before the call, or while it waited.
	ErrEnded = errors.New("transport: session has ended")
	// ErrNotScript: Do was called on a session whose Handler is no Script, or
	// after the script's function returned.
	ErrNotScript = errors.New("transport: Do outside a Script")
)

// A StatusError is an HTTP status that ends a session.
type StatusError struct {
	Code   int
	Status string // the status line's text, "500 Internal Server Error"
}

// Error returns one line.
func (e *StatusError) Error() string { return fmt.Sprintf("HTTP status %s", clip(e.Status)) }

// An ExchangeError says which exchange of a session failed.
type ExchangeError struct {
	Message string // what was posted: a method's name or "(empty)"
	Err     error
}

// Error returns one line.
func (e *ExchangeError) Error() string { return fmt.Sprintf("POST %s: %v", e.Message, e.Err) }

// Unwrap returns e.Err.
func (e *ExchangeError) Unwrap() error { return e.Err }

// A ChallengeError is a 401 whose challenge cannot be answered: none at all, a
// malformed one, or a scheme that is not spoken, such as Basic.
type ChallengeError struct {
	Err error // what is wrong with it
}

// Error returns one line.
func (e *ChallengeError) Error() string { return "challenge that cannot be answered: " + e.Err.Error() }

// Unwrap returns e.Err.
func (e *ChallengeError) Unwrap() error { return e.Err }

// clip keeps a text short and printable whatever the peer put in it.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
