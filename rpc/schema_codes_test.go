package rpc_test

// NOTE: the codes and names that the schemas spell out, against this package's.

import (
	"fmt"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fact finds a field of a struct.
func (s *schemaFacts) fact(t *testing.T, subject, name string) fieldFact {
	t.Helper()
	for _, f := range s.fields[subject] {
		if f.name == name {
			return f
		}
	}
	require.Fail(t, "no such field", "%s/%s", subject, name)
	return fieldFact{}
}

// eventsSince are the standard's events by the version that brought them.
var eventsSince = map[rpc.Version][]rpc.EventCode{
	rpc.V10: {
		rpc.EventBootstrap, rpc.EventBoot, rpc.EventPeriodic, rpc.EventScheduled, rpc.EventValueChange, rpc.EventKicked, rpc.EventConnectionRequest,
		rpc.EventTransferComplete, rpc.EventDiagnosticsComplete, rpc.EventRequestDownload,
		rpc.EventMReboot, rpc.EventMScheduleInform, rpc.EventMDownload, rpc.EventMUpload, "X 00D09E Warm Start", "M X_00D09E_Ping",
	},
	rpc.V11: {rpc.EventAutonomousTransferComplete},
	rpc.V12: {rpc.EventDUStateChangeComplete, rpc.EventAutonomousDUStateChangeComplete, rpc.EventMScheduleDownload, rpc.EventMChangeDUState, "X example.com Warm Start"},
	rpc.V14: {rpc.EventWakeup, rpc.EventHeartbeat},
}

func TestSchemaEventCodes(t *testing.T) {
	for v, facts := range readFacts(t) {
		f := facts.fact(t, "EventStruct", "EventCode")
		for since, codes := range eventsSince {
			for _, code := range codes {
				if since <= v {
					assert.True(t, f.admits(string(code)), "%s in %s", code, v)
				}
				assert.LessOrEqual(t, len(code), f.longest(), code)
			}
		}
		for _, code := range []string{"", "BOOT", "X", "M ", "1", " 1 BOOT"} {
			assert.False(t, f.admits(code), "%q in %s", code, v)
		}
	}
	for _, code := range eventsSince[rpc.V11] {
		assert.False(t, readFacts(t)[rpc.V10].fact(t, "EventStruct", "EventCode").admits(string(code)), "an old schema knows no later one")
	}
}

// TestSchemaFaultCodes: a code that the version has may answer, and what the
// reports of transfers and deployment units may hold is the schema's list. 1.0 has
// no range for later codes, and lists no vendor's code in a report.
func TestSchemaFaultCodes(t *testing.T) {
	reports := map[rpc.Version]string{
		rpc.V10: "FaultStruct", rpc.V11: "FaultStruct", rpc.V12: "TransferCompleteFaultStruct", rpc.V13: "TransferCompleteFaultStruct", rpc.V14: "TransferCompleteFaultStruct",
	}
	for v, facts := range readFacts(t) {
		main := facts.fact(t, "Fault", "FaultCode")
		inTransfer := facts.fact(t, reports[v], "FaultCode")
		assert.True(t, inTransfer.admits("0"))
		for n := 7990; n < 9910; n++ {
			code, text := rpc.FaultCode(n), fmt.Sprint(n)
			if code.Since() != 0 && code.Since() <= v {
				assert.True(t, main.admits(text), "%s in %s", text, v)
			}
			if v >= rpc.V11 {
				assert.Equal(t, code.Side() != 0, main.admits(text), "%s in %s", text, v)
			}
			if code.Since() != 0 && code.Since() <= v && inTransfer.admits(text) {
				assert.True(t, code.InTransfer(), "%s in a transfer of %s", text, v)
			}
			if v >= rpc.V12 {
				assert.Equal(t, code.InTransfer(), inTransfer.admits(text), "%s in a transfer of %s", text, v)
				in := facts.fact(t, "DeploymentUnitFaultStruct", "FaultCode")
				assert.Equal(t, code.InDeployment(), in.admits(text), "%s in a deployment unit of %s", text, v)
			}
			if v >= rpc.V12 && code.InParameter() {
				assert.True(t, facts.fact(t, "SetParameterValuesFault", "FaultCode").admits(text), text)
			}
		}
	}
}

// TestSchemaNames: the constants of this package are values that the last schema
// lets be.
func TestSchemaNames(t *testing.T) {
	facts := readFacts(t)[rpc.V14]
	for place, values := range map[[2]string][]any{
		{"Download", "FileType"}:                     {rpc.FileFirmware, rpc.FileWebContent, rpc.FileConfiguration, rpc.FileTone, rpc.FileRinger},
		{"TimeWindowStruct", "WindowMode"}:           {rpc.WindowAnyTime, rpc.WindowImmediately, rpc.WindowWhenIdle, rpc.WindowConfirmation},
		{"DownloadResponse", "Status"}:               {rpc.TransferDone, rpc.TransferLater},
		{"SetParameterValuesResponse", "Status"}:     {rpc.Applied, rpc.Committed},
		{"AddObjectResponse", "Status"}:              {rpc.Applied, rpc.Committed},
		{"QueuedTransferStruct", "State"}:            {rpc.TransferNotStarted, rpc.TransferInProgress, rpc.TransferCompleted},
		{"OpResultStruct", "CurrentState"}:           {rpc.DUInstalled, rpc.DUUninstalled, rpc.DUFailed},
		{"ParameterAttributeStruct", "Notification"}: {rpc.NotificationOff, rpc.NotificationPassive, rpc.NotificationActive, rpc.NotificationPassiveLightweight, rpc.NotificationPassiveWithPassiveLightweight, rpc.NotificationActiveLightweight, rpc.NotificationPassiveWithActiveLightweight},
	} {
		f := facts.fact(t, place[0], place[1])
		for _, value := range values {
			assert.True(t, f.admits(fmt.Sprint(value)), "%v in %v", value, place)
		}
		assert.False(t, f.admits("7x"), place)
	}
	list := facts.fact(t, "ParameterAttributeStruct", "AccessList")
	assert.True(t, list.each.admits(rpc.Subscriber))
	for _, typ := range []rpc.OperationType{rpc.OperationInstall, rpc.OperationUpdate, rpc.OperationUninstall} {
		assert.Equal(t, "OperationStruct", facts.extends[string(typ)])
	}
}
