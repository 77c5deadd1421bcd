package main

import (
	"encoding/xml"
	"io"
	"net/http"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the messages by encoding/xml, and the subject that does no more than read and
// write them.

// unmarshalling reads and writes with encoding/xml.
type unmarshalling struct{}

func (unmarshalling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := step(r)
	if _, err := readXML(r); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if answers[n] == nil {
		respond(w, n, nil)
		return
	}
	id := "1"
	if n > 0 {
		id = ids[n]
	}
	body, err := writeXML(id, answers[n])
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	respond(w, n, body)
}

// readXML reads a request; nil is an empty one.
func readXML(r *http.Request) (*envelopeIn, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) == 0 {
		return nil, err
	}
	var in envelopeIn
	return &in, xml.Unmarshal(body, &in)
}

// writeXML writes an answer.
func writeXML(id string, m rpc.Message) ([]byte, error) {
	out := envelopeOut{ID: id}
	out.Body.Message = plain(m)
	body, err := xml.Marshal(out)
	return append([]byte(xml.Header), body...), err
}

// envelopeIn is what it makes of any of the CPE's messages.
type envelopeIn struct {
	ID   string `xml:"Header>ID"`
	Body struct {
		Inform *struct {
			DeviceID struct {
				Manufacturer, OUI, ProductClass, SerialNumber string
			} `xml:"DeviceId"`
			Events []struct{ EventCode, CommandKey string } `xml:"Event>EventStruct"`
			List   []parameterIn                            `xml:"ParameterList>ParameterValueStruct"`
		}
		GetParameterValuesResponse *struct {
			List []parameterIn `xml:"ParameterList>ParameterValueStruct"`
		}
		SetParameterValuesResponse *struct{ Status string }
		GetParameterNamesResponse  *struct {
			List []struct{ Name, Writable string } `xml:"ParameterList>ParameterInfoStruct"`
		}
	}
}

type parameterIn struct {
	Name  string
	Value struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
}

// envelopeOut is what it writes.
type envelopeOut struct {
	XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	ID      string   `xml:"Header>ID"`
	Body    struct{ Message any }
}

// plain is a message as encoding/xml can write it.
func plain(m rpc.Message) any {
	type value struct {
		Name, Value string
	}
	switch m := m.(type) {
	case *rpc.GetParameterValues:
		return struct {
			XMLName xml.Name `xml:"GetParameterValues"`
			Names   []string `xml:"ParameterNames>string"`
		}{Names: m.ParameterNames}
	case *rpc.SetParameterValues:
		var list []value
		for _, p := range m.ParameterList {
			list = append(list, value{p.Name, p.Value.Text})
		}
		return struct {
			XMLName      xml.Name `xml:"SetParameterValues"`
			List         []value  `xml:"ParameterList>ParameterValueStruct"`
			ParameterKey string
		}{List: list, ParameterKey: m.ParameterKey}
	case *rpc.GetParameterNames:
		return struct {
			XMLName       xml.Name `xml:"GetParameterNames"`
			ParameterPath string
			NextLevel     bool
		}{ParameterPath: m.ParameterPath, NextLevel: m.NextLevel}
	}
	return struct {
		XMLName      xml.Name `xml:"InformResponse"`
		MaxEnvelopes int
	}{MaxEnvelopes: 1}
}
