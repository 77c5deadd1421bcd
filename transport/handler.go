package transport

import (
	"context"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what the program implements.

// A Handler makes an ACS's requests.
type Handler interface {
	// Turn is called when we hold the floor: at the CPE's yield with a nil in,
	// then with the answer to each request that it returned, a response or a
	// *rpc.Fault. It returns the next request, or nil to end our turn. An error
	// ends the session; the CPE sees an empty response.
	//
	// It runs on the HTTP request's goroutine; ctx ends with the HTTP request or
	// with the session, whichever is first. A CPE that closes its half of the
	// connection behind its request ends it too, and yet reads the response of a
	// Turn that does not wait.
	Turn(ctx context.Context, s *Session, in rpc.Message) (out rpc.Message, err error)
}

// A HandlerFunc is a function as a Handler.
type HandlerFunc func(ctx context.Context, s *Session, in rpc.Message) (rpc.Message, error)

// Turn calls f.
func (f HandlerFunc) Turn(ctx context.Context, s *Session, in rpc.Message) (rpc.Message, error) {
	return f(ctx, s, in)
}
