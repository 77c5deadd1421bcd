package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cwmp-go/cwmp/internal/msgjson"
	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: a session as lines for a person, or as one line of JSON. Texts are quoted as Go
// quotes them, so that none of a device's bytes reaches a terminal as it is.

// print prints a session and how it ended, nil for well. With -once the program ends with
// it, unless it is to wait for another one.
func (p *program) print(r *record, end error) {
	switch {
	case p.over:
		return
	case p.wakes() && !p.asked:
		p.held = append(p.held, func() { p.print(r, end) })
		return
	}
	p.printed++
	text := r.lines(p.printed, end)
	if p.json {
		text = append(r.json(end), '\n')
	}
	p.write(p.out, text)
	if !p.once || p.wakes() && !proves(r.inform) {
		return
	}
	if end != nil {
		p.end(exitFailed)
	}
	p.end(exitOK)
}

// reason is how a session ended, in one line.
func reason(end error) string {
	if end == nil {
		return "ok"
	}
	return oneLine(end.Error())
}

// json is the session as an object.
func (r *record) json(end error) []byte {
	var o msgjson.Object
	o.Raw("device", deviceJSON(r.inform.DeviceID))
	o.Raw("events", each(r.inform.Event, func(o *msgjson.Object, e rpc.Event) {
		o.Exact("EventCode", string(e.EventCode))
		o.Exact("CommandKey", e.CommandKey)
	}))
	o.Raw("parameters", each(r.inform.ParameterList, func(o *msgjson.Object, p rpc.ParameterValue) {
		o.Exact("Name", p.Name)
		if p.Value.Type != "" {
			o.Exact("Type", p.Value.Type)
		}
		o.Exact("Value", p.Value.Text)
	}))
	o.Raw("requests", each(r.requests, requestJSON))
	diagnostics := make([][]byte, len(r.diagnostics))
	for i, d := range r.diagnostics {
		diagnostics[i] = msgjson.Diagnostic(d, int(d.Offset))
	}
	o.Raw("diagnostics", msgjson.Array(diagnostics))
	if r.more > 0 {
		o.Int("moreDiagnostics", r.more)
	}
	o.String("end", reason(end))
	return o.Close()
}

// each is a list as a JSON array of objects.
func each[T any](list []T, fill func(o *msgjson.Object, item T)) []byte {
	values := make([][]byte, len(list))
	for i, item := range list {
		var o msgjson.Object
		fill(&o, item)
		values[i] = o.Close()
	}
	return msgjson.Array(values)
}

func deviceJSON(id rpc.DeviceID) []byte {
	var o msgjson.Object
	o.Exact("Manufacturer", id.Manufacturer)
	o.Exact("OUI", id.OUI)
	o.Exact("ProductClass", id.ProductClass)
	o.Exact("SerialNumber", id.SerialNumber)
	return o.Close()
}

// requestJSON adds the members of a request.
func requestJSON(o *msgjson.Object, q *request) {
	answer, fault := []byte("null"), []byte("null")
	if q.answer != nil {
		answer = msgjson.Struct(q.answer)
	}
	if q.fault != nil {
		fault = faultJSON(q.fault)
	}
	o.String("method", q.method)
	o.Raw("answer", answer)
	o.Raw("fault", fault)
}

func faultJSON(f *rpc.Fault) []byte {
	var o msgjson.Object
	o.Int("FaultCode", int(f.FaultCode))
	o.Exact("FaultString", f.FaultString)
	if len(f.Parameters) > 0 {
		o.Raw("SetParameterValuesFault", each(f.Parameters, func(o *msgjson.Object, p rpc.ParameterFault) {
			o.Exact("ParameterName", p.ParameterName)
			o.Int("FaultCode", int(p.FaultCode))
			o.Exact("FaultString", p.FaultString)
		}))
	}
	return o.Close()
}

