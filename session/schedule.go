package session

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"time"
)

// NOTE: what a CPE has to do at some time: periodic Informs, the one scheduled
// connection of Comware, ScheduleInform, and transfers with a delay or windows. A
// duration counts monotonic time; a wall clock only says where a period lies.
// store_schedule.go has the bytes.

// A Clock is one reading of the device's clocks.
type Clock struct {
	// Uptime is monotonic time from any origin, such as the device's start.
	Uptime time.Duration
	// Wall is the time of day. The zero time is "not known".
	Wall time.Time
}

// known reports whether the device knows the time of day.
func (c Clock) known() bool { return !c.Wall.IsZero() }

// A DueKind says what has come due.
type DueKind uint8

// The kinds of what comes due.
const (
	DuePeriodic   DueKind = iota + 1 // event "2 PERIODIC" (TR-069 section 3.7.1.5)
	DueConnection                    // Comware's scheduled connection: one session
	DueInform                        // events "3 SCHEDULED" and "M ScheduleInform" with Key (A.4.1.2)
	DueTransfer                      // the DelaySeconds of the transfer Key are over
	DueOpen                          // window number Window of the transfer Key opens (A.4.1.8)
	DueClose                         // it closes
)

var dueNames = [...]string{"none", "periodic", "connection", "ScheduleInform", "transfer", "window opens", "window closes"}

// String returns the kind in words.
func (k DueKind) String() string { return dueNames[min(int(k), len(dueNames)-1)] }

// A Due is what has come due.
type Due struct {
	Kind   DueKind
	Key    string // DueInform, DueTransfer, DueOpen, DueClose: the CommandKey
	Window int    // DueOpen, DueClose: from 0
}

// A Window is a time window of a transfer, from when the request came.
type Window struct {
	Start, End time.Duration // End is later than Start
}

// A Schedule is a device's alarm clock. The zero value has nothing in it. It is not
// safe for concurrent use.
//
// It learns the time from [Schedule.HandleTimeout] alone. Call that before each other
// method, when the Deadline has come, and when somebody has set the device's clock.
type Schedule struct {
	// Max bounds the entries other than the periodic Inform. 0 is 64.
	Max int

	rules    *scheduleRules // nil is the standard's
	clock    Clock
	told     bool          // HandleTimeout was called
	interval time.Duration // of the periodic Inform; 0 is none
	phase    time.Time     // PeriodicInformTime; zero is any
	left     time.Duration // from clock to the next periodic Inform
	entries  []entry       // the rest
}

// An entry comes due once.
type entry struct {
	Due
	left time.Duration // from clock
	at   time.Time     // DueConnection: the time of day that was meant
}

// A scheduleRules is how a schedule reckons.
type scheduleRules struct {
	// passed is the time between two readings.
	passed func(was, now Clock) time.Duration
	// next is the time from one periodic Inform to the next.
	next func(s *Schedule, now Clock) time.Duration
	// shift is what remains of an entry's wait when the clock may have been set.
	shift func(e entry, now Clock) time.Duration
	// spent reports whether an entry has come due and goes.
	spent func(e entry) bool
}

var standardSchedule = scheduleRules{
	passed: func(was, now Clock) time.Duration { return now.Uptime - was.Uptime },
	next:   (*Schedule).next,
	shift: func(e entry, now Clock) time.Duration {
		if e.Kind != DueConnection || !now.known() {
			return e.left
		}
		return min(e.left, max(e.at.Sub(now.Wall), soon))
	},
	spent: func(e entry) bool { return e.left <= 0 },
}

const (
	defaultEntries = 64
	// soon is the least time that remains of a wait when the clock is set forward.
	soon = 5 * time.Second
	// longest bounds a wait: no sum of two of them overflows.
	longest = 100 * 365 * 24 * time.Hour
)

// Errors of a Schedule.
var (
	// ErrPast: the scheduled time is not later than the device's clock, or the
	// device does not know the time.
	ErrPast = errors.New("session: not in the future")
	// ErrWindow: a window that does not end after its start, or that begins before
	// the one in front of it has ended.
	ErrWindow = errors.New("session: not a window")
)

// Periodic sets PeriodicInformInterval and PeriodicInformTime; an interval of 0 ends
// the Informs. The time sets the phase only: the Informs lie at that time plus or
// minus whole intervals, whether it is past or future. The zero time, Unknown Time,
// and a device without clock leave the phase to chance: random is any 64 random bits,
// so that a fleet spreads. The first Inform comes within one interval.
func (s *Schedule) Periodic(interval time.Duration, phase time.Time, random uint64) {
	s.interval, s.phase = min(max(interval, 0), longest), phase
	s.left = s.interval
	switch {
	case s.interval == 0:
	case phase.IsZero() || !s.clock.known():
		s.left = time.Duration(random%uint64(s.interval)) + 1
	default:
		s.left = untilPoint(s.clock.Wall, phase, s.interval)
	}
}

// untilPoint is how long after now the next of the points phase + n*interval is.
func untilPoint(now, phase time.Time, interval time.Duration) time.Duration {
	return interval - sincePoint(now, phase, interval)
}

