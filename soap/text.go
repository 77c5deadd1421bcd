package soap

// NOTE: what stands between tags. scanRun finds a run of bytes that mean
// themselves; it is all that usual text needs, and its result is a piece of the
// window. Text with a reference, a CDATA section, a carriage return, a comment
// or a PI in it is collected in scratch, run by run.
//
// "]]>" can only be inside one run, as what ends a run ends that sequence too.

import (
	"bytes"
	"unicode/utf8"
)

// inside reads the next token inside the root element.
func (d *Decoder) inside(keep bool) Kind {
	if w := d.buf[d.pos:]; len(w) > 1 && w[0] == '<' && isTag(w[1]) {
		d.at = d.base + int64(d.pos)
		if w[1] == '/' {
			return d.endTag()
		}
		return d.startTag()
	}
	d.textLen = 0
	d.scratch = d.scratch[:0]
	d.at = d.base + int64(d.pos)
	n := d.scanRun(d.buf[d.pos:])
	if n == needMore {
		n = d.again((*Decoder).scanRun)
	}
	if n < 0 {
		return KindEOF
	}
	if w := d.buf[d.pos:]; w[n] == '<' && isTag(w[n+1]) {
		switch {
		case n == 0:
		case keep:
			if d.watch.depth > 0 {
				d.noteText(n)
			}
			d.pos += n
			d.text = w[:n:n]
			return KindText
		case !d.between(w[:n]):
			return KindEOF
		}
		d.pos += n
		return d.tagToken()
	}
	if !keep {
		return d.passed()
	}
	if !d.chars(keep) {
		return KindEOF
	}
	if len(d.scratch) > 0 {
		d.noteOdd()
		d.text = d.scratch
		return KindText
	}
	return d.tagToken()
}

// passed is inside for text that nobody wants, in more than one piece.
func (d *Decoder) passed() Kind {
	if !d.chars(len(d.elems)+1 == d.veil) || !d.between(d.scratch) {
		return KindEOF
	}
	return d.tagToken()
}

// between looks at text that begins at d.at and that nobody gets. Where NextChild goes
// from element to element there should be none.
func (d *Decoder) between(text []byte) bool {
	if len(d.elems)+1 != d.veil {
		return true
	}
	i := 0
	for i < len(text) && class[text[i]]&cSpace != 0 {
		i++
	}
	return i == len(text) || d.passOver(int(d.at-d.base)-d.pos, StrayText)
}

// passOver is for something at the byte pos+i that the caller does not get.
func (d *Decoder) passOver(i int, code Code) bool {
	d.noteOdd()
	if d.whole {
		d.fail(i, ErrMixed, "")
		return false
	}
	d.report(i, code, nil)
	return true
}

// isTag says whether a '<' before c begins a tag.
func isTag(c byte) bool { return c != '!' && c != '?' }

// plainContent is Content for an element that has nothing but plain text, all
// of it in the window with the end tag.
func (d *Decoder) plainContent() ([]byte, bool) {
	d.textLen = 0
	n := d.scanRun(d.buf[d.pos:])
	if n == needMore {
		n = d.again((*Decoder).scanRun)
	}
	if n < 0 {
		return nil, true
	}
	w := d.buf[d.pos:]
	if w[n] != '<' || w[n+1] != '/' {
		return nil, false
	}
	e := &d.elems[len(d.elems)-1]
	name := d.names[e.name:e.end]
	end := n + 2 + len(name)
	if len(w) <= end || w[end] != '>' || string(w[n+2:end]) != string(name) {
		return nil, false
	}
	if d.watch.depth > 0 {
		d.noteText(n)
	}
	d.pos += end + 1
	d.pop()
	return w[:n:n], true
}

// mixedContent is Content for any element. What children hold does not count
// towards MaxText of the element itself.
func (d *Decoder) mixedContent() []byte {
	at, depth := d.at, len(d.elems)
	d.textLen, d.scratch = 0, d.scratch[:0]
	for d.chars(true) {
		if d.buf[d.pos+1] != '/' && !d.passOver(0, StrayElement) {
			return nil
		}
		kind := d.tagToken()
		if kind == KindEnd {
			d.at = at
			return d.scratch
		}
		own := d.textLen
		for kind != KindEOF && len(d.elems) > depth {
			kind = d.skipToken()
		}
		d.textLen = own
	}
	return nil
}

// skipToken reads the next tag of a child that Content skips, and leaves
// scratch alone.
func (d *Decoder) skipToken() Kind {
	if d.empty {
		d.pop()
		return KindEnd
	}
	d.textLen = 0
	if !d.chars(false) {
		return KindEOF
	}
	return d.tagToken()
}

// chars reads text up to the next tag, whose first two bytes are then in the
// window, and with keep appends it to scratch.
func (d *Decoder) chars(keep bool) bool {
	for d.err == nil {
		n := d.token((*Decoder).scanRun)
		if n < 0 {
			return false
		}
		w := d.buf[d.pos:]
		if keep {
			d.scratch = append(d.scratch, w[:n]...)
		}
		d.pos += n
		d.textLen += n
		if w[n] == '<' && isTag(w[n+1]) {
			return true
		}
		d.special(w[n], keep)
	}
	return false
}

// special reads what is neither a tag nor stands for itself.
func (d *Decoder) special(c byte, keep bool) {
	switch c {
	case '&':
		d.reference(keep)
	case '\r':
		d.lineEnd(keep)
	case '<':
		d.markup(keep)
	default:
		d.badText(keep)
	}
}

func (d *Decoder) reference(keep bool) {
	n := d.token((*Decoder).scanReference)
	if n < 0 || !d.count(n) {
		return
	}
	if keep {
		r, _ := d.scanRef(d.buf[d.pos:], 0)
		d.scratch = utf8.AppendRune(d.scratch, r)
	}
	d.pos += n
}

