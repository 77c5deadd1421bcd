package soap

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const latinDoc = "<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xe9'>caf\xe9 \x85\xff</a>\n"

func TestLatin1(t *testing.T) {
	for _, label := range []string{"ISO-8859-1", "iso-8859-1", "latin1", "Latin-1", "iso8859-1", "l1"} {
		doc := strings.Replace(latinDoc, "ISO-8859-1", label, 1)
		require.NoError(t, sameEveryWay(t, doc, Config{}))
		b := []byte(doc)
		d := NewDecoderBytes(b, Config{})
		assert.Equal(t, "<a b=é>café \u0085ÿ</>", flatten(d))
		assert.Equal(t, doc, string(b), "the document is not changed")
		require.Len(t, d.Diagnostics(), 1)
		assert.Equal(t, OtherEncoding, d.Diagnostics()[0].Code)
		assert.ErrorIs(t, sameEveryWay(t, doc, strict), ErrEncoding)
	}
	long := strings.Replace(latinDoc, "caf", strings.Repeat("caf\xe9", 20000), 1)
	require.NoError(t, sameEveryWay(t, long, Config{}))
}

// TestAliases has names of encodings that need no conversion.
func TestAliases(t *testing.T) {
	for label, tolerant := range map[string]bool{"utf8": true, "UTF_8": true, "ascii": true, "utf-16": false, "UTF-16LE": false, "utf-32": false, "cp437": false} {
		doc := "<?xml version='1.0' encoding='" + label + "'?><a>x</a>"
		assert.ErrorIs(t, sameEveryWay(t, doc, strict), ErrEncoding)
		err := sameEveryWay(t, doc, Config{})
		if tolerant {
			assert.NoError(t, err, label)
			continue
		}
		assert.ErrorIs(t, err, ErrEncoding, label)
	}
	err := sameEveryWay(t, "<?xml version='1.0' encoding='ascii'?><a>é</a>", Config{})
	assert.NoError(t, err)
}

// upper is a charset that turns letters into capitals, and knows one label.
func upper(label string, r io.Reader) (io.Reader, error) {
	switch label {
	case "x-upper", "utf-16le", "utf-16be":
		b, err := io.ReadAll(r)
		b = bytes.ToUpper(bytes.ReplaceAll(b, []byte{0}, nil))
		if err != nil {
			return io.MultiReader(bytes.NewReader(b), iotest.ErrReader(err)), nil
		}
		return bytes.NewReader(b), nil
	case "x-nil":
		return nil, nil
	}
	return nil, errors.New("not known")
}

func TestCharset(t *testing.T) {
	for _, level := range []Level{Tolerant, Standard, Strict} {
		cfg := Config{Level: level, Charset: upper}
		for doc, want := range map[string]string{
			"<?xml version='1.0' encoding='x-upper'?><a>b</a>": "<A>B</>",
			"<\x00a\x00>\x00b\x00<\x00/\x00a\x00>\x00":         "<A>B</>",
			"\x00<\x00a\x00>\x00<\x00/\x00a\x00>":              "<A></>",
			"\xFF\xFE<\x00a\x00/\x00>\x00":                     "<A></>",
			"\xFE\xFF\x00<\x00a\x00/\x00>":                     "<A></>",
			"<?xml version='1.0' encoding='utf-8'?><a>b</a>":   "<a>b</>",
		} {
			for name, open := range readers {
				d := open(doc, cfg)
				assert.Equal(t, want, flatten(d), "%s %q", name, doc)
				assert.NoError(t, d.Err(), "%s %q", name, doc)
				assert.Equal(t, want != strings.ToLower(want), codes(d) == "other-encoding")
			}
		}
		for _, doc := range []string{
			"<?xml version='1.0' encoding='x-other'?><a/>", "<?xml version='1.0' encoding='x-nil'?><a/>",
			"<?xml version='1.0' encoding='utf-16'?><a/>", "\xFF\xFE\x00\x00<\x00\x00\x00", "\x00\x00\xFE\xFF\x00\x00\x00<",
		} {
			assert.ErrorIs(t, sameEveryWay(t, doc, cfg), ErrEncoding, "%q", doc)
		}
	}
	assert.ErrorIs(t, NewDecoderBytes([]byte("\xFF\xFE<\x00a\x00/\x00>\x00"), Config{}).End(), ErrEncoding)
}

