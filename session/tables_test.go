package session_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: both tables written once more, from section 3.7 and not from the code: what
// each machine puts out in each state for each kind of message, and the state that it
// is in then. "refused" is ErrState, "breach" is the end with a *PeerError.

// kinds are the columns of the matrices.
var kinds = []string{"empty", "request", "inform", "response", "fault", "8005", "other response", "other ID", "no ID", "none"}

// message makes a received message; id and method are of the request that is out.
func message(kind, id, method string) *rpc.Envelope {
	answer := rpc.NewEnvelope(rpc.V12, id, (rpc.Registry{}).New(method+"Response"))
	switch kind {
	case "empty":
		return nil
	case "request":
		return ask(&rpc.TransferComplete{})
	case "inform":
		return ask(&rpc.Inform{})
	case "fault":
		answer.Message = rpc.NewFault(8002, "")
	case "8005":
		answer.Message = rpc.NewFault(8005, "")
	case "other response":
		answer.Message = &rpc.GetParameterNamesResponse{}
	case "other ID":
		answer.ID += "0"
	case "no ID":
		answer.ID, answer.HasID = "", false
	case "none":
		answer.Message = nil
	}
	return answer
}

// A receiver is what the matrices need of a machine.
type receiver interface {
	Receive(*rpc.Envelope) error
	Poll() session.Output
	Over() bool
	State() string
}

// outcome gives a message and tells what comes of it in words.
func outcome(m receiver, env *rpc.Envelope) string {
	before := m.State()
	if m.Receive(env) != nil {
		if m.State() != before {
			return "refused but changed"
		}
		return "refused"
	}
	words := ""
	for {
		o := m.Poll()
		if o.Kind == session.Wait {
			return words + "> " + m.State()
		}
		if _, breach := errors.AsType[*session.PeerError](o.Err); breach {
			return words + "breach"
		}
		words += strings.ToLower(o.Kind.String()) + " "
		switch {
		case o.Kind == session.Transmit && o.Envelope == nil:
			words += "(empty) "
		case o.Kind == session.Transmit:
			words += o.Envelope.Message.Method() + " "
		case o.Kind == session.Done:
			return words + "> " + m.State()
		}
	}
}

// A row is one state: how to come there, what is out, and the row of the matrix. A
// kind that the row leaves out is the value of rest.
type row[M any] struct {
	state      string
	reach      func(M)
	id, method string
	rest       string
	cells      map[string]string
}

func drained(m receiver) {
	for !m.Over() && m.Poll().Kind != session.Wait {
	}
}

// cpeAt makes CPE inputs with the outputs polled in between.
func cpeAt(inputs ...func(*session.CPE) error) func(*session.CPE) {
	return func(m *session.CPE) {
		for _, in := range inputs {
			if err := in(m); err != nil {
				panic(err)
			}
			drained(m)
		}
	}
}

func acsAt(inputs ...func(*session.ACS) error) func(*session.ACS) {
	return func(m *session.ACS) {
		for _, in := range inputs {
			if err := in(m); err != nil {
				panic(err)
			}
			drained(m)
		}
	}
}

// Inputs of a CPE.
func start(m *session.CPE) error   { return m.Start(&rpc.Inform{}) }
func queue(m *session.CPE) error   { return m.Send(&rpc.TransferComplete{}) }
func failed(m *session.CPE) error  { m.Fail(errLost); return nil }
func replied(m *session.CPE) error { return m.Reply(&rpc.RebootResponse{}) }
func gets(env *rpc.Envelope) func(*session.CPE) error {
	return func(m *session.CPE) error { return m.Receive(env) }
}

func informResponse() *rpc.Envelope { return rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{}) }

const (
	cpeFloor  = "waiting for a request or an empty response"
	cpeOut    = "waiting for the answer to TransferComplete"
	cpeOpened = "waiting for InformResponse"
)

