package stun

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// NOTE: the shell around a Keeper: sockets, a clock and a goroutine a socket. A
// datagram that cannot be sent is as good as lost, which the Keeper is made for.

// MaxDatagram is the longest datagram that Run and Serve take, in bytes. A
// longer one is dropped; a UDP connection request has a few hundred.
const MaxDatagram = 4096

// A Runner drives a Keeper over sockets. Its functions are called one at a
// time, by Run, which waits for them.
type Runner struct {
	// Primary is the socket on which UDP connection requests are awaited. Nil:
	// Run returns ErrConfig.
	Primary net.PacketConn

	// Secondary is the socket for timer discovery. Nil: none, and Run returns
	// ErrConfig if the Keeper's Config says otherwise.
	Secondary net.PacketConn

	// Request takes what comes to Primary and is no STUN message. b is valid until
	// it returns. Nil: dropped.
	Request func(from netip.AddrPort, b []byte)

	// Event takes the Keeper's events. Nil: dropped.
	Event func(Event)
}

// Run drives k until the context ends, whose cause it returns, or until a
// socket cannot be read, whose error it returns. It takes the sockets' read
// deadlines for itself and leaves them open without one, for another Run with
// another Keeper. No method of k may be called meanwhile but by the Runner's
// functions.
func (r *Runner) Run(ctx context.Context, k *Keeper) error {
	if r.Primary == nil || k.cfg.Secondary && r.Secondary == nil {
		return ErrConfig
	}
	ctx, cancel := context.WithCancelCause(ctx)
	in := make(chan packet)
	stopped := []<-chan struct{}{listen(ctx, cancel, r.Primary, Primary, in)}
	if r.Secondary != nil {
		stopped = append(stopped, listen(ctx, cancel, r.Secondary, Secondary, in))
	}
	r.loop(ctx, k, in)
	for _, s := range stopped {
		<-s
	}
	return context.Cause(ctx)
}

// LocalAddr gives the address of a socket as the device sees it. For one that is
// bound to all addresses it is that of the interface by which the server is
// reached; nothing is sent to find it out. The error is ErrConfig for a server
// without address, or that of the network when there is no way to it.
func LocalAddr(conn net.PacketConn, server netip.AddrPort) (netip.AddrPort, error) {
	local := addrPort(conn.LocalAddr())
	if !usable(unmap(server)) {
		return netip.AddrPort{}, ErrConfig
	}
	if !local.Addr().IsUnspecified() {
		return local, nil
	}
	route, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(server))
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer route.Close()
	return netip.AddrPortFrom(addrPort(route.LocalAddr()).Addr(), local.Port()), nil
}

// loop is the contract of a Keeper: one input, then all outputs, then wait
// until Deadline.
func (r *Runner) loop(ctx context.Context, k *Keeper, in <-chan packet) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-timer.C:
			k.HandleTimeout(time.Now())
		case p := <-in:
			if !k.HandleDatagram(time.Now(), p.port, p.from, p.b) && p.port == Primary && r.Request != nil {
				r.Request(p.from, p.b)
			}
			close(p.done)
		}
		r.flush(k)
		timer.Reset(time.Until(k.Deadline()))
	}
}

func (r *Runner) flush(k *Keeper) {
	for d := range k.Datagrams() {
		conn := r.Primary
		if d.Port == Secondary {
			conn = r.Secondary
		}
		conn.WriteTo(d.Data, net.UDPAddrFromAddrPort(d.To))
	}
	for e := range k.Events() {
		if r.Event != nil {
			r.Event(e)
		}
	}
}

// A packet is on loan until done is closed.
type packet struct {
	port Port
	from netip.AddrPort
	b    []byte
	done chan struct{}
}

// listen reads a socket until the context ends, and ends it if the socket
// fails. The channel that it returns is closed when it has stopped.
func listen(ctx context.Context, fail context.CancelCauseFunc, conn net.PacketConn, port Port, in chan<- packet) <-chan struct{} {
	stopped := make(chan struct{})
	release := interrupt(ctx, conn)
	go func() {
		defer close(stopped)
		defer release()
		fail(read(conn, func(from netip.AddrPort, b []byte) bool {
			p := packet{port, from, b, make(chan struct{})}
			select {
			case in <- p:
				<-p.done
			case <-ctx.Done():
			}
			return ctx.Err() == nil
		}))
	}()
	return stopped
}

// interrupt has a read of a socket fail when the context ends. The function that
// it returns, called when nobody reads any more, undoes it.
func interrupt(ctx context.Context, conn net.PacketConn) (release func()) {
	conn.SetReadDeadline(time.Time{})
	done := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(done)
		conn.SetReadDeadline(time.Unix(1, 0))
	})
	return func() {
		if !cancel() {
			<-done // or it would come upon whoever reads next
		}
		conn.SetReadDeadline(time.Time{})
	}
}

// read hands datagrams over until take returns false or the socket fails.
func read(conn net.PacketConn, take func(from netip.AddrPort, b []byte) bool) error {
	buf := make([]byte, MaxDatagram+1)
	for {
		n, addr, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		if from := addrPort(addr); n <= MaxDatagram && !take(from, buf[:n:n]) {
			return nil
		}
	}
}

// addrPort gives the address of a peer or of a socket. It is not valid for a
// socket of another kind than UDP.
func addrPort(a net.Addr) netip.AddrPort {
	if udp, ok := a.(*net.UDPAddr); ok {
		return unmap(udp.AddrPort())
	}
	parsed, _ := netip.ParseAddrPort(a.String())
	return unmap(parsed)
}
