package soap

// NOTE: the Encoder appends to one byte slice and keeps no copy of anything: an
// open element is the place of its name in that slice. Which namespaces are
// declared is a set of bits, one for each NS, saved with each element; the bit
// of NSNone says that no default namespace is in force. A start tag collects the
// bits that its names need, and they are checked when the tag is closed, so
// that declarations may come after the name.

import (
	"bytes"
	"slices"
	"strconv"
)

// A frame is an open element.
type frame struct {
	name, local, end int // its name in Encoder.buf
	outer            uint16
}

// A span is a piece of Encoder.buf.
type span struct{ start, end int }

// An Encoder appends an XML document to a byte slice. The zero value is ready to
// use and appends to nil.
//
// Errors are sticky: after the first one, the methods do nothing until Reset, and
// Bytes returns it. An Encoder is not for concurrent use.
type Encoder struct {
	buf    []byte
	base   int // where the document begins in buf
	err    error
	names  [numNS]prefix
	bad    error // SetPrefix was given nonsense; Reset does not forget it
	frames []frame

	short    bool   // SetShortEmpty
	open     bool   // a start tag is not closed yet
	rooted   bool   // the root element has been started
	declared uint16 // namespaces in scope
	needed   uint16 // namespaces that the open start tag uses
	made     []span // names of the open start tag's attributes

	literals [numPieces]literal // names that were checked; see literal.go
	types    [numTypes]typeAttr // xsi:type attributes with the prefix of the day
	pair     pairForm           // what Pair wrote last

	dec *Decoder // checks what Raw is given
}

// A prefix is what SetPrefix was told.
type prefix struct {
	name string
	set  bool
}

// Reset begins a new document, which is appended to dst. It forgets the error
// and keeps the prefixes and the buffers.
func (e *Encoder) Reset(dst []byte) {
	e.buf, e.base, e.err = dst, len(dst), e.bad
	e.frames, e.made = e.frames[:0], e.made[:0]
	e.open, e.rooted = false, false
	e.declared, e.needed = 0, 0
	e.pair.item, e.pair.first, e.pair.second = "", "", ""
}

// Grow makes room for n more bytes, for a caller who knows what is to come.
func (e *Encoder) Grow(n int) { e.buf = slices.Grow(e.buf, max(n, 0)) }

// SetPrefix chooses the prefix that a namespace is written with; the defaults
// are soap-env, soap-enc, xsd, xsi, cwmp for every CWMP namespace, and xml, which
// cannot be changed. With an empty prefix it is the default namespace, which
// attributes cannot be in. It is ErrName if the prefix is not an NCName or is
// reserved, ErrNamespace if the namespace cannot be written, and ErrMisuse inside
// an element.
func (e *Encoder) SetPrefix(ns NS, name string) {
	switch {
	case len(e.frames) > 0:
		e.fail(ErrMisuse, "SetPrefix inside an element")
	case !e.writable(ns) || ns == NSXML:
		e.fail(ErrNamespace, "prefix for "+ns.String())
		e.bad = e.err
	case name != "" && !isNCName(name) || name == "xml" || name == "xmlns":
		e.fail(ErrName, "prefix "+quote([]byte(name)))
		e.bad = e.err
	default:
		if ns == NSXSI && name != e.Prefix(ns) {
			clear(e.types[:])
		}
		e.names[ns] = prefix{name, true}
	}
}

// Prefix gives the prefix that a namespace is written with, "" for none.
func (e *Encoder) Prefix(ns NS) string {
	switch {
	case ns >= numNS:
		return ""
	case e.names[ns].set:
		return e.names[ns].name
	}
	return nsTable[ns].prefix
}

// writable says whether there may be names in the namespace.
func (e *Encoder) writable(ns NS) bool {
	return ns < NSCWMP13 && ns > NSOther
}

// Declaration writes the XML declaration, with which a document may begin.
func (e *Encoder) Declaration() {
	if len(e.buf) > e.base {
		e.fail(ErrMisuse, "XML declaration that is not at the start")
		return
	}
	if e.err == nil {
		e.buf = append(e.buf, `<?xml version="1.0" encoding="UTF-8"?>`...)
	}
}

