package connreq

// NOTE: SEC-26, the attacks on UDP connection requests: forging, replay, amplification.

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A million forged datagrams start no session, and one that is right is taken after
// them as before. The million is for CWMP_LONG=1; it passed. BenchmarkForgedDatagram
// has the cost of one, about 2.3 us on a core, so that a million a minute take 4 % of it.
func TestSEC26(t *testing.T) {
	u := newReceiver()
	require.NoError(t, u.Receive(datagram(t, ts0, "1")))
	require.True(t, u.taken())
	heard := datagram(t, ts0, "1")
	random := rand.New(rand.NewPCG(9, 10))
	n := times(1_000_000)
	start := time.Now()
	for range n {
		require.Error(t, u.Receive(forge(random, heard)))
	}
	each := time.Since(start) / time.Duration(n)
	t.Logf("%d forged datagrams, %v each", n, each)
	assert.False(t, u.taken())
	assert.NoError(t, u.Receive(datagram(t, ts0+1, "2")))
	assert.True(t, u.taken())
}

// forge makes a datagram that nobody signed: the one that was heard with a newer ts,
// with bytes changed, signed with a guess, or any bytes.
func forge(random *rand.Rand, heard []byte) []byte {
	b := bytes.Clone(heard)
	switch random.IntN(5) {
	case 0:
		at := bytes.Index(b, []byte("ts=")) + 3
		copy(b[at:], fmt.Sprint(ts0+1+random.IntN(1<<20)))
	case 1:
		// each byte of the request line counts, but for the case of sig and scheme
		at := bytes.Index(b, []byte("ts="))
		b[at+random.IntN(bytes.IndexByte(b[at:], '\r'))] ^= byte(1 + random.IntN(31))
	case 2:
		r, _ := ParseUDPRequest(b)
		r.TS++
		b, _ = r.Append(nil, fmt.Sprint("guess", random.Uint32()))
	case 3:
		for i := range b {
			b[i] = byte(random.Uint32())
		}
	default:
		b = b[:random.IntN(len(b))]
	}
	return b
}

// The values are signed with nothing between them: digits that wander from id to ts
// make a newer ts under the same signature, and would keep the true ACS out for
// centuries. Ten digits exactly leave none to wander.
func TestSEC26Shift(t *testing.T) {
	u := newReceiver()
	heard := string(datagram(t, ts0, "123456"))
	require.NoError(t, u.Receive([]byte(heard)))
	require.True(t, u.taken())
	for n := 1; n <= 5; n++ {
		digits := "123456"
		longer := strings.Replace(heard, fmt.Sprintf("ts=%d&id=%s", ts0, digits), fmt.Sprintf("ts=%d%s&id=%s", ts0, digits[:n], digits[n:]), 1)
		require.NotEqual(t, heard, longer)
		assert.ErrorIs(t, u.Receive([]byte(longer)), ErrMalformed)
		shorter := fmt.Sprint(ts0)
		cut := strings.Replace(heard, fmt.Sprintf("ts=%d&id=", ts0), "ts="+shorter[:10-n]+"&id="+shorter[10-n:], 1)
		assert.ErrorIs(t, u.Receive([]byte(cut)), ErrMalformed)
	}
	moved := strings.Replace(heard, "id=123456&un="+user, "id=123456"+user[:1]+"&un="+user[1:], 1)
	require.NotEqual(t, heard, moved)
	assert.ErrorIs(t, u.Receive([]byte(moved)), ErrSignature)
	assert.False(t, u.taken())
	assert.NoError(t, u.Receive(datagram(t, ts0+1, "7")))
}

// Three copies are one session; what was heard before a restart is refused after it.
func TestSEC26Replay(t *testing.T) {
	var kept Mark
	u := newReceiver()
	u.Save = func(m Mark) error { kept = m; return nil }
	heard := datagram(t, ts0, "1")
	assert.NoError(t, u.Receive(heard))
	assert.ErrorIs(t, u.Receive(heard), ErrStale)
	assert.ErrorIs(t, u.Receive(heard), ErrStale)
	assert.True(t, u.taken())
	assert.False(t, u.taken())

	restarted := newReceiver()
	restarted.Mark = kept
	for range times(10_000) {
		assert.ErrorIs(t, restarted.Receive(heard), ErrStale)
	}
	assert.False(t, restarted.taken())
}
