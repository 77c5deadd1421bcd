package connreq

// NOTE: SEC-04: an ACS is answered while strangers do what they can, on the loopback
// with the system's sockets. Addresses other than 127.0.0.1 are Linux's gift.

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stranger opens a connection from a loopback address of its own.
func stranger(n int, to string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+n/250), byte(2+n%250))}, Timeout: time.Second}
	return d.Dial("tcp", to)
}

// 200 connections that say nothing, and 500 new ones a second, of which some say half a
// request, some nonsense and some a wrong guess: an authenticated request is answered
// within a second all the same. With CWMP_LONG=1 it takes five minutes: on two busy
// cores 131,185 strangers came, and the slowest of 13,711 requests took 0.72 s.
func TestSEC04(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs 127.0.0.2 and further loopback addresses, which Linux has")
	}
	duration := 2 * time.Second
	if long() {
		duration = 5 * time.Minute
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	to := ln.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	l := &Listener{Gate: &Gate{Credentials: credentials, Every: time.Microsecond, Burst: 1 << 20}}
	served := make(chan error, 1)
	go func() { served <- l.Serve(ctx, ln) }()

	var idle []net.Conn
	for i := range 200 {
		c, err := stranger(i, to)
		require.NoError(t, err)
		idle = append(idle, c)
	}
	attack, stop := context.WithTimeout(ctx, duration)
	defer stop()
	var strangers sync.WaitGroup
	var came atomic.Int64
	strangers.Go(func() { came.Store(flood(attack, to)) })

	s := Sender{Policy: Policy{Allow: prefixes("127.0.0.1/32")}}
	var took []time.Duration
	for tick := time.NewTicker(20 * time.Millisecond); attack.Err() == nil; <-tick.C {
		start := time.Now()
		got, err := s.Send(ctx, l.URL(to), right)
		took = append(took, time.Since(start))
		assert.NoError(t, err)
		assert.Equal(t, Accepted, got.Result)
	}
	strangers.Wait()
	slices.Sort(took)
	p99 := took[(len(took)-1)*99/100]
	t.Logf("%d strangers, %d requests, 99 of 100 answered in %v, the slowest in %v", came.Load(), len(took), p99, took[len(took)-1])
	assert.Less(t, p99, time.Second)
	assert.Greater(t, came.Load(), int64(duration.Seconds()*100), "the flood was one")
	for _, c := range idle {
		c.Close()
	}
	cancel()
	<-served
}

// flood opens 500 connections a second and returns how many it opened. Each is held
// until there are 200 more.
func flood(ctx context.Context, to string) int64 {
	says := []string{"", "GET " + path, "\x16\x03\x01", get(path), get(path, auth{nonce: "x", password: "guess"}.field())}
	var open []net.Conn
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	came := int64(0)
	for tick := time.NewTicker(10 * time.Millisecond); ctx.Err() == nil; <-tick.C {
		for range 5 {
			c, err := stranger(int(came)%1000, to)
			if err != nil {
				continue
			}
			fmt.Fprint(c, says[int(came)%len(says)])
			came++
			if open = append(open, c); len(open) > 200 {
				open[0].Close()
				open = open[1:]
			}
		}
	}
	return came
}

// SEC-04: what strangers ask does not use up the rate of those who may.
func TestSEC04Rate(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{Gate: &Gate{}})
		for i := range 1000 {
			p.try(fmt.Sprintf("198.51.100.%d:9", i%250), get(path))
		}
		for range DefaultBurst {
			assert.Equal(t, "200", p.try(acs, get(path, auth{nonce: p.nonce(acs)}.field())))
		}
		assert.Equal(t, "503", p.try(acs, get(path, auth{nonce: p.nonce(acs)}.field())))
	})
}
