package rpc

// NOTE: a struct that is there for the second time, where the last one counts. What the
// first has left in it goes, so that no struct is made of two.

// anew wipes f, if the element at hand was there before.
func (c *Codec) anew(f Fielder) {
	if !c.again {
		return
	}
	outer := c.walk
	c.offer(f, wiping)
	c.walk = outer
}

// wiped makes a field zero, if that is what the walk is for.
func wiped[T any](c *Codec, p *T) bool {
	if c.probe == wiping {
		*p = *new(T)
		return true
	}
	return false
}

// wipes is wiped for a struct.
func (c *Codec) wipes(f Fielder) bool {
	if c.probe == wiping {
		f.Fields(c)
		return true
	}
	return false
}

// leafOf describes a field, unless it was wiped.
func (c *Codec) leafOf(name string, kind FieldKind, max int, wiped bool) {
	if !wiped {
		c.describe(name, kind, max)
	}
}
