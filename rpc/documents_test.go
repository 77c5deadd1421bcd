package rpc_test

// NOTE: the documents of the benchmarks, the same on every run, and the other
// ways to read and write them: encoding/xml with structs, and etree.

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/require"
)

// tables are parts of the TR-181 data model, each with an index and leaves.
var tables = []struct {
	path   string
	leaves []string
}{
	{"Device.WiFi.AccessPoint.%d.AssociatedDevice.%d.", []string{"MACAddress", "SignalStrength", "LastDataDownlinkRate", "Active"}},
	{"Device.WiFi.SSID.%d.Stats.%d.", []string{"BytesSent", "BytesReceived", "UnknownProtoPacketsReceived"}},
	{"Device.Ethernet.Interface.%d.Stats.%d.", []string{"BytesSent", "DiscardPacketsReceived", "ErrorsSent"}},
	{"Device.IP.Interface.%d.IPv4Address.%d.", []string{"IPAddress", "SubnetMask", "AddressingType", "Enable"}},
	{"Device.Hosts.Host.%d.IPv6Address.%d.", []string{"IPAddress", "X_ACME_LeaseEnd"}},
	{"Device.NAT.PortMapping.%d.X_ACME_Counter.%d.", []string{"LeaseDuration", "ExternalPort", "Description"}},
	{"Device.DHCPv4.Server.Pool.%d.StaticAddress.%d.", []string{"Chaddr", "Yiaddr", "Enable", "Alias"}},
	{"Device.QoS.Classification.%d.X_ACME_Match.%d.", []string{"SourceIP", "DestPort", "ClassificationKey", "DSCPMark"}},
	{"Device.Services.VoiceService.1.CallControl.Line.%d.Stats.%d.", []string{"PacketsSent", "Overruns", "CallsReceived"}},
}

// benchValue is of a type with the frequency that real data models have; two
// of a hundred need an escape.
func benchValue(r *rand.Rand) rpc.Value {
	switch n := r.IntN(1000); {
	case n < 20:
		return rpc.StringValue("Küche & Bad <" + strconv.Itoa(n) + ">")
	case n < 195:
		return rpc.StringValue("192.168." + strconv.Itoa(r.IntN(256)) + ".1")
	case n < 515:
		return rpc.UnsignedIntValue(r.Uint32N(100_000))
	case n < 715:
		return rpc.Value{Type: rpc.TypeUnsignedLong, Text: strconv.FormatUint(r.Uint64N(1e12), 10)}
	case n < 835:
		return rpc.BoolValue(n%2 == 0)
	case n < 935:
		return rpc.IntValue(-int32(r.IntN(100)))
	}
	return rpc.Value{Type: rpc.TypeDateTime, Text: fmt.Sprintf("2026-%02d-%02dT04:05:06Z", 1+r.IntN(12), 1+r.IntN(28))}
}

// benchValues is a GetParameterValuesResponse of n parameters.
func benchValues(n int) *rpc.GetParameterValuesResponse {
	r := rand.New(rand.NewPCG(7, 181))
	m := &rpc.GetParameterValuesResponse{}
	for i := range n {
		table := tables[i/50%len(tables)]
		name := fmt.Sprintf(table.path, 1+i/400, 1+i/4%100) + table.leaves[i%len(table.leaves)]
		m.ParameterList = append(m.ParameterList, rpc.ParameterValue{Name: name, Value: benchValue(r)})
	}
	return m
}

// benchInform is an Inform of 11 parameters.
func benchInform() *rpc.Inform {
	in := goldenInform()
	in.ParameterList = append(in.ParameterList, []rpc.ParameterValue{
		{Name: "Device.RootDataModelVersion", Value: rpc.StringValue("2.17")},
		{Name: "Device.DeviceInfo.HardwareVersion", Value: rpc.StringValue("HW 2.0")},
		{Name: "Device.DeviceInfo.SoftwareVersion", Value: rpc.StringValue("7.1.064P08")},
		{Name: "Device.ManagementServer.ConnectionRequestURL", Value: rpc.StringValue("http://192.0.2.77:7547/5f3c1")},
		{Name: "Device.ManagementServer.ParameterKey", Value: rpc.StringValue("key-1")},
	}...)
	return in
}

// A benchDoc is a message, and its document as this package writes it.
type benchDoc struct {
	name string
	env  *rpc.Envelope
	doc  []byte
}

func benchDocs(tb testing.TB) []benchDoc {
	tb.Helper()
	docs := []benchDoc{
		{name: "Inform", env: rpc.NewEnvelope(rpc.V12, "1", benchInform())},
		{name: "Values-1000", env: rpc.NewEnvelope(rpc.V12, "1", benchValues(1000))},
		{name: "Values-10000", env: rpc.NewEnvelope(rpc.V12, "1", benchValues(10_000))},
	}
	for i := range docs {
		docs[i].doc = []byte(encode(tb, docs[i].env))
	}
	return docs
}

// benchInfos has n entries of a GetParameterNamesResponse, benchNames 500 names,
// and benchVaried values no two of which have the same markup around them.
func benchInfos(tb testing.TB, n int) []byte {
	m := &rpc.GetParameterNamesResponse{}
	for i, p := range benchValues(n).ParameterList {
		m.ParameterList = append(m.ParameterList, rpc.ParameterInfo{Name: p.Name, Writable: i%3 == 0})
	}
	return []byte(encode(tb, rpc.NewEnvelope(rpc.V12, "1", m)))
}