// Start opens an element. If the namespace is not declared further out, a
// Declare has to follow; an element in no namespace inside a default namespace
// undoes that one by itself.
func (e *Encoder) Start(ns NS, local string) {
	if !e.begin() || ns == NSNone && e.start(local) {
		return
	}
	e.buf = append(e.buf, '<')
	name := len(e.buf)
	at, ok := e.qname(ns, local)
	if !ok {
		return
	}
	e.frames = append(e.frames, frame{name, at, len(e.buf), e.declared})
	e.open, e.rooted = true, true
	if ns == NSNone && !e.has(NSNone) {
		e.declare(NSNone, "")
	}
}

// begin makes ready for a child element, or for the root.
func (e *Encoder) begin() bool {
	if !e.close() {
		return false
	}
	if len(e.frames) > 0 {
		return true
	}
	if e.rooted {
		e.fail(ErrMisuse, "second root element")
		return false
	}
	e.declared = 1<<NSNone | 1<<NSXML
	return true
}

// close closes the start tag that is open, if any.
func (e *Encoder) close() bool {
	if e.err != nil || !e.open {
		return e.err == nil
	}
	if missing := e.needed &^ e.declared; missing != 0 {
		e.undeclared(missing)
		return false
	}
	e.buf = append(e.buf, '>')
	e.open, e.needed, e.made = false, 0, e.made[:0]
	return true
}

func (e *Encoder) undeclared(missing uint16) {
	for ns := range numNS {
		if missing>>ns&1 != 0 {
			e.fail(ErrNamespace, ns.String()+" is not declared")
			return
		}
	}
}

func (e *Encoder) has(ns NS) bool { return e.declared>>ns&1 != 0 }

// qname appends a name and notes the namespace as needed. It gives the place of
// the local part.
func (e *Encoder) qname(ns NS, name string) (local int, ok bool) {
	if e.literal(name) == nil && !isNCName(name) {
		e.fail(ErrName, quote([]byte(name)))
		return 0, false
	}
	if ns != NSNone {
		if !e.writable(ns) {
			e.fail(ErrNamespace, "name in namespace "+ns.String())
			return 0, false
		}
		e.needed |= 1 << ns
		if p := e.Prefix(ns); p != "" {
			e.buf = append(append(e.buf, p...), ':')
		}
	}
	local = len(e.buf)
	e.buf = append(e.buf, name...)
	return local, true
}

// Declare declares a namespace on the start tag that is open.
func (e *Encoder) Declare(ns NS) {
	switch {
	case !e.inTag("Declare"):
	case !e.writable(ns):
		e.fail(ErrNamespace, "declaration of "+ns.String())
	case ns != NSXML: // always declared
		e.declare(ns, e.Prefix(ns))
	}
}

// declare appends a declaration and updates the set of those in scope: another
// namespace of the same prefix is hidden.
func (e *Encoder) declare(ns NS, p string) {
	start := len(e.buf) + 1
	e.buf = append(e.buf, " xmlns"...)
	if p != "" {
		e.buf = append(append(e.buf, ':'), p...)
	}
	if !e.once(start) {
		return
	}
	e.buf = append(append(append(e.buf, `="`...), ns.URI()...), '"')
	for other := range numNS {
		if e.has(other) && e.Prefix(other) == p {
			e.declared &^= 1 << other
		}
	}
	e.declared |= 1 << ns
}

// once notes the attribute name from start to the end of buf, and fails if the
// tag has it already.
func (e *Encoder) once(start int) bool {
	name := e.buf[start:]
	for _, s := range e.made {
		if bytes.Equal(e.buf[s.start:s.end], name) {
			e.fail(ErrSyntax, "attribute "+quote(name)+" occurs twice")
			return false
		}
	}
	e.made = append(e.made, span{start, len(e.buf)})
	return true
}

// inTag fails if no start tag is open.
func (e *Encoder) inTag(method string) bool {
	if e.err == nil && !e.open {
		e.fail(ErrMisuse, method+" outside a start tag")
	}
	return e.err == nil
}

// Attr adds an attribute to the start tag that is open. NSNone gives one without
// a prefix. xmlns attributes are written by Declare alone.
func (e *Encoder) Attr(ns NS, local, value string) {
	if e.attr(ns, local) {
		appendEscaped(e, value, cAttr)
		e.buf = append(e.buf, '"')
	}
}

// AttrBytes is Attr for a byte slice, which it neither keeps nor changes.
func (e *Encoder) AttrBytes(ns NS, local string, value []byte) {
	if e.attr(ns, local) {
		appendEscaped(e, value, cAttr)
		e.buf = append(e.buf, '"')
	}
}

