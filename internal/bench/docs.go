package main

// NOTE: the documents, the same on every run: names of TR-181 tables, types with
// the frequency that real data models have, two values of a hundred with an
// escape. Their bytes are this library's own, but for two that say otherwise.

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
)

// A document is what decoders are given, and what they have to make of it.
type document struct {
	name  string
	env   *rpc.Envelope // nil if the document is not for encoders
	data  []byte
	count int    // parameters
	sum   string // what sum makes of them
}

// documents are makers of them: all, or those for a quick look. There is one in memory
// at a time, as the garbage collector looks through the others each time.
func documents(short bool) []func() document {
	docs := []func() document{
		func() document { return written("Inform", inform()) },
		func() document { return written("gpvr 1k", values(1000)) },
	}
	if short {
		return docs
	}
	return append(docs,
		func() document { return written("gpvr 10k", values(10_000)) },
		func() document { return indented("10k indented", values(10_000)) },
		func() document { return varied("10k varied", values(10_000)) },
		func() document { return written("GPV 500 names", names(500)) },
		func() document { return written("GPN 10k", infos(10_000)) })
}

func written(name string, m rpc.Message) document {
	env := rpc.NewEnvelope(rpc.V12, "1", m)
	data, err := env.Append(nil, rpc.Style{})
	if err != nil {
		panic(err) // a mistake in this file
	}
	all := parameters(m)
	d := document{name: name, data: data, count: len(all), sum: sum(all)}
	switch m.(type) {
	case *rpc.Inform, *rpc.GetParameterValuesResponse:
		d.env = env // which all encoders know
	}
	return d
}

// indented puts each element of an entry on a line of its own.
func indented(name string, m *rpc.GetParameterValuesResponse) document {
	d := written(name, m)
	d.env = nil
	d.data = []byte(strings.NewReplacer(
		"<ParameterValueStruct>", "\n        <ParameterValueStruct>",
		"<Name>", "\n          <Name>",
		"<Value ", "\n          <Value ",
		"</ParameterValueStruct>", "\n        </ParameterValueStruct>",
	).Replace(string(d.data)))
	return d
}

// varied is the worst honest document: no entry has the markup of another. What
// differs is the white space in and between its tags, and the quotes.
func varied(name string, m *rpc.GetParameterValuesResponse) document {
	d := written(name, m)
	d.env = nil
	var b bytes.Buffer
	for i, entry := range bytes.SplitAfter(d.data, []byte("</ParameterValueStruct>")) {
		s := space(i)
		if i%2 == 1 {
			entry = bytes.Replace(entry, []byte(`"xsd:`), []byte(`'xsd:`), 1)
			entry = bytes.Replace(entry, []byte(`">`), []byte(`'>`), 1)
		}
		if bytes.HasPrefix(entry, []byte("<ParameterValueStruct>")) {
			entry = bytes.Replace(entry, []byte("<Name>"), []byte(s+"<Name>"), 1)
			entry = bytes.Replace(entry, []byte("<Value "), []byte(s+"<Value"+s), 1)
			entry = bytes.Replace(entry, []byte("</ParameterValueStruct>"), []byte(s+"</ParameterValueStruct>"), 1)
		}
		b.Write(entry)
	}
	d.data = b.Bytes()
	return d
}

// space writes a number as white space.
func space(i int) string {
	b := []byte{' '}
	for ; i > 0; i /= 3 {
		b = append(b, " \t\n"[i%3])
	}
	return string(b)
}

// tables are parts of the data model, each with two indices and leaves.
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

func parameterName(i int) string {
	t := tables[i/50%len(tables)]
	return fmt.Sprintf(t.path, 1+i/400, 1+i/4%100) + t.leaves[i%len(t.leaves)]
}

func value(r *rand.Rand) rpc.Value {
	switch n := r.IntN(1000); {
	case n < 20:
		return rpc.StringValue(fmt.Sprintf("Küche & Bad <%d>", n))
	case n < 200:
		return rpc.StringValue(fmt.Sprintf("192.168.%d.1", r.IntN(256)))
	case n < 520:
		return rpc.UnsignedIntValue(r.Uint32N(100_000))
	case n < 720:
		return rpc.Value{Type: rpc.TypeUnsignedLong, Text: fmt.Sprint(r.Uint64N(1e12))}
	case n < 840:
		return rpc.BoolValue(n%2 == 0)
	case n < 935:
		return rpc.IntValue(-int32(r.IntN(100)))
	}
	return rpc.Value{Type: rpc.TypeDateTime, Text: fmt.Sprintf("2026-%02d-%02dT04:05:06Z", 1+r.IntN(12), 1+r.IntN(28))}
}

func list(n int) []rpc.ParameterValue {
	r := rand.New(rand.NewPCG(7, 181))
	all := make([]rpc.ParameterValue, n)
	for i := range all {
		all[i] = rpc.ParameterValue{Name: parameterName(i), Value: value(r)}
	}
	return all
}

func values(n int) *rpc.GetParameterValuesResponse {
	return &rpc.GetParameterValuesResponse{ParameterList: list(n)}
}

func names(n int) *rpc.GetParameterValues {
	m := new(rpc.GetParameterValues)
	for i := range n {
		m.ParameterNames = append(m.ParameterNames, parameterName(i*7))
	}
	return m
}

func infos(n int) *rpc.GetParameterNamesResponse {
	m := new(rpc.GetParameterNamesResponse)
	for i := range n {
		m.ParameterList = append(m.ParameterList, rpc.ParameterInfo{Name: parameterName(i), Writable: i%3 == 0})
	}
	return m
}

func inform() *rpc.Inform {
	return &rpc.Inform{
		DeviceID:      rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Gateway", SerialNumber: "SN-0001"},
		Event:         []rpc.Event{{EventCode: "1 BOOT"}, {EventCode: "4 VALUE CHANGE"}},
		CurrentTime:   "2026-02-03T04:05:06Z",
		ParameterList: list(11),
	}
}

// message is the document's, for a document whose envelope was not kept too.
func (d document) message() rpc.Message {
	if d.env != nil {
		return d.env.Message
	}
	env, err := rpc.Parse(d.data, rpc.Config{})
	if err != nil {
		panic(err)
	}
	return env.Message
}

// parameters gives what all decoders are compared by: for a list of names the
// names alone, for a list of infos whether they are writable as the value.
func parameters(m rpc.Message) []rpc.ParameterValue {
	var all []rpc.ParameterValue
	switch m := m.(type) {
	case *rpc.Inform:
		return m.ParameterList
	case *rpc.GetParameterValuesResponse:
		return m.ParameterList
	case *rpc.GetParameterValues:
		for _, name := range m.ParameterNames {
			all = append(all, rpc.ParameterValue{Name: name})
		}
	case *rpc.GetParameterNamesResponse:
		for _, p := range m.ParameterList {
			all = append(all, rpc.ParameterValue{Name: p.Name, Value: rpc.Value{Text: bit(p.Writable)}})
		}
	}
	return all
}

func bit(v bool) string {
	if v {
		return "1"
	}
	return "0"
}

// sum is the hash that the native programs print too.
func sum(all []rpc.ParameterValue) string {
	h := uint64(14695981039346656037)
	for _, p := range all {
		for _, s := range []string{p.Name, p.Value.Type, p.Value.Text} {
			for _, c := range []byte(s) {
				h = (h ^ uint64(c)) * 1099511628211
			}
			h *= 1099511628211
		}
	}
	return fmt.Sprintf("%d %016x", len(all), h)
}
