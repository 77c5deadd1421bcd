package rpc

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: what takes more than a look to be lenient about: items of arrays of
// strings, white space that a pretty-printer has put into a name, and faults
// whose detail is not where it belongs.

// stringItems reads the items of the array of strings that is open, to its end. An
// item may be in another one, or be text without an element.
func (c *Codec) stringItems(p *[]string, max int) {
	depth, f := c.dec.Depth(), &c.forms.strings
	c.dec.Expect(f, 1, 1)
	for between := true; c.err == nil; {
		if between {
			c.names(p, max)
			c.dec.Watch(f)
		}
		kind, _ := c.dec.Next()
		between = kind != soap.KindText
		switch kind {
		case soap.KindText:
			if len(trim(c.dec.Text())) > 0 {
				c.deviate(StringMissing, "", "")
				c.addString(p, c.itemText(max))
			}
		case soap.KindStart:
			if !c.item("string") {
				c.leave(depth)
				continue
			}
			c.stringItem(p, max)
			c.learn(f, "")
		default:
			if kind == soap.KindEOF || c.dec.Depth() < depth {
				return
			}
		}
	}
}

// leave goes to the end of what is open deeper than that.
func (c *Codec) leave(depth int) {
	if c.dec.Depth() > depth {
		c.dec.Skip()
	}
}

// stringItem reads the element that was opened last as an item, or as the items
// that are in it, to its end.
func (c *Codec) stringItem(p *[]string, max int) {
	if len(*p) >= c.maxItems {
		c.fail("", ErrItems)
	}
	text, nested := "", false
	for c.err == nil {
		switch kind, _ := c.dec.Next(); kind {
		case soap.KindText:
			text += c.itemText(max)
		case soap.KindStart:
			if ns, local := c.dec.Name(); string(local) != "string" || c.deep == maxDeep || ns == soap.NSOther && c.foreign() {
				c.deviate(UnknownElement, "", "")
				c.dec.Skip()
				continue
			}
			nested = true
			c.deviate(StringDoubled, "", "")
			c.deep++
			c.stringItem(p, max)
			c.deep--
		case soap.KindEnd:
			if !nested || strings.Trim(text, space) != "" {
				c.addString(p, text)
			}
			return
		default:
			return
		}
	}
}

func (c *Codec) addString(p *[]string, s string) {
	if len(*p) >= c.maxItems {
		c.fail("", ErrItems)
		return
	}
	c.charge(stringCost)
	*p = append(*p, s)
}

// itemText is the text at hand as an item of an array of strings: a name.
func (c *Codec) itemText(max int) string {
	b := c.dec.Text()
	if padded(b) && bytes.ContainsAny(b, "\r\n") {
		b = c.unpad("", b)
	}
	c.checkRead("", b, max)
	return c.strings.string(b)
}

// maxDeep bounds how far into what does not belong there anything is looked for:
// the depth of the stack is no business of a peer's.
const maxDeep = 8

// padded says whether there may be white space around a text.
func padded(b []byte) bool {
	return len(b) > 0 && (b[0] <= ' ' || b[len(b)-1] <= ' ')
}

// names are the fields that hold names. White space with a line break in it
// around these is a pretty-printer's; blanks alone are kept, as whoever checks
// the name has to see them.
var names = map[string]bool{"Name": true, "ObjectName": true, "ParameterName": true, "ParameterPath": true}

// unpad leaves white space out. At Strict it is kept: the schema's strings have it.
func (c *Codec) unpad(child string, b []byte) []byte {
	t := trim(b)
	if c.level == soap.Strict || len(t) == len(b) {
		return b
	}
	c.dec.Report(Padded, child, "")
	return t
}

// text reads the current element as the string field name.
func (c *Codec) text(name string, max int) string {
	exact := c.once || name == "EventCode" // what names a device, and what it wants
	var b []byte
	if exact {
		b = c.dec.Exact()
	} else {
		b = c.dec.Content()
	}
	if padded(b) && (exact || names[name] && bytes.ContainsAny(b, "\r\n")) {
		b = c.unpad(name, b)
	}
	if len(b) > max {
		c.checkRead(name, b, max)
	}
	if c.err != nil {
		return "" // and nothing is kept of it
	}
	return c.strings.string(b)
}