// sincePoint is how long before now the last of the points phase + n*interval is. The
// times may lie further apart than a Duration holds.
func sincePoint(now, phase time.Time, interval time.Duration) time.Duration {
	seconds := now.Unix() - phase.Unix() // years are bounded: see time.Time
	whole := int64(interval / time.Second)
	if whole == 0 || interval%time.Second != 0 {
		r := now.Sub(phase) % interval
		return (r + interval) % interval
	}
	r := time.Duration(seconds%whole)*time.Second + time.Duration(now.Nanosecond()-phase.Nanosecond())
	return (r%interval + interval) % interval
}

// Connect sets Comware's scheduled connection: one session at a time of day. It
// replaces the one that was set. The zero time takes it back. The error is ErrPast.
func (s *Schedule) Connect(at time.Time) error {
	if !at.IsZero() && (!s.clock.known() || !at.After(s.clock.Wall)) {
		return ErrPast
	}
	s.drop(func(e entry) bool { return e.Kind == DueConnection })
	if at.IsZero() {
		return nil
	}
	return s.add(entry{Due: Due{Kind: DueConnection}, left: min(at.Sub(s.clock.Wall), longest), at: at})
}

// Inform enters a ScheduleInform. The error is ErrFull, which answers it with fault
// 9004.
func (s *Schedule) Inform(commandKey string, delay time.Duration) error {
	return s.add(entry{Due: Due{Kind: DueInform, Key: commandKey}, left: delay})
}

// Delay enters a transfer that begins after a delay, DelaySeconds. The error is
// ErrFull.
func (s *Schedule) Delay(commandKey string, delay time.Duration) error {
	return s.add(entry{Due: Due{Kind: DueTransfer, Key: commandKey}, left: delay})
}

// Windows enters the windows of a ScheduleDownload. The error is ErrFull or ErrWindow,
// and then none was entered.
func (s *Schedule) Windows(commandKey string, windows ...Window) error {
	if len(s.entries)+2*len(windows) > s.max() {
		return ErrFull
	}
	for i, w := range windows {
		if w.Start < 0 || w.End <= w.Start || i > 0 && w.Start < windows[i-1].End {
			return ErrWindow
		}
	}
	for i, w := range windows {
		_ = s.add(entry{Due: Due{Kind: DueOpen, Key: commandKey, Window: i}, left: w.Start})
		_ = s.add(entry{Due: Due{Kind: DueClose, Key: commandKey, Window: i}, left: w.End})
	}
	return nil
}

// Cancel takes a transfer out, its windows included, and reports whether it was there
// (CancelTransfer).
func (s *Schedule) Cancel(commandKey string) bool {
	return s.drop(func(e entry) bool {
		return e.Key == commandKey && (e.Kind == DueTransfer || e.Kind == DueOpen || e.Kind == DueClose)
	})
}

// Clear takes out all but the periodic Inform: what a new ACS, after "0 BOOTSTRAP", has
// not asked for.
func (s *Schedule) Clear() { s.entries = nil }

// Len returns how many entries there are, without the periodic Inform.
func (s *Schedule) Len() int { return len(s.entries) }

func (s *Schedule) max() int { return cmp.Or(max(s.Max, 0), defaultEntries) }

func (s *Schedule) add(e entry) error {
	if len(s.entries) >= s.max() {
		return ErrFull
	}
	e.left = min(max(e.left, 0), longest)
	s.entries = append(s.entries, e)
	return nil
}

func (s *Schedule) drop(which func(entry) bool) bool {
	before := len(s.entries)
	s.entries = slices.DeleteFunc(s.entries, which)
	return len(s.entries) < before
}

// Deadline returns the Uptime at which HandleTimeout has something due. There is none
// when nothing is scheduled.
func (s *Schedule) Deadline() (uptime time.Duration, ok bool) {
	left := time.Duration(math.MaxInt64)
	if s.interval > 0 {
		left = s.left
	}
	for _, e := range s.entries {
		left = min(left, e.left)
	}
	if left == math.MaxInt64 {
		return 0, false
	}
	return s.clock.Uptime + left, true
}

// HandleTimeout tells the time and returns what has come due, each once, the earliest
// first. However late it comes, and however the clock was set, the periodic Inform is
// due once and then again after half to one and a half intervals, back in its phase.
// A clock that is set forward past the scheduled connection makes it due in 5 s, one
// that is set back does not delay it.
func (s *Schedule) HandleTimeout(now Clock) []Due {
	rules := cmp.Or(s.rules, &standardSchedule)
	passed := max(rules.passed(s.clock, now), 0)
	if !s.told {
		passed = 0
	}
	s.clock, s.told = now, true
	var due []entry
	if s.interval > 0 {
		s.left -= passed
		if s.left <= 0 {
			due = append(due, entry{Due: Due{Kind: DuePeriodic}, left: s.left})
			s.left = rules.next(s, now)
		}
	}
	for i := range s.entries {
		e := &s.entries[i]
		e.left -= passed
		if e.left = rules.shift(*e, now); e.left <= 0 {
			due = append(due, *e)
		}
	}
	s.drop(rules.spent)
	slices.SortStableFunc(due, func(a, b entry) int { return cmp.Compare(a.left, b.left) })
	var all []Due
	for _, e := range due {
		all = append(all, e.Due)
	}
	return all
}

// next is the time to the next periodic Inform after one: the point of the phase that
// is nearest to one interval from now.
func (s *Schedule) next(now Clock) time.Duration {
	if s.phase.IsZero() || !now.known() {
		return s.interval
	}
	left := untilPoint(now.Wall, s.phase, s.interval)
	if left <= s.interval/2 {
		left += s.interval
	}
	return left
}
