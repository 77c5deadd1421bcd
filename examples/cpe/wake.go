package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/transport"
	"github.com/cwmp-go/cwmp/transport/connreq"
	"github.com/cwmp-go/cwmp/transport/stun"
)

// NOTE: how the device is woken. Whatever way a connection request comes, it ends at the
// Gate, whose event run.go waits for. What is opened here is opened and closed between
// sessions, as the attributes have it; what STUN finds out meanwhile waits for the loop.

// A waker is what connection requests come in by.
type waker struct {
	gate connreq.Gate

	http connreq.Listener
	port string // its address, once it has one
	shut func() // closes the port; nil: it is closed

	udp     connreq.UDPReceiver // one for the run: it knows which requests were taken
	conn    net.PacketConn      // nil until STUN is first enabled
	reading sync.Mutex          // held by who reads conn: the keeper of the binding, or receive
	deafen  func()              // ends receive; nil: it does not run
	address string              // UDPConnectionRequestAddress
	words   chan word           // from the keeper
}

// A word is what a keeper has to say; the latest says all.
type word struct {
	stun.Status
	err error
}

// wire joins the parts.
func (p *program) wire() {
	p.gate.Credentials = p.credentials
	p.http.Gate, p.udp.Gate = &p.gate, &p.gate
	p.udp.Now = func() (time.Time, bool) { return time.Now(), true }
	p.words = make(chan word, 1)
}

// credentials are what a connection request has to prove at this moment. A device that
// does not do CWMP takes none.
func (p *program) credentials() (string, string) {
	s := p.attrs.Snapshot()
	if on, _ := s.Get(attrs.Enable); !on.Bool() {
		return "", ""
	}
	user, _ := s.Get(attrs.CPEUsername)
	password, _ := s.Get(attrs.CPEPassword)
	return user.Text(), password.Secret().Reveal()
}

// listen opens and closes what requests come in by, as the settings that are to come into
// force have it. Without a socket for it there is no STUN.
func (p *program) listen(ctx context.Context, s *transport.Settings) error {
	if !p.listens() {
		s.STUN.Enable = false
		return nil
	}
	on, _ := p.began.Get(attrs.Enable)
	allowed, _ := p.began.Get(attrs.HTTPRequestEnable)
	if err := p.listenHTTP(ctx, p.given["connreq"] && on.Bool() && allowed.Bool()); err != nil {
		return err
	}
	err := p.listenUDP(ctx, s.STUN.Enable && s.Gate == nil)
	s.STUN.Enable = s.STUN.Enable && err == nil
	return err
}

// listenHTTP opens the port, or closes it. It keeps its number and the path.
func (p *program) listenHTTP(ctx context.Context, open bool) error {
	switch {
	case open == (p.shut != nil):
		return nil
	case !open:
		p.shut()
		p.shut = nil
		p.put("ConnectionRequestURL", "")
		return nil
	}
	ln, err := net.Listen("tcp", cmp.Or(p.port, p.connreq))
	if err != nil {
		return err
	}
	p.port = ln.Addr().String()
	ctx, cancel := context.WithCancel(ctx)
	var serving sync.WaitGroup
	serving.Go(func() { p.http.Serve(ctx, ln) })
	p.shut = func() { cancel(); serving.Wait() }
	at := p.http.URL(p.reachable(ln.Addr()))
	p.put("ConnectionRequestURL", at)
	p.say("connection request URL: %s", at)
	return nil
}

// socket opens a socket of the port's number; or of any other, if the number was not asked
// for and somebody has it.
func (p *program) socket() (net.PacketConn, error) {
	conn, err := net.ListenPacket("udp", cmp.Or(p.port, p.connreq, ":0"))
	if err != nil {
		conn, err = net.ListenPacket("udp", cmp.Or(p.connreq, ":0"))
	}
	return conn, err
}

// listenUDP opens the socket when STUN is enabled for the first time. From then on
// requests are taken, by the keeper of the binding or without one.
func (p *program) listenUDP(ctx context.Context, bound bool) (err error) {
	if p.conn == nil && bound {
		if p.conn, err = p.socket(); err != nil {
			p.conn = nil
			return err
		}
		for _, root := range []string{"Device.", "InternetGatewayDevice."} {
			p.device.Forced = append(p.device.Forced, root+"ManagementServer.UDPConnectionRequestAddress", root+"ManagementServer.NATDetected")
		}
	}
	switch {
	case p.conn == nil:
	case bound && p.deafen != nil:
		p.deafen()
		p.deafen = nil
	case !bound && p.deafen == nil:
		ctx, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { defer close(done); p.receive(ctx) }()
		p.deafen = func() { cancel(); <-done }
		p.publish(p.reachable(p.conn.LocalAddr()), false)
	}
	return nil
}

