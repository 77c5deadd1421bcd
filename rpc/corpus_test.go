package rpc_test

// NOTE: 42 documents that other implementations were measured with: an Inform, 37
// variants of it with one deviation each, a long response, a fault and two
// TransferCompletes. Accepted means no error, the right serial number and the
// right number of parameters.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// corpusInform has ten parameters.
func corpusInform() string {
	in := goldenInform()
	in.DeviceID.SerialNumber = "SN0001"
	in.ParameterList = nil
	for i := range 10 {
		in.ParameterList = append(in.ParameterList, rpc.ParameterValue{
			Name: fmt.Sprintf("Device.X.%d", i), Value: rpc.StringValue(fmt.Sprint("value-", i)),
		})
	}
	b, err := rpc.NewEnvelope(rpc.V10, "1", in).Append(nil, rpc.Style{})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// swap changes one thing in a document. What is to be changed has to be there.
func swap(t *testing.T, doc string, oldNew ...string) string {
	t.Helper()
	for i := 0; i < len(oldNew); i += 2 {
		require.Contains(t, doc, oldNew[i])
		doc = strings.ReplaceAll(doc, oldNew[i], oldNew[i+1])
	}
	return doc
}

// without takes out what begins with one text and ends with another.
func without(t *testing.T, doc, from, to string) string {
	t.Helper()
	before, rest, ok := strings.Cut(doc, from)
	require.True(t, ok, from)
	_, after, ok := strings.Cut(rest, to)
	require.True(t, ok, to)
	return before + after
}

// variants are the Inform with one deviation each.
func variants(t *testing.T) map[string]string {
	doc := corpusInform()
	s := func(oldNew ...string) string { return swap(t, doc, oldNew...) }
	const cwmp10, decl = "urn:dslforum-org:cwmp-1-0", `<?xml version="1.0" encoding="UTF-8"?>`
	empty := func(name string) string {
		return without(t, s("<"+name+">", "<"+name+"></"+name+">@"), "@", "</"+name+">")
	}
	noNS := s(` xmlns:cwmp="`+cwmp10+`"`, "", "<cwmp:Inform>", `<cwmp:Inform xmlns:cwmp="`+cwmp10+`">`)
	return map[string]string{
		"no Header":               without(t, doc, "<soap-env:Header>", "</soap-env:Header>"),
		"empty Header":            without(t, s("<soap-env:Header>", "<soap-env:Header></soap-env:Header>@"), "@", "</soap-env:Header>"),
		"cwmp-1-2":                s("cwmp-1-0", "cwmp-1-2"),
		"cwmp-1-3":                s("cwmp-1-0", "cwmp-1-3"),
		"cwmp-1-4":                s("cwmp-1-0", "cwmp-1-4"),
		"unknown namespace":       s("cwmp-1-0", "cwmp-7-7"),
		"odd prefixes":            s("soap-env:", "q1:", ":soap-env", ":q1", "cwmp:I", "zz:I", "xmlns:cwmp", "xmlns:zz", "cwmp:P", "zz:P", "cwmp:E", "zz:E"),
		"single quotes":           s(`"`, "'"),
		"pretty print":            indent(doc),
		"byte order mark":         "\ufeff" + doc,
		"leading blank":           " \n" + doc,
		"comment":                 s("<cwmp:Inform>", "<!-- a --><cwmp:Inform><!-- b -->"),
		"namespace on the method": without(t, noNS, "<soap-env:Header>", "</soap-env:Header>"),
		"CDATA":                   s("value-3", "<![CDATA[value-3]]>"),
		"U+0002":                  s("value-3", "value\x02-3"),
		"NUL":                     s("value-3", "value\x00-3"),
		"invalid UTF-8":           s("value-3", "value-\xff\xfe3"),
		"ISO-8859-1":              s("UTF-8", "ISO-8859-1", "value-3", "valu\xe9-3"),
		"entity":                  s("value-3", "valu&eacute;-3"),
		"bare ampersand":          s("value-3", "value & 3"),
		"padded serial number":    s(">SN0001<", ">\n    SN0001\n  <"),
		"padded integers":         s("<RetryCount>2<", "<RetryCount> 2\n<", "<MaxEnvelopes>1<", "<MaxEnvelopes>\n1 <"),
		"no Value":                without(t, s("<Name>Device.X.3</Name><Value", "<Name>Device.X.3</Name>@<Value"), "@", "</Value>"),
		"no xsi:type":             s(` xsi:type="xsd:string"`, ""),
		"no arrayType":            strings.NewReplacer(` soap-enc:arrayType="cwmp:ParameterValueStruct[10]"`, "", ` soap-enc:arrayType="cwmp:EventStruct[2]"`, "").Replace(doc),
		"wrong count":             s("ParameterValueStruct[10]", "ParameterValueStruct[16]"),
		"empty CurrentTime":       empty("CurrentTime"),
		"time without zone":       s("05:05:06+01:00", "05:05:06"),
		"time of zeros":           s("2026-03-01T05:05:06+01:00", "0000-00-00T00:00:00"),
		"no RetryCount":           without(t, doc, "<RetryCount>", "</RetryCount>"),
		"empty RetryCount":        empty("RetryCount"),
		"no MaxEnvelopes":         without(t, doc, "<MaxEnvelopes>", "</MaxEnvelopes>"),
		"empty MaxEnvelopes":      empty("MaxEnvelopes"),
		"no ParameterList":        without(t, doc, "<ParameterList", "</ParameterList>"),
		"trailing NUL":            doc + "\x00",
		"no declaration":          s(decl, ""),
		"no ID":                   without(t, doc, "<cwmp:ID", "</cwmp:ID>"),
	}
}

func TestCorpus(t *testing.T) {
	all := variants(t)
	require.Len(t, all, 37)
	all["Inform"] = corpusInform()
	for name, doc := range all {
		env, err := requireSame(t, doc, rpc.Config{})
		require.NoError(t, err, name)
		in, ok := env.Message.(*rpc.Inform)
		require.True(t, ok, name)
		assert.Equal(t, "SN0001", in.DeviceID.SerialNumber, name)
		want := 10
		if name == "no ParameterList" {
			want = 0
		}
		assert.Len(t, in.ParameterList, want, name)
	}
	rest := []rpc.Message{benchValues(1000), goldenParameterFault(),
		&rpc.TransferComplete{CommandKey: "k", StartTime: rpc.UnknownTime, CompleteTime: rpc.UnknownTime},
		&rpc.TransferComplete{FaultStruct: rpc.TransferFault{FaultCode: 9010, FaultString: "timeout"}, StartTime: rpc.UnknownTime, CompleteTime: rpc.UnknownTime}}
	for _, m := range rest {
		assert.Equal(t, m, parse(t, encode(t, rpc.NewEnvelope(rpc.V10, "1", m))).Message)
	}
	assert.Equal(t, 42, len(all)+len(rest))
	bomb := swap(t, corpusInform(), "?>", `?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>`, "value-3", "&b;")
	_, err := rpc.Parse([]byte(bomb), rpc.Config{})
	assert.ErrorIs(t, err, soap.ErrDoctype)
}
