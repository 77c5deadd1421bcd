package soap

// NOTE: tags and attributes. scanStart and scanEnd are scanners (see
// decoder.go); push does what must happen once a start tag is complete:
// namespaces, and the stack of open elements. The other scan methods here take
// the place i to begin at and return the place where they stopped, which is
// always inside w; their negative results are those of a scanner.
//
// A bound is kept by cutting w at the first byte that exceeds it: a scan that
// comes to the end of w then knows from its length whether to ask for more or
// to fail. The error is the same whether the bytes came at once or one by one.

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A startTag is what scanStart found; places count from the tag's '<'.
type startTag struct {
	end   int  // end of the name
	colon int  // place of the colon in the name, 0 for none
	empty bool // an empty-element tag
}

// An attr is an attribute of the start tag read last. Places count from the
// tag's '<', those of a normalised value from the start of Decoder.vals.
type attr struct {
	name, colon, end int // colon 0 for none
	val, valEnd      int
	normalized       bool
	decl             bool // a namespace declaration
	ns               NS
	bind             int // index of its namespace in Decoder.ns, or -1
}

// tagToken reads the tag at pos; its second byte is in the window.
func (d *Decoder) tagToken() Kind {
	d.at = d.base + int64(d.pos)
	if d.buf[d.pos+1] == '/' {
		return d.endTag()
	}
	return d.startTag()
}

func (d *Decoder) startTag() Kind {
	n := d.scanStart(d.buf[d.pos:])
	if n == needMore {
		n = d.again((*Decoder).scanStart)
	}
	if n < 0 || !d.push(d.buf[d.pos:d.pos+n]) {
		return KindEOF
	}
	d.tagAt = d.pos
	d.pos += n
	return KindStart
}

func (d *Decoder) endTag() Kind {
	n := d.scanEnd(d.buf[d.pos:])
	if n == needMore {
		n = d.again((*Decoder).scanEnd)
	}
	if n < 0 {
		return KindEOF
	}
	d.pos += n
	d.pop()
	return KindEnd
}

// push opens the element of the start tag w.
func (d *Decoder) push(w []byte) bool {
	n, start := len(d.elems), 0
	if n == d.lim.MaxDepth {
		d.limit(0, "MaxDepth", int64(d.lim.MaxDepth))
		return false
	}
	if n == cap(d.elems) {
		d.elems = slices.Grow(d.elems, 1)
	}
	if n > 0 {
		start = d.elems[n-1].end
	}
	if len(d.ns) > d.nsTop {
		d.dropBindings()
	}
	e := &d.elems[:n+1][n] // filled in where it lies, which is measurably faster than a copy
	e.bind, e.ns, e.nsTop = -1, NSNone, d.nsTop
	if (len(d.attrs) > 0 || d.tag.colon > 0 || d.defaults > 0) && !d.bindTag(w, e) {
		return false
	}
	d.names = append(d.names[:start], w[1:d.tag.end]...)
	e.name, e.local, e.end = start, start, len(d.names)
	if d.tag.colon > 0 {
		e.local += d.tag.colon
	}
	d.elems = d.elems[:n+1]
	d.nsTop = len(d.ns)
	d.last, d.empty, d.stage = n, d.tag.empty, inRoot
	return true
}

// pop closes the innermost element. Its name and its declarations stay where
// they are until the next start tag.
func (d *Decoder) pop() {
	n := len(d.elems) - 1
	d.nsTop = d.elems[n].nsTop
	d.elems = d.elems[:n]
	d.empty = false
	if n == 0 {
		d.stage = inEpilog
	}
}

func (d *Decoder) attrLocal(a *attr) []byte {
	if a.colon > 0 {
		return d.buf[d.tagAt+a.colon+1 : d.tagAt+a.end]
	}
	return d.buf[d.tagAt+a.name : d.tagAt+a.end]
}

func (d *Decoder) attrValue(a *attr) []byte {
	if a.normalized {
		return d.vals[a.val:a.valEnd]
	}
	return d.buf[d.tagAt+a.val : d.tagAt+a.valEnd]
}

// scanStart scans a start tag or an empty-element tag: productions 40 and 44.
func (d *Decoder) scanStart(w []byte) int {
	d.attrs = d.attrs[:0]
	d.vals = d.vals[:0]
	d.spaces, d.inTag = 0, true
	left := d.lim.MaxText
	i, colon := d.scanQName(w, 1)
	if i < 0 {
		return d.noName(w, i)
	}
	d.tag = startTag{end: i, colon: colon}
	for {
		if w[i] == '>' {
			return i + 1
		}
		j := d.scanSpace(w, i)
		switch {
		case j < 0:
			return j
		case w[j] == '>':
			return j + 1
		case w[j] == '/':
			return d.passTag(w, d.scanEmptyEnd(w, j))
		case j == i:
			return d.passTag(w, d.unexpected(w, i, "in a start tag"))
		}
		n := len(d.attrs)
		if i = d.scanAttr(w, j, &left); i < 0 {
			d.attrs = d.attrs[:n]
			return d.passTag(w, i)
		}
	}
}

