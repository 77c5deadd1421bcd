package rpc_test

// NOTE: messages of real devices, which lie beside the repository. The table
// was written by reading the files; etree, which sits on encoding/xml, is the
// second opinion on names and values.

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A capture says what a person finds in a file. All of them are CWMP 1.0.
type capture struct {
	file   string
	method string
	id     string
	check  func(t *testing.T, m rpc.Message) // nil: nothing more to see
}

const wideID = "\n            1613234170798113\n        "

var captures = []capture{
	{"goacs-AddObjectResponse-0403.xml", "AddObjectResponse", wideID, func(t *testing.T, m rpc.Message) {
		assert.Equal(t, &rpc.AddObjectResponse{InstanceNumber: 1}, m)
	}},
	{"goacs-DeleteObjectResponse-0404.xml", "DeleteObjectResponse", wideID, func(t *testing.T, m rpc.Message) {
		assert.Equal(t, &rpc.DeleteObjectResponse{}, m)
	}},
	{"goacs-Fault-0405.xml", "Fault", wideID, faultCapture(0)},
	{"goacs-Fault-0406.xml", "Fault", wideID, faultCapture(rpc.FaultNonWritableParameter,
		"InternetGatewayDevice.ManagementServer.ConnectionRequestURL",
		"InternetGatewayDevice.ManagementServer.ConnectionRequestPassword")},
	{"goacs-GetParameterValuesResponse-0408.xml", "GetParameterValuesResponse", wideID, valuesCapture(7)},
	{"goacs-Inform-0402.xml", "Inform", "\n            16002\n        ", informCapture(
		rpc.DeviceID{Manufacturer: "ECONET", OUI: "F4D9C6", ProductClass: "UM806", SerialNumber: "ZNTSA01C5008"},
		"2021-02-03T16:15:13+01:00", 1, 0, 8, rpc.EventBoot)},
	{"goacs-SetParameterValuesResponse-0409.xml", "SetParameterValuesResponse", wideID, func(t *testing.T, m rpc.Message) {
		assert.Equal(t, &rpc.SetParameterValuesResponse{Status: rpc.Applied}, m)
	}},
	{"lukepicci-GetParameterNamesResponse-0275.xml", "GetParameterNamesResponse", "0", func(t *testing.T, m rpc.Message) {
		list := m.(*rpc.GetParameterNamesResponse).ParameterList
		require.Len(t, list, 227) // arrayType says 213
		assert.Equal(t, rpc.ParameterInfo{Name: "Device.DeviceSummary"}, list[0])
		at := slices.IndexFunc(list, func(p rpc.ParameterInfo) bool { return p.Name == "Device.TraceRouteDiagnostics.MaxHopCount" })
		assert.True(t, list[at].Writable) // the file says 30
	}},
	{"lukepicci-GetParameterValuesResponse-0276.xml", "GetParameterValuesResponse", "16781903", valuesCapture(227)}, // arrayType says 213
	{"lukepicci-Inform-0273.xml", "Inform", "629695424", informCapture(
		rpc.DeviceID{Manufacturer: "Broadcom", OUI: "a06518", ProductClass: "968380GERG", SerialNumber: "a0651806d37f"},
		"1970-01-04T18:05:55+00:00", 1, 0, 8, rpc.EventConnectionRequest)},
	{"lukepicci-Inform-0274.xml", "Inform", "00001", informCapture(
		rpc.DeviceID{Manufacturer: "Cisco", OUI: "002652", ProductClass: "CJJ005B00009", SerialNumber: "CB002145_3"},
		"2015-10-05T02:23:01.337Z", 0, 0, 8, rpc.EventBootstrap)},
	{"magma-Fault-0530.xml", "Fault", "1031422463", faultCapture(rpc.FaultInvalidArguments,
		"InternetGatewayDevice.WANDevice.1.WANConnectionDevice.3.WANPPPConnection.1.Password",
		"InternetGatewayDevice.WANDevice.1.WANConnectionDevice.3.WANPPPConnection.1.Username")},
	{"magma-GetParameterValues-0528.xml", "GetParameterValues", "null", func(t *testing.T, m rpc.Message) {
		assert.Equal(t, &rpc.GetParameterValues{ParameterNames: []string{"foo"}}, m)
	}},
	{"magma-Inform-0524.xml", "Inform", "0_THOM_TR69_ID", thomsonCapture(12)},
	{"magma-Inform-0525.xml", "Inform", "CPE_1002", informCapture(
		rpc.DeviceID{Manufacturer: "Cavium, Inc.", OUI: "000FB7", ProductClass: "Cavium eNB", SerialNumber: "10.18.104.79"},
		"1970-01-02T00:01:05.021239+00:00", 1, 2, 15, rpc.EventBootstrap)},
	{"magma-Inform-0531.xml", "Inform", "0_THOM_TR69_ID", thomsonCapture(1)}, // arrayType says 12
	{"magma-SetParameterValues-0529.xml", "SetParameterValues", "null", func(t *testing.T, m rpc.Message) {
		set := m.(*rpc.SetParameterValues)
		assert.Equal(t, "SetParameter1", set.ParameterKey)
		require.Len(t, set.ParameterList, 4)
		assert.Equal(t, rpc.Value{Type: "xsd:unsignedInt", Text: "60"}, set.ParameterList[3].Value)
	}},
	{"magma-TransferComplete-0526.xml", "TransferComplete", "1234", func(t *testing.T, m rpc.Message) {
		assert.Equal(t, &rpc.TransferComplete{
			CommandKey: "Downloading stuff",
			StartTime:  "2016-11-30T10:16:29Z", CompleteTime: "2016-11-30T10:17:05Z",
		}, m)
	}},
	{"magma-TransferCompleteResponse-0527.xml", "TransferCompleteResponse", "1234", nil},
}

