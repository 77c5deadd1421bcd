package attrs

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGates(t *testing.T) {
	for _, row := range []struct {
		script string
		set    string
		ready  error
	}{
		{"", "", ErrDisabled},
		{"c(on=1)", "", ErrNoURL},
		{"c2", "preferred", ErrDisabled},
		{"c(on=0) c2", "preferred", ErrDisabled},
		{"c2 c(on=1)", "preferred", nil},
		{"c2 c(on=true) c(on=false)", "preferred", ErrDisabled},
		{"D0 c(on=1)", "default", nil},
		{"c(on=1,url=https://h/)", "preferred", ErrNoSSLPolicy},
		{"c(on=1,url=HTTPS://h/)", "preferred", ErrNoSSLPolicy},
		{"c(on=1,url=https://h/,ssl=p)", "preferred", nil},
		{"c(on=1,durl=https://h/)", "default", ErrNoSSLPolicy},
		{"c(url=https://h/)", "preferred", ErrDisabled},
	} {
		e := runScript(t, Comware(), row.script).Snapshot().Endpoint()
		assert.Equal(t, row.set, e.Set, row.script)
		assert.Equal(t, row.ready, e.Ready, row.script)
	}
	p := Comware()
	p.Enable, p.SSLPolicy = "", ""
	assert.NoError(t, runScript(t, p, "c(url=https://h/)").Snapshot().Endpoint().Ready, "no gates")
}

// TestPeriodicGate is row 24: an interval with the switch off.
func TestPeriodicGate(t *testing.T) {
	r := runScript(t, Comware(), "c(interval=3600)")
	v, _ := r.Snapshot().Get(InformInterval)
	assert.EqualValues(t, 3600, v.Uint(), "stored all the same")
	assert.Equal(t, InformEnable, r.Snapshot().Idle(InformInterval))
	assert.Contains(t, r.Snapshot().Explain(InformInterval).String(), "\n  no effect while cpe inform interval enable is off")
	require.NoError(t, r.Apply(ACS, noon, Set(InformEnable, "1")))
	assert.Empty(t, r.Snapshot().Idle(InformInterval))
	assert.NotContains(t, r.Snapshot().Explain(InformInterval).String(), "no effect")
	assert.Empty(t, r.Snapshot().Idle(URL))
	assert.Empty(t, r.Snapshot().Idle("nonsense"))
}

// TestEmptyURL is about a family in which an empty URL can be assigned: it
// wins its attribute and gives its set no URL.
func TestEmptyURL(t *testing.T) {
	p := Comware()
	p.Rows[0].Min = 0
	p.BindCredentials = true
	r := runScript(t, p, "D0 d1 a(url=) c(user=x)")
	got, label := outcome(r.Snapshot())
	assert.Equal(t, "U0 - -", got)
	assert.Equal(t, "Default", label)
	v, ok := r.Snapshot().Get(URL)
	assert.True(t, ok && v.Assigned())
	v, _ = r.Snapshot().Get(Username)
	assert.Equal(t, "x", v.Text(), "no URL, nothing to be bound to")
}

// TestLastWriter is row 25: the value stays, the author changes.
func TestLastWriter(t *testing.T) {
	r := runScript(t, Comware(), "a(interval=600)")
	was, _ := r.Snapshot().Get(InformInterval)
	require.NoError(t, r.Apply(CLI, noon, Set(InformInterval, "600")))
	is, _ := r.Snapshot().Get(InformInterval)
	assert.True(t, was.Equal(is))
	assert.Equal(t, ACS, was.Source())
	assert.Equal(t, CLI, is.Source())
}

