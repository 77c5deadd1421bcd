package main

// NOTE: flags, statuses and what is printed. The devices are cwmptest's; the two
// programs talk to each other in pair_test.go.

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// list asks for a little of everything.
const list = `[
	{"GetParameterNames":{"ParameterPath":"Device.","NextLevel":true}},
	{"GetParameterValues":{"ParameterNames":["Device."]}},
	{"SetParameterValues":{"ParameterList":[{"Name":"Device.X","Type":"xsd:string","Value":"new"}],"ParameterKey":"pk"}},
	{"SetParameterValues":{"ParameterList":[{"Name":"Device.N","Type":"xsd:string","Value":"new"}]}},
	{"AddObject":{"ObjectName":"Device.T."}},
	{"FactoryReset":{}},
	{"GetRPCMethods":{}},
	{"Reboot":{"CommandKey":"k"}}]`

func TestLines(t *testing.T) {
	r := start(t, "-do", file(t, list))
	d := device()
	require.NoError(t, r.call(t, d, &rpc.TransferComplete{CommandKey: "t"}))
	want := `listening on ` + r.url + `
session 1: Manufacturer "M", OUI "ABCDEF", ProductClass "P", SerialNumber "S"
  event "1 BOOT"
  event "M Reboot", CommandKey "k0"
  parameter Name "Device.X", Value xsd:string "v<&>"
  from the device TransferComplete
  request GetParameterNames
    ParameterList: Name "Device.X", Writable true
    ParameterList: Name "Device.N", Writable false
    ParameterList: Name "Device.Password", Writable true
    ParameterList: Name "Device.T.", Writable true
  request GetParameterValues
    ParameterList: Name "Device.X", Value xsd:string "v<&>"
    ParameterList: Name "Device.N", Value xsd:unsignedInt "7"
    ParameterList: Name "Device.Password", Value hidden
  request SetParameterValues
    Status: 0
  request SetParameterValues: fault 9003: invalid arguments; Device.N: 9008 non-writable parameter
  request AddObject
    InstanceNumber: 1
    Status: 0
  request FactoryReset: fault 9000: method not supported
  request GetRPCMethods
    MethodList: "AddObject"
    MethodList: "DeleteObject"
    MethodList: "GetParameterNames"
    MethodList: "GetParameterValues"
    MethodList: "GetRPCMethods"
    MethodList: "Reboot"
    MethodList: "SetParameterValues"
  request Reboot
  ended: ok
`
	r.out.lines(t, strings.Count(want, "\n"))
	assert.Equal(t, want, r.out.String())
	assert.Equal(t, exitOK, r.stop(t))
	assert.Empty(t, r.errs.String())
	assert.Equal(t, []string{"k"}, d.Reboots())
	assert.Equal(t, "", d.ParameterKey(), "AddObject's, which gives none")
	value, _ := d.Value("Device.X")
	assert.Equal(t, rpc.StringValue("new"), value)
}

