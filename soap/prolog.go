package soap

// NOTE: what stands outside the root element: byte order mark, XML declaration,
// comments, PIs and white space; and the scanners of comments, PIs and CDATA
// sections, which text.go uses too. A document type declaration is refused at
// its third byte, before anything of it is read.

import (
	"bytes"
	"strings"
)

const (
	cdataOpen  = "<![CDATA["
	cdataClose = "]]>"
)

// outside reads the next token before or after the root element.
func (d *Decoder) outside() Kind {
	if d.stage == atDocument {
		for len(d.buf) < 4 && d.fill() {
		}
		if d.begin() {
			return KindStart
		}
		if !d.document() {
			return KindEOF
		}
	}
	for d.err == nil {
		c, ok := d.nextNonSpace()
		switch {
		case !ok:
			return d.finish()
		case c != '<' && d.stage == inEpilog && d.level == Tolerant:
			d.garbage()
			continue
		case c != '<':
			d.inTag = false
			d.unexpected(d.buf[d.pos:], 0, "outside the root element")
			if d.err == nil && !d.more() {
				return KindEOF
			}
			continue
		}
		if d.misc() {
			continue
		}
		if d.err == nil && d.buf[d.pos+1] != '/' && d.stage == inProlog {
			return d.root()
		}
		if d.err == nil {
			d.fail(0, ErrSyntax, "tag outside the root element")
		}
	}
	return KindEOF
}

// root reads the start tag of the root element.
func (d *Decoder) root() Kind {
	kind := d.tagToken()
	if kind == KindStart {
		d.keepBeginning()
	}
	return kind
}

// nextNonSpace skips white space and gives the byte after it, which it does not
// consume. It gives false where the document ends, or on an error.
func (d *Decoder) nextNonSpace() (byte, bool) {
	for {
		for d.pos < len(d.buf) && isSpace(d.buf[d.pos]) {
			d.pos++
		}
		if d.pos < len(d.buf) {
			return d.buf[d.pos], true
		}
		if !d.fill() {
			return 0, false
		}
	}
}

// finish ends the document where its bytes end.
func (d *Decoder) finish() Kind {
	switch {
	case d.rerr != nil || d.over:
		d.more() // says why
	case d.stage == inProlog:
		d.fail(0, ErrEmpty, "")
	default:
		d.at = d.base + int64(d.pos)
		d.stage = atEnd
	}
	return KindEOF
}

// misc reads a comment or a PI, and says whether there was one.
func (d *Decoder) misc() bool {
	if d.pos+1 == len(d.buf) && !d.more() || isTag(d.buf[d.pos+1]) {
		return false
	}
	n := d.token((*Decoder).scanMarkup)
	if n < 0 {
		return false
	}
	if d.buf[d.pos+2] == '[' {
		d.fail(0, ErrSyntax, "CDATA section outside the root element")
		return false
	}
	d.pos += n
	return true
}

// document reads the byte order mark and the XML declaration.
func (d *Decoder) document() bool {
	d.stage = inProlog
	if !d.decode() {
		return false
	}
	for len(d.buf)-d.pos < 3 && d.fill() {
	}
	if bytes.HasPrefix(d.buf[d.pos:], []byte("\xEF\xBB\xBF")) {
		d.pos += 3
	}
	if d.level == Tolerant {
		return d.lenientDecl()
	}
	return d.decl() >= 0
}

// decl reads the XML declaration and gives its length, 0 if there is none.
func (d *Decoder) decl() int {
	n := d.token((*Decoder).scanDecl)
	if n < 0 {
		return n
	}
	d.pos += n
	if d.label != "" && !d.convert(d.label) {
		return failed
	}
	return n
}

// scanDecl scans the XML declaration, which may be absent: productions 23 to 26, 32, 80.
func (d *Decoder) scanDecl(w []byte) int {
	const open = "<?xml"
	if n := min(len(w), len(open)); string(w[:n]) != open[:n] {
		return 0
	}
	if len(w) <= len(open) {
		if d.eof {
			return 0
		}
		return needMore
	}
	if !isSpace(w[len(open)]) {
		return 0
	}
	d.spaces = 0
	seen := 0
	for i := len(open); ; {
		j := d.scanSpace(w, i)
		if j < 0 {
			return j
		}
		if w[j] == '?' {
			return d.scanDeclEnd(w, j, seen)
		}
		if j == i {
			return d.unexpected(w, j, "in the XML declaration")
		}
		if i, seen = d.scanDeclItem(w, j, seen); i < 0 {
			return i
		}
	}
}

// scanDeclEnd scans the end of the XML declaration; seen is the number of its
// items that can no longer come.
func (d *Decoder) scanDeclEnd(w []byte, i, seen int) int {
	if i+1 == len(w) {
		return needMore
	}
	if w[i+1] != '>' {
		return d.unexpected(w, i+1, "in the XML declaration")
	}
	if seen == 0 {
		return d.fail(i, ErrSyntax, "XML declaration without version")
	}
	return i + 2
}

// declItems are the items of an XML declaration in their order.
var declItems = [...]struct {
	name  string
	check func(*Decoder, []byte) error
}{
	{"version", checkVersion},
	{"encoding", checkEncoding},
	{"standalone", checkStandalone},
}

