package rpc

import (
	"strconv"
	"strings"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: the two ways in which CWMP repeats a struct. They are functions, not
// methods of Codec, because Go's methods cannot have type parameters.

// List walks a SOAP-encoded array of structs. SOAP 1.1 gives the names of array
// items no meaning, so reading takes any; the count in arrayType is ignored.
func List[T any, P interface {
	*T
	Fielder
}](c *Codec, name, item string, p *[]T) {
	switch {
	case c.enc != nil:
		c.startArray(name, c.enc.Prefix(c.ns), item, len(*p))
		if !c.pairs(item, p) {
			for i := range *p {
				c.element(soap.NSNone, item, P(&(*p)[i]))
			}
		}
		c.enc.End()
	case c.atInner(name):
		a, most := c.array(c.ns, item), c.maxItems
		c.maxItems = c.mostItems(item)
		*p = nil
		if !c.streams(p) {
			*p = room[T](c, a.says, 2*len(item)+len("<></>"))
		}
		listItems[T, P](c, item, p)
		c.maxItems = most
		c.counted(a, name, c.have(p, len(*p)))
		c.hit = true
	case c.bare(item):
		if c.have(p, len(*p)) >= c.mostItems(item) {
			c.fail("", ErrItems)
			return
		}
		appendItem[T, P](c, p)
		if c.give(p) {
			*p = nil
		}
	case c.probe >= describing && !wiped(c, p):
		c.describeStruct(name, P(new(T))).Item = item
	}
}

// listItems reads the items of the array that is open, to its end.
func listItems[T any, P interface {
	*T
	Fielder
}](c *Codec, item string, p *[]T) {
	f := c.form(p)
	c.given = 0
	for depth := c.dec.Depth(); ; {
		if f != nil {
			c.predict(p)
			c.dec.Watch(f)
		}
		if !c.next(depth, c.have(p, len(*p))) {
			break
		}
		if !c.item(item) {
			continue
		}
		appendItem[T, P](c, p)
		if f != nil {
			c.learn(f, label(p))
			c.give(p)
		}
	}
	if len(*p) == 0 {
		*p = nil
	}
}

// room makes a slice for the items of an array that says how many there are, -1 for
// no word. It is no longer than what is left of the document can hold, if an item
// has that many bytes at least.
func room[T any](c *Codec, says, size int) []T {
	c.says = says
	if n := min(int64(says), int64(c.maxItems), c.dec.Remaining()/int64(size)); n > 0 {
		return make([]T, 0, n)
	}
	return nil
}

// Repeated walks a bare repeated element: no array around it, an element for each
// item.
func Repeated[T any, P interface {
	*T
	Fielder
}](c *Codec, name string, p *[]T) {
	switch {
	case c.enc != nil:
		for i := range *p {
			c.element(soap.NSNone, name, P(&(*p)[i]))
		}
	case c.atMany(name):
		if len(*p) >= c.maxItems {
			c.fail("", ErrItems)
			return
		}
		appendItem[T, P](c, p)
	case c.probe >= describing && !wiped(c, p):
		c.describeStruct(name, P(new(T)))
	}
}

// typed is a struct whose xsi:type says which of several it is.
type typed interface {
	// xsiType is where its local name is kept; the prefix is CWMP's.
	xsiType() *string
	// xsiTypes are those that the schema has.
	xsiTypes() []string
}

// repeatedTyped is Repeated for structs that are told apart by their xsi:type.
func repeatedTyped[T any, P interface {
	*T
	Fielder
	typed
}](c *Codec, name string, p *[]T) {
	switch {
	case c.enc != nil:
		for i := range *p {
			item := P(&(*p)[i])
			c.enc.Start(soap.NSNone, name)
			if typ := *item.xsiType(); typ != "" {
				c.enc.Attr(soap.NSXSI, "type", c.enc.Prefix(c.ns)+":"+typ)
			}
			item.Fields(c)
			c.enc.End()
		}
	case c.atMany(name):
		if len(*p) >= c.maxItems {
			c.fail("", ErrItems)
			return
		}
		*p = append(*p, *new(T))
		item := P(&(*p)[len(*p)-1])
		typ, _ := c.variant(item.xsiTypes())
		_, *item.xsiType(), _ = cutPrefix(strings.Trim(typ, space))
		c.children(item)
	case c.probe >= describing && !wiped(c, p):
		c.describeStruct(name, P(new(T))).Variants = variants[T, P](c)
	}
}

// appendItem reads the current element as one more item.
func appendItem[T any, P interface {
	*T
	Fielder
}](c *Codec, p *[]T) {
	*p = append(*p, *new(T))
	c.children(P(&(*p)[len(*p)-1]))
}

// startArray opens an array: <name soap-enc:arrayType="prefix:item[n]">.
func (c *Codec) startArray(name, prefix, item string, n int) {
	var b [64]byte
	t := append(b[:0], prefix...)
	t = append(t, ':')
	t = append(t, item...)
	t = append(t, '[')
	if c.style != nil {
		t = c.style.pad(t, n)
	}
	t = strconv.AppendInt(t, int64(n), 10)
	t = append(t, ']')
	c.enc.Start(soap.NSNone, name)
	if c.style != nil && c.style.Types {
		c.enc.Attr(soap.NSXSI, "type", c.enc.Prefix(soap.NSEncoding)+":Array")
	}
	c.enc.AttrBytes(soap.NSEncoding, "arrayType", t)
}
