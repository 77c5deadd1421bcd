package session

import (
	"fmt"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the time of a machine, which is kept as what remains of each wait, so that
// a state means the same on another day and another host; then what an Inform
// offers, and the state in one line.

// advance moves the clock. The error says which wait is over.
func (m *machine) advance(now time.Time, begun, awaits bool) error {
	passed := max(now.Sub(m.clock), 0)
	if m.clock.IsZero() || m.over {
		passed = 0
	}
	m.clock = now
	if begun {
		m.left -= passed
	}
	if awaits {
		m.wait -= passed
	}
	switch {
	case m.over || !begun:
		return nil
	case m.left <= 0:
		return ErrDuration
	case awaits && m.wait <= 0:
		return ErrTimeout
	}
	return nil
}

// deadline is when the first of the waits is over.
func (m *machine) deadline(begun, awaits bool) (time.Time, bool) {
	if m.clock.IsZero() || m.over || !begun {
		return time.Time{}, false
	}
	left := m.left
	if awaits {
		left = min(left, m.wait)
	}
	return m.clock.Add(left), true
}

// versions are those that an end speaks whose highest is most.
func versions(most rpc.Version) []rpc.Version {
	return everyVersion[:min(int(most), len(everyVersion))]
}

var everyVersion = [...]rpc.Version{rpc.V10, rpc.V11, rpc.V12, rpc.V13, rpc.V14}

// offer writes into an Inform's envelope what its version may say of the session
// (TR-069 section 3.5, table 4).
func offer(inform *rpc.Envelope, cfg Config) {
	if cfg.Version >= rpc.V13 && cfg.SessionTimeout > 0 {
		seconds := max(cfg.SessionTimeout, minTimeout) / time.Second
		inform.SessionTimeout, inform.HasSessionTimeout = uint32(min(seconds, 1<<32-1)), true
	}
	if cfg.Version >= rpc.V14 {
		inform.SupportedCWMPVersions = rpc.ListVersions(versions(cfg.Version)...)
	}
}

// A sign is a word that is said when it holds.
type sign struct {
	word string
	on   bool
}

// describe is the state in one line.
func (m *machine) describe(who, state string, queued int, flags []sign) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s; version %v; received %d; requests made %d", who, state, m.version, m.received, m.nextID)
	for _, f := range flags {
		if f.on {
			b.WriteString("; " + f.word)
		}
	}
	if queued > 0 {
		fmt.Fprintf(&b, "; queued %d", queued)
	}
	if m.out.n > 0 {
		fmt.Fprintf(&b, "; to be polled %d", m.out.n)
	}
	if m.over && m.end.Err != nil {
		fmt.Fprintf(&b, "; end %q", m.end.Err)
	}
	return b.String()
}
