package soap

// NOTE: encodings other than UTF-8. What is unread when the encoding is known
// goes through a converter, and the window goes on with its output. So a
// document in memory is read through a reader then, and offsets count the bytes
// of the UTF-8 form. The bound on the document holds for both forms.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// aliases are what documents call the encodings that need no conversion, and
// ISO 8859-1.
var aliases = []struct{ name, encoding string }{
	{"UTF-8", "utf-8"}, {"US-ASCII", "us-ascii"},
	{"utf8", "utf-8"}, {"utf_8", "utf-8"}, {"ascii", "us-ascii"}, {"ansi_x3.4-1968", "us-ascii"},
	{"iso-8859-1", latin1Name}, {"iso8859-1", latin1Name}, {"iso_8859-1", latin1Name}, {"iso88591", latin1Name},
	{"latin1", latin1Name}, {"latin-1", latin1Name}, {"l1", latin1Name},
}

const (
	latin1Name = "iso-8859-1"
	standards  = 2 // of aliases, those that XML and IANA know
)

// isEncName is production 81.
func isEncName(v []byte) bool {
	for _, c := range v {
		if class[c]&cName == 0 {
			return false
		}
	}
	return len(v) > 0 && class[v[0]]&cStart != 0 && v[0] != '_'
}

// checkEncoding looks at the encoding that an XML declaration says. What is not
// the name of an encoding at all is ErrSyntax.
func checkEncoding(d *Decoder, v []byte) error {
	if !isEncName(v) {
		return ErrSyntax
	}
	d.ascii, d.label = false, ""
	if d.converted {
		return nil
	}
	name, standard := encodingOf(v)
	switch {
	case standard || d.level == Tolerant && name != "":
		d.ascii = name == "us-ascii"
		if !standard {
			d.label = string(v)
		}
	case d.charset == nil, wide(v):
		return ErrEncoding
	default:
		d.label = string(v)
	}
	return nil
}

// encodingOf looks a name up in aliases.
func encodingOf(label []byte) (encoding string, standard bool) {
	for i, a := range aliases {
		if bytes.EqualFold(label, []byte(a.name)) {
			return a.encoding, i < standards
		}
	}
	return "", false
}

// wide says whether a name is of an encoding in which a declaration in ASCII
// cannot be, so that it is wrong.
func wide(label []byte) bool {
	return len(label) >= 5 && (bytes.EqualFold(label[:5], []byte("utf-1")) || bytes.EqualFold(label[:5], []byte("utf-3")))
}

// decode begins a document: it converts what the layer below or the first two
// bytes say has to be converted.
func (d *Decoder) decode() bool {
	w := d.buf
	if d.encoding != "" {
		name, _ := encodingOf([]byte(d.encoding))
		switch {
		case name == "us-ascii" || name == "utf-8":
			d.converted = true // the declaration does not count
			d.ascii = name == "us-ascii"
			return true
		default:
			d.converted = true
			return d.convert(d.encoding)
		}
	}
	if len(w) < 2 || w[0] != 0 && w[1] != 0 && !(w[0] == 0xFE && w[1] == 0xFF) && !(w[0] == 0xFF && w[1] == 0xFE) {
		return true
	}
	label := "utf-16le"
	if w[0] == 0 || w[0] == 0xFE {
		label = "utf-16be"
	}
	if d.charset == nil || len(w) >= 4 && (w[0] == 0 && w[1] == 0 || w[2] == 0 && w[3] == 0) {
		d.fail(0, ErrEncoding, "UTF-16 or UTF-32")
		return false
	}
	if w[0] >= 0xFE {
		d.pos = 2 // the byte order mark
	}
	d.converted = true
	return d.convert(label)
}

// convert makes what is unread pass through a converter.
func (d *Decoder) convert(label string) bool {
	d.report(0, OtherEncoding, func() string { return quote([]byte(label)) })
	name, _ := encodingOf([]byte(label))
	if d.level == Tolerant && (name == "utf-8" || name == "us-ascii") {
		return true
	}
	r, err := d.converter(label, name == latin1Name && d.level == Tolerant)
	if err != nil || r == nil {
		d.fail(0, ErrEncoding, quote([]byte(label)))
		return false
	}
	d.converted = true
	d.window = window{r: r, own: d.own, buf: d.own[:0], base: d.base + int64(d.pos), max: d.max, keep: -1}
	return true
}

func (d *Decoder) converter(label string, latin bool) (io.Reader, error) {
	switch {
	case latin:
		return &latin1{r: d.unread()}, nil
	case d.charset == nil:
		return nil, ErrEncoding
	}
	return d.charset(label, d.unread())
}

// unread is what is left of the document, with its bound and with the error
// that may stand at its end.
func (d *Decoder) unread() io.Reader {
	rest, tail := d.buf[d.pos:], d.r
	switch {
	case d.over:
		tail = failing{errOver}
	case d.rerr != nil:
		tail = failing{d.rerr}
	case d.eof:
		tail = failing{io.EOF}
	}
	left := d.max - d.base - int64(d.pos)
	return &meter{io.MultiReader(bytes.NewReader(bytes.Clone(rest)), tail), left}
}

// errOver is what a meter gives for a document that is longer than MaxBytes.
var errOver = errors.New("document too long")

// readError makes an error of what the reader failed with.
func (d *Decoder) readError(end int) {
	if errors.Is(d.rerr, errOver) {
		d.limit(end, "MaxBytes", d.lim.MaxBytes)
		return
	}
	d.err = fmt.Errorf("soap: read: %w", d.rerr)
}

// A failing reader has nothing but an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A meter is a reader that fails behind a number of bytes.
type meter struct {
	r    io.Reader
	left int64
}

func (m *meter) Read(p []byte) (int, error) {
	p = p[:min(int64(len(p)), m.left+1)]
	n, err := m.r.Read(p)
	switch {
	case n < 0 || n > len(p):
		return 0, errBadRead
	case int64(n) > m.left:
		n, err = int(m.left), errOver
	}
	m.left -= int64(n)
	return n, err
}

// latin1 turns ISO 8859-1 into UTF-8.
type latin1 struct {
	r     io.Reader
	in    [512]byte
	space [1024]byte
	out   []byte // of space, to be handed out
	err   error  // comes behind out
}

func (l *latin1) Read(p []byte) (int, error) {
	if len(l.out) == 0 && l.err == nil {
		var n int
		n, l.err = l.r.Read(l.in[:])
		l.out = l.space[:0]
		for _, c := range l.in[:n] {
			l.out = utf8.AppendRune(l.out, rune(c))
		}
	}
	n := copy(p, l.out)
	l.out = l.out[n:]
	if len(l.out) > 0 {
		return n, nil
	}
	return n, l.err
}
