package attrs

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Change sets one attribute; make it with Set. Its value is never printed,
// for a Change does not know whether it is a secret.
type Change struct {
	// Attr is the attribute to set.
	Attr Attr

	value Secret
}

// Set makes the change that gives attribute a the value, as text.
func Set(a Attr, value string) Change { return Change{Attr: a, value: NewSecret(value)} }

// Format prints the attribute and "***", whatever the verb.
func (c Change) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%.64q=%s", string(c.Attr), redacted) }

// A Resolver holds what each source has set, by the rules of one profile.
// Writers take turns; readers use Snapshot and never wait. The zero Resolver
// knows no attribute.
type Resolver struct {
	plan *plan
	mu   sync.Mutex // for writers
	cur  atomic.Pointer[Snapshot]
	subs []*Subscription // under mu
}

// New makes a resolver in which nobody has set anything. The error is that of
// Profile.Check.
func New(p Profile) (*Resolver, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	r := &Resolver{plan: newPlan(p)}
	r.publish(0, r.plan.rows(), new(memory))
	return r, nil
}

// Snapshot returns the state as the last commit left it. It never changes.
func (r *Resolver) Snapshot() *Snapshot {
	if s := r.cur.Load(); s != nil {
		return s
	}
	return new(Snapshot)
}

// ByPath returns the attribute that a parameter of the data model carries.
// The path is full, under Device. or InternetGatewayDevice., and compared
// exactly (TR-106 3.1).
func (r *Resolver) ByPath(path string) (Attr, bool) { return r.plan.path(path) }

// Describe returns the profile's row about a.
func (r *Resolver) Describe(a Attr) (Descriptor, bool) {
	i, ok := r.plan.find(a)
	if !ok {
		return Descriptor{}, false
	}
	return r.plan.profile.Rows[i].clone(), true
}

// Apply writes the changes for src in one commit, all or none. The error
// joins a *WriteError for each change refused, in their order; an attribute
// named twice is refused too, as ErrValue. Now is the device's clock, for
// rows that want a time in the future and for the zone of a time written
// without one; zero: the device does not know the time, the check is left
// out, and the zone is UTC.
func (r *Resolver) Apply(src Source, now time.Time, changes ...Change) error {
	return r.commit(src, func(d *draft) error { return d.apply(src, now, changes, false) })
}

// Replace is Apply for a source that always tells everything at once, as a
// DHCP server does at each ACK: what src has set before and does not set now
// is withdrawn in the same commit. Without changes it is Clear.
func (r *Resolver) Replace(src Source, now time.Time, changes ...Change) error {
	return r.commit(src, func(d *draft) error { return d.apply(src, now, changes, true) })
}

// Settable parts the changes that src may make now from those it may not, so
// that the rest of a DHCP layer can be passed to Replace. The ignored ones
// wrap ErrSource, ErrUnknown or ErrLocked; values are not looked at.
func (r *Resolver) Settable(src Source, changes ...Change) (kept []Change, ignored []*WriteError) {
	s := r.Snapshot()
	for _, c := range changes {
		if _, err := s.admit(src, c.Attr); err != nil {
			ignored = append(ignored, err)
		} else {
			kept = append(kept, c)
		}
	}
	return kept, ignored
}

// Undo clears the slots that src writes to, whoever wrote last, in one
// commit, all or none: what lies below comes to the fore. An attribute that
// src may not set is refused with ErrSource or ErrLocked, one that nobody
// knows with ErrUnknown. Undoing what is not assigned does nothing.
func (r *Resolver) Undo(src Source, list ...Attr) error {
	return r.commit(src, func(d *draft) error {
		rows, err := d.admitAll(src, list)
		if err != nil {
			return err
		}
		for _, i := range rows {
			d.undo(i, src)
			d.open(i, opensOnUndo)
		}
		return nil
	})
}

// Clear withdraws everything that src has set. A value that another source of
// the same rank wrote later stays.
func (r *Resolver) Clear(src Source) {
	// Without changes there is nothing to refuse.
	_ = r.Replace(src, time.Time{})
}

// Lost is what a DHCP client calls when the lease is lost or the options are
// gone from it: Clear, unless the profile keeps the layer of src.
func (r *Resolver) Lost(src Source) {
	if r.plan != nil && !r.plan.profile.KeepOnLoss.Has(src) {
		r.Clear(src)
	}
}

// commit publishes what edit makes of the state; nothing, if it changes
// nothing or fails. What the policy refused is kept beside the layers, and is
// not counted as a commit.
func (r *Resolver) commit(by Source, edit func(*draft) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, prev := r.plan, r.Snapshot()
	if p == nil {
		p = newPlan(Profile{})
		prev = &Snapshot{plan: p, mem: new(memory)}
	}
	d := newDraft(p, prev, slices.Clone(prev.rows))
	if err := edit(d); err != nil {
		if len(d.refused) > 0 {
			t := newDraft(p, prev, slices.Clone(prev.rows))
			for n, one := range d.refused {
				t.suppress(d.at[n], one.value, one.reason)
			}
			r.publish(prev.generation, t.rows, prev.mem)
		}
		return err
	}
	if r.plan != nil && d.settle() {
		if d.mem.away.set && p.endpoint(d.rows).URL.Value != prev.end.URL.Value {
			d.recall().away = instant{}
		}
		r.tell(by, prev, r.publish(d.seq(), d.rows, d.mem))
	}
	return nil
}

func (r *Resolver) publish(generation uint64, rows []*row, mem *memory) *Snapshot {
	s := &Snapshot{plan: r.plan, generation: generation, rows: rows, mem: mem, end: r.plan.endpoint(rows)}
	r.cur.Store(s)
	return s
}
