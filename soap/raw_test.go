package soap

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rawOf reads a document and keeps the first element of the given local name.
func rawOf(t *testing.T, d *Decoder, local string) Raw {
	t.Helper()
	for {
		kind, err := d.Next()
		require.NoError(t, err)
		require.NotEqual(t, KindEOF, kind)
		if _, name := d.Name(); kind == KindStart && string(name) == local {
			r := d.Raw()
			require.NoError(t, d.Err())
			return r
		}
	}
}

func TestRaw(t *testing.T) {
	const element = "<p:x  a = '1'\n><!-- kept --><y xmlns=\"v\">&#65;<![CDATA[<]]>\r\n</y><?kept?></p:x >"
	const doc = `<a xmlns="u" xmlns:p="p1"><b xmlns:p="p2" xmlns:q="q&amp;1"><c xmlns="">` + element + `<after/></c></b></a>`
	everyWay(t, doc, strict, func(t *testing.T, d *Decoder) {
		r := rawOf(t, d, "x")
		assert.Equal(t, Raw{Space: "p2", Local: "x", Scope: []Namespace{{"p", "p2"}, {"q", "q&1"}}, XML: []byte(element)}, r)
		assert.Equal(t, "/a/b/c", d.Path())
		require.True(t, d.NextChild(3))
		assert.True(t, d.Is(NSNone, "after"))
		require.NoError(t, d.End())
		assert.Equal(t, element, string(r.XML), "a copy")
	})
}

func TestRawForms(t *testing.T) {
	for _, element := range []string{"<x/>", "<x></x>", "<x a='>'/>", "<x>" + strings.Repeat("<y>long</y>", 5000) + "</x>"} {
		everyWay(t, "<a>b"+element+"c</a>", strict, func(t *testing.T, d *Decoder) {
			r := rawOf(t, d, "x")
			assert.Equal(t, Raw{Local: "x", XML: []byte(element)}, r)
			kind, _ := d.Next()
			assert.Equal(t, KindText, kind)
			assert.Equal(t, "c", string(d.Text()))
		})
		d := NewDecoderBytes([]byte(element), strict)
		assert.Equal(t, element, string(rawOf(t, d, "x").XML), "the root")
	}
}

func TestRawErrors(t *testing.T) {
	everyWay(t, "<a><b>&x;</b></a>", strict, func(t *testing.T, d *Decoder) {
		d.NextChild(0)
		d.NextChild(1)
		assert.Equal(t, Raw{}, d.Raw())
		assert.ErrorIs(t, d.Err(), ErrSyntax)
	})
	for name, move := range map[string]func(d *Decoder){
		"nothing read": func(*Decoder) {},
		"text read":    func(d *Decoder) { d.NextChild(0); d.Next() },
		"all read":     func(d *Decoder) { d.NextChild(0); d.Content() },
	} {
		d := NewDecoderBytes([]byte("<a>text<b/></a>"), strict)
		move(d)
		assert.Equal(t, Raw{}, d.Raw(), name)
		assert.ErrorIs(t, d.Err(), ErrMisuse, name)
	}
}

// TestEncoderRaw writes elements into surroundings of other declarations.
func TestEncoderRaw(t *testing.T) {
	cwmp := []Namespace{{"cwmp", NSCWMP10.URI()}}
	for name, c := range map[string]struct {
		raw  Raw
		want string
	}{
		"nothing needed":    {Raw{XML: []byte("<x/>")}, "<x/>"},
		"in force":          {Raw{Scope: cwmp, XML: []byte("<cwmp:x>1</cwmp:x>")}, "<cwmp:x>1</cwmp:x>"},
		"bound differently": {Raw{Scope: []Namespace{{"cwmp", "u"}}, XML: []byte("<cwmp:x/>")}, `<cwmp:x xmlns:cwmp="u"/>`},
		"lacking":           {Raw{Scope: []Namespace{{"p", "a&\"<é"}}, XML: []byte("<x><p:y/></x>")}, `<x xmlns:p="a&amp;&quot;&lt;&#233;"><p:y/></x>`},
		"unused":            {Raw{Scope: []Namespace{{"p", "u"}}, XML: []byte("<x>p:int</x>")}, `<x xmlns:p="u">p:int</x>`},
		"made itself":       {Raw{Scope: []Namespace{{"p", "u"}}, XML: []byte("<x xmlns:p='v'/>")}, "<x xmlns:p='v'/>"},
		"default":           {Raw{Scope: []Namespace{{"", "u"}}, XML: []byte("<x/>")}, `<x xmlns="u"/>`},
		"xml":               {Raw{Scope: []Namespace{{"xml", NSXML.URI()}}, XML: []byte("<x xml:lang=''/>")}, "<x xml:lang=''/>"},
		"named":             {Raw{Space: "u", Local: "x", Scope: []Namespace{{"", "u"}}, XML: []byte("<x></x>")}, `<x xmlns="u"></x>`},
		"verbatim":          {Raw{XML: []byte("<x\r\na='\t'><![CDATA[\r\n]]><!-- - --></x\n>")}, "<x\r\na='\t'><![CDATA[\r\n]]><!-- - --></x\n>"},
	} {
		got := encode(t, func(e *Encoder) { e.Declare(NSCWMP10); e.Raw(c.raw) })
		assert.Equal(t, ` xmlns:cwmp="urn:dslforum-org:cwmp-1-0">`+c.want, got, name)
		var e Encoder
		e.Raw(Raw{XML: []byte("<x/>")})
		b, err := e.Bytes()
		require.NoError(t, err)
		assert.Equal(t, "<x/>", string(b), "as the root")
	}
}

