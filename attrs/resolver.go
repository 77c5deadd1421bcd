package attrs

import (
	"errors"
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
}

// New makes a resolver in which nobody has set anything. The error is that of
// Profile.Check.
func New(p Profile) (*Resolver, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	r := &Resolver{plan: newPlan(p)}
	r.publish(0, r.plan.rows())
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
	return r.write(src, now, changes, false)
}

// Replace is Apply for a source that always tells everything at once, as a
// DHCP server does at each ACK: what src has set before and does not set now
// is withdrawn in the same commit. Without changes it is Clear.
func (r *Resolver) Replace(src Source, now time.Time, changes ...Change) error {
	return r.write(src, now, changes, true)
}

// Settable parts the changes that the profile lets src make from those it
// does not, so that the rest of a DHCP layer can be passed to Replace. The
// ignored ones wrap ErrSource or ErrUnknown; values are not looked at.
func (r *Resolver) Settable(src Source, changes ...Change) (kept []Change, ignored []*WriteError) {
	for _, c := range changes {
		if _, err := r.admit(src, c.Attr); err != nil {
			ignored = append(ignored, err)
		} else {
			kept = append(kept, c)
		}
	}
	return kept, ignored
}

// Undo clears the slots that src writes to, whoever wrote last, in one
// commit, all or none: what lies below comes to the fore. An attribute that
// src may not set is refused with ErrSource, one that nobody knows with
// ErrUnknown. Undoing what is not assigned does nothing.
func (r *Resolver) Undo(src Source, list ...Attr) error {
	var errs []error
	rows := make([]int, len(list))
	for n, a := range list {
		i, err := r.admit(src, a)
		if err != nil {
			errs = append(errs, err)
		}
		rows[n] = i
	}
	if errs != nil {
		return errors.Join(errs...)
	}
	r.commit(func(d *draft) {
		for _, i := range rows {
			d.undo(i, src)
		}
	})
	return nil
}

// Clear withdraws everything that src has set, as when a lease is lost. A
// value that another source of the same rank wrote later stays.
func (r *Resolver) Clear(src Source) {
	// Without changes there is nothing to refuse.
	_ = r.write(src, time.Time{}, nil, true)
}

func (r *Resolver) write(src Source, now time.Time, changes []Change, whole bool) error {
	if src >= NumSources && len(changes) == 0 {
		return nil
	}
	rows, values, err := r.read(src, now, changes)
	if err != nil {
		return err
	}
	r.commit(func(d *draft) {
		for i := range d.rows {
			if whole && !slices.Contains(rows, i) {
				d.withdraw(i, src)
			}
		}
		for n, i := range rows {
			d.put(i, values[n])
		}
	})
	return nil
}

// read turns changes into rows and values, or into refusals.
func (r *Resolver) read(src Source, now time.Time, changes []Change) (rows []int, values []Value, err error) {
	var errs []error
	for _, c := range changes {
		i, v, err := r.value(src, now, c)
		if err == nil && slices.Contains(rows, i) {
			err = &WriteError{c.Attr, src, ErrValue, "named twice"}
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rows, values = append(rows, i), append(values, v)
	}
	return rows, values, errors.Join(errs...)
}

func (r *Resolver) value(src Source, now time.Time, c Change) (int, Value, *WriteError) {
	i, err := r.admit(src, c.Attr)
	if err != nil {
		return none, Value{}, err
	}
	v, reason := r.plan.profile.Rows[i].read(src, now, c.value.Reveal())
	if reason != "" {
		return none, Value{}, &WriteError{c.Attr, src, ErrValue, reason}
	}
	return i, v, nil
}

// admit returns the row of an attribute that src may set.
func (r *Resolver) admit(src Source, a Attr) (int, *WriteError) {
	i, ok := r.plan.find(a)
	if !ok {
		return none, &WriteError{a, src, ErrUnknown, ""}
	}
	if !r.plan.profile.Rows[i].From.Has(src) {
		return none, &WriteError{a, src, ErrSource, ""}
	}
	return i, nil
}

// commit publishes what edit makes of the state; nothing, if it changes
// nothing.
func (r *Resolver) commit(edit func(*draft)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	prev := r.Snapshot()
	d := &draft{plan: r.plan, prev: prev, rows: slices.Clone(prev.rows)}
	edit(d)
	if d.settle() {
		r.publish(d.seq(), d.rows)
	}
}

func (r *Resolver) publish(generation uint64, rows []*row) {
	r.cur.Store(&Snapshot{plan: r.plan, generation: generation, rows: rows, end: r.plan.endpoint(rows)})
}
