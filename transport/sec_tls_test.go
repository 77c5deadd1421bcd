package transport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
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

// NOTE: SEC-03 and SEC-21: an ACS that cannot show who it is gets not one byte of the
// session. The certificates of this file are made in a bubble, whose clock begins in
// 2000.

// A link of a chain of certificates.
type signer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue signs a certificate, by nobody's key but its own if by is nil.
func issue(t *testing.T, by *signer, change func(*x509.Certificate)) *signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "acs.test"}, DNSNames: []string{"acs.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(c)
	if by == nil {
		by = &signer{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, key.Public(), by.key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &signer{cert, key}
}

// asCA makes a certificate one that signs.
func asCA(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.DNSNames, c.ExtKeyUsage = true, true, nil, nil
	c.Subject.CommonName, c.KeyUsage = "CA", x509.KeyUsageCertSign
}

// shown is what a server shows.
func shown(leaf *signer, more ...*signer) tls.Certificate {
	c := tls.Certificate{Certificate: [][]byte{leaf.cert.Raw}, PrivateKey: leaf.key}
	for _, m := range more {
		c.Certificate = append(c.Certificate, m.cert.Raw)
	}
	return c
}

// meter counts the bytes that come through TLS.
func meter(h http.Handler, n *atomic.Int64) func(*testing.T, *network, *tls.Config) {
	return func(t *testing.T, net *network, cfg *tls.Config) {
		l := &counter{tls.NewListener(net.listen("acs.test:443"), cfg), n}
		srv := advised(h)
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()
		t.Cleanup(func() { srv.Close(); <-served })
	}
}

// refusals are servers that are not to be trusted.
var refusals = []struct {
	name string
	// show makes what the server shows, from a root that the client knows.
	show   func(t *testing.T, root *signer) tls.Certificate
	server func(*tls.Config)
	want   kind // nil is any error
}{
	{"expired", leafWith(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Second) }), nil, invalid(x509.Expired)},
	{"not valid yet", leafWith(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Second) }), nil, invalid(x509.Expired)},
	{"another name", leafWith(func(c *x509.Certificate) { c.DNSNames = []string{"acs.test.evil.test", "other.test"} }), nil, as[x509.HostnameError](nil)},
	{"wildcard of more than one label", leafWith(func(c *x509.Certificate) { c.DNSNames = []string{"*.acs.test", "*"} }), nil, as[x509.HostnameError](nil)},
	{"a common name alone", leafWith(func(c *x509.Certificate) { c.DNSNames = nil }), nil, as[x509.HostnameError](nil)},
	{"for clients", leafWith(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), nil, invalid(x509.IncompatibleUsage)},
	{"self-signed", func(t *testing.T, _ *signer) tls.Certificate {
		return shown(issue(t, nil, func(*x509.Certificate) {}))
	}, nil, as[x509.UnknownAuthorityError](nil)},
	{"of an unknown root", func(t *testing.T, _ *signer) tls.Certificate {
		other := issue(t, nil, asCA)
		return shown(issue(t, other, func(*x509.Certificate) {}), other)
	}, nil, as[x509.UnknownAuthorityError](nil)},
	{"intermediate missing", func(t *testing.T, root *signer) tls.Certificate {
		return shown(issue(t, issue(t, root, asCA), func(*x509.Certificate) {}))
	}, nil, as[x509.UnknownAuthorityError](nil)},
	{"signed by a leaf", func(t *testing.T, root *signer) tls.Certificate {
		leaf := issue(t, root, func(*x509.Certificate) {})
		return shown(issue(t, leaf, func(*x509.Certificate) {}), leaf)
	}, nil, nil},
	{"TLS 1.0", leafWith(nil), func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }, as[*net.OpError](nil)},
	{"TLS 1.1", leafWith(nil), func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 }, as[*net.OpError](nil)},
}

func leafWith(change func(*x509.Certificate)) func(*testing.T, *signer) tls.Certificate {
	return func(t *testing.T, root *signer) tls.Certificate {
		if change == nil {
			change = func(*x509.Certificate) {}
		}
		return shown(issue(t, root, change))
	}
}

func invalid(reason x509.InvalidReason) kind {
	return as(func(e x509.CertificateInvalidError) bool { return e.Reason == reason })
}

func TestSEC03Certificates(t *testing.T) {
	for _, tt := range refusals {
		for clock, now := range map[string]func() (time.Time, bool){"": nil, ", no clock": func() (time.Time, bool) { return time.Time{}, false }} {
			if clock != "" && (tt.name == "expired" || tt.name == "not valid yet") {
				continue // TestClientWithoutClock
			}
			bubble(t, tt.name+clock, func(t *testing.T) {
				root := issue(t, nil, asCA)
				pool := x509.NewCertPool()
				pool.AddCert(root.cert)
				cfg := &tls.Config{Certificates: []tls.Certificate{tt.show(t, root)}}
				if tt.server != nil {
					tt.server(cfg)
				}
				var plain atomic.Int64
				acs := acsOf(t, accept, empty)
				n := newNetwork(cut{})
				meter(acs, &plain)(t, n, cfg)
				c := &transport.Client{
					URL: "https://acs.test/", Username: user, Password: password, PreemptiveBasic: true, Dial: n.Dial,
					TLS: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10}, Now: now,
				}
				_, err := c.Do(t.Context(), newInform())
				oneLine(t, err)
				if tt.want != nil {
					tt.want(t, err)
				}
				assert.Zero(t, plain.Load(), "bytes of the session")
				assert.Empty(t, acs.posted)
				pass(time.Minute)
			})
		}
	}
}