func benchNames(tb testing.TB) []byte {
	m := &rpc.GetParameterValues{}
	for _, p := range benchValues(500).ParameterList {
		m.ParameterNames = append(m.ParameterNames, p.Name)
	}
	return []byte(encode(tb, rpc.NewEnvelope(rpc.V12, "1", m)))
}

func benchVaried(tb testing.TB, n int) []byte {
	doc := encode(tb, rpc.NewEnvelope(rpc.V12, "1", benchValues(n)))
	var b strings.Builder
	for i, entry := range strings.SplitAfter(doc, "</ParameterValueStruct>") {
		space := " "
		for k := i; k > 0; k /= 3 {
			space += string(" \t\n"[k%3])
		}
		entry = strings.Replace(entry, "<Name>", space+"<Name>", 1)
		b.WriteString(strings.Replace(entry, "</ParameterValueStruct>", space+"</ParameterValueStruct>", 1))
	}
	return []byte(b.String())
}

// The structs for encoding/xml. Its names for reading have no prefix, those for
// writing have one, so there are two envelopes.
type (
	xmlValue struct {
		Type string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		Text string `xml:",chardata"`
	}
	xmlParameter struct {
		Name  string
		Value xmlValue
	}
	xmlEvent    struct{ EventCode, CommandKey string }
	xmlDeviceID struct{ Manufacturer, OUI, ProductClass, SerialNumber string }
	xmlInform   struct {
		DeviceID      xmlDeviceID `xml:"DeviceId"`
		Event         []xmlEvent  `xml:"Event>EventStruct"`
		MaxEnvelopes  uint32
		CurrentTime   string
		RetryCount    uint32
		ParameterList []xmlParameter `xml:"ParameterList>ParameterValueStruct"`
	}
	xmlValues struct {
		ParameterList []xmlParameter `xml:"ParameterList>ParameterValueStruct"`
	}
	xmlEnvelope struct {
		XMLName xml.Name   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
		ID      string     `xml:"Header>ID"`
		Inform  *xmlInform `xml:"Body>Inform"`
		Values  *xmlValues `xml:"Body>GetParameterValuesResponse"`
		Names   []string   `xml:"Body>GetParameterValues>ParameterNames>string"`
		Infos   []struct {
			Name     string
			Writable bool
		} `xml:"Body>GetParameterNamesResponse>ParameterList>ParameterInfoStruct"`
	}
)

func xmlDecode(tb testing.TB, doc []byte) *xmlEnvelope {
	env := new(xmlEnvelope)
	if err := xml.Unmarshal(doc, env); err != nil {
		tb.Fatal(err)
	}
	return env
}

// xmlStream takes the parameters from the tokens.
func xmlStream(tb testing.TB, r *bytes.Reader, doc []byte) {
	r.Reset(doc)
	n, in := 0, false
	for d := xml.NewDecoder(r); ; {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			tb.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			in = token.Name.Local == "Name" || token.Name.Local == "Value"
		case xml.CharData:
			if in {
				n += len(token)
			}
		case xml.EndElement:
			in = false
		}
	}
}

func (e *xmlEnvelope) parameters() []rpc.ParameterValue {
	var list []xmlParameter
	if e.Inform != nil {
		list = e.Inform.ParameterList
	} else {
		list = e.Values.ParameterList
	}
	all := make([]rpc.ParameterValue, len(list))
	for i, p := range list {
		all[i] = rpc.ParameterValue{Name: p.Name, Value: rpc.Value{Type: p.Value.Type, Text: p.Value.Text}}
	}
	return all
}

// etreeDecode builds the tree and walks the parameters.
func etreeDecode(tb testing.TB, doc []byte) []rpc.ParameterValue {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(doc); err != nil {
		tb.Fatal(err)
	}
	list := tree.FindElement("/Envelope/Body/*/ParameterList").ChildElements()
	all := make([]rpc.ParameterValue, len(list))
	for i, el := range list {
		value := el.SelectElement("Value")
		all[i].Name = el.SelectElement("Name").Text()
		all[i].Value = rpc.Value{Type: value.SelectAttrValue("xsi:type", ""), Text: value.Text()}
	}
	return all
}

// TestBenchmarkDocuments checks that all ways find the same, and that the
// documents have the size that real ones have.
func TestBenchmarkDocuments(t *testing.T) {
	sizes := map[string][2]int{"Inform": {2000, 3200}, "Values-1000": {140_000, 180_000}, "Values-10000": {1_400_000, 1_800_000}}
	for _, d := range benchDocs(t) {
		want := parameters(d.env.Message)
		require.Equal(t, d.env, parse(t, string(d.doc)))
		require.Equal(t, want, xmlDecode(t, d.doc).parameters())
		require.Equal(t, want, etreeDecode(t, d.doc))
		require.Equal(t, want, xmlDecode(t, xmlEncode(t, d.env)).parameters())
		require.Equal(t, want, etreeDecode(t, etreeEncode(t, d.env)))
		require.Greater(t, len(d.doc), sizes[d.name][0], d.name)
		require.Less(t, len(d.doc), sizes[d.name][1], d.name)
	}
}
