package rpc_test

// NOTE: the values behind the golden files: each message of the registry once, with
// something in every field, and variants of those that have several shapes.

import (
	"slices"

	"github.com/cwmp-go/cwmp/rpc"
)

const (
	goldenStart    = rpc.DateTime("2026-03-01T04:05:06Z")
	goldenComplete = rpc.DateTime("2026-03-01T04:05:36.250Z")
	goldenUUID     = "5f3c1e2a-0b4d-5c6e-8f70-0123456789ab"
	goldenURL      = "http://files.example.com/fw?v=7&b=1"
)

// goldenMessages has every message of the registry.
func goldenMessages() []rpc.Message {
	return slices.Concat(goldenParameterMessages(), goldenTransferMessages(), goldenOtherMessages(), goldenACSMessages())
}

// goldenMessage is the one of a name.
func goldenMessage(method string) rpc.Message {
	all := goldenMessages()
	return all[slices.IndexFunc(all, func(m rpc.Message) bool { return m.Method() == method })]
}

func goldenParameterMessages() []rpc.Message {
	return []rpc.Message{
		&rpc.GetRPCMethods{},
		&rpc.GetRPCMethodsResponse{MethodList: []string{"GetRPCMethods", "Inform", "X_ACME_Ping"}},
		&rpc.SetParameterValues{ParameterList: goldenParameters(), ParameterKey: "key-1"},
		&rpc.SetParameterValuesResponse{Status: rpc.Committed},
		&rpc.GetParameterValues{ParameterNames: []string{"", "Device.ManagementServer.", nameURL}},
		&rpc.GetParameterValuesResponse{ParameterList: goldenParameters()},
		&rpc.GetParameterNames{ParameterPath: "Device.", NextLevel: true},
		&rpc.GetParameterNamesResponse{ParameterList: []rpc.ParameterInfo{
			{Name: "Device.ManagementServer."}, {Name: nameURL, Writable: true},
		}},
		&rpc.SetParameterAttributes{ParameterList: []rpc.SetParameterAttribute{
			{Name: nameURL, NotificationChange: true, Notification: rpc.NotificationActive},
			{Name: "Device.WiFi.", AccessListChange: true, AccessList: []string{rpc.Subscriber}},
		}},
		&rpc.SetParameterAttributesResponse{},
		&rpc.GetParameterAttributes{ParameterNames: []string{nameURL, "Device.WiFi."}},
		&rpc.GetParameterAttributesResponse{ParameterList: []rpc.ParameterAttribute{
			{Name: nameURL, Notification: rpc.NotificationPassiveWithActiveLightweight, AccessList: []string{rpc.Subscriber}},
			{Name: namePeriod},
		}},
		&rpc.AddObject{ObjectName: "Device.NAT.PortMapping.", ParameterKey: "key-1"},
		&rpc.AddObjectResponse{InstanceNumber: 7, Status: rpc.Committed},
		&rpc.DeleteObject{ObjectName: "Device.NAT.PortMapping.7.", ParameterKey: "key-1"},
		&rpc.DeleteObjectResponse{Status: rpc.Committed},
	}
}

