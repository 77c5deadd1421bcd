package soap

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refused are documents with the error and the place of it. A "@" that stands
// in the document is taken out and marks the place.
var refused = []struct {
	doc  string
	want error
}{
	// Document: productions 1, 22, 27.
	{"@", ErrEmpty},
	{" \n@", ErrEmpty},
	{"<!-- -->@", ErrEmpty},
	{"\xEF\xBB\xBF@", ErrEmpty},
	{"@text<a/>", ErrSyntax},
	{"<a/>@text", ErrSyntax},
	{"<a/>@&amp;", ErrSyntax},
	{"<a/>@<b/>", ErrSyntax},
	{"<a/>@</a>", ErrSyntax},
	{"@</a>", ErrSyntax},
	{"<a/>@\x00", ErrChar},
	{"<a/>@\u20ac", ErrSyntax},
	{"<a/>@<![CDATA[x]]>", ErrSyntax},
	{"@<![CDATA[x]]><a/>", ErrSyntax},
	{"<a>@", io.ErrUnexpectedEOF},
	{"<a@", io.ErrUnexpectedEOF},
	{"<@", io.ErrUnexpectedEOF},
	{"<a/><@", io.ErrUnexpectedEOF},
	{"<a>\xe2\x82@", io.ErrUnexpectedEOF},
	{"<a/>\xe2\x82@", io.ErrUnexpectedEOF},
	{"<a><!--\xe2\x82@", io.ErrUnexpectedEOF},
	{"<a b='\xe2\x82@", io.ErrUnexpectedEOF},
	{"<a\xe2\x82@", io.ErrUnexpectedEOF},
	{"<a>&\xe2\x82@", io.ErrUnexpectedEOF},
	{"<a>x&lt@", io.ErrUnexpectedEOF},
	{"<a>x\r@", io.ErrUnexpectedEOF},
	{"\ufeff@\ufeff<a/>", ErrSyntax},

	// Document type: refused at its first three bytes.
	{"@<!DOCTYPE a><a/>", ErrDoctype},
	{"<?xml version='1.0'?> @<!D", ErrDoctype},
	{"<a>@<!DOCTYPE a></a>", ErrDoctype},
	{"<a/>@<!DOCTYPE a>", ErrDoctype},
	{"<!@doctype a><a/>", ErrSyntax},
	{"<!@ELEMENT a><a/>", ErrSyntax},

	// XML declaration: productions 23 to 26, 32, 80.
	{" @<?xml version='1.0'?><a/>", ErrSyntax},
	{"<a/>@<?xml version='1.0'?>", ErrSyntax},
	{"<a>@<?XmL x?></a>", ErrSyntax},
	{"<?xml @?><a/>", ErrSyntax},
	{"<?xml @encoding='UTF-8'?><a/>", ErrSyntax},
	{"<?xml version='@1'?><a/>", ErrSyntax},
	{"<?xml version='@2.0'?><a/>", ErrSyntax},
	{"<?xml version='@1.'?><a/>", ErrSyntax},
	{"<?xml version='@1.0x'?><a/>", ErrSyntax},
	{"<?xml version=@1.0?><a/>", ErrSyntax},
	{"<?xml version='1.0'@encoding='UTF-8'?><a/>", ErrSyntax},
	{"<?xml version='1.0' @version='1.0'?><a/>", ErrSyntax},
	{"<?xml version='1.0' standalone='yes' @encoding='UTF-8'?><a/>", ErrSyntax},
	{"<?xml version='1.0' standalone='@maybe'?><a/>", ErrSyntax},
	{"<?xml version='1.0' encoding='@'?><a/>", ErrSyntax},
	{"<?xml version='1.0' encoding='@8'?><a/>", ErrSyntax},
	{"<?xml version='1.0' encoding='@UTF 8'?><a/>", ErrSyntax},
	{"<?xml version='1.0' encoding='@u\u017f-a\u017fcii'?><a/>", ErrSyntax}, // which is the same in another case
	{"<?xml version='1.0' ?@ ><a/>", ErrSyntax},
	{"<?xml version='1.0'@><a/>", ErrSyntax},
	{"<?xml@", io.ErrUnexpectedEOF},

	// Encoding.
	{"<?xml version='1.0' encoding='@ISO-8859-1'?><a/>", ErrEncoding},
	{"<?xml version='1.0' encoding='@UTF-16'?><a/>", ErrEncoding},
	{"<?xml version='1.0' encoding='@utf8'?><a/>", ErrEncoding},
	{"@\xFF\xFE<\x00a\x00/\x00>\x00", ErrEncoding},
	{"@\xFE\xFF\x00<\x00a\x00/\x00>", ErrEncoding},
	{"@<\x00a\x00/\x00>\x00", ErrEncoding},
	{"@\x00<\x00a\x00/\x00>", ErrEncoding},
	{"<?xml version='1.0' encoding='US-ASCII'?><a>@\u00e9</a>", ErrChar},
	{"<?xml version='1.0' encoding='us-ascii'?><a>&#233;<@\u00e9/></a>", ErrChar},

	// Characters: production 2.
	{"<a>@\x00</a>", ErrChar},
	{"<a>@\x1f</a>", ErrChar},
	{"<a>xxxxxxxxxxxx@\x02xxxx</a>", ErrChar},
	{"<a>@\xff</a>", ErrChar},
	{"<a>@\xc3</a>", ErrChar},
	{"<a>@\xc0\x80</a>", ErrChar},
	{"<a>@\xed\xa0\x80</a>", ErrChar},
	{"<a>@\xf4\x90\x80\x80</a>", ErrChar},
	{"<a>@\uFFFE</a>", ErrChar},
	{"<a>@\uFFFF</a>", ErrChar},
	{"<a b='@\x0b'/>", ErrChar},
	{"<a b='@\uFFFF'/>", ErrChar},
	{"<a><!--@\x01--></a>", ErrChar},
	{"<a><!--@\xff--></a>", ErrChar},
	{"<a><?p @\x01?></a>", ErrChar},
	{"<a><![CDATA[@\x01]]></a>", ErrChar},
	{"<a@\x00/>", ErrChar},
	{"<a>@&#0;</a>", ErrChar},
	{"<a>@&#x1F;</a>", ErrChar},
	{"<a>@&#xD800;</a>", ErrChar},
	{"<a>@&#xFFFE;</a>", ErrChar},
	{"<a>@&#x110000;</a>", ErrChar},
	{"<a>@&#99999999999999999999999999999;</a>", ErrChar},
	{"<a b='@&#0;'/>", ErrChar},
	{"<a>@&#4294967361;</a>", ErrChar},
	{"<a>@&#x100000041;</a>", ErrChar},

	// References: productions 66 to 68.
	{"<a>&@ </a>", ErrSyntax},
	{"<a>&@;</a>", ErrSyntax},
	{"<a>&amp@ ;</a>", ErrSyntax},
	{"<a>&amp@</a>", ErrSyntax},
	{"<a>@&eacute;</a>", ErrSyntax},
	{"<a>&lt;<b>x@&eacute;</b></a>", ErrSyntax},
	{"<a>&lt;<b/><b x@></b></a>", ErrSyntax},
	{"<a>@&AMP;</a>", ErrSyntax},
	{"<a>&#@;</a>", ErrSyntax},
	{"<a>&#x@;</a>", ErrSyntax},
	{"<a>&#@X41;</a>", ErrSyntax},
	{"<a>&#4@a;</a>", ErrSyntax},
	{"<a>&#@ 65;</a>", ErrSyntax},
	{"<a>&@1;</a>", ErrSyntax},
	{"<a b='@&x;'/>", ErrSyntax},
	{"<a b='&@'/>", ErrSyntax},

	// Text: production 14.
	{"<a>@]]></a>", ErrSyntax},
	{"<a>x]@]]></a>", ErrSyntax},
	{"<a>&amp;@]]></a>", ErrSyntax},

	// Tags: productions 40 to 44.
	{"<@ a/>", ErrSyntax},
	{"<@>", ErrSyntax},
	{"<a/@ >", ErrSyntax},
	{"<a><@1/></a>", ErrSyntax},
	{"<a><@-b/></a>", ErrSyntax},
	{"<a@$/>", ErrSyntax},
	{"<@\u00b7/>", ErrSyntax},
	{"<@\u00d7/>", ErrSyntax},
	{"<a@\u00d7/>", ErrSyntax},
	{"<a b@/>", ErrSyntax},
	{"<a b=@c/>", ErrSyntax},
	{"<a b @c='1'/>", ErrSyntax},
	{"<a b='1'@c='2'/>", ErrSyntax},
	{"<a b='@<'/>", ErrSyntax},
	{"<a b='1' @b='2'/>", ErrSyntax},
	{"<a b='1' c='' @b='2'/>", ErrSyntax},
	{"<a>@</b>", ErrSyntax},
	{"<a>@</aa>", ErrSyntax},
	{"<aa>@</a>", ErrSyntax},
	{"<a><b>@</a></b>", ErrSyntax},
	{"<a></@ a>", ErrSyntax},
	{"<a></a @b='1'>", ErrSyntax},
	{"<a></@>", ErrSyntax},
	{"<a></a@/>", ErrSyntax},

	// Comments, PIs and CDATA sections: productions 15 to 21.
	{"<a><!--x@--y--></a>", ErrSyntax},
	{"<a><!--x@---></a>", ErrSyntax},
	{"<a><!--@-- ></a>", ErrSyntax},
	{"<a><!-@ --></a>", ErrSyntax},
	{"<a><!-->@", io.ErrUnexpectedEOF},
	{"<a><!--->@", io.ErrUnexpectedEOF},
	{"<a><?@?></a>", ErrSyntax},
	{"<a><?@ p?></a>", ErrSyntax},
	{"<a><?p@+?></a>", ErrSyntax},
	{"<a><?p?@ ></a>", ErrSyntax},
	{"<a><?p @", io.ErrUnexpectedEOF},
	{"<a><?p@:q?></a>", ErrNamespace},
	{"<a><![@cdata[x]]></a>", ErrSyntax},
	{"<a><![CDATA@ [x]]></a>", ErrSyntax},
	{"<a><![CDATA[x]]@", io.ErrUnexpectedEOF},

	// Namespaces in XML 1.0.
	{"<@p:a/>", ErrNamespace},
	{"<a @p:b=''/>", ErrNamespace},
	{"<a xmlns:p='u'><b/></a @x>", ErrSyntax},
	{"<a><b xmlns:p='u'/><@p:c/></a>", ErrNamespace},
	{"<@:a/>", ErrNamespace},
	{"<p:@:a/>", ErrNamespace},
	{"<a xmlns:p='u'><p:@1/></a>", ErrNamespace},
	{"<p:a@:b/>", ErrNamespace},
	{"<a xmlns:p='u' p:b@:c=''/>", ErrNamespace},
	{"<a xmlns:p@:b='u'/>", ErrNamespace},
	{"<a xmlns:p='u'><p:b@:c></p:b:c></a>", ErrNamespace},
	{"<a:@/>", ErrSyntax},
	{"<a @xmlns:p=''/>", ErrNamespace},
	{"<a @xmlns:xmlns='u'/>", ErrNamespace},
	{"<a @xmlns:xml='u'/>", ErrNamespace},
	{"<a @xmlns='http://www.w3.org/XML/1998/namespace'/>", ErrNamespace},
	{"<a @xmlns:p='http://www.w3.org/XML/1998/namespace'/>", ErrNamespace},
	{"<a @xmlns:p='http://www.w3.org/2000/xmlns/'/>", ErrNamespace},
	{"<a @xmlns='http://www.w3.org/2000/xmlns/'/>", ErrNamespace},
	{"<@xmlns:a/>", ErrNamespace},
	{"<a xmlns:p='u' xmlns:q='u' p:b='' @q:b=''/>", ErrNamespace},
	{"<a xmlns:p='u' xmlns:q='&#117;' p:b='' c='' @q:b=''/>", ErrNamespace},
	{"<a xmlns='u' @xmlns='u'/>", ErrSyntax},
	{"<a xmlns:p='u' @xmlns:p='v'/>", ErrSyntax},
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		before, after, marked := strings.Cut(c.doc, "@")
		require.True(t, marked, c.doc)
		err := sameEveryWay(t, before+after, strict)
		if !assert.ErrorIs(t, err, c.want, "%q", c.doc) {
			continue
		}
		e, _ := errors.AsType[*SyntaxError](err)
		assert.EqualValues(t, len(before), e.Offset, "%q: %v", c.doc, err)
		for name, read := range map[string]func(d *Decoder){
			"Content": func(d *Decoder) { d.Content() },
			"Raw":     func(d *Decoder) { d.Raw() },
			"Skip":    func(d *Decoder) { d.Skip() },
		} {
			d := NewDecoderBytes([]byte(before+after), strict)
			if d.NextChild(0) {
				read(d)
			}
			assert.Equal(t, bare(err), bare(d.End()), "%s: %q", name, c.doc)
		}
	}
}

