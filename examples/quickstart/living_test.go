package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a device lives through hours of virtual time while its attributes change, and
// does what they say.

// A world is a device, an ACS and the network between them, which is in memory.
type world struct {
	t     *testing.T
	d     *device
	conns chan net.Conn
	start time.Time

	mu     sync.Mutex                                      // over what follows
	down   bool                                            // nobody answers the phone
	deaf   bool                                            // somebody does and says nothing
	script func(context.Context, *transport.Session) error // of the next session
	calls  []string                                        // sessions: when, and their events
	errs   []error
	keeper []string
}

// live puts a device that has Comware's defaults into a world.
func live(t *testing.T, secure bool, story func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		ca, err := newCA(true)
		require.NoError(t, err)
		d, err := newDevice(ca)
		require.NoError(t, err)
		require.NoError(t, d.attrs.Undo(attrs.CLI, attrs.Enable, attrs.SSLPolicy))
		w := &world{t: t, d: d, conns: make(chan net.Conn), start: time.Now()}
		d.cpe.Base.Dial = w.dial
		d.cpe.Keeper = w.keep
		var l net.Listener = w
		if secure {
			l = tls.NewListener(w, ca.server())
		}
		srv := &http.Server{Handler: &transport.Server{Handler: transport.Script(w.called)}, ErrorLog: log.New(io.Discard, "", 0)}
		ctx, off := context.WithCancel(t.Context())
		served, ended := make(chan struct{}), make(chan struct{})
		go func() { defer close(served); srv.Serve(l) }()
		go func() {
			defer close(ended)
			d.live(ctx, func(err error) { w.with(func() { w.errs = append(w.errs, err) }) })
		}()
		defer func() {
			off()
			<-ended
			srv.Close()
			<-served
		}()
		w.pass(0)
		story(w)
	})
}

func (w *world) Accept() (net.Conn, error) {
	c, ok := <-w.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (w *world) Close() error   { close(w.conns); return nil }
func (w *world) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

func (w *world) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.down:
		w.note("nobody")
		return nil, errors.New("connection refused")
	case w.deaf:
		w.note("silence")
		go io.Copy(io.Discard, far)
		return near, nil
	}
	go func() { w.conns <- far }()
	return near, nil
}

// called is the ACS's side of a session.
func (w *world) called(ctx context.Context, s *transport.Session) error {
	var events []string
	for _, e := range s.Inform.Event {
		events = append(events, string(e.EventCode))
	}
	var script func(context.Context, *transport.Session) error
	w.with(func() {
		w.note(strings.Join(events, " "))
		script, w.script = w.script, nil
	})
	if script == nil {
		return nil
	}
	return script(ctx, s)
}

// with does something to what the mutex is over.
func (w *world) with(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) note(what string) {
	w.calls = append(w.calls, time.Since(w.start).String()+" "+what)
}

func (w *world) keep(ctx context.Context, s transport.Settings) {
	w.with(func() { w.keeper = append(w.keeper, "on "+s.STUN.Server) })
	<-ctx.Done()
	w.with(func() { w.keeper = append(w.keeper, "off") })
}

// pass lets time pass, and everybody do what there is to do.
func (w *world) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// set is a command of the operator.
func (w *world) set(a attrs.Attr, value string) {
	w.t.Helper()
	require.NoError(w.t, w.d.attrs.Apply(attrs.CLI, time.Now(), attrs.Set(a, value)))
	w.pass(0)
}

// took returns what has happened since the last call.
func (w *world) took() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

// said returns the last error, and forgets it.
func (w *world) said() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.errs) == 0 {
		return nil
	}
	err := w.errs[len(w.errs)-1]
	w.errs = nil
	return err
}

// TestLiveGates opens one gate after the other.
func TestLiveGates(t *testing.T) {
	live(t, true, func(w *world) {
		gate := func(want error) {
			t.Helper()
			err := w.said()
			require.ErrorIs(t, err, want)
			_, typed := errors.AsType[*transport.GateError](err)
			assert.True(t, typed)
			w.pass(time.Hour)
			assert.Empty(t, w.took())
		}
		gate(attrs.ErrDisabled)
		w.set(attrs.Enable, "true")
		gate(attrs.ErrNoURL)
		w.set(attrs.URL, "https://127.0.0.1/acs")
		gate(attrs.ErrNoSSLPolicy)
		w.set(attrs.SSLPolicy, "another")
		policy, ok := errors.AsType[*transport.PolicyError](w.said())
		require.True(t, ok)
		assert.Equal(t, "another", policy.Name)
		assert.Empty(t, w.took())
		w.set(attrs.SSLPolicy, "quickstart-ca")
		assert.Equal(t, []string{"3h0m0s 0 BOOTSTRAP"}, w.took())
		require.NoError(t, w.said())
		source, met := w.d.attrs.Snapshot().FirstContact()
		assert.True(t, met && source == attrs.CLI)
		require.NoError(t, w.d.attrs.Undo(attrs.CLI, attrs.SSLPolicy))
		w.set(attrs.ProvisionCode, "TLCO")
		gate(attrs.ErrNoSSLPolicy)
	})
}

