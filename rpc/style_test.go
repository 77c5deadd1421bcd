package rpc_test

// NOTE: what a Style changes, each need of a real peer in a golden document
// (testdata/style). The zero Style is what all other golden files are written in.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A styleGolden is one need and the document that meets it.
type styleGolden struct {
	name  string
	style rpc.Style
	env   *rpc.Envelope
	read  *rpc.Envelope // what a reader finds; nil is env
	lax   bool          // the schemas do not allow it
}

// typedValues have booleans and times in several spellings.
func typedValues(on, off, at string) *rpc.SetParameterValues {
	return &rpc.SetParameterValues{ParameterKey: "1", ParameterList: []rpc.ParameterValue{
		{Name: "Device.A", Value: rpc.Value{Type: rpc.TypeBoolean, Text: on}},
		{Name: "Device.B", Value: rpc.Value{Type: rpc.TypeBoolean, Text: off}},
		{Name: "Device.C", Value: rpc.Value{Type: rpc.TypeBoolean, Text: "yes"}},
		{Name: "Device.D", Value: rpc.Value{Type: rpc.TypeString, Text: "1"}},
		{Name: "Device.E", Value: rpc.Value{Type: rpc.TypeDateTime, Text: at}},
		{Name: "Device.F", Value: rpc.Value{Type: rpc.TypeDateTime, Text: string(rpc.UnknownTime)}},
		{Name: "Device.G", Value: rpc.Value{Type: rpc.TypeDateTime, Text: "0001-01-03T03:04:05"}},
		{Name: "Device.H", Value: rpc.Value{Type: rpc.TypeString, Text: at}},
	}}
}

func transferTimes(start, complete rpc.DateTime) *rpc.DownloadResponse {
	return &rpc.DownloadResponse{StartTime: start, CompleteTime: complete}
}

func styleGoldens() []styleGolden {
	of := func(m rpc.Message) *rpc.Envelope { return rpc.NewEnvelope(rpc.V12, "1", m) }
	names := of(&rpc.GetParameterNames{ParameterPath: "Device.", NextLevel: true})
	hold := *names
	hold.HoldRequests = true
	bare := &rpc.Envelope{Version: rpc.V12, Message: &rpc.Reboot{}}
	return []styleGolden{
		{name: "no-declaration", style: rpc.Style{NoDeclaration: true}, env: names},
		{name: "prefixes", style: rpc.Style{EnvelopePrefix: "SOAP-ENV", EncodingPrefix: "SOAP-ENC", CWMPPrefix: "c", XSDPrefix: "xs", XSIPrefix: "i"}, env: of(goldenInform()),
			read: of(prefixed(goldenInform(), "xs"))},
		{name: "boolean-words", style: rpc.Style{Booleans: rpc.BooleanWords}, env: &hold},
		{name: "boolean-word-values", style: rpc.Style{Booleans: rpc.BooleanWords}, env: of(typedValues("1", "0", "")), read: of(typedValues("true", "false", "")), lax: true},
		{name: "boolean-digit-values", style: rpc.Style{Booleans: rpc.BooleanDigits}, env: of(typedValues("true", "false", "")), read: of(typedValues("1", "0", "")), lax: true},
		{name: "time-milliseconds", style: rpc.Style{TimeLayout: "2006-01-02T15:04:05.000Z07:00"},
			env: of(transferTimes(rpc.UnknownTime, "2026-03-01T05:05:06+01:00")), read: of(transferTimes(rpc.UnknownTime, "2026-03-01T05:05:06.000+01:00"))},
		{name: "time-seconds", style: rpc.Style{TimeLayout: "2006-01-02T15:04:05Z07:00"},
			env: of(transferTimes(goldenStart, goldenComplete)), read: of(transferTimes(goldenStart, "2026-03-01T04:05:36Z"))},
		{name: "time-offset", style: rpc.Style{TimeLayout: "2006-01-02T15:04:05-07:00"},
			env: of(transferTimes(goldenStart, rpc.InfiniteTime)), read: of(transferTimes("2026-03-01T04:05:06+00:00", rpc.InfiniteTime))},
		{name: "time-values", style: rpc.Style{TimeLayout: time.RFC3339Nano}, env: of(typedValues("1", "0", "2026-03-01T04:05:06.500Z")),
			read: of(splitValues(typedValues("1", "0", "2026-03-01T04:05:06.5Z"), "2026-03-01T04:05:06.500Z")), lax: true},
		{name: "replacement", style: rpc.Style{Replacement: "?"}, env: of(&rpc.Reboot{CommandKey: "a\x00b\xff\xfe\ufffec\td"}), read: of(&rpc.Reboot{CommandKey: "a?b???c\td"})},
		{name: "short-empty", style: rpc.Style{ShortEmpty: true}, env: of(&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: "Device.A", Value: rpc.StringValue("")}}})},
		{name: "short-empty-array", style: rpc.Style{ShortEmpty: true}, env: of(&rpc.GetParameterValuesResponse{})},
		{name: "types", style: rpc.Style{Types: true}, env: of(goldenInform()), lax: true},
		{name: "types-leaves", style: rpc.Style{Types: true}, env: of(goldenMessage("GetOptionsResponse")), lax: true},
		{name: "array-digits", style: rpc.Style{ArrayDigits: 4}, env: of(&rpc.GetParameterValues{ParameterNames: []string{"a", "b"}})},
		{name: "always-id", style: rpc.Style{AlwaysID: "0"}, env: bare, read: rpc.NewEnvelope(rpc.V12, "0", bare.Message)},
		{name: "always-hold", style: rpc.Style{AlwaysHold: true}, env: names},
		{name: "empty-header", style: rpc.Style{EmptyHeader: true}, env: bare},
	}
}

