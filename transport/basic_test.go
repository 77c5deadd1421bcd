package transport_test

import (
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: Basic at the CPE's end: over TLS, or by a name that says what it is.

const askBasic = `Basic realm="acs"`

func soon() time.Time { return time.Now().Add(time.Hour) }

func serverConfig(c tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c}}
}

// overTLS runs a session with an ACS over TLS.
func overTLS(t *testing.T, acs http.Handler, change func(*transport.Client)) error {
	ca := newAuthority(t)
	addr, _ := serveTLS(t, serverConfig(ca.leaf(t, "acs.test", soon())), acs)
	c := &transport.Client{
		URL: "https://acs.test/", Username: user, Password: password, TLS: tlsRoots(ca.pool()), Dial: dialTo(addr),
	}
	change(c)
	_, err := c.Do(t.Context(), newInform())
	return err
}

func basicOf(t *testing.T, acs *steps) (used []bool) {
	for _, r := range acs.requests {
		name, secret, ok := r.BasicAuth()
		used = append(used, ok)
		assert.True(t, !ok || name == user && secret == password)
	}
	return used
}

func TestClientBasic(t *testing.T) {
	asked := []step{status(401, "", "WWW-Authenticate", askBasic), accept, empty}
	for _, tt := range []struct {
		name   string
		list   []step
		change func(*transport.Client)
		used   []bool
		want   error
	}{
		{"when asked", asked, func(*transport.Client) {}, []bool{false, true, true}, nil},
		{"at once", []step{accept, empty}, func(c *transport.Client) { c.PreemptiveBasic = true }, []bool{true, true}, nil},
		{"at once without a name", []step{accept, empty}, func(c *transport.Client) { c.PreemptiveBasic, c.Username = true, "" }, []bool{false, false}, nil},
		{"refused", asked[:1], func(*transport.Client) {}, []bool{false, true}, transport.ErrCredentials},
		{"refused at once", asked[:1], func(c *transport.Client) { c.PreemptiveBasic = true }, []bool{true}, transport.ErrCredentials},
		{"no credentials", asked[:1], func(c *transport.Client) { c.Username = "" }, []bool{false}, transport.ErrNoCredentials},
		{"digest goes before", []step{status(401, "", "WWW-Authenticate", askBasic+", "+challenge), accept, empty},
			func(*transport.Client) {}, []bool{false, false, false}, nil},
		{"not to another server", []step{to(302, "https://acs.test:444/"), accept, empty},
			func(c *transport.Client) { c.PreemptiveBasic = true }, []bool{true, false, false}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			acs := acsOf(t, tt.list...)
			err := overTLS(t, acs, tt.change)
			assert.ErrorIs(t, err, tt.want)
			assert.Equal(t, tt.used, basicOf(t, acs))
		})
	}
}

// SEC-03: the password does not go over plain HTTP unless the program says so.
func TestSEC03BasicOverHTTP(t *testing.T) {
	bubble(t, "refused", func(t *testing.T) {
		acs := acsOf(t, status(401, "", "WWW-Authenticate", askBasic))
		c := newClient(serveHTTP(t, acs))
		c.PreemptiveBasic = true
		_, err := c.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, transport.ErrInsecureBasic)
		challengeError()(t, err)
		assert.Equal(t, []bool{false}, basicOf(t, acs))
	})
	bubble(t, "asked for", func(t *testing.T) {
		acs := acsOf(t, status(401, "", "WWW-Authenticate", askBasic), accept, empty)
		c := newClient(serveHTTP(t, acs))
		c.InsecureBasic = true
		_, err := c.Do(t.Context(), newInform())
		require.NoError(t, err)
		assert.Equal(t, []bool{false, true, true}, basicOf(t, acs))
	})
}
