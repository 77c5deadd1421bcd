package soap

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tolerated are documents that are not well-formed, what is read of them, and
// the diagnostics. A "@" is taken out and marks the place of the first.
var tolerated = []struct{ doc, want, codes string }{
	// Characters that are none, and bytes that are not UTF-8.
	{"<a>x@\x02y</a>", "<a>x\x02y</>", "bad-character"},
	{"<a>@\x00</a>", "<a>\x00</>", "bad-character"},
	{"<a>@\x02\x10 \x02</a>", "<a>\x02\x10 \x02</>", "bad-character bad-character bad-character"},
	{"<a>@\uFFFE</a>", "<a>\uFFFE</>", "bad-character"},
	{"<a>caf@\xe9</a>", "<a>caf\xe9</>", "not-utf-8"},
	{"<a>@\xc3(</a>", "<a>\xc3(</>", "not-utf-8"},
	{"<a>@\xed\xa0\x80</a>", "<a>\xed\xa0\x80</>", "not-utf-8 not-utf-8 not-utf-8"},
	{"<a b='x@\x01&lt;\t\xff'/>", "<a b=x\x01< \xff></>", "bad-character not-utf-8"},
	{"<a><![CDATA[@\x01\r\n\xff]]></a>", "<a>\x01\n\xff</>", "bad-character not-utf-8"},
	{"<a><!--@\x01--><?p @\xff?></a>", "<a></>", "bad-character not-utf-8"},
	{"<?xml version='1.0' encoding='US-ASCII'?><a>@é</a>", "<a>é</>", "not-us-ascii"},
	{"<?xml version='1.0' encoding='US-ASCII'?><a>@\xe9</a>", "<a>\xe9</>", "not-utf-8"},

	// References that are none.
	{"<a>R@&D</a>", "<a>R&D</>", "bare-ampersand"},
	{"<a>@& &amp; &</a>", "<a>& & &</>", "bare-ampersand bare-ampersand"},
	{"<a>@&</a>", "<a>&</>", "bare-ampersand"},
	{"<a>@&amp</a>", "<a>&amp</>", "bare-ampersand"},
	{"<a>@&eacute;&lt;</a>", "<a>&eacute;<</>", "unknown-entity"},
	{"<a>@&AMP;</a>", "<a>&AMP;</>", "unknown-entity"},
	{"<a>@&é;</a>", "<a>&é;</>", "bare-ampersand"},
	{"<a>@&#;&#x;&#2;&#xD800;&#4a;&#99999999999;</a>", "<a>&#;&#x;&#2;&#xD800;&#4a;&#99999999999;</>", strings.Repeat(" bare-ampersand", 6)[1:]},
	{"<a b='u?x=1@&y=2&amp;&#65;&nbsp;&'/>", "<a b=u?x=1&y=2&A&nbsp;&></>", "bare-ampersand unknown-entity bare-ampersand"},
	{"<a>@&\xff;</a>", "<a>&\xff;</>", "bare-ampersand not-utf-8"},

	// Binary bytes in tags.
	{"<a@\x01\x02></a>", "<a></>", "binary-in-tag"},
	{"<a@\xff\xfe></a>", "<a></>", "binary-in-tag"},
	{"<a @\xff></a>", "<a></>", "binary-in-tag"},
	{"<a b='1' @\x00c='2'/>", "<a b=1></>", "binary-in-tag"},
	{"<a b='1' c@\x00='2'></a>", "<a b=1></>", "binary-in-tag"},
	{"<a b='1' c=@\x00'2'></a>", "<a b=1></>", "binary-in-tag"},
	{"<a b='1' c@\xff='2' d='3'></a>", "<a b=1></>", "binary-in-tag"},
	{"<a b='1'@\x1f c='2'></a>", "<a b=1></>", "binary-in-tag"},
	{"<a></a@\x03\xff>", "<a></>", "binary-in-tag"},
	{"<a></a @\uFFFF>", "<a></>", "binary-in-tag"},
	{"<a><b/@\x00/></a>", "<a><b></></>", "binary-in-tag"},

	// Around the root element.
	{"@ \r\n<?xml version='1.0'?><a/>", "<a></>", "leading-space"},
	{"<a/>@\x00", "<a></>", "trailing-garbage"},
	{"<a/>\n@\x00\xff]]>text&\x00", "<a></>", "trailing-garbage"},
	{"<a/>@x<!-- c -->y<?p?> \n", "<a></>", "trailing-garbage"},

	// Namespaces.
	{"<@soapenv:a/>", "<{envelope}a></>", "undeclared-prefix"},
	{"<a @xsi:type='xsd:int'/>", "<a {xsi}type=xsd:int></>", "undeclared-prefix"},
	{"<@cwmp:a soap:b='1'/>", "<{cwmp-1-0}a {envelope}b=1></>", "undeclared-prefix undeclared-prefix"},
	{"<a><b xmlns:p='u'/><@p:c/></a>", "<a><b></><{undeclared}c></></>", "undeclared-prefix"},
	{"<a @p:b='1' q:c='2'/>", "<a {undeclared}b=1 {undeclared}c=2></>", "undeclared-prefix undeclared-prefix"},
	{"<@xmlns:a/>", "<{undeclared}a></>", "undeclared-prefix"},
	{"<a @xmlns:p='' xmlns:xmlns='u' xmlns:xml='u'><xml:b/></a>", "<a><{xml}b></></>", "bogus-namespace bogus-namespace bogus-namespace"},
	{"<a @xmlns='http://www.w3.org/2000/xmlns/'/>", "<a></>", "bogus-namespace"},
	{"<s:a xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body@:Fault/></s:a>", "<{envelope}a><{envelope}Fault></></>", "extra-colon"},
	{"<a xmlns:p='u'><p:b@:c></p:b:c></a>", "<a><{other}c></></>", "extra-colon"},
	{"<a xmlns:p='u'><p:b@:c></p:b:c \t></a>", "<a><{other}c></></>", "extra-colon"},
	{"<s:b@:c:d/>", "<{undeclared}d></>", "extra-colon extra-colon undeclared-prefix"},
	{"<a xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' s:b@:c='1'/>", "<a {envelope}c=1></>", "extra-colon"},
	{"<a xmlns:s@:b='http://schemas.xmlsoap.org/soap/envelope/'><s:b:c/></a>", "<a><{undeclared}c></></>", "extra-colon bogus-namespace extra-colon undeclared-prefix"},
	{"<a xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/' xmlns:soap@:b='u' soap:b:d=''><soap:b:c/></a>", "<a {envelope}d=><{envelope}c></></>", "extra-colon extra-colon bogus-namespace extra-colon"},
}

