package soap

// NOTE: the documents of one peer begin alike: XML declaration, root element and its
// declarations are the same bytes. What reading them has left in the Decoder is kept,
// and is there at once when the next document begins with the same bytes and is read
// by the same rules. Only what was read without a deviation is kept.

const maxBegin = 4 << 10 // bytes of the beginning of a document that are kept

// A beginning is what was read of a document up to the end of the root's start tag.
type beginning struct {
	text  []byte // empty: nothing is kept
	tagAt int
	tag   startTag

	lim   Limits
	level Level
	bad   BadBytes
	noPI  bool
	ascii bool

	root   element
	names  []byte
	attrs  []attr
	vals   []byte
	ns     []binding
	nsText []byte
}

// plainDocument says whether nothing but the document decides on how it is read, and
// nothing is declared around it.
func (d *Decoder) plainDocument(declared int) bool {
	return d.encoding == "" && !d.converted && d.label == "" && declared == 1
}

// begin reads the beginning of the document, if it is the one that is kept.
func (d *Decoder) begin() bool {
	b := &d.begun
	n := len(b.text)
	switch {
	case n == 0 || len(d.buf) < n || string(d.buf[:n]) != string(b.text):
		return false
	case b.level != d.level || b.bad != d.bad || b.noPI != d.noPI || b.lim != d.lim || !d.plainDocument(len(d.ns)):
		return false
	}
	d.pos, d.tagAt, d.tag, d.at = n, b.tagAt, b.tag, int64(b.tagAt)
	d.ascii, d.stage, d.last, d.empty = b.ascii, inRoot, 0, false
	d.elems = append(d.elems[:0], b.root)
	d.names, d.attrs, d.vals = append(d.names[:0], b.names...), append(d.attrs[:0], b.attrs...), append(d.vals[:0], b.vals...)
	d.ns, d.nsText, d.nsTop = append(d.ns[:0], b.ns...), append(d.nsText[:0], b.nsText...), len(b.ns)
	for i := range d.ns {
		if d.ns[i].prefix == d.ns[i].uri {
			d.defaults++
		}
	}
	return true
}

// keepBeginning keeps it, now that the start tag of the root was read.
func (d *Decoder) keepBeginning() {
	b := &d.begun
	b.text = b.text[:0]
	if d.base > 0 || d.empty || d.pos > maxBegin || len(d.log.list) > 0 || !d.plainDocument(d.elems[0].nsTop) {
		return
	}
	b.tagAt, b.tag = d.tagAt, d.tag
	b.lim, b.level, b.bad, b.noPI, b.ascii = d.lim, d.level, d.bad, d.noPI, d.ascii
	b.root = d.elems[0]
	b.text = append(b.text, d.buf[:d.pos]...)
	b.names, b.attrs, b.vals = append(b.names[:0], d.names...), append(b.attrs[:0], d.attrs...), append(b.vals[:0], d.vals...)
	b.ns, b.nsText = append(b.ns[:0], d.ns...), append(b.nsText[:0], d.nsText...)
}
