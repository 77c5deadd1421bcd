package digest

// NOTE: what passes twice and what does not: by table, against an oracle that
// remembers everything, with full shards, and from many goroutines.

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReplay(t *testing.T) {
	type try struct {
		nc   string
		want error
	}
	tests := map[string][]try{
		"equal":               {{"1", nil}, {"1", ErrReplay}, {"00000001", ErrReplay}},
		"counting":            {{"1", nil}, {"2", nil}, {"3", nil}},
		"lower, seen":         {{"1", nil}, {"2", nil}, {"1", ErrReplay}},
		"skipped":             {{"1", nil}, {"5", nil}, {"5", ErrReplay}},
		"overtaken":           {{"1", nil}, {"3", nil}, {"2", nil}, {"2", ErrReplay}, {"3", ErrReplay}, {"4", nil}},
		"first is not one":    {{"a", nil}, {"9", nil}, {"9", ErrReplay}},
		"window's last":       {{"40", nil}, {"1", nil}, {"1", ErrReplay}},
		"past the window":     {{"41", nil}, {"1", ErrReplay}},
		"window moves":        {{"1", nil}, {"41", nil}, {"1", ErrReplay}, {"2", nil}, {"2", ErrReplay}},
		"far ahead":           {{"1", nil}, {"ffffffff", nil}, {"1", ErrReplay}, {"ffffffff", ErrReplay}, {"fffffffe", nil}},
		"a refusal is no use": {{"5", nil}, {"5", ErrReplay}, {"6", nil}},
	}
	for name, tries := range tests {
		t.Run(name, func(t *testing.T) {
			s := &Server{}
			f := newForge(t, s)
			for _, try := range tries {
				f.nc = try.nc
				_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
				assert.ErrorIs(t, err, try.want, try.nc)
			}
		})
	}
}

// The same recorded header, in other places and at other times.
func TestReplayElsewhere(t *testing.T) {
	at := newClock()
	s := &Server{Now: at.now}
	f := newForge(t, s)
	h := f.header()
	verify := func(method, target string) error {
		_, err := s.Verify(method, target, h, nil, passwords)
		return err
	}
	require.NoError(t, verify("POST", "/acs"))
	assert.ErrorIs(t, verify("POST", "/acs"), ErrReplay)
	assert.ErrorIs(t, verify("GET", "/acs"), ErrCredentials, "another method")
	assert.ErrorIs(t, verify("POST", "/other"), ErrTarget, "another target")

	other := newForge(t, s)
	other.nc = f.nc
	_, err := s.Verify("POST", "/acs", other.header(), nil, passwords)
	assert.NoError(t, err, "nonces are counted apart")

	at.advance(DefaultLifetime)
	assert.ErrorIs(t, verify("POST", "/acs"), ErrReplay, "at the end of its life")
	f.nc = "2"
	_, err = s.Verify("POST", "/acs", f.header(), nil, passwords)
	assert.NoError(t, err)
	at.advance(1)
	assert.ErrorIs(t, verify("POST", "/acs"), ErrStale, "after it")
	f.password = "wrong"
	_, err = s.Verify("POST", "/acs", f.header(), nil, passwords)
	assert.ErrorIs(t, err, ErrCredentials, "stale is told to a right digest alone")
}

// In the form of RFC 2069 a nonce passes once, and not in two forms either.
func TestReplayWithoutQOP(t *testing.T) {
	s := &Server{QOPs: []QOP{QOPAuth, QOPNone}}
	tests := map[string][]string{
		"none twice": {"", ""}, "none, auth": {"", "auth"}, "auth, none": {"auth", ""},
	}
	for name, qops := range tests {
		f := newForge(t, s)
		f.qop = qops[0]
		_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
		require.NoError(t, err, name)
		f.qop, f.nc = qops[1], "2"
		_, err = s.Verify("POST", "/acs", f.header(), nil, passwords)
		assert.ErrorIs(t, err, ErrStale, name)
	}
}

// The window agrees with an oracle that remembers every count.
func TestWindowAgainstOracle(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 1))
		var rec record
		seen := map[uint32]bool{}
		var top uint32
		base := uint32(r.IntN(3)) * (math.MaxUint32 / 3)
		for range 2000 {
			nc := base + 1 + r.Uint32N(300)
			want := !seen[nc] && uint64(nc)+window > uint64(top)
			got := rec.count(nc) == nil
			require.Equal(t, want, got, "seed %d count %d", seed, nc)
			if got {
				seen[nc] = true
				top = max(top, nc)
			}
		}
	}
}

