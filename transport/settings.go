package transport

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/session"
)

// NOTE: what a device's configuration says of its sessions, as plain values, and the
// Client, the retry policy and the gates that follow from it. settings_dial.go is the
// connection's half, settings_run.go what changes while a device runs. Where the
// values come from is not known here: docs/ATTRIBUTES.md fills them from a snapshot
// of attrs.

// Settings are what a device's configuration says of its sessions, as plain values.
// The zero Settings have no URL, so that their gate is shut.
type Settings struct {
	// Gate is why no session may start, in the words of the configuration: CWMP is
	// not enabled, there is no URL, https wants a TLS policy and none is named. Nil:
	// no gate is shut.
	Gate error
	// URL of the ACS; empty: the gate is shut.
	URL string
	// Username answers a challenge; empty: no credentials.
	Username string
	// Password goes with Username.
	Password Secret
	// TLSPolicy names the TLS configuration that https takes. The empty name is a
	// name like others: a device without policies gives its one configuration for
	// it.
	TLSPolicy string
	// CloseWait is Comware's close-wait timer: how long a connection and a response
	// are waited for, after which the session has failed and the retry policy goes
	// on; and how long an open connection may lie idle before it is closed. 0 is
	// Client.Timeout and no idle close; less than 30 s is raised to that (TR-069
	// section 3.4.2).
	CloseWait time.Duration
	// Interface is the connection interface, by its name, or a local address: what
	// connections are opened from. Names of ACSs are looked up by the system's
	// resolver all the same. Empty: the system chooses.
	Interface string
	// MinimumWait is session.Retry's, in seconds. 0 is 5.
	MinimumWait uint16
	// Multiplier is session.Retry's, in thousandths. 0 is 2000.
	Multiplier uint16
	// Limited puts Retries in force. False: retry until a session succeeds.
	Limited bool
	// Retries is how many retries follow a failed session; 0 is none.
	Retries uint8
	// Periodic is the time between periodic Informs; 0 is none.
	Periodic time.Duration
	// Phase is PeriodicInformTime: the periodic Informs lie at this time plus or
	// minus whole periods. The zero time leaves it to chance.
	Phase time.Time
	// Connect is Comware's scheduled Inform: one session at this moment. The zero
	// time is none.
	Connect time.Time
	// STUN is how a binding is kept (TR-069 Annex G).
	STUN STUN
}

// STUN is what a keeper of a binding is told (TR-069 Annex G). The zero STUN is off.
type STUN struct {
	// Enable lets the keeper run.
	Enable bool
	// Server is the STUN server, a name or an address; empty: the ACS's host.
	Server string
	// Port is the server's; 0 is 3478.
	Port uint16
	// Username and Password are the credentials of the message integrity; empty:
	// there is none.
	Username string
	// Password goes with Username.
	Password Secret
	// MinKeepAlive and MaxKeepAlive bound the time between two binding requests. 0 is
	// no bound.
	MinKeepAlive time.Duration
	// MaxKeepAlive is not less than MinKeepAlive, or 0.
	MaxKeepAlive time.Duration
}

// A Secret gives a password when it is called. As a function it has no text that fmt
// could print; slog and JSON show "***". Nil gives the empty password.
type Secret func() string

// NewSecret wraps a text.
func NewSecret(text string) Secret { return func() string { return text } }

// Reveal returns the password.
func (s Secret) Reveal() string {
	if s == nil {
		return ""
	}
	return s()
}

const redacted = "***"

// String returns "***".
func (s Secret) String() string { return redacted }

// LogValue gives slog "***".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "***".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// A GateError is why no session may start. It is no failed session: the retry policy
// does not count it, and nothing was sent.
type GateError struct {
	Err error // Settings.Gate, ErrURL or a *PolicyError
}

// Error returns one line.
func (e *GateError) Error() string { return "transport: no session may start: " + e.Err.Error() }

// Unwrap returns e.Err.
func (e *GateError) Unwrap() error { return e.Err }

// A PolicyError says that there is no TLS configuration of this name, so that https
// cannot be spoken; another one is never taken in its place.
type PolicyError struct {
	Name string // Settings.TLSPolicy
}

// Error returns one line.
func (e *PolicyError) Error() string { return fmt.Sprintf("no TLS policy %q", clip(e.Name)) }

// Policies finds a TLS configuration by the name of Settings.TLSPolicy; nil when there
// is none. It is not changed. Nil Policies know none, and then https is refused.
type Policies func(name string) *tls.Config

func (p Policies) find(name string) *tls.Config {
	if p == nil {
		return nil
	}
	return p(name)
}

// Check returns the *[GateError] that keeps a session from starting; nil when there is
// none. The interface is looked at when a connection is opened, not before.
func (s Settings) Check(policies Policies) error {
	u, err := checkURL(s.URL)
	switch {
	case s.Gate != nil:
		return &GateError{s.Gate}
	case err != nil:
		return &GateError{err}
	case u.Scheme == "https" && policies.find(s.TLSPolicy) == nil:
		return &GateError{&PolicyError{s.TLSPolicy}}
	}
	return nil
}

// Client makes the client of the next session: base with URL, credentials, TLS and
// CloseWait as these Settings have them, opening its connections from Interface. The
// rest of base stays: its Dial is asked when there is no Interface, and its
// MaxDuration, if it has none, leaves room for one wait of CloseWait. The error is a
// *[GateError].
//
// A session keeps the client that it began with, so what is set meanwhile is for the
// next one.
func (s Settings) Client(base Client, policies Policies) (*Client, error) {
	if err := s.Check(policies); err != nil {
		return nil, err
	}
	base.URL, base.Username, base.Password = s.URL, s.Username, s.Password.Reveal()
	base.TLS = policies.find(s.TLSPolicy)
	if base.TLS == nil { // for a redirect from http to https
		base.TLS = refusing(s.TLSPolicy)
	}
	if s.Interface != "" {
		base.Dial = dialer{s.Interface}.dial
	}
	if s.CloseWait > 0 {
		base.Timeout = s.CloseWait
		base.Dial = closing(base.Dial, base.timeout())
		base.MaxDuration = orElse(base.MaxDuration, maxDuration+base.timeout())
	}
	return &base, nil
}

// refusing is a configuration with which no handshake ends well. It verifies nothing,
// because it accepts nothing.
func refusing(name string) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true,
		VerifyConnection:   func(tls.ConnectionState) error { return &PolicyError{name} },
	}
}

// Retry puts the retry parameters in force; what was counted, and a wait that runs,
// stay.
func (s Settings) Retry(r *session.Retry) {
	r.MinimumWait, r.Multiplier = s.MinimumWait, s.Multiplier
	r.Limited, r.Max = s.Limited, s.Retries
}

// binding is the STUN that a keeper gets: with a server and a port.
func (s Settings) binding() STUN {
	b := s.STUN
	if b.Port == 0 {
		b.Port = defaultSTUNPort
	}
	if u, err := url.Parse(s.URL); err == nil && b.Server == "" {
		b.Server = strings.ToLower(u.Hostname())
	}
	return b
}

const defaultSTUNPort = 3478