// flatten writes down what is read of a document.
func flatten(d *Decoder) string {
	var b strings.Builder
	qualify := func(ns NS, local []byte) string {
		if ns == NSNone {
			return string(local)
		}
		return "{" + ns.String() + "}" + string(local)
	}
	for {
		kind, _ := d.Next()
		switch kind {
		case KindEOF:
			return b.String()
		case KindStart:
			b.WriteString("<" + qualify(d.Name()))
			for name, value := range d.Attrs() {
				b.WriteString(" " + qualify(name.NS, name.Local) + "=" + string(value))
			}
			b.WriteString(">")
		case KindEnd:
			b.WriteString("</>")
		case KindText:
			b.Write(d.Text())
		}
	}
}

func codes(d *Decoder) string {
	var all []string
	for _, diag := range d.Diagnostics() {
		all = append(all, diag.Code.String())
	}
	return strings.Join(all, " ")
}

func TestTolerant(t *testing.T) {
	for _, c := range tolerated {
		before, after, _ := strings.Cut(c.doc, "@")
		doc := before + after
		require.NoError(t, sameEveryWay(t, doc, Config{}), "%q", doc)
		d := NewDecoderBytes([]byte(doc), Config{})
		assert.Equal(t, c.want, flatten(d), "%q", doc)
		assert.Equal(t, c.codes, codes(d), "%q", doc)
		assert.EqualValues(t, len(before), d.Diagnostics()[0].Offset, "%q", doc)
		assert.Error(t, sameEveryWay(t, doc, strict), "%q", doc)
		assert.Error(t, sameEveryWay(t, doc, Config{Level: Standard}), "%q", doc)
	}
}

