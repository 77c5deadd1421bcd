package session

import (
	"slices"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the CPE's program in the model. What it writes durably is a step of its own, so
// that a crash can come before and after it.

func (m *mover) cpeMoves() {
	w := m.w
	switch w.pc {
	case pcIdle:
		m.idle()
	case pcOpen:
		m.add("CPE opens", (*world).openStep)
	case pcServe:
		m.add("CPE serves", (*world).serveStep)
	case pcStore:
		m.add("CPE stores", (*world).storeResult)
	}
	m.environment()
}

// idle: what has to be stored is, then a session opens if one is due.
func (m *mover) idle() {
	w := m.w
	lost := false
	for k := range w.ram.transfers {
		if w.lost(k) {
			lost = true
			m.add("CPE finds a transfer to report", func(v *world) { v.arise(evTransfer); v.arise(evDownload1 + k) })
		}
	}
	switch {
	case lost:
	case w.ram.retry.counts != w.disk.retry.counts:
		m.add("CPE stores RetryCount", (*world).storeRetry)
	case w.ram.transfers != w.disk.transfers:
		m.add("CPE stores its transfers", (*world).storeTransfers)
	case w.due():
		m.add("CPE opens a session", func(v *world) { v.pc, v.step = pcOpen, 0; v.openStep() })
	}
}

// lost reports whether a transfer has a result, and its event went with the memory.
func (w *world) lost(k int) bool {
	return w.ram.transfers[k] >= trGood && w.sc.law.prog.recover && w.ram.queue.waiting(evDownload1+k) == 0
}

// due reports whether a session has to be opened.
func (w *world) due() bool { return w.ram.queue.Len() > 0 || w.ram.retry.RetryCount() > 0 }

// cpeBusy reports whether the CPE's next step concerns nobody else: it serves, stores or
// opens a session, and no POST is out.
func (w *world) cpeBusy() bool {
	return w.pc == pcOpen || w.pc == pcServe || w.pc == pcStore ||
		w.pc == pcIdle && (w.due() || w.lost(0) || w.lost(1) || w.lost(2) || w.ram.retry.counts != w.disk.retry.counts || w.ram.transfers != w.disk.transfers)
}

// environment: events arise and transfers end, where that matters: before the queue is
// stored or listed, before a response that acknowledges, and a transfer that can be
// reported in this session before any response.
func (m *mover) environment() {
	w := m.w
	storing := w.pc == pcStore && w.step == 0
	opening := w.pc == pcIdle && !w.lost(0) && !w.lost(1) && !w.lost(2) && w.ram.retry.counts == w.disk.retry.counts && w.ram.transfers == w.disk.transfers
	answered := w.pc == pcWait && w.resp.on
	acknowledged := answered && acknowledges(w.resp.env)
	if w.sc.full {
		opening, answered = w.pc == pcIdle, w.pc == pcWait
		acknowledged = answered
	}
	for i, e := range w.sc.occur {
		if w.occurred&(1<<i) == 0 && (storing || opening || acknowledged) {
			m.add(eventNames[e], func(v *world) { v.occurred |= 1 << i; v.happen(e) })
		}
	}
	for k, t := range w.disk.transfers {
		if t != trRunning || w.ram.transfers[k] != trRunning {
			continue
		}
		if storing || opening || acknowledged || answered && w.talk.cpe.accepted[k] {
			m.add("transfer ends", func(v *world) { v.finish(k) })
		}
	}
}

var eventNames = func() (names [numEvents]string) {
	for e := range names {
		names[e] = "event " + string(modelEvents[e].EventCode)
	}
	return names
}()

// acknowledges reports whether an envelope is a response that takes events off.
func acknowledges(env *rpc.Envelope) bool {
	if env == nil {
		return false
	}
	switch env.Message.(type) {
	case *rpc.InformResponse, *rpc.TransferCompleteResponse:
		return true
	}
	return false
}

// happen: an event arises that requires a session.
func (w *world) happen(e int) {
	if e == evBootstrap { // the device has another ACS
		w.memory().mark, w.durable().mark = false, false
	}
	w.arise(e)
	w.memory().retry.Trigger()
	if e == evRequest && w.cpe != nil && w.sc.law.prog.interrupt {
		w.theCPE().Fail(errModelRequest)
		w.post, w.resp, w.pc = flight{}, flight{}, pcPoll
	}
}

// finish: a transfer has ended well. Its result is recorded first, and nothing else with
// it: a record that is gone may not be gone before its event.
func (w *world) finish(k int) {
	w.memory().transfers[k], w.durable().transfers[k] = trGood, trGood
	w.arise(evTransfer)
	w.arise(evDownload1 + k)
	w.memory().retry.Trigger()
	w.sendLate(k)
}

// sendLate reports a transfer in the session that is open, which is allowed before the
// yield if it is the one in which it was asked for.
func (w *world) sendLate(k int) {
	if w.cpe == nil || !w.talk.cpe.accepted[k] {
		return
	}
	w.talk.cpe.late = w.talk.cpe.late || w.talk.cpe.yielded
	w.must(w.theCPE().Send(w.report(k)))
}

// report is the TransferComplete of a transfer.
func (w *world) report(k int) *rpc.TransferComplete {
	m := &rpc.TransferComplete{CommandKey: modelEvents[evDownload1+k].CommandKey}
	if w.ram.transfers[k] == trBroken {
		m.FaultStruct.FaultCode = rpc.FaultTransferFailure
	}
	return m
}

// arise adds an event to the queue in memory.
func (w *world) arise(e int) {
	if err := w.memory().queue.Add(modelEvents[e]); err != nil {
		w.fail("S37: the queue is full")
	}
	w.ram.ghost.arise(e)
}

func (w *world) openStep() {
	acts := w.sc.law.prog.open
	w.step++
	switch acts[w.step-1] {
	case actStore:
		w.storeQueue()
	case actMark:
		w.memory().mark = true
		w.storeMark()
	case actSend:
		w.start()
	case actClearEvents:
		w.memory().queue.pending = nil
	case actClearTransfers:
		w.memory().transfers = [maxTransfers]uint8{}
	}
	if int(w.step) == len(acts) {
		w.pc, w.step = pcPoll, 0
	}
}

// start opens the session, after the wait if one runs.
func (w *world) start() {
	m := w.memory()
	if !m.retry.Due() {
		m.retry.wait = 0
	}
	w.own |= ownCPE
	w.cpe = NewCPE(Config{Version: w.sc.version, MaxMessages: 1 << 20})
	w.cpe.rules, w.cpe.guards = w.sc.law.cpe, w.sc.law.guards
	w.cpe.HandleTimeout(epochTime)
	w.cpe.hold = w.sc.law.prog.held
	w.epoch = 1 + max(w.aEpoch, w.stale.epoch)
	w.hops, w.creds = 0, false
	w.talk.cpe = cpeTalk{}
	inform := &rpc.Inform{Event: m.queue.Inform(), RetryCount: m.retry.RetryCount()}
	if w.sc.law.prog.short {
		inform.Event = inform.Event[:1]
	}
	w.checkInform(inform)
	for _, p := range slices.Backward(m.queue.pending) { // any order will do
		k := slices.Index(modelEvents[:], p.Event) - evDownload1
		if k >= 0 && p.listed && m.transfers[k] >= trGood {
			w.must(w.cpe.Send(w.report(k)))
		}
	}
	for k, t := range m.transfers {
		if t >= trGood && w.sc.law.prog.unlisted && m.queue.waiting(evDownload1+k) == 0 {
			w.must(w.cpe.Send(w.report(k)))
		}
	}
	w.must(w.cpe.Start(inform))
}

// must: an input that fits is taken.
func (w *world) must(err error) {
	if err != nil {
		w.fail("L1: an input that fits is refused")
	}
}

// cpePoll polls up to where the program has to do something.
func (w *world) cpePoll() {
	c := w.theCPE()
	for {
		o := c.Poll()
		switch o.Kind {
		case Wait:
			w.fail("L1: nothing to wait for")
			return
		case Transmit:
			w.cpeSends(o.Envelope)
			w.send(o.Envelope)
			w.pc = pcWait
			return
		case Deliver:
			w.cpeGets(o)
			w.pc, w.step, w.request = pcServe, 0, o.Envelope
			return
		case Result:
			w.cpeResult(o)
			if w.result(o) {
				w.pc, w.step = pcStore, 0
				return
			}
		case Done:
			w.cpeDone(o.Err)
			w.end(o.Err)
			return
		}
	}
}

// result takes off what was acknowledged and reports whether that has to be stored.
func (w *world) result(o Output) bool {
	m := w.memory()
	gone := m.queue.Result(o)
	_, refused := o.Envelope.Message.(*rpc.Fault)
	if refused {
		return gone
	}
	bootstrap := isInform(o.Request) && w.talk.cpe.list[evBootstrap] > 0
	w.acknowledged(o.Request)
	if complete, _ := o.Request.(*rpc.TransferComplete); complete != nil {
		m.transfers[transferOf(complete.CommandKey)] = trNone
	}
	if bootstrap && !slices.Contains(m.queue.Pending(), modelEvents[evBootstrap]) {
		m.mark = true
	}
	return gone || m.transfers != w.disk.transfers
}

func transferOf(key string) int { return int(key[1] - '1') }

// storeResult stores the queue and then the rest: the other way round a crash in
// between would leave an event that nothing acknowledges.
func (w *world) storeResult() {
	w.step++
	switch {
	case w.step == 1:
		w.storeQueue()
	case w.ram.transfers != w.disk.transfers:
		w.storeTransfers()
	default:
		w.storeMark()
	}
	if w.ram.transfers == w.disk.transfers && w.ram.mark == w.disk.mark {
		w.pc, w.step = pcPoll, 0
	}
}

func (w *world) serveStep() {
	download, ok := w.request.Message.(*rpc.Download)
	acts := []act{actReply}
	if ok {
		acts = w.sc.law.prog.download
	}
	w.step++
	switch acts[w.step-1] {
	case actRecord:
		w.memory().transfers[transferOf(download.CommandKey)] = trRunning
	case actStore:
		w.storeTransfers()
	case actReply:
		var answer rpc.Message = &rpc.GetRPCMethodsResponse{}
		if ok {
			answer = &rpc.DownloadResponse{Status: 1}
			k := transferOf(download.CommandKey)
			w.memory().ghost.accepted[k], w.durable().ghost.accepted[k] = true, true
			w.talk.cpe.accepted[k] = true
		}
		w.must(w.theCPE().Reply(answer))
	}
	if int(w.step) == len(acts) {
		w.pc, w.step, w.request = pcPoll, 0, nil
	}
}

// end: the session is over.
func (w *world) end(err error) {
	m := w.memory()
	m.queue.Ended()
	m.ghost.ended()
	if err == nil {
		m.retry.Succeeded()
		m.ghost.failed, m.ghost.sinceBoot = 0, 0
	} else {
		m.retry.Failed(0)
		m.ghost.failed++
		m.ghost.sinceBoot++
		w.checkWait()
	}
	w.noCPE()
}

// noCPE: there is no session any more.
func (w *world) noCPE() {
	w.cpe, w.request, w.pc, w.step = nil, nil, pcIdle, 0
	w.talk.cpe = cpeTalk{}
	w.post, w.resp = flight{}, flight{}
}

// The durable writes.

func (w *world) storeQueue() {
	b, err := w.ram.queue.MarshalBinary()
	w.must(err)
	d := w.durable()
	w.must(d.queue.UnmarshalBinary(b))
	d.queue.Ended() // no session survives
	d.ghost.gen, d.ghost.acked, d.ghost.listed = w.ram.ghost.gen, w.ram.ghost.acked, w.ram.ghost.listed
	d.ghost.order = w.ram.ghost.order
	if w.sc.law.prog.backwards {
		slices.Reverse(d.queue.pending)
	}
}

func (w *world) storeRetry() {
	b, _ := w.ram.retry.MarshalBinary()
	d := w.durable()
	w.check(d.retry.UnmarshalBinary(b) == nil, "D8: RetryCount is stored beside what it counts")
	d.ghost.failed, d.ghost.sinceBoot = w.ram.ghost.failed, w.ram.ghost.sinceBoot
}

func (w *world) storeTransfers() {
	for k, was := range w.disk.transfers {
		is := w.ram.transfers[k]
		w.check(was < trGood || is == was || is == trNone, "S17: a recorded result changes")
	}
	w.durable().transfers = w.ram.transfers
}

func (w *world) storeMark() {
	w.check(!w.ram.ghost.waits(evBootstrap), "S13: the mark is set before the ACS has acknowledged 0 BOOTSTRAP")
	w.durable().mark = w.ram.mark
}
