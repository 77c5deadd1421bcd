package soap

// NOTE: bounds are always on. A zero field means the default, so that a Config
// nobody filled in is a safe one; no value means "unlimited".

// Limits bounds what a [Decoder] accepts. A field that is zero or negative
// means its default, and an int of more than 1<<30 counts as 1<<30.
type Limits struct {
	// MaxBytes is the length of the whole document in bytes. Zero: 64 MiB.
	MaxBytes int64

	// MaxDepth is the number of elements open at once. Zero: 32.
	MaxDepth int

	// MaxAttrs is the number of attributes of one element, namespace
	// declarations included. Each is compared with the others, so the work
	// for one element grows with the square of it. Zero: 64.
	MaxAttrs int

	// MaxNamespaces is the number of namespace declarations in scope, those
	// that are hidden by an inner one included. Zero: 32.
	MaxNamespaces int

	// MaxName is the length in bytes of a qualified name, a PI target, a
	// namespace URI, or what stands between the & and the ; of a reference.
	// Zero: 1 KiB.
	MaxName int

	// MaxText is the length in bytes, as written in the document, of one text
	// node, of the text that Content collects, of one comment or processing
	// instruction, of all attribute values of one element together, and of all
	// white space inside one tag. Zero: 1 MiB.
	MaxText int
}

// withDefaults replaces the fields that are not set.
func (l Limits) withDefaults() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = 64 << 20
	}
	l.MaxBytes = min(l.MaxBytes, 1<<62)
	l.MaxDepth = orDefault(l.MaxDepth, 32)
	l.MaxAttrs = orDefault(l.MaxAttrs, 64)
	l.MaxNamespaces = orDefault(l.MaxNamespaces, 32)
	l.MaxName = orDefault(l.MaxName, 1<<10)
	l.MaxText = orDefault(l.MaxText, 1<<20)
	return l
}

func orDefault(v, def int) int {
	if v <= 0 {
		return def
	}
	return min(v, 1<<30)
}
