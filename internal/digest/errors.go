package digest

// NOTE: every error of this package is a *SyntaxError (a header does not parse)
// or a *Refusal (it parses and is not accepted, or cannot be made). Both wrap
// one of the sentinels below. Their texts are put together from constants and
// numbers alone: nothing that a peer sent and nothing secret can reach a log
// through them.

import (
	"errors"
	"fmt"
	"strconv"
)

// The kinds of error, for [errors.Is].
var (
	// ErrMalformed says that a header value breaks the grammar of RFC 9110
	// section 11 or lacks a directive that RFC 7616 asks for.
	ErrMalformed = errors.New("malformed header")

	// ErrLimit says that a header exceeds one of [MaxHeader], [MaxValue],
	// [MaxDirectives] and [MaxChallenges]. It is an [ErrMalformed] too.
	ErrLimit = fmt.Errorf("%w, over a limit", ErrMalformed)

	// ErrUnsupported says that a scheme, an algorithm or a qop is one that this
	// end does not know or did not offer. RFC 7616 section 3.3.
	ErrUnsupported = errors.New("unsupported")

	// ErrMissing says that a request has no Authorization at all. It is how
	// every first request of a session looks: TR-069 section 3.4.4.
	ErrMissing = errors.New("no credentials")

	// ErrCredentials says that the user is unknown or the password is wrong;
	// which of the two is not told. It also stands for a foreign realm or
	// opaque.
	ErrCredentials = errors.New("wrong credentials")

	// ErrTarget says that the directive uri is not the target of the request.
	// RFC 7616 section 3.4.6 suggests status 400; 401 does as well.
	ErrTarget = errors.New("uri is not the request target")

	// ErrNonce says that no server with this key and realm has made the nonce.
	// The digest itself was right, so that a caller that restarts with a new
	// key may answer with stale=true. RFC 7616 section 3.3.
	ErrNonce = errors.New("foreign nonce")

	// ErrStale says that the digest is right and the nonce is authentic, but
	// too old, forgotten, or one that has served its only use. The answer is
	// [Server.Challenges] with stale set. RFC 7616 section 3.3.
	ErrStale = errors.New("stale nonce")

	// ErrReplay says that the nonce count was used before, or lies below the
	// window of the last 64. RFC 7616 section 5.12.
	ErrReplay = errors.New("replayed nonce count")

	// ErrPolicy says that digests were offered that the Client could answer,
	// but none that its fields allow.
	ErrPolicy = errors.New("refused by policy")

	// ErrNoChallenge says that the Client holds no challenge that it could
	// answer: the request goes out bare and the server challenges it.
	ErrNoChallenge = errors.New("no challenge to answer")

	// ErrUnsendable says that a username, method or uri holds bytes that no
	// header can carry.
	ErrUnsendable = errors.New("cannot be sent")
)

// A SyntaxError says where a header value stops making sense.
type SyntaxError struct {
	// Value is the index of the header value among those given; 0 is the
	// first and the only one of an Authorization.
	Value int
	// Offset is the byte in that value at which the error was noticed.
	Offset int
	// Reason says what is wrong, in constant words.
	Reason string
	// Err is ErrMalformed or ErrLimit.
	Err error
}

// Error places the reason.
func (e *SyntaxError) Error() string {
	return "digest: " + e.Err.Error() + ": " + e.Reason +
		" (value " + strconv.Itoa(e.Value) + ", byte " + strconv.Itoa(e.Offset) + ")"
}

// Unwrap returns the kind of the error.
func (e *SyntaxError) Unwrap() error { return e.Err }

// A Refusal says why a well-formed header is not accepted, or why none can be
// made.
type Refusal struct {
	// Err is the kind: one of the sentinels above.
	Err error
	// Reason says what is wrong, in constant words; it may be empty.
	Reason string
}

// Error joins the kind and the reason.
func (e *Refusal) Error() string {
	if e.Reason == "" {
		return "digest: " + e.Err.Error()
	}
	return "digest: " + e.Err.Error() + ": " + e.Reason
}

// Unwrap returns the kind of the error.
func (e *Refusal) Unwrap() error { return e.Err }

// refuse makes a Refusal.
func refuse(kind error, reason string) error { return &Refusal{Err: kind, Reason: reason} }
