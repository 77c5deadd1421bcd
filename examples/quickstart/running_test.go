package main

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: a device that runs on. docs/ATTRIBUTES.md shows these functions as they stand
// here; living_test.go runs them.

// live runs the device until ctx ends: a session when one is due, by the attributes of
// that moment.
func (d *device) live(ctx context.Context, log func(error)) {
	changes := d.attrs.Subscribe()
	defer changes.Close()
	defer d.cpe.Stop()
	events := []rpc.EventCode{rpc.EventBoot}
	for {
		now := session.Clock{Uptime: time.Since(d.started), Wall: time.Now()}
		events = d.arisen(events, d.schedule.HandleTimeout(now), changes.Take())
		d.began = d.attrs.Snapshot()
		if err := d.cpe.Apply(ctx, settings(d.began), now, rand.Uint64()); err != nil {
			log(err)
		}
		d.retry.HandleTimeout(now.Wall)
		if len(events) > 0 && d.retry.Due() {
			if err := d.call(ctx, events); err != nil {
				log(err)
			} else {
				events = nil
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changes.Bell():
		case <-d.alarm():
		}
	}
}

// call runs one session. A gate that is shut is no failure: nothing was tried, and a
// change of an attribute will open it.
func (d *device) call(ctx context.Context, events []rpc.EventCode) error {
	client, err := d.cpe.Client()
	if err != nil {
		return err
	}
	_, err = client.Do(ctx, d.inform(events))
	d.retry.HandleTimeout(time.Now())
	if err != nil {
		d.retry.Failed(rand.Uint64())
		return err
	}
	d.retry.Succeeded()
	d.attrs.Contacted(d.began)
	return nil
}

// arisen adds what has come due, and what has changed, to the events of the next
// Inform.
func (d *device) arisen(events []rpc.EventCode, due []session.Due, changed []attrs.Event) []rpc.EventCode {
	add := func(e rpc.EventCode) {
		d.retry.Trigger()
		if !slices.Contains(events, e) {
			events = append(events, e)
		}
	}
	for range due { // the periodic Inform, and the one of `cpe inform time`
		add(rpc.EventPeriodic)
	}
	for _, c := range changed {
		switch {
		case c.Kind == attrs.URLChanged:
			events = nil
			add(rpc.EventBootstrap)
		case c.Attr == attrs.ProvisionCode && c.Notify():
			add(rpc.EventValueChange)
		}
	}
	return events
}

// alarm rings when the schedule, or the retry policy while no gate is shut, has
// something due.
func (d *device) alarm() <-chan time.Time {
	next := time.Duration(math.MaxInt64)
	if at, ok := d.schedule.Deadline(); ok {
		next = at - time.Since(d.started)
	}
	if at, ok := d.retry.Deadline(); ok {
		if _, err := d.cpe.Client(); err == nil {
			next = min(next, time.Until(at))
		}
	}
	return time.After(next)
}