// A check of the program's own counts while there is no clock, too.
func TestClientWithoutClockOwnCheck(t *testing.T) {
	for name, verdict := range map[string]error{"good": nil, "bad": errors.New("not this one")} {
		bubble(t, name, func(t *testing.T) {
			server, client := lastingTLS()
			acs := acsOf(t, accept, empty)
			n := newNetwork(cut{})
			n.serve(t, "acs.test:443", acs, server)
			client.VerifyConnection = func(tls.ConnectionState) error { return verdict }
			c := &transport.Client{URL: "https://acs.test/", Dial: n.Dial, TLS: client, Now: func() (time.Time, bool) { return time.Time{}, false }}
			_, err := c.Do(t.Context(), newInform())
			assert.ErrorIs(t, err, verdict)
			assert.Equal(t, verdict == nil, len(acs.posted) > 0)
			pass(2 * time.Minute)
		})
	}
}

// While there is no clock, a chain is good that is good at some date of its leaf,
// however its issuers were renewed; and none that never was.
func TestClientWithoutClockRenewedChain(t *testing.T) {
	from := func(d time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) { asCA(c); c.NotBefore = time.Now().Add(d) }
	}
	for _, tt := range []struct {
		name        string
		root, inter time.Duration // when they begin; the leaf is good for an hour to both sides
		ok          bool
	}{
		{"in order", -3 * time.Hour, -2 * time.Hour, true},
		{"intermediate renewed", -3 * time.Hour, 10 * time.Minute, true},
		{"root renewed", 10 * time.Minute, -2 * time.Hour, true},
		{"both", 10 * time.Minute, 20 * time.Minute, true},
		{"never at the same time", -3 * time.Hour, 2 * time.Hour, false},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			root := issue(t, nil, func(c *x509.Certificate) { from(tt.root)(c); c.NotAfter = time.Now().Add(24 * time.Hour) })
			inter := issue(t, root, func(c *x509.Certificate) { from(tt.inter)(c); c.NotAfter = time.Now().Add(24 * time.Hour) })
			pool := x509.NewCertPool()
			pool.AddCert(root.cert)
			acs := acsOf(t, accept, empty)
			n := newNetwork(cut{})
			leaf := issue(t, inter, func(*x509.Certificate) {})
			n.serve(t, "acs.test:443", acs, &tls.Config{Certificates: []tls.Certificate{shown(leaf, inter)}})
			c := &transport.Client{URL: "https://acs.test/", Dial: n.Dial, TLS: &tls.Config{RootCAs: pool},
				Now: func() (time.Time, bool) { return time.Time{}, false }}
			_, err := c.Do(t.Context(), newInform())
			assert.Equal(t, tt.ok, err == nil, "%v", err)
			pass(2 * time.Minute)
		})
	}
}

// TestSEC21NameOfTheRedirect: after a redirect the name is the new server's, and a
// certificate that was good for the old one is not for it.
func TestSEC21NameOfTheRedirect(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		root := issue(t, nil, asCA)
		pool := x509.NewCertPool()
		pool.AddCert(root.cert)
		a, b := acsOf(t, to(302, "https://b.test/")), acsOf(t, accept, empty)
		n := newNetwork(cut{})
		cfg := &tls.Config{Certificates: []tls.Certificate{shown(issue(t, root, func(*x509.Certificate) {}))}}
		n.serve(t, "acs.test:443", a, cfg)
		n.serve(t, "b.test:443", b, cfg)
		c := &transport.Client{URL: "https://acs.test/", Dial: n.Dial, TLS: &tls.Config{RootCAs: pool}}
		_, err := c.Do(t.Context(), newInform())
		_, wrong := errors.AsType[x509.HostnameError](err)
		assert.True(t, wrong, "%v", err)
		assert.Len(t, a.posted, 1)
		assert.Empty(t, b.posted)
		pass(2 * time.Minute)
	})
}

// TestSEC35ClockJumps: the wall clock is asked for certificates alone; a session and its
// time-outs do not care where it goes.
func TestSEC35ClockJumps(t *testing.T) {
	day := 24 * time.Hour
	for name, jumps := range map[string][]time.Duration{
		"back to 1970": {0, -30 * 365 * day}, "ten years on": {0, 3650 * day}, "2038 and 2106": {38 * 366 * day, 107 * 366 * day},
		"an hour to and fro": {0, time.Hour, -time.Hour},
	} {
		bubble(t, name, func(t *testing.T) {
			acs := acsOf(t, accept, func(http.ResponseWriter, *http.Request, *rpc.Envelope) { pass(time.Hour) })
			_, client := lastingTLS()
			server, _ := lastingTLS()
			n := newNetwork(cut{})
			n.serve(t, "acs.test:443", acs, server)
			asked := 0
			c := &transport.Client{URL: "https://acs.test/", Dial: n.Dial, TLS: client, Now: func() (time.Time, bool) {
				asked++
				return time.Now().Add(jumps[asked%len(jumps)]), true
			}}
			start := time.Now()
			_, err := c.Do(t.Context(), newInform())
			assert.ErrorIs(t, err, transport.ErrTimeout)
			assert.Equal(t, time.Minute, time.Since(start))
			pass(2 * time.Hour)
		})
	}
}
