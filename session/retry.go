package session

import (
	"math/bits"
	"time"
)

// NOTE: the bands of the session retry policy. retrying.go is what is counted.

// A Retry is the session retry policy (TR-069 section 3.2.1.1): how long to wait after
// a failed session, and what RetryCount the next Inform has. The zero value is the
// standard's default and has not failed. It is not safe for concurrent use.
//
// The order of calls is HandleTimeout with the time, then Failed or Succeeded at the
// end of each session; RetryAfter after Failed; Trigger when an event arises that
// requires a session; Rebooted after UnmarshalBinary when the device has started anew.
// A session may start when Due says so.
type Retry struct {
	// MinimumWait is CWMPRetryMinimumWaitInterval in seconds, 1 to 65535. 0 is 5.
	MinimumWait uint16
	// Multiplier is CWMPRetryIntervalMultiplier in thousandths, 1000 to 65535.
	// 0 is 2000; less than 1000 is raised to that.
	Multiplier uint16
	// Limited puts Max in force. False retries until a session succeeds, as the
	// standard has it.
	Limited bool
	// Max is how many retries follow a failed session, 0 to 100 in Comware, before
	// only the next Trigger starts a session. It counts when Limited is true.
	Max uint8

	rules   *retryRules // nil is the standard's
	counts  [numCounts]uint32
	waiting bool
	wait    time.Duration // from clock to the next session
	clock   time.Time     // what HandleTimeout said last; zero before
}

const (
	defaultMinimumWait = 5
	defaultMultiplier  = 2000
	lastBand           = 10
	// maxWait is where the bands are cut off: the largest parameters reach 10^15
	// years, which no time.Duration holds.
	maxWait = 100 * 365 * 24 * time.Hour
)

// Band returns the interval from which the wait before retry n is drawn: 5 to 10 s
// for the first by default, then 10 to 20, up to 2560 to 5120 s for the tenth and
// all later ones. n counts from 1 since the last success or reboot; 0 is no wait.
func (r *Retry) Band(n int) (from, to time.Duration) {
	if n <= 0 {
		return 0, 0
	}
	m, k := uint64(r.MinimumWait), uint64(r.Multiplier)
	if m == 0 {
		m = defaultMinimumWait
	}
	if k == 0 {
		k = defaultMultiplier
	}
	k = max(k, 1000)
	from = time.Duration(m) * time.Second
	for range min(n, lastBand) - 1 {
		from = grow(from, k)
	}
	return from, grow(from, k)
}

// grow multiplies a wait by thousandths, up to maxWait.
func grow(d time.Duration, k uint64) time.Duration {
	hi, lo := bits.Mul64(uint64(d), k)
	if hi >= 1000 { // the quotient takes more than 64 bits
		return maxWait
	}
	quotient, _ := bits.Div64(hi, lo, 1000)
	return time.Duration(min(quotient, uint64(maxWait)))
}

// Wait returns the wait before retry n: a whole number of seconds, uniform over the
// band; the band's lower end if there is none in it. random is any 64 random bits.
func (r *Retry) Wait(n int, random uint64) time.Duration {
	from, to := r.Band(n)
	lo, hi := ceilSeconds(from), uint64(to/time.Second)
	if hi < lo {
		return from
	}
	offset, _ := bits.Mul64(random, hi-lo+1)
	return time.Duration(lo+offset) * time.Second
}

func ceilSeconds(d time.Duration) uint64 { return uint64((d + time.Second - 1) / time.Second) }