// prefixed is an Inform whose types stand under another prefix.
func prefixed(in *rpc.Inform, prefix string) *rpc.Inform {
	for i := range in.ParameterList {
		typ := &in.ParameterList[i].Value.Type
		*typ = prefix + strings.TrimPrefix(*typ, "xsd")
	}
	return in
}

// splitValues puts back the text of the value that is a string.
func splitValues(m *rpc.SetParameterValues, text string) *rpc.SetParameterValues {
	m.ParameterList[7].Value.Text = text
	return m
}

func TestStyleGolden(t *testing.T) {
	for _, g := range styleGoldens() {
		t.Run(g.name, func(t *testing.T) {
			b, err := g.env.Append([]byte("kept"), g.style)
			require.NoError(t, err)
			wire, ok := strings.CutPrefix(string(b), "kept")
			require.True(t, ok)
			file := filepath.Join("testdata", "style", g.name+".xml")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
				require.NoError(t, os.WriteFile(file, []byte(indent(wire)), 0o666))
			}
			doc, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(doc), indent(wire))
			require.Equal(t, flat(string(doc)), wire)
			want := g.read
			if want == nil {
				want = g.env
			}
			require.Equal(t, want, parse(t, wire))
			if g.name != "replacement" { // which the zero style cannot write
				require.NotEqual(t, wire, encode(t, g.env), "the style does something")
			}
		})
	}
}

// TestStyleComplete: each field of Style is set in a golden document.
func TestStyleComplete(t *testing.T) {
	files, err := filepath.Glob("testdata/style/*.xml")
	require.NoError(t, err)
	assert.Len(t, files, len(styleGoldens()))
	for _, field := range reflectFields(rpc.Style{}) {
		assert.True(t, anyStyle(field), "%s is in no golden document", field)
	}
}

// TestStyleSchema: a style is still the schemas' form, but for types on every
// element and for values that are nonsense.
func TestStyleSchema(t *testing.T) {
	var docs []string
	for _, g := range styleGoldens() {
		if !g.lax {
			b, err := g.env.Append(nil, g.style)
			require.NoError(t, err)
			docs = append(docs, string(b))
		}
	}
	requireValid(t, "envelope-1-4.xsd", docs)
}

// TestStyleReplaces: without the policy the same text is refused, with its place.
func TestStyleReplaces(t *testing.T) {
	for _, g := range styleGoldens() {
		if g.name == "replacement" {
			_, err := g.env.Append(nil, rpc.Style{})
			require.ErrorIs(t, err, soap.ErrChar)
		}
	}
	for text, want := range map[string]string{
		"": "", "clean": "clean", "\ufffd\u00e9": "\ufffd\u00e9", "\x01": "[]", "a\xc3": "a[]", "\xed\xa0\x80": "[][][]", "\uffff!": "[]!", "\x7f": "\x7f", "\r\n": "\r\n",
	} {
		value := rpc.ParameterValue{Name: text, Value: rpc.StringValue(text)}
		env := rpc.NewEnvelope(rpc.V12, "1", &rpc.GetParameterValuesResponse{ParameterList: []rpc.ParameterValue{value}})
		b, err := env.Append(nil, rpc.Style{Replacement: "[]"})
		require.NoError(t, err)
		got, err := rpc.Parse(b, rpc.Config{Level: soap.Strict}) // which keeps white space in names
		require.NoError(t, err)
		assert.Equal(t, []rpc.ParameterValue{{Name: want, Value: rpc.StringValue(want)}}, parameters(got.Message), "%q", text)
	}
}

// TestStyleForgotten: a writer that is used again keeps nothing of a style.
func TestStyleForgotten(t *testing.T) {
	env := rpc.NewEnvelope(rpc.V12, "1", goldenInform())
	plain := encode(t, env)
	for _, g := range styleGoldens() {
		_, err := g.env.Append(nil, g.style)
		require.NoError(t, err)
		require.Equal(t, plain, encode(t, env), g.name)
	}
}

// TestBadStyle shows that a style that cannot be written is the fault of its
// user alone.
func TestBadStyle(t *testing.T) {
	env := rpc.NewEnvelope(rpc.V12, "1", &rpc.Reboot{})
	for _, style := range []rpc.Style{
		{EnvelopePrefix: "1x"}, {EncodingPrefix: "a:b"}, {CWMPPrefix: "xmlns"}, {CWMPPrefix: "xsd"}, {EnvelopePrefix: "cwmp"}, {XSDPrefix: "xsi"}, {XSIPrefix: "\x00"},
	} {
		b, err := env.Append([]byte("kept"), style)
		require.Error(t, err, "%+v", style)
		assert.Equal(t, "kept", string(b))
		for range 4 {
			_, err = env.Append(nil, rpc.Style{})
			require.NoError(t, err, "after %+v", style)
		}
	}
	for digits, want := range map[int]string{-1: "[0]", 1: "[0]", 9: "[000000000]", 1 << 30: "[000000000]"} {
		b, err := rpc.NewEnvelope(rpc.V12, "1", &rpc.GetParameterValuesResponse{}).Append(nil, rpc.Style{ArrayDigits: digits})
		require.NoError(t, err)
		assert.Contains(t, string(b), want)
	}
}
