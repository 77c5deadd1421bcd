package session

import "errors"

// NOTE: the connection in the model, and what goes wrong: a message or its answer is
// lost, it stalls and arrives after the sender has given up, an end crashes.

var errModelLost = errors.New("lost")

func (m *mover) netMoves() {
	w := m.w
	if w.post.on && !w.resp.on && !w.acsBusy() {
		m.add("the POST arrives", func(v *world) { v.arrive(v.post, true) })
		m.fault("the POST is lost", func(v *world) { v.lose() })
		m.fault("the POST stalls", func(v *world) {
			v.stale = v.post
			v.lose()
		})
		m.detour()
	}
	if w.resp.on {
		m.add("the response arrives", (*world).arrived)
		m.fault("the response is lost", func(v *world) { v.lose() })
	}
	if w.stale.on && !w.acsBusy() {
		m.add("the stalled POST arrives", func(v *world) {
			f := v.stale
			v.stale = flight{}
			v.arrive(f, false)
		})
		m.add("the stalled POST is dropped", func(v *world) { v.stale = flight{} })
	}
	if w.acs != nil && w.apc == pcWait && w.cpeGone() {
		m.add("the ACS gives up waiting", func(v *world) {
			v.acs.Fail(ErrTimeout)
			v.closeACS()
		})
	}
}

// detour is a 401 or a redirect: the same POST again.
func (m *mover) detour() {
	if int(m.w.detours) < m.w.sc.detours {
		m.add("a 401 or a redirect", func(v *world) { v.detours++ })
	}
}

// acsBusy reports whether the ACS is at something else.
func (w *world) acsBusy() bool { return w.acs != nil && w.apc != pcWait }

// cpeGone reports whether nothing more comes for the ACS's session.
func (w *world) cpeGone() bool {
	return !(w.cpe != nil && w.epoch == w.aEpoch) && !(w.stale.on && w.stale.epoch == w.aEpoch)
}

// arrive gives a POST to the ACS; own: its CPE waits for the answer.
func (w *world) arrive(f flight, own bool) {
	inform := f.env != nil && isInform(f.env.Message)
	w.check(!inform || w.acs == nil || w.aEpoch == f.epoch || w.sc.law.prog.supersede, "S31: an Inform does not take the place of an older session")
	switch {
	case w.acs != nil && w.aEpoch == f.epoch:
	case inform && (w.acs == nil || w.sc.law.prog.supersede):
		if w.acs != nil {
			w.acs.Fail(errModelLost)
			w.closeACS()
		}
		w.openACS(f.epoch)
	case w.acs != nil && !w.sc.law.prog.fence && !inform:
		w.fail("S31: a message of another session is taken")
		return
	default:
		w.answerRefused(f, own)
		return
	}
	if inform {
		w.aList = f.list
	}
	if err := w.acs.Receive(f.env); err != nil {
		w.answerRefused(f, own)
		return
	}
	w.acsReceives(f.env)
	w.apc = pcPoll
}

// answerRefused is an HTTP error.
func (w *world) answerRefused(f flight, own bool) {
	if own {
		w.answerPost(flight{on: true, refused: true, epoch: f.epoch})
	}
}

func (w *world) openACS(epoch uint8) {
	w.acs = NewACS(Config{IDPrefix: "a", MaxMessages: 1 << 20})
	w.acs.rules, w.acs.guards = w.sc.law.acs, w.sc.law.guards
	w.acs.HandleTimeout(epochTime)
	w.aEpoch = epoch
	w.talk.acs = acsTalk{}
}

// answerPost sends the HTTP response, if its POST still waits for it.
func (w *world) answerPost(f flight) {
	if w.post.on && w.post.epoch == f.epoch && w.cpe != nil && w.epoch == f.epoch {
		w.resp = f
	}
}

// arrived gives the response to the CPE.
func (w *world) arrived() {
	f := w.resp
	w.post, w.resp = flight{}, flight{}
	if f.refused {
		w.cpe.Fail(errModelLost)
	} else {
		w.cpeReceives(f.env)
		if err := w.cpe.Receive(f.env); err != nil {
			w.fail("L1: a response does not fit")
		}
	}
	w.pc = pcPoll
}

// lose: the CPE gets no answer and gives up.
func (w *world) lose() {
	w.post, w.resp = flight{}, flight{}
	w.cpe.Fail(errModelLost)
	w.pc = pcPoll
}

// crashes can come at any step.
func (m *mover) crashes() {
	m.fault("the CPE crashes", (*world).cpeCrash)
	if m.w.acs != nil {
		m.fault("the ACS crashes", (*world).acsCrash)
	}
}

// goal reports whether all is done: nothing waits at either end.
func (w *world) goal() bool {
	for i := range w.sc.tasks {
		if t := w.tasks[i]; t == taskNew || t == taskSent {
			return false
		}
	}
	return w.cpe == nil && w.acs == nil && w.pc == pcIdle && w.ram.queue.Len() == 0 &&
		w.ram.transfers == [maxTransfers]uint8{} && w.ram.retry.RetryCount() == 0
}
