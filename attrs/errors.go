package attrs

import (
	"errors"
	"fmt"
)

// What a *WriteError wraps. A CPE answers the ACS with the fault named here
// (TR-069 A.5.1).
var (
	ErrSource  = errors.New("attrs: source not allowed") // 9008, parameter not writable
	ErrValue   = errors.New("attrs: bad value")          // 9007, invalid parameter value
	ErrUnknown = errors.New("attrs: unknown attribute")  // 9005, invalid parameter name
	ErrLocked  = errors.New("attrs: locked")             // 9008: a lock, a pin or a disabled source
	ErrPolicy  = errors.New("attrs: security policy")    // 9007: the profile's Policy; Explain keeps a trace
)

// Which gate is shut; see Endpoint.Ready.
var (
	ErrDisabled    = errors.New("attrs: CWMP is not enabled")
	ErrNoURL       = errors.New("attrs: no set has an ACS URL")
	ErrNoSSLPolicy = errors.New("attrs: the ACS URL is https and no SSL client policy is assigned")
)

// ErrProfile is what every *ProfileError wraps.
var ErrProfile = errors.New("attrs: bad profile")

// A WriteError says why one attribute of a transaction was refused. It never
// holds the value.
type WriteError struct {
	Attr   Attr   // what was to be set
	Source Source // by whom
	Err    error  // ErrSource, ErrValue, ErrUnknown, ErrLocked or ErrPolicy
	Reason string // what is wrong; empty for ErrSource and ErrUnknown
}

// Error names the attribute, the source and the reason.
func (e *WriteError) Error() string {
	text := fmt.Sprintf("%v: %.64q from %v", e.Err, string(e.Attr), e.Source)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Unwrap returns Err.
func (e *WriteError) Unwrap() error { return e.Err }

// WriteErrors returns the refusals that err, as Apply, Replace and Undo
// return it, is made of, in the order of the changes. None: nil.
func WriteErrors(err error) []*WriteError {
	switch e := err.(type) {
	case *WriteError:
		return []*WriteError{e}
	case interface{ Unwrap() error }:
		return WriteErrors(e.Unwrap())
	case interface{ Unwrap() []error }:
		var list []*WriteError
		for _, one := range e.Unwrap() {
			list = append(list, WriteErrors(one)...)
		}
		return list
	}
	return nil
}

// A ProfileError is one mistake in a profile.
type ProfileError struct {
	Profile string // the profile's name
	Attr    Attr   // the row at fault; empty: the profile as a whole
	Reason  string // what is wrong
}

// Error names the profile, the row and the reason.
func (e *ProfileError) Error() string {
	if e.Attr == "" {
		return fmt.Sprintf("%v %q: %s", ErrProfile, e.Profile, e.Reason)
	}
	return fmt.Sprintf("%v %q: %q: %s", ErrProfile, e.Profile, string(e.Attr), e.Reason)
}

// Unwrap returns ErrProfile.
func (e *ProfileError) Unwrap() error { return ErrProfile }