func goldenTransferMessages() []rpc.Message {
	return []rpc.Message{
		&rpc.Download{
			CommandKey: "key-1", FileType: rpc.FileFirmware, URL: goldenURL, Username: "u", Password: "p & q",
			FileSize: 8388608, TargetFileName: "fw.bin", DelaySeconds: 60,
			SuccessURL: "http://example.com/ok", FailureURL: "http://example.com/no",
		},
		&rpc.DownloadResponse{Status: rpc.TransferLater, StartTime: rpc.UnknownTime, CompleteTime: rpc.UnknownTime},
		&rpc.Upload{
			CommandKey: "key-1", FileType: "3 Vendor Configuration File 1", URL: goldenURL, Username: "u", Password: "p", DelaySeconds: 5,
		},
		&rpc.UploadResponse{Status: rpc.TransferDone, StartTime: goldenStart, CompleteTime: goldenComplete},
		&rpc.ScheduleDownload{
			CommandKey: "key-1", FileType: rpc.FileTone, URL: goldenURL, Username: "u", Password: "p",
			FileSize: 4096, TargetFileName: "ring.wav",
			TimeWindowList: []rpc.TimeWindow{
				{WindowStart: 0, WindowEnd: 3600, WindowMode: rpc.WindowWhenIdle, MaxRetries: 2},
				{WindowStart: 7200, WindowEnd: 10800, WindowMode: rpc.WindowConfirmation, UserMessage: "Update now?", MaxRetries: -1},
			},
		},
		&rpc.ScheduleDownloadResponse{},
		&rpc.CancelTransfer{CommandKey: "key-1"},
		&rpc.CancelTransferResponse{},
		&rpc.GetQueuedTransfers{},
		&rpc.GetQueuedTransfersResponse{TransferList: []rpc.QueuedTransfer{
			{CommandKey: "key-1", State: rpc.TransferInProgress}, {CommandKey: "", State: rpc.TransferNotStarted},
		}},
		&rpc.GetAllQueuedTransfers{},
		&rpc.GetAllQueuedTransfersResponse{TransferList: []rpc.AllQueuedTransfer{
			{CommandKey: "key-1", State: rpc.TransferCompleted, IsDownload: true, FileType: rpc.FileFirmware, FileSize: 8388608, TargetFileName: "fw.bin"},
			{State: rpc.TransferNotStarted, FileType: "7 Vendor Log File 1"},
		}},
	}
}

func goldenOtherMessages() []rpc.Message {
	return []rpc.Message{
		&rpc.Reboot{CommandKey: "key-1"},
		&rpc.RebootResponse{},
		&rpc.FactoryReset{},
		&rpc.FactoryResetResponse{},
		&rpc.ScheduleInform{DelaySeconds: 300, CommandKey: "key-1"},
		&rpc.ScheduleInformResponse{},
		&rpc.SetVouchers{VoucherList: [][]byte{[]byte("<voucher 1>"), {0, 255}}},
		&rpc.SetVouchersResponse{},
		&rpc.GetOptions{OptionName: "ACME_Voice"},
		&rpc.GetOptionsResponse{OptionList: []rpc.Option{
			{OptionName: "ACME_Voice", VoucherSN: 17, State: 3, Mode: 1, StartDate: goldenStart, ExpirationDate: rpc.InfiniteTime, IsTransferable: 1},
			{OptionName: "ACME_Mesh", VoucherSN: 18, State: 1, Mode: 2, StartDate: goldenStart},
		}},
		&rpc.ChangeDUState{
			Operations: []rpc.Operation{{Type: rpc.OperationInstall, URL: goldenURL, UUID: goldenUUID, Username: "u", Password: "p", ExecutionEnvRef: "Device.SoftwareModules.ExecEnv.1."}},
			CommandKey: "key-1",
		},
		&rpc.ChangeDUStateResponse{},
	}
}

func goldenACSMessages() []rpc.Message {
	return []rpc.Message{
		goldenInform(),
		&rpc.InformResponse{MaxEnvelopes: 1},
		&rpc.TransferComplete{
			CommandKey:   "key-1",
			FaultStruct:  rpc.TransferFault{FaultCode: rpc.FaultTransferCorrupted, FaultString: "checksum"},
			StartTime:    rpc.UnknownTime,
			CompleteTime: "2026-03-01T04:05:06.250Z",
		},
		&rpc.TransferCompleteResponse{},
		&rpc.AutonomousTransferComplete{
			AnnounceURL: "http://example.com/announce", TransferURL: goldenURL, IsDownload: true, FileType: rpc.FileFirmware,
			FileSize: 8388608, TargetFileName: "fw.bin", StartTime: goldenStart, CompleteTime: goldenComplete,
		},
		&rpc.AutonomousTransferCompleteResponse{},
		&rpc.Kicked{Command: "register", Referer: "http://192.0.2.1/", Arg: "a=1&b=<2>", Next: "http://example.com/next"},
		&rpc.KickedResponse{NextURL: "http://example.com/next?token=1"},
		&rpc.RequestDownload{FileType: rpc.FileWebContent, FileTypeArg: []rpc.Arg{{Name: "Version", Value: "2.0"}, {Name: "Lang"}}},
		&rpc.RequestDownloadResponse{},
		&rpc.DUStateChangeComplete{Results: []rpc.OpResult{goldenResult()}, CommandKey: "key-1"},
		&rpc.DUStateChangeCompleteResponse{},
		&rpc.AutonomousDUStateChangeComplete{Results: []rpc.AutonOpResult{{OpResult: goldenResult(), OperationPerformed: "Update"}}},
		&rpc.AutonomousDUStateChangeCompleteResponse{},
	}
}

