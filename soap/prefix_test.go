package soap_test

// NOTE: what answering in a peer's own form takes: its prefixes, and the short
// form of empty elements.

import (
	"testing"

	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrefixOf(t *testing.T) {
	doc := `<a:x xmlns:a="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:dslforum-org:cwmp-1-0" xmlns:b="urn:dslforum-org:cwmp-1-2">` +
		`<b:y xmlns:a="urn:dslforum-org:cwmp-1-2" xmlns:c="http://schemas.xmlsoap.org/soap/envelope/"></b:y><z/></a:x>`
	d := soap.NewDecoderBytes([]byte(doc), soap.Config{})
	for _, want := range []map[soap.NS]string{
		{soap.NSEnvelope: "a", soap.NSCWMP10: "", soap.NSCWMP12: "b", soap.NSEncoding: "", soap.NSXML: "xml"},
		{soap.NSEnvelope: "c", soap.NSCWMP12: "a"}, // the innermost, and none that is hidden
		{soap.NSEnvelope: "a", soap.NSCWMP12: "b"},
	} {
		for {
			kind, err := d.Next()
			require.NoError(t, err)
			if kind == soap.KindStart {
				break
			}
		}
		for ns, prefix := range want {
			assert.Equal(t, prefix, string(d.PrefixOf(ns)), ns)
		}
	}
	hidden := soap.NewDecoderBytes([]byte(`<a:x xmlns:a="urn:dslforum-org:cwmp-1-2"><b xmlns:a="urn:other"/></a:x>`), soap.Config{})
	_, err := hidden.Next()
	require.NoError(t, err)
	require.True(t, hidden.NextChild(hidden.Depth()))
	assert.Nil(t, hidden.PrefixOf(soap.NSCWMP12))
}

func TestShortEmpty(t *testing.T) {
	write := func(e *soap.Encoder) string {
		e.Reset(nil)
		e.Start(soap.NSNone, "a")
		e.Start(soap.NSNone, "b")
		e.Attr(soap.NSNone, "k", "v")
		e.End()
		e.Leaf(soap.NSNone, "c", "text")
		e.Start(soap.NSNone, "d")
		e.Start(soap.NSNone, "e")
		e.End()
		e.End()
		e.End()
		b, err := e.Bytes()
		require.NoError(t, err)
		return string(b)
	}
	var e soap.Encoder
	long := `<a><b k="v"></b><c>text</c><d><e></e></d></a>`
	assert.Equal(t, long, write(&e))
	e.SetShortEmpty(true)
	short := `<a><b k="v"/><c>text</c><d><e/></d></a>`
	assert.Equal(t, short, write(&e))
	assert.Equal(t, short, write(&e), "Reset does not forget it")
	e.SetShortEmpty(false)
	assert.Equal(t, long, write(&e))
}
