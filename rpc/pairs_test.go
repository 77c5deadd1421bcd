package rpc_test

// NOTE: the long lists are written by a way of their own. These tests compare it
// with the walk over the items' Fields, which a style of any kind leads to.

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walked is a style that changes nothing in clean texts.
var walked = rpc.Style{Replacement: "?"}

var pairTexts = []string{"", "0", "192.168.1.1", "Device.ManagementServer.URL", "K\u00fcche & Bad <1>", "\t\"x\"\r\n", "~\x7f"}

// randomPairs is one of the messages with such a list.
func randomPairs(r *rand.Rand) rpc.Message {
	text := func() string { return pairTexts[r.IntN(len(pairTexts))] }
	types := []string{rpc.TypeString, rpc.TypeUnsignedLong, "", "xs:boolean", "soap-enc:base64", "string", "vendor:t<"}
	var values []rpc.ParameterValue
	var infos []rpc.ParameterInfo
	for range r.IntN(8) {
		name := text()
		if r.IntN(20) == 0 {
			name = strings.Repeat("\u00fc", 200) // 400 bytes, 200 characters
		}
		values = append(values, rpc.ParameterValue{Name: name, Value: rpc.Value{Type: types[r.IntN(len(types))], Text: text()}})
		infos = append(infos, rpc.ParameterInfo{Name: name, Writable: r.IntN(2) == 0})
	}
	switch r.IntN(4) {
	case 0:
		return &rpc.GetParameterValuesResponse{ParameterList: values}
	case 1:
		return &rpc.SetParameterValues{ParameterList: values, ParameterKey: text()}
	case 2:
		return &rpc.GetParameterNamesResponse{ParameterList: infos}
	}
	return &rpc.Inform{ParameterList: values}
}

func TestPairsAreTheWalk(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		env := rpc.NewEnvelope(rpc.V12, "1", randomPairs(r))
		want, err := env.Append(nil, walked)
		require.NoError(t, err)
		got, err := env.Append(nil, rpc.Style{})
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
}

// TestPairErrors: a bad item is refused with the place that the walk gives.
func TestPairErrors(t *testing.T) {
	long := strings.Repeat("a", 257)
	for _, m := range []rpc.Message{
		&rpc.GetParameterValuesResponse{ParameterList: []rpc.ParameterValue{{Name: long}}},
		&rpc.GetParameterNamesResponse{ParameterList: []rpc.ParameterInfo{{Name: long}}},
	} {
		_, err := rpc.NewEnvelope(rpc.V12, "1", m).Append(nil, rpc.Style{})
		bad, ok := errors.AsType[*rpc.ValueError](err)
		require.True(t, ok, m.Method())
		assert.ErrorIs(t, err, rpc.ErrLength)
		item := map[bool]string{true: "ParameterValueStruct", false: "ParameterInfoStruct"}[m.Method() == "GetParameterValuesResponse"]
		assert.Equal(t, "/Envelope/Body/"+m.Method()+"/ParameterList/"+item+"/Name", bad.Path)
	}
	m := &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: "a"}, {Name: "b", Value: rpc.StringValue("\x01")}}}
	_, err := rpc.NewEnvelope(rpc.V12, "1", m).Append(nil, rpc.Style{})
	require.ErrorIs(t, err, soap.ErrChar)
	bad, ok := errors.AsType[*soap.EncodeError](err)
	require.True(t, ok)
	assert.Equal(t, "/Envelope/Body/SetParameterValues/ParameterList/ParameterValueStruct/Value", bad.Path)
}
