package transport_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a device as a program would build one: the queue of events, the retry policy
// and a Client, and sessions until nothing is left to do.

// A device is the CPE's end of a life.
type device struct {
	t       *testing.T
	client  *transport.Client
	queue   session.EventQueue
	retry   session.Retry
	reports []rpc.Message // TransferCompletes that wait
	booting []rpc.Event   // of the reboot and the transfers that wait for the session's end

	executed map[string]int // requests carried out, by name
	now      map[string]int // in this session
	sessions int
	fails    []error
	pauses   []time.Duration // between a session that failed and the next
}

// nameOfRequest tells requests apart.
func nameOfRequest(m rpc.Message) string {
	switch m := m.(type) {
	case *rpc.Download:
		return "Download " + m.CommandKey
	case *rpc.Reboot:
		return "Reboot " + m.CommandKey
	case *rpc.AddObject:
		return "AddObject " + m.ObjectName
	case *rpc.DeleteObject:
		return "DeleteObject " + m.ObjectName
	case *rpc.TransferComplete:
		return "TransferComplete " + m.CommandKey
	}
	return m.Method()
}

// handle carries out the ACS's requests. What ends with a reboot waits for the end of
// the session.
func (d *device) handle(ctx context.Context, m rpc.Message) (rpc.Message, error) {
	name := nameOfRequest(m)
	d.executed[name]++
	d.now[name]++
	assert.Equal(d.t, 1, d.now[name], "%s carried out twice in one session", name)
	switch m := m.(type) {
	case *rpc.Download:
		done := &rpc.TransferComplete{CommandKey: m.CommandKey, StartTime: rpc.UnknownTime, CompleteTime: rpc.UnknownTime}
		d.reports = append(d.reports, done)
		d.booting = append(d.booting, rpc.Event{EventCode: rpc.EventTransferComplete},
			rpc.Event{EventCode: rpc.EventMDownload, CommandKey: m.CommandKey})
		return &rpc.DownloadResponse{Status: 1, StartTime: rpc.UnknownTime, CompleteTime: rpc.UnknownTime}, nil
	case *rpc.Reboot:
		d.booting = append(d.booting, rpc.Event{EventCode: rpc.EventBoot},
			rpc.Event{EventCode: rpc.EventMReboot, CommandKey: m.CommandKey})
	case *rpc.GetParameterValues:
		r := &rpc.GetParameterValuesResponse{}
		for _, name := range m.ParameterNames {
			r.ParameterList = append(r.ParameterList, rpc.ParameterValue{Name: name, Value: rpc.StringValue("v")})
		}
		return r, nil
	case *rpc.AddObject:
		return &rpc.AddObjectResponse{InstanceNumber: uint32(d.executed[name])}, nil
	}
	return answerAll(ctx, m)
}

// live runs sessions until no event waits and the last one ended well. Waits are those
// of the retry policy.
func (d *device) live() {
	random := rand.New(rand.NewPCG(1, 2))
	for (d.queue.Len() > 0 || d.retry.RetryCount() > 0) && d.sessions < 10 {
		d.pause()
		if err := d.session(); err != nil {
			d.fails = append(d.fails, err)
			d.retry.HandleTimeout(time.Now())
			d.retry.Failed(random.Uint64())
			if e, ok := errors.AsType[*transport.StatusError](err); ok {
				d.retry.RetryAfter(e.RetryAfter)
			}
			continue
		}
		d.retry.Succeeded()
	}
}

// pause waits until the retry policy lets the next session begin.
func (d *device) pause() {
	d.retry.HandleTimeout(time.Now())
	at, waits := d.retry.Deadline()
	if !waits {
		return
	}
	d.pauses = append(d.pauses, time.Until(at))
	pass(time.Until(at))
	d.retry.HandleTimeout(time.Now())
	require.True(d.t, d.retry.Due())
}

// session runs one session and draws the conclusions.
func (d *device) session() error {
	d.sessions++
	clear(d.now)
	inform := newInform()
	inform.Event, inform.RetryCount = d.queue.Inform(), d.retry.RetryCount()
	reports := slices.Clone(d.reports)
	start := time.Now()
	result, err := d.client.Do(d.t.Context(), inform, reports...)
	assert.Less(d.t, time.Since(start), 62*time.Second, "a session waits for its ACS once")
	sent := append([]rpc.Message{inform}, reports...)
	for i, answer := range result.Answers {
		d.acknowledged(sent[i], answer)
	}
	d.queue.Ended()
	for _, e := range d.booting {
		require.NoError(d.t, d.queue.Add(e))
	}
	d.booting = nil
	return err
}

