package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: certificates on a device that boots in 1970 (TR-069 section 3.3, SEC-35).

// clockless runs a session with an ACS whose certificate ends at until. The device
// knows the time from the request of the ACS on.
func clockless(t *testing.T, until time.Time, name string, change func(*transport.Client)) (*steps, error) {
	ca := newAuthority(t)
	acs := acsOf(t, accept, ask(&rpc.Reboot{}), empty)
	addr, _ := serveTLS(t, serverConfig(ca.leaf(t, name, until)), acs)
	known := false
	c := &transport.Client{
		URL: "https://acs.test/", TLS: tlsRoots(ca.pool()), Dial: dialTo(addr),
		Now: func() (time.Time, bool) {
			if known {
				return time.Now(), true
			}
			return time.Unix(0, 0), false
		},
		Handle: func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
			known = true
			return answerAll(ctx, m)
		},
	}
	change(c)
	_, err := c.Do(t.Context(), newInform())
	return acs, err
}

func TestClientWithoutClock(t *testing.T) {
	nothing := func(*transport.Client) {}
	acs, err := clockless(t, soon(), "acs.test", nothing)
	require.NoError(t, err)
	assert.Len(t, acs.posted, 3)

	acs, err = clockless(t, time.Now().Add(-time.Hour), "acs.test", nothing)
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, x509.Expired, invalid.Reason)
	assert.Equal(t, []string{"Inform", "(empty)"}, acs.posted, "the session ends once the time is known")
	oneLine(t, err)
}

func TestClientWithoutClockVerifiesTheRest(t *testing.T) {
	acs, err := clockless(t, soon(), "other.test", func(*transport.Client) {})
	_, ok := errors.AsType[x509.HostnameError](err)
	assert.True(t, ok, "%v", err)
	assert.Empty(t, acs.posted)

	stranger := newAuthority(t)
	acs, err = clockless(t, soon(), "acs.test", func(c *transport.Client) { c.TLS = tlsRoots(stranger.pool()) })
	_, ok = errors.AsType[x509.UnknownAuthorityError](err)
	assert.True(t, ok, "%v", err)
	assert.Empty(t, acs.posted)
}

// dialFirst dials another address the first so many times.
func dialFirst(c *transport.Client, times int, addr string) {
	later := c.Dial
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if times--; times >= 0 {
			return dialTo(addr)(ctx, network, address)
		}
		return later(ctx, network, address)
	}
}

// What was said on a connection that is closed was said under its certificate, and the
// session goes on with that: elsewhere, after a redirect, or at the same server.
func TestClientWithoutClockEarlierConnections(t *testing.T) {
	for name, first := range map[string]step{
		"redirect": to(307, "https://acs.test/"),
		"close":    status(401, "", "WWW-Authenticate", challenge, "Connection", "close"),
	} {
		t.Run(name, func(t *testing.T) {
			acs, err := clockless(t, soon(), "acs.test", func(c *transport.Client) {
				old := newAuthority(t)
				addr, _ := serveTLS(t, serverConfig(old.leaf(t, "old.test", time.Now().Add(-time.Hour))), acsOf(t, first))
				c.TLS.RootCAs.AddCert(old.cert)
				c.Username, c.Password = user, password
				if name == "redirect" {
					c.URL = "https://old.test/"
				} else {
					addr, _ = serveTLS(t, serverConfig(old.leaf(t, "acs.test", time.Now().Add(-time.Hour))), acsOf(t, first))
				}
				dialFirst(c, 1, addr)
			})
			invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, x509.Expired, invalid.Reason)
			assert.Equal(t, []string{"Inform", "(empty)"}, acs.posted, "the session ends once the time is known")
		})
	}
}

// An ACS with another certificate on each connection does not fill the memory of a device
// that never learns the time.
func TestClientWithoutClockManyCertificates(t *testing.T) {
	var certs []tls.Certificate
	many := newAuthority(t)
	for range 40 {
		certs = append(certs, many.leaf(t, "acs.test", soon()))
	}
	shut := func(then step) step {
		return func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
			w.Header().Set("Connection", "close")
			then(w, r, in)
		}
	}
	var n atomic.Int64
	_, err := clockless(t, soon(), "acs.test", func(c *transport.Client) {
		addr, _ := serveTLS(t, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &certs[n.Add(1)-1], nil
		}}, acsOf(t, shut(accept), shut(ask(&rpc.Reboot{}))))
		c.TLS.RootCAs.AddCert(many.cert)
		c.Handle = answerAll
		dialFirst(c, 40, addr)
	})
	require.ErrorIs(t, err, transport.ErrCertificates)
	assert.EqualValues(t, 33, n.Load())
	oneLine(t, err)
}

// A clock of the program's is the one that counts.
func TestClientClock(t *testing.T) {
	_, err := clockless(t, soon(), "acs.test", func(c *transport.Client) {
		c.Now = func() (time.Time, bool) { return time.Now().Add(24 * time.Hour), true }
	})
	_, ok := errors.AsType[x509.CertificateInvalidError](err)
	assert.True(t, ok, "%v", err)
}

// The time may become known while the handshake runs, which was begun without it: the
// date is made up for before anything is said.
func TestClientClockSetInHandshake(t *testing.T) {
	known := false
	acs, err := clockless(t, time.Now().Add(-time.Hour), "acs.test", func(c *transport.Client) {
		c.TLS.VerifyConnection = func(tls.ConnectionState) error { known = true; return nil }
		c.Now = func() (time.Time, bool) { return time.Now(), known }
	})
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, x509.Expired, invalid.Reason)
	assert.Empty(t, acs.posted)
}

// Where the program verifies by itself, a clock that is set does not make us do it.
func TestClientWithoutClockOrVerification(t *testing.T) {
	asked := 0
	acs, err := clockless(t, time.Now().Add(-time.Hour), "other.test", func(c *transport.Client) {
		c.TLS = &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(tls.ConnectionState) error { asked++; return nil }}
	})
	require.NoError(t, err)
	assert.Len(t, acs.posted, 3)
	assert.Equal(t, 1, asked)
}

// The program's own checks are given the chains with and without a clock: one that pins
// an authority looks for it there.
func TestClientWithoutClockOwnChecks(t *testing.T) {
	refused := errors.New("refused")
	for name, verdict := range map[string]error{"good": nil, "bad": refused} {
		t.Run(name, func(t *testing.T) {
			var trail []string
			acs, err := clockless(t, soon(), "acs.test", func(c *transport.Client) {
				c.TLS.VerifyPeerCertificate = func(raw [][]byte, chains [][]*x509.Certificate) error {
					require.Len(t, chains, 1)
					assert.Equal(t, chains[0][0].Raw, raw[0])
					trail = append(trail, "peer "+chains[0][1].Subject.CommonName)
					return verdict
				}
				c.TLS.VerifyConnection = func(s tls.ConnectionState) error {
					require.Len(t, s.VerifiedChains, 1)
					trail = append(trail, "connection "+s.VerifiedChains[0][1].Subject.CommonName)
					return nil
				}
			})
			require.ErrorIs(t, err, verdict)
			if verdict == nil {
				assert.Equal(t, []string{"peer test CA", "connection test CA"}, trail)
				return
			}
			assert.Equal(t, []string{"peer test CA"}, trail)
			assert.Empty(t, acs.posted)
		})
	}
}
