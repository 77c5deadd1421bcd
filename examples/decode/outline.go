package main

// NOTE: a message for a person. Every text is quoted as Go quotes it, so that its
// bytes can be seen and none of them reaches a terminal as it is.

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/cwmp-go/cwmp/internal/msgjson"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

func (m *message) outline(w *bufio.Writer, name string, d *document) {
	if m.env == nil {
		fmt.Fprintf(w, "%s: no message, nothing but white space\n", name)
		return
	}
	fmt.Fprintf(w, "%s: %s\n", name, strings.Join(m.title(), ", "))
	for _, line := range header(m.env) {
		fmt.Fprintf(w, "  %s\n", line)
	}
	if v, ok := m.env.Message.(*rpc.Vendor); ok {
		outlineXML(w, v.Raw.XML)
	}
	if m.node != nil {
		for i := range m.node.Nodes {
			outlineNode(w, "  ", &m.node.Nodes[i])
		}
	}
	if len(m.env.Diagnostics) == 0 {
		return
	}
	fmt.Fprintln(w, "  diagnostics")
	for _, g := range m.env.Diagnostics {
		_, line, column := d.place(g.Offset)
		fmt.Fprintf(w, "    %d:%d %s\n", line, column, strings.Join(said(g), ": "))
	}
	if m.env.MoreDiagnostics > 0 {
		fmt.Fprintf(w, "    and %d more\n", m.env.MoreDiagnostics)
	}
}

// said is what a diagnostic says, but for its place.
func said(g soap.Diagnostic) (parts []string) {
	for _, s := range []string{g.Path, g.Code.String(), g.Detail} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return parts
}

// title is the first line.
func (m *message) title() []string {
	t := []string{"no message"}
	if m.env.Message != nil {
		t[0] = m.env.Message.Method()
	}
	if v := m.env.Version.String(); v != "" {
		t = append(t, "CWMP "+v)
	}
	if m.env.HasID {
		t = append(t, "ID "+strconv.Quote(m.env.ID))
	}
	return t
}

// header lists the header elements that are there, but for the ID.
func header(e *rpc.Envelope) (lines []string) {
	add := func(there bool, format string, args ...any) {
		if there {
			lines = append(lines, fmt.Sprintf("header "+format, args...))
		}
	}
	add(e.HoldRequests, "HoldRequests %v", e.HoldRequests)
	add(e.HasNoMoreRequests, "NoMoreRequests %v", e.NoMoreRequests)
	add(e.HasSessionTimeout, "SessionTimeout %d", e.SessionTimeout)
	add(e.SupportedCWMPVersions != "", "SupportedCWMPVersions %q", e.SupportedCWMPVersions)
	add(e.UseCWMPVersion != "", "UseCWMPVersion %q", e.UseCWMPVersion)
	for _, raw := range e.Header {
		add(true, "%s in %q", raw.Local, raw.Space)
	}
	return lines
}

func outlineNode(w *bufio.Writer, indent string, n *rpc.Node) {
	f := n.Field
	switch {
	case f.Item != "":
		fmt.Fprintf(w, "%s%s %s[%d]\n", indent, f.Name, f.Item, len(n.Nodes))
		for i := range n.Nodes {
			outlineItem(w, indent+"  ", f.Item, &n.Nodes[i])
		}
	case f.Many:
		for i := range n.Nodes {
			outlineItem(w, indent, f.Name, &n.Nodes[i])
		}
	default:
		outlineItem(w, indent, f.Name, n)
	}
}

// outlineItem is outlineNode for one element, which may be an item.
func outlineItem(w *bufio.Writer, indent, name string, n *rpc.Node) {
	w.WriteString(indent + name)
	if typ := typeName(n); typ != name && typ != "" {
		w.WriteString(" " + typ)
	}
	if n.Field.Kind != rpc.FieldStruct {
		w.WriteString(" " + valueText(n))
	}
	w.WriteByte('\n')
	if n.Field.Kind == rpc.FieldStruct {
		for i := range n.Nodes {
			outlineNode(w, indent+"  ", &n.Nodes[i])
		}
	}
}

// typeName is an element's type: that which it says of itself, or the schema's.
func typeName(n *rpc.Node) string {
	switch {
	case n.HasType:
		quoted := strconv.Quote(n.Type)
		if quoted == `"`+n.Type+`"` && n.Type != "" {
			return n.Type
		}
		return quoted
	case n.Field.Kind == rpc.FieldValue:
		return "untyped"
	case n.Field.Kind == rpc.FieldStruct:
		return n.Field.Type
	}
	return n.Field.Kind.String()
}

// valueText is a leaf's value: a number or a boolean as it is, all else quoted.
func valueText(n *rpc.Node) string {
	if v, ok := msgjson.Literal(n); ok {
		return v
	}
	return strconv.Quote(n.Text)
}

// outlineXML is an outline of an element that the library takes for a vendor's.
// The declarations around it do not matter: prefixes are not shown.
func outlineXML(w *bufio.Writer, xml []byte) {
	d := soap.NewDecoderBytes(xml, soap.Config{})
	open := false // a start tag is the last that was written
	for {
		kind, _ := d.Next()
		switch kind {
		case soap.KindEOF:
			return
		case soap.KindStart:
			if open {
				w.WriteByte('\n')
			}
			if open = d.Depth() > 1; !open {
				continue // the method
			}
			_, local := d.Name()
			fmt.Fprintf(w, "%s%s", strings.Repeat("  ", d.Depth()-1), local)
			if typ, ok := d.Attr(soap.NSXSI, "type"); ok {
				fmt.Fprintf(w, " %q", typ)
			}
		case soap.KindText:
			outlineText(w, d, &open)
		case soap.KindEnd:
			if open {
				w.WriteByte('\n')
			}
			open = false
		}
	}
}

// outlineText writes a text behind its start tag, or on a line of its own.
func outlineText(w *bufio.Writer, d *soap.Decoder, open *bool) {
	if strings.Trim(string(d.Text()), " \t\r\n") == "" {
		return
	}
	if !*open {
		w.WriteString(strings.Repeat("  ", d.Depth()))
	} else {
		w.WriteByte(' ')
	}
	fmt.Fprintf(w, "%q\n", d.Text())
	*open = false
}
