package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: one session after the other. Which events an Inform has is the business of
// session.EventQueue, how long a failed session waits that of session.Retry.

// bootTime is how long a reboot takes. Without it an ACS that reboots its devices in
// each session would have them call without a pause.
const bootTime = time.Second

// A program is a device at work.
type program struct {
	options
	waker
	device   cwmptest.Device
	cpe      transport.Configured // follows the attributes
	began    *attrs.Snapshot      // what it follows now
	changes  *attrs.Subscription  // to the ACS's URL
	retry    session.Retry
	schedule session.Schedule
	started  time.Time
	next     time.Time // of the session that -interval wants, until it is due
	booted   time.Time // when the reboot is over
	reboots  int       // those that have been made
	asked    bool      // there is a connection request
	barred   string    // why no session may start, if that was said
	out      io.Writer
	errs     io.Writer
	lost     error // of the output
}

func newProgram(o options, stdout, stderr io.Writer) *program {
	p := &program{options: o, out: stdout, errs: stderr, started: time.Now()}
	p.device.ID, p.device.Parameters, p.device.Forced = o.id, o.table, forced
	p.cpe = transport.Configured{
		Base:     transport.Client{InsecureBasic: o.insecure, Handle: p.answer},
		Policies: func(string) *tls.Config { return cmp.Or(o.tls, &tls.Config{}) },
		Retry:    &p.retry, Schedule: &p.schedule, Keeper: p.keep,
	}
	p.wire()
	return p
}

// forced are the parameters of every Inform, of both root data models; those that the
// table does not have are left out.
var forced = []string{
	"Device.RootDataModelVersion", "Device.DeviceInfo.HardwareVersion", "Device.DeviceInfo.SoftwareVersion",
	"Device.DeviceInfo.ProvisioningCode", "Device.ManagementServer.ParameterKey",
	"Device.ManagementServer.ConnectionRequestURL", "Device.ManagementServer.AliasBasedAddressing",
	"InternetGatewayDevice.DeviceSummary", "InternetGatewayDevice.DeviceInfo.SpecVersion",
	"InternetGatewayDevice.DeviceInfo.HardwareVersion", "InternetGatewayDevice.DeviceInfo.SoftwareVersion",
	"InternetGatewayDevice.DeviceInfo.ProvisioningCode", "InternetGatewayDevice.ManagementServer.ParameterKey",
	"InternetGatewayDevice.ManagementServer.ConnectionRequestURL",
}

// run runs sessions until ctx ends, or one, and returns the exit status.
func (p *program) run(ctx context.Context) int {
	ctx, cancel := context.WithCancel(ctx)
	defer p.hangUp()
	defer cancel()
	p.changes = p.attrs.Subscribe(attrs.URL)
	for n := 1; ; {
		now := session.Clock{Uptime: time.Since(p.started), Wall: time.Now()}
		p.arise(now)
		if err := p.obey(ctx, now); err != nil {
			p.fail("%v", err)
			if n == 1 {
				return exitFailed
			}
		}
		client, err := p.client(now.Wall)
		if client == nil && !p.single() {
			p.bar(err)
			p.sleep(ctx, now)
		} else {
			if err == nil {
				err = p.session(ctx, client, n)
			}
			if status, over := p.over(ctx, err); over {
				return status
			}
			p.reckon(n, err)
			n++
		}
		if ctx.Err() != nil {
			return exitOK
		}
	}
}

// arise queues the events that have arisen. Another ACS is told of it at once.
func (p *program) arise(now session.Clock) {
	paced := !p.next.IsZero() && !now.Wall.Before(p.next)
	if due := p.schedule.HandleTimeout(now); len(due) > 0 || paced && p.pace() > 0 {
		p.queue(rpc.Event{EventCode: rpc.EventPeriodic})
	}
	if paced {
		p.next = time.Time{}
	}
	for _, e := range p.changes.Take() {
		if e.Kind == attrs.URLChanged && e.New.Text() != "" {
			p.queue(rpc.Event{EventCode: rpc.EventBootstrap})
			p.retry.Trigger()
		}
	}
}

// client is the client of a session, nil if none is due: there is nothing to tell, a wait
// runs, or, which is the error, a gate is shut.
func (p *program) client(now time.Time) (*transport.Client, error) {
	p.retry.HandleTimeout(now)
	told := p.events.Len() == 0 && !p.asked && p.retry.RetryCount() == 0
	if told || !p.retry.Due() || now.Before(p.booted) {
		return nil, nil
	}
	return p.cpe.Client()
}

// bar says once why no session may start.
func (p *program) bar(err error) {
	why := ""
	if err != nil {
		why = err.Error()
	}
	if why != p.barred && why != "" {
		p.fail("%s", why)
	}
	p.barred = why
}

