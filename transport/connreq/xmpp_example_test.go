package connreq_test

import (
	"context"
	"fmt"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport/connreq"
)

// A device hands each stanza over and sends the answer back before it begins a
// session.
func ExampleXMPPListener_Answer() {
	allowed, err := connreq.ParseXMPPAllowed("acs@example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	l := &connreq.XMPPListener{Allowed: allowed, Credentials: connreq.XMPPCredentials{Username: "u", Password: "p"}}

	request := connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "cr1", From: "acs@example.com/1", To: "cpe@example.com/1",
		Request: &connreq.XMPPCredentials{Username: "u", Password: "p"}}
	stanza, err := request.Append(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, accepted := l.Answer(stanza)
	fmt.Println(accepted, string(answer))
	// Output:
	// true <iq from="cpe@example.com/1" to="acs@example.com/1" id="cr1" type="result"></iq>
}

// Both ends talk over the program's XMPP connections; here, over a pipe.
func ExampleXMPPSend() {
	acs, device := newXMPPPipe() // two XMPPConn
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()

	l := &connreq.XMPPListener{
		Credentials: connreq.XMPPCredentials{Username: "u", Password: "p"},
		Admit:       func() bool { return true }, // the bucket that HTTP and UDP use, too
	}
	go l.Serve(ctx, device)

	for _, password := range []connreq.XMPPPassword{"p", "guess"} {
		outcome, err := connreq.XMPPSend(ctx, acs, "acs@example.com/1", "cpe@example.com/1", connreq.XMPPCredentials{Username: "u", Password: password})
		fmt.Println(outcome, err)
	}
	// Output:
	// accepted <nil>
	// refused <nil>
}

// A device tells of a changed parameter, and an ACS takes the notification once.
func ExampleNotification() {
	n := connreq.Notification{
		TS: 1120673700, UN: "cpe-1", CN: "XTGRWIPC6D3IPXS3", OUI: "00259E", ProductClass: "Box", SerialNumber: "S1",
		Params: []rpc.ParameterValue{{Name: "Device.DeviceInfo.UpTime", Value: rpc.UnsignedIntValue(17)}},
	}
	datagram, err := n.Append(nil, "acs.example.com:7547", "secret")
	if err != nil {
		fmt.Println(err)
		return
	}

	var mark connreq.NotificationMark // of this device; kept between notifications
	for range 2 {
		got, err := connreq.ReadNotification(datagram, func(user string) (string, bool) { return "secret", user == "cpe-1" })
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(got.Params[0].Name, got.Params[0].Value.Text, mark.Accept(got, time.Unix(1120673701, 0)))
	}
	// Output:
	// Device.DeviceInfo.UpTime 17 <nil>
	// Device.DeviceInfo.UpTime 17 connreq: notification was seen before, or is old: TS at offset 0
}
