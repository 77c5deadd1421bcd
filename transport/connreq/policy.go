package connreq

// NOTE: where an ACS sends requests. The URL is the device's word, so that without a
// rule any device could make the ACS knock at every door that it can reach. A name is
// resolved once; what the rule saw is what is dialled.

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// A PortRange is a range of ports, both ends included.
type PortRange struct{ First, Last uint16 }

// A Policy says which addresses an ACS may send connection requests to. The zero
// value allows every public unicast address, with port 80 or one from 1024 up: no
// loopback, no private and no link-local address, and so none of a cloud's own
// services. An ACS whose devices have private addresses says so in Allow; the
// narrowest rule is the address that the device's last Inform came from.
type Policy struct {
	// Allow are the addresses allowed. Nil means the public ones.
	Allow []netip.Prefix
	// Deny are addresses that are not, whatever Allow says. Nil is none.
	Deny []netip.Prefix
	// Ports are the ports allowed. Nil means 80 and all from 1024 up.
	Ports []PortRange
}

var defaultPorts = []PortRange{{80, 80}, {1024, 65535}}

// public is where public unicast addresses are: all of IPv4, and of IPv6 the one
// block that is given out.
var public = prefixes("0.0.0.0/0 2000::/3")

// special are the blocks in public that are no single host of the Internet, or hide
// another address in them: the registries of RFC 6890, multicast and the rest.
var special = prefixes("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 " +
	"192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 " +
	"224.0.0.0/3 2001::/23 2001:db8::/32 2002::/16 3fff::/20")

// prefixes reads a list of this file.
func prefixes(list string) []netip.Prefix {
	var all []netip.Prefix
	for word := range strings.FieldsSeq(list) {
		all = append(all, netip.MustParsePrefix(word))
	}
	return all
}

// Check says whether an address is allowed: nil, or a [*PolicyError]. An IPv4 address
// in IPv6 form counts as the IPv4 address.
func (p *Policy) Check(to netip.AddrPort) error {
	addr := to.Addr().Unmap()
	refuse := func(reason string) error { return &PolicyError{Address: to, Reason: reason} }
	within := func(list []netip.Prefix) bool {
		return slices.ContainsFunc(list, func(x netip.Prefix) bool { return x.Contains(addr) })
	}
	switch {
	case !addr.IsValid():
		return refuse("no address")
	case addr.Zone() != "":
		return refuse("an address with a zone")
	case within(p.Deny):
		return refuse("denied")
	case p.Allow == nil && (!within(public) || within(special)):
		return refuse("not a public address")
	case p.Allow != nil && !within(p.Allow):
		return refuse("not among the allowed")
	case !p.allowsPort(to.Port()):
		return refuse("port not allowed")
	}
	return nil
}

func (p *Policy) allowsPort(port uint16) bool {
	ports := p.Ports
	if ports == nil {
		ports = defaultPorts
	}
	return slices.ContainsFunc(ports, func(r PortRange) bool { return r.First <= port && port <= r.Last })
}

// maxAddrs is how many of a name's addresses are tried.
const maxAddrs = 4

// A resolver finds the addresses of a name.
type resolver func(ctx context.Context, host string) ([]netip.Addr, error)

// resolveDefault asks the system.
func resolveDefault(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// addresses are the allowed addresses of a host, at most maxAddrs. Without one the
// error is the Policy's, or that of resolving.
func (p *Policy) addresses(ctx context.Context, resolve resolver, host string, port uint16) ([]netip.AddrPort, error) {
	all, err := hostAddrs(ctx, resolve, host)
	if err != nil {
		return nil, err
	}
	refused := error(&PolicyError{Reason: "no address", Address: netip.AddrPortFrom(netip.Addr{}, port)})
	var allowed []netip.AddrPort
	for _, a := range all {
		to := netip.AddrPortFrom(a.Unmap(), port)
		if err := p.Check(to); err != nil {
			refused = err
			continue
		}
		if allowed = append(allowed, to); len(allowed) == maxAddrs {
			break
		}
	}
	if allowed == nil {
		return nil, refused
	}
	return allowed, nil
}

// hostAddrs are the addresses of a host. One that ends in a number and is no address
// is not asked for: resolvers take 2130706433, 0x7f.1 and 0177.1 for 127.0.0.1.
func hostAddrs(ctx context.Context, resolve resolver, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if !isName(host) {
		return nil, ErrURL
	}
	if resolve == nil {
		resolve = resolveDefault
	}
	return resolve(ctx, host)
}

const nameChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// isName reports whether a host is a name of letters, digits, hyphens, underscores and
// dots whose last label is no number.
func isName(host string) bool {
	if strings.Trim(host, nameChars) != "" {
		return false
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := labels[len(labels)-1]
	return last != "" && (last[0] < '0' || last[0] > '9')
}
