package rpc_test

// NOTE: a random message of every type, with values that the schemas allow.

import (
	"fmt"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
)

// some gives from least to most items.
func some[T any](s source, least, most int, item func() T) []T {
	all := make([]T, 0, most)
	for range least + s.IntN(most-least+1) {
		all = append(all, item())
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

func (s source) bool() bool { return s.IntN(2) == 0 }

// object is the path of an object.
func (s source) object() string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' { // a dot in a pattern is any character but these
			return ' '
		}
		return r
	}, s.name()) + "."
}

func (s source) uuid() string {
	return fmt.Sprintf("%08x-%04X-%04x-%04x-%012x", s.Uint32(), s.IntN(1<<16), s.IntN(1<<16), s.IntN(1<<16), s.Int64N(1<<48))
}

func (s source) optional(make func() string) string {
	if s.bool() {
		return ""
	}
	return make()
}

func (s source) url() string {
	return "http://example.com/" + pick(s, "", "a/b", "fw?v=1&w=<2>", "\u00e9") + strings.Repeat("x", s.IntN(200))
}

func (s source) accessList() []string {
	return some(s, 0, 2, func() string { return rpc.Subscriber })
}

func (s source) state() rpc.TransferState { return rpc.TransferState(1 + s.IntN(3)) }

func (s source) status() rpc.SetStatus { return pick(s, rpc.Applied, rpc.Committed) }

// fileType is one of the types that every version of the schema has.
func (s source) fileType() string {
	return pick(s, rpc.FileFirmware, rpc.FileWebContent, rpc.FileConfiguration, "X 00D09E Skin <&> "+s.line(20))
}

// line is text without line ends.
func (s source) line(max int) string {
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(s.text(max))
}

func (s source) setAttribute() rpc.SetParameterAttribute {
	return rpc.SetParameterAttribute{
		Name: s.name(), NotificationChange: s.bool(), Notification: rpc.Notification(s.IntN(3)),
		AccessListChange: s.bool(), AccessList: s.accessList(),
	}
}

func (s source) attribute() rpc.ParameterAttribute {
	return rpc.ParameterAttribute{Name: s.name(), Notification: rpc.Notification(s.IntN(3)), AccessList: s.accessList()}
}

func (s source) window() rpc.TimeWindow {
	return rpc.TimeWindow{
		WindowStart: s.Uint32(), WindowEnd: s.Uint32(), WindowMode: pick(s, rpc.WindowAnyTime, rpc.WindowImmediately, rpc.WindowWhenIdle, rpc.WindowConfirmation, "X 00D09E At Night"),
		UserMessage: s.text(256), MaxRetries: int32(s.Uint32()),
	}
}

func (s source) option() rpc.Option {
	o := rpc.Option{
		OptionName: s.text(64), VoucherSN: s.Uint32(), State: s.Uint32N(4), Mode: s.Int32N(3),
		StartDate: s.time(), IsTransferable: s.Int32N(2),
	}
	if s.bool() {
		o.ExpirationDate = s.time()
	}
	return o
}

// operation makes one of the three kinds with the fields that the kind has.
func (s source) operation() rpc.Operation {
	text := func(max int) string { return s.optional(func() string { return s.text(max) }) }
	o := rpc.Operation{Type: pick(s, rpc.OperationInstall, rpc.OperationUpdate, rpc.OperationUninstall), UUID: s.optional(s.uuid)}
	if o.Type != rpc.OperationUninstall {
		o.URL, o.Username, o.Password = s.optional(s.url), text(256), text(256)
	}
	if o.Type != rpc.OperationInstall {
		o.Version = text(32)
	}
	if o.Type != rpc.OperationUpdate {
		o.ExecutionEnvRef = text(256)
	}
	switch o.Type {
	case rpc.OperationInstall:
		o.URL = s.url()
	case rpc.OperationUninstall:
		o.UUID = s.uuid()
	}
	return o
}

