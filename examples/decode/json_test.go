package main

// NOTE: the lines of -json, statement by statement, and every message against what
// etree finds in the same document.

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// line runs the program with -json on one document and gives its line.
func line(t *testing.T, doc string, args ...string) string {
	t.Helper()
	_, stdout, stderr := play(t, doc, append(append([]string{"-json"}, args...), "-")...)
	require.Empty(t, stderr)
	require.Equal(t, 1, strings.Count(stdout, "\n"), stdout)
	require.True(t, json.Valid([]byte(stdout)), stdout)
	return stdout
}

// member gives a member of a line as JSON.
func member(t *testing.T, line, name string) string {
	t.Helper()
	var o map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(line), &o))
	return string(o[name])
}

// body is the message of a line.
func body(t *testing.T, doc string) string { return member(t, line(t, doc), "message") }

func TestLine(t *testing.T) {
	doc := inform("<RetryCount>x</RetryCount>")
	at := strings.Index(doc, "x</")
	got := line(t, doc)
	assert.Regexp(t, `^\{"file":"-","method":"Inform","id":"7","version":"1.0","diagnostics":\[\{"code":"bad-number","offset":`+
		strconv.Itoa(at)+`,"path":"/Envelope/Body/Inform/RetryCount","detail":""\},.*\],"message":\{"RetryCount":"x"\}\}\n$`, got)

	got = line(t, doc, "-level", "standard")
	assert.Equal(t, fmt.Sprintf(`{"file":"-","error":"not an integer of this element's range","offset":%d,"path":"/Envelope/Body/Inform/RetryCount"}`+"\n", at), got)
	assert.Equal(t, `{"file":"-","error":"malformed XML: \"x\" outside the root element","offset":5,"path":""}`+"\n", line(t, "     x"))
	assert.Equal(t, `{"file":"-","error":"not a SOAP 1.1 envelope","offset":1,"path":"/a"}`+"\n", line(t, "\n<a/>"))
	assert.Equal(t, `"open none: no such file or directory"`, func() string {
		_, stdout, _ := play(t, "", "-json", "none")
		return member(t, stdout, "error")
	}())
}

// TestEmpty: white space, and a Body without an element.
func TestEmpty(t *testing.T) {
	const nothing = `{"file":"-","method":"","id":null,"version":"","diagnostics":[],"message":null}` + "\n"
	for _, doc := range []string{"", " ", "\r\n\t \n"} {
		for _, level := range []string{"tolerant", "standard", "strict"} {
			assert.Equal(t, nothing, line(t, doc, "-level", level), "%q", doc)
		}
	}
	got := line(t, envelope("urn:dslforum-org:cwmp-1-1", "<c:ID e:mustUnderstand='1'> a </c:ID>", " "))
	assert.Equal(t, `""`, member(t, got, "method"))
	assert.Equal(t, "null", member(t, got, "message"))
	assert.Equal(t, `" a "`, member(t, got, "id"), "raw")
	assert.Equal(t, `"1.1"`, member(t, got, "version"))
	assert.Contains(t, member(t, got, "diagnostics"), `"empty-body"`)
	assert.NotEmpty(t, member(t, line(t, "<!-- nothing -->"), "error"), "a comment is no white space")
}

// TestIdentifier: absent and empty differ.
func TestIdentifier(t *testing.T) {
	for header, want := range map[string]string{
		"": "null", "<c:ID e:mustUnderstand='1'/>": `""`, "<c:ID e:mustUnderstand='1'>&lt;\n1&amp;</c:ID>": `"<\n1&"`,
	} {
		assert.Equal(t, want, member(t, line(t, envelope("urn:dslforum-org:cwmp-1-0", header, "<c:Inform/>")), "id"), header)
	}
}

