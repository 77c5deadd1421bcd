package transport

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: what of the connection interface no interface of the machine shows.

func TestChosen(t *testing.T) {
	network := func(texts ...string) (list []net.Addr) {
		for _, text := range texts {
			ip, n, err := net.ParseCIDR(text)
			require.NoError(t, err)
			list = append(list, &net.IPNet{IP: ip, Mask: n.Mask})
		}
		return list
	}
	for _, row := range []struct {
		have []net.Addr
		want []string
	}{
		{nil, nil},
		{[]net.Addr{&net.UnixAddr{}, &net.IPNet{}}, nil},
		{network("192.0.2.1/24", "192.0.2.2/24"), []string{"192.0.2.1"}},
		{network("169.254.1.1/16", "192.0.2.2/24"), []string{"192.0.2.2"}},
		{network("169.254.1.1/16"), []string{"169.254.1.1"}},
		{network("fe80::1/64", "2001:db8::1/64", "192.0.2.1/24"), []string{"192.0.2.1", "2001:db8::1"}},
		{network("fe80::1/64"), []string{"fe80::1%eth7"}},
		{network("ff02::1/64", "0.0.0.0/0", "fd00::1/64"), []string{"fd00::1"}},
	} {
		var got []string
		i := &net.Interface{Name: "eth7", Flags: net.FlagUp}
		list, err := chosen(i, row.have)
		for _, a := range list {
			got = append(got, a.String())
		}
		assert.Equal(t, row.want, got)
		assert.Equal(t, row.want == nil, err == ErrNoAddress)
		i.Flags = 0
		_, err = chosen(i, row.have)
		assert.Equal(t, ErrNoAddress, err, "it is down")
	}
	assert.Equal(t, net.ErrClosed, reason(net.ErrClosed))
}

func TestDialerAddress(t *testing.T) {
	_, err := dialer{"127.0.0.1"}.dial(context.Background(), "tcp", "no port")
	_, ok := err.(*net.AddrError)
	assert.True(t, ok, err)
}
