package main

// NOTE: one session: what is answered and printed, how it may fail, and flags that are
// no good. run_test.go has the sessions that follow, table_test.go the files.

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

const mapping = "Device.NAT.PortMapping."

// tour asks for all that the device answers, and for some that it does not.
var tour = []rpc.Message{
	&rpc.GetRPCMethods{},
	&rpc.GetParameterNames{ParameterPath: mapping, NextLevel: true},
	&rpc.GetParameterValues{ParameterNames: []string{"Device.NAT."}},
	&rpc.SetParameterValues{ParameterKey: "k1", ParameterList: []rpc.ParameterValue{{Name: mapping + "1.Description", Value: rpc.StringValue("mail")}}},
	&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{
		{Name: "Device.Nope", Value: rpc.StringValue("")},
		{Name: mapping + "1.Enable", Value: rpc.StringValue("maybe")},
		{Name: "Device.DeviceInfo.UpTime", Value: rpc.StringValue("1")},
	}},
	&rpc.AddObject{ObjectName: mapping, ParameterKey: "k2"},
	&rpc.GetParameterValues{ParameterNames: []string{mapping + "2."}},
	&rpc.DeleteObject{ObjectName: mapping + "1.", ParameterKey: "k3"},
	&rpc.AddObject{ObjectName: mapping},
	&rpc.AddObject{ObjectName: "Device.Ethernet.Interface."},
	&rpc.DeleteObject{ObjectName: mapping + "9."},
	&rpc.GetParameterNames{ParameterPath: mapping, NextLevel: true},
	&rpc.FactoryReset{},
	&rpc.Vendor{Raw: soap.Raw{Local: "X_Ping", XML: []byte("<X_Ping/>")}},
	&rpc.Reboot{CommandKey: "k"},
}

func TestOnce(t *testing.T) {
	a := &asking{list: tour}
	acs := cwmptest.NewACS(t, a)
	status, stdout, stderr := play(t, "-acs", acs.URL, "-serial", "S", "-event", "2 PERIODIC", "-event", "0 BOOTSTRAP", "-event", "M X")
	assert.Equal(t, exitOK, status, stderr)
	assert.Empty(t, stderr)
	assert.Equal(t, `session 1: 0 BOOTSTRAP, 2 PERIODIC, M X
  GetRPCMethods: answered
  GetParameterNames: answered
  GetParameterValues: answered
  SetParameterValues: answered
  SetParameterValues: fault 9003: invalid arguments; Device.Nope: 9005 invalid parameter name; `+mapping+`1.Enable: 9007 invalid parameter value; Device.DeviceInfo.UpTime: 9008 non-writable parameter
  AddObject: answered
  GetParameterValues: answered
  DeleteObject: answered
  AddObject: answered
  AddObject: fault 9005: Device.Ethernet.Interface.
  DeleteObject: fault 9005: `+mapping+`9.
  GetParameterNames: answered
  FactoryReset: fault 9000: method not supported
  X_Ping: fault 9000: method not supported
  Reboot: answered
session 1 ended well
`, stdout)
	assert.Equal(t, []error{nil}, acs.Ended())
	assert.Equal(t, []rpc.ParameterInfo{{Name: mapping + "2.", Writable: true}, {Name: mapping + "3.", Writable: true}},
		a.answers[11].(*rpc.GetParameterNamesResponse).ParameterList, "1 is gone, and its number too")
	assert.Equal(t, []rpc.ParameterValue{
		{Name: mapping + "2.Enable", Value: rpc.Value{Type: rpc.TypeBoolean, Text: "false"}},
		{Name: mapping + "2.Interface", Value: rpc.StringValue("")},
		{Name: mapping + "2.ExternalPort", Value: rpc.UnsignedIntValue(0)},
		{Name: mapping + "2.InternalPort", Value: rpc.UnsignedIntValue(0)},
		{Name: mapping + "2.Protocol", Value: rpc.StringValue("")},
		{Name: mapping + "2.InternalClient", Value: rpc.StringValue("")},
		{Name: mapping + "2.Description", Value: rpc.StringValue("")},
	}, a.answers[6].(*rpc.GetParameterValuesResponse).ParameterList)
}

