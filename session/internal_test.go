package session

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what cannot be seen from outside: states that are left before a call returns,
// and the shape of the tables.

func TestStateNames(t *testing.T) {
	request := rpc.NewEnvelope(rpc.V12, "1", &rpc.Reboot{})
	cpe := map[state]string{
		cpeNew: "not started", cpeInforming: "waiting for InformResponse", cpeTurn: "holding the floor",
		cpeRequesting: "waiting for the answer to Reboot", cpeListening: "waiting for a request or an empty response",
		cpeServing: "answering Reboot", cpeOver: "over",
	}
	for s := range numCPEStates {
		c := CPE{machine: machine{state: s, sent: request, open: asked{is: true, method: "Reboot"}}}
		assert.Equal(t, cpe[s], c.State())
	}
	acs := map[state]string{
		acsNew: "waiting for an Inform", acsServing: "answering Reboot", acsListening: "listening",
		acsFloor: "holding the floor", acsRequesting: "waiting for the answer to Reboot", acsOver: "over",
	}
	for s := range numACSStates {
		a := ACS{machine: machine{state: s, sent: request, open: asked{is: true, method: "Reboot"}}}
		assert.Equal(t, acs[s], a.State())
	}
}

// A cell that is not empty goes to a state, so that it differs from a breach, and no
// cell takes what is neither a request nor an answer.
func TestTableShape(t *testing.T) {
	for _, table := range [][][numInputs]rule{standardCPE.table[:], standardACS.table[:]} {
		for _, row := range table {
			assert.Zero(t, row[inOther])
			for _, r := range row {
				assert.Equal(t, r == rule{}, r.next == 0)
			}
		}
	}
	assert.Zero(t, standardCPE.table[0])
	assert.Zero(t, standardACS.table[0])
}