// accepted are documents that look odd and are well-formed.
var accepted = []string{
	"<a/>", "<a />", "<a\t\r\n/>", "<a></a >", "\n\t\r <a/> \r\n\t",
	"\ufeff<a/>", "\ufeff<?xml version='1.0'?><a/>",
	"<?xml version='1.0'?><a/>", `<?xml version="1.10" ?><a/>`, "<?xml version = '1.0' encoding\n=\t'uTf-8' standalone='no' ?><a/>",
	"<?xml version='1.0' standalone='yes'?><a/>", "<?xml version='1.0' encoding='US-ascii'?><a>\x7f</a>",
	"<?xml-stylesheet href='x'?><a/>", "<?xmlx?><a/>", "<?p?><a/><?p ?>", "<?p x??><a/>", "<?p <?<<!DOCTYPE>&?><a/>",
	"<!----><a/>", "<!-- - -->" + "<a/>", "<!-- <a> & ]]> <!DOCTYPE --><a/>",
	"<a b='&#60;&gt;\">]]>'/>", `<a b="'>"/>`, "<a b='\u00e9' \u00e9='1'/>",
	"<a>></a>", "<a>x]></a>", "<a>x]]<!-- -->></a>", "<a>]]&gt;</a>", "<a>]>]]</a>", "<a>]]<b/>></a>",
	"<a><![CDATA[]]]]></a>", "<a><![CDATA[<!DOCTYPE a>]]></a>", "<a><![CDATA[]]>]]<![CDATA[>]]></a>",
	"<_/>", "<a.-_0\u00b7\u0300/>", "<\u00c0\u2070/>", "<\u3001\U00010000\U000EFFFF/>",
	"<a xmlns='u' xmlns:p='u' p:b='' b=''/>", "<a xmlns:p='u' xmlns:q='U' p:b='' q:b=''/>",
	"<a xmlns='u'><b xmlns=''/></a>", "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang=''/>",
	"<a xmlns:p='u'><b xmlns:p='v'/><p:c/></a>", "<p:a xmlns:p='u'></p:a>", "<a xmlnsx='1' xmln='2'/>",
	"<a xmlns:XML='u' XML:b=''/>", "<a xmlns:p='u' p:xmlns=''/>",
	"<a><!-- \u00e9\u20ac --><?p \u00e9?><![CDATA[\u00e9]]></a>", "<a>&#x0000000000000000000041;</a>", "<a>\u0080\u009f\ufffd\U0010ffff</a>",
}

