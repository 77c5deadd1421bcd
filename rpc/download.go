package rpc

// NOTE: the requests for transfers. What became of them is in transfer.go.

// The file types of Download, ScheduleDownload and RequestDownload. Vendors have
// their own, "X 00D09E Name". 4 and 5 exist since CWMP 1.2.
const (
	FileFirmware      = "1 Firmware Upgrade Image"
	FileWebContent    = "2 Web Content"
	FileConfiguration = "3 Vendor Configuration File"
	FileTone          = "4 Tone File"
	FileRinger        = "5 Ringer File"
)

// Download makes the CPE fetch a file and apply it. See TR-069 A.3.2.8.
type Download struct {
	CommandKey     string // comes back in TransferComplete; at most 32 characters
	FileType       string // at most 64 characters
	URL            string // at most 256 characters, as all below
	Username       string // empty for no authentication
	Password       string
	FileSize       uint32 // bytes; 0 when unknown
	TargetFileName string
	DelaySeconds   uint32 // more than 0: not in this session
	SuccessURL     string // where to send a browser afterwards; usually empty
	FailureURL     string
}

// Method returns "Download".
func (*Download) Method() string { return "Download" }

// NewResponse returns a new DownloadResponse.
func (*Download) NewResponse() *DownloadResponse { return new(DownloadResponse) }

// Fields lists the arguments.
func (m *Download) Fields(c *Codec) {
	c.String("CommandKey", &m.CommandKey, 32)
	c.String("FileType", &m.FileType, 64)
	c.String("URL", &m.URL, 256)
	c.String("Username", &m.Username, 256)
	c.String("Password", &m.Password, 256)
	c.Uint("FileSize", &m.FileSize)
	c.String("TargetFileName", &m.TargetFileName, 256)
	c.Uint("DelaySeconds", &m.DelaySeconds)
	c.String("SuccessURL", &m.SuccessURL, 256)
	c.String("FailureURL", &m.FailureURL, 256)
}

// A TransferStatus says whether a transfer is over.
type TransferStatus int32

// The values of Status in DownloadResponse and UploadResponse.
const (
	TransferDone  TransferStatus = 0 // finished and applied; no TransferComplete follows
	TransferLater TransferStatus = 1 // a TransferComplete will tell
)

// DownloadResponse says whether the download is over already.
type DownloadResponse struct {
	Status       TransferStatus
	StartTime    DateTime // Unknown Time unless the transfer is over
	CompleteTime DateTime
}

// Method returns "DownloadResponse".
func (*DownloadResponse) Method() string { return "DownloadResponse" }

// Fields lists the results.
func (m *DownloadResponse) Fields(c *Codec) {
	c.Int("Status", (*int32)(&m.Status))
	c.Time("StartTime", &m.StartTime)
	c.Time("CompleteTime", &m.CompleteTime)
}

// Upload makes the CPE send a file. See TR-069 A.4.1.5.
type Upload struct {
	CommandKey   string // at most 32 characters
	FileType     string // "3 Vendor Configuration File 1", at most 64 characters
	URL          string // at most 256 characters, as all below
	Username     string
	Password     string
	DelaySeconds uint32
}

// Method returns "Upload".
func (*Upload) Method() string { return "Upload" }

// NewResponse returns a new UploadResponse.
func (*Upload) NewResponse() *UploadResponse { return new(UploadResponse) }

// Fields lists the arguments.
func (m *Upload) Fields(c *Codec) {
	c.String("CommandKey", &m.CommandKey, 32)
	c.String("FileType", &m.FileType, 64)
	c.String("URL", &m.URL, 256)
	c.String("Username", &m.Username, 256)
	c.String("Password", &m.Password, 256)
	c.Uint("DelaySeconds", &m.DelaySeconds)
}

// UploadResponse says whether the upload is over already.
type UploadResponse struct {
	Status       TransferStatus
	StartTime    DateTime
	CompleteTime DateTime
}

// Method returns "UploadResponse".
func (*UploadResponse) Method() string { return "UploadResponse" }

// Fields lists the results.
func (m *UploadResponse) Fields(c *Codec) {
	c.Int("Status", (*int32)(&m.Status))
	c.Time("StartTime", &m.StartTime)
	c.Time("CompleteTime", &m.CompleteTime)
}

// ScheduleDownload makes the CPE fetch and apply a file inside of one or two time
// windows. See TR-069 A.4.1.8.
type ScheduleDownload struct {
	CommandKey     string // at most 32 characters
	FileType       string // at most 64 characters
	URL            string // at most 256 characters, as all below
	Username       string
	Password       string
	FileSize       uint32
	TargetFileName string
	TimeWindowList []TimeWindow // 1 or 2, in time order
}