// TestTolerantRefuses has what no level accepts.
func TestTolerantRefuses(t *testing.T) {
	for doc, want := range map[string]error{
		"<!DOCTYPE a><a/>":           ErrDoctype,
		"<a/>\x00<!DOCTYPE a>":       ErrDoctype,
		"<a><b></a>":                 ErrSyntax,
		"<a></b>":                    ErrSyntax,
		"<a>":                        io.ErrUnexpectedEOF,
		"<a/><b/>":                   ErrSyntax,
		"<a/>\x00<b/>":               ErrSyntax,
		"<a/>\x00</a>":               ErrSyntax,
		"<a/>\x00<\x00":              ErrSyntax,
		"<a/>\x00<":                  io.ErrUnexpectedEOF,
		"<a/>\x00<![CDATA[]]>":       ErrSyntax,
		"x<a/>":                      ErrSyntax,
		"\x01<a/>":                   ErrChar,
		"<a b='1' b='2'/>":           ErrSyntax,
		"<a p:b='1' q:b='2'/>":       ErrNamespace,
		"<a xsi:b='1' xsi:b='2'/>":   ErrSyntax,
		"<a soap:b='' SOAP:b=''/>":   ErrNamespace,
		"<a b='<'/>":                 ErrSyntax,
		"<a b=1/>":                   ErrSyntax,
		"<a>]]></a>":                 ErrSyntax,
		"<\x01a/>":                   ErrChar,
		"<\xffa/>":                   ErrChar,
		"<a></\x01a>":                ErrChar,
		"<a \x01 <b></a>":            ErrSyntax,
		"<a\x01":                     io.ErrUnexpectedEOF,
		"<a><!-- -- --></a>":         ErrSyntax,
		"<a><?p:q?></a>":             ErrNamespace,
		"<a><?\x01?></a>":            ErrChar,
		"<?xml \x01?><a/>":           ErrChar,
		"<a:/>":                      ErrSyntax,
		"<a::b/>":                    ErrNamespace,
		"<a/>\x00<?xml?>":            ErrSyntax,
		"  <?xml encoding='x'?><a/>": ErrSyntax,
	} {
		err := sameEveryWay(t, doc, Config{})
		assert.ErrorIs(t, err, want, "%q", doc)
	}
}

// TestTolerantRelation reads what the other tests read: whatever Strict accepts
// gives the same tokens and no diagnostic, whatever else is accepted gives one.
func TestTolerantRelation(t *testing.T) {
	for _, doc := range accepted {
		d := NewDecoderBytes([]byte(doc), Config{})
		assert.Equal(t, tokens(NewDecoderBytes([]byte(doc), strict)), tokens(d), "%q", doc)
		assert.Empty(t, d.Diagnostics(), "%q", doc)
	}
	tolerated := 0
	for _, c := range refused {
		doc := strings.Replace(c.doc, "@", "", 1)
		err := sameEveryWay(t, doc, Config{})
		d := NewDecoderBytes([]byte(doc), Config{})
		if d.End() == nil {
			tolerated++
			assert.NotEmpty(t, d.Diagnostics(), "%q", doc)
			assert.False(t, errors.Is(c.want, ErrDoctype), "%q", doc)
		} else {
			assert.Error(t, err)
		}
	}
	assert.Greater(t, tolerated, 30)
	assert.Less(t, tolerated, len(refused)-80)
}

