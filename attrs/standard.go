package attrs

// The standard's rows: what TR-181 and TR-098 say of ManagementServer and of
// the provisioning code, for the families that follow the data model.
//
// ScheduleReboot and DelayReboot are writable too and have no row: they are
// orders that are used up, not configuration.

// core are the rows that every family of the data model has. Dhcp may set
// what a DHCP option carries in TR-069's form, local all of it.
func core(dhcp, local Sources) []Descriptor {
	all := dhcp | local
	return []Descriptor{
		{Attr: URL, Kind: KindURL, From: all, Min: 1, Max: 256, Unset: "Null", EmptyClears: local, Paths: server("URL")},
		{Attr: Username, Kind: KindString, From: local, Max: 256, Paths: server("Username")},
		{Attr: Password, Kind: KindSecret, From: local, Max: 256, Paths: server("Password")},
		{Attr: Enable, Kind: KindBool, From: local, Default: "true", Paths: server("EnableCWMP")},
		{Attr: CPEUsername, Kind: KindString, From: local, Max: 256, Paths: server("ConnectionRequestUsername")},
		{Attr: CPEPassword, Kind: KindSecret, From: local, Max: 256, Paths: server("ConnectionRequestPassword")},
		{Attr: ProvisionCode, Kind: KindString, From: all, Max: 64, Paths: []string{"DeviceInfo.ProvisioningCode"}},
		{Attr: InformEnable, Kind: KindBool, From: local, Default: "true", Unset: "Disabled", Paths: server("PeriodicInformEnable")},
		{
			Attr: InformInterval, Kind: KindUint, From: local, Min: 1, Max: maxUint, Default: "86400", Unset: "None",
			Needs: InformEnable, Paths: server("PeriodicInformInterval"),
		},
		{
			Attr: InformPhase, Kind: KindTime, From: local, Min: minTime, Max: maxTime, Unset: "None", Needs: InformEnable,
			Paths: server("PeriodicInformTime"),
		},
		{
			Attr: RetryMinimumWait, Kind: KindUint, From: all, Min: 1, Max: 65535, Default: "5",
			Paths: server("CWMPRetryMinimumWaitInterval"),
		},
		{
			Attr: RetryMultiplier, Kind: KindUint, From: all, Min: 1000, Max: 65535, Default: "2000",
			Paths: server("CWMPRetryIntervalMultiplier"),
		},
	}
}

func server(name string) []string { return []string{"ManagementServer." + name} }

// stunRows are NAT traversal (TR-069 Annex G).
func stunRows(local Sources) []Descriptor {
	return []Descriptor{
		{Attr: STUNEnable, Kind: KindBool, From: local, Default: "false", Unset: "Disabled", Paths: server("STUNEnable")},
		{Attr: STUNServer, Kind: KindString, From: local, Needs: STUNEnable, Max: 256, Paths: server("STUNServerAddress")},
		{Attr: STUNPort, Kind: KindUint, From: local, Needs: STUNEnable, Max: 65535, Default: "3478", Paths: server("STUNServerPort")},
		{Attr: STUNUsername, Kind: KindString, From: local, Needs: STUNEnable, Max: 256, Paths: server("STUNUsername")},
		{Attr: STUNPassword, Kind: KindSecret, From: local, Needs: STUNEnable, Max: 256, Paths: server("STUNPassword")},
		{Attr: STUNMaxKeepAlive, Kind: KindInt, From: local, Needs: STUNEnable, Min: -1, Max: maxInt, Default: "-1", Paths: server("STUNMaximumKeepAlivePeriod")},
		{Attr: STUNMinKeepAlive, Kind: KindUint, From: local, Needs: STUNEnable, Max: maxUint, Paths: server("STUNMinimumKeepAlivePeriod")},
	}
}

// requestRows are how the CPE is called and how it notifies.
func requestRows(local Sources) []Descriptor {
	return []Descriptor{
		{Attr: HTTPRequestEnable, Kind: KindBool, From: local, Default: "true", Paths: server("HTTPConnectionRequestEnable")},
		{Attr: UDPRequestLimit, Kind: KindUint, From: local, Max: maxUint, Paths: server("UDPConnectionRequestAddressNotificationLimit")},
		{Attr: XMPPConnection, Kind: KindString, From: local, Max: 256, Paths: server("ConnReqXMPPConnection")},
		{Attr: AllowedJabberIDs, Kind: KindString, From: local, Max: maxText, Paths: server("ConnReqAllowedJabberIDs")},
		{Attr: NotificationThrottle, Kind: KindUint, From: local, Max: maxUint, Paths: server("DefaultActiveNotificationThrottle")},
		{Attr: ManageableLimit, Kind: KindUint, From: local, Max: maxUint, Paths: server("ManageableDeviceNotificationLimit")},
		{
			Attr: LightweightProtocols, Kind: KindString, From: local, Max: 256, OneOf: []string{"", "UDP"},
			Paths: server("LightweightNotificationProtocolsUsed"),
		},
		{
			Attr: LightweightInterval, Kind: KindUint, From: local, Max: maxUint, Default: "0",
			Paths: server("LightweightNotificationTriggerInterval"),
		},
		{Attr: LightweightTime, Kind: KindTime, From: local, Min: minTime, Max: maxTime, Paths: server("LightweightNotificationTriggerTime")},
		{Attr: LightweightHost, Kind: KindString, From: local, Max: 256, Paths: server("UDPLightweightNotificationHost")},
		{Attr: LightweightPort, Kind: KindUint, From: local, Max: 65535, Default: "7547", Paths: server("UDPLightweightNotificationPort")},
	}
}

// modelRows are about the data model and the transport.
func modelRows(local Sources) []Descriptor {
	return []Descriptor{
		{Attr: UpgradesManaged, Kind: KindBool, From: local, Paths: server("UpgradesManaged")},
		{
			Attr: InstanceMode, Kind: KindString, From: local, Max: 32, OneOf: []string{"InstanceNumber", "InstanceAlias"},
			Default: "InstanceNumber", Paths: server("InstanceMode"),
		},
		{Attr: AutoCreateInstances, Kind: KindBool, From: local, Default: "false", Paths: server("AutoCreateInstances")},
		{
			Attr: HTTPCompression, Kind: KindString, From: local, Max: 32, OneOf: []string{"Disabled", "GZIP", "Compress", "Deflate"},
			Default: "Disabled", Paths: server("HTTPCompression"),
		},
	}
}
