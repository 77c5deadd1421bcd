package attrs

import (
	"errors"
	"slices"
	"time"
)

// What a transaction checks before it writes: whether the source may, and
// whether the text is a value.

// apply checks all changes and then makes them. With whole it withdraws the
// rest of the layer.
func (d *draft) apply(src Source, now time.Time, changes []Change, whole bool) error {
	if src >= NumSources && len(changes) == 0 {
		return nil
	}
	rows, values, err := d.read(src, now, changes, d.prev.admit)
	if err != nil {
		return err
	}
	d.layer(src, rows, values, whole)
	return nil
}

func (d *draft) layer(src Source, rows []int, values []Value, whole bool) {
	for i := range d.rows {
		if whole && !slices.Contains(rows, i) {
			d.withdraw(i, src)
		}
	}
	for n, i := range rows {
		d.write(i, values[n])
	}
}

// An admission returns the row of an attribute that src may write.
type admission func(src Source, a Attr) (int, *WriteError)

// read turns changes into rows and values, or into refusals.
func (d *draft) read(src Source, now time.Time, changes []Change, admit admission) (rows []int, values []Value, err error) {
	var errs []error
	for _, c := range changes {
		i, v, err := d.value(src, now, c, admit)
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

func (d *draft) value(src Source, now time.Time, c Change, admit admission) (int, Value, *WriteError) {
	i, err := admit(src, c.Attr)
	if err != nil {
		return none, Value{}, err
	}
	row, text := &d.plan.profile.Rows[i], c.value.Reveal()
	if text == "" && row.EmptyClears.Has(src) {
		return i, Value{kind: row.Kind, source: src}, nil
	}
	v, reason := row.read(src, now, text)
	if reason != "" {
		return none, Value{}, &WriteError{c.Attr, src, ErrValue, reason}
	}
	if reason = d.plan.profile.Policy.against(v, d.secured()); reason != "" {
		d.refused, d.at = append(d.refused, trace{v, reason}), append(d.at, i)
		return none, Value{}, &WriteError{c.Attr, src, ErrPolicy, reason}
	}
	return i, v, nil
}

// secured reports whether http would be a downgrade.
func (d *draft) secured() bool { return d.mem.secure || isHTTPS(d.prev.end.URL.Value) }

// admit returns the row of an attribute that src may set now.
func (s *Snapshot) admit(src Source, a Attr) (int, *WriteError) {
	i, err := s.plan.allow(src, a)
	if err != nil {
		return none, err
	}
	if reason := s.barred(src, i); reason != "" {
		return none, &WriteError{a, src, ErrLocked, reason}
	}
	return i, nil
}

// allow returns the row of an attribute that the profile lets src set.
func (p *plan) allow(src Source, a Attr) (int, *WriteError) {
	i, ok := p.find(a)
	if !ok {
		return none, &WriteError{a, src, ErrUnknown, ""}
	}
	if !p.profile.Rows[i].From.Has(src) {
		return none, &WriteError{a, src, ErrSource, ""}
	}
	return i, nil
}

// admitAll admits a list, all or none.
func (d *draft) admitAll(src Source, list []Attr) ([]int, error) {
	var errs []error
	rows := make([]int, len(list))
	for n, a := range list {
		i, err := d.prev.admit(src, a)
		if err != nil {
			errs = append(errs, err)
		}
		rows[n] = i
	}
	return rows, errors.Join(errs...)
}
