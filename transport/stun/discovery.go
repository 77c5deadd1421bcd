package stun

import (
	"net/netip"
	"time"
)

// NOTE: how long does a binding live? TR-069 Annex G has it found out as RFC
// 3489 10.2 says, with the primary port as the one whose binding is tried: it is
// silent for a trial time, then the secondary port asks the server to answer to
// the primary port's mapped address. If that answer comes, the binding has lived
// so long. The trial time doubles until one fails, so that the device is out of
// reach for no longer than the binding lived; then the rest is halved.

// A search is for the longest time that a binding lives without traffic.
type search struct {
	active bool
	lives  time.Duration // so long it lives, or is supposed to: the minimum is not tried
	bound  time.Duration // so long it does not live, or there is no need to know
	failed bool          // a trial has failed, so bound is known
	trial  time.Duration // under way
}

// restartSearch begins with the minimum, which is the period meanwhile.
func (k *Keeper) restartSearch() {
	low, high := k.cfg.MinimumKeepAlive, k.cfg.MaximumKeepAlive
	k.period, k.probeAt, k.open[Secondary] = low, time.Time{}, nil
	k.search = search{active: k.cfg.Secondary && high > low, lives: low, bound: high}
}

// nextTrial says how long to be silent.
func (s *search) nextTrial() time.Duration {
	s.trial = min(2*s.lives, s.bound)
	if s.failed {
		s.trial = (s.lives + s.bound) / 2
	}
	return s.trial
}

// over says whether the rest is not worth a trial.
func (s *search) over() bool {
	return s.lives >= s.bound || s.failed && s.bound-s.lives <= max(resolution, s.lives/8)
}

// period leaves a tenth of what the binding lives for the way to the gateway.
func (s *search) period(minimum time.Duration) time.Duration { return max(minimum, s.lives*9/10) }

// tried takes the answer to a try. RFC 3489 10.2: at the primary port it says
// that the binding lives; at the secondary one that it has died, if the gateway
// has given its address to the new binding. If it has not, the server has not
// looked at RESPONSE-ADDRESS.
func (k *Keeper) tried(now time.Time, port Port, mapped netip.AddrPort) {
	k.open[Secondary] = nil
	switch {
	case port == Primary:
		k.search.lives = k.search.trial
		k.conclude(now)
	case mapped == k.mapped:
		k.expired(now)
	default:
		k.unsupported(now)
	}
}

// tryFailed takes a try that had no answer, or a refusal.
func (k *Keeper) tryFailed(now time.Time, err error) {
	if err == ErrTimeout {
		k.expired(now)
		return
	}
	k.unsupported(now)
}

func (k *Keeper) expired(now time.Time) {
	k.search.bound, k.search.failed = k.search.trial, true
	k.rebinding = true
	k.conclude(now)
}

// unsupported gives up for as long as the address stays.
func (k *Keeper) unsupported(now time.Time) {
	k.search.active = false
	k.tell(Discovered, ErrUnsupported)
	k.begin(now, ask, 0)
}

// conclude ends the search if it can, and refreshes the binding at once, or
// makes a new one.
func (k *Keeper) conclude(now time.Time) {
	if k.search.over() {
		k.search.active = false
		k.period = k.search.period(k.cfg.MinimumKeepAlive)
		k.tell(Discovered, nil)
	}
	k.begin(now, ask, 0)
}
