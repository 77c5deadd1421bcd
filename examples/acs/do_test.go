package main

// NOTE: -do: every method of a CPE by its fields' names, what comes back of it, and
// files that are refused. testdata/do.json has them all; that its texts are those of
// package rpc's documents is checked where the device gets them.

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

var update = flag.Bool("update", false, "write what came out into the golden files")

// golden compares with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// typed is the message of one of rpc's documents.
func typed(t *testing.T, name string) rpc.Message {
	t.Helper()
	env, err := rpc.Parse([]byte(message(t, name)), rpc.Config{})
	require.NoError(t, err)
	return env.Message
}

// documents are those of package rpc that do.json and its answers are like, where the
// name is not the message's own.
var documents = map[string]string{"ChangeDUState": "ChangeDUState-all"}

func documentOf(method string) string {
	if name := documents[method]; name != "" {
		return name + ".xml"
	}
	return method + ".xml"
}

func TestEveryMethod(t *testing.T) {
	var asked []rpc.Message
	d := device()
	d.Client.Handle = func(_ context.Context, m rpc.Message) (rpc.Message, error) {
		asked = append(asked, m)
		return typed(t, m.Method()+"Response.xml"), nil
	}
	for _, form := range []string{"text", "json"} {
		asked = nil
		args := []string{"-do", "testdata/do.json"}
		if form == "json" {
			args = append(args, "-json")
		}
		r := start(t, args...)
		require.NoError(t, r.call(t, d))
		require.Equal(t, exitOK, r.stop(t))
		golden(t, "every."+form, strings.Replace(r.out.String(), r.url, "URL", 1))

		var names []string
		for _, m := range asked {
			names = append(names, m.Method())
			assert.Equal(t, typed(t, documentOf(m.Method())), m)
		}
		assert.Equal(t, rpc.Registry{}.Methods(rpc.ToCPE), names, "all that a CPE may be asked")
	}
}

// A list may be as long as its author likes.
func TestLongList(t *testing.T) {
	const n = 1500
	r := start(t, "-once", "-json", "-do", file(t, "["+strings.Repeat(`{"GetRPCMethods":{}},`, n-1)+`{"GetRPCMethods":{}}]`))
	d := device()
	d.Client.MaxMessages = 2 * n
	require.NoError(t, r.call(t, d))
	assert.Equal(t, exitOK, <-r.status)
	assert.Equal(t, n, strings.Count(r.out.lines(t, 1)[0], `"method":"GetRPCMethods"`))
}

// What is left out is empty, false or 0, and an empty list makes no requests.
func TestShortForms(t *testing.T) {
	var asked []rpc.Message
	d := device()
	d.Client.Handle = func(_ context.Context, m rpc.Message) (rpc.Message, error) {
		asked = append(asked, m)
		return nil, rpc.FaultRequestDenied
	}
	for _, do := range []string{
		`[]`,
		`[{"Reboot":{}}, {"Download":{"FileSize":7}}, {"GetParameterNames":{"NextLevel":true}}, {"Reboot":{"CommandKey":null}}]`,
		`[{"SetParameterValues":{"ParameterList":[{"Name":"A","Value":5},{"Name":"B","Value":true},{"valueBase64":"dg==","Name":"C","Type":"xsd:string"}]}}]`,
	} {
		r := start(t, "-once", "-do", file(t, do))
		require.NoError(t, r.call(t, d))
		require.Equal(t, exitOK, <-r.status)
	}
	assert.Equal(t, []rpc.Message{
		&rpc.Reboot{}, &rpc.Download{FileSize: 7}, &rpc.GetParameterNames{NextLevel: true}, &rpc.Reboot{},
		&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{
			{Name: "A", Value: rpc.StringValue("5")}, {Name: "B", Value: rpc.StringValue("true")}, {Name: "C", Value: rpc.StringValue("v")},
		}},
	}, asked)
}

var badRequests = []struct{ do, want string }{
	{"", "line 1: unexpected end of JSON input"},
	{"{}", "not a list of requests"},
	{"null", "not a list of requests"},
	{`"Reboot"`, "not a list of requests"},
	{"[\n{\"Reboot\":{}},\n]", "line 3: invalid character ']' looking for beginning of value"},
	{"[] []", "line 1: invalid character '[' after top-level value"},
	{"[{}]", "request 1: 0 methods in one object"},
	{"[5]", "request 1: wrong kind of value, want an object"},
	{`[{"Reboot":{}},{"Reboot":{},"FactoryReset":{}}]`, "request 2: 2 methods in one object"},
	{`[{"Reboot":{},"Reboot":{}}]`, `request 1: "Reboot" given twice`},
	{`[{"Rebot":{}}]`, `request 1: "Rebot" is no method of a CPE`},
	{`[{"reboot":{}}]`, `request 1: "reboot" is no method of a CPE`},
	{`[{"Inform":{}}]`, `request 1: "Inform" is no method of a CPE`},
	{`[{"RebootResponse":{}}]`, `request 1: "RebootResponse" is no method of a CPE`},
	{`[{"Fault":{}}]`, `request 1: "Fault" is no method of a CPE`},
	{`[{"Reboot":null}]`, "request 1: Reboot: wrong kind of value, want an object"},
	{`[{"Reboot":{"Commandkey":"k"}}]`, "request 1: Reboot.Commandkey: unknown field"},
	{`[{"Reboot":{"CommandKey":5}}]`, "request 1: Reboot.CommandKey: wrong kind of value, want a string"},
	{`[{"Download":{"FileSize":"seven"}}]`, "request 1: "},
	{`[{"Download":{"FileSize":-1}}]`, "request 1: "},
	{`[{"Reboot":{"CommandKey":"123456789012345678901234567890123"}}]`, "request 1: "},
	{`[{"Reboot":{"CommandKey":"\u0001"}}]`, "request 1: "},
	{"[{\"Reboot\":{\"CommandKey\":\"\xff\"}}]", "not UTF-8"},
	{strings.Repeat("[", 100_000), "line 1: invalid character '[' exceeded max depth"},
	{strings.Repeat(" ", maxFile+1), "more than 16777216 bytes"},
}

// A bad -do is named, with the place in it, before anybody is listened to.
func TestBadRequests(t *testing.T) {
	for _, tt := range badRequests {
		name := file(t, tt.do)
		out, errs := newConsole(), newConsole()
		assert.Equal(t, exitUsage, run(t.Context(), []string{"-listen", "127.0.0.1:0", "-do", name}, out, errs), tt.want)
		assert.Empty(t, out.String())
		assert.Equal(t, 1, strings.Count(errs.String(), "\n"))
		assert.Contains(t, errs.String(), "acs: -do: "+name+": "+tt.want)
	}
}
