package transport_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: our Client, nginx, our Server.

// An nginx is one that runs, with its two addresses.
type nginx struct {
	*daemon
	plain, secure string
	ca            *authority
}

// newNginx runs nginx with locations in front of a backend.
func newNginx(t *testing.T, b *backend, locations, settings string) *nginx {
	path := program(t, "nginx")
	n := &nginx{plain: freeport.Addr(t), secure: freeport.Addr(t), ca: newAuthority(t)}
	dir := room(t)
	cert := putCert(t, dir, "server.pem", n.ca.leaf(t, "acs.test", soon()))
	put(t, dir, "users", user+":{PLAIN}"+password+"\n")
	replace := strings.NewReplacer("DIR", dir, "CERT", cert, "PLAIN", n.plain, "SECURE", n.secure, "BACKEND", b.addr())
	locations = replace.Replace(locations)
	config := replace.Replace(`daemon off; master_process off; pid DIR/pid; error_log stderr warn;
events {}
http {
	access_log off; default_type text/plain; client_max_body_size 32m;
	client_body_temp_path DIR/1; proxy_temp_path DIR/2; fastcgi_temp_path DIR/3; uwsgi_temp_path DIR/4; scgi_temp_path DIR/5;
	proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
	`+settings+`
	server {
		listen PLAIN; listen SECURE ssl;
		ssl_certificate CERT; ssl_certificate_key CERT;
`) + locations + "\n}\n}\n"
	n.daemon = start(t, path, "-p", dir, "-e", "stderr", "-c", put(t, dir, "nginx.conf", config))
	n.await(t, n.plain)
	return n
}

// client sets a Client up for nginx's TLS.
func (n *nginx) client(c *transport.Client) {
	c.TLS = &tls.Config{RootCAs: n.ca.pool(), ServerName: "acs.test"}
}

const proxied = "location / { proxy_pass http://BACKEND; }"

// TestNginxTLS: nginx ends TLS, the Server's digest and cookie go through.
func TestNginxTLS(t *testing.T) {
	b := newBackend(t, &transport.Server{Authenticator: digestAuth(), Handler: threeReboots})
	n := newNginx(t, b, proxied, "")
	r := through(t, "https://"+n.secure+"/acs?a=b", n.client)
	assert.Equal(t, 1, count(r, transport.EventConnected), "one connection a session")
	assert.Equal(t, 1, count(r, transport.EventTLS))
	assert.Equal(t, 1, count(r, transport.EventChallenged))
	assert.Equal(t, []error{nil}, b.ended())
}

// TestNginxBasic: nginx asks for Basic, over TLS; over plain HTTP the Client says
// nothing.
func TestNginxBasic(t *testing.T) {
	b := newBackend(t, &transport.Server{Handler: threeReboots})
	n := newNginx(t, b, `location / { auth_basic "the acs"; auth_basic_user_file DIR/users; proxy_pass http://BACKEND; }`, "")
	r := through(t, "https://"+n.secure+"/acs", n.client)
	assert.Equal(t, 1, count(r, transport.EventChallenged))
	r = through(t, "https://"+n.secure+"/acs", func(c *transport.Client) { n.client(c); c.PreemptiveBasic = true })
	assert.Zero(t, count(r, transport.EventChallenged))
	client := &transport.Client{URL: "http://" + n.plain + "/", Username: user, Password: password}
	_, err := client.Do(t.Context(), newInform())
	assert.ErrorIs(t, err, transport.ErrInsecureBasic)
	assert.Equal(t, []error{nil, nil}, b.ended())
}

