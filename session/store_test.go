package session

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: stored states. That a restored machine goes on alike is shown at every point of
// every transcript, by cwmptest; here are the ends, the refusals, and any bytes at all.

// storedCPE makes CPEs in every state of rest.
func storedCPEs(t testing.TB) []*CPE {
	var all []*CPE
	at := func(inputs ...func(*CPE) error) {
		c := NewCPE(Config{Version: rpc.V14})
		c.HandleTimeout(epochTime)
		for _, in := range inputs {
			require.NoError(t, in(c))
			for range c.Outputs() {
			}
		}
		all = append(all, c)
	}
	queue := func(c *CPE) error { return c.Send(&rpc.TransferComplete{CommandKey: "k"}) }
	start := func(c *CPE) error { return c.Start(&rpc.Inform{Event: []rpc.Event{{EventCode: rpc.EventBoot}}}) }
	get := func(m rpc.Message, hold bool) func(*CPE) error {
		return func(c *CPE) error {
			env := rpc.NewEnvelope(rpc.V12, fmt.Sprint(c.nextID), m)
			env.HoldRequests = hold
			return c.Receive(env)
		}
	}
	accepted := get(&rpc.InformResponse{}, false)
	fail := func(err error) func(*CPE) error { return func(c *CPE) error { c.Fail(err); return nil } }
	at()
	at(queue)
	at(queue, start)
	at(queue, queue, start, accepted)
	at(queue, start, accepted, get(rpc.NewFault(rpc.FaultACSRetryRequest, ""), true))
	at(start, get(&rpc.InformResponse{}, true))
	at(start, accepted, get(&rpc.Reboot{CommandKey: "x"}, true))
	at(start, accepted, func(c *CPE) error { return c.Receive(nil) })
	at(start, get(rpc.NewFault(rpc.FaultACSRequestDenied, ""), false))
	at(start, get(&rpc.RebootResponse{}, false))
	at(start, fail(errors.New("no route")))
	at(start, fail(ErrTimeout))
	at(start, func(c *CPE) error {
		env := rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{})
		env.UseCWMPVersion = "9.9"
		return c.Receive(env)
	})
	return all
}

func storedACSs(t testing.TB) []*ACS {
	var all []*ACS
	at := func(inputs ...func(*ACS) error) {
		a := NewACS(Config{IDPrefix: "a"})
		a.HandleTimeout(epochTime)
		for _, in := range inputs {
			require.NoError(t, in(a))
			for range a.Outputs() {
			}
		}
		all = append(all, a)
	}
	inform := func(a *ACS) error {
		env := rpc.NewEnvelope(rpc.V12, "", &rpc.Inform{})
		env.SessionTimeout, env.HasSessionTimeout, env.SupportedCWMPVersions = 90, true, "1.4"
		return a.Receive(env)
	}
	reply := func(m rpc.Message) func(*ACS) error { return func(a *ACS) error { return a.Reply(m) } }
	hold := func(a *ACS) error { a.Hold(true); return nil }
	empty := func(a *ACS) error { return a.Receive(nil) }
	ask := func(a *ACS) error { return a.Send(&rpc.Reboot{CommandKey: "x"}) }
	accept := reply(&rpc.InformResponse{})
	at()
	at(inform)
	at(inform, reply(rpc.NewFault(rpc.FaultACSRetryRequest, "")))
	at(inform, hold, accept)
	at(inform, accept, empty)
	at(inform, accept, empty, ask)
	at(inform, accept, empty, (*ACS).Yield)
	at(inform, reply(rpc.NewFault(rpc.FaultACSRequestDenied, "")))
	return all
}

// What is restored is what was stored, but for the clock.
func TestStore(t *testing.T) {
	for _, c := range storedCPEs(t) {
		b, err := c.MarshalBinary()
		require.NoError(t, err, c)
		d := NewCPE(Config{Version: rpc.V14})
		require.NoError(t, d.UnmarshalBinary(b), c)
		assert.Equal(t, c.String(), d.String())
		assert.Equal(t, len(c.Unsent()), len(d.Unsent()))
		assert.Equal(t, fmt.Sprint(c.Poll().Err), fmt.Sprint(d.Poll().Err))
		_, ok := d.Deadline()
		assert.False(t, ok)
		d.HandleTimeout(epochTime.Add(1000 * time.Hour))
		was, had := c.Deadline()
		is, has := d.Deadline()
		assert.Equal(t, had, has)
		assert.True(t, !had || is.Sub(was) == 1000*time.Hour, "what remains is the same")
		again, err := d.MarshalBinary()
		require.NoError(t, err)
		assert.Equal(t, b, again)
		refuseParts(t, b, func(part []byte) error { e := *d; return e.UnmarshalBinary(part) })
	}
	for _, a := range storedACSs(t) {
		b, err := a.MarshalBinary()
		require.NoError(t, err, a)
		var d ACS // without NewACS: the zero Config
		require.NoError(t, d.UnmarshalBinary(b), a)
		assert.Equal(t, a.String(), d.String())
		again, err := d.MarshalBinary()
		require.NoError(t, err)
		assert.Equal(t, b, again)
		refuseParts(t, b, func(part []byte) error { e := d; return e.UnmarshalBinary(part) })
	}
}

