package cwmptest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what a Device reads out of its table, a row a request. Expected answers are
// words: "name" or "name+" for a writable one, "name=value"; a number is a fault.

// home is the table of these tests: a table object with gaps, a name that goes on
// where an object's ends, and an object that shares its name with a parameter.
func home() *Device {
	return &Device{Parameters: []Parameter{
		{Name: "Device.Info.Maker", Value: rpc.StringValue("M")},
		{Name: "Device.Info.UpTime", Value: rpc.UnsignedIntValue(17)},
		{Name: "Device.InfoText", Value: rpc.StringValue("T"), Writable: true},
		{Name: "Device.Net.1.Name", Value: rpc.StringValue("a"), Writable: true},
		{Name: "Device.Net.1.On", Value: rpc.BoolValue(true), Writable: true},
		{Name: "Device.Net.12.Name", Value: rpc.StringValue("b"), Writable: true},
		{Name: "Device.Net", Value: rpc.StringValue("n")},
	}}
}

var namesTests = []struct {
	about, path string
	nextLevel   bool
	want        string
}{
	{"empty path: the whole model", "", false, "Device. Device.Info. Device.Info.Maker Device.Info.UpTime Device.InfoText+ " +
		"Device.Net. Device.Net.1. Device.Net.1.Name+ Device.Net.1.On+ Device.Net.12. Device.Net.12.Name+ Device.Net"},
	{"empty path: the root alone", "", true, "Device."},
	{"the root: the whole model", "Device.", false, "Device. Device.Info. Device.Info.Maker Device.Info.UpTime Device.InfoText+ " +
		"Device.Net. Device.Net.1. Device.Net.1.Name+ Device.Net.1.On+ Device.Net.12. Device.Net.12.Name+ Device.Net"},
	{"the root: its children", "Device.", true, "Device.Info. Device.InfoText+ Device.Net. Device.Net"},
	{"an object and what is below", "Device.Info.", false, "Device.Info. Device.Info.Maker Device.Info.UpTime"},
	{"an object's children", "Device.Info.", true, "Device.Info.Maker Device.Info.UpTime"},
	{"a table and its instances", "Device.Net.", false, "Device.Net. Device.Net.1. Device.Net.1.Name+ Device.Net.1.On+ Device.Net.12. Device.Net.12.Name+"},
	{"a table's instances", "Device.Net.", true, "Device.Net.1. Device.Net.12."},
	{"an instance, not the one it begins like", "Device.Net.1.", false, "Device.Net.1. Device.Net.1.Name+ Device.Net.1.On+"},
	{"an instance's children", "Device.Net.1.", true, "Device.Net.1.Name+ Device.Net.1.On+"},
	{"a parameter", "Device.Net.1.On", false, "Device.Net.1.On+"},
	{"a parameter that is not writable", "Device.Info.UpTime", false, "Device.Info.UpTime"},
	{"a parameter has no next level", "Device.Net.1.On", true, "9003"},
	{"a parameter named like an object", "Device.Net", false, "Device.Net"},
	{"unknown parameter", "Device.Info.Nope", false, "9005"},
	{"unknown parameter, next level", "Device.Info.Nope", true, "9005"},
	{"unknown object", "Device.Nope.", false, "9005"},
	{"unknown object, next level", "Device.Nope.", true, "9005"},
	{"unknown instance", "Device.Net.2.", true, "9005"},
	{"another root", "InternetGatewayDevice.", true, "9005"},
	{"an object without its dot", "Device.Info", false, "9005"},
	{"an object without its dot, next level", "Device.Info", true, "9005"},
	{"part of a name", "Device.Inf", false, "9005"},
	{"a parameter with a dot", "Device.InfoText.", false, "9005"},
	{"a dot alone", ".", false, "9005"},
	{"the end of a name", "Info.", false, "9005"},
	{"case counts", "device.", false, "9005"},
	{"a template", "Device.Net.{i}.", false, "9005"},
}

// TR-069 A.3.2.3.
func TestGetParameterNames(t *testing.T) {
	for _, tt := range namesTests {
		t.Run(tt.about, func(t *testing.T) {
			got := ask(t, home(), &rpc.GetParameterNames{ParameterPath: tt.path, NextLevel: tt.nextLevel})
			assert.Equal(t, tt.want, got)
		})
	}
}

const all = "Device.Info.Maker=M Device.Info.UpTime=17 Device.InfoText=T Device.Net.1.Name=a " +
	"Device.Net.1.On=1 Device.Net.12.Name=b Device.Net=n"

var valuesTests = []struct {
	about string
	names []string
	want  string
}{
	{"a full name", []string{"Device.Info.UpTime"}, "Device.Info.UpTime=17"},
	{"a partial path", []string{"Device.Net.1."}, "Device.Net.1.Name=a Device.Net.1.On=1"},
	{"a table, all instances", []string{"Device.Net."}, "Device.Net.1.Name=a Device.Net.1.On=1 Device.Net.12.Name=b"},
	{"the empty name: everything", []string{""}, all},
	{"the root: everything", []string{"Device."}, all},
	{"full and partial, in the request's order", []string{"Device.Net.12.", "Device.Info.Maker"}, "Device.Net.12.Name=b Device.Info.Maker=M"},
	{"covered twice", []string{"Device.Info.", "Device.Info.Maker"}, "Device.Info.Maker=M Device.Info.UpTime=17 Device.Info.Maker=M"},
	{"the same name twice", []string{"Device.Net", "Device.Net"}, "Device.Net=n Device.Net=n"},
	{"no name", nil, ""},
	{"an unknown name", []string{"Device.Nope"}, "9005"},
	{"one unknown of several", []string{"Device.Info.UpTime", "Device.Nope", "Device.InfoText"}, "9005"},
	{"an unknown one after everything", []string{"", "Device.Nope."}, "9005"},
	{"an unknown path", []string{"Device.Net.2."}, "9005"},
	{"an object without its dot", []string{"Device.Info"}, "9005"},
	{"part of a name", []string{"Device.InfoT"}, "9005"},
	{"a parameter named like an object", []string{"Device.Net"}, "Device.Net=n"},
	{"a parameter with a dot", []string{"Device.InfoText."}, "9005"},
}

