package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzDecoder reads any bytes as a whole and by random short reads: the tokens
// and the error are the same. What it accepts and encoding/xml accepts as well has
// the same names, attributes and text for both. Tolerant gives the tokens of
// Strict, without a diagnostic, where Strict gives no error, and a diagnostic or an
// error where it does.
func FuzzDecoder(f *testing.F) {
	for _, c := range refused {
		f.Add([]byte(strings.Replace(c.doc, "@", "", 1)), uint64(1))
	}
	for _, doc := range accepted {
		f.Add([]byte(doc), uint64(2))
	}
	f.Add([]byte(envelope), uint64(3))
	f.Add(parameterValues(3), uint64(4))
	addFiles(f)
	cfg := Config{Level: Strict, Limits: Limits{MaxBytes: 1 << 14, MaxDepth: 8, MaxAttrs: 6, MaxNamespaces: 6, MaxName: 40, MaxText: 200}}
	f.Fuzz(func(t *testing.T, doc []byte, seed uint64) {
		original := bytes.Clone(doc)
		whole := NewDecoderBytes(doc, cfg)
		want := tokens(whole)
		checkError(t, whole.Err(), int64(len(doc)))
		rnd := rand.New(rand.NewPCG(seed, 0))
		short := NewDecoder(&shortReader{doc, rnd, 1 + rnd.IntN(20)}, cfg)
		short.poison = true
		require.Equal(t, want, tokens(short))
		walk(t, doc, cfg, rnd)
		if whole.Err() == nil {
			compareXML(t, doc)
		}
		compareGrammar(t, doc)
		fuzzTolerant(t, doc, cfg.Limits, rnd, want, whole.Err())
		require.Equal(t, original, doc, "the document is not changed")
	})
}

// addFiles adds the messages of package rpc, and the captures where they are.
func addFiles(f *testing.F) {
	for i, pattern := range []string{"../rpc/testdata/*.xml", "../rpc/testdata/quirks/*.xml", "../../shared/captures/*.xml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		require.True(f, i == 2 || len(files) > 50, pattern)
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(b, uint64(len(b)))
		}
	}
}

// compareGrammar has the other reader judge a document, unless the bounds do.
func compareGrammar(t *testing.T, doc []byte) {
	t.Helper()
	err := NewDecoderBytes(doc, strict).End()
	if !errors.Is(err, ErrLimit) {
		require.Equal(t, err == nil, grammarAccepts(doc), "the Decoder says %v: %q", err, doc)
	}
}

// fuzzTolerant reads at Tolerant what Strict has read as the tokens want.
func fuzzTolerant(t *testing.T, doc []byte, lim Limits, rnd *rand.Rand, want string, err error) {
	t.Helper()
	cfg := Config{Limits: lim, BadBytes: BadBytes(rnd.IntN(3))}
	whole := NewDecoderBytes(doc, cfg)
	got := tokens(whole)
	checkError(t, whole.Err(), 2*int64(len(doc))) // Latin-1 may double it
	short := NewDecoder(&shortReader{doc, rnd, 1 + rnd.IntN(20)}, cfg)
	short.poison = true
	require.Equal(t, got, tokens(short))
	walk(t, doc, cfg, rnd)
	switch {
	case err == nil:
		require.Equal(t, want, got)
	case whole.Err() == nil:
		require.NotEmpty(t, whole.Diagnostics())
	}
	require.LessOrEqual(t, len(whole.Diagnostics()), maxDiagnostics)
}

// walk reads a document by random calls. A call that gives an error other than
// the one for calls out of order gives the error that reading it all gives.
func walk(t *testing.T, doc []byte, cfg Config, rnd *rand.Rand) {
	t.Helper()
	want := NewDecoderBytes(doc, cfg).End()
	d := NewDecoder(&shortReader{doc, rnd, 30}, cfg)
	d.poison = true
	for range 2 * len(doc) {
		switch rnd.IntN(6) {
		case 0:
			d.NextChild(d.Depth())
		case 1:
			d.Content()
		case 2:
			d.Skip()
		case 3:
			if d.kind == KindStart {
				d.Raw()
			}
		default:
			_, _ = d.Next()
		}
		if d.Err() != nil {
			break
		}
	}
	err := d.End()
	// Content counts the text of an element as a whole, Next node by node.
	if limit, ok := errors.AsType[*LimitError](err); !ok || limit.Name != "MaxText" {
		require.Equal(t, bare(want), bare(err))
	}
}

