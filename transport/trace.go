package transport

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what a program may watch of a session while it runs, at both ends. recorder.go
// keeps it.

// An Exchange is one HTTP request and its response. Envelopes are nil for empty
// bodies; bodies and headers are as on the wire, secrets included, so a program
// that prints them masks them first.
type Exchange struct {
	// Request is the envelope that the CPE posted, RequestBody its document
	// before any content coding.
	Request       *rpc.Envelope
	RequestHeader http.Header
	RequestBody   []byte

	// Status is the HTTP status; 0 when there was no response.
	Status         int
	ResponseHeader http.Header
	ResponseBody   []byte
	// Response is the envelope that the ACS answered with.
	Response *rpc.Envelope

	// Session is the session that the exchange belongs to, at the ACS's end; nil if
	// there is none, and at the CPE's end.
	Session *Session
	// Challenged: the response is a 401 that asks for credentials. At the ACS's
	// end the request was not read.
	Challenged bool
	// Redirected is the URL to which the request will be repeated; empty when the
	// response is no redirect that is followed.
	Redirected string
	// Repeated: the request is the repetition of the one before, after a
	// challenge, a redirect or a refused coding.
	Repeated bool
	// Start is when the request was ready to go; Took is until the response was
	// read.
	Start time.Time
	Took  time.Duration
	// Err is why the exchange failed; nil when it did not.
	Err error
}

// A Connection is a TCP connection that carries a session, and the TLS on it.
type Connection struct {
	Local, Remote net.Addr
	// Start is when it was dialled, or accepted; Took is until it was open, 0 at the
	// ACS's end.
	Start time.Time
	Took  time.Duration
	// TLS is the handshake's result; nil before it and without TLS. TLSTook is how
	// long it took, 0 at the ACS's end.
	TLS     *tls.ConnectionState
	TLSTook time.Duration
}

// A Trace is a set of callbacks about one Client's sessions, each optional, in
// the manner of net/http/httptrace. They are called one at a time, in the order
// of events, and hold up the session while they run. What they are given is
// theirs to read until they return.
type Trace struct {
	// Connected: a TCP connection was opened.
	Connected func(*Connection)
	// TLS: the handshake on it ended well.
	TLS func(*Connection)
	// Sending: the request is about to be written. The response's fields are
	// not set yet.
	Sending func(*Exchange)
	// Received: the exchange is over, well or not.
	Received func(*Exchange)
	// Challenged: the exchange that was just received is a 401 that will be
	// answered.
	Challenged func(*Exchange)
	// Redirected: the exchange that was just received is a redirect that will be
	// followed, to Exchange.Redirected.
	Redirected func(*Exchange)
	// State: the session has come to another state, in the words of session.CPE's
	// State, so long after the session's start.
	State func(state string, after time.Duration)
	// Closed: the connection was closed by us.
	Closed func(*Connection)
	// Ended: the session is over, with the error that Do returns, so long after its
	// start.
	Ended func(err error, after time.Duration)
}

// A ServerTrace is a set of callbacks about a Server's exchanges, each optional.
// Those of one session are called one at a time; different sessions' come at once.
// They hold up the exchange while they run. Server.Exchanged and Server.Ended tell
// how it all ended.
type ServerTrace struct {
	// Connected: the first request on a connection has come. It needs the http.Server
	// to have the Server's ConnContext.
	Connected func(*Connection)
	// Request: the header of a request was read. The rest is not set yet.
	Request func(*Exchange)
	// Challenged: a 401 with challenges is about to be written.
	Challenged func(*Exchange)
	// State: a session has come to another state, in the words of session.ACS's
	// State, so long after its Inform reached this process.
	State func(s *Session, state string, after time.Duration)
	// Response: the response is about to be written. Exchange.Took is how long it
	// took to make.
	Response func(*Exchange)
}
