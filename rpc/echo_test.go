package rpc_test

// NOTE: answering a peer in the prefixes that it uses itself.

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reflectFields are the names of a struct's fields.
func reflectFields(v any) (names []string) {
	for i := range reflect.TypeOf(v).NumField() {
		names = append(names, reflect.TypeOf(v).Field(i).Name)
	}
	return names
}

// anyStyle tells whether a golden document's style sets a field.
func anyStyle(field string) bool {
	for _, g := range styleGoldens() {
		if !reflect.ValueOf(g.style).FieldByName(field).IsZero() {
			return true
		}
	}
	return false
}

const echoDoc = `<%[1]s:Envelope xmlns:%[1]s="http://schemas.xmlsoap.org/soap/envelope/" %[2]s>` +
	`<%[1]s:Body><%[3]s:GetRPCMethods xmlns:%[3]s="urn:dslforum-org:cwmp-1-0"/></%[1]s:Body></%[1]s:Envelope>`

func TestEcho(t *testing.T) {
	for _, c := range []struct {
		envelope, attrs, cwmp string
		want                  rpc.Style
	}{
		{"SOAP-ENV", `xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"`, "cwmp", rpc.Style{EnvelopePrefix: "SOAP-ENV", EncodingPrefix: "SOAP-ENC", CWMPPrefix: "cwmp"}},
		{"soap", `xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:i="http://www.w3.org/1999/XMLSchema-instance"`, "c.1", rpc.Style{EnvelopePrefix: "soap", CWMPPrefix: "c.1", XSDPrefix: "xs", XSIPrefix: "i"}},
		{"cwmp", "", "soap-env", rpc.Style{EnvelopePrefix: "cwmp", CWMPPrefix: "soap-env"}},
		{"xsd", `xmlns:xsi="http://schemas.xmlsoap.org/soap/encoding/"`, "soap-enc", rpc.Style{EnvelopePrefix: "xsd", EncodingPrefix: "xsi", CWMPPrefix: "soap-enc", XSDPrefix: "xsd-own", XSIPrefix: "xsi-own"}},
		{"e\u00e9", "", "XMLish", rpc.Style{}},
	} {
		style := rpc.Style{NoDeclaration: true, EnvelopePrefix: "old", XSIPrefix: "old"}
		env, err := requireSame(t, fmt.Sprintf(echoDoc, c.envelope, c.attrs, c.cwmp), rpc.Config{Echo: &style})
		require.NoError(t, err)
		c.want.NoDeclaration = true // what is no prefix stays
		assert.Equal(t, c.want, style)
		b, err := rpc.NewEnvelope(env.Version, "1", goldenInform()).Append(nil, style)
		require.NoError(t, err, "%+v", style)
		again := parse(t, string(b))
		assert.Equal(t, rpc.V10, again.Version)
		assert.Equal(t, "ACME", again.Message.(*rpc.Inform).DeviceID.Manufacturer)
	}
}

// TestEchoDefault: a default namespace is no prefix to be used.
func TestEchoDefault(t *testing.T) {
	style := rpc.Style{}
	doc := `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Reboot xmlns="urn:dslforum-org:cwmp-1-2"/></Body></Envelope>`
	_, err := rpc.Parse([]byte(doc), rpc.Config{Echo: &style})
	require.NoError(t, err)
	assert.Zero(t, style)
}

// TestEchoCaptures: what a device sends is written back in its prefixes.
func TestEchoCaptures(t *testing.T) {
	dir := shared(t, "captures")
	for _, c := range captures {
		doc, err := os.ReadFile(filepath.Join(dir, c.file))
		require.NoError(t, err)
		style := rpc.Style{}
		env, err := rpc.Parse(doc, rpc.Config{Echo: &style})
		require.NoError(t, err)
		require.NotEmpty(t, style.EnvelopePrefix, c.file)
		require.Contains(t, string(doc), "<"+style.EnvelopePrefix+":Envelope", c.file)
		require.Contains(t, string(doc), style.CWMPPrefix+":ID", c.file)
		b, err := env.Append(nil, style)
		require.NoError(t, err, c.file)
		assert.Contains(t, string(b), "<"+style.EnvelopePrefix+":Envelope", c.file)
		assert.Contains(t, string(b), "<"+style.CWMPPrefix+":ID", c.file)
	}
}
