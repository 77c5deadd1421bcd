package attrs

import "strings"

// NumSources is the number of sources, and the length of Profile.Rank.
const NumSources = 4

// A Source is somebody who can set an attribute. The order of the constants
// says nothing about precedence: that is the profile's business.
type Source uint8

// The sources.
const (
	Factory Source = iota // what the firmware was built or shipped with
	DHCP                  // the DHCP server, as one layer that it replaces as a whole
	CLI                   // the operator at the device: command line, web page, start-up file
	ACS                   // the auto-configuration server, by SetParameterValues
)

var sourceNames = [NumSources]string{"Factory", "DHCP", "CLI", "ACS"}

// String returns "Factory", "DHCP", "CLI" or "ACS"; "Source(?)" for what is
// none of the four.
func (s Source) String() string {
	if s >= NumSources {
		return "Source(?)"
	}
	return sourceNames[s]
}

// Sources is a set of sources. Zero is the empty set.
type Sources uint8

const allSources Sources = 1<<NumSources - 1

// From makes a set of sources. What is none of the four is left out.
func From(list ...Source) Sources {
	var m Sources
	for _, s := range list {
		m |= 1 << s
	}
	return m & allSources
}

// Has reports whether s is in the set.
func (m Sources) Has(s Source) bool { return m&(1<<s) != 0 }

// String returns the set in words, such as "CLI and ACS"; "nobody" when it is
// empty.
func (m Sources) String() string {
	var names []string
	for s := range Source(NumSources) {
		if m.Has(s) {
			names = append(names, s.String())
		}
	}
	switch n := len(names); n {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
