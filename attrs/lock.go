package attrs

import "slices"

// A Lock refuses writes once something has happened, until the next factory
// reset. Which locks are shut is part of the state: it is saved, and Explain
// tells it. Two more ways to refuse need no row in the profile: an operator
// pins an attribute by Resolver.Pin, and Resolver.Disable turns a source off.
type Lock struct {
	// Name is used in refusals and by Explain; unique in the profile.
	Name string

	// After says what shuts the lock.
	After Trigger

	// By are the sources whose write shuts it. For Write alone.
	By Sources

	// Attrs are the attributes whose write shuts it, and which it shuts. Nil:
	// all.
	Attrs []Attr

	// Against are the sources whose writes it refuses.
	Against Sources

	// OpenOnUndo opens a lock of Write when one of its attributes is undone.
	// False: only a factory reset and an override do.
	OpenOnUndo bool
}

// A Trigger is what shuts a lock.
type Trigger uint8

// The triggers.
const (
	Write   Trigger = iota + 1 // a source in By sets one of Attrs
	Contact                    // a session with an ACS succeeds; see Resolver.Contacted
)

// maxLocks is the width of memory.locked.
const maxLocks = 64

// A latch is a Lock made ready.
type latch struct {
	*Lock
	rows []int // nil: all
}

func (l latch) covers(i int) bool { return l.rows == nil || slices.Contains(l.rows, i) }

func (p *plan) latches() {
	for k := range p.profile.Locks {
		l := latch{Lock: &p.profile.Locks[k]}
		for _, a := range l.Attrs {
			l.rows = append(l.rows, p.index[a])
		}
		p.locks = append(p.locks, l)
	}
}

// shut shuts the locks that a write to row i by src shuts.
func (d *draft) shut(i int, src Source) {
	for k, l := range d.plan.locks {
		if l.After == Write && l.By.Has(src) && l.covers(i) && d.mem.locked&(1<<k) == 0 {
			d.recall().locked |= 1 << k
		}
	}
}

// open opens the Write locks on row i that ok picks.
func (d *draft) open(i int, ok func(latch) bool) {
	for k, l := range d.plan.locks {
		if l.After == Write && l.covers(i) && ok(l) && d.mem.locked&(1<<k) != 0 {
			d.recall().locked &^= 1 << k
		}
	}
}

func opensOnUndo(l latch) bool { return l.OpenOnUndo }

// barred returns why src may not write row i now, or "".
func (s *Snapshot) barred(src Source, i int) string {
	switch pin := s.rows[i].pin; {
	case s.mem.disabled.Has(src):
		return src.String() + " is disabled"
	case pin != 0 && !pin.Has(src) && src != Factory:
		return "pinned by " + pin.String()
	}
	for k, l := range s.plan.locks {
		if s.mem.locked&(1<<k) != 0 && l.covers(i) && l.Against.Has(src) {
			return "lock " + l.Name
		}
	}
	return ""
}

// Pin keeps every other source but Factory from writing these attributes
// until Unpin or a factory reset; what they have written stays. An attribute
// that src may not write now is refused as by Apply, and then none is pinned.
func (r *Resolver) Pin(src Source, list ...Attr) error {
	return r.commit(src, func(d *draft) error {
		rows, err := d.admitAll(src, list)
		if err != nil {
			return err
		}
		for _, i := range rows {
			if d.rows[i].pin != From(src) {
				d.edit(i).pin = From(src)
			}
		}
		return nil
	})
}

// Unpin takes a pin back. Where src has none, nothing happens.
func (r *Resolver) Unpin(src Source, list ...Attr) error {
	return r.commit(src, func(d *draft) error {
		rows, err := d.admitAll(src, list)
		if err != nil {
			return err
		}
		for _, i := range rows {
			if d.rows[i].pin != 0 {
				d.edit(i).pin = 0
			}
		}
		return nil
	})
}

// Disable turns these sources off and all others on: what a disabled source
// has set does not win, and what it sets is refused with ErrLocked, until
// another Disable or a factory reset. Disable(0) turns all on.
func (r *Resolver) Disable(list Sources) {
	// Nothing in here is refused.
	_ = r.commit(CLI, func(d *draft) error {
		if list &= allSources; d.mem.disabled != list {
			d.recall().disabled = list
		}
		return nil
	})
}

// Locked returns why src may not write a at present, in a short phrase; empty
// when it may, or when the profile never lets it.
func (s *Snapshot) Locked(src Source, a Attr) string {
	_, err := s.admit(src, a)
	if err == nil || err.Err != ErrLocked {
		return ""
	}
	return err.Reason
}