// TestNginxRedirects: nginx sends the Inform elsewhere, relative and absolute, from http
// to https, and never back.
func TestNginxRedirects(t *testing.T) {
	b := newBackend(t, &transport.Server{Authenticator: digestAuth(), Handler: threeReboots})
	n := newNginx(t, b, proxied+`
		location = /302 { return 302 /there; }
		location = /307 { absolute_redirect off; return 307 /there; }
		location = /secure { return 302 https://SECURE/there; }
		location = /down { return 302 http://PLAIN/there; }
		location = /loop { return 307 /loop; }
		location = /301 { return 301 /there; }`, "")
	for _, path := range []string{"302", "307", "secure"} {
		r := through(t, "http://"+n.plain+"/"+path, n.client)
		assert.Equal(t, 1, count(r, transport.EventRedirected), path)
		assert.Equal(t, map[string]int{"302": 1, "307": 1, "secure": 2}[path], count(r, transport.EventConnected), path)
	}
	for path, want := range map[string]error{"down": transport.ErrDowngrade, "loop": transport.ErrRedirects} {
		client := &transport.Client{URL: "https://" + n.secure + "/" + path}
		n.client(client)
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, want)
	}
	assert.Equal(t, []error{nil, nil, nil}, b.ended())
}

// TestNginxGzip: nginx packs the responses, in chunks; the Client packs the requests,
// which the Server reads.
func TestNginxGzip(t *testing.T) {
	for _, coding := range []transport.Compression{transport.GZIP, transport.Deflate} {
		b := newBackend(t, &transport.Server{Authenticator: digestAuth(), Handler: threeReboots})
		n := newNginx(t, b, proxied, "gzip on; gzip_types text/xml; gzip_min_length 1; gzip_proxied any;")
		r := through(t, "http://"+n.plain+"/", func(c *transport.Client) { c.Compression = coding })
		assert.Contains(t, header(r, "Content-Encoding"), "gzip")
		b.mu.Lock()
		codings := map[string]int{}
		for _, e := range b.exchanges {
			codings[e.RequestHeader.Get("Content-Encoding")]++
		}
		b.mu.Unlock()
		assert.Equal(t, 5, codings[coding.String()], "the Inform twice, and three answers")
	}
}

// TestNginxRefusesCoding: an ACS that takes no coded bodies gets plain ones.
func TestNginxRefusesCoding(t *testing.T) {
	b := newBackend(t, &transport.Server{Authenticator: digestAuth(), Handler: threeReboots})
	n := newNginx(t, b, `location / { if ($http_content_encoding) { return 415; } proxy_pass http://BACKEND; }`, "")
	through(t, "http://"+n.plain+"/", func(c *transport.Client) { c.Compression = transport.GZIP })
}

// TestNginxKeepAliveOff: a connection for each POST, at either side of nginx.
func TestNginxKeepAliveOff(t *testing.T) {
	b := newBackend(t, &transport.Server{Authenticator: digestAuth(), Handler: threeReboots})
	n := newNginx(t, b, proxied, "keepalive_timeout 0;")
	r := through(t, "http://"+n.plain+"/", nil)
	assert.Equal(t, 6, count(r, transport.EventConnected), "Inform twice, empty, three answers")
	assert.Equal(t, []error{nil}, b.ended())
}

// TestNginxErrors: what nginx says for itself ends the session, with its Retry-After.
func TestNginxErrors(t *testing.T) {
	b := newBackend(t, &transport.Server{})
	b.Close()
	n := newNginx(t, b, proxied+`
		location = /busy { add_header Retry-After 120 always; return 503; }
		location = /page { default_type text/html; return 200 "<html><body>Log in</body></html>"; }
		location = /silent { return 444; }`, "")
	for path, check := range map[string]func(*testing.T, error){
		"": statusIs(http.StatusBadGateway), "busy": statusIs(503),
		"page": func(t *testing.T, err error) { oneLine(t, err) },
		"silent": func(t *testing.T, err error) {
			assert.True(t, errors.Is(err, transport.ErrNoResponse) || errors.Is(err, syscall.ECONNRESET), err)
		},
	} {
		client := &transport.Client{URL: "http://" + n.plain + "/" + path}
		_, err := client.Do(t.Context(), newInform())
		t.Run(path, func(t *testing.T) { check(t, err) })
	}
}
