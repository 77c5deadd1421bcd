package transport_test

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// NOTE: networks of the tests of settings.

type conn = net.Conn

// serveSecure serves a handler on a network in memory, over TLS if the scheme is https.
func serveSecure(t *testing.T, h http.Handler, scheme string, cfg *tls.Config) *memory {
	if scheme == "http" {
		return serveHTTP(t, h)
	}
	m := newMemory()
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(tls.NewListener(m, cfg)) }()
	t.Cleanup(func() {
		srv.Close()
		assert.ErrorIs(t, <-served, http.ErrServerClosed)
		synctest.Wait()
	})
	return m
}

// slowly is a connection whose writes take five seconds each.
type slowly struct{ net.Conn }

func (s slowly) Write(p []byte) (int, error) {
	pass(5 * time.Second)
	return s.Conn.Write(p)
}
