package transport

import (
	"context"
	"crypto/tls"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: what no peer can bring about from outside.

// A lock is not given to who has no more use for it.
func TestLockWhile(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	l := make(lock, 1)
	assert.False(t, l.lockWhile(ended, context.Background()))
	assert.True(t, l.lockWhile(context.Background(), context.Background()), "it was given back")
	assert.False(t, l.lockWhile(ended, context.Background()), "somebody has it")
	for range 100 { // both ready: either may be seen first
		l = make(lock, 1)
		assert.False(t, l.wait(ended, context.Background()))
		assert.Empty(t, l)
	}
}

// A bound that was reached stays reached.
func TestCounterStays(t *testing.T) {
	c := &counter{r: strings.NewReader("12345"), max: 3}
	_, err := io.ReadAll(c)
	assert.ErrorIs(t, err, ErrTooLong)
	n, err := c.Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.ErrorIs(t, err, ErrTooLong)
}

func TestVerifyNothing(t *testing.T) {
	_, err := verifyUndated(tls.ConnectionState{}, "a", nil)
	assert.ErrorIs(t, err, errNoCertificate)
}

// However many names are guessed, the guard keeps its size, and one that is guessed at
// again and again is not forgotten among the others.
func TestGuardBounds(t *testing.T) {
	g, now := &guard{}, time.Unix(1000, 0)
	slow := 0
	for i := range 3 * guardNames {
		assert.False(t, g.tooMany(strconv.Itoa(i), now))
		if i%100 == 0 && g.tooMany("one", now) {
			slow++
		}
		assert.LessOrEqual(t, len(g.young)+len(g.old), guardNames)
	}
	assert.Equal(t, (3*guardNames+99)/100-guardFailures, slow)
	assert.False(t, g.tooMany("one", now.Add(2*guardWindow)))
}

// TestGuardLongNames: what is kept of a name has one size, whoever sends longer ones.
func TestGuardLongNames(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	g, now, before := &guard{}, time.Unix(1000, 0), heap()
	long := strings.Repeat("x", 12<<10) // what a header of 16 KiB has room for
	for i := range guardNames {
		g.tooMany(long+strconv.Itoa(i), now)
	}
	assert.LessOrEqual(t, heap()-before, int64(2<<20))
	for range guardFailures {
		g.tooMany(long, now)
	}
	assert.True(t, g.tooMany(long, now))
	assert.False(t, g.tooMany(long+"y", now))
}

// TestWoundTooLate: a session that is found again after its time has a timer that is
// due at once, maybe before wind has returned.
func TestWoundTooLate(t *testing.T) {
	srv := &Server{}
	for range 200 {
		s := srv.makeSession("", &rpc.Inform{})
		srv.wind(s, time.Hour, -time.Second)
		<-s.ctx.Done()
		assert.ErrorIs(t, context.Cause(s.ctx), session.ErrDuration)
	}
}

// TestTaleOnce: an exchange that begins after the end, and ends, does not tell of it again.
func TestTaleOnce(t *testing.T) {
	var tale tale
	told := 0
	tale.begin()
	tale.last(func() { told++ })
	assert.Zero(t, told, "an exchange is to be told of first")
	tale.end()
	assert.Equal(t, 1, told)
	tale.begin()
	tale.end()
	assert.Equal(t, 1, told)
}
