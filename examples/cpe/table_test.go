package main

// NOTE: -params, line by line, and the table that is there without it.

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

func TestTable(t *testing.T) {
	table, err := readTable(file(t, `Device.DeviceInfo.UpTime,unsignedInt,false,12
Device.NAT.PortMapping.,,true,

Device.NAT.PortMapping.1.,,false,
"Device.NAT.PortMapping.1.Description",string,true,"web, ""mail""
and more"`+"\r\n"+`Device.X_ACME-1_Größe,string,true, é `))
	require.NoError(t, err)
	assert.Equal(t, []cwmptest.Parameter{
		{Name: "Device.DeviceInfo.UpTime", Value: rpc.UnsignedIntValue(12)},
		{Name: "Device.NAT.PortMapping.", Writable: true},
		{Name: "Device.NAT.PortMapping.1."},
		{Name: "Device.NAT.PortMapping.1.Description", Value: rpc.StringValue("web, \"mail\"\nand more"), Writable: true},
		{Name: "Device.X_ACME-1_Größe", Value: rpc.StringValue(" é "), Writable: true},
	}, table)
	empty, err := readTable(file(t, ""))
	require.NoError(t, err)
	assert.Empty(t, empty)
}

func TestTypes(t *testing.T) {
	for typ, texts := range map[string][2]string{ // good, bad
		"string": {"x", "\x01"}, "boolean": {"true", "yes"}, "int": {"-1", ""}, "long": {"-5000000000", "x"},
		"unsignedInt": {"1", "-1"}, "unsignedLong": {"5000000000", "-1"}, "dateTime": {"2026-01-02T03:04:05Z", "today"},
		"base64Binary": {"QUI=", "?"}, "hexBinary": {"0aF0", "0"}, "integer": {"7", "7.0"}, "short": {"7", "70000"},
		"byte": {"7", "700"}, "unsignedShort": {"7", "70000"}, "unsignedByte": {"7", "700"}, "decimal": {"1.5", "1,5x"},
		"float": {"1e3", "x"}, "double": {"INF", "x"}, "anyURI": {"http://x/", "\x02"},
	} {
		assert.Contains(t, types, typ)
		table, err := readTable(file(t, "P,"+typ+",true,"+texts[0]))
		require.NoError(t, err, typ)
		assert.Equal(t, rpc.Value{Type: "xsd:" + typ, Text: texts[0]}, table[0].Value)
		_, err = readTable(file(t, "P,"+typ+",true,\""+texts[1]+"\""))
		assert.ErrorContains(t, err, ":1: not a value of type "+typ, typ)
	}
	assert.Len(t, types, 18)
}

// A bad line is named by its number, and nothing of a value is repeated.
func TestBadTables(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"name,type,writable,value", ":1: writable is true or false"},
		{"A,string,true,x\nB,string,true", ":2: wrong number of fields"},
		{"A,string,true,x,hunter2", ":1: wrong number of fields"},
		{"A,string,true,\"x\ny\"\nB,string,true,\"hunter2", ":3: "},
		{"A,string,true,a\"hunter2", ":1: "},
		{"A,string,true,x\nB,string,true,\"hunter2\nC,string,true,x\n\n", ":2: "}, // where it is to be mended
		{"\nA,string,yes,hunter2", ":2: writable is true or false"},
		{"A,string,TRUE,x", ":1: writable is true or false"},
		{"A,string,,x", ":1: writable is true or false"},
		{"A,xsd:string,true,x", ":1: not a type"},
		{"A,,true,hunter2", ":1: not a type"},
		{"A,String,true,hunter2", ":1: not a type"},
		{"A,boolean,true,hunter2", ":1: not a value of type boolean"},
		{"A,string,true,\xff", ":1: not a value of type string"},
		{"A.,string,true,", ":1: an object has neither"},
		{"A.,,true,hunter2", ":1: an object has neither"},
		{"A.,,,", ":1: writable is true or false"},
		{",string,true,x", ":1: not a name"},
		{".,,true,", ":1: not a name"},
		{"A..B,string,true,x", ":1: not a name"},
		{".A,string,true,x", ":1: not a name"},
		{" A,string,true,x", ":1: not a name"},
		{"A.{i}.,,true,", ":1: not a name"},
		{"\ufeffA,string,true,x", ":1: not a name"},
		{"A\xff,string,true,x", ":1: not a name"},
		{strings.Repeat("A", 257) + ",string,true,x", ":1: not a name"},
		{"A,string,true,x\nB.,,true,\nA,string,true,hunter2", ":3: the name of line 1"},
		{"B.,,true,\n\nB.,,true,", ":3: the name of line 1"},
		{strings.Repeat("\n", maxFile+1), ": more than 16777216 bytes"},
		{"A,string,true," + strings.Repeat("x", maxFile), ": more than 16777216 bytes"},
	} {
		name := file(t, tt.text)
		status, stdout, stderr := play(t, "-acs", "http://127.0.0.1:9/", "-params", name)
		assert.Equal(t, exitUsage, status, tt.want)
		assert.Empty(t, stdout)
		assert.Equal(t, 1, strings.Count(stderr, "\n"))
		assert.Contains(t, stderr, "cpe: -params: "+name+tt.want)
		assert.NotContains(t, stderr, "hunter2")
	}
}