func TestAccepted(t *testing.T) {
	for _, doc := range accepted {
		assert.NoError(t, sameEveryWay(t, doc, strict), "%q", doc)
	}
}

// TestTruncated cuts a document at every byte: nothing but the whole is complete.
func TestTruncated(t *testing.T) {
	doc := strings.TrimSuffix(envelope, "<?end of it?>\n")
	doc = strings.TrimSpace(doc)
	for n := range len(doc) {
		err := sameEveryWay(t, doc[:n], strict)
		if strings.TrimSpace(doc[:n]) == "" || n == 38 || n == 39 || n == 58 || n == 59 {
			assert.ErrorIs(t, err, ErrEmpty, "%d", n)
		} else {
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d", n)
		}
	}
}

// TestLimits takes each bound at its value and one beyond.
func TestLimits(t *testing.T) {
	rep := strings.Repeat
	nest := func(n int) string { return rep("<a>", n) + rep("</a>", n) }
	attrs := func(format string, n int) string {
		b := "<a"
		for i := range n {
			b += fmt.Sprintf(format, i)
		}
		return b + "/>"
	}
	for _, c := range []struct {
		name   string
		limits Limits
		doc    func(n int) string
		limit  int
	}{
		{"MaxBytes", Limits{MaxBytes: 50}, func(n int) string { return "<a>" + rep("x", n-7) + "</a>" }, 50},
		{"MaxBytes", Limits{MaxBytes: 50}, func(n int) string { return "<a/>" + rep(" ", n-4) }, 50},
		{"MaxDepth", Limits{MaxDepth: 5}, nest, 5},
		{"MaxDepth", Limits{}, nest, 32},
		{"MaxAttrs", Limits{MaxAttrs: 5}, func(n int) string { return attrs(" a%d=''", n) }, 5},
		{"MaxAttrs", Limits{}, func(n int) string { return attrs(" a%d=''", n) }, 64},
		{"MaxNamespaces", Limits{MaxNamespaces: 5}, func(n int) string { return attrs(" xmlns:a%d='u'", n) }, 5},
		{"MaxNamespaces", Limits{}, func(n int) string { return attrs(" xmlns:a%d='u'", n) }, 32},
		{"MaxNamespaces", Limits{MaxNamespaces: 5}, func(n int) string { return rep("<a xmlns='u'>", n) + rep("</a>", n) }, 5},
		{"MaxName", Limits{MaxName: 9}, func(n int) string { return "<" + rep("a", n) + "/>" }, 9},
		{"MaxName", Limits{MaxName: 9}, func(n int) string { return "<" + rep("a", n) + "></" + rep("a", n) + ">" }, 9},
		{"MaxName", Limits{MaxName: 9}, func(n int) string { return "<a " + rep("b", n) + "=''/>" }, 9},
		{"MaxName", Limits{MaxName: 9}, func(n int) string { return "<a xmlns:b='" + rep("b", n) + "'/>" }, 9},
		{"MaxName", Limits{MaxName: 9}, func(n int) string { return "<a>&#" + rep("0", n-3) + "65;</a>" }, 9},
		{"MaxName", Limits{MaxName: 9}, func(n int) string { return "<a><?" + rep("b", n) + "?></a>" }, 9},
		{"MaxText", Limits{MaxName: 9, MaxText: 20}, func(n int) string { return "<a>" + rep("b", n-4) + "&lt;</a>" }, 20},
		{"MaxName", Limits{}, func(n int) string { return "<" + rep("a", n) + "/>" }, 1 << 10},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a>" + rep("b", n) + "</a>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a>&lt;" + rep("b", n-4) + "</a>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a>" + rep("b", n-4) + "&lt;</a>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a>" + rep("\r", n) + "</a>" }, 9},
		{"MaxText", Limits{MaxText: 20}, func(n int) string { return "<a><![CDATA[" + rep("b", n-12) + "]]></a>" }, 20},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a>" + rep("b<!---->", n) + "</a>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a>" + rep("\u00e9", n/2) + rep("c", n%2) + "</a>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a><!--" + rep("b", n) + "--></a>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<!--" + rep("b", n) + "--><a/>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a><?p" + rep(" ", n) + "?></a>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a b='" + rep("b", n) + "'/>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a b='" + rep("b", 4) + "' c='" + rep("b", n-4) + "'/>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a b='" + rep("b", n-4) + "&lt;'/>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a" + rep(" ", n) + "/>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a    b\n=''" + rep(" ", n-5) + "/>" }, 9},
		{"MaxText", Limits{MaxText: 9}, func(n int) string { return "<a></a" + rep(" ", n) + ">" }, 9},
		{"MaxText", Limits{}, func(n int) string { return "<a>" + rep("b", n) + "</a>" }, 1 << 20},
	} {
		cfg := Config{Limits: c.limits}
		if c.limit < 1<<20 {
			assert.NoError(t, sameEveryWay(t, c.doc(c.limit), cfg), "%s: %q", c.name, clip(c.doc(c.limit)))
		}
		assert.NoError(t, NewDecoder(strings.NewReader(c.doc(c.limit)), cfg).End())
		err := NewDecoderBytes([]byte(c.doc(c.limit+1)), cfg).End()
		if c.limit < 1<<20 {
			err = sameEveryWay(t, c.doc(c.limit+1), cfg)
		}
		e, ok := errors.AsType[*LimitError](err)
		if assert.True(t, ok, "%s: %q: %v", c.name, clip(c.doc(c.limit+1)), err) {
			assert.Equal(t, c.name, e.Name)
			assert.ErrorIs(t, err, ErrLimit)
		}
	}
}

