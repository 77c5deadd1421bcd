package cwmptest

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what a Device answers, a method an RPC (TR-069 A.3.1 and A.3.2). AddObject and
// DeleteObject are in objects.go.

// deviceMethods are the requests that a Device answers.
var deviceMethods = []string{
	"AddObject", "DeleteObject", "GetParameterNames", "GetParameterValues", "GetRPCMethods", "Reboot", "SetParameterValues",
}

// Handle answers one request, as transport.Client's Handle. The error is a
// *rpc.Fault or a rpc.FaultCode. It is safe for concurrent use.
func (d *Device) Handle(_ context.Context, request rpc.Message) (rpc.Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch m := request.(type) {
	case *rpc.GetRPCMethods:
		return &rpc.GetRPCMethodsResponse{MethodList: slices.Clone(deviceMethods)}, nil
	case *rpc.GetParameterValues:
		return d.values(m)
	case *rpc.GetParameterNames:
		return d.names(m)
	case *rpc.SetParameterValues:
		return d.set(m)
	case *rpc.AddObject:
		return d.addObject(m)
	case *rpc.DeleteObject:
		return d.deleteObject(m)
	case *rpc.Reboot:
		d.reboots = append(d.reboots, m.CommandKey)
		return &rpc.RebootResponse{}, nil
	default:
		return nil, rpc.FaultMethodNotSupported
	}
}

// values answers GetParameterValues: full names and partial paths, the empty one
// being the whole table. One unknown name refuses the whole request; what two
// names cover is listed twice, and an object without parameters is an empty list. The
// whole table ten thousand times over is refused.
func (d *Device) values(m *rpc.GetParameterValues) (rpc.Message, error) {
	r := &rpc.GetParameterValuesResponse{}
	for _, name := range m.ParameterNames {
		if !d.has(name) {
			return nil, rpc.NewFault(rpc.FaultInvalidParameterName, name)
		}
		for i := range d.Parameters {
			if p := &d.Parameters[i]; covers(name, p.Name) && !p.isObject() {
				r.ParameterList = append(r.ParameterList, rpc.ParameterValue{Name: p.Name, Value: p.Value})
			}
		}
		if len(r.ParameterList) > maxRows {
			return nil, rpc.FaultResourcesExceeded
		}
	}
	return r, nil
}

// has reports whether a name of a request stands for anything. The empty path does.
func (d *Device) has(name string) bool {
	return name == "" || slices.ContainsFunc(d.Parameters, func(p Parameter) bool { return covers(name, p.Name) })
}

// covers reports whether a name of a request stands for a row.
func covers(path, name string) bool {
	return path == name || isObject(path) && strings.HasPrefix(name, path)
}

func isObject(path string) bool { return path == "" || strings.HasSuffix(path, ".") }

// names answers GetParameterNames.
func (d *Device) names(m *rpc.GetParameterNames) (rpc.Message, error) {
	path := m.ParameterPath
	if p := d.parameter(path); p != nil {
		if m.NextLevel {
			return nil, rpc.FaultInvalidArguments
		}
		return &rpc.GetParameterNamesResponse{ParameterList: []rpc.ParameterInfo{{Name: path, Writable: p.Writable}}}, nil
	}
	if !d.has(path) {
		return nil, rpc.NewFault(rpc.FaultInvalidParameterName, path)
	}
	return &rpc.GetParameterNamesResponse{ParameterList: d.below(path, m.NextLevel)}, nil
}

// below lists what is under an object: the next level alone, or the object and
// everything below it.
func (d *Device) below(path string, nextLevel bool) []rpc.ParameterInfo {
	var list []rpc.ParameterInfo
	seen := map[string]bool{}
	add := func(name string, writable bool) {
		wanted := !nextLevel || parent(name) == path
		if wanted && !seen[name] {
			seen[name] = true
			list = append(list, rpc.ParameterInfo{Name: name, Writable: writable})
		}
	}
	writable := d.writableObjects()
	for _, p := range d.Parameters {
		if !strings.HasPrefix(p.Name, path) {
			continue
		}
		for _, object := range objectsOf(p.Name, path) {
			add(object, writable[object])
		}
		add(p.Name, p.Writable)
	}
	return list
}

// writableObjects are those that an instance may be added to, or that may be deleted.
func (d *Device) writableObjects() map[string]bool {
	writable := map[string]bool{}
	for _, p := range d.Parameters {
		if p.isObject() && p.Writable {
			writable[p.Name] = true
		}
	}
	return writable
}

