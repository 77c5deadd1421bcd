package stun_test

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A scene is a device behind a gateway and a server before it, in a bubble.
type scene struct {
	*testing.T
	*internet
	server   *node
	mu       sync.Mutex
	events   []stun.Event
	bindings []stun.Binding
	requests []string
}

// play runs a Keeper and a Server for some time and then shows what happened.
func play(t *testing.T, s *scene, c stun.Config, srv *stun.Server, d time.Duration, act func()) {
	ctx, stop := context.WithCancelCause(t.Context())
	end := errors.New("the end")
	s.T, s.server = t, s.listen(serverAddr)
	srv.Bound = func(b stun.Binding) { s.note(func() { s.bindings = append(s.bindings, b) }) }
	k, err := stun.NewKeeper(c, rand.Reader, time.Now())
	require.NoError(t, err)
	r := &stun.Runner{
		Primary:   s.listen(localAddr),
		Secondary: s.listen(netip.MustParseAddrPort("192.168.1.2:7548")),
		Request: func(_ netip.AddrPort, b []byte) {
			s.note(func() { s.requests = append(s.requests, string(b)) })
		},
		Event: func(e stun.Event) { s.note(func() { s.events = append(s.events, e) }) },
	}
	var done sync.WaitGroup
	done.Go(func() { assert.Equal(t, end, r.Run(ctx, k)) })
	done.Go(func() { assert.Equal(t, end, srv.Serve(ctx, s.server, nil)) })
	if act != nil {
		act()
	}
	<-time.After(d)
	stop(end)
	done.Wait()
}

func (s *scene) note(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// wait lets the bubble's time pass.
func (s *scene) wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// wake sends a connection request to an address and says whether it arrived.
func (s *scene) wake(from *node, to netip.AddrPort) bool {
	var before, after int
	s.note(func() { before = len(s.requests) })
	from.send(from.addr, to, []byte("GET http://203.0.113.7:40001?ts=1 HTTP/1.1\r\n\r\n"))
	s.wait(time.Second)
	s.note(func() { after = len(s.requests) })
	return after > before
}

// mapped is what the server was told last.
func (s *scene) mapped() (b stun.Binding) {
	s.note(func() {
		if len(s.bindings) > 0 {
			b = s.bindings[len(s.bindings)-1]
		}
	})
	return b
}

// kinds are the events' kinds.
func (s *scene) kinds() (kinds []stun.Kind) {
	for _, e := range s.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// TestBehindGateway: the ACS reaches the device at any time at the address
// that the server was told, from the server's port and from no other.
func TestBehindGateway(t *testing.T) {
	for _, symmetric := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := &scene{internet: newInternet(40 * time.Second)}
			s.nat.symmetric = symmetric
			play(t, s, config(), &stun.Server{}, 0, func() {
				for range 5 {
					s.wait(29 * time.Second)
					assert.True(t, s.wake(s.server, s.mapped().Mapped))
					assert.False(t, s.wake(s.listen(netip.MustParseAddrPort("198.51.100.1:9")), s.mapped().Mapped))
				}
			})
			assert.Equal(t, []stun.Kind{stun.Changed}, s.kinds())
			assert.True(t, s.events[0].Status.NATDetected)
			assert.True(t, s.bindings[1].Changed)
			assert.Equal(t, "203.0.113.7:40001", s.events[0].Status.Address)
		})
	}
}

// TestRebinding: a gateway that was restarted gives another port, and the
// server is told of it at the next keep-alive.
func TestRebinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scene{internet: newInternet(time.Hour)}
		play(t, s, config(), &stun.Server{}, 0, func() {
			s.wait(45 * time.Second)
			old := s.mapped().Mapped
			s.restart()
			assert.False(t, s.wake(s.server, old))
			s.wait(30 * time.Second)
			assert.NotEqual(t, old, s.mapped().Mapped)
			assert.True(t, s.wake(s.server, s.mapped().Mapped))
		})
		assert.Equal(t, []stun.Kind{stun.Changed, stun.Changed}, s.kinds())
		assert.True(t, s.mapped().Changed, "BINDING-CHANGE came from the new address")
	})
}

// TestOutage: the server is silent for a while, and datagrams are lost.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scene{internet: newInternet(time.Hour)}
		chance, begin := mathrand.New(mathrand.NewPCG(1, 2)), time.Now()
		s.lose = func(netip.AddrPort, netip.AddrPort) bool {
			outage := time.Since(begin) > 2*time.Minute && time.Since(begin) < 4*time.Minute
			return outage || chance.IntN(3) == 0
		}
		play(t, s, config(), &stun.Server{}, 10*time.Minute, nil)
		assert.Contains(t, s.kinds(), stun.Lost)
		assert.Equal(t, stun.Restored, s.kinds()[len(s.kinds())-1])
		assert.Equal(t, 1, s.nat.timesBound())
	})
}

// timesBound counts the ports that were given out.
func (n *nat) timesBound() int { return int(n.nextPort) - 40001 }

