package attrs

import "slices"

// A row is one attribute's state. A committed row never changes; a draft
// replaces it.
type row struct {
	slots  [NumSources]Value  // by plan.slot
	wrote  [NumSources]uint64 // by Source: the commit of its latest write that was neither undone nor withdrawn
	pin    Sources            // who pinned it; 0: nobody
	traces *[NumSources]trace // by Source: what the policy refused; nil: nothing
	choice                    // what holds
}

// A choice is who wins a row.
type choice struct {
	win   int  // the slot that wins; none
	bound bool // the URL's source decided, not the ranks
	value Value
}

// owns reports whether the value in src's slot is its own.
func (r *row) owns(p *plan, src Source) bool {
	v := r.slots[p.slot[src]]
	return v.Assigned() && v.source == src
}

// A memory is the state that belongs to no attribute. A committed memory
// never changes.
type memory struct {
	epoch    uint64   // factory resets so far
	locked   uint64   // bit k: profile lock k is shut
	disabled Sources  // see Resolver.Disable
	met      bool     // a session succeeded in this epoch
	found    Source   // who gave the URL of the first such session
	secure   bool     // one of them was over https
	hosts    []string // by plan.sets: the host of the latest URL, where the set has something to wipe
	away     instant  // since when the ACS is out of reach; not saved
}

// A draft is the state that a commit will publish.
type draft struct {
	plan    *plan
	prev    *Snapshot
	rows    []*row
	mem     *memory
	base    uint64  // the generation that the commit follows
	written []int   // the rows that this commit writes
	refused []trace // what the policy refused, with the rows in refusedAt
	at      []int
}

func newDraft(p *plan, prev *Snapshot, rows []*row) *draft {
	return &draft{plan: p, prev: prev, rows: rows, mem: prev.mem, base: prev.generation}
}

func (d *draft) seq() uint64 { return d.base + 1 }

// edit makes row i the draft's own.
func (d *draft) edit(i int) *row {
	if !d.edited(i) {
		copied := *d.rows[i]
		d.rows[i] = &copied
	}
	return d.rows[i]
}

// recall makes the memory the draft's own.
func (d *draft) recall() *memory {
	if d.mem == d.prev.mem {
		copied := *d.mem
		d.mem = &copied
	}
	return d.mem
}

// write gives row i what src says: a value, or an empty text that clears.
func (d *draft) write(i int, v Value) {
	d.written = append(d.written, i)
	d.forget(i, v.source)
	if v.state == assigned {
		d.put(i, v)
	} else {
		d.undo(i, v.source)
	}
	d.shut(i, v.source)
	if sw := d.plan.discovery; sw != none && d.plan.profile.Discovery.Off.Has(v.source) && d.plan.turnsOff(i) {
		d.put(sw, Value{kind: KindBool, state: assigned, source: v.source, text: "false"})
	}
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
	d.forget(i, src)
	if d.rows[i].slots[slot].Assigned() {
		d.clear(i, slot)
	}
}

func (d *draft) clear(i, slot int) {
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
	d.forget(i, src)
	switch {
	case d.rows[i].owns(d.plan, src):
		d.undo(i, src)
	case d.rows[i].wrote[src] != 0:
		d.edit(i).wrote[src] = 0
	}
}

// settle elects the winners again, where something can have changed them, and
// reports whether anything was edited.
func (d *draft) settle() bool {
	order, all := d.order()
	for i := range d.rows {
		if i != d.plan.discovery && d.plan.leads(i) && (all || d.edited(i)) {
			d.become(i, d.elect(i, order))
		}
	}
	d.wipe()
	for i, u := range d.plan.urlOf {
		if u != none && (all || d.edited(i) || d.edited(u)) {
			d.become(i, d.follow(i, order))
		}
	}
	return d.mem != d.prev.mem || !slices.Equal(d.rows, d.prev.rows)
}

// order elects the discovery switch, if there is one, and returns the order of
// the slots that follows from it; all is true when every row has to be
// elected again.
func (d *draft) order() (order []int, all bool) {
	sw := d.plan.discovery
	if sw == none {
		return d.plan.order, d.mem != d.prev.mem
	}
	d.become(sw, d.elect(sw, d.plan.order))
	if d.rows[sw].value.Bool() {
		return d.plan.promoted, d.mem != d.prev.mem || d.edited(sw)
	}
	return d.plan.order, d.mem != d.prev.mem || d.edited(sw)
}

func (d *draft) edited(i int) bool { return d.rows[i] != d.prev.rows[i] }

// become records a choice that is a new one.
func (d *draft) become(i int, c choice) {
	r := d.rows[i]
	if r.win != c.win || r.bound != c.bound || r.value.state != c.value.state || !r.value.same(c.value) {
		d.edit(i).choice = c
	}
}

// elect lets the first assigned slot win that nothing keeps from winning.
func (d *draft) elect(i int, order []int) choice {
	for _, slot := range order {
		if v := d.rows[i].slots[slot]; v.Assigned() && d.plan.passed(v, d.mem) == "" {
			return choice{slot, false, v}
		}
	}
	return choice{none, false, d.plan.fallback[i]}
}

// follow elects a member of a set that is not its URL: where the profile
// binds credentials, what the URL's source wrote wins, and nobody else.
func (d *draft) follow(i int, order []int) choice {
	u := d.rows[d.plan.urlOf[i]].value
	if !d.plan.profile.BindCredentials || u.text == "" {
		return d.elect(i, order)
	}
	if slot := d.plan.slot[u.source]; d.rows[i].owns(d.plan, u.source) && d.plan.passed(d.rows[i].slots[slot], d.mem) == "" {
		return choice{slot, true, d.rows[i].slots[slot]}
	}
	return choice{none, true, d.plan.fallback[i]}
}

// passed returns why a stored value is passed over, or "".
func (p *plan) passed(v Value, m *memory) string {
	if m.disabled.Has(v.source) {
		return v.source.String() + " is disabled"
	}
	return p.profile.Policy.against(v, m.secure)
}

// wipe clears the secrets of a set whose URL has moved to another host.
func (d *draft) wipe() {
	for k, m := range d.plan.sets {
		if len(m.wipe) == 0 {
			continue
		}
		now := host(d.rows[m.url].value.text)
		if now == "" || now == d.host(k) {
			continue
		}
		moved := d.host(k) != ""
		hosts := make([]string, len(d.plan.sets))
		copy(hosts, d.mem.hosts)
		hosts[k] = now
		d.recall().hosts = hosts
		for _, i := range m.wipe {
			if moved && !d.writes(i) {
				d.drop(i)
			}
		}
	}
}

func (d *draft) host(set int) string {
	if d.mem.hosts == nil {
		return ""
	}
	return d.mem.hosts[set]
}

func (d *draft) writes(i int) bool { return slices.Contains(d.written, i) }

// drop clears every slot of row i, and elects again where settle has passed.
func (d *draft) drop(i int) {
	for slot := range d.rows[i].slots {
		if d.rows[i].slots[slot].Assigned() {
			d.clear(i, slot)
		}
	}
	d.become(i, choice{none, false, d.plan.fallback[i]})
}
