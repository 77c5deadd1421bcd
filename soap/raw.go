package soap

// NOTE: an element that is kept as the bytes it had on the wire. Bytes alone
// lose the prefixes declared further out, so Raw carries these too, and
// Encoder.Raw declares again what its own surroundings lack.

import (
	"cmp"
	"slices"
)

// A Namespace is one namespace declaration. An empty prefix is the default namespace.
type Namespace struct{ Prefix, URI string }

// A Raw is an element as it was on the wire, with what is needed to understand
// it elsewhere. The zero value is no element.
type Raw struct {
	Space, Local string      // expanded name of the element; Space is its URI, "" for none
	Scope        []Namespace // declarations in scope outside the element, each prefix once, outermost first
	XML          []byte      // the element, from its < to its last >
}

// Raw consumes the innermost open element and returns a copy of its bytes,
// which have been checked like everything else; at Tolerant they may be bytes that
// Encoder.Raw refuses. A prefix that nothing declares and that was read as what it
// usually means is in Scope. Its start tag must be the last
// token that was read; otherwise the Decoder stops with ErrMisuse. The copy may
// be as long as MaxBytes. After an error the result is the zero Raw.
func (d *Decoder) Raw() Raw {
	if d.err != nil {
		return Raw{}
	}
	if d.kind != KindStart {
		d.err = errRawLate
		return Raw{}
	}
	e := d.latest()
	r := Raw{
		Space: string(d.URI()),
		Local: string(d.names[e.local:e.end]),
		Scope: d.scope(e.nsTop),
	}
	d.keep, d.kept = d.tagAt, nil
	d.Skip()
	if d.err == nil {
		r.XML = append(d.kept, d.buf[d.keep:d.pos]...)
		r.Scope = d.withAssumed(r.Scope)
	}
	d.keep, d.kept = -1, nil
	if d.err != nil {
		return Raw{}
	}
	return r
}

// scope gives the first n declarations without those that are hidden, and
// without the prefix xml.
func (d *Decoder) scope(n int) []Namespace {
	var s []Namespace
	for i := 1; i < n; i++ {
		b := d.ns[i]
		prefix := d.nsText[b.prefix:b.uri]
		if string(prefix) == "xml" || b.uri == b.end || d.hidden(i, n) {
			continue
		}
		s = append(s, Namespace{string(prefix), string(d.nsText[b.uri:b.end])})
	}
	return s
}

// hidden says whether one of the first n declarations is of the same prefix as
// the i-th and further in.
func (d *Decoder) hidden(i, n int) bool {
	prefix := d.nsText[d.ns[i].prefix:d.ns[i].uri]
	for _, b := range d.ns[i+1 : n] {
		if string(d.nsText[b.prefix:b.uri]) == string(prefix) {
			return true
		}
	}
	return false
}

// Raw writes an element as it was on the wire. Its start tag gets the
// declarations of r.Scope that are not in force here and that the element does
// not make itself; a default namespace that is in force here and is not in
// r.Scope is undone. It is ErrSyntax if r.XML is not exactly one well-formed element
// with r.Scope around it, or is of another name than r says (an empty r.Local
// says nothing). No bound applies but the length of r.XML.
func (e *Encoder) Raw(r Raw) {
	if !e.begin() {
		return
	}
	end, own, err := e.check(r)
	if err != nil {
		e.fail(ErrSyntax, "Raw: "+err.Error())
		return
	}
	e.buf = append(e.buf, r.XML[:end]...)
	if e.bound("") != "" && !slices.ContainsFunc(r.Scope, isDefault) {
		own = e.redeclare(own, Namespace{})
	}
	for _, ns := range r.Scope {
		own = e.redeclare(own, ns)
	}
	e.buf = append(e.buf, r.XML[end:]...)
	e.rooted = true
}

func isDefault(ns Namespace) bool { return ns.Prefix == "" }

// bound gives the URI that a prefix stands for here, "" for none.
func (e *Encoder) bound(prefix string) string {
	for ns := NSOther + 1; ns < numNS; ns++ {
		if e.has(ns) && e.Prefix(ns) == prefix {
			return ns.URI()
		}
	}
	return ""
}

// redeclare adds a declaration to the tag at the end of buf, unless it is in
// force or the tag has one for the prefix already.
func (e *Encoder) redeclare(own []string, ns Namespace) []string {
	if slices.Contains(own, ns.Prefix) || e.bound(ns.Prefix) == ns.URI {
		return own
	}
	e.buf = append(e.buf, " xmlns"...)
	if ns.Prefix != "" {
		e.buf = append(append(e.buf, ':'), ns.Prefix...)
	}
	e.buf = append(e.buf, `="`...)
	appendEscaped(e, ns.URI, cAttr)
	e.buf = append(e.buf, '"')
	return append(own, ns.Prefix)
}

// check reads r.XML with r.Scope around it. It gives the place where the name in
// the start tag ends, and the prefixes that the element declares itself.
func (e *Encoder) check(r Raw) (end int, own []string, err error) {
	if e.dec == nil {
		e.dec = new(Decoder)
	}
	d, n := e.dec, len(r.XML)
	d.ResetBytes(r.XML, Config{Level: Strict, Limits: Limits{
		MaxBytes: int64(n), MaxDepth: n, MaxAttrs: n,
		MaxNamespaces: n + len(r.Scope), MaxName: n + longest(r.Scope), MaxText: n,
	}})
	defer d.ResetBytes(nil, Config{}) // lets go of r.XML
	if !d.surround(r.Scope) || d.advance(false) != KindStart || d.at > 0 {
		return 0, nil, cmp.Or(d.err, errNotElement)
	}
	if r.Local != "" && (string(d.URI()) != r.Space || !d.Is(d.latest().ns, r.Local)) {
		return 0, nil, errRawName
	}
	end = d.tag.end
	for _, b := range d.ns[d.latest().nsTop:] {
		own = append(own, string(d.nsText[b.prefix:b.uri]))
	}
	d.Skip()
	if d.err != nil || d.pos < n {
		return 0, nil, cmp.Or(d.err, errNotElement)
	}
	return end, own, nil
}

func longest(scope []Namespace) (n int) {
	for _, ns := range scope {
		n = max(n, len(ns.URI))
	}
	return n
}

// surround brings a scope into force before the document.
func (d *Decoder) surround(scope []Namespace) bool {
	for _, ns := range scope {
		prefix := []byte(ns.Prefix)
		if ns.Prefix != "" && !isNCName(prefix) || ns.Prefix != "xml" && d.lookup(prefix) >= 0 {
			d.fail(0, ErrNamespace, "prefix "+quote(prefix)+" in Scope")
			return false
		}
		if !d.declareOne(0, prefix, []byte(ns.URI)) {
			return false
		}
	}
	d.nsTop = len(d.ns)
	return true
}