// A full shard forgets its oldest nonce; used again, that one is stale.
func TestEviction(t *testing.T) {
	at := newClock()
	s := &Server{Now: at.now, Shards: 1, PerShard: 4}
	use := func(f *forge, nc int) error {
		f.nc = fmt.Sprintf("%08x", nc)
		_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
		return err
	}
	unused := newForge(t, s)
	at.advance(1)
	var all []*forge
	for range 4 {
		all = append(all, newForge(t, s))
		at.advance(1)
	}
	// Entered out of order, so that age and not arrival decides.
	for _, i := range []int{2, 0, 3, 1} {
		require.NoError(t, use(all[i], 10))
	}
	fifth := newForge(t, s)
	require.NoError(t, use(fifth, 1))
	require.Len(t, s.table[0].byAge, 4)
	require.Len(t, s.table[0].byID, 4)

	assert.ErrorIs(t, use(all[0], 1), ErrStale, "a lower count")
	assert.ErrorIs(t, use(all[0], 11), ErrStale, "a higher count")
	assert.ErrorIs(t, use(unused, 1), ErrStale, "never used, but nobody can know")
	for _, i := range []int{1, 2, 3} {
		assert.ErrorIs(t, use(all[i], 10), ErrReplay, "still remembered")
		assert.NoError(t, use(all[i], 11))
	}
	assert.NoError(t, use(fifth, 2))
}

// A nonce between the floor and the youngest may enter; its leaving does not
// lower the floor.
func TestFloorNeverFalls(t *testing.T) {
	s := newShards(1)[0]
	n := func(issued int64) nonce { return nonce{issued: issued, id: [idSize]byte{byte(issued)}} }
	for _, issued := range []int64{5, 9} {
		require.NoError(t, s.use(n(issued), QOPAuth, 1, 2, 0))
	}
	require.NoError(t, s.use(n(7), QOPAuth, 1, 2, 0)) // forgets 5
	assert.Equal(t, int64(5), s.floor)
	assert.ErrorIs(t, s.use(n(5), QOPAuth, 1, 2, 0), ErrStale)
	require.NoError(t, s.use(n(6), QOPAuth, 1, 2, 0)) // forgets 7
	assert.Equal(t, int64(7), s.floor)
	require.NoError(t, s.use(n(8), QOPAuth, 1, 2, 0)) // forgets 6
	assert.Equal(t, int64(7), s.floor)
	assert.ErrorIs(t, s.use(n(6), QOPAuth, 2, 2, 0), ErrStale)
}

// Nonces past their life leave the table before it is full.
func TestExpiredNoncesLeave(t *testing.T) {
	at := newClock()
	s := &Server{Now: at.now, Shards: 1}
	for range 10 {
		_, err := s.Verify("POST", "/acs", newForge(t, s).header(), nil, passwords)
		require.NoError(t, err)
	}
	assert.Len(t, s.table[0].byAge, 10)
	at.advance(DefaultLifetime + 1)
	_, err := s.Verify("POST", "/acs", newForge(t, s).header(), nil, passwords)
	require.NoError(t, err)
	assert.Len(t, s.table[0].byAge, 1)
	assert.Len(t, s.table[0].byID, 1)
}

// With the real clock, in virtual time; and other lifetimes.
func TestLifetime(t *testing.T) {
	for _, lifetime := range []time.Duration{-1, 0, time.Millisecond, 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := &Server{Lifetime: lifetime}
			f := newForge(t, s)
			want := lifetime
			if lifetime <= 0 {
				want = DefaultLifetime
			}
			<-time.After(want)
			_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
			assert.NoError(t, err)
			<-time.After(1)
			_, err = s.Verify("POST", "/acs", f.header(), nil, passwords)
			assert.ErrorIs(t, err, ErrStale)
		})
	}
}

// The bound of the default table is what the documentation says.
func TestDefaultTable(t *testing.T) {
	s := &Server{}
	s.Challenges(false)
	assert.Len(t, s.table, 64)
	assert.Equal(t, 64*1024, DefaultShards*DefaultPerShard)
	assert.Len(t, func() []*shard { s := &Server{Shards: 3}; s.Challenges(false); return s.table }(), 3)
}

// Many goroutines with the same counts of the same nonces: each passes once.
func TestConcurrentUse(t *testing.T) {
	s := &Server{Shards: 2}
	const nonces, counts, workers = 8, 32, 8
	var passed, replayed atomic.Int32
	var forges []*forge
	for range nonces {
		forges = append(forges, newForge(t, s))
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range nonces * counts {
				f := *forges[i%nonces]
				f.nc = fmt.Sprint(1 + i/nonces)
				_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
				switch {
				case err == nil:
					passed.Add(1)
				case errors.Is(err, ErrReplay):
					replayed.Add(1)
				}
				s.Challenges(true)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, int32(nonces*counts), passed.Load())
	assert.Equal(t, int32(nonces*counts*(workers-1)), replayed.Load())
}
