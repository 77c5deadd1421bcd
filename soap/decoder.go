package soap

// NOTE: the Decoder is in these files. This one has its state and the calls that
// users make; window.go gets bytes; scan.go reads tags; text.go reads what
// stands between tags; prolog.go what stands before and after the root;
// lenient.go is asked where something is wrong; charset.go converts.
//
// A scanner is a method scanX(w []byte) int. It is given the unread bytes from
// the start of its token, reads from left to right, and returns the length of
// the token, or needMore when w ends before the token does, or failed after it
// has set d.err. It consumes nothing and it may be called again with more
// bytes, so what it leaves in d has to be set afresh on every call. As a scan
// depends on nothing but the bytes from the token's start, a document gives the
// same tokens and the same errors however its bytes arrive.

import (
	"bytes"
	"io"
	"iter"
)

// Kind is the kind of a token.
type Kind uint8

// The kinds of token that [Decoder.Next] returns.
const (
	KindEOF   Kind = iota // the document has ended, or there is an error
	KindStart             // a start tag, or the first half of an empty-element tag
	KindEnd               // an end tag, or the second half of an empty-element tag
	KindText              // the text between two tags; comments and PIs are left out
)

// The results of a scanner that are not lengths.
const (
	needMore = -1
	failed   = -2
	stray    = -3 // a byte that no tag can have, at binaryAt; see passTag
)

// A stage says which part of a document comes next.
type stage uint8

const (
	atDocument stage = iota // nothing is read yet
	inProlog                // before the root element
	inRoot                  // inside the root element
	inEpilog                // after the root element
	atEnd                   // everything is read
)

// An element is an open element. Its qualified name is names[name:end].
type element struct {
	name, local, end int
	bind             int // index of its namespace in Decoder.ns, or -1
	ns               NS
	nsTop            int // declarations in scope outside the element
}

// A Decoder reads the tokens of one document.
//
// Byte slices that its methods return belong to the Decoder and are valid until
// the next call that advances it: Next, NextChild, Content, Skip, Raw, End
// or a reset. An error is sticky: every later call returns it, or does nothing.
// A Decoder is not for concurrent use. The zero value needs a Reset first.
type Decoder struct {
	window
	log   log
	lim   Limits
	level Level
	bad   BadBytes
	noPI  bool
	whole bool // Config.RefuseMixed
	stage stage
	err   error // sticky
	at    int64 // what Offset returns
	kind  Kind  // the last token; it rules whether attrs and text are alive

	elems []element // open elements
	names []byte    // their qualified names, end to end
	last  int       // place in elems, or just beyond it, of the element started last
	empty bool      // it is an empty-element tag whose end is still to come
	veil  int       // open elements from there on are nobody's business; see diagnose.go

	tag    startTag // what scanStart read last
	tagAt  int      // place of that tag in the window
	attrs  []attr   // its attributes
	vals   []byte   // attribute values that were normalised
	spaces int      // bytes of white space in the tag

	inTag    bool // a tag is scanned
	binaryAt int  // place of the binary byte in it
	trailing bool // garbage was seen behind the root
	assumed  []Namespace

	ascii     bool   // the document says that it is US-ASCII
	label     string // another encoding that it says
	converted bool   // charset has turned it into UTF-8
	charset   func(label string, r io.Reader) (io.Reader, error)
	encoding  string // what the layer below says

	ns       []binding // declarations in scope, innermost last
	nsText   []byte    // their prefixes and URIs
	nsTop    int       // those in scope for the next token; see dropBindings
	defaults int       // how many of ns are of the default namespace

	text    []byte // text of the last KindText
	scratch []byte // text that could not be left in the window
	textLen int    // bytes of the document in the text so far

	begun     beginning // see root.go
	batch     batch
	watch     watch // for Learn; see predict.go
	noPredict bool  // Config.NoPrediction

	poison bool // tests: overwrite what the last call returned
}

// NewDecoder returns a Decoder that reads a document from r.
func NewDecoder(r io.Reader, cfg Config) *Decoder {
	d := new(Decoder)
	d.Reset(r, cfg)
	return d
}

// NewDecoderBytes returns a Decoder for a document that is in memory. It does
// not copy b and does not change it; what it returns may alias b.
func NewDecoderBytes(b []byte, cfg Config) *Decoder {
	d := new(Decoder)
	d.ResetBytes(b, cfg)
	return d
}

// Reset makes d read a new document from r. It keeps the buffers, so that a
// Decoder that is used again allocates next to nothing.
func (d *Decoder) Reset(r io.Reader, cfg Config) {
	d.reset(cfg)
	d.window.reset(r, d.lim.MaxBytes)
}

// ResetBytes makes d read the document b, as [NewDecoderBytes] does.
func (d *Decoder) ResetBytes(b []byte, cfg Config) {
	d.reset(cfg)
	d.window.resetBytes(b, d.lim.MaxBytes)
}

