package rpc_test

// NOTE: faults as messages and as errors.

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaultCodes(t *testing.T) {
	client := map[rpc.FaultCode]bool{8003: true, 9003: true, 9005: true, 9006: true, 9007: true, 9008: true}
	for code := rpc.FaultCode(9020); code <= 9032; code++ {
		client[code] = code != 9027 // the one of these that is the device's own
	}
	texts := map[string]rpc.FaultCode{}
	for code := rpc.FaultCode(8000); code < 9900; code++ {
		standard := code <= 8006 || code >= 9000 && code <= 9032
		vendor := code >= 8800 && code <= 8899 || code >= 9800
		switch {
		case standard:
			assert.NotEmpty(t, code.Meaning(), code)
			assert.Equal(t, fmt.Sprintf("fault %d: %s", uint32(code), code.Meaning()), code.Error())
			texts[fmt.Sprint(code/1000, code.Meaning())] = code
		case vendor:
			assert.Equal(t, "vendor fault", code.Meaning())
		default:
			assert.Empty(t, code.Meaning(), uint32(code))
			assert.Equal(t, fmt.Sprintf("fault %d", uint32(code)), code.Error())
		}
		want := "Server"
		if client[code] {
			want = "Client"
		}
		assert.Equal(t, want, code.Class(), uint32(code))
	}
	assert.Len(t, texts, 7+33, "no two codes of one end mean the same")
}

func TestFaultIs(t *testing.T) {
	var err error = fmt.Errorf("setting: %w", rpc.NewFault(rpc.FaultInvalidParameterName, ""))
	assert.ErrorIs(t, err, rpc.FaultInvalidParameterName)
	assert.NotErrorIs(t, err, rpc.FaultInvalidParameterValue)
	f, ok := errors.AsType[*rpc.Fault](err)
	require.True(t, ok)
	assert.Equal(t, "invalid parameter name", f.FaultString)
	code, ok := errors.AsType[rpc.FaultCode](err)
	require.True(t, ok)
	assert.Equal(t, rpc.FaultInvalidParameterName, code)
}

func TestFaultError(t *testing.T) {
	for want, f := range map[string]*rpc.Fault{
		"fault 9001: no": rpc.NewFault(9001, "no"), "fault 9001: request denied": {FaultCode: 9001}, "fault 9500": {FaultCode: 9500},
		"SOAP fault VersionMismatch: 1.2?":                                     {SOAPCode: "VersionMismatch", SOAPText: "1.2?"},
		"fault 9003: invalid arguments; A.B: 9006 x; C: 9007 ":                 {FaultCode: 9003, Parameters: []rpc.ParameterFault{{"A.B", 9006, "x"}, {"C", 9007, ""}}},
		"fault 9800: vendor fault":                                             {FaultCode: 9800, SOAPCode: "Server"},
		"fault 8005: retry request":                                            rpc.NewFault(rpc.FaultACSRetryRequest, ""),
		"fault 9032: version already exists":                                   rpc.NewFault(rpc.FaultVersionExists, ""),
		"fault 9010: file transfer failure":                                    rpc.NewFault(rpc.FaultTransferFailure, ""),
		"fault 9021: cancellation not permitted in the present transfer state": rpc.NewFault(rpc.FaultCancelNotPermitted, ""),
	} {
		assert.Equal(t, want, f.Error())
	}
}

func TestAsFault(t *testing.T) {
	own := rpc.NewFault(rpc.FaultRequestDenied, "not now")
	assert.Same(t, own, rpc.AsFault(fmt.Errorf("x: %w", own), 9002))
	assert.Equal(t, rpc.NewFault(9005, ""), rpc.AsFault(fmt.Errorf("secret path: %w", rpc.FaultInvalidParameterName), 9002))
	assert.Equal(t, &rpc.Fault{FaultCode: 9002, FaultString: "internal error"}, rpc.AsFault(io.ErrUnexpectedEOF, rpc.FaultInternalError))
	assert.Equal(t, &rpc.Fault{FaultCode: 8002, FaultString: "internal error"}, rpc.AsFault(errors.New("password=x"), rpc.FaultACSInternalError))
}

