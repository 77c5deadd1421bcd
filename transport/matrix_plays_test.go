package transport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the twelve series of sessions that faults are tried on, and the stage on which
// they play.

// A play is a device with its events and an ACS with its wishes.
type play struct {
	name    string
	events  []rpc.Event
	reports []rpc.Message
	tasks   []rpc.Message
	short   bool // one of the three shortest
	held    bool
	digest  bool
	tls     bool
	// moved: the ACS sends the CPE to another server first, and to another path in
	// the middle of the session.
	moved bool
	// wrap stands in front of the ACS.
	wrap func(http.Handler) http.Handler
	// sessions is how many it takes without a fault. 0 is 1.
	sessions int
}

func event(code rpc.EventCode, key ...string) rpc.Event {
	return rpc.Event{EventCode: code, CommandKey: strings.Join(key, "")}
}

func complete(key string) *rpc.TransferComplete {
	return &rpc.TransferComplete{CommandKey: key, StartTime: rpc.UnknownTime, CompleteTime: rpc.UnknownTime}
}

var (
	get = &rpc.GetParameterValues{ParameterNames: []string{"Device.DeviceInfo.UpTime"}}
	set = &rpc.SetParameterValues{ParameterKey: "k", ParameterList: []rpc.ParameterValue{{Name: "Device.Time.NTPServer1", Value: rpc.StringValue("ntp.test")}}}
)

var plays = []play{
	{name: "periodic", events: []rpc.Event{event(rpc.EventPeriodic)}, short: true},
	{name: "bootstrap", events: []rpc.Event{event(rpc.EventBootstrap), event(rpc.EventBoot)}, short: true},
	{name: "TransferComplete", events: []rpc.Event{event(rpc.EventTransferComplete), event(rpc.EventMDownload, "d")},
		reports: []rpc.Message{complete("d")}, short: true},
	{name: "GetParameterValues", events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{get}},
	{name: "SetParameterValues", events: []rpc.Event{event(rpc.EventValueChange)}, tasks: []rpc.Message{set}},
	{name: "AddObject and DeleteObject", events: []rpc.Event{event(rpc.EventConnectionRequest), event(rpc.EventPeriodic)},
		tasks: []rpc.Message{&rpc.AddObject{ObjectName: "Device.X."}, &rpc.DeleteObject{ObjectName: "Device.X.1."}}},
	{name: "Download and Reboot", events: []rpc.Event{event(rpc.EventPeriodic)}, sessions: 2,
		tasks: []rpc.Message{&rpc.Download{CommandKey: "d", FileType: "1 Firmware Upgrade Image", URL: "http://files.test/f"}, &rpc.Reboot{CommandKey: "r"}}},
	{name: "hold", events: []rpc.Event{event(rpc.EventTransferComplete), event(rpc.EventMDownload, "d")},
		reports: []rpc.Message{complete("d")}, tasks: []rpc.Message{get, set}, held: true},
	{name: "redirect", events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{get}, moved: true},
	{name: "digest", events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{get}, digest: true},
	{name: "chunked", events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{get, set}, wrap: inChunks},
	{name: "TLS", events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{get}, tls: true},
}

// inChunks sends responses in chunks.
func inChunks(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(&chunker{w}, r) })
}

type chunker struct{ http.ResponseWriter }

func (c *chunker) Write(b []byte) (int, error) {
	c.Header().Del("Content-Length")
	for n := 0; n < len(b); {
		k, err := c.ResponseWriter.Write(b[n:min(len(b), n+100)])
		if n += k; err != nil {
			return n, err
		}
		c.ResponseWriter.(http.Flusher).Flush()
	}
	return len(b), nil
}

func (c *chunker) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// moving redirects what comes to one path, if it is empty, to another.
func moving(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cwmp" && r.ContentLength == 0 {
			w.Header().Set("Location", "other?x=1")
			w.WriteHeader(http.StatusFound)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// lasting is a certificate for *.test that a clock of any year accepts, and its root.
// It is made once: keys are dear.
var lasting = sync.OnceValues(func() (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lasting"}, DNSNames: []string{"*.test"},
		NotBefore: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots
})

// lastingTLS is TLS for both ends.
func lastingTLS() (server, client *tls.Config) {
	cert, roots := lasting()
	return &tls.Config{Certificates: []tls.Certificate{cert}}, &tls.Config{RootCAs: roots}
}

// A stage is a play while it is on.
type stage struct {
	net    *network
	desk   *desk
	device *device
	server *transport.Server
}

// set up the stage, with the cut to come and, if front is not nil, a handler in front
// of the ACS.
func (p *play) stage(t *testing.T, c cut, front func(http.Handler) http.Handler) *stage {
	s := &stage{net: newNetwork(c)}
	s.desk = &desk{t: t, held: p.held, seen: map[*transport.Session]int{}, events: map[string]int{}, told: map[string]int{}}
	for _, m := range p.tasks {
		s.desk.tasks = append(s.desk.tasks, &task{request: m})
	}
	s.server = &transport.Server{Answer: s.desk.answer, Handler: transport.HandlerFunc(s.desk.turn), Ended: s.desk.end}
	if p.digest {
		s.server.Authenticator = digestAuth()
	}
	s.device = &device{t: t, executed: map[string]int{}, now: map[string]int{}, reports: slices.Clone(p.reports)}
	s.device.client = &transport.Client{URL: acsURL, Username: user, Password: password, Dial: s.net.Dial, Handle: s.device.handle}
	for _, e := range p.events {
		if err := s.device.queue.Add(e); err != nil {
			panic(err)
		}
	}
	s.serve(t, p, front)
	return s
}

func (s *stage) serve(t *testing.T, p *play, front func(http.Handler) http.Handler) {
	var h http.Handler = s.server
	for _, wrap := range []func(http.Handler) http.Handler{p.wrap, front} {
		if wrap != nil {
			h = wrap(h)
		}
	}
	switch {
	case p.tls:
		server, client := lastingTLS()
		s.net.serve(t, "acs.test:443", h, server)
		s.device.client.URL, s.device.client.TLS = "https://acs.test/cwmp", client
	case p.moved:
		s.net.serve(t, "acs.test:80", status(307, "moved", "Location", "http://b.test/cwmp").handler(), nil)
		s.net.serve(t, "b.test:80", moving(h), nil)
	default:
		s.net.serve(t, "acs.test:80", h, nil)
	}
}

// handler is a step as a handler of its own.
func (s step) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s(w, r, nil) })
}

// perform plays until the device has nothing left to do, and then until nobody waits
// for anything any more.
func (s *stage) perform() {
	s.device.live()
	synctest.Wait()
	if left := s.net.left()[up]; left != 0 {
		s.desk.t.Errorf("%d connections of the CPE are open after its sessions", left)
	}
	pass(12 * time.Minute) // beyond every time-out
	synctest.Wait()
	if left := s.net.left(); left != [2]int{} {
		s.desk.t.Errorf("connections are open: %v", left)
	}
}
