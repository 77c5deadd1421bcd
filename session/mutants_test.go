package session

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: mutants. Each is a copy of the standard's law with one row changed or one guard
// replaced, and must be found by the rule that is named, with as few faults as that
// takes. What survives would show that the search proves nothing there.

// A mutant is one mistake.
type mutant struct {
	name   string
	rule   string // what begins the verdict
	faults int    // the smallest number that finds it
	sc     func(faults int) *scenario
	change func(*law)
}

// with makes a law of its own for a scenario.
func (m *mutant) with(faults int) *scenario {
	sc := m.sc(faults)
	cpe, acs, guards, queue, retry := standardCPE, standardACS, standardGuards, standardQueue, standardRetry
	cpe.floor, acs.answered = slices.Clone(cpe.floor), slices.Clone(acs.answered)
	sc.law = law{cpe: &cpe, acs: &acs, guards: &guards, queue: &queue, retry: &retry, prog: standardProgram}
	m.change(&sc.law)
	return sc
}

// The places of the moves of the floor.
const (
	floorRepeat = iota
	floorSpeak
	floorEnd
	floorYield
)

// row changes a row of the event table.
func row(code rpc.EventCode, change func(*EventRule)) func(*law) {
	return func(l *law) {
		r := (&EventQueue{}).Rule(code)
		change(&r)
		l.rows = append(l.rows, r)
	}
}

