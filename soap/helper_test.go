package soap

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// strict is what the tests of well-formedness read with.
var strict = Config{Level: Strict}

// shared gives the path of a file beside the repository, and skips the test
// where it is absent.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	path := filepath.Join(filepath.Dir(dir), "shared", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: there is no ../shared/%s beside the repository", name)
	}
	return path
}

// shortReader gives a random number of bytes a call, sometimes none.
type shortReader struct {
	b   []byte
	rnd *rand.Rand
	max int
}

func (r *shortReader) Read(p []byte) (int, error) {
	n := min(r.rnd.IntN(r.max+1), len(p), len(r.b))
	copy(p, r.b[:n])
	r.b = r.b[n:]
	if len(r.b) == 0 {
		return n, io.EOF
	}
	return n, nil
}

// readers are the ways to bring a document into a Decoder.
var readers = map[string]func(doc string, cfg Config) *Decoder{
	"bytes":  func(doc string, cfg Config) *Decoder { return NewDecoderBytes([]byte(doc), cfg) },
	"reader": func(doc string, cfg Config) *Decoder { return NewDecoder(strings.NewReader(doc), cfg) },
	"onebyte": func(doc string, cfg Config) *Decoder {
		return NewDecoder(iotest.OneByteReader(strings.NewReader(doc)), cfg)
	},
	"half": func(doc string, cfg Config) *Decoder {
		return NewDecoder(iotest.HalfReader(strings.NewReader(doc)), cfg)
	},
	"dataerr": func(doc string, cfg Config) *Decoder {
		return NewDecoder(iotest.DataErrReader(strings.NewReader(doc)), cfg)
	},
	"short": func(doc string, cfg Config) *Decoder {
		return NewDecoder(&shortReader{[]byte(doc), rand.New(rand.NewPCG(1, uint64(len(doc)))), 7}, cfg)
	},
}

// everyWay runs a test once for each way to read the document, with poisoning.
func everyWay(t *testing.T, doc string, cfg Config, test func(t *testing.T, d *Decoder)) {
	t.Helper()
	for name, open := range readers {
		d := open(doc, cfg)
		d.poison = true
		t.Run(name, func(t *testing.T) { test(t, d) })
	}
}

// tokens writes down everything that Next and its companions say of a document,
// up to the error if there is one.
func tokens(d *Decoder) string {
	var b strings.Builder
	for {
		kind, err := d.Next()
		ns, local := d.Name()
		fmt.Fprintf(&b, "%d %s %s %q %s", d.Offset(), d.Path(), ns, d.URI(), local)
		switch kind {
		case KindStart:
			b.WriteString(" start")
			for name, value := range d.Attrs() {
				fmt.Fprintf(&b, " [%s %q %s=%q]", name.NS, name.URI, name.Local, value)
			}
		case KindEnd:
			b.WriteString(" end")
		case KindText:
			fmt.Fprintf(&b, " text %q", d.Text())
		case KindEOF:
			fmt.Fprintf(&b, " eof %v", err)
			for _, diag := range d.Diagnostics() {
				fmt.Fprintf(&b, "\n%s", diag)
			}
			if d.MoreDiagnostics() > 0 {
				fmt.Fprintf(&b, "\nand %d more", d.MoreDiagnostics())
			}
			return b.String()
		}
		b.WriteByte('\n')
	}
}

// sameEveryWay checks that all readers see the same tokens and the same error,
// and gives the error.
func sameEveryWay(t *testing.T, doc string, cfg Config) error {
	t.Helper()
	d := readers["bytes"](doc, cfg)
	want := tokens(d)
	for name, open := range readers {
		r := open(doc, cfg)
		r.poison = true
		require.Equal(t, want, tokens(r), "%s: %q", name, clip(doc))
	}
	skipped := NewDecoderBytes([]byte(doc), cfg)
	require.Equal(t, fmt.Sprint(d.Err()), fmt.Sprint(skipped.End()), "End: %q", clip(doc))
	checkError(t, d.Err(), int64(len(doc)))
	return d.Err()
}

// checkError checks the promises that SyntaxError makes.
func checkError(t *testing.T, err error, size int64) {
	t.Helper()
	if err == nil {
		return
	}
	e, ok := errors.AsType[*SyntaxError](err)
	require.True(t, ok, "%v", err)
	require.LessOrEqual(t, e.Offset, size)
	require.GreaterOrEqual(t, e.Offset, int64(0))
	reasons := []error{ErrDoctype, ErrInstruction, ErrSyntax, ErrNamespace, ErrChar, ErrEncoding, ErrLimit, ErrEmpty, io.ErrUnexpectedEOF}
	known := 0
	for _, reason := range reasons {
		if errors.Is(err, reason) {
			known++
		}
	}
	require.Equal(t, 1, known, "%v has one reason", err)
}

// bare is an error without what it says of the document, which depends on what the
// caller has asked for.
func bare(err error) error {
	if e, ok := errors.AsType[*SyntaxError](err); ok {
		return &SyntaxError{Offset: e.Offset, Err: e.Err}
	}
	return err
}

func clip(s string) string { return s[:min(len(s), 200)] }
