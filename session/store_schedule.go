package session

import (
	"math"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: a schedule as bytes. What remains of each wait is stored, and with it the time
// of day, so that a device that knows the time after a restart can tell how long it
// was off.

// MarshalBinary returns the schedule as of the last HandleTimeout, without Max. Store
// it after each change and, so that little is lost with the power, once a minute. There
// is no error.
func (s *Schedule) MarshalBinary() ([]byte, error) {
	p := newPacker(kindSchedule)
	p.when(s.clock.Wall)
	p.dur(s.interval)
	p.when(s.phase)
	p.dur(s.left)
	p.uint(uint64(len(s.entries)))
	for _, e := range s.entries {
		p.uint(uint64(e.Kind))
		p.text(e.Key)
		p.uint(uint64(e.Window))
		p.dur(e.left)
		p.when(e.at)
	}
	return p.bytes()
}

// Restore takes a schedule that MarshalBinary gave, at the time now, and keeps Max. When
// both the stored and the present time of day are known, the time between has passed;
// else none has. The error is ErrStored, also for a schedule beyond Max, and then
// nothing has changed.
func (s *Schedule) Restore(data []byte, now Clock) error {
	u := newUnpacker(kindSchedule, data, rpc.Registry{})
	r := Schedule{Max: s.Max, rules: s.rules}
	was := u.when()
	r.interval, r.phase, r.left = u.dur(longest), u.when(), u.dur(2*longest)
	u.check(r.interval >= 0)
	for range u.uint(uint64(r.max())) {
		e := entry{Due: Due{Kind: DueKind(u.uint(uint64(DueClose))), Key: u.text(), Window: int(u.uint(math.MaxInt32))}}
		e.left, e.at = u.dur(longest), u.when()
		u.check(e.Kind >= DueConnection && (e.Kind == DueConnection) == !e.at.IsZero())
		r.entries = append(r.entries, e)
	}
	if err := u.end(); err != nil {
		return err
	}
	r.clock, r.told = now, true
	if now.known() && !was.IsZero() {
		off := max(now.Wall.Sub(was), 0)
		r.left -= min(off, r.left)
		for i := range r.entries {
			r.entries[i].left -= min(off, r.entries[i].left)
		}
	}
	*s = r
	return nil
}

// when packs a time of day to the second, and its zero. A time that no calendar of
// four digits has is moved to the end of it.
func (p *packer) when(t time.Time) {
	if t.IsZero() {
		p.uint(0)
		return
	}
	second := t.Unix() - time.Time{}.Unix() + 1
	p.uint(uint64(min(max(second, 1), lastSecond)))
}

// lastSecond is the end of the year 9999, from the start of the year 1.
const lastSecond = 315_537_897_600

func (u *unpacker) when() time.Time {
	v := u.uint(lastSecond)
	if v == 0 {
		return time.Time{}
	}
	return time.Unix(time.Time{}.Unix()+int64(v)-1, 0).UTC()
}
