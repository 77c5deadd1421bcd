package session

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: what the retry policy counts and how long it waits, under all short sequences
// of what can happen to it, before an observer with counts of its own; then mutants.

// A retryWatch is a policy and what an observer knows of it.
type retryWatch struct {
	r       *Retry
	now     time.Time
	count   uint32 // failed since the last success
	band    int    // failed since the last reboot or success
	tries   int    // failed since the last success, reboot or help
	stopped bool
	ready   time.Time // not before then, unless something came; zero is now
	wrong   string
}

func newRetryWatch(rules *retryRules, limited bool, most uint8) *retryWatch {
	w := &retryWatch{r: &Retry{rules: rules, Limited: limited, Max: most}, now: epochTime}
	w.r.HandleTimeout(w.now)
	return w
}

func (w *retryWatch) check(ok bool, rule string) {
	if !ok && w.wrong == "" {
		w.wrong = rule
	}
}

func (w *retryWatch) fails(random uint64) {
	if !w.r.Due() {
		return // no session was made
	}
	w.r.Failed(random)
	w.count, w.band, w.tries = w.count+1, w.band+1, w.tries+1
	w.stopped = w.r.Limited && w.tries > int(w.r.Max)
	low := modelBands[min(w.band, 10)][0] * time.Second
	high := modelBands[min(w.band, 10)][1] * time.Second
	if w.stopped {
		return
	}
	at, ok := w.r.Deadline()
	w.check(ok, "Max: no retry follows")
	w.check(ok && at.Sub(w.now) >= low && at.Sub(w.now) <= high, "S22: the wait is not in its band")
	w.ready = at
}

func (w *retryWatch) asked(d time.Duration) {
	before, waits := w.r.Deadline()
	w.r.RetryAfter(d)
	after, still := w.r.Deadline()
	w.check(waits == still, "S22: Retry-After starts or ends a wait")
	if waits {
		w.check(!after.Before(before), "S22: Retry-After shortens the wait")
		w.check(!after.Before(w.now.Add(min(d, 5120*time.Second))), "S22: Retry-After is not kept")
		w.check(after.Sub(w.now) <= max(before.Sub(w.now), 5120*time.Second), "S22: Retry-After goes beyond the tenth band")
		w.ready = after
	}
}

// judge checks what has to hold at any time.
func (w *retryWatch) judge() {
	w.check(w.r.RetryCount() == w.count, "S21: RetryCount is not the failed sessions since the last success")
	w.check(w.r.Stopped() == w.stopped, "Max: the retries stop too early, too late or for ever")
	w.check(w.r.Due() == (!w.stopped && !w.now.Before(w.ready)), "S22: a session is due at another time")
	at, ok := w.r.Deadline()
	w.check(ok == (w.count > 0 && !w.stopped), "S36: a wait without a deadline")
	w.check(!ok || at.Equal(w.ready) || !w.now.Before(w.ready), "S22: the deadline is not the end of the wait")
}

var retrySteps = []struct {
	name string
	do   func(*retryWatch)
}{
	{"fails", func(w *retryWatch) { w.fails(0) }},
	{"fails late", func(w *retryWatch) { w.fails(math.MaxUint64) }},
	{"succeeds", func(w *retryWatch) {
		w.r.Succeeded()
		w.count, w.band, w.tries, w.stopped, w.ready = 0, 0, 0, false, time.Time{}
	}},
	{"Retry-After 1 s", func(w *retryWatch) { w.asked(time.Second) }},
	{"Retry-After 1 min", func(w *retryWatch) { w.asked(time.Minute) }},
	{"Retry-After 30 years", func(w *retryWatch) { w.asked(30 * 365 * 24 * time.Hour) }},
	{"trigger", func(w *retryWatch) {
		w.r.Trigger()
		if w.stopped {
			w.tries, w.stopped = 0, false
		}
		w.ready = time.Time{}
	}},
	{"reboot", func(w *retryWatch) {
		b, err := w.r.MarshalBinary()
		w.check(err == nil, "D8: it cannot be stored")
		again := &Retry{rules: w.r.rules, Limited: w.r.Limited, Max: w.r.Max}
		w.check(again.UnmarshalBinary(b) == nil, "D8: it cannot be restored")
		again.Rebooted()
		w.now = w.now.Add(-time.Hour) // whatever the clock says now
		again.HandleTimeout(w.now)
		w.r, w.band, w.tries, w.stopped, w.ready = again, 0, 0, false, time.Time{}
	}},
	{"waits", func(w *retryWatch) {
		if at, ok := w.r.Deadline(); ok && at.After(w.now) {
			w.now = at
		}
		w.r.HandleTimeout(w.now)
	}},
	{"3 s pass", func(w *retryWatch) { w.now = w.now.Add(3 * time.Second); w.r.HandleTimeout(w.now) }},
	{"stored and restored", func(w *retryWatch) {
		b, _ := w.r.MarshalBinary()
		again := &Retry{rules: w.r.rules, Limited: w.r.Limited, Max: w.r.Max}
		w.check(again.UnmarshalBinary(b) == nil, "D8: it cannot be restored")
		again.HandleTimeout(w.now)
		w.r = again
	}},
}

