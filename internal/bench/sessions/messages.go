package main

import (
	"fmt"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the messages of a session, as values and as bytes.

// The CPE's messages, in order; nil is the empty POST.
var posts = []rpc.Message{
	&rpc.Inform{
		DeviceID: rpc.DeviceID{Manufacturer: "Example", OUI: "00D09E", ProductClass: "Gateway", SerialNumber: serialMark},
		Event:    []rpc.Event{{EventCode: rpc.EventPeriodic}}, MaxEnvelopes: 1, CurrentTime: rpc.UnknownTime,
		ParameterList: parameters("Device.DeviceInfo.Field", 11),
	},
	nil,
	&rpc.GetParameterValuesResponse{ParameterList: parameters("Device.WiFi.AccessPoint.%d.AssociatedDevice.Field", 20)},
	&rpc.SetParameterValuesResponse{},
	&rpc.GetParameterNamesResponse{ParameterList: names(20)},
}

// serialMark is where a connection puts its own serial number: eight digits.
const serialMark = "00000000"

// The ACS's messages, in answer to each of them.
var answers = []rpc.Message{
	&rpc.InformResponse{MaxEnvelopes: 1},
	&rpc.GetParameterValues{ParameterNames: strings.Fields(strings.Repeat("Device.WiFi.AccessPoint.1.AssociatedDevice.SignalStrength ", 20))},
	&rpc.SetParameterValues{ParameterList: parameters("Device.ManagementServer.Field", 5), ParameterKey: "key"},
	&rpc.GetParameterNames{ParameterPath: "Device.WiFi.", NextLevel: true},
	nil,
}

// ids are the cwmp:IDs of the answers, which the CPE's next message echoes.
var ids = []string{"", "acs-1", "acs-2", "acs-3"}

func parameters(name string, n int) []rpc.ParameterValue {
	var list []rpc.ParameterValue
	for i := range n {
		full := strings.ReplaceAll(name, "%d", fmt.Sprint(i)) + fmt.Sprint(i)
		list = append(list, rpc.ParameterValue{Name: full, Value: rpc.StringValue(fmt.Sprint("value ", i))})
	}
	return list
}

func names(n int) []rpc.ParameterInfo {
	var list []rpc.ParameterInfo
	for i := range n {
		list = append(list, rpc.ParameterInfo{Name: fmt.Sprintf("Device.WiFi.AccessPoint.%d.Enable", i), Writable: i%2 == 0})
	}
	return list
}

// document is a message's bytes; none for nil.
func document(id string, m rpc.Message) []byte {
	if m == nil {
		return nil
	}
	b, err := rpc.NewEnvelope(rpc.V12, id, m).Append(nil, rpc.Style{})
	if err != nil {
		panic(err)
	}
	return b
}

// postDocuments are what a hand-written CPE sends.
func postDocuments() [][]byte {
	var all [][]byte
	for i, m := range posts {
		id := "1"
		if i > 0 {
			id = ids[i-1]
		}
		all = append(all, document(id, m))
	}
	return all
}

// answerDocuments are what a prebuilt ACS sends. A transport.Client's Inform has the ID
// "1" too.
func answerDocuments() [][]byte {
	var all [][]byte
	for i, m := range answers {
		id := "1"
		if i > 0 && i < len(ids) {
			id = ids[i]
		}
		all = append(all, document(id, m))
	}
	return all
}
