package attrs

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func guarded() Profile {
	p := Comware()
	p.Policy = Policy{HTTPSOnly: true, HostSuffixes: []string{"acs.example", ".Isp.Example.", "192.0.2.7", "2001:db8::1"}}
	return p
}

func TestHosts(t *testing.T) {
	for url, reason := range map[string]string{
		"https://acs.example/":       "",
		"HTTPS://ACS.EXAMPLE:7547/x": "",
		"https://a.b.acs.example./":  "",
		"https://isp.example/":       "",
		"https://x.isp.example/":     "",
		"https://192.0.2.7/":         "",
		"https://[2001:db8::1]:1/":   "",
		"http://acs.example/":        "not https",
		"https://acs.example.evil/":  "host not in the list",
		"https://xacs.example/":      "host not in the list",
		"https://evil/acs.example":   "host not in the list",
		"https://evil/?.acs.example": "host not in the list",
		"https://evil#.acs.example":  "host not in the list",
		"https://1.192.0.2.7/":       "host not in the list",
		"https://192.0.2.8/":         "host not in the list",
		"https://[2001:db8::2]/":     "host not in the list",
		"https://[::192.0.2.7]/":     "host not in the list",
	} {
		for src := range Source(NumSources) {
			for _, a := range []Attr{URL, DefaultURL} {
				r := newResolver(t, guarded())
				if d, _ := r.Describe(a); !d.From.Has(src) {
					continue
				}
				err := r.Apply(src, noon, Set(Username, "u"), Set(a, url))
				if reason == "" {
					require.NoError(t, err, url)
					continue
				}
				require.ErrorIs(t, err, ErrPolicy, url)
				require.Equal(t, reason, WriteErrors(err)[0].Reason, url)
				require.Empty(t, r.Snapshot().Endpoint().Set)
				require.Zero(t, r.Snapshot().Generation(), "no commit")
				_, ok := r.Snapshot().Get(Username)
				require.False(t, ok, "nothing of the transaction")
			}
		}
	}
	assert.Empty(t, host("http://%zz"))
}

// TestTrace follows what a refused URL leaves behind.
func TestTrace(t *testing.T) {
	r := runScript(t, guarded(), "d(url=https://acs.example/)")
	require.ErrorIs(t, r.Apply(ACS, noon, Set(Password, canary), Set(URL, "http://evil/")), ErrPolicy)
	s := r.Snapshot()
	assert.Equal(t, "https://acs.example/", s.Endpoint().URL.Value, "it falls through to the next source")
	assert.EqualValues(t, 1, s.Generation())
	l := s.Explain(URL).Layers[0]
	assert.Equal(t, Layer{Source: ACS, Rank: 2, Reason: "not assigned", Suppressed: "http://evil/", Suppression: "not https"}, l)
	assert.Contains(t, s.Explain(URL).String(), "\n    suppressed http://evil/: not https\n")
	assert.NotContains(t, s.String(), "evil", "in Explain only")

	require.ErrorIs(t, r.Replace(DHCP, noon, Set(URL, "https://evil/")), ErrPolicy)
	assert.Equal(t, "https://acs.example/", r.Snapshot().Endpoint().URL.Value, "the old layer is kept")
	assert.Equal(t, "https://evil/", r.Snapshot().Explain(URL).Layers[2].Suppressed)
	require.NoError(t, r.Apply(ACS, noon, Set(URL, "https://acs.example/a")))
	assert.Empty(t, r.Snapshot().Explain(URL).Layers[0].Suppression, "a good write ends the trace")
	assert.NotEmpty(t, r.Snapshot().Explain(URL).Layers[2].Suppression, "of its own source")

	for _, end := range []func(){func() { r.Clear(ACS) }, func() { require.NoError(t, r.Undo(ACS, URL)) }, r.FactoryReset, r.Restart} {
		require.ErrorIs(t, r.Apply(ACS, noon, Set(URL, "http://evil/")), ErrPolicy)
		require.NotEmpty(t, r.Snapshot().Explain(URL).Layers[0].Suppression)
		end()
		assert.Empty(t, r.Snapshot().Explain(URL).Layers[0].Suppression)
	}
	require.ErrorIs(t, r.Apply(Factory, noon, Set(DefaultURL, "http://evil/")), ErrPolicy)
	r.FactoryReset()
	assert.Empty(t, r.Snapshot().Explain(DefaultURL).Layers[3].Suppression)
}