func TestRefusals(t *testing.T) {
	r := newResolver(t, Comware())
	err := r.Apply(ACS, noon, Set(URL, "ftp://h/"), Set(Username, "good"), Set(STUNEnable, "1"), Set("x", ""), Set(Username, "again"))
	require.Error(t, err)
	for _, target := range []error{ErrSource, ErrValue, ErrUnknown} {
		assert.ErrorIs(t, err, target)
	}
	for _, e := range []error{err, fmt.Errorf("wrapped: %w", err)} {
		list := WriteErrors(e)
		require.Len(t, list, 4)
		assert.Equal(t, &WriteError{URL, ACS, ErrValue, "neither http nor https"}, list[0])
		assert.Equal(t, &WriteError{STUNEnable, ACS, ErrSource, ""}, list[1])
		assert.Equal(t, &WriteError{"x", ACS, ErrUnknown, ""}, list[2])
		assert.Equal(t, &WriteError{Username, ACS, ErrValue, "named twice"}, list[3])
	}
	assert.EqualError(t, WriteErrors(err)[3], `attrs: bad value: "acs username" from ACS: named twice`)
	assert.Zero(t, r.Snapshot().Generation())
	assert.Nil(t, WriteErrors(nil))
	assert.Nil(t, WriteErrors(errors.New("other")))

	for url, want := range map[string]string{
		"ftp://x": "neither http nor https", "x": "need 8 to 255 characters", "http://": "need 8 to 255 characters",
		"HTTPS://": "no host", "": "need 8 to 255 characters", "ftp://" + strings.Repeat("x", 1<<20): "neither http nor https",
	} {
		assert.Equal(t, want, WriteErrors(r.Apply(CLI, noon, Set(URL, url)))[0].Reason, "%.20q", url)
	}

	long := &WriteError{Attr: Attr(strings.Repeat("\n", 1<<20)), Err: ErrUnknown}
	assert.Less(t, len(long.Error()), 200)
	assert.NotContains(t, long.Error(), "\n")
}

// TestNobody has a source that does not exist.
func TestNobody(t *testing.T) {
	r := runScript(t, Comware(), "c2")
	s := r.Snapshot()
	for src := Source(NumSources); src != 0; src++ {
		require.ErrorIs(t, r.Apply(src, noon, Set(URL, "http://h/")), ErrSource)
		require.ErrorIs(t, r.Undo(src, URL), ErrSource)
		require.NoError(t, r.Replace(src, noon))
		r.Clear(src)
	}
	require.Same(t, s, r.Snapshot())
}

func TestZero(t *testing.T) {
	var r Resolver
	require.ErrorIs(t, r.Apply(CLI, noon, Set(URL, "http://h/")), ErrUnknown)
	require.ErrorIs(t, r.Undo(CLI, URL), ErrUnknown)
	require.NoError(t, r.Undo(CLI))
	r.Clear(CLI)
	_, ok := r.ByPath("Device.ManagementServer.URL")
	assert.False(t, ok)
	_, ok = r.Describe(URL)
	assert.False(t, ok)
	_, ignored := r.Settable(DHCP, Set(URL, ""))
	require.ErrorIs(t, ignored[0], ErrUnknown)

	for _, s := range []*Snapshot{r.Snapshot(), {}} {
		_, ok = s.Get(URL)
		assert.False(t, ok)
		assert.Equal(t, Endpoint{Origin: "None", Ready: ErrNoURL}, s.Endpoint())
		assert.Equal(t, "unknown attribute", s.Explain(URL).Reason)
		assert.Equal(t, "generation 0", s.String())
	}
	_, err := New(Profile{})
	require.ErrorIs(t, err, ErrProfile)
}

// TestQuiet holds that what changes nothing is no commit.
func TestQuiet(t *testing.T) {
	r := runScript(t, Comware(), "d1+ c2+")
	s := r.Snapshot()
	assert.EqualValues(t, 2, s.Generation())
	require.NoError(t, r.Apply(CLI, noon))
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://acs2.example/"), Set(Password, "p2")))
	require.NoError(t, r.Replace(DHCP, noon, Set(URL, "http://acs1.example/"), Set(Username, "u1"), Set(Password, "p1")))
	require.NoError(t, r.Undo(Factory, URL))
	require.NoError(t, r.Undo(CLI, ProvisionCode))
	r.Clear(Factory)
	assert.Same(t, s, r.Snapshot())

	require.NoError(t, r.Apply(CLI, noon, Set(Enable, "1")))
	s = r.Snapshot()
	require.NoError(t, r.Apply(CLI, noon, Set(Enable, "true")))
	assert.NotSame(t, s, r.Snapshot(), "another spelling is another text")
}

