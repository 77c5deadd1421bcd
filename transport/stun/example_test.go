package stun_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/cwmp-go/cwmp/transport/stun"
)

// A message is a struct with a field for each attribute.
func Example() {
	m := stun.Message{Type: stun.BindingRequest, ConnectionRequestBinding: true, BindingChange: true}
	b, err := m.Append(nil)
	fmt.Println(len(b), err)

	_, err = stun.Parse(b[:len(b)-2])
	fmt.Println(err)
	// Output:
	// 48 <nil>
	// stun: bad length: header at offset 2: says 28 bytes, 26 follow
}

// A Keeper is driven by hand: what is due, what comes in, and then all that
// comes out.
func ExampleKeeper() {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	k, err := stun.NewKeeper(stun.Config{
		Server: netip.MustParseAddrPort("198.51.100.1:3478"),
		Local:  netip.MustParseAddrPort("192.168.1.2:7547"),
	}, rand.Reader, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &stun.Server{Bound: func(b stun.Binding) { fmt.Println("server:", b.Mapped, b.Changed) }}
	gateway := netip.MustParseAddrPort("203.0.113.7:40001") // puts this in place of Local

	k.HandleTimeout(now)
	for d := range k.Datagrams() { // those that an answer leads to follow
		if reply, ok := server.Handle(gateway, d.To, d.Data); ok {
			k.HandleDatagram(now, d.Port, reply.From, reply.Data)
		}
	}
	for e := range k.Events() {
		fmt.Println("device:", e.Kind, e.Status.Address, e.Status.NATDetected)
	}
	fmt.Println(k.Status())
	fmt.Println("next in", k.Deadline().Sub(now))
	// Output:
	// server: 203.0.113.7:40001 false
	// server: 203.0.113.7:40001 true
	// device: changed 203.0.113.7:40001 true
	// resting 203.0.113.7:40001 (NAT), every 30s, 0 failures
	// next in 30s
}

// A Runner drives a Keeper over sockets, and a Server shares its socket with
// the ACS's connection requests.
func ExampleRunner() {
	acs, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer acs.Close()
	device, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer device.Close()
	ctx, stop := context.WithTimeoutCause(context.Background(), 10*time.Second, errors.New("nobody came"))
	defer stop()
	ctx, woken := context.WithCancelCause(ctx)
	defer woken(nil)

	server := &stun.Server{Bound: func(b stun.Binding) {
		if b.Changed { // the connection request's signature is left out here
			acs.WriteTo([]byte("GET http://"+b.Mapped.String()+" HTTP/1.1\r\n\r\n"), net.UDPAddrFromAddrPort(b.Mapped))
		}
	}}
	go server.Serve(ctx, acs, nil)

	addr := func(c net.PacketConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }
	k, err := stun.NewKeeper(stun.Config{Server: addr(acs), Local: addr(device)}, rand.Reader, time.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	r := &stun.Runner{Primary: device, Request: func(netip.AddrPort, []byte) { woken(errors.New("woken")) }}
	fmt.Println(r.Run(ctx, k))
	// Output: woken
}
