package connreq_test

// NOTE: both ends in one program, on the loopback: in life the CPE's half is in the
// device and the ACS's in its server.

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport/connreq"
)

// loopback is what an ACS of examples may reach; the zero Policy would not.
var loopback = connreq.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}

// A device's program: it waits for the event and runs one session for all requests.
func cpe(ctx context.Context, gate *connreq.Gate, session func()) {
	for {
		select {
		case <-gate.C():
			if gate.Begin() {
				session()
				gate.End()
			}
		case <-ctx.Done():
			return
		}
	}
}

// An ACS wakes a CPE over HTTP and waits for the session that proves it.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	device := rpc.DeviceID{OUI: "00D09E", ProductClass: "Box", SerialNumber: "1"}
	var waiter connreq.Waiter

	// The CPE.
	gate := &connreq.Gate{Credentials: func() (string, string) { return "acs", "secret" }}
	listener := &connreq.Listener{Gate: gate}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go listener.Serve(ctx, ln)
	go cpe(ctx, gate, func() {
		// transport.Client.Do sends this Inform; the ACS's Server.Answer notifies.
		waiter.Notify(&rpc.Inform{DeviceID: device, Event: []rpc.Event{{EventCode: rpc.EventConnectionRequest}}})
	})
	url := listener.URL(ln.Addr().String()) // the CPE's ConnectionRequestURL

	// The ACS.
	wait := waiter.Expect(device)
	defer wait.Stop()
	sender := &connreq.Sender{Policy: loopback}
	reply, err := sender.Send(ctx, url,
		connreq.Credential{Username: "acs", Password: "old"}, connreq.Credential{Username: "acs", Password: "secret"})
	fmt.Println(reply.Result, "with credential", reply.Credential, err)
	inform, err := wait.For(ctx, 10*time.Second)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(inform.DeviceID.SerialNumber, inform.Event[0].EventCode)
	// Output:
	// accepted with credential 1 <nil>
	// 1 6 CONNECTION REQUEST
}

// An ACS wakes a CPE behind a NAT by datagrams, from the socket of its STUN server.
func ExampleUDPSender() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	device, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer device.Close()
	stun, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stun.Close()

	// The CPE.
	gate := &connreq.Gate{Credentials: func() (string, string) { return "acs", "secret" }}
	receiver := &connreq.UDPReceiver{Gate: gate}
	go receiver.Serve(ctx, device)

	// The ACS.
	sender := &connreq.UDPSender{Conn: stun, Policy: loopback}
	err = sender.Send(ctx, device.LocalAddr().String(), connreq.Credential{Username: "acs", Password: "secret"})
	fmt.Println(err)

	<-gate.C()
	fmt.Println("a session is wanted:", gate.Begin())
	// Output:
	// <nil>
	// a session is wanted: true
}

// A datagram as it is on the wire. See TR-069 Annex G.
func ExampleUDPRequest_Append() {
	r := connreq.UDPRequest{Host: "10.1.1.1:8088", TS: 1120673700, ID: "1234", Username: "CPE57689", CNonce: "XTGRWIPC6D3IPXS3"}
	b, err := r.Append(nil, "password")
	fmt.Printf("%.90s\n%v\n", b, err)
	// Output:
	// GET http://10.1.1.1:8088?ts=1120673700&id=1234&un=CPE57689&cn=XTGRWIPC6D3IPXS3&sig=F749EE6
	// <nil>
}

// Three copies of a datagram are one request. What Save gets is what a device starts
// from after a restart.
func ExampleUDPReceiver() {
	receiver := &connreq.UDPReceiver{
		Gate: &connreq.Gate{Credentials: func() (string, string) { return "acs", "secret" }},
		Save: func(m connreq.Mark) error { fmt.Println("keep", m.TS, m.ID); return nil },
	}
	r := connreq.UDPRequest{Host: "10.1.1.1:8088", TS: 1700000000, ID: "1", Username: "acs"}
	datagram, err := r.Append(nil, "secret")
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		fmt.Println(receiver.Receive(datagram))
	}
	// Output:
	// keep 1700000000 1
	// <nil>
	// connreq: not newer than the last request
	// connreq: not newer than the last request
}

// The narrowest rule for where requests go: the address that the last Inform came from.
func ExamplePolicy() {
	last := netip.MustParseAddr("10.20.30.40")
	p := connreq.Policy{Allow: []netip.Prefix{netip.PrefixFrom(last, last.BitLen())}}
	fmt.Println(p.Check(netip.MustParseAddrPort("10.20.30.40:7547")))
	fmt.Println(p.Check(netip.MustParseAddrPort("127.0.0.1:7547")))
	// Output:
	// <nil>
	// connreq: address not allowed: 127.0.0.1:7547: not among the allowed
}

// Without a rule, only public addresses are reached.
func ExampleSender_Send() {
	var sender connreq.Sender
	reply, err := sender.Send(context.Background(), "http://169.254.169.254/latest/meta-data/")
	fmt.Println(reply.Result, err)
	// Output:
	// refused connreq: address not allowed: 169.254.169.254:80: not a public address
}

// Every session takes the requests that came before it.
func ExampleGate() {
	gate := &connreq.Gate{}
	for range 3 { // as a Listener does for each request
		if gate.Admit() == nil {
			gate.Wake()
		}
	}
	fmt.Println("a periodic session serves requests:", gate.Begin())
	gate.End()
	fmt.Println("events left:", len(gate.C()))
	// Output:
	// a periodic session serves requests: true
	// events left: 0
}
