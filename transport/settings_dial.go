package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// NOTE: the connection as Settings want it: opened from one interface, and closed when
// it has lain idle.

// An InterfaceError says why connections cannot be opened from an interface or a local
// address. It comes at the time of the connection, so an interface that has come up by
// the next session serves that.
type InterfaceError struct {
	Name string // Settings.Interface
	Err  error  // what net says, or ErrNoAddress
}

// Error returns one line.
func (e *InterfaceError) Error() string { return fmt.Sprintf("interface %q: %v", clip(e.Name), e.Err) }

// Unwrap returns e.Err.
func (e *InterfaceError) Unwrap() error { return e.Err }

// ErrNoAddress: an interface is down or has no address, or none of a family that the
// other end has too.
var ErrNoAddress = errors.New("no address to connect from")

// LocalAddrs returns the addresses that an interface of this name connects from, one of
// IPv4 and one of IPv6 at most, or the address that name is. Link-local ones are taken
// when there are no others. The error is an *[InterfaceError].
//
// The host of a connection request URL is such an address too.
func LocalAddrs(name string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	i, err := net.InterfaceByName(name)
	var list []net.Addr
	if err == nil {
		list, err = i.Addrs()
	}
	var found []netip.Addr
	if err == nil {
		found, err = chosen(i, list)
	}
	if err != nil {
		return nil, &InterfaceError{name, reason(err)}
	}
	return found, nil
}

// reason takes away from an error of net what its InterfaceError says already.
func reason(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		return op.Err
	}
	return err
}

// chosen picks the best address of each family from those of an interface.
func chosen(i *net.Interface, list []net.Addr) ([]netip.Addr, error) {
	var all []netip.Addr
	for _, a := range list {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, _ := netip.AddrFromSlice(n.IP)
		if ip = ip.Unmap(); ip.Is6() && ip.IsLinkLocalUnicast() {
			ip = ip.WithZone(i.Name)
		}
		if ip.IsValid() && !ip.IsMulticast() && !ip.IsUnspecified() {
			all = append(all, ip)
		}
	}
	if i.Flags&net.FlagUp == 0 || len(all) == 0 {
		return nil, ErrNoAddress
	}
	slices.SortStableFunc(all, func(a, b netip.Addr) int { return cmp.Compare(order(a), order(b)) })
	return slices.CompactFunc(all, func(a, b netip.Addr) bool { return a.Is4() == b.Is4() }), nil
}

// order is IPv4 before IPv6, and in each link-local last.
func order(a netip.Addr) int {
	n := 0
	if a.Is6() {
		n = 2
	}
	if a.IsLinkLocalUnicast() {
		n++
	}
	return n
}

// A dialer opens connections from one interface, or one local address.
type dialer struct{ from string }

// dial tries the other end's addresses in the system's order, each with its share of
// the time that is left, leaving out those of a family that the interface has not.
func (d dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	locals, err := LocalAddrs(d.from)
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	remotes, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	var ways []way
	for _, r := range remotes {
		r = r.Unmap()
		if i := slices.IndexFunc(locals, func(l netip.Addr) bool { return l.Is4() == r.Is4() }); i >= 0 {
			ways = append(ways, way{locals[i], net.JoinHostPort(r.String(), port)})
		}
	}
	err = &InterfaceError{d.from, ErrNoAddress}
	for i, w := range ways {
		var conn net.Conn
		if conn, err = d.try(ctx, network, w, len(ways)-i); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// A way is a local address and a remote one of the same family.
type way struct {
	from netip.Addr
	to   string
}

// try opens one connection, in a share of the time.
func (d dialer) try(ctx context.Context, network string, w way, shares int) (net.Conn, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/time.Duration(shares))
		defer cancel()
	}
	from := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(w.from, 0))}
	conn, err := from.DialContext(ctx, network, w.to)
	if call, ok := errors.AsType[*os.SyscallError](err); ok && call.Syscall == "bind" {
		err = &InterfaceError{d.from, call.Err}
	}
	return conn, err
}

// A dialFunc is Client.Dial.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// closing makes dial's connections close when they have lain idle so long; nil is a
// net.Dialer's.
func closing(dial dialFunc, wait time.Duration) dialFunc {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &idling{Conn: conn, wait: wait}, nil
	}
}

// An idling connection closes itself when nobody has a deadline on its reads and
// nothing was read or written for a time. A link sets no deadline between two
// exchanges, while the device makes its answer (see link.finish), so the session goes
// on on a new connection afterwards.
type idling struct {
	net.Conn
	wait time.Duration
	idle atomic.Bool
}

// SetReadDeadline puts the idle time in the place of no deadline.
func (c *idling) SetReadDeadline(t time.Time) error {
	c.idle.Store(t.IsZero())
	if t.IsZero() {
		t = time.Now().Add(c.wait)
	}
	return c.Conn.SetReadDeadline(t)
}

// Read closes the connection when the idle time is over.
func (c *idling) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && c.idle.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		c.Conn.Close()
	}
	return n, err
}

// Write begins the idle time anew.
func (c *idling) Write(p []byte) (int, error) {
	if c.idle.Load() {
		c.Conn.SetReadDeadline(time.Now().Add(c.wait))
	}
	return c.Conn.Write(p)
}