// begun is a device that has met its ACS over plain HTTP.
func begun(w *world) {
	w.set(attrs.Enable, "true")
	w.set(attrs.URL, "http://acs.test/")
	require.Equal(w.t, []string{"0s 0 BOOTSTRAP"}, w.took())
	w.said()
}

// TestLivePeriodic is the periodic Inform, as the operator and as the ACS have it, and
// the one at a moment.
func TestLivePeriodic(t *testing.T) {
	live(t, false, func(w *world) {
		begun(w)
		w.set(attrs.InformInterval, "600")
		w.pass(time.Hour)
		assert.Empty(t, w.took(), "the gate of the interval is shut")
		require.NoError(t, w.d.attrs.Apply(attrs.ACS, time.Now(), attrs.Set(attrs.InformPhase, w.start.Format(time.RFC3339))))
		w.set(attrs.InformEnable, "true")
		w.with(func() {
			w.script = func(ctx context.Context, s *transport.Session) error {
				_, err := transport.Do(ctx, s, &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{
					{Name: "Device.ManagementServer.PeriodicInformInterval", Value: rpc.Value{Type: rpc.TypeUnsignedInt, Text: "1200"}},
				}})
				return err
			}
		})
		w.pass(59 * time.Minute)
		assert.Equal(t, []string{"1h10m0s 2 PERIODIC", "1h20m0s 2 PERIODIC", "1h40m0s 2 PERIODIC"}, w.took())
		w.set(attrs.InformTime, w.start.Add(2*time.Hour+7*time.Second).Format("2006-01-02T15:04:05"))
		w.pass(40 * time.Minute)
		assert.Equal(t, []string{"2h0m0s 2 PERIODIC", "2h0m7s 2 PERIODIC", "2h20m0s 2 PERIODIC"}, w.took())
		w.set(attrs.InformEnable, "false")
		w.pass(24 * time.Hour)
		assert.Empty(t, w.took())
		require.NoError(t, w.said())
	})
}

// TestLiveRetries takes the ACS away: so many retries as the operator allows.
func TestLiveRetries(t *testing.T) {
	live(t, false, func(w *world) {
		begun(w)
		w.with(func() { w.down = true })
		for retries, want := range map[string]int{"0": 1, "2": 3, "7": 8} {
			w.set(attrs.ConnectRetry, retries)
			w.set(attrs.ProvisionCode, "A"+retries)
			w.pass(24 * time.Hour)
			assert.Len(t, w.took(), want, retries)
		}
		require.NoError(t, w.d.attrs.Undo(attrs.CLI, attrs.ConnectRetry))
		w.set(attrs.ProvisionCode, "B")
		w.pass(24 * time.Hour)
		assert.Greater(t, len(w.took()), 16, "for ever")
		w.set(attrs.Enable, "false")
		w.took()
		w.said()
		w.pass(24 * time.Hour)
		assert.Empty(t, w.took())
		assert.LessOrEqual(t, len(w.errs), 1, "a shut gate is told once, not round and round")
		w.with(func() { w.down = false })
		w.set(attrs.Enable, "true")
		assert.Len(t, w.took(), 1)
	})
}

// TestLiveCloseWait: how long silence is borne.
func TestLiveCloseWait(t *testing.T) {
	live(t, false, func(w *world) {
		begun(w)
		w.with(func() { w.deaf = true })
		w.set(attrs.ConnectRetry, "0")
		for wait, want := range map[string]time.Duration{"30": 30 * time.Second, "1800": 30 * time.Minute} {
			w.set(attrs.WaitTimeout, wait)
			w.set(attrs.ProvisionCode, "A"+wait)
			w.said()
			w.pass(want - time.Second)
			require.NoError(t, w.said())
			w.pass(time.Second)
			require.ErrorIs(t, w.said(), transport.ErrTimeout)
		}
	})
}

// TestLiveBinding switches NAT traversal on and off, and the device off with it.
func TestLiveBinding(t *testing.T) {
	live(t, false, func(w *world) {
		begun(w)
		w.set(attrs.STUNEnable, "true")
		assert.Equal(t, []string{"on acs.test"}, w.keeper)
		w.set(attrs.URL, "http://other.test/")
		assert.Equal(t, []string{"on acs.test", "off", "on other.test"}, w.keeper)
		w.set(attrs.STUNEnable, "false")
		w.set(attrs.STUNEnable, "true")
		w.set(attrs.Enable, "false")
		assert.Equal(t, []string{"off", "on other.test", "off"}, w.keeper[3:])
		w.set(attrs.Enable, "true")
		assert.Len(t, w.keeper, 7)
	})
}

// TestLiveInterface has a connection interface that is not there.
func TestLiveInterface(t *testing.T) {
	d, err := newDevice(nil)
	require.NoError(t, err)
	require.NoError(t, d.fromCLI("http://127.0.0.1:1/", "", "", attrs.Set(attrs.ConnectInterface, "Vlan-interface4094")))
	ctx, off := context.WithCancel(t.Context())
	d.live(ctx, func(err error) {
		missing, ok := errors.AsType[*transport.InterfaceError](err)
		assert.True(t, ok && missing.Name == "Vlan-interface4094", err)
		off()
	})
}