func TestVersion(t *testing.T) {
	const prefix = "urn:dslforum-org:cwmp-1-"
	for _, row := range []struct{ uri, header, method, want string }{
		{prefix + "0", "", "Inform", "1.0"}, {prefix + "1", "", "Inform", "1.1"}, {prefix + "2", "", "Inform", "1.2"},
		{prefix + "3", "", "Inform", "1.3"}, {prefix + "4", "", "Inform", "1.4"}, {prefix + "9", "", "Inform", ""},
		{"urn:acme", "", "Inform", ""},
		{prefix + "2", "<c:SessionTimeout>60</c:SessionTimeout>", "Inform", "1.3"},
		{prefix + "2", "<c:SupportedCWMPVersions>1.0,1.4,1.2</c:SupportedCWMPVersions>", "Inform", "1.4"},
		{prefix + "2", "<c:UseCWMPVersion e:mustUnderstand='1'>1.3</c:UseCWMPVersion>", "InformResponse", "1.3"},
		{prefix + "0", "<c:SessionTimeout>60</c:SessionTimeout>", "Inform", "1.0"},
	} {
		got := line(t, envelope(row.uri, row.header, "<c:"+row.method+"/>"))
		assert.Equal(t, strconv.Quote(row.want), member(t, got, "version"), row)
	}
	assert.Equal(t, `""`, member(t, line(t, envelope("urn:acme", "", "<e:Fault/>")), "version"))
}

// TestMethod: the body's element names it.
func TestMethod(t *testing.T) {
	for body, want := range map[string]string{
		"<c:Reboot/>": "Reboot", "<c:RebootResponse/>": "RebootResponse", "<e:Fault/>": "Fault",
		"<c:X_ACME_Ping/>": "X_ACME_Ping", "<x:Reboot xmlns:x='urn:acme'/>": "Reboot", "": "", "<c:Reboot/><c:Inform/>": "Reboot",
	} {
		assert.Equal(t, strconv.Quote(want), member(t, line(t, envelope("urn:dslforum-org:cwmp-1-0", "", body)), "method"), body)
	}
}

func TestVendor(t *testing.T) {
	const xml = `<c:X_ACME_Ping><Host a="&lt;">h</Host><!-- c --></c:X_ACME_Ping>`
	var m map[string]string
	require.NoError(t, json.Unmarshal([]byte(body(t, envelope("urn:dslforum-org:cwmp-1-0", "", xml))), &m))
	assert.Equal(t, map[string]string{"xml": xml}, m)
	assert.Equal(t, `{"xml":"<x:Reboot xmlns:x='urn:acme'/>"}`, body(t, envelope("urn:dslforum-org:cwmp-1-0", "", "<x:Reboot xmlns:x='urn:acme'/>")))
	bad := "<c:X>\xFF</c:X>"
	assert.Equal(t, `{"xmlBase64":"`+base64.StdEncoding.EncodeToString([]byte(bad))+`"}`, body(t, envelope("urn:dslforum-org:cwmp-1-0", "", bad)))
}

// TestValues: exactly, with the raw type.
func TestValues(t *testing.T) {
	for value, want := range map[string]string{
		`<Value xsi:type="xsd:string"> a&#13;&lt;b&gt; </Value>`:    `"Type":"xsd:string","Value":" a\r<b> "`,
		`<Value xsi:type="xsd:int">007</Value>`:                     `"Type":"xsd:int","Value":"007"`,
		`<Value xsi:type="xsd:boolean">TRUE</Value>`:                `"Type":"xsd:boolean","Value":"TRUE"`,
		`<Value xsi:type=" odd:thing ">x</Value>`:                   `"Type":" odd:thing ","Value":"x"`,
		`<Value xsi:type="">x</Value>`:                              `"Type":"","Value":"x"`,
		`<Value>x</Value>`:                                          `"Value":"x"`,
		`<Value/>`:                                                  `"Value":""`,
		"<Value xsi:type='xsd:string'>\xE9</Value>":                 `"Type":"xsd:string","valueBase64":"6Q=="`,
		"<Value xsi:type='xsd:string'>a\x00\u00e9</Value>":          `"Type":"xsd:string","Value":"a\u0000é"`,
		"<Value xsi:type='xsd:string'>\xED\xA0\x80\u2028</Value>":   `"Type":"xsd:string","valueBase64":"7aCA4oCo"`,
		"<Value xsi:type='x\xE9'>v</Value>":                         `"typeBase64":"eOk=","Value":"v"`,
		`<Value xsi:type="xsd:dateTime"> 0000-00-00 </Value>`:       `"Type":"xsd:dateTime","Value":" 0000-00-00 "`,
		`<Value xsi:type="xsd:string"><![CDATA[<a>]]><b/>c</Value>`: `"Type":"xsd:string","Value":"<a>c"`,
		``: ``,
	} {
		got := body(t, inform("<ParameterList><P><Name>N</Name>"+value+"</P></ParameterList>"))
		assert.Equal(t, `{"ParameterList":[{"Name":"N"`+strings.TrimSuffix(","+want, ",")+`}]}`, got, "%q", value)
	}
}

