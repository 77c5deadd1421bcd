package connreq

// NOTE: the ACS's end of UDP connection requests: three copies of one datagram, from
// the very socket of the STUN server, because only what comes from there passes the
// NAT in front of the CPE (Annex G).

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// DefaultCopies is how many copies of a UDP connection request are sent: nobody
// answers one, so that none can be asked for again.
const DefaultCopies = 3

// A UDPSender is the ACS's end of UDP connection requests. The zero value with a Conn
// works. It is safe for concurrent use as far as Conn is. See TR-069 Annex G.
type UDPSender struct {
	// Conn is the socket of the STUN server that the CPE binds with; on another
	// one, a request does not pass the CPE's NAT. No deadline is set on it.
	Conn net.PacketConn
	// Policy says where requests may go. Zero allows public addresses.
	Policy Policy
	// Copies is how many copies are sent. Zero or less means DefaultCopies.
	Copies int
	// Resolve finds the addresses of a host that is a name. Nil asks the system.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Now is the clock. Nil is time.Now. A CPE takes no two requests of the same
	// second, and none that is older than the last one: an ACS of several servers
	// needs clocks that agree.
	Now func() time.Time
}

// Send sends a request to a UDPConnectionRequestAddress, host or host:port with 80 as
// the port that is left out. No error means that all copies were sent, not that they
// arrived: the session shows that. The error is [ErrURL], a [*PolicyError], one that
// wraps [ErrMalformed] for credentials that no datagram can carry, or the network's.
func (s *UDPSender) Send(ctx context.Context, address string, c Credential) error {
	ctx, cancel := context.WithTimeout(ctx, DefaultTimeout)
	defer cancel()
	to, err := s.target(ctx, address)
	if err != nil {
		return err
	}
	datagram, err := s.request(address, c).Append(nil, c.Password)
	if err != nil {
		return err
	}
	for range positive(s.Copies, DefaultCopies) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if _, err := s.Conn.WriteTo(datagram, net.UDPAddrFromAddrPort(to)); err != nil {
			return err
		}
	}
	return nil
}

// request makes a request with an id and a cnonce that nobody can foretell.
func (s *UDPSender) request(address string, c Credential) UDPRequest {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	var id [4]byte
	rand.Read(id[:])
	return UDPRequest{
		Host: address, TS: now().Unix(), Username: c.Username,
		ID:     strconv.FormatUint(uint64(binary.BigEndian.Uint32(id[:])), 10),
		CNonce: rand.Text(),
	}
}

// target finds the address to send to.
func (s *UDPSender) target(ctx context.Context, address string) (netip.AddrPort, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	all, err := s.Policy.addresses(ctx, s.Resolve, host, port)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return all[0], nil
}

// splitAddress parts host and port. An IPv6 host stands in brackets.
func splitAddress(address string) (string, uint16, error) {
	host, portText := address, ""
	if i := strings.LastIndexByte(address, ':'); i >= 0 && !strings.HasSuffix(address, "]") {
		host, portText = address[:i], address[i+1:]
		if portText == "" {
			return "", 0, ErrURL
		}
	}
	if inner, ok := cutAround(host, "[", "]"); ok {
		host = inner
	} else if strings.Contains(host, ":") {
		return "", 0, ErrURL
	}
	port, err := portOf(portText)
	return host, port, err
}
