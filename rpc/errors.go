package rpc

import (
	"errors"
	"fmt"
)

// What can be wrong with a message besides its XML. They come wrapped in a
// [*ValueError] or an [*EnvelopeError], which say where.
var (
	// ErrBoolean, ErrInteger: the text is not of the type that its element has.
	ErrBoolean = errors.New("not a boolean")
	ErrInteger = errors.New("not an integer of this element's range")
	// ErrBase64: the text is no base64.
	ErrBase64 = errors.New("not base64")
	// ErrType: a value whose text is not of the simple type that its xsi:type names,
	// where none of the others says so: a decimal, float, double, date, time or
	// hexBinary. Reading, soap.Strict alone looks at values. Names, URIs, durations and
	// parts of a date, such as gYear, are not looked at.
	ErrType = errors.New("not of the type that xsi:type names")
	// ErrDateTime is what [DateTime.Time] returns for a text that is no dateTime.
	ErrDateTime = errors.New("not a dateTime")
	// ErrLength: longer than the schema's maxLength. Reading, soap.Strict alone
	// refuses it.
	ErrLength = errors.New("longer than the schema allows")
	// ErrItems: an array with more items than [Config].MaxItems, or a Header
	// with more elements than are kept, or more items than bytes to say something.
	ErrItems = errors.New("more items than allowed")

	// ErrNotEnvelope: the root element is no SOAP 1.1 Envelope.
	ErrNotEnvelope = errors.New("not a SOAP 1.1 envelope")
	// ErrNoBody, ErrTwice: an envelope without a Body; two Headers, two Bodies,
	// a header element, DeviceId or a child of it given twice. Identity is never
	// a matter of leniency.
	ErrNoBody = errors.New("no Body")
	ErrTwice  = errors.New("given twice")
	// ErrMisplaced: a header element of the standard with a message that it does
	// not belong to, such as UseCWMPVersion with anything but an InformResponse.
	ErrMisplaced = errors.New("header element does not belong to this message")
	// ErrNoMessage: an Envelope with a nil Message cannot be written.
	ErrNoMessage = errors.New("no message")
)

// A ValueError says which element of a well-formed message holds a bad value.
// An ACS answers it with fault 8003, a CPE with 9003.
type ValueError struct {
	Path   string // the element, such as /Envelope/Body/Inform/MaxEnvelopes
	Offset int64  // of the decoder, at or after the value; 0 when encoding
	Err    error
}

// Error returns one line. It never holds the value, which may be a secret.
func (e *ValueError) Error() string {
	return fmt.Sprintf("rpc: %s: %v", e.Path, e.Err)
}

// Unwrap returns e.Err.
func (e *ValueError) Unwrap() error { return e.Err }

// An EnvelopeError says what is wrong with the envelope around a message.
type EnvelopeError struct {
	Path   string
	Offset int64
	Err    error
}

// Error returns one line.
func (e *EnvelopeError) Error() string {
	return fmt.Sprintf("rpc: offset %d, %s: %v", e.Offset, e.Path, e.Err)
}

// Unwrap returns e.Err.
func (e *EnvelopeError) Unwrap() error { return e.Err }
