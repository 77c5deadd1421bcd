package rpc_test

// NOTE: what is there twice, or in two forms: the last one counts, whole, and nothing is
// put together of two without a word.

import (
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A nest is a vendor's message with every kind of field in a struct.
type nest struct {
	Inner nestPart
}

func (*nest) Method() string        { return "X_ACME_Nest" }
func (*nest) NewResponse() *nest    { return new(nest) }
func (m *nest) Fields(c *rpc.Codec) { c.Struct("Inner", &m.Inner) }

type nestPart struct {
	Text     string
	Bool     bool
	Int      int32
	Uint     uint32
	Time     rpc.DateTime
	Value    rpc.Value
	Strings  []string
	Base64s  [][]byte
	Deeper   pingPart
	Own      pingPart
	Events   []rpc.Event
	Repeated []rpc.Event
}

func (p *nestPart) Fields(c *rpc.Codec) {
	c.OptString("Text", &p.Text, 0)
	c.Bool("Bool", &p.Bool)
	c.Int("Int", &p.Int)
	c.Uint("Uint", &p.Uint)
	c.OptTime("Time", &p.Time)
	c.Value("Value", &p.Value)
	c.Strings("Strings", &p.Strings, 0)
	c.Base64s("Base64s", &p.Base64s)
	c.Struct("Deeper", &p.Deeper)
	c.Qualified("Own", &p.Own)
	rpc.List(c, "Events", "EventStruct", &p.Events)
	rpc.Repeated(c, "Repeated", &p.Repeated)
}

// TestStructTwice: nothing of the first is left in the second.
func TestStructTwice(t *testing.T) {
	reg := rpc.Registry{}.With(rpc.Pair[nest, nest](rpc.ToCPE, rpc.V10, 0))
	events := []rpc.Event{{EventCode: "1 BOOT"}}
	full := &nest{nestPart{"t", true, -1, 1, "2026-01-01T00:00:00Z", rpc.StringValue("v"), []string{"s"}, [][]byte{{1}}, pingPart{2}, pingPart{3}, events, events}}
	doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", full))
	inner := doc[strings.Index(doc, "<Inner>") : strings.Index(doc, "</Inner>")+len("</Inner>")]
	for _, second := range []string{"", "<Uint>7</Uint>"} {
		want := &nest{}
		if second != "" {
			want.Inner.Uint = 7
		}
		twice := strings.Replace(doc, inner, inner+"<Inner>"+second+"</Inner>", 1)
		env, err := requireSame(t, twice, rpc.Config{Registry: reg})
		require.NoError(t, err)
		assert.Equal(t, want, env.Message)
		tree, err := rpc.Parse([]byte(twice), rpc.Config{Registry: reg.Trees()})
		require.NoError(t, err)
		assert.Equal(t, encode(t, env), encode(t, tree))
		_, err = rpc.Parse([]byte(twice), rpc.Config{Registry: reg, Level: soap.Strict})
		requireValueError(t, err, rpc.ErrTwice, "/Envelope/Body/X_ACME_Nest/Inner", "")
		env, err = rpc.Parse([]byte(strings.Replace(doc, inner, "<Inner>"+second+"</Inner>"+inner, 1)), rpc.Config{Registry: reg})
		require.NoError(t, err)
		assert.Equal(t, full, env.Message)
	}
}

// TestFaultTwice: a fault is not made of two.
func TestFaultTwice(t *testing.T) {
	first := "<cwmp:Fault><FaultCode>9003</FaultCode><FaultString>a</FaultString><SetParameterValuesFault><ParameterName>p</ParameterName><FaultCode>9005</FaultCode></SetParameterValuesFault></cwmp:Fault>"
	doc := envelope(goodID, "<s:Fault><faultcode>Client</faultcode><faultstring>s</faultstring><detail>"+first+"<cwmp:Fault><FaultCode>9002</FaultCode></cwmp:Fault></detail></s:Fault>")
	env, err := requireSame(t, doc, rpc.Config{})
	require.NoError(t, err)
	assert.Equal(t, &rpc.Fault{FaultCode: 9002, SOAPCode: "Client", SOAPText: "s"}, env.Message)
	assert.Equal(t, "duplicate-element", codesOf(env.Diagnostics))
}

// TestBareBeside: items without their array are told of, beside it too.
func TestBareBeside(t *testing.T) {
	for method, c := range map[string][2]string{
		"SetVouchers":                {`<VoucherList e:arrayType="e:base64[1]"><base64>AP8=</base64></VoucherList>`, "<base64>AP8=</base64>"},
		"GetParameterValues":         {`<ParameterNames e:arrayType="xsd:string[1]"><string>a</string></ParameterNames>`, "<string>a</string>"},
		"GetParameterValuesResponse": {`<ParameterList e:arrayType="cwmp:ParameterValueStruct[1]"><ParameterValueStruct><Name>a</Name><Value xsi:type="xsd:string">b</Value></ParameterValueStruct></ParameterList>`, `<ParameterValueStruct><Name>a</Name><Value xsi:type="xsd:string">b</Value></ParameterValueStruct>`},
	} {
		for beside, want := range map[string]string{"": "", c[1]: "no-array-element", c[1] + c[1]: "no-array-element"} {
			for _, reg := range []rpc.Registry{{}, rpc.Registry{}.Trees()} {
				env, err := requireSame(t, message(method, c[0]+beside), rpc.Config{Registry: reg})
				require.NoError(t, err)
				assert.Equal(t, want, codesOf(env.Diagnostics), method)
				assert.LessOrEqual(t, len(env.Diagnostics), 1, "once is enough")
			}
		}
	}
}

// TestTimePadded: white space around a time is told of whatever else is.
func TestTimePadded(t *testing.T) {
	for text, want := range map[string]string{
		" 0001-01-01T00:10:00": "padded", "0001-01-01T00:10:00": "", "2026-03-01T04:05:06\n": "time-without-zone padded",
		" x ": "bad-time padded", " 2026-03-01T04:05:06Z": "padded", " ": "empty-time", "": "empty-time",
	} {
		doc := message("DownloadResponse", "<Status>0</Status><StartTime>"+text+"</StartTime><CompleteTime>2026-03-01T04:05:06Z</CompleteTime>")
		env, err := requireSame(t, doc, rpc.Config{})
		require.NoError(t, err)
		assert.Equal(t, want, codesOf(env.Diagnostics), "%q", text)
	}
}
