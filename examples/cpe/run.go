package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

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
	device  cwmptest.Device
	retry   session.Retry
	reboots int // those that have been made
	out     io.Writer
	errs    io.Writer
	lost    error // of the output
}

func newProgram(o options, stdout, stderr io.Writer) *program {
	p := &program{options: o, out: stdout, errs: stderr}
	p.device.ID, p.device.Parameters, p.device.Forced = o.id, o.table, forced
	p.device.Client = transport.Client{
		Username: o.user, Password: o.pass, InsecureBasic: o.insecure, TLS: o.tls, Handle: p.answer,
	}
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
	for n := 1; ; n++ {
		err := p.session(ctx, n)
		switch {
		case ctx.Err() != nil:
			return exitOK
		case p.lost != nil:
			p.fail("writing the output: %v", p.lost)
			return exitFailed
		case p.interval == 0 && err != nil:
			p.fail("session failed: %v", err)
			return exitFailed
		case p.interval == 0:
			return exitOK
		}
		wait := p.next(err)
		if err != nil {
			p.fail("session %d failed: %v; the next in %v", n, err, wait.Round(time.Second))
		}
		if !pause(ctx, wait) {
			return exitOK
		}
	}
}

// session runs one session.
func (p *program) session(ctx context.Context, n int) error {
	events := p.events.Inform()
	p.say("session %d: %s", n, names(events))
	result, err := p.device.Inform(ctx, p.acs, events)
	if len(result.Answers) > 0 && !isFault(result.Answers[0]) {
		p.events.Acknowledge("Inform", "")
	}
	p.events.Ended()
	if err == nil {
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

// next says when the next session is due after one that ended with err, and queues its
// event.
func (p *program) next(err error) time.Duration {
	now := time.Now()
	p.retry.HandleTimeout(now)
	if err == nil {
		p.retry.Succeeded()
	} else {
		p.retry.Failed(rand.Uint64())
		if status, ok := errors.AsType[*transport.StatusError](err); ok {
			p.retry.RetryAfter(status.RetryAfter)
		}
	}
	if p.reboot() {
		return bootTime
	}
	if due, failed := p.retry.Deadline(); failed {
		return due.Sub(now)
	}
	p.queue(rpc.Event{EventCode: rpc.EventPeriodic})
	return p.interval
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

// pause waits, and reports false if ctx ends before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
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
