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
	if w.pc == pcIdle || w.pc == pcWait {
		m.environment()
	}
}

// idle: what has to be stored is, then a session opens if one is due.
func (m *mover) idle() {
	w := m.w
	switch {
	case w.ram.retry.counts != w.disk.retry.counts:
		m.add("CPE stores RetryCount", (*world).storeRetry)
	case w.ram.transfers != w.disk.transfers:
		m.add("CPE stores its transfers", (*world).storeTransfers)
	case w.ram.queue.Len() > 0 || w.ram.retry.RetryCount() > 0:
		m.add("CPE opens a session", func(v *world) { v.pc, v.step = pcOpen, 0; v.openStep() })
	}
}

// environment: events arise and transfers end.
func (m *mover) environment() {
	for i, e := range m.w.sc.occur {
		if m.w.occurred&(1<<i) == 0 {
			m.add("event "+string(modelEvents[e].EventCode), func(v *world) {
				v.occurred |= 1 << i
				v.arise(e)
				v.ram.retry.Trigger()
			})
		}
	}
	for k, t := range m.w.disk.transfers {
		if t == trRunning && m.w.ram.transfers[k] == trRunning {
			m.add("transfer ends", func(v *world) {
				v.ram.transfers[k] = trFinished
				v.storeTransfers() // its result comes first
				v.arise(evTransfer)
				v.arise(evDownload1 + k)
				v.ram.retry.Trigger()
				v.sendLate(k)
			})
		}
	}
}

// sendLate reports a transfer in the session that is open, which is allowed before the
// yield if it is the one in which it was asked for.
func (w *world) sendLate(k int) {
	if w.cpe == nil || !w.talk.cpe.accepted[k] {
		return
	}
	w.talk.cpe.late = w.talk.cpe.late || w.talk.cpe.yielded
	w.must(w.cpe.Send(&rpc.TransferComplete{CommandKey: modelEvents[evDownload1+k].CommandKey}))
}

// arise adds an event to the queue in memory.
func (w *world) arise(e int) {
	if err := w.ram.queue.Add(modelEvents[e]); err != nil {
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
	case actSend:
		w.start()
	case actClearEvents:
		w.ram.queue.pending = nil
	case actClearTransfers:
		w.ram.transfers = [maxTransfers]uint8{}
	}
	if int(w.step) == len(acts) {
		w.pc, w.step = pcPoll, 0
	}
}

// start opens the session, after the wait if one runs.
func (w *world) start() {
	r := &w.ram.retry
	if !r.Due() {
		r.wait = 0
	}
	w.cpe = NewCPE(Config{Version: w.sc.version, MaxMessages: 1 << 20})
	w.cpe.rules, w.cpe.guards = w.sc.law.cpe, w.sc.law.guards
	w.cpe.HandleTimeout(epochTime)
	w.epoch++
	w.talk.cpe = cpeTalk{}
	inform := &rpc.Inform{Event: w.ram.queue.Inform(), RetryCount: r.RetryCount()}
	w.checkInform(inform)
	for k, t := range w.ram.transfers {
		if t == trFinished && w.ram.queue.Listed(modelEvents[evDownload1+k]) {
			w.must(w.cpe.Send(&rpc.TransferComplete{CommandKey: modelEvents[evDownload1+k].CommandKey}))
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
	for {
		o := w.cpe.Poll()
		switch o.Kind {
		case Wait:
			w.fail("L1: nothing to wait for")
			return
		case Transmit:
			w.cpeSends(o.Envelope)
			w.post = flight{on: true, epoch: w.epoch, env: o.Envelope}
			if o.Envelope != nil && isInform(o.Envelope.Message) {
				w.post.list = w.talk.cpe.list
			}
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
	before := w.ram.queue.Pending()
	w.ram.queue.Result(o)
	_, refused := o.Envelope.Message.(*rpc.Fault)
	if !refused {
		w.acknowledged(o.Request)
	}
	complete, _ := o.Request.(*rpc.TransferComplete)
	if complete != nil && !refused {
		w.ram.transfers[transferOf(complete.CommandKey)] = trNone
	}
	return !slices.Equal(before, w.ram.queue.Pending())
}

func transferOf(key string) int { return int(key[1] - '1') }

// storeResult stores the queue and then the transfers: the other way round a crash in
// between would leave an event that nothing acknowledges.
func (w *world) storeResult() {
	if w.step++; w.step == 1 {
		w.storeQueue()
		return
	}
	w.storeTransfers()
	w.pc, w.step = pcPoll, 0
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
		w.ram.transfers[transferOf(download.CommandKey)] = trRunning
	case actStore:
		w.storeTransfers()
	case actReply:
		var answer rpc.Message = &rpc.GetRPCMethodsResponse{}
		if ok {
			answer = &rpc.DownloadResponse{Status: 1}
			w.ram.ghost.accepted[transferOf(download.CommandKey)] = 1
			w.disk.ghost.accepted[transferOf(download.CommandKey)] = 1
			w.talk.cpe.accepted[transferOf(download.CommandKey)] = true
		}
		w.must(w.cpe.Reply(answer))
	}
	if int(w.step) == len(acts) {
		w.pc, w.step, w.request = pcPoll, 0, nil
	}
}

// end: the session is over.
func (w *world) end(err error) {
	w.ram.queue.Ended()
	w.ram.ghost.ended()
	if err == nil {
		w.ram.retry.Succeeded()
		w.ram.ghost.failed, w.ram.ghost.sinceBoot = 0, 0
	} else {
		w.ram.retry.Failed(0)
		w.ram.ghost.failed++
		w.ram.ghost.sinceBoot++
		w.checkWait()
	}
	w.cpe, w.request, w.pc, w.step = nil, nil, pcIdle, 0
	w.talk.cpe = cpeTalk{}
	w.resp = flight{}
}

// The durable writes.

func (w *world) storeQueue() {
	b, err := w.ram.queue.MarshalBinary()
	w.must(err)
	w.must(w.disk.queue.UnmarshalBinary(b))
	w.disk.queue.Ended() // no session survives
	w.disk.ghost.gen, w.disk.ghost.acked, w.disk.ghost.listed = w.ram.ghost.gen, w.ram.ghost.acked, w.ram.ghost.listed
}

func (w *world) storeRetry() {
	b, _ := w.ram.retry.MarshalBinary()
	w.check(w.disk.retry.UnmarshalBinary(b) == nil, "D8: RetryCount is stored beside what it counts")
	w.disk.ghost.failed, w.disk.ghost.sinceBoot = w.ram.ghost.failed, w.ram.ghost.sinceBoot
}

func (w *world) storeTransfers() {
	w.disk.transfers = w.ram.transfers
}

// cpeCrash: memory is lost, and the device starts anew. A message that was on its way
// may still arrive.
func (w *world) cpeCrash() {
	if w.post.on {
		w.stale = w.post
	}
	w.post, w.resp = flight{}, flight{}
	w.cpe, w.request, w.pc, w.step = nil, nil, pcIdle, 0
	w.talk.cpe = cpeTalk{}
	w.ram = w.disk.clone()
	w.ram.queue.Rebooted()
	w.ram.retry.Rebooted()
	w.ram.ghost.rebooted()
	for k, t := range w.ram.transfers {
		if t == trRunning { // interrupted: a result, too
			w.ram.transfers[k] = trFinished
		}
		download := evDownload1 + k
		if t != trNone && w.sc.law.prog.recover && !slices.Contains(w.ram.queue.Pending(), modelEvents[download]) {
			w.arise(evTransfer)
			w.arise(download)
		}
	}
	w.arise(evBoot)
}
