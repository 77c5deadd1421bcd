package rpc_test

// NOTE: texts that XML Schema allows and forbids, as Strict sees them.

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// strictValue reads one value at Strict.
func strictValue(typ, text string) error {
	doc := encodeValue(rpc.Value{Type: typ, Text: text})
	_, err := rpc.Parse([]byte(doc), rpc.Config{Level: soap.Strict})
	return err
}

func encodeValue(v rpc.Value) string {
	m := &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: "n", Value: v}}}
	b, err := rpc.NewEnvelope(rpc.V12, "1", m).Append(nil, rpc.Style{})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestDateTimes has the forms of XML Schema part 2 section 3.2.7.
func TestDateTimes(t *testing.T) {
	for _, text := range []string{
		"2026-03-01T04:05:06", "2026-03-01T04:05:06Z", "2026-03-01T04:05:06.1Z", "2026-03-01T04:05:06.123456789+14:00",
		"0001-01-01T00:00:00Z", "-0044-03-15T12:00:00", "12026-03-01T04:05:06-00:00", "2024-02-29T24:00:00Z", "2000-02-29T00:00:00",
		" 2026-03-01T04:05:06Z\n", "9999-12-31T23:59:59Z",
	} {
		assert.NoError(t, strictValue("xsd:dateTime", text), "%q", text)
	}
	for _, text := range []string{
		"", "0000-01-01T00:00:00Z", "2026-13-01T00:00:00", "2026-00-01T00:00:00", "2026-02-29T00:00:00", "1900-02-29T00:00:00",
		"2026-03-32T00:00:00", "2026-03-00T00:00:00", "2026-03-01T25:00:00", "2026-03-01T24:00:01", "2026-03-01T00:60:00", "2026-03-01T00:00:60",
		"2026-03-01", "2026-03-01 04:05:06", "2026-03-01T04:05", "2026-3-1T04:05:06", "226-03-01T04:05:06", "02026-03-01T04:05:06",
		"2026-03-01T04:05:06.", "2026-03-01T04:05:06,5", "2026-03-01T04:05:06z", "2026-03-01T04:05:06+14:01", "2026-03-01T04:05:06+1:00",
		"2026-03-01T04:05:06+01:60", "2026-03-01T04:05:06+01", "2026-03-01T04:05:06Zx", "2026-03-01T04:05:06*01:00", "--026-03-01T04:05:06",
		"9999999999-03-01T04:05:06", "+2026-03-01T04:05:06", "2026-03-01T04:05:6a", "2026-03-01T04:05:061Z", "2026-03-01T04:05:06.x", "20a6-03-01T04:05:06",
	} {
		assert.ErrorIs(t, strictValue("xsd:dateTime", text), rpc.ErrDateTime, "%q", text)
	}
}

func TestTypedValues(t *testing.T) {
	for _, c := range []struct {
		typ, good, bad string
		want           error
	}{
		{"int", "0 -1 +7 2147483647 -2147483648", "2147483648 x 1.0", rpc.ErrInteger},
		{"unsignedInt", "0 4294967295 +7", "4294967296 -1 0x1", rpc.ErrInteger},
		{"long", "-9223372036854775808", "9223372036854775808", rpc.ErrInteger},
		{"unsignedLong", "18446744073709551615", "18446744073709551616", rpc.ErrInteger},
		{"short", "-32768", "32768", rpc.ErrInteger},
		{"unsignedShort", "65535", "65536", rpc.ErrInteger},
		{"unsignedByte", "255", "256", rpc.ErrInteger},
		{"boolean", "0 1 true false", "TRUE yes 2", rpc.ErrBoolean},
		{"base64Binary", "AP8=", "a *", rpc.ErrBase64},
		{"string", "anything", "", nil},
	} {
		for text := range strings.FieldsSeq(c.good) {
			assert.NoError(t, strictValue("xsd:"+c.typ, " "+text+"\n"), "%s %q", c.typ, text)
		}
		for text := range strings.FieldsSeq(c.bad) {
			err := strictValue("xsd:"+c.typ, text)
			assert.ErrorIs(t, err, c.want, "%s %q", c.typ, text)
			doc := strings.Replace(encodeValue(rpc.StringValue(text)), "xsd:string\"", "xsd:"+c.typ+"\"", 1)
			assert.NoError(t, errorAt(doc, soap.Standard), "below Strict a value is what it is")
		}
	}
	assert.ErrorIs(t, strictValue("xsd:int", ""), rpc.ErrInteger)
	assert.ErrorIs(t, strictValue("soap-enc:base64", "*"), rpc.ErrBase64)
}

