package main

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
	"github.com/cwmp-go/cwmp/transport/dhcp"
)

// NOTE: the CPE: its attributes, where they come from, and what it answers.

// dhcpOption is option 43 as a Comware DHCP server sends it: URL, username and
// password of an ACS.
const dhcpOption = "0127687474703A2F2F3136392E3235342E37362E33313A373534372F61637320313233342035363738"

// A device is a CPE with Comware's attributes.
type device struct {
	attrs       *attrs.Resolver
	rows        []attrs.Descriptor     // all that there are
	tlsPolicies map[string]*tls.Config // SSL client policies by name
	key         string                 // ParameterKey

	started  time.Time
	cpe      transport.Configured // follows the attributes
	began    *attrs.Snapshot      // what it follows now
	retry    session.Retry
	schedule session.Schedule
}

// systemPolicy verifies ACSs against the system's roots.
const systemPolicy = "system-roots"

// newDevice returns a device with CWMP enabled. A ca is its SSL client policy; it
// may be nil.
func newDevice(ca *authority) (*device, error) {
	family := attrs.Comware()
	r, err := attrs.New(family)
	if err != nil {
		return nil, err
	}
	d := &device{attrs: r, rows: family.Rows, tlsPolicies: map[string]*tls.Config{systemPolicy: {}}, started: time.Now()}
	d.cpe = transport.Configured{
		Base:     transport.Client{Handle: d.handle},
		Policies: func(name string) *tls.Config { return d.tlsPolicies[name] },
		Retry:    &d.retry, Schedule: &d.schedule,
	}
	changes := []attrs.Change{attrs.Set(attrs.Enable, "true"), attrs.Set(attrs.SSLPolicy, systemPolicy)}
	if ca != nil {
		d.tlsPolicies[ca.name] = ca.client()
		changes[1] = attrs.Set(attrs.SSLPolicy, ca.name)
	}
	if err := r.Apply(attrs.Factory, time.Now(), attrs.Set(attrs.ProvisionCode, "TLCO.GRP2")); err != nil {
		return nil, err
	}
	return d, r.Apply(attrs.CLI, time.Now(), changes...)
}

// policy is the name of the SSL client policy in force.
func (d *device) policy() string {
	v, _ := d.attrs.Snapshot().Get(attrs.SSLPolicy)
	return v.Text()
}

// fromDHCP takes in option 43 as the DHCP layer.
func (d *device) fromDHCP(option string) error {
	b, err := hex.DecodeString(option)
	if err != nil {
		return err
	}
	acs, _, err := dhcp.ParseOption43(b, dhcp.Options{})
	if err != nil {
		return err
	}
	changes := []attrs.Change{attrs.Set(attrs.URL, acs.URL)}
	if acs.HasUsername {
		changes = append(changes, attrs.Set(attrs.Username, acs.Username))
	}
	if acs.HasPassword {
		changes = append(changes, attrs.Set(attrs.Password, acs.Password.Reveal()))
	}
	return d.attrs.Replace(attrs.DHCP, time.Now(), changes...)
}

// fromCLI is what an operator types: a URL, and perhaps credentials, and more.
func (d *device) fromCLI(url, user, pass string, more ...attrs.Change) error {
	changes := append([]attrs.Change{attrs.Set(attrs.URL, url)}, more...)
	if user != "" {
		changes = append(changes, attrs.Set(attrs.Username, user))
	}
	if pass != "" {
		changes = append(changes, attrs.Set(attrs.Password, pass))
	}
	return d.attrs.Apply(attrs.CLI, time.Now(), changes...)
}

// provenance prints which source won for each attribute of the ACS, and why.
func (d *device) provenance(out io.Writer) {
	snapshot := d.attrs.Snapshot()
	for _, row := range []struct {
		name string
		attr attrs.Attr
	}{{"URL", attrs.URL}, {"username", attrs.Username}, {"password", attrs.Password}} {
		e := snapshot.Explain(row.attr)
		if !e.Assigned {
			fmt.Fprintf(out, "%s not assigned\n", row.name)
			continue
		}
		fmt.Fprintf(out, "%s from %v: %s (%s)\n", row.name, e.Source, e.Reason, e.Value)
	}
}

// inform makes the Inform of a session.
func (d *device) inform(events []rpc.EventCode) *rpc.Inform {
	inform := &rpc.Inform{
		DeviceID:      rpc.DeviceID{Manufacturer: "cwmp-go", OUI: "00D09E", ProductClass: "quickstart", SerialNumber: "1"},
		CurrentTime:   rpc.DateTimeOf(time.Now()),
		ParameterList: d.forced(),
	}
	for _, e := range events {
		inform.Event = append(inform.Event, rpc.Event{EventCode: e})
	}
	return inform
}

