package stun

import (
	"context"
	"net"
	"net/netip"
)

// Serve answers what comes to one socket until the context ends, whose cause
// it returns, or until the socket cannot be read. Replies that another socket
// would have to send, which Other can lead to, are not sent. Datagrams that are no
// STUN messages go to other, whose b is valid until it returns; nil drops them. The
// socket stays open, without a read deadline; writing to it meanwhile, for a UDP
// connection request, is allowed.
func (s *Server) Serve(ctx context.Context, conn net.PacketConn, other func(from netip.AddrPort, b []byte)) error {
	defer interrupt(ctx, conn)()
	at := addrPort(conn.LocalAddr())
	err := read(conn, func(from netip.AddrPort, b []byte) bool {
		if !IsMessage(b) {
			if other != nil {
				other(from, b)
			}
			return ctx.Err() == nil
		}
		if reply, ok := s.Handle(from, at, b); ok && reply.From == at {
			conn.WriteTo(reply.Data, net.UDPAddrFromAddrPort(reply.To))
		}
		return ctx.Err() == nil
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
