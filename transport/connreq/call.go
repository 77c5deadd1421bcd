package connreq

// NOTE: the connection below a Sender: one request out, one reply back, as often as
// challenges ask for it.

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// A call is one Send.
type call struct {
	sender      *Sender
	credentials []Credential
	index       int  // of the credential in use
	answers     bool // a challenge came: requests carry Authorization
	basic       bool // it is Basic
	digest      digest.Client
	offers      []digest.Challenge // of the last challenge

	host, uri string
	addrs     []netip.AddrPort // each was checked, and is what is dialled
	conn      net.Conn         // nil if there is none
	repeated  int              // the last turn whose retry for want of a reply is used up
}

// exchange sends the request and reads the reply, on the connection there is or on a
// new one.
func (c *call) exchange(ctx context.Context) (reply, error) {
	for {
		if c.conn == nil {
			if err := c.connect(ctx); err != nil {
				return reply{}, err
			}
		}
		r, err := c.once(ctx)
		if err != nil || !r.next {
			c.hangUp()
		}
		if errors.Is(err, ErrNoReply) && c.repeated < c.turn() && ctx.Err() == nil {
			c.repeated = c.turn()
			c.unjudged()
			continue
		}
		return r, c.cause(ctx, err)
	}
}

// turn numbers the bare request and then the credentials. Each has one retry: there are
// CPEs that close after every 401 and do not say so.
func (c *call) turn() int {
	if !c.answers {
		return 1
	}
	return c.index + 2
}

// unjudged has the answer that got no reply count as neither right nor wrong, and its
// nonce as used.
func (c *call) unjudged() {
	if c.answers && !c.basic {
		c.digest.Forget()
		c.digest.Learn(c.offers) // as it was learned before
	}
}

// cause puts a time-out in the words of the context that set it.
func (c *call) cause(ctx context.Context, err error) error {
	switch {
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded): // the same deadline, a moment before
		return context.DeadlineExceeded
	}
	return err
}

// connect opens a connection to the first address that answers. Those that follow get
// a part of the time.
func (c *call) connect(ctx context.Context) error {
	dial := c.sender.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	var err error
	for i, a := range c.addrs {
		deadline, _ := ctx.Deadline()
		share := time.Until(deadline) / time.Duration(len(c.addrs)-i)
		one, cancel := context.WithTimeout(ctx, share)
		c.conn, err = dial(one, "tcp", a.String())
		cancel()
		if err == nil {
			c.addrs = c.addrs[i:]
			c.digest.Reconnected()
			return nil
		}
		c.conn = nil
	}
	return c.cause(ctx, err)
}

// once sends the request and reads the reply.
func (c *call) once(ctx context.Context) (reply, error) {
	value, err := c.authorization()
	if err != nil {
		return reply{}, err
	}
	conn := c.conn
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	deadline, _ := ctx.Deadline()
	conn.SetWriteDeadline(deadline)
	conn.Write(c.request(value)) // if it fails, reading says what there is
	r := &replyReader{conn: conn, until: deadline}
	return r.read()
}

// request is the request on the wire. TR-069 section 3.2.2.
func (c *call) request(authorization string) []byte {
	b := "GET " + c.uri + " HTTP/1.1\r\nHost: " + c.host + "\r\n"
	if authorization != "" {
		b += "Authorization: " + authorization + "\r\n"
	}
	return []byte(b + "\r\n")
}

// hangUp closes the connection, if there is one.
func (c *call) hangUp() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}