func errorAt(doc string, level soap.Level) error {
	_, err := rpc.Parse([]byte(doc), rpc.Config{Level: level})
	return err
}

// TestBare has every kind of array without its element, and its bound.
func TestBare(t *testing.T) {
	for method, item := range map[string]string{
		"SetVouchers":                "<base64>AP8=</base64>",
		"GetParameterValues":         "<string>a</string>",
		"GetParameterValuesResponse": "<ParameterValueStruct><Name>a</Name></ParameterValueStruct>",
	} {
		doc := message(method, strings.Repeat(item, 3))
		env, err := rpc.Parse([]byte(doc), rpc.Config{MaxItems: 3})
		require.NoError(t, err, method)
		assert.Contains(t, codesOf(env.Diagnostics), "no-array-element")
		assert.Equal(t, 3, strings.Count(outline(env), "["), outline(env))
		_, err = rpc.Parse([]byte(doc), rpc.Config{MaxItems: 2})
		assert.ErrorIs(t, err, rpc.ErrItems, method)
		assert.ErrorIs(t, errorAt(doc, soap.Strict), rpc.UnknownElement)
	}
	names := message("GetParameterValues", "<ParameterNames>a<x/>b<x/><string>\n c\n</string></ParameterNames>")
	env, err := rpc.Parse([]byte(names), rpc.Config{})
	require.NoError(t, err)
	assert.Equal(t, &rpc.GetParameterValues{ParameterNames: []string{"a", "", "b", "", "c"}}, env.Message)
	_, err = rpc.Parse([]byte(names), rpc.Config{MaxItems: 2})
	assert.ErrorIs(t, err, rpc.ErrItems)
}

// TestOperationFields has a field that one operation has and another has not.
func TestOperationFields(t *testing.T) {
	for typ, c := range map[string][2]string{
		"InstallOpStruct": {"<URL>u</URL><Version>1</Version>", "unknown-element"},
		"UpdateOpStruct":  {"<Version>1</Version><URL>u</URL>", ""},
		"OtherStruct":     {"<Version>1</Version><URL>u</URL>", "type-unknown"},
	} {
		want := c[1]
		env, err := rpc.Parse([]byte(envelopeIn("urn:dslforum-org:cwmp-1-2", `<cwmp:ID s:mustUnderstand="1">1</cwmp:ID>`,
			`<cwmp:ChangeDUState><Operations xsi:type="cwmp:`+typ+`">`+c[0]+`</Operations></cwmp:ChangeDUState>`)), rpc.Config{})
		require.NoError(t, err)
		assert.Equal(t, want, codesOf(env.Diagnostics), typ)
		op := env.Message.(*rpc.ChangeDUState).Operations[0]
		assert.Equal(t, []string{"u", "1", typ}, []string{op.URL, op.Version, string(op.Type)})
	}
}

