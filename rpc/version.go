package rpc

import (
	"strings"

	"github.com/cwmp-go/cwmp/soap"
)

// A Version is a CWMP version. The zero value means "not said": [Envelope.Append]
// writes it as [V12], and a session takes its default.
type Version uint8

// The CWMP versions. 1.2, 1.3 and 1.4 share the namespace of 1.2 and are told
// apart by header elements (TR-069 section 3.7.4).
const (
	V10 Version = iota + 1 // TR-069 Amendment 1
	V11                    // Amendment 2
	V12                    // Amendment 3
	V13                    // Amendment 4
	V14                    // Amendments 5 and 6
)

var versionNames = [...]string{"", "1.0", "1.1", "1.2", "1.3", "1.4"}

// String returns "1.0" to "1.4", or "" for the zero value.
func (v Version) String() string {
	if int(v) < len(versionNames) {
		return versionNames[v]
	}
	return ""
}

// ParseVersion gives the version of a text such as "1.4", with white space around
// it or not, and 0 for any other.
func ParseVersion(s string) Version {
	s = strings.Trim(s, space)
	for v := V10; v <= V14; v++ {
		if s == versionNames[v] {
			return v
		}
	}
	return 0
}

// namespace is the namespace in which version v is written.
func (v Version) namespace() soap.NS {
	switch v {
	case V10:
		return soap.NSCWMP10
	case V11:
		return soap.NSCWMP11
	default:
		return soap.NSCWMP12
	}
}

// versionOf is the lowest version that a namespace stands for. The URIs of 1-3
// and 1-4 are not the standard's, but peers write them.
func versionOf(ns soap.NS) Version {
	switch ns {
	case soap.NSCWMP10:
		return V10
	case soap.NSCWMP11:
		return V11
	case soap.NSCWMP12:
		return V12
	case soap.NSCWMP13:
		return V13
	case soap.NSCWMP14:
		return V14
	default:
		return 0
	}
}
