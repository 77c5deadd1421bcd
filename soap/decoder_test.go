package soap

import (
	"bytes"
	_ "embed"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/envelope.xml
var envelope string

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// TestNext compares all tokens of a document with testdata/envelope.tokens, which
// lists offset, path, element started last, kind, attributes and text.
func TestNext(t *testing.T) {
	require.NoError(t, sameEveryWay(t, envelope, strict))
	got := tokens(NewDecoderBytes([]byte(envelope), strict)) + "\n"
	const golden = "testdata/envelope.tokens"
	if *rewrite {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func TestNextChild(t *testing.T) {
	everyWay(t, envelope, strict, func(t *testing.T, d *Decoder) {
		var seen []string
		for depth := d.Depth(); d.NextChild(depth); {
			assert.True(t, d.Is(NSEnvelope, "Envelope"))
			for depth := d.Depth(); d.NextChild(depth); {
				assert.True(t, d.Is(NSEnvelope, "Body"))
				for depth := d.Depth(); d.NextChild(depth); {
					for depth := d.Depth(); d.NextChild(depth); { // grandchildren are left unread
						_, local := d.Name()
						seen = append(seen, string(local))
					}
					assert.Equal(t, 2, d.Depth(), "the end tag is consumed")
				}
			}
		}
		require.NoError(t, d.Err())
		assert.Equal(t, []string{"DeviceId", "x", "empty"}, seen)
		kind, err := d.Next()
		assert.Equal(t, KindEOF, kind)
		assert.NoError(t, err)
	})
}

// TestNextChildAfterClose calls NextChild for an element that is closed already.
func TestNextChildAfterClose(t *testing.T) {
	d := NewDecoderBytes([]byte("<a><b><c/></b><d/></a>"), strict)
	require.True(t, d.NextChild(0))
	require.True(t, d.NextChild(1))
	depth := d.Depth()
	d.Skip()
	assert.False(t, d.NextChild(depth))
	require.True(t, d.NextChild(1), "nothing was consumed")
	assert.True(t, d.Is(NSNone, "d"))
	assert.False(t, d.NextChild(1))
	assert.False(t, d.NextChild(1))
	assert.NoError(t, d.End())
}

func TestContent(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{"<a/>", ""},
		{"<a></a>", ""},
		{"<a>text</a>", "text"},
		{"<a>text</a >", "text"},
		{"<a> \t\n</a\n>", " \t\n"},
		{"<a>1\r\n2\r3\r\r\n</a>", "1\n2\n3\n\n"},
		{"<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x10FFFF;</a>", "<>&\"'AB\U0010FFFF"},
		{"<a>&#13;&#10;&#9;</a>", "\r\n\t"},
		{"<a>x<![CDATA[&lt;\r\n]]]]><![CDATA[>]]>y</a>", "x&lt;\n]]>y"},
		{"<a>]]<!-- -->></a>", "]]>"},
		{"<a>1<!-- c -->2<?pi x?>3</a>", "123"},
		{"<a>1<b>no<a>no</a></b>2<b/>3</a>", "123"},
		{"<a>1<b>&amp;<![CDATA[]]></b>&amp;</a>", "1&"},
		{"<a>\u00e9\u20ac\U0001F600</a>", "\u00e9\u20ac\U0001F600"},
		{"<a>a ]] > b</a>", "a ]] > b"},
		{"<a>\x7f\u0085\u2028</a>", "\x7f\u0085\u2028"},
		{"<a><![CDATA[]]></a>", ""},
		{"<a>" + strings.Repeat("long ", 10000) + "</a>", strings.Repeat("long ", 10000)},
	} {
		everyWay(t, "<r>"+c.doc+"<next/></r>", strict, func(t *testing.T, d *Decoder) {
			require.True(t, d.NextChild(0))
			require.True(t, d.NextChild(1))
			assert.Equal(t, c.want, string(d.Content()))
			require.NoError(t, d.Err())
			assert.EqualValues(t, 3+strings.IndexByte(c.doc, '>')+1, d.Offset())
			require.True(t, d.NextChild(1))
			assert.True(t, d.Is(NSNone, "next"))
			assert.NoError(t, d.End())
		})
	}
}

// TestPlainContentAliases shows that usual text is not copied.
func TestPlainContentAliases(t *testing.T) {
	doc := []byte("<a>text</a>")
	d := NewDecoderBytes(doc, strict)
	d.NextChild(0)
	got := d.Content()
	assert.Same(t, &doc[3], &got[0])
	assert.Equal(t, len(got), cap(got), "an append must not write into the document")
}

func TestSkip(t *testing.T) {
	everyWay(t, "<a><b>x<c/>&amp;</b><d/></a>", strict, func(t *testing.T, d *Decoder) {
		d.Skip() // nothing is open
		require.True(t, d.NextChild(0))
		require.True(t, d.NextChild(1))
		d.Skip()
		assert.Equal(t, "/a", d.Path())
		require.True(t, d.NextChild(1))
		assert.True(t, d.Is(NSNone, "d"))
		d.Skip()
		d.Skip()
		assert.Equal(t, 0, d.Depth())
		assert.NoError(t, d.End())
	})
}

func TestAttr(t *testing.T) {
	const doc = `<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:o="urn:o" type="1" ` +
		`xsi:type = '"2"' o:type="3" n="a&#x20;&#9;` + "\t\r\n\r" + `b" xml:lang="de"><b/></a>`
	everyWay(t, doc, strict, func(t *testing.T, d *Decoder) {
		require.True(t, d.NextChild(0))
		for _, c := range []struct {
			ns          NS
			local, want string
		}{{NSNone, "type", "1"}, {NSXSI, "type", `"2"`}, {NSOther, "type", "3"}, {NSNone, "n", "a \t   b"}, {NSXML, "lang", "de"}} {
			got, ok := d.Attr(c.ns, c.local)
			assert.True(t, ok)
			assert.Equal(t, c.want, string(got))
		}
		for _, local := range []string{"xmlns", "xsi", "lang", ""} {
			_, ok := d.Attr(NSNone, local)
			assert.False(t, ok, local)
		}
		seen := 0
		for range d.Attrs() {
			if seen++; seen == 2 {
				require.True(t, d.NextChild(1), "advancing ends the attributes")
			}
		}
		assert.Equal(t, 2, seen)
		for range d.Attrs() {
			t.Error("b has no attributes")
		}
		_, ok := d.Attr(NSNone, "type")
		assert.False(t, ok, "of another element")
	})
}

func TestQName(t *testing.T) {
	const doc = `<a xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:o="urn:o"><b xmlns:c="urn:dslforum-org:cwmp-1-0"> c:x </b>` +
		`<d xmlns="http://www.w3.org/2001/XMLSchema"><e xmlns=""/></d></a>`
	everyWay(t, doc, strict, func(t *testing.T, d *Decoder) {
		check := func(v string, ns NS, local string, ok bool) {
			t.Helper()
			gotNS, gotLocal, gotOK := d.QName([]byte(v))
			assert.Equal(t, []any{ns, local, ok}, []any{gotNS, string(gotLocal), gotOK}, v)
		}
		d.NextChild(0)
		check("e:Client", NSEnvelope, "Client", true)
		check(" \t\r\ne:Client\n", NSEnvelope, "Client", true)
		check("o:x", NSOther, "x", true)
		check("x", NSNone, "x", true)
		check("xml:x", NSXML, "x", true)
		check("none:x", NSNone, "x", false)
		for _, bad := range []string{"", " ", ":", "a:", ":a", "a:b:c", "1", "a b", "e:\xff", "\u00a0x"} {
			check(bad, NSNone, "", false)
		}
		d.NextChild(1)
		ns, local, ok := d.QName(d.Content())
		assert.Equal(t, []any{NSCWMP10, "x", true}, []any{ns, string(local), ok}, "declared by the element that is closed")
		d.NextChild(1)
		check("c:x", NSNone, "x", false)
		check("string", NSXSD, "string", true)
		d.NextChild(2)
		check("string", NSNone, "string", true)
	})
}

func TestEndDrains(t *testing.T) {
	everyWay(t, "<a><b>", strict, func(t *testing.T, d *Decoder) {
		require.True(t, d.NextChild(0))
		assert.ErrorIs(t, d.End(), io.ErrUnexpectedEOF)
		assert.ErrorIs(t, d.End(), io.ErrUnexpectedEOF, "sticky")
	})
	everyWay(t, "<a><b/></a> <!-- --> <?x?>\n", strict, func(t *testing.T, d *Decoder) {
		require.True(t, d.NextChild(0))
		assert.NoError(t, d.End())
		assert.NoError(t, d.End())
		assert.NoError(t, d.Err())
	})
}

// TestStickyError calls everything after an error.
func TestStickyError(t *testing.T) {
	everyWay(t, "<a>&x;</a>", strict, func(t *testing.T, d *Decoder) {
		require.True(t, d.NextChild(0))
		assert.Nil(t, d.Content())
		err := d.Err()
		require.ErrorIs(t, err, ErrSyntax)
		assert.False(t, d.NextChild(0))
		assert.Nil(t, d.Content())
		d.Skip()
		assert.Equal(t, Raw{}, d.Raw())
		kind, again := d.Next()
		assert.Equal(t, KindEOF, kind)
		assert.Same(t, err, again)
		assert.Same(t, err, d.End())
		assert.EqualError(t, err, `soap: offset 3, /a: malformed XML: entity is not declared`)
	})
}

// TestReaderError shows that the reader's own errors are not blamed on the document.
func TestReaderError(t *testing.T) {
	broken := errors.New("connection lost")
	for doc, r := range map[string]io.Reader{
		"":      iotest.ErrReader(broken),
		"<a":    io.MultiReader(strings.NewReader("<a"), iotest.ErrReader(broken)),
		"<a>x":  io.MultiReader(strings.NewReader("<a>x"), iotest.ErrReader(broken)),
		"<a/> ": io.MultiReader(strings.NewReader("<a/> "), iotest.ErrReader(broken)),
	} {
		err := NewDecoder(r, strict).End()
		assert.ErrorIs(t, err, broken, doc)
		_, isSyntax := errors.AsType[*SyntaxError](err)
		assert.False(t, isSyntax, doc)
	}
	err := NewDecoder(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(envelope))), strict).End()
	assert.ErrorIs(t, err, iotest.ErrTimeout)
}

