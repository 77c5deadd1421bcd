package dhcp

import (
	"fmt"
	"strings"
)

// What an option says of the ACS, and the numbers on the wire.

// Enterprise is the Broadband Forum's number in options 124 and 125 and in
// DHCPv6's 16 and 17.
const Enterprise = 3561

// Codes of the sub-options of option 43 and of DHCPv6's option 17. In option
// 125 the four are 11 to 14, since 1 to 6 are TR-069 Annex F's there.
const (
	CodePad              = 0   // one byte, no length
	CodeURL              = 1   // ACS URL, in Comware with credentials
	CodeProvisioningCode = 2   // DeviceInfo.ProvisioningCode
	CodeRetryMinimumWait = 3   // ManagementServer.CWMPRetryMinimumWaitInterval
	CodeRetryMultiplier  = 4   // ManagementServer.CWMPRetryIntervalMultiplier
	CodeEnd              = 255 // nothing counts after it; no length
)

// Bounds.
const (
	// MaxLength is the greatest length of an option's content in bytes: what
	// a DHCP message can carry.
	MaxLength = 65535

	// MaxProvisioningCode is the greatest length of a provisioning code in
	// bytes (TR-181 DeviceInfo.ProvisioningCode).
	MaxProvisioningCode = 64

	maxValue      = 255  // a length byte
	shift125      = 10   // from the codes above to those of option 125
	minMultiplier = 1000 // TR-181 CWMPRetryIntervalMultiplier
)

// ACS is what a DHCP server says about the ACS. The zero ACS says nothing.
type ACS struct {
	// URL is absolute, http or https; empty: none was given.
	URL string

	// Username and Password are Comware's. HasUsername and HasPassword tell
	// an empty one from none; the builders also write what is not empty
	// without them.
	Username    string
	Password    Secret
	HasUsername bool
	HasPassword bool

	// ProvisioningCode is at most MaxProvisioningCode bytes.
	// HasProvisioningCode tells an empty one from none, as above.
	ProvisioningCode    string
	HasProvisioningCode bool

	// RetryMinimumWait is the first session retry interval in seconds, 1 to
	// 65535 (TR-069 3.2.1.1); 0: none was given.
	RetryMinimumWait uint16

	// RetryMultiplier is the growth of the interval in thousandths, 1000 to
	// 65535; 0: none was given.
	RetryMultiplier uint16

	// Unknown are the sub-options with other codes, in order.
	Unknown []SubOption
}

// A SubOption is one sub-option as it came.
type SubOption struct {
	Code  uint16 // below 256 but for option 17; in option 43 and 125 neither CodePad nor CodeEnd
	Value []byte // at most 255 bytes, 65535 in option 17; a copy
}

// String lists what was given, the password as "***" and of the unknown
// sub-options the number.
func (a ACS) String() string {
	var list []string
	add := func(given bool, format string, v any) {
		if given {
			list = append(list, fmt.Sprintf(format, v))
		}
	}
	add(a.URL != "", "url=%q", a.URL)
	add(a.hasUsername(), "username=%q", a.Username)
	add(a.hasPassword(), "password=%v", a.Password)
	add(a.hasProvisioningCode(), "code=%q", a.ProvisioningCode)
	add(a.RetryMinimumWait != 0, "wait=%d", a.RetryMinimumWait)
	add(a.RetryMultiplier != 0, "multiplier=%d", a.RetryMultiplier)
	add(len(a.Unknown) != 0, "unknown=%d", len(a.Unknown))
	return "{" + strings.Join(list, " ") + "}"
}

func (a ACS) hasUsername() bool { return a.HasUsername || a.Username != "" }

func (a ACS) hasPassword() bool { return a.HasPassword || a.Password.Reveal() != "" }

func (a ACS) hasProvisioningCode() bool { return a.HasProvisioningCode || a.ProvisioningCode != "" }
