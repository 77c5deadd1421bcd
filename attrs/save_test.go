package attrs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyState is a resolver with something in every part of its state.
func everyState(t testing.TB) *Resolver {
	p := lockable()
	p.Sets[0].Wipe = []Attr{Password}
	r := runScript(t, p, "f4+ d1+ c2+ a3 D0+ a(user=,code=A) c(cpass=x,on=1,stun=true,interval=60,ssl=p)")
	require.NoError(t, r.Apply(CLI, noon.In(time.FixedZone("", -5400)), Set(InformTime, "2026-06-01T23:00:00")))
	require.NoError(t, r.Pin(CLI, InformInterval))
	r.Contacted(r.Snapshot())
	require.NoError(t, r.Apply(ACS, noon, Set(URL, "https://acs3.example/")))
	r.Contacted(r.Snapshot())
	r.Disable(From(Factory))
	return r
}

// whole is all that can be asked of a snapshot.
func whole(s *Snapshot) string {
	text := fmt.Sprint(s, s.Epoch(), s.mem.locked, s.mem.disabled, s.mem.met, s.mem.found, s.mem.secure, s.mem.hosts)
	for _, d := range s.plan.profile.Rows {
		v, ok := s.Get(d.Attr)
		text += fmt.Sprint("\n", s.Explain(d.Attr), ok, v.state, v.source, v.num, v.at.Unix(), v.secret.Reveal(), s.Locked(ACS, d.Attr))
	}
	return text + s.Status(Connection{}).String()
}

func TestSaveLoad(t *testing.T) {
	r := everyState(t)
	s := r.Snapshot()
	fresh := newResolver(t, r.plan.profile)
	left, err := fresh.Load(s.Save(), s.SaveVolatile())
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Equal(t, whole(s), whole(fresh.Snapshot()), "the resolution is identical")
	assert.Equal(t, s.Save(), fresh.Snapshot().Save(), "the same state gives the same bytes")
	assert.Equal(t, s.SaveVolatile(), fresh.Snapshot().SaveVolatile())

	restarted := newResolver(t, r.plan.profile)
	_, err = restarted.Load(s.Save(), nil)
	require.NoError(t, err)
	r.Restart()
	want, got := r.Snapshot(), restarted.Snapshot()
	assert.Equal(t, want.Endpoint(), got.Endpoint())
	assert.Equal(t, want.Explain(URL), got.Explain(URL))

	// Onto a state with more commits behind it.
	busy := runScript(t, r.plan.profile, strings.Repeat("c2 c3 ", 50))
	before := busy.Snapshot().Generation()
	sub := busy.Subscribe(Username)
	_, err = busy.Load(s.Save(), s.SaveVolatile())
	require.NoError(t, err)
	assert.Greater(t, busy.Snapshot().Generation(), before)
	assert.Equal(t, s.Endpoint(), busy.Snapshot().Endpoint())
	assert.Equal(t, Factory, sub.Take()[0].By)
}

// TestSaveScripts is row 30 for every row of the table.
func TestSaveScripts(t *testing.T) {
	for _, row := range comwareRows {
		s := runScript(t, Comware(), row.script).Snapshot()
		r := newResolver(t, Comware())
		left, err := r.Load(s.Save(), s.SaveVolatile())
		require.NoError(t, err, row.row)
		require.Empty(t, left)
		got, label := outcome(r.Snapshot())
		assert.Equal(t, row.want+row.label, got+label, row.row)
		if s.Generation() > 0 {
			assert.Equal(t, whole(s), whole(r.Snapshot()), row.row)
		}
	}
}

// TestSharedSlot has a volatile and a kept source in one slot.
func TestSharedSlot(t *testing.T) {
	p := Comware()
	p.Rank = [NumSources]uint8{}
	for _, script := range []string{"c2 d1", "d1 c2", "c2 d1+ a3", "f4 d1 L c2"} {
		s := runScript(t, p, script).Snapshot()
		r := newResolver(t, p)
		_, err := r.Load(s.Save(), s.SaveVolatile())
		require.NoError(t, err)
		assert.Equal(t, whole(s), whole(r.Snapshot()), script)
	}
}

func TestLoadRefuses(t *testing.T) {
	s := everyState(t).Snapshot()
	kept, volatile := s.Save(), s.SaveVolatile()
	r := newResolver(t, s.plan.profile)
	was := r.Snapshot()
	refuse := func(want error, kept, volatile []byte) {
		t.Helper()
		_, err := r.Load(kept, volatile)
		require.ErrorIs(t, err, want)
		require.Same(t, was, r.Snapshot())
	}
	for n := range kept {
		refuse(ErrCorrupt, kept[:n], nil)
		bad := bytes.Clone(kept)
		bad[n] ^= 1
		_, err := r.Load(bad, nil)
		require.Error(t, err)
		require.Same(t, was, r.Snapshot())
	}
	newer := bytes.Clone(kept)
	newer[len(magic)] = version + 1
	refuse(ErrNewer, newer, nil)
	refuse(ErrNewer, kept, newer)
	newer[len(magic)] = 0
	refuse(ErrCorrupt, newer, nil)
	refuse(ErrCorrupt, volatile, nil)
	refuse(ErrCorrupt, kept, kept)
	refuse(ErrCorrupt, nil, nil)
	refuse(ErrCorrupt, kept, []byte{})
	refuse(ErrCorrupt, make([]byte, maxBlob+1), nil)
	refuse(ErrForeign, newResolver(t, TR069()).Snapshot().Save(), nil)
	reset := everyState(t)
	reset.FactoryReset()
	refuse(ErrForeign, reset.Snapshot().Save(), volatile)
	refuse(ErrForeign, kept, reset.Snapshot().SaveVolatile())
}