func (d *Decoder) reset(cfg Config) {
	d.lim = cfg.Limits.withDefaults()
	d.level, d.bad, d.noPI, d.whole = cfg.Level, cfg.BadBytes, cfg.RefusePI, cfg.RefuseMixed
	d.log = log{path: d.log.path[:0]}
	d.stage, d.err, d.at = atDocument, nil, 0
	d.assumed = d.assumed[:0]
	d.trailing, d.ascii, d.label, d.converted = false, false, "", false
	d.charset, d.encoding = cfg.Charset, cfg.Encoding
	d.elems, d.names, d.last = append(d.elems[:0], element{bind: -1})[:0], d.names[:0], 0
	d.kind, d.empty, d.veil = KindEOF, false, noVeil
	d.text, d.scratch = nil, d.scratch[:0]
	d.watch.depth, d.noPredict = 0, cfg.NoPrediction
	d.resetBindings()
}

// Next reads the next token. At the end of the document, which is well-formed
// then, it returns KindEOF and no error; after an error KindEOF and that error.
func (d *Decoder) Next() (Kind, error) {
	d.draw(noVeil)
	k := d.advance(true)
	return k, d.err
}

// NextChild goes to the next child element of the element that is open at the
// given depth, and says whether there is one; it skips whatever of the former
// child was left unread, and makes a Diagnostic of text between them. It returns false when it has consumed the end tag of
// the element itself, or on an error. With depth 0 it goes to the root.
//
//	for depth := d.Depth(); d.NextChild(depth); {
//		// one child: look at it, read it or leave it
//	}
func (d *Decoder) NextChild(depth int) bool {
	d.draw(depth + 1)
	for len(d.elems) >= depth {
		switch d.advance(false) {
		case KindStart:
			if len(d.elems) == depth+1 {
				return true
			}
		case KindEOF:
			return false
		}
	}
	return false
}

// Content consumes the innermost open element to its end tag and returns its
// text: references and CDATA sections are resolved, line ends are LF. Child
// elements are skipped, each with a Diagnostic, and their text is not part of it. Nil and empty mean the
// same; after an error the result is nil, and Err tells.
func (d *Decoder) Content() []byte {
	d.retire()
	d.kind = KindEnd
	d.at = d.base + int64(d.pos)
	d.draw(len(d.elems))
	if d.err != nil || len(d.elems) == 0 {
		return nil
	}
	if d.empty {
		d.noteOdd()
		d.pop()
		return nil
	}
	if text, ok := d.plainContent(); ok {
		return text
	}
	d.noteOdd()
	return d.mixedContent()
}

// Exact is Content for text that has to be what the sender wrote, such as what
// names a device: it reads at Standard at least, and an element in it is ErrMixed.
// The start tag, which was read before, may have been read at Tolerant.
func (d *Decoder) Exact() []byte {
	level, whole := d.level, d.whole
	d.level, d.whole = max(level, Standard), true
	text := d.Content()
	d.level, d.whole = level, whole
	return text
}

// Skip consumes the innermost open element to its end tag.
func (d *Decoder) Skip() {
	d.draw(len(d.elems))
	for depth := len(d.elems); depth > 0 && len(d.elems) >= depth; {
		if d.advance(false) == KindEOF {
			return
		}
	}
}

// End checks that the document is complete and that nothing but comments, PIs
// and white space follows the root element. It reads to the end of the input;
// what is left of the root is skipped.
func (d *Decoder) End() error {
	d.draw(noVeil)
	for d.advance(false) != KindEOF {
	}
	return d.err
}

// Name gives the namespace and the local name of the element started last.
func (d *Decoder) Name() (NS, []byte) {
	e := d.latest()
	return e.ns, d.names[e.local:e.end]
}

// URI gives the namespace URI of the element started last, nil for none.
func (d *Decoder) URI() []byte { return d.uri(d.latest().bind) }

// Is says whether the element started last has this name. NSOther stands for
// every namespace outside the table.
func (d *Decoder) Is(ns NS, local string) bool {
	e := d.latest()
	return e.ns == ns && string(d.names[e.local:e.end]) == local
}

// latest is the element started last. When it is closed it has left elems, but
// nothing has overwritten it, for that would have been a later start.
func (d *Decoder) latest() *element { return &d.elems[:d.last+1][d.last] }

// Attr gives the value of an attribute of the start tag that was read last,
// normalised as XML 1.0 section 3.3.3 says. It finds nothing once the Decoder
// has advanced beyond that tag.
func (d *Decoder) Attr(ns NS, local string) ([]byte, bool) {
	for i := range d.tagAttrs() {
		a := &d.attrs[i]
		if a.ns == ns && !a.decl && string(d.attrLocal(a)) == local {
			return d.attrValue(a), true
		}
	}
	return nil, false
}

// tagAttrs gives the attributes of the start tag, if that is the last token.
func (d *Decoder) tagAttrs() []attr {
	if d.kind != KindStart {
		return nil
	}
	return d.attrs
}

// An AttrName is the expanded name of an attribute. Its bytes live as long as
// those of the attribute's value.
type AttrName struct {
	NS    NS     // the namespace, NSNone for an attribute without a prefix
	URI   []byte // its URI, nil for none
	Local []byte // the local name
}

