package session

import (
	"errors"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the connection in the model, and what goes wrong: a message or its answer is
// lost, it stalls and arrives after the sender has given up, or it arrives twice.

var (
	errModelLost    = errors.New("lost")
	errModelRequest = errors.New("ended by a connection request")
)

func (m *mover) netMoves() {
	w := m.w
	if w.post.on && !w.post.got && !w.acsBusy() {
		m.arrivals()
		m.fault("the POST is lost", (*world).lose)
		m.fault("the POST stalls", func(v *world) { v.stale = v.post; v.lose() })
	}
	if w.post.cut {
		m.add("the connection breaks", (*world).lose)
	}
	if w.resp.on {
		m.add("the response arrives", (*world).arrived)
		m.fault("the response is lost", (*world).lose)
	}
	if w.stale.on && !w.acsBusy() {
		m.add("the stalled POST arrives", func(v *world) {
			f := v.stale
			v.stale = flight{}
			v.arrive(f, false)
		})
	}
	idle := w.pc == pcIdle && !w.cpeBusy() // before that, it would make no difference
	if w.acs != nil && w.apc == pcWait && w.cpeGone() && (idle || w.sc.full) {
		m.add("the ACS gives up waiting", func(v *world) {
			v.theACS().Fail(ErrTimeout)
			v.closeACS()
		})
	}
}

// arrivals: the POST arrives at the ACS, or at somebody who wants credentials, or who
// sends it elsewhere.
func (m *mover) arrivals() {
	w := m.w
	switch {
	case w.sc.guarded && !w.post.auth && w.sc.law.prog.challenge:
		m.add("401, and the same POST with credentials", func(v *world) {
			v.creds, v.talk.cpe.challenged = true, true
			v.again()
		})
	case len(w.sc.versions) > 0 && w.post.env != nil && isInform(w.post.env.Message):
		for _, version := range w.sc.versions {
			m.add("the POST arrives at an ACS of CWMP "+version.String(), func(v *world) {
				v.speaks = version
				v.arrive(v.post, true)
			})
		}
	default:
		m.add("the POST arrives", func(v *world) { v.arrive(v.post, true) })
	}
	taken := w.post.auth || !w.sc.guarded
	if taken && w.post.env != nil && isInform(w.post.env.Message) { // over two connections: one has each message once
		m.fault("the Inform arrives twice", func(v *world) {
			v.stale = v.post
			v.arrive(v.post, true)
		})
	}
	if int(w.hops) < w.sc.detours && (w.hops < w.sc.law.prog.hops || w.detours == 0) {
		m.add("a redirect, and the same POST there", (*world).redirected)
	}
}

// redirected: the CPE posts the same to another server for the rest of the session, up
// to five times in a row. It does not come back, so it forgets the credentials.
func (w *world) redirected() {
	if w.hops == w.sc.law.prog.hops {
		w.detours++
		w.lose()
		return
	}
	w.hops++
	w.check(w.hops <= maxHops, "S28: a sixth redirect is followed")
	w.creds = w.creds && w.sc.law.prog.everybody
	w.talk.cpe.challenged = false
	w.again()
}

// send puts a new POST on its way, again the one that was.
func (w *world) send(env *rpc.Envelope) {
	w.post = flight{on: true, epoch: w.epoch, env: env}
	if env != nil && isInform(env.Message) {
		w.post.list = w.talk.cpe.list
	}
	w.hops = 0
	w.again()
}

func (w *world) again() {
	w.post.auth = w.creds
	w.check(!w.creds || w.talk.cpe.challenged, "S27: credentials go to a server that did not ask for them")
}

// acsBusy reports whether the ACS is at something else.
func (w *world) acsBusy() bool { return w.acs != nil && w.apc != pcWait }

// cpeGone reports whether nothing more comes for the ACS's session.
func (w *world) cpeGone() bool {
	return !(w.cpe != nil && w.epoch == w.aEpoch) && !(w.stale.on && w.stale.epoch == w.aEpoch)
}

// arrive gives a POST to the ACS; own: its CPE waits for the answer.
func (w *world) arrive(f flight, own bool) {
	w.post.got = w.post.got || own
	inform := f.env != nil && isInform(f.env.Message)
	w.check(!inform || w.acs == nil || w.aEpoch == f.epoch || w.sc.law.prog.supersede, "S31: an Inform does not take the place of an older session")
	switch {
	case w.acs != nil && w.aEpoch == f.epoch && (own || !inform):
	case inform && (w.acs == nil || w.sc.law.prog.supersede):
		if w.acs != nil {
			w.theACS().Fail(errModelLost)
			w.closeACS()
		}
		if !own { // the CPE is not in it
			f.epoch = 1 + max(w.epoch, w.stale.epoch)
		}
		w.openACS(f.epoch)
	case w.acs != nil && !w.sc.law.prog.fence && !inform:
		w.fail("S31: a message of another session is taken")
		return
	default:
		w.answerRefused(f, own)
		return
	}
	w.check(f.auth || !w.sc.guarded, "S26: a message without credentials is taken")
	if inform {
		w.aList = f.list
	}
	if err := w.theACS().Receive(f.env); err != nil {
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
	w.own |= ownACS
	w.acs = NewACS(Config{IDPrefix: "a", MaxMessages: 1 << 20, Version: w.speaks})
	w.acs.rules, w.acs.guards = w.sc.law.acs, w.sc.law.guards
	w.acs.HandleTimeout(epochTime)
	w.aEpoch, w.speaks = epoch, 0
	w.talk.acs = acsTalk{}
}

// answerPost sends the HTTP response, if its POST still waits for it.
func (w *world) answerPost(f flight) {
	if w.post.got && !w.post.cut && w.post.epoch == f.epoch {
		w.resp = f
	}
}

// arrived gives the response to the CPE.
func (w *world) arrived() {
	f := w.resp
	w.post, w.resp = flight{}, flight{}
	if f.refused {
		w.theCPE().Fail(errModelLost)
	} else {
		w.cpeReceives(f.env)
		if err := w.theCPE().Receive(f.env); err != nil {
			w.fail("L1: a response does not fit")
		}
	}
	w.pc = pcPoll
}

// lose: the CPE gets no answer and gives up.
func (w *world) lose() {
	w.post, w.resp = flight{}, flight{}
	w.theCPE().Fail(errModelLost)
	w.pc = pcPoll
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