// TestLeaves: a text that does not parse is its raw string.
func TestLeaves(t *testing.T) {
	for _, row := range []struct{ method, in, want string }{
		{"Inform", "<RetryCount> 05 </RetryCount>", `{"RetryCount":5}`},
		{"Inform", "<RetryCount>4294967295</RetryCount>", `{"RetryCount":4294967295}`},
		{"Inform", "<RetryCount>4294967296</RetryCount>", `{"RetryCount":"4294967296"}`},
		{"Inform", "<RetryCount>-1</RetryCount>", `{"RetryCount":"-1"}`},
		{"Inform", "<RetryCount> 1 2 </RetryCount>", `{"RetryCount":" 1 2 "}`},
		{"Inform", "<RetryCount></RetryCount>", `{"RetryCount":""}`},
		{"Inform", "<RetryCount>\xFF</RetryCount>", `{"retryCountBase64":"/w=="}`},
		{"Inform", "<CurrentTime>2026-01-01T00:00:00</CurrentTime>", `{"CurrentTime":"2026-01-01T00:00:00"}`},
		{"Inform", "<CurrentTime> then </CurrentTime>", `{"CurrentTime":" then "}`},
		{"Inform", "<CurrentTime/>", `{"CurrentTime":""}`},
		{"Inform", "<RetryCount>2</RetryCount><MaxEnvelopes>1</MaxEnvelopes><X>y</X>", `{"MaxEnvelopes":1,"RetryCount":2}`},
		{"SetParameterValuesResponse", "<Status>-2147483648</Status>", `{"Status":-2147483648}`},
		{"SetParameterValuesResponse", "<Status>2147483648</Status>", `{"Status":"2147483648"}`},
		{"GetParameterNames", "<ParameterPath/><NextLevel>1</NextLevel>", `{"ParameterPath":"","NextLevel":true}`},
		{"GetParameterNames", "<NextLevel> false </NextLevel>", `{"NextLevel":false}`},
		{"GetParameterNames", "<NextLevel>yes</NextLevel>", `{"NextLevel":"yes"}`},
		{"GetParameterNames", "<NextLevel/>", `{"NextLevel":""}`},
		{"GetParameterValues", "<ParameterNames><string>a.</string><string/></ParameterNames>", `{"ParameterNames":["a.",""]}`},
		{"GetParameterValues", "<ParameterNames/>", `{"ParameterNames":[]}`},
		{"GetParameterValues", "<string>bare</string>", `{"ParameterNames":["bare"]}`},
		{"GetParameterValues", "<ParameterNames><string>\xFF</string></ParameterNames>", `{"ParameterNames":[{"base64":"/w=="}]}`},
		{"GetParameterValues", "", `{}`},
		{"SetVouchers", "<VoucherList><base64>aGk=</base64></VoucherList>", `{"VoucherList":["aGk="]}`},
		{"ChangeDUState", "<Operations xsi:type='c:InstallOpStruct'><URL>u</URL></Operations><Operations/>", `{"Operations":[{"Type":"c:InstallOpStruct","URL":"u"},{}]}`},
		{"SetParameterAttributes", "<ParameterList><s><Name>n</Name><AccessList><string>Subscriber</string></AccessList></s></ParameterList>",
			`{"ParameterList":[{"Name":"n","AccessList":["Subscriber"]}]}`},
	} {
		assert.Equal(t, row.want, body(t, inCWMP("urn:dslforum-org:cwmp-1-2", row.method, row.in)), row.in)
	}
}

