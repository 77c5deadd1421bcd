package transport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a Client that does not trust the ACS says nothing to it (TR-069 section
// 3.3). The certificates are made here, with the wall clock of the test.

// authority is a CA of the tests.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	a := &authority{}
	a.cert, a.key = a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test CA"}, NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

// issue signs a template; the first one by its own key.
func (a *authority) issue(t *testing.T, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template.SerialNumber = big.NewInt(1)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert, key
}

// leaf is a server certificate.
func (a *authority) leaf(t *testing.T, name string, until time.Time) tls.Certificate {
	cert, key := a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// serveTLS serves a handler with a configuration on a loopback port and counts the
// bytes that came through TLS.
func serveTLS(t *testing.T, cfg *tls.Config, h http.Handler) (addr string, plain *atomic.Int64) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	plain = new(atomic.Int64)
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(&counter{tls.NewListener(l, cfg), plain}) }()
	t.Cleanup(func() { srv.Close(); <-done })
	return l.Addr().String(), plain
}

// counter counts what is read from its connections.
type counter struct {
	net.Listener
	n *atomic.Int64
}

func (c *counter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &counting{conn, c.n}, nil
}

type counting struct {
	net.Conn
	n *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func TestClientTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	later := time.Now().Add(time.Hour)
	good := ca.leaf(t, "acs.test", later)
	old := func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }
	for _, tt := range []struct {
		name   string
		leaf   tls.Certificate
		server func(*tls.Config)
		client *tls.Config
		want   kind
	}{
		{"good", good, nil, &tls.Config{RootCAs: ca.pool()}, nil},
		{"lower minimum asked for", good, nil, &tls.Config{RootCAs: ca.pool(), MinVersion: tls.VersionTLS10}, nil},
		{"unknown root", good, nil, &tls.Config{RootCAs: other.pool()}, as[x509.UnknownAuthorityError](nil)},
		{"system roots", good, nil, nil, as[x509.UnknownAuthorityError](nil)},
		{"wrong name", ca.leaf(t, "other.test", later), nil, &tls.Config{RootCAs: ca.pool()}, as[x509.HostnameError](nil)},
		{"expired", ca.leaf(t, "acs.test", time.Now().Add(-time.Minute)), nil, &tls.Config{RootCAs: ca.pool()},
			as(func(e x509.CertificateInvalidError) bool { return e.Reason == x509.Expired })},
		{"TLS 1.1", good, old, &tls.Config{RootCAs: ca.pool()}, as[*net.OpError](nil)},
		{"TLS 1.1 and lower minimum asked for", good, old, &tls.Config{RootCAs: ca.pool(), MinVersion: tls.VersionTLS10}, as[*net.OpError](nil)},
		{"TLS 1.3 wanted of 1.2", good, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 },
			&tls.Config{RootCAs: ca.pool(), MinVersion: tls.VersionTLS13}, as[*net.OpError](nil)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := &tls.Config{Certificates: []tls.Certificate{tt.leaf}}
			if tt.server != nil {
				tt.server(cfg)
			}
			acs := acsOf(t, accept, empty)
			addr, plain := serveTLS(t, cfg, acs)
			var trail []string
			client := &transport.Client{
				URL: "https://acs.test/cwmp", TLS: tt.client, Dial: dialTo(addr), Trace: trailOf(&trail),
				Username: user, Password: password,
			}
			_, err := client.Do(t.Context(), newInform())
			if tt.want == nil {
				require.NoError(t, err)
				assert.Positive(t, plain.Load())
				return
			}
			oneLine(t, err)
			tt.want(t, err)
			assert.Zero(t, plain.Load(), "application bytes sent")
			assert.Empty(t, acs.posted)
			assert.NotContains(t, trail, "tls")
		})
	}
}

// An ACS that speaks no TLS on the port.
func TestClientTLSToPlain(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, accept, empty)
		client := newClient(serveHTTP(t, acs))
		client.URL = "https://acs.test/cwmp"
		_, err := client.Do(t.Context(), newInform())
		oneLine(t, err)
		e, ok := errors.AsType[*transport.ExchangeError](err)
		require.True(t, ok)
		assert.Equal(t, "Inform", e.Message)
		assert.Empty(t, acs.posted)
	})
}

// A handshake that never ends is given up in time.
func TestClientTLSStalls(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMemory()
		done := make(chan struct{})
		go func() {
			defer close(done)
			c, err := m.Accept()
			if err == nil {
				io.Copy(io.Discard, c)
			}
		}()
		client := newClient(m)
		client.URL = "https://acs.test/cwmp"
		start := time.Now()
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, transport.ErrTimeout)
		assert.Equal(t, time.Minute, time.Since(start))
		oneLine(t, err)
		<-done
	})
}
