package cwmptest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: the commands of transcript files. transcripts.go has the files, and their
// list at Transcripts.

// A machine is what both session machines do.
type machine interface {
	Poll() session.Output
	Receive(*rpc.Envelope) error
	Reply(rpc.Message) error
	Send(rpc.Message) error
	Fail(error)
	Over() bool
	State() string
}

// A stage holds the machines of a transcript.
type stage struct {
	cpe  *session.CPE
	acs  *session.ACS
	sent map[machine]string // ID of the request sent last
	peer int                // requests that arrived
	out  strings.Builder
}

func newStage() *stage {
	s := &stage{}
	s.reset()
	return s
}

func (s *stage) reset() {
	s.cpe = session.NewCPE(session.Config{})
	s.acs = session.NewACS(session.Config{IDPrefix: "acs-"})
	s.sent, s.peer = map[machine]string{}, 0
}

// flush returns what came out since the last call.
func (s *stage) flush() string {
	defer s.out.Reset()
	return s.out.String()
}

// do runs one command and prints what comes of it.
func (s *stage) do(line string) {
	who, rest, _ := strings.Cut(line, " ")
	var err error
	switch who {
	case "new":
		s.reset()
	case "pipe":
		err = s.pipe(rest)
	case "cpe":
		err = s.command(s.cpe, line)
	case "acs":
		err = s.command(s.acs, line)
	default:
		err = unknown(line)
	}
	if err != nil {
		fmt.Fprintf(&s.out, "error: %v\n", err)
	}
}

func unknown(line string) error { return fmt.Errorf("unknown command %q", line) }

// command runs a command of one machine and prints what the machine puts out,
// Done but once.
func (s *stage) command(m machine, line string) error {
	over := m.Over()
	who, rest, _ := strings.Cut(line, " ")
	verb, rest, _ := strings.Cut(rest, " ")
	err := s.own(who+" "+verb, rest)
	if errors.Is(err, errNotOwn) {
		err = s.common(m, verb, rest)
	}
	if !over {
		s.drain(m)
	}
	return err
}

var errNotOwn = errors.New("not a command of one machine alone")

// own runs a command that only one of the machines has.
func (s *stage) own(command, rest string) error {
	switch command {
	case "cpe start":
		return s.start(rest)
	case "cpe unsent":
		for _, r := range s.cpe.Unsent() {
			fmt.Fprintf(&s.out, "unsent %s\n", r.Method())
		}
		return nil
	case "acs yield":
		return s.acs.Yield()
	case "acs hold":
		if rest != "on" && rest != "off" {
			return fmt.Errorf("hold is on or off, not %q", rest)
		}
		s.acs.Hold(rest == "on")
		return nil
	}
	return errNotOwn
}

// common runs a command that both machines have.
func (s *stage) common(m machine, verb, rest string) error {
	switch verb {
	case "receive":
		return s.receive(m, rest)
	case "fail":
		m.Fail(errors.New(rest))
		return nil
	case "state":
		fmt.Fprintf(&s.out, "state %s\n", m.State())
		return nil
	case "send", "reply":
	default:
		return unknown(strings.TrimSpace(verb + " " + rest))
	}
	msg, err := message(rest)
	switch {
	case err != nil:
		return err
	case verb == "send":
		return m.Send(msg)
	default:
		return m.Reply(msg)
	}
}

func (s *stage) start(events string) error {
	inform := &rpc.Inform{DeviceID: defaultID}
	for e := range strings.SplitSeq(events, ", ") {
		inform.Event = append(inform.Event, rpc.Event{EventCode: rpc.EventCode(e)})
	}
	return s.cpe.Start(inform)
}

// receive makes the message that arrives.
func (s *stage) receive(m machine, line string) error {
	if line == "(empty)" {
		return m.Receive(nil)
	}
	name, rest, _ := strings.Cut(line, " ")
	env := &rpc.Envelope{HasID: true, Version: rpc.V12}
	if name != "(none)" {
		msg, err := message(name)
		if err != nil {
			return err
		}
		env.Message = msg
	}
	if env.Message != nil && rpc.IsResponse(env.Message) {
		env.ID = s.sent[m]
	} else {
		s.peer++
		env.ID = "peer-" + strconv.Itoa(s.peer)
	}
	if err := mark(env, rest); err != nil {
		return err
	}
	return m.Receive(env)
}

// mark puts what the words after a MESSAGE say into its envelope.
func mark(env *rpc.Envelope, words string) error {
	for w := range strings.FieldsSeq(words) {
		id, given := strings.CutPrefix(w, "id=")
		switch {
		case given:
			env.ID = id
		case w == "noid":
			env.ID, env.HasID = "", false
		case w == "hold":
			env.HoldRequests = true
		default:
			return fmt.Errorf("unknown word %q", w)
		}
	}
	return nil
}

// drain prints what a machine puts out.
func (s *stage) drain(m machine) {
	for {
		o := m.Poll()
		switch o.Kind {
		case session.Wait:
			return
		case session.Transmit:
			if o.Envelope != nil && !rpc.IsResponse(o.Envelope.Message) {
				s.sent[m] = o.Envelope.ID
			}
			fmt.Fprintf(&s.out, "transmit %s\n", describe(o.Envelope))
		case session.Deliver:
			fmt.Fprintf(&s.out, "deliver %s\n", describe(o.Envelope))
		case session.Result:
			fmt.Fprintf(&s.out, "result %s\n", describe(o.Envelope))
		case session.Floor:
			fmt.Fprintln(&s.out, "floor")
		case session.Done:
			s.done(o.Err)
			return
		}
	}
}

func (s *stage) done(err error) {
	if err == nil {
		fmt.Fprintln(&s.out, "done")
	} else {
		fmt.Fprintf(&s.out, "done: %v\n", err)
	}
}

// pipe runs a whole session through two new machines.
func (s *stage) pipe(line string) error {
	p := &Pipe{Log: &s.out, Device: func(request rpc.Message) (rpc.Message, error) {
		return message(request.Method() + "Response")
	}}
	var own []rpc.Message
	to := &own
	for _, w := range strings.Fields(line) {
		if w == "ask" {
			to = &p.Ask
			continue
		}
		msg, err := message(w)
		if err != nil {
			return err
		}
		*to = append(*to, msg)
	}
	err := p.Run(&rpc.Inform{DeviceID: defaultID, Event: []rpc.Event{{EventCode: rpc.EventBoot}}}, own...)
	s.done(err)
	return nil
}

// message makes a message by its name.
func message(name string) (rpc.Message, error) {
	if code, isFault := strings.CutPrefix(name, "Fault:"); isFault {
		n, err := strconv.ParseUint(code, 10, 32)
		return rpc.NewFault(rpc.FaultCode(n), ""), err
	}
	if m := (rpc.Registry{}).New(name); m != nil {
		return m, nil
	}
	if strings.HasPrefix(name, "X_") {
		return &rpc.Vendor{Raw: soap.Raw{Local: name}}, nil
	}
	return nil, fmt.Errorf("unknown message %q", name)
}
