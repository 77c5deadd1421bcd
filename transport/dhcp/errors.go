package dhcp

import (
	"errors"
	"fmt"
)

// What an *Error wraps.
var (
	ErrLength    = errors.New("dhcp: bad length")
	ErrURL       = errors.New("dhcp: bad ACS URL")
	ErrValue     = errors.New("dhcp: bad value")
	ErrDuplicate = errors.New("dhcp: sub-option given twice")
	ErrBareURL   = errors.New("dhcp: URL without sub-option header")
	ErrClass     = errors.New("dhcp: the announced vendor class is not CWMP's")
	ErrCode      = errors.New("dhcp: code is not for unknown sub-options")
)

// An Error says what is wrong with an option and where. It holds no value.
type Error struct {
	Offset int    // of the sub-option's code in the content; -1 from a builder
	Code   uint16 // the sub-option's code; 0 for the option as a whole
	Err    error  // one of the above
	Reason string // what is wrong, in words
}

// Error names the sub-option, the offset and the reason.
func (e *Error) Error() string {
	where := ""
	if e.Offset >= 0 {
		where = fmt.Sprintf(" at offset %d", e.Offset)
	}
	return fmt.Sprintf("%v: sub-option %d%s: %s", e.Err, e.Code, where, e.Reason)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// A Deviation is something accepted that ought not to be there.
type Deviation uint8

// The deviations. All up to BadValue are errors when strict.
const (
	BareURL       Deviation = iota + 1 // a URL without sub-option header
	Clamped                            // the length ran past the end; the value is what was there
	NoLength                           // a last byte that is a code without length; ignored
	Duplicate                          // a second sub-option of a code; ignored
	BadValue                           // a bad value outside of sub-option 1; ignored
	TrailingNUL                        // one or more NULs at a value's end; taken off
	AfterEnd                           // bytes after the end mark; ignored
	EmptyField                         // an empty username or password; taken as such
	PasswordSpace                      // a password with a space, which the form cannot express; kept
	Code1                              // option 125 with the URL in sub-option 1; see Options.Code1
	OtherClass                         // the announced vendor class is not CWMP's; an error when strict
)

var deviations = [...]string{
	BareURL: "URL without sub-option header", Clamped: "length clamped", NoLength: "code without length ignored",
	Duplicate: "duplicate ignored", BadValue: "bad value ignored", TrailingNUL: "trailing NUL taken off",
	AfterEnd: "bytes after the end ignored", EmptyField: "empty username or password", PasswordSpace: "space in the password",
	Code1: "ACS URL in sub-option 1 of option 125", OtherClass: "vendor class is not CWMP's",
}

// String returns the deviation in words; "Deviation(?)" for none.
func (d Deviation) String() string {
	if d < BareURL || d > OtherClass {
		return "Deviation(?)"
	}
	return deviations[d]
}

// A Diagnostic is a deviation and its place.
type Diagnostic struct {
	Deviation Deviation // what was accepted
	Offset    int       // of the sub-option's code byte in the content
	Code      uint16    // the sub-option's code; 0 for BareURL
}

// String returns the deviation with its place.
func (d Diagnostic) String() string {
	return fmt.Sprintf("sub-option %d at offset %d: %v", d.Code, d.Offset, d.Deviation)
}
