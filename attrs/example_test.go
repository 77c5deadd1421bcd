package attrs_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
)

// The ACS writes after the operator, and both beat the DHCP server.
func Example() {
	r, err := attrs.New(attrs.Comware())
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	r.Replace(attrs.DHCP, now, attrs.Set(attrs.URL, "http://d.example/"))
	r.Apply(attrs.CLI, now, attrs.Set(attrs.URL, "http://a.example/"), attrs.Set(attrs.Enable, "true"))
	r.Apply(attrs.ACS, now, attrs.Set(attrs.URL, "http://b.example/"))

	e := r.Snapshot().Endpoint()
	fmt.Println(e.Set, e.URL.Value, e.URL.Source, e.Ready)
	fmt.Println(r.Snapshot().Explain(attrs.URL))
	// Output:
	// preferred http://b.example/ ACS <nil>
	// acs url = http://b.example/: CLI and ACS share one rank above DHCP; the later write stands
	//   * ACS     rank 2  commit 3   http://b.example/  wins
	//   - CLI     rank 2  commit 2   ACS shares its rank and wrote later
	//   - DHCP    rank 1  commit 1   http://d.example/  ACS has the higher rank
	//   - Factory rank 0  commit 0   not assigned
	//   preferred set, used: the first set that has a URL
}

// A CPE answers SetParameterValues with a fault for each refused parameter.
func ExampleWriteErrors() {
	r, _ := attrs.New(attrs.Comware())
	var changes []attrs.Change
	for path, value := range map[string]string{"Device.ManagementServer.STUNEnable": "1"} {
		if a, ok := r.ByPath(path); ok {
			changes = append(changes, attrs.Set(a, value))
		}
	}
	changes = append(changes, attrs.Set(attrs.URL, "ftp://acs.example/"))

	err := r.Apply(attrs.ACS, time.Time{}, changes...)
	for _, e := range attrs.WriteErrors(err) {
		switch {
		case errors.Is(e, attrs.ErrUnknown):
			fmt.Println(9005, e)
		case errors.Is(e, attrs.ErrValue):
			fmt.Println(9007, e)
		case errors.Is(e, attrs.ErrSource):
			fmt.Println(9008, e)
		}
	}
	// Output:
	// 9008 attrs: source not allowed: "cpe stun enable" from ACS
	// 9007 attrs: bad value: "acs url" from ACS: neither http nor https
}

// A DHCP layer may hold more than the profile lets DHCP set.
func ExampleResolver_Settable() {
	r, _ := attrs.New(attrs.Comware())
	kept, ignored := r.Settable(attrs.DHCP,
		attrs.Set(attrs.URL, "http://acs.example/"),
		attrs.Set(attrs.ProvisionCode, "TLCO.GRP2"))
	for _, e := range ignored {
		fmt.Println("ignored:", e)
	}
	fmt.Println(r.Replace(attrs.DHCP, time.Time{}, kept...))
	fmt.Println(r.Snapshot())
	// Output:
	// ignored: attrs: source not allowed: "cpe provision-code" from DHCP
	// <nil>
	// generation 1
	// acs url = http://acs.example/ (DHCP)
}

// A password leaves by Reveal alone.
func ExampleSecret() {
	s := attrs.NewSecret("hunter2")
	fmt.Printf("%v %q %x %#v %s\n", s, s, s, s, s.Reveal())
	// Output: *** *** *** *** hunter2
}