// lines is the session for a person.
func (r *record) lines(number int, end error) []byte {
	var b bytes.Buffer
	id := r.inform.DeviceID
	fmt.Fprintf(&b, "session %d: Manufacturer %q, OUI %q, ProductClass %q, SerialNumber %q\n",
		number, id.Manufacturer, id.OUI, id.ProductClass, id.SerialNumber)
	for _, e := range r.inform.Event {
		fmt.Fprintf(&b, "  event %q", e.EventCode)
		if e.CommandKey != "" {
			fmt.Fprintf(&b, ", CommandKey %q", e.CommandKey)
		}
		b.WriteByte('\n')
	}
	for _, p := range r.inform.ParameterList {
		fmt.Fprintf(&b, "  parameter %s\n", parameter(p.Name, p.Value.Type, p.Value.Text))
	}
	for _, method := range r.received {
		fmt.Fprintf(&b, "  from the device %s\n", method)
	}
	for _, q := range r.requests {
		q.lines(&b)
	}
	for _, d := range r.diagnostics {
		fmt.Fprintf(&b, "  diagnostic %s\n", oneLine(d.String()))
	}
	if r.more > 0 {
		fmt.Fprintf(&b, "  and %d diagnostics more\n", r.more)
	}
	fmt.Fprintf(&b, "  ended: %s\n", reason(end))
	return b.Bytes()
}

// secrets are the ends of the names of parameters that are secret, in small letters.
var secrets = []string{"password", "passphrase", "presharedkey", "wepkey", "secret"}

// parameter is a parameter with its value, unless that is a secret.
func parameter(name, typ, text string) string {
	small := strings.ToLower(name)
	if text != "" && slices.ContainsFunc(secrets, func(end string) bool { return strings.HasSuffix(small, end) }) {
		return fmt.Sprintf("Name %q, Value hidden", name)
	}
	return fmt.Sprintf("Name %q, Value %s %q", name, typeName(typ), text)
}

func typeName(typ string) string {
	if typ == "" {
		return "untyped"
	}
	return oneLine(typ)
}

// lines says what was asked and what came back.
func (q *request) lines(b *bytes.Buffer) {
	switch {
	case q.fault != nil:
		fmt.Fprintf(b, "  request %s: %s\n", q.method, oneLine(q.fault.Error()))
	case q.answer == nil:
		fmt.Fprintf(b, "  request %s: no answer\n", q.method)
	default:
		fmt.Fprintf(b, "  request %s\n", q.method)
		for i := range q.answer.Nodes {
			nodeLines(b, &q.answer.Nodes[i])
		}
	}
}

// nodeLines is one element of an answer: a line, or a line for each item.
func nodeLines(b *bytes.Buffer, n *rpc.Node) {
	if !isList(n) {
		fmt.Fprintf(b, "    %s: %s\n", n.Field.Name, inline(n))
		return
	}
	if len(n.Nodes) == 0 {
		fmt.Fprintf(b, "    %s: nothing\n", n.Field.Name)
	}
	for i := range n.Nodes {
		fmt.Fprintf(b, "    %s: %s\n", n.Field.Name, inline(&n.Nodes[i]))
	}
}

// inline is an element in a few words.
func inline(n *rpc.Node) string {
	if v, ok := msgjson.Literal(n); ok {
		return v
	}
	if n.Field.Kind != rpc.FieldStruct {
		return strconv.Quote(n.Text)
	}
	if name, value := n.Child("Name"), n.Child("Value"); name != nil && value != nil {
		return parameter(name.Text, value.Type, value.Text)
	}
	var parts []string
	for i := range n.Nodes {
		child := &n.Nodes[i]
		if !isList(child) {
			parts = append(parts, child.Field.Name+" "+inline(child))
			continue
		}
		for j := range child.Nodes {
			parts = append(parts, child.Field.Name+" "+inline(&child.Nodes[j]))
		}
	}
	return strings.Join(parts, ", ")
}

// isList reports whether an element of a struct holds items.
func isList(n *rpc.Node) bool { return n.Field.Item != "" || n.Field.Many }

// oneLine keeps a text on one line of bearable length, whatever a peer has put into
// it.
func oneLine(s string) string {
	const most = 400
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
