package connreq

// NOTE: the CPE's end of HTTP connection requests: accepting, and what one
// connection goes through. answer.go is what a request is answered.

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// The values that the zero fields of a [Listener] stand for.
const (
	// DefaultConns is the most connections open at once.
	DefaultConns = 16
	// DefaultPerAddr is the most connections open at once from one address.
	DefaultPerAddr = 4
	// DefaultHeadTimeout is how long one request may take to arrive.
	DefaultHeadTimeout = 5 * time.Second
	// DefaultConnTimeout is how long a connection may last.
	DefaultConnTimeout = 10 * time.Second
)

const (
	maxRequests   = 3 // on one connection: bare, answered, answered again when stale
	nonceLifetime = 60 * time.Second
	noncesKept    = 64
	lingerTime    = time.Second
	lingerBytes   = 64 << 10
	maxPath       = 256
)

// A Listener is the CPE's end of HTTP connection requests. It answers an
// authenticated GET of its one path with success and tells its [Gate]; it starts no
// session. The zero value with a Gate works. The fields are read and must not be
// changed after first use; a Listener must not be copied then. See TR-069 section
// 3.2.2.
type Listener struct {
	// Gate has the credentials and gets the accepted requests. Nil is ErrNoGate.
	Gate *Gate
	// Path is the path of ConnectionRequestURL. A device keeps it over a restart,
	// so that its URL stays. Empty is a random one, new with each Listener: see
	// URL, and [RandomPath] for one to keep.
	Path string
	// Realm is shown to the ACS. Empty is "cwmp".
	Realm string
	// SHA256 offers digests of SHA-256 too, before MD5. False offers MD5 alone,
	// which every ACS knows (TR-069 section 3.4.5).
	SHA256 bool
	// NoContent answers accepted requests with 204. False answers 200. Both are
	// without a body.
	NoContent bool
	// MaxConns is the most connections open at once. Zero or less means
	// DefaultConns.
	MaxConns int
	// MaxPerAddr is the most connections open at once from one address; an IPv6
	// address counts by its /64. Zero or less means DefaultPerAddr.
	MaxPerAddr int
	// HeadTimeout is how long one request may take to arrive. Zero or less means
	// DefaultHeadTimeout.
	HeadTimeout time.Duration
	// ConnTimeout is how long a connection may last in all. Zero or less means
	// DefaultConnTimeout.
	ConnTimeout time.Duration
	// Logger is told what was accepted, refused and closed: address, status and a
	// constant reason. Nil is silent.
	Logger *slog.Logger

	once    sync.Once
	path    string
	server  digest.Server
	visits  visits
	guesses guesses
}

// RandomPath makes a path that nobody guesses: 128 random bits.
func RandomPath() string { return "/" + strings.ToLower(rand.Text()) }

// init fills what the zero value leaves open.
func (l *Listener) init() {
	l.path = l.Path
	if l.path == "" {
		l.path = RandomPath()
	}
	l.server.Realm, l.server.Lifetime = l.Realm, nonceLifetime
	l.server.Shards, l.server.PerShard = 1, noncesKept
	if l.SHA256 {
		l.server.Algorithms = []digest.Algorithm{digest.SHA256, digest.MD5}
	}
}

// URL is the ConnectionRequestURL for the host and port at which the ACS reaches the
// Listener, an IPv6 host in brackets.
func (l *Listener) URL(hostport string) string {
	l.once.Do(l.init)
	return "http://" + hostport + l.path
}

// Serve serves what ln accepts until ctx is done, and closes ln and its connections
// then; the error is the cause of ctx. If somebody else closes ln, the error is
// net.ErrClosed. Other failures of ln, such as a want of descriptors, are waited out.
// Several calls, for several addresses, share all bounds.
func (l *Listener) Serve(ctx context.Context, ln net.Listener) error {
	l.once.Do(l.init)
	switch {
	case l.Gate == nil:
		return ErrNoGate
	case !isPath(l.path):
		return ErrPath
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	defer l.visits.closeOf(ln)
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	for pause := (backoff{}); ; {
		conn, err := ln.Accept()
		switch {
		case err == nil:
			pause = backoff{}
			v := l.enter(conn, ln)
			serving.Go(func() { l.serve(v) })
			continue
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, net.ErrClosed):
			return err
		}
		l.log(slog.LevelWarn, "accept failed", netip.Addr{}, 0)
		pause.wait(ctx)
	}
}

// enter gives a connection its place and closes the one that it takes it from.
func (l *Listener) enter(conn net.Conn, ln net.Listener) *visit {
	v := &visit{conn: conn, of: ln, from: placeOf(conn.RemoteAddr()), stage: reading, gone: make(chan struct{})}
	out := l.visits.enter(v, positive(l.MaxConns, DefaultConns), positive(l.MaxPerAddr, DefaultPerAddr))
	if out != nil {
		out.conn.Close()
		l.log(slog.LevelDebug, "closed for a newer connection", out.from, 0)
	}
	return v
}

// serve is the life of one connection.
func (l *Listener) serve(v *visit) {
	defer l.visits.leave(v)
	end := time.Now().Add(positive(l.ConnTimeout, DefaultConnTimeout))
	r := &headReader{conn: v.conn}
	for n := 1; ; n++ {
		v.conn.SetDeadline(earlier(end, time.Now().Add(positive(l.HeadTimeout, DefaultHeadTimeout))))
		h, err := r.next()
		if err == errEnded {
			return
		}
		l.visits.move(v, answering)
		a := l.judge(h, err)
		a.last = a.last || h.last || n == maxRequests
		if a.guess && !l.hold(v) {
			return
		}
		if !a.proven {
			l.visits.move(v, reading) // an answer that nobody reads protects nobody
		}
		v.conn.SetDeadline(end)
		v.conn.Write(a.bytes())
		if a.wake {
			l.Gate.Wake() // also if the answer was lost: the request was right
		}
		l.log(a.level(), a.why, v.from, a.status)
		l.visits.move(v, reading)
		if a.last {
			linger(v.conn, end)
			return
		}
	}
}

// hold holds the answer to a wrong guess back, if there were too many. It reports
// false if the connection was closed meanwhile.
func (l *Listener) hold(v *visit) bool {
	wait := l.guesses.wrong(v.from)
	if wait == 0 {
		return true
	}
	l.visits.move(v, held)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-v.gone:
		return false
	}
}

// linger ends a connection so that the answer arrives: closing with bytes unread
// makes TCP throw away what was sent. The visit can be closed for another meanwhile.
func linger(conn net.Conn, end time.Time) {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	conn.SetReadDeadline(earlier(end, time.Now().Add(lingerTime)))
	io.CopyN(io.Discard, conn, lingerBytes)
}

// earlier is the earlier of two times.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// log says what happened, in constant words and numbers.
func (l *Listener) log(level slog.Level, what string, from netip.Addr, status int) {
	if l.Logger == nil {
		return
	}
	l.Logger.Log(context.Background(), level, "connection request: "+what, "from", from, "status", status)
}

// isPath reports whether a path can be one of a Listener.
func isPath(p string) bool {
	return strings.HasPrefix(p, "/") && isVisible(p) && !strings.ContainsAny(p, "?#") && len(p) <= maxPath
}
