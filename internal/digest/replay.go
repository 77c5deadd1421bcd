package digest

// NOTE: which counts of which nonces were used. Only a nonce with a right
// digest enters the table, so that strangers cannot fill it. A full shard
// forgets its oldest nonce and raises its floor to that nonce's time: whatever
// is not in the shard and not younger than its floor may have been used, and is
// called stale. So a forgotten nonce never starts over at a low count.

import (
	"container/heap"
	"math"
	"sync"
)

// window is how many counts below the highest are told apart, so that requests
// that overtake each other on the way are not taken for replays.
const window = 64

// A record is a nonce in use.
type record struct {
	nonce
	top   uint32 // highest count seen
	seen  uint64 // bit i: count top-i was seen
	spent bool   // served its only use in the form of RFC 2069
}

// count takes one use of the nonce.
func (r *record) count(nc uint32) error {
	if nc > r.top {
		r.seen = r.seen<<(nc-r.top) | 1 // a shift past 63 leaves 0
		r.top = nc
		return nil
	}
	bit := r.top - nc
	if bit >= window || r.seen>>bit&1 == 1 {
		return refuse(ErrReplay, "")
	}
	r.seen |= 1 << bit
	return nil
}

// A shard is one part of the table, with its own lock.
type shard struct {
	mu    sync.Mutex
	byID  map[[idSize]byte]*record
	byAge records
	floor int64 // newest issue time among the forgotten
}

// newShards makes an empty table.
func newShards(n int) []*shard {
	all := make([]*shard, n)
	for i := range all {
		all[i] = &shard{byID: make(map[[idSize]byte]*record), floor: math.MinInt64}
	}
	return all
}

// use takes one use of a nonce whose digest was right. Room is how many nonces
// the shard may hold; those issued before expired are forgotten first.
func (s *shard) use(n nonce, q QOP, nc uint32, room int, expired int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, known := s.byID[n.id]
	switch {
	case !known && n.issued <= s.floor:
		return refuse(ErrStale, "the nonce may have been used and forgotten")
	case known && (r.spent || q == QOPNone):
		return refuse(ErrStale, "the nonce has served its only use")
	case !known:
		r = s.admit(n, room, expired)
	}
	if q == QOPNone {
		r.spent = true
		return nil
	}
	return r.count(nc)
}

// admit makes room and enters a nonce.
func (s *shard) admit(n nonce, room int, expired int64) *record {
	for len(s.byAge) > 0 && (len(s.byAge) >= room || s.byAge[0].issued < expired) {
		old := heap.Pop(&s.byAge).(*record)
		delete(s.byID, old.id)
		s.floor = max(s.floor, old.issued)
	}
	r := &record{nonce: n}
	heap.Push(&s.byAge, r)
	s.byID[n.id] = r
	return r
}

// records is a heap with the oldest nonce on top. See container/heap.
type records []*record

// Len is the number of records.
func (h records) Len() int { return len(h) }

// Less orders by age.
func (h records) Less(i, j int) bool { return h[i].issued < h[j].issued }

// Swap exchanges two records.
func (h records) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push appends a *record.
func (h *records) Push(x any) { *h = append(*h, x.(*record)) }

// Pop takes the last *record.
func (h *records) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	return last
}