// endless is an io.Reader that repeats a text after a beginning and counts.
type endless struct {
	start, rest string
	at          int
	n           int64
}

func (r *endless) Read(p []byte) (int, error) {
	if r.start != "" {
		n := copy(p, r.start)
		r.start = r.start[n:]
		r.n += int64(n)
		return n, nil
	}
	n := 0
	for n < len(p) {
		k := copy(p[n:], r.rest[r.at:])
		n, r.at = n+k, (r.at+k)%len(r.rest)
	}
	r.n += int64(n)
	return n, nil
}

// TestEndless reads documents that never end: each stops at a bound, and not
// long after it.
func TestEndless(t *testing.T) {
	for _, c := range []struct{ start, rest, name string }{
		{"", " ", "MaxBytes"},
		{"<a/>", " ", "MaxBytes"},
		{"<a/>", "<?p?>", "MaxBytes"},
		{"<a>", "<b/>", "MaxBytes"},
		{"<a>", "x", "MaxText"},
		{"<a>", "&lt;", "MaxText"},
		{"<a>", "<![CDATA[]]>", "MaxText"},
		{"<a>", "<!---->", "MaxBytes"},
		{"<a>", "<a>", "MaxDepth"},
		{"<", "a", "MaxName"},
		{"<a ", " ", "MaxText"},
		{"<a b='", "x", "MaxText"},
		{"<!--", "x", "MaxText"},
		{"<?p ", "x", "MaxText"},
		{"<a>&#", "0", "MaxName"},
		{"<a>&", "a", "MaxText"}, // at Tolerant, an & that stands for itself,
		{"<?xml ", " ", "MaxText"},
		{"<?xml version='", "1", "MaxText"},
	} {
		r := &endless{start: c.start, rest: c.rest}
		lim := Limits{MaxBytes: 1 << 20, MaxText: 1 << 18}
		err := NewDecoder(r, Config{Limits: lim}).End()
		e, ok := errors.AsType[*LimitError](err)
		if assert.True(t, ok, "%v: %v", c, err) {
			assert.Equal(t, c.name, e.Name, "%v", c)
			assert.LessOrEqual(t, r.n, max(2*e.Max+minWindow, 2*minWindow), "%v", c)
		}
	}
}

