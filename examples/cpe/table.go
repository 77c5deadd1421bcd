package main

import (
	"context"
	_ "embed" // the device's own table
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the table as a CSV file: name, type, writable, value.

//go:embed params.csv
var ownParams string

// ownTable is the table of a device that was given none.
func (o *options) ownTable() ([]cwmptest.Parameter, error) {
	table, err := parseTable("params.csv", strings.NewReader(ownParams))
	own := map[string]string{
		"Device.DeviceInfo.Manufacturer":    o.id.Manufacturer,
		"Device.DeviceInfo.ManufacturerOUI": o.id.OUI,
		"Device.DeviceInfo.ProductClass":    o.id.ProductClass,
		"Device.DeviceInfo.SerialNumber":    o.id.SerialNumber,
	}
	for i := range table {
		if text, ok := own[table[i].Name]; ok {
			table[i].Value.Text = text
		}
	}
	return table, err
}

// maxFile bounds the file of -params, in bytes.
const maxFile = 16 << 20

func readTable(name string) ([]cwmptest.Parameter, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := &io.LimitedReader{R: f, N: maxFile + 1}
	table, err := parseTable(name, in)
	if in.N == 0 {
		return nil, fmt.Errorf("%s: more than %d bytes", name, maxFile)
	}
	return table, err
}

// parseTable reads a table. An error names the line, and no value.
func parseTable(name string, in io.Reader) ([]cwmptest.Parameter, error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord = 4
	var table []cwmptest.Parameter
	lines := map[string]int{}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return table, nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, fmt.Errorf("%s:%d: %w", name, bad.StartLine, bad.Err)
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		row, err := parseRow(fields)
		if at := lines[row.Name]; err == nil && at > 0 {
			err = fmt.Errorf("the name of line %d", at)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		lines[row.Name] = line
		table = append(table, row)
	}
}

// parseRow reads a line's fields.
func parseRow(fields []string) (cwmptest.Parameter, error) {
	name, typ, writable, text := fields[0], fields[1], fields[2], fields[3]
	row := cwmptest.Parameter{Name: name, Writable: writable == "true"}
	object := strings.HasSuffix(name, ".")
	switch {
	case !isName(name):
		return row, errors.New("not a name of the data model")
	case writable != "true" && writable != "false":
		return row, errors.New("writable is true or false")
	case object && (typ != "" || text != ""):
		return row, errors.New("an object has neither type nor value")
	case object:
		return row, nil
	case !slices.Contains(types, typ):
		return row, errors.New("not a type of XML Schema that a parameter can have")
	}
	row.Value = rpc.Value{Type: "xsd:" + typ, Text: text}
	if !fits(row) {
		return row, fmt.Errorf("not a value of type %s", typ)
	}
	return row, nil
}

// types are those of XML Schema that a parameter may have.
var types = []string{
	"string", "boolean", "int", "long", "unsignedInt", "unsignedLong", "dateTime", "base64Binary", "hexBinary",
	"integer", "short", "byte", "unsignedShort", "unsignedByte", "decimal", "float", "double", "anyURI",
}

// isName reports whether a name is a path: segments of letters, digits and a few signs,
// with single dots between them, and one behind an object's.
func isName(name string) bool {
	for segment := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if segment == "" || strings.ContainsFunc(segment, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-'
		}) {
			return false
		}
	}
	return len(name) <= 256
}

// fits reports whether a value is one of its type, and can be sent: a device of this
// one parameter says so.
func fits(row cwmptest.Parameter) bool {
	value := []rpc.ParameterValue{{Name: row.Name, Value: row.Value}}
	row.Writable, row.Value.Text = true, ""
	device := cwmptest.Device{Parameters: []cwmptest.Parameter{row}}
	set := &rpc.SetParameterValues{ParameterList: value}
	if _, err := device.Handle(context.Background(), set); err != nil {
		return false
	}
	_, err := (&rpc.Envelope{Message: set}).Append(nil, rpc.Style{})
	return err == nil
}
