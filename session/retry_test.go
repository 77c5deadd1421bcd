package session_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/session"
)

// NOTE: the session retry policy, TR-069 section 3.2.1.1.

// The standard's table of default waits, in seconds.
var defaultBands = [][2]time.Duration{
	{0, 0}, {5, 10}, {10, 20}, {20, 40}, {40, 80}, {80, 160}, {160, 320}, {320, 640}, {640, 1280},
	{1280, 2560}, {2560, 5120}, {2560, 5120}, {2560, 5120},
}

const century = 100 * 365 * 24 * time.Hour

func TestBands(t *testing.T) {
	for n, want := range defaultBands {
		for _, r := range []session.Retry{{}, {MinimumWait: 5}, {Multiplier: 2000}, {MinimumWait: 5, Multiplier: 2000}} {
			from, to := r.Band(n)
			assert.Equal(t, want[0]*time.Second, from, n)
			assert.Equal(t, want[1]*time.Second, to, n)
		}
	}
	for _, c := range []struct {
		m, k     uint16
		n        int
		from, to time.Duration
	}{
		{5, 2000, -1, 0, 0},
		{5, 2000, math.MinInt, 0, 0},
		{5, 2000, math.MaxInt, 2560 * time.Second, 5120 * time.Second},
		{7, 1000, 1, 7 * time.Second, 7 * time.Second},
		{7, 1000, 10, 7 * time.Second, 7 * time.Second},
		{7, 1, 3, 7 * time.Second, 7 * time.Second}, // below 1000 is 1000
		{7, 999, 3, 7 * time.Second, 7 * time.Second},
		{1, 1500, 1, time.Second, 1500 * time.Millisecond},
		{1, 1500, 2, 1500 * time.Millisecond, 2250 * time.Millisecond},
		{10, 1100, 3, 12100 * time.Millisecond, 13310 * time.Millisecond},
		{1, 3000, 10, 19683 * time.Second, 59049 * time.Second},
		{65535, 1000, 4, 65535 * time.Second, 65535 * time.Second},
		{65535, 65535, 1, 65535 * time.Second, 4294836225 * time.Millisecond},
		{65535, 65535, 4, century, century}, // 584 years
		{65535, 65535, 10, century, century},
		{65535, 65535, math.MaxInt, century, century},
	} {
		r := session.Retry{MinimumWait: c.m, Multiplier: c.k}
		from, to := r.Band(c.n)
		assert.Equal(t, c.from, from, "%+v", c)
		assert.Equal(t, c.to, to, "%+v", c)
	}
}

// exact is m·(k/1000)^n seconds in nanoseconds, cut off at a century.
func exact(m, k uint16, n int) *big.Rat {
	x := new(big.Rat).SetInt64(int64(m) * int64(time.Second))
	for range n {
		x.Mul(x, big.NewRat(int64(k), 1000))
	}
	if most := new(big.Rat).SetInt64(int64(century)); x.Cmp(most) > 0 {
		return most
	}
	return x
}

// The bands are the formula's to a billionth, however the parameters are.
func TestBandsExact(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		m, k := uint16(1+chance.IntN(65535)), uint16(1000+chance.IntN(64536))
		if chance.IntN(2) == 0 {
			k = uint16(1000 + chance.IntN(2000))
		}
		n := 1 + chance.IntN(10)
		r := session.Retry{MinimumWait: m, Multiplier: k}
		from, to := r.Band(n)
		assert.InEpsilon(t, float(exact(m, k, n-1)), float64(from), 1e-9, "%d %d %d", m, k, n)
		assert.InEpsilon(t, float(exact(m, k, n)), float64(to), 1e-9, "%d %d %d", m, k, n)
		assert.LessOrEqual(t, from, to)
		if n < 10 {
			next, _ := r.Band(n + 1)
			assert.Equal(t, to, next, "the bands join")
		}
	}
}

func float(x *big.Rat) float64 { f, _ := x.Float64(); return f }

// Every wait is in its band, and a whole number of seconds if the band has one.
func TestWaitInBand(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		r := session.Retry{MinimumWait: uint16(chance.Uint32()), Multiplier: uint16(chance.Uint32())}
		if chance.IntN(2) == 0 {
			r = session.Retry{MinimumWait: uint16(chance.IntN(4)), Multiplier: uint16(1000 + chance.IntN(100))}
		}
		n := chance.IntN(13)
		from, to := r.Band(n)
		for _, random := range []uint64{0, 1, math.MaxUint64 / 2, math.MaxUint64 - 1, math.MaxUint64, chance.Uint64()} {
			w := r.Wait(n, random)
			assert.True(t, from <= w && w <= to, "%+v retry %d: %v is not in %v to %v", r, n, w, from, to)
			assert.True(t, w%time.Second == 0 || w == from && to/time.Second*time.Second < from, "%+v retry %d: %v", r, n, w)
		}
	}
}

// Both ends of the band are reached, and nothing in it is preferred.
func TestWaitUniform(t *testing.T) {
	r := session.Retry{}
	assert.Equal(t, 5*time.Second, r.Wait(1, 0))
	assert.Equal(t, 10*time.Second, r.Wait(1, math.MaxUint64))
	assert.Zero(t, r.Wait(0, math.MaxUint64))
	chance := rand.New(rand.NewPCG(5, 6))
	const draws = 60_000
	count := map[time.Duration]int{}
	for range draws {
		count[r.Wait(1, chance.Uint64())]++
	}
	assert.Len(t, count, 6)
	for s, n := range count { // standard deviation 91
		assert.InDelta(t, draws/6, n, 500, "%v", s)
	}
}

// A band without a whole second in it gives its lower end.
func TestWaitNarrow(t *testing.T) {
	r := session.Retry{MinimumWait: 1, Multiplier: 1001}
	assert.Equal(t, 1001*time.Millisecond, r.Wait(2, 0))
	assert.Equal(t, 1001*time.Millisecond, r.Wait(2, math.MaxUint64))
}
