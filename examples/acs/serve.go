package main

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
	"github.com/cwmp-go/cwmp/transport/connreq"
)

// NOTE: the server. All of CWMP is in the transport.Server; what is around it is
// configuration, and the end.

// A program is an ACS at work.
type program struct {
	options
	out   io.Writer // sessions
	notes io.Writer // what else there is to say
	log   *log.Logger
	done  chan int      // the exit status, when the program ends by itself
	wait  time.Duration // for the session after a connection request
	came  chan struct{} // closed when it has begun

	mu       sync.Mutex // over what follows
	byInform map[*rpc.Inform]*record
	printed  int
	asked    bool     // all connection requests were sent
	held     []func() // what is printed then
	proven   bool     // came is closed
	over     bool     // nothing is printed any more
}

func newProgram(o options, out io.Writer, logger *log.Logger) *program {
	notes := out
	if o.json {
		notes = logger.Writer()
	}
	return &program{
		options: o, out: out, notes: notes, log: logger, done: make(chan int, 1),
		wait: connreq.DefaultWait, came: make(chan struct{}),
		byInform: map[*rpc.Inform]*record{},
	}
}

// grace is how long requests may take that are being served at the end, and then sessions.
const grace = 2 * time.Second

// mostOfCPE is how much a CPE may send in one session beside the answers to -do.
const mostOfCPE = 1000

// serve serves until ctx ends or the program has done what it should, and returns the
// exit status.
func (p *program) serve(ctx context.Context, listener net.Listener) int {
	acs := &transport.Server{
		Handler:       transport.HandlerFunc(p.turn),
		Answer:        p.answer,
		Authenticator: p.authenticator(),
		Principals:    func(rpc.DeviceID) []string { return []string{p.user} },
		Style:         p.style,
		Exchanged:     p.exchanged,
		Ended:         p.ended,
		MaxMessages:   mostOfCPE + len(p.requests),
	}
	server := &http.Server{
		Handler: acs, ConnContext: acs.ConnContext, ErrorLog: p.log,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	if p.tls != nil {
		listener = tls.NewListener(listener, p.tls)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if p.wakes() {
		waking, asleep := context.WithCancel(ctx)
		var wait sync.WaitGroup
		wait.Go(func() { p.wake(waking, listener.Addr()) })
		defer wait.Wait()
		defer asleep()
	}
	status := exitOK
	select {
	case <-ctx.Done():
	case status = <-p.done:
	case err := <-failed:
		p.log.Print(err)
		status = exitFailed
	}
	stop(server, acs)
	return status
}

// stop lets the requests end that are being served, then the sessions. A request that does
// not end must not cost the sessions the time in which they are told of.
func stop(server *http.Server, acs *transport.Server) {
	for _, shutdown := range []func(context.Context) error{server.Shutdown, acs.Shutdown} {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		shutdown(ctx)
		cancel()
	}
	server.Close()
}

// authenticator wants one name and password of every device.
func (p *program) authenticator() transport.Authenticator {
	password := func(user string) (string, bool) { return p.pass, user == p.user }
	switch p.auth {
	case "basic":
		return &transport.BasicAuth{Password: password, InsecureHTTP: p.insecure}
	case "digest":
		return &transport.DigestAuth{Password: password}
	}
	return nil
}

// end ends the program with a status, unless it ends already.
func (p *program) end(status int) {
	p.over = true
	select {
	case p.done <- status:
	default:
	}
}