func valuesCapture(n int) func(*testing.T, rpc.Message) {
	return func(t *testing.T, m rpc.Message) {
		assert.Len(t, m.(*rpc.GetParameterValuesResponse).ParameterList, n)
	}
}

// faultCapture expects fault 9003, with the same code for each parameter.
func faultCapture(code rpc.FaultCode, names ...string) func(*testing.T, rpc.Message) {
	return func(t *testing.T, m rpc.Message) {
		f := m.(*rpc.Fault)
		assert.ErrorIs(t, f, rpc.FaultInvalidArguments)
		assert.Equal(t, "Invalid arguments", f.FaultString)
		assert.Equal(t, []string{"Client", "CWMP fault"}, []string{f.SOAPCode, f.SOAPText})
		require.Len(t, f.Parameters, len(names))
		for i, p := range f.Parameters {
			assert.Equal(t, names[i], p.ParameterName)
			assert.Equal(t, code, p.FaultCode)
		}
	}
}

func informCapture(id rpc.DeviceID, at rpc.DateTime, envelopes, retries uint32, parameters int, events ...rpc.EventCode) func(*testing.T, rpc.Message) {
	return func(t *testing.T, m rpc.Message) {
		in := m.(*rpc.Inform)
		assert.Equal(t, id, in.DeviceID)
		assert.Equal(t, at, in.CurrentTime)
		assert.Equal(t, []uint32{envelopes, retries}, []uint32{in.MaxEnvelopes, in.RetryCount})
		assert.Len(t, in.ParameterList, parameters)
		require.Len(t, in.Event, len(events))
		for _, e := range events {
			assert.True(t, in.Has(e), e)
		}
	}
}

func thomsonCapture(parameters int) func(*testing.T, rpc.Message) {
	return informCapture(
		rpc.DeviceID{Manufacturer: "THOMSON", OUI: "00147F", ProductClass: "SpeedTouch 780", SerialNumber: "CP0611JTLNW"},
		"1970-01-01T00:01:09Z", 2, 5, parameters, // RetryCount 05
		rpc.EventBootstrap, rpc.EventBoot, rpc.EventPeriodic, rpc.EventValueChange)
}

func TestCaptures(t *testing.T) {
	dir := shared(t, "captures")
	for _, c := range captures {
		t.Run(c.file, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(dir, c.file))
			require.NoError(t, err)
			env, err := requireSame(t, string(b), rpc.Config{})
			require.NoError(t, err)
			assert.Equal(t, c.method, env.Message.Method())
			assert.Equal(t, c.id, env.ID)
			assert.True(t, env.HasID)
			assert.Equal(t, rpc.V10, env.Version)
			assert.Empty(t, env.Header)
			if c.check != nil {
				c.check(t, env.Message)
			}
			sameAsEtree(t, b, env.Message)
			requireRoundTrip(t, env)
		})
	}
}

// TestCapturesComplete keeps a file from having no line in the table.
func TestCapturesComplete(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t, "captures"), "*.xml"))
	require.NoError(t, err)
	var names, table []string
	for _, f := range files {
		names = append(names, filepath.Base(f))
	}
	for _, c := range captures {
		table = append(table, c.file)
	}
	assert.Equal(t, names, table)
}

// parameters gives the parameters that a message holds.
func parameters(m rpc.Message) []rpc.ParameterValue {
	switch m := m.(type) {
	case *rpc.Inform:
		return m.ParameterList
	case *rpc.SetParameterValues:
		return m.ParameterList
	case *rpc.GetParameterValuesResponse:
		return m.ParameterList
	}
	return nil
}

// sameAsEtree compares every parameter with what etree finds.
func sameAsEtree(t *testing.T, doc []byte, m rpc.Message) {
	t.Helper()
	tree := etree.NewDocument()
	require.NoError(t, tree.ReadFromBytes(doc))
	var want []rpc.ParameterValue
	for _, el := range tree.FindElements("//ParameterValueStruct") {
		value := el.SelectElement("Value")
		want = append(want, rpc.ParameterValue{
			Name:  readName(el.SelectElement("Name").Text()),
			Value: rpc.Value{Type: value.SelectAttrValue("xsi:type", ""), Text: value.Text()},
		})
	}
	assert.Equal(t, want, parameters(m))
	info, _ := m.(*rpc.GetParameterNamesResponse)
	for i, el := range tree.FindElements("//ParameterInfoStruct") {
		assert.Equal(t, el.SelectElement("Name").Text(), info.ParameterList[i].Name)
		assert.Equal(t, el.SelectElement("Writable").Text() != "0", info.ParameterList[i].Writable)
	}
}

// TestCaptureDiagnostics compares what is said of the captures with files, which
// hold that alone.
func TestCaptureDiagnostics(t *testing.T) {
	dir := shared(t, "captures")
	for _, c := range captures {
		b, err := os.ReadFile(filepath.Join(dir, c.file))
		require.NoError(t, err)
		env, err := rpc.Parse(b, rpc.Config{})
		require.NoError(t, err)
		require.Zero(t, env.MoreDiagnostics)
		sameAsFile(t, filepath.Join("testdata/captures", strings.TrimSuffix(c.file, ".xml")+".txt"), listed(env.Diagnostics))
	}
}
