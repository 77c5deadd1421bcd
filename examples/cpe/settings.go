package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what the table, the flags and the ACS say of ManagementServer, which package attrs
// settles, and how it comes into force between two sessions. docs/ATTRIBUTES.md is the
// guide to these lines.

// family is how the standard's data model would have it, but for one thing: flags and ACS
// are of one operator here, so that an ACS that sets the password alone, or the URL, keeps
// the rest of what the flags say.
func family() attrs.Profile {
	p := attrs.TR069()
	p.BindCredentials = false
	return p
}

// resolve puts the table in as what the device was shipped with, and the flags above it. A
// text of the table that is out of its bounds stays one, and the default holds.
func (o *options) resolve() (err error) {
	if o.attrs, err = attrs.New(family()); err != nil {
		return err
	}
	for _, row := range o.table {
		if a, ok := o.attrs.ByPath(row.Name); ok {
			_ = o.attrs.Apply(attrs.Factory, time.Now(), attrs.Set(a, row.Value.Text))
		}
	}
	var changes []attrs.Change
	for _, f := range []struct {
		flag  string
		attr  attrs.Attr
		value string
	}{
		{"acs", attrs.URL, o.acs}, {"user", attrs.Username, o.user}, {"pass", attrs.Password, o.pass},
		{"cr-user", attrs.CPEUsername, o.crUser}, {"cr-pass", attrs.CPEPassword, o.crPass},
		{"interval", attrs.InformEnable, "true"}, {"interval", attrs.InformInterval, inSeconds(o.interval)},
		{"stun", attrs.STUNEnable, "true"}, {"stun", attrs.STUNServer, o.stunHost}, {"stun", attrs.STUNPort, o.stunPort},
	} {
		if o.given[f.flag] {
			changes = append(changes, attrs.Set(f.attr, f.value))
		}
	}
	return o.attrs.Apply(attrs.CLI, time.Now(), changes...)
}

// inSeconds is a duration as the data model has it, which knows no parts of a second.
func inSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// settings is what a snapshot says, as a transport takes it.
func settings(s *attrs.Snapshot) transport.Settings {
	get := func(a attrs.Attr) attrs.Value { v, _ := s.Get(a); return v }
	seconds := func(a attrs.Attr) time.Duration { return time.Duration(get(a).Uint()) * time.Second }
	e := s.Endpoint()
	t := transport.Settings{
		Gate: e.Ready, URL: e.URL.Value, Username: e.Username.Value, Password: e.Password.Value.Reveal,
		Phase:       get(attrs.InformPhase).Time(),
		MinimumWait: uint16(get(attrs.RetryMinimumWait).Uint()), Multiplier: uint16(get(attrs.RetryMultiplier).Uint()),
		STUN: transport.STUN{
			Enable: get(attrs.STUNEnable).Bool(), Server: get(attrs.STUNServer).Text(), Port: uint16(get(attrs.STUNPort).Uint()),
			Username: get(attrs.STUNUsername).Text(), Password: get(attrs.STUNPassword).Secret().Reveal,
			MinKeepAlive: seconds(attrs.STUNMinKeepAlive), MaxKeepAlive: time.Duration(max(get(attrs.STUNMaxKeepAlive).Int(), 0)) * time.Second,
		},
	}
	if get(attrs.InformEnable).Bool() {
		t.Periodic = seconds(attrs.InformInterval)
	}
	return t
}

// obey puts in force what the attributes say now. It is called between sessions. The error
// is that of an address that cannot be listened on.
func (p *program) obey(ctx context.Context, now session.Clock) error {
	p.began = p.attrs.Snapshot()
	s := settings(p.began)
	if p.pace() > 0 {
		s.Periodic = 0
	}
	err := p.listen(ctx, &s)
	if late := p.cpe.Apply(ctx, s, now, rand.Uint64()); late != nil {
		p.fail("%v", late)
	}
	p.show()
	return err
}

// pace is the time from the end of a session to the next with -interval, 0 if there is none
// or if the ACS has set another.
func (p *program) pace() time.Duration {
	every, _ := p.began.Get(attrs.InformInterval)
	on, _ := p.began.Get(attrs.InformEnable)
	if every.Source() != attrs.CLI || !on.Bool() {
		return 0
	}
	return p.interval
}

// show puts what holds into the table, where the ACS reads it.
func (p *program) show() {
	for i := range p.device.Parameters {
		row := &p.device.Parameters[i]
		if a, ok := p.attrs.ByPath(row.Name); ok {
			if v, _ := p.began.Get(a); v.Assigned() {
				row.Value.Text = v.Text()
			}
		}
	}
}

// put puts a value into the table that the device itself knows best.
func (p *program) put(name, text string) {
	for i := range p.device.Parameters {
		row := &p.device.Parameters[i]
		if row.Name == "Device.ManagementServer."+name || row.Name == "InternetGatewayDevice.ManagementServer."+name {
			row.Value.Text = text
		}
	}
}

// set answers SetParameterValues, all or nothing: in the table, and in the attributes,
// which are obeyed when the session is over.
func (p *program) set(ctx context.Context, m *rpc.SetParameterValues) (rpc.Message, error) {
	changes, err := p.check(ctx, m)
	if err != nil {
		return nil, err
	}
	if err := p.attrs.Apply(attrs.ACS, time.Now(), changes...); err != nil {
		return nil, rpc.NewFault(rpc.FaultInvalidArguments, "one parameter by two names")
	}
	return p.device.Handle(ctx, m)
}

// check finds what is wrong with each value, by a copy of the table and by a resolver in
// which nothing is set yet, and returns the changes of attributes.
func (p *program) check(ctx context.Context, m *rpc.SetParameterValues) ([]attrs.Change, error) {
	table := cwmptest.Device{Parameters: slices.Clone(p.device.Parameters)}
	_, err := table.Handle(ctx, m)
	fault, refused := errors.AsType[*rpc.Fault](err)
	if refused && len(fault.Parameters) == 0 {
		return nil, fault
	}
	if !refused {
		fault = rpc.NewFault(rpc.FaultInvalidArguments, "")
	}
	bounds, err := attrs.New(family())
	if err != nil {
		return nil, err
	}
	var changes []attrs.Change
	for _, v := range m.ParameterList {
		a, ok := p.attrs.ByPath(v.Name)
		named := func(f rpc.ParameterFault) bool { return f.ParameterName == v.Name }
		if !ok || slices.ContainsFunc(fault.Parameters, named) {
			continue
		}
		change := attrs.Set(a, v.Value.Text)
		changes = append(changes, change)
		if bounds.Apply(attrs.ACS, time.Now(), change) != nil {
			code := rpc.FaultInvalidParameterValue
			fault.Parameters = append(fault.Parameters, rpc.ParameterFault{ParameterName: v.Name, FaultCode: code, FaultString: code.Meaning()})
		}
	}
	if len(fault.Parameters) > 0 {
		return nil, fault
	}
	return changes, nil
}
