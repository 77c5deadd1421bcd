package cwmptest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: SetParameterValues, TR-069 A.3.2.1: all or nothing, and each bad parameter
// has its own entry in the fault. Requests and faults are words: "name=value" and
// "name=code".

var setTests = []struct {
	about, set, want string // want is the fault, "" for success
}{
	{"one value", "Device.InfoText=new", ""},
	{"several values", "Device.Net.1.Name=x Device.Net.1.On=0 Device.InfoText=y", ""},
	{"the present value", "Device.InfoText=T", ""},
	{"the empty text is a string", "Device.InfoText=", ""},
	{"no value at all", "", ""},
	{"a name twice", "Device.InfoText=a Device.InfoText=a", "9003"},
	{"a name twice, of which nothing is known", "Device.Nope=a Device.Nope=a", "9003"},
	{"unknown", "Device.Nope=1", "9003 Device.Nope=9005"},
	{"a partial path", "Device.Net.1.=1", "9003 Device.Net.1.=9005"},
	{"an empty name", "=1", "9003 =9005"},
	{"not writable", "Device.Info.Maker=x", "9003 Device.Info.Maker=9008"},
	{"not writable goes before the value", "Device.Info.UpTime=x", "9003 Device.Info.UpTime=9008"},
	{"a bad value", "Device.Net.1.On=yes", "9003 Device.Net.1.On=9007"},
	{"one bad among good", "Device.InfoText=new Device.Net.1.On=2 Device.Net.1.Name=new", "9003 Device.Net.1.On=9007"},
	{"each bad one is listed, in the request's order", "Device.Net.1.On=x Device.InfoText=new Device.Info.Maker=m Device.Nope=1",
		"9003 Device.Net.1.On=9007 Device.Info.Maker=9008 Device.Nope=9005"},
}

func TestSetParameterValues(t *testing.T) {
	for _, tt := range setTests {
		t.Run(tt.about, func(t *testing.T) {
			d := home()
			before := slices.Clone(d.Parameters)
			got, changes := set(t, d, tt.set, "key")
			assert.Equal(t, tt.want, got)
			if tt.want != "" {
				assert.Equal(t, before, d.Parameters, "nothing has changed")
				assert.Empty(t, d.ParameterKey())
				return
			}
			assert.Equal(t, "key", d.ParameterKey())
			for i, p := range before {
				if text, ok := changes[p.Name]; ok {
					p.Value.Text = text
				}
				assert.Equal(t, p, d.Parameters[i])
				value, ok := d.Value(p.Name)
				assert.True(t, ok)
				assert.Equal(t, p.Value, value)
			}
		})
	}
}

// The key is what the last success gave, the empty one included.
func TestParameterKey(t *testing.T) {
	d := home()
	long := strings.Repeat("é", 32) // characters, not bytes
	for _, step := range []struct{ set, key, fault, want string }{
		{"Device.InfoText=1", "k1", "", "k1"},
		{"Device.Nope=1", "k2", "9003 Device.Nope=9005", "k1"},
		{"Device.InfoText=2", long + "x", "9003", "k1"},
		{"Device.InfoText=3", long, "", long},
		{"Device.InfoText=4", "", "", ""},
	} {
		got, _ := set(t, d, step.set, step.key)
		assert.Equal(t, step.fault, got, step)
		assert.Equal(t, step.want, d.ParameterKey(), step)
	}
	value, _ := d.Value("Device.InfoText")
	assert.Equal(t, "4", value.Text)
}

// ManagementServer.ParameterKey is the key, where there is such a parameter.
func TestParameterKeyInTheTable(t *testing.T) {
	for _, root := range []string{"Device.", "InternetGatewayDevice."} {
		name := root + "ManagementServer.ParameterKey"
		d := &Device{Parameters: []Parameter{{Name: name, Value: rpc.StringValue("")}}}
		got, _ := set(t, d, "", "k1")
		require.Empty(t, got)
		assert.Equal(t, name+"=k1", ask(t, d, &rpc.GetParameterValues{ParameterNames: []string{name}}))
	}
}