// scanEmptyEnd scans the "/>" of an empty-element tag.
func (d *Decoder) scanEmptyEnd(w []byte, i int) int {
	if i+1 >= len(w) {
		return needMore
	}
	if w[i+1] != '>' {
		return d.unexpected(w, i+1, "after / in a tag")
	}
	d.tag.empty = true
	return i + 2
}

// scanAttr scans one attribute and notes it. left is what the element's values
// may still have of MaxText. Production 41.
func (d *Decoder) scanAttr(w []byte, i int, left *int) int {
	if len(d.attrs) == d.lim.MaxAttrs {
		return d.limit(i, "MaxAttrs", int64(d.lim.MaxAttrs))
	}
	a := d.newAttr(i)
	if a.end, a.colon = d.scanQName(w, i); a.end < 0 {
		return a.end
	}
	for k := range len(d.attrs) - 1 {
		if b := &d.attrs[k]; bytes.Equal(w[b.name:b.end], w[a.name:a.end]) {
			return d.fail(i, ErrSyntax, "attribute "+d.about(w[a.name:a.end])+"occurs twice")
		}
	}
	if i = d.scanEquals(w, a.end); i < 0 {
		return i
	}
	if w[i] != '"' && w[i] != '\'' {
		return d.unexpected(w, i, "where a quote should be")
	}
	a.val = i + 1
	if i = d.scanValue(w, i, *left, a); i < 0 {
		return i
	}
	*left -= i - a.val
	a.valEnd = i
	if a.normalized {
		raw := w[a.val:i]
		a.val = len(d.vals)
		d.vals = d.appendValue(d.vals, raw)
		a.valEnd = len(d.vals)
	}
	if i+1 == len(w) {
		return needMore
	}
	return i + 1
}

// newAttr adds an attribute whose name is at i. It is filled in where it lies,
// which is measurably faster than a copy.
func (d *Decoder) newAttr(i int) *attr {
	n := len(d.attrs)
	if n == cap(d.attrs) {
		d.attrs = slices.Grow(d.attrs, 1)
	}
	d.attrs = d.attrs[:n+1]
	a := &d.attrs[n]
	a.name, a.normalized, a.decl, a.ns, a.bind = i, false, false, NSNone, -1
	return a
}

// scanEquals scans an equals sign with the white space around it: production 25.
func (d *Decoder) scanEquals(w []byte, i int) int {
	if w[i] != '=' {
		if i = d.scanSpace(w, i); i < 0 {
			return i
		}
	}
	if w[i] != '=' {
		return d.unexpected(w, i, "where = should be")
	}
	if i++; i < len(w) && !isSpace(w[i]) {
		return i
	}
	return d.scanSpace(w, i)
}

// scanValue scans an attribute value to its closing quote, which is the same as
// w[i]: production 10.
func (d *Decoder) scanValue(w []byte, i, left int, a *attr) int {
	q, end := w[i], i+1+left+1
	c := w[:min(len(w), end)]
	for i++; ; {
		for i < len(c) && class[c[i]]&cValue != 0 {
			i++
		}
		if i == len(c) {
			return d.starved(c, end, "MaxText", d.lim.MaxText)
		}
		n := 1
		switch b := c[i]; {
		case b == q:
			return i
		case b == '<':
			return d.unexpected(c, i, "in an attribute value")
		case b == '&':
			a.normalized = true
			_, n = d.scanRef(c, i)
		case isSpace(b):
			a.normalized = true
		case b != '"' && b != '\'':
			var bad bool
			n, bad = d.textRune(c, i)
			a.normalized = a.normalized || bad && d.bad != KeepBytes
		}
		if n == needMore {
			return d.starved(c, end, "MaxText", d.lim.MaxText)
		}
		if n < 0 {
			return n
		}
		i += n
	}
}

// scanEnd scans the end tag of the innermost element: production 42.
func (d *Decoder) scanEnd(w []byte) int {
	e := &d.elems[len(d.elems)-1]
	name := d.names[e.name:e.end]
	if n := 2 + len(name); len(w) > n && w[n] == '>' && string(w[2:n]) == string(name) {
		return n + 1
	}
	d.inTag = true
	i := d.scanEndName(w, name)
	if i < 0 {
		return i
	}
	d.spaces = 0
	if i = d.scanSpace(w, i); i < 0 {
		return i
	}
	if w[i] != '>' {
		return d.passTag(w, d.unexpected(w, i, "in an end tag"))
	}
	return i + 1
}