var turnMutants = []mutant{
	{"CPE speaks under hold", "S6", 0, transfer, func(l *law) {
		l.cpe.floor[floorSpeak].guard = func(c *CPE) bool { return len(c.queue) > 0 && !c.yielded }
	}},
	{"CPE speaks after its yield", "S41", 0, transfer, func(l *law) {
		l.cpe.floor[floorSpeak].guard = func(c *CPE) bool { return len(c.queue) > 0 && !c.hold }
	}},
	{"CPE repeats under hold", "S6", 0, transfer, func(l *law) {
		l.cpe.floor[floorRepeat].guard = func(c *CPE) bool { return c.again != nil }
	}},
	{"CPE ends at the first empty response", "S8", 0, turns, func(l *law) {
		l.cpe.floor[floorEnd].guard = func(c *CPE) bool { return c.empty }
	}},
	{"CPE never ends", "S8", 0, turns, func(l *law) {
		l.cpe.floor[floorEnd].guard = func(*CPE) bool { return false }
	}},
	{"CPE yields under hold", "S8", 0, turns, func(l *law) {
		l.cpe.floor[floorYield].guard = func(*CPE) bool { return true }
	}},
	{"CPE keeps the hold over an empty response", "S7", 0, held, func(l *law) {
		l.cpe.hold = func(c *CPE, env *rpc.Envelope) bool { return env == nil && c.hold || env != nil && env.HoldRequests }
	}},
	{"CPE does not note the hold", "S7", 0, turns, func(l *law) {
		l.cpe.hold = func(*CPE, *rpc.Envelope) bool { return false }
	}},
	{"CPE goes on after a fault to its Inform", "S4", 0, denied, func(l *law) {
		l.cpe.table[cpeInforming][inFault] = rule{cpeTurn, Result}
	}},
	{"CPE does not wait for its own answer", "L1", 0, turns, func(l *law) {
		l.cpe.table[cpeListening][inRequest] = rule{cpeTurn, Deliver}
	}},
	{"CPE repeats with a new envelope", "3.7.1.6", 0, transfer, func(l *law) {
		l.cpe.floor[floorRepeat].make = func(c *CPE) {
			c.queue, c.again = append([]rpc.Message{c.again.Message}, c.queue...), nil
			c.speak()
		}
	}},
	{"CPE repeats without end", "L2", 0, stubborn, func(l *law) {
		l.cpe.repeat = func(_ *CPE, f *rpc.Fault) bool { return f.FaultCode == rpc.FaultACSRetryRequest }
	}},
	{"CPE repeats after any fault", "S1", 0, denied, func(l *law) {
		l.cpe.repeat = func(*CPE, *rpc.Fault) bool { return true }
	}},
	{"an ID comes twice", "S5", 0, transfer, func(l *law) {
		l.guards.number = func(m *machine) string { return m.cfg.IDPrefix + "1" }
	}},
	{"an answer has an ID of its own", "S5", 0, turns, func(l *law) {
		l.guards.echo = func(_ asked, answer *rpc.Envelope) { answer.ID, answer.HasID = "0", true }
	}},
	{"an answer has no ID", "S5", 0, turns, func(l *law) { l.guards.echo = func(asked, *rpc.Envelope) {} }},
	{"an answer is never taken", "S10", 0, turns, func(l *law) {
		l.guards.correlate = func(*machine, *rpc.Envelope) (bool, Tolerance) { return false, 0 }
	}},
	{"ACS asks beside its answer", "S42", 0, turns, func(l *law) { l.acs.answered[2].next = acsFloor }},
	{"ACS ends a session whose CPE is held", "S8", 0, turns, func(l *law) {
		l.acs.ends = func(*ACS) bool { return true }
	}},
	{"ACS never ends", "L6", 0, turns, func(l *law) { l.acs.ends = func(*ACS) bool { return false } }},
	{"ACS takes a held empty POST for the yield", "S8", 0, turns, func(l *law) {
		l.acs.yields = func(*ACS) bool { return true }
	}},
	{"ACS does not release the hold", "S7", 0, held, func(l *law) { l.acs.release = func(*ACS) {} }},
	{"ACS ends the session with 8005 to the Inform", "3.7.1.6", 0, turns, func(l *law) {
		l.acs.answered = l.acs.answered[1:]
	}},
	{"ACS goes on after it has refused the Inform", "S4", 0, denied, func(l *law) {
		l.acs.answered = slices.Delete(l.acs.answered, 1, 2)
	}},
	{"ACS takes no request but the Inform", "L3", 0, denied, func(l *law) {
		l.acs.table[acsListening][inRequest] = rule{}
	}},
	{"ACS wants an Inform where others are due", "L3", 0, transfer, func(l *law) {
		l.acs.table[acsListening][inRequest], l.acs.table[acsListening][inInform] = rule{}, rule{acsServing, Deliver}
	}},
	{"CPE takes the version from the namespace alone", "S29", 0, turns14, func(l *law) {
		l.cpe.agree = func(response *rpc.Envelope, offered ...rpc.Version) (rpc.Version, error) {
			bare := *response
			bare.UseCWMPVersion = ""
			return rpc.AcceptVersion(&bare, offered...)
		}
	}},
	{"ACS takes its own version", "S29", 0, turns, func(l *law) {
		l.acs.agree = func(_ *rpc.Envelope, spoken ...rpc.Version) (rpc.Version, string, error) {
			return spoken[len(spoken)-1], "", nil
		}
	}},
	{"CPE waits under hold without a deadline", "S36", 0, held, func(l *law) {
		l.cpe.awaits = func(c *CPE) bool { return standardCPE.awaits(c) && !c.hold }
	}},
	{"ACS waits for an answer without a deadline", "S36", 0, turns, func(l *law) {
		l.acs.awaits = func(a *ACS) bool { return a.state != acsRequesting && standardACS.awaits(a) }
	}},
}

