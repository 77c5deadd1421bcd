package rpc

import (
	"bytes"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: elements in a namespace other than theirs. A name in one of SOAP's, XML
// Schema's or CWMP's is taken for what it was meant to be, with a diagnostic. One in a
// vendor's namespace is the vendor's, whatever its local name, and so is all that is in
// it: it is never read as the standard's. The one exception is an argument of a message
// that has text alone in it and is there once, which is read under any namespace.

// HeaderNamespace: an element of the Header in no namespace, or in one of SOAP's or XML
// Schema's, where SOAP 1.1 section 4.2 wants one of its own, so that it is nobody's,
// whatever its name. It is kept in Envelope.Header. A vendor's is no deviation.
const HeaderNamespace soap.Code = "header-namespace"

// cwmpURI is what the CWMP namespaces begin with.
const cwmpURI = "urn:dslforum-org:cwmp-"

// likeCWMP says whether the current element is in a namespace that is called like those
// of CWMP, such as one of a version that there is not.
func (c *Codec) likeCWMP() bool {
	uri := c.dec.URI()
	return len(uri) >= len(cwmpURI) && bytes.EqualFold(uri[:len(cwmpURI)], []byte(cwmpURI))
}

// cwmp gives the namespace as which the current element is read: CWMP 1.0 for a
// version of CWMP that there is not, unless at Strict.
func (c *Codec) cwmp(ns soap.NS) soap.NS {
	if ns != soap.NSOther || c.level == soap.Strict || !c.likeCWMP() {
		return ns
	}
	return soap.NSCWMP10
}

// isOdd says whether a CWMP namespace is one that no standard has.
func isOdd(ns soap.NS) bool {
	return ns != soap.NSCWMP10 && ns != soap.NSCWMP11 && ns != soap.NSCWMP12
}

// oddName is what a diagnostic says of a CWMP namespace that no standard has: the
// last part of its URI, which is the peer's text.
func (c *Codec) oddName(ns soap.NS) string {
	if ns != soap.NSOther {
		return ns.String()
	}
	const most = 64
	name := c.dec.URI()[len("urn:dslforum-org:"):]
	return printable(string(name[:min(len(name), most)]))
}

// foreign says whether the current element, which is in soap.NSOther, is a vendor's. In a
// message of the vendor's own it is at home.
func (c *Codec) foreign() bool {
	return !c.likeCWMP() && string(c.dec.URI()) != c.own
}

// stranger is for a vendor's child of f. In a fault's detail it is welcome.
func (c *Codec) stranger(f Fielder) {
	switch f.(type) {
	case *faultDetail:
		c.extra.keep(c)
	default:
		c.strangeItem()
	}
}

// strangeItem is for a vendor's element where none belongs.
func (c *Codec) strangeItem() {
	c.deviate(UnknownElement, "", "")
	c.extra.keep(c)
}

// item looks at the current element, an item of an array of such, and says whether it
// is to be read as one.
func (c *Codec) item(name string) bool {
	ns, local := c.dec.Name()
	return ns == soap.NSNone && string(local) == name || c.oddItem(ns, string(local) == name)
}

// oddItem is item for one in a namespace, or of another name.
func (c *Codec) oddItem(ns soap.NS, named bool) bool {
	if ns == soap.NSOther && c.foreign() {
		c.strangeItem()
		return false
	}
	if ns != soap.NSNone {
		c.deviate(QualifiedElement, "", "")
	}
	if !named {
		c.deviate(ArrayItemName, "", "")
	}
	return true
}

// messageDepth is the number of open elements among the arguments of a message.
const messageDepth = 3

// spaced looks at the namespace of the child at hand, whose local name is that of a
// field, and says whether it is to be taken for that field. A vendor's is, if there is
// no other and no element in it.
func (c *Codec) spaced(bit uint64, kind uint8) bool {
	if c.alien && (kind&inner != 0 || c.seen&bit != 0) {
		c.hit = false
		return false
	}
	if kind&qualified == 0 {
		c.deviate(QualifiedElement, "", "")
	}
	return true
}

// inCWMP looks at the namespace of the current element, which should be the one that
// the elements before it are in.
func (c *Codec) inCWMP() {
	wire, _ := c.dec.Name()
	ns := c.cwmp(wire)
	switch {
	case ns == soap.NSUndeclared: // which the decoder has told of
	case !ns.IsCWMP(), ns == wire && c.ns != soap.NSNone && ns != c.ns:
		c.deviate(FaultNamespace, "", "")
	case isOdd(wire):
		c.deviate(OddNamespace, "", c.oddName(wire))
	}
	if c.ns == soap.NSNone && wire.IsCWMP() {
		c.ns = wire
	}
}

// misnamed is for a header element that is not read, in such a namespace that it should
// not be there.
func (r *reader) misnamed() {
	switch ns, _ := r.dec.Name(); ns {
	case soap.NSOther, soap.NSUndeclared:
	default:
		if !ns.IsCWMP() {
			r.deviate(HeaderNamespace, "", "")
		}
	}
}
