package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the session's cookie, on its way back from CPEs of all kinds, and what it does
// not do.

// TestServerCookieSpellings: quirk H6.
func TestServerCookieSpellings(t *testing.T) {
	for _, tt := range []struct {
		spelling string
		found    bool
	}{
		{"%s", true},
		{"%s;", true},
		{"  %s  ", true},
		{"a=b; %s", true},
		{"a=b;%s;c=d", true},
		{"a=b, %s", true},
		{"a=b,%s,c=d", true},
		{"%s; Path=/; HttpOnly", true},
		{"$Version=1; %s; $Path=\"/\"", true},
		{"cwmp=old; %s", true},
		{"cwmp=old, %s", true},
		{"a; %s", true},
		{"a=\"x y\"; %s", true},
		{strings.Repeat("a=b; ", 100) + "%s", true},
		{strings.Repeat("cwmp=a; ", 15) + "%s", true},
		{strings.Repeat("cwmp=a; ", 16) + "%s", false},
		{"x%s", false},
		{"%sx", false},
		{"", false},
	} {
		bubble(t, tt.spelling, func(t *testing.T) {
			b := newBench(t, &transport.Server{Handler: plan(&rpc.Reboot{})})
			c := b.cpe("", "")
			c.inform()
			value := strings.TrimPrefix(c.cookie, "cwmp=")
			r := b.withCookie(tt.spelling, c.cookie)
			if !tt.found {
				assert.Equal(t, 204, r.Status, "the surplus POST of no session")
				return
			}
			require.Equal(t, "Reboot", r.name())
			b.withCookie("%s", "cwmp = \""+value+"\"")
			assert.Equal(t, []int{200, 200, 400}, b.statuses(), "quoted, and spaced: an empty POST instead of the answer")
		})
	}
}

// withCookie posts the empty body with a Cookie header.
func (b *bench) withCookie(spelling, cookie string) reply {
	c := b.cpe("", "")
	if strings.Contains(spelling, "%s") {
		spelling = fmt.Sprintf(spelling, cookie)
	}
	return c.coded(http.NoBody, "", "Cookie", spelling)
}

// SEC-25: an id is new at every Inform, nothing that a client chooses becomes one, its
// attributes are set, and no log line has it.
func TestSEC25Cookie(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		seen := map[string]bool{}
		c := b.cpe("", "")
		c.cookie = "cwmp=" + strings.Repeat("A", 39)
		for range 1000 {
			r := c.inform()
			set := r.Header.Get("Set-Cookie")
			assert.Contains(t, set, "; Path=/; HttpOnly")
			assert.NotContains(t, set, "Secure")
			assert.False(t, seen[c.cookie], "a cookie came twice")
			seen[c.cookie] = true
			assert.GreaterOrEqual(t, len(c.cookie), len("cwmp=")+26)
			assert.NotContains(t, c.cookie, strings.Repeat("A", 13))
		}
		for cookie := range seen {
			assert.NotContains(t, b.log.String(), strings.TrimPrefix(cookie, "cwmp="))
		}
		c.yield()
		b.ends()
	})
}

// A CPE that drops its cookie is known by its connection, if that has carried the
// sessions of one device alone, and if the principal is the session's.
func TestServerWithoutCookie(t *testing.T) {
	for _, tt := range []struct {
		name    string
		shared  string // the serial number of another Inform on the connection
		context bool
		want    string
	}{
		{"one session", "", true, "Reboot"},
		{"a second session of the device", "1", true, "Reboot"},
		{"another device's", "2", true, "No Content"},
		{"a device without a name", "", false, "No Content"},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Handler: plan(&rpc.Reboot{})})
			if tt.context {
				b = once(t, &transport.Server{Handler: plan(&rpc.Reboot{})})
			}
			c := b.cpe("", "")
			c.inform()
			if tt.shared != "" {
				require.Equal(t, "InformResponse", c.informAs(tt.shared).name())
			}
			c.cookie = ""
			assert.Equal(t, tt.want, c.yield().name())
			c.cookie = "cwmp=other"
			assert.NotEqual(t, "Reboot", c.yield().name(), "a wrong cookie is not made up for")
		})
	}
}