// refuseParts: no shorter and no longer bytes are a state.
func refuseParts(t *testing.T, b []byte, take func([]byte) error) {
	for i := range b {
		require.ErrorIs(t, take(b[:i]), ErrStored, "%d of %d bytes", i, len(b))
	}
	require.ErrorIs(t, take(append(b[:len(b):len(b)], 0)), ErrStored)
	for i := range 2 {
		other := append([]byte(nil), b...)
		other[i]++
		require.ErrorIs(t, take(other), ErrStored, "another format or kind")
	}
}

// The error of an end comes back so that errors.Is and As find it.
func TestStoreEnds(t *testing.T) {
	for _, want := range []error{
		ErrMessages, ErrFailed, ErrTimeout, ErrDuration, rpc.NewFault(8001, "no"),
		&PeerError{State: "s", Got: "g", WrongID: true, ID: "\x00"}, &PeerError{State: "s", Got: "g", Err: rpc.ErrVersion},
	} {
		c := NewCPE(Config{})
		c.Fail(want)
		c.Poll()
		b, err := c.MarshalBinary()
		require.NoError(t, err)
		require.NoError(t, c.UnmarshalBinary(b))
		assert.Equal(t, want.Error(), c.Poll().Err.Error())
		if fault, ok := want.(*rpc.Fault); ok {
			assert.ErrorIs(t, c.Poll().Err, fault.FaultCode)
		} else {
			assert.Equal(t, want, c.Poll().Err)
		}
	}
}

// What is not at rest, or cannot be written, is not stored.
func TestStoreRefused(t *testing.T) {
	c := NewCPE(Config{})
	require.NoError(t, c.Start(&rpc.Inform{}))
	_, err := c.MarshalBinary()
	assert.ErrorIs(t, err, ErrState)
	c.Poll()
	require.NoError(t, c.Receive(rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{})))
	c.Poll()
	_, err = c.MarshalBinary()
	assert.ErrorIs(t, err, ErrState, "the floor has not been used")
	c = NewCPE(Config{})
	require.NoError(t, c.Send(&rpc.TransferComplete{CommandKey: "\x00"}))
	_, err = c.MarshalBinary()
	assert.ErrorContains(t, err, "TransferComplete cannot be stored")
	a := NewACS(Config{})
	require.NoError(t, a.Receive(rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{})))
	_, err = a.MarshalBinary()
	assert.ErrorIs(t, err, ErrState)
}

// A state that no machine comes to is refused.
func TestStoreNonsense(t *testing.T) {
	request := rpc.NewEnvelope(rpc.V12, "1", &rpc.Reboot{})
	for i, change := range []func(*CPE){
		func(c *CPE) { c.state = cpeTurn },
		func(c *CPE) { c.state = 0 },
		func(c *CPE) { c.version = 0 },
		func(c *CPE) { c.state = cpeRequesting },
		func(c *CPE) { c.state, c.sent = cpeInforming, request },
		func(c *CPE) { c.state = cpeServing },
		func(c *CPE) { c.open.is = true },
		func(c *CPE) { c.open.id = "x" },
		func(c *CPE) { c.sent = request },
		func(c *CPE) { c.sent = rpc.NewEnvelope(rpc.V12, "1", &rpc.RebootResponse{}) },
		func(c *CPE) { c.again = request },
		func(c *CPE) { c.state, c.again, c.yielded = cpeListening, request, true },
		func(c *CPE) { c.state, c.again = cpeListening, rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{}) },
		func(c *CPE) { c.state, c.again, c.sent = cpeRequesting, request, request },
		func(c *CPE) { c.retries = maxRetry + 1 },
		func(c *CPE) { c.queue = []rpc.Message{&rpc.Inform{}} },
		func(c *CPE) { c.queue = []rpc.Message{&rpc.RebootResponse{}} },
	} {
		c := NewCPE(Config{})
		change(c)
		b, err := c.packed().bytes()
		require.NoError(t, err)
		before := c.String()
		assert.ErrorIs(t, c.UnmarshalBinary(b), ErrStored, "CPE %d", i)
		assert.Equal(t, before, c.String(), "nothing changes")
	}
	for i, change := range []func(*ACS){
		func(a *ACS) { a.state = acsServing },
		func(a *ACS) { a.state = acsRequesting },
		func(a *ACS) { a.sent = request },
		func(a *ACS) { a.use = "2.0" },
	} {
		a := NewACS(Config{})
		change(a)
		b, err := a.MarshalBinary()
		require.NoError(t, err)
		assert.ErrorIs(t, a.UnmarshalBinary(b), ErrStored, "ACS %d", i)
	}
	p := newPacker(kindEvents)
	p.uint(1)
	p.bits(false, true)
	p.text("1 BOOT")
	p.text("")
	assert.ErrorIs(t, (&EventQueue{}).UnmarshalBinary(p.b), ErrStored, "again, but not listed")
	p = newPacker(kindCPE)
	c := NewCPE(Config{})
	c.Fail(nil)
	c.pack(p)
	p.b[len(p.b)-1] = 99
	p.b = append(p.b, 0, 0, 0, 0)
	assert.ErrorIs(t, c.UnmarshalBinary(p.b), ErrStored, "an end that is none")
	assert.Contains(t, c.String(), "to be polled 1")
}