func TestFault(t *testing.T) {
	param := "<SetParameterValuesFault><ParameterName>%s</ParameterName><FaultCode>%s</FaultCode></SetParameterValuesFault>"
	list := fmt.Sprintf(param, "a", "9005") + fmt.Sprintf(param, "b", "none")
	for body_, want := range map[string]string{
		"<faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail><c:Fault><FaultCode>9003</FaultCode><FaultString>Bad</FaultString>" + list + "</c:Fault></detail>": `{"faultcode":"Client","faultstring":"CWMP fault","FaultCode":9003,"FaultString":"Bad","SetParameterValuesFault":[` +
			`{"ParameterName":"a","FaultCode":9005},{"ParameterName":"b","FaultCode":"none"}]}`,
		"<faultcode>e:VersionMismatch</faultcode><faultstring/>":                               `{"faultcode":"e:VersionMismatch","faultstring":""}`,
		"<detail><c:Fault><FaultCode>x</FaultCode></c:Fault></detail>":                         `{"FaultCode":"x"}`,
		"<detail><c:Fault><FaultCode>0</FaultCode><FaultString/></c:Fault></detail>":           `{"FaultCode":0,"FaultString":""}`,
		"<detail><c:Fault><FaultCode/></c:Fault></detail>":                                     `{"FaultCode":""}`,
		"<detail><FaultCode>9001</FaultCode></detail>":                                         `{"FaultCode":9001}`,
		"<faultcode>Server</faultcode><FaultCode>9002</FaultCode><FaultString>s</FaultString>": `{"faultcode":"Server","FaultCode":9002,"FaultString":"s"}`,
		"":                                `{}`,
		"<faultstring>\xFF</faultstring>": `{"faultstringBase64":"/w=="}`,
	} {
		doc := envelope("urn:dslforum-org:cwmp-1-0", "<c:FaultCode>1</c:FaultCode>", "<e:Fault>"+body_+"</e:Fault><c:X><FaultCode>2</FaultCode></c:X>")
		assert.Equal(t, want, body(t, doc), body_)
	}
}

// TestOffsets: bytes of the file, whatever its encoding.
func TestOffsets(t *testing.T) {
	fields := "<ParameterList><P><Name>\xE9\xE9</Name><Value xsi:type='xsd:string'>\xE9</Value></P></ParameterList>\n\xE9<RetryCount>x</RetryCount>"
	for decl, odd := range map[string]int{"": 0, "<?xml version='1.0' encoding='ISO-8859-1'?>\n": 1, "<?xml version='1.0' encoding='utf8'?>\n": 0} {
		doc := decl + inform(fields)
		if odd == 0 {
			doc = strings.ReplaceAll(doc, "\xE9", "\u00e9")
		}
		at := strings.Index(doc, "x</Retry")
		got := member(t, line(t, doc), "diagnostics")
		assert.Contains(t, got, fmt.Sprintf(`{"code":"bad-number","offset":%d,`, at), decl)
		_, outline, _ := play(t, doc, "-")
		row, column := strings.Count(doc[:at], "\n")+1, at-strings.LastIndex(doc[:at], "\n")
		assert.Contains(t, outline, fmt.Sprintf("    %d:%d /Envelope/Body/Inform/RetryCount: bad-number\n", row, column), decl)
	}
}

// TestManyDiagnostics: they are bounded, and the rest is counted.
func TestManyDiagnostics(t *testing.T) {
	doc := inform("<ParameterList>" + strings.Repeat("\n<P><Name>n</Name><Value>v</Value></P>", 1200) + "</ParameterList>")
	got := line(t, doc)
	var list []json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(member(t, got, "diagnostics")), &list))
	assert.Len(t, list, 1000)
	more, err := strconv.Atoi(member(t, got, "moreDiagnostics"))
	require.NoError(t, err)
	assert.Greater(t, more, 1400)
	_, outline, _ := play(t, doc, "-")
	assert.Contains(t, outline, fmt.Sprintf("\n    and %d more\n", more))
}

