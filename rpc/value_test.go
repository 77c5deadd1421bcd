package rpc_test

// NOTE: values and times keep their text and are parsed when asked.

import (
	"math"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValueConstructors(t *testing.T) {
	at := time.Date(2026, 3, 1, 5, 5, 6, 7, time.FixedZone("", 3600))
	for want, got := range map[rpc.Value]rpc.Value{
		{Type: "xsd:string", Text: " a "}:                    rpc.StringValue(" a "),
		{Type: "xsd:boolean", Text: "1"}:                     rpc.BoolValue(true),
		{Type: "xsd:boolean", Text: "0"}:                     rpc.BoolValue(false),
		{Type: "xsd:int", Text: "-2147483648"}:               rpc.IntValue(math.MinInt32),
		{Type: "xsd:unsignedInt", Text: "4294967295"}:        rpc.UnsignedIntValue(math.MaxUint32),
		{Type: "xsd:dateTime", Text: "2026-03-01T04:05:06Z"}: rpc.DateTimeValue(at),
		{Type: "xsd:dateTime", Text: "0001-01-01T00:00:00Z"}: rpc.DateTimeValue(time.Time{}),
		{Type: "xsd:base64Binary", Text: "AP8="}:             rpc.Base64Value([]byte{0, 255}),
	} {
		assert.Equal(t, want, got)
	}
}

func TestValueBool(t *testing.T) {
	for text, want := range map[string]bool{"1": true, "true": true, " TRUE\n": true, "0": false, "false": false} {
		got, err := rpc.StringValue(text).Bool()
		require.NoError(t, err, "%q", text)
		assert.Equal(t, want, got, "%q", text)
	}
	for _, text := range []string{"", " ", "30", "yes", "-1", "1 0", "fal\u017fe"} {
		_, err := rpc.StringValue(text).Bool()
		assert.Equal(t, rpc.ErrBoolean, err, "%q", text)
	}
}

func TestValueIntegers(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, " -5 ": -5, "+5": 5, "007": 7, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64} {
		got, err := rpc.StringValue(text).Int()
		require.NoError(t, err, "%q", text)
		assert.Equal(t, want, got, "%q", text)
	}
	for text, want := range map[string]uint64{"0": 0, "\t5\n": 5, "+5": 5, "18446744073709551615": math.MaxUint64} {
		got, err := rpc.StringValue(text).Uint()
		require.NoError(t, err, "%q", text)
		assert.Equal(t, want, got, "%q", text)
	}
	for _, text := range []string{"", " ", "x", "1.5", "0x10", "1_000", "18446744073709551616", "--1"} {
		_, err := rpc.StringValue(text).Int()
		assert.Equal(t, rpc.ErrInteger, err, "%q", text)
		_, err = rpc.StringValue(text).Uint()
		assert.Equal(t, rpc.ErrInteger, err, "%q", text)
	}
	_, err := rpc.StringValue("-1").Uint()
	assert.Equal(t, rpc.ErrInteger, err)
}

func TestValueBytes(t *testing.T) {
	for v, want := range map[rpc.Value]string{
		{Type: "xsd:base64Binary", Text: "aGVs\r\n  bG8="}: "hello",
		{Type: "soapenc:base64", Text: "aGVsbG8="}:         "hello",
		{Type: "xsd:hexBinary", Text: " 68656C6c6f "}:      "hello",
		{Type: "hexBinary", Text: "68"}:                    "h",
		{Text: ""}:                                         "",
	} {
		got, err := v.Bytes()
		require.NoError(t, err, v)
		assert.Equal(t, want, string(got), v)
	}
	for _, v := range []rpc.Value{{Type: "xsd:hexBinary", Text: "6"}, {Type: "xsd:hexBinary", Text: "zz"}, {Text: "a"}, {Text: "*"}, {Text: "aGVs\u00a0bG8="}, {Text: "aGVs\fbG8="}} {
		_, err := v.Bytes()
		assert.Error(t, err, v)
	}
}