func TestJSON(t *testing.T) {
	r := start(t, "-json", "-do", file(t, list))
	assert.Equal(t, "listening on "+r.url+"\n", r.errs.String())
	require.NoError(t, r.call(t, device(), &rpc.TransferComplete{}))
	want := `{"device":{"Manufacturer":"M","OUI":"ABCDEF","ProductClass":"P","SerialNumber":"S"},` +
		`"events":[{"EventCode":"1 BOOT","CommandKey":""},{"EventCode":"M Reboot","CommandKey":"k0"}],` +
		`"parameters":[{"Name":"Device.X","Type":"xsd:string","Value":"v<&>"}],"requests":[` +
		`{"method":"GetParameterNames","answer":{"ParameterList":[{"Name":"Device.X","Writable":true},{"Name":"Device.N","Writable":false},` +
		`{"Name":"Device.Password","Writable":true},{"Name":"Device.T.","Writable":true}]},"fault":null},` +
		`{"method":"GetParameterValues","answer":{"ParameterList":[{"Name":"Device.X","Type":"xsd:string","Value":"v<&>"},` +
		`{"Name":"Device.N","Type":"xsd:unsignedInt","Value":"7"},{"Name":"Device.Password","Type":"xsd:string","Value":"hush"}]},"fault":null},` +
		`{"method":"SetParameterValues","answer":{"Status":0},"fault":null},` +
		`{"method":"SetParameterValues","answer":null,"fault":{"FaultCode":9003,"FaultString":"invalid arguments",` +
		`"SetParameterValuesFault":[{"ParameterName":"Device.N","FaultCode":9008,"FaultString":"non-writable parameter"}]}},` +
		`{"method":"AddObject","answer":{"InstanceNumber":1,"Status":0},"fault":null},` +
		`{"method":"FactoryReset","answer":null,"fault":{"FaultCode":9000,"FaultString":"method not supported"}},` +
		`{"method":"GetRPCMethods","answer":{"MethodList":["AddObject","DeleteObject","GetParameterNames","GetParameterValues","GetRPCMethods","Reboot","SetParameterValues"]},"fault":null},` +
		`{"method":"Reboot","answer":{},"fault":null}],"diagnostics":[],"end":"ok"}` + "\n"
	assert.Equal(t, []string{strings.TrimSuffix(want, "\n")}, r.out.lines(t, 1))
	require.NoError(t, r.call(t, device()))
	assert.Len(t, r.out.lines(t, 2), 2, "one line a session")
	assert.Equal(t, exitOK, r.stop(t))
}

// Any path is served, and without -do nothing is asked.
func TestAnyPath(t *testing.T) {
	r := start(t, "-json")
	r.url += "some/where?x=y"
	require.NoError(t, r.call(t, device()))
	assert.Contains(t, r.out.lines(t, 1)[0], `"requests":[],"diagnostics":[],"end":"ok"}`)
}

func TestAuth(t *testing.T) {
	cert, key := keyPair(t)
	secure := []string{"-tls-cert", cert, "-tls-key", key}
	for _, auth := range []struct {
		args  []string
		wrong error // of a device with the wrong password
	}{
		{[]string{"-auth", "none"}, nil},
		{[]string{"-auth", "none", "-user", "u", "-pass", "right"}, nil},
		{[]string{"-user", "u", "-pass", "right"}, transport.ErrCredentials},
		{[]string{"-auth", "digest", "-user", "u", "-pass", "right"}, transport.ErrCredentials},
		{append([]string{"-auth", "digest", "-user", "u", "-pass", "right"}, secure...), transport.ErrCredentials},
		{[]string{"-auth", "basic", "-allow-basic-http", "-user", "u", "-pass", "right"}, transport.ErrCredentials},
		{append([]string{"-auth", "basic", "-user", "u", "-pass", "right"}, secure...), transport.ErrCredentials},
		{append([]string{"-auth", "none"}, secure...), nil},
	} {
		t.Run(strings.Join(auth.args, " "), func(t *testing.T) {
			r := start(t, append([]string{"-json"}, auth.args...)...)
			d := device()
			d.Client.Username, d.Client.Password, d.Client.InsecureBasic = "u", "wrong", true
			if strings.HasPrefix(r.url, "https:") {
				d.Client.TLS = &tls.Config{RootCAs: roots(t, cert)}
			}
			assert.ErrorIs(t, r.call(t, d), auth.wrong)
			d.Client.Password = "right"
			require.NoError(t, r.call(t, d))
			assert.Equal(t, exitOK, r.stop(t))
			for _, secret := range []string{"right", "wrong"} {
				assert.NotContains(t, r.out.String(), secret)
				assert.NotContains(t, strings.ReplaceAll(r.errs.String(), "digest: wrong credentials", ""), secret)
			}
			if auth.wrong != nil {
				assert.Contains(t, r.errs.String(), "acs: refused: 401 ")
				assert.Equal(t, 1, strings.Count(r.out.String(), "\n"), "who is refused has no session")
			}
		})
	}
}

