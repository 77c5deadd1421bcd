package connreq

// NOTE: waiting on sockets: the pause after a failure that may pass, and how a
// context ends what blocks in a read or a write.

import (
	"context"
	"time"
)

const (
	firstPause = 5 * time.Millisecond
	maxPause   = time.Second
)

// A backoff doubles its pause each time, so that a loop never spins.
type backoff struct{ last time.Duration }

// wait pauses, or until ctx is done.
func (b *backoff) wait(ctx context.Context) {
	b.last = min(max(2*b.last, firstPause), maxPause)
	timer := time.NewTimer(b.last)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// interrupted sets a deadline in the past as soon as ctx is done, until the returned
// function is called, which takes all deadlines back.
func interrupted(ctx context.Context, setDeadline func(time.Time) error) func() {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		setDeadline(time.Unix(1, 0))
		close(done)
	})
	return func() {
		if !stop() {
			<-done
		}
		setDeadline(time.Time{})
	}
}
