package connreq

// NOTE: who goes when one too many comes, by rule and by chance.

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newVisit is a connection from an address by its last digit.
func newVisit(digit byte, s stage) *visit {
	near, _ := net.Pipe()
	return &visit{conn: near, from: netip.AddrFrom4([4]byte{192, 0, 2, digit}), stage: s, gone: make(chan struct{})}
}

func TestEviction(t *testing.T) {
	type v struct {
		from byte
		at   stage
	}
	tests := []struct {
		name string
		open []v // the oldest first
		from byte
		want int // who goes; -1 is nobody
	}{
		{"room", []v{{1, reading}, {1, reading}}, 1, -1},
		{"the address is full", []v{{2, reading}, {1, reading}, {1, reading}, {1, reading}}, 1, 1},
		{"another address", []v{{1, reading}, {1, reading}, {1, reading}}, 2, -1},
		{"all is full", []v{{1, reading}, {2, reading}, {3, reading}, {4, reading}, {5, reading}}, 6, 0},
		{"a complete request stays", []v{{1, answering}, {2, answering}, {3, reading}, {4, reading}, {5, reading}}, 6, 2},
		{"a wrong guess goes first", []v{{1, answering}, {1, reading}, {1, held}}, 1, 2},
		{"of all too", []v{{1, reading}, {2, answering}, {3, held}, {4, held}, {5, reading}}, 6, 2},
		{"somebody goes", []v{{1, answering}, {1, answering}, {1, answering}}, 1, 0},
		{"an address beyond its share pays itself", []v{{2, reading}, {1, answering}, {1, answering}, {1, answering}, {3, reading}}, 1, 1},
	}
	for _, tt := range tests {
		var table visits
		var all []*visit
		for _, o := range tt.open {
			all = append(all, newVisit(o.from, o.at))
			table.open = append(table.open, all[len(all)-1])
		}
		newest := newVisit(tt.from, reading)
		out := table.enter(newest, 5, 3)
		assert.Equal(t, tt.want, slices.Index(all, out), tt.name)
		assert.Contains(t, table.open, newest, tt.name)
		if out != nil {
			<-out.gone
		}
	}
}

// Whatever comes and goes: the newest is in, and the bounds hold.
func TestEvictionBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var table visits
	for range 5000 {
		v := newVisit(byte(random.IntN(9)), reading)
		table.enter(v, DefaultConns, DefaultPerAddr)
		require.Equal(t, v, table.open[len(table.open)-1])
		require.LessOrEqual(t, len(table.open), DefaultConns)
		by := map[netip.Addr]int{}
		for _, o := range table.open {
			by[o.from]++
			require.LessOrEqual(t, by[o.from], DefaultPerAddr)
		}
		switch one := table.open[random.IntN(len(table.open))]; random.IntN(4) {
		case 0:
			table.leave(one)
			table.leave(one) // once more does no harm
		case 1:
			table.move(one, stage(random.IntN(3)))
		}
	}
}

func TestPlaceOf(t *testing.T) {
	tests := map[string]string{
		"192.0.2.7:1": "192.0.2.7", "[::ffff:192.0.2.7]:1": "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::", "[fe80::1%eth0]:1": "fe80::",
	}
	for in, want := range tests {
		assert.Equal(t, want, placeOf(addr(in)).String(), in)
	}
	assert.Zero(t, placeOf(nil))
	assert.Zero(t, placeOf(&net.UnixAddr{Name: "x"}))
}
