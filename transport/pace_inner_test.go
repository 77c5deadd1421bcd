package transport

import (
	"errors"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// NOTE: the lookout by itself: who is cut off, and when, of several that do not read.
// slow_test.go has the whole, over connections.

// A stuck writer writes nothing until its deadline, or until it is let go.
type stuck struct {
	http.ResponseWriter
	freed, cut chan struct{}
	hold       time.Duration // until it is set, after it has worked
}

func newStuck() *stuck { return &stuck{freed: make(chan struct{}), cut: make(chan struct{})} }

func (s *stuck) Write(b []byte) (int, error) {
	select {
	case <-s.freed:
		return len(b), nil
	case <-s.cut:
		return 0, os.ErrDeadlineExceeded
	}
}

func (s *stuck) SetWriteDeadline(t time.Time) error {
	if !t.Before(time.Now()) {
		return errors.New("not in the past")
	}
	close(s.cut)
	<-time.After(s.hold)
	return nil
}

// write writes a byte from a moment of the test's own, and tells when it was over.
func (s *stuck) write(l *lookout, at time.Duration) <-chan error {
	over := make(chan error, 1)
	p := newPaced(s, l)
	time.AfterFunc(at, func() {
		_, err := p.Write([]byte("x"))
		over <- err
	})
	return over
}

func TestLookout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		start, free := time.Now(), newStuck()
		first, slow, second, last := newStuck(), newStuck(), newStuck(), newStuck()
		slow.hold = time.Minute
		close(free.freed)
		overs := []<-chan error{
			first.write(&l, 0), slow.write(&l, time.Second), free.write(&l, 2*time.Second),
			second.write(&l, 3*time.Second), last.write(&l, time.Hour),
		}
		time.AfterFunc(10*time.Second, func() { close(second.freed) }) // from the middle
		for i, want := range []struct {
			at  time.Duration
			err error
		}{
			{writeWait, os.ErrDeadlineExceeded}, {writeWait + 61*time.Second, os.ErrDeadlineExceeded}, {0, nil}, {0, nil},
			{time.Hour + writeWait, os.ErrDeadlineExceeded},
		} {
			assert.ErrorIs(t, <-overs[i], want.err, i)
			if want.err != nil {
				assert.Equal(t, want.at, time.Since(start), i)
			}
		}
		<-time.After(writeWait)
		assert.Nil(t, l.first)
		assert.Nil(t, l.last)
		assert.False(t, l.runs, "nobody to watch")
	})
}

// One that is slow to be cut off holds up nobody else.
func TestLookoutStuckHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		start := time.Now()
		slow, other := newStuck(), newStuck()
		slow.hold = time.Hour
		slowOver := slow.write(&l, 0)
		assert.Error(t, <-other.write(&l, time.Second))
		assert.Equal(t, writeWait+time.Second, time.Since(start))
		assert.Error(t, <-slowOver)
		assert.Equal(t, time.Hour+writeWait, time.Since(start), "its own response waits for it")
	})
}
