package rpc_test

// NOTE: a file of testdata is a message as the encoder writes it, with line
// breaks between the tags for people. flat takes them out again, so the bytes
// on the wire are what is compared. go test -update rewrites the files; look at
// the difference before it is committed.

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the files of testdata")

const (
	nameURL     = "Device.ManagementServer.URL"
	namePeriod  = "Device.ManagementServer.PeriodicInformInterval"
	nameUpdate  = "Device.DeviceInfo.X_ACME_LastUpdate"
	nameEnabled = "Device.ManagementServer.PeriodicInformEnable"
)

// goldenParameters has an entity, a letter outside ASCII and an empty value.
func goldenParameters() []rpc.ParameterValue {
	return []rpc.ParameterValue{
		{Name: nameURL, Value: rpc.StringValue("http://acs.example.com/cwmp?a=1&b=2")},
		{Name: namePeriod, Value: rpc.UnsignedIntValue(86400)},
		{Name: nameEnabled, Value: rpc.BoolValue(true)},
		{Name: nameUpdate, Value: rpc.Value{Type: rpc.TypeDateTime, Text: "2026-03-01T04:05:06Z"}},
		{Name: "Device.DeviceInfo.Description", Value: rpc.StringValue(" Gerät <1> ")},
		{Name: "Device.DeviceInfo.ProvisioningCode", Value: rpc.StringValue("")},
	}
}

func goldenInform() *rpc.Inform {
	return &rpc.Inform{
		DeviceID: rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Router", SerialNumber: "SN0001"},
		Event: []rpc.Event{
			{EventCode: rpc.EventBoot},
			{EventCode: rpc.EventMReboot, CommandKey: "key-1"},
		},
		MaxEnvelopes:  1,
		CurrentTime:   "2026-03-01T05:05:06+01:00",
		RetryCount:    2,
		ParameterList: goldenParameters(),
	}
}

func goldenFault() *rpc.Fault {
	f := rpc.NewFault(rpc.FaultInvalidArguments, "")
	f.SOAPCode, f.SOAPText = "Client", "CWMP fault"
	return f
}

func goldenParameterFault() *rpc.Fault {
	f := goldenFault()
	f.Parameters = []rpc.ParameterFault{
		{ParameterName: nameURL, FaultCode: rpc.FaultNonWritableParameter, FaultString: "read only"},
		{ParameterName: namePeriod, FaultCode: rpc.FaultInvalidParameterValue},
	}
	return f
}

// vendorRaw is a message of ACME's as its bytes.
var vendorRaw = soap.Raw{
	Space: "urn:acme:cwmp", Local: "Ping", Scope: goldenScope,
	XML: []byte(`<acme:Ping xmlns:acme="urn:acme:cwmp"><Host acme:kind='v4'>192.0.2.1</Host></acme:Ping>`),
}

// headerRaw is a header element of ACME's.
var headerRaw = soap.Raw{
	Space: "urn:acme:cwmp", Local: "Trace", Scope: goldenScope,
	XML: []byte(`<Trace xmlns="urn:acme:cwmp">42</Trace>`),
}

// goldenScope is what the encoder declares on the Envelope.
var goldenScope = []soap.Namespace{
	{Prefix: "soap-env", URI: "http://schemas.xmlsoap.org/soap/envelope/"},
	{Prefix: "soap-enc", URI: "http://schemas.xmlsoap.org/soap/encoding/"},
	{Prefix: "xsd", URI: "http://www.w3.org/2001/XMLSchema"},
	{Prefix: "xsi", URI: "http://www.w3.org/2001/XMLSchema-instance"},
	{Prefix: "cwmp", URI: "urn:dslforum-org:cwmp-1-2"},
}

// A golden is one file and the value that it stands for.
type golden struct {
	name string
	env  *rpc.Envelope
	lax  bool // the schemas do not know what is in it
}

