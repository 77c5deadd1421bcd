package main

// NOTE: the outline, which a person reads, compared with a file; and that nothing
// of a message reaches a terminal as it is.

import (
	"flag"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the files in testdata")

// outlined are documents that have something of everything between them.
var outlined = []string{
	messages + "Inform.xml", messages + "header-inform.xml", messages + "header-legacy.xml", messages + "header-block.xml",
	messages + "GetRPCMethodsResponse.xml", messages + "SetParameterAttributes.xml", messages + "SetVouchers.xml",
	messages + "ChangeDUState-all.xml", messages + "DUStateChangeComplete-failed.xml", messages + "FactoryReset.xml",
	messages + "Fault-parameters.xml", messages + "Fault-soap.xml", messages + "vendor.xml",
	quirks + "X1-control.xml", quirks + "X4-latin1.xml", quirks + "X10-indented.xml", quirks + "X11-doctype.xml",
	quirks + "S11-deeper.xml", quirks + "T5-no-type.xml", quirks + "T6-json.xml", quirks + "T9-nonsense.xml", quirks + "T10-nonsense.xml",
	quirks + "T18-vendor-fields.xml", quirks + "E2-identity-twice.xml", "testdata/empty.xml", "testdata/vendor.xml", "testdata/none.xml",
}

func TestOutline(t *testing.T) {
	require.NoError(t, os.MkdirAll("testdata", 0o777))
	status, stdout, stderr := play(t, "", outlined...)
	assert.Equal(t, exitRefused, status)
	assert.Empty(t, stderr)
	sameAsFile(t, "testdata/outline.txt", stdout)
}

// TestPrintable: escapes of a terminal, in whatever place.
func TestPrintable(t *testing.T) {
	const esc = "\x1b[31m\u202e"
	for _, doc := range []string{
		inform("<ParameterList><P><Name>" + esc + "</Name><Value xsi:type='" + esc + "'>" + esc + "</Value></P></ParameterList>"),
		envelope("urn:dslforum-org:cwmp-1-0", "<x xmlns='u"+esc+"'/>", "<c:X><a xsi:type='"+esc+"'>"+esc+"</a>"+esc+"</c:X>"),
		envelope("urn:dslforum-org:cwmp-1-2", "<c:UseCWMPVersion>"+esc+"</c:UseCWMPVersion>", "<e:Fault><faultcode>"+esc+"</faultcode></e:Fault>"),
		"<?xml version='1.0' encoding='" + esc + "'?><a/>", "<" + esc + ">", "<a>&" + esc + ";</a>",
	} {
		for _, args := range []string{"-", "-check -", "-json -"} {
			_, stdout, _ := play(t, doc, strings.Fields(args)...)
			for _, r := range stdout {
				require.True(t, unicode.IsPrint(r) || r == '\n' || args == "-json -" && r == '\u202e', "%q in %q", r, stdout)
			}
		}
	}
}
