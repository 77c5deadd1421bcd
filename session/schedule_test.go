package session

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: the schedule under all short sequences of what can happen to a clock: it is
// read in time or late, somebody sets it, it is lost, the power fails. An observer that
// knows the monotonic time alone judges. Then mutants of the reckoning.

var wall0 = time.Date(2026, 3, 1, 12, 0, 7, 0, time.UTC)

const (
	testInterval = time.Minute
	testDelay    = 150 * time.Second
	testConnect  = 200 * time.Second
)

// A timeWatch is a schedule and what an observer knows of it.
type timeWatch struct {
	s        *Schedule
	now      Clock
	fired    time.Duration // uptime of the last periodic Inform, -1 for none
	late     bool          // it was served late
	connects int
	informs  int
	windows  int
	start    time.Duration // uptime when all was entered
	meant    time.Time     // of the connection
	past     bool          // the clock was set beyond the connection
	jumped   bool          // the clock was set since the last periodic Inform
	trace    []string
	wrong    string
}

func newTimeWatch(rules *scheduleRules) *timeWatch {
	w := &timeWatch{s: &Schedule{rules: rules}, now: Clock{Uptime: time.Hour, Wall: wall0}, fired: -1, start: time.Hour}
	w.s.HandleTimeout(w.now)
	w.s.Periodic(testInterval, wall0.Add(-time.Hour-7*time.Second), 0)
	w.meant = wall0.Add(testConnect)
	_ = w.s.Connect(w.meant)
	_ = w.s.Inform("k", testDelay)
	_ = w.s.Windows("d", Window{10 * time.Second, 20 * time.Second})
	return w
}

func (w *timeWatch) check(ok bool, rule string) {
	if !ok && w.wrong == "" {
		w.wrong = rule
	}
}

// tell gives the time to the schedule and judges what is due.
func (w *timeWatch) tell() {
	deadline, ok := w.s.Deadline()
	w.check(ok, "S36: no deadline")
	late := w.now.Uptime > deadline
	periodic := 0
	for _, d := range w.s.HandleTimeout(w.now) {
		w.trace = append(w.trace, "  "+d.Kind.String())
		switch d.Kind {
		case DuePeriodic:
			periodic++
			w.periodic(late)
		case DueConnection:
			w.connects++
			left := w.meant.Sub(w.now.Wall)
			w.check(w.past || left <= 0 || w.now.Uptime-w.start >= testConnect, "S33: the connection is too early")
		case DueInform:
			w.informs++
			w.check(w.now.Uptime-w.start >= testDelay, "S38: ScheduleInform is too early")
		case DueOpen, DueClose:
			w.check(w.windows == int(d.Kind-DueOpen), "S33: a window does not open and close once")
			w.windows++
		}
	}
	w.check(periodic <= 1, "S33: a burst of periodic Informs")
	w.check(w.connects <= 1 && w.informs <= 1, "S33: something is due twice")
	since := w.now.Uptime - w.start
	w.check(since < testDelay || w.informs == 1, "S38: ScheduleInform is too late")
	w.check(since < testConnect || w.connects == 1, "S38: the connection is too late")
}

func (w *timeWatch) periodic(late bool) {
	if w.fired >= 0 {
		gap := w.now.Uptime - w.fired
		w.check(gap >= testInterval/2, "S33: a periodic Inform comes too soon")
		w.check(late || w.late || gap <= testInterval*3/2, "S33: a periodic Inform is missed")
	}
	if !late && !w.jumped && w.now.known() {
		off := w.now.Wall.Sub(wall0.Add(-7*time.Second)) % testInterval
		w.check(off == 0, "S33: a periodic Inform is out of phase")
	}
	w.fired, w.late, w.jumped = w.now.Uptime, late, !w.now.known()
}

// pass lets time pass at both clocks.
func (w *timeWatch) pass(d time.Duration) {
	w.now.Uptime += d
	if w.now.known() {
		w.now.Wall = w.now.Wall.Add(d)
	}
	w.tell()
}

