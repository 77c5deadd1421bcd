package rpc_test

// NOTE: the envelope around a message: namespaces and versions, the header,
// what is refused, and what a Style changes.

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVersions(t *testing.T) {
	for uri, want := range map[string]rpc.Version{
		"urn:dslforum-org:cwmp-1-0": rpc.V10,
		"urn:dslforum-org:cwmp-1-1": rpc.V11,
		"urn:dslforum-org:cwmp-1-2": rpc.V12,
		"urn:dslforum-org:cwmp-1-3": rpc.V13,
		"urn:dslforum-org:cwmp-1-4": rpc.V14,
	} {
		for _, header := range []string{"", "<cwmp:ID>1</cwmp:ID>"} {
			env := parse(t, envelopeIn(uri, header, "<cwmp:Reboot><CommandKey>k</CommandKey></cwmp:Reboot>"))
			assert.Equal(t, want, env.Version, uri)
			assert.Equal(t, &rpc.Reboot{CommandKey: "k"}, env.Message, uri)
		}
		fault := "<s:Fault><detail><cwmp:Fault><FaultCode>9001</FaultCode></cwmp:Fault></detail></s:Fault>"
		assert.Equal(t, want, parse(t, envelopeIn(uri, "", fault)).Version, "a fault's detail in %s", uri)
		assert.Equal(t, want, parse(t, envelopeIn(uri, "<cwmp:ID>1</cwmp:ID>", "<s:Fault></s:Fault>")).Version, "a fault's ID in %s", uri)
	}
	assert.Zero(t, parse(t, envelopeIn("urn:other", "", "<cwmp:Reboot></cwmp:Reboot>")).Version)
}

func TestVersionWritten(t *testing.T) {
	for v, want := range map[rpc.Version]string{
		0: "cwmp-1-2", rpc.V10: "cwmp-1-0", rpc.V11: "cwmp-1-1", rpc.V12: "cwmp-1-2", rpc.V13: "cwmp-1-2", rpc.V14: "cwmp-1-2", 99: "cwmp-1-2",
	} {
		doc := encode(t, rpc.NewEnvelope(v, "1", &rpc.Reboot{}))
		assert.Contains(t, doc, `xmlns:cwmp="urn:dslforum-org:`+want+`"`)
		assert.Equal(t, 1, strings.Count(doc, "urn:dslforum-org"))
	}
	assert.Equal(t, []string{"", "1.0", "1.4", ""}, []string{rpc.Version(0).String(), rpc.V10.String(), rpc.V14.String(), rpc.Version(9).String()})
}

func TestPrefixes(t *testing.T) {
	doc := `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Header><q:ID xmlns:q="urn:dslforum-org:cwmp-1-1">` +
		`a</q:ID></Header><Body><Inform xmlns="urn:dslforum-org:cwmp-1-1"><DeviceId xmlns=""><OUI>00D09E</OUI></DeviceId>` +
		`<z:RetryCount xmlns:z="urn:z">3</z:RetryCount></Inform></Body></Envelope>`
	env := parse(t, doc)
	assert.Equal(t, rpc.V11, env.Version)
	assert.Equal(t, "a", env.ID)
	assert.Equal(t, &rpc.Inform{DeviceID: rpc.DeviceID{OUI: "00D09E"}, RetryCount: 3}, env.Message)
}

func TestID(t *testing.T) {
	for element, want := range map[string]string{
		"<cwmp:ID>1</cwmp:ID>":                                 "1",
		"<cwmp:ID s:mustUnderstand='true'> a&amp;b </cwmp:ID>": " a&b ",
		"<cwmp:ID></cwmp:ID>":                                  "",
		"<cwmp:ID/>":                                           "",
		"<cwmp:ID><![CDATA[<x>]]></cwmp:ID>":                   "<x>",
	} {
		env := parse(t, envelope(element, "<cwmp:Reboot/>"))
		assert.True(t, env.HasID, element)
		assert.Equal(t, want, env.ID, element)
		answer := parse(t, encode(t, rpc.NewEnvelope(env.Version, env.ID, &rpc.RebootResponse{})))
		assert.Equal(t, want, answer.ID, "echo")
	}
	env := parse(t, envelope("<ID>1</ID>", "<cwmp:Reboot/>"))
	assert.False(t, env.HasID, "an ID in no namespace is another header element")
	assert.Len(t, env.Header, 1)
}

