package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strconv"

	"github.com/cwmp-go/cwmp/transport"
)

// trailOf is a trace that writes a word an event.
func trailOf(trail *[]string) *transport.Trace {
	add := func(s string) { *trail = append(*trail, s) }
	return &transport.Trace{
		Connected: func(*transport.Connection) { add("connected") },
		TLS:       func(*transport.Connection) { add("tls") },
		Sending: func(e *transport.Exchange) {
			word := "post (empty)"
			if e.Request != nil {
				word = "post " + e.Request.Message.Method()
			}
			if e.Repeated {
				word += " again"
			}
			add(word)
		},
		Received: func(e *transport.Exchange) { add(strconv.Itoa(e.Status)) },
		Closed:   func(*transport.Connection) { add("closed") },
	}
}

func tlsRoots(pool *x509.CertPool) *tls.Config { return &tls.Config{RootCAs: pool} }

// dialTo dials one address, whatever the URL says.
func dialTo(addr string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
}