// attr appends an attribute up to the quote that its value follows.
func (e *Encoder) attr(ns NS, local string) bool {
	if !e.inTag("Attr") {
		return false
	}
	if ns != NSNone && e.Prefix(ns) == "" || ns == NSNone && local == "xmlns" {
		e.fail(ErrNamespace, "attribute "+quote([]byte(local))+" has no prefix to be written with")
		return false
	}
	e.buf = append(e.buf, ' ')
	start := len(e.buf)
	if _, ok := e.qname(ns, local); !ok || !e.once(start) {
		return false
	}
	e.buf = append(e.buf, `="`...)
	return true
}

// Text appends text to the innermost element. Everything but TAB, LF and
// printable ASCII is written as a decimal character reference, as TR-069
// section 3.4.1 advises. Text that XML 1.0 cannot carry is ErrChar.
func (e *Encoder) Text(s string) {
	if e.inElement() {
		appendEscaped(e, s, cText)
	}
}

// TextBytes is Text for a byte slice, which it neither keeps nor changes.
func (e *Encoder) TextBytes(b []byte) {
	if e.inElement() {
		appendEscaped(e, b, cText)
	}
}

// inElement makes ready for text.
func (e *Encoder) inElement() bool {
	if e.close() && len(e.frames) == 0 {
		e.fail(ErrMisuse, "text outside the root element")
	}
	return e.err == nil
}

// SetShortEmpty says whether End writes an element into which nothing was
// written as <a/>. Reset does not forget it.
func (e *Encoder) SetShortEmpty(on bool) { e.short = on }

// End closes the innermost element. One without content is written with both
// tags, as there are peers that do not read the short form; see SetShortEmpty.
func (e *Encoder) End() {
	empty := e.open
	if !e.close() {
		return
	}
	n := len(e.frames) - 1
	if n < 0 {
		e.fail(ErrMisuse, "End without Start")
		return
	}
	f := e.frames[n]
	e.frames = e.frames[:n]
	e.declared = f.outer
	if empty && e.short {
		e.buf = append(e.buf[:len(e.buf)-1], "/>"...)
		return
	}
	e.room(f.end - f.name)
	at := len(e.buf)
	e.buf = e.buf[:at+len("</>")+f.end-f.name]
	b := e.buf[at:]
	b[0], b[1], b[len(b)-1] = '<', '/', '>'
	copy(b[2:], e.buf[f.name:f.end])
}

// Leaf writes an element that holds text alone.
func (e *Encoder) Leaf(ns NS, local, text string) {
	if ns == NSNone && e.leaf(local, nil, text) {
		return
	}
	e.Start(ns, local)
	e.Text(text)
	e.End()
}

// LeafInt is Leaf for a number, in decimal.
func (e *Encoder) LeafInt(ns NS, local string, v int64) {
	e.Start(ns, local)
	if e.close() {
		e.buf = strconv.AppendInt(e.buf, v, 10)
	}
	e.End()
}

// Typed is Leaf with an xsi:type attribute.
func (e *Encoder) Typed(ns NS, local, typ, text string) {
	if a := e.typeAttr(typ); a != nil && ns == NSNone && e.leaf(local, a, text) {
		return
	}
	e.Start(ns, local)
	e.Attr(NSXSI, "type", typ)
	e.Text(text)
	e.End()
}

// Path gives the local names of the open elements, as "/Envelope/Body/Inform".
func (e *Encoder) Path() string {
	var b []byte
	for _, f := range e.frames {
		b = append(append(b, '/'), e.buf[f.local:f.end]...)
	}
	return string(b)
}

// Bytes gives dst with the document appended to it. It is an error if one
// happened, if elements are open, or if there is no element at all.
func (e *Encoder) Bytes() ([]byte, error) {
	switch {
	case e.err != nil:
	case len(e.frames) > 0:
		e.fail(ErrMisuse, "elements are open")
	case !e.rooted:
		e.fail(ErrEmpty, "")
	default:
		return e.buf, nil
	}
	return nil, e.err
}

// fail sets the error if there is none yet.
func (e *Encoder) fail(err error, detail string) {
	if e.err == nil {
		e.err = &EncodeError{Path: e.Path(), Err: err, Detail: detail}
	}
}
