package attrs

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	require.NoError(t, Comware().Check())
	for want, damage := range map[string]func(p *Profile){
		`no name`:                       func(p *Profile) { p.Name = "" },
		`no rows`:                       func(p *Profile) { p.Rows = nil },
		`no sets`:                       func(p *Profile) { p.Sets = nil },
		`a row without attribute`:       func(p *Profile) { p.Rows = append(p.Rows, Descriptor{Kind: KindBool, From: From(CLI)}) },
		`"acs url": two rows`:           func(p *Profile) { p.Rows = append(p.Rows, p.Rows[0]) },
		`From names nobody`:             func(p *Profile) { p.row(STUNEnable).From = 0 },
		`or somebody unknown`:           func(p *Profile) { p.row(STUNEnable).From = 0x11 },
		`unknown kind`:                  func(p *Profile) { p.row(STUNEnable).Kind = 0 },
		`"cpe stun enable": unknown`:    func(p *Profile) { p.row(STUNEnable).Kind = 8 },
		`Chars are for String`:          func(p *Profile) { p.row(ConnectRetry).Chars = "1" },
		`Min is above Max`:              func(p *Profile) { p.row(ConnectRetry).Min = 101 },
		`lie in 0 to 4096`:              func(p *Profile) { p.row(URL).Max = 4097 },
		`lie in 0 to 4294967295`:        func(p *Profile) { p.row(ConnectRetry).Min = -1 },
		`lie in 0 to 0`:                 func(p *Profile) { p.row(STUNEnable).Max = 1 },
		`Max 0 leaves no character`:     func(p *Profile) { p.row(Username).Max = 0 },
		`Future is for Time`:            func(p *Profile) { p.row(InformInterval).Limits[0].Future = true },
		`Limits name nobody`:            func(p *Profile) { p.row(InformInterval).Limits[0].From = 0 },
		`one who is not in From`:        func(p *Profile) { p.row(InformInterval).Limits[0].From = From(DHCP) },
		`"cpe inform interval": Min is`: func(p *Profile) { p.row(InformInterval).Limits[0].Min = 1 << 20 },
		`bad Default: need 0, 1`:        func(p *Profile) { p.row(Enable).Default = "yes" },
		`a Secret has no Default`:       func(p *Profile) { p.row(CPEPassword).Default = "x" },
		`has a root`:                    func(p *Profile) { p.row(URL).Paths[0] = "Device.ManagementServer.URL" },
		`has an empty part`:             func(p *Profile) { p.row(URL).Paths[0] = "ManagementServer." },
		`path "" has an empty part`:     func(p *Profile) { p.row(URL).Paths[0] = "" },
		`is in two places`:              func(p *Profile) { p.row(URL).Paths[0] = p.row(Username).Paths[0] },
		`a set without name`:            func(p *Profile) { p.Sets[0].Name = "" },
		`two sets "default"`:            func(p *Profile) { p.Sets[0].Name = "default" },
		`a row of kind URL`:             func(p *Profile) { p.Sets[0].URL = "nonsense" },
		`a row of kind String`:          func(p *Profile) { p.Sets[0].Username = Password },
		`a row of kind Secret`:          func(p *Profile) { p.Sets[0].Password = Username },
		`in two sets`:                   func(p *Profile) { p.Sets[1].Username = Username },
		`a member of a set has no`:      func(p *Profile) { p.row(URL).Default = "http://h/" },
		`gate wants a row of kind Bool`: func(p *Profile) { p.Enable = SSLPolicy },
		`"x": this gate wants`:          func(p *Profile) { p.row(InformInterval).Needs = "x" },
		`OneOf is for String`:           func(p *Profile) { p.row(Enable).OneOf = []string{"1"} },
		`EmptyClears names one`:         func(p *Profile) { p.row(STUNEnable).EmptyClears = From(ACS) },
		`Wipe wants a row`:              func(p *Profile) { p.Sets[0].Wipe = []Attr{Username} },
		`a lock without name`:           func(p *Profile) { p.Locks = []Lock{{After: Contact, Against: From(CLI)}} },
		`two locks "l"`: func(p *Profile) {
			p.Locks = []Lock{{Name: "l", After: Contact, Against: From(CLI)}, {Name: "l", After: Contact, Against: From(CLI)}}
		},
		`lock "l": unknown After`:     func(p *Profile) { p.Locks = []Lock{{Name: "l", Against: From(CLI)}} },
		`lock "l": By is for Write`:   func(p *Profile) { p.Locks = []Lock{{Name: "l", After: Write, Against: From(CLI)}} },
		`lock "m": By is for Write`:   func(p *Profile) { p.Locks = []Lock{{Name: "m", After: Contact, By: 1, Against: From(CLI)}} },
		`lock "l": nobody`:            func(p *Profile) { p.Locks = []Lock{{Name: "l", After: Contact}} },
		`lock "l": OpenOnUndo is for`: func(p *Profile) { p.Locks = []Lock{{Name: "l", After: Contact, Against: 1, OpenOnUndo: true}} },
		`"x": lock "l": no such row`: func(p *Profile) {
			p.Locks = []Lock{{Name: "l", After: Contact, Against: 1, Attrs: []Attr{"x"}}}
		},
		`more than 64 locks`:         func(p *Profile) { p.Locks = make([]Lock, 65) },
		`"https://h" is no host`:     func(p *Profile) { p.Policy.HostSuffixes = []string{"https://h"} },
		`"." is no host suffix`:      func(p *Profile) { p.Policy.HostSuffixes = []string{"."} },
		`NoDowngrade names`:          func(p *Profile) { p.Policy.NoDowngrade = 16 },
		`Discovery without Switch`:   func(p *Profile) { p.Discovery.Source = DHCP },
		`"acs url": this gate wants`: func(p *Profile) { p.Discovery.Switch = URL },
		`Discovery names somebody`:   func(p *Profile) { p.Discovery = Discovery{Switch: Enable, Source: 9} },
		`Off and OffOn go together`:  func(p *Profile) { p.Discovery = Discovery{Switch: Enable, Off: From(ACS)} },
		`OffOn wants another row`:    func(p *Profile) { p.Discovery = Discovery{Switch: Enable, Off: From(ACS), OffOn: []Attr{Enable}} },
		`Volatile or Override names`: func(p *Profile) { p.Override = 32 },
		`Rediscovery is below 0`:     func(p *Profile) { p.Rediscovery = -1 },
		`this gate wants`:            func(p *Profile) { p.SSLPolicy = "nonsense" },
	} {
		p := Comware()
		damage(&p)
		err := p.Check()
		require.ErrorIs(t, err, ErrProfile, want)
		assert.ErrorContains(t, err, want)
		r, err := New(p)
		assert.ErrorIs(t, err, ErrProfile, want)
		assert.Nil(t, r)
	}
}

