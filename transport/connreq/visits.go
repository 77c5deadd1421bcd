package connreq

// NOTE: which connection goes when one too many comes. A new connection is always
// accepted, so whoever merely holds connections open keeps nobody out; what is
// closed is the oldest of those that have the least to lose.

import (
	"net"
	"net/netip"
	"slices"
	"sync"
)

// A stage is how far a connection has come. The order is that of closing.
type stage uint8

const (
	held      stage = iota // a wrong guess whose answer is held back: judged, nothing to lose
	reading                // no complete request, or none but such as prove nothing
	answering              // a complete request is being judged, or is right and being answered
)

// A visit is one connection to a Listener.
type visit struct {
	conn  net.Conn
	of    net.Listener
	from  netip.Addr
	stage stage         // of the table's lock
	gone  chan struct{} // closed when the visit has no place any more
}

// A visits is the table of open connections, the oldest first. It is small, so that
// it is searched from one end to the other.
type visits struct {
	mu   sync.Mutex
	open []*visit
}

// enter gives a connection its place, at the cost of another if need be, which is
// returned and has to be closed.
func (t *visits) enter(v *visit, most, perAddr int) (out *visit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	same := func(o *visit) bool { return o.from == v.from }
	all := func(*visit) bool { return true }
	switch {
	case t.count(same) >= perAddr:
		out = t.victim(same)
	case len(t.open) >= most:
		out = t.victim(all)
	}
	t.remove(out)
	t.open = append(t.open, v)
	return out
}

// count counts the visits of a kind.
func (t *visits) count(kind func(*visit) bool) int {
	n := 0
	for _, o := range t.open {
		if kind(o) {
			n++
		}
	}
	return n
}

// victim is the oldest visit of a kind among those at the lowest stage.
func (t *visits) victim(kind func(*visit) bool) *visit {
	var out *visit
	for _, o := range t.open {
		if kind(o) && (out == nil || o.stage < out.stage) {
			out = o
		}
	}
	return out
}

// remove takes a visit out of the table, if it is in it.
func (t *visits) remove(v *visit) {
	if i := slices.Index(t.open, v); i >= 0 {
		t.open = slices.Delete(t.open, i, i+1)
		close(v.gone)
	}
}

// leave ends a visit.
func (t *visits) leave(v *visit) {
	t.mu.Lock()
	t.remove(v)
	t.mu.Unlock()
	v.conn.Close()
}

// closeOf closes the connections that came by a net.Listener.
func (t *visits) closeOf(ln net.Listener) {
	t.mu.Lock()
	var all []*visit
	for _, v := range slices.Clone(t.open) {
		if v.of == ln {
			t.remove(v)
			all = append(all, v)
		}
	}
	t.mu.Unlock()
	for _, v := range all {
		v.conn.Close()
	}
}

// move sets a visit's stage.
func (t *visits) move(v *visit, s stage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v.stage = s
}

// placeOf is what counts as one address: an IPv4 address, or the /64 of an IPv6 one,
// of which a single host has all addresses. What has neither is one place.
func placeOf(a net.Addr) netip.Addr {
	if a == nil {
		return netip.Addr{}
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	addr := ap.Addr().Unmap()
	if addr.Is4() {
		return addr
	}
	return netip.PrefixFrom(addr.WithZone(""), 64).Masked().Addr()
}
