package rpc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Fault refuses a request: a message on the wire and an error in Go. Its code is
// what it unwraps to, so errors.Is(err, rpc.FaultInvalidParameterName) works.
// See TR-069 section 3.5 and A.5.
type Fault struct {
	FaultCode   FaultCode // 0: a plain SOAP fault without the CWMP detail, such as VersionMismatch
	FaultString string    // FaultString; empty is left out
	// Parameters says what is wrong with each parameter of a refused
	// SetParameterValues; no other method has it.
	Parameters []ParameterFault

	// SOAPCode and SOAPText are faultcode and faultstring. Empty, they are
	// written as the standard wants them: Client or Server by the code, and
	// "CWMP fault". A receiver may ignore both.
	SOAPCode string
	SOAPText string
}

// NewFault returns a fault of the code with the standard's text for it, or with
// the text given.
func NewFault(code FaultCode, text string) *Fault {
	if text == "" {
		text = code.Meaning()
	}
	return &Fault{FaultCode: code, FaultString: text}
}

// AsFault returns the fault in err's tree, or else a fault of the code internal
// that says nothing of err: what went wrong inside is not for the peer.
func AsFault(err error, internal FaultCode) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	if code, ok := errors.AsType[FaultCode](err); ok {
		return NewFault(code, "")
	}
	return NewFault(internal, "")
}

// Method returns "Fault".
func (*Fault) Method() string { return "Fault" }

// Error returns one line: the code, its meaning or text, and the parameters.
// Control characters that the peer put into them are escaped.
func (f *Fault) Error() string {
	if f.FaultCode == 0 {
		return fmt.Sprintf("SOAP fault %s: %s", printable(f.SOAPCode), printable(f.SOAPText))
	}
	s := fmt.Sprintf("fault %d", uint32(f.FaultCode))
	if text := f.text(); text != "" {
		s += ": " + printable(text)
	}
	for _, p := range f.Parameters {
		s += fmt.Sprintf("; %s: %d %s", printable(p.ParameterName), uint32(p.FaultCode), printable(p.FaultString))
	}
	return s
}

// printable escapes what is no printable character, as Go does in a string.
func printable(s string) string {
	quoted := strconv.Quote(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func (f *Fault) text() string {
	if f.FaultString != "" {
		return f.FaultString
	}
	return f.FaultCode.Meaning()
}

// Unwrap returns the code.
func (f *Fault) Unwrap() error { return f.FaultCode }

// Fields lists the children of a SOAP 1.1 Fault.
func (f *Fault) Fields(c *Codec) {
	code, text := &f.SOAPCode, &f.SOAPText
	if c.Encoding() {
		code, text = f.soapDefaults()
	}
	c.String("faultcode", code, 0)
	c.String("faultstring", text, 0)
	if !c.Encoding() || f.FaultCode != 0 {
		c.kind = optional // SOAP has faults without
		c.Struct("detail", (*faultDetail)(f))
	}
}

func (f *Fault) soapDefaults() (code, text *string) {
	c, t := f.SOAPCode, f.SOAPText
	if c == "" {
		c = f.FaultCode.Class()
	}
	if t == "" {
		t = "CWMP fault"
	}
	return &c, &t
}

// faultDetail is the detail element, which holds the CWMP fault.
type faultDetail Fault

func (f *faultDetail) Fields(c *Codec) {
	c.kind = optional // SOAP has details of other things
	c.Qualified("Fault", (*cwmpFault)(f))
}

// cwmpFault is the CWMP fault inside the detail.
type cwmpFault Fault

func (f *cwmpFault) Fields(c *Codec) {
	c.Uint("FaultCode", (*uint32)(&f.FaultCode))
	c.OptString("FaultString", &f.FaultString, 0)
	c.kind = optional
	Repeated(c, "SetParameterValuesFault", &f.Parameters)
}

// A ParameterFault is one parameter's share of a refused SetParameterValues
// (SetParameterValuesFault).
type ParameterFault struct {
	ParameterName string
	FaultCode     FaultCode // 9005 to 9008, which are never the main code
	FaultString   string    // empty is left out
}

// Fields lists the children of SetParameterValuesFault.
func (p *ParameterFault) Fields(c *Codec) {
	c.String("ParameterName", &p.ParameterName, 0)
	c.Uint("FaultCode", (*uint32)(&p.FaultCode))
	c.OptString("FaultString", &p.FaultString, 0)
}
