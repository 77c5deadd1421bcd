package stun

// NOTE: who is to blame shows in the type. An *Error is about the bytes of a
// message, a *ResponseError is what a server answered, ErrConfig is the
// program's. What a Keeper gives up on comes in an Event.

import (
	"errors"
	"fmt"
)

// What an *Error wraps.
var (
	// ErrLength says that a length does not fit: a message shorter than its
	// header says, an attribute that runs past the end, a value of the wrong size.
	ErrLength = errors.New("stun: bad length")
	// ErrType says that the message is of no type of RFC 3489 11.1.
	ErrType = errors.New("stun: unknown message type")
	// ErrValue says that a value is not what its attribute can hold.
	ErrValue = errors.New("stun: bad value")
	// ErrDuplicate says that an attribute stands twice, so that two readers
	// could take different ones.
	ErrDuplicate = errors.New("stun: attribute given twice")
	// ErrOrder says that an attribute follows MESSAGE-INTEGRITY, which has to be
	// the last (RFC 3489 11.2.8); only FINGERPRINT of RFC 5389 may.
	ErrOrder = errors.New("stun: attribute behind MESSAGE-INTEGRITY")
	// ErrLimit says that MaxMessage, MaxAttributes or MaxUsername is exceeded.
	ErrLimit = errors.New("stun: limit exceeded")
	// ErrIntegrity says that MESSAGE-INTEGRITY is absent or wrong.
	ErrIntegrity = errors.New("stun: bad message integrity")
)

// What an Event of a Keeper and NewKeeper give besides.
var (
	// ErrTimeout says that nine requests in 9.5 s had no answer (RFC 3489 9.3).
	ErrTimeout = errors.New("stun: the server does not answer")
	// ErrNotUnderstood says that a response has mandatory attributes that are
	// not known, for which RFC 3489 9.4 wants it ignored.
	ErrNotUnderstood = errors.New("stun: response with unknown mandatory attributes")
	// ErrNoAddress says that a Binding Response has no mapped address.
	ErrNoAddress = errors.New("stun: response without mapped address")
	// ErrUnsupported says that the server does not do what timer discovery
	// needs: it ignores or refuses RESPONSE-ADDRESS.
	ErrUnsupported = errors.New("stun: the server does not support RESPONSE-ADDRESS")
	// ErrConfig says that a Config makes no sense; the text says why.
	ErrConfig = errors.New("stun: bad config")
)

// An Error says what is wrong with a message and where. It holds no value of
// the message.
type Error struct {
	Offset int      // of the attribute or header field in the message; -1 when writing
	Attr   AttrType // the attribute; 0 for the header
	Err    error    // one of the sentinels
	Reason string   // what is wrong, in words
}

// Error names the attribute, the offset and the reason.
func (e *Error) Error() string {
	what, where := "header", ""
	if e.Attr != 0 {
		what = e.Attr.String()
	}
	if e.Offset >= 0 {
		where = fmt.Sprintf(" at offset %d", e.Offset)
	}
	return fmt.Sprintf("%v: %s%s: %s", e.Err, what, where, e.Reason)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// The response codes of RFC 3489 11.2.9.
const (
	CodeBadRequest       = 400 // the request is malformed
	CodeUnauthorized     = 401 // MESSAGE-INTEGRITY is wanted and was absent
	CodeUnknownAttribute = 420 // a mandatory attribute is not understood; UNKNOWN-ATTRIBUTES lists it
	CodeStaleCredentials = 430 // the user name is not known, or no longer
	CodeIntegrityFailure = 431 // the HMAC is wrong
	CodeMissingUsername  = 432 // MESSAGE-INTEGRITY without USERNAME
	CodeUseTLS           = 433 // a Shared Secret Request has to come over TLS
	CodeServerError      = 500 // a temporary failure
	CodeGlobalFailure    = 600 // not to be tried again
)

// reasons are the phrases that RFC 3489 11.2.9 recommends.
var reasons = map[int]string{
	CodeBadRequest: "Bad Request", CodeUnauthorized: "Unauthorized", CodeUnknownAttribute: "Unknown Attribute",
	CodeStaleCredentials: "Stale Credentials", CodeIntegrityFailure: "Integrity Check Failure",
	CodeMissingUsername: "Missing Username", CodeUseTLS: "Use TLS", CodeServerError: "Server Error",
	CodeGlobalFailure: "Global Failure",
}

// A ResponseError is a Binding Error Response that ended an exchange.
type ResponseError struct {
	Code   int    // 100 to 699; see RFC 3489 11.2.9
	Reason string // the server's own phrase, which anybody may have written
}

// Error gives the code and the quoted phrase.
func (e *ResponseError) Error() string {
	return fmt.Sprintf("stun: the server answers %d %.64q", e.Code, e.Reason)
}
