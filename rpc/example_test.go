package rpc_test

// NOTE: the examples of the package's chapter, run and compared by go test.

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cwmp-go/cwmp/rpc"
)

// A device opens a session. The document is as it was sent.
func ExampleParse() {
	document := []byte(`<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:cwmp="urn:dslforum-org:cwmp-1-0">
 <soapenv:Header><cwmp:ID soapenv:mustUnderstand="1">1002</cwmp:ID></soapenv:Header>
 <soapenv:Body>
  <cwmp:Inform>
   <DeviceId><Manufacturer>ACME</Manufacturer><OUI>00D09E</OUI><ProductClass>Router</ProductClass><SerialNumber>SN1</SerialNumber></DeviceId>
   <Event><EventStruct><EventCode>1 BOOT</EventCode><CommandKey/></EventStruct></Event>
   <MaxEnvelopes>1</MaxEnvelopes>
   <CurrentTime>2026-03-01T05:05:06+01:00</CurrentTime>
   <RetryCount>0</RetryCount>
  </cwmp:Inform>
 </soapenv:Body>
</soapenv:Envelope>`)

	env, err := rpc.Parse(document, rpc.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	switch m := env.Message.(type) {
	case *rpc.Inform:
		at, _ := m.CurrentTime.Time()
		fmt.Println("session", env.ID, "of", m.DeviceID.OUI, m.DeviceID.SerialNumber, "CWMP", env.Version)
		fmt.Println("booted:", m.Has(rpc.EventBoot), "at", at.UTC())
	case *rpc.Fault:
		fmt.Println("refused:", m)
	}
	// Output:
	// session 1002 of 00D09E SN1 CWMP 1.0
	// booted: true at 2026-03-01 04:05:06 +0000 UTC
}

// A document that is no message says where it stops being one.
func ExampleParse_refused() {
	_, err := rpc.Parse([]byte("<html><body>Service unavailable</body></html>"), rpc.Config{})
	fmt.Println(err)
	fmt.Println(errors.Is(err, rpc.ErrNotEnvelope))
	// Output:
	// rpc: offset 0, /html: not a SOAP 1.1 envelope
	// true
}

// A list that is too long to be kept is looked at as it comes in.
func ExampleStream() {
	answer := &rpc.GetParameterValuesResponse{}
	for i := range 5000 {
		name := fmt.Sprintf("Device.Hosts.Host.%d.Active", i+1)
		answer.ParameterList = append(answer.ParameterList, rpc.ParameterValue{Name: name, Value: rpc.BoolValue(i%1000 == 7)})
	}
	document, _ := rpc.NewEnvelope(rpc.V12, "12", answer).Append(nil, rpc.Style{})

	var env rpc.Envelope
	var active []rpc.ParameterValue
	total := 0
	for p, err := range rpc.Stream(bytes.NewReader(document), rpc.Config{}, &env) {
		if err != nil {
			fmt.Println(err) // what came before it was half a message
			return
		}
		if total++; string(p.Text) == "1" {
			active = append(active, p.Value()) // a copy, to be kept
		}
	}
	fmt.Println(env.Message.Method(), env.ID, "has", total, "parameters;", len(active), "are kept, the last is", active[len(active)-1].Name)
	// Output:
	// GetParameterValuesResponse 12 has 5000 parameters; 5 are kept, the last is Device.Hosts.Host.4008.Active
}

func ExampleEnvelope_Append() {
	env := rpc.NewEnvelope(rpc.V10, "1002", &rpc.InformResponse{})
	b, err := env.Append(nil, rpc.Style{NoDeclaration: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(indent(string(b)))
	// Output:
	// <soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soap-enc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cwmp="urn:dslforum-org:cwmp-1-0">
	//   <soap-env:Header>
	//     <cwmp:ID soap-env:mustUnderstand="1">1002</cwmp:ID>
	//   </soap-env:Header>
	//   <soap-env:Body>
	//     <cwmp:InformResponse>
	//       <MaxEnvelopes>1</MaxEnvelopes>
	//     </cwmp:InformResponse>
	//   </soap-env:Body>
	// </soap-env:Envelope>
}

// Ping is a vendor's request: a struct, its name, its answer, its fields.
type Ping struct {
	Host  string
	Count uint32
}

func (*Ping) Method() string             { return "X_ACME_Ping" }
func (*Ping) NewResponse() *PingResponse { return new(PingResponse) }
func (m *Ping) Fields(c *rpc.Codec) {
	c.String("Host", &m.Host, 256)
	c.Uint("Count", &m.Count)
}

// PingResponse answers it.
type PingResponse struct{ Lost uint32 }

func (*PingResponse) Method() string        { return "X_ACME_PingResponse" }
func (m *PingResponse) Fields(c *rpc.Codec) { c.Uint("Lost", &m.Lost) }

// A vendor's RPC from end to end: the row that both ends add, the request, the
// response.
func ExampleRegistry_With() {
	cfg := rpc.Config{Registry: rpc.Registry{}.With(rpc.Pair[Ping, PingResponse](rpc.ToCPE, rpc.V10, 0))}
	methods := cfg.Registry.Methods(rpc.ToCPE)
	fmt.Println("a CPE lists", len(methods), "methods, the last is", methods[len(methods)-1])

	// The ACS asks.
	request, _ := rpc.NewEnvelope(rpc.V12, "7", &Ping{Host: "192.0.2.1", Count: 4}).Append(nil, rpc.Style{})

	// The CPE reads, and answers with the ID of the request.
	env, _ := rpc.Parse(request, cfg)
	ping := env.Message.(*Ping)
	fmt.Println("asked to ping", ping.Host, ping.Count, "times")
	answer, _ := rpc.NewEnvelope(env.Version, env.ID, &PingResponse{Lost: 1}).Append(nil, rpc.Style{})

	// The ACS reads the answer.
	env, _ = rpc.Parse(answer, cfg)
	fmt.Println("answers:", rpc.Answers(env.Message, "X_ACME_Ping"), "lost:", env.Message.(*PingResponse).Lost)
	// Output:
	// a CPE lists 21 methods, the last is X_ACME_Ping
	// asked to ping 192.0.2.1 4 times
	// answers: true lost: 1
}

// A fault is an error; its code is what errors.Is finds in it.
func ExampleFault() {
	set := func(name string) error { // a data model's, say
		return fmt.Errorf("table 3: %w", rpc.FaultInvalidParameterName)
	}
	err := set("Device.Nothing")

	fault := rpc.AsFault(err, rpc.FaultInternalError)
	b, _ := rpc.NewEnvelope(rpc.V12, "8", fault).Append(nil, rpc.Style{})

	env, _ := rpc.Parse(b, rpc.Config{})
	received := env.Message.(*rpc.Fault)
	fmt.Println(received)
	fmt.Println(errors.Is(received, rpc.FaultInvalidParameterName), received.SOAPCode)
	// Output:
	// fault 9005: invalid parameter name
	// true Client
}

// An ACS that speaks 1.0 to 1.2 is called by a CPE that speaks 1.2 to 1.4.
func ExampleAgreeVersion() {
	inform := rpc.NewEnvelope(rpc.V14, "1", &rpc.Inform{})
	inform.SupportedCWMPVersions = rpc.ListVersions(rpc.V12, rpc.V13, rpc.V14)

	v, use, err := rpc.AgreeVersion(inform, rpc.V10, rpc.V11, rpc.V12)
	response := rpc.NewEnvelope(v, inform.ID, &rpc.InformResponse{})
	response.UseCWMPVersion = use
	fmt.Println(v, err)

	v, err = rpc.AcceptVersion(response, rpc.V12, rpc.V13, rpc.V14)
	fmt.Println(v, err)
	// Output:
	// 1.2 <nil>
	// 1.2 <nil>
}

func ExampleFaults() {
	for _, code := range rpc.Faults("CancelTransfer", rpc.ToCPE) {
		fmt.Println(uint32(code), code.Meaning())
	}
	fmt.Println(rpc.FaultInvalidParameterName.Answers("CancelTransfer", rpc.ToCPE))
	// Output:
	// 9000 method not supported
	// 9001 request denied
	// 9002 internal error
	// 9021 cancellation not permitted in the present transfer state
	// false
}

// A CPE that knows no prefixes but its own is answered in these.
func ExampleConfig_echo() {
	request := []byte(`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="urn:dslforum-org:cwmp-1-0">` +
		`<SOAP-ENV:Header><c:ID>7</c:ID></SOAP-ENV:Header><SOAP-ENV:Body><c:GetRPCMethods/></SOAP-ENV:Body></SOAP-ENV:Envelope>`)
	var style rpc.Style
	env, err := rpc.Parse(request, rpc.Config{Echo: &style})
	fmt.Println(env.Message.Method(), err, style.EnvelopePrefix, style.CWMPPrefix)
	// Output:
	// GetRPCMethods <nil> SOAP-ENV c
}

// A value keeps its text; it is parsed when asked.
func ExampleValue() {
	v := rpc.Value{Type: "xsd:unsignedInt", Text: " 0300 "}
	n, err := v.Uint()
	fmt.Println(n, err)
	_, err = v.Bool()
	fmt.Println(err)
	// Output:
	// 300 <nil>
	// not a boolean
}
