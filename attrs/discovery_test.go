package attrs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFactoryReset(t *testing.T) {
	r := runScript(t, Comware(), "f4 d1+ c2+ D0+ a3 c(on=1)")
	was := r.Snapshot()
	r.Contacted(was)
	r.FactoryReset()
	got, label := outcome(r.Snapshot())
	assert.Equal(t, "U4 - - Default", got+" "+label)
	assert.EqualValues(t, 1, r.Snapshot().Epoch())
	assert.Zero(t, was.Epoch())
	_, ok := r.Snapshot().FirstContact()
	assert.False(t, ok)
	assert.Greater(t, r.Snapshot().Generation(), was.Generation())
	assert.Equal(t, ErrDisabled, r.Snapshot().Endpoint().Ready)
	r.FactoryReset()
	assert.EqualValues(t, 2, r.Snapshot().Epoch())
}

func TestRestart(t *testing.T) {
	r := runScript(t, Comware(), "d1 c(user=x)")
	r.Unreachable(noon)
	r.Restart()
	got, _ := outcome(r.Snapshot())
	assert.Equal(t, "none", got)
	v, _ := r.Snapshot().Get(Username)
	assert.Equal(t, "x", v.Text())
	was := r.Snapshot()
	r.Restart()
	assert.Same(t, was, r.Snapshot())
	r = runScript(t, TR069(), "d1")
	r.Restart()
	got, _ = outcome(r.Snapshot())
	assert.Equal(t, "U1 - -", got, "kept across restarts")
}

// TestRediscovery goes through the two cases of TR-069 3.1.
func TestRediscovery(t *testing.T) {
	due := func(r *Resolver, after time.Duration) bool { return r.Snapshot().NeedDHCPRediscovery(noon.Add(after)) }
	r := newResolver(t, TR069())
	assert.True(t, due(r, 0), "no URL")
	require.ErrorIs(t, r.Override(DHCP, noon, Set(URL, "http://h/")), ErrLocked, "no URL is no reason for force")
	runWord(t, r, "d1")
	assert.False(t, due(r, time.Hour))
	r.Contacted(r.Snapshot())
	src, ok := r.Snapshot().FirstContact()
	assert.True(t, ok && src == DHCP)

	runWord(t, r, "a3+")
	r.Contacted(r.Snapshot())
	src, _ = r.Snapshot().FirstContact()
	assert.Equal(t, DHCP, src, "the first of the epoch stands")
	r.Unreachable(noon)
	r.Unreachable(noon.Add(time.Minute)) // the wait began at noon
	assert.False(t, due(r, 299*time.Second))
	assert.True(t, due(r, 300*time.Second))
	require.ErrorIs(t, r.Override(DHCP, noon, Set(URL, "http://d/")), ErrLocked)
	at := noon.Add(300 * time.Second)
	require.ErrorIs(t, r.Override(DHCP, at, Set(URL, "ftp://d/")), ErrValue)
	require.ErrorIs(t, r.Override(DHCP, at, Set(STUNEnable, "1")), ErrSource)
	require.ErrorIs(t, r.Override(ACS, at, Set(URL, "http://d/")), ErrLocked)
	require.NoError(t, r.Override(DHCP, at, Set(URL, "http://d/")))
	got, label := outcome(r.Snapshot())
	assert.Equal(t, "http://d/ - - DHCP", got+" "+label, "what the ACS set is gone, its credentials too")
	assert.False(t, due(r, time.Hour), "another URL has its own wait")
	assert.Zero(t, r.Snapshot().Explain(Username).Layers[0].Seq)

	r.Unreachable(noon)
	r.Contacted(r.Snapshot())
	assert.False(t, due(r, time.Hour), "it was reached again")
	r.Unreachable(noon)
	r.Disable(From(DHCP))
	assert.False(t, due(r, time.Hour))
	r.Disable(0)
	assert.False(t, due(r, time.Hour), "it had no URL meanwhile")
	r.Unreachable(noon)
	assert.True(t, due(r, time.Hour))
	r.FactoryReset()
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://c/")))
	r.Contacted(r.Snapshot())
	r.Unreachable(noon)
	assert.False(t, due(r, time.Hour), "this epoch's ACS was not found by DHCP")

	assert.False(t, newResolver(t, SingleSlot()).Snapshot().NeedDHCPRediscovery(noon), "DHCP sets nothing there")
	assert.True(t, newResolver(t, Comware()).Snapshot().NeedDHCPRediscovery(noon))
	r = newResolver(t, Comware())
	r.Contacted(r.Snapshot())
	_, ok = r.Snapshot().FirstContact()
	assert.False(t, ok, "there is no contact without a URL")
}

// TestOverride is the boot file of a family that lets a source use force.
func TestOverride(t *testing.T) {
	p := lockable()
	p.Override = From(DHCP)
	r := runScript(t, p, "c2+ a3 a(code=A)")
	require.NoError(t, r.Override(DHCP, noon, Set(URL, "http://d/")), "the lock gives way")
	got, _ := outcome(r.Snapshot())
	assert.Equal(t, "http://d/ - -", got)
	assert.Empty(t, r.Snapshot().Locked(DHCP, URL))
	v, _ := r.Snapshot().Get(ProvisionCode)
	assert.Equal(t, "A", v.Text(), "what was not named stays")
	require.NoError(t, r.Apply(CLI, noon, Set(Username, "u"), Set(URL, "http://c/")))
	require.NoError(t, r.Override(DHCP, noon, Set(Username, "v")))
	assert.Equal(t, "v", r.Snapshot().Endpoint().Username.Value)
	assert.Equal(t, "http://c/", r.Snapshot().Endpoint().URL.Value)

	require.NoError(t, r.Pin(CLI, URL))
	require.ErrorIs(t, r.Override(DHCP, noon, Set(URL, "http://d/")), ErrLocked)
	require.NoError(t, r.Unpin(CLI, URL))
	r.Disable(From(DHCP))
	require.ErrorIs(t, r.Override(DHCP, noon, Set(URL, "http://d/")), ErrLocked)
	was := r.Snapshot()
	require.NoError(t, r.Override(77, noon))
	require.ErrorIs(t, r.Override(77, noon, Set(URL, "http://d/")), ErrSource)
	assert.Same(t, was, r.Snapshot())
}

// TestZeroDiscovery has a resolver without a profile.
func TestZeroDiscovery(t *testing.T) {
	var r Resolver
	r.Unreachable(noon)
	r.Lost(DHCP)
	assert.False(t, r.Snapshot().NeedDHCPRediscovery(noon))
	assert.Zero(t, r.Snapshot().Epoch())
	_, ok := r.Snapshot().FirstContact()
	assert.False(t, ok)
	require.ErrorIs(t, r.Override(DHCP, noon, Set(URL, "")), ErrUnknown)
	require.NoError(t, r.Override(DHCP, noon))
	assert.Nil(t, r.Snapshot().Save())
	_, err := r.Load(nil, nil)
	require.ErrorIs(t, err, ErrForeign)
	r.Contacted(r.Snapshot())
	r.Restart()
	r.Disable(From(CLI))
	r.FactoryReset()
}
