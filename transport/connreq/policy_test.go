package connreq

// NOTE: where requests may go, rule by rule. TestSEC28 is the attack as a whole.

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPolicy(t *testing.T) {
	lan := Policy{Allow: prefixes("10.0.0.0/8 fd00::/8 169.254.0.0/16"), Deny: prefixes("10.1.0.0/16 169.254.169.254/32"), Ports: []PortRange{{7547, 7548}}}
	tests := []struct {
		policy Policy
		to     string
		reason string
	}{
		{Policy{}, "9.9.9.9:7547", ""}, {Policy{}, "[2a00::1]:7547", ""}, {Policy{}, "[::ffff:9.9.9.9]:80", ""},
		{Policy{}, "9.9.9.9:1024", ""}, {Policy{}, "9.9.9.9:1023", "port not allowed"}, {Policy{}, "9.9.9.9:22", "port not allowed"},
		{Policy{}, "9.9.9.9:443", "port not allowed"}, {Policy{}, "9.9.9.9:65535", ""},
		{Policy{}, "10.0.0.1:7547", "not a public address"}, {Policy{}, "[::ffff:10.0.0.1]:7547", "not a public address"},
		{Policy{}, "[fd00::1]:7547", "not a public address"}, {Policy{}, "[2002:7f00:1::]:7547", "not a public address"},
		{Policy{}, "[64:ff9b::7f00:1]:7547", "not a public address"}, {Policy{}, "[fe80::1%eth0]:7547", "an address with a zone"},
		{Policy{Deny: prefixes("9.0.0.0/8")}, "9.9.9.9:7547", "denied"},
		{Policy{Allow: prefixes("")}, "9.9.9.9:7547", ""},
		{Policy{Allow: []netip.Prefix{}}, "9.9.9.9:7547", "not among the allowed"},
		{lan, "10.0.0.1:7547", ""}, {lan, "10.1.0.1:7547", "denied"}, {lan, "[fd00::1]:7548", ""}, {lan, "9.9.9.9:7547", "not among the allowed"},
		{lan, "10.0.0.1:80", "port not allowed"}, {lan, "169.254.169.254:7547", "denied"}, {lan, "169.254.1.1:7547", ""},
	}
	for _, tt := range tests {
		to := netip.MustParseAddrPort(tt.to)
		err := tt.policy.Check(to)
		if tt.reason == "" {
			assert.NoError(t, err, tt.to)
			continue
		}
		assert.Equal(t, &PolicyError{to, tt.reason}, err)
		assert.ErrorIs(t, err, ErrAddress)
		assert.ErrorContains(t, err, "not allowed: "+tt.to+": "+tt.reason)
	}
	assert.Error(t, new(Policy).Check(netip.AddrPort{}))
}

func TestAddresses(t *testing.T) {
	resolve := names(map[string][]string{
		"many.example":  {"9.0.0.1", "127.0.0.1", "9.0.0.2", "::ffff:9.0.0.3", "2a00::4", "9.0.0.5"},
		"inner.example": {"127.0.0.1", "10.0.0.1"},
	})
	var p Policy
	got, err := p.addresses(t.Context(), resolve, "many.example", 80)
	require.NoError(t, err)
	var want []netip.AddrPort
	for _, a := range []string{"9.0.0.1:80", "9.0.0.2:80", "9.0.0.3:80", "[2a00::4]:80"} {
		want = append(want, netip.MustParseAddrPort(a))
	}
	assert.Equal(t, want, got)

	_, err = p.addresses(t.Context(), resolve, "inner.example", 80)
	refused, ok := errors.AsType[*PolicyError](err)
	require.True(t, ok)
	assert.Equal(t, netip.MustParseAddrPort("10.0.0.1:80"), refused.Address)

	_, err = p.addresses(t.Context(), resolve, "unknown.example", 80)
	assert.Error(t, err)
	assert.NotErrorIs(t, err, ErrAddress)

	_, err = p.addresses(t.Context(), func() resolver { return names(map[string][]string{"x": {}}) }(), "x", 80)
	assert.Error(t, err)
}
