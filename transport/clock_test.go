package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
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
