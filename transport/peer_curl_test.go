package transport_test

import (
	"crypto/tls"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: curl as a CPE: libcurl is under many of them.

// A curlCPE posts by curl, with a jar for cookies.
type curlCPE struct {
	t    *testing.T
	path string
	dir  string
	url  string
	args []string
}

func newCurl(t *testing.T, url string, args ...string) *curlCPE {
	return &curlCPE{t: t, path: program(t, "curl"), dir: room(t), url: url, args: args}
}

// post posts a body and returns the status and the response's document.
func (c *curlCPE) post(body string, extra ...string) (status, document string) {
	c.t.Helper()
	in := put(c.t, c.dir, "in", body)
	out, jar := filepath.Join(c.dir, "out"), filepath.Join(c.dir, "jar")
	put(c.t, c.dir, "out", "")
	args := []string{"-q", "-sS", "--noproxy", "*", "--max-time", "20", "-w", "%{http_code}", "-o", out,
		"-b", jar, "-c", jar, "--data-binary", "@" + in, "-H", "Content-Type: text/xml"}
	args = append(append(append(args, c.args...), extra...), c.url)
	b, err := exec.Command(c.path, args...).CombinedOutput()
	require.NoError(c.t, err, "%s", b)
	doc, err := os.ReadFile(out)
	require.NoError(c.t, err)
	return string(b), string(doc)
}

// TestCurlSession: a session of curl's with our Server, by every scheme and framing.
func TestCurlSession(t *testing.T) {
	digest := func() transport.Authenticator { return digestAuth() }
	sha := func() transport.Authenticator { return &transport.DigestAuth{Password: passwords, SHA256: true} }
	basic := func() transport.Authenticator {
		return &transport.BasicAuth{Password: passwords, InsecureHTTP: true}
	}
	both := func() transport.Authenticator { return transport.AnyAuth{basic(), sha()} }
	for _, tt := range []struct {
		name string
		auth func() transport.Authenticator
		args []string
	}{
		{"digest", digest, []string{"--digest"}},
		{"anyauth with digest", digest, []string{"--anyauth"}},
		{"digest, SHA-256 first", sha, []string{"--digest"}},
		{"anyauth with both", both, []string{"--anyauth"}},
		{"basic", basic, []string{"--basic"}},
		{"anyauth with basic", basic, []string{"--anyauth"}},
		{"basic of both", both, []string{"--basic"}},
		{"chunked", digest, []string{"--digest", "-H", "Transfer-Encoding: chunked"}},
		{"expecting 100", digest, []string{"--digest", "-H", "Expect: 100-continue", "--expect100-timeout", "15"}},
		{"HTTP/1.0", digest, []string{"--digest", "--http1.0"}},
		{"SOAPAction", digest, []string{"--digest", "-H", "SOAPAction;"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBackend(t, &transport.Server{Authenticator: tt.auth(), Handler: plan(&rpc.Reboot{})})
			c := newCurl(t, b.URL+"/acs?a=b", append(tt.args, "-u", user+":"+password)...)
			curlSession(t, c)
			assert.Equal(t, []error{nil}, b.ended())
		})
	}
}

// curlSession is an Inform, a yield, and the answer to a Reboot.
func curlSession(t *testing.T, c *curlCPE) {
	status, doc := c.post(informDocument(t))
	require.Equal(t, "200", status)
	assert.Contains(t, doc, "InformResponse")
	status, doc = c.post("")
	require.Equal(t, "200", status)
	env, err := rpc.Parse([]byte(doc), rpc.Config{})
	require.NoError(t, err)
	require.Equal(t, "Reboot", env.Message.Method())
	status, doc = c.post(document(t, rpc.NewEnvelope(rpc.V12, env.ID, &rpc.RebootResponse{})))
	assert.Equal(t, "204", status)
	assert.Empty(t, doc)
}

// TestCurlRefused: wrong passwords, and a body under gzip.
func TestCurlRefused(t *testing.T) {
	b := newBackend(t, &transport.Server{Authenticator: digestAuth()})
	status, _ := newCurl(t, b.URL, "--digest", "-u", user+":wrong").post(informDocument(t))
	assert.Equal(t, "401", status)
	status, _ = newCurl(t, b.URL, "--basic", "-u", user+":"+password).post(informDocument(t))
	assert.Equal(t, "401", status)
	c := newCurl(t, b.URL, "--digest", "-u", user+":"+password)
	status, doc := c.post(gzipped(informDocument(t)), "-H", "Content-Encoding: gzip")
	assert.Equal(t, "200", status)
	assert.Contains(t, doc, "InformResponse")
	status, _ = c.post("x", "-H", "Content-Encoding: br")
	assert.Equal(t, "415", status)
	assert.Empty(t, b.ended())
}

// TestCurlTLS: over TLS, with a client certificate.
func TestCurlTLS(t *testing.T) {
	ca := newAuthority(t)
	srv := httptest.NewUnstartedServer(&transport.Server{
		Authenticator: transport.AnyAuth{transport.CertificateAuth{}, &transport.BasicAuth{Password: passwords}},
		Handler:       plan(&rpc.Reboot{}),
	})
	srv.TLS = serverConfig(ca.leaf(t, "localhost", soon()))
	srv.TLS.ClientAuth, srv.TLS.ClientCAs = tls.VerifyClientCertIfGiven, ca.pool()
	srv.StartTLS()
	defer srv.Close()
	url := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	dir := room(t)
	roots := putRoots(t, dir, ca)
	curlSession(t, newCurl(t, url, "-4", "--cacert", roots, "-u", user+":"+password))
	curlSession(t, newCurl(t, url, "-4", "--cacert", roots, "--cert", putCert(t, dir, "cpe.pem", ca.clientLeaf(t, user))))
}