func TestBadBytes(t *testing.T) {
	const doc = "<a b='\x01\xe9\xe2\x82'>\x01<![CDATA[\xe9\r\n]]>x\xe9y\uFFFE&lt;<c>\xe2\x82</c>z\xff</a>"
	for policy, want := range map[BadBytes]string{
		KeepBytes:    "<a b=\x01\xe9\xe2\x82>\x01\xe9\nx\xe9y\uFFFE<<c>\xe2\x82</>z\xff</>",
		ReplaceBytes: "<a b=\uFFFD\uFFFD\uFFFD\uFFFD>\uFFFD\uFFFD\nx\uFFFDy\uFFFD<<c>\uFFFD\uFFFD</>z\uFFFD</>",
		Latin1Bytes:  "<a b=\x01éâ\u0082>\x01é\nxéy\uFFFE<<c>â\u0082</>zÿ</>",
	} {
		cfg := Config{BadBytes: policy}
		require.NoError(t, sameEveryWay(t, doc, cfg))
		d := NewDecoderBytes([]byte(doc), cfg)
		assert.Equal(t, want, flatten(d))
		assert.Len(t, d.Diagnostics(), 11)
		everyWay(t, "<a>x\xe9y<b/>\xe9</a>", cfg, func(t *testing.T, d *Decoder) {
			require.True(t, d.NextChild(0))
			want := map[BadBytes]string{KeepBytes: "x\xe9y\xe9", ReplaceBytes: "x\uFFFDy\uFFFD", Latin1Bytes: "xéyé"}[policy]
			assert.Equal(t, want, string(d.Content()))
			assert.NoError(t, d.End())
		})
		for _, text := range []string{"\xe9\xe9\xe9\xe9", "\x01\x01\x01\x01"} {
			err := sameEveryWay(t, "<a>"+text+"</a>", Config{BadBytes: policy, Limits: Limits{MaxText: 3}})
			assert.ErrorIs(t, err, ErrLimit)
		}
	}
}

// TestMendedNamespace: a URI that mending makes longer than its tag was a panic.
func TestMendedNamespace(t *testing.T) {
	bad := strings.Repeat("\x9f", 40)
	for policy, want := range map[BadBytes]string{KeepBytes: bad, ReplaceBytes: strings.Repeat("\uFFFD", 40), Latin1Bytes: strings.Repeat("\u009f", 40)} {
		everyWay(t, "<a xmlns='"+bad+"' xmlns:b='"+bad+"1' c='"+bad+"2' b:d=''/>", Config{BadBytes: policy}, func(t *testing.T, d *Decoder) {
			require.True(t, d.NextChild(0))
			assert.Equal(t, want, string(d.URI()))
			value, ok := d.Attr(NSNone, "c")
			assert.True(t, ok)
			assert.Equal(t, want+"2", string(value))
			ns, _, ok := d.QName([]byte("b:x"))
			assert.True(t, ok)
			assert.Equal(t, NSOther, ns)
			assert.NoError(t, d.End())
		})
	}
}

// TestExact reads content that may not be tolerated.
func TestExact(t *testing.T) {
	for _, c := range []struct {
		doc, want string
		err       error
	}{
		{"<a><b xsi:c='&'> x&amp;<!-- --></b><d>&</d></a>", " x&", nil},
		{"<a><b>\xe9</b></a>", "", ErrChar},
		{"<a><b>x\x00</b></a>", "", ErrChar},
		{"<a><b>x&y</b></a>", "", ErrSyntax},
		{"<a><b><c \x01></c></b></a>", "", ErrMixed},
		{"<a><b><![CDATA[\xff]]></b></a>", "", ErrChar},
		{"<?xml version='1.0' encoding='ISO-8859-1'?><a><b>\xe9</b></a>", "é", nil},
	} {
		everyWay(t, c.doc, Config{BadBytes: ReplaceBytes}, func(t *testing.T, d *Decoder) {
			require.True(t, d.NextChild(0))
			require.True(t, d.NextChild(1))
			assert.Equal(t, c.want, string(d.Exact()))
			if c.err != nil {
				assert.ErrorIs(t, d.Err(), c.err)
				return
			}
			assert.NoError(t, d.End(), "what follows is tolerated again")
		})
	}
}

// TestRefusePI has every place of a processing instruction.
func TestRefusePI(t *testing.T) {
	cfg := Config{RefusePI: true}
	assert.NoError(t, sameEveryWay(t, "<?xml version='1.0'?><!-- --><a/>", cfg))
	for _, doc := range []string{"<?p?><a/>", "<a><?p x?></a>", "<a/><?p?>", "<a>x<?p?>"} {
		assert.ErrorIs(t, sameEveryWay(t, doc, cfg), ErrInstruction, doc)
	}
}

