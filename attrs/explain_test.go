package attrs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReasons(t *testing.T) {
	one, upside, bound := Comware(), Comware(), Comware()
	one.Rank = [NumSources]uint8{}
	upside.Rank = [NumSources]uint8{Factory: 9, DHCP: 3, CLI: 2, ACS: 1}
	bound.BindCredentials = true
	for _, row := range []struct {
		profile Profile
		script  string
		attr    Attr
		want    string
	}{
		{Comware(), "", URL, "no source assigned it"},
		{Comware(), "", InformInterval, "no source assigned it; the default stands"},
		{Comware(), "c2", "nonsense", "unknown attribute"},
		{Comware(), "d1", URL, "only DHCP assigned it"},
		{Comware(), "c2", URL, "only CLI assigned it"},
		{Comware(), "c2 c3", URL, "only CLI assigned it"},
		{Comware(), "d1 c2", URL, "CLI beats DHCP"},
		{Comware(), "c2 d1", URL, "CLI beats DHCP"},
		{Comware(), "f4 a3 d1", URL, "ACS beats Factory and DHCP"},
		{Comware(), "c2 a3", URL, "CLI and ACS share one rank above DHCP; the later write stands"},
		{Comware(), "d1 a3 c2", URL, "CLI and ACS share one rank above DHCP; the later write stands"},
		{Comware(), "c(interval=60) a(interval=61)", InformInterval, "CLI and ACS share one rank above Factory; the later write stands"},
		{Comware(), "c2 a3 u d1", URL, "only DHCP assigned it"},
		{Comware(), "c2 a3 u c2", URL, "only CLI assigned it"},
		{one, "c2 d1", URL, "DHCP and CLI share one rank; the later write stands"},
		{one, "f4 c2 d1 L c2", URL, "only CLI assigned it"},
		{one, "d1 c2 L", URL, "only CLI assigned it"},
		{upside, "a3 c2 d1", URL, "DHCP beats CLI and ACS"},
		{bound, "c(user=x) d1+", Username, "credentials come from the URL's source, DHCP"},
		{bound, "c(user=x) d1", Username, "credentials come from the URL's source alone, and it assigned none"},
	} {
		e := runScript(t, row.profile, row.script).Snapshot().Explain(row.attr)
		assert.Equal(t, row.want, e.Reason, "%s %s", row.profile.Name, row.script)
		for _, l := range e.Layers {
			assert.Equal(t, l.Wins, l.Reason == e.Reason && e.Assigned, "%s: %v", row.script, l)
		}
	}
}

func TestLayers(t *testing.T) {
	e := runScript(t, Comware(), "d1+ c2+ a(user=) D0").Snapshot().Explain(Username)
	assert.Equal(t, Explanation{
		Attr: Username, Assigned: true, Source: ACS, Set: "preferred", Used: true, SetReason: "the first set that has a URL",
		Reason: "CLI and ACS share one rank above DHCP; the later write stands",
		Layers: []Layer{
			{ACS, 2, 3, true, "", true, "CLI and ACS share one rank above DHCP; the later write stands", "", ""},
			{CLI, 2, 2, false, "", false, "ACS shares its rank and wrote later", "", ""},
			{DHCP, 1, 1, true, "u1", false, "ACS has the higher rank", "", ""},
			{Factory, 0, 0, false, "", false, "not assigned", "", ""},
		},
	}, e)
	bound := Comware()
	bound.BindCredentials = true
	e = runScript(t, bound, "c(user=x) d1").Snapshot().Explain(Username)
	assert.Equal(t, Layer{CLI, 2, 1, true, "x", false, "credentials come from the URL's source alone", "", ""}, e.Layers[1])
	assert.Equal(t, "may not set it", runScript(t, Comware(), "").Snapshot().Explain(SSLPolicy).Layers[0].Reason)
}

func TestExplainText(t *testing.T) {
	r := runScript(t, Comware(), "d1+ c2 a(pass=) D0+")
	for a, want := range map[Attr]string{
		Password: `acs password = ***: ACS beats DHCP
  * ACS     rank 2  commit 3   ***  wins
  - CLI     rank 2  commit 0   not assigned
  - DHCP    rank 1  commit 1   ***  ACS has the higher rank
  - Factory rank 0  commit 0   not assigned
  preferred set, used: the first set that has a URL`,
		DefaultUsername: `acs default username = du0: only CLI assigned it
  - ACS     rank 2  commit 0   may not set it
  * CLI     rank 2  commit 4   du0  wins
  - DHCP    rank 1  commit 0   may not set it
  - Factory rank 0  commit 0   not assigned
  default set, not used: the preferred set has a URL`,
		ConnectRetry: `cpe connect retry = Unlimited: no source assigned it
  - ACS     rank 2  commit 0   may not set it
  - CLI     rank 2  commit 0   not assigned
  - DHCP    rank 1  commit 0   may not set it
  - Factory rank 0  commit 0   not assigned`,
		CPEUsername: `cpe username = -: no source assigned it
  - ACS     rank 2  commit 0   not assigned
  - CLI     rank 2  commit 0   not assigned
  - DHCP    rank 1  commit 0   may not set it
  - Factory rank 0  commit 0   not assigned`,
	} {
		assert.Equal(t, want, r.Snapshot().Explain(a).String())
	}
	require.NoError(t, r.Apply(ACS, noon, Set(Username, "")))
	assert.Contains(t, r.Snapshot().Explain(Username).String(), "acs username = (empty): ACS beats DHCP\n  * ACS     rank 2  commit 5   (empty)  wins")
	assert.Equal(t, "it has no URL", runScript(t, Comware(), "c(user=x) D0").Snapshot().Explain(Username).SetReason)
	assert.Equal(t, "x = -: unknown attribute", r.Snapshot().Explain("x").String())
}