// The Inform says who calls, and has the parameters that each Inform has to have.
func TestInform(t *testing.T) {
	acs := cwmptest.NewACS(t, nil)
	status, _, _ := play(t, "-acs", acs.URL, "-manufacturer", "M", "-oui", "ABCDEF", "-class", "C", "-serial", "S", "-once")
	require.Equal(t, exitOK, status)
	inform := acs.Exchanges()[0].Request.Message.(*rpc.Inform)
	assert.Equal(t, rpc.DeviceID{Manufacturer: "M", OUI: "ABCDEF", ProductClass: "C", SerialNumber: "S"}, inform.DeviceID)
	assert.Equal(t, []rpc.Event{{EventCode: rpc.EventBoot}}, inform.Event)
	assert.Zero(t, inform.RetryCount)
	var names []string
	for _, p := range inform.ParameterList {
		names = append(names, p.Name)
	}
	assert.Equal(t, forced[:7], names)
}

// Of an ACS that misbehaves there is one line, and nothing of it is a password or reaches
// the terminal as it is.
func TestFailures(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	answer := func(status int, header, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
			w.WriteHeader(status)
			io.WriteString(w, body)
		})
	}
	refusing := &transport.Server{Answer: func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
		return nil, rpc.NewFault(8001, "you gave hunter2\u202e\n"+strings.Repeat("x", 1000))
	}}
	for _, tt := range []struct {
		about string
		acs   http.Handler
		want  string
	}{
		{"nobody", nil, "connection refused"},
		{"a status", answer(500, "", "hunter2"), "POST Inform: HTTP status 500 Internal Server Error"},
		{"forbidden", answer(403, "", ""), "POST Inform: HTTP status 403 Forbidden"},
		{"a fault", refusing, "fault 8001: you gave ***"},
		{"a page", answer(200, "", "<html>hunter2</html>"), "POST Inform: "},
		{"nothing", answer(204, "", ""), "session failed: "},
		{"basic", answer(401, `WWW-Authenticate: Basic realm="hunter2"`, ""), "password in clear over plain HTTP"},
		{"a riddle", answer(401, "WWW-Authenticate: Hunter2 x", ""), "challenge that cannot be answered"},
		{"another digest each time", answer(401, `WWW-Authenticate: Digest realm="r", qop="auth", nonce="n"`, ""), "credentials refused"},
		{"round and round", answer(307, "Location: /hunter2", ""), "too many redirects"},
		{"to a name and a password", answer(302, "Location: http://u:hunter2@127.0.0.1/", ""), "redirect to"},
	} {
		url := "http://" + closed.Addr().String()
		if tt.acs != nil {
			server := httptest.NewServer(tt.acs)
			defer server.Close()
			url = server.URL
		}
		status, stdout, stderr := play(t, "-acs", url, "-user", "u", "-pass", "hunter2")
		assert.Equal(t, exitFailed, status, tt.about)
		assert.Equal(t, "session 1: 1 BOOT\n", stdout, tt.about)
		assert.Regexp(t, "^cpe: session failed: [ -~]{1,430}\n$", stderr, tt.about)
		assert.Contains(t, stderr, tt.want, tt.about)
		assert.NotContains(t, stderr, "hunter2", tt.about)
	}
}

// What an ACS asks for in all seriousness may be as bad.
func TestHostileRequests(t *testing.T) {
	name := "X_\u202e" + strings.Repeat("y", 1000)
	acs := cwmptest.NewACS(t, &asking{list: []rpc.Message{
		&rpc.GetParameterValues{ParameterNames: []string{"Device.hunter2\n\x7f"}},
		&rpc.AddObject{ObjectName: strings.Repeat("z", 256)},
	}})
	status, stdout, stderr := play(t, "-acs", acs.URL, "-user", "u", "-pass", "hunter2")
	assert.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "  GetParameterValues: fault 9005: Device.***")
	assert.NotContains(t, stdout, "\x7f")
	p := newProgram(options{}, io.Discard, io.Discard)
	assert.Len(t, p.clean(name), 403)
	assert.NotContains(t, p.clean(name), "\u202e")
	assert.Equal(t, "a b", p.clean("a\nb"))
}

