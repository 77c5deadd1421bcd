package rpc_test

// NOTE: what it means that a message survives being written: equal, but for the
// few things that writing makes explicit. They are listed here and nowhere else.

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
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
	requireRoundTripAt(tb, env, soap.Tolerant)
}

// requireRoundTripAt reads at a level. At Strict, what is written has to be right.
func requireRoundTripAt(tb testing.TB, env *rpc.Envelope, level soap.Level) {
	tb.Helper()
	once := parseWide(tb, encode(tb, env), level)
	require.Equal(tb, normal(env), normal(once))
	twice := parseWide(tb, encode(tb, once), level)
	require.Equal(tb, normal(once), normal(twice))
	require.Equal(tb, twice, parseWide(tb, encode(tb, twice), level))
}

// parseWide is parse with room for what writing adds: references for the
// letters outside ASCII, declarations for a Raw.
func parseWide(tb testing.TB, doc string, level soap.Level) *rpc.Envelope {
	tb.Helper()
	cfg := rpc.Config{Level: level, Limits: soap.Limits{MaxAttrs: 1000, MaxNamespaces: 1000, MaxText: 1 << 28, MaxBytes: 1 << 30}}
	env, err := rpc.Parse([]byte(doc), cfg)
	require.NoError(tb, err, "%.2000s", doc)
	return quiet(env)
}

// readName is what reading makes of a name: without the white space around it if
// there is a line break in that.
func readName(s string) string {
	if t := strings.Trim(s, " \t\r\n"); t != s && strings.ContainsAny(s, "\r\n") {
		return t
	}
	return s
}

// normal is a copy of an envelope as it is after it was written: every
// difference that writing may make is one of these lines.
func normal(env *rpc.Envelope) *rpc.Envelope {
	e := *env
	quiet(&e)
	if e.Version == 0 || e.Version > rpc.V12 || !saysVersion(env) {
		e.Version = rpc.V12 // 1.3 and 1.4 have the namespace of 1.2
	}
	if e.Version == rpc.V12 {
		e.Version = toldVersion(env)
	}
	e.Header = nil
	for _, raw := range env.Header {
		e.Header = append(e.Header, normalRaw(raw))
	}
	e.Message = normalMessage(e.Message)
	return &e
}

// toldVersion is what the header of an envelope in the namespace of 1.2 tells.
func toldVersion(env *rpc.Envelope) rpc.Version {
	told := rpc.V12
	for i, name := range []string{"1.3", "1.4"} {
		v := rpc.V13 + rpc.Version(i)
		offered := slices.ContainsFunc(strings.Split(string(env.SupportedCWMPVersions), ","), func(s string) bool { return strings.Trim(s, " \t\r\n") == name })
		switch chosen := strings.Trim(env.UseCWMPVersion, " \t\r\n"); {
		case env.UseCWMPVersion != "":
			if chosen == name {
				told = v
			}
		case env.SupportedCWMPVersions != "":
			if offered {
				told = v
			}
		case env.HasSessionTimeout:
			told = rpc.V13
		}
	}
	return told
}

// saysVersion is false when nothing that is written is in the CWMP namespace.
func saysVersion(env *rpc.Envelope) bool {
	_, vendor := env.Message.(*rpc.Vendor)
	f, fault := env.Message.(*rpc.Fault)
	header := env.HasID || env.HoldRequests || env.HasSessionTimeout || env.SupportedCWMPVersions != "" || env.UseCWMPVersion != "" || env.HasNoMoreRequests
	return header || !vendor && !(fault && f.FaultCode == 0)
}

// normalMessage copies a message through reflection: a time that is not there is
// the Unknown Time, but for the one that is left out, and a type is a type of xsd.
func normalMessage(m rpc.Message) rpc.Message {
	switch m := m.(type) {
	case nil:
		return nil
	case *rpc.Inform:
		in := *m
		in.MaxEnvelopes = max(in.MaxEnvelopes, 1)
		return normalCopy(&in)
	case *rpc.InformResponse:
		return &rpc.InformResponse{MaxEnvelopes: max(m.MaxEnvelopes, 1)}
	case *rpc.Fault:
		return normalFault(m)
	case *rpc.Vendor:
		return &rpc.Vendor{Raw: normalRaw(m.Raw)}
	}
	return normalCopy(m)
}

func normalCopy(m rpc.Message) rpc.Message {
	v := reflect.New(reflect.TypeOf(m).Elem())
	v.Elem().Set(normalValue(reflect.ValueOf(m).Elem()))
	return v.Interface().(rpc.Message)
}

// normalValue copies a struct, a slice or a leaf.
func normalValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch x := v.Interface().(type) {
	case rpc.DateTime:
		return reflect.ValueOf(normalTime(x))
	case rpc.Value:
		x.Type = normalType(x.Type)
		return reflect.ValueOf(x)
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if _, option := v.Interface().(rpc.Option); option && v.Type().Field(i).Name == "ExpirationDate" {
				out.Field(i).Set(v.Field(i))
				continue
			}
			out.Field(i).Set(normalValue(v.Field(i)))
		}
	case reflect.Slice:
		for i := range v.Len() {
			out = reflect.Append(out, normalValue(v.Index(i)))
		}
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Len() == 0 {
			out = reflect.MakeSlice(v.Type(), 0, 0) // base64 of nothing
		}
	default:
		out.Set(v)
	}
	return out
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

func normalFault(m *rpc.Fault) *rpc.Fault {
	f := *m
	if f.SOAPCode == "" {
		f.SOAPCode = f.FaultCode.Class()
	}
	if f.SOAPText == "" {
		f.SOAPText = "CWMP fault"
	}
	if f.FaultCode == 0 {
		f.FaultString, f.Parameters = "", nil // no detail is written
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
