package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
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
	// ErrStale: the ACS calls every answer stale, with a new challenge each time.
	ErrStale = errors.New("the ACS calls every answer to its challenges stale")
	// ErrNoCredentials: the ACS asks for credentials and the Client has none.
	ErrNoCredentials = errors.New("the ACS asks for credentials and there are none")
	// ErrNoResponse: the ACS closed the connection before it had answered.
	ErrNoResponse = errors.New("connection closed before the response")
	// ErrNotHTTP: what came back is no HTTP response, or not to its end.
	ErrNotHTTP = errors.New("not an HTTP response")
	// ErrHeaderTooLong: the header of a response is beyond 16 KiB.
	ErrHeaderTooLong = errors.New("response header beyond 16 KiB")
	// ErrTooLong: a body is longer on the wire than allowed.
	ErrTooLong = errors.New("body longer than allowed")
	// ErrRatio: a compressed body grows to more than 100 times its size.
	ErrRatio = errors.New("compressed body grows too much")
	// ErrCoding: a body under a Content-Encoding that is not spoken, or that
	// nobody has asked for.
	ErrCoding = errors.New("unexpected Content-Encoding")
	// ErrInsecureBasic: the ACS asks for the password in clear over plain HTTP.
	ErrInsecureBasic = errors.New("password in clear over plain HTTP")
	// ErrRedirects: more than 5 redirects in a row, or 16 servers in a session.
	ErrRedirects = errors.New("too many redirects")
	// ErrDowngrade: a redirect from https to http.
	ErrDowngrade = errors.New("redirect from https to http")
	// ErrCertificates: more than 32 different certificates in a session of a Client
	// that does not know the time, and would have to look at all of them again.
	ErrCertificates = errors.New("too many certificates while the time is not known")
	// ErrSuperseded: a new Inform of the device took the session's place.
	ErrSuperseded = errors.New("transport: session superseded by a new Inform")
	// ErrTimeout: the peer did not come back, or not go on, in time.
	ErrTimeout = errors.New("transport: timed out")
	// ErrShutdown: the Server was shut down.
	ErrShutdown = errors.New("transport: server shut down")
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
	// RetryAfter is what the header of that name asks for; 0 if it does not. It
	// may raise a wait and never shortens one.
	RetryAfter time.Duration
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

// A RedirectError is a redirect that is not followed.
type RedirectError struct {
	Location string // as the ACS gave it, with a password perhaps, which Error leaves out
	Err      error  // ErrURL, ErrDowngrade, ErrRedirects
}

// Error returns one line.
func (e *RedirectError) Error() string {
	return fmt.Sprintf("redirect to %q: %v", clip(withoutUser(e.Location)), e.Err)
}

// Unwrap returns e.Err.
func (e *RedirectError) Unwrap() error { return e.Err }

// withoutUser leaves out the name and password of a URL, or of what looks like one.
func withoutUser(url string) string {
	scheme, rest, ok := strings.Cut(url, "//")
	if !ok {
		return url
	}
	end := strings.IndexAny(rest+"/", "/?#")
	at := strings.LastIndexByte(rest[:end], '@')
	if at < 0 {
		return url
	}
	return scheme + "//" + redacted + rest[at:]
}

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

// notHTTP puts net/http's errors in our own words. They quote the line that they are
// about, whole, and it may be a header with a cookie in it.
func notHTTP(err error) error {
	if line, ok := errors.AsType[textproto.ProtocolError](err); ok {
		what, _, _ := strings.Cut(string(line), ":")
		return fmt.Errorf("%w: %s", ErrNotHTTP, clip(what))
	}
	return fmt.Errorf("%w: %s", ErrNotHTTP, clip(err.Error()))
}

// statusError is the error that a response is.
func statusError(resp *http.Response) *StatusError {
	return &StatusError{Code: resp.StatusCode, Status: resp.Status, RetryAfter: retryAfterOf(resp.Header)}
}

// maxRetryAfter bounds what a peer can ask for.
const maxRetryAfter = 7 * 24 * time.Hour

// retryAfterOf reads Retry-After: seconds, of which there may be more than any number
// holds, or a date, which is compared with the peer's own clock (RFC 9110 section
// 10.2.3).
func retryAfterOf(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(text, 10, 31); err == nil || errors.Is(err, strconv.ErrRange) {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