// forced are the parameters that every Inform carries.
func (d *device) forced() []rpc.ParameterValue {
	return []rpc.ParameterValue{
		{Name: "Device.RootDataModelVersion", Value: rpc.StringValue("2.17")},
		{Name: "Device.DeviceInfo.HardwareVersion", Value: rpc.StringValue("1")},
		{Name: "Device.DeviceInfo.SoftwareVersion", Value: rpc.StringValue("1.0")},
		{Name: "Device.DeviceInfo.ProvisioningCode", Value: d.value(attrs.ProvisionCode)},
		{Name: "Device.ManagementServer.ParameterKey", Value: rpc.StringValue(d.key)},
		{Name: "Device.ManagementServer.ConnectionRequestURL", Value: rpc.StringValue("http://127.0.0.1:7547/")},
	}
}

// model is all that can be read: the forced parameters, and every attribute that a
// parameter carries, by the snapshot that sessions go by.
func (d *device) model() []rpc.ParameterValue {
	all := d.forced()
	for _, row := range d.rows {
		for _, path := range row.Paths {
			name := "Device." + path
			if !slices.ContainsFunc(all, func(p rpc.ParameterValue) bool { return p.Name == name }) {
				all = append(all, rpc.ParameterValue{Name: name, Value: d.value(row.Attr)})
			}
		}
	}
	return all
}

// value is an attribute as a parameter has it. A password reads as empty.
func (d *device) value(a attrs.Attr) rpc.Value {
	v, _ := d.attrs.Snapshot().Get(a)
	switch v.Kind() {
	case attrs.KindBool:
		return rpc.BoolValue(v.Bool())
	case attrs.KindUint:
		return rpc.UnsignedIntValue(uint32(v.Uint()))
	case attrs.KindTime:
		return rpc.DateTimeValue(v.Time()) // the zero time is Unknown Time
	}
	return rpc.StringValue(v.Text())
}

// handle answers the ACS's requests.
func (d *device) handle(_ context.Context, request rpc.Message) (rpc.Message, error) {
	switch m := request.(type) {
	case *rpc.GetParameterValues:
		return d.get(m)
	case *rpc.SetParameterValues:
		return d.set(m)
	case *rpc.GetRPCMethods:
		return &rpc.GetRPCMethodsResponse{MethodList: []string{"GetRPCMethods", "GetParameterValues", "SetParameterValues"}}, nil
	default:
		return nil, rpc.FaultMethodNotSupported
	}
}

// get reads parameters: full names, and partial paths, which end in a dot or are
// empty.
func (d *device) get(m *rpc.GetParameterValues) (rpc.Message, error) {
	r := &rpc.GetParameterValuesResponse{}
	for _, name := range m.ParameterNames {
		before := len(r.ParameterList)
		partial := name == "" || strings.HasSuffix(name, ".")
		for _, p := range d.model() {
			if p.Name == name || partial && strings.HasPrefix(p.Name, name) {
				r.ParameterList = append(r.ParameterList, p)
			}
		}
		if len(r.ParameterList) == before {
			return nil, rpc.NewFault(rpc.FaultInvalidParameterName, name)
		}
	}
	return r, nil
}

// set writes attributes as the ACS, all or none.
func (d *device) set(m *rpc.SetParameterValues) (rpc.Message, error) {
	fault := rpc.NewFault(rpc.FaultInvalidArguments, "")
	refuse := func(name string, code rpc.FaultCode) {
		fault.Parameters = append(fault.Parameters, rpc.ParameterFault{ParameterName: name, FaultCode: code, FaultString: code.Meaning()})
	}
	var changes []attrs.Change
	paths := map[attrs.Attr]string{}
	for _, p := range m.ParameterList {
		attr, ok := d.attrs.ByPath(p.Name)
		switch {
		case !ok:
			refuse(p.Name, rpc.FaultInvalidParameterName)
			continue
		case paths[attr] != "":
			return nil, rpc.NewFault(rpc.FaultInvalidArguments, p.Name+" given twice")
		}
		paths[attr] = p.Name
		changes = append(changes, attrs.Set(attr, p.Value.Text))
	}
	if len(fault.Parameters) == 0 {
		err := d.attrs.Apply(attrs.ACS, time.Now(), changes...)
		for _, w := range attrs.WriteErrors(err) {
			refuse(paths[w.Attr], codeOf(w))
		}
	}
	if len(fault.Parameters) > 0 {
		return nil, fault
	}
	d.key = m.ParameterKey
	return &rpc.SetParameterValuesResponse{Status: rpc.Applied}, nil
}

// codeOf is the fault code for a refused write.
func codeOf(w *attrs.WriteError) rpc.FaultCode {
	switch {
	case errors.Is(w, attrs.ErrSource), errors.Is(w, attrs.ErrLocked):
		return rpc.FaultNonWritableParameter
	case errors.Is(w, attrs.ErrUnknown):
		return rpc.FaultInvalidParameterName
	default:
		return rpc.FaultInvalidParameterValue
	}
}

// isSecret reports whether a parameter or element of this name holds a secret.
func isSecret(name string) bool { return strings.HasSuffix(strings.ToLower(name), "password") }
