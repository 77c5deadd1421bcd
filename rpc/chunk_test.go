package rpc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: strings that are cut from chunks: each whole and apart from the others,
// whatever their lengths, and few allocations for many.

func TestStringsOfEveryLength(t *testing.T) {
	m := &rpc.GetParameterValuesResponse{}
	for n := range 400 {
		for _, size := range []int{n, n % 7, 8<<10 - 200 + n} {
			text := strings.Repeat(string(rune('a'+n%26)), size)
			m.ParameterList = append(m.ParameterList, rpc.ParameterValue{Name: "Device.X", Value: rpc.StringValue(text)})
		}
	}
	b, err := rpc.NewEnvelope(rpc.V12, "1", m).Append(nil, rpc.Style{})
	require.NoError(t, err)
	env, err := rpc.Parse(b, rpc.Config{})
	require.NoError(t, err)
	clear(b)
	assert.Equal(t, m, env.Message)
}

func TestStringsAllocate(t *testing.T) {
	doc, err := rpc.NewEnvelope(rpc.V12, "1", benchValues(1000)).Append(nil, rpc.Style{})
	require.NoError(t, err)
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	allocs := testing.AllocsPerRun(20, func() {
		if _, err := rpc.Parse(doc, rpc.Config{}); err != nil {
			t.Error(err)
		}
	})
	assert.LessOrEqual(t, allocs, 60.0, "2,000 strings")
}
