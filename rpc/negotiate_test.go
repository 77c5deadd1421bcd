package rpc_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: every set of versions against every other, with an oracle that thinks in
// sets, and the envelopes go over the wire.

var allVersions = []rpc.Version{rpc.V10, rpc.V11, rpc.V12, rpc.V13, rpc.V14}

// subsets are all sets of versions but the empty one.
func subsets() (all [][]rpc.Version) {
	for bits := 1; bits < 1<<len(allVersions); bits++ {
		var set []rpc.Version
		for i, v := range allVersions {
			if bits>>i&1 != 0 {
				set = append(set, v)
			}
		}
		all = append(all, set)
	}
	return all
}

// wired writes and reads an envelope.
func wired(t *testing.T, env *rpc.Envelope) *rpc.Envelope {
	b, err := env.Append(nil, rpc.Style{})
	require.NoError(t, err)
	got, err := rpc.Parse(b, rpc.Config{})
	require.NoError(t, err)
	return got
}

func TestVersionsAreAgreed(t *testing.T) {
	for _, offered := range subsets() {
		inform := rpc.NewEnvelope(offered[len(offered)-1], "1", &rpc.Inform{})
		inform.SupportedCWMPVersions = rpc.ListVersions(offered...)
		inform = wired(t, inform)
		for _, spoken := range subsets() {
			var common rpc.Version
			for _, v := range allVersions {
				if slices.Contains(offered, v) && slices.Contains(spoken, v) {
					common = v
				}
			}
			v, use, err := rpc.AgreeVersion(inform, spoken...)
			if common == 0 {
				assert.ErrorIs(t, err, rpc.FaultACSVersionIncompatible)
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, common, v)
			response := rpc.NewEnvelope(v, "1", &rpc.InformResponse{})
			response.UseCWMPVersion = use
			accepted, err := rpc.AcceptVersion(wired(t, response), offered...)
			require.NoError(t, err)
			assert.Equal(t, common, accepted, "both ends mean the same")
		}
	}
}

// A CPE before 1.4 is known by its namespace and by SessionTimeout, and is not told
// what it would not understand.
func TestVersionsBefore14(t *testing.T) {
	for _, tt := range []struct {
		version rpc.Version
		timeout bool
		want    rpc.Version
	}{{rpc.V10, false, rpc.V10}, {rpc.V11, false, rpc.V11}, {rpc.V12, false, rpc.V12}, {rpc.V12, true, rpc.V13}} {
		inform := rpc.NewEnvelope(tt.version, "1", &rpc.Inform{})
		inform.SessionTimeout, inform.HasSessionTimeout = 60, tt.timeout
		v, use, err := rpc.AgreeVersion(wired(t, inform), allVersions...)
		require.NoError(t, err)
		assert.Equal(t, tt.want, v)
		assert.Empty(t, use)
		_, _, err = rpc.AgreeVersion(inform, rpc.V14)
		assert.ErrorIs(t, err, rpc.FaultACSVersionIncompatible)
	}
}

// An ACS before 1.4 answers in the namespace of its version.
func TestVersionsOfAnOldACS(t *testing.T) {
	for version, want := range map[rpc.Version]rpc.Version{rpc.V10: rpc.V10, rpc.V11: rpc.V11, rpc.V12: rpc.V13} {
		v, err := rpc.AcceptVersion(wired(t, rpc.NewEnvelope(version, "1", &rpc.InformResponse{})), allVersions...)
		require.NoError(t, err)
		assert.Equal(t, want, v)
	}
	_, err := rpc.AcceptVersion(wired(t, rpc.NewEnvelope(rpc.V10, "1", &rpc.InformResponse{})), rpc.V12)
	assert.ErrorIs(t, err, rpc.ErrVersion)
	for _, use := range []string{"1.4", "2.0", "latest"} {
		response := rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{})
		response.UseCWMPVersion = use
		_, err := rpc.AcceptVersion(wired(t, response), rpc.V12, rpc.V13)
		assert.ErrorIs(t, err, rpc.ErrVersion, use)
	}
}