func goldens() []golden {
	all := []golden{
		{name: "Fault", env: rpc.NewEnvelope(rpc.V12, "1", goldenFault())},
		{name: "Fault-parameters", env: rpc.NewEnvelope(rpc.V11, "1", goldenParameterFault())},
		{name: "header-hold", env: &rpc.Envelope{ID: "1", HasID: true, HoldRequests: true, Version: rpc.V10, Message: &rpc.Reboot{CommandKey: "key-1"}}},
		{name: "header-empty-id", env: rpc.NewEnvelope(rpc.V12, "", &rpc.RebootResponse{})},
		{name: "header-no-id", env: &rpc.Envelope{Version: rpc.V12, Message: &rpc.RebootResponse{}}},
		{name: "header-block", lax: true, env: &rpc.Envelope{ID: "1", HasID: true, Version: rpc.V12, Header: []soap.Raw{headerRaw}, Message: &rpc.Reboot{}}},
		{name: "header-inform", env: &rpc.Envelope{
			ID: "1", HasID: true, SessionTimeout: 60, HasSessionTimeout: true, SupportedCWMPVersions: "1.0,1.1,1.2,1.3,1.4", Version: rpc.V14, Message: goldenInform(),
		}},
		{name: "header-timeout", env: &rpc.Envelope{ID: "1", HasID: true, SessionTimeout: 30, HasSessionTimeout: true, Version: rpc.V13, Message: goldenInform()}},
		{name: "header-use", env: &rpc.Envelope{
			ID: "1", HasID: true, HoldRequests: true, UseCWMPVersion: "1.4", Version: rpc.V14, Message: &rpc.InformResponse{MaxEnvelopes: 1},
		}},
		{name: "header-legacy", lax: true, env: &rpc.Envelope{ID: "1", HasID: true, NoMoreRequests: true, HasNoMoreRequests: true, Version: rpc.V10, Message: &rpc.RebootResponse{}}},
		{name: "vendor", lax: true, env: rpc.NewEnvelope(rpc.V12, "1", &rpc.Vendor{Raw: vendorRaw})},
	}
	for _, m := range goldenMessages() {
		all = append(all, golden{name: m.Method(), env: rpc.NewEnvelope(rpc.V12, "ID 7 & more", m)})
	}
	return append(all, goldenVariants()...)
}

func TestGolden(t *testing.T) {
	for _, g := range goldens() {
		t.Run(g.name, func(t *testing.T) {
			wire := encode(t, g.env)
			file := filepath.Join("testdata", g.name+".xml")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(indent(wire)), 0o666))
			}
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			doc := string(b)
			require.Equal(t, flat(doc), wire, "what is written")
			require.Equal(t, indent(wire), doc, "the file's line breaks")
			require.Equal(t, g.env, parse(t, flat(doc)), "what is read")
			require.Equal(t, wire, encode(t, parse(t, wire)), "what is written of what was read")
			if !g.lax { // a Raw keeps the line breaks
				require.Equal(t, g.env, parse(t, doc), "what is read with line breaks")
			}
		})
	}
}

// TestGoldenComplete keeps a message of the registry from having no file, and
// a file from belonging to nothing.
func TestGoldenComplete(t *testing.T) {
	want := map[string]bool{}
	for _, g := range goldens() {
		want[g.name] = true
	}
	for _, row := range (rpc.Registry{}).Rows() {
		assert.True(t, want[row.Name], row.Name)
		assert.True(t, want[row.Name+"Response"], row.Name)
	}
	files, err := filepath.Glob("testdata/*.xml")
	require.NoError(t, err)
	for _, f := range files {
		assert.True(t, want[strings.TrimSuffix(filepath.Base(f), ".xml")], "%s has no value", f)
	}
}

var (
	betweenTags = regexp.MustCompile(`>\n *<`)
	anyTag      = regexp.MustCompile(`<[^>]*>|[^<]+`)
)

// flat takes out the line breaks that indent put in.
func flat(doc string) string {
	return strings.TrimSuffix(betweenTags.ReplaceAllString(doc, "><"), "\n")
}

// indent puts every element on a line of its own. It touches no text: a line
// break stands only between a tag and another, other than a start tag and its end.
func indent(doc string) string {
	var b strings.Builder
	depth, last := 0, ""
	for _, part := range anyTag.FindAllString(doc, -1) {
		end := strings.HasPrefix(part, "</")
		if end {
			depth--
		}
		leaf := end && opens(last)
		if last != "" && strings.HasPrefix(part, "<") && strings.HasSuffix(last, ">") && !leaf {
			b.WriteString("\n" + strings.Repeat("  ", depth))
		}
		if opens(part) {
			depth++
		}
		b.WriteString(part)
		last = part
	}
	return b.String() + "\n"
}

// opens says whether a part is a start tag.
func opens(part string) bool {
	return strings.HasPrefix(part, "<") && !strings.HasPrefix(part, "</") &&
		!strings.HasPrefix(part, "<?") && !strings.HasSuffix(part, "/>")
}
