package session

import "slices"

// NOTE: crashes. They can come at any step; what is stored survives.

func (m *mover) cpeCrashes() { m.fault("the CPE crashes", (*world).cpeCrash) }

func (m *mover) acsCrashes() {
	if m.w.acs != nil {
		m.fault("the ACS crashes", (*world).acsCrash)
	}
}

// cpeCrash: memory is lost, and the device starts anew. A message that was on its way
// may still arrive.
func (w *world) cpeCrash() {
	if w.post.on && !w.post.got {
		w.stale = w.post
	}
	w.noCPE()
	w.ram, w.own = w.disk.clone(), w.own|ownRAM
	w.ram.queue.Rebooted()
	w.ram.retry.Rebooted()
	w.ram.ghost.rebooted()
	prog := &w.sc.law.prog
	if !w.ram.mark && prog.remark && !slices.Contains(w.ram.queue.Pending(), modelEvents[evBootstrap]) {
		w.arise(evBootstrap)
	}
	for k, t := range w.ram.transfers {
		if t == trRunning || t == trGood && prog.rerecord { // interrupted: a result, too
			w.ram.transfers[k] = trBroken
		}
	}
	w.arise(evBoot)
}

// acsCrash: the process is gone with its session and its connections; what is stored is
// not.
func (w *world) acsCrash() {
	w.closeACS()
	w.post.cut = w.post.got && !w.resp.on
}
