package main

// NOTE: the Go decoders. Each run makes the structs that a program would use;
// parameters turns them into what is compared, and is not timed.

import (
	"encoding/xml"
	"strings"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// A decoder reads a document and gives back something to compare later.
type decoder struct {
	name string
	run  func(data []byte) (func() []rpc.ParameterValue, error)
}

var decoders = []decoder{
	{"cwmp", ours(rpc.Config{})},
	{"encoding/xml Unmarshal", decodeXML},
	{"etree read + walk", decodeEtree},
	{"cwmp, Standard", ours(rpc.Config{Level: soap.Standard})},
	{"cwmp, Strict", ours(rpc.Config{Level: soap.Strict})},
	{"cwmp, unpredicted", ours(rpc.Config{NoPrediction: true})},
}

func ours(cfg rpc.Config) func(data []byte) (func() []rpc.ParameterValue, error) {
	return func(data []byte) (func() []rpc.ParameterValue, error) {
		env, err := rpc.Parse(data, cfg)
		if err != nil {
			return nil, err
		}
		return func() []rpc.ParameterValue { return parameters(env.Message) }, nil
	}
}

// The structs for encoding/xml.
type (
	xmlValue struct {
		Type string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		Text string `xml:",chardata"`
	}
	xmlParameter struct {
		Name  string
		Value xmlValue
	}
	xmlInfo struct {
		Name     string
		Writable string
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
	xmlBody struct {
		Inform *xmlInform
		Values []xmlParameter `xml:"GetParameterValuesResponse>ParameterList>ParameterValueStruct"`
		Names  []string       `xml:"GetParameterValues>ParameterNames>string"`
		Infos  []xmlInfo      `xml:"GetParameterNamesResponse>ParameterList>ParameterInfoStruct"`
	}
	xmlEnvelope struct {
		XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
		ID      string   `xml:"Header>ID"`
		Body    xmlBody
	}
)

func decodeXML(data []byte) (func() []rpc.ParameterValue, error) {
	env := new(xmlEnvelope)
	if err := xml.Unmarshal(data, env); err != nil {
		return nil, err
	}
	return env.Body.parameters, nil
}

func (b *xmlBody) parameters() []rpc.ParameterValue {
	var all []rpc.ParameterValue
	values := b.Values
	if b.Inform != nil {
		values = b.Inform.ParameterList
	}
	for _, p := range values {
		all = append(all, rpc.ParameterValue{Name: p.Name, Value: rpc.Value{Type: p.Value.Type, Text: p.Value.Text}})
	}
	for _, name := range b.Names {
		all = append(all, rpc.ParameterValue{Name: name})
	}
	for _, p := range b.Infos {
		all = append(all, rpc.ParameterValue{Name: p.Name, Value: rpc.Value{Text: p.Writable}})
	}
	return all
}

func decodeEtree(data []byte) (func() []rpc.ParameterValue, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(data); err != nil {
		return nil, err
	}
	all := etreeWalk(tree.Root())
	return func() []rpc.ParameterValue { return all }, nil
}

// etreeWalk takes the parameters out of the last child of the Body's child.
func etreeWalk(root *etree.Element) []rpc.ParameterValue {
	message := root.SelectElement("Body").ChildElements()[0]
	children := message.ChildElements()
	items := children[len(children)-1].ChildElements()
	all := make([]rpc.ParameterValue, len(items))
	for i, el := range items {
		if el.Tag == "string" {
			all[i].Name = el.Text()
			continue
		}
		all[i].Name = el.SelectElement("Name").Text()
		value := el.SelectElement("Value")
		if strings.HasPrefix(el.Tag, "ParameterInfo") {
			all[i].Value.Text = el.SelectElement("Writable").Text()
			continue
		}
		all[i].Value = rpc.Value{Type: value.SelectAttrValue("xsi:type", ""), Text: value.Text()}
	}
	return all
}
