package rpc

import (
	"maps"
	"slices"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: one row a request/response pair. Decoding, GetRPCMethods and the
// README's support table all come from these rows; nothing is registered
// globally, a program that wants more makes a Registry of its own.

// A Side is the end, or both ends, to which a request is addressed.
type Side uint8

// The two ends. A row may hold both.
const (
	ToCPE Side = 1 << iota // the ACS calls it on the CPE
	ToACS                  // the CPE calls it on the ACS
)

// A Row is one request/response pair. Make it with [Pair].
type Row struct {
	Name  string  // the request's element name
	To    Side    // who receives it
	Since Version // the first CWMP version that has it
	Must  Side    // the receivers that have to support it (TR-069 table 5)

	newRequest  func() Message
	newResponse func() Message
}

// Pair makes the row of a request type Q and its response type R:
//
//	rpc.Pair[Ping, PingResponse](rpc.ToCPE, rpc.V10, 0)
func Pair[Q, R any, PQ interface {
	*Q
	Request[PR]
}, PR interface {
	*R
	Message
}](to Side, since Version, must Side) Row {
	return Row{
		Name:        PQ(new(Q)).Method(),
		To:          to,
		Since:       since,
		Must:        must,
		newRequest:  func() Message { return PQ(new(Q)) },
		newResponse: func() Message { return PR(new(R)) },
	}
}

// standard is the table of TR-069 Annex A, in the order of its sections.
var standard = []Row{
	Pair[GetRPCMethods, GetRPCMethodsResponse](ToCPE|ToACS, V10, ToCPE|ToACS),
	Pair[SetParameterValues, SetParameterValuesResponse](ToCPE, V10, ToCPE),
	Pair[GetParameterValues, GetParameterValuesResponse](ToCPE, V10, ToCPE),
	Pair[GetParameterNames, GetParameterNamesResponse](ToCPE, V10, ToCPE),
	Pair[SetParameterAttributes, SetParameterAttributesResponse](ToCPE, V10, ToCPE),
	Pair[GetParameterAttributes, GetParameterAttributesResponse](ToCPE, V10, ToCPE),
	Pair[AddObject, AddObjectResponse](ToCPE, V10, ToCPE),
	Pair[DeleteObject, DeleteObjectResponse](ToCPE, V10, ToCPE),
	Pair[Download, DownloadResponse](ToCPE, V10, ToCPE),
	Pair[Reboot, RebootResponse](ToCPE, V10, ToCPE),
	Pair[GetQueuedTransfers, GetQueuedTransfersResponse](ToCPE, V10, 0),
	Pair[ScheduleInform, ScheduleInformResponse](ToCPE, V10, 0),
	Pair[SetVouchers, SetVouchersResponse](ToCPE, V10, 0),
	Pair[GetOptions, GetOptionsResponse](ToCPE, V10, 0),
	Pair[Upload, UploadResponse](ToCPE, V10, 0),
	Pair[FactoryReset, FactoryResetResponse](ToCPE, V10, ToCPE),
	Pair[GetAllQueuedTransfers, GetAllQueuedTransfersResponse](ToCPE, V11, 0),
	Pair[ScheduleDownload, ScheduleDownloadResponse](ToCPE, V12, 0),
	Pair[CancelTransfer, CancelTransferResponse](ToCPE, V12, 0),
	Pair[ChangeDUState, ChangeDUStateResponse](ToCPE, V12, 0),
	Pair[Inform, InformResponse](ToACS, V10, ToACS),
	Pair[TransferComplete, TransferCompleteResponse](ToACS, V10, ToACS),
	Pair[AutonomousTransferComplete, AutonomousTransferCompleteResponse](ToACS, V11, ToACS),
	Pair[Kicked, KickedResponse](ToACS, V10, 0),
	Pair[RequestDownload, RequestDownloadResponse](ToACS, V10, 0),
	Pair[DUStateChangeComplete, DUStateChangeCompleteResponse](ToACS, V12, 0),
	Pair[AutonomousDUStateChangeComplete, AutonomousDUStateChangeCompleteResponse](ToACS, V12, 0),
}

// standardNew finds a constructor by element name.
var standardNew = constructors(standard)

// A Registry says what a body's element decodes to. The zero value holds the
// standard's pairs. A Registry is immutable and safe for concurrent use.
type Registry struct {
	rows []Row                     // nil: standard
	make map[string]func() Message // nil: standardNew
	cwmp bool                      // nothing else is known by the names in make
}

// With returns a registry that holds the rows of r and these as well. A row
// with the name of an earlier one replaces it.
func (r Registry) With(rows ...Row) Registry {
	all := slices.Clone(r.Rows())
	for _, row := range rows {
		all = slices.DeleteFunc(all, func(old Row) bool { return old.Name == row.Name })
		all = append(all, row)
	}
	return Registry{rows: all, make: constructors(all)}
}

// Rows returns a copy of the registry's rows.
func (r Registry) Rows() []Row {
	if r.rows == nil {
		return slices.Clone(standard)
	}
	return slices.Clone(r.rows)
}

// Methods returns the sorted names of the requests that side receives, as a
// GetRPCMethodsResponse of that side lists them (TR-069 A.3.1.1).
func (r Registry) Methods(side Side) []string {
	names := map[string]bool{}
	for _, row := range r.Rows() {
		if row.To&side != 0 {
			names[row.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// New returns a new message for the local name of a body's element, or nil when
// the registry does not know it.
func (r Registry) New(element string) Message {
	table := r.make
	if table == nil {
		table = standardNew
	}
	if f := table[element]; f != nil {
		return f()
	}
	return nil
}

// newFor is New for the decoder at the element: what is in no CWMP namespace is
// a vendor's message unless the registry has its name.
func (r Registry) newFor(ns soap.NS, local []byte) Message {
	table := r.make
	if table == nil {
		table = standardNew
	}
	if (r.make == nil || r.cwmp) && !ns.IsCWMP() {
		return nil
	}
	if f := table[string(local)]; f != nil {
		return f()
	}
	return nil
}

func constructors(rows []Row) map[string]func() Message {
	m := make(map[string]func() Message, 2*len(rows))
	for _, row := range rows {
		m[row.Name] = row.newRequest
		m[row.Name+responseSuffix] = row.newResponse
	}
	return m
}
