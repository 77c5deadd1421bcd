package transport

import (
	"fmt"
	"io"
	"net/url"
)

// NOTE: what holds a password, a key or the id of a session says less than that when a
// program prints or logs it, whatever the verb.

// String names the ACS and the user, not the password.
func (c Client) String() string {
	acs := "?"
	if u, err := url.Parse(c.URL); err == nil {
		acs = u.Redacted()
	}
	return fmt.Sprintf("transport.Client{%q, %q}", clip(acs), clip(c.Username))
}

// Format implements fmt.Formatter: every verb prints [Client.String].
func (c Client) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// String says how many sessions are open.
func (srv *Server) String() string {
	return fmt.Sprintf("transport.Server{%d open}", len(srv.table.all()))
}

// Format implements fmt.Formatter: every verb prints [Server.String].
func (srv *Server) Format(f fmt.State, _ rune) { io.WriteString(f, srv.String()) }

// String names the device and the principal.
func (s *Session) String() string {
	device := "?"
	if s.Inform != nil {
		device = s.Inform.DeviceID.OUI + "-" + s.Inform.DeviceID.ProductClass + "-" + s.Inform.DeviceID.SerialNumber
	}
	return fmt.Sprintf("transport.Session{%q, %q}", clip(device), clip(s.Principal))
}

// Format implements fmt.Formatter: every verb prints [Session.String].
func (s *Session) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// String names the realm.
func (a *DigestAuth) String() string { return fmt.Sprintf("transport.DigestAuth{%q}", clip(a.Realm)) }

// Format implements fmt.Formatter: every verb prints [DigestAuth.String].
func (a *DigestAuth) Format(f fmt.State, _ rune) { io.WriteString(f, a.String()) }
