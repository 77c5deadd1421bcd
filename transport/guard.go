package transport

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

// NOTE: passwords are not to be guessed by the thousand. Who is wrong too often about
// one user name is answered slowly; who is right is answered at once, so that nobody
// can lock a device out by guessing at it.

// The bounds of a guard.
const (
	guardFailures = 10
	guardWindow   = time.Minute
	guardDelay    = time.Second
	guardNames    = 4096
)

// A guard counts failures by user name, in two generations: when the young one is full,
// it becomes the old one, and that is forgotten. So a flood of names costs each of them
// the same, and no more memory: a name is kept as its hash, for it may be as long as a
// request's header. The zero value is ready.
type guard struct {
	mu         sync.Mutex
	young, old map[nameHash]failures
}

type nameHash [sha256.Size]byte

// failures of one name, since a time.
type failures struct {
	n     int
	since time.Time
}

// failed counts a failure, and waits if there were too many.
func (g *guard) failed(r *http.Request, name string) {
	if !g.tooMany(name, time.Now()) {
		return
	}
	wait := time.NewTimer(guardDelay)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-r.Context().Done():
	}
}

func (g *guard) tooMany(name string, now time.Time) bool {
	key := nameHash(sha256.Sum256([]byte(name)))
	g.mu.Lock()
	defer g.mu.Unlock()
	f, known := g.young[key]
	if !known {
		f = g.old[key]
	}
	if now.Sub(f.since) > guardWindow {
		f = failures{since: now}
	}
	f.n++
	if g.young == nil || !known && len(g.young) >= guardNames/2 {
		g.old, g.young = g.young, map[nameHash]failures{}
	}
	g.young[key] = f
	return f.n > guardFailures
}
