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
	InformTime       Attr = "cpe inform time"            // see Comware for its two meanings
	ConnectRetry     Attr = "cpe connect retry"          // retries after a failed session; unassigned: no end
	WaitTimeout      Attr = "cpe wait timeout"           // seconds to wait for an answer, and of idleness before the close
	STUNEnable       Attr = "cpe stun enable"            // NAT traversal by STUN, TR-069 Annex G
	SSLPolicy        Attr = "ssl client-policy"          // TLS policy, wanted for an https URL
)
