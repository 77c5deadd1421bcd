package rpc

import (
	"encoding/base64"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: one walker, two directions. A message's Fields calls the methods below
// once for each of its fields, in the schema's order.
//
// Encoding, every call writes its field.
//
// Decoding is driven by the wire: for each child element the whole list is
// offered, and the call whose name matches takes it. So the order on the wire
// does not matter, an element that nobody takes is skipped by the decoder, and
// there is no loop in any message. Lists have at most ten fields or so; a
// linear compare of short names beats a map.
//
// Exactly one of enc, dec and plan is set; with plan nothing is walked but the list
// itself (describe.go).

// A Codec walks the fields of a message, to encode or to decode it. Only this
// package makes one; a vendor's message uses it in its Fields method.
type Codec struct {
	enc  *soap.Encoder
	dec  *soap.Decoder
	plan *[]Field // describing: what there is
	err  error    // the first bad value; the walk stops there

	style    *Style // how fields are written; nil is the usual way
	maxItems int
	own      string  // the namespace of a vendor's message
	ns       soap.NS // the last CWMP namespace seen (decoding) or to write (encoding)

	// Decoding: the child at hand and what was seen of its siblings.
	level  soap.Level
	name   []byte  // its local name, until taken
	space  soap.NS // its namespace
	alien  bool    // which is a vendor's
	hit    bool    // it was taken
	again  bool    // for the second time
	once   bool    // the struct's fields may stand once only, and are read exactly
	beyond bool    // the fields that follow are not of this struct's schema
	kind   uint8   // of the next field: optional, many
	bounds bounds  // of the next field, an array
	probe  uint8   // complete is at work
	must   uint64  // the fields that it looks for
	parent string  // in this element
	cost   int64   // what was made of the message, about, in bytes
	deep   int     // elements between here and where this belongs
	lost   *Fault  // parts of a fault that are not where they belong
	extra  extra   // what no field has taken
	walk

	forms   *forms
	says    int   // the items that the array at hand has, by its own word
	strings chunk // what was read is cut from it

	yield func(*Parameter, error) bool // streaming: gets the items of lists of parameters
	given int                          // those that it got of the list at hand
	param Parameter                    // the last of them
	view  []byte                       // its bytes, if it was read in the usual way
}

// Encoding reports whether the walk writes. Few messages need to know.
func (c *Codec) Encoding() bool { return c.enc != nil }

// Once declares, at the top of a Fields method, that this struct names somebody: a
// second element of the same name is an error at every level, and the text of its
// strings is read at soap.Standard at least.
func (c *Codec) Once() { c.once = true }

// String walks a string element of at most max characters; 0 is no limit.
// White space is kept, but around names (see Padded). Encoding a longer one is
// ErrLength; reading it, it is TooLong.
func (c *Codec) String(name string, p *string, max int) {
	switch {
	case c.enc != nil:
		c.checkLength(name, c.clean(*p), max)
		c.leaf(name, "string", *p)
	case c.at(name):
		*p = c.text(name, max)
	case c.probe >= describing:
		c.leafOf(name, FieldString, max, wiped(c, p))
	}
}

// OptString is String for an element that the schema lets be absent (minOccurs
// 0): an empty string is not written.
func (c *Codec) OptString(name string, p *string, max int) {
	if c.enc != nil && *p == "" {
		return
	}
	c.kind = optional
	c.String(name, p, max)
}

// Bool walks a boolean, written as 1 or 0. Reading takes 0, 1, true and false in
// any case, with white space around; an empty element is false, and a number
// other than 0 is true.
func (c *Codec) Bool(name string, p *bool) {
	switch {
	case c.enc != nil:
		c.leaf(name, "boolean", c.style.bool(*p))
	case c.at(name):
		*p = c.truth(name, c.dec.Content())
	case c.probe >= describing:
		c.leafOf(name, FieldBool, 0, wiped(c, p))
	}
}

// Int walks an xs:int. Reading takes white space around, and empty as 0.
func (c *Codec) Int(name string, p *int32) {
	switch {
	case c.enc != nil:
		c.number(name, "int", int64(*p))
	case c.at(name):
		b := c.unpadded(name, c.dec.Content())
		v, err := parseInt(b, 32)
		c.badNumber(name, err)
		*p = int32(v)
	case c.probe >= describing:
		c.leafOf(name, FieldInt, 0, wiped(c, p))
	}
}

// Uint walks an xs:unsignedInt. Reading takes white space around, and empty as 0.
func (c *Codec) Uint(name string, p *uint32) {
	switch {
	case c.enc != nil:
		c.number(name, "unsignedInt", int64(*p))
	case c.at(name):
		b := c.unpadded(name, c.dec.Content())
		v, err := parseUint(b, 32)
		c.badNumber(name, err)
		*p = uint32(v)
	case c.probe >= describing:
		c.leafOf(name, FieldUint, 0, wiped(c, p))
	}
}

// Time walks an xs:dateTime. Its text is kept as it came; the zero DateTime is
// written as [UnknownTime].
func (c *Codec) Time(name string, p *DateTime) {
	switch {
	case c.enc != nil:
		c.leaf(name, "dateTime", p.wire())
	case c.at(name):
		*p = c.time(name, c.dec.Content())
	case c.probe >= describing:
		c.leafOf(name, FieldTime, 0, wiped(c, p))
	}
}

// OptTime is Time for an element that the schema lets be absent: the zero DateTime
// is not written.
func (c *Codec) OptTime(name string, p *DateTime) {
	if c.enc != nil && *p == "" {
		return
	}
	c.kind = optional
	c.Time(name, p)
}

// Value walks an xs:anySimpleType with its xsi:type.
func (c *Codec) Value(name string, p *Value) {
	switch {
	case c.enc != nil:
		c.value(name, p)
	case c.at(name):
		p.Type = c.typeOf()
		b := c.dec.Content()
		if c.level == soap.Strict {
			c.check(name, checkTyped(p.Type, b))
		}
		p.Text = c.strings.string(b)
	case c.probe >= describing:
		c.leafOf(name, FieldValue, 0, wiped(c, p))
	}
}

// Strings walks a SOAP-encoded array of xsd:string, each of at most max
// characters; 0 is no limit.
func (c *Codec) Strings(name string, p *[]string, max int) {
	switch {
	case c.enc != nil:
		c.startArray(name, c.enc.Prefix(soap.NSXSD), "string", len(*p))
		for _, s := range *p {
			c.String("string", &s, max)
		}
		c.enc.End()
	case c.atInner(name):
		a := c.array(soap.NSXSD, "string")
		*p = room[string](c, a.says, len("<string></string>"))
		c.stringItems(p, max)
		if len(*p) == 0 {
			*p = nil
		}
		c.counted(a, name, len(*p))
		c.hit = true
	case c.bare("string"):
		c.stringItem(p, max)
	case c.probe >= describing && !wiped(c, p):
		c.describe(name, FieldString, max).Item = "string"
	}
}

// Base64s walks a SOAP-encoded array of base64. Reading takes white space inside
// of an item; what is no base64 is ErrBase64.
func (c *Codec) Base64s(name string, p *[][]byte) {
	switch {
	case c.enc != nil:
		c.startArray(name, c.enc.Prefix(soap.NSEncoding), "base64", len(*p))
		for _, b := range *p {
			c.leaf("base64", "base64", base64.StdEncoding.EncodeToString(b))
		}
		c.enc.End()
	case c.atInner(name):
		*p = nil
		a := c.array(soap.NSEncoding, "base64")
		for depth := c.dec.Depth(); c.next(depth, len(*p)); {
			if c.item("base64") {
				c.base64(p)
			}
		}
		c.counted(a, name, len(*p))
	case c.bare("base64"):
		if len(*p) < c.maxItems {
			c.base64(p)
		} else {
			c.fail("", ErrItems)
		}
	case c.probe >= describing && !wiped(c, p):
		c.describe(name, FieldBase64, 0).Item = "base64"
	}
}

// base64 reads the current element as one more item.
func (c *Codec) base64(p *[][]byte) {
	c.charge(fieldCost)
	b, err := parseBase64(c.dec.Content())
	c.check("base64", err)
	*p = append(*p, b)
}

// Struct walks an element whose children are f's fields.
func (c *Codec) Struct(name string, f Fielder) {
	switch {
	case c.enc != nil:
		c.element(soap.NSNone, name, f)
	case c.atInner(name):
		c.anew(f)
		c.children(f)
	case c.probe >= describing && !c.wipes(f):
		c.describeStruct(name, f)
	}
}

// Qualified is Struct for an element in the CWMP namespace. The detail of a fault
// holds the only one that the standard has.
func (c *Codec) Qualified(name string, f Fielder) {
	if c.enc != nil {
		c.element(c.ns, name, f)
		return
	}
	c.kind |= qualified
	switch {
	case c.atInner(name):
		c.inCWMP()
		c.anew(f)
		c.children(f)
	case c.probe >= describing && !c.wipes(f):
		c.describeStruct(name, f).Qualified = true
	}
}

// element writes one element and f's fields in it.
func (c *Codec) element(ns soap.NS, name string, f Fielder) {
	c.enc.Start(ns, name)
	if c.style != nil {
		c.structOf(f)
	}
	f.Fields(c)
	c.enc.End()
}

// children offers every child of the current element to f.
func (c *Codec) children(f Fielder) {
	outer := c.walk
	c.walk = walk{}
	for depth := c.dec.Depth(); c.next(depth, 0); {
		c.space, c.name = c.dec.Name()
		c.alien = c.space == soap.NSOther && c.foreign()
		if c.alien && depth > messageDepth {
			c.stranger(f)
			continue
		}
		c.hit, c.once, c.beyond, c.kind, c.ord, c.bounds = false, false, false, 0, 0, bounds{}
		f.Fields(c)
		if !c.hit && c.err == nil {
			c.unknown(f)
		}
	}
	c.complete(f)
	c.charge(fieldCost * int(c.ord))
	c.walk, c.hit = outer, true
}

// What an item of a list costs in memory, for each of its fields, and a string in an
// array of them; and how much a message may cost, for each of its bytes and besides. A
// list that grows is there twice for a while, so that memory stays below eight times
// the bytes. No honest item is so small: <string></string> has 17 bytes.
const (
	fieldCost  = 24
	stringCost = 16
	byteCost   = 3
	freeCost   = 256 << 10
)

// charge bounds the memory of a long message by the bytes that it has on the wire,
// which large items without anything in them would else exceed by far.
func (c *Codec) charge(cost int) {
	if c.cost += int64(cost); c.cost > byteCost*c.dec.Offset()+freeCost {
		c.fail("", ErrItems)
	}
}

// next moves to the next child of the element at depth. have is the number of
// items already taken from it, for the bound on arrays.
func (c *Codec) next(depth, have int) bool {
	if c.err != nil || !c.dec.NextChild(depth) {
		return false
	}
	if have >= c.maxItems {
		c.fail("", ErrItems)
		return false
	}
	return true
}

// at reports whether the child at hand is the field name, and takes it.
func (c *Codec) at(name string) bool {
	c.ord++
	kind := c.kind
	c.kind, c.again = 0, false
	if c.hit || string(c.name) != name {
		if c.probe != 0 {
			c.probed(name, kind)
		} else {
			c.bounds = bounds{} // they were this field's
		}
		return false
	}
	c.hit = true
	bit := c.bit()
	if c.space != soap.NSNone && !c.spaced(bit, kind) {
		return false
	}
	if c.seen&bit != 0 || c.ord < c.last || c.beyond {
		return c.takeOdd(bit, kind)
	}
	c.seen |= bit
	c.last = c.ord
	return true
}

// atInner is at for a field that has elements in it.
func (c *Codec) atInner(name string) bool {
	c.kind |= inner
	return c.at(name)
}

// bare reports whether the child at hand is an item of the array that was offered
// last, without the array around it.
func (c *Codec) bare(item string) bool {
	if c.hit || c.level == soap.Strict || string(c.name) != item {
		return false
	}
	bit := c.bit()
	if c.space != soap.NSNone && !c.spaced(bit, inner) {
		return false
	}
	if c.loose&bit == 0 {
		c.dec.Report(NoWrapper, "", "")
	}
	c.seen |= bit
	c.loose |= bit
	c.hit = true
	return true
}

// check fails the walk at a field that was just read.
func (c *Codec) check(name string, err error) {
	if err != nil {
		c.fail(name, err)
	}
}

// fail keeps the first error, with the place of the element: name below the
// current one, or the current one itself.
func (c *Codec) fail(name string, err error) {
	if c.err != nil {
		return
	}
	e := &ValueError{Err: err}
	if c.enc != nil {
		e.Path = c.enc.Path()
	} else {
		e.Path, e.Offset = c.dec.Path(), c.dec.Offset()
	}
	if name != "" {
		e.Path += "/" + name
	}
	c.err = e
}

func (c *Codec) checkLength(name, s string, max int) {
	if max > 0 && len(s) > max && utf8.RuneCountInString(s) > max {
		c.fail(name, ErrLength)
	}
}
