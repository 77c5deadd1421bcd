package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// encode runs f on a root element <r> and gives what is inside it.
func encode(t *testing.T, f func(e *Encoder)) string {
	t.Helper()
	var e Encoder
	e.Start(NSNone, "r")
	f(&e)
	e.End()
	b, err := e.Bytes()
	require.NoError(t, err)
	require.NoError(t, NewDecoderBytes(b, strict).End(), "%s", b)
	return strings.TrimSuffix(strings.TrimPrefix(string(b), "<r"), "</r>")
}

func TestEncoder(t *testing.T) {
	var e Encoder
	dst := []byte("before:")
	e.Reset(dst)
	e.Declaration()
	e.Start(NSEnvelope, "Envelope")
	for _, ns := range []NS{NSEnvelope, NSEncoding, NSXSD, NSXSI, NSCWMP12, NSXML} {
		e.Declare(ns)
	}
	e.Start(NSEnvelope, "Body")
	e.Start(NSCWMP12, "Inform")
	assert.Equal(t, "/Envelope/Body/Inform", e.Path())
	e.Start(NSNone, "Event")
	e.Attr(NSEncoding, "arrayType", "cwmp:EventStruct[0]")
	e.End()
	e.Leaf(NSNone, "Empty", "")
	e.Leaf(NSNone, "RetryCount", "0")
	for range 3 {
		e.End()
	}
	got, err := e.Bytes()
	require.NoError(t, err)
	const want = `before:<?xml version="1.0" encoding="UTF-8"?>` +
		`<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:soap-enc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cwmp="urn:dslforum-org:cwmp-1-2">` +
		`<soap-env:Body><cwmp:Inform><Event soap-enc:arrayType="cwmp:EventStruct[0]"></Event>` +
		`<Empty></Empty><RetryCount>0</RetryCount></cwmp:Inform></soap-env:Body></soap-env:Envelope>`
	assert.Equal(t, want, string(got))
	assert.NoError(t, NewDecoderBytes(got[len(dst):], strict).End())
}

func TestEscapes(t *testing.T) {
	for _, c := range []struct{ in, text, attr string }{
		{"", "", ""},
		{"plain text, 'as' usual", "plain text, 'as' usual", "plain text, 'as' usual"},
		{`<>&"`, `&lt;&gt;&amp;"`, "&lt;&gt;&amp;&quot;"},
		{"\t\n", "\t\n", "&#9;&#10;"},
		{"\r\n", "&#13;\n", "&#13;&#10;"},
		{"~\x7f\u0080", "~&#127;&#128;", "~&#127;&#128;"},
		{"\u00e9\u20ac\U0010ffff\ufffd", "&#233;&#8364;&#1114111;&#65533;", "&#233;&#8364;&#1114111;&#65533;"},
		{"]]>", "]]&gt;", "]]&gt;"},
	} {
		assert.Equal(t, ">"+c.text, encode(t, func(e *Encoder) { e.Text(c.in) }))
		assert.Equal(t, ">"+c.text, encode(t, func(e *Encoder) { e.TextBytes([]byte(c.in)) }))
		assert.Equal(t, ` a="`+c.attr+`">`, encode(t, func(e *Encoder) { e.Attr(NSNone, "a", c.in) }))
	}
}

// TestEveryRune writes each code point, and reads it back by two parsers.
func TestEveryRune(t *testing.T) {
	var block strings.Builder
	for r := rune(0); r <= 0x10FFFF; r++ {
		if testing.Short() && r == 0x11000 {
			r = 0x10F000
		}
		legal := r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r < 0xD800 || r >= 0xE000 && r != 0xFFFE && r != 0xFFFF
		switch {
		case legal:
			block.WriteRune(r)
		case r >= 0xD800 && r < 0xE000:
			refuseText(t, string([]byte{0xED, byte(r>>6&0x3F) | 0x80, byte(r&0x3F) | 0x80}))
		default:
			refuseText(t, "x"+string(r)+"y")
		}
		if r&0xFFF == 0xFFF {
			roundTrip(t, block.String())
			block.Reset()
		}
	}
}

func refuseText(t *testing.T, text string) {
	t.Helper()
	for _, write := range []func(e *Encoder){
		func(e *Encoder) { e.Text(text) },
		func(e *Encoder) { e.Attr(NSNone, "b", text) },
	} {
		var e Encoder
		e.Start(NSNone, "a")
		write(&e)
		_, err := e.Bytes()
		require.ErrorIs(t, err, ErrChar, "%q", text)
	}
}

// roundTrip writes a text as content and as an attribute and reads both back.
func roundTrip(t *testing.T, text string) {
	t.Helper()
	var e Encoder
	e.Start(NSNone, "a")
	e.Attr(NSNone, "b", text)
	e.Text(text)
	e.End()
	b, err := e.Bytes()
	require.NoError(t, err)
	require.Negative(t, bytes.IndexFunc(b, func(r rune) bool { return r != '\t' && r != '\n' && (r < 0x20 || r > 0x7E) }))
	d := NewDecoderBytes(b, strict)
	require.True(t, d.NextChild(0))
	value, _ := d.Attr(NSNone, "b")
	require.Equal(t, text, string(value))
	require.Equal(t, text, string(d.Content()))
	var x struct {
		B    string `xml:"b,attr"`
		Text string `xml:",chardata"`
	}
	require.NoError(t, xml.Unmarshal(b, &x))
	require.Equal(t, [2]string{text, text}, [2]string{x.B, x.Text})
}

