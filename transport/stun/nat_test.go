package stun_test

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// NOTE: an Internet of UDP sockets with one gateway before the device, in the
// time of a synctest bubble. It is written from RFC 3489 5 (the kinds of NAT), not
// from the code under test. Addresses that begin with 192.168 are behind the
// gateway.

// latency is the time that a datagram takes from end to end.
const latency = 10 * time.Millisecond

// An internet carries datagrams.
type internet struct {
	mu    sync.Mutex
	nodes map[netip.AddrPort]*node
	nat   *nat
	lose  func(from, to netip.AddrPort) bool // nil: nothing is lost
}

// A nat is a gateway.
type nat struct {
	public    netip.Addr
	timeout   time.Duration
	symmetric bool // a binding for each destination; RFC 3489 5
	inbound   bool // what comes in keeps a binding alive, too
	nextPort  uint16
	bindings  []*natBinding
}

// A natBinding is port restricted: it lets in what it has sent to.
type natBinding struct {
	inside, outside netip.AddrPort
	peers           map[netip.AddrPort]bool
	used            time.Time
}

func newInternet(timeout time.Duration) *internet {
	return &internet{
		nodes: map[netip.AddrPort]*node{},
		nat:   &nat{public: publicAddr.Addr(), timeout: timeout, nextPort: 40001},
	}
}

// restart has the gateway forget everything.
func (i *internet) restart() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.nat.bindings = nil
}

func inside(a netip.AddrPort) bool { return a.Addr().Is4() && a.Addr().As4()[0] == 192 }

// send carries a datagram, through the gateway if need be.
func (i *internet) send(from, to netip.AddrPort, b []byte) {
	b = append([]byte(nil), b...)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.lose != nil && i.lose(from, to) {
		return
	}
	if inside(from) {
		from = i.nat.out(from, to)
	}
	time.AfterFunc(latency, func() { i.arrive(from, to, b) })
}

func (i *internet) arrive(from, to netip.AddrPort, b []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if to.Addr() == i.nat.public {
		to = i.nat.in(from, to)
	}
	if n := i.nodes[to]; n != nil {
		select {
		case n.in <- arrival{from, b}:
		default:
		}
	}
}

// out finds or makes the binding of what leaves.
func (n *nat) out(from, to netip.AddrPort) netip.AddrPort {
	for _, b := range n.alive() {
		if b.inside == from && (!n.symmetric || b.peers[to]) {
			b.peers[to], b.used = true, time.Now()
			return b.outside
		}
	}
	outside := netip.AddrPortFrom(n.public, n.nextPort)
	n.nextPort++
	n.bindings = append(n.bindings, &natBinding{from, outside, map[netip.AddrPort]bool{to: true}, time.Now()})
	return outside
}

// in finds who is meant by what comes.
func (n *nat) in(from, to netip.AddrPort) netip.AddrPort {
	for _, b := range n.alive() {
		if b.outside == to && b.peers[from] {
			if n.inbound {
				b.used = time.Now()
			}
			return b.inside
		}
	}
	return netip.AddrPort{}
}

func (n *nat) alive() []*natBinding {
	var alive []*natBinding
	for _, b := range n.bindings {
		if time.Since(b.used) < n.timeout {
			alive = append(alive, b)
		}
	}
	n.bindings = alive
	return alive
}

// A node is a socket.
type node struct {
	*internet
	addr netip.AddrPort
	in   chan arrival
	wake chan struct{}
	once sync.Once
}

type arrival struct {
	from netip.AddrPort
	b    []byte
}

// listen opens a socket.
func (i *internet) listen(addr netip.AddrPort) *node {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := &node{internet: i, addr: addr, in: make(chan arrival, 64), wake: make(chan struct{})}
	i.nodes[addr] = n
	return n
}

func (n *node) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case a := <-n.in:
		return copy(b, a.b), net.UDPAddrFromAddrPort(a.from), nil
	case <-n.wake:
		return 0, nil, os.ErrDeadlineExceeded
	}
}

func (n *node) WriteTo(b []byte, to net.Addr) (int, error) {
	n.send(n.addr, to.(*net.UDPAddr).AddrPort(), b)
	return len(b), nil
}

func (n *node) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(n.addr) }

// SetReadDeadline knows deadlines that have passed, and none after one.
func (n *node) SetReadDeadline(t time.Time) error {
	if !t.IsZero() {
		n.once.Do(func() { close(n.wake) })
	}
	return nil
}

func (n *node) SetDeadline(t time.Time) error    { return n.SetReadDeadline(t) }
func (n *node) SetWriteDeadline(time.Time) error { return nil }
func (n *node) Close() error                     { return n.SetReadDeadline(time.Unix(1, 0)) }