// TestValueType: what is read is kept; what is written has a prefix that the
// encoder declares, where the type is known.
func TestValueType(t *testing.T) {
	for _, c := range []struct{ attr, read, written string }{
		{``, "", "xsd:string"},
		{`xsi:type=""`, "", "xsd:string"},
		{`xsi:type="xsd:string"`, "xsd:string", "xsd:string"},
		{`xsi:type="q:unsignedInt" xmlns:q="http://www.w3.org/2001/XMLSchema"`, "q:unsignedInt", "xsd:unsignedInt"},
		{`xsi:type="xs:dateTime" xmlns:xs="http://www.w3.org/1999/XMLSchema"`, "xs:dateTime", "xsd:dateTime"},
		{`xsi:type="boolean"`, "boolean", "xsd:boolean"},
		{`xsi:type="xsd:"`, "xsd:", "xsd:"},
		{`xsi:type="xsd:string(64)"`, "xsd:string(64)", "xsd:string(64)"},
		{`xsi:type="xsd:json"`, "xsd:json", "xsd:json"},
		{`xsi:type="v:thing"`, "v:thing", "v:thing"},
		{`type="xsd:int"`, "", "xsd:string"},
	} {
		doc := message("SetParameterValues", "<ParameterList><p><Value "+c.attr+">1</Value></p></ParameterList>")
		env := parse(t, doc)
		assert.Equal(t, c.read, parameters(env.Message)[0].Value.Type, c.attr)
		assert.Equal(t, c.written, normalType(c.read), "the tests' own rule")
		again := parse(t, encode(t, env))
		assert.Equal(t, []rpc.ParameterValue{{Value: rpc.Value{Type: c.written, Text: "1"}}}, parameters(again.Message), c.attr)
	}
	env := rpc.NewEnvelope(rpc.V12, "1", &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Value: rpc.Value{Type: "cwmp:string"}}, {Value: rpc.Value{Type: "c:string"}}}})
	b, err := env.Append(nil, rpc.Style{CWMPPrefix: "c"})
	require.NoError(t, err)
	assert.Contains(t, string(b), `xsi:type="xsd:string"`, "cwmp is not declared with this style")
	assert.Contains(t, string(b), `xsi:type="c:string"`)
}

// TestValueText keeps white space, line ends and empty values.
func TestValueText(t *testing.T) {
	for _, text := range []string{"", " ", "\n", "\t a \r\n b ", "\r", "<&>\"'", "]]>", "é€😀", "\u0085\u2028", "&amp;"} {
		p := rpc.ParameterValue{Name: "n", Value: rpc.StringValue(text)}
		env := rpc.NewEnvelope(rpc.V12, text, &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{p}, ParameterKey: text})
		assert.Equal(t, env, parse(t, encode(t, env)), "%q", text)
	}
}

// times are texts of a dateTime and what they stand for.
var times = []struct {
	text    string
	unix    int64
	nano    int
	zone    bool
	unknown bool
}{
	{"2026-03-01T04:05:06Z", 1772337906, 0, true, false},
	{"2026-03-01T05:05:06+01:00", 1772337906, 0, true, false},
	{"2026-02-28T20:05:06-08:00", 1772337906, 0, true, false},
	{"2026-03-01T04:05:06.25Z", 1772337906, 250_000_000, true, false},
	{"2026-03-01T04:05:06.123456789+00:00", 1772337906, 123_456_789, true, false},
	{"2026-03-01T04:05:06", 1772337906, 0, false, false},
	{"2026-03-01T04:05:06.5", 1772337906, 500_000_000, false, false},
	{"9999-12-31T23:59:59Z", 253402300799, 0, true, false},
	{"0001-01-01T00:00:00Z", -62135596800, 0, true, true},
	{"0001-01-01T00:00:00.000Z", -62135596800, 0, true, true},
	{"0001-01-01T01:00:00+01:00", -62135596800, 0, true, true},
	{"0001-01-01T00:00:00", -62135596800, 0, false, false},
	{"", -62135596800, 0, true, true},
	{"2026-02-28T24:00:00Z", 1772323200, 0, true, false},
	{"2026-03-01T24:00:00.00+01:00", 1772406000, 0, true, false},
}

