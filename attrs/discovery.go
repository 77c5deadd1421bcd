package attrs

import (
	"slices"
	"time"
)

// What a device remembers of how it found its ACS, and for how long: the
// epoch between two factory resets (TR-069 3.1).

// An instant is a time, and whether there is one.
type instant struct {
	at  time.Time
	set bool
}

// Contacted notes that a session with the ACS has succeeded. S is the snapshot
// that the session began with, since the ACS may have changed the URL
// meanwhile. The first contact of an epoch records which source the URL came
// from; each shuts the profile's locks of Contact and ends an Unreachable.
func (r *Resolver) Contacted(s *Snapshot) {
	e := s.Endpoint()
	// Nothing in here is refused.
	_ = r.commit(ACS, func(d *draft) error {
		if d.mem.away.set {
			d.recall().away = instant{}
		}
		if e.Set == "" {
			return nil
		}
		if !d.mem.met {
			d.recall().met, d.recall().found = true, e.URL.Source
		}
		if isHTTPS(e.URL.Value) && !d.mem.secure {
			d.recall().secure = true
		}
		for k, l := range d.plan.locks {
			if l.After == Contact && d.mem.locked&(1<<k) == 0 {
				d.recall().locked |= 1 << k
			}
		}
		return nil
	})
}

// Unreachable notes that the ACS cannot be reached: no TCP connection to any
// of its addresses. The first call starts the wait of Profile.Rediscovery;
// Contacted, another URL and a restart end it. It is no commit.
func (r *Resolver) Unreachable(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	prev := r.Snapshot()
	if prev.mem == nil || prev.mem.away.set {
		return
	}
	mem := *prev.mem
	mem.away = instant{now, true}
	r.publish(prev.generation, prev.rows, &mem)
}

// Epoch counts the factory resets; 0 before the first.
func (s *Snapshot) Epoch() uint64 {
	if s.mem == nil {
		return 0
	}
	return s.mem.epoch
}

// FirstContact returns which source gave the URL of the first successful
// session in this epoch; false when there was none.
func (s *Snapshot) FirstContact() (Source, bool) {
	if s.mem == nil {
		return Factory, false
	}
	return s.mem.found, s.mem.met
}

// NeedDHCPRediscovery reports whether a DHCP discovery of the ACS is due
// (TR-069 3.1): there is no URL, or the ACS has been out of reach for
// Profile.Rediscovery and DHCP was how the first one of this epoch was found.
// Never, when the profile lets DHCP set no URL or DHCP is disabled.
func (s *Snapshot) NeedDHCPRediscovery(now time.Time) bool {
	if s.plan == nil || s.mem.disabled.Has(DHCP) || !s.plan.byDHCP() {
		return false
	}
	return s.end.Set == "" || s.repair(now)
}

// repair is the second case: DHCP may set aside what was set since.
func (s *Snapshot) repair(now time.Time) bool {
	after := s.plan.profile.Rediscovery
	return after > 0 && s.mem.met && s.mem.found == DHCP && s.mem.away.set && now.Sub(s.mem.away.at) >= after
}

// byDHCP reports whether DHCP may set the URL of a set.
func (p *plan) byDHCP() bool {
	return slices.ContainsFunc(p.sets, func(m members) bool { return p.profile.Rows[m.url].From.Has(DHCP) })
}

// Override is Replace with a force that Replace lacks: what higher ranks have
// said about the attributes named is cleared in the same commit, and with a
// set's URL the whole set. It passes locks of Write and Contact and opens
// those of Write; pins and disabled sources stand. The profile has to list src
// in Override, or src is DHCP and a discovery is due because the ACS is out of
// reach; otherwise it is refused with ErrLocked.
func (r *Resolver) Override(src Source, now time.Time, changes ...Change) error {
	return r.commit(src, func(d *draft) error {
		due := d.plan.profile.Override.Has(src) || src == DHCP && d.prev.plan != nil && d.prev.repair(now)
		rows, values, err := d.read(src, now, changes, func(src Source, a Attr) (int, *WriteError) { return d.force(src, a, due) })
		if err != nil || src >= NumSources {
			return err
		}
		for _, i := range d.widen(rows) {
			d.unseat(i, src)
		}
		d.layer(src, rows, values, true)
		return nil
	})
}

// force admits what an override may write.
func (d *draft) force(src Source, a Attr, due bool) (int, *WriteError) {
	i, err := d.plan.allow(src, a)
	switch {
	case err != nil:
		return none, err
	case !due:
		return none, &WriteError{a, src, ErrLocked, "no override is due"}
	}
	pin := d.rows[i].pin
	if d.mem.disabled.Has(src) || pin != 0 && !pin.Has(src) {
		return none, &WriteError{a, src, ErrLocked, d.prev.barred(src, i)}
	}
	return i, nil
}

// widen adds to the rows the credentials of each set whose URL is among them.
func (d *draft) widen(rows []int) []int {
	wide := slices.Clone(rows)
	for _, m := range d.plan.sets {
		if slices.Contains(rows, m.url) {
			wide = append(wide, m.user, m.pass)
		}
	}
	return wide
}

// unseat clears the slots of row i above that of src, and opens its locks.
func (d *draft) unseat(i int, src Source) {
	for slot, v := range d.rows[i].slots {
		if v.Assigned() && d.plan.profile.Rank[slot] > d.plan.profile.Rank[src] {
			d.clear(i, slot)
		}
	}
	d.open(i, func(latch) bool { return true })
}

// FactoryReset clears every layer but Factory's, with all locks, pins and
// disabled sources, forgets how the ACS was found, and begins a new epoch.
func (r *Resolver) FactoryReset() {
	// Nothing in here is refused.
	_ = r.commit(Factory, func(d *draft) error {
		for i := range d.rows {
			for src := range Source(NumSources) {
				if src != Factory {
					d.withdraw(i, src)
				}
			}
			d.forget(i, Factory)
			if d.rows[i].pin != 0 {
				d.edit(i).pin = 0
			}
		}
		d.recall()
		*d.mem = memory{epoch: d.prev.mem.epoch + 1}
		return nil
	})
}

// Restart is what a reboot does to the state: the layers of the profile's
// Volatile sources go, and all else stays. It is the same as to Load what Save
// gave.
func (r *Resolver) Restart() {
	// Nothing in here is refused.
	_ = r.commit(Factory, func(d *draft) error {
		for i := range d.rows {
			for src := range Source(NumSources) {
				d.forget(i, src)
				if d.plan.profile.Volatile.Has(src) {
					d.withdraw(i, src)
				}
			}
		}
		if d.mem.away.set {
			d.recall().away = instant{}
		}
		return nil
	})
}