// set sets the wall clock. No deadline may move but for the connection's.
func (w *timeWatch) set(wall time.Time) {
	if wall.Year() < 2 { // an unknown clock that was shifted
		wall = time.Time{}
	}
	before, _ := w.s.Deadline()
	w.now.Wall, w.jumped = wall, true
	w.tell()
	after, _ := w.s.Deadline()
	w.check(after <= before, "S38: a clock that is set makes a deadline later")
	w.check(after >= min(before, w.now.Uptime+soon), "S38: a clock that is set makes a deadline too early")
	if w.meant.Sub(wall) <= 0 && w.connects == 0 {
		w.past = true
		w.check(after <= w.now.Uptime+soon, "S33: the connection is missed")
	}
}

// reboot: the power fails and comes back at once.
func (w *timeWatch) reboot() {
	b, err := w.s.MarshalBinary()
	w.check(err == nil, "D9: it cannot be stored")
	again := &Schedule{rules: w.s.rules}
	shift := w.now.Uptime - time.Minute // the monotonic clock begins anew
	w.now.Uptime -= shift
	w.start -= shift
	if w.fired >= 0 {
		w.fired -= shift
		if w.fired < 0 { // longer ago than the new clock: nothing to compare with
			w.fired = -1
		}
	}
	w.check(again.Restore(b, w.now) == nil, "D9: it cannot be restored")
	w.s = again
	w.jumped = true
}

// timeSteps are what can happen.
var timeSteps = []struct {
	name string
	do   func(*timeWatch)
}{
	{"deadline", func(w *timeWatch) {
		at, _ := w.s.Deadline()
		w.pass(max(at-w.now.Uptime, 0))
	}},
	{"7 s pass", func(w *timeWatch) { w.pass(7 * time.Second) }},
	{"5 min pass unnoticed", func(w *timeWatch) { w.pass(5 * time.Minute) }},
	{"clock 1 s back", func(w *timeWatch) { w.set(w.now.Wall.Add(-time.Second)) }},
	{"clock 1 h on", func(w *timeWatch) { w.set(w.now.Wall.Add(time.Hour)) }},
	{"clock in 1970", func(w *timeWatch) { w.set(time.Unix(3, 0)) }},
	{"clock lost", func(w *timeWatch) { w.set(time.Time{}) }},
	{"clock right", func(w *timeWatch) { w.set(wall0.Add(w.now.Uptime - w.start)) }},
	{"power fails", (*timeWatch).reboot},
}

// searchTime makes all sequences up to a depth and returns the first that goes wrong,
// the shortest first, and how many there were.
func searchTime(rules *scheduleRules, depth int) (rule string, trace []string, n int) {
	for d := 1; d <= depth; d++ {
		at := make([]int, d)
		for {
			w := newTimeWatch(rules)
			for _, i := range at {
				w.trace = append(w.trace, timeSteps[i].name)
				timeSteps[i].do(w)
			}
			n++
			if w.wrong != "" {
				return w.wrong, w.trace, n
			}
			if !count(at, len(timeSteps)) {
				break
			}
		}
	}
	return "", nil, n
}

// count counts up a number of digits; false when it begins anew.
func count(digits []int, base int) bool {
	for i := range digits {
		if digits[i]++; digits[i] < base {
			return true
		}
		digits[i] = 0
	}
	return false
}

func TestScheduleSearch(t *testing.T) {
	depth := 5
	switch {
	case long():
		depth = 7
	case testing.Short():
		depth = 4
	}
	rule, trace, n := searchTime(nil, depth)
	require.Empty(t, rule, strings.Join(trace, "\n"))
	t.Logf("%d sequences", n)
}