// sleep waits for something to do.
func (p *program) sleep(ctx context.Context, now session.Clock) {
	select {
	case <-ctx.Done():
	case <-p.gate.C():
		p.asked = true
		p.retry.Trigger()
	case w := <-p.words:
		p.heard(w)
	case <-p.alarm(now):
	}
}

// alarm rings when something comes due by itself that was not due at a time. What has come
// due since then rings at once.
func (p *program) alarm(since session.Clock) <-chan time.Time {
	now := time.Now()
	wait := time.Duration(math.MaxInt64)
	if at, ok := p.schedule.Deadline(); ok {
		wait = at - now.Sub(p.started)
	}
	again, _ := p.retry.Deadline()
	for _, at := range []time.Time{p.next, p.booted, again} {
		if at.After(since.Wall) {
			wait = min(wait, at.Sub(now))
		}
	}
	return time.After(wait)
}

// session runs one session. A connection request that has come is one of its reasons.
func (p *program) session(ctx context.Context, client *transport.Client, n int) error {
	p.asked = false
	if p.gate.Begin() {
		p.queue(rpc.Event{EventCode: rpc.EventConnectionRequest})
	}
	defer p.gate.End()
	events := p.events.Inform()
	p.say("session %d: %s", n, names(events))
	p.device.Client = *client
	result, err := p.device.Inform(ctx, client.URL, events)
	if len(result.Answers) > 0 && !isFault(result.Answers[0]) {
		p.events.Acknowledge("Inform", "")
	}
	p.events.Ended()
	if err == nil {
		p.attrs.Contacted(p.began)
		p.say("session %d ended well", n)
	}
	return err
}

// names are the events' codes. A session that has failed after its Inform is repeated
// without: they were delivered.
func names(events []rpc.Event) string {
	if len(events) == 0 {
		return "no events"
	}
	codes := make([]string, len(events))
	for i, e := range events {
		codes[i] = string(e.EventCode)
	}
	return strings.Join(codes, ", ")
}

func isFault(m rpc.Message) bool {
	_, fault := m.(*rpc.Fault)
	return fault
}

// over reports whether the program is over with a session that ended with err.
func (p *program) over(ctx context.Context, err error) (status int, over bool) {
	switch {
	case ctx.Err() != nil:
		return exitOK, true
	case p.lost != nil:
		p.fail("writing the output: %v", p.lost)
		return exitFailed, true
	case p.single() && err != nil:
		p.fail("session failed: %v", err)
		return exitFailed, true
	}
	return exitOK, p.single()
}

// reckon says when the next session is due after one that ended with err.
func (p *program) reckon(n int, err error) {
	now := time.Now()
	p.retry.HandleTimeout(now)
	p.next = time.Time{}
	if err == nil {
		p.retry.Succeeded()
		if pace := p.pace(); pace > 0 {
			p.next = now.Add(pace)
		}
	} else {
		p.retry.Failed(rand.Uint64())
		if status, ok := errors.AsType[*transport.StatusError](err); ok {
			p.retry.RetryAfter(status.RetryAfter)
		}
	}
	due, _ := p.retry.Deadline()
	if p.reboot() {
		p.booted = now.Add(bootTime)
		due, p.next = p.booted, time.Time{}
	}
	if err != nil {
		p.fail("session %d failed: %v; the next in %v", n, err, due.Sub(now).Round(time.Second))
	}
}

// reboot makes the reboots that were asked for, all in one (TR-069 A.3.2.9), and reports
// whether there were any.
func (p *program) reboot() bool {
	keys := p.device.Reboots()[p.reboots:]
	if len(keys) == 0 {
		return false
	}
	p.say("rebooting")
	p.reboots += len(keys)
	p.events.Rebooted()
	p.retry.Rebooted()
	p.queue(rpc.Event{EventCode: rpc.EventBoot})
	for _, key := range keys {
		p.queue(rpc.Event{EventCode: rpc.EventMReboot, CommandKey: key})
	}
	return true
}

// queue queues an event. What no Inform can carry is left out, and said.
func (p *program) queue(e rpc.Event) {
	if err := p.events.Add(e); err != nil {
		p.fail("event %s: %v", e.EventCode, err)
	}
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// say prints a line.
func (p *program) say(format string, args ...any) {
	if _, err := fmt.Fprintln(p.out, p.clean(fmt.Sprintf(format, args...))); err != nil {
		p.lost = err
	}
}

// fail prints a line about what went wrong.
func (p *program) fail(format string, args ...any) {
	fmt.Fprintln(p.errs, "cpe:", p.clean(fmt.Sprintf(format, args...)))
}
