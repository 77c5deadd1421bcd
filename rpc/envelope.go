package rpc

import (
	"slices"
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
	// SessionTimeout is how many seconds, 30 or more, the CPE would like the ACS to
	// wait for it. It stands in an Inform only, since CWMP 1.3, and counts when
	// HasSessionTimeout is true.
	SessionTimeout    uint32
	HasSessionTimeout bool
	// SupportedCWMPVersions are the versions that the CPE offers, and UseCWMPVersion
	// is the one that the ACS has chosen of them, as they stand in the message.
	// The one is in an Inform only, the other in an InformResponse only, both since
	// CWMP 1.4; empty is absent. See [AgreeVersion] and [AcceptVersion].
	SupportedCWMPVersions VersionList
	UseCWMPVersion        string
	// NoMoreRequests is a relic of 2004 without a meaning. It is read, and written
	// only when HasNoMoreRequests is true.
	NoMoreRequests    bool
	HasNoMoreRequests bool
	// Version is whose envelope this is. Reading, it is the version that the
	// namespace stands for; where that is 1.2, which 1.3 and 1.4 share, the header
	// raises it: to the version in UseCWMPVersion, or to the highest known one in
	// SupportedCWMPVersions, or for SessionTimeout to 1.3. It is never lowered, and
	// it is zero when nothing in the message is in a CWMP namespace. It says what
	// the sender of this message speaks, which need not be what the session uses.
	Version Version
	// Header holds every other header element, unread, and those of the standard that
	// SOAP's actor addresses to somebody else.
	Header []soap.Raw
	// Message is the first element of the Body; nil when it has none.
	Message Message
	// Unknown are the elements of the message that it has no field for, such as a
	// vendor's additions to Download: at most 16 of them, and 16 KiB in all with the
	// namespace declarations around them. Others are passed over; Diagnostics tell of
	// all. What a vendor has put into the detail of a fault is here too, and no deviation.
	// Writing does not look at them.
	Unknown []Unknown
	// Diagnostics are the deviations that reading has put up with, in the order in
	// which they were met, at most 1,000; MoreDiagnostics counts the rest. nil is
	// none. Writing does not look at them.
	Diagnostics     []soap.Diagnostic
	MoreDiagnostics int
}

// An Unknown is an element in a message that the message has no field for.
type Unknown struct {
	Path string // as in a diagnostic: local names, "/Envelope/Body/Download/Md5"
	Raw  soap.Raw
}

// NewEnvelope returns an envelope with an ID.
func NewEnvelope(v Version, id string, m Message) *Envelope {
	return &Envelope{ID: id, HasID: true, Version: v, Message: m}
}

// A writer is what writing an envelope needs, and is used again.
type writer struct {
	enc   soap.Encoder
	c     Codec
	style Style
	buf   []byte // the document of a caller who brings no memory
}

// maxKept bounds a buffer that is used again. A longer document is given away as
// it is; a long list makes room for all of itself beforehand.
const maxKept = 64 << 10

var writers = sync.Pool{New: func() any { return &writer{buf: make([]byte, 0, 4<<10)} }}

// Append appends the envelope's XML to dst. The error is a [*ValueError] for a
// value longer than the schema allows or a header element that does not belong to
// the message, ErrNoMessage, or the encoder's, for text
// that XML cannot carry; dst is then returned as it was.
func (e *Envelope) Append(dst []byte, style Style) ([]byte, error) {
	if e.Message == nil {
		return dst, ErrNoMessage
	}
	if name := e.misplaced(); name != "" {
		return dst, &ValueError{Path: "/Envelope/Header/" + name, Err: ErrMisplaced}
	}
	w := writers.Get().(*writer)
	own := cap(dst) == 0 // encode into w.buf and copy what came out, once
	if own {
		w.enc.Reset(w.buf[:0])
	} else {
		w.enc.Reset(dst)
	}
	w.style = style
	w.style.apply(&w.enc)
	out, err := e.encode(w)
	if err != nil {
		return dst, err // and not back to the pool: a bad prefix stays with an encoder
	}
	if own && cap(out) <= maxKept {
		w.buf = out
		out = slices.Clone(out)
	}
	w.enc.Reset(nil)
	w.c, w.style = Codec{}, Style{}
	writers.Put(w)
	return out, nil
}

func (e *Envelope) encode(w *writer) ([]byte, error) {
	ns := e.Version.namespace()
	enc, c := &w.enc, &w.c
	*c = Codec{enc: enc, ns: ns, style: w.style.fields()}
	enc.Start(soap.NSEnvelope, "Envelope")
	for _, declared := range [...]soap.NS{soap.NSEnvelope, soap.NSEncoding, soap.NSXSD, soap.NSXSI, ns} {
		enc.Declare(declared)
	}
	e.encodeHeader(c, &w.style)
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
