package transport_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: openssl's s_server as an ACS that should not be trusted. It prints what it
// receives through TLS, which must be nothing.

// intermediate is a CA below another, and its certificate.
func (a *authority) intermediate(t *testing.T) *authority {
	b := &authority{}
	b.cert, b.key = a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test intermediate"}, NotAfter: soon(), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return b
}

// TestSEC03OpenSSL: whatever is wrong with the certificate or the version, not a byte of
// a session is sent.
func TestSEC03OpenSSL(t *testing.T) {
	openssl := program(t, "openssl")
	ca, stranger := newAuthority(t), newAuthority(t)
	middle := ca.intermediate(t)
	chained := middle.leaf(t, "acs.test", soon())
	alone := chained
	chained.Certificate = [][]byte{chained.Certificate[0], middle.cert.Raw}
	self := (&authority{}).leaf(t, "acs.test", soon())
	good := ca.leaf(t, "acs.test", soon())
	old := []string{"-cipher", "ALL:@SECLEVEL=0"}
	for _, tt := range []struct {
		name string
		cert tls.Certificate
		args []string
		ok   bool
	}{
		{"trusted", good, nil, true},
		{"trusted, TLS 1.2", good, []string{"-tls1_2"}, true},
		{"trusted, TLS 1.3", good, []string{"-tls1_3"}, true},
		{"with its intermediate", chained, nil, true},
		{"intermediate missing", alone, nil, false},
		{"expired", ca.leaf(t, "acs.test", time.Now().Add(-time.Minute)), nil, false},
		{"wrong name", ca.leaf(t, "other.test", soon()), nil, false},
		{"self-signed", self, nil, false},
		{"unknown root", stranger.leaf(t, "acs.test", soon()), nil, false},
		{"TLS 1.1", good, append([]string{"-tls1_1"}, old...), false},
		{"TLS 1.0", good, append([]string{"-tls1"}, old...), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, addr := room(t), freeport.Addr(t)
			pem := putCert(t, dir, "server.pem", tt.cert)
			chain := putRoots(t, dir, ca)
			if len(tt.cert.Certificate) > 1 {
				chain = pem
			}
			d := start(t, openssl, append([]string{"s_server", "-accept", addr, "-cert", pem, "-key", pem, "-cert_chain", chain, "-quiet"}, tt.args...)...)
			d.await(t, addr)
			client := &transport.Client{
				URL: "https://acs.test/", Dial: dialTo(addr), TLS: &tls.Config{RootCAs: ca.pool()}, Username: user, Password: password,
			}
			done := make(chan error, 1)
			go func() { _, err := client.Do(t.Context(), newInform()); done <- err }()
			if tt.ok {
				d.until(t, "prints the Inform", func() bool { return strings.Contains(d.printed(), "</soap-env:Envelope>") })
				io.WriteString(d.in, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
				statusIs(500)(t, <-done)
				return
			}
			err := <-done
			oneLine(t, err)
			assert.ErrorContains(t, err, "TLS handshake")
			d.in.Close()
			require.NotContains(t, d.printed(), "POST")
			assert.NotContains(t, d.printed(), "Inform")
		})
	}
}

// A device without a clock cannot tell what has expired, and tells everything else.
func TestSEC03OpenSSLWithoutClock(t *testing.T) {
	openssl := program(t, "openssl")
	ca, stranger := newAuthority(t), newAuthority(t)
	for name, tt := range map[string]struct {
		cert tls.Certificate
		ok   bool
	}{
		"expired, which nobody can tell": {ca.leaf(t, "acs.test", time.Now().Add(-time.Minute)), true},
		"wrong name":                     {ca.leaf(t, "other.test", soon()), false},
		"unknown root":                   {stranger.leaf(t, "acs.test", soon()), false},
	} {
		t.Run(name, func(t *testing.T) {
			addr := freeport.Addr(t)
			pem := putCert(t, room(t), "server.pem", tt.cert)
			d := start(t, openssl, "s_server", "-accept", addr, "-cert", pem, "-key", pem, "-quiet")
			d.await(t, addr)
			client := &transport.Client{
				URL: "https://acs.test/", Dial: dialTo(addr), TLS: &tls.Config{RootCAs: ca.pool()},
				Now: func() (time.Time, bool) { return time.Time{}, false },
			}
			done := make(chan error, 1)
			go func() { _, err := client.Do(t.Context(), newInform()); done <- err }()
			if tt.ok {
				d.until(t, "prints the Inform", func() bool { return strings.Contains(d.printed(), "</soap-env:Envelope>") })
				io.WriteString(d.in, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
				statusIs(500)(t, <-done)
				return
			}
			assert.ErrorContains(t, <-done, "TLS handshake")
			assert.NotContains(t, d.printed(), "POST")
		})
	}
}