// An https URL is printed, and TLS below 1.2 is not spoken.
func TestTLS(t *testing.T) {
	cert, key := keyPair(t)
	r := start(t, "-tls-cert", cert, "-tls-key", key)
	assert.Regexp(t, `^https://127\.0\.0\.1:\d+/$`, r.url)
	_, err := tls.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(r.url, "https://"), "/"), &tls.Config{RootCAs: roots(t, cert), MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	assert.Error(t, err)
}

func TestStyle(t *testing.T) {
	for style, declared := range map[string]bool{"default": true, "no-declaration": false} {
		r := start(t, "-style", style)
		var bodies []string
		d := device()
		d.Client.Trace = &transport.Trace{Received: func(e *transport.Exchange) { bodies = append(bodies, string(e.ResponseBody)) }}
		require.NoError(t, r.call(t, d))
		assert.Equal(t, declared, strings.HasPrefix(bodies[0], "<?xml"), style)
		assert.Contains(t, bodies[0], "InformResponse")
	}
}

func TestBadFlags(t *testing.T) {
	cert, key := keyPair(t)
	for _, args := range [][]string{
		{"-nonsense"}, {"extra"}, {"-once=maybe"}, {"-listen"}, {"-listen", "nonsense"}, {"-listen", "127.0.0.1:x"}, {"-listen", "127.0.0.1:70000"},
		{"-auth", "other"}, {"-auth", ""}, {"-auth", "digest"}, {"-auth", "digest", "-user", "u"}, {"-auth", "digest", "-pass", "p"}, {"-pass", "p"}, {"-user", "u"},
		{"-auth", "basic", "-user", "u", "-pass", "p"}, {"-auth", "basic", "-user", "u:v", "-pass", "p", "-allow-basic-http"}, {"-auth", "basic", "-allow-basic-http"},
		{"-tls-cert", cert}, {"-tls-key", key}, {"-tls-cert", cert, "-tls-key", "none"}, {"-tls-cert", "none", "-tls-key", key}, {"-tls-cert", key, "-tls-key", cert},
		{"-connreq", ""}, {"-connreq", "nonsense"}, {"-connreq", "https://127.0.0.1/"}, {"-connreq", "http:///x"}, {"-connreq", "http://u:p@127.0.0.1/"}, {"-connreq", "http://127.0.0.1:x/"}, {"-connreq", "http://127.0.0.1:65536/"},
		{"-connreq", "http://127.0.0.1/", "-cr-user", "u"}, {"-connreq", "http://127.0.0.1/", "-cr-pass", "p"}, {"-cr-user", "u", "-cr-pass", "p"},
		{"-udp", "127.0.0.1:9"}, {"-udp", "127.0.0.1:9", "-cr-user", "", "-cr-pass", "p"}, {"-udp", "127.0.0.1", "-cr-user", "u", "-cr-pass", "p"}, {"-udp", "127.0.0.1:x", "-cr-user", "u", "-cr-pass", "p"}, {"-udp", ":9", "-cr-user", "u", "-cr-pass", "p"},
		{"-tls-cert", "", "-tls-key", ""}, {"-style", "other"}, {"-style", ""}, {"-do", "none"}, {"-do", "."}, {"-do", ""},
	} {
		if args[0] != "-listen" { // should one pass, it is not to take the usual port
			args = append([]string{"-listen", "127.0.0.1:0"}, args...)
		}
		out, errs := newConsole(), newConsole()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Equal(t, exitUsage, run(ctx, args, out, errs), args)
		assert.Empty(t, out.String())
		assert.Regexp(t, `^acs: .+\n$`, errs.String(), args)
	}
	out, errs := newConsole(), newConsole()
	run(t.Context(), []string{"-user", "u", "-pass", "p", "topsecret"}, out, errs)
	assert.NotContains(t, errs.String(), "topsecret")
}

