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
// what it would not understand. SessionTimeout has no say in an older namespace.
func TestVersionsBefore14(t *testing.T) {
	for _, tt := range []struct {
		version rpc.Version
		timeout bool
		want    rpc.Version
	}{
		{rpc.V10, false, rpc.V10}, {rpc.V11, false, rpc.V11}, {rpc.V12, false, rpc.V12}, {rpc.V12, true, rpc.V13},
		{rpc.V10, true, rpc.V10}, {rpc.V11, true, rpc.V11},
	} {
		inform := rpc.NewEnvelope(tt.version, "1", &rpc.Inform{})
		inform.SessionTimeout, inform.HasSessionTimeout = 60, tt.timeout
		inform = wired(t, inform)
		for _, spoken := range subsets() {
			v, use, err := rpc.AgreeVersion(inform, spoken...)
			assert.Empty(t, use)
			if !slices.Contains(spoken, tt.want) {
				assert.Equal(t, rpc.FaultACSVersionIncompatible, err)
				assert.Zero(t, v)
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, v)
		}
	}
}

// TestVersionsUnknown: lists as peers write them, and some that offer nothing that is
// spoken here.
func TestVersionsUnknown(t *testing.T) {
	for list, want := range map[rpc.VersionList]rpc.Version{
		" 1.0 ,\t1.2\n": rpc.V12, "1.4,1.5,2.0": rpc.V14, "1.1,,": rpc.V11, "1.2,1.2,1.0": rpc.V12,
		"1.5": 0, "1.40": 0, "x,2.0": 0, "01.4": 0,
	} {
		inform := rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{})
		inform.SupportedCWMPVersions = list
		inform = wired(t, inform)
		assert.Equal(t, list, inform.SupportedCWMPVersions, "as it stands in the message")
		v, use, err := rpc.AgreeVersion(inform, allVersions...)
		assert.Equal(t, want, v, "%q", list)
		assert.Equal(t, want.String(), use)
		assert.Equal(t, want == 0, err != nil)
	}
	_, _, err := rpc.AgreeVersion(&rpc.Envelope{Message: &rpc.Inform{}}, allVersions...)
	assert.Equal(t, rpc.FaultACSVersionIncompatible, err, "an Inform in no CWMP namespace")
}

// TestVersionsGarbage: a list that names no version is as none, for the ACS and for the
// version that the header tells.
func TestVersionsGarbage(t *testing.T) {
	for _, list := range []rpc.VersionList{",", "1", " ", "1.", ".4", "1.3.1", "1;4", "v1.4", "1.4a", "-1.4", "1.\u0664", "all"} {
		for _, timeout := range []bool{false, true} {
			inform := rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{})
			inform.SessionTimeout, inform.HasSessionTimeout = 60, timeout
			none := wired(t, inform)
			inform.SupportedCWMPVersions = list
			inform = wired(t, inform)
			assert.Equal(t, list, inform.SupportedCWMPVersions, "as it stands in the message")
			assert.Equal(t, none.Version, inform.Version)
			v, use, err := rpc.AgreeVersion(inform, allVersions...)
			require.NoError(t, err, "%q", list)
			assert.Equal(t, none.Version, v)
			assert.Empty(t, use)
		}
	}
}

// TestVersionsAccepted: every set of offered versions, every namespace and every
// text of UseCWMPVersion.
func TestVersionsAccepted(t *testing.T) {
	uris := map[string]int{ // and the highest version that it can mean: 1.2 and 1.3 cannot be told apart
		"urn:dslforum-org:cwmp-1-0": 0, "urn:dslforum-org:cwmp-1-1": 1, "urn:dslforum-org:cwmp-1-2": 3, "urn:dslforum-org:cwmp-1-3": 3, "urn:dslforum-org:cwmp-1-4": 3,
	}
	uses := map[string]int{"": -1, "1.0": 0, "1.1": 1, " 1.2\n": 2, "1.3": 3, "1.4": 4, "1.5": 9, "latest": 9}
	for uri, most := range uris {
		for use, chosen := range uses {
			header := ""
			if use != "" {
				header = "<cwmp:UseCWMPVersion s:mustUnderstand='1'>" + use + "</cwmp:UseCWMPVersion>"
			}
			response := parse(t, envelopeIn(uri, header, "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>"))
			for _, offered := range subsets() {
				want := rpc.Version(0)
				for i, v := range allVersions {
					if slices.Contains(offered, v) && (i == chosen || chosen < 0 && i <= most) {
						want = v
					}
				}
				v, err := rpc.AcceptVersion(response, offered...)
				assert.Equal(t, want, v, "%s, %q, %v", uri, use, offered)
				assert.Equal(t, want == 0, err != nil)
				if err != nil {
					assert.Equal(t, rpc.ErrVersion, err)
				}
			}
		}
	}
}
