package attrs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lockable is Comware with one lock of each kind.
func lockable() Profile {
	p := Comware()
	p.Locks = []Lock{
		{Name: "acs", After: Write, By: From(ACS), Attrs: []Attr{URL, Username}, Against: From(DHCP), OpenOnUndo: true},
		{Name: "for good", After: Write, By: From(ACS), Attrs: []Attr{ProvisionCode}, Against: From(CLI)},
		{Name: "met", After: Contact, Against: From(CLI)},
	}
	return p
}

// TestWriteLock is the lock that an ACS's write shuts against DHCP.
func TestWriteLock(t *testing.T) {
	r := runScript(t, lockable(), "d1 c2 d5 a(pass=x) d6 a3 d(url=U7)!L d(user=x)!L d(pass=x)")
	assert.Equal(t, "lock acs", r.Snapshot().Locked(DHCP, URL))
	assert.Empty(t, r.Snapshot().Locked(DHCP, Password))
	assert.Empty(t, r.Snapshot().Locked(DHCP, SSLPolicy), "never allowed is not locked")
	assert.Empty(t, r.Snapshot().Locked(CLI, URL))
	assert.Empty(t, r.Snapshot().Locked(CLI, "nonsense"))
	kept, ignored := r.Settable(DHCP, Set(URL, "http://h/"), Set(Password, "p"))
	assert.Len(t, kept, 1)
	require.ErrorIs(t, ignored[0], ErrLocked)
	assert.EqualError(t, ignored[0], `attrs: locked: "acs url" from DHCP: lock acs`)
	e := r.Snapshot().Explain(URL)
	assert.Equal(t, []string{"DHCP: lock acs"}, e.Locks)
	assert.Contains(t, e.String(), "\n  locked against DHCP: lock acs\n  preferred set")

	require.NoError(t, r.Undo(CLI, URL), "an undo opens it")
	require.NoError(t, r.Replace(DHCP, noon, Set(URL, "http://h/")))

	r = runScript(t, lockable(), "a(code=A) c(code=B)!L uc(code)!L ua(code) c(code=B)!L d1 L")
	r.FactoryReset()
	require.NoError(t, r.Apply(CLI, noon, Set(ProvisionCode, "B")))
}

func TestContactLock(t *testing.T) {
	r := runScript(t, lockable(), "c2")
	s := r.Snapshot()
	r.Contacted(s)
	require.ErrorIs(t, r.Apply(CLI, noon, Set(URL, "http://h/")), ErrLocked)
	require.ErrorIs(t, r.Pin(CLI, URL), ErrLocked)
	require.ErrorIs(t, r.Unpin(CLI, URL), ErrLocked)
	require.NoError(t, r.Apply(ACS, noon, Set(URL, "http://h/")))
	was := r.Snapshot()
	r.Contacted(s)
	assert.Same(t, was, r.Snapshot(), "the second contact tells nothing new")
	r.FactoryReset()
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://h/")))
}

func TestPin(t *testing.T) {
	r := runScript(t, Comware(), "a3 c(interval=60)")
	require.NoError(t, r.Pin(CLI, URL, InformInterval))
	assert.Equal(t, "pinned by CLI", r.Snapshot().Locked(ACS, URL))
	for _, src := range []Source{ACS, DHCP} {
		require.ErrorIs(t, r.Apply(src, noon, Set(URL, "http://h/")), ErrLocked)
	}
	require.ErrorIs(t, r.Undo(ACS, URL), ErrLocked)
	require.NoError(t, r.Apply(Factory, noon, Set(URL, "http://f/")))
	assert.Equal(t, "http://acs3.example/", r.Snapshot().Endpoint().URL.Value, "what the ACS wrote stays")
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://c/")))

	was := r.Snapshot()
	require.NoError(t, r.Pin(CLI, URL))
	require.NoError(t, r.Unpin(CLI, Username))
	assert.Same(t, was, r.Snapshot())
	require.NoError(t, r.Unpin(CLI, URL))
	require.NoError(t, r.Apply(ACS, noon, Set(URL, "http://h/")))
	require.ErrorIs(t, r.Pin(ACS, STUNEnable), ErrSource)
	require.ErrorIs(t, r.Pin(ACS, "nonsense"), ErrUnknown)
	require.ErrorIs(t, r.Apply(ACS, noon, Set(InformInterval, "5")), ErrLocked)
	r.FactoryReset()
	require.NoError(t, r.Apply(ACS, noon, Set(InformInterval, "5")))
}

func TestDisable(t *testing.T) {
	r := runScript(t, Comware(), "d1+ D0")
	r.Disable(From(DHCP))
	got, label := outcome(r.Snapshot())
	assert.Equal(t, "U0 - - Default", got+" "+label)
	require.ErrorIs(t, r.Replace(DHCP, noon, Set(URL, "http://h/")), ErrLocked)
	assert.Equal(t, "DHCP is disabled", r.Snapshot().Explain(URL).Layers[2].Reason)
	assert.Equal(t, "whatever is assigned is passed over", r.Snapshot().Explain(URL).Reason)
	was := r.Snapshot()
	r.Disable(From(DHCP))
	assert.Same(t, was, r.Snapshot())
	require.NoError(t, r.Apply(ACS, noon, Set(Username, "x")))
	assert.Equal(t, "only ACS assigned it", r.Snapshot().Explain(Username).Reason, "nobody was beaten")
	r.Disable(0)
	got, _ = outcome(r.Snapshot())
	assert.Equal(t, "U1 x p1", got)

	p := Comware()
	p.BindCredentials, p.Rank = true, [NumSources]uint8{0, 1, 2, 3}
	r = runScript(t, p, "d1+")
	r.Disable(From(DHCP))
	r.Disable(0)
	got, _ = outcome(r.Snapshot())
	assert.Equal(t, "U1 u1 p1", got)
	r.Disable(0xff)
	r.FactoryReset()
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://h/")))
}
