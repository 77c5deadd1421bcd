package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: authenticators besides digest, alone and together, and CPEs that
// authenticate once a connection.

func TestBasicAuth(t *testing.T) {
	auth := &transport.BasicAuth{Password: passwords, Realm: `a "b"`}
	for _, tt := range []struct {
		name, user, password string
		secure, ok           bool
	}{
		{"right", user, password, true, true},
		{"wrong password", user, "wrong", true, false},
		{"unknown user", "nobody", password, true, false},
		{"unknown user with no password", "nobody", "", true, false},
		{"none", "", "", true, false},
		{"in clear", user, password, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", nil)
			if tt.user != "" {
				r.SetBasicAuth(tt.user, tt.password)
			}
			if tt.secure {
				r.TLS = &tls.ConnectionState{}
			}
			principal, challenges, err := auth.Authenticate(r)
			assert.Equal(t, tt.ok, err == nil)
			switch {
			case tt.ok:
				assert.Equal(t, user, principal)
			case tt.secure:
				assert.Equal(t, []string{`Basic realm="a \"b\"", charset="UTF-8"`}, challenges)
			default:
				assert.Empty(t, challenges, "the password is not asked for in clear")
				assert.ErrorIs(t, err, transport.ErrInsecureBasic)
			}
			if err != nil {
				oneLine(t, err)
			}
		})
	}
	_, _, err := (&transport.BasicAuth{InsecureHTTP: true}).Authenticate(httptest.NewRequest("POST", "/", nil))
	assert.ErrorIs(t, err, transport.ErrCredentials, "without passwords nobody is known")
}

// TestBasicInClearIs403: the answer to a CPE that no credentials would help.
func TestBasicInClearIs403(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: &transport.BasicAuth{Password: passwords}})
		r := b.cpe("", "").post(newInform(), "i")
		assert.Equal(t, 403, r.Status)
		assert.Empty(t, r.Header.Values("WWW-Authenticate"))
	})
}

// secured serves over TLS that net/http knows of.
func secured(t *testing.T, cfg *tls.Config, h http.Handler) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: h}
	served := make(chan error, 1)
	go func() { served <- server.Serve(tls.NewListener(l, cfg)) }()
	t.Cleanup(func() {
		server.Close()
		<-served
	})
	return l.Addr().String()
}

// Both ends over TLS: Basic at once, and Basic besides digest, of which the CPE takes
// the digest.
func TestBasicBothEnds(t *testing.T) {
	for name, auth := range map[string]transport.Authenticator{
		"basic": &transport.BasicAuth{Password: passwords},
		"any":   transport.AnyAuth{&transport.BasicAuth{Password: passwords}, &transport.DigestAuth{Password: passwords, SHA256: true}},
	} {
		t.Run(name, func(t *testing.T) {
			var schemes []string
			srv := &transport.Server{Authenticator: auth, Exchanged: func(e *transport.Exchange) {
				scheme, _, _ := strings.Cut(e.RequestHeader.Get("Authorization"), " ")
				schemes = append(schemes, scheme)
			}}
			ca := newAuthority(t)
			addr := secured(t, serverConfig(ca.leaf(t, "acs.test", soon())), srv)
			client := &transport.Client{
				URL: "https://acs.test/", Username: user, Password: password, TLS: tlsRoots(ca.pool()), Dial: dialTo(addr),
			}
			_, err := client.Do(t.Context(), newInform())
			require.NoError(t, err)
			want := map[string][]string{"basic": {"", "Basic", "Basic"}, "any": {"", "Digest", "Digest"}}
			assert.Equal(t, want[name], schemes)
		})
	}
}

// A client certificate names the device by its common name.
func TestCertificateAuth(t *testing.T) {
	ca := newAuthority(t)
	clientCert := func(name string) tls.Certificate {
		cert, key := ca.issue(t, &x509.Certificate{
			Subject: pkix.Name{CommonName: name}, NotAfter: soon(), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
	}
	for _, tt := range []struct {
		name string
		cert []tls.Certificate
		want int
	}{
		{"the device's", []tls.Certificate{clientCert(user)}, 0},
		{"another device's", []tls.Certificate{clientCert("00D09E-Box-2")}, 403},
		{"without a name", []tls.Certificate{clientCert("")}, 403},
		{"none", nil, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := serverConfig(ca.leaf(t, "acs.test", soon()))
			cfg.ClientAuth, cfg.ClientCAs = tls.VerifyClientCertIfGiven, ca.pool()
			addr := secured(t, cfg, &transport.Server{Authenticator: transport.CertificateAuth{}})
			c := &transport.Client{URL: "https://acs.test/", Dial: dialTo(addr), TLS: &tls.Config{RootCAs: ca.pool(), Certificates: tt.cert}}
			_, err := c.Do(t.Context(), newInform())
			if tt.want == 0 {
				require.NoError(t, err)
			} else {
				statusIs(tt.want)(t, err)
			}
		})
	}
}

// once serves a Server over a network in memory with its ConnContext.
func once(t *testing.T, srv *transport.Server) *bench {
	b := newBench(t, srv)
	m := newMemory()
	server := &http.Server{Handler: srv, ConnContext: srv.ConnContext}
	served := make(chan error, 1)
	go func() { served <- server.Serve(m) }()
	t.Cleanup(func() {
		server.Close()
		<-served
	})
	b.net = m
	return b
}

// A CPE that authenticates its Inform alone is known by connection and cookie
// together, and by neither of them alone.
func TestServerKnowsTheConnection(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := once(t, &transport.Server{Authenticator: digestAuth()})
		c := b.cpe(user, password)
		require.Equal(t, "InformResponse", c.inform().name())
		bare := func(c *cpe, cookie string) int {
			req, err := http.NewRequestWithContext(t.Context(), "POST", "http://acs.test/cwmp", http.NoBody)
			require.NoError(t, err)
			req.Header.Set("Cookie", cookie)
			resp, err := c.http.Do(req)
			require.NoError(t, err)
			resp.Body.Close()
			return resp.StatusCode
		}
		assert.Equal(t, 401, bare(c, "cwmp=guessed"), "the connection alone")
		assert.Equal(t, 401, bare(b.cpe("", ""), c.cookie), "the cookie alone")
		assert.Equal(t, 204, bare(c, c.cookie))
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// A connection that has carried two principals vouches for neither.
func TestServerMixedConnection(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := once(t, &transport.Server{Authenticator: &transport.DigestAuth{Password: func(string) (string, bool) { return password, true }}})
		one := net.Conn(nil)
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			if one == nil {
				var err error
				one, err = b.net.Dial(ctx, network, address)
				return one, err
			}
			return nil, net.ErrClosed
		}
		shared := &http.Transport{DialContext: dial}
		t.Cleanup(shared.CloseIdleConnections)
		first, second := b.cpe(user, password), b.cpe("00D09E-Box-2", password)
		first.http.Transport, second.http.Transport = shared, shared
		require.Equal(t, "InformResponse", first.inform().name())
		other := newInform()
		other.DeviceID.SerialNumber = "2"
		require.Equal(t, "InformResponse", second.post(other, "i").name())
		req, err := http.NewRequestWithContext(t.Context(), "POST", "http://acs.test/cwmp", http.NoBody)
		require.NoError(t, err)
		req.Header.Set("Cookie", second.cookie)
		resp, err := second.http.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 401, resp.StatusCode)
	})
}
