package rpc

import (
	"sync"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: this file writes envelopes, read.go reads them.

// An Envelope is one message with the header elements that travel with it
// (TR-069 section 3.5, table 4). A nil *Envelope stands, in the packages above,
// for an HTTP message without a body.
type Envelope struct {
	// ID correlates a response with its request. HasID tells an empty ID, which
	// is echoed byte for byte, from an absent one, which is answered without.
	ID    string
	HasID bool
	// HoldRequests is true when the ACS forbids the CPE to send requests. Only
	// an ACS writes it. Absent is false.
	HoldRequests bool
	// Version is the version that the namespace stands for; reading leaves zero
	// when nothing in the message is in a CWMP namespace.
	Version Version
	// Header holds every other header element, unread.
	Header []soap.Raw
	// Message is the first element of the Body; nil when it has none.
	Message Message
}

// NewEnvelope returns an envelope with an ID.
func NewEnvelope(v Version, id string, m Message) *Envelope {
	return &Envelope{ID: id, HasID: true, Version: v, Message: m}
}

// A Style is how an encoder writes what several spellings would say. The zero
// value is the standard's own form.
type Style struct {
	// NoDeclaration leaves out <?xml version="1.0" encoding="UTF-8"?>. Zero
	// writes it. Some CPEs insist on it, some abort on it.
	NoDeclaration bool
	// EnvelopePrefix is SOAP's, for peers that compare prefixes literally. Empty
	// is soap-env.
	EnvelopePrefix string
	// EncodingPrefix is that of SOAP's encoding. Empty is soap-enc.
	EncodingPrefix string
	// CWMPPrefix is CWMP's. Empty is cwmp.
	CWMPPrefix string
}

var encoders = sync.Pool{New: func() any { return new(soap.Encoder) }}

// Append appends the envelope's XML to dst. The error is a [*ValueError] for a
// value longer than the schema allows, ErrNoMessage, or the encoder's, for text
// that XML cannot carry; dst is then returned as it was.
func (e *Envelope) Append(dst []byte, style Style) ([]byte, error) {
	if e.Message == nil {
		return dst, ErrNoMessage
	}
	enc := encoders.Get().(*soap.Encoder)
	enc.Reset(dst)
	style.apply(enc)
	out, err := e.encode(enc)
	if err != nil {
		return dst, err // and not back to the pool: a bad prefix stays with an encoder
	}
	enc.Reset(nil)
	encoders.Put(enc)
	return out, nil
}

// apply sets every prefix, so that a pooled encoder keeps none of its last
// user's.
func (s Style) apply(enc *soap.Encoder) {
	enc.SetPrefix(soap.NSEnvelope, or(s.EnvelopePrefix, "soap-env"))
	enc.SetPrefix(soap.NSEncoding, or(s.EncodingPrefix, "soap-enc"))
	for _, ns := range cwmpNamespaces {
		enc.SetPrefix(ns, or(s.CWMPPrefix, "cwmp"))
	}
	if !s.NoDeclaration {
		enc.Declaration()
	}
}

var cwmpNamespaces = [...]soap.NS{soap.NSCWMP10, soap.NSCWMP11, soap.NSCWMP12}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func (e *Envelope) encode(enc *soap.Encoder) ([]byte, error) {
	ns := e.Version.namespace()
	c := Codec{enc: enc, ns: ns}
	enc.Start(soap.NSEnvelope, "Envelope")
	for _, declared := range [...]soap.NS{soap.NSEnvelope, soap.NSEncoding, soap.NSXSD, soap.NSXSI, ns} {
		enc.Declare(declared)
	}
	e.encodeHeader(&c)
	enc.Start(soap.NSEnvelope, "Body")
	c.message(e.Message)
	enc.End()
	enc.End()
	out, err := enc.Bytes()
	if c.err != nil {
		err = c.err
	}
	return out, err
}

func (e *Envelope) encodeHeader(c *Codec) {
	if !e.HasID && !e.HoldRequests && len(e.Header) == 0 {
		return
	}
	c.enc.Start(soap.NSEnvelope, "Header")
	if e.HasID {
		c.header("ID", e.ID)
	}
	if e.HoldRequests {
		c.header("HoldRequests", boolText(true))
	}
	for _, raw := range e.Header {
		c.enc.Raw(raw)
	}
	c.enc.End()
}

// header writes one header element that has to be understood.
func (c *Codec) header(name, text string) {
	c.enc.Start(c.ns, name)
	c.enc.Attr(soap.NSEnvelope, "mustUnderstand", "1")
	c.enc.Text(text)
	c.enc.End()
}

// message writes the Body's child: a vendor's as it came, a fault in SOAP's
// namespace, anything else in CWMP's.
func (c *Codec) message(m Message) {
	switch m := m.(type) {
	case *Vendor:
		c.enc.Raw(m.Raw)
	case *Fault:
		c.element(soap.NSEnvelope, m.Method(), m)
	default:
		c.element(c.ns, m.Method(), m)
	}
}