var typeTests = []struct{ typ, good, bad string }{
	{rpc.TypeBoolean, "0 1 true false", "2 yes -"},
	{rpc.TypeInt, "0 -1 +1 2147483647 -2147483648", "2147483648 -2147483649 1.0 x -"},
	{rpc.TypeLong, "2147483648 9223372036854775807 -9223372036854775808", "9223372036854775808 x -"},
	{rpc.TypeUnsignedInt, "0 4294967295", "4294967296 -1 x -"},
	{rpc.TypeUnsignedLong, "4294967296 18446744073709551615", "18446744073709551616 -1 -"},
	{rpc.TypeDateTime, "2026-01-02T03:04:05Z 2026-01-02T03:04:05 2026-01-02T03:04:05.5+01:00", "2026-01-02 now -"},
	{rpc.TypeBase64, "AAEC - QUI=", "Q Q*== QUI"},
	{rpc.TypeHexBinary, "00ff - FF", "0 0x"},
	{rpc.TypeString, "anything - 1", ""},
	{"xs:int", "1", "x"},
	{"int", "1", "x 2147483648"},
	{"xsd:integer", "4294967296", "x"},
	{"soap-enc:base64", "QUI=", "Q"},
	{"ns1:hexBinary", "ff", "QUI="},
	{"xsd:byte", "0 127 -128", "128 -129 x -"},
	{"xsd:short", "0 32767 -32768", "32768 -32769 x -"},
	{"xsd:unsignedByte", "0 255", "256 -1 x -"},
	{"xsd:unsignedShort", "0 65535", "65536 -1 x -"},
	{"xsd:decimal", "0 -1.5 +1. .5", "x - . 1e3 INF 1.2.3"},
	{"xsd:float", "1.5 -1E-3 INF -INF NaN", "x - . e3 +INF inf"},
	{"xsd:double", "1.5 -1E-3 INF -INF NaN", "x - . e3 +INF inf"},
	{"xsd:anyURI", "1.5 x -", ""},
	{"", "x - 1", ""},
}

// A value is held against the type of the table, whatever type the request gave it
// (many ACSs write xsd:string); "-" is the empty text.
func TestSetChecksTypes(t *testing.T) {
	for _, tt := range typeTests {
		d := &Device{Parameters: []Parameter{{Name: "P", Value: rpc.Value{Type: tt.typ, Text: "as it was"}, Writable: true}}}
		for _, text := range strings.Fields(tt.bad) {
			got, _ := set(t, d, "P="+textOf(text), "")
			assert.Equal(t, "9003 P=9007", got, "%s %q", tt.typ, text)
			assert.Equal(t, rpc.Value{Type: tt.typ, Text: "as it was"}, d.Parameters[0].Value)
		}
		for _, text := range strings.Fields(tt.good) {
			want := textOf(text)
			got, _ := set(t, d, "P="+want, "")
			assert.Empty(t, got, "%s %q", tt.typ, text)
			assert.Equal(t, rpc.Value{Type: tt.typ, Text: want}, d.Parameters[0].Value, "the type stays")
		}
	}
}

// textOf is the text that a word of the table stands for.
func textOf(word string) string {
	if word == "-" {
		return ""
	}
	return word
}

// set asks for a change, "name=value ...", and returns the fault in words and the
// change.
func set(t *testing.T, d *Device, words, key string) (fault string, changes map[string]string) {
	t.Helper()
	request := &rpc.SetParameterValues{ParameterKey: key}
	changes = map[string]string{}
	for w := range strings.FieldsSeq(words) {
		name, text, _ := strings.Cut(w, "=")
		changes[name] = text
		request.ParameterList = append(request.ParameterList, rpc.ParameterValue{Name: name, Value: rpc.StringValue(text)})
	}
	m, err := d.Handle(t.Context(), request)
	if err == nil {
		assert.Equal(t, &rpc.SetParameterValuesResponse{Status: rpc.Applied}, m)
		return "", changes
	}
	f, ok := err.(*rpc.Fault)
	require.True(t, ok, "%T", err)
	list := []string{fmt.Sprint(uint32(f.FaultCode))}
	for _, p := range f.Parameters {
		assert.NotEmpty(t, p.FaultString)
		list = append(list, fmt.Sprintf("%s=%d", p.ParameterName, uint32(p.FaultCode)))
	}
	return strings.Join(list, " "), changes
}
