package soap

// NOTE: what fills a long document: thousands of elements with two leaves each, a
// name and a value. The markup around their texts is the same every time, so it
// is put together once and copied from then on.

// A pairForm is that markup:
//
//	head <item><first>   middle </first><second   tail </second></item>
//
// Behind middle comes the type attribute with the end of the tag (see typeAttr). Without
// a type, middle goes up to the > of second.
type pairForm struct {
	item, first, second string // until Reset, the caller's own: comparing them is quick
	typed               bool
	declared            uint16 // namespaces in scope
	head, middle, tail  part
}

// A part is a piece of markup and its length.
type part struct {
	len  int
	text piece
}

// Pair writes an element of no namespace that holds two leaves, with the texts a
// and b; the second has an xsi:type unless typ is empty. It is the same as Start,
// Leaf, Leaf or Typed, and End, but quicker when it is called often.
func (e *Encoder) Pair(item, first, a, second, typ, b string) {
	if e.pair.is(item, first, second, typ != "", e.declared) || e.form(item, first, second, typ != "") {
		if e.fill(a, typ, b) {
			return
		}
	}
	e.Start(NSNone, item)
	e.Leaf(NSNone, first, a)
	if typ == "" {
		e.Leaf(NSNone, second, b)
	} else {
		e.Typed(NSNone, second, typ, b)
	}
	e.End()
}

func (f *pairForm) is(item, first, second string, typed bool, declared uint16) bool {
	return f.item == item && f.first == first && f.second == second && f.typed == typed && f.declared == declared
}

// form puts the markup together, and gives false where it takes more than that.
func (e *Encoder) form(item, first, second string, typed bool) bool {
	f := &e.pair
	switch {
	case e.literal(item) == nil || e.literal(first) == nil || e.literal(second) == nil:
		return false
	case len(e.frames) == 0 || !e.has(NSNone):
		return false
	}
	*f = pairForm{} // so that it stands for nothing if a part is too long
	middle := "</" + first + "><" + second
	if !typed {
		middle += ">"
	}
	if !f.head.set("<"+item+"><"+first+">") || !f.middle.set(middle) || !f.tail.set("</"+second+"></"+item+">") {
		return false
	}
	f.item, f.first, f.second, f.typed, f.declared = item, first, second, typed, e.declared
	return true
}

func (p *part) set(s string) bool {
	p.len = copy(p.text[:], s)
	return p.len == len(s)
}

// fill writes the form with its texts. It gives false, and has written nothing,
// if a byte needs an escape.
func (e *Encoder) fill(a, typ, b string) bool {
	if !e.close() {
		return false
	}
	f, attr := &e.pair, (*typeAttr)(nil)
	if f.typed {
		if attr = e.typeAttr(typ); attr == nil {
			return false
		}
	}
	e.room(4*pieceSize + len(a) + len(b))
	buf := appendPiece(e.buf, &f.head.text, f.head.len)
	n := len(buf)
	buf = buf[:n+len(a)]
	if copyClean(buf[n:], a) < len(a) {
		return false
	}
	buf = appendPiece(buf, &f.middle.text, f.middle.len)
	if attr != nil {
		buf = appendPiece(buf, &attr.text, attr.len)
	}
	n = len(buf)
	buf = buf[:n+len(b)]
	if copyClean(buf[n:], b) < len(b) {
		return false
	}
	e.buf = appendPiece(buf, &f.tail.text, f.tail.len)
	return true
}
