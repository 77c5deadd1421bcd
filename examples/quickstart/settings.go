package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the lines that join attrs and transport, neither of which knows the other, and
// what the device does with them. docs/ATTRIBUTES.md shows the first function as it
// stands here.

// settings is what a snapshot says, as a transport takes it.
func settings(s *attrs.Snapshot) transport.Settings {
	get := func(a attrs.Attr) attrs.Value { v, _ := s.Get(a); return v }
	seconds := func(a attrs.Attr) time.Duration { return time.Duration(get(a).Uint()) * time.Second }
	e := s.Endpoint()
	t := transport.Settings{
		Gate: e.Ready, URL: e.URL.Value, Username: e.Username.Value, Password: e.Password.Value.Reveal,
		TLSPolicy: get(attrs.SSLPolicy).Text(),
		CloseWait: seconds(attrs.WaitTimeout),
		Interface: get(attrs.ConnectInterface).Text(),
		Phase:     get(attrs.InformPhase).Time(), Connect: get(attrs.InformTime).Time(),
		MinimumWait: uint16(get(attrs.RetryMinimumWait).Uint()), Multiplier: uint16(get(attrs.RetryMultiplier).Uint()),
		STUN: transport.STUN{
			Enable: get(attrs.STUNEnable).Bool(), Server: get(attrs.STUNServer).Text(), Port: uint16(get(attrs.STUNPort).Uint()),
			Username: get(attrs.STUNUsername).Text(), Password: get(attrs.STUNPassword).Secret().Reveal,
			MinKeepAlive: seconds(attrs.STUNMinKeepAlive), MaxKeepAlive: time.Duration(max(get(attrs.STUNMaxKeepAlive).Int(), 0)) * time.Second,
		},
	}
	if retries, limited := s.Get(attrs.ConnectRetry); limited {
		t.Limited, t.Retries = true, uint8(retries.Uint())
	}
	if get(attrs.InformEnable).Bool() {
		t.Periodic = seconds(attrs.InformInterval)
	}
	return t
}

// configure puts in force what the attributes say now. It is called between sessions.
func (d *device) configure(ctx context.Context) error {
	now := session.Clock{Uptime: time.Since(d.started), Wall: time.Now()}
	d.schedule.HandleTimeout(now) // two sessions are all that is run here: nothing comes due
	d.began = d.attrs.Snapshot()
	return d.cpe.Apply(ctx, settings(d.began), now, rand.Uint64())
}

// obeyed prints what the settings in force make of a session, apart from where it goes.
func (d *device) obeyed(out io.Writer) {
	s := d.cpe.Settings()
	retries, periodic, stun := "unlimited", "off", "off"
	if s.Limited {
		retries = fmt.Sprint(s.Retries)
	}
	if s.Periodic > 0 {
		periodic = "every " + s.Periodic.String()
	}
	if s.STUN.Enable {
		stun = "on"
	}
	fmt.Fprintf(out, "settings: close-wait %v, from %s, SSL client policy %s, retries %s, periodic Inform %s, STUN %s\n",
		s.CloseWait, cmp.Or(s.Interface, "any interface"), s.TLSPolicy, retries, periodic, stun)
}
