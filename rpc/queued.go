package rpc

// A TransferState is how far a queued transfer has come.
type TransferState int32

// The states of a queued transfer.
const (
	TransferNotStarted TransferState = 1
	TransferInProgress TransferState = 2
	TransferCompleted  TransferState = 3 // TransferComplete is still to be delivered
)

// GetQueuedTransfers lists the transfers that the ACS has asked for. It is
// deprecated; see GetAllQueuedTransfers. See TR-069 A.4.1.1.
type GetQueuedTransfers struct{}

// Method returns "GetQueuedTransfers".
func (*GetQueuedTransfers) Method() string { return "GetQueuedTransfers" }

// NewResponse returns a new GetQueuedTransfersResponse.
func (*GetQueuedTransfers) NewResponse() *GetQueuedTransfersResponse {
	return new(GetQueuedTransfersResponse)
}

// Fields lists nothing: there are no arguments.
func (*GetQueuedTransfers) Fields(*Codec) {}

// GetQueuedTransfersResponse lists them.
type GetQueuedTransfersResponse struct {
	TransferList []QueuedTransfer // at most 16
}

// Method returns "GetQueuedTransfersResponse".
func (*GetQueuedTransfersResponse) Method() string { return "GetQueuedTransfersResponse" }

// Fields lists the result.
func (m *GetQueuedTransfersResponse) Fields(c *Codec) {
	c.items(0, 16)
	List(c, "TransferList", "QueuedTransferStruct", &m.TransferList)
}

// A QueuedTransfer is one that the ACS has asked for (QueuedTransferStruct).
type QueuedTransfer struct {
	CommandKey string // at most 32 characters
	State      TransferState
}

// Fields lists the fields of QueuedTransferStruct.
func (t *QueuedTransfer) Fields(c *Codec) {
	c.String("CommandKey", &t.CommandKey, 32)
	c.Int("State", (*int32)(&t.State))
}

// GetAllQueuedTransfers lists the transfers that anybody has asked for. See TR-069
// A.4.1.7.
type GetAllQueuedTransfers struct{}

// Method returns "GetAllQueuedTransfers".
func (*GetAllQueuedTransfers) Method() string { return "GetAllQueuedTransfers" }

// NewResponse returns a new GetAllQueuedTransfersResponse.
func (*GetAllQueuedTransfers) NewResponse() *GetAllQueuedTransfersResponse {
	return new(GetAllQueuedTransfersResponse)
}

// Fields lists nothing: there are no arguments.
func (*GetAllQueuedTransfers) Fields(*Codec) {}

// GetAllQueuedTransfersResponse lists them.
type GetAllQueuedTransfersResponse struct {
	TransferList []AllQueuedTransfer // at most 16
}

// Method returns "GetAllQueuedTransfersResponse".
func (*GetAllQueuedTransfersResponse) Method() string { return "GetAllQueuedTransfersResponse" }

// Fields lists the result.
func (m *GetAllQueuedTransfersResponse) Fields(c *Codec) {
	c.items(0, 16)
	List(c, "TransferList", "AllQueuedTransferStruct", &m.TransferList)
}

// An AllQueuedTransfer is a transfer of whatever origin (AllQueuedTransferStruct).
type AllQueuedTransfer struct {
	CommandKey     string // empty for an autonomous one; at most 32 characters
	State          TransferState
	IsDownload     bool
	FileType       string // numbered otherwise than Download's; at most 64 characters
	FileSize       uint32
	TargetFileName string // at most 256 characters
}

// Fields lists the fields of AllQueuedTransferStruct.
func (t *AllQueuedTransfer) Fields(c *Codec) {
	c.String("CommandKey", &t.CommandKey, 32)
	c.Int("State", (*int32)(&t.State))
	c.Bool("IsDownload", &t.IsDownload)
	c.String("FileType", &t.FileType, 64)
	c.Uint("FileSize", &t.FileSize)
	c.String("TargetFileName", &t.TargetFileName, 256)
}

// AutonomousTransferComplete reports the end of a transfer that the ACS did not ask
// for. See TR-069 A.3.3.3.
type AutonomousTransferComplete struct {
	AnnounceURL    string // at most 1024 characters, may be empty
	TransferURL    string // at most 1024 characters
	IsDownload     bool
	FileType       string // numbered as AllQueuedTransfer's; at most 64 characters
	FileSize       uint32
	TargetFileName string // at most 256 characters
	FaultStruct    TransferFault
	StartTime      DateTime
	CompleteTime   DateTime
}

// Method returns "AutonomousTransferComplete".
func (*AutonomousTransferComplete) Method() string { return "AutonomousTransferComplete" }

// NewResponse returns a new AutonomousTransferCompleteResponse.
func (*AutonomousTransferComplete) NewResponse() *AutonomousTransferCompleteResponse {
	return new(AutonomousTransferCompleteResponse)
}

// Fields lists the arguments.
func (m *AutonomousTransferComplete) Fields(c *Codec) {
	c.String("AnnounceURL", &m.AnnounceURL, 1024)
	c.String("TransferURL", &m.TransferURL, 1024)
	c.Bool("IsDownload", &m.IsDownload)
	c.String("FileType", &m.FileType, 64)
	c.Uint("FileSize", &m.FileSize)
	c.String("TargetFileName", &m.TargetFileName, 256)
	c.Struct("FaultStruct", &m.FaultStruct)
	c.Time("StartTime", &m.StartTime)
	c.Time("CompleteTime", &m.CompleteTime)
}

// AutonomousTransferCompleteResponse confirms that the ACS has taken note.
type AutonomousTransferCompleteResponse struct{}

// Method returns "AutonomousTransferCompleteResponse".
func (*AutonomousTransferCompleteResponse) Method() string {
	return "AutonomousTransferCompleteResponse"
}

// Fields lists nothing: there is no result.
func (*AutonomousTransferCompleteResponse) Fields(*Codec) {}
