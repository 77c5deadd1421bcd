package cwmptest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a device's data model as a flat table: parameters by their full names,
// objects implied by the dots in them, or with rows of their own. answers.go has what
// it does with each RPC, objects.go what makes and removes instances.

// A Parameter is a row of a [Device]: a parameter, or an object that cannot be left to
// the dots in the names of others.
type Parameter struct {
	// Name is the full name, "Device.DeviceInfo.UpTime". An object's ends with a dot:
	// "Device.NAT.PortMapping." is a table, "Device.NAT.PortMapping.1." an instance. No
	// other row has it.
	Name string
	// Value holds the text, and the type that SetParameterValues has to keep to. An
	// object has none.
	Value rpc.Value
	// Writable lets SetParameterValues change a parameter, AddObject make an instance of
	// a table, and DeleteObject remove an instance. An object without a row is not
	// writable.
	Writable bool
}

// isObject reports whether the row is an object's.
func (p *Parameter) isObject() bool { return isObject(p.Name) }

// A Device is a CPE over a flat table of parameters. It answers GetRPCMethods,
// GetParameterNames, GetParameterValues, SetParameterValues, AddObject, DeleteObject
// and Reboot by the standard's rules, and everything else with fault 9000. The zero
// value is a device without parameters. Its fields may be changed between sessions; its
// methods are safe for concurrent use. It must not be copied after first use.
type Device struct {
	// ID is its DeviceId. Zero is Manufacturer cwmp-go, OUI 00D09E, ProductClass
	// Test, SerialNumber 0001.
	ID rpc.DeviceID
	// Parameters is the table, in the order in which answers list them. A
	// successful SetParameterValues, AddObject or DeleteObject changes it,
	// ManagementServer.ParameterKey included if it is there. A new instance gets
	// the parameters of its table's lowest one, with empty, 0 or false values, and
	// a number that none has had; its own tables begin without instances.
	Parameters []Parameter
	// Forced names the parameters that every Inform carries. What is not in the
	// table is left out.
	Forced []string
	// Client is the client to use; its URL is set by Inform. Its Username and
	// Password answer a challenge. Its Handle, if set, is asked in place of
	// Device.Handle, which it may call for what it leaves to the table.
	Client transport.Client
	// Now is the clock of CurrentTime. Nil is time.Now.
	Now func() time.Time

	mu           sync.Mutex
	parameterKey string
	reboots      []string
	retries      uint32
	numbers      map[string]uint32      // the highest instance number that was removed, by table
	shapes       map[string][]Parameter // what an instance is made of, by the table's path with {i}
}

// defaultID is the DeviceId of a Device that has none of its own.
var defaultID = rpc.DeviceID{Manufacturer: "cwmp-go", OUI: "00D09E", ProductClass: "Test", SerialNumber: "0001"}

// NewDevice returns a device with writable string parameters, sorted by name.
func NewDevice(values map[string]string) *Device {
	d := &Device{}
	for name, text := range values {
		d.Parameters = append(d.Parameters, Parameter{Name: name, Value: rpc.StringValue(text), Writable: true})
	}
	slices.SortFunc(d.Parameters, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	return d
}

// Inform runs one session with the ACS at url: an Inform with the events, then the
// requests. Its RetryCount is the number of calls that have failed since the last
// that did not. What it returns is what transport.Client's Do does.
func (d *Device) Inform(ctx context.Context, url string, events []rpc.Event, requests ...rpc.Message) (*transport.Result, error) {
	c := d.Client
	if c.URL = url; c.Handle == nil {
		c.Handle = d.Handle
	}
	result, err := c.Do(ctx, d.inform(events), requests...)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.retries++; err == nil {
		d.retries = 0
	}
	return result, err
}

func (d *Device) inform(events []rpc.Event) *rpc.Inform {
	d.mu.Lock()
	defer d.mu.Unlock()
	inform := &rpc.Inform{DeviceID: d.ID, Event: slices.Clone(events), CurrentTime: rpc.DateTimeOf(d.now()), RetryCount: d.retries}
	if inform.DeviceID == (rpc.DeviceID{}) {
		inform.DeviceID = defaultID
	}
	for _, name := range d.Forced {
		if p := d.parameter(name); p != nil {
			inform.ParameterList = append(inform.ParameterList, rpc.ParameterValue{Name: p.Name, Value: p.Value})
		}
	}
	return inform
}

func (d *Device) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

// Value returns a parameter's value, false if the table does not have it.
func (d *Device) Value(name string) (rpc.Value, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.parameter(name); p != nil {
		return p.Value, true
	}
	return rpc.Value{}, false
}

// ParameterKey is the key of the last successful SetParameterValues, AddObject or
// DeleteObject, empty before the first.
func (d *Device) ParameterKey() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.parameterKey
}

// Reboots returns the CommandKeys of the reboots that were asked for, in order.
func (d *Device) Reboots() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.reboots)
}

// parameter returns the row of a parameter, nil if there is none.
func (d *Device) parameter(name string) *Parameter {
	if isObject(name) {
		return nil
	}
	return d.find(name)
}

// find returns the row of a full name, an object's too, nil if there is none.
func (d *Device) find(name string) *Parameter {
	for i := range d.Parameters {
		if d.Parameters[i].Name == name {
			return &d.Parameters[i]
		}
	}
	return nil
}