func TestHelp(t *testing.T) {
	out, errs := newConsole(), newConsole()
	assert.Equal(t, exitOK, run(t.Context(), []string{"-h"}, out, errs))
	assert.Empty(t, out.String())
	for _, flag := range []string{"-listen", "-auth", "-user", "-pass", "-allow-basic-http", "-tls-cert", "-tls-key", "-style", "-do", "-once", "-json", "-connreq", "-udp", "-cr-user", "-cr-pass", "Exit status"} {
		assert.Contains(t, errs.String(), flag)
	}
}

func TestAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, address := range []string{taken.Addr().String(), "192.0.2.1:7547"} {
		out, errs := newConsole(), newConsole()
		assert.Equal(t, exitFailed, run(t.Context(), []string{"-listen", address}, out, errs))
		assert.Empty(t, out.String())
		assert.Regexp(t, `^acs: .+\n$`, errs.String())
	}
}

// full is a disk without room after so many writes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room--; f.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestLostOutput(t *testing.T) {
	errs := newConsole()
	assert.Equal(t, exitFailed, run(t.Context(), []string{"-listen", "127.0.0.1:0"}, &full{}, errs))
	assert.Contains(t, errs.String(), "no space left on device")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	errs, status := newConsole(), make(chan int, 1)
	go func() { status <- run(ctx, []string{"-listen", "127.0.0.1:0", "-json"}, &full{}, errs) }()
	url := strings.TrimPrefix(strings.TrimSpace(errs.lines(t, 1)[0]), "listening on ")
	_, err := device().Inform(t.Context(), url, boot)
	require.NoError(t, err)
	assert.Equal(t, exitFailed, <-status)
	assert.Contains(t, errs.String(), "writing the output: no space left on device")
}

// Many devices at once: every session has its own answers.
func TestManyDevices(t *testing.T) {
	r := start(t, "-json", "-do", file(t, `[{"GetParameterValues":{"ParameterNames":["Device.X"]}},{"SetParameterValues":{"ParameterList":[{"Name":"Device.X","Value":"new"}]}}]`))
	const n = 24
	var wg sync.WaitGroup
	for i := range n {
		d := device()
		d.ID.SerialNumber = fmt.Sprint("S", i)
		d.Parameters[0].Value = rpc.StringValue(d.ID.SerialNumber)
		wg.Go(func() { assert.NoError(t, r.call(t, d)) })
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, line := range r.out.lines(t, n) {
		var s struct {
			Device   struct{ SerialNumber string }
			Requests []struct {
				Answer struct{ ParameterList []struct{ Value string } }
			}
			End string
		}
		require.NoError(t, json.Unmarshal([]byte(line), &s))
		assert.Equal(t, "ok", s.End)
		assert.Equal(t, s.Device.SerialNumber, s.Requests[0].Answer.ParameterList[0].Value)
		seen[s.Device.SerialNumber] = true
	}
	assert.Len(t, seen, n)
}

// What is no session is not one.
func TestScanners(t *testing.T) {
	r := start(t, "-json", "-once")
	for _, c := range []struct{ method, body string }{{"GET", ""}, {"POST", "<html>"}, {"POST", ""}, {"POST", "\x16\x03\x01"}} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, r.url, strings.NewReader(c.body))
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
	}
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n%s", message(t, "Inform.xml")[:700])
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	r.errs.lines(t, 5) // listening, and four refusals
	assert.Empty(t, r.out.String())
	require.NoError(t, r.call(t, device()))
	assert.Equal(t, exitOK, <-r.status, "the first session with a whole Inform counts")
	assert.Contains(t, r.errs.String(), "acs: refused: 405 ")
	assert.Contains(t, r.errs.String(), "acs: refused: 400 ")
}
