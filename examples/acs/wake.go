package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport/connreq"
)

// NOTE: the connection request of -connreq and -udp, which is sent once, and the wait for
// the session that proves it: one whose Inform has the event 6 CONNECTION REQUEST.

// anywhere lets a request go where the command line says. An ACS that has the URL from
// its devices keeps to the zero Policy, or to a narrower one.
var anywhere = connreq.Policy{
	Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")},
	Ports: []connreq.PortRange{{First: 1, Last: 65535}},
}

// wakes reports whether there is a CPE to wake.
func (o *options) wakes() bool { return o.given["connreq"] || o.given["udp"] }

// wake sends what was asked for, whatever comes of it, and waits for the session.
func (p *program) wake(ctx context.Context, own net.Addr) {
	who := connreq.Credential{Username: p.crUser, Password: p.crPass}
	if p.given["connreq"] {
		p.tell(ctx, p.wakeHTTP, who, own)
	}
	if p.given["udp"] {
		p.tell(ctx, p.wakeUDP, who, own)
	}
	p.release()
	select {
	case <-p.came:
	case <-ctx.Done():
	case <-time.After(p.wait):
		p.mu.Lock()
		defer p.mu.Unlock()
		p.log.Printf("no session with %s came in %v", rpc.EventConnectionRequest, p.wait)
		if p.once {
			p.end(exitFailed)
		}
	}
}

// release prints the sessions that were over before the request was: there are CPEs that
// call first and answer then.
func (p *program) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = true
	for _, print := range p.held {
		print()
	}
	p.held = nil
}

// wakeHTTP sends a request over HTTP. A CPE that asks for no credentials gets none.
func (p *program) wakeHTTP(ctx context.Context, who connreq.Credential, _ net.Addr) (string, error) {
	var list []connreq.Credential
	if p.given["cr-user"] {
		list = append(list, who)
	}
	sender := connreq.Sender{Policy: anywhere}
	reply, err := sender.Send(ctx, p.connreq, list...)
	return reply.Result.String(), err
}

// ownSocket is a socket at the address that the ACS listens on, which is the one that a
// filter in front of a CPE may know. Where another program has that port of UDP it is
// another one of the same host.
func ownSocket(own net.Addr) (net.PacketConn, error) {
	conn, err := net.ListenPacket("udp", own.String())
	if err == nil {
		return conn, nil
	}
	host, _, _ := net.SplitHostPort(own.String())
	return net.ListenPacket("udp", net.JoinHostPort(host, "0"))
}

// wakeUDP sends a request over UDP, from the ACS's own address. Through a NAT it would have
// to be the socket of the STUN server.
func (p *program) wakeUDP(ctx context.Context, who connreq.Credential, own net.Addr) (string, error) {
	conn, err := ownSocket(own)
	if err != nil {
		return connreq.Offline.String(), err
	}
	defer conn.Close()
	sender := connreq.UDPSender{Conn: conn, Policy: anywhere}
	err = sender.Send(ctx, p.udp, who)
	switch {
	case err == nil:
		return "sent", nil
	case errors.Is(err, connreq.ErrURL), errors.Is(err, connreq.ErrMalformed):
		return connreq.Refused.String(), err
	}
	return connreq.Offline.String(), err
}

// tell sends a request and prints what became of it.
func (p *program) tell(ctx context.Context, send func(context.Context, connreq.Credential, net.Addr) (string, error), who connreq.Credential, own net.Addr) {
	result, err := send(ctx, who, own)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || ctx.Err() != nil {
		return
	}
	if err != nil {
		p.log.Print("connection request: ", oneLine(err.Error()))
	}
	p.write(p.notes, fmt.Appendln(nil, "connection request:", result))
}

// write writes output. Output that is lost ends the program.
func (p *program) write(w io.Writer, text []byte) {
	if _, err := w.Write(text); err != nil {
		p.log.Print("writing the output: ", err)
		p.end(exitFailed)
	}
}

// proves reports whether an Inform is the answer to a connection request.
func proves(inform *rpc.Inform) bool {
	return slices.ContainsFunc(inform.Event, func(e rpc.Event) bool { return e.EventCode == rpc.EventConnectionRequest })
}