func TestDateTime(t *testing.T) {
	for _, c := range times {
		d := rpc.DateTime(c.text)
		got, err := d.Time()
		require.NoError(t, err, c.text)
		assert.Equal(t, time.Unix(c.unix, int64(c.nano)).UTC(), got.UTC(), c.text)
		assert.Equal(t, c.zone, d.HasZone(), c.text)
		assert.Equal(t, c.unknown, d.IsUnknown(), c.text)
	}
	for _, text := range []string{"0", "never", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00", "2026-03-01", "2026-03-01 04:05:06", "2026-03-01T04:05:06Z x", "2026-03-01T4:05:06Z", "2026-03-01T24:00:01Z", "2026-03-01T24:01:00", "2026-03-01T24:00:00.01Z", "12026-03-01T00:00:00Z", "2026-03-01T04:05:06,5Z", "2026-03-01T04:05:06+15:00", "0000-01-01T00:00:00Z", " 2026-03-01T04:05:06Z"} {
		d := rpc.DateTime(text)
		_, err := d.Time()
		assert.Equal(t, rpc.ErrDateTime, err, text)
		assert.False(t, d.HasZone() || d.IsUnknown(), text)
		_, relative := d.Relative()
		assert.False(t, relative, text)
	}
	for text, known := range map[rpc.DateTime]bool{ // what devices without a clock write
		"0000-00-00T00:00:00": false, "0000-00-00T00:00:00Z": false, "0000-00-00": false,
		"1970-01-01T00:00:00Z": true, "1970-01-01T00:00:00": true, "1970-01-01T00:00:00.000Z": true, "1970-01-01T01:00:00+01:00": true,
	} {
		at, err := text.Time()
		assert.True(t, text.IsUnknown(), text)
		assert.Equal(t, known, err == nil && at.Unix() == 0, text)
	}
	assert.False(t, rpc.DateTime("1970-01-01T00:00:01Z").IsUnknown())
	assert.Equal(t, rpc.DateTime("2026-03-01T04:05:06Z"), rpc.StringValue("\n2026-03-01T04:05:06Z ").DateTime())
}

func TestDateTimeOf(t *testing.T) {
	at := time.Date(2026, 3, 1, 5, 5, 6, 999, time.FixedZone("", 3600))
	assert.Equal(t, rpc.DateTime("2026-03-01T05:05:06+01:00"), rpc.DateTimeOf(at))
	assert.Equal(t, rpc.DateTime("2026-03-01T04:05:06Z"), rpc.DateTimeOf(at.UTC()))
	assert.Equal(t, rpc.UnknownTime, rpc.DateTimeOf(time.Time{}))
	oldZone := time.FixedZone("LMT", 34*60+8)
	assert.Equal(t, rpc.UnknownTime, rpc.DateTimeOf(time.Time{}.In(oldZone)), "an offset with seconds, as zones had")
	infinite, err := rpc.InfiniteTime.Time()
	require.NoError(t, err)
	assert.Equal(t, rpc.InfiniteTime, rpc.DateTimeOf(infinite))
}

func TestRelative(t *testing.T) {
	for text, want := range map[rpc.DateTime]time.Duration{
		"0001-01-01T00:00:00":   0,
		"0001-01-01T00:01:09":   69 * time.Second,
		"0001-01-02T00:00:00.5": 24*time.Hour + 500*time.Millisecond,
		"0002-01-01T00:00:00":   365 * 24 * time.Hour,
		"0999-12-31T23:59:59":   math.MaxInt64, // beyond what a Duration holds
	} {
		got, ok := text.Relative()
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []rpc.DateTime{"", "0001-01-01T00:01:09Z", "1000-01-01T00:00:00", "0000-12-31T23:59:59", "2026-03-01T04:05:06", "soon"} {
		_, ok := text.Relative()
		assert.False(t, ok, text)
	}
}

// TestTimeKept: nonsense survives a message, and nothing is written as unknown.
func TestTimeKept(t *testing.T) {
	for text, want := range map[string]rpc.DateTime{
		"0000-00-00T00:00:00": "0000-00-00T00:00:00", " soon ": "soon", "2026-03-01T04:05:06.10+00:00": "2026-03-01T04:05:06.10+00:00", " \n": "",
	} {
		m := parseAs[*rpc.Inform](t, message("Inform", "<CurrentTime>"+text+"</CurrentTime>"))
		assert.Equal(t, want, m.CurrentTime)
		again := parseAs[*rpc.Inform](t, encode(t, rpc.NewEnvelope(rpc.V12, "1", m)))
		assert.Equal(t, normalTime(want), again.CurrentTime)
	}
}