func TestCheckJoins(t *testing.T) {
	p := Comware()
	p.Name, p.Rows[0].From = "", 0
	err := p.Check()
	e, ok := errors.AsType[*ProfileError](err)
	require.True(t, ok)
	assert.Equal(t, "no name", e.Reason)
	assert.EqualError(t, err, "attrs: bad profile \"\": no name\n"+
		`attrs: bad profile "": "acs url": From names nobody, or somebody unknown`)
}

// TestComwareTable holds the profile against the device's documented table: who sets
// what, what the command takes, the default, what is shown when nobody has set it, and
// the parameter that carries it. Times are in seconds since 1970.
func TestComwareTable(t *testing.T) {
	const server, end = "ManagementServer.", 2082758399 // 2035-12-31T23:59:59
	cli, both, all := From(CLI), From(CLI, ACS), From(DHCP, CLI, ACS)
	want := map[Attr]struct {
		from     Sources
		kind     Kind
		min, max int64 // by the command, or by the ACS where there is none
		def      string
		unset    string
		path     string
	}{
		URL:             {all, KindURL, 8, 255, "", "Null", server + "URL"},
		Username:        {all, KindString, 1, 255, "", "", server + "Username"},
		Password:        {all, KindSecret, 1, 255, "", "", server + "Password"},
		DefaultURL:      {cli, KindURL, 8, 255, "", "Null", ""},
		DefaultUsername: {cli, KindString, 1, 255, "", "", ""},
		DefaultPassword: {cli, KindSecret, 1, 255, "", "", ""},

		Enable:           {cli, KindBool, 0, 0, "false", "Disabled", server + "EnableCWMP"},
		CPEUsername:      {both, KindString, 1, 255, "", "", server + "ConnectionRequestUsername"},
		CPEPassword:      {both, KindSecret, 1, 255, "", "", server + "ConnectionRequestPassword"},
		ProvisionCode:    {both, KindString, 1, 64, "PROVISIONINGCODE", "", "DeviceInfo.ProvisioningCode"},
		ConnectInterface: {cli, KindString, 1, 255, "", "None", ""},
		InformEnable:     {both, KindBool, 0, 0, "false", "Disabled", server + "PeriodicInformEnable"},
		InformInterval:   {both, KindUint, 10, 86400, "600", "None", server + "PeriodicInformInterval"},
		InformTime:       {both, KindTime, 0, end, "", "None", ""},
		InformPhase:      {From(ACS), KindTime, minTime, maxTime, "", "None", server + "PeriodicInformTime"},
		ConnectRetry:     {cli, KindUint, 0, 100, "", "Unlimited", ""},
		WaitTimeout:      {both, KindUint, 30, 1800, "30", "", ""},
		STUNEnable:       {cli, KindBool, 0, 0, "false", "Disabled", server + "STUNEnable"},
		SSLPolicy:        {cli, KindString, 1, 31, "", "Null", ""},
	}
	p := Comware()
	assert.Len(t, p.Rows, len(want))
	for _, d := range p.Rows {
		w := want[d.Attr]
		assert.Equal(t, w.from|From(Factory), d.From, d.Attr)
		assert.Equal(t, w.kind, d.Kind, d.Attr)
		limits := d.limits(CLI)
		assert.Equal(t, []int64{w.min, w.max}, []int64{limits.Min, limits.Max}, d.Attr)
		assert.Equal(t, w.def, d.Default, d.Attr)
		assert.Equal(t, w.unset, d.Unset, d.Attr)
		assert.Equal(t, w.path, strings.Join(d.Paths, " "), d.Attr)
	}
}
