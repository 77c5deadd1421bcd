package connreq

import (
	"slices"
	"time"
)

// NOTE: datagrams are copied, late, and recorded by whoever sees them. TS does not
// go back and CN is random, so the highest TS and the nonces that came with it are
// enough to take each notification once.

const (
	notifyMaxNonces = 64
	notifyAhead     = time.Hour
)

// A NotificationMark is what is remembered of one device's notifications. The zero
// value has seen none. It is a value that a program keeps with the device, over a
// restart too; it is not for concurrent use.
type NotificationMark struct {
	TS  int64    `json:"ts"`           // the highest accepted
	CNs []string `json:"cn,omitempty"` // those that came with it, at most 64
}

// Accept takes a notification that ReadNotification has found good, and remembers
// it. The error is a *NotificationError: ErrNotificationStale if its TS is lower than
// one before, or the same with the same CN, or if it is the 65th of one second;
// ErrNotificationAhead if its TS is more than an hour ahead of now, which would shut
// out everything that comes until then. A zero now is no clock: nothing is ahead.
func (m *NotificationMark) Accept(n *Notification, now time.Time) error {
	switch {
	case !now.IsZero() && n.TS > now.Add(notifyAhead).Unix():
		return &NotificationError{0, "TS", ErrNotificationAhead, ""}
	case n.TS < m.TS, n.TS == m.TS && (slices.Contains(m.CNs, n.CN) || len(m.CNs) >= notifyMaxNonces):
		return &NotificationError{0, "TS", ErrNotificationStale, ""}
	case n.TS > m.TS:
		m.TS, m.CNs = n.TS, nil
	}
	m.CNs = append(slices.Clip(m.CNs), n.CN)
	return nil
}
