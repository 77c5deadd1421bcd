package session

import (
	"cmp"
	"math"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what the session retry policy counts, and its wait, which is kept as what
// remains of it. TR-069 section 3.2.1.1.

// What a Retry counts: failed sessions, each since something else.
const (
	sinceSuccess = iota // RetryCount
	sinceReboot         // which band
	sinceHelp           // against Max: since a success, a reboot, or the Trigger after the last retry
	numCounts
)

// What makes it count.
const (
	onFailed = iota
	onSucceeded
	onRebooted
	onHelped // a Trigger when Max had stopped the retries
	numRetryEvents
)

// A step is what happens to a count.
type step uint8

const (
	keep step = iota
	add
	zero
)

// A retryRules is the policy: the table of the counts, and two guards.
type retryRules struct {
	steps [numRetryEvents][numCounts]step
	// stops reports whether no retry follows any more.
	stops func(r *Retry) bool
	// later is the wait when the ACS has asked for one.
	later func(r *Retry, asked time.Duration) time.Duration
}

var standardRetry = retryRules{
	steps: [numRetryEvents][numCounts]step{
		onFailed:    {add, add, add},
		onSucceeded: {zero, zero, zero},
		onRebooted:  {keep, zero, zero},
		onHelped:    {keep, keep, zero},
	},
	stops: func(r *Retry) bool { return r.Limited && r.counts[sinceHelp] > uint32(r.Max) },
	later: func(r *Retry, asked time.Duration) time.Duration {
		_, most := r.Band(lastBand)
		return max(r.wait, min(asked, most))
	},
}

func (r *Retry) the() *retryRules { return cmp.Or(r.rules, &standardRetry) }

func (r *Retry) count(event int) {
	for i, s := range r.the().steps[event] {
		switch {
		case s == zero:
			r.counts[i] = 0
		case s == add && r.counts[i] < math.MaxUint32:
			r.counts[i]++
		}
	}
}

// RetryCount is the RetryCount of the next Inform: how many sessions have failed since
// the last that succeeded. A reboot does not change it.
func (r *Retry) RetryCount() uint32 { return r.counts[sinceSuccess] }

// Failed counts a failed session and draws the wait before the next: from the band of
// the failures since the last reboot. random is any 64 random bits.
func (r *Retry) Failed(random uint64) {
	r.count(onFailed)
	r.waiting = !r.the().stops(r)
	r.wait = r.Wait(int(min(r.counts[sinceReboot], lastBand)), random)
}

// RetryAfter raises the wait to what the ACS asked for with the HTTP header of that name,
// up to the upper edge of the tenth band: 5120 s by default. It never shortens the wait,
// and does nothing when none runs. It is no promise to stay away: what requires a session
// opens one all the same, see Trigger.
func (r *Retry) RetryAfter(d time.Duration) {
	if r.waiting {
		r.wait = r.the().later(r, d)
	}
}

// Succeeded ends the counting: a session has ended well.
func (r *Retry) Succeeded() {
	r.count(onSucceeded)
	r.waiting, r.wait = false, 0
}

// Trigger says that something has arisen that itself requires a session: a new event,
// a connection request. It cuts a wait short (TR-069 section 3.2.1.1), and when Max has
// stopped the retries it starts them anew. Nothing is forgotten: a session that fails then
// counts like any other.
//
// The wait that it cuts short may be one that RetryAfter has raised. A connection request
// is the ACS's own later word, and a new event has a session opened at once whatever the
// last answer was. An ACS that is still busy answers that one with another Retry-After,
// and its failure raises the band. A program that would rather wait for the ACS does not
// call Trigger for its own events.
func (r *Retry) Trigger() {
	if r.Stopped() {
		r.count(onHelped)
	}
	r.waiting, r.wait = r.RetryCount() > 0, 0
}

// Rebooted says that the device has started anew: the waits begin with the first band,
// and the first session of the new start needs none.
func (r *Retry) Rebooted() {
	r.count(onRebooted)
	r.waiting, r.wait = r.RetryCount() > 0, 0
}

// Stopped reports whether Max has been reached, so that only a Trigger, or a reboot,
// leads to another session.
func (r *Retry) Stopped() bool { return r.RetryCount() > 0 && !r.waiting }

// Due reports whether a session may start now: none has failed, or its wait is over.
func (r *Retry) Due() bool { return r.RetryCount() == 0 || r.waiting && r.wait <= 0 }

// HandleTimeout tells the time, which is known from here alone: call it before Failed,
// and when Deadline has come. A time before the last one is only noted; with
// time.Now's the monotonic reading counts, so that setting the clock moves no wait.
func (r *Retry) HandleTimeout(now time.Time) {
	if !r.clock.IsZero() && r.waiting {
		r.wait -= max(now.Sub(r.clock), 0)
		r.wait = max(r.wait, 0)
	}
	r.clock = now
}

// Deadline returns when the wait is over. There is none when no wait runs, and before
// the first HandleTimeout.
func (r *Retry) Deadline() (time.Time, bool) {
	if r.clock.IsZero() || !r.waiting {
		return time.Time{}, false
	}
	return r.clock.Add(r.wait), true
}

// MarshalBinary returns the counts and what remains of the wait, without the
// parameters. Store it when a session has ended. There is no error.
func (r *Retry) MarshalBinary() ([]byte, error) {
	p := newPacker(kindRetry)
	for _, n := range r.counts {
		p.uint(uint64(n))
	}
	p.bits(r.waiting)
	p.dur(r.wait)
	return p.bytes()
}

// UnmarshalBinary takes what MarshalBinary gave and keeps the parameters. The error is
// ErrStored, and then nothing has changed.
func (r *Retry) UnmarshalBinary(data []byte) error {
	u := newUnpacker(kindRetry, data, rpc.Registry{})
	s := *r
	s.clock = time.Time{}
	for i := range s.counts {
		s.counts[i] = uint32(u.uint(math.MaxUint32))
		u.check(s.counts[i] <= s.counts[sinceSuccess])
	}
	u.bits(&s.waiting)
	s.wait = u.dur(maxWait)
	u.check(s.wait >= 0 && (s.counts[sinceSuccess] > 0 || !s.waiting && s.wait == 0))
	if err := u.end(); err != nil {
		return err
	}
	*r = s
	return nil
}
