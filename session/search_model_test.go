package session

import (
	"encoding/binary"
	"slices"
)

// NOTE: the exhaustive search over the model, breadth first, so that what breaks a rule
// is found with its shortest trace. A state from which the goal cannot be reached any
// more without a fault breaks liveness: reliability is that every fault is survived.
// Which rules are checked where, and what the model leaves out, is in account_test.go.

// A found is what a search has found.
type found struct {
	states, edges, depth int
	rule                 string   // what was broken, "" for nothing
	trace                []string // how to come there
}

// A searcher visits every state of a space. A state's number is its place in the order
// in which the states were found.
type searcher struct {
	space
	states list[packed]
	from   list[uint32] // by which state it was found
	table  []uint32     // the numbers + 1 by hash
	edges  []byte       // for each state in turn how many edges without faults, and how far they go
	blocks []int        // where every 256th state's edges begin
	goals  list[bool]
}

// A list grows without being copied.
type list[T any] struct {
	chunks [][]T
	n      int
}

const chunk = 1 << 16

func (l *list[T]) add(v T) {
	if l.n%chunk == 0 {
		l.chunks = append(l.chunks, make([]T, 0, chunk))
	}
	last := &l.chunks[len(l.chunks)-1]
	*last = append(*last, v)
	l.n++
}

func (l *list[T]) at(i int) *T { return &l.chunks[i/chunk][i%chunk] }

func hash(p packed) uint64 {
	h := p[0]*0x9e3779b97f4a7c15 ^ (p[1]+0x7f4a7c15)*0xbf58476d1ce4e5b9
	h ^= h >> 32
	h *= 0x94d049bb133111eb
	return h ^ h>>29
}

// number gives the number of a state, and whether it was found before.
func (s *searcher) number(p packed, from int) (n int, old bool) {
	if 4*(s.states.n+1) > 3*len(s.table) {
		s.grow()
	}
	mask := uint64(len(s.table) - 1)
	i := hash(p) & mask
	for ; s.table[i] != 0; i = (i + 1) & mask {
		if n := int(s.table[i] - 1); *s.states.at(n) == p {
			return n, true
		}
	}
	n = s.states.n
	s.table[i] = uint32(n + 1)
	s.states.add(p)
	s.from.add(uint32(from))
	return n, false
}

// grow doubles the table.
func (s *searcher) grow() {
	s.table = make([]uint32, max(2*len(s.table), 1<<12))
	mask := uint64(len(s.table) - 1)
	for n := range s.states.n {
		i := hash(*s.states.at(n)) & mask
		for s.table[i] != 0 {
			i = (i + 1) & mask
		}
		s.table[i] = uint32(n + 1)
	}
}

// searchModel visits every state. most bounds them.
func searchModel(sc *scenario, most int) found {
	return (&searcher{space: space{sc: sc}}).search(most)
}

func (s *searcher) search(most int) (r found) {
	s.number(s.pack(newWorld(s.sc)), 0)
	var room []move
	level := 1 // where the next depth begins
	for at := 0; at < s.states.n && s.states.n < most; at++ {
		if at == level {
			r.depth++
			level = s.states.n
		}
		w := s.unpack(*s.states.at(at))
		s.goals.add(w.goal())
		room = w.moves(room[:0])
		r.edges += len(room)
		if bad := slices.IndexFunc(room, func(m move) bool { return m.to.bad != "" }); bad >= 0 {
			r.rule, r.states = room[bad].to.bad, s.states.n
			r.trace = append(s.traceTo(at), lines(w, room[bad])...)
			return r
		}
		s.expand(at, room)
	}
	if r.states = s.states.n; r.states >= most {
		return r
	}
	if stuck := s.unreachable(); stuck >= 0 {
		r.rule, r.trace = "L3: not all can be delivered any more", s.traceTo(stuck)
	}
	return r
}

// expand numbers the worlds after a state and keeps the edges without faults.
func (s *searcher) expand(at int, moves []move) {
	if at%256 == 0 {
		s.blocks = append(s.blocks, len(s.edges))
	}
	free := 0
	for _, m := range moves {
		if !m.fault {
			free++
		}
	}
	s.edges = binary.AppendUvarint(s.edges, uint64(free))
	for _, m := range moves {
		n, _ := s.number(s.pack(m.to), at)
		if !m.fault {
			s.edges = binary.AppendVarint(s.edges, int64(n-at))
		}
	}
}

// unreachable is the first state from which no goal is reached without a fault, or -1.
// Edges lead to later states as a rule, so that few passes from the end suffice.
func (s *searcher) unreachable() int {
	good := make([]bool, s.states.n)
	for i := range good {
		good[i] = *s.goals.at(i)
	}
	for changed := true; changed; {
		changed = false
		for block := range slices.Backward(s.blocks) {
			changed = s.spread(good, block) || changed
		}
	}
	return slices.Index(good, false)
}

// spread marks the states of a block that lead to marked ones.
func (s *searcher) spread(good []bool, block int) (changed bool) {
	var to [256][]int
	edges := s.edges[s.blocks[block]:]
	first := 256 * block
	last := min(first+256, s.states.n)
	for at := first; at < last; at++ {
		n, size := binary.Uvarint(edges)
		edges = edges[size:]
		for range n {
			d, size := binary.Varint(edges)
			edges = edges[size:]
			to[at-first] = append(to[at-first], at+int(d))
		}
	}
	for at := last - 1; at >= first; at-- {
		if !good[at] && slices.ContainsFunc(to[at-first], func(n int) bool { return good[n] }) {
			good[at], changed = true, true
		}
	}
	return changed
}

// traceTo is the way to a state: the steps again, and the messages that they send.
func (s *searcher) traceTo(at int) (trace []string) {
	var way []int
	for ; at > 0; at = int(*s.from.at(at)) {
		way = append(way, at)
	}
	was := 0
	for _, n := range slices.Backward(way) {
		w := s.unpack(*s.states.at(was))
		for _, m := range w.moves(nil) {
			before := m.to.network
			if s.pack(m.to) == *s.states.at(n) {
				m.to.network = before
				trace = append(trace, lines(w, m)...)
				break
			}
		}
		was = n
	}
	return trace
}

// lines are a step and the messages that it sends.
func lines(w *world, m move) []string {
	trace := []string{m.name}
	if f := m.to.post; f.on && !f.got && f.env != w.post.env {
		trace = append(trace, "    cpe> "+line(f))
	}
	if f := m.to.resp; f.on && !w.resp.on {
		trace = append(trace, "        <acs "+line(f))
	}
	return trace
}

// line is a message as a transcript has it.
func line(f flight) string {
	s := nameOf(f.env)
	switch {
	case f.refused:
		return "(an HTTP error)"
	case f.env == nil:
		return s
	case f.env.HoldRequests:
		return s + " " + f.env.ID + " hold"
	}
	return s + " " + f.env.ID
}
