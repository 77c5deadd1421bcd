package transport

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// NOTE: CPEs that send Authorization with the Inform and no more. Their later POSTs
// are known by the session's cookie and by the connection together: the connection
// has carried one principal's requests alone, and the session is that principal's. A
// cookie alone would make a stolen one enough, and a connection alone would make a
// proxy's shared one the first CPE's.

// connKey is where a request's context has what is known of its connection.
type connKey struct{}

// A connection is what the requests on a connection have shown so far.
type connection struct {
	start     time.Time
	remote    net.Addr
	mu        sync.Mutex
	told      bool // of it
	principal string
	mixed     bool // more than one principal
	key       string
	owner     owner // of the session of that key
	shared    bool  // it has carried sessions of several devices
}

// ConnContext remembers who has authenticated on a connection. Set it as the
// http.Server's ConnContext for CPEs that leave out Authorization after the first
// message; without it each POST of theirs is challenged.
func (srv *Server) ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, &connection{start: time.Now(), remote: conn.RemoteAddr()})
}

// first reports whether nobody has asked yet.
func (c *connection) first() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := c.told
	c.told = true
	return !told
}

func connectionOf(r *http.Request) *connection {
	c, _ := r.Context().Value(connKey{}).(*connection)
	return c
}

// vouch notes that a request of the principal came over this connection.
func (x *serving) vouch(principal string) {
	c := connectionOf(x.r)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mixed = c.mixed || c.principal != "" && c.principal != principal
	c.principal = principal
}

// vouched names the principal of a request without Authorization.
func (x *serving) vouched() (string, bool) {
	c := connectionOf(x.r)
	if c == nil || len(x.r.Header["Authorization"]) > 0 {
		return "", false
	}
	c.mu.Lock()
	principal, mixed := c.principal, c.mixed
	c.mu.Unlock()
	if principal == "" || mixed || x.lookup(principal) == nil {
		return "", false
	}
	return principal, true
}

// carry notes that a session was opened on this connection.
func (x *serving) carry(s *Session) {
	c := connectionOf(x.r)
	if c == nil {
		return
	}
	o := ownerOf(s.Inform.DeviceID, s.Principal)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shared = c.shared || c.key != "" && c.owner != o || !o.known()
	c.key, c.owner = s.key, o
}

// carried is the key of the one session that this connection has carried, for a CPE
// that drops cookies; empty if there was none, or if the connection is shared.
func (x *serving) carried() string {
	c := connectionOf(x.r)
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shared {
		return ""
	}
	return c.key
}