// lineEnd reads a carriage return, alone or before a line feed: XML 1.0 section 2.11.
func (d *Decoder) lineEnd(keep bool) {
	n := d.token((*Decoder).scanLineEnd)
	if n < 0 || !d.count(n) {
		return
	}
	if keep {
		d.scratch = append(d.scratch, '\n')
	}
	d.pos += n
}

// markup reads a CDATA section, a comment or a PI.
func (d *Decoder) markup(keep bool) {
	n := d.token((*Decoder).scanMarkup)
	if n < 0 {
		return
	}
	w := d.buf[d.pos : d.pos+n]
	if w[2] == '[' {
		if !d.count(n) {
			return
		}
		if keep {
			start := len(d.scratch)
			d.scratch = appendLines(d.scratch, w[len(cdataOpen):n-len(cdataClose)])
			d.mend(start)
		}
	}
	d.pos += n
}

// count adds n bytes to the text, or fails if that is too much.
func (d *Decoder) count(n int) bool {
	if d.textLen += n; d.textLen > d.lim.MaxText {
		d.limit(0, "MaxText", int64(d.lim.MaxText))
		return false
	}
	return true
}

// scanRun scans bytes that stand for themselves up to one that does not: '<'
// (with one more byte in the window), '&' or CR. Production 14.
func (d *Decoder) scanRun(w []byte) int {
	if len(w) > 1 && w[0] == '<' {
		return 0
	}
	end := d.lim.MaxText - d.textLen + 1
	c := w[:min(len(w), end)]
	for i := 0; ; {
		for i < len(c) && class[c[i]]&cBlank != 0 { // mostly all there is
			i++
		}
		if i < len(c) && c[i] != '<' {
			i += plain(c[i:])
		}
		if i == len(c) {
			return d.starved(c, end, "MaxText", d.lim.MaxText)
		}
		n := 1
		switch b := c[i]; b {
		case '<':
			if i+1 == len(w) {
				return needMore
			}
			return i
		case '&', '\r':
			return i
		case '>':
			if i >= 2 && c[i-1] == ']' && c[i-2] == ']' {
				return d.fail(i-2, ErrSyntax, "]]> in text")
			}
		case '\n', '\t':
		default:
			var bad bool
			if n, bad = d.textRune(c, i); bad && n > 0 && d.bad != KeepBytes {
				return i
			}
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

// scanLineEnd scans CR or CR LF.
func (d *Decoder) scanLineEnd(w []byte) int {
	if len(w) < 2 {
		return needMore
	}
	if w[1] == '\n' {
		return 2
	}
	return 1
}

func (d *Decoder) scanReference(w []byte) int {
	_, n := d.scanRef(w, 0)
	return n
}

// scanRef scans the reference at w[i] and gives its character and its length:
// productions 66 and 68.
func (d *Decoder) scanRef(w []byte, i int) (rune, int) {
	if d.level == Tolerant {
		return d.scanLenientRef(w, i)
	}
	end := i + 1 + d.lim.MaxName + 1
	c := w[:min(len(w), end)]
	if i+1 < len(c) && c[i+1] == '#' {
		return d.scanCharRef(c, i, end)
	}
	j := d.scanNCName(c, i+1)
	if j == needMore {
		return 0, d.starved(c, end, "MaxName", d.lim.MaxName)
	}
	if j < 0 {
		return 0, j
	}
	if c[j] != ';' {
		return 0, d.unexpected(c, j, "in an entity reference")
	}
	if r := entity(c[i+1 : j]); r != 0 {
		return r, j + 1 - i
	}
	return 0, d.fail(i, ErrSyntax, "entity "+d.about(c[i+1:j])+"is not declared")
}

// entity gives the character of a predefined entity: XML 1.0 section 4.6.
func entity(name []byte) rune {
	switch string(name) {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	return 0
}

// scanCharRef scans a character reference: production 66.
func (d *Decoder) scanCharRef(c []byte, i, end int) (rune, int) {
	base, start := rune(10), i+2
	if start < len(c) && c[start] == 'x' {
		base, start = 16, start+1
	}
	r, j := rune(0), start
	for ; j < len(c); j++ {
		v := digit(c[j])
		if v >= base {
			break
		}
		r = min(r*base+v, 0x110000)
	}
	switch {
	case j == len(c):
		return 0, d.starved(c, end, "MaxName", d.lim.MaxName)
	case c[j] != ';' || j == start:
		return 0, d.unexpected(c, j, "in a character reference")
	case !isChar(r):
		return 0, d.fail(i, ErrChar, "character reference "+d.about(c[i:j+1])+"to none")
	}
	return r, j + 1 - i
}

// digit gives the value of a hexadecimal digit, 16 for anything else.
func digit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return 16
}

// appendLines appends text with its line ends normalised: XML 1.0 section 2.11.
func appendLines(dst, src []byte) []byte {
	for {
		i := bytes.IndexByte(src, '\r')
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(append(dst, src[:i]...), '\n')
		if src = src[i+1:]; len(src) > 0 && src[0] == '\n' {
			src = src[1:]
		}
	}
}

// appendValue appends an attribute value, normalised as XML 1.0 section 3.3.3 says for
// CDATA attributes. scanValue has accepted the value.
func (d *Decoder) appendValue(dst, src []byte) []byte {
	start := len(dst)
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				i++
			}
			dst = append(dst, ' ')
		case '\n', '\t':
			dst = append(dst, ' ')
		case '&':
			r, n := d.parseRef(src[i:])
			dst = utf8.AppendRune(dst, r)
			i += max(n, 1) - 1
		default:
			dst = append(dst, c)
		}
	}
	return d.mended(dst, start)
}
