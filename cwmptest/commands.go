package cwmptest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

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
	Unsupported() error
	HandleTimeout(time.Time)
	Deadline() (time.Time, bool)
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
}

// A stage holds the machines of a transcript.
type stage struct {
	cfg    session.Config
	cpe    *session.CPE
	acs    *session.ACS
	sent   map[machine]string    // ID of the request sent last
	now    map[machine]time.Time // if it was told the time
	follow rpc.Message           // to be sent at the CPE's next Result
	peer   int                   // requests that arrived
	stored bool                  // the machines are stored and restored after each command
	out    strings.Builder
}

func newStage() *stage {
	s := &stage{}
	s.reset()
	return s
}

func (s *stage) reset() {
	s.cpe, s.acs = s.fresh()
	s.sent, s.now, s.peer, s.follow = map[machine]string{}, map[machine]time.Time{}, 0, nil
}

func (s *stage) fresh() (*session.CPE, *session.ACS) {
	acs := s.cfg
	acs.IDPrefix = "acs-"
	return session.NewCPE(s.cfg), session.NewACS(acs)
}

// again makes two new machines of the configuration that the words say.
func (s *stage) again(words string) error {
	var cfg session.Config
	for w := range strings.FieldsSeq(words) {
		key, value, _ := strings.Cut(w, "=")
		var err error
		switch key {
		case "tolerant":
			cfg.Tolerate = session.MissingID | session.WrongResponse | session.HeldRequest
		case "version":
			cfg.Version = rpc.ParseVersion(value)
		case "messages":
			cfg.MaxMessages, err = strconv.Atoi(value)
		case "timeout":
			cfg.Timeout, err = time.ParseDuration(value)
		case "duration":
			cfg.MaxDuration, err = time.ParseDuration(value)
		case "offer":
			cfg.SessionTimeout, err = time.ParseDuration(value)
		default:
			err = fmt.Errorf("unknown word %q", w)
		}
		if err != nil {
			return err
		}
	}
	s.cfg = cfg
	s.reset()
	return nil
}

// restore puts the machines into bytes and takes them out again.
func (s *stage) restore() {
	cpe, acs := s.fresh()
	for _, err := range []error{transplant(cpe, s.cpe), transplant(acs, s.acs)} {
		if err != nil {
			fmt.Fprintf(&s.out, "error: %v\n", err)
			return
		}
	}
	*s.cpe, *s.acs = *cpe, *acs
	for m, now := range s.now {
		m.HandleTimeout(now)
	}
}

func transplant(to, from machine) error {
	b, err := from.MarshalBinary()
	if err != nil {
		return err
	}
	return to.UnmarshalBinary(b)
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
		err = s.again(rest)
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
	if s.stored {
		s.restore()
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
	if !over || verb == "receive" && err == nil { // an empty POST too many is answered
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
	case "cpe follow":
		msg, err := message(rest)
		s.follow = msg
		return err
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
	case "whole":
		fmt.Fprintln(&s.out, m)
		return nil
	case "unsupported":
		return m.Unsupported()
	case "time":
		return s.time(m, rest)
	case "deadline":
		s.deadline(m)
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

// time lets a time pass at one of the machines.
func (s *stage) time(m machine, text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return err
	}
	if s.now[m].IsZero() {
		s.now[m] = time.Unix(1_000_000_000, 0)
	}
	s.now[m] = s.now[m].Add(d)
	m.HandleTimeout(s.now[m])
	return nil
}

func (s *stage) deadline(m machine) {
	if at, ok := m.Deadline(); ok {
		fmt.Fprintf(&s.out, "deadline in %v\n", at.Sub(s.now[m]))
	} else {
		fmt.Fprintln(&s.out, "no deadline")
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
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "id":
			env.ID = value
		case "noid":
			env.ID, env.HasID = "", false
		case "hold":
			env.HoldRequests = true
		case "version":
			env.Version = rpc.ParseVersion(value)
		case "supported":
			env.SupportedCWMPVersions = rpc.VersionList(value)
		case "use":
			env.UseCWMPVersion = value
		case "timeout":
			seconds, err := strconv.ParseUint(value, 10, 32)
			if err != nil {
				return err
			}
			env.SessionTimeout, env.HasSessionTimeout = uint32(seconds), true
		default:
			return fmt.Errorf("unknown word %q", w)
		}
	}
	return nil
}

// headers is what an envelope's header says beyond ID and hold.
func headers(env *rpc.Envelope) string {
	if env == nil {
		return ""
	}
	line := ""
	if env.HasSessionTimeout {
		line += fmt.Sprintf(" timeout=%d", env.SessionTimeout)
	}
	if env.SupportedCWMPVersions != "" {
		line += " supported=" + string(env.SupportedCWMPVersions)
	}
	if env.UseCWMPVersion != "" {
		line += " use=" + env.UseCWMPVersion
	}
	return line
}

// tolerated is the diagnostic of an output.
func tolerated(o session.Output) string {
	if o.Tolerated == 0 {
		return ""
	}
	return " tolerated: " + o.Tolerated.String()
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
			fmt.Fprintf(&s.out, "transmit %s%s\n", describe(o.Envelope), headers(o.Envelope))
		case session.Deliver:
			fmt.Fprintf(&s.out, "deliver %s%s\n", describe(o.Envelope), tolerated(o))
		case session.Result:
			fmt.Fprintf(&s.out, "result %s%s\n", describe(o.Envelope), tolerated(o))
			if s.follow != nil && m == machine(s.cpe) {
				next := s.follow
				s.follow = nil
				if err := m.Send(next); err != nil {
					fmt.Fprintf(&s.out, "error: %v\n", err)
				}
			}
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
	if local, ok := strings.CutPrefix(name, "foreign:"); ok {
		return &rpc.Vendor{Raw: soap.Raw{Space: "urn:foreign", Local: local, XML: []byte(`<` + local + ` xmlns="urn:foreign"/>`)}}, nil
	}
	if strings.HasPrefix(name, "X_") {
		return &rpc.Vendor{Raw: soap.Raw{Local: name, XML: []byte("<" + name + "/>")}}, nil
	}
	return nil, fmt.Errorf("unknown message %q", name)
}