// acknowledged takes off what an answer acknowledges.
func (d *device) acknowledged(request, answer rpc.Message) {
	if _, refused := answer.(*rpc.Fault); refused {
		return
	}
	key := ""
	if done, ok := request.(*rpc.TransferComplete); ok {
		key = done.CommandKey
		d.reports = slices.DeleteFunc(d.reports, func(m rpc.Message) bool { return m == request })
	}
	d.queue.Acknowledge(request.Method(), key)
}

// A desk is the ACS's program: what it wants of the device, and what it was told.
// Its state is what a database would hold, so it outlives sessions.
type desk struct {
	t     *testing.T
	tasks []*task
	held  bool // hold the CPE until the tasks are done

	mu     sync.Mutex
	opened int
	seen   map[*transport.Session]int // how often each ended that the program was asked in
	ended  []error
	events map[string]int // how often each was told, by code and key
	told   map[string]int // TransferCompletes, by key
}

// A task is one request of the desk.
type task struct {
	request rpc.Message
	sent    int
	done    bool
}

// next is the task that is to be sent, nil if none is.
func (k *desk) next() *task {
	for _, t := range k.tasks {
		if !t.done {
			return t
		}
	}
	return nil
}

// finish marks a task by its name, as an event or a report says that it is done.
func (k *desk) finish(name string) {
	for _, t := range k.tasks {
		if nameOfRequest(t.request) == name {
			t.done = true
		}
	}
}

// answer takes in what the CPE tells.
func (k *desk) answer(_ context.Context, s *transport.Session, m rpc.Message) (rpc.Message, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch m := m.(type) {
	case *rpc.Inform:
		k.opened++
		k.seen[s] = 0
		s.Hold(k.held && k.next() != nil)
		for _, e := range m.Event {
			k.events[string(e.EventCode)+" "+e.CommandKey]++
			if e.EventCode == rpc.EventMReboot {
				k.finish("Reboot " + e.CommandKey)
			}
		}
	case *rpc.TransferComplete:
		k.told[m.CommandKey]++
		k.finish("Download " + m.CommandKey)
	}
	return nil, nil
}

// turn sends the next task. The one that is out is kept as its number in Data.
func (k *desk) turn(_ context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if in != nil {
		n, err := strconv.Atoi(string(s.Data))
		require.NoError(k.t, err)
		k.tasks[n].done = true
	}
	t := k.next()
	if t == nil {
		s.Hold(false)
		return nil, nil
	}
	t.sent++
	s.Data = strconv.AppendInt(nil, int64(slices.Index(k.tasks, t)), 10)
	return t.request, nil
}

func (k *desk) end(s *transport.Session, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = append(k.ended, err)
	if _, asked := k.seen[s]; asked {
		k.seen[s]++
		return
	}
	assert.Error(k.t, err, "a session whose Inform nobody saw cannot have ended well")
}

// checkEnds: each session has ended once. The desk is locked.
func (k *desk) checkEnds() {
	for _, n := range k.seen {
		assert.Equal(k.t, 1, n, "ends of a session")
	}
}

// check holds the goal against both ends, after clean sessions by plan and, if there
// was a fault, one more.
func (k *desk) check(d *device, sessions int, fault bool) {
	t := k.t
	k.mu.Lock()
	defer k.mu.Unlock()
	assert.Zero(t, d.queue.Len(), "events wait: %v", d.queue.Pending())
	assert.Empty(t, d.reports)
	assert.LessOrEqual(t, d.sessions, sessions+one(fault))
	assert.LessOrEqual(t, len(d.fails), one(fault))
	k.checkEnds()
	for _, err := range d.fails {
		oneLine(t, err)
		_, wire := errors.AsType[*transport.ExchangeError](err)
		_, peer := errors.AsType[*session.PeerError](err)
		assert.True(t, wire != peer, "whose fault it is: %T", err)
	}
	for _, u := range k.tasks {
		name := nameOfRequest(u.request)
		assert.True(t, u.done, name)
		assert.GreaterOrEqual(t, d.executed[name], 1, name)
		assert.LessOrEqual(t, d.executed[name], u.sent, name)
		assert.LessOrEqual(t, u.sent, 1+one(fault), name)
	}
	for _, name := range slices.Sorted(maps.Keys(d.executed)) {
		assert.LessOrEqual(t, d.executed[name], 1+len(d.fails), "%s without a fault", name)
	}
	for what, n := range k.events {
		assert.LessOrEqual(t, n, 1+one(fault), what)
	}
	good := 0
	for _, err := range k.ended {
		good += one(err == nil)
	}
	assert.GreaterOrEqual(t, good, d.sessions-len(d.fails), "what ended well for the CPE did so for the ACS: %v, %v", k.ended, d.fails)
	if t.Failed() {
		t.Logf("device: %v after %d sessions, desk: %v", d.fails, d.sessions, k.ended)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