// A family that differs from Comware in one point.
func ExampleProfile_bindCredentials() {
	p := attrs.Comware()
	p.Name = "Comware, bound"
	p.BindCredentials = true
	r, err := attrs.New(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Apply(attrs.CLI, time.Time{}, attrs.Set(attrs.Username, "operator"))
	r.Replace(attrs.DHCP, time.Time{}, attrs.Set(attrs.URL, "http://rogue.example/"))

	e := r.Snapshot().Endpoint()
	fmt.Printf("%s %q\n", e.URL.Value, e.Username.Value)
	fmt.Println(r.Snapshot().Explain(attrs.Username).Reason)
	// Output:
	// http://rogue.example/ ""
	// credentials come from the URL's source alone, and it assigned none
}

// A profile from nothing: a device with a boot file, which may use force, and
// one attribute besides the endpoint.
func ExampleProfile() {
	everybody := attrs.From(attrs.Factory, attrs.DHCP, attrs.CLI, attrs.ACS)
	p := attrs.Profile{
		Name: "bootfile",
		Rank: [attrs.NumSources]uint8{attrs.Factory: 0, attrs.DHCP: 1, attrs.CLI: 2, attrs.ACS: 3},
		Rows: []attrs.Descriptor{
			{Attr: "url", Kind: attrs.KindURL, From: everybody, Max: 256, Paths: []string{"ManagementServer.URL"}},
			{Attr: "user", Kind: attrs.KindString, From: everybody, Max: 256, Paths: []string{"ManagementServer.Username"}},
			{Attr: "key", Kind: attrs.KindSecret, From: everybody, Max: 256, Paths: []string{"ManagementServer.Password"}},
			{Attr: "on", Kind: attrs.KindBool, From: attrs.From(attrs.CLI), Default: "true"},
		},
		Sets:     []attrs.EndpointSet{{Name: "acs", URL: "url", Username: "user", Password: "key", Wipe: []attrs.Attr{"key"}}},
		Enable:   "on",
		Override: attrs.From(attrs.DHCP),
		Policy:   attrs.Policy{HostSuffixes: []string{"example"}},
	}
	r, err := attrs.New(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Apply(attrs.ACS, time.Time{}, attrs.Set("url", "http://old.example/"), attrs.Set("key", "k"))
	fmt.Println(r.Override(attrs.DHCP, time.Time{}, attrs.Set("url", "http://acs.invalid/")))
	fmt.Println(r.Override(attrs.DHCP, time.Time{}, attrs.Set("url", "http://new.example/")))
	e := r.Snapshot().Endpoint()
	fmt.Println(e.URL.Value, e.URL.Source, e.Password.Assigned)
	// Output:
	// attrs: security policy: "url" from DHCP: host not in the list
	// <nil>
	// http://new.example/ DHCP false
}

// In Comware the default set is used while no source has given a URL.
func ExampleComware() {
	r, _ := attrs.New(attrs.Comware())
	r.Apply(attrs.CLI, time.Time{}, attrs.Set(attrs.DefaultURL, "http://default.example/"), attrs.Set(attrs.DefaultUsername, "d"))
	r.Replace(attrs.DHCP, time.Time{}, attrs.Set(attrs.URL, "http://dhcp.example/"))
	fmt.Println(r.Snapshot().Endpoint().URL.Value, r.Snapshot().Endpoint().Origin)
	r.Lost(attrs.DHCP)
	e := r.Snapshot().Endpoint()
	fmt.Println(e.URL.Value, e.Username.Value, e.Origin)
	// Output:
	// http://dhcp.example/ DHCP
	// http://default.example/ d Default
}

// In TR-069 the URL that the ACS sets sticks, until the ACS is out of reach and
// DHCP was how the first one was found.
func ExampleTR069() {
	r, _ := attrs.New(attrs.TR069())
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	r.Replace(attrs.DHCP, now, attrs.Set(attrs.URL, "http://first.example/"))
	r.Contacted(r.Snapshot()) // a session succeeded
	r.Apply(attrs.ACS, now, attrs.Set(attrs.URL, "http://second.example/"))
	r.Replace(attrs.DHCP, now, attrs.Set(attrs.URL, "http://third.example/"))
	fmt.Println(r.Snapshot().Endpoint().URL.Value)
	fmt.Println(r.Apply(attrs.CLI, now, attrs.Set(attrs.URL, "http://local.example/")))

	r.Unreachable(now)
	now = now.Add(5 * time.Minute)
	fmt.Println(r.Snapshot().NeedDHCPRediscovery(now))
	fmt.Println(r.Override(attrs.DHCP, now, attrs.Set(attrs.URL, "http://third.example/")))
	fmt.Println(r.Snapshot().Endpoint().URL.Value)
	// Output:
	// http://second.example/
	// attrs: locked: "acs url" from CLI: lock contacted
	// true
	// <nil>
	// http://third.example/
}

// In icwmp DHCP goes first until the ACS writes the URL.
func ExampleICWMP() {
	r, _ := attrs.New(attrs.ICWMP())
	r.Apply(attrs.CLI, time.Time{}, attrs.Set(attrs.URL, "http://configured.example/"))
	r.Replace(attrs.DHCP, time.Time{}, attrs.Set(attrs.URL, "http://dhcp.example/"))
	fmt.Println(r.Snapshot().Endpoint().URL.Value)
	r.Apply(attrs.ACS, time.Time{}, attrs.Set(attrs.URL, "http://acs.example/"))
	fmt.Println(r.Snapshot().Endpoint().URL.Value)
	v, _ := r.Snapshot().Get(attrs.DHCPDiscovery)
	fmt.Println(v, v.Source())
	// Output:
	// http://dhcp.example/
	// http://acs.example/
	// false ACS
}

// With a single slot the last writer wins, and an undo leaves the firmware's.
func ExampleSingleSlot() {
	r, _ := attrs.New(attrs.SingleSlot())
	r.Apply(attrs.Factory, time.Time{}, attrs.Set(attrs.URL, "http://shipped.example/"))
	r.Apply(attrs.ACS, time.Time{}, attrs.Set(attrs.URL, "http://acs.example/"))
	r.Apply(attrs.CLI, time.Time{}, attrs.Set(attrs.URL, "http://cli.example/"))
	fmt.Println(r.Snapshot().Endpoint().URL.Value)
	r.Undo(attrs.CLI, attrs.URL)
	fmt.Println(r.Snapshot().Endpoint().URL.Value)
	// Output:
	// http://cli.example/
	// http://shipped.example/
}

// A CPE turns events into notifications and new sessions.
func ExampleResolver_Subscribe() {
	r, _ := attrs.New(attrs.Comware())
	sub := r.Subscribe()
	defer sub.Close()
	r.Apply(attrs.CLI, time.Time{}, attrs.Set(attrs.ProvisionCode, "TLCO"))
	r.Apply(attrs.ACS, time.Time{}, attrs.Set(attrs.URL, "http://acs.example/"), attrs.Set(attrs.Password, "p"))

	<-sub.Bell()
	for _, e := range sub.Take() {
		fmt.Println(e.Kind == attrs.URLChanged, e.Attr, e.New, e.By, e.Notify())
	}
	// Output:
	// false cpe provision-code TLCO CLI true
	// false acs url http://acs.example/ ACS false
	// false acs password *** ACS false
	// true acs url http://acs.example/ ACS false
}

// State goes through a restart of the device; what DHCP gave does not.
func ExampleResolver_Load() {
	r, _ := attrs.New(attrs.Comware())
	r.Apply(attrs.CLI, time.Time{}, attrs.Set(attrs.Username, "operator"))
	r.Replace(attrs.DHCP, time.Time{}, attrs.Set(attrs.URL, "http://dhcp.example/"))
	bytes := r.Snapshot().Save()

	r, _ = attrs.New(attrs.Comware())
	left, err := r.Load(bytes, nil)
	fmt.Println(left, err)
	fmt.Println(r.Snapshot())
	_, err = r.Load(bytes[:20], nil)
	fmt.Println(err)
	// Output:
	// [] <nil>
	// generation 2
	// acs username = operator (CLI)
	// attrs: saved state is damaged: the checksum differs
}

// The displays of a Comware device.
func ExampleSnapshot_Status() {
	r, _ := attrs.New(attrs.Comware())
	r.Apply(attrs.CLI, time.Time{}, attrs.Set(attrs.URL, "http://www.acs.com:80/acs"), attrs.Set(attrs.InformInterval, "600"))
	fmt.Println(attrs.Lines(r.Snapshot().Status(attrs.Connection{}).Configuration))
	// Output:
	// CWMP state           : Disabled
	// ACS URL              : http://www.acs.com:80/acs
	// ACS username         :
	// ACS default URL      : Null
	// ACS default username :
	// Periodic inform      : Disabled
	// Inform interval      : 600s
	// Inform time          : None
	// Wait timeout         : 30s
	// Connection retries   : Unlimited
	// Source IP interface  : None
	// STUN state           : Disabled
	// SSL policy name      : Null
}
