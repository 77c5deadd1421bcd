package transport

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: straight-line code as a Handler. The code runs on a goroutine of its own,
// one a session; each Do hands its request to the Turn that waits for one, and
// waits for the Turn that brings the answer.
//
//	script                    turns
//	Do: out <- request  --->  first Turn returns it
//	Do: <-in            <---  second Turn brings the answer
//
// A turn never waits for a script much longer than its HTTP request lives, and a
// script never waits for a turn longer than its session lives.

// Script returns a Handler that runs f once a session, from the CPE's yield on.
// f makes its requests with [Do]. When f returns, our turn is over; an error ends
// the session as one of Turn does, and so does a panic. ctx ends with the
// session. A scripted session lives and dies with its process.
func Script(f func(ctx context.Context, s *Session) error) Handler { return script(f) }

type script func(ctx context.Context, s *Session) error

// A run is one script at work.
type run struct {
	out  chan rpc.Message // requests, from the script
	in   chan rpc.Message // answers, to the script
	done chan struct{}    // closed when the script has returned
	err  error            // what it returned; read after done

	mu    sync.Mutex // one Do at a time
	stray bool       // an answer is due that nobody waits for
}

// scriptGrace is how long a turn waits for its script yet when the CPE has closed its
// half of the connection: it may be there to read the answer, and most scripts have the
// next request at hand.
const scriptGrace = time.Second

// Turn implements [Handler].
func (f script) Turn(ctx context.Context, s *Session, in rpc.Message) (rpc.Message, error) {
	if s.run == nil {
		f.start(s)
	}
	give, take := s.run.in, s.run.out
	if in == nil {
		give = nil
	} else {
		take = nil // first the answer
	}
	gone := ctx.Done()
	var late <-chan time.Time
	for {
		select {
		case give <- in:
			give, take = nil, s.run.out
		case out := <-take:
			return out, nil
		case <-s.run.done:
			return nil, s.run.err
		case <-s.ctx.Done():
			return nil, context.Cause(s.ctx)
		case <-gone:
			gone, late = nil, time.After(scriptGrace)
		case <-late:
			return nil, context.Cause(ctx)
		}
	}
}

func (f script) start(s *Session) {
	r := &run{out: make(chan rpc.Message), in: make(chan rpc.Message), done: make(chan struct{})}
	s.run = r
	r.err = errGoexit // stands if f does not return
	go func() {
		defer close(r.done)
		defer func() {
			if v := recover(); v != nil {
				r.err = fmt.Errorf("transport: script panicked: %v", v)
			}
		}()
		r.err = f(s.ctx, s)
	}()
}

// errGoexit is how a script ends that runtime.Goexit ended, as a test's FailNow does.
var errGoexit = errors.New("transport: script ended without returning")

// Do makes one request of the CPE and waits for its answer. The error is a
// *rpc.Fault when the CPE refused, ctx's, or what ended the session: ErrTimeout,
// ErrSuperseded, ErrEnded, a *session.PeerError. Only a [Script]'s function may
// call it, one call at a time.
func Do[R rpc.Message](ctx context.Context, s *Session, request rpc.Request[R]) (R, error) {
	var none R
	if s.run == nil {
		return none, ErrNotScript
	}
	answer, err := s.run.ask(ctx, s.ctx, request)
	if err != nil {
		return none, err
	}
	switch a := answer.(type) {
	case *rpc.Fault:
		return none, a
	case R:
		return a, nil
	}
	return none, fmt.Errorf("transport: %s was answered by a %T", request.Method(), answer)
}

// ask hands a request over and waits for the answer.
func (r *run) ask(ctx, session context.Context, request rpc.Message) (rpc.Message, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil { // a request that nobody waits for is not made
		return nil, context.Cause(ctx)
	}
	if r.stray {
		if _, err := r.receive(ctx, session); err != nil {
			return nil, err
		}
	}
	select {
	case r.out <- request:
	case <-r.done:
		return nil, ErrNotScript
	case <-ctx.Done(): // a turn waits, or the session is over: seldom the first
		return nil, context.Cause(ctx)
	case <-session.Done():
		return nil, context.Cause(session)
	}
	r.stray = true
	return r.receive(ctx, session)
}

// receive waits for the answer that is due.
func (r *run) receive(ctx, session context.Context) (rpc.Message, error) {
	select {
	case answer := <-r.in:
		r.stray = false
		return answer, nil
	case <-r.done:
		return nil, ErrNotScript
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-session.Done():
		return nil, context.Cause(session)
	}
}