// scanDeclItem scans one item of the XML declaration.
func (d *Decoder) scanDeclItem(w []byte, i, seen int) (end, item int) {
	j, _ := d.scanQName(w, i)
	if j < 0 {
		return j, 0
	}
	for item = seen; item < len(declItems) && declItems[item].name != string(w[i:j]); item++ {
	}
	if item == len(declItems) || seen == 0 && item > 0 {
		return d.fail(i, ErrSyntax, quote(w[i:j])+" in the XML declaration"), 0
	}
	if j = d.scanEquals(w, j); j < 0 {
		return j, 0
	}
	if w[j] != '"' && w[j] != '\'' {
		return d.unexpected(w, j, "where a quote should be"), 0
	}
	var a attr
	k := d.scanValue(w, j, d.lim.MaxText, &a)
	if k < 0 {
		return k, 0
	}
	if err := declItems[item].check(d, w[j+1:k]); err != nil {
		return d.fail(j+1, err, declItems[item].name+" "+quote(w[j+1:k])), 0
	}
	return k + 1, item + 1
}

// checkVersion accepts every 1.x, as XML 1.0 section 2.8 wants.
func checkVersion(_ *Decoder, v []byte) error {
	minor, ok := bytes.CutPrefix(v, []byte("1."))
	if !ok || len(minor) == 0 || len(bytes.Trim(minor, "0123456789")) > 0 {
		return ErrSyntax
	}
	return nil
}

func checkStandalone(_ *Decoder, v []byte) error {
	if string(v) != "yes" && string(v) != "no" {
		return ErrSyntax
	}
	return nil
}

// scanMarkup scans a comment, a PI or a CDATA section, and refuses a document
// type declaration.
func (d *Decoder) scanMarkup(w []byte) int {
	if len(w) < 3 {
		return needMore
	}
	switch {
	case w[1] == '?':
		n := d.scanPI(w)
		if n > 0 && d.noPI {
			return d.fail(0, ErrInstruction, "")
		}
		return n
	case w[2] == 'D':
		return d.fail(0, ErrDoctype, "")
	case w[2] == '-':
		return d.scanComment(w)
	case w[2] == '[':
		return d.scanCDATA(w)
	}
	return d.unexpected(w, 2, "after <!")
}

// scanComment scans a comment: production 15.
func (d *Decoder) scanComment(w []byte) int {
	const open = "<!--"
	if len(w) < len(open) {
		return needMore
	}
	if w[3] != '-' {
		return d.unexpected(w, 3, "after <!-")
	}
	i := d.scanUntil(w, len(open), "--")
	if i < 0 {
		return i
	}
	if i+2 == len(w) {
		return needMore
	}
	if w[i+2] != '>' {
		return d.fail(i, ErrSyntax, "-- in a comment")
	}
	return i + 3
}

// scanPI scans a processing instruction: production 16. Its target has no
// colon (Namespaces in XML 1.0, section 7) and is not xml in any case.
func (d *Decoder) scanPI(w []byte) int {
	i, colon := d.scanQName(w, 2)
	switch {
	case i < 0:
		return i
	case strings.EqualFold(string(w[2:i]), "xml"):
		return d.fail(0, ErrSyntax, "XML declaration that is not at the start of the document")
	case colon > 0:
		return d.fail(colon, ErrNamespace, "colon in a PI target")
	case w[i] != '?' && !isSpace(w[i]):
		return d.unexpected(w, i, "in a PI target")
	case w[i] == '?':
		if i+1 == len(w) {
			return needMore
		}
		if w[i+1] != '>' {
			return d.unexpected(w, i+1, "in a PI target")
		}
		return i + 2
	}
	if i = d.scanUntil(w, i, "?>"); i < 0 {
		return i
	}
	return i + 2
}

// scanCDATA scans a CDATA section: production 18.
func (d *Decoder) scanCDATA(w []byte) int {
	for i := 3; i < len(cdataOpen); i++ {
		if i == len(w) {
			return needMore
		}
		if w[i] != cdataOpen[i] {
			return d.unexpected(w, i, "in the start of a CDATA section")
		}
	}
	i := d.scanUntil(w, len(cdataOpen), cdataClose)
	if i < 0 {
		return i
	}
	return i + len(cdataClose)
}

// scanUntil scans legal characters from start to the next stop, which is in the
// window then, and gives the place of the stop. There may be MaxText bytes
// before it.
func (d *Decoder) scanUntil(w []byte, start int, stop string) int {
	end := start + d.lim.MaxText + len(stop)
	c := w[:min(len(w), end)]
	for i := start; i < len(c); {
		if c[i] == stop[0] && i+len(stop) <= len(c) && string(c[i:i+len(stop)]) == stop {
			return i
		}
		if class[c[i]]&cLegal != 0 {
			i++
			continue
		}
		n, _ := d.textRune(c, i)
		if n == needMore {
			break
		}
		if n < 0 {
			return n
		}
		i += n
	}
	if len(c) < end {
		return needMore
	}
	return d.limit(start+d.lim.MaxText, "MaxText", int64(d.lim.MaxText))
}