// TestEncoderErrors lists what the Encoder refuses.
func TestEncoderErrors(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(e *Encoder)
		want error
		text string
	}{
		"char":            {func(e *Encoder) { e.Text("a\x01") }, ErrChar, "soap: encode /r: illegal character: U+1"},
		"char in attr":    {func(e *Encoder) { e.Attr(NSNone, "a", "\uffff") }, ErrChar, "soap: encode /r: illegal character: U+ffff"},
		"UTF-8":           {func(e *Encoder) { e.Leaf(NSNone, "a", "\xff") }, ErrChar, "soap: encode /r/a: illegal character: byte 0xFF is not UTF-8"},
		"cut UTF-8":       {func(e *Encoder) { e.Text("\xe2\x82") }, ErrChar, ""},
		"NUL":             {func(e *Encoder) { e.TextBytes([]byte{0}) }, ErrChar, ""},
		"empty name":      {func(e *Encoder) { e.Start(NSNone, "") }, ErrName, `soap: encode /r: not an XML name: ""`},
		"name":            {func(e *Encoder) { e.Start(NSNone, "1a") }, ErrName, ""},
		"colon":           {func(e *Encoder) { e.Start(NSNone, "a:b") }, ErrName, ""},
		"injection":       {func(e *Encoder) { e.Start(NSNone, "a><b") }, ErrName, ""},
		"attr name":       {func(e *Encoder) { e.Attr(NSNone, "a b", "") }, ErrName, ""},
		"wide name":       {func(e *Encoder) { e.Start(NSNone, "a\u00d7") }, ErrName, ""},
		"name bytes":      {func(e *Encoder) { e.Start(NSNone, "a\xff") }, ErrName, ""},
		"undeclared":      {func(e *Encoder) { e.Leaf(NSXSD, "a", "") }, ErrNamespace, "soap: encode /r/a: namespace error: xsd is not declared"},
		"undeclared attr": {func(e *Encoder) { e.Attr(NSXSI, "type", ""); e.Text("") }, ErrNamespace, ""},
		"out of scope": {func(e *Encoder) {
			e.Start(NSNone, "a")
			e.Declare(NSXSI)
			e.End()
			e.Leaf(NSXSI, "b", "")
		}, ErrNamespace, ""},
		"hidden": {func(e *Encoder) {
			e.Declare(NSCWMP10)
			e.Start(NSCWMP11, "a")
			e.Declare(NSCWMP11)
			e.Leaf(NSCWMP10, "a", "")
		}, ErrNamespace, "soap: encode /r/a/a: namespace error: cwmp-1-0 is not declared"},
		"other":         {func(e *Encoder) { e.Start(NSOther, "a") }, ErrNamespace, ""},
		"cwmp-1-4":      {func(e *Encoder) { e.Start(NSCWMP14, "a") }, ErrNamespace, ""},
		"declare none":  {func(e *Encoder) { e.Declare(NSNone) }, ErrNamespace, ""},
		"invalid NS":    {func(e *Encoder) { e.Declare(200) }, ErrNamespace, ""},
		"twice":         {func(e *Encoder) { e.Attr(NSNone, "a", ""); e.Attr(NSNone, "a", "") }, ErrSyntax, ""},
		"declare twice": {func(e *Encoder) { e.Declare(NSCWMP10); e.Declare(NSCWMP11) }, ErrSyntax, ""},
		"xmlns":         {func(e *Encoder) { e.Attr(NSNone, "xmlns", "u") }, ErrNamespace, ""},
		"late attr":     {func(e *Encoder) { e.Text(""); e.Attr(NSNone, "a", "") }, ErrMisuse, ""},
		"late declare":  {func(e *Encoder) { e.Text(""); e.Declare(NSXSI) }, ErrMisuse, ""},
		"prolog":        {func(e *Encoder) { e.Declaration() }, ErrMisuse, ""},
		"prefix":        {func(e *Encoder) { e.SetPrefix(NSXSI, "x") }, ErrMisuse, ""},
		"End":           {func(e *Encoder) { e.End(); e.End() }, ErrMisuse, ""},
		"second root":   {func(e *Encoder) { e.End(); e.Start(NSNone, "a") }, ErrMisuse, ""},
		"text outside":  {func(e *Encoder) { e.End(); e.Text(" ") }, ErrMisuse, ""},
		"attr outside":  {func(e *Encoder) { e.End(); e.Attr(NSNone, "a", "") }, ErrMisuse, ""},
		"open":          {func(e *Encoder) { e.Start(NSNone, "a") }, ErrMisuse, "soap: encode /r: call out of order: elements are open"},
	} {
		var e Encoder
		e.Start(NSNone, "r")
		c.f(&e)
		e.End()
		b, err := e.Bytes()
		assert.Nil(t, b, name)
		assert.ErrorIs(t, err, c.want, name)
		if c.text != "" {
			assert.EqualError(t, err, c.text, name)
		}
		_, again := e.Bytes()
		assert.Same(t, err, again, "%s: sticky", name)
		e.Reset(nil)
		e.Leaf(NSNone, "a", "")
		_, err = e.Bytes()
		assert.NoError(t, err, "%s: Reset forgets", name)
	}
	var e Encoder
	_, err := e.Bytes()
	assert.ErrorIs(t, err, ErrEmpty)
}

