package transport

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

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

// A Trace is a set of callbacks about one Client's sessions, each optional, in
// the manner of net/http/httptrace. They are called one at a time, in the order
// of events, and hold up the session while they run. What they are given is
// theirs to read until they return.
type Trace struct {
	// Connected: a TCP connection was opened.
	Connected func(local, remote net.Addr)
	// TLS: the handshake on it ended well.
	TLS func(tls.ConnectionState)
	// Sending: the request is about to be written. The response's fields are
	// not set yet.
	Sending func(*Exchange)
	// Received: the exchange is over, well or not.
	Received func(*Exchange)
	// Closed: the connection was closed by us.
	Closed func(local, remote net.Addr)
}