func TestFaultWritten(t *testing.T) {
	for _, c := range []struct {
		give, want rpc.Fault
	}{
		{rpc.Fault{FaultCode: 9003}, rpc.Fault{FaultCode: 9003, SOAPCode: "Client", SOAPText: "CWMP fault"}},
		{rpc.Fault{FaultCode: 9002, FaultString: "t"}, rpc.Fault{FaultCode: 9002, FaultString: "t", SOAPCode: "Server", SOAPText: "CWMP fault"}},
		{rpc.Fault{FaultCode: 8003, SOAPCode: "s:Client", SOAPText: "x"}, rpc.Fault{FaultCode: 8003, SOAPCode: "s:Client", SOAPText: "x"}},
		{rpc.Fault{SOAPCode: "VersionMismatch", SOAPText: "x", FaultString: "lost"}, rpc.Fault{SOAPCode: "VersionMismatch", SOAPText: "x"}},
	} {
		given := c.give
		doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", &given))
		assert.Equal(t, c.give, given, "writing changes nothing")
		assert.Equal(t, &c.want, parse(t, doc).Message)
		assert.Equal(t, c.give.FaultCode != 0, containsDetail(doc))
	}
}

func containsDetail(doc string) bool { return strings.Contains(doc, "<detail>") }

// TestFaultRead: what peers put around and into the detail.
func TestFaultRead(t *testing.T) {
	cwmp := "<cwmp:Fault><FaultCode> 9001 </FaultCode><FaultString>no</FaultString></cwmp:Fault>"
	for name, body := range map[string]string{
		"standard":       "<faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail>" + cwmp + "</detail>",
		"qualified":      "<s:faultcode>Client</s:faultcode><s:faultstring>CWMP fault</s:faultstring><s:detail>" + cwmp + "</s:detail>",
		"another order":  "<detail><x/>" + cwmp + "<y/></detail><faultactor>a</faultactor><faultstring>CWMP fault</faultstring><faultcode>Client</faultcode>",
		"no namespace":   "<faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail><Fault><FaultString>no</FaultString><FaultCode>9001</FaultCode></Fault></detail>",
		"two parameters": "<faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail>" + cwmp + "<x><SetParameterValuesFault/></x></detail>",
	} {
		got := parse(t, envelope("", "<s:Fault>"+body+"</s:Fault>")).Message
		assert.Equal(t, &rpc.Fault{FaultCode: 9001, FaultString: "no", SOAPCode: "Client", SOAPText: "CWMP fault"}, got, name)
	}
	bare := parse(t, envelope("", "<cwmp:Fault><FaultCode>9001</FaultCode></cwmp:Fault>")).Message
	assert.Equal(t, &rpc.Fault{FaultCode: 9001}, bare, "a CWMP Fault without SOAP's around it")
	_, err := rpc.Parse([]byte(envelope("", "<s:Fault><detail><cwmp:Fault><FaultCode>x</FaultCode></cwmp:Fault></detail></s:Fault>")), standard)
	requireValueError(t, err, rpc.ErrInteger, "/Envelope/Body/Fault/detail/Fault/FaultCode", "x")
}

// What a peer writes into a fault does not break a line of a log.
func TestFaultErrorIsOneLine(t *testing.T) {
	f := &rpc.Fault{FaultCode: 9003, FaultString: "a\nb \"c\" \x1b[2J é", Parameters: []rpc.ParameterFault{{ParameterName: "x\r\ny", FaultCode: 9005, FaultString: "\x00"}}}
	assert.Equal(t, `fault 9003: a\nb "c" \x1b[2J é; x\r\ny: 9005 \x00`, f.Error())
	assert.Equal(t, `SOAP fault a\tb: c\nd`, (&rpc.Fault{SOAPCode: "a\tb", SOAPText: "c\nd"}).Error())
}

// A response of the standard's in a foreign namespace is no answer to its request;
// a vendor's own is.
func TestAnswersByNamespace(t *testing.T) {
	foreign := func(name string) *rpc.Vendor { return &rpc.Vendor{Raw: soap.Raw{Space: "urn:acme", Local: name}} }
	assert.False(t, rpc.Answers(foreign("InformResponse"), "Inform"))
	assert.True(t, rpc.Answers(foreign("X_ACME_PingResponse"), "X_ACME_Ping"))
	assert.True(t, rpc.Answers(&rpc.InformResponse{}, "Inform"))
}
