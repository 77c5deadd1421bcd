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
)

// NOTE: the server. All of CWMP is in the transport.Server; what is around it is
// configuration, and the end.

// A program is an ACS at work.
type program struct {
	options
	out  io.Writer
	log  *log.Logger
	done chan int // the exit status, when the program ends by itself

	mu       sync.Mutex // over what follows
	byKey    map[string]*record
	byInform map[*rpc.Inform]*record
	printed  int
	over     bool // nothing is printed any more
}

func newProgram(o options, out io.Writer, logger *log.Logger) *program {
	return &program{
		options: o, out: out, log: logger, done: make(chan int, 1),
		byKey: map[string]*record{}, byInform: map[*rpc.Inform]*record{},
	}
}

// grace is how long requests may take that are being served at the end.
const grace = 2 * time.Second

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

// stop lets the requests end that are being served, then the sessions.
func stop(server *http.Server, acs *transport.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	server.Shutdown(ctx)
	acs.Shutdown(ctx)
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