func TestScheduleMutants(t *testing.T) {
	for _, m := range []struct {
		name, rule string
		change     func(*scheduleRules)
	}{
		{"waits run on the wall clock", "S3", func(r *scheduleRules) {
			r.passed = func(was, now Clock) time.Duration { return now.Wall.Sub(was.Wall) }
		}},
		{"the phase is taken at once", "S33: a periodic Inform comes too soon", func(r *scheduleRules) {
			r.next = func(s *Schedule, now Clock) time.Duration {
				if !now.known() {
					return s.interval
				}
				return untilPoint(now.Wall, s.phase, s.interval)
			}
		}},
		{"every missed point is made up for", "S33", func(r *scheduleRules) {
			r.next = func(s *Schedule, _ Clock) time.Duration { return s.left + s.interval }
		}},
		{"the phase is forgotten", "S33: a periodic Inform is out of phase", func(r *scheduleRules) {
			r.next = func(s *Schedule, _ Clock) time.Duration { return s.interval }
		}},
		{"every other point is left out", "S33: a periodic Inform is missed", func(r *scheduleRules) {
			r.next = func(s *Schedule, now Clock) time.Duration { return s.next(now) + s.interval }
		}},
		{"the connection does not see the clock", "S33: the connection is missed", func(r *scheduleRules) {
			r.shift = func(e entry, _ Clock) time.Duration { return e.left }
		}},
		{"a clock set back delays the connection", "S38", func(r *scheduleRules) {
			r.shift = func(e entry, now Clock) time.Duration {
				if e.Kind != DueConnection || !now.known() {
					return e.left
				}
				return e.at.Sub(now.Wall)
			}
		}},
		{"a clock set forward is due at once", "S38: a clock that is set makes a deadline too early", func(r *scheduleRules) {
			r.shift = func(e entry, now Clock) time.Duration {
				if e.Kind != DueConnection || !now.known() {
					return e.left
				}
				return min(e.left, max(e.at.Sub(now.Wall), 1))
			}
		}},
		{"what was due stays", "S33", func(r *scheduleRules) { r.spent = func(entry) bool { return false } }},
	} {
		t.Run(m.name, func(t *testing.T) {
			rules := standardSchedule
			m.change(&rules)
			rule, trace, n := searchTime(&rules, 4)
			require.True(t, strings.HasPrefix(rule, m.rule), "found by %q\n%s", rule, strings.Join(trace, "\n"))
			t.Logf("%s, after %d sequences:\n%s", rule, n, strings.Join(trace, "\n"))
		})
	}
}

// A fleet without phase spreads over the interval, and one with the same phase does not.
func TestPeriodicPhase(t *testing.T) {
	s := &Schedule{}
	s.HandleTimeout(Clock{Uptime: time.Second, Wall: wall0})
	for _, random := range []uint64{0, 1, 59, 1<<64 - 1} {
		s.Periodic(testInterval, time.Time{}, random)
		at, ok := s.Deadline()
		require.True(t, ok)
		assert.True(t, at > time.Second && at <= time.Second+testInterval)
	}
	for _, c := range []struct {
		phase time.Time
		want  time.Duration
	}{
		{wall0, time.Minute}, {wall0.Add(time.Second), time.Second}, {wall0.Add(-time.Second), 59 * time.Second},
		{wall0.Add(61 * time.Second), time.Second}, {wall0.AddDate(900, 0, 0), time.Minute},
		{time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), 53 * time.Second}, {wall0.Add(500 * time.Millisecond), 500 * time.Millisecond},
	} {
		s.Periodic(testInterval, c.phase, 7)
		at, _ := s.Deadline()
		assert.Equal(t, c.want, at-time.Second, "%v", c.phase)
	}
	s.Periodic(1500*time.Millisecond, wall0.Add(-time.Second), 0)
	at, _ := s.Deadline()
	assert.Equal(t, 500*time.Millisecond, at-time.Second)
	s.Periodic(0, wall0, 0)
	_, ok := s.Deadline()
	assert.False(t, ok)
	assert.Empty(t, s.HandleTimeout(Clock{Uptime: time.Hour}))
}

