package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"time"
)

// NOTE: how a session comes by its connection, and how it is rid of it.

// connected returns the session's link, a new one if there is none that can be
// used.
func (x *exchanger) connected(ctx context.Context) (*link, error) {
	if x.link != nil && x.link.usable() && x.link.to == originOf(x.url) {
		return x.link, x.recheck()
	}
	x.close()
	ctx, cancel := context.WithTimeoutCause(ctx, x.client.timeout(), ErrTimeout)
	defer cancel()
	about := &Connection{Start: time.Now()}
	conn, err := x.dial(ctx, about)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	x.link = newLink(conn, originOf(x.url), x.client.timeout())
	x.about = about
	x.here().digest.Reconnected()
	return x.link, x.recheck()
}

// dial opens a TCP connection and, for https, TLS on it.
func (x *exchanger) dial(ctx context.Context, about *Connection) (net.Conn, error) {
	dial := x.client.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", address(x.url))
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil { // a Dial that does not look at it
		conn.Close()
		return nil, ctx.Err()
	}
	about.Local, about.Remote, about.Took = conn.LocalAddr(), conn.RemoteAddr(), time.Since(about.Start)
	if trace := x.trace.Connected; trace != nil {
		trace(about)
	}
	if x.url.Scheme != "https" {
		return conn, nil
	}
	cfg, dated := x.client.tlsConfig(x.url.Hostname())
	secure := tls.Client(conn, cfg)
	if err := secure.HandshakeContext(ctx); err != nil {
		x.hangUp(conn, about)
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	state := secure.ConnectionState()
	if !dated {
		x.owe(state, cfg.ServerName)
	}
	about.TLS, about.TLSTook = &state, time.Since(about.Start)-about.Took
	if trace := x.trace.TLS; trace != nil {
		trace(about)
	}
	return secure, nil
}

// close closes the session's connection, if it has one.
func (x *exchanger) close() {
	if x.link != nil {
		x.hangUp(x.link.conn, x.about)
		x.link, x.about = nil, nil
	}
}

// hangUp closes a connection and reports it.
func (x *exchanger) hangUp(conn net.Conn, about *Connection) {
	conn.Close()
	if trace := x.trace.Closed; trace != nil {
		trace(about)
	}
}

// tlsConfig is the client's, for one host and with TLS 1.2 at least. It is not dated if
// it leaves out the date, which may become known as soon as the handshake runs.
func (c *Client) tlsConfig(host string) (cfg *tls.Config, dated bool) {
	cfg = c.TLS.Clone()
	if cfg == nil {
		cfg = &tls.Config{}
	}
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS12)
	now, known := c.clock()
	switch {
	case known:
		cfg.Time = func() time.Time { return now }
	case !cfg.InsecureSkipVerify:
		unclocked(cfg)
		return cfg, false
	}
	return cfg, true
}

// address is the host and port of a URL.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
