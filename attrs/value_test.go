package attrs

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// values lists, for an attribute and a source, what is taken and what is not.
var values = []struct {
	src  Source
	attr Attr
	good []string
	bad  []string
}{
	{CLI, URL,
		[]string{"http://h", "HTTPS://h:1/", "http://[::1]:65535/a?b=c", "http://h:/", "http://" + strings.Repeat("h", 248)},
		[]string{
			"", "http://", "h", "http:///a", "http:a/b/c", "/relative", "ftp://host/", "http://u@host/", "http://u:p@host/",
			"http://host:0/", "http://host:65536/", "http://host:x/", "http://ho st/", "http://host/a b", "http://hóst/",
			"http://host/\n", "http://[::1/", "http://host/%zz", "http://" + strings.Repeat("h", 249), "//host/path",
		}},
	{ACS, Username, []string{"", "x", "Ünïcode", strings.Repeat("é", 255)}, []string{strings.Repeat("x", 256), "a\x00", "a\x7f", "a\r\nb", "\xff"}},
	{ACS, CPEPassword, []string{"", "x y"}, []string{strings.Repeat("x", 256), "\t", "\xff"}},
	{CLI, ProvisionCode, []string{"A", "TLCO.GRP2", "0.9"}, []string{"", "a", "A B", "É"}},
	{CLI, SSLPolicy, []string{"p", strings.Repeat("p", 31)}, []string{"", strings.Repeat("p", 32)}},
	{CLI, ConnectInterface, []string{"Vlan-interface1"}, []string{""}},
	{CLI, Enable, []string{"0", "1", "true", "false"}, []string{"", "TRUE", "yes", "2", " 1"}},
	{CLI, InformInterval, []string{"10", "86400", "+600", "0600"}, []string{"9", "86401", "", "-10", "1e2", "0x10", "1_0", "++10", "600 "}},
	{ACS, InformInterval, []string{"1", "9", "86401", "4294967295"}, []string{"0", "4294967296", "99999999999999999999"}},
	{CLI, ConnectRetry, []string{"0", "100"}, []string{"101"}},
	{CLI, WaitTimeout, []string{"30", "1800"}, []string{"29", "1801"}},
	{CLI, InformTime,
		[]string{"2026-06-01T12:00:01", "2035-12-31T23:59:59", "2026-06-01T12:00:01Z", "2026-06-01T14:00:01+02:00", "2026-06-01T12:00:00.5Z"},
		[]string{
			"", "noon", "2026-06-01T12:00:00", "2036-01-01T00:00:00", "1969-12-31T23:59:59", "2026-06-01T13:00:01+02:00",
			"2026-06-01", "2026-13-01T00:00:00", "2027-06-01 12:00:00", "2027-06-01T1:00:00Z", "2027-06-01T12:00:00,5Z",
			"2027-06-01T12:00:00.5000000000000000000000Z", "2027-06-01T24:00:00",
		}},
	{ACS, InformTime, []string{"2026-06-01T12:00:01Z"}, []string{"0001-01-01T00:00:00Z", "2020-01-01T00:00:00Z"}},
	{ACS, InformPhase, []string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2020-01-01T00:00:00Z"}, []string{"0000-12-31T23:59:59Z"}},
	{Factory, InformTime, []string{"1970-01-01T00:00:00", "2020-01-01T00:00:00Z"}, []string{"1969-12-31T23:59:59Z"}},
}

func TestValues(t *testing.T) {
	for _, row := range values {
		r := newResolver(t, Comware())
		for _, text := range row.good {
			require.NoError(t, r.Apply(row.src, noon, Set(row.attr, text)), "%s %q", row.attr, text)
			v, ok := r.Snapshot().Get(row.attr)
			require.True(t, ok && v.Assigned())
			require.Equal(t, text, v.Text()+v.Secret().Reveal())
			require.Equal(t, row.src, v.Source())
		}
		before := r.Snapshot()
		for _, text := range row.bad {
			err := r.Apply(row.src, noon, Set(row.attr, text))
			require.ErrorIs(t, err, ErrValue, "%s %q", row.attr, text)
			require.NotEmpty(t, WriteErrors(err)[0].Reason)
			require.Same(t, before, r.Snapshot())
		}
	}
}

func TestTypedValues(t *testing.T) {
	r := newResolver(t, Comware())
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://h:1/a"), Set(Password, "pw"), Set(Enable, "1"),
		Set(InformInterval, "60"), Set(InformTime, "2026-06-02T00:00:00+02:00")))
	require.NoError(t, r.Apply(ACS, noon, Set(Username, "")))
	get := func(a Attr) Value { v, _ := r.Snapshot().Get(a); return v }

	u := get(URL).URL()
	require.Equal(t, "h:1", u.Host)
	u.Host = "elsewhere"
	assert.Equal(t, "h:1", get(URL).URL().Host, "the caller's copy")
	assert.Equal(t, KindURL, get(URL).Kind())
	assert.True(t, get(Enable).Bool())
	assert.EqualValues(t, 60, get(InformInterval).Uint())
	assert.True(t, get(InformTime).Time().Equal(noon.Add(10*time.Hour)))
	assert.Equal(t, "pw", get(Password).Secret().Reveal())
	assert.Empty(t, get(Password).Text(), "a hidden parameter reads empty")
	assert.Equal(t, "***", get(Password).String())
	assert.Equal(t, "60", get(InformInterval).String())
	assert.True(t, get(Username).Assigned(), "assigned empty")

	assert.Nil(t, get(Username).URL())
	assert.Nil(t, Value{kind: KindURL}.URL())
	assert.Nil(t, Value{kind: KindURL, text: "http://%zz"}.URL())
	assert.False(t, get(InformInterval).Bool())
	assert.Zero(t, get(Enable).Uint())
	assert.True(t, get(URL).Time().IsZero())
	assert.Zero(t, get(URL).Secret().Reveal())
}

