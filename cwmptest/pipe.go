package cwmptest

import (
	"fmt"
	"io"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: the loops of package session's doc, one inside the other: a Transmit of the
// CPE runs the ACS up to its answer.

// A Pipe couples a CPE and an ACS machine without a network, for one session.
// Every message is encoded by its sender and decoded by its receiver.
type Pipe struct {
	// CPE and ACS are the machines. Nil is a new one with the zero Config; the
	// ACS's requests have IDs that begin with "acs-".
	CPE *session.CPE
	ACS *session.ACS
	// Device answers the ACS's requests with a response or an error: a *rpc.Fault
	// or rpc.FaultCode goes to the ACS as it is, any other error as fault 9002.
	// Nil refuses all with 9000.
	Device func(request rpc.Message) (rpc.Message, error)
	// Answer answers the CPE's requests, Inform included, in the same way; any
	// other error is fault 8002. Nil answers each with its zero response, and
	// with 8000 what has none.
	Answer func(request rpc.Message) (rpc.Message, error)
	// Ask holds the ACS's requests, in order. Run takes from it what it sends.
	Ask []rpc.Message
	// Log is where the transcript goes. Nil is nowhere.
	Log io.Writer

	cpeEnd, acsEnd error
}

// Run runs a session: the Inform, the CPE's requests, then the ACS's. It returns
// how the session ended at the CPE's end, or else how it ended at the ACS's: nil
// if it ended well at both. A message that cannot be encoded, or that its receiver
// cannot decode or may not get, fails the CPE with what was wrong.
func (p *Pipe) Run(inform *rpc.Inform, requests ...rpc.Message) error {
	if p.CPE == nil {
		p.CPE = session.NewCPE(session.Config{})
	}
	if p.ACS == nil {
		p.ACS = session.NewACS(session.Config{IDPrefix: "acs-"})
	}
	for _, r := range requests {
		if err := p.CPE.Send(r); err != nil {
			return err
		}
	}
	if err := p.CPE.Start(inform); err != nil {
		return err
	}
	p.cpe()
	if p.cpeEnd != nil {
		return p.cpeEnd
	}
	return p.acsEnd
}

// cpe drives the CPE; each Transmit drives the ACS up to its answer.
func (p *Pipe) cpe() {
	for o := range p.CPE.Outputs() {
		switch o.Kind {
		case session.Transmit:
			p.log(fromCPE, o.Envelope)
			p.deliver(p.acs(o.Envelope))
		case session.Deliver:
			if err := p.CPE.Reply(answer(p.Device, refuse, o.Envelope.Message, rpc.FaultInternalError)); err != nil {
				p.CPE.Fail(err)
			}
		case session.Done:
			p.cpeEnd = o.Err
		}
	}
}

// deliver gives an answer of the ACS to the CPE.
func (p *Pipe) deliver(env *rpc.Envelope, err error) {
	if err == nil {
		p.log(fromACS, env)
		env, err = overWire(env)
	}
	if err == nil {
		err = p.CPE.Receive(env)
	}
	if err != nil {
		p.CPE.Fail(err)
	}
}

// acs gives one message to the ACS and returns what it answers.
func (p *Pipe) acs(env *rpc.Envelope) (response *rpc.Envelope, err error) {
	if env, err = overWire(env); err != nil {
		return nil, err
	}
	if err := p.ACS.Receive(env); err != nil {
		return nil, err
	}
	answered := false
	for o := range p.ACS.Outputs() {
		switch o.Kind {
		case session.Transmit:
			response, answered = o.Envelope, true
		case session.Deliver:
			err = p.ACS.Reply(answer(p.Answer, accept, o.Envelope.Message, rpc.FaultACSInternalError))
		case session.Floor:
			err = p.floor()
		case session.Done:
			p.acsEnd = o.Err
		}
	}
	if err == nil && !answered {
		err = p.acsEnd
	}
	return response, err
}

// floor makes the ACS's next request, or yields.
func (p *Pipe) floor() error {
	if len(p.Ask) == 0 {
		return p.ACS.Yield()
	}
	next := p.Ask[0]
	p.Ask = p.Ask[1:]
	return p.ACS.Send(next)
}

// An answerer answers requests, as Pipe's Device and Answer do.
type answerer = func(request rpc.Message) (rpc.Message, error)

// answer asks an answerer, or the one that stands for a nil one. What goes wrong
// inside is a fault of the code internal.
func answer(a, standard answerer, request rpc.Message, internal rpc.FaultCode) rpc.Message {
	if a == nil {
		a = standard
	}
	response, err := a(request)
	if err != nil {
		return rpc.AsFault(err, internal)
	}
	return response
}

// refuse stands for a nil Device.
func refuse(rpc.Message) (rpc.Message, error) { return nil, rpc.FaultMethodNotSupported }

// accept stands for a nil Answer.
func accept(request rpc.Message) (rpc.Message, error) {
	if response := (rpc.Registry{}).New(request.Method() + "Response"); response != nil {
		return response, nil
	}
	return nil, rpc.FaultACSMethodNotSupported
}

func (p *Pipe) log(arrow string, env *rpc.Envelope) {
	if p.Log != nil {
		fmt.Fprintf(p.Log, "%s%s\n", arrow, describe(env))
	}
}

// overWire encodes and decodes an envelope.
func overWire(env *rpc.Envelope) (*rpc.Envelope, error) {
	if env == nil {
		return nil, nil
	}
	b, err := env.Append(nil, rpc.Style{})
	if err != nil {
		return nil, err
	}
	return rpc.Parse(b, rpc.Config{Level: soap.Standard}) // both ends are ours
}
