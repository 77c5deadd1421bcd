package soap

// NOTE: how the Encoder writes names. A document has few of them and has each
// very often, so those that were found to be names are remembered with the bytes
// around them, in a form that is compared and copied without a loop. The table
// holds bytes, not the caller's strings, so that it keeps none of them alive; it
// outlives Reset. Names that share an entry push each other out, which costs
// time and nothing else.
//
// leaf writes a whole element from such pieces, and gives up before it has
// written anything where the usual way has something to say.

import (
	"encoding/binary"
	"slices"
)

const (
	pieceSize = 32
	maxPiece  = pieceSize - len("</>") // the longest name that is remembered
	numPieces = 32
)

// A piece is up to 32 bytes that are copied as if they were 32 always.
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
	l := &e.literals[(n*5+int(name[0])+int(name[n-1])*3)%numPieces]
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
	b = b[:at+pieceSize]
	w := (*piece)(b[at:])
	binary.LittleEndian.PutUint64(w[0:], binary.LittleEndian.Uint64(p[0:]))
	binary.LittleEndian.PutUint64(w[8:], binary.LittleEndian.Uint64(p[8:]))
	binary.LittleEndian.PutUint64(w[16:], binary.LittleEndian.Uint64(p[16:]))
	binary.LittleEndian.PutUint64(w[24:], binary.LittleEndian.Uint64(p[24:]))
	return b[:at+n]
}

// appendClean appends s to b, which has room for it, and says whether all of it
// stands for itself. If not, what is behind b's end is undefined.
func appendClean(b []byte, s string) ([]byte, bool) {
	n := len(b)
	b = b[:n+len(s)]
	return b, copyClean(b[n:], s) == len(s)
}

// leaf writes an element of no namespace that holds text, with an xsi:type if
// typed, and gives false if it has written nothing because the name is not
// remembered, a namespace is not as usual, or a byte needs an escape.
func (e *Encoder) leaf(local string, typed bool, typ, text string) bool {
	l := e.literal(local)
	if l == nil || len(e.frames) == 0 || !e.has(NSNone) || !e.close() {
		return false
	}
	e.room(3*pieceSize + len(typ) + len(text))
	b, clean := e.buf, true
	if !typed {
		b = appendPiece(b, &l.open, l.name+2)
	} else {
		if !e.has(NSXSI) || !e.typeAttr() {
			return false
		}
		b = appendPiece(b, &l.open, l.name+1)
		b = appendPiece(b, &e.xsiType.open, e.xsiType.name)
		if b, clean = appendClean(b, typ); !clean {
			return false
		}
		b = append(b, '"', '>')
	}
	if b, clean = appendClean(b, text); !clean {
		return false
	}
	e.buf = appendPiece(b, &l.close, l.name+3)
	return true
}

// typeAttr remembers ` xsi:type="` with the prefix of the day.
func (e *Encoder) typeAttr() bool {
	if e.xsiType.name > 0 {
		return true
	}
	p := e.Prefix(NSXSI)
	if p == "" || len(p) > maxPiece-len(` :type="`) {
		return false
	}
	e.xsiType.name = copy(e.xsiType.open[:], " "+p+`:type="`)
	return true
}
