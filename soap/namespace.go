package soap

// NOTE: CWMP messages use few namespaces, so most code compares a small integer
// and not a URI. This file holds that table, and the Decoder's stack of the
// declarations in scope: bindings, whose bytes lie end to end in nsText. The
// first of them is the prefix xml, which is always in scope.

import "bytes"

// An NS is one of the namespaces that CWMP messages use. Any other is [NSOther].
type NS uint8

// The namespaces of CWMP messages. See TR-069 Amendment 6, section 3.4.1 and Annex A.
const (
	NSNone       NS = iota // no namespace
	NSOther                // a namespace outside this table; Decoder.URI gives it
	NSEnvelope             // SOAP 1.1 envelope, http://schemas.xmlsoap.org/soap/envelope/
	NSEncoding             // SOAP 1.1 encoding, http://schemas.xmlsoap.org/soap/encoding/
	NSXSD                  // XML Schema; the URI of 1999 is read as the same
	NSXSI                  // XML Schema instance; the URI of 1999 is read as the same
	NSXML                  // the namespace of the prefix xml
	NSCWMP10               // urn:dslforum-org:cwmp-1-0, Amendment 1
	NSCWMP11               // urn:dslforum-org:cwmp-1-1, Amendment 2
	NSCWMP12               // urn:dslforum-org:cwmp-1-2, Amendment 3 and later
	NSCWMP13               // not a namespace of the standard; read, never written
	NSCWMP14               // not a namespace of the standard; read, never written
	NSUndeclared           // a prefix that nothing declares and that has no usual meaning; Tolerant alone
	numNS
)

// nsTable says of each NS its URI, its usual prefix and what String calls it.
var nsTable = [numNS]struct{ uri, prefix, name string }{
	NSNone:     {"", "", "none"},
	NSOther:    {"", "", "other"},
	NSEnvelope: {"http://schemas.xmlsoap.org/soap/envelope/", "soap-env", "envelope"},
	NSEncoding: {"http://schemas.xmlsoap.org/soap/encoding/", "soap-enc", "encoding"},
	NSXSD:      {"http://www.w3.org/2001/XMLSchema", "xsd", "xsd"},
	NSXSI:      {"http://www.w3.org/2001/XMLSchema-instance", "xsi", "xsi"},
	NSXML:      {"http://www.w3.org/XML/1998/namespace", "xml", "xml"},
	NSCWMP10:   {"urn:dslforum-org:cwmp-1-0", "cwmp", "cwmp-1-0"},
	NSCWMP11:   {"urn:dslforum-org:cwmp-1-1", "cwmp", "cwmp-1-1"},
	NSCWMP12:   {"urn:dslforum-org:cwmp-1-2", "cwmp", "cwmp-1-2"},
	NSCWMP13:   {"urn:dslforum-org:cwmp-1-3", "cwmp", "cwmp-1-3"},
	NSCWMP14:   {"urn:dslforum-org:cwmp-1-4", "cwmp", "cwmp-1-4"},

	NSUndeclared: {"", "", "undeclared"},
}

const (
	uriXMLNS   = "http://www.w3.org/2000/xmlns/" // bound to the prefix xmlns, and to nothing else
	uriXSD1999 = "http://www.w3.org/1999/XMLSchema"
	uriXSI1999 = "http://www.w3.org/1999/XMLSchema-instance"
)

// URI gives the namespace's URI, or "" for NSNone, NSOther and NSUndeclared.
func (n NS) URI() string {
	if n < numNS {
		return nsTable[n].uri
	}
	return ""
}

// IsCWMP says whether n is one of the CWMP namespaces.
func (n NS) IsCWMP() bool { return n >= NSCWMP10 && n <= NSCWMP14 }

// String gives a short name for people to read, such as "cwmp-1-2".
func (n NS) String() string {
	if n < numNS {
		return nsTable[n].name
	}
	return "invalid"
}

// nsOf looks a URI up in the table. A switch over constant strings compares
// lengths and then bytes, without a map.
func nsOf(uri []byte) NS {
	switch string(uri) {
	case "":
		return NSNone
	case "http://schemas.xmlsoap.org/soap/envelope/":
		return NSEnvelope
	case "http://schemas.xmlsoap.org/soap/encoding/":
		return NSEncoding
	case "http://www.w3.org/2001/XMLSchema", uriXSD1999:
		return NSXSD
	case "http://www.w3.org/2001/XMLSchema-instance", uriXSI1999:
		return NSXSI
	case "http://www.w3.org/XML/1998/namespace":
		return NSXML
	case "urn:dslforum-org:cwmp-1-0":
		return NSCWMP10
	case "urn:dslforum-org:cwmp-1-1":
		return NSCWMP11
	case "urn:dslforum-org:cwmp-1-2":
		return NSCWMP12
	case "urn:dslforum-org:cwmp-1-3":
		return NSCWMP13
	case "urn:dslforum-org:cwmp-1-4":
		return NSCWMP14
	}
	return NSOther
}

// A binding is a declaration in scope: its prefix is nsText[prefix:uri], its URI
// nsText[uri:end]. An empty prefix is the default namespace; an empty URI undoes it.
type binding struct {
	prefix, uri, end int
	ns               NS
}

var (
	xmlPrefix = []byte("xml")
	xmlURI    = []byte(nsTable[NSXML].uri)
)

