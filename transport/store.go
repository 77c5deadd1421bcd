package transport

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"
)

// NOTE: where sessions may be kept besides the process that opened them, and the
// store for one process, which is also the model of any other.

// A SessionStore keeps the sessions of several processes, so that the next POST of
// a session may reach any of them. Set the same one as the Store of each Server, and
// one NonceKey for all of their DigestAuths.
//
// What it has to do is a compare and swap, which is what keeps a session from being
// served twice at once: before a POST is served its session is claimed by a Swap,
// and the answer is not sent before another Swap has stored what came of it. In SQL
// a Swap is an UPDATE with the version in its WHERE, in Redis a script of a few
// lines, in etcd a transaction.
//
// Keys and values are of this package's making. A value holds the Inform, the state of
// the machine with the request that is out, and Session.Data: it is as secret as these
// are, a password that is being set among them. The cookie is not in it, only its hash.
// A value that was damaged is noticed and ends its session. Calls may come at once and
// must heed their context.
type SessionStore interface {
	// Load returns what is stored under a key, and its version. Version 0 without
	// an error is that nothing is, or that its time is over. The value is not
	// changed by the caller.
	Load(ctx context.Context, key string) (value []byte, version uint64, err error)
	// Swap stores a value under a key for the time ttl and returns its version,
	// which is not 0 and is never that of another value under the key. It does
	// so only if what is there has the version that is given, 0 for nothing;
	// otherwise the error is ErrConflict. A nil value removes what is there;
	// removing it from where nothing is, is ErrConflict too. ErrStoreFull refuses
	// a value under a new key, never one in another's place. The value is not
	// changed by the caller afterwards.
	Swap(ctx context.Context, key string, version uint64, value []byte, ttl time.Duration) (uint64, error)
}

// Errors of a SessionStore.
var (
	// ErrConflict: another version is stored than the one to be replaced.
	ErrConflict = errors.New("transport: another version is stored")
	// ErrStoreFull: there is no room for another session.
	ErrStoreFull = errors.New("transport: the session store is full")
)

// A MemoryStore is a SessionStore in this process's memory, for several Servers in
// it: for tests of a Handler that is to go on elsewhere, for instance. The zero value
// is ready. It must not be copied after first use.
type MemoryStore struct {
	// Max bounds the sessions that are kept. 0 is 10,000.
	Max int

	mu      sync.Mutex
	last    uint64 // the newest version
	byKey   map[string]*stored
	byDeath storedHeap
}

// stored is one value of a MemoryStore.
type stored struct {
	key     string
	value   []byte
	version uint64
	dies    time.Time
	at      int // in the heap
}

// Load implements [SessionStore].
func (m *MemoryStore) Load(ctx context.Context, key string) ([]byte, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bury(time.Now())
	if e := m.byKey[key]; e != nil {
		return e.value, e.version, ctx.Err()
	}
	return nil, 0, ctx.Err()
}

// Swap implements [SessionStore].
func (m *MemoryStore) Swap(ctx context.Context, key string, version uint64, value []byte, ttl time.Duration) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.bury(now)
	e := m.byKey[key]
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case e == nil && (version != 0 || value == nil), e != nil && e.version != version:
		return 0, ErrConflict
	case value == nil:
		m.drop(e)
		return 0, nil
	case e == nil && len(m.byKey) >= most(m.Max):
		return 0, ErrStoreFull
	case e == nil:
		e = m.enter(key)
	}
	m.last++
	e.value, e.version, e.dies = value, m.last, now.Add(ttl)
	heap.Fix(&m.byDeath, e.at)
	return e.version, nil
}

// Len returns how many sessions are stored.
func (m *MemoryStore) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bury(time.Now())
	return len(m.byKey)
}

func (m *MemoryStore) enter(key string) *stored {
	if m.byKey == nil {
		m.byKey = map[string]*stored{}
	}
	e := &stored{key: key}
	m.byKey[key] = e
	heap.Push(&m.byDeath, e)
	return e
}

func (m *MemoryStore) drop(e *stored) {
	delete(m.byKey, e.key)
	heap.Remove(&m.byDeath, e.at)
}

// bury drops those whose time is over.
func (m *MemoryStore) bury(now time.Time) {
	for len(m.byDeath) > 0 && !m.byDeath[0].dies.After(now) {
		m.drop(m.byDeath[0])
	}
}

// storedHeap has the one that dies first on top. See container/heap.
type storedHeap []*stored

// Len is the number of values.
func (h storedHeap) Len() int { return len(h) }

// Less orders by death.
func (h storedHeap) Less(i, j int) bool { return h[i].dies.Before(h[j].dies) }

// Swap exchanges two values.
func (h storedHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push appends a *stored.
func (h *storedHeap) Push(x any) {
	e := x.(*stored)
	e.at = len(*h)
	*h = append(*h, e)
}

// Pop takes the last *stored.
func (h *storedHeap) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	return last
}
