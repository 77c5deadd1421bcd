package session

import (
	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the ACS's program in the model.

func (m *mover) acsMoves() {
	switch m.w.apc {
	case pcServe:
		m.serve()
	case pcAsk:
		m.ask()
	case pcNote:
		m.add("ACS notes the answer", (*world).noteStep)
	}
}

// acsWrites reports whether the ACS's next step is to write what nobody looks at before
// its next message: none of its responses is on its way.
func (w *world) acsWrites() bool {
	switch {
	case w.resp.on:
		return false
	case w.apc == pcServe:
		return w.serving()[w.at] == actStore
	case w.apc == pcAsk:
		return (w.task != 0 || w.next() != 0) && w.sc.law.prog.ask[w.at] == actStore
	}
	return w.apc == pcNote
}

// acsPoll polls up to where the program has to do something.
func (w *world) acsPoll() {
	a := w.theACS()
	for {
		o := a.Poll()
		switch o.Kind {
		case Wait:
			w.apc = pcWait
			w.acsRests()
			return
		case Transmit:
			w.acsSends(o.Envelope)
			w.answerPost(flight{on: true, epoch: w.aEpoch, env: o.Envelope})
		case Deliver:
			w.acsGets(o)
			w.apc, w.at, w.aRequest = pcServe, 0, o.Envelope
			return
		case Result:
			w.acsResult(o)
			w.apc, w.at = pcNote, 0
			return
		case Floor:
			w.acsFloor()
			w.apc, w.at = pcAsk, 0
			return
		case Done:
			w.acsDone(o.Err)
			w.closeACS()
			return
		}
	}
}

// closeACS: the session is over, and what was sent and not answered has an unknown end.
func (w *world) closeACS() {
	for i, t := range w.tasks {
		if t == taskSent {
			w.tasks[i] = taskUnknown
		}
	}
	w.acs, w.aRequest, w.apc, w.at, w.task = nil, nil, pcIdle, 0, 0
	w.aList = [numEvents]uint8{}
	w.talk.acs = acsTalk{}
}

// serving is the program for the request that is served.
func (w *world) serving() []act {
	switch w.aRequest.Message.(type) {
	case *rpc.Inform:
		return w.sc.law.prog.inform
	case *rpc.TransferComplete:
		return w.sc.law.prog.complete
	}
	return []act{actReply}
}

// serve answers a request: with its response, and as far as the scenario goes with 8005
// or under hold.
func (m *mover) serve() {
	w := m.w
	acts := w.serving()
	if acts[w.at] == actStore {
		m.add("ACS stores", func(v *world) { v.acsStore(); v.served(len(acts)) })
		return
	}
	answer := func(name string, code rpc.FaultCode, hold bool) {
		m.add(name, func(v *world) {
			if hold {
				v.hold()
			}
			v.respond(code)
			v.served(len(acts))
		})
	}
	holds := int(w.holds) < w.sc.holds
	answer("ACS answers", 0, false)
	if holds {
		answer("ACS answers and holds", 0, true)
	}
	if int(w.refusals) < w.sc.refusals || int(w.talk.acs.refused) < w.sc.repeats {
		answer("ACS answers 8005", rpc.FaultACSRetryRequest, false)
		if holds {
			answer("ACS answers 8005 and holds", rpc.FaultACSRetryRequest, true)
		}
	}
	if int(w.denials) < w.sc.denials {
		answer("ACS answers 8002", rpc.FaultACSInternalError, false)
	}
}

// hold makes the ACS hold from its next envelope on.
func (w *world) hold() {
	w.theACS().Hold(true)
	if w.sc.holds < always {
		w.holds++
	}
}

func (w *world) served(acts int) {
	if w.at++; int(w.at) == acts {
		w.apc, w.at, w.aRequest = pcPoll, 0, nil
	}
}

// acsStore makes durable what a request of the CPE has brought.
func (w *world) acsStore() {
	switch r := w.aRequest.Message.(type) {
	case *rpc.Inform:
		for e, n := range w.aList {
			if n > 0 && w.sc.rule(e) == "Inform" {
				w.note(e, n)
			}
		}
	case *rpc.TransferComplete:
		k := transferOf(r.CommandKey)
		if w.sc.law.prog.effectAt(w.effects[k]) {
			w.effects[k]++
		}
		w.note(evDownload1+k, w.aList[evDownload1+k])
		w.note(evTransfer, w.aList[evTransfer])
	}
}

// respond answers the request. A program that answers first and stores then has noted
// nothing yet.
func (w *world) respond(code rpc.FaultCode) {
	var msg rpc.Message = rpc.NewFault(code, "")
	switch {
	case code == 0:
		msg = (rpc.Registry{}).New(w.aRequest.Message.Method() + "Response")
	case code != rpc.FaultACSRetryRequest:
		w.denials++
	case int(w.talk.acs.refused) >= w.sc.repeats:
		w.refusals++
	}
	w.must(w.theACS().Reply(msg))
	if w.sc.law.prog.inform[0] != actStore || w.sc.law.prog.complete[0] != actStore {
		w.early()
	}
}

// early lets the answer leave before the rest of the program.
func (w *world) early() {
	if w.acs.out.n > 0 && w.acs.out.outputs[0].Kind == Transmit {
		o := w.acs.Poll()
		w.acsSends(o.Envelope)
		w.answerPost(flight{on: true, epoch: w.aEpoch, env: o.Envelope})
	}
}

// next is the number from 1 of the next task to ask, or 0.
func (w *world) next() uint8 {
	for i := range w.sc.tasks {
		if w.tasks[i] == taskNew {
			return uint8(i + 1)
		}
	}
	return 0
}

// ask makes the next request, or yields.
func (m *mover) ask() {
	w := m.w
	if w.task == 0 && w.next() == 0 {
		m.add("ACS yields", func(v *world) { v.must(v.theACS().Yield()); v.apc = pcPoll })
		return
	}
	m.add("ACS asks", func(v *world) { v.askStep(false) })
	acts := w.sc.law.prog.ask
	if acts[w.at] == actSend && int(w.holds) < w.sc.holds {
		m.add("ACS asks and holds", func(v *world) { v.askStep(true) })
	}
}

func (w *world) askStep(hold bool) {
	if w.task == 0 {
		w.task = w.next()
	}
	i := w.task - 1
	acts := w.sc.law.prog.ask
	w.at++
	switch acts[w.at-1] {
	case actStore:
		w.tasks[i] = taskSent
	case actDropTask:
		w.tasks[i] = taskDropped
	case actSend:
		w.theACS().Hold(hold)
		if hold {
			w.hold()
		}
		w.check(int(w.acs.nextID) < len(w.sc.tasks), "L5: a task is asked without end")
		w.must(w.acs.Send(w.sc.request(int(i))))
		if int(w.at) < len(acts) {
			w.early()
		}
	}
	if int(w.at) == len(acts) {
		w.apc, w.at = pcPoll, 0
	}
}

// request is the request of a task.
func (sc *scenario) request(i int) rpc.Message {
	if n := sc.tasks[i]; n > 0 {
		return &rpc.Download{CommandKey: modelEvents[evDownload1+n-1].CommandKey}
	}
	return &rpc.GetRPCMethods{}
}

func (w *world) noteStep() {
	if w.task > 0 && w.tasks[w.task-1] == taskSent {
		w.tasks[w.task-1] = taskDone
	}
	w.task, w.apc = 0, pcPoll
}
