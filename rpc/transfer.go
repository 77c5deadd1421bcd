package rpc

// TransferComplete reports the end of a transfer that the ACS asked for and that
// was answered with Status 1. See TR-069 A.3.3.2.
type TransferComplete struct {
	CommandKey   string // of the Download, ScheduleDownload or Upload; at most 32 characters
	FaultStruct  TransferFault
	StartTime    DateTime // Unknown Time when the device cannot tell
	CompleteTime DateTime
}

// Method returns "TransferComplete".
func (*TransferComplete) Method() string { return "TransferComplete" }

// NewResponse returns a new TransferCompleteResponse.
func (*TransferComplete) NewResponse() *TransferCompleteResponse {
	return new(TransferCompleteResponse)
}

// Fields lists the arguments.
func (m *TransferComplete) Fields(c *Codec) {
	c.String("CommandKey", &m.CommandKey, 32)
	c.Struct("FaultStruct", &m.FaultStruct)
	c.Time("StartTime", &m.StartTime)
	c.Time("CompleteTime", &m.CompleteTime)
}

// TransferCompleteResponse confirms that the ACS has taken note.
type TransferCompleteResponse struct{}

// Method returns "TransferCompleteResponse".
func (*TransferCompleteResponse) Method() string { return "TransferCompleteResponse" }

// Fields lists nothing: there is no result.
func (*TransferCompleteResponse) Fields(*Codec) {}

// A TransferFault is the outcome of a transfer (TransferCompleteFaultStruct).
type TransferFault struct {
	FaultCode   FaultCode // 0 for success
	FaultString string    // at most 256 characters, may be empty
}

// Fields lists the fields of TransferCompleteFaultStruct.
func (f *TransferFault) Fields(c *Codec) {
	c.Uint("FaultCode", (*uint32)(&f.FaultCode))
	c.String("FaultString", &f.FaultString, 256)
}
