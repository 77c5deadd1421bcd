package rpc

// A ParameterValue is a name and its value (ParameterValueStruct).
type ParameterValue struct {
	Name  string // a full parameter name, at most 256 characters
	Value Value
}

// Fields lists the fields of ParameterValueStruct.
func (p *ParameterValue) Fields(c *Codec) {
	c.String("Name", &p.Name, maxName)
	c.Value("Value", &p.Value)
}

// GetParameterValues reads parameters. See TR-069 A.3.2.2.
type GetParameterValues struct {
	// ParameterNames are full names or partial paths that end in a dot; the empty
	// string stands for the whole data model. Each at most 256 characters.
	ParameterNames []string
}

// Method returns "GetParameterValues".
func (*GetParameterValues) Method() string { return "GetParameterValues" }

// NewResponse returns a new GetParameterValuesResponse.
func (*GetParameterValues) NewResponse() *GetParameterValuesResponse {
	return new(GetParameterValuesResponse)
}

// Fields lists the arguments.
func (m *GetParameterValues) Fields(c *Codec) {
	c.items(1, 0)
	c.Strings("ParameterNames", &m.ParameterNames, 256)
}

// GetParameterValuesResponse holds full names and values, in no promised order.
type GetParameterValuesResponse struct {
	ParameterList []ParameterValue
}

// Method returns "GetParameterValuesResponse".
func (*GetParameterValuesResponse) Method() string { return "GetParameterValuesResponse" }

// Fields lists the result.
func (m *GetParameterValuesResponse) Fields(c *Codec) {
	List(c, "ParameterList", "ParameterValueStruct", &m.ParameterList)
}

// SetParameterValues writes parameters, all or none. See TR-069 A.3.2.1.
type SetParameterValues struct {
	ParameterList []ParameterValue // full names only; a name twice is fault 9003
	ParameterKey  string           // stored as ManagementServer.ParameterKey on success; at most 32 characters
}

// Method returns "SetParameterValues".
func (*SetParameterValues) Method() string { return "SetParameterValues" }

// NewResponse returns a new SetParameterValuesResponse.
func (*SetParameterValues) NewResponse() *SetParameterValuesResponse {
	return new(SetParameterValuesResponse)
}

// Fields lists the arguments.
func (m *SetParameterValues) Fields(c *Codec) {
	List(c, "ParameterList", "ParameterValueStruct", &m.ParameterList)
	c.String("ParameterKey", &m.ParameterKey, 32)
}

// A SetStatus says whether an accepted change is in force.
type SetStatus int32

// The values of Status in SetParameterValuesResponse.
const (
	Applied   SetStatus = 0 // validated and applied
	Committed SetStatus = 1 // validated and committed, some not yet applied (a reboot is needed)
)

// SetParameterValuesResponse accepts every value of the request.
type SetParameterValuesResponse struct {
	Status SetStatus
}

// Method returns "SetParameterValuesResponse".
func (*SetParameterValuesResponse) Method() string { return "SetParameterValuesResponse" }

// Fields lists the result.
func (m *SetParameterValuesResponse) Fields(c *Codec) { c.Int("Status", (*int32)(&m.Status)) }

// GetParameterNames lists what the data model holds. See TR-069 A.3.2.3.
type GetParameterNames struct {
	ParameterPath string // a full name, a partial path that ends in a dot, or empty for the root; at most 256 characters
	NextLevel     bool   // only the next level, not the whole subtree
}

// Method returns "GetParameterNames".
func (*GetParameterNames) Method() string { return "GetParameterNames" }

// NewResponse returns a new GetParameterNamesResponse.
func (*GetParameterNames) NewResponse() *GetParameterNamesResponse {
	return new(GetParameterNamesResponse)
}

// Fields lists the arguments.
func (m *GetParameterNames) Fields(c *Codec) {
	c.String("ParameterPath", &m.ParameterPath, 256)
	c.Bool("NextLevel", &m.NextLevel)
}

// GetParameterNamesResponse lists objects, which end in a dot, and parameters.
type GetParameterNamesResponse struct {
	ParameterList []ParameterInfo
}

// Method returns "GetParameterNamesResponse".
func (*GetParameterNamesResponse) Method() string { return "GetParameterNamesResponse" }

// Fields lists the result.
func (m *GetParameterNamesResponse) Fields(c *Codec) {
	List(c, "ParameterList", "ParameterInfoStruct", &m.ParameterList)
}

// A ParameterInfo is one entry of the data model (ParameterInfoStruct).
type ParameterInfo struct {
	Name     string // at most 256 characters
	Writable bool   // SetParameterValues, AddObject or DeleteObject is allowed on it
}

// Fields lists the fields of ParameterInfoStruct.
func (p *ParameterInfo) Fields(c *Codec) {
	c.String("Name", &p.Name, maxName)
	c.Bool("Writable", &p.Writable)
}