// objectsOf returns the objects on the way to a row, from path on; an object's row is
// one of its own.
func objectsOf(name, path string) []string {
	var objects []string
	for i := range len(name) {
		if name[i] == '.' && i+1 >= len(path) {
			objects = append(objects, name[:i+1])
		}
	}
	return objects
}

// parent is the object that directly holds a parameter or an object.
func parent(name string) string {
	return name[:strings.LastIndexByte(strings.TrimSuffix(name, "."), '.')+1]
}

// maxParameterKey is how many characters a ParameterKey may have.
const maxParameterKey = 32

func checkKey(key string) error {
	if utf8.RuneCountInString(key) > maxParameterKey {
		return rpc.NewFault(rpc.FaultInvalidArguments, "ParameterKey too long")
	}
	return nil
}

// set answers SetParameterValues, all or nothing.
func (d *Device) set(m *rpc.SetParameterValues) (rpc.Message, error) {
	if err := checkKey(m.ParameterKey); err != nil {
		return nil, err
	}
	fault := rpc.NewFault(rpc.FaultInvalidArguments, "")
	seen := map[string]bool{}
	for _, v := range m.ParameterList {
		if seen[v.Name] {
			return nil, rpc.NewFault(rpc.FaultInvalidArguments, v.Name+" given twice")
		}
		seen[v.Name] = true
		if code := d.check(v); code != 0 {
			fault.Parameters = append(fault.Parameters, rpc.ParameterFault{ParameterName: v.Name, FaultCode: code, FaultString: code.Meaning()})
		}
	}
	if len(fault.Parameters) > 0 {
		return nil, fault
	}
	for _, v := range m.ParameterList {
		d.find(v.Name).Value.Text = v.Value.Text
	}
	d.setKey(m.ParameterKey)
	return &rpc.SetParameterValuesResponse{Status: rpc.Applied}, nil
}

// setKey keeps the ParameterKey, in the table too if it has one.
func (d *Device) setKey(key string) {
	d.parameterKey = key
	for _, root := range []string{"Device.", "InternetGatewayDevice."} {
		if p := d.parameter(root + "ManagementServer.ParameterKey"); p != nil {
			p.Value.Text = key
		}
	}
}

// check says what is wrong with one value, 0 for nothing.
func (d *Device) check(v rpc.ParameterValue) rpc.FaultCode {
	p := d.parameter(v.Name)
	switch {
	case p == nil:
		return rpc.FaultInvalidParameterName
	case !p.Writable:
		return rpc.FaultNonWritableParameter
	case !valid(p.Value.Type, v.Value.Text):
		return rpc.FaultInvalidParameterValue
	}
	return 0
}

// valid reports whether a text is one of the parameter's type, whatever prefix
// the type has. The type that the ACS gave is not compared: many write
// xsd:string for everything.
func valid(typ, text string) bool {
	check := checks[localType(typ)]
	return check == nil || check(rpc.Value{Type: typ, Text: text})
}

// localType is a type without its prefix.
func localType(typ string) string { return typ[strings.IndexByte(typ, ':')+1:] }

// checks are the types whose texts are checked; a parameter of any other takes
// every text.
var checks = map[string]func(rpc.Value) bool{
	"boolean":       func(v rpc.Value) bool { _, err := v.Bool(); return err == nil },
	"byte":          isInt(8),
	"short":         isInt(16),
	"int":           isInt(32),
	"long":          isInt(64),
	"integer":       isInt(64),
	"unsignedByte":  isUint(8),
	"unsignedShort": isUint(16),
	"unsignedInt":   isUint(32),
	"unsignedLong":  isUint(64),
	"decimal":       isForm(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`),
	"float":         isForm(`^([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN)$`),
	"double":        isForm(`^([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN)$`),
	"dateTime":      isDateTime,
	"base64Binary":  isBytes,
	"base64":        isBytes,
	"hexBinary":     isBytes,
}

func isInt(bits int) func(rpc.Value) bool {
	return func(v rpc.Value) bool {
		n, err := v.Int()
		return err == nil && n>>(bits-1) == n>>63
	}
}

func isUint(bits int) func(rpc.Value) bool {
	return func(v rpc.Value) bool {
		n, err := v.Uint()
		return err == nil && n>>(bits-1)>>1 == 0
	}
}

func isForm(pattern string) func(rpc.Value) bool {
	form := regexp.MustCompile(pattern)
	return func(v rpc.Value) bool { return form.MatchString(v.Text) }
}

// isDateTime refuses the empty text, which rpc reads as the Unknown Time.
func isDateTime(v rpc.Value) bool {
	_, err := v.DateTime().Time()
	return err == nil && v.DateTime() != ""
}

func isBytes(v rpc.Value) bool {
	_, err := v.Bytes()
	return err == nil
}
