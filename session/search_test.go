package session_test

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: exhaustive search. All short sequences of inputs from a small alphabet are
// given to each machine behind its observer. A letter that is refused or that comes
// after the end changes nothing, which the observer checks, so no sequence goes on
// from there.

var errLost = errors.New("connection lost")

// A letter is an input; it may depend on what the machine said.
type letter[W any] struct {
	name string
	do   func(W)
}

// reply makes an answer of the peer to the request that is out, or else to an Inform.
func (w *watch) reply(c rpc.FaultCode) *rpc.Envelope {
	env := rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{})
	if w.out != nil {
		env.ID = w.out.ID
		env.Message = responseTo(w.out.Message)
	}
	if c != 0 {
		env.Message = rpc.NewFault(c, "")
	}
	return env
}

func responseTo(request rpc.Message) rpc.Message {
	return (rpc.Registry{}).New(request.Method() + "Response")
}

func held(env *rpc.Envelope) *rpc.Envelope {
	env.HoldRequests = true
	return env
}

func renamed(env *rpc.Envelope, id string, has bool) *rpc.Envelope {
	env.ID, env.HasID = id, has
	return env
}

func ask(msg rpc.Message) *rpc.Envelope { return rpc.NewEnvelope(rpc.V12, "peer", msg) }

// cpeAlphabet begins with what is refused while outputs are pending.
var cpeAlphabet = []letter[*cpeWatch]{
	{"start", func(w *cpeWatch) { w.start() }},
	{"empty", func(w *cpeWatch) { w.receive(nil) }},
	{"request", func(w *cpeWatch) { w.receive(ask(&rpc.Reboot{})) }},
	{"request, held", func(w *cpeWatch) { w.receive(held(ask(&rpc.Reboot{}))) }},
	{"answer", func(w *cpeWatch) { w.receive(w.watch.reply(0)) }},
	{"answer, held", func(w *cpeWatch) { w.receive(held(w.watch.reply(0))) }},
	{"fault", func(w *cpeWatch) { w.receive(w.watch.reply(8002)) }},
	{"8005", func(w *cpeWatch) { w.receive(w.watch.reply(8005)) }},
	{"8005, held", func(w *cpeWatch) { w.receive(held(w.watch.reply(8005))) }},
	{"other ID", func(w *cpeWatch) { w.receive(renamed(w.watch.reply(0), "other", true)) }},
	{"no ID", func(w *cpeWatch) { w.receive(renamed(w.watch.reply(0), "", false)) }},
	{"other response", func(w *cpeWatch) { w.receive(ask(&rpc.GetParameterNamesResponse{})) }},
	{"nothing", func(w *cpeWatch) { w.receive(ask(nil)) }},
	{"reply", func(w *cpeWatch) { w.reply(&rpc.RebootResponse{}) }},
	{"reply otherwise", func(w *cpeWatch) { w.reply(&rpc.InformResponse{}) }},
	{"reply nothing", func(w *cpeWatch) { w.reply(nil) }},
	{"send", func(w *cpeWatch) { w.send(&rpc.TransferComplete{}) }},
	{"send an Inform", func(w *cpeWatch) { w.send(&rpc.Inform{}) }},
	{"fail", func(w *cpeWatch) { w.fail(errLost) }},
}

const cpeRefused = 16 // of cpeAlphabet, while outputs are pending

var acsAlphabet = []letter[*acsWatch]{
	{"empty", func(w *acsWatch) { w.receive(nil) }},
	{"Inform", func(w *acsWatch) { w.receive(ask(&rpc.Inform{})) }},
	{"request", func(w *acsWatch) { w.receive(ask(&rpc.TransferComplete{})) }},
	{"answer", func(w *acsWatch) { w.receive(w.watch.reply(0)) }},
	{"fault", func(w *acsWatch) { w.receive(w.watch.reply(9002)) }},
	{"other ID", func(w *acsWatch) { w.receive(renamed(w.watch.reply(0), "other", true)) }},
	{"no ID", func(w *acsWatch) { w.receive(renamed(w.watch.reply(0), "", false)) }},
	{"other response", func(w *acsWatch) { w.receive(ask(&rpc.GetParameterNamesResponse{})) }},
	{"nothing", func(w *acsWatch) { w.receive(ask(nil)) }},
	{"reply", func(w *acsWatch) { w.accept() }},
	{"8005", func(w *acsWatch) { w.reply(rpc.NewFault(8005, "")) }},
	{"refuse", func(w *acsWatch) { w.reply(rpc.NewFault(8001, "")) }},
	{"reply otherwise", func(w *acsWatch) { w.reply(&rpc.GetParameterNamesResponse{}) }},
	{"send", func(w *acsWatch) { w.send(&rpc.Reboot{}) }},
	{"send a response", func(w *acsWatch) { w.send(&rpc.RebootResponse{}) }},
	{"yield", func(w *acsWatch) { w.yield() }},
	{"hold", func(w *acsWatch) { w.setHold(true) }},
	{"release", func(w *acsWatch) { w.setHold(false) }},
	{"fail", func(w *acsWatch) { w.fail(errLost) }},
}

const acsRefused = 16

// accept answers what was delivered, or else an Inform.
func (w *acsWatch) accept() {
	if w.open == nil {
		w.reply(&rpc.InformResponse{})
		return
	}
	w.reply(responseTo(w.open.Message))
}

// probes makes a probe: every letter, each to be refused.
func probes[W any](w W, alphabet []letter[W]) func() {
	return func() {
		for _, l := range alphabet {
			l.do(w)
		}
	}
}

// depth is how long the sequences are.
func depth() int {
	switch {
	case os.Getenv("CWMP_LONG") == "1":
		return 6
	case testing.Short():
		return 4
	}
	return 5
}

func TestSearchCPE(t *testing.T) {
	depth := depth()
	var tolerate session.Tolerance
	fresh := func() (*cpeWatch, *watch) {
		w := watchCPE(session.Config{Tolerate: tolerate})
		w.probe = probes(w, cpeAlphabet[:cpeRefused])
		return w, &w.watch
	}
	n := search(t, depth, cpeAlphabet, fresh, nil)
	tolerate = session.MissingID
	n += search(t, depth-1, cpeAlphabet, fresh, nil)
	t.Logf("%d sequences", n)
}

func TestSearchACS(t *testing.T) {
	depth := depth()
	var tolerate session.Tolerance
	fresh := func() (*acsWatch, *watch) {
		w := watchACS(session.Config{Tolerate: tolerate})
		w.probe = probes(w, acsAlphabet[:acsRefused])
		return w, &w.watch
	}
	n := search(t, depth, acsAlphabet, fresh, nil)
	tolerate = session.MissingID | session.HeldRequest
	n += search(t, depth-1, acsAlphabet, fresh, nil)
	t.Logf("%d sequences", n)
}

// search gives all sequences that begin with the prefix and returns how many.
func search[W any](t *testing.T, depth int, alphabet []letter[W], fresh func() (W, *watch), prefix []letter[W]) int {
	t.Helper()
	n := 0
	for _, l := range alphabet {
		w, seen := fresh()
		seen.quietly(func() {
			for _, p := range prefix {
				p.do(w)
			}
		})
		steps := len(seen.trace)
		over := seen.over
		l.do(w)
		require.Empty(t, seen.verdict())
		n++
		taken := len(seen.trace) > steps+1 || l.name == "send" || l.name == "hold" || l.name == "release"
		if depth > 1 && taken && !over {
			n += search(t, depth-1, alphabet, fresh, append(prefix[:len(prefix):len(prefix)], l))
		}
	}
	return n
}