func (d *Decoder) resetBindings() {
	d.ns, d.nsText, d.defaults = d.ns[:0], d.nsText[:0], 0
	d.bind(xmlPrefix, xmlURI)
	d.nsTop = len(d.ns)
}

func (d *Decoder) bind(prefix, uri []byte) {
	b := binding{prefix: len(d.nsText), ns: nsOf(uri)}
	d.nsText = append(d.nsText, prefix...)
	b.uri = len(d.nsText)
	d.nsText = append(d.nsText, uri...)
	b.end = len(d.nsText)
	d.ns = append(d.ns, b)
	if len(prefix) == 0 {
		d.defaults++
	}
}

// dropBindings forgets the declarations of elements that are closed. They are
// kept until the Decoder goes on, so that QName can resolve what Content returned.
func (d *Decoder) dropBindings() {
	for n := len(d.ns); n > d.nsTop; n-- {
		b := d.ns[n-1]
		if b.prefix == b.uri {
			d.defaults--
		}
		d.ns = d.ns[:n-1]
		d.nsText = d.nsText[:b.prefix]
	}
}

// lookup finds the innermost declaration of a prefix, or -1.
func (d *Decoder) lookup(prefix []byte) int {
	for i := len(d.ns) - 1; i >= 0; i-- {
		b := &d.ns[i]
		if b.uri-b.prefix == len(prefix) && string(d.nsText[b.prefix:b.uri]) == string(prefix) {
			return i
		}
	}
	return -1
}

// uri gives the URI of a declaration, nil for none. It may be one that was
// dropped: what URI says of a closed element lies there until the next start tag.
func (d *Decoder) uri(i int) []byte {
	if i < 0 {
		return assumedURI(i)
	}
	b := d.ns[:i+1][i]
	if b.uri == b.end {
		return nil
	}
	return d.nsText[b.uri:b.end:b.end]
}

// bindTag finds the namespaces of all names in the start tag w of the element e.
func (d *Decoder) bindTag(w []byte, e *element) (ok bool) {
	if len(d.attrs) > 0 && !d.declare(w) {
		return false
	}
	e.bind, e.ns, ok = d.resolve(w, 1, d.tag.colon)
	return ok && (len(d.attrs) == 0 || d.resolveAttrs(w))
}

// resolve finds the namespace of the element name that starts at w[start]. A
// colon of 0 means that it has no prefix.
func (d *Decoder) resolve(w []byte, start, colon int) (bind int, ns NS, ok bool) {
	if colon == 0 && d.defaults == 0 {
		return -1, NSNone, true
	}
	prefix := w[start:max(start, colon)]
	if bind = d.lookup(prefix); bind >= 0 {
		return bind, d.ns[bind].ns, true
	}
	return d.undeclared(start, prefix)
}

// declare brings the declarations of the start tag w into scope.
func (d *Decoder) declare(w []byte) bool {
	for i := range d.attrs {
		a := &d.attrs[i]
		name := w[a.name:a.end]
		if len(name) < 5 || string(name[:5]) != "xmlns" || len(name) > 5 && name[5] != ':' {
			continue
		}
		a.decl = true
		value := d.vals // which is longer than w, if BadBytes has made more of its bytes
		if !a.normalized {
			value = w
		}
		value = value[a.val:a.valEnd]
		if !d.declareOne(a.name, name[min(len(name), 6):], value) {
			return false
		}
	}
	return true
}

// declareOne declares a prefix by an attribute at i of the tag. Namespaces in XML 1.0
// section 3 and its constraints.
func (d *Decoder) declareOne(i int, prefix, uri []byte) bool {
	isXML := string(prefix) == "xml"
	switch {
	case string(prefix) == "xmlns" || string(uri) == uriXMLNS:
		return d.bogus(i, "xmlns is reserved")
	case isXML != (string(uri) == NSXML.URI()):
		return d.bogus(i, "xml is reserved")
	case len(uri) == 0 && len(prefix) > 0:
		return d.bogus(i, "a prefix is declared as nothing")
	case bytes.IndexByte(prefix, ':') >= 0: // the name had an ExtraColon
		return d.bogus(i, "a prefix has a colon")
	case len(uri) > d.lim.MaxName:
		d.limit(i, "MaxName", int64(d.lim.MaxName))
	case len(d.ns) > d.lim.MaxNamespaces: // one of them is xml
		d.limit(i, "MaxNamespaces", int64(d.lim.MaxNamespaces))
	default:
		d.bind(prefix, uri)
		return true
	}
	return false
}

// resolveAttrs finds the namespaces of the attributes of the start tag w, and
// refuses two with the same expanded name: Namespaces in XML 1.0 section 6.3.
func (d *Decoder) resolveAttrs(w []byte) bool {
	for i := range d.attrs {
		a := &d.attrs[i]
		if a.colon == 0 || a.decl {
			continue
		}
		var ok bool
		if a.bind, a.ns, ok = d.resolve(w, a.name, a.colon); !ok {
			return false
		}
		for k := range i {
			b := &d.attrs[k]
			if b.bind == -1 || !bytes.Equal(w[b.colon:b.end], w[a.colon:a.end]) {
				continue
			}
			if bytes.Equal(d.uri(a.bind), d.uri(b.bind)) {
				d.fail(a.name, ErrNamespace, "attribute "+d.about(w[a.name:a.end])+"occurs twice")
				return false
			}
		}
	}
	return true
}
