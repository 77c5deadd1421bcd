package attrs

import (
	"slices"
	"time"
)

// The families besides Comware, as data. Each call gives a fresh profile.

// acsSet is the one set of a family that has no second.
func acsSet() []EndpointSet {
	return []EndpointSet{{Name: "acs", URL: URL, Username: Username, Password: Password}}
}

// TR069 returns the rules that TR-069 3.1 and the data model give a CPE that
// is nobody's in particular:
//
//   - CLI (any local setting) and ACS share a rank above DHCP, and DHCP is
//     above the firmware: a URL that the ACS sets sticks, whatever DHCP says.
//     An empty URL clears the slot.
//   - Local writes of the URL and of its credentials are refused once a
//     session with an ACS has succeeded, until a factory reset.
//   - Credentials come from the URL's source alone.
//   - DHCP may set the URL, the provisioning code and the two retry
//     parameters; what it set is kept when the lease is lost and across
//     restarts.
//   - DHCP is asked again when there is no URL, or when the ACS has been out
//     of reach for 300 s and DHCP was how the first ACS since the last factory
//     reset was found. Then Resolver.Override lets DHCP set aside even what
//     the ACS set.
func TR069() Profile {
	local := From(Factory, CLI, ACS)
	return Profile{
		Name: "TR-069",
		Rank: [NumSources]uint8{Factory: 0, DHCP: 1, CLI: 2, ACS: 2},
		Rows: slices.Concat(core(From(DHCP), local), stunRows(local), requestRows(local), modelRows(local)),
		Sets: acsSet(),
		Locks: []Lock{
			{Name: "contacted", After: Contact, Attrs: []Attr{URL, Username, Password}, Against: From(CLI)},
		},
		Enable:          Enable,
		KeepOnLoss:      From(DHCP),
		Rediscovery:     300 * time.Second,
		BindCredentials: true,
	}
}

// ICWMP returns the rules of icwmp, the client of iopsys and OpenWrt: a
// switch lets DHCP go before the configuration, for what DHCP may set, and an
// ACS that writes the URL turns the switch off. With the switch off DHCP is
// used for what the configuration leaves empty. CLI (the UCI configuration)
// and ACS write the same option. DHCP values are kept in the configuration,
// so a lost lease and a restart leave them.
func ICWMP() Profile {
	local := From(Factory, CLI, ACS)
	discovery := Descriptor{Attr: DHCPDiscovery, Kind: KindBool, From: From(Factory, CLI), Default: "true", Unset: "Disabled"}
	return Profile{
		Name:       "icwmp",
		Rank:       [NumSources]uint8{Factory: 0, DHCP: 1, CLI: 2, ACS: 2},
		Rows:       append(core(From(DHCP), local), discovery),
		Sets:       acsSet(),
		Enable:     Enable,
		KeepOnLoss: From(DHCP),
		Discovery:  Discovery{Switch: DHCPDiscovery, Source: DHCP, Off: From(ACS), OffOn: []Attr{URL}},
	}
}

// SingleSlot returns the rules of clients that keep one value an attribute,
// such as easycwmp, RouterOS and many an ONT: whoever writes last wins, DHCP
// sets nothing, and an undo or a factory reset brings back what the firmware
// was shipped with.
func SingleSlot() Profile {
	return Profile{
		Name:   "single slot",
		Rank:   [NumSources]uint8{Factory: 0, DHCP: 1, CLI: 1, ACS: 1},
		Rows:   core(0, From(Factory, CLI, ACS)),
		Sets:   acsSet(),
		Enable: Enable,
	}
}
