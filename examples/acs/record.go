package main

import (
	"errors"
	"net/http"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what comes of a session is read off the HTTP exchanges, because they have the
// diagnostics, and answers as they stood. The Inform is what the Server's callbacks have
// in common; its exchange gives the cookie by which the others are known.

// A record is what is known of a session.
type record struct {
	key         string // the cookie, once it is known
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
	inform, key := informOf(e), keyOf(e)
	if inform != nil && key == "" { // it has opened nothing
		r := &record{inform: inform}
		r.add(e)
		p.print(r, refusalOf(e))
		return
	}
	r := p.recordOf(e)
	if inform != nil {
		r = p.byInform[inform]
	}
	if r == nil {
		p.stray(e)
		return
	}
	if key != "" {
		r.key, p.byKey[key] = key, r
	}
	r.add(e)
}

// cookie is the name of the Server's.
const cookie = "cwmp"

// keyOf is the cookie that the response gives.
func keyOf(e *transport.Exchange) string {
	for _, c := range (&http.Response{Header: e.ResponseHeader}).Cookies() {
		if c.Name == cookie {
			return c.Value
		}
	}
	return ""
}

// recordOf finds the record of the session whose cookie the request has.
func (p *program) recordOf(e *transport.Exchange) *record {
	for _, c := range (&http.Request{Header: e.RequestHeader}).CookiesNamed(cookie) {
		if r := p.byKey[c.Value]; r != nil {
			return r
		}
	}
	return nil
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
	delete(p.byKey, r.key)
	p.print(r, err)
}
