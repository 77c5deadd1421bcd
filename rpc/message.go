package rpc

import "strings"

// NOTE: this file holds what makes a Go type a CWMP message, and nothing about
// any particular one. A message is open on purpose: a vendor's RPC is a struct,
// a field list and NewResponse, exactly like the standard's own.

// A Message is one child of a SOAP Body: an RPC request, its response, or a
// [*Fault]. Implementations are pointers to plain structs.
type Message interface {
	// Method is the local name of the body's element: "Inform",
	// "InformResponse", "Fault", "X_ACME_Ping".
	Method() string
	Fielder
}

// A Fielder lists its fields once, in the schema's order. The one list encodes,
// decodes and checks lengths; see [Codec].
type Fielder interface {
	// Fields calls a method of c for each field, in order and always for the
	// same fields. There may be any number of them; that one is missing or there
	// twice is noticed of the first 63.
	Fields(c *Codec)
}

// A Request is a message whose answer is an R, so that a caller of
// transport.Do gets the right type back without naming it.
type Request[R Message] interface {
	Message
	// NewResponse returns a new, zero response.
	NewResponse() R
}

// responseSuffix is the standard's rule for the name of a response
// (TR-069 section 3.5: method name + "Response").
const responseSuffix = "Response"

// IsResponse reports whether m answers a request: a response or a [*Fault].
func IsResponse(m Message) bool {
	if _, fault := m.(*Fault); fault {
		return true
	}
	return strings.HasSuffix(m.Method(), responseSuffix)
}

// Answers reports whether m answers the request named method: its response, or
// a [*Fault], which answers anything. A [*Vendor] with the name of one of the
// standard's responses is in a foreign namespace and answers nothing.
func Answers(m Message, method string) bool {
	switch m := m.(type) {
	case *Fault:
		return true
	case *Vendor:
		if standardNew[m.Method()] != nil {
			return false
		}
	}
	name, ok := strings.CutSuffix(m.Method(), responseSuffix)
	return ok && name == method
}