// A readFunc is an io.Reader.
type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// TestBadReader shows that a reader that breaks its contract ends in an error.
func TestBadReader(t *testing.T) {
	for name, c := range map[string]struct {
		read readFunc
		want error
	}{
		"nothing":  {func([]byte) (int, error) { return 0, nil }, io.ErrNoProgress},
		"negative": {func([]byte) (int, error) { return -1, nil }, errBadRead},
		"too many": {func(p []byte) (int, error) { return len(p) + 1, nil }, errBadRead},
	} {
		assert.ErrorIs(t, NewDecoder(c.read, strict).End(), c.want, name)
	}
}

// TestReset reuses one Decoder for documents that break off everywhere.
func TestReset(t *testing.T) {
	var d Decoder
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := range len(envelope) {
		doc := envelope[:n]
		if n%2 == 0 {
			d.ResetBytes([]byte(doc), strict)
		} else {
			d.Reset(&shortReader{[]byte(doc), rnd, 50}, strict)
		}
		assert.Equal(t, tokens(NewDecoderBytes([]byte(doc), strict)), tokens(&d))
	}
}

// TestNameBeforeStart shows that a Decoder without an element answers as well.
func TestNameBeforeStart(t *testing.T) {
	d := NewDecoderBytes(nil, strict)
	ns, local := d.Name()
	assert.Equal(t, NSNone, ns)
	assert.Empty(t, local)
	assert.Nil(t, d.URI())
	assert.Empty(t, d.Path())
	assert.Nil(t, d.Content())
	assert.ErrorIs(t, d.End(), ErrEmpty)
}

