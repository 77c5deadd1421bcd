package attrs

import (
	"slices"
	"time"
)

// A Profile is a device family's rules, as data: which attributes there are,
// who may set each, and who wins. New copies it, so a change made afterwards
// reaches no resolver.
type Profile struct {
	// Name is used in errors and by Explain.
	Name string

	// Rank orders the sources, indexed by Source: the higher beats the lower.
	// Sources of equal rank share one slot an attribute: the later write
	// replaces the earlier, and an undo clears the slot whoever wrote it.
	// The zero array makes all four share one slot.
	Rank [NumSources]uint8

	// Rows has one descriptor for each attribute.
	Rows []Descriptor

	// Sets are the groups of URL, username and password that an endpoint is
	// taken from, whole: the first set whose URL has a value, and never a
	// member of another.
	Sets []EndpointSet

	// Enable is the Bool attribute without which nothing is ready; empty: no
	// such gate.
	Enable Attr

	// SSLPolicy is the String attribute without which an https URL is not
	// ready; empty: no such gate.
	SSLPolicy Attr

	// Locks refuse writes once something has happened. Nil: none; at most 64.
	Locks []Lock

	// Policy is what a URL has to meet before it can win. Zero: nothing.
	Policy Policy

	// Discovery lets one source go before all others while a switch is on.
	// Zero: there is no such switch.
	Discovery Discovery

	// KeepOnLoss are the sources whose layer stays when it is lost; see
	// Resolver.Lost. Zero: every layer goes.
	KeepOnLoss Sources

	// Volatile are the sources whose layer does not outlive a restart, and
	// which Snapshot.Save leaves to Snapshot.SaveVolatile. Zero: none.
	Volatile Sources

	// Override are the sources that may set aside what a higher rank has
	// said; see Resolver.Override. Zero: none, but for DHCP when discovery is
	// due.
	Override Sources

	// Rediscovery is how long an ACS has to be out of reach before DHCP is
	// asked again, if DHCP was how the ACS was first found (TR-069 3.1).
	// Zero: DHCP is asked again only when there is no URL.
	Rediscovery time.Duration

	// BindCredentials takes the username and password of a set from the
	// source that won its URL and from nobody else, so that credentials of
	// one operator do not go to the server of another. False: each attribute
	// is resolved by itself.
	BindCredentials bool
}

// An EndpointSet names the three attributes that make an endpoint.
type EndpointSet struct {
	Name     string // such as "preferred"; reported in Endpoint.Set
	URL      Attr   // of KindURL
	Username Attr   // of KindString
	Password Attr   // of KindSecret

	// Wipe are secrets that are cleared in every layer when the set's URL
	// moves to another host, but for those that the same commit writes. Nil: none.
	Wipe []Attr
}

// A Discovery is a switch by which a device prefers one source, as icwmp
// prefers DHCP.
type Discovery struct {
	// Switch is the Bool attribute that turns it on. Empty: there is none.
	Switch Attr

	// Source goes before every rank while the switch is on, for every
	// attribute but the switch.
	Source Source

	// Off are the sources that turn the switch off by writing one of OffOn.
	// Zero: none does.
	Off Sources

	// OffOn are the attributes meant by Off.
	OffOn []Attr
}

// A Descriptor is a profile's row about one attribute.
type Descriptor struct {
	// Attr is its name.
	Attr Attr

	// Kind says how its text is read.
	Kind Kind

	// From are the sources that may set it.
	From Sources

	// Min and Max bound the value, both inclusive: characters for URL, String
	// and Secret, the number itself for Uint and Int, the clock reading for Time (see
	// Limits). Min 0 allows the empty text. They are not used for Bool.
	Min, Max int64

	// Limits replace Min and Max for some sources: where the command line
	// takes less than the data model. The first row that has the source
	// counts. Nil: Min and Max hold for all.
	Limits []Limits

	// Chars are the characters that a String or Secret may consist of; empty:
	// all but control characters.
	Chars string

	// OneOf are the texts that a String may be; nil: any.
	OneOf []string

	// EmptyClears are the sources whose empty text clears the slot, as an
	// undo does, and is no value. Zero: an empty text is a value, if Min
	// allows it.
	EmptyClears Sources

	// Default is the value of an attribute that nobody set; empty: it has
	// none. A Secret, and a member of an EndpointSet, cannot have one: give it by
	// Apply(Factory, ...).
	Default string

	// Unset is what a display shows when nobody set it, such as "Null".
	Unset string

	// Needs is the Bool attribute without which this one has no effect, as the
	// interval of periodic Informs has none while they are off; it is stored
	// and resolved all the same. Empty: there is no such gate.
	Needs Attr

	// Paths are the parameters of the data model that carry it, relative to
	// the root object, such as "ManagementServer.URL". Nil: none does.
	Paths []string
}

// Limits bound the value as some sources write it.
type Limits struct {
	// From are the sources meant.
	From Sources

	// Min and Max are as in Descriptor. For Time they bound the clock reading
	// as written, zone left aside, in seconds since 1970-01-01T00:00:00.
	Min, Max int64

	// Future asks of a Time that it be later than the device's clock.
	Future bool
}

// limits returns what bounds a value that src writes.
func (d *Descriptor) limits(src Source) Limits {
	for _, l := range d.Limits {
		if l.From.Has(src) {
			return l
		}
	}
	return Limits{Min: d.Min, Max: d.Max}
}

// clone copies all that p refers to.
func (p Profile) clone() Profile {
	p.Sets = slices.Clone(p.Sets)
	for i := range p.Sets {
		p.Sets[i].Wipe = slices.Clone(p.Sets[i].Wipe)
	}
	p.Locks = slices.Clone(p.Locks)
	for i := range p.Locks {
		p.Locks[i].Attrs = slices.Clone(p.Locks[i].Attrs)
	}
	p.Policy.HostSuffixes = slices.Clone(p.Policy.HostSuffixes)
	p.Discovery.OffOn = slices.Clone(p.Discovery.OffOn)
	p.Rows = slices.Clone(p.Rows)
	for i := range p.Rows {
		p.Rows[i] = p.Rows[i].clone()
	}
	return p
}

func (d Descriptor) clone() Descriptor {
	d.Limits = slices.Clone(d.Limits)
	d.Paths = slices.Clone(d.Paths)
	d.OneOf = slices.Clone(d.OneOf)
	return d
}

// row returns the descriptor of a; nil when there is none.
func (p *Profile) row(a Attr) *Descriptor {
	i := slices.IndexFunc(p.Rows, func(d Descriptor) bool { return d.Attr == a })
	if i < 0 {
		return nil
	}
	return &p.Rows[i]
}