func TestDiagnosticsBound(t *testing.T) {
	doc := "<a>" + strings.Repeat("&", 1500) + "</a>"
	require.NoError(t, sameEveryWay(t, doc, Config{}))
	d := NewDecoderBytes([]byte(doc), Config{})
	require.NoError(t, d.End())
	list := d.Diagnostics()
	assert.Len(t, list, 1000)
	assert.Equal(t, 500, d.MoreDiagnostics())
	d.Report("mine", "", "")
	assert.Equal(t, 501, d.MoreDiagnostics())
	assert.Equal(t, "bare-ampersand at 1002, /a", list[999].String())
	d.ResetBytes([]byte("<b>\x01</b>"), Config{})
	require.NoError(t, d.End())
	assert.Len(t, d.Diagnostics(), 1)
	assert.Zero(t, d.MoreDiagnostics())
	assert.Equal(t, BareAmpersand, list[0].Code, "a reset leaves what was handed out")
}

func TestReport(t *testing.T) {
	d := NewDecoderBytes([]byte("<a><"+strings.Repeat("b", 500)+"/></a>"), Config{})
	require.True(t, d.NextChild(0))
	d.Report("mine", "", "")
	d.Report("mine", "child", "more")
	require.True(t, d.NextChild(1))
	d.Report("long", "", "")
	assert.Nil(t, d.Closed(), "a start tag")
	require.False(t, d.NextChild(2))
	assert.Equal(t, strings.Repeat("b", 500), string(d.Closed()))
	require.False(t, d.NextChild(1))
	assert.Equal(t, "a", string(d.Closed()))
	list := d.Diagnostics()
	assert.Equal(t, []string{"mine at 0, /a", "mine at 0, /a/child: more"}, []string{list[0].String(), list[1].String()})
	assert.Equal(t, "/a/"+strings.Repeat("b", 253)+"...", list[2].Path)
	assert.Equal(t, "trailing-garbage at 4", Diagnostic{Code: TrailingGarbage, Offset: 4}.String())
	assert.EqualError(t, UnknownEntity, "unknown-entity")
	assert.ErrorIs(t, fmt.Errorf("it is %w", UnknownEntity), UnknownEntity)
	assert.Equal(t, "tolerant standard strict invalid", fmt.Sprint(Tolerant, " ", Standard, " ", Strict, " ", Level(9)))
}

// TestRawAssumed takes an element out whose prefix nothing declares, and writes
// it elsewhere.
func TestRawAssumed(t *testing.T) {
	d := NewDecoderBytes([]byte("<a><x soap:b='1'><soap:c soap:d=''/></x><soap:e/></a>"), Config{})
	r := rawOf(t, d, "x")
	assert.Equal(t, []Namespace{{"soap", NSEnvelope.URI()}}, r.Scope)
	require.NoError(t, d.End())
	assert.Equal(t, "<r><x xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" soap:b='1'><soap:c soap:d=''/></x></r>",
		"<r>"+strings.TrimPrefix(encode(t, func(e *Encoder) { e.Raw(r) }), ">")+"</r>")
	d = NewDecoderBytes([]byte("<a><soap:b/><xsi:b/><c xmlns:xsi='v'><x soap:c='' xsi:c=''/></c></a>"), Config{})
	assert.Equal(t, []Namespace{{"xsi", "v"}, {"soap", NSEnvelope.URI()}}, rawOf(t, d, "x").Scope, "what is declared is not assumed")
	d = NewDecoderBytes([]byte("<a xmlns:soap='u'><x p:b=''/></a>"), Config{})
	r = rawOf(t, d, "x")
	var e Encoder
	e.Raw(r)
	_, err := e.Bytes()
	assert.ErrorIs(t, err, ErrSyntax, "what it means is not known")
}

// TestLongerValues: bytes of attributes and declarations that become longer than the tag
// that they were in.
func TestLongerValues(t *testing.T) {
	bad := strings.Repeat("\x01\xff", 60)
	for _, policy := range []BadBytes{ReplaceBytes, Latin1Bytes} {
		for _, doc := range []string{
			"<a b='" + bad + "' xmlns:c='" + bad + "' c:d='" + bad + "'/>", "<a xmlns='" + bad + "'/>", "<a><b b='" + bad + "' xmlns='" + bad + "'/></a>",
		} {
			require.NoError(t, sameEveryWay(t, doc, Config{BadBytes: policy}))
		}
	}
}
