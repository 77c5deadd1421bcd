package main

// NOTE: what a hostile device can put into a session reaches neither the terminal nor
// the JSON as it is.

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

// answerTo is an answer as it was read off a document.
func answerTo(t *testing.T, method, answer string) *request {
	t.Helper()
	document := `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="urn:dslforum-org:cwmp-1-0"><e:Body>` + answer + `</e:Body></e:Envelope>`
	env, err := rpc.Parse([]byte(document), rpc.Config{})
	require.NoError(t, err)
	q := &request{method: method}
	q.take(env.Message, []byte(document))
	return q
}

func hostile(t *testing.T) *record {
	return &record{
		inform: &rpc.Inform{
			DeviceID:      rpc.DeviceID{Manufacturer: "\x1b[2J", OUI: "\xff", SerialNumber: "a\nend: ok"},
			Event:         []rpc.Event{{EventCode: "1 BOOT\n  ended: ok"}, {EventCode: "2", CommandKey: "\xfe"}},
			ParameterList: []rpc.ParameterValue{{Name: "A\nB", Value: rpc.Value{Type: "x\x1bsd", Text: "\x07"}}, {Name: "P"}, {Name: "X.KeyPASSWORD", Value: rpc.StringValue("hush")}},
		},
		received: []string{oneLine("X_A\x1b")},
		requests: []*request{
			{method: "GetParameterNames"},
			{method: "GetParameterValues", fault: &rpc.Fault{FaultCode: 9005, FaultString: "no\nway\xff"}},
			answerTo(t, "GetParameterValues", `<c:GetParameterValuesResponse><ParameterList/></c:GetParameterValuesResponse>`),
			answerTo(t, "GetParameterNames", `<c:GetParameterNamesResponse><ParameterList><ParameterInfoStruct><Name>&#x85;</Name><Writable>maybe</Writable></ParameterInfoStruct></ParameterList></c:GetParameterNamesResponse>`),
			answerTo(t, "Reboot", `<c:FactoryResetResponse/>`),
		},
		diagnostics: []soap.Diagnostic{{Offset: 7, Path: "/A", Detail: "x\ny"}},
		more:        3,
	}
}

func TestHostileLines(t *testing.T) {
	text := string(hostile(t).lines(1, errors.New("bad\nluck"+strings.Repeat("x", 500))))
	golden(t, "hostile.text", text)
	for _, r := range text {
		assert.True(t, r == '\n' || r >= ' ' && r != 0x7f && r != 0x85, "%q", r)
	}
	assert.NotContains(t, text, "hush")
	for line := range strings.Lines(text) {
		assert.Less(t, len(line), 500)
	}
}

func TestHostileJSON(t *testing.T) {
	golden(t, "hostile.json", string(hostile(t).json(errors.New("bad\nluck\xff")))+"\n")
}

func TestRefusals(t *testing.T) {
	for want, e := range map[string]*transport.Exchange{
		"fault 8003: x":       {Status: 200, Response: &rpc.Envelope{Message: rpc.NewFault(8003, "x")}, Err: io.EOF},
		"EOF":                 {Status: 503, Err: io.EOF},
		"Service Unavailable": {Status: 503},
	} {
		assert.EqualError(t, refusalOf(e), want)
	}
}

// A device that deviates without end costs no more than one that does it a lot.
func TestDiagnosticsAreBounded(t *testing.T) {
	r := &record{}
	for range 3 {
		r.add(&transport.Exchange{Request: &rpc.Envelope{Diagnostics: make([]soap.Diagnostic, 400), MoreDiagnostics: 5}})
	}
	assert.Len(t, r.diagnostics, maxDiagnostics)
	assert.Equal(t, 3*405-maxDiagnostics, r.more)
}

// A listener that breaks ends the program.
func TestListenerFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	errs := newConsole()
	assert.Equal(t, exitFailed, newProgram(options{}, io.Discard, log.New(errs, "", 0)).serve(t.Context(), listener))
	assert.Contains(t, errs.String(), "use of closed network connection")
}

// Nobody is named who has not given a password, and the last words of a session that is
// over are no matter.
func TestStray(t *testing.T) {
	errs := newConsole()
	p := newProgram(options{}, io.Discard, log.New(errs, "", 0))
	p.exchanged(&transport.Exchange{Status: http.StatusUnauthorized, Challenged: true})
	p.exchanged(&transport.Exchange{Status: http.StatusNoContent, RequestHeader: http.Header{"Cookie": {"cwmp=old"}}})
	assert.Empty(t, errs.String())
	p.exchanged(&transport.Exchange{Status: http.StatusBadRequest, Err: errors.New("no\nsession")})
	assert.Equal(t, "refused: 400 no session\n", errs.String())
}

// What has no session and is SOAP is refused with a fault, which travels with status 200.
func TestStrayFault(t *testing.T) {
	r := start(t, "-json")
	body, err := rpc.NewEnvelope(rpc.V12, "1", &rpc.GetRPCMethods{}).Append(nil, rpc.Style{})
	require.NoError(t, err)
	resp, err := http.Post(r.url, "text/xml", bytes.NewReader(body))
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, "acs: refused: 200 fault 8003: no session", r.errs.lines(t, 2)[1])
	assert.Equal(t, exitOK, r.stop(t))
	assert.Empty(t, r.out.String())
}
