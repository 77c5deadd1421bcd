package rpc

// A Notification says how a CPE reports that a parameter has changed by another
// hand than the ACS's (TR-069 A.3.2.4).
type Notification int32

// The notifications. 3 to 6 have a meaning since CWMP 1.4.
const (
	NotificationOff                           Notification = 0
	NotificationPassive                       Notification = 1 // in the next Inform, whenever that is
	NotificationActive                        Notification = 2 // in a session opened for it
	NotificationPassiveLightweight            Notification = 3 // in the next lightweight notification
	NotificationPassiveWithPassiveLightweight Notification = 4 // 1 and 3
	NotificationActiveLightweight             Notification = 5 // in a lightweight notification at once
	NotificationPassiveWithActiveLightweight  Notification = 6 // 1 and 5
)

// Subscriber is the one entry of an AccessList that the standard names.
const Subscriber = "Subscriber"

// SetParameterAttributes changes notifications and access lists. See TR-069
// A.3.2.4.
type SetParameterAttributes struct {
	ParameterList []SetParameterAttribute
}

// Method returns "SetParameterAttributes".
func (*SetParameterAttributes) Method() string { return "SetParameterAttributes" }

// NewResponse returns a new SetParameterAttributesResponse.
func (*SetParameterAttributes) NewResponse() *SetParameterAttributesResponse {
	return new(SetParameterAttributesResponse)
}

// Fields lists the argument.
func (m *SetParameterAttributes) Fields(c *Codec) {
	c.items(1, 0)
	List(c, "ParameterList", "SetParameterAttributesStruct", &m.ParameterList)
}

// A SetParameterAttribute is what to change of a parameter or of all below an
// object (SetParameterAttributesStruct). What is not to change is written all the
// same.
type SetParameterAttribute struct {
	Name               string // a full name or a partial path, at most 256 characters
	NotificationChange bool   // Notification counts
	Notification       Notification
	AccessListChange   bool     // AccessList counts
	AccessList         []string // each at most 64 characters
}

// Fields lists the fields of SetParameterAttributesStruct.
func (p *SetParameterAttribute) Fields(c *Codec) {
	c.String("Name", &p.Name, 256)
	c.Bool("NotificationChange", &p.NotificationChange)
	c.Int("Notification", (*int32)(&p.Notification))
	c.Bool("AccessListChange", &p.AccessListChange)
	c.Strings("AccessList", &p.AccessList, 64)
}

// SetParameterAttributesResponse accepts every change of the request.
type SetParameterAttributesResponse struct{}

// Method returns "SetParameterAttributesResponse".
func (*SetParameterAttributesResponse) Method() string { return "SetParameterAttributesResponse" }

// Fields lists nothing: there is no result.
func (*SetParameterAttributesResponse) Fields(*Codec) {}

// GetParameterAttributes reads notifications and access lists. See TR-069 A.3.2.5.
type GetParameterAttributes struct {
	ParameterNames []string // full names or partial paths, each at most 256 characters
}

// Method returns "GetParameterAttributes".
func (*GetParameterAttributes) Method() string { return "GetParameterAttributes" }

// NewResponse returns a new GetParameterAttributesResponse.
func (*GetParameterAttributes) NewResponse() *GetParameterAttributesResponse {
	return new(GetParameterAttributesResponse)
}

// Fields lists the argument.
func (m *GetParameterAttributes) Fields(c *Codec) {
	c.items(1, 0)
	c.Strings("ParameterNames", &m.ParameterNames, 256)
}

// GetParameterAttributesResponse has one entry for each parameter.
type GetParameterAttributesResponse struct {
	ParameterList []ParameterAttribute
}

// Method returns "GetParameterAttributesResponse".
func (*GetParameterAttributesResponse) Method() string { return "GetParameterAttributesResponse" }

// Fields lists the result.
func (m *GetParameterAttributesResponse) Fields(c *Codec) {
	List(c, "ParameterList", "ParameterAttributeStruct", &m.ParameterList)
}

// A ParameterAttribute is what a parameter's attributes are
// (ParameterAttributeStruct).
type ParameterAttribute struct {
	Name         string // a full name, at most 256 characters
	Notification Notification
	AccessList   []string // each at most 64 characters
}

// Fields lists the fields of ParameterAttributeStruct.
func (p *ParameterAttribute) Fields(c *Codec) {
	c.String("Name", &p.Name, 256)
	c.Int("Notification", (*int32)(&p.Notification))
	c.Strings("AccessList", &p.AccessList, 64)
}