func TestHoldRequests(t *testing.T) {
	for text, want := range map[string]bool{"1": true, " true\n": true, "TRUE": true, "0": false, "": false, "false": false} {
		env := parse(t, envelope("<cwmp:HoldRequests>"+text+"</cwmp:HoldRequests>", "<cwmp:Reboot/>"))
		assert.Equal(t, want, env.HoldRequests, "%q", text)
	}
	_, err := rpc.Parse([]byte(envelope("<cwmp:HoldRequests>on</cwmp:HoldRequests>", "<cwmp:Reboot/>")), standard)
	require.ErrorIs(t, err, rpc.ErrBoolean)
}

func TestShapes(t *testing.T) {
	for name, doc := range map[string]string{
		"no header":       `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>`,
		"empty header":    envelope("", ""),
		"white space":     "\ufeff" + envelope(" \n", " \n") + " \n",
		"body before":     `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/><s:Header/></s:Envelope>`,
		"something else":  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><x/><s:Body/><Body/></s:Envelope>`,
		"comment and PI":  `<?a b?><!-- c -->` + envelope("<!-- d -->", "<?e f?>") + `<!-- g -->`,
		"text in between": envelope("text", "text"),
	} {
		env, err := requireSame(t, doc, rpc.Config{})
		require.NoError(t, err, name)
		assert.Nil(t, env.Message, name)
		assert.Empty(t, env.Header, name)
	}
	env := parse(t, envelope("", "<cwmp:Reboot/><cwmp:Inform/>"))
	assert.Equal(t, &rpc.Reboot{}, env.Message, "the first of two messages")
}

// refused are documents that are no CWMP envelope, or no XML.
var refused = []struct {
	name string
	doc  string
	want error
	path string
}{
	{"nothing", "", soap.ErrEmpty, ""},
	{"white space", " \r\n", soap.ErrEmpty, ""},
	{"text", "busy", soap.ErrSyntax, ""},
	{"HTML", "<html><body>401</body></html>", rpc.ErrNotEnvelope, "/html"},
	{"HTML with DOCTYPE", "<!DOCTYPE html><html></html>", soap.ErrDoctype, ""},
	{"HTML as people write it", "<html><br></html>", rpc.ErrNotEnvelope, "/html"},
	{"entities", `<!DOCTYPE x [<!ENTITY a "b">]>` + envelope("", ""), soap.ErrDoctype, ""},
	{"SOAP 1.2", `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>`, rpc.ErrNotEnvelope, "/Envelope"},
	{"no namespace", `<Envelope><Body/></Envelope>`, rpc.ErrNotEnvelope, "/Envelope"},
	{"no Body", `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><Body/></s:Envelope>`, rpc.ErrNoBody, "/Envelope"},
	{"two roots", envelope("", "") + "<x/>", soap.ErrSyntax, ""},
	{"undeclared prefix", envelope("", "<x:y/>"), soap.ErrNamespace, "/Envelope/Body"},
	{"half an element", envelope("", "<cwmp:Reboot>"), soap.ErrSyntax, "/Envelope/Body/Reboot"},
	{"two Bodies", twoParts("Body", "<cwmp:Reboot/>", "<cwmp:Reboot/>"), rpc.ErrTwice, "/Envelope/Body"},
	{"two Bodies, the first empty", twoParts("Body", "", "<cwmp:Reboot/>"), rpc.ErrTwice, "/Envelope/Body"},
	{"two Headers", twoParts("Header", "<cwmp:ID>1</cwmp:ID>", ""), rpc.ErrTwice, "/Envelope/Header"},
	{"two Headers, the first empty", twoParts("Header", "", "<cwmp:ID>1</cwmp:ID>"), rpc.ErrTwice, "/Envelope/Header"},
}

func twoParts(name, first, second string) string {
	part := "<s:%[1]s>%[2]s</s:%[1]s>"
	doc := envelope("", "")
	at := strings.Index(doc, ">") + 1
	if name == "Header" {
		doc = strings.Replace(doc, "<s:Header></s:Header>", "", 1)
	} else {
		doc = strings.Replace(doc, "<s:Body></s:Body>", "", 1)
	}
	return doc[:at] + fmt.Sprintf(part, name, first) + fmt.Sprintf(part, name, second) + doc[at:]
}

func TestRefused(t *testing.T) {
	for _, r := range refused {
		t.Run(r.name, func(t *testing.T) {
			if r.want != soap.ErrNamespace { // which Tolerant puts up with elsewhere
				_, err := requireSame(t, r.doc, rpc.Config{})
				require.ErrorIs(t, err, r.want)
			}
			env, err := requireSame(t, r.doc, standard)
			require.ErrorIs(t, err, r.want)
			require.Nil(t, env)
			if e, ok := errors.AsType[*rpc.EnvelopeError](err); ok {
				assert.Equal(t, r.path, e.Path)
				assert.LessOrEqual(t, e.Offset, int64(len(r.doc)))
				assert.Contains(t, err.Error(), r.path+": "+r.want.Error())
				return
			}
			e, ok := errors.AsType[*soap.SyntaxError](err)
			require.True(t, ok, "%T", err)
			assert.Equal(t, r.path, e.Path)
		})
	}
}

func TestGivenTwice(t *testing.T) {
	deviceID := "<DeviceId><OUI>A</OUI></DeviceId>"
	for name, c := range map[string]struct{ doc, path string }{
		"ID":             {envelope("<cwmp:ID>1</cwmp:ID><cwmp:ID>2</cwmp:ID>", "<cwmp:Reboot/>"), "/Envelope/Header/ID"},
		"empty ID":       {envelope("<cwmp:ID/><cwmp:ID>2</cwmp:ID>", "<cwmp:Reboot/>"), "/Envelope/Header/ID"},
		"HoldRequests":   {envelope("<cwmp:HoldRequests/><cwmp:HoldRequests>1</cwmp:HoldRequests>", ""), "/Envelope/Header/HoldRequests"},
		"Manufacturer":   {twice("Manufacturer", "a"), "/Envelope/Body/Inform/DeviceId/Manufacturer"},
		"OUI":            {twice("OUI", "a"), "/Envelope/Body/Inform/DeviceId/OUI"},
		"ProductClass":   {twice("ProductClass", "a"), "/Envelope/Body/Inform/DeviceId/ProductClass"},
		"SerialNumber":   {twice("SerialNumber", "a"), "/Envelope/Body/Inform/DeviceId/SerialNumber"},
		"empty Serial":   {twice("SerialNumber", ""), "/Envelope/Body/Inform/DeviceId/SerialNumber"},
		"DeviceId":       {message("Inform", deviceID+deviceID), "/Envelope/Body/Inform/DeviceId"},
		"empty DeviceId": {message("Inform", "<DeviceId/><RetryCount>1</RetryCount>"+deviceID), "/Envelope/Body/Inform/DeviceId"},
	} {
		t.Run(name, func(t *testing.T) {
			env, err := requireSame(t, c.doc, rpc.Config{})
			e, ok := errors.AsType[*rpc.ValueError](err)
			require.True(t, ok, "%v", err)
			assert.ErrorIs(t, err, rpc.ErrTwice)
			assert.Equal(t, c.path, e.Path)
			assert.NotNil(t, env, "what was read so far comes too")
		})
	}
	env, err := rpc.Parse([]byte(envelope("<cwmp:ID>1</cwmp:ID><cwmp:ID>2</cwmp:ID>", "")), rpc.Config{})
	require.Error(t, err)
	assert.Equal(t, "1", env.ID, "the first stands")
}

// twice is an Inform with one child of DeviceId given twice.
func twice(name, first string) string {
	return message("Inform", fmt.Sprintf("<DeviceId><%[1]s>%[2]s</%[1]s><Other/><%[1]s>b</%[1]s></DeviceId>", name, first))
}

func TestHeaderBlocks(t *testing.T) {
	block := `<x:Route xmlns:x="urn:x" s:mustUnderstand="0">a</x:Route>`
	env := parse(t, envelope(block+"<cwmp:ID>1</cwmp:ID><cwmp:Later s:mustUnderstand='1'>0</cwmp:Later>", "<cwmp:Reboot/>"))
	assert.Equal(t, "1", env.ID)
	require.Len(t, env.Header, 2)
	assert.Equal(t, "urn:x", env.Header[0].Space)
	assert.Equal(t, block, string(env.Header[0].XML))
	assert.Equal(t, "Later", env.Header[1].Local)
	requireRoundTrip(t, env)

	_, err := rpc.Parse([]byte(envelope(strings.Repeat("<x/>", 64), "<cwmp:Reboot/>")), rpc.Config{})
	require.NoError(t, err)
	_, err = rpc.Parse([]byte(envelope(strings.Repeat("<x/>", 65), "<cwmp:Reboot/>")), rpc.Config{})
	require.ErrorIs(t, err, rpc.ErrItems)
}

func TestAppendRefuses(t *testing.T) {
	b, err := rpc.NewEnvelope(rpc.V12, "1", nil).Append([]byte("kept"), rpc.Style{})
	require.ErrorIs(t, err, rpc.ErrNoMessage)
	assert.Equal(t, "kept", string(b))
	bad := rpc.NewEnvelope(rpc.V12, "1", &rpc.Vendor{Raw: soap.Raw{Local: "x", XML: []byte("<x>")}})
	_, err = bad.Append(nil, rpc.Style{})
	require.ErrorIs(t, err, soap.ErrSyntax)
	for _, text := range []string{"\x00", "a\x1fb", "\xff", "\ufffe", "\xed\xa0\x80"} {
		for name, env := range map[string]*rpc.Envelope{
			"/Envelope/Header/ID":              rpc.NewEnvelope(rpc.V12, text, &rpc.Reboot{}),
			"/Envelope/Body/Reboot/CommandKey": rpc.NewEnvelope(rpc.V12, "1", &rpc.Reboot{CommandKey: text}),
		} {
			b, err := env.Append([]byte("kept"), rpc.Style{})
			require.ErrorIs(t, err, soap.ErrChar, "%q", text)
			assert.Equal(t, "kept", string(b))
			e, ok := errors.AsType[*soap.EncodeError](err)
			require.True(t, ok)
			assert.Equal(t, name, e.Path)
		}
	}
}

// TestReaderError: an error of the reader is neither XML's nor swallowed.
func TestReaderError(t *testing.T) {
	broken := errors.New("connection reset")
	doc := message("Reboot", "<CommandKey>k</CommandKey>")
	for _, n := range []int{0, 10, len(doc) - 5} {
		r := io.MultiReader(strings.NewReader(doc[:n]), iotest.ErrReader(broken))
		env, err := rpc.Read(r, rpc.Config{})
		require.ErrorIs(t, err, broken)
		require.Nil(t, env)
		_, ok := errors.AsType[*soap.SyntaxError](err)
		assert.False(t, ok)
	}
}

func TestSoapLimits(t *testing.T) {
	doc := message("Reboot", "<CommandKey>12345678</CommandKey>")
	for name, c := range map[string]struct{ at, below soap.Limits }{
		"MaxBytes": {soap.Limits{MaxBytes: int64(len(doc))}, soap.Limits{MaxBytes: int64(len(doc)) - 1}},
		"MaxDepth": {soap.Limits{MaxDepth: 4}, soap.Limits{MaxDepth: 3}},
	} {
		_, err := requireSame(t, doc, rpc.Config{Limits: c.at})
		require.NoError(t, err, name)
		_, err = requireSame(t, doc, rpc.Config{Limits: c.below})
		require.ErrorIs(t, err, soap.ErrLimit, name)
	}
}

// TestOddNamespace: the diagnostic names the version that there is not, cut short
// and without what would do something to a terminal.
func TestOddNamespace(t *testing.T) {
	for uri, want := range map[string]string{
		"urn:dslforum-org:cwmp-1-4":                          "cwmp-1-4",
		"urn:dslforum-org:cwmp-1-9":                          "cwmp-1-9",
		"URN:dslforum-org:CWMP-1-0":                          "CWMP-1-0",
		"urn:dslforum-org:cwmp-\x1b":                         `cwmp-\x1b`,
		"urn:dslforum-org:cwmp-\xff":                         `cwmp-\xff`,
		"urn:dslforum-org:cwmp-" + strings.Repeat("9", 1000): "cwmp-" + strings.Repeat("9", 59),
	} {
		env, err := rpc.Parse([]byte(envelopeIn(uri, "", "<cwmp:FactoryReset></cwmp:FactoryReset>")), rpc.Config{})
		require.NoError(t, err, uri)
		i := slices.IndexFunc(env.Diagnostics, func(d soap.Diagnostic) bool { return d.Code == rpc.OddNamespace })
		require.GreaterOrEqual(t, i, 0, uri)
		assert.Equal(t, want, env.Diagnostics[i].Detail)
	}
}
