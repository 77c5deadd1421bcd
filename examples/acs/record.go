package main

import (
	"errors"
	"net/http"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what comes of a session is read off the HTTP exchanges, because they have the
// diagnostics, and answers as they stood. Which session an exchange belongs to is the
// Server's to say, which finds cookies in whatever form they come back, and sessions
// without; the Inform is what all of its callbacks have in common.

// A record is what is known of a session.
type record struct {
	inform      *rpc.Inform
	received    []string // the CPE's own requests
	requests    []*request
	diagnostics []soap.Diagnostic
	more        int // diagnostics beyond the bounds, soap's and ours
}

// maxDiagnostics bounds those that are kept of a session.
const maxDiagnostics = 1000

// A request is one of ours, with what came back: an answer, a fault or neither.
type request struct {
	method string
	answer *rpc.Node
	fault  *rpc.Fault
}

// opened makes the record of a session that an Inform has opened.
func (p *program) opened(inform *rpc.Inform) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byInform[inform] = &record{inform: inform}
	if proves(inform) && !p.proven {
		p.proven = true
		close(p.came)
	}
}

// exchanged takes in an exchange.
func (p *program) exchanged(e *transport.Exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if inform := informOf(e); inform != nil && !opens(e) {
		r := &record{inform: inform}
		r.add(e)
		p.print(r, refusalOf(e))
		return
	}
	r := p.recordOf(e)
	if r == nil {
		p.stray(e)
		return
	}
	r.add(e)
}

// opens reports whether an Inform has opened a session: it is given a cookie.
func opens(e *transport.Exchange) bool { return e.ResponseHeader.Get("Set-Cookie") != "" }

// recordOf finds the record of the session that an exchange belongs to.
func (p *program) recordOf(e *transport.Exchange) *record {
	if e.Session == nil {
		return nil
	}
	return p.byInform[e.Session.Inform]
}

func informOf(e *transport.Exchange) *rpc.Inform {
	if e.Request == nil {
		return nil
	}
	inform, _ := e.Request.Message.(*rpc.Inform)
	return inform
}

// refusalOf is why an exchange was refused.
func refusalOf(e *transport.Exchange) error {
	if fault := faultOf(e); fault != nil {
		return fault
	}
	if e.Err != nil {
		return e.Err
	}
	return errors.New(http.StatusText(e.Status))
}

// faultOf is the fault that we have answered with, nil if there is none.
func faultOf(e *transport.Exchange) *rpc.Fault {
	if e.Response == nil {
		return nil
	}
	fault, _ := e.Response.Message.(*rpc.Fault)
	return fault
}

// stray tells of an exchange that belongs to no session, unless it is a challenge that
// nobody has answered yet, or the last words of a session that is over.
func (p *program) stray(e *transport.Exchange) {
	first := e.Challenged && e.RequestHeader.Get("Authorization") == ""
	if !first && (e.Status >= http.StatusBadRequest || faultOf(e) != nil) {
		p.log.Printf("refused: %d %s", e.Status, oneLine(refusalOf(e).Error()))
	}
}

// add takes in an exchange of the session.
func (r *record) add(e *transport.Exchange) {
	if e.Request != nil {
		room := min(maxDiagnostics-len(r.diagnostics), len(e.Request.Diagnostics))
		r.diagnostics = append(r.diagnostics, e.Request.Diagnostics[:room]...)
		r.more += e.Request.MoreDiagnostics + len(e.Request.Diagnostics) - room
		r.take(e)
	}
	if e.Response != nil && e.Response.Message != nil && !rpc.IsResponse(e.Response.Message) {
		r.requests = append(r.requests, &request{method: e.Response.Message.Method()})
	}
}

// take takes in what the CPE said: a request of its own, or the answer to ours.
func (r *record) take(e *transport.Exchange) {
	switch m := e.Request.Message; {
	case m == nil, m == rpc.Message(r.inform):
	case !rpc.IsResponse(m):
		r.received = append(r.received, oneLine(m.Method()))
	case len(r.requests) > 0:
		r.requests[len(r.requests)-1].take(m, e.RequestBody)
	}
}

// take takes in an answer: a fault as it is, a response as its elements.
func (q *request) take(m rpc.Message, document []byte) {
	if fault, ok := m.(*rpc.Fault); ok {
		q.fault = fault
		return
	}
	env, _ := rpc.Parse(document, rpc.Config{Registry: rpc.Registry{}.Trees()})
	if env == nil || !rpc.Answers(m, q.method) {
		return
	}
	if tree, ok := env.Message.(*rpc.Tree); ok {
		q.answer = &tree.Node
	}
}

// ended prints a session that is over.
func (p *program) ended(s *transport.Session, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.byInform[s.Inform]
	if r == nil { // it was over before the Inform was answered
		r = &record{inform: s.Inform}
	}
	delete(p.byInform, s.Inform)
	p.print(r, err)
}