var eventMutants = []mutant{
	{"events go when they are sent", "S9", 0, events, func(l *law) { l.prog.open = []act{actStore, actSend, actClearEvents} }},
	{"2 PERIODIC is lost with the power", "S9", 1, events, row(rpc.EventPeriodic, func(r *EventRule) { r.Reboot = false })},
	{"2 PERIODIC is not tried again", "S9", 1, events, row(rpc.EventPeriodic, func(r *EventRule) { r.Retry = false })},
	{"2 PERIODIC is listed as often as it was", "S33", 0, periods, row(rpc.EventPeriodic, func(r *EventRule) { r.Single = false })},
	{"6 CONNECTION REQUEST is stored", "S23", 0, events, row(rpc.EventConnectionRequest, func(r *EventRule) { r.Retry = true })},
	{"6 CONNECTION REQUEST is tried again", "S23", 1, events, func(l *law) {
		l.queue.again = func(event, EventRule) bool { return true }
	}},
	{"0 BOOTSTRAP discards nothing", "S12", 0, bootstrap, row(rpc.EventBootstrap, func(r *EventRule) { r.Clears = false })},
	{"0 BOOTSTRAP is lost with the power, and nothing brings it back", "S9", 1, turns, func(l *law) {
		row(rpc.EventBootstrap, func(r *EventRule) { r.Reboot = false })(l)
		l.prog.remark = false
	}},
	{"1 BOOT discards what is older", "S9", 0, turns, row(rpc.EventBoot, func(r *EventRule) { r.Clears = true })},
	{"InformResponse acknowledges 7 TRANSFER COMPLETE", "S10", 0, transfer, row(rpc.EventTransferComplete, func(r *EventRule) { r.By = "Inform" })},
	{"InformResponse acknowledges M Download", "S10", 0, transfer, row(rpc.EventMDownload, func(r *EventRule) { r.By = "Inform" })},
	{"TransferCompleteResponse acknowledges 2 PERIODIC", "S10", 0, events, row(rpc.EventPeriodic, func(r *EventRule) { r.By = "TransferComplete" })},
	{"M Download is not tried again", "S9", 1, transfer, row(rpc.EventMDownload, func(r *EventRule) { r.Retry = false })},
	{"a report is taken for another", "S9", 0, twoTransfers, func(l *law) {
		l.queue.reports = func(p event, r EventRule, method, _ string) bool {
			return !r.Single && r.By == method && method != acknowledgedBy
		}
	}},
	{"one report acknowledges all transfers", "S9", 0, twoTransfers, func(l *law) {
		l.queue.gone = func(p event, r EventRule, method string, _ bool) bool { return r.By == method && p.listed }
	}},
	{"a reported transfer waits again", "S10", 1, heldTransfers, func(l *law) {
		l.queue.anew = func(p event, _ bool) bool { return p.again }
	}},
	{"what has happened again is forgotten", "S9", 0, periods, func(l *law) {
		l.queue.anew = func(event, bool) bool { return false }
	}},
	{"what has not been listed is acknowledged", "S9", 0, events, func(l *law) {
		l.queue.gone = func(_ event, r EventRule, method string, keyed bool) bool { return r.By == method && !keyed }
	}},
	{"nothing is ever acknowledged", "S10", 0, turns, func(l *law) {
		l.queue.gone = func(event, EventRule, string, bool) bool { return false }
	}},
	{"a failed session loses its events", "S9", 1, turns, func(l *law) {
		l.queue.again = func(event, EventRule) bool { return false }
	}},
	{"a reboot loses all events", "S9", 1, events, func(l *law) {
		l.queue.survives = func(event, EventRule) bool { return false }
	}},
	{"all events are stored", "S23", 0, events, func(l *law) {
		l.queue.durable = func(event, EventRule) bool { return true }
	}},
	{"the queue is stored backwards", "S11", 1, twoTransfers, func(l *law) { l.prog.backwards = true }},
	{"6 CONNECTION REQUEST is listed as often as it came", "S24", 0, requests, row(rpc.EventConnectionRequest, func(r *EventRule) { r.Single = false })},
	{"a connection request ends the session", "S25", 0, events, func(l *law) { l.prog.interrupt = true }},
	{"no event is stored", "S9", 1, events, func(l *law) {
		l.queue.durable = func(event, EventRule) bool { return false }
	}},
}

var retryMutants = []mutant{
	{"a reboot resets RetryCount", "S21", 2, turns, func(l *law) { l.retry.steps[onRebooted][sinceSuccess] = zero }},
	{"a reboot does not reset the waits", "S22", 2, alone, func(l *law) { l.retry.steps[onRebooted][sinceReboot] = keep }},
	{"a success does not reset RetryCount", "S21", 1, turns, func(l *law) { l.retry.steps[onSucceeded][sinceSuccess] = keep }},
	{"a success does not reset the waits", "D8", 1, turns, func(l *law) { l.retry.steps[onSucceeded][sinceReboot] = keep }},
	{"a failure does not count", "D8", 1, turns, func(l *law) { l.retry.steps[onFailed][sinceSuccess] = keep }},
	{"the waits do not grow", "S22", 1, turns, func(l *law) { l.retry.steps[onFailed][sinceReboot] = keep }},
}