func TestSetPrefix(t *testing.T) {
	var e Encoder
	assert.Equal(t, "soap-env", e.Prefix(NSEnvelope))
	assert.Equal(t, "cwmp", e.Prefix(NSCWMP10))
	assert.Equal(t, "xml", e.Prefix(NSXML))
	assert.Equal(t, "", e.Prefix(NSNone))
	assert.Equal(t, "", e.Prefix(200))
	e.SetPrefix(NSEnvelope, "SOAP-ENV")
	e.SetPrefix(NSCWMP11, "")
	for range 2 {
		e.Reset(nil)
		e.Start(NSEnvelope, "Body")
		e.Declare(NSEnvelope)
		e.Start(NSCWMP11, "a")
		e.Declare(NSCWMP11)
		e.Start(NSNone, "b")
		e.Leaf(NSNone, "c", "")
		e.Attr(NSXML, "lang", "") // not in a tag: sticky, so the next line sees it
		_, err := e.Bytes()
		require.ErrorIs(t, err, ErrMisuse)
	}
	e.Reset(nil)
	e.Start(NSCWMP11, "a")
	e.Declare(NSCWMP11)
	e.Start(NSNone, "b")
	e.Attr(NSXML, "lang", "de")
	e.Leaf(NSNone, "c", "")
	e.End()
	e.Leaf(NSCWMP11, "d", "")
	e.End()
	b, err := e.Bytes()
	require.NoError(t, err)
	assert.Equal(t, `<a xmlns="urn:dslforum-org:cwmp-1-1"><b xmlns="" xml:lang="de"><c></c></b><d></d></a>`, string(b))
	e.Reset(nil)
	e.Start(NSCWMP11, "a")
	e.Declare(NSCWMP11)
	e.Attr(NSCWMP11, "b", "")
	_, err = e.Bytes()
	assert.ErrorIs(t, err, ErrNamespace, "an attribute cannot be in the default namespace")

	for prefix, want := range map[string]error{"1": ErrName, "a:b": ErrName, "xml": ErrName, "xmlns": ErrName, "\xff": ErrName} {
		var e Encoder
		e.SetPrefix(NSXSI, prefix)
		e.Reset(nil)
		e.Leaf(NSNone, "a", "")
		_, err := e.Bytes()
		assert.ErrorIs(t, err, want, "%q: Reset does not forget", prefix)
	}
	for _, ns := range []NS{NSNone, NSOther, NSXML, NSCWMP13, 99} {
		var e Encoder
		e.SetPrefix(ns, "p")
		_, err := e.Bytes()
		assert.ErrorIs(t, err, ErrNamespace, ns.String())
	}
}

func TestEncoderAllocations(t *testing.T) {
	var e Encoder
	buf := make([]byte, 0, 1<<16)
	write := func() {
		e.Reset(buf)
		e.Declaration()
		e.Start(NSEnvelope, "Envelope")
		e.Declare(NSEnvelope)
		e.Declare(NSXSI)
		for range 10 {
			e.Start(NSNone, "Value")
			e.Attr(NSXSI, "type", "xsd:string")
			e.Text("caf\u00e9 & <more>")
			e.End()
			e.Leaf(NSNone, "Name", "Device.ManagementServer.URL")
			e.LeafInt(NSNone, "RetryCount", 1234567)
			e.Typed(NSNone, "Value", "xsd:string", "x")
			e.Pair("ParameterValueStruct", "Name", "Device.X", "Value", "xsd:string", "1 < 2")
			e.Start(NSNone, "List")
			e.AttrBytes(NSXSI, "type", []byte("cwmp:x[10]"))
			e.TextBytes([]byte("caf\u00e9"))
			e.End()
		}
		e.End()
		if _, err := e.Bytes(); err != nil {
			t.Fatal(err)
		}
	}
	write()
	assert.Zero(t, testing.AllocsPerRun(20, write))
}

func TestErrorTexts(t *testing.T) {
	err := error(&SyntaxError{Offset: 12, Path: "/Envelope/Body", Err: ErrDoctype})
	assert.EqualError(t, err, "soap: offset 12, /Envelope/Body: DOCTYPE is refused")
	assert.EqualError(t, &SyntaxError{Err: ErrSyntax, Detail: "x"}, "soap: offset 0: malformed XML: x")
	assert.EqualError(t, &EncodeError{Err: ErrEmpty}, "soap: encode: no root element")
	assert.ErrorIs(t, err, ErrDoctype)
	assert.Equal(t, ErrChar, errors.Unwrap(&EncodeError{Err: ErrChar}))
}
