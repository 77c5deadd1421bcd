package cwmptest

import (
	"context"
	"crypto/x509"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a transport.Server on a loopback port, between two hooks that record what
// passes. describe.go is what a transcript says of it.

// An ACS is an ACS for one test. It records everything.
type ACS struct {
	// URL is where it listens, set by Start and StartTLS.
	URL string
	// Username and Password, if set before the start, are what every device has
	// to authenticate with, by digest. They are taken for any DeviceId. An empty
	// Username leaves the Server's Authenticator as it is, by default nobody.
	Username string
	Password string
	// Server may be changed or replaced before the start. What it has in
	// Exchanged and Ended is called too, before the record is made.
	Server *transport.Server
	// Patience is how long Wait waits. 0 is a minute.
	Patience time.Duration

	http *httptest.Server

	mu        sync.Mutex
	exchanges []transport.Exchange
	ended     []error
	changed   chan struct{} // closed and renewed when ended grows
}

// NewACS starts an ACS over plain HTTP. h makes its requests; nil makes none. The
// test's Cleanup closes it, and cuts what sessions are still open.
func NewACS(t TB, h transport.Handler) *ACS {
	a := NewUnstartedACS(t, h)
	a.Start()
	return a
}

// NewUnstartedACS returns an ACS to be changed and then started, once. The test's
// Cleanup closes it as one of [NewACS].
func NewUnstartedACS(t TB, h transport.Handler) *ACS {
	a := &ACS{Server: &transport.Server{Handler: h}, changed: make(chan struct{})}
	a.http = httptest.NewUnstartedServer(nil)
	t.Cleanup(a.close)
	return a
}

// Start starts the ACS over plain HTTP.
func (a *ACS) Start() {
	a.prepare()
	a.http.Start()
	a.URL = a.http.URL + "/acs"
}

// StartTLS starts the ACS over TLS, with a certificate that [ACS.Roots] vouches
// for.
func (a *ACS) StartTLS() {
	a.prepare()
	a.http.StartTLS()
	a.URL = a.http.URL + "/acs"
}

// close cuts the connections first: httptest waits for requests that are being
// served, and a handler may wait for a device that is gone. Then it ends what
// sessions are still open, so that nothing of them outlives the test.
func (a *ACS) close() {
	a.http.CloseClientConnections()
	a.http.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	a.Server.Shutdown(ctx)
}

// Roots verifies the certificate of an ACS that was started by StartTLS. Of any
// other ACS it is empty and verifies nothing.
func (a *ACS) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	if c := a.http.Certificate(); c != nil {
		pool.AddCert(c)
	}
	return pool
}

// prepare puts the record around the Server as the test has left it.
func (a *ACS) prepare() {
	exchanged, ended := a.Server.Exchanged, a.Server.Ended
	a.Server.Exchanged = func(e *transport.Exchange) {
		if exchanged != nil {
			exchanged(e)
		}
		a.record(e)
	}
	a.Server.Ended = func(s *transport.Session, err error) {
		if ended != nil {
			ended(s, err)
		}
		a.end(err)
	}
	if a.Username != "" {
		a.authenticate()
	}
	a.http.Config.Handler = a.Server
	a.http.Config.ConnContext = a.Server.ConnContext // as an ACS has it
}

func (a *ACS) authenticate() {
	a.Server.Authenticator = &transport.DigestAuth{
		Password: func(user string) (string, bool) { return a.Password, user == a.Username },
	}
	a.Server.Principals = func(rpc.DeviceID) []string { return []string{a.Username} }
}

func (a *ACS) record(e *transport.Exchange) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.exchanges = append(a.exchanges, *e)
}

func (a *ACS) end(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = append(a.ended, err)
	close(a.changed)
	a.changed = make(chan struct{})
}

// Exchanges returns the HTTP exchanges so far, in the order of their ends.
func (a *ACS) Exchanges() []transport.Exchange {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.exchanges)
}

// Ended returns how each session that is over ended: nil for well.
func (a *ACS) Ended() []error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.ended)
}

// Wait waits until n sessions are over and returns how they ended; all that they
// exchanged is then in Exchanges. The test ends if that takes longer than Patience.
func (a *ACS) Wait(t TB, n int) []error {
	t.Helper()
	patience := a.Patience
	if patience <= 0 {
		patience = time.Minute
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		a.mu.Lock()
		ended, changed := slices.Clone(a.ended), a.changed
		a.mu.Unlock()
		if len(ended) >= n {
			return ended
		}
		select {
		case <-changed:
		case <-timer.C:
			t.Fatalf("cwmptest: %d sessions ended, waited for %d:\n%s", len(ended), n, a.Transcript())
			return ended
		}
	}
}

// Transcript returns the exchanges as text, two lines each:
//
//	cpe> Inform 1
//	   <acs InformResponse 1
//
// A line has the message's name, its cwmp:ID, and "hold" if HoldRequests was set;
// a fault's name has its code, Fault:9003. An HTTP message without body is
// (empty), one that could not be read is (unreadable), and one that was refused
// before it was read is (not read). An HTTP status stands where it is all that
// was answered.
func (a *ACS) Transcript() string {
	var b strings.Builder
	for _, e := range a.Exchanges() {
		b.WriteString(fromCPE + asked(&e) + "\n" + fromACS + answered(&e) + "\n")
	}
	return b.String()
}
