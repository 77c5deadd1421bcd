package main

// NOTE: the encoders. encoding/xml and etree get every name with its prefix, as
// neither can choose one, and are given the message in structs of their own or
// as calls: to fill those is part of the work, as it is for their users.

import (
	"encoding/xml"
	"fmt"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
)

// An encoder writes a message.
type encoder struct {
	name string
	run  func(env *rpc.Envelope) ([]byte, error)
}

// encoders gives them anew, as the first keeps a buffer.
func encoders() []encoder {
	var buf []byte
	return []encoder{
		{"cwmp, reused buffer", func(env *rpc.Envelope) (out []byte, err error) {
			out, err = env.Append(buf[:0], rpc.Style{})
			buf = out
			return out, err
		}},
		{"cwmp, fresh buffer", func(env *rpc.Envelope) ([]byte, error) { return env.Append(nil, rpc.Style{}) }},
		{"encoding/xml Marshal", encodeXML},
		{"etree build + write", encodeEtree},
	}
}

// prefixes are the attributes of the Envelope.
var prefixes = []xml.Attr{
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
		XMLName  xml.Name   `xml:"soap-env:Envelope"`
		Prefixes []xml.Attr `xml:",any,attr"`
		ID       outID      `xml:"soap-env:Header>cwmp:ID"`
		Inform   *outInform `xml:"soap-env:Body>cwmp:Inform"`
		Values   *outValues `xml:"soap-env:Body>cwmp:GetParameterValuesResponse"`
	}
)

func encodeXML(env *rpc.Envelope) ([]byte, error) {
	out := outEnvelope{Prefixes: prefixes, ID: outID{"1", env.ID}}
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
		out.Inform.Event.ArrayType = arrayType("EventStruct", len(m.Event))
	case *rpc.GetParameterValuesResponse:
		out.Values = &outValues{outList(m.ParameterList)}
	}
	return xml.Marshal(out)
}

func arrayType(item string, n int) string { return fmt.Sprintf("cwmp:%s[%d]", item, n) }

func outList(list []rpc.ParameterValue) outParameters {
	out := outParameters{arrayType("ParameterValueStruct", len(list)), make([]outParameter, len(list))}
	for i, p := range list {
		out.Items[i] = outParameter{p.Name, outValue(p.Value)}
	}
	return out
}

func encodeEtree(env *rpc.Envelope) ([]byte, error) {
	tree := etree.NewDocument()
	tree.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := tree.CreateElement("soap-env:Envelope")
	for _, a := range prefixes {
		root.CreateAttr(a.Name.Local, a.Value)
	}
	id := root.CreateElement("soap-env:Header").CreateElement("cwmp:ID")
	id.CreateAttr("soap-env:mustUnderstand", "1")
	id.SetText(env.ID)
	el := root.CreateElement("soap-env:Body").CreateElement("cwmp:" + env.Message.Method())
	if m, ok := env.Message.(*rpc.Inform); ok {
		etreeInform(el, m)
	}
	all := parameters(env.Message)
	array := etreeArray(el, "ParameterList", "ParameterValueStruct", len(all))
	for _, p := range all {
		item := array.CreateElement("ParameterValueStruct")
		item.CreateElement("Name").SetText(p.Name)
		value := item.CreateElement("Value")
		value.CreateAttr("xsi:type", p.Value.Type)
		value.SetText(p.Value.Text)
	}
	return tree.WriteToBytes()
}

func etreeArray(el *etree.Element, name, item string, n int) *etree.Element {
	array := el.CreateElement(name)
	array.CreateAttr("soap-enc:arrayType", arrayType(item, n))
	return array
}

func etreeInform(el *etree.Element, m *rpc.Inform) {
	id := el.CreateElement("DeviceId")
	id.CreateElement("Manufacturer").SetText(m.DeviceID.Manufacturer)
	id.CreateElement("OUI").SetText(m.DeviceID.OUI)
	id.CreateElement("ProductClass").SetText(m.DeviceID.ProductClass)
	id.CreateElement("SerialNumber").SetText(m.DeviceID.SerialNumber)
	array := etreeArray(el, "Event", "EventStruct", len(m.Event))
	for _, e := range m.Event {
		event := array.CreateElement("EventStruct")
		event.CreateElement("EventCode").SetText(string(e.EventCode))
		event.CreateElement("CommandKey").SetText(e.CommandKey)
	}
	el.CreateElement("MaxEnvelopes").SetText("1")
	el.CreateElement("CurrentTime").SetText(string(m.CurrentTime))
	el.CreateElement("RetryCount").SetText(fmt.Sprint(m.RetryCount))
}
