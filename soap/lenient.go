package soap

// NOTE: what the Decoder does where something is wrong. At Standard and Strict
// that is an error; at Tolerant most of it is a Diagnostic, and the reading goes
// on. The code here is reached from the places where an error would be, so a
// clean document does not pay for it.
//
// As the rule for scanners is that the same bytes give the same result, a
// deviation is decided on with all the bytes it needs, or the scanner asks for
// more.

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"
)

// judge looks at a character from 0x80 or below 0x20. It gives its length, or
// needMore, and what is wrong with it.
func (d *Decoder) judge(c []byte, i int) (n int, bad Code) {
	b := c[i]
	if b < utf8.RuneSelf {
		if class[b]&cLegal != 0 {
			return 1, ""
		}
		return 1, BadCharacter
	}
	if d.ascii && d.level > Tolerant {
		return 1, NotASCII
	}
	r, n := utf8.DecodeRune(c[i:])
	switch {
	case r == utf8.RuneError && n == 1 && !utf8.FullRune(c[i:]):
		return needMore, ""
	case r == utf8.RuneError && n == 1:
		return 1, NotUTF8
	case d.ascii:
		return n, NotASCII
	case !isChar(r):
		return n, BadCharacter
	}
	return n, ""
}

// describe says which character is bad.
func describe(c []byte, i int, bad Code) string {
	b := c[i]
	switch {
	case b < utf8.RuneSelf:
		return "U+00" + hex(b)
	case bad == NotASCII:
		return "byte 0x" + hex(b) + " in a US-ASCII document"
	case bad == NotUTF8:
		return "byte 0x" + hex(b) + " is not UTF-8"
	}
	r, _ := utf8.DecodeRune(c[i:])
	return "U+" + strconv.FormatInt(int64(r), 16)
}

// scanRune checks one character from 0x80 or below 0x20 where no text is, and
// gives its length.
func (d *Decoder) scanRune(c []byte, i int) int {
	n, bad := d.judge(c, i)
	switch {
	case bad == "":
		return n
	case d.level == Tolerant && d.inTag:
		d.binaryAt = i
		return stray
	}
	return d.fail(i, ErrChar, describe(c, i, bad))
}

// textRune is scanRune in text and in attribute values, where bad characters
// are put up with.
func (d *Decoder) textRune(c []byte, i int) (n int, isBad bool) {
	n, bad := d.judge(c, i)
	if bad == "" {
		return n, false
	}
	if d.level != Tolerant {
		return d.fail(i, ErrChar, describe(c, i, bad)), true
	}
	d.note(i, bad, func() string { return describe(c, i, bad) })
	return n, true
}

// badText reads a bad character that does not stay as it is.
func (d *Decoder) badText(keep bool) {
	w := d.buf[d.pos:]
	n, _ := d.judge(w, 0)
	if !d.count(n) {
		return
	}
	if keep {
		d.scratch = appendMended(d.scratch, w[:n], d.bad)
	}
	d.pos += n
}

// mend puts the policy for bad bytes into force in the text from start.
func (d *Decoder) mend(start int) { d.scratch = d.mended(d.scratch, start) }

func (d *Decoder) mended(b []byte, start int) []byte {
	if d.bad == KeepBytes || d.level != Tolerant {
		return b
	}
	return appendMended(b[:start], bytes.Clone(b[start:]), d.bad)
}

// appendMended appends src with what is no text in it replaced.
func appendMended(dst, src []byte, policy BadBytes) []byte {
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		switch {
		case r == utf8.RuneError && n == 1 && policy == Latin1Bytes:
			dst = utf8.AppendRune(dst, rune(src[0]))
		case r == utf8.RuneError && n == 1, !isChar(r) && policy == ReplaceBytes:
			dst = utf8.AppendRune(dst, utf8.RuneError)
		default:
			dst = append(dst, src[:n]...)
		}
		src = src[n:]
	}
	return dst
}

// noName fails for a tag that does not begin with a name.
func (d *Decoder) noName(w []byte, n int) int {
	if n != stray {
		return n
	}
	_, bad := d.judge(w, d.binaryAt)
	return d.fail(d.binaryAt, ErrChar, describe(w, d.binaryAt, bad))
}

// passTag goes on behind a tag that has a binary byte in it, and passes every
// other result on. There must be no < before the >, which might be another tag.
func (d *Decoder) passTag(w []byte, n int) int {
	if n != stray {
		return n
	}
	d.note(d.binaryAt, BinaryInTag, func() string {
		_, bad := d.judge(w, d.binaryAt)
		return describe(w, d.binaryAt, bad)
	})
	end := d.binaryAt + d.lim.MaxText + 1
	c := w[:min(len(w), end)]
	for i := d.binaryAt; i < len(c); i++ {
		switch c[i] {
		case '>':
			d.tag.empty = c[i-1] == '/'
			return i + 1
		case '<':
			return d.fail(i, ErrSyntax, "< in a tag")
		}
	}
	return d.starved(c, end, "MaxText", d.lim.MaxText)
}

// extraColon says whether a name may have a second colon at i.
func (d *Decoder) extraColon(i int) bool {
	if d.level != Tolerant || !d.inTag {
		d.fail(i, ErrNamespace, "second colon in a name")
		return false
	}
	d.note(i, ExtraColon, nil)
	return true
}