// TestEncoding has what the layer below says go before what the document says.
func TestEncoding(t *testing.T) {
	for _, c := range []struct{ label, doc, want string }{
		{"iso-8859-1", "<a>\xe9</a>", "<a>é</>"},
		{"iso-8859-1", "<?xml version='1.0' encoding='cp437'?><a>\xe9</a>", "<a>é</>"},
		{"UTF-8", "<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>", "<a>é</>"},
		{"us-ascii", "<?xml version='1.0' encoding='cp437'?><a>\xe9</a>", "<a>\xe9</>"},
		{"x-upper", "<?xml version='1.0' encoding='x'?><a>b</a>", ""},
		{"x-upper", "<a>b</a>", "<A>B</>"},
	} {
		cfg := Config{Encoding: c.label, Charset: upper}
		for name, open := range readers {
			d := open(c.doc, cfg)
			assert.Equal(t, c.want, flatten(d), "%s %q", name, c.doc)
			assert.Equal(t, c.want == "", d.Err() != nil)
		}
	}
	assert.ErrorIs(t, sameEveryWay(t, "<a/>", Config{Encoding: "cp437"}), ErrEncoding)
	assert.ErrorIs(t, sameEveryWay(t, "<a/>", Config{Level: Strict, Encoding: "latin1"}), ErrEncoding)
	assert.ErrorIs(t, sameEveryWay(t, "", Config{Encoding: "latin1"}), ErrEmpty)
}

// TestConvertedBounds has the bound on the document hold for both of its forms,
// and the reader's errors come through.
func TestConvertedBounds(t *testing.T) {
	doc := "<a>" + strings.Repeat("\xe9", 50) + "</a>"
	for size, fits := range map[int64]bool{107: true, 106: false, 57: false, 56: false} {
		err := NewDecoderBytes([]byte(doc), Config{Encoding: "latin1", Limits: Limits{MaxBytes: size}}).End()
		assert.Equal(t, !fits, errors.Is(err, ErrLimit), "%d: %v", size, err)
	}
	shrunk := "<\x00a\x00/\x00>\x00"
	for size, fits := range map[int64]bool{8: true, 7: false} {
		cfg := Config{Charset: upper, Limits: Limits{MaxBytes: size}}
		assert.Equal(t, !fits, errors.Is(NewDecoderBytes([]byte(shrunk), cfg).End(), ErrLimit), size)
		assert.Equal(t, !fits, errors.Is(NewDecoder(strings.NewReader(shrunk), cfg).End(), ErrLimit), size)
		assert.Equal(t, !fits, errors.Is(NewDecoder(iotest.OneByteReader(strings.NewReader(shrunk)), cfg).End(), ErrLimit), size)
	}
	broken := errors.New("connection lost")
	head := "<?xml version='1.0' encoding='latin1'?><a>"
	for _, at := range []int{len(head), len(head) - 3} {
		for _, last := range []io.Reader{iotest.ErrReader(broken), iotest.DataErrReader(iotest.ErrReader(broken))} {
			err := NewDecoder(io.MultiReader(strings.NewReader(head[:at]), strings.NewReader(head[at:]), last), Config{}).End()
			assert.ErrorIs(t, err, broken)
		}
	}
	once := readFunc(func(p []byte) (int, error) { return copy(p, head), broken })
	assert.ErrorIs(t, NewDecoder(once, Config{}).End(), broken, "an error that came with the bytes")
	n := 0
	bad := readFunc(func(p []byte) (int, error) {
		if n++; n == 1 {
			return copy(p, head), nil
		}
		return len(p) + 1, nil
	})
	assert.ErrorIs(t, NewDecoder(bad, Config{}).End(), errBadRead)
}