// TestEncoderRawDefault writes elements into a default namespace.
func TestEncoderRawDefault(t *testing.T) {
	for xml, want := range map[string]string{
		"<x/>":           `<x xmlns=""/>`,
		"<x xmlns=''/>":  "<x xmlns=''/>",
		"<x xmlns='v'/>": "<x xmlns='v'/>",
	} {
		var e Encoder
		e.SetPrefix(NSCWMP10, "")
		e.Start(NSCWMP10, "r")
		e.Declare(NSCWMP10)
		e.Raw(Raw{XML: []byte(xml)})
		e.End()
		b, err := e.Bytes()
		require.NoError(t, err)
		assert.Equal(t, `<r xmlns="urn:dslforum-org:cwmp-1-0">`+want+"</r>", string(b))
	}
}

func TestEncoderRawRefused(t *testing.T) {
	for name, r := range map[string]Raw{
		"nothing":      {},
		"text":         {XML: []byte("x")},
		"space before": {XML: []byte(" <x/>")},
		"space behind": {XML: []byte("<x/> ")},
		"two":          {XML: []byte("<x/><x/>")},
		"comment":      {XML: []byte("<!-- --><x/>")},
		"declaration":  {XML: []byte("<?xml version='1.0'?><x/>")},
		"mark":         {XML: []byte("\ufeff<x/>")},
		"doctype":      {XML: []byte("<!DOCTYPE x><x/>")},
		"open":         {XML: []byte("<x>")},
		"closes more":  {XML: []byte("<x></x></r><r>")},
		"undeclared":   {XML: []byte("<cwmp:x/>")},
		"name":         {Local: "y", XML: []byte("<x/>")},
		"space":        {Space: "u", Local: "x", XML: []byte("<x/>")},
		"prefix":       {Scope: []Namespace{{"a b", "u"}}, XML: []byte("<x/>")},
		"xmlns":        {Scope: []Namespace{{"xmlns", "u"}}, XML: []byte("<x/>")},
		"twice":        {Scope: []Namespace{{"a", "u"}, {"a", "v"}}, XML: []byte("<x/>")},
		"empty URI":    {Scope: []Namespace{{"a", ""}}, XML: []byte("<x/>")},
	} {
		var e Encoder
		e.Start(NSNone, "r")
		e.Declare(NSCWMP10)
		e.Raw(r)
		e.End()
		_, err := e.Bytes()
		assert.ErrorIs(t, err, ErrSyntax, name)
	}
	var e Encoder
	e.Start(NSNone, "r")
	e.Raw(Raw{Scope: []Namespace{{"a", "\x01"}}, XML: []byte("<x/>")})
	_, err := e.Bytes()
	assert.ErrorIs(t, err, ErrChar, "a URI that XML cannot carry")
	e.Raw(Raw{XML: []byte("<x/>")})
	_, again := e.Bytes()
	assert.Same(t, err, again)
}

// TestRawRoundTrip takes every element of a document out, writes it elsewhere,
// and reads the same tokens from it.
func TestRawRoundTrip(t *testing.T) {
	const doc = `<a xmlns="u" xmlns:p="p1" p:k="1"><p:b xmlns:p="p2" xmlns:q="q"><c xmlns="" p:k="2" q:k="3">t<q:d/></c><e/></p:b></a>`
	for _, local := range []string{"a", "b", "c", "d", "e"} {
		first := rawOf(t, NewDecoderBytes([]byte(doc), strict), local)
		var e Encoder
		e.SetPrefix(NSCWMP10, "p")
		e.SetPrefix(NSCWMP11, "")
		e.Start(NSCWMP10, "r")
		e.Declare(NSCWMP10)
		e.Declare(NSCWMP11)
		e.Raw(first)
		e.End()
		b, err := e.Bytes()
		require.NoError(t, err)
		second := rawOf(t, NewDecoderBytes(b, strict), local)
		assert.Equal(t, meaning(t, first), meaning(t, second), "%s", b)
	}
}

// meaning gives the expanded names, attributes and texts of an element.
func meaning(t *testing.T, r Raw) string {
	t.Helper()
	var e Encoder
	e.Raw(r)
	b, err := e.Bytes()
	require.NoError(t, err)
	var out strings.Builder
	for d := NewDecoderBytes(b, strict); ; {
		kind, err := d.Next()
		require.NoError(t, err)
		switch kind {
		case KindEOF:
			return out.String()
		case KindStart:
			_, local := d.Name()
			out.WriteString("<{" + string(d.URI()) + "}" + string(local))
			for name, value := range d.Attrs() {
				out.WriteString(" {" + string(name.URI) + "}" + string(name.Local) + "=" + string(value))
			}
		case KindEnd:
			out.WriteString("/>")
		case KindText:
			out.Write(d.Text())
		}
	}
}

// TestRawExtraColon: what is ignored of the names around an element is not in its Scope,
// so that it can be written.
func TestRawExtraColon(t *testing.T) {
	everyWay(t, "<a xmlns:p:q='u' xmlns:r='v'><x r:b=''/></a>", Config{}, func(t *testing.T, d *Decoder) {
		r := rawOf(t, d, "x")
		assert.Equal(t, []Namespace{{"r", "v"}}, r.Scope)
		var e Encoder
		e.Raw(r)
		out, err := e.Bytes()
		require.NoError(t, err)
		assert.Equal(t, `<x xmlns:r="v" r:b=''/>`, string(out))
	})
}