// TestContentLimit shows that MaxText is for an element's own text as a whole.
func TestContentLimit(t *testing.T) {
	for doc, ok := range map[string]bool{
		"<a>12345<b>123456789</b>1234</a>":         true,
		"<a>12345<b>123456789</b>12345</a>":        false,
		"<a>12345<b>1234567890</b></a>":            false,
		"<a>&lt;<b>12345678</b><b/>12345</a>":      true,
		"<a>&lt;<b/>12345<!-- 2345 --><b/>6</a>":   false,
		"<a>&lt;<b>12345<c/>12345678</b>12345</a>": true,
	} {
		everyWay(t, doc, Config{Limits: Limits{MaxText: 9}}, func(t *testing.T, d *Decoder) {
			require.True(t, d.NextChild(0))
			d.Content()
			assert.Equal(t, !ok, errors.Is(d.Err(), ErrLimit), "%s: %v", doc, d.Err())
		})
	}
}

func TestLimitsDefaults(t *testing.T) {
	l := Limits{MaxBytes: -1, MaxDepth: -1, MaxText: math.MaxInt}.withDefaults()
	assert.Equal(t, Limits{64 << 20, 32, 64, 32, 1 << 10, 1 << 30}, l)
	err := &LimitError{"MaxDepth", 32}
	assert.EqualError(t, err, "limit exceeded: MaxDepth 32")
	assert.False(t, errors.Is(err, ErrSyntax))
}