// Method returns "ScheduleDownload".
func (*ScheduleDownload) Method() string { return "ScheduleDownload" }

// NewResponse returns a new ScheduleDownloadResponse.
func (*ScheduleDownload) NewResponse() *ScheduleDownloadResponse {
	return new(ScheduleDownloadResponse)
}

// Fields lists the arguments.
func (m *ScheduleDownload) Fields(c *Codec) {
	c.String("CommandKey", &m.CommandKey, 32)
	c.String("FileType", &m.FileType, 64)
	c.String("URL", &m.URL, 256)
	c.String("Username", &m.Username, 256)
	c.String("Password", &m.Password, 256)
	c.Uint("FileSize", &m.FileSize)
	c.String("TargetFileName", &m.TargetFileName, 256)
	c.items(1, 2)
	List(c, "TimeWindowList", "TimeWindowStruct", &m.TimeWindowList)
}

// The modes of a TimeWindow.
const (
	WindowAnyTime      = "1 At Any Time"
	WindowImmediately  = "2 Immediately"
	WindowWhenIdle     = "3 When Idle"
	WindowConfirmation = "4 Confirmation Needed"
)

// A TimeWindow is when a scheduled download may run (TimeWindowStruct).
type TimeWindow struct {
	WindowStart uint32 // seconds from the receipt of the request
	WindowEnd   uint32 // seconds, after WindowStart
	WindowMode  string // at most 64 characters
	UserMessage string // at most 256 characters
	MaxRetries  int32  // -1: the CPE decides
}

// Fields lists the fields of TimeWindowStruct.
func (w *TimeWindow) Fields(c *Codec) {
	c.Uint("WindowStart", &w.WindowStart)
	c.Uint("WindowEnd", &w.WindowEnd)
	c.String("WindowMode", &w.WindowMode, 64)
	c.String("UserMessage", &w.UserMessage, 256)
	c.Int("MaxRetries", &w.MaxRetries)
}

// ScheduleDownloadResponse accepts the schedule.
type ScheduleDownloadResponse struct{}

// Method returns "ScheduleDownloadResponse".
func (*ScheduleDownloadResponse) Method() string { return "ScheduleDownloadResponse" }

// Fields lists nothing: there is no result.
func (*ScheduleDownloadResponse) Fields(*Codec) {}

// CancelTransfer takes back every transfer with its CommandKey. See TR-069 A.4.1.9.
type CancelTransfer struct {
	CommandKey string // at most 32 characters
}

// Method returns "CancelTransfer".
func (*CancelTransfer) Method() string { return "CancelTransfer" }

// NewResponse returns a new CancelTransferResponse.
func (*CancelTransfer) NewResponse() *CancelTransferResponse { return new(CancelTransferResponse) }

// Fields lists the argument.
func (m *CancelTransfer) Fields(c *Codec) { c.String("CommandKey", &m.CommandKey, 32) }

// CancelTransferResponse says that they are cancelled.
type CancelTransferResponse struct{}

// Method returns "CancelTransferResponse".
func (*CancelTransferResponse) Method() string { return "CancelTransferResponse" }

// Fields lists nothing: there is no result.
func (*CancelTransferResponse) Fields(*Codec) {}

// RequestDownload asks the ACS to call Download. See TR-069 A.4.2.2.
type RequestDownload struct {
	FileType    string // at most 64 characters
	FileTypeArg []Arg  // at most 16
}

// Method returns "RequestDownload".
func (*RequestDownload) Method() string { return "RequestDownload" }

// NewResponse returns a new RequestDownloadResponse.
func (*RequestDownload) NewResponse() *RequestDownloadResponse { return new(RequestDownloadResponse) }

// Fields lists the arguments.
func (m *RequestDownload) Fields(c *Codec) {
	c.String("FileType", &m.FileType, 64)
	c.items(0, 16)
	List(c, "FileTypeArg", "ArgStruct", &m.FileTypeArg)
}

// An Arg is a named argument of a file type (ArgStruct).
type Arg struct {
	Name  string // at most 64 characters
	Value string // at most 256 characters
}

// Fields lists the fields of ArgStruct.
func (a *Arg) Fields(c *Codec) {
	c.String("Name", &a.Name, 64)
	c.String("Value", &a.Value, 256)
}

// RequestDownloadResponse has taken note. It promises nothing.
type RequestDownloadResponse struct{}

// Method returns "RequestDownloadResponse".
func (*RequestDownloadResponse) Method() string { return "RequestDownloadResponse" }

// Fields lists nothing: there is no result.
func (*RequestDownloadResponse) Fields(*Codec) {}