// sealed puts a header and a checksum around content.
func sealed(part byte, content ...any) []byte {
	e := encoder{b: append([]byte(magic), version, part)}
	for _, x := range content {
		switch x := x.(type) {
		case int:
			e.number(uint64(x))
		case string:
			e.text(x)
		}
	}
	return binary.BigEndian.AppendUint32(e.b, crc32.ChecksumIEEE(e.b))
}

// TestLoadContent has content that its checksum vouches for, and is wrong.
func TestLoadContent(t *testing.T) {
	r := newResolver(t, Comware())
	head := []any{"Comware", 0, 5, 0, 0, 0, "", ""} // epoch, generation, flags, found, disabled, locks, hosts
	zone := maxZone + 1
	with := func(list ...any) []byte { return sealed(partKept, append(head[:len(head):len(head)], list...)...) }
	_, err := r.Load(with(""), nil)
	require.NoError(t, err)
	for name, b := range map[string][]byte{
		"no end":                with(),
		"after the end":         with("", 1),
		"flags":                 sealed(partKept, "Comware", 0, 5, 4, 0, 0, "", "", ""),
		"found":                 sealed(partKept, "Comware", 0, 5, 0, 4, 0, "", "", ""),
		"disabled":              sealed(partKept, "Comware", 0, 5, 0, 0, 16, "", "", ""),
		"pin":                   with("acs url", 16, 0, ""),
		"five sources":          with("acs url", 0, 5, ""),
		"no such source":        with("acs url", 0, 1, 4, 1, 0, ""),
		"volatile source":       with("acs url", 0, 1, 1, 1, 0, ""),
		"commit 0":              with("acs url", 0, 1, 2, 0, 0, ""),
		"a commit to come":      with("acs url", 0, 1, 2, 6, 0, ""),
		"one source twice":      with("acs url", 0, 2, 2, 1, zone, "http://h/", 2, 2, zone, "http://h/", ""),
		"zone":                  with("acs url", 0, 1, 2, 1, 2*zone, "http://h/", ""),
		"a text too long":       sealed(partKept, 1<<30),
		"a profile and no more": sealed(partKept, "Comware"),
	} {
		_, err := r.Load(b, nil)
		require.ErrorIs(t, err, ErrCorrupt, name)
	}
	left, err := r.Load(with("nonsense", 0, 1, 2, 1, zone, "x", "acs url", 0, 1, 2, 1, zone, "ftp://h/",
		"acs username", 0, 1, 2, 2, zone, "u", "cpe stun enable", 0, 1, 3, 1, zone, "1", ""), nil)
	require.NoError(t, err)
	require.Len(t, left, 3)
	assert.Equal(t, &WriteError{"nonsense", Factory, ErrUnknown, ""}, left[0])
	assert.Equal(t, &WriteError{URL, CLI, ErrValue, "neither http nor https"}, left[1])
	assert.Equal(t, &WriteError{STUNEnable, ACS, ErrSource, ""}, left[2])
	v, _ := r.Snapshot().Get(Username)
	assert.Equal(t, "u", v.Text())

	// Locks and sets that the profile does not have any more.
	_, err = r.Load(sealed(partKept, "Comware", 0, 5, 0, 0, 0, "old lock", "", "old set", "h", "preferred", "h", "", ""), nil)
	require.NoError(t, err)
	assert.Zero(t, r.Snapshot().mem.locked)
	assert.Nil(t, r.Snapshot().mem.hosts)
}

// TestTighterPolicy loads a URL that the new firmware's policy is against.
func TestTighterPolicy(t *testing.T) {
	s := runScript(t, Comware(), "c2 D0").Snapshot()
	p := Comware()
	p.Policy.HostSuffixes = []string{"acs0.example"}
	r := newResolver(t, p)
	left, err := r.Load(s.Save(), nil)
	require.NoError(t, err)
	assert.Empty(t, left)
	got, _ := outcome(r.Snapshot())
	assert.Equal(t, "U0 - -", got)
	assert.Equal(t, "host not in the list", r.Snapshot().Explain(URL).Layers[1].Reason)
}

// TestSwitchSaved has a value whose source may not write it: the ACS's, in the
// discovery switch.
func TestSwitchSaved(t *testing.T) {
	s := runScript(t, ICWMP(), "d1 a3").Snapshot()
	r := newResolver(t, ICWMP())
	left, err := r.Load(s.Save(), nil)
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Equal(t, whole(s), whole(r.Snapshot()))
}

// FuzzLoad reads content between a good header and a good checksum, which would
// keep everything else out.
func FuzzLoad(f *testing.F) {
	p := everyState(f).plan.profile
	seal := func(part byte, content []byte) []byte {
		b := append(append([]byte(magic), version, part), content...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	}
	open := func(b []byte) []byte { return b[len(magic)+2 : len(b)-4] }
	f.Add(open(everyState(f).Snapshot().Save()), open(everyState(f).Snapshot().SaveVolatile()))
	for _, script := range []string{"", "c2", "d1+ a3", "D0+ c(stun=1,interval=60)"} {
		s := runScript(f, p, script).Snapshot()
		f.Add(open(s.Save()), open(s.SaveVolatile()))
	}
	f.Fuzz(func(t *testing.T, kept, volatile []byte) {
		r := newResolver(t, p)
		was := r.Snapshot()
		if _, err := r.Load(seal(partKept, kept), seal(partVolatile, volatile)); err != nil {
			require.Same(t, was, r.Snapshot())
			return
		}
		got := r.Snapshot()
		again := newResolver(t, p)
		left, err := again.Load(got.Save(), got.SaveVolatile())
		require.NoError(t, err)
		require.Empty(t, left)
		require.Equal(t, whole(got), whole(again.Snapshot()))
	})
}
