package rpc

import "github.com/cwmp-go/cwmp/soap"

// NOTE: the two lists that can be long are written by a call of the encoder for
// each item, which takes half the time of a walk over its Fields. The bytes are
// the same; where more than the usual has to be said, the walk says it.

// maxName is the most characters that the name of a parameter or an object has.
const maxName = 256

// pairMarkup is how long the markup of a pair is without the name of the item,
// or somewhat more: <><Name></Name><Value xsi:type=""></Value></>.
const pairMarkup = 48

// pairs writes a list of pairs, and gives false if the list is none.
func (c *Codec) pairs(item string, list any) bool {
	if c.style != nil {
		return false
	}
	switch list := list.(type) {
	case *[]ParameterValue:
		c.parameterValues(item, *list)
	case *[]ParameterInfo:
		c.parameterInfos(item, *list)
	default:
		return false
	}
	return true
}

func (c *Codec) parameterValues(item string, list []ParameterValue) {
	size := 0
	for i := range list {
		p := &list[i]
		size += len(p.Name) + len(p.Value.Type) + len(p.Value.Text)
	}
	c.grow(item, len(list), size)
	for i := range list {
		p := &list[i]
		if len(p.Name) > maxName {
			c.element(soap.NSNone, item, p)
			continue
		}
		c.enc.Pair(item, "Name", p.Name, "Value", p.Value.wireType(c.enc), p.Value.Text)
	}
}

func (c *Codec) parameterInfos(item string, list []ParameterInfo) {
	size := 0
	for i := range list {
		size += len(list[i].Name)
	}
	c.grow(item, len(list), size)
	for i := range list {
		p := &list[i]
		if len(p.Name) > maxName {
			c.element(soap.NSNone, item, p)
			continue
		}
		c.enc.Pair(item, "Name", p.Name, "Writable", "", boolText(p.Writable))
	}
}

// grow makes room for n pairs with texts of that size, and for what is behind them.
func (c *Codec) grow(item string, n, size int) {
	const behind = 512
	c.enc.Grow(size + n*(pairMarkup+2*len(item)) + behind)
}