// A password that an ACS sets is not given back, nor printed.
func TestPasswordsReadAsEmpty(t *testing.T) {
	const name = "Device.ManagementServer.Password"
	a := &asking{list: []rpc.Message{
		&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: name, Value: rpc.StringValue("hunter2")}}},
		&rpc.GetParameterValues{ParameterNames: []string{name}},
		&rpc.GetParameterValues{ParameterNames: []string{""}},
	}}
	acs := cwmptest.NewUnstartedACS(t, a)
	acs.Username, acs.Password = "u", "pass-w0rd"
	acs.Start()
	status, stdout, stderr := play(t, "-acs", acs.URL, "-user", "u", "-pass", "pass-w0rd")
	require.Equal(t, exitOK, status, stderr)
	assert.NotContains(t, stdout, "hunter2")
	assert.Equal(t, []rpc.ParameterValue{{Name: name, Value: rpc.StringValue("")}}, a.answers[1].(*rpc.GetParameterValuesResponse).ParameterList)
	for _, p := range a.answers[2].(*rpc.GetParameterValuesResponse).ParameterList {
		assert.NotContains(t, []string{"hunter2", "pass-w0rd"}, p.Value.Text, p.Name)
	}
}

// An ACS over TLS is trusted by -cacert alone, for the names in its certificate.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(&transport.Server{})
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	roots := file(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	status, _, stderr := play(t, "-acs", server.URL, "-cacert", roots)
	assert.Equal(t, exitOK, status, stderr)
	for _, args := range [][]string{
		{"-acs", server.URL},
		{"-acs", strings.Replace(server.URL, "127.0.0.1", "localhost", 1), "-cacert", roots},
	} {
		status, _, stderr = play(t, args...)
		assert.Equal(t, exitFailed, status)
		assert.Contains(t, stderr, "certificate")
	}
}