// compareXML reads an accepted document by encoding/xml, if that accepts it too.
func compareXML(t *testing.T, doc []byte) {
	t.Helper()
	x := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(doc, []byte("\ufeff"))))
	x.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var theirs strings.Builder
	for {
		tok, err := x.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			theirs.WriteString("<" + lines(tok.Name.Space) + " " + tok.Name.Local)
			for _, a := range tok.Attr {
				if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
					theirs.WriteString(" " + lines(a.Name.Space) + " " + a.Name.Local + "=" + lines(a.Value))
				}
			}
			theirs.WriteString(">")
		case xml.EndElement:
			theirs.WriteString("</>")
		case xml.CharData:
			theirs.Write(tok)
		}
	}
	require.Equal(t, strings.TrimSpace(theirs.String()), strings.TrimSpace(ourXML(t, doc)))
}

// lines forgets which white space a value has, as encoding/xml does not normalise it.
func lines(value string) string { return strings.Join(strings.Fields(value), " ") }

func ourXML(t *testing.T, doc []byte) string {
	t.Helper()
	var ours strings.Builder
	for d := NewDecoderBytes(doc, strict); ; {
		kind, err := d.Next()
		require.NoError(t, err)
		switch kind {
		case KindEOF:
			return ours.String()
		case KindStart:
			_, local := d.Name()
			ours.WriteString("<" + lines(string(d.URI())) + " " + string(local))
			for name, value := range d.Attrs() {
				ours.WriteString(" " + lines(string(name.URI)) + " " + string(name.Local) + "=" + lines(string(value)))
			}
			ours.WriteString(">")
		case KindEnd:
			ours.WriteString("</>")
		case KindText:
			ours.Write(d.Text())
		}
	}
}

// FuzzEncoder writes any text as content and as an attribute: it is refused or
// comes back the same.
func FuzzEncoder(f *testing.F) {
	for _, s := range []string{"", "a", "<&>\"'", "\r\n\t", "\u00e9\u20ac\U0001F600", "\x00", "\xff", "\ufffe", "]]>"} {
		f.Add(s, "a", s)
	}
	f.Add("x", "xmlns", "y")
	f.Add("x", "\u00e9:\u00b7", "y")
	f.Fuzz(func(t *testing.T, text, name, value string) {
		var e Encoder
		e.Start(NSNone, "r")
		e.Start(NSNone, name)
		e.Attr(NSNone, name, value)
		e.Text(text)
		e.End()
		e.End()
		b, err := e.Bytes()
		if !carries(text) || !carries(value) || !ncName.MatchString(name) || !utf8.ValidString(name) || name == "xmlns" {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		d := NewDecoderBytes(b, Config{Level: Strict, Limits: Limits{MaxName: 1 << 20, MaxText: 1 << 24}})
		require.True(t, d.NextChild(0) && d.NextChild(1), "%v", d.Err())
		got, ok := d.Attr(NSNone, name)
		require.True(t, ok)
		require.Equal(t, value, string(got))
		require.True(t, d.Is(NSNone, name))
		require.Equal(t, text, string(d.Content()))
		require.NoError(t, d.End())
	})
}

// carries says whether XML 1.0 can carry a text, by its production 2.
func carries(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
	}) < 0
}

// ncName is production 4 of Namespaces in XML 1.0, with productions 4 and 4a of
// XML 1.0 (fifth edition) copied into it.
var ncName = func() *regexp.Regexp {
	const start = `A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}` +
		`\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}` +
		`\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`
	return regexp.MustCompile(`^[` + start + `][` + start + `\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}]*$`)
}()

// TestNames compares what may begin a name and what may go on one, for every
// code point: in the Encoder, in QName and in the Decoder's tags.
func TestNames(t *testing.T) {
	for r := rune(1); r <= 0x10FFFF; r++ {
		if testing.Short() && r == 0x11000 {
			r = 0xEFF00
		}
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		for _, name := range []string{string(r), "a" + string(r)} {
			want := ncName.MatchString(name)
			if isNCName(name) != want || isNCName([]byte(name)) != want {
				t.Fatalf("%q: want %v", name, want)
			}
			if r > 0x400 && r&0xFF > 1 && r&0xFF < 0xFD && r&0xFFF > 0x100 {
				continue // the Decoder for the edges of ranges alone
			}
			err := NewDecoderBytes([]byte("<"+name+"></"+name+">"), strict).End()
			if (err == nil) != want && !strings.ContainsAny(name, " \t\r\n/>") {
				t.Fatalf("%q: %v, want %v", name, err, want)
			}
		}
	}
}