// scanLenientRef is scanRef for references that may be none.
func (d *Decoder) scanLenientRef(w []byte, i int) (rune, int) {
	end := i + 1 + d.lim.MaxName + 1
	c := w[:min(len(w), end)]
	r, n := d.parseRef(c[i:])
	switch {
	case n > 0:
		return r, n
	case n == needMore && (len(c) < end || c[i+1] == '#'):
		return 0, d.starved(c, end, "MaxName", d.lim.MaxName)
	}
	code := BareAmpersand
	if j := nameRun(c, i+1); j > i+1 && j < len(c) && c[j] == ';' {
		code = UnknownEntity
	}
	d.note(i, code, nil)
	return '&', 1
}

// parseRef gives the character of the reference that ref begins with, and its
// length. The length is 0 if it is no reference, whose & is the character then,
// and needMore if it may still become one.
func (d *Decoder) parseRef(ref []byte) (rune, int) {
	if len(ref) > 1 && ref[1] == '#' {
		return d.parseCharRef(ref)
	}
	end := nameRun(ref, 1)
	if end == len(ref) {
		return '&', needMore
	}
	if ref[end] == ';' && end-1 <= d.lim.MaxName {
		if r := entity(ref[1:end]); r != 0 {
			return r, end + 1
		}
	}
	return '&', 0
}

// parseCharRef is parseRef for a reference that begins with &#.
func (d *Decoder) parseCharRef(ref []byte) (rune, int) {
	base, start := rune(10), 2
	if start < len(ref) && ref[start] == 'x' {
		base, start = 16, start+1
	}
	r, i := rune(0), start
	for ; i < len(ref) && digit(ref[i]) < base; i++ {
		r = min(r*base+digit(ref[i]), 0x110000)
	}
	switch {
	case i == len(ref):
		return '&', needMore
	case ref[i] != ';' || i == start || !isChar(r):
		return '&', 0
	}
	return r, i + 1
}

// garbage skips what follows the root element up to the next <.
func (d *Decoder) garbage() {
	if !d.trailing {
		d.trailing = true
		d.report(0, TrailingGarbage, nil)
	}
	for {
		i := bytes.IndexByte(d.buf[d.pos:], '<')
		if i >= 0 {
			d.pos += i
			return
		}
		d.pos = len(d.buf)
		if !d.fill() {
			return
		}
	}
}

// lenientDecl reads an XML declaration that may have white space before it.
func (d *Decoder) lenientDecl() bool {
	start := d.base + int64(d.pos)
	d.nextNonSpace()
	at := d.base + int64(d.pos)
	spaced := at > start
	switch n := d.decl(); {
	case n < 0:
		return false
	case n > 0 && spaced:
		d.add(start, LeadingSpace, "", "")
	}
	return true
}

// bogus ignores a declaration that is forbidden.
func (d *Decoder) bogus(i int, why string) bool {
	if d.level != Tolerant {
		d.fail(i, ErrNamespace, why)
		return false
	}
	d.report(i, BogusNamespace, func() string { return why })
	return true
}

// customary are the prefixes that have a usual meaning. For cwmp it is the
// first version, which every peer knows.
var customary = map[string]NS{
	"soap-env": NSEnvelope, "SOAP-ENV": NSEnvelope, "soap_env": NSEnvelope, "SOAP_ENV": NSEnvelope,
	"soapenv": NSEnvelope, "SOAPENV": NSEnvelope, "soap": NSEnvelope, "SOAP": NSEnvelope, "env": NSEnvelope,
	"soap-enc": NSEncoding, "SOAP-ENC": NSEncoding, "soap_enc": NSEncoding, "SOAP_ENC": NSEncoding,
	"soapenc": NSEncoding, "SOAPENC": NSEncoding, "enc": NSEncoding,
	"xsd": NSXSD, "xs": NSXSD, "xsi": NSXSI, "cwmp": NSCWMP10,
}

// undeclared resolves a prefix at i of the tag that nothing declares.
func (d *Decoder) undeclared(i int, prefix []byte) (bind int, ns NS, ok bool) {
	if d.level != Tolerant {
		d.fail(i, ErrNamespace, "prefix "+d.about(prefix)+"is not declared")
		return -1, NSNone, false
	}
	if first, _, many := bytes.Cut(prefix, []byte(":")); many {
		if bind = d.lookup(first); bind >= 0 {
			return bind, d.ns[bind].ns, true
		}
		prefix = first
	}
	if ns, ok = customary[string(prefix)]; ok {
		d.assume(string(prefix), ns)
	} else {
		ns = NSUndeclared
	}
	d.report(i, UndeclaredPrefix, func() string { return d.about(prefix) + "read as " + ns.String() })
	return -2 - int(ns), ns, true
}

// assume remembers that a prefix was read as what it usually means, so that a
// Raw can say so.
func (d *Decoder) assume(prefix string, ns NS) {
	assumed := Namespace{prefix, ns.URI()}
	if !slices.Contains(d.assumed, assumed) {
		d.assumed = append(d.assumed, assumed)
	}
}

// withAssumed adds to a scope what it does not say and was assumed.
func (d *Decoder) withAssumed(scope []Namespace) []Namespace {
	for _, a := range d.assumed {
		if !slices.ContainsFunc(scope, func(ns Namespace) bool { return ns.Prefix == a.Prefix }) {
			scope = append(scope, a)
		}
	}
	return scope
}

// uris are the URIs of nsTable as bytes.
var uris = func() (t [numNS][]byte) {
	for ns := range t {
		if uri := nsTable[ns].uri; uri != "" {
			t[ns] = []byte(uri)
		}
	}
	return t
}()

// assumedURI gives the URI for what undeclared gives as bind, nil for -1.
func assumedURI(bind int) []byte {
	if bind == -1 {
		return nil
	}
	return uris[-2-bind]
}
