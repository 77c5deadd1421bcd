package attrs

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func families() []Profile { return []Profile{Comware(), TR069(), ICWMP(), SingleSlot()} }

func TestFamilies(t *testing.T) {
	for _, p := range families() {
		require.NoError(t, p.Check(), p.Name)
		for _, d := range p.Rows {
			from := d.From.Has(DHCP)
			carried := slices.Contains([]Attr{URL, ProvisionCode, RetryMinimumWait, RetryMultiplier}, d.Attr)
			switch p.Name {
			case "Comware":
				carried = slices.Contains([]Attr{URL, Username, Password}, d.Attr)
			case "single slot":
				carried = false
			}
			assert.Equal(t, carried, from, "%s: DHCP and %s", p.Name, d.Attr)
			assert.True(t, d.From.Has(Factory), d.Attr)
		}
	}
}

// TestServerParameters holds that TR-069's profile carries each writable
// parameter of ManagementServer (TR-181 2.17, and TR-098's one more) but the
// two that are orders.
func TestServerParameters(t *testing.T) {
	r := newResolver(t, TR069())
	for _, name := range []string{
		"EnableCWMP", "URL", "Username", "Password", "PeriodicInformEnable", "PeriodicInformInterval", "PeriodicInformTime",
		"ConnectionRequestUsername", "ConnectionRequestPassword", "UpgradesManaged", "DefaultActiveNotificationThrottle",
		"CWMPRetryMinimumWaitInterval", "CWMPRetryIntervalMultiplier", "HTTPConnectionRequestEnable", "STUNEnable", "STUNServerAddress",
		"STUNServerPort", "STUNUsername", "STUNPassword", "STUNMaximumKeepAlivePeriod", "STUNMinimumKeepAlivePeriod", "InstanceMode",
		"AutoCreateInstances", "ManageableDeviceNotificationLimit", "ConnReqXMPPConnection", "ConnReqAllowedJabberIDs",
		"HTTPCompression", "LightweightNotificationProtocolsUsed", "LightweightNotificationTriggerInterval",
		"LightweightNotificationTriggerTime", "UDPLightweightNotificationHost", "UDPLightweightNotificationPort",
		"UDPConnectionRequestAddressNotificationLimit",
	} {
		a, ok := r.ByPath("Device.ManagementServer." + name)
		require.True(t, ok, name)
		d, _ := r.Describe(a)
		assert.Equal(t, From(Factory, CLI, ACS), d.From&^From(DHCP), name)
	}
	for _, name := range []string{"ParameterKey", "ConnectionRequestURL", "ScheduleReboot", "DelayReboot", "NATDetected"} {
		_, ok := r.ByPath("Device.ManagementServer." + name)
		assert.False(t, ok, name)
	}
}

func TestServerValues(t *testing.T) {
	r := newResolver(t, TR069())
	for a, row := range map[Attr][2][]string{
		STUNMaxKeepAlive:     {{"-1", "0", "2147483647"}, {"-2", "2147483648", "", "1.5"}},
		RetryMinimumWait:     {{"1", "65535"}, {"0", "65536"}},
		RetryMultiplier:      {{"1000", "65535"}, {"999", "65536"}},
		InstanceMode:         {{"InstanceAlias"}, {"instancealias", ""}},
		HTTPCompression:      {{"GZIP", "Disabled"}, {"gzip", ""}},
		LightweightProtocols: {{"", "UDP"}, {"TCP"}},
		ProvisionCode:        {{"", "tlco.grp2"}, {"\x01"}},
		STUNPort:             {{"0", "65535"}, {"65536"}},
	} {
		for _, text := range row[0] {
			require.NoError(t, r.Apply(ACS, noon, Set(a, text)), "%s %q", a, text)
		}
		for _, text := range row[1] {
			require.ErrorIs(t, r.Apply(ACS, noon, Set(a, text)), ErrValue, "%s %q", a, text)
		}
	}
	require.NoError(t, r.Apply(ACS, noon, Set(STUNMaxKeepAlive, "-1")))
	v, _ := r.Snapshot().Get(STUNMaxKeepAlive)
	assert.EqualValues(t, -1, v.Int())
	assert.Zero(t, v.Uint())
	v, _ = r.Snapshot().Get(STUNPort)
	assert.Zero(t, v.Int())
}

