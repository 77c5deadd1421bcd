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
func ExampleProfile() {
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
