package soap

// NOTE: how the Encoder writes names. A document has few of them and has each
// very often, so those that were found to be names are remembered with the bytes
// around them, in a form that is compared and copied without a loop. The table
// holds bytes, not the caller's strings, so that it keeps none of them alive; it
// outlives Reset. Names that share an entry push each other out, which costs
// time and nothing else.
//
// start and leaf write tags and whole elements from such pieces. Where there is
// anything to say that the usual way says, they write nothing and leave it to it.

import "slices"

const (
	pieceSize = 40
	maxPiece  = pieceSize - len("</>") // the longest name that is remembered
	numPieces = 64
	numTypes  = 32
)

// A piece is up to 40 bytes that are copied as if they were 40 always.
type piece [pieceSize]byte

// A literal is a checked name: "<name>" and "</name>".
type literal struct {
	name        int // its length
	open, close piece
}

// literal gives the entry of a name, or nil if it is no name or is too long.
func (e *Encoder) literal(name string) *literal {
	n := len(name)
	if n == 0 || n > maxPiece {
		return nil
	}
	l := &e.literals[(n*14+int(name[0])+int(name[n-1])*29)%numPieces] // few of CWMP's names collide
	if l.name == n && string(l.open[1:1+n]) == name {
		return l
	}
	if !isNCName(name) {
		return nil
	}
	l.name = n
	copy(l.open[:], "<"+name+">")
	copy(l.close[:], "</"+name+">")
	return l
}

// room makes sure that n more bytes and a piece fit into buf. The buffer at
// least doubles, so that a long document is copied once in all.
func (e *Encoder) room(n int) {
	if n += pieceSize; cap(e.buf)-len(e.buf) < n {
		e.buf = slices.Grow(e.buf, max(n, len(e.buf)))
	}
}

// appendPiece appends the first n bytes of p to b, which has room for all of it.
func appendPiece(b []byte, p *piece, n int) []byte {
	at := len(b)
	copyPiece((*piece)(b[at:at+pieceSize]), p)
	return b[:at+n]
}

// start is Start for a remembered name in no namespace, where no default
// namespace is in force. It gives false where it cannot.
func (e *Encoder) start(local string) bool {
	l := e.literal(local)
	if l == nil || !e.has(NSNone) {
		return false
	}
	e.room(0)
	name := len(e.buf) + 1
	e.buf = appendPiece(e.buf, &l.open, l.name+1)
	e.frames = append(e.frames, frame{name, name, name + l.name, e.declared})
	e.open, e.rooted = true, true
	return true
}

// leaf writes an element of no namespace that holds text, with the attribute
// unless it is nil. It gives false where it cannot, as the name is not
// remembered, a default namespace is in force or a byte needs an escape.
func (e *Encoder) leaf(local string, attr *typeAttr, text string) bool {
	l := e.literal(local)
	if l == nil || len(e.frames) == 0 || !e.has(NSNone) || !e.close() {
		return false
	}
	e.room(3*pieceSize + len(text))
	b := e.buf
	if attr == nil {
		b = appendPiece(b, &l.open, l.name+2)
	} else {
		b = appendPiece(b, &l.open, l.name+1)
		b = appendPiece(b, &attr.text, attr.len)
	}
	n := len(b)
	b = b[:n+len(text)]
	if copyClean(b[n:], text) < len(text) {
		return false
	}
	e.buf = appendPiece(b, &l.close, l.name+3)
	return true
}

// A typeAttr is a checked xsi:type attribute with the end of its tag, as in
// ` xsi:type="xsd:string">`.
type typeAttr struct {
	typ, end, len int // the type is text[typ:end]
	text          piece
}

// typeAttr gives the entry of a type, or nil if it has to be written in the
// usual way.
func (e *Encoder) typeAttr(typ string) *typeAttr {
	n := len(typ)
	if n == 0 || n > pieceSize || !e.has(NSXSI) {
		return nil
	}
	a := &e.types[(n+int(typ[n/2])*4)%numTypes] // the usual ones do not collide
	if string(a.text[a.typ:a.end]) == typ {
		return a
	}
	p := e.Prefix(NSXSI)
	begin, close := len(" :type=\"")+len(p), len("\">")
	if p == "" || begin+n+close > pieceSize || copyClean(make([]byte, pieceSize), typ) < n {
		return nil
	}
	a.typ, a.end, a.len = begin, begin+n, begin+n+close
	b := append(append(a.text[:0], ' '), p...)
	b = append(append(b, ":type=\""...), typ...)
	copy(a.text[len(b):], "\">")
	return a
}
