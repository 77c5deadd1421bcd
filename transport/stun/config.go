package stun

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"
)

// The defaults and bounds of a Keeper.
const (
	// DefaultPort is the server's port where nothing else is said (RFC 3489 9.1,
	// STUNServerPort of the data model).
	DefaultPort = 3478
	// DefaultKeepAlive stands for a MinimumKeepAlive of zero: many gateways forget
	// a binding after 30 seconds.
	DefaultKeepAlive = 30 * time.Second
	// ShortestKeepAlive is the least MinimumKeepAlive.
	ShortestKeepAlive = time.Second
	// LongestTrial is what timer discovery stops at where there is no maximum.
	LongestTrial = time.Hour
	// DefaultChangeInterval stands for a ChangeInterval of zero.
	DefaultChangeInterval = 10 * time.Second

	refusedWait   = time.Hour        // after 600, which forbids to try again
	listenWindow  = 10 * time.Second // RFC 3489 9.4: how long an answer may be contradicted
	resolution    = 5 * time.Second  // of timer discovery, or an eighth of what is known to live
	maxCharacters = 256              // STUNUsername and STUNPassword, TR-181
)

// A Config says what a Keeper keeps. Only Server and Local have no default.
// The names are those of Device.ManagementServer.
type Config struct {
	// Server is the STUN server. What comes from elsewhere is not listened to.
	// Zero: ErrConfig.
	Server netip.AddrPort

	// Local is the address and port on which UDP connection requests are awaited,
	// as the device itself sees them; NATDetected compares with it. When it
	// changes, a new Keeper is needed. Zero: ErrConfig.
	Local netip.AddrPort

	// Username is STUNUsername, at most 256 characters. It is sent when the server
	// asks for integrity. Empty: never, and a server that asks is not served.
	Username string

	// Password is STUNPassword, the key of MESSAGE-INTEGRITY, at most 256 characters.
	// Zero: the empty key.
	Password Secret

	// RequireIntegrity has a binding believed only when the server has signed it.
	// As Annex G lets a request be signed only when the server asks for that, a
	// server that never asks is of no use then. False: responses to requests that
	// were not signed are believed for their transaction ID.
	RequireIntegrity bool

	// MinimumKeepAlive is STUNMinimumKeepAlivePeriod, the least time between two
	// requests from the primary port, retransmissions and BINDING-CHANGE aside.
	// Zero: DefaultKeepAlive. Less than ShortestKeepAlive: ErrConfig.
	MinimumKeepAlive time.Duration

	// MaximumKeepAlive is STUNMaximumKeepAlivePeriod. Zero: as MinimumKeepAlive,
	// which is then the period, without discovery. Negative: no maximum, and
	// discovery goes as far as LongestTrial.
	MaximumKeepAlive time.Duration

	// Secondary says that there is a second port, from which it can be found out
	// how long a binding lives. False: the period is MinimumKeepAlive.
	Secondary bool

	// ChangeInterval is the least time between two changes of the address. What
	// comes earlier is asked for again when it is over. Zero:
	// DefaultChangeInterval.
	ChangeInterval time.Duration
}

// complete fills the defaults in and checks the rest.
func (c Config) complete() (Config, error) {
	if c.MinimumKeepAlive == 0 {
		c.MinimumKeepAlive = DefaultKeepAlive
	}
	switch {
	case c.MaximumKeepAlive == 0:
		c.MaximumKeepAlive = c.MinimumKeepAlive
	case c.MaximumKeepAlive < 0:
		c.MaximumKeepAlive = max(LongestTrial, c.MinimumKeepAlive)
	}
	if c.ChangeInterval == 0 {
		c.ChangeInterval = DefaultChangeInterval
	}
	c.Server, c.Local = unmap(c.Server), unmap(c.Local)
	if reason := c.wrong(); reason != "" {
		return c, fmt.Errorf("%w: %s", ErrConfig, reason)
	}
	return c, nil
}

func (c Config) wrong() string {
	switch {
	case !usable(c.Server):
		return "Server is no address with a port"
	case !usable(c.Local):
		return "Local is no address with a port"
	case utf8.RuneCountInString(c.Username) > maxCharacters || strings.HasSuffix(c.Username, "\x00"):
		return "Username has more than 256 characters, or ends with a NUL"
	case utf8.RuneCountInString(c.Password.Reveal()) > maxCharacters:
		return "Password has more than 256 characters"
	case c.RequireIntegrity && c.Username == "":
		return "RequireIntegrity needs a Username"
	case c.MinimumKeepAlive < ShortestKeepAlive:
		return "MinimumKeepAlive is less than a second"
	case c.MaximumKeepAlive < c.MinimumKeepAlive:
		return "MaximumKeepAlive is less than MinimumKeepAlive"
	case c.ChangeInterval < 0:
		return "ChangeInterval is negative"
	}
	return ""
}

// usable says whether something can be sent to an address.
func usable(a netip.AddrPort) bool {
	return a.IsValid() && a.Port() != 0 && !a.Addr().IsUnspecified()
}

// unmap gives an IPv4 address that came in IPv6's form as itself, so that both
// are equal, and leaves the zone out, which no peer has sent.
func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