// TestRogueDHCP is every state in which a URL from DHCP can arrive, with every
// scheme: 5 states, 3 policies, 4 URLs.
func TestRogueDHCP(t *testing.T) {
	const evil, good = "evil.example", "acs.example"
	states := map[string]string{
		"empty": "", "http by the operator": "c(url=http://acs.example/)", "https by the ACS": "a(url=https://acs.example/)",
		"https by DHCP": "d(url=https://acs.example/)", "https once": "d(url=https://acs.example/) met L",
	}
	policies := map[string]Policy{
		"none": {}, "no downgrade": {NoDowngrade: From(DHCP)}, "all": {HTTPSOnly: true, NoDowngrade: From(DHCP), HostSuffixes: []string{good}},
	}
	n := 0
	for state, script := range states {
		for name, policy := range policies {
			for _, url := range []string{"http://" + good, "https://" + good, "http://" + evil, "https://" + evil} {
				p := Comware()
				p.Policy = policy
				tls := state != "empty" && state != "http by the operator"
				r := newResolver(t, p)
				if !policy.HTTPSOnly || state != "http by the operator" { // which such a policy refuses
					runMeeting(t, r, script)
				}
				held := r.Snapshot().Endpoint()
				refused := policy.HTTPSOnly && url != "https://"+good || policy.NoDowngrade != 0 && tls && url[4] == ':'
				err := r.Replace(DHCP, noon, Set(URL, url))
				text := fmt.Sprintf("%s, policy %s, %s", state, name, url)
				require.Equal(t, refused, err != nil, text)
				after := r.Snapshot().Endpoint()
				if refused || held.Origin == "User" {
					require.Equal(t, held.URL, after.URL, "%s: nothing from DHCP displaces it", text)
				} else {
					require.Equal(t, url, after.URL.Value, text)
				}
				n++
			}
		}
	}
	assert.GreaterOrEqual(t, n, 40)
}

// runMeeting runs a script in which met is a session that succeeded.
func runMeeting(t *testing.T, r *Resolver, script string) {
	for _, word := range splitWords(script) {
		if word == "met" {
			r.Contacted(r.Snapshot())
			continue
		}
		require.NoError(t, runWord(t, r, word))
	}
}

// TestDowngradeBelow has an http URL in a lower layer when https proves to
// work: it is passed over once it would come to the fore.
func TestDowngradeBelow(t *testing.T) {
	p := Comware()
	p.Policy.NoDowngrade = From(DHCP)
	r := newResolver(t, p)
	runMeeting(t, r, "d1 c(url=https://h/)")
	require.NoError(t, r.Undo(CLI, URL))
	assert.Equal(t, "DHCP", r.Snapshot().Endpoint().Origin, "no session yet: nothing is proved")
	runMeeting(t, r, "c(url=https://h/) met D0 uc(url)")
	got, label := outcome(r.Snapshot())
	assert.Equal(t, "U0 - - Default", got+" "+label)
	assert.Equal(t, "a downgrade from https", r.Snapshot().Explain(URL).Layers[2].Reason)
	require.NoError(t, r.Apply(CLI, noon, Set(URL, "http://h/")), "the operator may")
	r.FactoryReset()
	runMeeting(t, r, "d1")
	assert.Equal(t, "DHCP", r.Snapshot().Endpoint().Origin)
}

// TestWipe moves the URL to another host.
func TestWipe(t *testing.T) {
	p := Comware()
	p.Sets[0].Wipe = []Attr{Password, CPEPassword}
	gone := func(script string, want bool) {
		t.Helper()
		s := runScript(t, p, script).Snapshot()
		_, ok := s.Get(Password)
		assert.Equal(t, want, !ok, script)
	}
	gone("c2+", false)
	gone("c2+ c2", false)
	gone("c2+ c(url=HTTPS://ACS2.example.:8443/x)", false) // the same host
	gone("c2+ a3", true)
	gone("c2+ a3+", false)       // written with the URL
	gone("c2+ uc(url) c3", true) // not by a detour
	gone("d1+ c2", true)         // whoever's
	gone("c2+ d1+", false)       // the URL stays
	gone("c(pass=p) c2", false)  // the first URL is no move
	gone("c2+ D0", false)        // another set has its own
	gone("c(durl=U0,dpass=p) c2+", false)
	r := runScript(t, p, "c2+ c(cpass=x)")
	sub := r.Subscribe(Password, CPEPassword)
	require.NoError(t, r.Apply(ACS, noon, Set(URL, "http://elsewhere/")))
	_, ok := r.Snapshot().Get(CPEPassword)
	assert.False(t, ok)
	assert.Len(t, sub.Take(), 2)
	assert.NotContains(t, string(r.Snapshot().Save()), "p2")
}
