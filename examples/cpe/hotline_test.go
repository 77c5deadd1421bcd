package main

// NOTE: an ACS on loopback that waits for the device to call, and the program running
// beside it. Every wait has an end.

import (
	"bytes"
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
	"github.com/cwmp-go/cwmp/transport/connreq"
)

// limit is how long a test waits for what is to come in a moment.
const limit = 30 * time.Second

// A hotline is an ACS that makes the requests it was last given, once.
type hotline struct {
	url     string
	informs chan *rpc.Inform
	ended   chan error

	mu      sync.Mutex
	next    []rpc.Message
	current []rpc.Message
	gate    chan struct{} // nil, or what sessions wait for
}

func newHotline(t *testing.T) *hotline {
	h := &hotline{informs: make(chan *rpc.Inform, 100), ended: make(chan error, 100)}
	server := httptest.NewServer(&transport.Server{
		Answer: h.answer, Handler: transport.HandlerFunc(h.turn), Ended: func(_ *transport.Session, err error) { h.ended <- err },
	})
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h *hotline) answer(_ context.Context, _ *transport.Session, m rpc.Message) (rpc.Message, error) {
	if inform, ok := m.(*rpc.Inform); ok {
		h.mu.Lock()
		h.current, h.next = h.next, nil
		h.mu.Unlock()
		h.informs <- inform
	}
	return nil, nil
}

func (h *hotline) turn(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
	h.mu.Lock()
	gate := h.gate
	h.mu.Unlock()
	if gate != nil {
		<-gate
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	made := len(s.Data)
	if made >= len(h.current) {
		return nil, nil
	}
	s.Data = append(s.Data, '.')
	return h.current[made], nil
}

// ask is what the next session asks.
func (h *hotline) ask(requests ...rpc.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next = requests
}

// hold keeps sessions from ending until the channel is closed.
func (h *hotline) hold() chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gate = make(chan struct{})
	return h.gate
}

// call waits for a session to end well, and returns its Inform's events and parameters.
func (h *hotline) call(t *testing.T) (events []rpc.EventCode, parameters map[string]string) {
	t.Helper()
	select {
	case inform := <-h.informs:
		for _, e := range inform.Event {
			events = append(events, e.EventCode)
		}
		parameters = map[string]string{}
		for _, p := range inform.ParameterList {
			parameters[strings.TrimPrefix(p.Name, server)] = p.Value.Text
		}
	case <-time.After(limit):
		require.Fail(t, "nobody calls")
	}
	select {
	case err := <-h.ended:
		require.NoError(t, err)
	case <-time.After(limit):
		require.Fail(t, "the session does not end")
	}
	return events, parameters
}

// silent checks that nobody calls for a moment.
func (h *hotline) silent(t *testing.T) {
	t.Helper()
	select {
	case inform := <-h.informs:
		assert.Fail(t, "somebody calls", inform.Event)
	case <-time.After(300 * time.Millisecond):
	}
}

// A console is what a program writes to.
type console struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// after waits for the n-th line that begins with a text, and returns the rest of it.
func (c *console) after(t *testing.T, begin string, n int) string {
	t.Helper()
	end := time.After(limit)
	for {
		c.mu.Lock()
		if c.changed == nil {
			c.changed = make(chan struct{})
		}
		text, changed, seen := c.text.String(), c.changed, 0
		c.mu.Unlock()
		for line := range strings.Lines(text) {
			rest, ok := strings.CutPrefix(line, begin)
			if ok {
				seen++
			}
			if ok && seen == n {
				return strings.TrimSuffix(rest, "\n")
			}
		}
		select {
		case <-changed:
		case <-end:
			require.Fail(t, "waited for "+begin, text)
		}
	}
}

// The credentials of connection requests, which no output has.
var who = connreq.Credential{Username: "caller", Password: "canary-5ecret"}

// A phone is a program that can be woken.
type phone struct {
	out, errs console
	signal    context.CancelFunc
	status    chan int
}

// ring starts the program with an ACS.
func ring(t *testing.T, h *hotline, args ...string) *phone {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &phone{signal: cancel, status: make(chan int, 1)}
	args = append([]string{"-acs", h.url, "-cr-user", who.Username, "-cr-pass", who.Password}, args...)
	go func() { p.status <- run(ctx, args, &p.out, &p.errs) }()
	t.Cleanup(func() {
		cancel()
		for _, text := range []string{p.out.String(), p.errs.String()} {
			assert.NotContains(t, text, "5ecret")
		}
	})
	return p
}

// stop ends the program as a signal does.
func (p *phone) stop(t *testing.T) {
	t.Helper()
	p.signal()
	assert.Equal(t, exitOK, p.ends(t))
}

// ends waits for the program's end.
func (p *phone) ends(t *testing.T) int {
	t.Helper()
	select {
	case status := <-p.status:
		return status
	case <-time.After(limit):
		require.Fail(t, "it does not end")
	}
	return -1
}

// url is where it listens over HTTP.
func (p *phone) url(t *testing.T) string { return p.out.after(t, "connection request URL: ", 1) }

// wake sends a connection request.
func wake(t *testing.T, url string, as connreq.Credential) connreq.Result {
	t.Helper()
	sender := connreq.Sender{Policy: connreq.Policy{Allow: loopback}}
	reply, _ := sender.Send(t.Context(), url, as)
	return reply.Result
}

// until waits for a session whose Inform has parameters of a kind.
func (h *hotline) until(t *testing.T, right func(parameters map[string]string) bool) {
	t.Helper()
	for range 100 {
		if _, parameters := h.call(t); right(parameters) {
			return
		}
	}
	require.Fail(t, "no Inform says so")
}
