package cwmptest

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: AddObject and DeleteObject (TR-069 A.3.2.6 and A.3.2.7). The table's rows know
// nothing of a data model, so an instance is made after the pattern of another one.

// The bounds: rows in a table that AddObject has made longer, and in an answer; bytes in
// the names of an instance that it makes.
const (
	maxRows = 100_000
	maxName = 256
)

// addObject answers AddObject. What is no table, or one that has no instances to be
// added, is an invalid name: the standard lets 9008 answer SetParameterValues alone.
func (d *Device) addObject(m *rpc.AddObject) (rpc.Message, error) {
	if err := checkKey(m.ParameterKey); err != nil {
		return nil, err
	}
	table := d.find(m.ObjectName)
	if _, _, instance := cutInstance(m.ObjectName); table == nil || !isObject(table.Name) || !table.Writable || instance {
		return nil, rpc.NewFault(rpc.FaultInvalidParameterName, m.ObjectName)
	}
	d.learn()
	highest := d.highest(m.ObjectName)
	if highest == math.MaxUint32 || !d.insert(m.ObjectName, highest+1) {
		return nil, rpc.FaultResourcesExceeded
	}
	d.count(m.ObjectName)
	d.setKey(m.ParameterKey)
	return &rpc.AddObjectResponse{InstanceNumber: highest + 1, Status: rpc.Applied}, nil
}

// deleteObject answers DeleteObject.
func (d *Device) deleteObject(m *rpc.DeleteObject) (rpc.Message, error) {
	if err := checkKey(m.ParameterKey); err != nil {
		return nil, err
	}
	row := d.find(m.ObjectName)
	table, _, instance := cutInstance(m.ObjectName)
	if row == nil || !row.Writable || !instance {
		return nil, rpc.NewFault(rpc.FaultInvalidParameterName, m.ObjectName)
	}
	d.learn()
	if d.numbers == nil {
		d.numbers = map[string]uint32{}
	}
	maps.DeleteFunc(d.numbers, func(inner string, _ uint32) bool { return covers(m.ObjectName, inner) })
	d.numbers[table] = d.highest(table)
	d.Parameters = slices.DeleteFunc(d.Parameters, func(p Parameter) bool { return covers(m.ObjectName, p.Name) })
	d.count(table)
	d.setKey(m.ParameterKey)
	return &rpc.DeleteObjectResponse{Status: rpc.Applied}, nil
}

// cutInstance splits the path of an instance into its table and its number.
func cutInstance(path string) (table string, number uint32, ok bool) {
	inner, object := strings.CutSuffix(path, ".")
	at := strings.LastIndexByte(inner, '.') + 1
	n, err := strconv.ParseUint(inner[at:], 10, 32)
	ok = object && err == nil && at > 0 && inner[at] != '0'
	return inner[:at], uint32(n), ok
}

// instances are the numbers of a table's instances, with or without rows of their own.
func (d *Device) instances(table string) []uint32 {
	var list []uint32
	for _, p := range d.Parameters {
		rest, below := strings.CutPrefix(p.Name, table)
		segment, _, object := strings.Cut(rest, ".")
		if !below || !object {
			continue
		}
		if _, n, ok := cutInstance(table + segment + "."); ok {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// highest is the highest number that an instance of the table has or had, 0 for none.
func (d *Device) highest(table string) uint32 {
	return slices.Max(append(d.instances(table), d.numbers[table]))
}

// insert puts a new instance behind the table's last row. It reports whether there was
// room.
func (d *Device) insert(table string, number uint32) bool {
	path := instanceOf(table, number)
	rows := []Parameter{{Name: path, Writable: true}}
	for _, p := range d.pattern(table) {
		p.Name = path + p.Name
		rows = append(rows, p)
	}
	long := slices.ContainsFunc(rows, func(p Parameter) bool { return len(p.Name) > maxName })
	if long || len(d.Parameters)+len(rows) > maxRows {
		return false
	}
	at := len(d.Parameters)
	for ; at > 0 && !strings.HasPrefix(d.Parameters[at-1].Name, table); at-- {
	}
	d.Parameters = slices.Insert(d.Parameters, at, rows...)
	return true
}

func instanceOf(table string, number uint32) string {
	return table + strconv.FormatUint(uint64(number), 10) + "."
}

// pattern is what a new instance of a table is made of: its lowest instance, or what
// one was made of once, in this table or in its like in another instance.
func (d *Device) pattern(table string) []Parameter {
	if numbers := d.instances(table); len(numbers) > 0 {
		return d.blank(instanceOf(table, numbers[0]))
	}
	return d.shapes[shapeOf(table)]
}

// learn keeps the patterns of all tables that have instances: those may all go.
func (d *Device) learn() {
	for _, p := range d.Parameters {
		for _, object := range objectsOf(p.Name, "") {
			table, _, ok := cutInstance(object)
			if !ok || d.shapes[shapeOf(table)] != nil {
				continue
			}
			if d.shapes == nil {
				d.shapes = map[string][]Parameter{}
			}
			d.shapes[shapeOf(table)] = d.pattern(table)
		}
	}
}

// shapeOf is a table's path with {i} for the numbers in it.
func shapeOf(table string) string {
	segments := strings.Split(table, ".")
	for i, s := range segments {
		if isNumber(s) {
			segments[i] = "{i}"
		}
	}
	return strings.Join(segments, ".")
}

func isNumber(segment string) bool {
	_, err := strconv.ParseUint(segment, 10, 32)
	return err == nil
}

// blank are an instance's rows without values, by the names below it. Of a table in
// it there is the table alone.
func (d *Device) blank(instance string) []Parameter {
	rows, seen := []Parameter{}, map[string]bool{}
	writable := d.writableObjects()
	for _, p := range d.Parameters {
		name, ok := strings.CutPrefix(p.Name, instance)
		if !ok || name == "" {
			continue
		}
		row := Parameter{Name: name, Value: zero(p.Value.Type), Writable: p.Writable}
		if table, inside := tableIn(name); inside {
			row = Parameter{Name: table, Writable: writable[instance+table]}
		}
		if !seen[row.Name] {
			seen[row.Name], rows = true, append(rows, row)
		}
	}
	return rows
}

// tableIn is the outermost table on the way to a name, which is in an instance of it.
func tableIn(name string) (table string, inside bool) {
	for _, object := range objectsOf(name, "") {
		if table, _, inside = cutInstance(object); inside {
			return table, true
		}
	}
	return "", false
}

// zero is the value that a type begins with: 0, false, the Unknown Time, or no text.
func zero(typ string) rpc.Value {
	text := ""
	switch localType(typ) {
	case "boolean":
		text = "false"
	case "int", "long", "integer", "unsignedInt", "unsignedLong", "short", "byte", "unsignedShort", "unsignedByte", "decimal", "float", "double":
		text = "0"
	case "dateTime":
		text = string(rpc.UnknownTime)
	}
	return rpc.Value{Type: typ, Text: text}
}

// count writes how many instances a table has into the parameter that says so, as the
// data models name it (TR-106 section 3.2): PortMapping. has PortMappingNumberOfEntries.
func (d *Device) count(table string) {
	if p := d.parameter(strings.TrimSuffix(table, ".") + "NumberOfEntries"); p != nil {
		p.Value.Text = strconv.Itoa(len(d.instances(table)))
	}
}