// TR-069 A.3.2.2.
func TestGetParameterValues(t *testing.T) {
	for _, tt := range valuesTests {
		t.Run(tt.about, func(t *testing.T) {
			assert.Equal(t, tt.want, ask(t, home(), &rpc.GetParameterValues{ParameterNames: tt.names}))
		})
	}
}

func TestGetParameterValuesKeepsTypes(t *testing.T) {
	m, err := home().Handle(t.Context(), &rpc.GetParameterValues{ParameterNames: []string{"Device.Net.1."}})
	require.NoError(t, err)
	assert.Equal(t, []rpc.ParameterValue{
		{Name: "Device.Net.1.Name", Value: rpc.StringValue("a")},
		{Name: "Device.Net.1.On", Value: rpc.BoolValue(true)},
	}, m.(*rpc.GetParameterValuesResponse).ParameterList)
}

// A device without parameters has a data model all the same: an empty one.
func TestEmptyDevice(t *testing.T) {
	var d Device
	assert.Empty(t, ask(t, &d, &rpc.GetParameterNames{}))
	assert.Empty(t, ask(t, &d, &rpc.GetParameterNames{NextLevel: true}))
	assert.Empty(t, ask(t, &d, &rpc.GetParameterValues{ParameterNames: []string{""}}))
	assert.Equal(t, "9005", ask(t, &d, &rpc.GetParameterNames{ParameterPath: "Device."}))
	_, ok := d.Value("Device.X")
	assert.False(t, ok)
}

func TestRebootAndMethods(t *testing.T) {
	d := home()
	for _, key := range []string{"k1", "", "k1"} {
		m, err := d.Handle(t.Context(), &rpc.Reboot{CommandKey: key})
		require.NoError(t, err)
		assert.Equal(t, &rpc.RebootResponse{}, m)
	}
	assert.Equal(t, []string{"k1", "", "k1"}, d.Reboots())
	d.Reboots()[0] = "changed"
	assert.Equal(t, "k1", d.Reboots()[0], "a copy is returned")

	_, err := d.Handle(t.Context(), &rpc.Inform{})
	assert.ErrorIs(t, err, rpc.FaultMethodNotSupported, "a CPE receives no Inform")
	_, err = d.Handle(t.Context(), &rpc.Vendor{})
	assert.ErrorIs(t, err, rpc.FaultMethodNotSupported)
}

// GetRPCMethods lists what is answered, and nothing else (TR-069 A.3.1.1).
func TestGetRPCMethods(t *testing.T) {
	d := home()
	d.Parameters = append(d.Parameters, Parameter{Name: "Device.Net.", Writable: true}, Parameter{Name: "Device.Net.1.", Writable: true})
	methods := func() []string {
		m, err := d.Handle(t.Context(), &rpc.GetRPCMethods{})
		require.NoError(t, err)
		return m.(*rpc.GetRPCMethodsResponse).MethodList
	}
	var answered []string
	for _, name := range (rpc.Registry{}).Methods(rpc.ToCPE) {
		m := (rpc.Registry{}).New(name)
		switch m := m.(type) {
		case *rpc.AddObject:
			m.ObjectName = "Device.Net."
		case *rpc.DeleteObject:
			m.ObjectName = "Device.Net.1."
		}
		answer, err := d.Handle(t.Context(), m)
		if err == nil {
			assert.True(t, rpc.Answers(answer, name), name)
			answered = append(answered, name)
		}
	}
	assert.ElementsMatch(t, answered, methods())
	methods()[0] = "changed"
	assert.ElementsMatch(t, answered, methods(), "a copy is returned")
}

func TestNewDevice(t *testing.T) {
	d := NewDevice(map[string]string{"Device.B": "2", "Device.A": "1", "Device.A.C": "3"})
	assert.Equal(t, []Parameter{
		{Name: "Device.A", Value: rpc.StringValue("1"), Writable: true},
		{Name: "Device.A.C", Value: rpc.StringValue("3"), Writable: true},
		{Name: "Device.B", Value: rpc.StringValue("2"), Writable: true},
	}, d.Parameters)
	assert.Empty(t, NewDevice(nil).Parameters)
}

// ask returns a Device's answer in words.
func ask(t *testing.T, d *Device, request rpc.Message) string {
	t.Helper()
	answer, err := d.Handle(t.Context(), request)
	if err != nil {
		require.Nil(t, answer)
		f := rpc.AsFault(err, 0)
		require.Empty(t, f.Parameters, "only SetParameterValues has them")
		return fmt.Sprint(uint32(f.FaultCode))
	}
	var words []string
	switch m := answer.(type) {
	case *rpc.GetParameterNamesResponse:
		for _, p := range m.ParameterList {
			words = append(words, p.Name+map[bool]string{true: "+"}[p.Writable])
		}
	case *rpc.GetParameterValuesResponse:
		for _, p := range m.ParameterList {
			words = append(words, p.Name+"="+p.Value.Text)
		}
	default:
		require.Failf(t, "not an answer", "%T", answer)
	}
	return strings.Join(words, " ")
}
