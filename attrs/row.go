package attrs

// A row is one attribute's state. A committed row never changes; a draft
// replaces it.
type row struct {
	slots [NumSources]Value  // by plan.slot
	wrote [NumSources]uint64 // by Source: the commit of its latest write that was neither undone nor withdrawn
	win   int                // the slot that wins; none
	bound bool               // the URL's source decided, not the ranks
	value Value              // what holds
}

// elect lets the highest assigned slot win.
func (r *row) elect(p *plan, i int) {
	r.win, r.bound, r.value = none, false, p.fallback(i)
	for _, slot := range p.order {
		if r.slots[slot].Assigned() {
			r.win, r.value = slot, r.slots[slot]
			return
		}
	}
}

// bind lets what src wrote win, and nobody else.
func (r *row) bind(p *plan, i int, src Source) {
	r.win, r.bound, r.value = none, true, p.fallback(i)
	if slot := p.slot[src]; r.slots[slot].Assigned() && r.slots[slot].source == src {
		r.win, r.value = slot, r.slots[slot]
	}
}

// A draft is the state that a commit will publish.
type draft struct {
	plan *plan
	prev *Snapshot
	rows []*row
}

func (d *draft) seq() uint64 { return d.prev.generation + 1 }

// edit makes row i the draft's own.
func (d *draft) edit(i int) *row {
	if d.rows[i] == d.prev.rows[i] {
		copied := *d.rows[i]
		d.rows[i] = &copied
	}
	return d.rows[i]
}

// put writes v; writing what is there already changes nothing.
func (d *draft) put(i int, v Value) {
	slot := d.plan.slot[v.source]
	if d.rows[i].slots[slot].same(v) {
		return
	}
	r := d.edit(i)
	r.slots[slot] = v
	r.wrote[v.source] = d.seq()
}

// undo clears the slot of src, whoever wrote it.
func (d *draft) undo(i int, src Source) {
	slot := d.plan.slot[src]
	if !d.rows[i].slots[slot].Assigned() {
		return
	}
	r := d.edit(i)
	r.slots[slot] = Value{}
	for s := range r.wrote {
		if d.plan.slot[s] == slot {
			r.wrote[s] = 0
		}
	}
}

// withdraw takes back what src wrote. Where another has written over it, the
// other's value stays.
func (d *draft) withdraw(i int, src Source) {
	switch v := d.rows[i].slots[d.plan.slot[src]]; {
	case v.Assigned() && v.source == src:
		d.undo(i, src)
	case d.rows[i].wrote[src] != 0:
		d.edit(i).wrote[src] = 0
	}
}

// settle elects the winners again and reports whether anything was edited.
func (d *draft) settle() bool {
	edited := false
	for i, r := range d.rows {
		if r != d.prev.rows[i] {
			edited = true
			r.elect(d.plan, i)
		}
	}
	if edited && d.plan.profile.BindCredentials {
		for _, m := range d.plan.sets {
			d.bind(m, m.user)
			d.bind(m, m.pass)
		}
	}
	return edited
}

// bind ties credential i to the source of its set's URL, if there is a URL.
func (d *draft) bind(m members, i int) {
	r := d.edit(i)
	if u := d.rows[m.url].value; u.text != "" {
		r.bind(d.plan, i, u.source)
	} else {
		r.elect(d.plan, i)
	}
}
