package rpc_test

// NOTE: the table of faults, held against the registry, against itself and against
// a second writing of it: for each code the methods, as TR-069 A.5 has it.

import (
	"slices"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
)

const (
	transfers = "Download Upload ScheduleDownload"
	objects   = "AddObject DeleteObject"
	reads     = "GetParameterValues GetParameterAttributes"
	queues    = "GetQueuedTransfers GetAllQueuedTransfers"
	reports   = "TransferComplete AutonomousTransferComplete DUStateChangeComplete AutonomousDUStateChangeComplete"
	asks      = "Inform Kicked RequestDownload"
)

// whereFaults says by code which methods may be answered with it.
var whereFaults = map[rpc.FaultCode]string{
	9003: transfers + " " + objects + " " + reads + " SetParameterValues GetParameterNames SetParameterAttributes Reboot ScheduleInform SetVouchers GetOptions FactoryReset",
	9004: transfers + " " + reads + " SetParameterValues SetParameterAttributes AddObject ScheduleInform SetVouchers ChangeDUState",
	9005: objects + " " + reads + " GetParameterNames SetParameterAttributes",
	9009: "SetParameterAttributes",
	9010: "Download ScheduleDownload",
	9011: "Upload",
	9012: "Download Upload",
	9013: transfers,
	9021: "CancelTransfer",
	8003: reports + " " + asks,
	8004: reports + " " + asks,
	8006: "Inform",
}

// everywhere are the codes that any request may be answered with.
var everywhere = []rpc.FaultCode{8000, 8001, 8002, 8005, 9000, 9001, 9002}

func TestFaultsOfMethods(t *testing.T) {
	for _, row := range (rpc.Registry{}).Rows() {
		for _, side := range []rpc.Side{rpc.ToCPE, rpc.ToACS} {
			if row.To&side == 0 {
				assert.Nil(t, rpc.Faults(row.Name, side), row.Name)
				continue
			}
			var want []rpc.FaultCode
			for code := rpc.FaultCode(8000); code < 9900; code++ {
				listed := slices.Contains(strings.Fields(whereFaults[code]), row.Name) || slices.Contains(everywhere, code)
				if listed && code.Side() == side {
					want = append(want, code)
				}
				vendor := code.Side() == side && code.IsVendor()
				assert.Equal(t, listed && code.Side() == side || vendor, code.Answers(row.Name, side), "%s, %d", row.Name, uint32(code))
			}
			assert.Equal(t, want, rpc.Faults(row.Name, side), row.Name)
		}
	}
	rpc.Faults("Reboot", rpc.ToCPE)[0] = 1
	assert.Equal(t, rpc.FaultMethodNotSupported, rpc.Faults("Reboot", rpc.ToCPE)[0], "a copy")
}

func TestFaultsOfVendors(t *testing.T) {
	for code, want := range map[rpc.FaultCode]bool{9000: true, 9032: true, 9033: false, 9801: true, 8001: false, 0: false, 7: false} {
		assert.Equal(t, want, code.Answers("X_ACME_Ping", rpc.ToCPE), uint32(code))
	}
	assert.Nil(t, rpc.Faults("X_ACME_Ping", rpc.ToCPE))
	for _, side := range []rpc.Side{0, 4, rpc.ToCPE | rpc.ToACS} {
		assert.False(t, rpc.FaultRequestDenied.Answers("Reboot", side))
	}
}

// TestFaultsAnswerRequests: a fault answers a request, never a response or a fault
// (TR-069 section 3.5), and who does not have a method of the standard says only that.
func TestFaultsAnswerRequests(t *testing.T) {
	for _, row := range (rpc.Registry{}).Rows() {
		for side, unsupported := range map[rpc.Side]rpc.FaultCode{rpc.ToCPE: rpc.FaultMethodNotSupported, rpc.ToACS: rpc.FaultACSMethodNotSupported} {
			assert.Nil(t, rpc.Faults(row.Name+"Response", side))
			for code := rpc.FaultCode(8000); code < 9900; code++ {
				assert.False(t, code.Answers(row.Name+"Response", side), "%sResponse, %d", row.Name, uint32(code))
				if row.To&side == 0 {
					assert.Equal(t, code == unsupported, code.Answers(row.Name, side), "%s, %d", row.Name, uint32(code))
				}
			}
		}
	}
	assert.False(t, rpc.FaultRequestDenied.Answers("Fault", rpc.ToCPE))
	assert.True(t, rpc.FaultRequestDenied.Answers("X_ACME_GetResponse", rpc.ToCPE), "a vendor's method may have any name")
}

// TestFaultRanges walks every number around the ranges.
func TestFaultRanges(t *testing.T) {
	for n := range uint32(12000) {
		c := rpc.FaultCode(n)
		acs, cpe := n/100 >= 80 && n/100 <= 88, n/100 >= 90 && n/100 <= 98
		assert.Equal(t, acs, c.Side() == rpc.ToACS, n)
		assert.Equal(t, cpe, c.Side() == rpc.ToCPE, n)
		vendor := n/100 == 88 || n/100 == 98
		assert.Equal(t, vendor, c.IsVendor(), n)
		defined := acs && n <= 8006 || cpe && n <= 9032
		assert.Equal(t, defined, c.Meaning() != "" && !vendor, n)
		assert.Equal(t, (acs || cpe) && !vendor && !defined, c.IsReserved(), n)
		assert.Equal(t, defined || vendor, c.Since() != 0, n)
	}
}

func TestFaultsSince(t *testing.T) {
	for code, want := range map[rpc.FaultCode]rpc.Version{
		8000: rpc.V10, 8005: rpc.V10, 8006: rpc.V14, 9013: rpc.V10, 9014: rpc.V11, 9019: rpc.V11, 9020: rpc.V12, 9032: rpc.V12, 9800: rpc.V10, 9033: 0, 1: 0,
	} {
		assert.Equal(t, want, code.Since(), uint32(code))
	}
}

// TestFaultsInReports checks what may stand inside of messages; the schemas' own
// lists are in TestSchemaFaultCodes.
func TestFaultsInReports(t *testing.T) {
	for code, want := range map[rpc.FaultCode][3]bool{ // parameter, transfer, deployment
		0:    {false, true, true},
		9001: {true, true, true}, 9002: {true, true, false}, 9003: {false, false, true}, 9005: {true, false, false}, 9008: {true, false, false},
		9013: {false, false, true}, 9014: {false, true, false}, 9020: {false, true, false}, 9032: {false, false, true},
		9033: {false, true, true}, 9799: {false, true, true}, 9800: {true, true, true}, 9899: {true, true, true},
		9900: {}, 8001: {}, 8800: {}, 1: {},
	} {
		assert.Equal(t, want, [3]bool{code.InParameter(), code.InTransfer(), code.InDeployment()}, uint32(code))
	}
}
