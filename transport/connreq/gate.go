package connreq

// NOTE: the CPE's one place for connection requests, whatever way they come. The
// ways (http, UDP, XMPP) prove who asks; the Gate decides whether it is too much,
// and keeps the one event that the program gets. Nothing here starts a session.

import (
	"crypto/subtle"
	"sync"
	"time"
)

// The values that the zero fields of a [Gate] stand for.
const (
	// DefaultEvery is the time in which a Gate earns one accepted request.
	DefaultEvery = 5 * time.Second
	// DefaultBurst is how many requests a Gate accepts in a row.
	DefaultBurst = 5
)

// A Gate is where every connection request of a CPE ends that has proved who sends
// it. One Gate serves all ways: they share its rate and its event. The zero value
// with Credentials works. It is safe for concurrent use and must not be copied
// after first use. See TR-069 section 3.2.2.
//
// The program waits for C, calls Begin when any session starts and End when it is
// over:
//
//	for range gate.C() {
//		if gate.Begin() { // false: another session has served the request
//			// one session with event 6 CONNECTION REQUEST
//			gate.End()
//		}
//	}
type Gate struct {
	// Credentials returns ConnectionRequestUsername and ConnectionRequestPassword
	// as they are now. It is asked once for each request that carries credentials
	// and must not block. Nil, or an empty password, lets nobody in.
	Credentials func() (username, password string)
	// Every is the time in which one more request is accepted, once Burst is used
	// up. Zero or less means DefaultEvery.
	Every time.Duration
	// Burst is how many requests are accepted in a row. Zero or less means
	// DefaultBurst.
	Burst int
	// RefuseInSession refuses requests during a session. False accepts them, and
	// one more session follows the one that runs, however many requests came.
	RefuseInSession bool

	mu      sync.Mutex
	event   chan struct{}
	full    time.Time // when the bucket will hold Burst again
	session bool
	asked   bool // a request was accepted and answered that no session has served
	open    int  // requests that were accepted and are not answered yet
	served  int  // those of them that a session serves all the same
}

// C is told once that there are accepted requests; more of them before the next
// Begin are the same event. During a session it is silent until End.
func (g *Gate) C() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.channel()
}

// Begin says that a session starts, for whatever reason. It reports whether a
// connection request is among the reasons, and takes all requests so far as served,
// one that is just being answered too: the Inform carries 6 CONNECTION REQUEST then.
func (g *Gate) Begin() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.channel():
	default:
	}
	asked := g.asked || g.open > 0
	g.session, g.asked = true, false
	g.open, g.served = 0, g.served+g.open
	return asked
}

// End says that the session is over. If requests were accepted meanwhile, C is told.
func (g *Gate) End() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.session = false
	if g.asked {
		g.tell()
	}
}

// Admit decides about one authenticated request: nil accepts it, and Wake has to
// follow once the request is answered. The error is [ErrInSession] or [ErrRate],
// and the answer to both is "busy". Requests that are refused cost nothing.
func (g *Gate) Admit() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.session && g.RefuseInSession {
		return ErrInSession
	}
	every, burst := positive(g.Every, DefaultEvery), positive(g.Burst, DefaultBurst)
	now := time.Now()
	full := g.full
	if full.Before(now) {
		full = now
	}
	if missing := full.Sub(now); missing > 0 && (missing-1)/every+1 >= time.Duration(burst) {
		return ErrRate
	}
	g.full = full.Add(every)
	g.open++
	return nil
}

// Wake raises the event, after a request that Admit accepted was answered: a session
// must not start before the answer is sent.
func (g *Gate) Wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.served > 0 {
		g.served--
		return
	}
	g.open = max(g.open-1, 0)
	g.asked = true
	if !g.session {
		g.tell()
	}
}

// tell raises the event, which is one however often it is raised.
func (g *Gate) tell() {
	select {
	case g.channel() <- struct{}{}:
	default:
	}
}

func (g *Gate) channel() chan struct{} {
	if g.event == nil {
		g.event = make(chan struct{}, 1)
	}
	return g.event
}

// password finds the password of a user, for the one user there is.
func (g *Gate) password(username string) (string, bool) {
	if g.Credentials == nil {
		return "", false
	}
	user, password := g.Credentials()
	same := subtle.ConstantTimeCompare([]byte(user), []byte(username)) == 1
	return password, same && password != ""
}

// positive is v, or other if v is zero or less.
func positive[T int | time.Duration](v, other T) T {
	if v > 0 {
		return v
	}
	return other
}