func TestDefaults(t *testing.T) {
	s := newResolver(t, Comware()).Snapshot()
	v, ok := s.Get(InformInterval)
	assert.True(t, ok, "a default counts")
	assert.False(t, v.Assigned())
	assert.EqualValues(t, 600, v.Uint())
	v, ok = s.Get(ProvisionCode)
	assert.True(t, ok)
	assert.Equal(t, "PROVISIONINGCODE", v.Text())
	for _, a := range []Attr{URL, Password, ConnectRetry, "nonsense"} {
		v, ok = s.Get(a)
		assert.False(t, ok, a)
		assert.False(t, v.Assigned(), a)
		assert.Empty(t, v.String(), a)
	}
}

// TestClockZone reads a time without zone by the device's clock.
// TestTwoTimes holds the moment of one Inform and the phase of the periodic ones
// apart, but for the display's one line.
func TestTwoTimes(t *testing.T) {
	r := newResolver(t, Comware())
	shown := func() string { return r.Snapshot().Status(Connection{}).Configuration[7].Value }
	phase, ok := r.ByPath("Device.ManagementServer.PeriodicInformTime")
	require.True(t, ok && phase == InformPhase)
	assert.Equal(t, "None", shown())
	require.NoError(t, r.Apply(ACS, noon, Set(phase, "2020-01-01T00:00:07Z")))
	assert.Equal(t, "2020-01-01T00:00:07Z", shown())
	require.NoError(t, r.Apply(CLI, noon, Set(InformTime, "2026-06-02T00:00:00")))
	assert.Equal(t, "2026-06-02T00:00:00", shown())
	v, _ := r.Snapshot().Get(InformPhase)
	assert.Equal(t, "2020-01-01T00:00:07Z", v.Text(), "what the ACS reads back is what it wrote")
	assert.Equal(t, InformEnable, r.Snapshot().Idle(InformPhase))
	assert.Empty(t, r.Snapshot().Idle(InformTime))
	require.ErrorIs(t, r.Apply(CLI, noon, Set(InformPhase, "2020-01-01T00:00:00Z")), ErrSource)
}