// Attrs gives the attributes that Attr finds, in document order and without
// the namespace declarations.
func (d *Decoder) Attrs() iter.Seq2[AttrName, []byte] {
	return func(yield func(AttrName, []byte) bool) {
		for i := 0; i < len(d.tagAttrs()); i++ { // yield might advance the Decoder
			a := &d.attrs[i]
			if a.decl {
				continue
			}
			if !yield(AttrName{a.ns, d.uri(a.bind), d.attrLocal(a)}, d.attrValue(a)) {
				return
			}
		}
	}
}

// QName resolves a qualified name that stands in an attribute value or in
// content, such as an xsi:type. White space around it is left out. A name
// without a prefix is in the default namespace. The declarations are those of
// the element that was read last, and they stay in scope after its Content was
// read. When ok is false, v is not a name or its prefix is not declared; in the
// latter case local is there.
func (d *Decoder) QName(v []byte) (ns NS, local []byte, ok bool) {
	v = bytes.TrimFunc(v, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
	prefix, local, colon := bytes.Cut(v, []byte(":"))
	if !colon {
		prefix, local = nil, v
	}
	if !isNCName(local) || colon && !isNCName(prefix) {
		return NSNone, nil, false
	}
	i := d.lookup(prefix)
	switch {
	case i >= 0:
		return d.ns[i].ns, local, true
	case colon:
		return NSNone, local, false
	}
	return NSNone, local, true
}

// Text gives the text of the last token, if it is a KindText.
func (d *Decoder) Text() []byte {
	if d.kind != KindText {
		return nil
	}
	return d.text
}

// Depth gives the number of open elements. After the start tag of the root it is 1.
func (d *Decoder) Depth() int { return len(d.elems) }

// Offset gives the place of the last token's first byte, counted in bytes from
// the start of the document. After Content it is the place of the content.
func (d *Decoder) Offset() int64 { return d.at }

// Remaining gives the number of bytes that are left of a document in memory. Of a
// document that is read from an io.Reader it is what is in memory of it.
func (d *Decoder) Remaining() int64 { return int64(len(d.buf) - d.pos) }

// Path gives the local names of the open elements, as "/Envelope/Body/Inform", cut
// after 256 bytes. It goes no further in than the caller has: elements inside of one
// whose Content was asked for, or that was skipped, are not in it.
func (d *Decoder) Path() string { return string(d.appendPath("")) }

// Err gives the error that stopped the Decoder, nil if there is none. The
// regular end of the document is not an error.
func (d *Decoder) Err() error { return d.err }

// advance reads the next token. Without keep, text is checked but neither
// returned nor collected.
func (d *Decoder) advance(keep bool) Kind {
	if len(d.ns) > d.nsTop || d.poison {
		d.retire()
	}
	switch {
	case d.stage == inRoot && !d.empty && d.err == nil:
		d.kind = d.inside(keep)
	case d.err != nil || d.stage == atEnd:
		d.kind = KindEOF
	case d.empty:
		d.pop()
		d.kind = KindEnd
	default:
		d.kind = d.outside()
	}
	return d.kind
}

// retire ends the life of what the last call returned.
func (d *Decoder) retire() {
	d.dropBindings()
	if d.poison {
		d.spoil()
	}
}

// spoil overwrites what the last call returned, so that a test sees who kept it.
func (d *Decoder) spoil() {
	fill := func(b []byte) {
		for i := range b {
			b[i] = '#'
		}
	}
	if d.r != nil && d.keep < 0 {
		fill(d.buf[:d.pos])
	}
	fill(d.scratch)
	fill(d.vals)
	top := 0
	if n := len(d.elems); n > 0 {
		top = d.elems[n-1].end
	}
	fill(d.names[max(top, d.latest().end):])
}

// token runs a scanner until it has the bytes that it needs.
func (d *Decoder) token(scan func(*Decoder, []byte) int) int {
	d.inTag = false
	if n := scan(d, d.buf[d.pos:]); n != needMore {
		return n
	}
	return d.again(scan)
}

// again runs a scanner that needs more bytes than there were.
func (d *Decoder) again(scan func(*Decoder, []byte) int) int {
	for d.more() {
		if n := scan(d, d.buf[d.pos:]); n != needMore {
			return n
		}
	}
	return failed
}

// more gets more bytes, or fails.
func (d *Decoder) more() bool {
	if d.fill() {
		return true
	}
	end := len(d.buf) - d.pos
	switch {
	case d.rerr != nil:
		d.readError(end)
	case d.over:
		d.limit(end, "MaxBytes", d.lim.MaxBytes)
	default:
		d.fail(end, io.ErrUnexpectedEOF, "")
	}
	return false
}

// fail sets the error for the byte at pos+i.
func (d *Decoder) fail(i int, err error, detail string) int {
	d.err = &SyntaxError{Offset: d.base + int64(d.pos+i), Path: d.Path(), Err: err, Detail: detail}
	return failed
}

// limit sets the error for a limit that the byte at pos+i exceeds.
func (d *Decoder) limit(i int, name string, max int64) int {
	return d.fail(i, &LimitError{Name: name, Max: max}, "")
}
