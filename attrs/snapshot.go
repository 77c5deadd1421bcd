package attrs

import (
	"fmt"
	"strings"
)

// A Snapshot is the state of all attributes after one commit. It never
// changes and may be read by many goroutines. The zero Snapshot knows no
// attribute.
type Snapshot struct {
	plan       *plan
	generation uint64
	rows       []*row
	mem        *memory
	end        Endpoint
}

// Generation counts the commits that changed something; 0 before the first.
func (s *Snapshot) Generation() uint64 { return s.generation }

// Get returns the value of a that holds: the winner's, or the default; ok is
// false when there is neither, or no such attribute. With a profile that
// binds credentials it agrees with Endpoint. It allocates nothing.
func (s *Snapshot) Get(a Attr) (v Value, ok bool) {
	i, ok := s.plan.find(a)
	if !ok {
		return Value{}, false
	}
	v = s.rows[i].value
	return v, v.state != unassigned
}

// Idle returns the attribute whose being off leaves a without effect, by its
// descriptor's Needs; empty when nothing does. The gates of a whole session are
// in Endpoint.Ready.
func (s *Snapshot) Idle(a Attr) Attr {
	i, ok := s.plan.find(a)
	if !ok {
		return ""
	}
	gate := s.plan.profile.Rows[i].Needs
	if g, ok := s.plan.find(gate); !ok || s.rows[g].value.Bool() {
		return ""
	}
	return gate
}

// Endpoint returns the ACS to contact. Gates do not change what it names;
// Ready tells whether one is shut.
func (s *Snapshot) Endpoint() Endpoint {
	if s.plan == nil {
		return Endpoint{Origin: originNone, Ready: ErrNoURL}
	}
	return s.end
}

// String lists the attributes that a source has set, one a line, secrets
// redacted.
func (s *Snapshot) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "generation %d", s.generation)
	for i, r := range s.rows {
		if r.value.Assigned() {
			fmt.Fprintf(&b, "\n%s = %s (%v)", s.plan.profile.Rows[i].Attr, r.value, r.value.source)
		}
	}
	return b.String()
}

// A Member is one attribute of an endpoint.
type Member[T string | Secret] struct {
	Value    T      // empty also when it is assigned empty
	Assigned bool   // some source set it
	Source   Source // which; Factory when not Assigned
}

// An Endpoint is the ACS to contact with the credentials that go to it, all
// of one snapshot and of one set. Take it from a Snapshot: the zero Endpoint has
// no URL and yet nothing in Ready.
type Endpoint struct {
	// Set names the set it was taken from; empty: no set has a URL, and the
	// members are empty.
	Set string

	// URL is absolute, http or https.
	URL Member[string]

	// Username and Password authenticate the CPE. Neither assigned, or both
	// empty: no credentials.
	Username Member[string]
	Password Member[Secret]

	// Origin is Comware's word for where the URL comes from: "User" (CLI or
	// ACS), "DHCP", "Default" (the firmware, or a set after the first) or, without a URL,
	// "None".
	Origin string

	// Ready is nil when a session may start; otherwise ErrDisabled, ErrNoURL
	// or ErrNoSSLPolicy, the first that holds.
	Ready error
}

// endpoint takes the first set that has a URL, whole.
func (p *plan) endpoint(rows []*row) (e Endpoint) {
	e.Origin = originNone
	for k, m := range p.sets {
		if rows[m.url].value.text == "" {
			continue
		}
		pass := rows[m.pass].value
		e.Set = m.name
		e.URL = member(rows[m.url].value)
		e.Origin = origin(k, e.URL.Source)
		e.Username = member(rows[m.user].value)
		e.Password = Member[Secret]{pass.secret, pass.Assigned(), pass.source}
		break
	}
	e.Ready = p.ready(rows, e.URL.Value)
	return e
}

const originNone = "None"

// origin names the source of the URL of set k.
func origin(k int, src Source) string {
	switch {
	case k > 0 || src == Factory:
		return "Default"
	case src == DHCP:
		return "DHCP"
	}
	return "User"
}

func member(v Value) Member[string] { return Member[string]{v.text, v.Assigned(), v.source} }

// ready returns the first gate that is shut.
func (p *plan) ready(rows []*row, url string) error {
	switch {
	case p.enable != none && !rows[p.enable].value.Bool():
		return ErrDisabled
	case url == "":
		return ErrNoURL
	case p.ssl != none && isHTTPS(url) && rows[p.ssl].value.text == "":
		return ErrNoSSLPolicy
	}
	return nil
}
