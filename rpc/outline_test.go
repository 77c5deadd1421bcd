package rpc_test

// NOTE: an envelope as text for people, to be compared with files: what is empty
// is left out, and every text is quoted, so that its bytes can be seen.

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// outline writes down what was read.
func outline(env *rpc.Envelope) string {
	var b strings.Builder
	for i, v := range reflect.ValueOf(env).Elem().Fields() {
		if name := i.Name; name != "Diagnostics" && name != "MoreDiagnostics" && name != "Message" && name != "Unknown" {
			outlineValue(&b, "", name, v)
		}
	}
	switch m := env.Message.(type) {
	case nil:
		b.WriteString("no message\n")
	case *rpc.Vendor:
		outlineValue(&b, "", "Vendor", reflect.ValueOf(m.Raw.XML))
	default:
		outlineValue(&b, "", m.Method(), reflect.ValueOf(m).Elem())
	}
	for _, u := range env.Unknown {
		fmt.Fprintf(&b, "unknown %s: %q\n", u.Path, u.Raw.XML)
	}
	return b.String()
}

func outlineValue(b *strings.Builder, indent, name string, v reflect.Value) {
	switch {
	case v.IsZero() && indent != "" && v.Kind() != reflect.String:
		return
	case v.IsZero() && indent == "" && v.Kind() != reflect.Struct:
		return
	case v.Type() == reflect.TypeFor[[]byte]():
		fmt.Fprintf(b, "%s%s: %q\n", indent, name, v.Bytes())
	case v.Kind() == reflect.Struct:
		fmt.Fprintf(b, "%s%s\n", indent, name)
		for f, field := range v.Fields() {
			outlineValue(b, indent+"  ", f.Name, field)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			outlineValue(b, indent, fmt.Sprintf("%s[%d]", name, i), v.Index(i))
		}
	case v.Kind() == reflect.String:
		fmt.Fprintf(b, "%s%s: %q\n", indent, name, v.String())
	default:
		fmt.Fprintf(b, "%s%s: %v\n", indent, name, v.Interface())
	}
}

// listed are diagnostics, one a line.
func listed(diagnostics []soap.Diagnostic) string {
	var b strings.Builder
	for _, d := range diagnostics {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

// codesOf are the codes of diagnostics, those that follow each other once.
func codesOf(diagnostics []soap.Diagnostic) string {
	var all []string
	for _, d := range diagnostics {
		if n := len(all); n == 0 || all[n-1] != d.Code.String() {
			all = append(all, d.Code.String())
		}
	}
	return strings.Join(all, " ")
}
