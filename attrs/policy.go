package attrs

import (
	"net/url"
	"strings"
)

// A Policy is what a URL has to meet before it can win, whoever sets it. A
// write against it is refused with ErrPolicy; the URL is kept beside the
// layers as suppressed, where it can never win and Explain shows it with the
// reason. A URL that was stored before the policy was tightened, or before
// the ACS proved to speak TLS, is passed over in favour of the next source.
type Policy struct {
	// HTTPSOnly refuses http. False: both may win.
	HTTPSOnly bool

	// HostSuffixes are the domains, such as "acs.example", in which the URL's
	// host has to be: the domain itself or a name below it. An address of IPv4
	// or IPv6 has to be listed as it is. Nil: every host.
	HostSuffixes []string

	// NoDowngrade are the sources whose http URL is refused while the URL in
	// use is https, and passed over after a session over https in this epoch.
	// Zero: none is.
	NoDowngrade Sources
}

// host returns the URL's host in lower case, without port and final dot.
func host(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// isHTTPS reports whether the URL's scheme is https, in any case of letters.
func isHTTPS(text string) bool {
	const https = "https:"
	return strings.EqualFold(text[:min(len(https), len(text))], https)
}

// against returns why the URL v cannot win, or "". Secure says that http
// would be a downgrade.
func (p *Policy) against(v Value, secure bool) string {
	switch plain := !isHTTPS(v.text); {
	case v.kind != KindURL || v.text == "":
		return ""
	case plain && p.HTTPSOnly:
		return "not https"
	case plain && secure && p.NoDowngrade.Has(v.source):
		return "a downgrade from https"
	case len(p.HostSuffixes) > 0 && !p.trusts(host(v.text)):
		return "host not in the list"
	}
	return ""
}

func (p *Policy) trusts(host string) bool {
	for _, suffix := range p.HostSuffixes {
		suffix = strings.ToLower(strings.Trim(suffix, "."))
		if host == suffix || strings.HasSuffix(host, "."+suffix) && !isAddress(host) {
			return true
		}
	}
	return false
}

// isAddress reports whether a host is an address and no name: it holds a
// colon, or its last label starts with a digit.
func isAddress(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Contains(host, ":") || last != "" && last[0] >= '0' && last[0] <= '9'
}

// A trace is a value that the policy refused.
type trace struct {
	value  Value
	reason string
}

// suppress keeps v beside the layers of row i.
func (d *draft) suppress(i int, v Value, reason string) {
	r := d.edit(i)
	var traces [NumSources]trace
	if r.traces != nil {
		traces = *r.traces
	}
	traces[v.source] = trace{v, reason}
	r.traces = &traces
}

// forget drops what is kept of src beside row i.
func (d *draft) forget(i int, src Source) {
	old := d.rows[i].traces
	if old == nil || old[src].reason == "" {
		return
	}
	traces := *old
	traces[src] = trace{}
	d.edit(i).traces = &traces
}