// A vendor's request needs the registry that knows it.
func TestStoreRegistry(t *testing.T) {
	c := NewCPE(Config{})
	require.NoError(t, c.Send(&rpc.GetRPCMethods{}))
	b, err := c.MarshalBinary()
	require.NoError(t, err)
	var d CPE
	require.NoError(t, d.UnmarshalBinary(b))
	assert.IsType(t, &rpc.GetRPCMethods{}, d.Unsent()[0])
}

// FuzzStore takes any bytes for a state: they are refused, or what comes of them works.
func FuzzStore(f *testing.F) {
	for _, c := range storedCPEs(f) {
		b, err := c.MarshalBinary()
		require.NoError(f, err)
		f.Add(b)
	}
	for _, a := range storedACSs(f) {
		b, err := a.MarshalBinary()
		require.NoError(f, err)
		f.Add(b)
	}
	q := &EventQueue{}
	_ = q.Add(rpc.Event{EventCode: rpc.EventBoot})
	b, _ := q.MarshalBinary()
	f.Add(b)
	r := &Retry{}
	r.Failed(1)
	b, _ = r.MarshalBinary()
	f.Add(b)
	b, _ = newTimeWatch(nil).s.MarshalBinary()
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var c CPE
		if c.UnmarshalBinary(b) == nil {
			exercise(t, &c)
		}
		var a ACS
		if a.UnmarshalBinary(b) == nil {
			exercise(t, &a)
		}
		var q EventQueue
		if q.UnmarshalBinary(b) == nil {
			q.Inform()
			q.Acknowledge("TransferComplete", "")
			q.Ended()
		}
		var r Retry
		if r.UnmarshalBinary(b) == nil {
			r.HandleTimeout(epochTime)
			r.Failed(0)
			r.Trigger()
		}
		var s Schedule
		if s.Restore(b, Clock{Wall: wall0}) == nil {
			s.HandleTimeout(Clock{Uptime: 1 << 50, Wall: wall0.Add(1 << 50)})
			_, err := s.MarshalBinary()
			require.NoError(t, err)
		}
	})
}

// A storable is either machine.
type storable interface {
	fmt.Stringer
	MarshalBinary() ([]byte, error)
	Receive(*rpc.Envelope) error
	Reply(rpc.Message) error
	Send(rpc.Message) error
	HandleTimeout(time.Time)
	Deadline() (time.Time, bool)
	Poll() Output
}

// exercise gives a machine all kinds of inputs.
func exercise(t *testing.T, m storable) {
	if _, err := m.MarshalBinary(); err != nil { // what is read may be longer than what is written
		require.ErrorContains(t, err, "cannot be stored")
	}
	drain := func() {
		for range 10 {
			if k := m.Poll().Kind; k == Wait || k == Done {
				return
			}
		}
		t.Fatal("no end of outputs")
	}
	for range 3 {
		m.HandleTimeout(epochTime)
		m.Deadline()
		_ = m.String()
		for _, msg := range []rpc.Message{nil, &rpc.Inform{}, &rpc.InformResponse{}, &rpc.Reboot{}, &rpc.RebootResponse{}, rpc.NewFault(8005, "")} {
			_ = m.Reply(msg)
			drain()
			_ = m.Send(msg)
			drain()
			if msg == nil {
				_ = m.Receive(nil)
			} else {
				_ = m.Receive(rpc.NewEnvelope(rpc.V12, "1", msg))
			}
			drain()
		}
	}
}