// TestImmutable holds old snapshots against what comes after.
func TestImmutable(t *testing.T) {
	r := runScript(t, Comware(), "d1+ c2+")
	s := r.Snapshot()
	text, explained := s.String(), s.Explain(URL)
	explained.Layers[0].Value = "changed"
	runWord(t, r, "a3+")
	runWord(t, r, "L")
	assert.Equal(t, text, s.String())
	assert.Empty(t, s.Explain(URL).Layers[0].Value)
	got, _ := outcome(s)
	assert.Equal(t, "U2 u2 p2", got)
}

func TestByPath(t *testing.T) {
	r := newResolver(t, Comware())
	n := 0
	for _, d := range Comware().Rows {
		for _, path := range d.Paths {
			for _, root := range []string{"Device.", "InternetGatewayDevice."} {
				a, ok := r.ByPath(root + path)
				assert.True(t, ok && a == d.Attr, root+path)
				n++
			}
		}
	}
	assert.Equal(t, 2*11, n)
	for _, path := range []string{"", "Device.", "ManagementServer.URL", "device.ManagementServer.URL", "Device.ManagementServer.Url",
		"Device.ManagementServer.", "Device.Device.ManagementServer.URL", "Device.ManagementServer.URL."} {
		_, ok := r.ByPath(path)
		assert.False(t, ok, path)
	}
}

// TestOwnership tries to damage a profile by every handle on it.
func TestOwnership(t *testing.T) {
	p := Comware()
	r := newResolver(t, p)
	p.Rows[0].From, p.Rows[0].Paths[0], p.Sets[0].URL = 0, "X", "nonsense"
	p.row(InformInterval).Limits[0] = Limits{From: From(CLI), Min: 5, Max: 5}
	d, ok := r.Describe(URL)
	require.True(t, ok)
	d.Paths[0] = "Y"
	got, _ := outcome(r.Snapshot())
	assert.Equal(t, "none", got)
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://h/")))
	assert.Equal(t, "http://h/", r.Snapshot().Endpoint().URL.Value)
	require.NoError(t, r.Apply(CLI, noon, Set(InformInterval, "60")))
	_, ok = r.ByPath("Device.ManagementServer.URL")
	assert.True(t, ok)
	d, _ = r.Describe(URL)
	assert.Equal(t, "ManagementServer.URL", d.Paths[0])
	assert.Equal(t, "ManagementServer.URL", Comware().Rows[0].Paths[0])
	assert.NoError(t, Comware().Check())
}

func TestNoAllocation(t *testing.T) {
	r := runScript(t, Comware(), "d1+ c2+ D0+ c(on=1)")
	var ready error
	n := testing.AllocsPerRun(100, func() {
		s := r.Snapshot()
		v, _ := s.Get(Password)
		w, _ := s.Get(InformInterval)
		_, _ = v.Secret().Reveal(), w.Uint()
		ready = s.Endpoint().Ready
	})
	assert.Zero(t, n)
	assert.NoError(t, ready)
}

// TestReaders has readers see whole commits only, in order, while two writers
// work. Each commit writes one number to all three members.
func TestReaders(t *testing.T) {
	r := newResolver(t, Comware())
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for w, src := range []Source{CLI, ACS} {
		writers.Go(func() {
			for i := range 300 {
				n := fmt.Sprint(2*i + w)
				assert.NoError(t, r.Apply(src, time.Time{}, Set(URL, "http://acs/"+n), Set(Username, n), Set(Password, n)))
				if i%10 == 0 {
					assert.NoError(t, r.Undo(src, URL, Username, Password))
				}
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			var last uint64
			for {
				s := r.Snapshot()
				e := s.Endpoint()
				v, _ := s.Get(Username)
				n := strings.TrimPrefix(e.URL.Value, "http://acs/")
				whole := n == e.Username.Value && n == e.Password.Value.Reveal() && n == v.Text() && e.URL.Source == e.Password.Source
				if !assert.True(t, whole, e) || !assert.GreaterOrEqual(t, s.Generation(), last) {
					return
				}
				last = s.Generation()
				_ = s.Explain(URL).String()
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}
