package rpc_test

// NOTE: what it means that a message survives being written: equal, but for the
// few things that writing makes explicit. They are listed here and nowhere else.

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/require"
)

// requireRoundTrip writes an envelope and reads it again: equal but for normal.
// From the second round on nothing changes any more. (The first may leave an
// envelope that says no version, whose Raw then gains a declaration.)
func requireRoundTrip(tb testing.TB, env *rpc.Envelope) {
	tb.Helper()
	once := parseWide(tb, encode(tb, env))
	require.Equal(tb, normal(env), normal(once))
	twice := parseWide(tb, encode(tb, once))
	require.Equal(tb, normal(once), normal(twice))
	require.Equal(tb, twice, parseWide(tb, encode(tb, twice)))
}

// parseWide is parse with room for what writing adds: references for the
// letters outside ASCII, declarations for a Raw.
func parseWide(tb testing.TB, doc string) *rpc.Envelope {
	tb.Helper()
	cfg := rpc.Config{Limits: soap.Limits{MaxAttrs: 1000, MaxNamespaces: 1000, MaxText: 1 << 28, MaxBytes: 1 << 30}}
	env, err := rpc.Parse([]byte(doc), cfg)
	require.NoError(tb, err, "%.2000s", doc)
	return env
}

// normal is a copy of an envelope as it is after it was written: every
// difference that writing may make is one of these lines.
func normal(env *rpc.Envelope) *rpc.Envelope {
	e := *env
	if e.Version == 0 || e.Version > rpc.V12 || !saysVersion(env) {
		e.Version = rpc.V12 // 1.3 and 1.4 have the namespace of 1.2
	}
	e.Header = nil
	for _, raw := range env.Header {
		e.Header = append(e.Header, normalRaw(raw))
	}
	e.Message = normalMessage(e.Message)
	return &e
}

// saysVersion is false when nothing that is written is in the CWMP namespace.
func saysVersion(env *rpc.Envelope) bool {
	_, vendor := env.Message.(*rpc.Vendor)
	f, fault := env.Message.(*rpc.Fault)
	return env.HasID || env.HoldRequests || !vendor && !(fault && f.Code == 0)
}

func normalMessage(m rpc.Message) rpc.Message {
	switch m := m.(type) {
	case *rpc.Inform:
		in := *m
		in.MaxEnvelopes = max(in.MaxEnvelopes, 1)
		in.CurrentTime = normalTime(in.CurrentTime)
		in.ParameterList = normalValues(in.ParameterList)
		return &in
	case *rpc.InformResponse:
		return &rpc.InformResponse{MaxEnvelopes: max(m.MaxEnvelopes, 1)}
	case *rpc.SetParameterValues:
		return &rpc.SetParameterValues{ParameterList: normalValues(m.ParameterList), ParameterKey: m.ParameterKey}
	case *rpc.GetParameterValuesResponse:
		return &rpc.GetParameterValuesResponse{ParameterList: normalValues(m.ParameterList)}
	case *rpc.TransferComplete:
		tc := *m
		tc.StartTime, tc.CompleteTime = normalTime(tc.StartTime), normalTime(tc.CompleteTime)
		return &tc
	case *rpc.Fault:
		return normalFault(m)
	case *rpc.Vendor:
		return &rpc.Vendor{Raw: normalRaw(m.Raw)}
	}
	return m
}

// normalRaw writes down what encoding/xml finds in a Raw, whose tag may have
// gained declarations: expanded names, attributes and text.
func normalRaw(raw soap.Raw) soap.Raw {
	var doc, found bytes.Buffer
	doc.WriteString("<scope")
	for _, ns := range raw.Scope {
		doc.WriteString(" xmlns")
		if ns.Prefix != "" {
			doc.WriteString(":" + ns.Prefix)
		}
		doc.WriteString(`="`)
		_ = xml.EscapeText(&doc, []byte(ns.URI))
		doc.WriteString(`"`)
	}
	fmt.Fprintf(&doc, ">%s</scope>", raw.XML)
	d := xml.NewDecoder(&doc)
	for {
		token, err := d.Token()
		if err != nil {
			fmt.Fprint(&found, err == io.EOF)
			return soap.Raw{Space: raw.Space, Local: raw.Local, XML: found.Bytes()}
		}
		writeToken(&found, token)
	}
}

// writeToken leaves out declarations and the element around the Raw.
func writeToken(w io.Writer, token xml.Token) {
	switch token := token.(type) {
	case xml.StartElement:
		if token.Name.Local == "scope" {
			return
		}
		fmt.Fprintf(w, "%q", token.Name)
		for _, a := range token.Attr {
			if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
				fmt.Fprintf(w, " %q=%q", a.Name, a.Value)
			}
		}
		fmt.Fprintln(w)
	case xml.EndElement:
		fmt.Fprintln(w, "end")
	default:
		fmt.Fprintf(w, "%T %q\n", token, token)
	}
}

func normalTime(d rpc.DateTime) rpc.DateTime {
	if d == "" {
		return rpc.UnknownTime
	}
	return d
}

// normalValues writes the schema's types under the prefix xsd.
func normalValues(list []rpc.ParameterValue) []rpc.ParameterValue {
	var all []rpc.ParameterValue
	for _, p := range list {
		p.Value.Type = normalType(p.Value.Type)
		all = append(all, p)
	}
	return all
}

func normalFault(m *rpc.Fault) *rpc.Fault {
	f := *m
	if f.SOAPCode == "" {
		f.SOAPCode = f.Code.Class()
	}
	if f.SOAPText == "" {
		f.SOAPText = "CWMP fault"
	}
	if f.Code == 0 {
		f.Text, f.Parameters = "", nil // no detail is written
	}
	return &f
}

// schemaTypes are written under xsd, whatever prefix they had.
var schemaTypes = strings.Fields("string int integer long short unsignedInt unsignedLong unsignedShort unsignedByte" +
	" boolean dateTime base64Binary hexBinary decimal float double anyURI")

// normalType is what is written for an xsi:type. A prefix that the encoder
// declares stays, and so does a type that nobody knows.
func normalType(typ string) string {
	prefix, local, prefixed := strings.Cut(typ, ":")
	if !prefixed {
		prefix, local = "", typ
	}
	switch {
	case typ == "":
		return "xsd:string"
	case slices.Contains([]string{"soap-enc", "xsd", "xsi", "cwmp"}, prefix):
		return typ
	case slices.Contains(schemaTypes, local):
		return "xsd:" + local
	}
	return typ
}
