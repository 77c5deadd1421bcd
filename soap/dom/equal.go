package dom

// NOTE: what makes two trees the same. Neighbouring pieces of text are one text,
// and it does not matter which of them are CDATA sections.

import (
	"slices"

	"github.com/beevik/etree"
)

// equal compares two trees without recursion, which a tree of any depth allows.
func equal(a, b *etree.Element) bool {
	type pair struct{ a, b *etree.Element }
	for todo := []pair{{a, b}}; len(todo) > 0; {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if p.a.FullTag() != p.b.FullTag() || !slices.EqualFunc(p.a.Attr, p.b.Attr, sameAttr) {
			return false
		}
		x, y := parts(p.a), parts(p.b)
		if !slices.EqualFunc(x, y, part.same) {
			return false
		}
		for i := range x {
			if x[i].el != nil {
				todo = append(todo, pair{x[i].el, y[i].el})
			}
		}
	}
	return true
}

func sameAttr(a, b etree.Attr) bool {
	return a.FullKey() == b.FullKey() && a.Value == b.Value
}

// A part is a child element, or anything else as a kind and two strings.
type part struct {
	kind byte
	a, b string
	el   *etree.Element
}

// same compares all but the inside of elements.
func (p part) same(q part) bool {
	return p.kind == q.kind && p.a == q.a && p.b == q.b && (p.el == nil) == (q.el == nil)
}

// parts lists what is in an element.
func parts(el *etree.Element) (list []part) {
	for _, child := range el.Child {
		switch c := child.(type) {
		case *etree.Element:
			list = append(list, part{kind: 'e', el: c})
		case *etree.CharData:
			if n := len(list); n > 0 && list[n-1].kind == 't' {
				list[n-1].a += c.Data
			} else if c.Data != "" {
				list = append(list, part{kind: 't', a: c.Data})
			}
		case *etree.Comment:
			list = append(list, part{kind: 'c', a: c.Data})
		case *etree.ProcInst:
			list = append(list, part{kind: 'p', a: c.Target, b: c.Inst})
		case *etree.Directive:
			list = append(list, part{kind: 'd', a: c.Data})
		}
	}
	return list
}
