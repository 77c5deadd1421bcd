package session

import (
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what the model remembers only to judge: how often each event has arisen, what
// was acknowledged, what was accepted. The rules here are written once more, from
// TR-069 and not from the tables of this package. model_talk_test.go judges the turns.

// A ghost is what a CPE should know; there is one in memory and one of what was stored.
type ghost struct {
	gen       [numEvents]uint8    // how often it has arisen
	acked     [numEvents]uint8    // of these, how many need no more delivery
	listed    uint8               // the last "6 CONNECTION REQUEST" that was in an Inform
	failed    uint8               // sessions since the last that succeeded
	sinceBoot uint8               // of these, since the last reboot
	accepted  [maxTransfers]bool  // and not reported
	order     [maxTransfers]uint8 // the transfers whose event waits, from 1, in the order in which they ended
}

// keptOverReboot are the events that survive one.
var keptOverReboot = [numEvents]bool{
	evBootstrap: true, evPeriodic: true, evTransfer: true, evDownload1: true, evDownload2: true, evDownload3: true,
}

func (g *ghost) arise(e int) {
	if e == evBootstrap {
		g.acked = g.gen // what is older is discarded
		g.order = [maxTransfers]uint8{}
	}
	g.gen[e]++
	if e >= evDownload1 {
		g.order[slices.Index(g.order[:], 0)] = uint8(e - evDownload1 + 1)
	}
}

// reported: the event of a transfer waits no more.
func (g *ghost) reported(k int) {
	g.acked[evDownload1+k] = g.gen[evDownload1+k]
	at := slices.Index(g.order[:], uint8(k+1))
	if at >= 0 {
		copy(g.order[at:], g.order[at+1:])
		g.order[maxTransfers-1] = 0
	}
}

// waits reports whether an occurrence of the event has to be delivered.
func (g *ghost) waits(e int) bool { return g.gen[e] > g.acked[e] }

// ended: an "6 CONNECTION REQUEST" that was listed is never listed again.
func (g *ghost) ended() { g.acked[evRequest] = max(g.acked[evRequest], g.listed) }

func (g *ghost) rebooted() {
	for e := range g.gen {
		if !keptOverReboot[e] {
			g.acked[e] = g.gen[e]
		}
	}
	g.sinceBoot = 0
}

func (w *world) fail(rule string) {
	if w.bad == "" {
		w.bad = rule
	}
}

func (w *world) check(ok bool, rule string) {
	if !ok {
		w.fail(rule)
	}
}

// rule is the request whose response acknowledges an event.
func (sc *scenario) rule(e int) string {
	if e >= evTransfer {
		return "TransferComplete"
	}
	return "Inform"
}

// note: the ACS has stored that an event has arisen n times.
func (w *world) note(e int, n uint8) {
	if n == 0 { // a report in the session of its Download
		return
	}
	w.check(w.seen[e] < n || w.faults+w.refusals+w.denials > 0 || w.talk.acs.again || e == evTransfer, "S10: an event is delivered twice without a fault")
	w.seen[e] = max(w.seen[e], n)
}

// checkInform judges the Inform that opens a session.
func (w *world) checkInform(m *rpc.Inform) {
	g := &w.memory().ghost
	w.check(len(m.Event) > 0 || m.RetryCount > 0, "S24: a session opens for nothing")
	for e := range modelEvents {
		n := 0
		for _, x := range m.Event {
			if x == modelEvents[e] {
				n++
			}
		}
		w.check(n <= 1, "S33: an event is listed twice")
		switch {
		case e == evBootstrap:
			w.check((n == 1) == g.waits(e), "S12: 0 BOOTSTRAP is not in every Inform until it is acknowledged")
		case n == 1 && !g.waits(e) && e == evRequest:
			w.fail("S23: 6 CONNECTION REQUEST is in a retry")
		case n == 1 && !g.waits(e) && g.waits(evBootstrap):
			w.fail("S12: an event older than 0 BOOTSTRAP")
		default:
			w.check((n == 1) == g.waits(e), "S32: the Inform does not have every undelivered event")
		}
		if n == 1 {
			w.talk.cpe.list[e] = g.gen[e]
		}
	}
	if w.talk.cpe.list[evRequest] > 0 {
		g.listed = w.talk.cpe.list[evRequest]
	}
	w.check(keyed(m.Event) == g.order, "S11: events with CommandKeys are out of order")
	w.check(m.RetryCount == uint32(g.failed), "S21: RetryCount is not the failed sessions since the last success")
}

// keyed are the transfers of events with a CommandKey, as ghost.order has them.
func keyed(events []rpc.Event) (order [maxTransfers]uint8) {
	n := 0
	for _, e := range events {
		if k := slices.Index(modelEvents[evDownload1:], e); k >= 0 && n < maxTransfers {
			order[n] = uint8(k + 1)
			n++
		}
	}
	return order
}

// acknowledged: the response to a request came.
func (w *world) acknowledged(request rpc.Message) {
	g := &w.memory().ghost
	list := &w.talk.cpe.list
	switch r := request.(type) {
	case *rpc.Inform:
		for e := range list {
			if list[e] > 0 && w.sc.rule(e) == "Inform" {
				w.check(w.seen[e] >= list[e], "S9: an event is acknowledged before the ACS has noted it")
				g.acked[e] = max(g.acked[e], list[e])
				list[e] = 0
			}
		}
	case *rpc.TransferComplete:
		k := transferOf(r.CommandKey)
		w.check(w.effects[k] > 0, "S9: a TransferComplete is acknowledged before the ACS has noted it")
		g.reported(k)
		if !g.waits(evDownload1) && !g.waits(evDownload2) && !g.waits(evDownload3) {
			g.acked[evTransfer] = g.gen[evTransfer]
		}
		g.accepted[k], w.durable().ghost.accepted[k] = false, false
	}
}

// The standard's table of default waits, in seconds.
var modelBands = [][2]time.Duration{{0, 0}, {5, 10}, {10, 20}, {20, 40}, {40, 80}, {80, 160}, {160, 320}, {320, 640},
	{640, 1280}, {1280, 2560}, {2560, 5120}}

// checkWait judges the wait after a failed session.
func (w *world) checkWait() {
	g := &w.ram.ghost
	w.check(int(g.failed) <= 2*w.sc.faults+w.sc.denials+w.sc.refusals+1, "L3: sessions fail without end")
	band := modelBands[min(int(g.sinceBoot), len(modelBands)-1)]
	wait := w.ram.retry.wait / time.Second
	w.check(band[0] <= wait && wait <= band[1], "S22: the wait is not in the band of the failures since the reboot")
}

// waiting is how often an event is in the queue.
func (q *EventQueue) waiting(e int) (n int) {
	for i := range q.pending {
		if q.pending[i].Event == modelEvents[e] {
			n++
		}
	}
	return n
}

// judge checks what has to hold in every state.
func (w *world) judge() {
	g := &w.ram.ghost
	for e := range modelEvents {
		in := w.ram.queue.waiting(e) > 0
		switch {
		case in == g.waits(e) || w.pc == pcStore || e == evRequest:
		case in && g.waits(evBootstrap):
			w.fail("S12: an event older than 0 BOOTSTRAP")
		case in:
			w.fail("S10: an event stays that was acknowledged")
		default:
			w.fail("S9: an event has left the queue that was not acknowledged")
		}
	}
	w.check(w.disk.queue.waiting(evRequest) == 0, "S23: 6 CONNECTION REQUEST is stored")
	w.check(w.ram.queue.waiting(evRequest) <= 1, "S24: two connection requests are queued")
	w.check(w.ram.queue.Len() <= defaultEvents, "S37: the queue is beyond its bound")
	for k, a := range g.accepted {
		kept := w.disk.transfers[k] != trNone && w.ram.transfers[k] != trNone
		w.check(!a || kept, "S14: the record of an accepted transfer is gone before its report")
		w.check(w.effects[k] <= 1, "S16: a TransferComplete has two effects")
	}
	for i := range w.sc.tasks {
		w.check(w.tasks[i] != taskDropped, "S30: a task is dropped before its answer is stored")
	}
	w.judgeMachines()
}

// judgeMachines checks that whatever waits has a deadline, and that no session lives on
// without anybody to end it.
func (w *world) judgeMachines() {
	if w.cpe != nil && w.cpe.state != cpeNew && !w.cpe.Over() {
		at, ok := w.cpe.Deadline()
		w.check(ok, "S36: a CPE waits without a deadline")
		if w.pc == pcWait {
			w.check(!at.After(epochTime.Add(defaultTimeout)), "S36: a CPE waits for a message without a deadline")
			w.check(w.cpe.hold == w.talk.cpe.hold, "S7: the hold is not what the last response said")
		}
	}
	if w.acs != nil && w.acs.received > 0 && !w.acs.Over() {
		at, ok := w.acs.Deadline()
		w.check(ok, "S36: an ACS waits without a deadline")
		w.check(w.apc != pcWait || !at.After(epochTime.Add(defaultTimeout)), "S36: an ACS waits for a message without a deadline")
	}
	if w.pc == pcWait {
		w.check(w.post.on, "L1: a CPE waits for nothing")
	}
}