// searchRetry makes all sequences up to a depth.
func searchRetry(rules *retryRules, depth int) (rule string, trace []string, n int) {
	for d := 1; d <= depth; d++ {
		at := make([]int, d)
		for more := true; more; more = count(at, len(retrySteps)) {
			for _, w := range []*retryWatch{newRetryWatch(rules, false, 0), newRetryWatch(rules, true, 0), newRetryWatch(rules, true, 1)} {
				trace = trace[:0]
				for _, i := range at {
					trace = append(trace, retrySteps[i].name)
					retrySteps[i].do(w)
					w.judge()
				}
				if n++; w.wrong != "" {
					return w.wrong, trace, n
				}
			}
		}
	}
	return "", nil, n
}

func TestRetrySearch(t *testing.T) {
	depth := 5
	switch {
	case long():
		depth = 6
	case testing.Short():
		depth = 4
	}
	rule, trace, n := searchRetry(nil, depth)
	require.Empty(t, rule, strings.Join(trace, "\n"))
	t.Logf("%d sequences", n)
}

func TestRetryMutants(t *testing.T) {
	for _, m := range []struct {
		name, rule string
		change     func(*retryRules)
	}{
		{"RetryCount is reset by a reboot", "S21", func(r *retryRules) { r.steps[onRebooted][sinceSuccess] = zero }},
		{"the waits go on after a reboot", "S22", func(r *retryRules) { r.steps[onRebooted][sinceReboot] = keep }},
		{"Max goes on after a reboot", "Max", func(r *retryRules) { r.steps[onRebooted][sinceHelp] = keep }},
		{"RetryCount is reset by a trigger", "S21", func(r *retryRules) { r.steps[onHelped][sinceSuccess] = zero }},
		{"a trigger does not help", "Max", func(r *retryRules) { r.steps[onHelped][sinceHelp] = keep }},
		{"a success is no help", "Max", func(r *retryRules) { r.steps[onSucceeded][sinceHelp] = keep }},
		{"one retry too many", "Max", func(r *retryRules) {
			r.stops = func(r *Retry) bool { return r.Limited && r.counts[sinceHelp] > uint32(r.Max)+1 }
		}},
		{"Max 0 is unlimited", "Max", func(r *retryRules) {
			r.stops = func(r *Retry) bool { return r.Limited && r.Max > 0 && r.counts[sinceHelp] > uint32(r.Max) }
		}},
		{"Max counts what a trigger has forgiven", "Max", func(r *retryRules) {
			r.stops = func(r *Retry) bool { return r.Limited && r.counts[sinceSuccess] > uint32(r.Max) }
		}},
		{"Retry-After shortens", "S22: Retry-After shortens", func(r *retryRules) {
			r.later = func(_ *Retry, d time.Duration) time.Duration { return min(d, 5120*time.Second) }
		}},
		{"Retry-After without end", "S22: Retry-After goes beyond", func(r *retryRules) {
			r.later = func(r *Retry, d time.Duration) time.Duration { return max(r.wait, d) }
		}},
		{"no Retry-After", "S22: Retry-After is not kept", func(r *retryRules) {
			r.later = func(r *Retry, _ time.Duration) time.Duration { return r.wait }
		}},
	} {
		t.Run(m.name, func(t *testing.T) {
			rules := standardRetry
			m.change(&rules)
			rule, trace, n := searchRetry(&rules, 5)
			require.True(t, strings.HasPrefix(rule, m.rule), "found by %q\n%s", rule, strings.Join(trace, "\n"))
			t.Logf("%s, after %d sequences:\n%s", rule, n, strings.Join(trace, "\n"))
		})
	}
}

// A connection request during a wait that the ACS has asked for opens a session at once;
// when that one fails, the wait is of the next band, and may be raised again.
func TestTriggerDuringRetryAfter(t *testing.T) {
	var r Retry
	r.HandleTimeout(epochTime)
	r.Failed(0)
	r.RetryAfter(time.Hour)
	at, ok := r.Deadline()
	require.True(t, ok)
	assert.Equal(t, epochTime.Add(time.Hour), at)
	assert.False(t, r.Due())

	r.Trigger()
	assert.True(t, r.Due())
	at, ok = r.Deadline()
	assert.True(t, ok)
	assert.Equal(t, epochTime, at)
	assert.EqualValues(t, 1, r.RetryCount(), "the failure is not forgotten")
	r.RetryAfter(time.Minute)
	assert.False(t, r.Due(), "a later word of the ACS counts")
	r.Trigger()

	r.Failed(0)
	at, _ = r.Deadline()
	assert.Equal(t, epochTime.Add(10*time.Second), at, "the second band")
	r.RetryAfter(time.Minute)
	at, _ = r.Deadline()
	assert.Equal(t, epochTime.Add(time.Minute), at)
	assert.EqualValues(t, 2, r.RetryCount())
}

// The counts do not go round.
func TestRetryOverflow(t *testing.T) {
	r := Retry{MinimumWait: 65535, Multiplier: 65535}
	for i := range r.counts {
		r.counts[i] = math.MaxUint32 - 1
	}
	for range 3 {
		r.Failed(math.MaxUint64)
		assert.LessOrEqual(t, r.wait, maxWait)
		r.RetryAfter(math.MaxInt64)
		assert.LessOrEqual(t, r.wait, maxWait)
	}
	assert.EqualValues(t, uint32(math.MaxUint32), r.RetryCount())
	_, ok := r.Deadline()
	assert.False(t, ok, "the time is not known yet")
	r.HandleTimeout(epochTime)
	at, ok := r.Deadline()
	assert.True(t, ok && at.After(epochTime), fmt.Sprint(at))
}