// The device's own table is read as any other, and says who the device is.
func TestOwnTable(t *testing.T) {
	o, err := parse([]string{"-acs", "http://127.0.0.1:9/", "-user", "u", "-pass", "hunter2", "-manufacturer", "M", "-oui", "ABCDEF", "-class", "C", "-serial", "S"}, io.Discard)
	require.NoError(t, err)
	p := newProgram(o, io.Discard, io.Discard)
	require.NoError(t, p.obey(t.Context(), session.Clock{}))
	table := p.device.Parameters
	texts, parameters := map[string]string{}, 0
	for _, p := range table {
		assert.True(t, strings.HasPrefix(p.Name, "Device."), p.Name)
		texts[p.Name] = p.Value.Text
		if !strings.HasSuffix(p.Name, ".") {
			parameters++
		}
	}
	assert.InDelta(t, 60, parameters, 5)
	for name, want := range map[string]string{
		"DeviceInfo.Manufacturer": "M", "DeviceInfo.ManufacturerOUI": "ABCDEF", "DeviceInfo.ProductClass": "C", "DeviceInfo.SerialNumber": "S",
		"ManagementServer.URL": o.acs, "ManagementServer.Username": "u", "ManagementServer.Password": "", "NAT.PortMapping.1.Protocol": "TCP",
	} {
		assert.Equal(t, want, texts["Device."+name], name)
	}
	for _, name := range forced[:7] {
		assert.Contains(t, texts, name)
	}
	assert.NotContains(t, texts, forced[7], "one data model")
}

// A table of the other root data model informs with what that one wants.
func TestOtherRoot(t *testing.T) {
	acs := cwmptest.NewACS(t, nil)
	table := "InternetGatewayDevice.DeviceSummary,string,false,x\nInternetGatewayDevice.DeviceInfo.SoftwareVersion,string,false,1\n"
	status, _, stderr := play(t, "-acs", acs.URL, "-params", file(t, table))
	require.Equal(t, exitOK, status, stderr)
	inform := acs.Exchanges()[0].Request.Message.(*rpc.Inform)
	assert.Equal(t, []rpc.ParameterValue{
		{Name: "InternetGatewayDevice.DeviceSummary", Value: rpc.StringValue("x")},
		{Name: "InternetGatewayDevice.DeviceInfo.SoftwareVersion", Value: rpc.StringValue("1")},
	}, inform.ParameterList)
}

// FuzzTable: a table is refused with a line, or every row of it can be sent, and set to
// what it is.
func FuzzTable(f *testing.F) {
	f.Add("A,string,true,\"x\ny\"\nA.B.,,true,\nA.B.1.,,false,\n")
	f.Add("A,int,true,1\n\nA,int,true,1")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := parseTable("f", strings.NewReader(text))
		if err != nil {
			assert.Regexp(t, "^f:[1-9][0-9]*: ", err.Error())
			return
		}
		device := cwmptest.Device{Parameters: table}
		set := &rpc.SetParameterValues{}
		for i := range table {
			if table[i].Writable = true; !strings.HasSuffix(table[i].Name, ".") {
				set.ParameterList = append(set.ParameterList, rpc.ParameterValue{Name: table[i].Name, Value: table[i].Value})
			}
		}
		_, err = device.Handle(t.Context(), set)
		require.NoError(t, err)
		answer, err := device.Handle(t.Context(), &rpc.GetParameterValues{ParameterNames: []string{""}})
		require.NoError(t, err)
		assert.Equal(t, set.ParameterList, answer.(*rpc.GetParameterValuesResponse).ParameterList)
		_, err = (&rpc.Envelope{Message: answer}).Append(nil, rpc.Style{})
		require.NoError(t, err)
	})
}
