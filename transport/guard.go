package transport

import (
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

// A guard counts failures by user name. The zero value is ready.
type guard struct {
	mu     sync.Mutex
	counts map[string]*failures
}

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
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.counts[name]
	if f == nil || now.Sub(f.since) > guardWindow {
		g.room(now)
		f = &failures{since: now}
		g.counts[name] = f
	}
	f.n++
	return f.n > guardFailures
}

// room forgets what is old if there are too many names, and then whatever comes first.
func (g *guard) room(now time.Time) {
	if g.counts == nil {
		g.counts = map[string]*failures{}
	}
	if len(g.counts) < guardNames {
		return
	}
	for name, f := range g.counts {
		if now.Sub(f.since) > guardWindow {
			delete(g.counts, name)
		}
	}
	for name := range g.counts {
		if len(g.counts) < guardNames {
			return
		}
		delete(g.counts, name)
	}
}