// TestEtree holds every golden message and every capture against etree.
func TestEtree(t *testing.T) {
	files, err := filepath.Glob(messages + "*.xml")
	require.NoError(t, err)
	captures, err := filepath.Glob("../../../shared/captures/*.xml")
	require.NoError(t, err)
	compared := 0
	for _, file := range append(files, captures...) {
		status, stdout, _ := play(t, "", "-json", file)
		require.Equal(t, exitOK, status, file)
		if strings.Contains(file, "Fault") || strings.Contains(stdout, `"xml":`) {
			continue // flat, and raw
		}
		tree := etree.NewDocument()
		require.NoError(t, tree.ReadFromFile(file))
		want := tree.FindElement("/Envelope/Body").ChildElements()[0]
		require.Equal(t, strconv.Quote(want.Tag), member(t, stdout, "method"), file)
		var got any
		require.NoError(t, json.Unmarshal([]byte(member(t, stdout, "message")), &got))
		requireElement(t, file, want, got)
		compared++
	}
	assert.GreaterOrEqual(t, compared, 54)
}

// requireElement compares what an element holds with JSON.
func requireElement(t *testing.T, at string, el *etree.Element, got any) {
	t.Helper()
	at += "/" + el.Tag
	children := el.ChildElements()
	switch got := got.(type) {
	case map[string]any:
		requireObject(t, at, el, got)
	case []any:
		require.Len(t, got, len(children), at)
		for i, child := range children {
			requireElement(t, at, child, got[i])
		}
	case string:
		if text := el.Text(); text != got {
			require.Equal(t, strings.TrimSpace(text), got, at)
			require.Contains(t, []string{"Name", "string"}, el.Tag, "the text of all else is as it was")
		}
	case float64:
		n, err := strconv.ParseFloat(strings.TrimSpace(el.Text()), 64)
		require.NoError(t, err, at)
		require.Equal(t, n, got, at)
	case bool:
		require.Contains(t, map[bool][]string{true: {"1", "true"}, false: {"0", "false"}}[got], el.Text(), at)
	default:
		require.Fail(t, "unexpected", "%s: %T", at, got)
	}
}

// requireObject: every child is a member, and every member a child.
func requireObject(t *testing.T, at string, el *etree.Element, got map[string]any) {
	t.Helper()
	tags := map[string][]*etree.Element{}
	for _, child := range el.ChildElements() {
		tags[child.Tag] = append(tags[child.Tag], child)
	}
	typed := el.SelectAttr("xsi:type")
	if value := tags["Value"]; value != nil {
		typed = value[0].SelectAttr("xsi:type")
	}
	if typed != nil {
		require.Equal(t, typed.Value, got["Type"], at)
	}
	for name, v := range got {
		if name == "Type" {
			continue
		}
		list, isList := v.([]any)
		require.NotEmpty(t, tags[name], "%s/%s", at, name)
		if isList && slices.Contains([]string{"Operations", "Results"}, name) { // repeated, without an array around
			require.Len(t, list, len(tags[name]), at)
			for i, child := range tags[name] {
				requireElement(t, at, child, list[i])
			}
			continue
		}
		require.Len(t, tags[name], 1, at)
		requireElement(t, at, tags[name][0], v)
	}
	for tag := range tags {
		require.Contains(t, got, tag, at)
	}
}

// TestGolden compares the lines of all documents with deviations with a file.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob(quirks + "*.xml")
	require.NoError(t, err)
	_, stdout, stderr := play(t, "", append([]string{"-json"}, files...)...)
	require.Empty(t, stderr)
	sameAsFile(t, "testdata/quirks.jsonl", stdout)
	for level, name := range map[string]string{"standard": "testdata/standard.jsonl", "strict": "testdata/strict.jsonl"} {
		_, stdout, _ := play(t, "", append([]string{"-json", "-level", level}, files...)...)
		var refused strings.Builder
		for line := range strings.Lines(stdout) {
			if strings.Contains(line, `"error":`) {
				refused.WriteString(line)
			}
		}
		sameAsFile(t, name, refused.String())
	}
}

func sameAsFile(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o666))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}