// checkRead looks at the length of what was read. It is kept all the same.
func (c *Codec) checkRead(name string, b []byte, max int) {
	if max > 0 && len(b) > max && utf8.RuneCount(b) > max {
		c.deviate(TooLong, name, "")
	}
}

// unknown is for a child that no field of f has taken.
func (c *Codec) unknown(f Fielder) {
	_, detail := f.(*faultDetail)
	if c.space != soap.NSNone && !c.alien && !detail {
		c.deviate(QualifiedElement, "", "")
	}
	switch f.(type) {
	case *Fault:
		if c.alien {
			c.stranger(f)
			return
		}
		if name := string(c.name); name != "faultactor" && !c.stray() {
			c.deviate(UnknownElement, name, "")
		}
	case *faultDetail:
		if c.level == soap.Strict {
			c.extra.keep(c)
		}
		c.stray()
	default:
		c.deviate(UnknownElement, "", "")
		c.extra.keep(c)
	}
}

// An extra keeps children that no field has taken, as far as its bounds let it: what
// is nobody's must not keep the memory of a long message.
type extra struct {
	kept  []Unknown
	tries int // the children that were looked at
	size  int // the bytes of those that are kept
}

const (
	maxUnknown     = 16
	maxUnknownSize = 16 << 10
)

// keep takes the child at hand.
func (e *extra) keep(c *Codec) {
	if e.tries++; c.err != nil || e.tries > maxUnknown {
		return
	}
	u := Unknown{Path: c.dec.Path(), Raw: c.dec.Raw()}
	size := len(u.Path) + len(u.Raw.Space) + len(u.Raw.Local) + len(u.Raw.XML)
	for _, ns := range u.Raw.Scope {
		size += len(ns.Prefix) + len(ns.URI)
	}
	if c.dec.Err() == nil && e.size+size <= maxUnknownSize {
		e.size += size
		e.kept = append(e.kept, u)
	}
}

// stray looks for the parts of a CWMP fault in the child at hand, and says whether
// there are any. A detail may hold anything, so what is none is no deviation.
func (c *Codec) stray() (found bool) {
	if c.level == soap.Strict {
		return false
	}
	if c.lost == nil {
		c.lost = new(Fault)
	}
	outer := c.walk
	c.hit, c.kind, c.ord, c.space = false, 0, 0, soap.NSNone
	(*cwmpFault)(c.lost).Fields(c)
	c.walk = outer
	switch {
	case c.hit:
		return true
	case c.deep == maxDeep:
		c.dec.Skip()
		return false
	}
	before := c.lost.parts()
	c.deep++
	c.search()
	c.deep--
	return c.lost.parts() != before
}

// search looks for the parts of a CWMP fault in the current element, to its end. Text
// among its children is whose they are.
func (c *Codec) search() {
	outer := c.walk
	defer func() { c.walk = outer }()
	c.walk = walk{}
	for depth := c.dec.Depth(); c.err == nil; {
		switch kind, _ := c.dec.Next(); {
		case kind == soap.KindEOF || c.dec.Depth() < depth:
			return
		case kind != soap.KindStart:
			continue
		}
		var ns soap.NS
		if ns, c.name = c.dec.Name(); ns == soap.NSOther && c.foreign() {
			c.dec.Skip()
			continue
		}
		c.stray()
	}
}

// parts counts what a CWMP fault has.
func (f *Fault) parts() int {
	return len(f.Parameters) + min(int(f.FaultCode), 1) + min(len(f.FaultString), 1)
}

// adopt gives a fault without a code the parts that were found elsewhere.
func (c *Codec) adopt(f *Fault) {
	if c.lost == nil || c.lost.FaultCode == 0 || f.FaultCode != 0 {
		return
	}
	c.deviate(DetailMisplaced, "Fault", "")
	f.FaultCode, f.FaultString, f.Parameters = c.lost.FaultCode, c.lost.FaultString, c.lost.Parameters
}