func TestScheduleEntries(t *testing.T) {
	s := &Schedule{Max: 3}
	assert.ErrorIs(t, s.Connect(wall0), ErrPast, "no clock")
	s.HandleTimeout(Clock{Wall: wall0})
	assert.ErrorIs(t, s.Connect(wall0), ErrPast)
	require.NoError(t, s.Connect(wall0.Add(time.Second)))
	require.NoError(t, s.Connect(wall0.Add(3*time.Second)), "in the place of the other")
	require.NoError(t, s.Inform("i", 2*time.Second))
	require.NoError(t, s.Delay("d", -time.Second))
	assert.ErrorIs(t, s.Delay("e", 0), ErrFull)
	assert.ErrorIs(t, s.Windows("w", Window{0, 1}), ErrFull)
	assert.Equal(t, 3, s.Len())
	assert.Equal(t, []Due{{Kind: DueTransfer, Key: "d"}}, s.HandleTimeout(Clock{Wall: wall0}))
	assert.Equal(t, []Due{{Kind: DueInform, Key: "i"}, {Kind: DueConnection}},
		s.HandleTimeout(Clock{Uptime: 9 * time.Second, Wall: wall0.Add(9 * time.Second)}), "the earliest first")
	require.NoError(t, s.Connect(wall0.Add(time.Hour)))
	require.NoError(t, s.Connect(time.Time{}))
	assert.Zero(t, s.Len())
	s.Max = 0
	for _, bad := range [][]Window{{{-1, 1}}, {{1, 1}}, {{2, 1}}, {{0, 2}, {1, 3}}} {
		assert.ErrorIs(t, s.Windows("w", bad...), ErrWindow)
	}
	require.NoError(t, s.Windows("w", Window{0, time.Hour}, Window{time.Hour, 2 * time.Hour}))
	require.NoError(t, s.Delay("w", 1))
	assert.Equal(t, 5, s.Len())
	assert.True(t, s.Cancel("w"))
	assert.False(t, s.Cancel("w"))
	require.NoError(t, s.Inform("i", 0))
	s.Clear()
	assert.Zero(t, s.Len())
}

func TestDueKinds(t *testing.T) {
	var names []string
	for k := range DueClose + 2 {
		names = append(names, k.String())
	}
	assert.Equal(t, "[none periodic connection ScheduleInform transfer window opens window closes window closes]", fmt.Sprint(names))
}

// The time that the device was off counts if it is known, and at most what remains.
func TestScheduleRestore(t *testing.T) {
	s := &Schedule{}
	s.HandleTimeout(Clock{Uptime: time.Hour, Wall: wall0})
	s.Periodic(testInterval, wall0, 0)
	require.NoError(t, s.Inform("k", time.Hour))
	require.NoError(t, s.Connect(wall0.Add(2*time.Hour)))
	b, err := s.MarshalBinary()
	require.NoError(t, err)
	for _, c := range []struct {
		now  Clock
		want time.Duration
		due  int
	}{
		{Clock{}, time.Minute, 0}, {Clock{Wall: wall0}, time.Minute, 0}, {Clock{Wall: wall0.Add(-time.Hour)}, time.Minute, 0},
		{Clock{Uptime: 5, Wall: wall0.Add(20 * time.Second)}, 5 + 40*time.Second, 0},
		{Clock{Wall: wall0.Add(90 * time.Minute)}, 0, 2}, {Clock{Wall: wall0.AddDate(10, 0, 0)}, 0, 3},
	} {
		var r Schedule
		require.NoError(t, r.Restore(b, c.now))
		at, ok := r.Deadline()
		require.True(t, ok)
		assert.Equal(t, c.want, at, "%v", c.now)
		assert.Len(t, r.HandleTimeout(c.now), c.due)
	}
	short := Schedule{Max: 1}
	assert.ErrorIs(t, short.Restore(b, Clock{}), ErrStored)
	s.HandleTimeout(Clock{Uptime: 2 * time.Hour, Wall: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)})
	b, err = s.MarshalBinary()
	require.NoError(t, err)
	require.NoError(t, s.Restore(b, Clock{}))
}