func (s source) result() rpc.OpResult {
	return rpc.OpResult{
		UUID: s.uuid(), DeploymentUnitRef: s.text(300), Version: s.text(32), CurrentState: pick(s, rpc.DUInstalled, rpc.DUUninstalled, rpc.DUFailed),
		Resolved: s.bool(), ExecutionUnitRefList: s.text(300), StartTime: s.time(), CompleteTime: s.time(),
		Fault: rpc.DUFault{FaultCode: pick(s, 0, rpc.FaultInvalidUUID, rpc.FaultVersionExists, 9801), FaultString: s.text(300)},
	}
}

func (s source) transferFault() rpc.TransferFault {
	return rpc.TransferFault{
		FaultCode:   pick(s, 0, rpc.FaultTransferFailure, rpc.FaultUploadFailure, rpc.FaultTransferAuthentication),
		FaultString: s.text(256),
	}
}

func init() {
	for name, empty := range map[string]rpc.Message{
		"SetParameterAttributesResponse": &rpc.SetParameterAttributesResponse{}, "ScheduleInformResponse": &rpc.ScheduleInformResponse{},
		"ScheduleDownloadResponse": &rpc.ScheduleDownloadResponse{}, "CancelTransferResponse": &rpc.CancelTransferResponse{},
		"SetVouchersResponse": &rpc.SetVouchersResponse{}, "FactoryReset": &rpc.FactoryReset{}, "FactoryResetResponse": &rpc.FactoryResetResponse{},
		"GetQueuedTransfers": &rpc.GetQueuedTransfers{}, "GetAllQueuedTransfers": &rpc.GetAllQueuedTransfers{},
		"ChangeDUStateResponse": &rpc.ChangeDUStateResponse{}, "RequestDownloadResponse": &rpc.RequestDownloadResponse{},
		"AutonomousTransferCompleteResponse":      &rpc.AutonomousTransferCompleteResponse{},
		"DUStateChangeCompleteResponse":           &rpc.DUStateChangeCompleteResponse{},
		"AutonomousDUStateChangeCompleteResponse": &rpc.AutonomousDUStateChangeCompleteResponse{},
	} {
		kinds[name] = func(source) rpc.Message { return empty }
	}
	for name, kind := range moreKinds {
		kinds[name] = kind
	}
}

