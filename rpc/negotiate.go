package rpc

import (
	"errors"
	"slices"
)

// NOTE: which version a session speaks (TR-069 section 3.7.4), for both ends, as
// functions of the one envelope that decides.

// ErrVersion: the ACS has chosen a version that the CPE did not offer.
var ErrVersion = errors.New("CWMP version that was not offered")

// AgreeVersion is the ACS's choice: the version of the session, by the Inform's
// envelope and the versions that the ACS speaks, and the text of UseCWMPVersion for
// the InformResponse. The text is empty when the Inform does not name its versions, or
// has something else in their place: a CPE before 1.4 would not understand the header.
// Without a common version the error is FaultACSVersionIncompatible, which answers the
// Inform.
func AgreeVersion(inform *Envelope, spoken ...Version) (v Version, use string, err error) {
	if !inform.SupportedCWMPVersions.named() {
		if !slices.Contains(spoken, inform.Version) {
			return 0, "", FaultACSVersionIncompatible
		}
		return inform.Version, "", nil
	}
	for _, offered := range inform.SupportedCWMPVersions.Versions() {
		if offered > v && slices.Contains(spoken, offered) {
			v = offered
		}
	}
	if v == 0 {
		return 0, "", FaultACSVersionIncompatible
	}
	return v, v.String(), nil
}

// AcceptVersion is the CPE's conclusion: the version of the session, by the
// InformResponse's envelope and the versions that the CPE offered. UseCWMPVersion
// decides; without it the ACS is one before 1.4, and its namespace does. The error
// is ErrVersion.
func AcceptVersion(response *Envelope, offered ...Version) (Version, error) {
	if response.UseCWMPVersion != "" {
		v := ParseVersion(response.UseCWMPVersion)
		if v == 0 || !slices.Contains(offered, v) {
			return 0, ErrVersion
		}
		return v, nil
	}
	most := response.Version
	if most >= V12 { // 1.2 and 1.3 cannot be told apart here
		most = V13
	}
	var v Version
	for _, o := range offered {
		if o <= most && o > v {
			v = o
		}
	}
	if v == 0 {
		return 0, ErrVersion
	}
	return v, nil
}