// TestOperationTypes: the schema's OperationStruct is abstract (TR-069 A.4.1.10), so
// that an operation without a type, or of another, is none. As in arrayType, any
// prefix will do below Strict.
func TestOperationTypes(t *testing.T) {
	for attr, want := range map[string]struct{ tolerant, strict soap.Code }{
		``:                                {rpc.TypeMissing, rpc.TypeMissing},
		`type="cwmp:UpdateOpStruct"`:      {rpc.TypeMissing, rpc.TypeMissing},
		`xsi:type=""`:                     {rpc.TypeUnknown, rpc.TypeUnknown},
		`xsi:type="cwmp:"`:                {rpc.TypeUnknown, rpc.TypeUnknown},
		`xsi:type="xsd:string"`:           {rpc.TypeUnknown, rpc.TypeUnknown},
		`xsi:type="cwmp:OptionStruct"`:    {rpc.TypeUnknown, rpc.TypeUnknown},
		`xsi:type="q:UpdateOpStruct"`:     {"", rpc.TypeUnknown},
		`xsi:type="xsd:UpdateOpStruct"`:   {"", rpc.TypeUnknown},
		`xsi:type="UpdateOpStruct"`:       {"", rpc.TypeUnknown},
		`xsi:type=" cwmp:UpdateOpStruct"`: {},
		`xsi:type="cwmp:UpdateOpStruct"`:  {},
	} {
		doc := envelopeIn("urn:dslforum-org:cwmp-1-2", `<cwmp:ID s:mustUnderstand="1">1</cwmp:ID>`,
			`<cwmp:ChangeDUState><Operations `+attr+`></Operations></cwmp:ChangeDUState>`)
		for _, reg := range []rpc.Registry{{}, rpc.Registry{}.Trees()} {
			env, err := rpc.Parse([]byte(doc), rpc.Config{Registry: reg})
			require.NoError(t, err, attr)
			assert.Equal(t, want.tolerant.String(), codesOf(env.Diagnostics), attr)
			_, err = rpc.Parse([]byte(doc), rpc.Config{Registry: reg, Level: soap.Strict})
			if want.strict == "" {
				assert.NoError(t, err, attr)
				continue
			}
			requireValueError(t, err, want.strict, "/Envelope/Body/ChangeDUState/Operations", "")
		}
	}
}

// TestArrayTypes has forms of arrayType that say no number or another type.
func TestArrayTypes(t *testing.T) {
	for attr, want := range map[string]string{
		`e:arrayType="xsd:string[1]"`: "", `e:arrayType=" xsd:string[] "`: "", `e:arrayType="xsd:string[001]"`: "",
		`e:arrayType="xsd:string[2]"`: "array-count", `e:arrayType="xsd:string[1,1]"`: "array-count", `e:arrayType="xsd:string[-1]"`: "array-count",
		`e:arrayType="xsd:string"`: "array-type-name array-count", `e:arrayType=""`: "array-type-name array-count",
		`e:arrayType="string[1]"`: "array-type-name", `e:arrayType="cwmp:string[1]"`: "array-type-name", `arrayType="xsd:string[1]"`: "array-type-missing",
		`e:arrayType="q:string[1]"`:  "",
		`e:arrayType="xsd:string[1"`: "array-count", `e:arrayType="xsd:string["`: "array-count", `e:arrayType="xsd:string[1]x"`: "array-count",
		`e:arrayType="xsd:string[1]]"`: "array-count", `e:arrayType="xsd:string[1][1]"`: "array-count", `e:arrayType="xsd:string[,]"`: "array-count",
		`e:arrayType="xsd:string[+1]"`: "array-count", `e:arrayType="xsd:string[4294967297]"`: "array-count", `e:arrayType="xsd:string[18446744073709551617]"`: "array-count",
		`e:arrayType="[1]"`: "array-type-name", `e:arrayType="[1"`: "array-type-name array-count", `e:arrayType="[,]"`: "array-type-name array-count",
		`e:arrayType="xsd:string]"`: "array-type-name array-count", `e:arrayType="["`: "array-type-name array-count", `e:arrayType="xsd:string[2147483647]"`: "array-count",
	} {
		doc := message("GetParameterValues", "<ParameterNames "+attr+"><string>a</string></ParameterNames>")
		env, err := rpc.Parse([]byte(doc), rpc.Config{})
		require.NoError(t, err)
		assert.Equal(t, want, codesOf(env.Diagnostics), attr)
		assert.Equal(t, want == "" && !strings.Contains(attr, "q:"), errorAt(doc, soap.Strict) == nil, attr)
	}
}

// TestNothingSecret: neither an error nor a diagnostic has the text of a value.
func TestNothingSecret(t *testing.T) {
	for name, doc := range quirks(t) {
		for _, level := range levels {
			secret := strings.ReplaceAll(strings.ReplaceAll(doc, "key-1", "s3cr3t&s3cr3t;\x01"), "caf", "s3cr3t")
			env, err := rpc.Parse([]byte(secret), rpc.Config{Level: level})
			said := fmt.Sprint(err)
			if env != nil {
				said += listed(env.Diagnostics)
			}
			if e, ok := errors.AsType[*soap.SyntaxError](err); !ok || !errors.Is(e, soap.ErrSyntax) {
				assert.NotContains(t, said, "s3cr3t", "%s at %s", name, level)
			}
		}
	}
}
