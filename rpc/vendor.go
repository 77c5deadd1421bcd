package rpc

import "github.com/cwmp-go/cwmp/soap"

// A Vendor is a message that the registry does not know, kept as its bytes and
// the namespace declarations around it; encoding writes both back. Package
// soap/dom turns the Raw into a tree. A receiver that does not know it either
// answers fault 8000 or 9000.
type Vendor struct {
	Raw soap.Raw
}

// Method returns the local name of the element.
func (v *Vendor) Method() string { return v.Raw.Local }

// Fields takes nothing apart: [Read] and [Envelope.Append] treat a Vendor as a
// whole.
func (v *Vendor) Fields(*Codec) {}
