package session

import (
	"fmt"
	"slices"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: a world in 16 bytes. Its parts (a machine, a store, the network) take few
// values each, so that each value is kept once and a world is seven numbers, packed.
// Before that it is made canonical: what does not matter any more is cleared, and what
// matters only relative to something else is moved to a common origin. Nothing is
// hashed away: equal bytes are equal worlds.

// A packed is a world: the numbers of its parts.
type packed [2]uint64

// The widths of the numbers, 128 bits in all.
var widths = [...]uint{13, 13, 20, 20, 23, 20, 19}

// A space has the values that parts have taken.
type space struct {
	sc     *scenario
	envs   parts[envID, *rpc.Envelope]
	known  map[*rpc.Envelope]bool // those of envs
	cpes   parts[cpeID, *CPE]
	acss   parts[acsID, *ACS]
	stores parts[storeID, *store]
	ends   parts[ends, ends]
	nets   parts[network, network]
	talks  parts[talk, talk]
}

// parts are the values of one part.
type parts[K comparable, V any] struct {
	ids map[K]uint64
	all []V
}

// id is the number of a value, from 0.
func (p *parts[K, V]) id(k K, v V) uint64 {
	n, ok := p.ids[k]
	if !ok {
		if p.ids == nil {
			p.ids = map[K]uint64{}
		}
		n = uint64(len(p.all))
		p.ids[k] = n
		p.all = append(p.all, v)
	}
	return n
}

// pack makes a world canonical and gives its number.
func (s *space) pack(w *world) (p packed) {
	s.canon(w)
	at := uint(0)
	for i, n := range [...]uint64{
		s.cpe(w), s.acs(w), s.store(w, ownRAM, w.ram), s.store(w, ownDisk, w.disk),
		s.ends.id(w.ends, w.ends), s.nets.id(w.network, w.network), s.talks.id(w.talk, w.talk),
	} {
		if n >= 1<<widths[i] {
			panic(fmt.Sprintf("part %d takes more values than %d bits have", i, widths[i]))
		}
		p[at/64] |= n << (at % 64)
		if at/64 == 0 && at+widths[i] > 64 {
			p[1] |= n >> (64 - at)
		}
		at += widths[i]
	}
	return p
}

// unpack gives the world of a number.
func (s *space) unpack(p packed) *world {
	var n [len(widths)]uint64
	at := uint(0)
	for i, width := range widths {
		n[i] = p[at/64] >> (at % 64)
		if at/64 == 0 && at+width > 64 {
			n[i] |= p[1] << (64 - at)
		}
		n[i] &= 1<<width - 1
		at += width
	}
	w := &world{sc: s.sc, parts: [4]uint64(n[:4]), ram: s.stores.all[n[2]], disk: s.stores.all[n[3]], ends: s.ends.all[n[4]], network: s.nets.all[n[5]], talk: s.talks.all[n[6]]}
	if n[0] > 0 {
		w.cpe = s.cpes.all[n[0]-1]
	}
	if n[1] > 0 {
		w.acs = s.acss.all[n[1]-1]
	}
	return w
}

// canon makes a world canonical.
func (s *space) canon(w *world) {
	for _, env := range w.envelopes() {
		*env = s.env(*env)
	}
	w.forget()
	w.rebase()
	w.renumber()
	s.alike(w)
}

// forget clears what is of no consequence any more.
func (w *world) forget() {
	if w.post.got {
		w.post = flight{on: true, got: true, cut: w.post.cut, epoch: w.post.epoch}
		w.hops = 0
	}
	inform := w.stale.env != nil && isInform(w.stale.env.Message)
	refused := w.sc.guarded && w.sc.law.prog.challenge && !w.stale.auth
	if refused || !inform && !(w.acs != nil && w.aEpoch == w.stale.epoch) {
		w.stale = flight{} // nobody will take it
	}
	if w.cpe == nil {
		w.epoch, w.hops, w.creds = 0, 0, false
	}
	if w.acs == nil {
		w.aEpoch = 0
		for i, t := range w.tasks {
			if t == taskUnknown {
				w.tasks[i] = taskDone // both are its end
			}
		}
	}
	if w.ram.retry.wait > 0 { // it was judged, and is over when the session starts
		w.memory().retry.wait = 0
	}
	if w.disk.retry.wait > 0 {
		w.durable().retry.wait = 0
	}
}

// rebase counts all that is counted by event from what the disk has as acknowledged:
// two worlds whose counts differ by that alone go on alike.
func (w *world) rebase() {
	for e := range modelEvents {
		base := w.disk.ghost.acked[e]
		if base == 0 {
			continue
		}
		r, d := &w.memory().ghost, &w.durable().ghost
		counts := []*uint8{
			&r.gen[e], &r.acked[e], &d.gen[e], &d.acked[e], &w.seen[e], &w.aList[e],
			&w.post.list[e], &w.stale.list[e], &w.talk.cpe.list[e],
		}
		if e == evRequest {
			counts = append(counts, &r.listed, &d.listed)
		}
		for _, n := range counts {
			*n = max(*n, base) - base
		}
	}
}

// renumber gives the sessions numbers from 1 in the order of the places that know them.
func (w *world) renumber() {
	known := make([]uint8, 1, 6)
	for _, e := range []*uint8{&w.epoch, &w.aEpoch, &w.post.epoch, &w.stale.epoch, &w.resp.epoch} {
		i := slices.Index(known, *e)
		if i < 0 {
			i = len(known)
			known = append(known, *e)
		}
		*e = uint8(i)
	}
}

// An envID is what is told of an envelope. The rest of it is the same in the model.
type envID struct {
	name, key string
	code      rpc.FaultCode
	hold, has bool
	version   rpc.Version
	id        string
}

func idOf(env *rpc.Envelope) envID {
	if env == nil {
		return envID{}
	}
	i := envID{name: nameOf(env), hold: env.HoldRequests, has: env.HasID, version: env.Version, id: env.ID}
	switch m := env.Message.(type) {
	case *rpc.TransferComplete:
		i.key, i.code = m.CommandKey, m.FaultStruct.FaultCode
	case *rpc.Download:
		i.key = m.CommandKey
	case *rpc.Fault:
		i.code = m.FaultCode
	}
	return i
}

// env is the one envelope for all that are equal.
func (s *space) env(env *rpc.Envelope) *rpc.Envelope {
	if env == nil || s.known[env] {
		return env
	}
	one := s.envs.all[s.envs.id(idOf(env), env)]
	if s.known == nil {
		s.known = map[*rpc.Envelope]bool{}
	}
	s.known[one] = true
	return one
}

// A machineID is the shared half of a machine; how many messages came is not in it.
type machineID struct {
	state     state
	version   rpc.Version
	nextID    uint32
	begun     bool
	sent, out *rpc.Envelope
	pending   int
	open      asked
}

func (s *space) machine(m *machine) machineID {
	m.sent, m.received = s.env(m.sent), min(m.received, 1)
	i := machineID{state: m.state, version: m.version, nextID: m.nextID, begun: m.received > 0, sent: m.sent, pending: m.out.n, open: m.open}
	if m.out.n > 1 {
		panic("a world with two outputs to come")
	}
	if m.out.n == 1 {
		o := &m.out.outputs[0]
		o.Envelope = s.env(o.Envelope)
		i.out = o.Envelope
	}
	return i
}

type cpeID struct {
	machineID
	hold, yielded, empty bool
	retries              int
	again                *rpc.Envelope
	queue                [maxTransfers]rpc.FaultCode // a TransferComplete each, with its result + 1
	order                [maxTransfers]byte
}

// cpe is the number of a CPE, from 1; 0 is none.
func (s *space) cpe(w *world) uint64 {
	c := w.cpe
	switch {
	case c == nil:
		return 0
	case w.own&ownCPE == 0:
		return w.parts[0]
	}
	c.again = s.env(c.again)
	i := cpeID{machineID: s.machine(&c.machine), hold: c.hold, yielded: c.yielded, empty: c.empty, retries: c.retries, again: c.again}
	for n, m := range c.queue {
		r := m.(*rpc.TransferComplete)
		i.order[n], i.queue[n] = byte(transferOf(r.CommandKey)), r.FaultStruct.FaultCode+1
	}
	return 1 + s.cpes.id(i, c)
}

type acsID struct {
	machineID
	hold, held, yielded bool
	use                 string
	most                rpc.Version
}

// acs is the number of an ACS, from 1; 0 is none.
func (s *space) acs(w *world) uint64 {
	a := w.acs
	switch {
	case a == nil:
		return 0
	case w.own&ownACS == 0:
		return w.parts[1]
	}
	return 1 + s.acss.id(acsID{s.machine(&a.machine), a.hold, a.held, a.yielded, a.use, a.cfg.Version}, a)
}

type storeID struct {
	queue     [2 * numEvents]byte
	counts    [numCounts]uint32
	waiting   bool
	transfers [maxTransfers]uint8
	mark      bool
	ghost     ghost
}

// store is the number of a store. Single events have an order in the queue that nothing
// asks for: they come first in an Inform.
func (s *space) store(w *world, own owned, x *store) uint64 {
	if w.own&own == 0 {
		return w.parts[2+own/ownDisk]
	}
	i := storeID{counts: x.retry.counts, waiting: x.retry.waiting, transfers: x.transfers, mark: x.mark, ghost: x.ghost}
	slices.SortStableFunc(x.queue.pending, func(a, b event) int { return rank(a) - rank(b) })
	for n, p := range x.queue.pending {
		i.queue[n] = byte(1+slices.Index(modelEvents[:], p.Event)) << 2
		if p.listed {
			i.queue[n] |= 1
		}
		if p.again {
			i.queue[n] |= 2
		}
	}
	return s.stores.id(i, x)
}

// rank is a single event's place in a canonical queue; the others follow in their order.
func rank(p event) int { return min(slices.Index(modelEvents[:], p.Event), evDownload1) }
