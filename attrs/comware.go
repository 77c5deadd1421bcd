package attrs

import "time"

// Comware returns the rules of HPE and H3C devices that run Comware 7: CLI
// and ACS share one rank above DHCP, DHCP is above what the firmware brings,
// and a preferred set of ACS attributes goes before a default set that the
// CLI alone can set. It is a function, and each call gives a fresh profile,
// so that nobody can change another's: take it, change a row, and pass it to
// New.
//
// The Factory source may set every row: it is the firmware itself. Some rows
// want a word:
//
//   - User names and passwords: the commands take 1 to 255 characters. The ACS
//     may write an empty one too, which wins and means no credentials.
//   - InformInterval: the command takes 10 to 86400 seconds, the data model
//     every number from 1. Each source has its own limits.
//   - InformTime: the command means one Inform at that moment, which has to
//     lie ahead. The guide puts it beside the parameter PeriodicInformTime,
//     which means something else, the phase of the periodic Informs, and may
//     lie in the past or be unknown. They are two attributes here, so that an
//     operator's one Inform does not move the ACS's periodic ones: the ACS
//     writes InformPhase, and no parameter carries InformTime. The display has
//     one line for both; it shows the moment if there is one.
//   - ProvisionCode: editions print the default as PROVISIONINGCODE and as
//     PROVISIONCODE; the former is taken.
func Comware() Profile {
	return Profile{
		Name: "Comware",
		Rank: [NumSources]uint8{Factory: 0, DHCP: 1, CLI: 2, ACS: 2},
		Rows: append(comwareACS(), comwareCPE()...),
		Sets: []EndpointSet{
			{Name: "preferred", URL: URL, Username: Username, Password: Password},
			{Name: "default", URL: DefaultURL, Username: DefaultUsername, Password: DefaultPassword},
		},
		Enable:    Enable,
		SSLPolicy: SSLPolicy,
		Volatile:  From(DHCP),
	}
}

func comwareACS() []Descriptor {
	all, cli := From(Factory, DHCP, CLI, ACS), From(Factory, CLI)
	some := []Limits{{From: From(CLI), Min: 1, Max: 255}}
	return []Descriptor{
		{Attr: URL, Kind: KindURL, From: all, Min: 8, Max: 255, Unset: "Null", Paths: []string{"ManagementServer.URL"}},
		{Attr: Username, Kind: KindString, From: all, Max: 255, Limits: some, Paths: []string{"ManagementServer.Username"}},
		{Attr: Password, Kind: KindSecret, From: all, Max: 255, Limits: some, Paths: []string{"ManagementServer.Password"}},
		{Attr: DefaultURL, Kind: KindURL, From: cli, Min: 8, Max: 255, Unset: "Null"},
		{Attr: DefaultUsername, Kind: KindString, From: cli, Max: 255, Limits: some},
		{Attr: DefaultPassword, Kind: KindSecret, From: cli, Max: 255, Limits: some},
	}
}

func comwareCPE() []Descriptor {
	both, cli := From(Factory, CLI, ACS), From(Factory, CLI)
	some := []Limits{{From: From(CLI), Min: 1, Max: 255}}
	const code = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789."
	end := time.Date(2035, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	return []Descriptor{
		{Attr: Enable, Kind: KindBool, From: cli, Default: "false", Unset: "Disabled", Paths: []string{"ManagementServer.EnableCWMP"}},
		{Attr: CPEUsername, Kind: KindString, From: both, Max: 255, Limits: some, Paths: []string{"ManagementServer.ConnectionRequestUsername"}},
		{Attr: CPEPassword, Kind: KindSecret, From: both, Max: 255, Limits: some, Paths: []string{"ManagementServer.ConnectionRequestPassword"}},
		{
			Attr: ProvisionCode, Kind: KindString, From: both, Min: 1, Max: 64, Chars: code, Default: "PROVISIONINGCODE",
			Paths: []string{"DeviceInfo.ProvisioningCode"},
		},
		{Attr: ConnectInterface, Kind: KindString, From: cli, Min: 1, Max: 255, Unset: "None"},
		{
			Attr: InformEnable, Kind: KindBool, From: both, Default: "false", Unset: "Disabled",
			Paths: []string{"ManagementServer.PeriodicInformEnable"},
		},
		{
			Attr: InformInterval, Kind: KindUint, From: both, Min: 1, Max: maxUint, Default: "600", Unset: "None", Needs: InformEnable,
			Limits: []Limits{{From: From(CLI), Min: 10, Max: 86400}}, Paths: []string{"ManagementServer.PeriodicInformInterval"},
		},
		{
			Attr: InformTime, Kind: KindTime, From: both, Max: end, Unset: "None",
			Limits: []Limits{{From: From(CLI, ACS), Max: end, Future: true}},
		},
		{
			Attr: InformPhase, Kind: KindTime, From: From(Factory, ACS), Min: minTime, Max: maxTime, Unset: "None", Needs: InformEnable,
			Paths: []string{"ManagementServer.PeriodicInformTime"},
		},
		{Attr: ConnectRetry, Kind: KindUint, From: cli, Max: 100, Unset: "Unlimited"},
		{Attr: WaitTimeout, Kind: KindUint, From: both, Min: 30, Max: 1800, Default: "30"},
		{Attr: STUNEnable, Kind: KindBool, From: cli, Default: "false", Unset: "Disabled", Paths: []string{"ManagementServer.STUNEnable"}},
		{Attr: SSLPolicy, Kind: KindString, From: cli, Min: 1, Max: 31, Unset: "Null"},
	}
}
