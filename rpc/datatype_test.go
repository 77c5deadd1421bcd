package rpc_test

// NOTE: the simple types of XML Schema part 2 that an xsi:type may name, each with
// texts of its lexical space and with others, as Strict sees them and as xmllint does.

import (
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lexicals has texts of each type, with | in between.
var lexicals = []struct {
	types, good, bad string
	want             error
}{
	{"integer", "0|-0|+0|-1|+7|007|999999999999999999999999999999", "|-|+|1.0|1e3|x|--1|1 2|0x1|1_0|INF", rpc.ErrInteger},
	{"nonNegativeInteger", "0|-0|+0|+7|18446744073709551616", "|-1|-|x|-00000001", rpc.ErrInteger},
	{"positiveInteger", "1|+7|18446744073709551616", "|0|-0|-1|00|x", rpc.ErrInteger},
	{"nonPositiveInteger", "0|+0|-0|-1|-18446744073709551616", "|1|+1|x", rpc.ErrInteger},
	{"negativeInteger", "-1|-07|-18446744073709551616", "|0|-0|1|-|x", rpc.ErrInteger},
	{"long", "0|-9223372036854775808|9223372036854775807", "|9223372036854775808|-9223372036854775809|1.0|x", rpc.ErrInteger},
	{"int", "0|-2147483648|2147483647|+7", "|2147483648|-2147483649|x|true", rpc.ErrInteger},
	{"short", "-32768|32767", "|32768|-32769|x", rpc.ErrInteger},
	{"byte", "-128|127", "|128|-129|x", rpc.ErrInteger},
	{"unsignedLong", "0|18446744073709551615", "|18446744073709551616|-1|++1|x", rpc.ErrInteger},
	{"unsignedInt", "0|4294967295", "|4294967296|-1|+|x", rpc.ErrInteger},
	{"unsignedShort", "65535", "|65536|-1|x", rpc.ErrInteger},
	{"unsignedByte", "255", "|256|-1|x", rpc.ErrInteger},
	{"boolean", "0|1|true|false", "|TRUE|yes|2|00", rpc.ErrBoolean},
	{"decimal", "0|-1.50|+.5|1.|0001|123456789.123456789", "|.|-|+.|1e3|1,5|1.2.3|INF|NaN|x|1 2", rpc.ErrType},
	{"float double", "0|-1.5|+.5|1.|1e3|1E+3|-.5e-10|INF|-INF|NaN|1e400", "|.|e1|.e1|1e3.5|inf|nan|+NaN|--1|0x1p3|1_0|x", rpc.ErrType},
	{"dateTime", "2026-03-01T04:05:06|2026-03-01T04:05:06.5Z|2024-02-29T24:00:00Z", "|2026-03-01|04:05:06|2026-02-29T00:00:00Z|x", rpc.ErrDateTime},
	{"date", "2026-03-01|2026-03-01Z|2026-03-01-14:00|-0044-03-15|12026-03-01", "|2026-02-29|2026-03-01T00:00:00|2026-3-1|26-03-01|2026-03|2026-03-01z|2026-03-01+14:01|2026-03-011|x", rpc.ErrType},
	{"time", "04:05:06|04:05:06.5|24:00:00|24:00:00.0Z|04:05:06+01:00", "|04:05|4:05:06|24:00:01|24:00:00.1|25:00:00|04:60:06|04:05:60|04:05:06.|04:05:06+1|2026-03-01T04:05:06|x", rpc.ErrType},
	{"base64Binary", "|AP8=|AP8A|AA==|A A A A|AQ= =|+/+/", "a|*|AAAAA|AA=|A===|====|=|AB==|AAB=|AA==AA==|AA=A", rpc.ErrBase64},
	{"hexBinary", "|00|aB09|DEADBEEF", "0|0g|AB CD|0x00|é", rpc.ErrType},
	{"string normalizedString token anySimpleType", "|anything| x ", "", nil},
	{"anyURI QName language Name NCName NMTOKEN NMTOKENS ID IDREF IDREFS ENTITY ENTITIES", "|%|1 2", "", nil},
	{"duration gYear gYearMonth gMonth gMonthDay gDay", "|x", "", nil},
}

// TestDatatypes: at Strict a value is of its type, whether XML Schema's or SOAP's.
func TestDatatypes(t *testing.T) {
	for _, c := range lexicals {
		for typ := range strings.FieldsSeq(c.types) {
			for text := range strings.SplitSeq(c.good, "|") {
				for _, prefix := range []string{"xsd:", "soap-enc:", " \txsd:"} {
					assert.NoError(t, strictValue(prefix+typ, "\n "+text+" "), "%s%s %q", prefix, typ, text)
				}
			}
			for text := range strings.SplitSeq(c.bad, "|") {
				if c.want == nil {
					break
				}
				requireBadValue(t, "xsd:"+typ, text, c.want)
				requireBadValue(t, "soap-enc:"+typ, text, c.want)
				requireBadValue(t, " xsd:"+typ+" ", text, c.want)
			}
		}
	}
}

// requireBadValue reads a value that Strict alone refuses, in its place, and that is
// what it is below.
func requireBadValue(t *testing.T, typ, text string, want error) {
	t.Helper()
	for _, reg := range []rpc.Registry{{}, rpc.Registry{}.Trees()} {
		doc := []byte(encodeValue(rpc.Value{Type: typ, Text: text}))
		_, err := rpc.Parse(doc, rpc.Config{Level: soap.Strict, Registry: reg})
		requireValueError(t, err, want, "/Envelope/Body/SetParameterValues/ParameterList/ParameterValueStruct/Value", text)
	}
	for _, level := range []soap.Level{soap.Tolerant, soap.Standard} {
		env, err := rpc.Parse([]byte(encodeValue(rpc.Value{Type: typ, Text: text})), rpc.Config{Level: level})
		require.NoError(t, err, "%s %q", typ, text)
		require.Empty(t, env.Diagnostics, "%s %q", typ, text)
		require.Equal(t, rpc.Value{Type: typ, Text: text}, env.Message.(*rpc.SetParameterValues).ParameterList[0].Value)
	}
}

// TestDatatypeUnknown: types that there are not, or that are no simple types.
func TestDatatypeUnknown(t *testing.T) {
	for _, typ := range []string{"xsd:json", "xsd:Int", "xsd:anyType", "xsd:NOTATION", "xsd:base64", "soap-enc:Array", "soap-enc:none", "xsd:", "cwmp:int"} {
		doc := encodeValue(rpc.Value{Type: typ, Text: "x"})
		assert.ErrorIs(t, errorAt(doc, soap.Strict), rpc.TypeUnknown, typ)
		env, err := rpc.Parse([]byte(doc), rpc.Config{})
		require.NoError(t, err, typ)
		assert.Equal(t, rpc.Value{Type: typ, Text: "x"}, env.Message.(*rpc.SetParameterValues).ParameterList[0].Value)
		if typ != "cwmp:int" { // below Strict a prefix is not looked at
			assert.Equal(t, "type-unknown", codesOf(env.Diagnostics), typ)
		}
	}
}

// TestDatatypePrefix: a type is written under the prefix that is declared here.
func TestDatatypePrefix(t *testing.T) {
	for typ, want := range map[string]string{
		"xs:gYear": "xsd:gYear", " xs:byte\n": "xsd:byte", "SOAP-ENC:base64": "soap-enc:base64", "E:int": "xsd:int",
		"positiveInteger": "xsd:positiveInteger", "v:own": "v:own",
	} {
		assert.Contains(t, encodeValue(rpc.Value{Type: typ, Text: "1"}), `xsi:type="`+want+`"`, typ)
	}
}

// xmllintErrs are texts about which xmllint is wrong: it knows 24 digits, and takes
// what has no character of base64 for nothing.
var xmllintErrs = map[string]bool{"integer 999999999999999999999999999999": true, "base64Binary *": true}

// TestDatatypesSchema: xmllint refuses what Strict refuses, and accepts what it accepts.
func TestDatatypesSchema(t *testing.T) {
	var docs, whats []string
	var want []bool
	add := func(typ, texts string, good bool) {
		for text := range strings.SplitSeq(texts, "|") {
			if what := typ + " " + text; !xmllintErrs[what] {
				docs, whats, want = append(docs, encodeValue(rpc.Value{Type: "xsd:" + typ, Text: text})), append(whats, what), append(want, good)
			}
		}
	}
	for _, c := range lexicals {
		for typ := range strings.FieldsSeq(c.types) {
			if c.want != nil {
				add(typ, c.good, true)
				add(typ, c.bad, false)
			}
		}
	}
	valid, _ := validity(t, "envelope-1-4.xsd", docs)
	for i := range docs {
		assert.Equal(t, want[i], valid[i], whats[i])
	}
}

// TestDatatypesAllocate: a long list costs Strict no more memory than Tolerant.
func TestDatatypesAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates")
	}
	m := &rpc.GetParameterValuesResponse{}
	for i := range 1000 {
		v := []rpc.Value{rpc.IntValue(int32(i)), {Type: rpc.TypeHexBinary, Text: strings.Repeat("0A", 40)},
			{Type: "xsd:double", Text: "-1.5e10"}, {Type: rpc.TypeBase64, Text: strings.Repeat("AP8A", 40)}, {Type: "xsd:negativeInteger", Text: "-" + strings.Repeat("7", 60)}}
		m.ParameterList = append(m.ParameterList, rpc.ParameterValue{Name: "n", Value: v[i%len(v)]})
	}
	doc := []byte(encode(t, rpc.NewEnvelope(rpc.V12, "1", m)))
	allocs := func(level soap.Level) float64 {
		return testing.AllocsPerRun(10, func() {
			_, err := rpc.Parse(doc, rpc.Config{Level: level})
			require.NoError(t, err)
		})
	}
	assert.LessOrEqual(t, allocs(soap.Strict), allocs(soap.Tolerant)+3)
}
