package rpc_test

// NOTE: what a Style changes, each field of it in a golden document.

import (
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStyle(t *testing.T) {
	env := rpc.NewEnvelope(rpc.V10, "1", &rpc.GetParameterValues{ParameterNames: []string{"a"}})
	style := rpc.Style{NoDeclaration: true, EnvelopePrefix: "SOAP-ENV", EncodingPrefix: "SOAP-ENC", CWMPPrefix: "c"}
	b, err := env.Append([]byte("before:"), style)
	require.NoError(t, err)
	doc, ok := strings.CutPrefix(string(b), "before:")
	require.True(t, ok)
	assert.True(t, strings.HasPrefix(doc, "<SOAP-ENV:Envelope "), doc)
	assert.Contains(t, doc, `<c:ID SOAP-ENV:mustUnderstand="1">1</c:ID>`)
	assert.Contains(t, doc, `SOAP-ENC:arrayType="xsd:string[1]"`)
	assert.Equal(t, env, parse(t, doc))
	assert.Contains(t, encode(t, env), "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap-env:Envelope ", "nothing of a style is left")
}

// TestBadStyle shows that a style that cannot be written is the fault of its
// user alone.
func TestBadStyle(t *testing.T) {
	env := rpc.NewEnvelope(rpc.V12, "1", &rpc.Reboot{})
	for _, style := range []rpc.Style{
		{EnvelopePrefix: "1x"}, {EncodingPrefix: "a:b"}, {CWMPPrefix: "xmlns"}, {CWMPPrefix: "xsd"}, {EnvelopePrefix: "cwmp"},
	} {
		b, err := env.Append([]byte("kept"), style)
		require.Error(t, err, "%+v", style)
		assert.Equal(t, "kept", string(b))
		for range 4 {
			_, err = env.Append(nil, rpc.Style{})
			require.NoError(t, err, "after %+v", style)
		}
	}
}