var moreKinds = map[string]func(s source) rpc.Message{
	"SetParameterAttributes": func(s source) rpc.Message {
		return &rpc.SetParameterAttributes{ParameterList: some(s, 1, 4, s.setAttribute)}
	},
	"GetParameterAttributes": func(s source) rpc.Message {
		return &rpc.GetParameterAttributes{ParameterNames: some(s, 1, 4, s.name)}
	},
	"GetParameterAttributesResponse": func(s source) rpc.Message {
		return &rpc.GetParameterAttributesResponse{ParameterList: some(s, 0, 4, s.attribute)}
	},
	"AddObject": func(s source) rpc.Message { return &rpc.AddObject{ObjectName: s.object(), ParameterKey: s.text(32)} },
	"AddObjectResponse": func(s source) rpc.Message {
		return &rpc.AddObjectResponse{InstanceNumber: max(s.Uint32(), 1), Status: s.status()}
	},
	"DeleteObject": func(s source) rpc.Message { return &rpc.DeleteObject{ObjectName: s.object(), ParameterKey: s.text(32)} },
	"DeleteObjectResponse": func(s source) rpc.Message {
		return &rpc.DeleteObjectResponse{Status: s.status()}
	},
	"Download": func(s source) rpc.Message {
		return &rpc.Download{
			CommandKey: s.text(32), FileType: s.fileType(), URL: s.text(256), Username: s.text(256), Password: s.text(256), FileSize: s.Uint32(),
			TargetFileName: s.text(256), DelaySeconds: s.Uint32(), SuccessURL: s.text(256), FailureURL: s.text(256),
		}
	},
	"DownloadResponse": func(s source) rpc.Message {
		return &rpc.DownloadResponse{Status: rpc.TransferStatus(s.IntN(2)), StartTime: s.time(), CompleteTime: s.time()}
	},
	"Upload": func(s source) rpc.Message {
		return &rpc.Upload{
			CommandKey: s.text(32), FileType: pick(s, "1 Vendor Configuration File", "2 Vendor Log File", "X 00D09E Core"), URL: s.text(256),
			Username: s.text(256), Password: s.text(256), DelaySeconds: s.Uint32(),
		}
	},
	"UploadResponse": func(s source) rpc.Message {
		return &rpc.UploadResponse{Status: rpc.TransferStatus(s.IntN(2)), StartTime: s.time(), CompleteTime: s.time()}
	},
	"ScheduleDownload": func(s source) rpc.Message {
		return &rpc.ScheduleDownload{
			CommandKey: s.text(32), FileType: pick(s, rpc.FileTone, s.fileType()), URL: s.text(256), Username: s.text(256), Password: s.text(256),
			FileSize: s.Uint32(), TargetFileName: s.text(256), TimeWindowList: some(s, 1, 2, s.window),
		}
	},
	"CancelTransfer": func(s source) rpc.Message { return &rpc.CancelTransfer{CommandKey: s.text(32)} },
	"GetQueuedTransfersResponse": func(s source) rpc.Message {
		return &rpc.GetQueuedTransfersResponse{TransferList: some(s, 0, 16, func() rpc.QueuedTransfer {
			return rpc.QueuedTransfer{CommandKey: s.text(32), State: s.state()}
		})}
	},
	"GetAllQueuedTransfersResponse": func(s source) rpc.Message {
		return &rpc.GetAllQueuedTransfersResponse{TransferList: some(s, 0, 16, func() rpc.AllQueuedTransfer {
			return rpc.AllQueuedTransfer{CommandKey: s.text(32), State: s.state(), IsDownload: s.bool(), FileType: s.fileType(), FileSize: s.Uint32(), TargetFileName: s.text(256)}
		})}
	},
	"ScheduleInform": func(s source) rpc.Message {
		return &rpc.ScheduleInform{DelaySeconds: s.Uint32(), CommandKey: s.text(32)}
	},
	"SetVouchers": func(s source) rpc.Message {
		return &rpc.SetVouchers{VoucherList: some(s, 1, 4, func() []byte { return []byte(s.text(100)) })}
	},
	"GetOptions": func(s source) rpc.Message { return &rpc.GetOptions{OptionName: s.text(64)} },
	"GetOptionsResponse": func(s source) rpc.Message {
		return &rpc.GetOptionsResponse{OptionList: some(s, 0, 4, s.option)}
	},
	"ChangeDUState": func(s source) rpc.Message {
		return &rpc.ChangeDUState{Operations: some(s, 1, 6, s.operation), CommandKey: s.text(32)}
	},
	"AutonomousTransferComplete": func(s source) rpc.Message {
		return &rpc.AutonomousTransferComplete{
			AnnounceURL: s.text(1024), TransferURL: s.text(1024), IsDownload: s.bool(), FileType: s.fileType(), FileSize: s.Uint32(),
			TargetFileName: s.text(256), FaultStruct: s.transferFault(), StartTime: s.time(), CompleteTime: s.time(),
		}
	},
	"Kicked": func(s source) rpc.Message {
		return &rpc.Kicked{Command: s.text(32), Referer: s.text(64), Arg: s.text(256), Next: s.text(1024)}
	},
	"KickedResponse": func(s source) rpc.Message { return &rpc.KickedResponse{NextURL: s.text(1024)} },
	"RequestDownload": func(s source) rpc.Message {
		return &rpc.RequestDownload{FileType: s.fileType(), FileTypeArg: some(s, 0, 16, func() rpc.Arg {
			return rpc.Arg{Name: s.text(64), Value: s.text(256)}
		})}
	},
	"DUStateChangeComplete": func(s source) rpc.Message {
		return &rpc.DUStateChangeComplete{Results: some(s, 1, 4, s.result), CommandKey: s.text(32)}
	},
	"AutonomousDUStateChangeComplete": func(s source) rpc.Message {
		return &rpc.AutonomousDUStateChangeComplete{Results: some(s, 1, 4, func() rpc.AutonOpResult {
			return rpc.AutonOpResult{OpResult: s.result(), OperationPerformed: pick(s, "Install", "Update", s.text(40))}
		})}
	},
}
