package transport_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the connection interface, on the loopback interface of the machine.

// loopback returns the name of the loopback interface.
func loopback(t *testing.T) string {
	list, err := net.Interfaces()
	require.NoError(t, err)
	for _, i := range list {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			return i.Name
		}
	}
	t.Skip("no loopback interface")
	return ""
}

func TestLocalAddrs(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8::1": "2001:db8::1", "fe80::1%eth7": "fe80::1%eth7",
	} {
		got, err := transport.LocalAddrs(text)
		require.NoError(t, err)
		assert.Equal(t, []netip.Addr{netip.MustParseAddr(want)}, got)
	}
	got, err := transport.LocalAddrs(loopback(t))
	require.NoError(t, err)
	require.NotEmpty(t, got)
	assert.LessOrEqual(t, len(got), 2)
	for _, a := range got {
		assert.True(t, a.IsLoopback(), a)
	}
	for _, name := range []string{"", "none7", "10", "no such\ninterface"} {
		_, err := transport.LocalAddrs(name)
		e, ok := errors.AsType[*transport.InterfaceError](err)
		require.True(t, ok, name)
		assert.Equal(t, name, e.Name)
		oneLine(t, err)
	}
}

// from runs a session from an interface and returns the address that the ACS saw.
func from(t *testing.T, url string, inter string) (string, error) {
	s := transport.Settings{URL: url, Interface: inter, CloseWait: 30 * time.Second}
	unused := func(context.Context, string, string) (net.Conn, error) { panic("the interface goes before it") }
	client, err := s.Client(transport.Client{Dial: unused}, nil)
	require.NoError(t, err)
	var local string
	client.Trace = &transport.Trace{Connected: func(c *transport.Connection) { local, _, _ = net.SplitHostPort(c.Local.String()) }}
	_, err = client.Do(t.Context(), newInform())
	return local, err
}

// TestSettingsInterface opens connections from the interface, from one of its other
// addresses, and from what is not there.
func TestSettingsInterface(t *testing.T) {
	seen := ""
	acs := acsOf(t, accept, empty, accept, empty, accept, empty, accept, empty)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen, _, _ = net.SplitHostPort(r.RemoteAddr)
		acs.ServeHTTP(w, r)
	}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	for _, url := range []string{srv.URL, "http://localhost:" + port} {
		local, err := from(t, url, loopback(t))
		require.NoError(t, err)
		assert.Equal(t, "127.0.0.1", local)
		assert.Equal(t, local, seen)
	}
	if other, err := net.Listen("tcp", "127.0.0.2:0"); err == nil {
		other.Close()
		local, err := from(t, srv.URL, "127.0.0.2")
		require.NoError(t, err)
		assert.Equal(t, "127.0.0.2", local)
		assert.Equal(t, local, seen)
	}
	for _, row := range []struct {
		inter, url string
		want       error
	}{
		{"none7", srv.URL, nil},
		{"192.0.2.7", srv.URL, nil}, // nobody's address
		{"::1", srv.URL, transport.ErrNoAddress},
		{"127.0.0.1", "http://[::1]:" + port, transport.ErrNoAddress},
	} {
		_, err := from(t, row.url, row.inter)
		e, ok := errors.AsType[*transport.InterfaceError](err)
		require.True(t, ok, "%s: %v", row.inter, err)
		assert.Equal(t, row.inter, e.Name)
		if row.want != nil {
			assert.ErrorIs(t, err, row.want)
		}
		oneLine(t, err)
		exchange, ok := errors.AsType[*transport.ExchangeError](err)
		assert.True(t, ok && exchange.Message == "Inform", "the session has failed, and the retry policy goes on")
	}
	_, err := from(t, "http://acs.invalid/", "127.0.0.1")
	_, ok := errors.AsType[*net.DNSError](err)
	assert.True(t, ok, err)
}

// TestSettingsRefused is an ACS that is not there.
func TestSettingsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for _, inter := range []string{"", "127.0.0.1"} {
		_, err = plainly(t, "http://"+l.Addr().String(), inter)
		require.ErrorContains(t, err, "refused")
		_, ok := errors.AsType[*transport.InterfaceError](err)
		assert.False(t, ok, "the interface is not to blame")
	}
}

// plainly is from without a Dial in the base.
func plainly(t *testing.T, url, inter string) (*transport.Result, error) {
	client, err := transport.Settings{URL: url, Interface: inter, CloseWait: time.Minute}.Client(transport.Client{}, nil)
	require.NoError(t, err)
	return client.Do(t.Context(), newInform())
}