// receive takes requests while no binding is kept.
func (p *program) receive(ctx context.Context) {
	p.reading.Lock()
	defer p.reading.Unlock()
	if ctx.Err() == nil {
		p.udp.Serve(ctx, p.conn)
	}
}

// keep keeps a binding, and takes the requests that come by it, until ctx ends. See
// transport.Configured.Keeper.
func (p *program) keep(ctx context.Context, s transport.Settings) {
	p.reading.Lock()
	defer p.reading.Unlock()
	for {
		err := p.bind(ctx, s.STUN)
		if ctx.Err() != nil {
			return
		}
		p.leave(word{err: err})
		pause(ctx, stun.DefaultKeepAlive)
	}
}

// bind runs a keeper over the socket until something fails.
func (p *program) bind(ctx context.Context, s transport.STUN) error {
	network := "ip"
	if at, err := netip.ParseAddrPort(p.conn.LocalAddr().String()); err == nil && at.Addr().Is4() {
		network = "ip4"
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, network, s.Server)
	if err != nil {
		return err
	}
	server := netip.AddrPortFrom(found[0].Unmap(), s.Port)
	local, err := stun.LocalAddr(p.conn, server)
	if err != nil {
		return err
	}
	keeper, err := stun.NewKeeper(stun.Config{
		Server: server, Local: local, Username: s.Username, Password: stun.NewSecret(s.Password.Reveal()), MinimumKeepAlive: period(s),
	}, rand.Reader, time.Now())
	if err != nil {
		return err
	}
	return (&stun.Runner{
		Primary: p.conn,
		Request: func(_ netip.AddrPort, b []byte) { p.udp.Receive(b) },
		Event:   func(e stun.Event) { p.leave(word{e.Status, e.Err}) },
	}).Run(ctx, keeper)
}

// period is the time between two keep-alives: the least that is allowed.
func period(s transport.STUN) time.Duration {
	d := s.MinKeepAlive
	if d == 0 {
		d = stun.DefaultKeepAlive
	}
	if s.MaxKeepAlive > 0 {
		d = min(d, s.MaxKeepAlive)
	}
	return max(d, stun.ShortestKeepAlive)
}

// leave leaves word for the loop, in the place of the last if that was not heard. There is
// one keeper at a time, so there is room.
func (p *program) leave(w word) {
	select {
	case <-p.words:
	default:
	}
	p.words <- w
}

// heard acts on a keeper's word, unless it is an old one's.
func (p *program) heard(w word) {
	if !p.cpe.Settings().STUN.Enable {
		return
	}
	if w.err != nil {
		p.fail("STUN: %v", w.err)
	}
	if w.Address != "" {
		p.publish(w.Address, w.NATDetected)
	}
}

// publish says where UDP connection requests arrive.
func (p *program) publish(address string, nat bool) {
	p.put("UDPConnectionRequestAddress", address)
	p.put("NATDetected", strconv.FormatBool(nat))
	if address != p.address {
		p.address = address
		p.say("UDP connection request address: %s", address)
	}
}

// reachable is a port as the ACS sees it: one that is bound to all addresses is reached at
// that of the interface by which the ACS is. Nothing is sent to find it out.
func (p *program) reachable(at net.Addr) string {
	here, err := netip.ParseAddrPort(at.String())
	if err != nil || !here.Addr().IsUnspecified() {
		return at.String()
	}
	acs, err := url.Parse(p.began.Endpoint().URL.Value)
	if err != nil {
		return at.String()
	}
	way, err := net.DialTimeout("udp", net.JoinHostPort(acs.Hostname(), "9"), time.Second)
	if err != nil {
		return at.String()
	}
	defer way.Close()
	return netip.AddrPortFrom(way.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), here.Port()).String()
}

// hangUp closes everything.
func (p *program) hangUp() {
	p.cpe.Stop()
	if p.shut != nil {
		p.shut()
	}
	if p.deafen != nil {
		p.deafen()
	}
	if p.conn != nil {
		p.conn.Close()
	}
}
