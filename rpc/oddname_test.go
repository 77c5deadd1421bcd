package rpc_test

// NOTE: elements in a namespace that is not theirs: what is meant all the same, what is
// somebody else's, and what each level makes of it.

import (
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An oddName is a piece of a document, its diagnostics, and Strict's error and the place
// of it.
type oddName struct {
	piece, codes string
	strict       error
	path         string
}

// requireOdd reads a document typed and as a Tree.
func (o oddName) requireOdd(t *testing.T, doc string) *rpc.Envelope {
	t.Helper()
	var got *rpc.Envelope
	for _, reg := range []rpc.Registry{rpc.Registry{}.Trees(), {}} {
		env, err := requireSame(t, doc, rpc.Config{Registry: reg})
		require.NoError(t, err, o.piece)
		require.Equal(t, o.codes, codesOf(env.Diagnostics), o.piece)
		_, err = rpc.Parse([]byte(doc), rpc.Config{Registry: reg, Level: soap.Strict})
		if o.strict == nil {
			require.NoError(t, err, o.piece)
		} else {
			requireValueError(t, err, o.strict, o.path, "")
		}
		got = env
	}
	return got
}

const goodID = `<cwmp:ID s:mustUnderstand="1">7</cwmp:ID>`

// TestOddHeaders: SOAP 1.1 section 4.2 has header elements in a namespace.
func TestOddHeaders(t *testing.T) {
	in := func(name string) string { return "/Envelope/Header/" + name }
	for _, o := range []oddName{
		{`<HoldRequests>1</HoldRequests>`, "header-namespace", rpc.HeaderNamespace, in("HoldRequests")},
		{`<Other>1</Other>`, "header-namespace", rpc.HeaderNamespace, in("Other")},
		{`<ID s:mustUnderstand="0">1</ID>`, "header-namespace", rpc.HeaderNamespace, in("ID")},
		{`<s:HoldRequests>1</s:HoldRequests>`, "header-namespace", rpc.HeaderNamespace, in("HoldRequests")},
		{`<xsd:SessionTimeout>1</xsd:SessionTimeout>`, "header-namespace", rpc.HeaderNamespace, in("SessionTimeout")},
		{`<HoldRequests s:mustUnderstand="1">1</HoldRequests>`, "header-namespace header-not-understood", rpc.HeaderNamespace, in("HoldRequests")},
		{`<x:HoldRequests xmlns:x="urn:x">1</x:HoldRequests>`, "", nil, ""},
		{`<x:HoldRequests xmlns:x="urn:x" s:mustUnderstand="1">1</x:HoldRequests>`, "header-not-understood", rpc.ErrMustUnderstand, in("HoldRequests")},
		{`<cwmp:Other>1</cwmp:Other>`, "", nil, ""},
	} {
		env := o.requireOdd(t, envelope(goodID+o.piece, "<cwmp:FactoryReset></cwmp:FactoryReset>"))
		assert.Equal(t, "7", env.ID, o.piece)
		assert.False(t, env.HoldRequests || env.HasSessionTimeout, o.piece)
		assert.Len(t, env.Header, 1, o.piece)
	}
}

// TestOddFaults: the CWMP Fault in a detail, whose other entries are anybody's (SOAP 1.1
// section 4.4).
func TestOddFaults(t *testing.T) {
	const path = "/Envelope/Body/Fault/detail/Fault"
	parts := "<FaultCode>9003</FaultCode><FaultString>no</FaultString>"
	in := func(uri string) string { return `<x:Fault xmlns:x="` + uri + `">` + parts + `</x:Fault>` }
	for _, o := range []oddName{
		{"<cwmp:Fault>" + parts + "</cwmp:Fault>", "", nil, ""},
		{in("urn:dslforum-org:cwmp-1-0"), "fault-namespace", rpc.FaultNamespace, path},
		{in("urn:dslforum-org:cwmp-1-4"), "fault-namespace", rpc.FaultNamespace, path},
		{in("http://schemas.xmlsoap.org/soap/envelope/"), "fault-namespace", rpc.FaultNamespace, path},
		{"<Fault>" + parts + "</Fault>", "fault-namespace", rpc.FaultNamespace, path},
		{`<x:Why xmlns:x="urn:x">text <x:b>more</x:b> text</x:Why><cwmp:Fault>` + parts + "</cwmp:Fault>", "", nil, ""},
		{`<cwmp:Fault>` + parts + `</cwmp:Fault><why>text <b>more</b> text</why>`, "", nil, ""},
	} {
		env := o.requireOdd(t, envelope(goodID, "<s:Fault><faultcode>Client</faultcode><faultstring>s</faultstring><detail>"+o.piece+"</detail></s:Fault>"))
		assert.Equal(t, &rpc.Fault{FaultCode: 9003, FaultString: "no", SOAPCode: "Client", SOAPText: "s"}, env.Message, o.piece)
		assert.Equal(t, rpc.V12, env.Version, o.piece)
	}
	oddName{"no ID", "odd-namespace no-header", rpc.OddNamespace, path}.requireOdd(t, strings.Replace(envelope("", "<s:Fault><faultcode>Client</faultcode><faultstring>s</faultstring><detail>"+in("urn:dslforum-org:cwmp-1-4")+"</detail></s:Fault>"), "<s:Header></s:Header>", "", 1))
}

// TestVendorDetails: what a vendor puts into a detail is kept, and nothing of it is
// taken for CWMP's.
func TestVendorDetails(t *testing.T) {
	for _, detail := range []string{
		`<x:Fault xmlns:x="urn:x"><FaultCode>9003</FaultCode></x:Fault>`,
		`<x:Why xmlns:x="urn:x">text <FaultCode>9003</FaultCode> text</x:Why>`,
		`<x:FaultCode xmlns:x="urn:x">9003</x:FaultCode>`,
		`<x:FaultString xmlns:x="urn:x">a<b>c</b>d</x:FaultString>`,
	} {
		o := oddName{detail, "", nil, ""}
		env := o.requireOdd(t, envelope(goodID, "<s:Fault><faultcode>Client</faultcode><faultstring>s</faultstring><detail>"+detail+"</detail></s:Fault>"))
		assert.Equal(t, &rpc.Fault{SOAPCode: "Client", SOAPText: "s"}, env.Message, detail)
		require.Len(t, env.Unknown, 1, detail)
		assert.Equal(t, detail, string(env.Unknown[0].Raw.XML))
	}
	deep := strings.Repeat("<a>", 20) + "text" + strings.Repeat("</a>", 20) + "<cwmp:Fault><FaultCode>9001</FaultCode></cwmp:Fault>"
	assert.Equal(t, rpc.FaultCode(9001), parseAs[*rpc.Fault](t, envelope(goodID, "<s:Fault><detail>"+deep+"</detail></s:Fault>")).FaultCode)
}

// TestVendorRows: a vendor's element in a list or in an entry of one is the vendor's,
// whatever its local name; in another namespace of ours it is what it says.
func TestVendorRows(t *testing.T) {
	const list = "/Envelope/Body/GetParameterValuesResponse/ParameterList/"
	name, value := "<Name>a</Name>", `<Value xsi:type="xsd:string">b</Value>`
	row := "<ParameterValueStruct>" + name + value + "</ParameterValueStruct>"
	vendor := func(el string) string {
		tag, _, _ := strings.Cut(el[1:], ">")
		tag, _, _ = strings.Cut(tag, " ")
		return strings.Replace(`<x:`+el[1:len(el)-len(tag)-3]+`</x:`+tag+`>`, "x:"+tag, "x:"+tag+` xmlns:x="urn:x"`, 1)
	}
	unknown := "unknown-element"
	for _, o := range []oddName{
		{row, "", nil, ""},
		{vendor(row) + row, unknown, rpc.UnknownElement, list + "ParameterValueStruct"},
		{row + vendor("<Extra>1</Extra>"), unknown, rpc.UnknownElement, list + "Extra"},
		{"<ParameterValueStruct>" + vendor("<Name>v</Name>") + name + value + "</ParameterValueStruct>", unknown, rpc.UnknownElement, list + "ParameterValueStruct/Name"},
		{"<ParameterValueStruct>" + name + value + vendor(strings.Replace(value, ">b", ">v", 1)) + "</ParameterValueStruct>", unknown, rpc.UnknownElement, list + "ParameterValueStruct/Value"},
		{"<cwmp:ParameterValueStruct>" + name + value + "</cwmp:ParameterValueStruct>", "qualified-element", rpc.QualifiedElement, list + "ParameterValueStruct"},
		{"<ParameterValueStruct><cwmp:Name>a</cwmp:Name>" + value + "</ParameterValueStruct>", "qualified-element", rpc.QualifiedElement, list + "ParameterValueStruct/Name"},
	} {
		doc := message("GetParameterValuesResponse", `<ParameterList e:arrayType="cwmp:ParameterValueStruct[1]">`+o.piece+`</ParameterList>`)
		env := o.requireOdd(t, doc)
		assert.Equal(t, []rpc.ParameterValue{{Name: "a", Value: rpc.StringValue("b")}}, env.Message.(*rpc.GetParameterValuesResponse).ParameterList, o.piece)
		assert.Len(t, env.Unknown, strings.Count(o.codes, unknown), o.piece)
		var streamed []rpc.ParameterValue
		for p, err := range rpc.Stream(strings.NewReader(doc), rpc.Config{}, nil) {
			require.NoError(t, err, o.piece)
			streamed = append(streamed, p.Value())
		}
		assert.Equal(t, []rpc.ParameterValue{{Name: "a", Value: rpc.StringValue("b")}}, streamed, o.piece)
	}
}

// TestVendorRowsLong: it is so in every row of a long list, among rows that are known.
func TestVendorRowsLong(t *testing.T) {
	for _, spoiled := range []string{
		`<x:ParameterValueStruct xmlns:x="urn:x"><Name>v</Name><Value xsi:type="xsd:string">w</Value></x:ParameterValueStruct>`,
		`<x:Row xmlns:x="urn:x"><ParameterValueStruct><Name>v</Name></ParameterValueStruct></x:Row>`,
	} {
		want, rows := &rpc.GetParameterValuesResponse{}, ""
		for range 40 {
			rows += `<ParameterValueStruct><Name>a</Name><Value xsi:type="xsd:string">b</Value></ParameterValueStruct>` + spoiled
			want.ParameterList = append(want.ParameterList, rpc.ParameterValue{Name: "a", Value: rpc.StringValue("b")})
		}
		env, err := requireSame(t, message("GetParameterValuesResponse", `<ParameterList e:arrayType="cwmp:ParameterValueStruct[40]">`+rows+`</ParameterList>`), rpc.Config{})
		require.NoError(t, err)
		assert.Equal(t, want, env.Message)
		assert.Len(t, env.Diagnostics, 40)
		assert.Len(t, env.Unknown, 16)
	}
}

// TestVendorItems has the other lists, and an argument of a message.
func TestVendorItems(t *testing.T) {
	for method, o := range map[string]oddName{
		"GetParameterValues": {`<ParameterNames e:arrayType="xsd:string[1]"><x:string xmlns:x="urn:x"><string>theirs</string></x:string><string>a</string></ParameterNames>`, "unknown-element", rpc.UnknownElement, "/ParameterNames/string"},
		"SetVouchers":        {`<VoucherList e:arrayType="e:base64[1]"><base64>AP8=</base64><x:base64 xmlns:x="urn:x">theirs*</x:base64></VoucherList>`, "unknown-element", rpc.UnknownElement, "/VoucherList/base64"},
		"ChangeDUState":      {`<x:Operations xmlns:x="urn:x"><URL>theirs</URL></x:Operations><Operations xsi:type="cwmp:UpdateOpStruct"></Operations><CommandKey></CommandKey>`, "unknown-element", rpc.UnknownElement, "/Operations"},
		"Reboot":             {`<CommandKey>k</CommandKey><x:CommandKey xmlns:x="urn:x">theirs</x:CommandKey>`, "unknown-element", rpc.UnknownElement, "/CommandKey"},
		"DownloadResponse":   {`<Status>0</Status><StartTime>2026-01-01T00:00:00Z</StartTime><CompleteTime xmlns="urn:dslforum-org:cwmp-1-2">2026-01-01T00:00:00Z</CompleteTime>`, "qualified-element", rpc.QualifiedElement, "/CompleteTime"},
	} {
		o.path = "/Envelope/Body/" + method + o.path
		env := o.requireOdd(t, message(method, o.piece))
		assert.NotContains(t, outline(quiet(env)), "theirs", method)
	}
	lists := message("GetParameterValues", `<ParameterNames e:arrayType="xsd:string[2]">`+strings.Repeat(`<x:a xmlns:x="urn:x"><string>v</string></x:a>`, 20)+`<string>a<x:string xmlns:x="urn:x">v</x:string></string><string>b</string></ParameterNames>`)
	assert.Equal(t, []string{"a", "b"}, parseAs[*rpc.GetParameterValues](t, lists).ParameterNames)
}

// An ownPing is a vendor's message with an array and an element in CWMP's namespace.
type ownPing struct {
	Names []string
	Own   pingPart
}

func (*ownPing) Method() string        { return "X_ACME_Own" }
func (*ownPing) NewResponse() *ownPing { return new(ownPing) }
func (m *ownPing) Fields(c *rpc.Codec) {
	c.Strings("Names", &m.Names, 0)
	c.Qualified("Own", &m.Own)
}

type pingPart struct{ Count uint32 }

func (p *pingPart) Fields(c *rpc.Codec) { c.Uint("Count", &p.Count) }

// TestVendorAtHome: in a message of a vendor's own, the vendor's elements are at home,
// and what has to be in CWMP's namespace is not said to be odd.
func TestVendorAtHome(t *testing.T) {
	reg := rpc.Registry{}.With(rpc.Pair[ownPing, ownPing](rpc.ToCPE, rpc.V10, 0))
	want := &ownPing{Names: []string{"a"}, Own: pingPart{Count: 3}}
	for _, r := range []rpc.Registry{reg, reg.Trees()} {
		env, err := rpc.Parse([]byte(encode(t, rpc.NewEnvelope(rpc.V12, "1", want))), rpc.Config{Registry: r, Level: soap.Strict})
		require.NoError(t, err)
		require.Equal(t, encode(t, rpc.NewEnvelope(rpc.V12, "1", want)), encode(t, env))
	}
	doc := envelope(goodID, `<x:X_ACME_Own xmlns:x="urn:acme"><x:Names e:arrayType="xsd:string[1]"><x:string>a</x:string></x:Names><cwmp:Own><x:Count>3</x:Count></cwmp:Own></x:X_ACME_Own>`)
	env, err := requireSame(t, doc, rpc.Config{Registry: reg})
	require.NoError(t, err)
	assert.Equal(t, want, env.Message)
	assert.Equal(t, "qualified-element", codesOf(env.Diagnostics))
}
