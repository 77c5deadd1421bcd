package attrs

// An Attr names an attribute: the words of the Comware command that sets it,
// without the leading cwmp and without the value. A profile may name others.
type Attr string

// The two sets of ACS attributes.
const (
	URL             Attr = "acs url"              // preferred ACS URL
	Username        Attr = "acs username"         // user name sent to the preferred URL
	Password        Attr = "acs password"         // password sent to the preferred URL
	DefaultURL      Attr = "acs default url"      // URL used when no preferred URL exists
	DefaultUsername Attr = "acs default username" // user name sent to the default URL
	DefaultPassword Attr = "acs default password" // password sent to the default URL
)

// The CPE attributes.
const (
	Enable           Attr = "enable"                     // CWMP as a whole; the gate of everything else
	CPEUsername      Attr = "cpe username"               // what a connection request has to name
	CPEPassword      Attr = "cpe password"               // what a connection request has to prove
	ProvisionCode    Attr = "cpe provision-code"         // DeviceInfo.ProvisioningCode
	ConnectInterface Attr = "cpe connect interface"      // whose address goes into the connection request URL
	InformEnable     Attr = "cpe inform interval enable" // periodic Informs on or off
	InformInterval   Attr = "cpe inform interval"        // seconds between periodic Informs
	InformTime       Attr = "cpe inform time"            // the moment of one Inform
	InformPhase      Attr = "cpe inform phase"           // PeriodicInformTime: where the periodic Informs lie; see Comware
	ConnectRetry     Attr = "cpe connect retry"          // retries after a failed session; unassigned: no end
	WaitTimeout      Attr = "cpe wait timeout"           // seconds to wait for an answer, and of idleness before the close
	STUNEnable       Attr = "cpe stun enable"            // NAT traversal by STUN, TR-069 Annex G
	SSLPolicy        Attr = "ssl client-policy"          // TLS policy, wanted for an https URL
)

// Attributes of the standard's data model that Comware has no command for
// (TR-181 Device.ManagementServer.); their names are in Comware's manner. The
// retry parameters may come from DHCP (TR-069 3.1).
const (
	RetryMinimumWait Attr = "acs retry minimum-wait" // seconds of the first retry interval, TR-069 3.2.1.1
	RetryMultiplier  Attr = "acs retry multiplier"   // growth of the interval in thousandths, TR-069 3.2.1.1
	DHCPDiscovery    Attr = "acs dhcp-discovery enable"

	UpgradesManaged      Attr = "cpe upgrades-managed"
	NotificationThrottle Attr = "cpe notification throttle"              // DefaultActiveNotificationThrottle, seconds
	HTTPRequestEnable    Attr = "cpe connection-request http enable"     // HTTPConnectionRequestEnable
	UDPRequestLimit      Attr = "cpe connection-request udp limit"       // UDPConnectionRequestAddressNotificationLimit of TR-098, seconds
	XMPPConnection       Attr = "cpe connection-request xmpp"            // ConnReqXMPPConnection, a path
	AllowedJabberIDs     Attr = "cpe connection-request jabber-ids"      // ConnReqAllowedJabberIDs, separated by commas
	STUNServer           Attr = "cpe stun server"                        // STUNServerAddress; empty: the ACS's host
	STUNPort             Attr = "cpe stun port"                          // STUNServerPort
	STUNUsername         Attr = "cpe stun username"                      // empty: no message integrity
	STUNPassword         Attr = "cpe stun password"                      // key of the message integrity
	STUNMaxKeepAlive     Attr = "cpe stun keepalive maximum"             // STUNMaximumKeepAlivePeriod, seconds; -1: none
	STUNMinKeepAlive     Attr = "cpe stun keepalive minimum"             // STUNMinimumKeepAlivePeriod, seconds
	InstanceMode         Attr = "cpe instance-mode"                      // InstanceNumber or InstanceAlias
	AutoCreateInstances  Attr = "cpe auto-create-instances"              // AutoCreateInstances
	ManageableLimit      Attr = "cpe manageable-device limit"            // ManageableDeviceNotificationLimit, seconds
	HTTPCompression      Attr = "cpe http-compression"                   // Disabled, GZIP, Compress or Deflate
	LightweightProtocols Attr = "cpe lightweight-notification protocols" // UDP; empty: off
	LightweightInterval  Attr = "cpe lightweight-notification interval"  // LightweightNotificationTriggerInterval, seconds; 0: off
	LightweightTime      Attr = "cpe lightweight-notification time"      // LightweightNotificationTriggerTime
	LightweightHost      Attr = "cpe lightweight-notification host"      // UDPLightweightNotificationHost; empty: the ACS's host
	LightweightPort      Attr = "cpe lightweight-notification port"      // UDPLightweightNotificationPort
)
