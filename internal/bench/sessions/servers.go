package main

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"strconv"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the subjects at the ACS's end. The state of the first two is the number of the
// next POST, which is all of their cookie.

var serverNames = []string{"net/http, prebuilt", "net/http, encoding/xml", "cwmp"}

func serverOf(name string) http.Handler {
	switch name {
	case serverNames[0]:
		return prebuilt(answerDocuments())
	case serverNames[1]:
		return unmarshalling{}
	}
	return &transport.Server{Handler: transport.HandlerFunc(turn)}
}

// step is the number of a POST, by its cookie.
func step(r *http.Request) int {
	c, err := r.Cookie("cwmp")
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(c.Value)
	return n % len(posts)
}

// respond sends a body, and the cookie for the next POST.
func respond(w http.ResponseWriter, n int, body []byte) {
	w.Header().Set("Set-Cookie", "cwmp="+strconv.Itoa(n+1)+"; Path=/; HttpOnly")
	if body == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// prebuilt answers with bodies that were made before.
type prebuilt [][]byte

func (p prebuilt) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	n := step(r)
	respond(w, n, p[n])
}

// turn is the Handler of the transport.Server: the same requests, each message new.
func turn(_ context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
	n := len(s.Data) + 1
	s.Data = append(s.Data, 'x')
	if f, ok := in.(*rpc.Fault); ok {
		return nil, f
	}
	return answers[n], nil
}

// unmarshalling reads and writes with encoding/xml.
type unmarshalling struct{}

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

func (unmarshalling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := step(r)
	var in envelopeIn
	if n != 1 {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = xml.Unmarshal(body, &in)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	if answers[n] == nil {
		respond(w, n, nil)
		return
	}
	out := envelopeOut{ID: "1"}
	if n > 0 {
		out.ID = ids[n]
	}
	out.Body.Message = plain(answers[n])
	body, err := xml.Marshal(out)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	respond(w, n, append([]byte(xml.Header), body...))
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
