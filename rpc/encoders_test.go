package rpc_test

// NOTE: how encoding/xml and etree write the documents of the benchmarks. Both
// get every name with its prefix, as neither can choose one.

import (
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
)

// declarations are the attributes of the Envelope.
var declarations = []xml.Attr{
	{Name: xml.Name{Local: "xmlns:soap-env"}, Value: "http://schemas.xmlsoap.org/soap/envelope/"},
	{Name: xml.Name{Local: "xmlns:soap-enc"}, Value: "http://schemas.xmlsoap.org/soap/encoding/"},
	{Name: xml.Name{Local: "xmlns:xsd"}, Value: "http://www.w3.org/2001/XMLSchema"},
	{Name: xml.Name{Local: "xmlns:xsi"}, Value: "http://www.w3.org/2001/XMLSchema-instance"},
	{Name: xml.Name{Local: "xmlns:cwmp"}, Value: "urn:dslforum-org:cwmp-1-2"},
}

type (
	outValue struct {
		Type string `xml:"xsi:type,attr"`
		Text string `xml:",chardata"`
	}
	outParameter struct {
		Name  string
		Value outValue
	}
	outParameters struct {
		ArrayType string         `xml:"soap-enc:arrayType,attr"`
		Items     []outParameter `xml:"ParameterValueStruct"`
	}
	outEvents struct {
		ArrayType string     `xml:"soap-enc:arrayType,attr"`
		Items     []xmlEvent `xml:"EventStruct"`
	}
	outInform struct {
		DeviceID      xmlDeviceID `xml:"DeviceId"`
		Event         outEvents
		MaxEnvelopes  uint32
		CurrentTime   string
		RetryCount    uint32
		ParameterList outParameters
	}
	outValues struct{ ParameterList outParameters }
	outID     struct {
		Must string `xml:"soap-env:mustUnderstand,attr"`
		Text string `xml:",chardata"`
	}
	outEnvelope struct {
		XMLName      xml.Name   `xml:"soap-env:Envelope"`
		Declarations []xml.Attr `xml:",any,attr"`
		ID           outID      `xml:"soap-env:Header>cwmp:ID"`
		Inform       *outInform `xml:"soap-env:Body>cwmp:Inform"`
		Values       *outValues `xml:"soap-env:Body>cwmp:GetParameterValuesResponse"`
	}
)

// xmlEncode fills the structs and marshals them, as a user of encoding/xml does.
func xmlEncode(tb testing.TB, env *rpc.Envelope) []byte {
	out := outEnvelope{Declarations: declarations, ID: outID{"1", env.ID}}
	switch m := env.Message.(type) {
	case *rpc.Inform:
		out.Inform = &outInform{
			DeviceID:     xmlDeviceID(m.DeviceID),
			MaxEnvelopes: 1, CurrentTime: string(m.CurrentTime), RetryCount: m.RetryCount,
			ParameterList: outList(m.ParameterList),
		}
		for _, e := range m.Event {
			out.Inform.Event.Items = append(out.Inform.Event.Items, xmlEvent{string(e.EventCode), e.CommandKey})
		}
		out.Inform.Event.ArrayType = fmt.Sprintf("cwmp:EventStruct[%d]", len(m.Event))
	case *rpc.GetParameterValuesResponse:
		out.Values = &outValues{outList(m.ParameterList)}
	}
	b, err := xml.Marshal(out)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func outList(list []rpc.ParameterValue) outParameters {
	out := outParameters{ArrayType: fmt.Sprintf("cwmp:ParameterValueStruct[%d]", len(list)), Items: make([]outParameter, len(list))}
	for i, p := range list {
		out.Items[i] = outParameter{p.Name, outValue(p.Value)}
	}
	return out
}

// etreeEncode builds the tree and writes it.
func etreeEncode(tb testing.TB, env *rpc.Envelope) []byte {
	tree := etree.NewDocument()
	tree.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := tree.CreateElement("soap-env:Envelope")
	for _, d := range declarations {
		root.CreateAttr(d.Name.Local, d.Value)
	}
	id := root.CreateElement("soap-env:Header").CreateElement("cwmp:ID")
	id.CreateAttr("soap-env:mustUnderstand", "1")
	id.SetText(env.ID)
	el := root.CreateElement("soap-env:Body").CreateElement("cwmp:" + env.Message.Method())
	if m, ok := env.Message.(*rpc.Inform); ok {
		etreeInform(el, m)
	}
	etreeParameters(el, parameters(env.Message))
	b, err := tree.WriteToBytes()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func etreeInform(el *etree.Element, m *rpc.Inform) {
	id := el.CreateElement("DeviceId")
	id.CreateElement("Manufacturer").SetText(m.DeviceID.Manufacturer)
	id.CreateElement("OUI").SetText(m.DeviceID.OUI)
	id.CreateElement("ProductClass").SetText(m.DeviceID.ProductClass)
	id.CreateElement("SerialNumber").SetText(m.DeviceID.SerialNumber)
	events := el.CreateElement("Event")
	events.CreateAttr("soap-enc:arrayType", fmt.Sprintf("cwmp:EventStruct[%d]", len(m.Event)))
	for _, e := range m.Event {
		event := events.CreateElement("EventStruct")
		event.CreateElement("EventCode").SetText(string(e.EventCode))
		event.CreateElement("CommandKey").SetText(e.CommandKey)
	}
	el.CreateElement("MaxEnvelopes").SetText("1")
	el.CreateElement("CurrentTime").SetText(string(m.CurrentTime))
	el.CreateElement("RetryCount").SetText(fmt.Sprint(m.RetryCount))
}

func etreeParameters(el *etree.Element, list []rpc.ParameterValue) {
	array := el.CreateElement("ParameterList")
	array.CreateAttr("soap-enc:arrayType", fmt.Sprintf("cwmp:ParameterValueStruct[%d]", len(list)))
	for _, p := range list {
		item := array.CreateElement("ParameterValueStruct")
		item.CreateElement("Name").SetText(p.Name)
		value := item.CreateElement("Value")
		value.CreateAttr("xsi:type", p.Value.Type)
		value.SetText(p.Value.Text)
	}
}
