package dom

import (
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/soap"
)

// take reads a document and keeps its element x.
func take(t *testing.T, doc string) soap.Raw {
	t.Helper()
	for d := soap.NewDecoderBytes([]byte(doc), soap.Config{}); ; {
		kind, err := d.Next()
		require.NoError(t, err)
		require.NotEqual(t, soap.KindEOF, kind)
		if _, local := d.Name(); kind == soap.KindStart && string(local) == "x" {
			return d.Raw()
		}
	}
}

func TestParse(t *testing.T) {
	el, err := Parse(take(t, "<r xmlns:p='u&amp;' xmlns:q='v'><p:x q:a='1\r\n2&#10;3\t>' xmlns:q='w'>t<![CDATA[<\t\n]]><!-- '\" -->"+
		"<y\n/>\r\n<?pi '\t?></p:x></r>"))
	require.NoError(t, err)
	assert.Nil(t, el.Parent())
	assert.Equal(t, "p:x", el.FullTag())
	assert.Equal(t, "u&", el.NamespaceURI())
	assert.Equal(t, "w", el.SelectAttr("q:a").NamespaceURI())
	assert.Equal(t, "1 2\n3 >", el.SelectAttrValue("q:a", ""))
	assert.Equal(t, "t<\t\n", el.Text())
	require.Len(t, el.Child, 6)
	assert.True(t, el.Child[1].(*etree.CharData).IsCData())
	assert.Equal(t, " '\" ", el.Child[2].(*etree.Comment).Data)
	assert.Equal(t, "\n", el.Child[4].(*etree.CharData).Data)
	assert.Equal(t, "'\t", el.Child[5].(*etree.ProcInst).Inst)
}

func TestParseRefused(t *testing.T) {
	for _, xml := range []string{"", "x", "<x>", "<x/><y/>", "<p:x/>", "<!DOCTYPE x><x/>", "<x>\x01</x>"} {
		_, err := Parse(soap.Raw{XML: []byte(xml)})
		assert.ErrorIs(t, err, soap.ErrSyntax, xml)
	}
	_, err := Parse(soap.Raw{XML: []byte("<\u20dd\u2c00/>")})
	assert.Error(t, err)
}

// TestRoundTrip takes elements through a tree: the second tree is the first.
func TestRoundTrip(t *testing.T) {
	for _, doc := range []string{
		"<x/>", "<x></x>", "<x>text</x>", "<x> </x>", "<x>&#13;&#9;&#10;\n</x>", "<x a='&#13;&#9;&#10; &lt;&quot;&apos;'/>",
		"<x><![CDATA[]]]]><![CDATA[>]]></x>", "<x><!--c--><?p i?><y>1</y>2<y>3</y></x>",
		"<r xmlns='u' xmlns:p='v'><x p:a='1'><p:y/><z xmlns=''/></x></r>",
		"<p:x xmlns:p='u' xmlns:q='u' p:a='' a=''/>", "<x>\u00e9\u20ac\U0001F600 &amp;amp;</x>",
		"<r xmlns='u'><s xmlns=''><x/></s></r>", "<x xml:lang='de'/>", "<x>" + strings.Repeat("<y>", 30) + strings.Repeat("</y>", 30) + "</x>",
	} {
		first := take(t, doc)
		el, err := Parse(first)
		require.NoError(t, err, doc)
		second, err := Raw(el)
		require.NoError(t, err, doc)
		assert.Equal(t, first.Space, second.Space, doc)
		assert.Equal(t, first.Local, second.Local, doc)
		again, err := Parse(second)
		require.NoError(t, err, doc)
		assert.True(t, equal(el, again), "%s: %s", doc, second.XML)
	}
}

// TestRawScope takes an element out of the middle of a tree.
func TestRawScope(t *testing.T) {
	doc := etree.NewDocument()
	require.NoError(t, doc.ReadFromString(`<r xmlns="u" xmlns:p="v" xmlns:q="w" xmlns:xml="http://www.w3.org/XML/1998/namespace">`+
		`<s xmlns:p="v2" xmlns=""><p:x q:a="1"/></s></r>`))
	r, err := Raw(doc.FindElement("//p:x"))
	require.NoError(t, err)
	assert.Equal(t, soap.Raw{
		Space: "v2", Local: "x",
		Scope: []soap.Namespace{{Prefix: "q", URI: "w"}, {Prefix: "p", URI: "v2"}},
		XML:   []byte(`<p:x q:a="1"></p:x>`),
	}, r)
	assert.Equal(t, "s", doc.FindElement("//p:x").Parent().Tag, "the tree is not changed")
}

// TestRawRefused lists trees that etree would write as something else, or as no XML.
func TestRawRefused(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(el *etree.Element)
		want error
	}{
		"control character": {func(el *etree.Element) { el.SetText("a\x01") }, ErrChanged},
		"UTF-8":             {func(el *etree.Element) { el.SetText("a\xff") }, ErrChanged},
		"attribute":         {func(el *etree.Element) { el.CreateAttr("a", "\x00") }, ErrChanged},
		"comment":           {func(el *etree.Element) { el.CreateComment("a--b") }, ErrChanged},
		"comment end":       {func(el *etree.Element) { el.CreateComment("--><y/><!--") }, ErrChanged},
		"PI":                {func(el *etree.Element) { el.CreateProcInst("p", "?><y/>") }, ErrChanged},
		"PI target":         {func(el *etree.Element) { el.CreateProcInst("p q", "") }, ErrChanged},
		"directive":         {func(el *etree.Element) { el.CreateDirective("DOCTYPE x") }, soap.ErrSyntax},
		"CDATA":             {func(el *etree.Element) { el.CreateCData("\x02") }, soap.ErrSyntax},
		"name":              {func(el *etree.Element) { el.CreateElement("a b='c'") }, soap.ErrSyntax},
		"attributes":        {func(el *etree.Element) { el.Tag = "x y='1'" }, soap.ErrSyntax},
		"attribute name":    {func(el *etree.Element) { el.CreateAttr("a='1' b", "") }, ErrChanged},
		"empty name":        {func(el *etree.Element) { el.Tag = "" }, soap.ErrSyntax},
		"undeclared":        {func(el *etree.Element) { el.Space = "p" }, soap.ErrSyntax},
	} {
		el := etree.NewElement("x")
		c.f(el)
		r, err := Raw(el)
		assert.ErrorIs(t, err, c.want, name)
		assert.Zero(t, r, name)
	}
	_, err := Raw(nil)
	assert.ErrorIs(t, err, ErrNil)
	el := etree.NewElement("x")
	el.CreateCData("a]]>b")
	r, err := Raw(el)
	require.NoError(t, err, "a CDATA section may be split")
	assert.Equal(t, "<x><![CDATA[a]]]]><![CDATA[>b]]></x>", string(r.XML))
}
