package connreq

// NOTE: what a request is answered. What costs nothing is judged first: the form, the
// path, the method; then the digest; and only a right digest meets the rate limit, so
// that strangers cannot use it up.

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// An answer is a status and what goes with it.
type answer struct {
	status     int
	why        string   // for the log, in constant words
	challenges []string // with 401
	wake       bool     // the request is accepted: a session is wanted after the answer
	proven     bool     // the digest was right
	guess      bool     // the credentials were wrong
	last       bool     // the connection ends with this answer
}

// judge decides about one request, or about what could not be read as one.
func (l *Listener) judge(h head, err error) answer {
	if s, ok := errors.AsType[statusErr](err); ok {
		return answer{status: int(s), why: "malformed", last: true}
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(pathOf(h.target)), []byte(l.path)) != 1:
		return answer{status: statusNotFound, why: "another path", last: true}
	case h.method != "GET":
		return answer{status: statusMethod, why: "another method", last: true}
	}
	if _, err := l.server.Verify(h.method, h.target, h.authorization, nil, l.Gate.password); err != nil {
		return l.deny(err)
	}
	if err := l.Gate.Admit(); err != nil {
		return answer{status: statusBusy, why: "busy", proven: true, last: true}
	}
	status := statusOK
	if l.NoContent {
		status = statusNoContent
	}
	return answer{status: status, why: "accepted", wake: true, proven: true, last: true}
}

// rightDigests are the refusals behind which the password was right: no guess. The
// ACS is told that its nonce is too old by the first two.
var rightDigests = []error{digest.ErrStale, digest.ErrNonce, digest.ErrReplay}

// deny makes the 401.
func (l *Listener) deny(err error) answer {
	a := answer{status: statusDenied, why: "not authenticated", guess: !errors.Is(err, digest.ErrMissing)}
	for _, right := range rightDigests {
		if errors.Is(err, right) {
			a.guess = false
		}
	}
	stale := errors.Is(err, digest.ErrStale) || errors.Is(err, digest.ErrNonce)
	a.challenges = l.server.Challenges(stale)
	return a
}

// bytes is the answer on the wire. A 204 has no Content-Length (RFC 9110 section
// 8.6), and a 503 no Retry-After (TR-069 section 3.2.2).
func (a *answer) bytes() []byte {
	b := fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n", a.status, reasons[a.status])
	for _, c := range a.challenges {
		b = fmt.Appendf(b, "WWW-Authenticate: %s\r\n", c)
	}
	if a.status == statusMethod {
		b = append(b, "Allow: GET\r\n"...)
	}
	if a.status != statusNoContent {
		b = append(b, "Content-Length: 0\r\n"...)
	}
	if a.last {
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, "\r\n"...)
}

// level is how loud the log is about an answer.
func (a *answer) level() slog.Level {
	if a.wake || a.status == statusBusy {
		return slog.LevelInfo
	}
	return slog.LevelDebug
}