// outcomes runs scripts in a family.
func outcomes(t *testing.T, p Profile, want map[string]string) {
	t.Helper()
	for script, w := range want {
		got, label := outcome(runScript(t, p, script).Snapshot())
		assert.Equal(t, w, got+" "+label, "%s: %s", p.Name, script)
	}
}

func TestTR069(t *testing.T) {
	outcomes(t, TR069(), map[string]string{
		"":                             "none None",
		"f4":                           "U4 - - Default",
		"f4 d1":                        "U1 - - DHCP",
		"d1 a3":                        "U3 - - User",
		"a3 d1":                        "U3 - - User", // sticky
		"c2 a3":                        "U3 - - User",
		"a3+ c2":                       "U2 - - User", // credentials stay with their source
		"d1 a3 a(url=)":                "U1 - - DHCP", // an empty URL clears the slot
		"c2 a(url=)":                   "none None",   // whoever wrote
		"d1 l":                         "U1 - - DHCP", // kept on loss
		"d1 L":                         "none None",
		"d(url=)!V":                    "none None",
		"d(user=x)!S d(code=A,url=U1)": "U1 - - DHCP",
		"c(durl=U0)!U":                 "none None",
		"f(user=x,url=U4,pass=p)":      "U4 x p Default",
		"f(user=x,url=U4,pass=p) d1":   "U1 - - DHCP",
	})
}

func TestICWMP(t *testing.T) {
	outcomes(t, ICWMP(), map[string]string{
		"c2":                      "U2 - - User",
		"c2 d1":                   "U1 - - DHCP",
		"c2+ d1":                  "U1 u2 p2 DHCP", // credentials are the configuration's
		"c2 c(disc=0) d1":         "U2 - - User",
		"c(disc=0) d1":            "U1 - - DHCP", // nothing configured
		"c2 c(disc=0) d1 c(url=)": "U1 - - DHCP",
		"d1 a3":                   "U3 - - User", // the switch is off
		"d1 a3 d5":                "U3 - - User",
		"d1 a3 c(disc=1)":         "U1 - - DHCP",
		"d1 a3 uc(disc)":          "U1 - - DHCP",
		"d1 a(user=x)":            "U1 x - DHCP", // no write of the URL
		"d1 a(user=x,url=U3)":     "U3 x - User",
		"d1 c2":                   "U1 - - DHCP", // an operator's URL turns nothing off
		"a(disc=1)!S d(disc=1)!S": "none None",
		"d1 l":                    "U1 - - DHCP",
		"f4 d1 c(disc=0)":         "U1 - - DHCP",
		"d(url=U1,wait=9)!U":      "none None",
	})
}

func TestDiscoveryReasons(t *testing.T) {
	e := runScript(t, ICWMP(), "c2 d1").Snapshot().Explain(URL)
	const why = "DHCP goes first while acs dhcp-discovery enable is on"
	assert.Equal(t, why, e.Reason)
	assert.Equal(t, why, e.Layers[1].Reason)
	assert.Equal(t, "only CLI assigned it", runScript(t, ICWMP(), "c2").Snapshot().Explain(URL).Reason)
	assert.Equal(t, "only ACS assigned it", runScript(t, ICWMP(), "a3").Snapshot().Explain(DHCPDiscovery).Reason)
}

func TestSingleSlot(t *testing.T) {
	outcomes(t, SingleSlot(), map[string]string{
		"c2 a3":          "U3 - - User",
		"a3 c2":          "U2 - - User",
		"d1!S":           "none None",
		"f4 c2":          "U2 - - User",
		"f4 c2 a3 u":     "U4 - - Default",
		"c(url=)":        "none None",
		"f4 a3+ a(url=)": "U4 u3 p3 Default",
		"c2+ a(user=)":   "U2 () p2 User",
	})
}
