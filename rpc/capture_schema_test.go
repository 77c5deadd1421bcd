package rpc_test

// NOTE: the captures written again. What the devices got wrong in the form is right
// then, and the schemas accept it; what is wrong in a value of a device's own stays,
// as no value is mended, and is listed here.

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ownValues are what the schemas have against captures that were written again, for
// each file: the element, and a value in it that is the device's own.
var ownValues = map[string]map[string][]string{
	"lukepicci-Inform-0273.xml": {"OUI": {"a06518"}}, // in lower case
	"lukepicci-GetParameterValuesResponse-0276.xml": {"Value": { // all of them are called unsignedInt
		"Bootloader: 205_001 171.14, Kernel: 205_002 178.0, Filesys: 205I004 411.29.1_C_526_4, RMM: 5.2.6bc4, Router: 1.0.17, GPS: GSW3.5.0_3.5.00.00-SDK-3EP1.00a",
		"Bootloader: 205_001 171.14, Kernel: 205_002 178.0, Filesys: 205I004 411.29.1_C_526_4",
		"1.0.21 1.0.23", "0001-01-01T00:00:00", "SW_UPGRADE", "https://acs.cisco.com/baseurl", "https://acs.cisco.com/crlbaseurl", "Service enabled",
	}},
}

// valueComplaint is a complaint of xmllint's about the value of an element.
var valueComplaint = regexp.MustCompile(`/(\d+)\.xml:\d+: element (\w+): Schemas validity error : .*?'\w+': (?:\[facet 'pattern'\] The value )?'(.*)' is not (?:a valid|accepted)`)

func TestCaptureSchema(t *testing.T) {
	dir := shared(t, "captures")
	var docs []string
	for _, c := range captures {
		b, err := os.ReadFile(filepath.Join(dir, c.file))
		require.NoError(t, err)
		env, err := rpc.Parse(b, rpc.Config{})
		require.NoError(t, err)
		docs = append(docs, encode(t, env))
	}
	valid, out := validity(t, "envelope-1-4.xsd", docs)
	got := map[string]map[string][]string{}
	for _, line := range complaint.FindAllString(out, -1) {
		m := valueComplaint.FindStringSubmatch(line)
		require.NotNil(t, m, "it is not about a value: %s", line)
		i, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		all := got[captures[i].file]
		if all == nil {
			all = map[string][]string{}
			got[captures[i].file] = all
		}
		all[m[2]] = append(all[m[2]], m[3])
	}
	assert.Equal(t, ownValues, got)
	for i, c := range captures {
		assert.Equal(t, ownValues[c.file] == nil, valid[i], c.file)
		_, err := rpc.Parse([]byte(docs[i]), rpc.Config{Level: soap.Strict})
		if valid[i] {
			assert.NoError(t, err, "%s: Strict reads what is valid", c.file)
		}
	}
}
