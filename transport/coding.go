package transport

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"
)

// NOTE: content codings, both ways (TR-069 section 3.4.7). What is decoded is
// bounded three times: on the wire, in its ratio to that, and, by soap, in itself.

// A Compression is a content coding for the bodies that a Client sends.
type Compression uint8

// The codings, by the names of ManagementServer.HTTPCompression.
const (
	Disabled Compression = iota
	GZIP
	Deflate
)

var codingNames = [...]string{Disabled: "", GZIP: "gzip", Deflate: "deflate"}

// String returns the coding as Content-Encoding has it, "" for none.
func (c Compression) String() string {
	if int(c) < len(codingNames) {
		return codingNames[c]
	}
	return ""
}

// encode returns a body under the coding.
func (c Compression) encode(body []byte) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	switch c {
	case GZIP:
		w = gzip.NewWriter(&b)
	case Deflate:
		w = zlib.NewWriter(&b)
	default:
		return body
	}
	w.Write(body) // to a Buffer, which takes everything
	w.Close()
	return b.Bytes()
}

// The bounds on a compressed body. A ratio says nothing about a short one.
const (
	maxRatio     = 100
	ratioAllowed = 1 << 20 // bytes decoded before the ratio counts
)

// decode returns what a body holds under its Content-Encoding. At most wire bytes
// of it are read.
func decode(body io.Reader, coding string, wire int64) (io.Reader, error) {
	in := &counter{r: body, max: wire}
	var out io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "", "identity":
		return in, nil
	case "gzip", "x-gzip":
		out, err = gzip.NewReader(in)
	case "deflate":
		out, err = inflate(in)
	default:
		err = ErrCoding
	}
	switch {
	case err == io.EOF && in.n == 0: // an empty body under a coding is empty
		return in, nil
	case err != nil:
		return nil, err
	}
	return &ratio{in: in, out: out}, nil
}

// inflate reads zlib's format, which HTTP calls deflate, and the bare one, which
// many send under that name.
func inflate(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}

// A counter bounds and counts what is read.
type counter struct {
	r      io.Reader
	n, max int64
}

func (c *counter) Read(p []byte) (int, error) {
	if c.n > c.max {
		return 0, ErrTooLong
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.max-c.n+1)])
	if c.n += int64(n); c.n > c.max {
		return n, ErrTooLong
	}
	return n, err
}

// A ratio refuses what grows too much.
type ratio struct {
	in  *counter
	out io.Reader
	n   int64
}

func (r *ratio) Read(p []byte) (int, error) {
	n, err := r.out.Read(p)
	if r.n += int64(n); r.n > ratioAllowed && r.n > maxRatio*r.in.n {
		return n, ErrRatio
	}
	return n, err
}
