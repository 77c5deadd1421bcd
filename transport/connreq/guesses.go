package connreq

// NOTE: who guesses passwords. Wrong answers of an address are counted for a minute;
// past ten of them each further one waits a second. A right one never waits: nobody
// is locked out by another's guesses, not even one behind the same address.

import (
	"net/netip"
	"sync"
	"time"
)

const (
	guessesFree   = 10          // wrong answers that cost nothing
	guessesWindow = time.Minute // in which they are counted
	guessesHold   = time.Second // how long the next ones are held back
	guessesKept   = 256         // addresses remembered, the oldest forgotten first
)

// A tally counts one address's wrong answers since a time.
type tally struct {
	since time.Time
	wrong int
}

// A guesses counts wrong answers by address.
type guesses struct {
	mu sync.Mutex
	by map[netip.Addr]tally
}

// wrong counts one wrong answer and says how long it is held back.
func (g *guesses) wrong(from netip.Addr) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	t, known := g.by[from]
	if !known || now.Sub(t.since) > guessesWindow {
		if !known && len(g.by) >= guessesKept {
			g.forget()
		}
		t = tally{since: now}
	}
	t.wrong++
	if g.by == nil {
		g.by = make(map[netip.Addr]tally)
	}
	g.by[from] = t
	if t.wrong > guessesFree {
		return guessesHold
	}
	return 0
}

// forget drops the address whose count is the oldest.
func (g *guesses) forget() {
	var oldest netip.Addr
	var since time.Time
	for a, t := range g.by {
		if since.IsZero() || t.since.Before(since) {
			oldest, since = a, t.since
		}
	}
	delete(g.by, oldest)
}