// TestPoison shows that bytes which outlive their call are overwritten, so that
// the other tests would see a Decoder that keeps them itself.
func TestPoison(t *testing.T) {
	d := NewDecoder(strings.NewReader("<a><b k='v'>text</b><c>x&amp;y</c></a>"), strict)
	d.poison = true
	d.NextChild(0)
	d.NextChild(1)
	value, _ := d.Attr(NSNone, "k")
	text := d.Content()
	assert.Equal(t, "text", string(text))
	assert.Equal(t, "#", string(value))
	d.NextChild(1)
	assert.Equal(t, "####", string(text))
	mixed := d.Content()
	assert.Equal(t, "x&y", string(mixed))
	d.Next()
	assert.Equal(t, "###", string(mixed))
}

func TestAllocations(t *testing.T) {
	doc := parameterValues(100)
	var d Decoder
	r, text := bytes.NewReader(nil), []byte("<a b='&lt;'>x&amp;y<!-- -->\r</a>")
	for name, read := range map[string]func(){
		"tokens":  func() { d.ResetBytes(doc, strict); decodeTokens(t, &d) },
		"content": func() { d.ResetBytes(doc, strict); decodeParameters(t, &d) },
		"reader":  func() { r.Reset(doc); d.Reset(r, strict); decodeParameters(t, &d) },
		"mixed":   func() { d.ResetBytes(text, strict); d.NextChild(0); d.Content() },
	} {
		read()
		assert.Zero(t, testing.AllocsPerRun(20, read), name)
	}
}

// TestLifetimes shows that attributes and text end with the token they belong to.
func TestLifetimes(t *testing.T) {
	everyWay(t, "<a b='1' c='2'>text<d e='3'/></a>", strict, func(t *testing.T, d *Decoder) {
		require.True(t, d.NextChild(0))
		seen := 0
		for range d.Attrs() {
			seen++
			break
		}
		assert.Equal(t, 1, seen)
		assert.Nil(t, d.Text())
		kind, err := d.Next()
		require.NoError(t, err)
		assert.Equal(t, KindText, kind)
		assert.Equal(t, "text", string(d.Text()))
		_, ok := d.Attr(NSNone, "b")
		assert.False(t, ok)
		for range d.Attrs() {
			t.Error("the tag is past")
		}
		d.Content()
		assert.Nil(t, d.Text())
		_, ok = d.Attr(NSNone, "e")
		assert.False(t, ok, "of a child that Content skipped")
	})
}
