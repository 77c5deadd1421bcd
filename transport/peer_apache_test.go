package transport_test

import (
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: Apache httpd in front of our Server: mod_auth_digest asks our Client, with
// nonce counts and a lifetime of its own.

// newApache runs httpd with directives in front of a backend and returns its URL.
func newApache(t *testing.T, b *backend, directives string) string {
	path := program(t, "apache2")
	dir, addr := room(t), freeport.Addr(t)
	put(t, dir, "users", fmt.Sprintf("%s:acs, here:%x\n", user, md5.Sum([]byte(user+":acs, here:"+password))))
	var modules strings.Builder
	for _, name := range []string{"mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_digest", "proxy", "proxy_http"} {
		fmt.Fprintf(&modules, "LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", name, name)
	}
	config := strings.NewReplacer("DIR", dir, "BACKEND", b.addr(), "ADDR", addr).Replace(modules.String() + `
ServerRoot DIR
ServerName acs.test
DefaultRuntimeDir DIR
PidFile DIR/pid
ErrorLog /dev/stderr
LogLevel warn
Listen ADDR
User www-data
Group www-data
<Location "/">
	AuthType Digest
	AuthName "acs, here"
	AuthDigestProvider file
	AuthUserFile DIR/users
	Require valid-user
	ProxyPass "http://BACKEND/"
</Location>
` + directives + "\n")
	d := start(t, path, "-X", "-f", put(t, dir, "httpd.conf", config))
	d.await(t, addr)
	return "http://" + addr + "/acs?id=1,2&x=%20"
}

// TestApacheDigest: a whole session under httpd's digest, with one challenge.
func TestApacheDigest(t *testing.T) {
	b := newBackend(t, &transport.Server{Handler: threeReboots})
	url := newApache(t, b, "")
	r := through(t, url, nil)
	assert.Equal(t, 1, count(r, transport.EventChallenged))
	assert.Equal(t, 1, count(r, transport.EventConnected))
	assert.Equal(t, []error{nil}, b.ended())
	client := &transport.Client{URL: url, Username: user, Password: "wrong"}
	_, err := client.Do(t.Context(), newInform())
	assert.ErrorIs(t, err, transport.ErrCredentials)
}

// TestApacheStale: a nonce that is good for one request alone; httpd calls it stale, and
// the Client goes on with the new one.
func TestApacheStale(t *testing.T) {
	b := newBackend(t, &transport.Server{Handler: threeReboots})
	url := newApache(t, b, `<Location "/">
	AuthDigestNonceLifetime 0
</Location>`)
	r := through(t, url, nil)
	assert.Greater(t, count(r, transport.EventChallenged), 1)
	assert.Equal(t, []error{nil}, b.ended())
}

// TestApacheKeepAliveOff: the digest goes on over new connections.
func TestApacheKeepAliveOff(t *testing.T) {
	b := newBackend(t, &transport.Server{Handler: threeReboots})
	r := through(t, newApache(t, b, "KeepAlive Off"), nil)
	assert.Equal(t, 1, count(r, transport.EventChallenged))
	assert.Equal(t, 6, count(r, transport.EventConnected))
}