func TestClockZone(t *testing.T) {
	r := newResolver(t, Comware())
	east := noon.In(time.FixedZone("", 8*3600)) // 20:00 there
	require.ErrorIs(t, r.Apply(CLI, east, Set(InformTime, "2026-06-01T19:59:59")), ErrValue)
	require.NoError(t, r.Apply(CLI, east, Set(InformTime, "2026-06-01T20:00:01")))
	v, _ := r.Snapshot().Get(InformTime)
	assert.True(t, v.Time().Equal(noon.Add(time.Second)))
	require.NoError(t, r.Apply(CLI, east, Set(InformTime, "2035-12-31T23:59:59")), "bounds are by the clock's face")
	require.NoError(t, r.Apply(CLI, time.Time{}, Set(InformTime, "1970-01-01T00:00:00")), "no clock, no lateness")
}

func TestEqual(t *testing.T) {
	one := func(a Attr, text string) Value {
		r := newResolver(t, Comware())
		require.NoError(t, r.Apply(Factory, noon, Set(a, text)))
		v, _ := r.Snapshot().Get(a)
		return v
	}
	assert.True(t, one(Enable, "1").Equal(one(Enable, "true")))
	assert.True(t, one(InformInterval, "60").Equal(one(InformInterval, "+060")))
	assert.False(t, one(Enable, "1").Equal(one(Enable, "0")))
	assert.False(t, one(Username, "a").Equal(one(Username, "b")))
	assert.False(t, one(Password, "a").Equal(one(Password, "b")))
	assert.False(t, one(Username, "").Equal(Value{kind: KindString}), "assigned empty is not unassigned")
}

func TestWords(t *testing.T) {
	assert.Equal(t, "Factory DHCP CLI ACS Source(?)", strings.Join([]string{
		Factory.String(), DHCP.String(), CLI.String(), ACS.String(), Source(math.MaxUint8).String()}, " "))
	assert.Equal(t, "nobody", From().String())
	assert.Equal(t, "nobody", From(9).String())
	assert.Equal(t, "ACS", From(ACS).String())
	assert.Equal(t, "DHCP, CLI and ACS", From(ACS, DHCP, CLI).String())
	assert.Equal(t, "URL Time Kind(?) Kind(?)", strings.Join([]string{
		KindURL.String(), KindTime.String(), Kind(0).String(), Kind(99).String()}, " "))
}

func FuzzApply(f *testing.F) {
	for _, row := range values {
		f.Add(byte(row.src), string(row.attr), row.good[0], int64(0))
		f.Add(byte(row.src), string(row.attr), row.bad[0], int64(1780000000))
	}
	f.Fuzz(func(t *testing.T, src byte, attr, text string, now int64) {
		r := newResolver(t, Comware())
		before := r.Snapshot()
		err := r.Apply(Source(src), time.Unix(now, 0), Set(Attr(attr), text))
		d, known := r.Describe(Attr(attr))
		v, ok := r.Snapshot().Get(Attr(attr))
		if err != nil {
			require.Same(t, before, r.Snapshot())
			require.Len(t, WriteErrors(err), 1)
			require.Equal(t, !known, assert.ObjectsAreEqual(ErrUnknown, WriteErrors(err)[0].Err))
			return
		}
		require.True(t, known && ok && d.From.Has(Source(src)))
		require.Equal(t, text, v.Text()+v.Secret().Reveal())
		require.EqualValues(t, 1, r.Snapshot().Generation())
		if d.Kind == KindURL {
			require.Contains(t, []string{"http", "https"}, v.URL().Scheme)
			require.NotEmpty(t, v.URL().Host)
		}
		require.NoError(t, r.Undo(Source(src), Attr(attr)))
		after, _ := r.Snapshot().Get(Attr(attr))
		was, _ := before.Get(Attr(attr))
		require.True(t, was.Equal(after))
	})
}