var programMutants = []mutant{
	{"ACS answers the Inform before it has stored", "S9", 0, turns, func(l *law) { l.prog.inform = []act{actReply, actStore} }},
	{"ACS answers TransferComplete before it has stored", "S9", 0, transfer, func(l *law) { l.prog.complete = []act{actReply, actStore} }},
	{"TransferComplete has its effect each time", "S16", 0, transfer, func(l *law) { l.prog.effectAt = func(uint8) bool { return true } }},
	{"a task is dropped when it is sent", "S30", 0, turns, func(l *law) { l.prog.ask = []act{actDropTask, actSend} }},
	{"a task is sent before that is stored", "S30", 0, transfer, func(l *law) { l.prog.ask = []act{actSend, actStore} }},
	{"an answered task is not noted", "L5", 0, turns, func(l *law) { l.prog.ask = []act{actSend} }},
	{"an older session keeps out a new Inform", "S31", 1, turns, func(l *law) { l.prog.supersede = false }},
	{"a message reaches another session", "S31", 1, turns, func(l *law) { l.prog.fence = false }},
	{"a transfer's record goes when its report is sent", "S14", 0, transfer, func(l *law) {
		l.prog.open = []act{actStore, actSend, actClearTransfers}
	}},
	{"a Download is answered before its record is stored", "S14", 0, transfer, func(l *law) {
		l.prog.download = []act{actRecord, actReply, actStore}
	}},
	{"a Download leaves no record", "S14", 0, transfer, func(l *law) { l.prog.download = []act{actReply} }},
	{"a transfer is reported without its event", "S15", 1, transfer, func(l *law) { l.prog.recover, l.prog.unlisted = false, true }},
	{"a start records a result anew", "S17", 1, transfer, func(l *law) { l.prog.rerecord = true }},
	{"0 BOOTSTRAP is marked when it is sent", "S13", 0, turns, func(l *law) { l.prog.open = []act{actStore, actMark, actSend} }},
	{"an Inform lists one event", "S32", 0, events, func(l *law) { l.prog.short = true }},
	{"a session begins held", "S7", 0, turns, func(l *law) { l.prog.held = true }},
	{"a message without credentials is taken", "S26", 0, guarded, func(l *law) { l.prog.challenge = false }},
	{"credentials go along with a redirect", "S27", 0, guarded, func(l *law) { l.prog.everybody = true }},
	{"a sixth redirect is followed", "S28", 0, guarded, func(l *law) { l.prog.hops = maxHops + 1 }},
	{"a start forgets a finished transfer", "L3", 1, transfer, func(l *law) { l.prog.recover = false }},
}

func allMutants() []mutant {
	return slices.Concat(turnMutants, eventMutants, retryMutants, programMutants)
}

func TestMutants(t *testing.T) {
	for _, m := range allMutants() {
		t.Run(m.name, func(t *testing.T) { kill(t, &m) })
	}
	require.GreaterOrEqual(t, len(allMutants()), 30)
}

// kill finds a mutant with the faults it takes, and not with one less. The search is
// without reductions, so that the trace is the shortest.
func kill(t *testing.T, m *mutant) {
	for faults := range m.faults + 1 {
		sc := m.with(faults)
		sc.full = true
		r := searchModel(sc, 5_000_000)
		if faults < m.faults {
			require.Empty(t, r.rule, "found with %d faults", faults)
			continue
		}
		require.NotEmpty(t, r.rule, "not found in %d states", r.states)
		require.True(t, strings.HasPrefix(r.rule, m.rule), "found by %s\n%s", r.rule, strings.Join(r.trace, "\n"))
		t.Logf("%s; %d faults, %d states\n%s", r.rule, m.faults, r.states, strings.Join(r.trace, "\n"))
	}
}