func goldenResult() rpc.OpResult {
	return rpc.OpResult{
		UUID: goldenUUID, DeploymentUnitRef: "Device.SoftwareModules.DeploymentUnit.3.", Version: "1.2.3",
		CurrentState: rpc.DUInstalled, Resolved: true, ExecutionUnitRefList: "Device.SoftwareModules.ExecutionUnit.4.,Device.SoftwareModules.ExecutionUnit.5.",
		StartTime: goldenStart, CompleteTime: goldenComplete,
	}
}

// goldenVariants are the shapes of a message beside its first one.
func goldenVariants() []golden {
	failed := goldenResult()
	failed.CurrentState, failed.Resolved = rpc.DUFailed, false
	failed.Fault = rpc.DUFault{FaultCode: rpc.FaultUnknownExecutionEnv, FaultString: "no such environment"}
	variants := []struct {
		name string
		m    rpc.Message
	}{
		{"ChangeDUState-all", &rpc.ChangeDUState{Operations: []rpc.Operation{
			{Type: rpc.OperationInstall, URL: goldenURL},
			{Type: rpc.OperationInstall, URL: goldenURL, UUID: goldenUUID, Username: "u", Password: "p", ExecutionEnvRef: "Device.SoftwareModules.ExecEnv.1."},
			{Type: rpc.OperationUpdate},
			{Type: rpc.OperationUpdate, UUID: goldenUUID, Version: "1.2.3", URL: goldenURL, Username: "u", Password: "p"},
			{Type: rpc.OperationUninstall, UUID: goldenUUID},
			{Type: rpc.OperationUninstall, UUID: goldenUUID, Version: "1.2.3", ExecutionEnvRef: "Device.SoftwareModules.ExecEnv.1."},
		}}},
		{"DUStateChangeComplete-failed", &rpc.DUStateChangeComplete{Results: []rpc.OpResult{goldenResult(), failed}}},
		{"GetParameterValuesResponse-empty", &rpc.GetParameterValuesResponse{}},
		{"GetQueuedTransfersResponse-empty", &rpc.GetQueuedTransfersResponse{}},
		{"RequestDownload-empty", &rpc.RequestDownload{FileType: "X 00D09E Skin"}},
		{"AutonomousTransferComplete-failed", &rpc.AutonomousTransferComplete{
			FileType: "4 Vendor Log File", FaultStruct: rpc.TransferFault{FaultCode: rpc.FaultUploadFailure}, StartTime: rpc.UnknownTime, CompleteTime: rpc.UnknownTime,
		}},
		{"Fault-acs", &rpc.Fault{FaultCode: rpc.FaultACSRetryRequest, FaultString: "retry request", SOAPCode: "Server", SOAPText: "CWMP fault"}},
		{"Fault-bare", &rpc.Fault{FaultCode: rpc.FaultMethodNotSupported, SOAPCode: "Server", SOAPText: "CWMP fault"}},
		{"Fault-soap", &rpc.Fault{SOAPCode: "soap-env:MustUnderstand", SOAPText: "header not understood"}},
		{"Fault-vendor", &rpc.Fault{FaultCode: 9801, FaultString: "flash is worn", SOAPCode: "Server", SOAPText: "CWMP fault"}},
	}
	var all []golden
	for _, v := range variants {
		all = append(all, golden{name: v.name, env: rpc.NewEnvelope(rpc.V12, "1", v.m)})
	}
	return all
}