// TestDiscoveryBehindGateways: the oracle is the gateway's own time-out. In
// the steady state the binding is never lost again.
func TestDiscoveryBehindGateways(t *testing.T) {
	for _, c := range []struct {
		timeout            time.Duration
		symmetric, inbound bool
	}{
		{timeout: 35 * time.Second}, {timeout: 65 * time.Second, symmetric: true}, {timeout: 180 * time.Second, inbound: true},
		{timeout: 300 * time.Second, symmetric: true, inbound: true}, {timeout: 10 * time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &scene{internet: newInternet(c.timeout)}
			s.nat.symmetric, s.nat.inbound = c.symmetric, c.inbound
			conf := seeking(30*time.Second, -1)
			conf.Username, conf.Password = "cpe-1", stun.NewSecret("secret")
			play(t, s, conf, &stun.Server{Secret: secrets, Demand: stun.DemandAll}, 0, func() {
				s.wait(6 * time.Hour)
				before := s.nat.timesBound()
				for range 20 {
					s.wait(17 * time.Minute)
					assert.True(t, s.wake(s.server, s.mapped().Mapped), c)
				}
				assert.Equal(t, before, s.nat.timesBound(), "the binding lives on")
			})
			last := s.events[len(s.events)-1].Status
			assert.False(t, last.Discovering)
			assert.LessOrEqual(t, last.Period, c.timeout)
			assert.GreaterOrEqual(t, last.Period, max(30*time.Second, min(c.timeout-6*time.Second, stun.LongestTrial)*3/4), c)
			assert.True(t, last.Signed)
			assert.True(t, s.mapped().Authenticated)
		})
	}
}

// TestRunnerRefuses: sockets that are missing, and one that breaks.
func TestRunnerRefuses(t *testing.T) {
	k, err := stun.NewKeeper(seeking(time.Second, -1), dry, epoch)
	require.NoError(t, err)
	conn := newInternet(time.Hour).listen(localAddr)
	require.ErrorIs(t, (&stun.Runner{}).Run(t.Context(), k), stun.ErrConfig)
	require.ErrorIs(t, (&stun.Runner{Primary: conn}).Run(t.Context(), k), stun.ErrConfig)

	a, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	b, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer a.Close()
	b.Close()
	require.ErrorIs(t, (&stun.Runner{Primary: a, Secondary: b}).Run(t.Context(), k), net.ErrClosed)
	require.ErrorIs(t, (&stun.Server{}).Serve(t.Context(), b, nil), net.ErrClosed)
}

// TestRunAgain: sockets serve one Run after the other, as when a parameter has
// changed and a new Keeper is made.
func TestRunAgain(t *testing.T) {
	device, server := open(t), open(t)
	addr := func(c net.PacketConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }
	for range 20 {
		ctx, stop := context.WithTimeoutCause(t.Context(), 20*time.Second, errors.New("too slow"))
		ctx, known := context.WithCancelCause(ctx)
		end := errors.New("the end")
		k, err := stun.NewKeeper(stun.Config{Server: addr(server), Local: addr(device)}, rand.Reader, time.Now())
		require.NoError(t, err)
		var done sync.WaitGroup
		done.Go(func() { assert.Equal(t, end, (&stun.Server{}).Serve(ctx, server, nil)) })
		r := &stun.Runner{Primary: device, Event: func(stun.Event) { known(end) }}
		require.Equal(t, end, r.Run(ctx, k))
		done.Wait()
		stop()
	}
}

// TestLocalAddr: a socket that is bound to all addresses is reached at one.
func TestLocalAddr(t *testing.T) {
	server := netip.MustParseAddrPort("127.0.0.1:3478")
	for _, host := range []string{"0.0.0.0", "127.0.0.1"} {
		conn, err := net.ListenPacket("udp4", host+":0")
		require.NoError(t, err)
		defer conn.Close()
		a, err := stun.LocalAddr(conn, server)
		require.NoError(t, err)
		assert.Equal(t, "127.0.0.1", a.Addr().String())
		assert.EqualValues(t, conn.LocalAddr().(*net.UDPAddr).Port, a.Port())
	}
	conn, err := net.ListenPacket("udp4", "0.0.0.0:0")
	require.NoError(t, err)
	defer conn.Close()
	_, err = stun.LocalAddr(conn, netip.AddrPort{})
	require.ErrorIs(t, err, stun.ErrConfig)
	_, err = stun.LocalAddr(conn, netip.MustParseAddrPort("[fe80::1]:3478")) // no zone, no way
	require.Error(t, err)
}

// TestBusySockets: what is too long or no STUN message passes the Keeper by,
// with and without somebody who takes it; an end in the middle of it is an end.
func TestBusySockets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := newInternet(time.Hour)
		device, server := i.listen(otherAddr), i.listen(serverAddr)
		i.nat.public = netip.MustParseAddr("203.0.113.99") // none for this device
		ctx, stop := context.WithCancel(t.Context())
		c := config()
		c.Local = otherAddr
		k, err := stun.NewKeeper(c, rand.Reader, time.Now())
		require.NoError(t, err)
		var heard []string
		var done sync.WaitGroup
		done.Go(func() { assert.ErrorIs(t, (&stun.Runner{Primary: device}).Run(ctx, k), context.Canceled) })
		done.Go(func() {
			assert.ErrorIs(t, (&stun.Server{}).Serve(ctx, server, func(_ netip.AddrPort, b []byte) {
				heard = append(heard, string(b))
				stop()
			}), context.Canceled)
		})
		for range 3 {
			device.send(serverAddr, otherAddr, []byte("GET http://203.0.113.7:40002?ts=1 HTTP/1.1\r\n\r\n"))
			device.send(serverAddr, otherAddr, make([]byte, stun.MaxDatagram+1))
		}
		<-time.After(time.Second)
		device.send(otherAddr, serverAddr, []byte("what is a server for?"))
		done.Wait()
		assert.Equal(t, []string{"what is a server for?"}, heard)
		assert.Equal(t, otherAddr, k.Status().Mapped)
		assert.Zero(t, k.Status().Dropped)
	})
}
