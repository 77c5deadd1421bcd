package attrs

import (
	"encoding/binary"
	"hash/crc32"
)

// State as bytes: a header, what belongs to no attribute, the rows that hold
// something, and a CRC-32 over it all. Numbers are unsigned varints, texts
// have their length before them, and the same state gives the same bytes, so
// that a program can skip a write of what is stored already. An attribute is
// stored by its name, so rows may be added to a profile or moved.

const (
	magic   = "cwmpattr"
	version = 1
	maxBlob = 1 << 20

	partKept     = 'P' // what outlives a restart
	partVolatile = 'V' // what does not
)

// Flags of the kept part.
const (
	flagMet = 1 << iota
	flagSecure
)

// Save returns the state but for the layers of the profile's Volatile
// sources, as bytes for Resolver.Load. The passwords are in them in the
// clear: whoever stores them seals them or keeps them readable by one user alone.
func (s *Snapshot) Save() []byte { return s.save(partKept) }

// SaveVolatile returns the layers that Save leaves out. A program that
// restarts without a restart of the device loads both, and has what it had.
func (s *Snapshot) SaveVolatile() []byte { return s.save(partVolatile) }

func (s *Snapshot) save(part byte) []byte {
	if s.plan == nil {
		return nil
	}
	e := encoder{b: append([]byte(magic), version, part)}
	e.text(s.plan.profile.Name)
	e.number(s.mem.epoch)
	e.number(s.generation)
	if part == partKept {
		e.memory(s)
	}
	for i, r := range s.rows {
		e.row(s.plan, i, r, part)
	}
	e.text("") // no attribute: the end
	return binary.BigEndian.AppendUint32(e.b, crc32.ChecksumIEEE(e.b))
}

// in returns the sources whose layers are in a part.
func (p *plan) in(part byte) Sources {
	if part == partVolatile {
		return p.profile.Volatile
	}
	return allSources &^ p.profile.Volatile
}

type encoder struct{ b []byte }

func (e *encoder) number(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) memory(s *Snapshot) {
	var flags uint64
	if s.mem.met {
		flags |= flagMet
	}
	if s.mem.secure {
		flags |= flagSecure
	}
	e.number(flags)
	e.number(uint64(s.mem.found))
	e.number(uint64(s.mem.disabled))
	for k, l := range s.plan.locks {
		if s.mem.locked&(1<<k) != 0 {
			e.text(l.Name)
		}
	}
	e.text("")
	for k, h := range s.mem.hosts {
		if h != "" {
			e.text(s.plan.sets[k].name)
			e.text(h)
		}
	}
	e.text("")
}

// row writes what row i holds of a part, if anything.
func (e *encoder) row(p *plan, i int, r *row, part byte) {
	in, pin := p.in(part), r.pin
	if part != partKept {
		pin = 0
	}
	var list []Source
	for src := range Source(NumSources) {
		if in.Has(src) && r.wrote[src] != 0 {
			list = append(list, src)
		}
	}
	if pin == 0 && len(list) == 0 {
		return
	}
	e.text(string(p.profile.Rows[i].Attr))
	e.number(uint64(pin))
	e.number(uint64(len(list)))
	for _, src := range list {
		e.number(uint64(src))
		e.number(r.wrote[src])
		e.value(p, r, src)
	}
}

// value writes what src's slot holds, if it is its own: 0 for nothing, and
// otherwise the zone of a time and 1 to tell it from nothing.
func (e *encoder) value(p *plan, r *row, src Source) {
	if !r.owns(p, src) {
		e.number(0)
		return
	}
	v := r.slots[p.slot[src]]
	_, zone := v.at.Zone()
	e.number(uint64(zone+maxZone) + 1)
	e.text(v.text + v.secret.Reveal())
}

// maxZone is the greatest offset of a time zone in seconds.
const maxZone = 24*60*60 - 1
