package main

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what is printed: a line a step, as it happens, drawn from what a
// transport.Recorder keeps of the session.

// The steps, as they are printed. Messages that the procedure does not have get no
// number.
var (
	sent = map[string]string{
		"Inform":                     "(3) POST Inform",
		"(empty)":                    "(5) POST empty",
		"GetParameterValuesResponse": "(7) POST GetParameterValues response",
		"SetParameterValuesResponse": "(9) POST SetParameterValues response",
	}
	received = map[string]string{
		"InformResponse":     "(4) Inform response",
		"GetParameterValues": "(6) GetParameterValues request",
		"SetParameterValues": "(8) SetParameterValues request",
		"(empty)":            "(10) empty response",
	}
	again  = map[string]string{"(3) POST Inform": "(3b) POST Inform again"}
	wanted = []string{
		"(1) open TCP connection", "(2) SSL initiation", "(3) POST Inform", "(3a) 401 digest challenge",
		"(3b) POST Inform again", "(4) Inform response", "(5) POST empty", "(6) GetParameterValues request",
		"(7) POST GetParameterValues response", "(8) SetParameterValues request",
		"(9) POST SetParameterValues response", "(10) empty response", "(11) close connection",
	}
)

// A ladder prints the steps of a session.
type ladder struct {
	out              io.Writer
	verbose, secrets bool
	policy           string // of TLS

	steps []string // of this session
	tls   bool     // step 2 was printed
}

// begin starts a new session and returns what its client has to be given.
func (l *ladder) begin() *transport.Trace {
	l.steps, l.tls = nil, false
	r := &transport.Recorder{Each: l.draw}
	return r.Trace()
}

// complete reports what is missing of the eleven steps.
func (l *ladder) complete() error {
	if slices.Equal(l.steps, wanted) {
		return nil
	}
	return errors.New("the session ended well, but not all of its steps happened in order")
}

// draw prints what an event is in the eleven steps. States, challenges and redirects
// have no line of their own: the responses show them.
func (l *ladder) draw(e transport.Event) {
	c := e.Connection
	switch e.Kind {
	case transport.EventConnected:
		l.step("(1) open TCP connection", "%v -> %v", c.Local, c.Remote)
	case transport.EventTLS:
		l.handshake(c.TLS)
	case transport.EventSending:
		l.sending(&e)
	case transport.EventReceived:
		l.received(&e)
	case transport.EventClosed:
		l.step("(11) close connection", "%v -> %v", c.Local, c.Remote)
	}
}

func (l *ladder) step(name, format string, args ...any) {
	l.steps = append(l.steps, name)
	fmt.Fprintf(l.out, "%-38s %s\n", name, fmt.Sprintf(format, args...))
}

func (l *ladder) handshake(s *tls.ConnectionState) {
	l.tls = true
	l.step("(2) SSL initiation", "%s, %s, SSL client policy %s",
		tls.VersionName(s.Version), tls.CipherSuiteName(s.CipherSuite), l.policy)
}

// sending prints the request's half of an exchange.
func (l *ladder) sending(event *transport.Event) {
	e := &event.Exchange
	if len(l.steps) == 1 && !l.tls {
		l.step("(2) SSL initiation", "not used")
	}
	name := cmp.Or(sent[nameOf(e.Request)], "POST "+nameOf(e.Request))
	if e.Repeated {
		name = cmp.Or(again[name], name+" again")
	}
	l.step(name, "%s", details(event.At, e.Request, len(e.RequestBody), 0))
	if l.verbose {
		l.dump("> ", e.RequestHeader, e.RequestBody)
	}
}

// received prints the response's half.
func (l *ladder) received(event *transport.Event) {
	e := &event.Exchange
	if e.Status == 0 {
		return
	}
	name := cmp.Or(received[nameOf(e.Response)], nameOf(e.Response))
	switch {
	case e.Challenged && nameOf(e.Request) == "Inform":
		name = "(3a) 401 digest challenge"
	case e.Challenged:
		name = "401 challenge"
	case e.Redirected != "":
		name = "redirect to " + oneLine(e.Redirected)
	case e.Err != nil:
		name = "refused response"
	}
	l.step(name, "%s", details(event.At, e.Response, len(e.ResponseBody), e.Status))
	if l.verbose {
		l.dump("< ", e.ResponseHeader, e.ResponseBody)
	}
}

// details are a message's time since the session's start, its size, HTTP status and
// cwmp:ID, those that it has.
func details(at time.Duration, env *rpc.Envelope, size, status int) string {
	s := fmt.Sprintf("%7.2f ms  %5d bytes", at.Seconds()*1000, size)
	if status != 0 {
		s += fmt.Sprintf("  HTTP %d", status)
	}
	if env != nil && env.HasID {
		s += fmt.Sprintf("  ID %s", oneLine(env.ID))
	}
	if env != nil {
		if fault, ok := env.Message.(*rpc.Fault); ok {
			s += "  " + oneLine(fault.Error())
		}
	}
	return s
}

func nameOf(env *rpc.Envelope) string {
	if env == nil || env.Message == nil {
		return "(empty)"
	}
	return env.Message.Method()
}
