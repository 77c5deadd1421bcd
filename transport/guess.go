package transport

import (
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// NOTE: those who guess passwords. Beyond a number of refused credentials for one name
// in a minute each further refusal takes a second. Who has the right ones is never made
// to wait, so that nobody can be locked out by a stranger's guesses.

// The bounds on guessing.
const (
	freeGuesses = 10
	guessWindow = time.Minute
	guessDelay  = time.Second
	guessSlots  = 1 << 10
)

// A guesses counts refusals by name. Names share slots: a table of names would be a
// stranger's to fill. The zero value is empty.
type guesses struct {
	mu    sync.Mutex
	seed  maphash.Seed
	slots []guessSlot
}

type guessSlot struct {
	since time.Time
	n     int
}

// more counts a refusal and reports whether it is one too many.
func (g *guesses) more(name string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.slots == nil {
		g.seed, g.slots = maphash.MakeSeed(), make([]guessSlot, guessSlots)
	}
	s := &g.slots[maphash.String(g.seed, name)%guessSlots]
	if now.Sub(s.since) >= guessWindow {
		*s = guessSlot{since: now}
	}
	s.n++
	return s.n > freeGuesses
}

// slowDown holds back the refusal of a request with credentials, if there were too many
// for their name. A nonce that went stale is no guess.
func (x *serving) slowDown(err error) {
	given := x.r.Header.Get("Authorization")
	if given == "" || errors.Is(err, digest.ErrStale) {
		return
	}
	c, _ := digest.ParseCredentials(given) // what cannot be read has no name
	if !x.srv.guesses.more(c.Username, time.Now()) {
		return
	}
	select {
	case <-time.After(guessDelay):
	case <-x.r.Context().Done():
	}
}
