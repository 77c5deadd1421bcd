package attrs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
)

// What Load refuses. Each leaves the resolver as it was.
var (
	ErrCorrupt = errors.New("attrs: saved state is damaged")
	ErrNewer   = errors.New("attrs: saved state is of a newer version")
	ErrForeign = errors.New("attrs: saved state is of another profile or epoch")
)

// Load puts what Save, and perhaps SaveVolatile, gave in the place of the
// whole state; volatile nil is a restart of the device. The resolution is
// that of the snapshot that was saved. What the profile does not take any
// more, because a newer firmware has dropped an attribute or narrowed its
// bounds, is left out and returned, in the manner of Apply's refusals.
//
// The error wraps ErrCorrupt, ErrNewer or ErrForeign, and then nothing has
// changed. A URL that the profile's Policy is against is loaded and passed
// over.
func (r *Resolver) Load(kept, volatile []byte) (left []*WriteError, err error) {
	err = r.commit(Factory, func(d *draft) error {
		if r.plan == nil {
			return fmt.Errorf("%w: there is no profile", ErrForeign)
		}
		l := loader{plan: r.plan, rows: r.plan.rows(), mem: new(memory)}
		if err := l.part(kept, partKept); err != nil {
			return err
		}
		if volatile != nil {
			if err := l.part(volatile, partVolatile); err != nil {
				return err
			}
		}
		copy(d.rows, l.rows)
		d.mem, left = l.mem, l.left
		if l.generation > d.prev.generation {
			d.base = l.generation - 1 // so that the generation is the saved one
		}
		return nil
	})
	return left, err
}

// A loader reads parts into fresh rows.
type loader struct {
	plan       *plan
	rows       []*row
	mem        *memory
	generation uint64
	left       []*WriteError
	decoder
}

func (l *loader) part(b []byte, part byte) error {
	if err := l.open(b, part); err != nil {
		return err
	}
	name, epoch := l.text(), l.number()
	if l.bad == "" && name != l.plan.profile.Name {
		return fmt.Errorf("%w: of profile %.64q", ErrForeign, name)
	}
	if part == partVolatile && epoch != l.mem.epoch {
		return fmt.Errorf("%w: the volatile part is of another epoch", ErrForeign)
	}
	l.mem.epoch = epoch
	l.generation = max(l.generation, l.number())
	if part == partKept {
		l.memory()
	}
	for a := l.text(); a != "" && l.bad == ""; a = l.text() {
		l.row(Attr(a), part)
	}
	if l.bad == "" && len(l.b) > 0 {
		l.bad = "bytes after the end"
	}
	if l.bad != "" {
		return fmt.Errorf("%w: %s", ErrCorrupt, l.bad)
	}
	return nil
}

// open checks what stands around a part's content.
func (l *loader) open(b []byte, part byte) error {
	head := len(magic) + 2
	switch {
	case len(b) > maxBlob:
		return fmt.Errorf("%w: more than %d bytes", ErrCorrupt, maxBlob)
	case len(b) < head+4 || string(b[:len(magic)]) != magic:
		return fmt.Errorf("%w: no header", ErrCorrupt)
	case b[len(magic)] > version:
		return fmt.Errorf("%w: %d, this is %d", ErrNewer, b[len(magic)], version)
	case b[len(magic)] != version || b[len(magic)+1] != part:
		return fmt.Errorf("%w: not the part that is wanted", ErrCorrupt)
	}
	body, sum := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return fmt.Errorf("%w: the checksum differs", ErrCorrupt)
	}
	l.decoder = decoder{b: body[head:]}
	return nil
}

func (l *loader) memory() {
	flags := l.below((flagMet | flagSecure) + 1)
	l.mem.met, l.mem.secure = flags&flagMet != 0, flags&flagSecure != 0
	l.mem.found = Source(l.below(NumSources))
	l.mem.disabled = Sources(l.below(uint64(allSources) + 1))
	for name := l.text(); name != "" && l.bad == ""; name = l.text() {
		if k := slices.IndexFunc(l.plan.locks, func(x latch) bool { return x.Name == name }); k >= 0 {
			l.mem.locked |= 1 << k
		}
	}
	for name := l.text(); name != "" && l.bad == ""; name = l.text() {
		host := l.text()
		k := slices.IndexFunc(l.plan.sets, func(m members) bool { return m.name == name && len(m.wipe) > 0 })
		if k < 0 {
			continue
		}
		if l.mem.hosts == nil {
			l.mem.hosts = make([]string, len(l.plan.sets))
		}
		l.mem.hosts[k] = host
	}
}

func (l *loader) row(a Attr, part byte) {
	i, known := l.plan.find(a)
	pin := Sources(l.below(uint64(allSources) + 1))
	if known && part == partKept {
		l.rows[i].pin = pin
	}
	if !known {
		l.left = append(l.left, &WriteError{a, Factory, ErrUnknown, ""})
	}
	for range l.below(NumSources + 1) {
		src, seq := Source(l.below(NumSources)), l.number()
		zone := l.number()
		if zone > 2*maxZone+1 {
			l.fail("a time zone out of range")
		}
		var text string
		if zone != 0 {
			text = l.text()
		}
		if !known || l.bad != "" {
			continue
		}
		if !l.plan.in(part).Has(src) || seq == 0 || seq > l.generation || l.rows[i].wrote[src] != 0 {
			l.fail("a layer that cannot be")
			return
		}
		l.layer(i, src, seq, zone, text)
	}
}

// layer puts one source's word into row i, where no later one of its rank is.
func (l *loader) layer(i int, src Source, seq, zone uint64, text string) {
	r, d := l.rows[i], &l.plan.profile.Rows[i]
	if zone == 0 {
		r.wrote[src] = seq
		return
	}
	if !d.From.Has(src) && i != l.plan.discovery {
		l.left = append(l.left, &WriteError{d.Attr, src, ErrSource, ""})
		return
	}
	clock := time.Time{}.In(time.FixedZone("", int(zone)-1-maxZone))
	v, reason := d.read(src, clock, text)
	if reason != "" {
		l.left = append(l.left, &WriteError{d.Attr, src, ErrValue, reason})
		return
	}
	r.wrote[src] = seq
	if slot := l.plan.slot[src]; !r.slots[slot].Assigned() || r.wrote[r.slots[slot].source] <= seq {
		r.slots[slot] = v
	}
}

// A decoder reads what an encoder wrote. After the first mistake it reads
// zeros.
type decoder struct {
	b   []byte
	bad string
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 || d.bad != "" {
		d.fail("a number is cut off")
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) below(limit uint64) uint64 {
	n := d.number()
	if n >= limit {
		d.fail("a number out of range")
		return 0
	}
	return n
}

func (d *decoder) text() string {
	n := d.number()
	if n > uint64(len(d.b)) {
		d.fail("a text is cut off")
		return ""
	}
	text := string(d.b[:n])
	d.b = d.b[n:]
	return text
}

func (d *decoder) fail(why string) {
	if d.bad == "" {
		d.bad = why
	}
	d.b = nil
}
