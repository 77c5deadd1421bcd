package cwmptest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: one message is one line, and different messages are different lines.

func TestDescribe(t *testing.T) {
	reboot := &rpc.Reboot{}
	for want, env := range map[string]*rpc.Envelope{
		"(empty)":                 nil,
		"(no message) 1":          {HasID: true, ID: "1"},
		"Reboot 1":                {HasID: true, ID: "1", Message: reboot},
		"Reboot 1 hold":           {HasID: true, ID: "1", Message: reboot, HoldRequests: true},
		"Reboot (no ID)":          {Message: reboot},
		"Reboot (no ID) hold":     {Message: reboot, HoldRequests: true},
		`Reboot ""`:               {HasID: true, Message: reboot},
		`Reboot "1 hold"`:         {HasID: true, ID: "1 hold", Message: reboot},
		`Reboot "(no ID)"`:        {HasID: true, ID: "(no ID)", Message: reboot},
		`Reboot "1\ncpe> Reboot"`: {HasID: true, ID: "1\ncpe> Reboot", Message: reboot},
		`Reboot "\"\""`:           {HasID: true, ID: `""`, Message: reboot},
		`Reboot "\u2028"`:         {HasID: true, ID: "\u2028", Message: reboot},
		`Reboot "\x00"`:           {HasID: true, ID: "\x00", Message: reboot},
		`Reboot "\u200b"`:         {HasID: true, ID: "\u200b", Message: reboot},
		`Reboot "(hold)"`:         {HasID: true, ID: "(hold)", Message: reboot},
		`Reboot "\xff"`:           {HasID: true, ID: "\xff", Message: reboot},
		"Reboot ünïcode-1.2:3":    {HasID: true, ID: "ünïcode-1.2:3", Message: reboot},
		"Fault:9003 1":            {HasID: true, ID: "1", Message: rpc.NewFault(9003, "")},
		"Fault:0 1":               {HasID: true, ID: "1", Message: &rpc.Fault{SOAPCode: "VersionMismatch"}},
	} {
		assert.Equal(t, want, describe(env))
	}
}

func TestDescribeExchange(t *testing.T) {
	env := rpc.NewEnvelope(rpc.V12, "1", &rpc.Reboot{})
	for _, tt := range []struct {
		e               transport.Exchange
		asked, answered string
	}{
		{transport.Exchange{Request: env, Response: env, Status: 200}, "Reboot 1", "Reboot 1"},
		{transport.Exchange{Status: 204}, "(empty)", "(empty)"},
		{transport.Exchange{Status: 401, Challenged: true}, "(not read)", "401 challenge"},
		{transport.Exchange{Status: 405}, "(not read)", "405"},
		{transport.Exchange{Status: 400, RequestBody: []byte("<a>")}, "(unreadable)", "400"},
		{transport.Exchange{Status: 400, RequestBody: []byte(" \n")}, "(empty)", "400"},
		{transport.Exchange{Request: env, Response: env, Status: 500}, "Reboot 1", "500"}, // it could not be encoded
	} {
		assert.Equal(t, []string{tt.asked, tt.answered}, []string{asked(&tt.e), answered(&tt.e)})
	}
}