// scanEndName scans the name of an end tag. What is odd about the right one the start
// tag has told.
func (d *Decoder) scanEndName(w, name []byte) int {
	end := 2 + len(name)
	switch {
	case len(w) <= end && bytes.HasPrefix(name, w[2:]):
		return needMore
	case len(w) > end && bytes.HasPrefix(w[2:], name) && w[end] < utf8.RuneSelf && w[end] != ':' && class[w[end]]&cName == 0:
		return end
	}
	i, _ := d.scanQName(w, 2)
	switch {
	case i < 0:
		return d.noName(w, i)
	case !bytes.Equal(w[2:i], name):
		return d.wrongEnd(w[2:i], name)
	}
	return i
}

// wrongEnd fails for an end tag of another element than the one that is open.
func (d *Decoder) wrongEnd(name, open []byte) int {
	switch detail := d.about(name); {
	case detail != "":
		return d.fail(0, ErrSyntax, "end tag of "+detail+"where "+quote(open)+" is open")
	case len(d.elems) == d.veil:
		return d.fail(0, ErrSyntax, "end tag of another element where "+quote(open)+" is open")
	}
	return d.fail(0, ErrSyntax, "end tag of another element than the one that is open")
}

// scanQName scans a name with at most one colon: Namespaces in XML 1.0,
// production 7. colon is its place, 0 for none.
func (d *Decoder) scanQName(w []byte, start int) (i, colon int) {
	end := start + d.lim.MaxName + 1
	c := w[:min(len(w), end)]
	for i = start; ; i++ {
		j := nameRun(c, i)
		if j == len(c) || c[j] >= utf8.RuneSelf || class[c[i]]&cStart == 0 {
			if j = d.scanNCName(c, i); j == needMore {
				return d.starved(c, end, "MaxName", d.lim.MaxName), 0
			}
		}
		if i = j; i < 0 || c[i] != ':' {
			return i, colon
		}
		if colon > 0 && !d.extraColon(i) {
			return failed, 0
		}
		colon = i
	}
}

// nameRun gives the end of the ASCII name characters that begin at i.
func nameRun(c []byte, i int) int {
	for i+4 <= len(c) && class[c[i]]&class[c[i+1]]&class[c[i+2]]&class[c[i+3]]&cName != 0 {
		i += 4
	}
	for i < len(c) && class[c[i]]&cName != 0 {
		i++
	}
	return i
}

// scanNCName scans a name up to its end or a colon.
func (d *Decoder) scanNCName(c []byte, start int) int {
	if start < len(c) && c[start] < utf8.RuneSelf && class[c[start]]&cStart == 0 {
		return d.badName(c, start)
	}
	i := start
	for {
		if i = nameRun(c, i); i == len(c) {
			return needMore
		}
		if c[i] < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRune(c[i:])
		k := d.scanRune(c, i)
		if k == stray && i > start {
			break // which ends the name and not the tag
		}
		if k < 0 {
			return k
		}
		if !isNameRune(r, i == start) {
			break
		}
		i += n
	}
	if i == start {
		return d.badName(c, start)
	}
	return i
}

// badName fails for a name that may not begin so. XML 1.0 alone lets a colon begin a
// name, and any name character follow it.
func (d *Decoder) badName(c []byte, i int) int {
	n := d.scanRune(c, i)
	if n < 0 {
		return n
	}
	r, _ := utf8.DecodeRune(c[i:])
	if c[i] == ':' || c[i-1] == ':' && (class[c[i]]&cName != 0 || isNameRune(r, false)) {
		return d.fail(i, ErrNamespace, d.character(c[i:i+n])+"where a name should be")
	}
	return d.unexpected(c, i, "where a name should be")
}

// scanSpace scans white space, which may be absent.
func (d *Decoder) scanSpace(w []byte, start int) int {
	i := start
	for i < len(w) && isSpace(w[i]) {
		i++
	}
	if d.spaces+i-start > d.lim.MaxText {
		return d.limit(start+d.lim.MaxText-d.spaces, "MaxText", int64(d.lim.MaxText))
	}
	if i == len(w) {
		return needMore
	}
	d.spaces += i - start
	return i
}

// starved says why a scan came to the end of c: c was cut at the bound, or the
// window ends there.
func (d *Decoder) starved(c []byte, end int, name string, max int) int {
	if len(c) < end {
		return needMore
	}
	return d.limit(end-1, name, int64(max))
}

// unexpected fails for a character that the grammar does not allow at i.
func (d *Decoder) unexpected(w []byte, i int, where string) int {
	n := d.scanRune(w, i)
	if n < 0 {
		return n
	}
	return d.fail(i, ErrSyntax, d.character(w[i:i+n])+where)
}

// character is about for a character.
func (d *Decoder) character(b []byte) string {
	return cmp.Or(d.about(b), "a character ")
}

// quote shows bytes of the document in an error, but not too many of them.
func quote(b []byte) string {
	const most = 64
	if len(b) <= most {
		return strconv.Quote(string(b))
	}
	return strconv.Quote(string(b[:most])) + "..."
}

func hex(b byte) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[b>>4], digits[b&15]})
}