var cpeRows = []row[*session.CPE]{
	{state: "not started", reach: cpeAt(queue), id: "1", method: "Inform", rest: "refused"},
	{state: cpeOpened, reach: cpeAt(start), id: "1", method: "Inform", rest: "breach", cells: map[string]string{
		"response": "result transmit (empty) > " + cpeFloor,
		"fault":    "result done > over",
		"8005":     "transmit Inform > " + cpeOpened,
	}},
	{state: cpeOut, reach: cpeAt(queue, start, gets(informResponse())), id: "2", method: "TransferComplete", rest: "breach", cells: map[string]string{
		"response": "result transmit (empty) > " + cpeFloor,
		"fault":    "result transmit (empty) > " + cpeFloor,
		"8005":     "transmit TransferComplete > " + cpeOut,
	}},
	{state: cpeFloor, reach: cpeAt(start, gets(informResponse())), id: "1", method: "Inform", rest: "breach", cells: map[string]string{
		"empty":   "done > over",
		"request": "deliver > answering TransferComplete",
		"inform":  "deliver > answering Inform",
	}},
	{state: cpeFloor, reach: cpeAt(start, gets(held(informResponse()))), id: "1", method: "Inform", rest: "breach", cells: map[string]string{
		"empty":   "transmit (empty) > " + cpeFloor,
		"request": "deliver > answering TransferComplete",
		"inform":  "deliver > answering Inform",
	}},
	{state: cpeFloor, reach: cpeAt(queue, start, gets(held(informResponse()))), id: "1", method: "Inform", rest: "breach", cells: map[string]string{
		"empty":   "transmit TransferComplete > " + cpeOut,
		"request": "deliver > answering TransferComplete",
		"inform":  "deliver > answering Inform",
	}},
	{state: "answering Reboot", reach: cpeAt(start, gets(informResponse()), gets(ask(&rpc.Reboot{}))), id: "1", method: "Inform", rest: "refused"},
	{state: cpeFloor, reach: cpeAt(start, gets(informResponse()), gets(ask(&rpc.Reboot{})), replied), id: "1", method: "Inform", rest: "breach", cells: map[string]string{
		"empty":   "done > over",
		"request": "deliver > answering TransferComplete",
		"inform":  "deliver > answering Inform",
	}},
	{state: "over", reach: cpeAt(start, failed), id: "1", method: "Inform", rest: "refused"},
}

// Inputs of an ACS.
func accept(m *session.ACS) error { return m.Reply(&rpc.InformResponse{}) }
func refuse(m *session.ACS) error { return m.Reply(rpc.NewFault(8001, "")) }
func again(m *session.ACS) error  { return m.Reply(rpc.NewFault(8005, "")) }
func reboot(m *session.ACS) error { return m.Send(&rpc.Reboot{}) }
func hold(m *session.ACS) error   { m.Hold(true); return nil }
func takes(env *rpc.Envelope) func(*session.ACS) error {
	return func(m *session.ACS) error { return m.Receive(env) }
}

var acsRows = []row[*session.ACS]{
	{state: "waiting for an Inform", reach: acsAt(), id: "1", method: "Reboot", rest: "breach", cells: map[string]string{
		"inform": "deliver > answering Inform",
	}},
	{state: "waiting for an Inform", reach: acsAt(takes(ask(&rpc.Inform{})), again), id: "1", method: "Reboot", rest: "breach", cells: map[string]string{
		"inform": "deliver > answering Inform",
	}},
	{state: "answering Inform", reach: acsAt(takes(ask(&rpc.Inform{}))), id: "1", method: "Reboot", rest: "refused"},
	{state: "listening", reach: acsAt(takes(ask(&rpc.Inform{})), accept), id: "1", method: "Reboot", rest: "breach", cells: map[string]string{
		"empty":   "floor > holding the floor",
		"request": "deliver > answering TransferComplete",
	}},
	{state: "listening", reach: acsAt(hold, takes(ask(&rpc.Inform{})), accept), id: "1", method: "Reboot", rest: "breach", cells: map[string]string{
		"empty": "floor > holding the floor", // and a request is against the hold
	}},
	{state: "holding the floor", reach: acsAt(takes(ask(&rpc.Inform{})), accept, takes(nil)), id: "1", method: "Reboot", rest: "refused"},
	{state: "waiting for the answer to Reboot", reach: acsAt(takes(ask(&rpc.Inform{})), accept, takes(nil), reboot), id: "1", method: "Reboot", rest: "breach", cells: map[string]string{
		"response": "result floor > holding the floor",
		"fault":    "result floor > holding the floor",
		"8005":     "result floor > holding the floor", // means nothing from a CPE: a fault like others
	}},
	{state: "over", reach: acsAt(takes(ask(&rpc.Inform{})), refuse), id: "1", method: "Reboot", rest: "refused"},
}

func TestTables(t *testing.T) {
	t.Run("CPE", func(t *testing.T) {
		matrix(t, cpeRows, func() *session.CPE { return session.NewCPE(session.Config{}) })
	})
	t.Run("ACS", func(t *testing.T) {
		matrix(t, acsRows, func() *session.ACS { return session.NewACS(session.Config{}) })
	})
}

func matrix[M receiver](t *testing.T, rows []row[M], fresh func() M) {
	for i, r := range rows {
		for kind := range r.cells {
			require.Contains(t, kinds, kind)
		}
		for _, kind := range kinds {
			m := fresh()
			r.reach(m)
			require.Equal(t, r.state, m.State(), "row %d", i)
			want, ok := r.cells[kind]
			if !ok {
				want = r.rest
			}
			assert.Equal(t, want, outcome(m, message(kind, r.id, r.method)), "row %d, %s: %s", i, r.state, kind)
		}
	}
}
