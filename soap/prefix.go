package soap

// PrefixOf gives a prefix that stands for the namespace at this place, the
// innermost one, and nil if there is none. The default namespace is no prefix.
// The bytes live until the next call.
func (d *Decoder) PrefixOf(ns NS) []byte {
	for i := len(d.ns) - 1; i >= 0; i-- {
		b := &d.ns[i]
		if b.ns != ns || b.prefix == b.uri {
			continue
		}
		if prefix := d.nsText[b.prefix:b.uri:b.uri]; d.lookup(prefix) == i {
			return prefix
		}
	}
	return nil
}