func TestBadFlags(t *testing.T) {
	const acs = "http://127.0.0.1:9/"
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "-acs is missing"},
		{[]string{"-nonsense"}, "-nonsense"},
		{[]string{"-acs"}, "-acs"},
		{[]string{"-acs", ""}, "no http or https URL"},
		{[]string{"-acs", "127.0.0.1:7547"}, "no http or https URL"},
		{[]string{"-acs", "ftp://127.0.0.1/"}, "no http or https URL"},
		{[]string{"-acs", "http:///x"}, "no http or https URL"},
		{[]string{"-acs", "http://127.0.0.1:x/"}, "no http or https URL"},
		{[]string{"-acs", "http://127.0.0.1:70000/"}, "no http or https URL"},
		{[]string{"-acs", "http://0]0/"}, "no http or https URL"},
		{[]string{"-acs", "http://u:hunter2@127.0.0.1/"}, "no http or https URL"},
		{[]string{"-acs", acs, "hunter2"}, "belong to no flag"},
		{[]string{"-acs", acs, "-pass", "hunter2"}, "-pass goes with -user"},
		{[]string{"-acs", acs, "-once", "-interval", "1s"}, "do not go together"},
		{[]string{"-acs", acs, "-once=maybe"}, "-once"},
		{[]string{"-acs", acs, "-interval", "0s"}, "-interval"},
		{[]string{"-acs", acs, "-interval", "-1s"}, "-interval"},
		{[]string{"-acs", acs, "-interval", "30"}, "-interval"},
		{[]string{"-acs", acs, "-user", strings.Repeat("u", 257)}, "acs username"},
		{[]string{"-acs", acs + strings.Repeat("u", 256)}, "acs url"},
		{[]string{"-acs", acs, "-connreq", "127.0.0.1:0"}, "want -cr-user and -cr-pass"},
		{[]string{"-acs", acs, "-stun", "127.0.0.1:3478"}, "want -cr-user and -cr-pass"},
		{[]string{"-acs", acs, "-connreq", "127.0.0.1:0", "-cr-user", "u"}, "want -cr-user and -cr-pass"},
		{[]string{"-acs", acs, "-connreq", "127.0.0.1:0", "-cr-pass", "hunter2"}, "want -cr-user and -cr-pass"},
		{[]string{"-acs", acs, "-connreq", "127.0.0.1:0", "-cr-user", "u", "-cr-pass", ""}, "want -cr-user and -cr-pass"},
		{[]string{"-acs", acs, "-connreq", "127.0.0.1:0", "-cr-user", "", "-cr-pass", "hunter2"}, "want -cr-user and -cr-pass"},
		{[]string{"-acs", acs, "-cr-user", "u", "-cr-pass", "hunter2"}, "go with -connreq or -stun"},
		{[]string{"-acs", acs, "-cr-pass", "hunter2"}, "go with -connreq or -stun"},
		{[]string{"-acs", acs, "-connreq", "127.0.0.1", "-cr-user", "u", "-cr-pass", "hunter2"}, "-connreq is no address"},
		{[]string{"-acs", acs, "-connreq", "", "-cr-user", "u", "-cr-pass", "hunter2"}, "-connreq is no address"},
		{[]string{"-acs", acs, "-connreq", "127.0.0.1:70000", "-cr-user", "u", "-cr-pass", "hunter2"}, "-connreq is no address"},
		{[]string{"-acs", acs, "-connreq", "http://127.0.0.1:0/", "-cr-user", "u", "-cr-pass", "hunter2"}, "-connreq is no address"},
		{[]string{"-acs", acs, "-stun", "127.0.0.1", "-cr-user", "u", "-cr-pass", "hunter2"}, "-stun is no host:port"},
		{[]string{"-acs", acs, "-stun", ":3478", "-cr-user", "u", "-cr-pass", "hunter2"}, "-stun is no host:port"},
		{[]string{"-acs", acs, "-stun", "127.0.0.1:x", "-cr-user", "u", "-cr-pass", "hunter2"}, "-stun is no host:port"},
		{[]string{"-acs", acs, "-stun", "", "-cr-user", "u", "-cr-pass", "hunter2"}, "-stun is no host:port"},
		{[]string{"-acs", acs, "-connreq", ":0", "-cr-user", "u", "-cr-pass", strings.Repeat("hunter2", 40)}, "cpe password"},
		{[]string{"-acs", acs, "-event", ""}, "-event"},
		{[]string{"-acs", acs, "-event", strings.Repeat("x", 65)}, "-event"},
		{[]string{"-acs", acs, "-serial", strings.Repeat("x", 65)}, "SerialNumber"},
		{[]string{"-acs", acs, "-class", "\x01"}, "ProductClass"},
		{[]string{"-acs", acs, "-cacert", "none"}, "-cacert: open none"},
		{[]string{"-acs", acs, "-cacert", ""}, "-cacert"},
		{[]string{"-acs", acs, "-cacert", "main.go"}, "-cacert: main.go: no certificate"},
		{[]string{"-acs", acs, "-params", "none"}, "-params: open none"},
		{[]string{"-acs", acs, "-params", ""}, "-params"},
		{[]string{"-acs", acs, "-params", "."}, "-params"},
		{[]string{"-acs", acs, "-params", "main.go"}, "-params: main.go:1: "},
	} {
		status, stdout, stderr := play(t, tt.args...)
		assert.Equal(t, exitUsage, status, tt.args)
		assert.Empty(t, stdout)
		assert.Regexp(t, "^cpe: .+\n$", stderr, tt.args)
		assert.Contains(t, stderr, tt.want)
		assert.NotContains(t, stderr, "hunter2")
	}
}

func TestHelp(t *testing.T) {
	status, stdout, stderr := play(t, "-h")
	assert.Equal(t, exitOK, status)
	assert.Empty(t, stdout)
	for _, flag := range []string{
		"-acs", "-user", "-pass", "-allow-basic-http", "-oui", "-class", "-serial", "-manufacturer", "-params", "-event", "-interval", "-once", "-cacert", "-connreq", "-cr-user", "-cr-pass", "-stun", "Exit status",
	} {
		assert.Contains(t, stderr, flag)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestLostOutput(t *testing.T) {
	acs := cwmptest.NewACS(t, nil)
	for _, how := range []string{"-once=true", "-interval=1h"} {
		var errs strings.Builder
		assert.Equal(t, exitFailed, run(t.Context(), []string{"-acs", acs.URL, how}, full{}, &errs))
		assert.Equal(t, "cpe: writing the output: no space left on device\n", errs.String())
	}
}
